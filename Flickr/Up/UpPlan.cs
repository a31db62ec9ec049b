using System.Globalization;

namespace Flickr.Up;

/// <summary>
/// What <c>flickr up</c> starts, in the order in which it starts: ControlPlane, Origins, Edge, Photos. Pure:
/// the same options and secrets give the same plan. Photos, Edge and ControlPlane listen on the host that was
/// asked for; Origins and every admin listener stay on loopback.
/// </summary>
internal sealed class UpPlan
{
    private const int OriginCount = 3;
    private const int AdminOffset = 1_000;
    private const string Loopback = "127.0.0.1";

    private readonly UpOptions _options;
    private readonly UpSecrets _secrets;

    private UpPlan(UpOptions options, UpSecrets secrets) => (_options, _secrets) = (options, secrets);

    /// <summary>Port of Photos.</summary>
    public static int PhotosPort(int portBase) => portBase;

    /// <summary>Port of the edge.</summary>
    public static int EdgePort(int portBase) => portBase + 1;

    /// <summary>Port of the control plane.</summary>
    public static int ControlPlanePort(int portBase) => portBase + 2;

    /// <summary>Port of a storage node, counted from 0.</summary>
    public static int OriginPort(int portBase, int index) => portBase + 10 + index;

    /// <summary>The nodes in starting order.</summary>
    public static IReadOnlyList<UpNode> Nodes(UpOptions options, UpSecrets secrets)
    {
        var plan = new UpPlan(options, secrets);
        return
        [
            plan.ControlPlane(),
            .. Enumerable.Range(0, OriginCount).Select(plan.Origin),
            plan.Edge(),
            plan.Photos(),
        ];
    }

    private UpNode ControlPlane() =>
        Node(UpProgram.ControlPlane, "ControlPlane", "ControlPlane", _options.Host,
        ControlPlanePort(_options.PortBase), "control-plane", new()
        {
            ["ControlPlane:OperatorKey"] = _secrets.Operator,
            ["ControlPlane:EdgeKey"] = _secrets.Edge,
            ["ControlPlane:ServiceKey"] = _secrets.Service,
        });

    private UpNode Origin(int index)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Origin:Key"] = _secrets.Storage,
            ["Origin:NodeId"] = OriginName(index),
        };
        for (var node = 0; node < OriginCount; node++)
        {
            settings[Text($"Origin:Nodes:{node}:Id")] = OriginName(node);
            settings[Text($"Origin:Nodes:{node}:Address")] =
                At(Loopback, OriginPort(_options.PortBase, node));
        }
        return Node(UpProgram.Origin, Text($"Origin {index + 1}"), "Origin", Loopback,
            OriginPort(_options.PortBase, index), OriginName(index), settings);
    }

    private UpNode Edge()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Edge:ControlPlane"] = At(Loopback, ControlPlanePort(_options.PortBase)),
            ["Edge:ControlPlaneKey"] = _secrets.Edge,
            ["Edge:OriginKey"] = _secrets.Storage,
            ["Edge:Id"] = "edge",
            ["Edge:PublicAddress"] = At(_options.PublicHost, EdgePort(_options.PortBase)),
            ["Edge:Sites:0:Host"] = "*",
            ["Edge:Sites:0:Access"] = "Token",
        };
        AddOrigins(settings, "Edge:Sites:0:Upstreams");
        return Node(UpProgram.Edge, "Edge", "Edge", _options.Host, EdgePort(_options.PortBase), "edge",
            settings);
    }

    private UpNode Photos()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Photos:ControlPlane"] = At(Loopback, ControlPlanePort(_options.PortBase)),
            ["Photos:ControlPlaneKey"] = _secrets.Service,
            ["Photos:OriginKey"] = _secrets.Storage,
            ["Photos:OperatorKey"] = _secrets.Operator,
            ["Photos:EdgeAddress"] = At(_options.PublicHost, EdgePort(_options.PortBase)),
        };
        AddOrigins(settings, "Photos:Origins");
        return Node(UpProgram.Photos, "Photos", "Photos", _options.Host, PhotosPort(_options.PortBase),
            "photos", settings);
    }

    private UpNode Node(UpProgram program, string name, string section, string bindHost, int port,
        string folder,
        Dictionary<string, string?> settings)
    {
        settings[section + ":Listen"] = At(bindHost, port);
        settings[section + ":AdminListen"] = At(Loopback, port + AdminOffset);
        settings[section + ":DataDirectory"] = Path.Combine(_options.DataDirectory, folder);
        return new UpNode(program, name, bindHost, port, port + AdminOffset, settings);
    }

    private void AddOrigins(Dictionary<string, string?> settings, string list)
    {
        for (var index = 0; index < OriginCount; index++)
        {
            settings[Text($"{list}:{index}")] = At(Loopback, OriginPort(_options.PortBase, index));
        }
    }

    private static string OriginName(int index) => Text($"origin-{index + 1}");

    private static string At(string host, int port) => Text($"http://{host}:{port}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
