using System.Reflection;
using Dapper;

namespace Flickr.Sql;

/// <summary>
/// How rows become records. SQLite names the type of a computed column only from the first row's value: where there is no
/// row, or a null in it, the column counts as bytes, and a record whose constructor wants a number would no longer fit. So a
/// record's constructor is taken whatever the columns claim to be, and its properties are set by name.
/// </summary>
internal sealed class RowShape : SqlMapper.ITypeMap
{
    private readonly DefaultTypeMap _usual;
    private readonly ConstructorInfo? _only;

    private RowShape(Type type)
    {
        _usual = new DefaultTypeMap(type);
        var constructors = type.GetConstructors();
        _only = !type.IsValueType && constructors.Length == 1 && constructors[0].GetParameters().Length > 0 ? constructors[0] : null;
    }

    /// <summary>Makes it the rule of this process; harmless when done again.</summary>
    public static void Install() => SqlMapper.TypeMapProvider = type => new RowShape(type);

    /// <inheritdoc/>
    public ConstructorInfo? FindConstructor(string[] names, Type[] types) => _usual.FindConstructor(names, types);

    /// <inheritdoc/>
    public ConstructorInfo? FindExplicitConstructor() => _usual.FindExplicitConstructor() ?? _only;

    /// <inheritdoc/>
    public SqlMapper.IMemberMap? GetConstructorParameter(ConstructorInfo constructor, string columnName) =>
        _usual.GetConstructorParameter(constructor, columnName);

    /// <inheritdoc/>
    public SqlMapper.IMemberMap? GetMember(string columnName) => _usual.GetMember(columnName);
}
