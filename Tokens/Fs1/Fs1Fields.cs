namespace Flickr.Tokens.Fs1;

/// <summary>The fields of a token as slices of it, each in its character set; what they mean is not yet to be
/// believed.</summary>
internal ref struct Fs1Fields
{
    public ReadOnlySpan<byte> KeyId;
    public ReadOnlySpan<byte> Scope;
    public ReadOnlySpan<byte> Owner;
    public ReadOnlySpan<byte> Options;
    public ReadOnlySpan<byte> Tag;
    public long Expires;
    public long Life;
    public long Epoch;
    public int Depth;

    /// <summary>Splits at the dots; false when a field is missing, one too many, or not as the table
    /// says.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> token, ref Fs1Fields fields)
    {
        var rest = token;
        if (!Next(ref rest).SequenceEqual("1"u8)) return false;
        fields.KeyId = Next(ref rest);
        if (!TokenText.IsKeyId(fields.KeyId)) return false;
        if (!Base36.TryRead(Next(ref rest), out fields.Expires) || fields.Expires > Limits.UnixSecondsMax)
            return false;
        if (!Base36.TryRead(Next(ref rest), out fields.Life) || fields.Life > fields.Expires) return false;
        fields.Scope = Next(ref rest);
        if (!TryReadDepth(fields.Scope, out fields.Depth)) return false;
        fields.Owner = Next(ref rest);
        if (!TokenText.IsId(fields.Owner)) return false;
        if (!Base36.TryRead(Next(ref rest), out fields.Epoch)) return false;
        var last = Next(ref rest);
        if (!rest.IsEmpty)
        {
            fields.Options = last;
            if (last.IsEmpty) return false;
            last = Next(ref rest);
        }
        fields.Tag = last;
        return rest.IsEmpty && token[^1] != (byte)'.' && last.Length is 22 or 43;
    }

    private static bool TryReadDepth(ReadOnlySpan<byte> scope, out int depth)
    {
        depth = 0;
        if (scope.SequenceEqual("f"u8)) return true;
        if (scope.IsEmpty || scope[0] != 'd' || !Base36.TryRead(scope[1..], out var value)) return false;
        depth = (int)Math.Min(value, Fs1Codec.DepthMax + 1);
        return depth is > 0 and <= Fs1Codec.DepthMax;
    }

    private static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> rest)
    {
        var dot = rest.IndexOf((byte)'.');
        var field = dot < 0 ? rest : rest[..dot];
        rest = dot < 0 ? [] : rest[(dot + 1)..];
        return field;
    }
}
