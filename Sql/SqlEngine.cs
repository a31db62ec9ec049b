namespace Flickr.Sql;

/// <summary>The two engines every schema and every query of ours runs on.</summary>
public enum SqlEngine
{
    /// <summary>Embedded: one file, one machine, no service.</summary>
    Sqlite,

    /// <summary>A server, for several machines.</summary>
    PostgreSql,
}
