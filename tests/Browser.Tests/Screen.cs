namespace Flickr.Browser.Tests;

/// <summary>What a browser is looked at through.</summary>
internal sealed record Screen(int Width, int Height, float Scale = 1, bool IsPhone = false, string Language = "en-GB", bool IsDark = false)
{
    public static readonly Screen Desktop = new(1280, 800);

    public static readonly Screen Phone = new(390, 844, 3, IsPhone: true);
}
