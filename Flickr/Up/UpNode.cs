namespace Flickr.Up;

/// <summary>One of the programs that <c>flickr up</c> runs.</summary>
internal enum UpProgram
{
    /// <summary>Keys, invalidations, members.</summary>
    ControlPlane,

    /// <summary>A storage node.</summary>
    Origin,

    /// <summary>The caching proxy.</summary>
    Edge,

    /// <summary>The photo service.</summary>
    Photos,
}

/// <summary>
/// One node to start: which program, under which name, where it listens and with which settings.
/// </summary>
/// <param name="Name">Name in messages: <c>Edge</c>, <c>Origin 2</c>.</param>
/// <param name="BindHost">Address of the public listener.</param>
/// <param name="Port">Port of the public listener.</param>
/// <param name="AdminPort">Port of the admin listener, always on loopback.</param>
/// <param name="Settings">Configuration keys and values of the node.</param>
internal sealed record UpNode(
    UpProgram Program, string Name, string BindHost, int Port, int AdminPort,
        IReadOnlyDictionary<string, string?> Settings)
{
    /// <summary>Port of the listener for members, always on loopback; null for none.</summary>
    public int? MemberPort { get; init; }

    /// <summary>As what it joins before it starts; null when it shows shared keys.</summary>
    public UpMember? Member { get; init; }
}

/// <summary>How a node of the plan becomes a member.</summary>
/// <param name="Section">Section of its settings, such as <c>Edge</c>.</param>
/// <param name="Role">Role of <c>flickr nodes invite</c>.</param>
/// <param name="NodeName">Its name among the members.</param>
internal sealed record UpMember(string Section, string Role, string NodeName);
