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

    /// <summary>Port of the control plane's listener for members.</summary>
    public static int ControlPlaneMemberPort(int portBase) => portBase + 3;

    /// <summary>Port of a storage node's listener for members, counted from 0.</summary>
    public static int OriginMemberPort(int portBase, int index) => portBase + 13 + index;

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

    private UpNode ControlPlane()
    {
        var settings = new Dictionary<string, string?>
        {
            ["ControlPlane:OperatorKey"] = _secrets.Operator,
            ["ControlPlane:EdgeKey"] = _secrets.Edge,
            ["ControlPlane:ServiceKey"] = _secrets.Service,
        };
        if (_options.Members)
        {
            settings["ControlPlane:Members:Listen"] = ControlPlaneForNodes;
        }
        return Node(UpProgram.ControlPlane, "ControlPlane", "ControlPlane", _options.Host,
            ControlPlanePort(_options.PortBase), "control-plane", settings) with
        {
            MemberPort = _options.Members ? ControlPlaneMemberPort(_options.PortBase) : null,
        };
    }

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
            settings[Text($"Origin:Nodes:{node}:Address")] = OriginForNodes(node);
        }
        if (_options.Members)
        {
            settings["Origin:MembersListen"] = OriginForNodes(index);
        }
        return Joining("Origin", "origin", OriginName(index), Node(UpProgram.Origin, Text($"Origin {index + 1}"), "Origin",
            Loopback, OriginPort(_options.PortBase, index), OriginName(index), settings)) with
        {
            MemberPort = _options.Members ? OriginMemberPort(_options.PortBase, index) : null,
        };
    }

    private UpNode Edge()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Edge:ControlPlane"] = ControlPlaneForNodes,
            ["Edge:ControlPlaneKey"] = _options.Members ? "" : _secrets.Edge,
            ["Edge:OriginKey"] = _options.Members ? "" : _secrets.Storage,
            ["Edge:Id"] = "edge",
            ["Edge:PublicAddress"] = At(_options.PublicHost, EdgePort(_options.PortBase)),
            ["Edge:Sites:0:Host"] = "*",
            ["Edge:Sites:0:Access"] = "Token",
        };
        AddOrigins(settings, "Edge:Sites:0:Upstreams");
        return Joining("Edge", "edge", "edge", Node(UpProgram.Edge, "Edge", "Edge", _options.Host,
            EdgePort(_options.PortBase), "edge", settings));
    }

    private UpNode Photos()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Photos:ControlPlane"] = ControlPlaneForNodes,
            ["Photos:PublicControlPlane"] = At(Loopback, ControlPlanePort(_options.PortBase)),
            ["Photos:ControlPlaneKey"] = _options.Members ? "" : _secrets.Service,
            ["Photos:OriginKey"] = _options.Members ? "" : _secrets.Storage,
            ["Photos:OperatorKey"] = _secrets.Operator,
            ["Photos:EdgeAddress"] = At(_options.PublicHost, EdgePort(_options.PortBase)),
        };
        AddOrigins(settings, "Photos:Origins");
        return Joining("Photos", "photos", "photos", Node(UpProgram.Photos, "Photos", "Photos", _options.Host,
            PhotosPort(_options.PortBase), "photos", settings));
    }

    /// <summary>Where nodes reach the control plane: as members by mutual TLS, else with shared keys.</summary>
    private string ControlPlaneForNodes => _options.Members
        ? Text($"https://{Loopback}:{ControlPlaneMemberPort(_options.PortBase)}")
        : At(Loopback, ControlPlanePort(_options.PortBase));

    private string OriginForNodes(int index) => _options.Members
        ? Text($"https://{Loopback}:{OriginMemberPort(_options.PortBase, index)}")
        : At(Loopback, OriginPort(_options.PortBase, index));

    private UpNode Joining(string section, string role, string name, UpNode node) => !_options.Members
        ? node
        : node with
        {
            Member = new UpMember(section, role, name),
            Settings = new Dictionary<string, string?>(node.Settings)
            {
                [section + ":Join:ControlPlane"] = ControlPlaneForNodes,
            },
        };

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
            settings[Text($"{list}:{index}")] = OriginForNodes(index);
        }
    }

    private static string OriginName(int index) => Text($"origin-{index + 1}");

    private static string At(string host, int port) => Text($"http://{host}:{port}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
