namespace Flickr.ControlPlane.Page;

/// <summary>The page for operators.</summary>
internal static class OperatorPage
{
    /// <summary>Maps it.</summary>
    public static void MapOperatorPage(this WebApplication app)
    {
    }
}
