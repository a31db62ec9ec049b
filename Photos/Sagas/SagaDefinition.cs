using System.Text.Json;
using Flickr.Sql;

namespace Flickr.Photos.Sagas;

/// <summary>What a saga does: its steps in order, and what is told to the owner's tables when it moves.</summary>
public sealed class SagaDefinition
{
    /// <summary>Name of the kind; first part of its topics.</summary>
    public required string Kind { get; init; }

    /// <summary>Version of its messages; messages of another version go to the dead letters.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The steps, done first to last and undone last to first.</summary>
    public required IReadOnlyList<SagaStep> Steps { get; init; }

    /// <summary>
    /// Called inside the transaction of every change of a saga of this kind, so that what people see and what is so
    /// cannot part. Database work only.
    /// </summary>
    public Func<SqlSession, SagaProgress, Task>? Progressed { get; init; }
}

internal static class SagaJson
{
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web)
        ?? throw new InvalidDataException("a saga's state is null");

    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), JsonSerializerOptions.Web);
}
