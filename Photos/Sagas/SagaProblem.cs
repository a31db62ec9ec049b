namespace Flickr.Photos.Sagas;

/// <summary>Why a saga failed, in words for the person who started it.</summary>
/// <param name="Type">Problem name, e.g. <c>image-damaged</c>.</param>
/// <param name="Text">One sentence.</param>
public sealed record SagaProblem(string Type, string Text);
