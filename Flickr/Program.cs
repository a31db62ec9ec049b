using Flickr.Commands;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
