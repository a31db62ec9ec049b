using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>An answer before the answer: 102 Processing, 103 Early Hints (RFC 9110 15.2, RFC 8297).</summary>
/// <param name="Status">102 to 199; 100 and 101 are between neighbours and never passed on.</param>
/// <param name="Fields">Its fields, without those of one hop.</param>
internal readonly record struct InterimAnswer(int Status, HeaderBlock Fields);
