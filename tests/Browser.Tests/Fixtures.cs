// One running system and one browser for all journeys, which run one after the other: each looks at time as well.
[assembly: CaptureConsole]
[assembly: AssemblyFixture(typeof(Flickr.Browser.Tests.RunningFlickr))]
[assembly: AssemblyFixture(typeof(Flickr.Browser.Tests.Chromium))]
[assembly: AssemblyFixture(typeof(Flickr.Browser.Tests.AxeRules))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
