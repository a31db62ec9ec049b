using Microsoft.AspNetCore.Http.Extensions;

namespace Flickr.Photos.Pages;

/// <summary>What the search form says, as it was typed; empty where nothing was.</summary>
public sealed record SearchAsked(string Text, string From, string To, string Owner)
{
    /// <summary>Reads the query of a request.</summary>
    public static SearchAsked Of(IQueryCollection query) =>
        new(query["q"].ToString().Trim(), query["from"].ToString(), query["to"].ToString(), query["owner"].ToString().Trim());

    /// <summary>The same as a query, without what is empty.</summary>
    public string ToQuery()
    {
        var builder = new QueryBuilder();
        foreach (var (name, value) in new[] { ("q", Text), ("from", From), ("to", To), ("owner", Owner) })
        {
            if (value.Length > 0)
            {
                builder.Add(name, value);
            }
        }
        return builder.ToQueryString().ToUriComponent().TrimStart('?');
    }
}
