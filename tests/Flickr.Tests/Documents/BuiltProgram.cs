using System.Collections;
using System.Reflection;
using Flickr.ControlPlane;
using Flickr.Edge;
using Flickr.Origin;
using Flickr.Photos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Flickr.Tests.Documents;

/// <summary>One program, built over an empty folder and not started: what it registers can be read off it.</summary>
internal sealed class BuiltProgram : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceCollection _services;

    private BuiltProgram(string name, Assembly assembly, WebApplication app, ServiceCollection services) =>
        (Name, Assembly, _app, _services) = (name, assembly, app, services);

    /// <summary>Name of the program and of its folder.</summary>
    public string Name { get; }

    public Assembly Assembly { get; }

    /// <summary>Builds all four, each in a folder of its own below <paramref name="folder"/>.</summary>
    public static IReadOnlyList<BuiltProgram> BuildAll(TemporaryFolder folder) =>
    [
        Build(folder, "Edge", typeof(EdgeProgram), EdgeProgram.Build, new()
        {
            ["Edge:Sites:0:Host"] = "*", ["Edge:Sites:0:Upstreams:0"] = "http://127.0.0.1:1",
            ["Edge:ControlPlane"] = "http://127.0.0.1:1", ["Edge:ControlPlaneKey"] = "a key of this test",
        }),
        Build(folder, "Photos", typeof(PhotosProgram), PhotosProgram.Build, new()
        {
            ["Photos:Origins:0"] = "http://127.0.0.1:1", ["Photos:ControlPlane"] = "http://127.0.0.1:1",
            ["Photos:EdgeAddress"] = "http://127.0.0.1:1",
        }),
        Build(folder, "Origin", typeof(OriginProgram), OriginProgram.Build, []),
        Build(folder, "ControlPlane", typeof(ControlPlaneProgram), ControlPlaneProgram.Build, []),
    ];

    /// <summary>The program's registry: the only service named <c>…Metrics</c> that has one.</summary>
    public CollectorRegistry Registry()
    {
        var owner = _services.Select(service => service.ServiceType).Distinct()
            .Single(type => type.Assembly == Assembly && type.Name == Name + "Metrics");
        return (CollectorRegistry)owner.GetProperty("Registry")!.GetValue(_app.Services.GetRequiredService(owner))!;
    }

    /// <summary>Each options class and the section it is bound to, as seen when it is bound.</summary>
    public IEnumerable<(Type Options, string Section)> BoundSections()
    {
        var seen = new RecordingConfiguration();
        var services = new ServiceCollection();
        foreach (var service in _services.Where(service => service.ServiceType != typeof(IConfiguration)))
        {
            ((ICollection<ServiceDescriptor>)services).Add(service);
        }
        services.AddSingleton<IConfiguration>(seen);
        using var provider = services.BuildServiceProvider();
        var bound = _services.Select(service => service.ServiceType)
            .Where(type => type.IsConstructedGenericType
                && type.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
            .Distinct().Select(type => type.GetGenericArguments()[0])
            .Where(type => type.Namespace!.StartsWith("Flickr.", StringComparison.Ordinal));
        foreach (var options in bound)
        {
            var configure = typeof(IConfigureOptions<>).MakeGenericType(options);
            foreach (var step in (IEnumerable)provider.GetServices(configure))
            {
                configure.GetMethod("Configure")!.Invoke(step, [Activator.CreateInstance(options)]);
            }
            foreach (var section in seen.TakeSections())
            {
                yield return (options, section);
            }
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static BuiltProgram Build(TemporaryFolder folder, string name, Type program,
        Func<string[], IConfiguration?, Action<IServiceCollection>?, WebApplication> build,
        Dictionary<string, string?> settings)
    {
        settings[$"{name}:DataDirectory"] = folder.At(name);
        settings[$"{name}:Listen"] = settings[$"{name}:AdminListen"] = "http://127.0.0.1:0";
        var services = new ServiceCollection();
        var app = build([], new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), registered =>
        {
            foreach (var service in registered)
            {
                ((ICollection<ServiceDescriptor>)services).Add(service);
            }
        });
        return new BuiltProgram(name, program.Assembly, app, services);
    }
}
