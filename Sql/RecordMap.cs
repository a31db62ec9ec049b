using System.Reflection;
using Dapper;

namespace Flickr.Sql;

/// <summary>
/// Binds a row to a record by the names of its columns alone. Dapper also asks for the types, but SQLite knows the type of
/// an expression (<c>COUNT(*)</c>, <c>MAX(id)</c>, a NULL) only from a value in the row at hand: without rows, or with a
/// NULL in the first one, it says "blob", and the record that binds on every other day is refused.
/// </summary>
internal sealed class RecordMap(Type type) : SqlMapper.ITypeMap
{
    private readonly DefaultTypeMap _byTypes = new(type);

    /// <summary>Makes every query of the process bind this way.</summary>
    public static void UseForAll() => SqlMapper.TypeMapProvider = type => new RecordMap(type);

    public ConstructorInfo? FindConstructor(string[] names, Type[] types) =>
        _byTypes.FindConstructor(names, types) ?? type.GetConstructors().FirstOrDefault(constructor => Matches(constructor, names));

    public ConstructorInfo? FindExplicitConstructor() => _byTypes.FindExplicitConstructor();

    public SqlMapper.IMemberMap? GetConstructorParameter(ConstructorInfo constructor, string columnName) =>
        _byTypes.GetConstructorParameter(constructor, columnName);

    public SqlMapper.IMemberMap? GetMember(string columnName) => _byTypes.GetMember(columnName);

    private static bool Matches(ConstructorInfo constructor, string[] names)
    {
        var parameters = constructor.GetParameters();
        return parameters.Length == names.Length
            && parameters.Zip(names).All(pair => string.Equals(pair.First.Name, pair.Second, StringComparison.OrdinalIgnoreCase));
    }
}
