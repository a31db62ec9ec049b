using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Flickr.ControlPlane.Access;

/// <summary>
/// The three bearer keys. Where a setting names none, one is made at first start and kept in the data
/// directory.
/// </summary>
internal sealed class RoleKeys
{
    private readonly byte[] _operatorHash, _edgeHash, _serviceHash;

    private RoleKeys(string operatorKey, string edgeKey, string serviceKey)
    {
        (OperatorKey, EdgeKey) = (operatorKey, edgeKey);
        (_operatorHash, _edgeHash, _serviceHash) = (Hash(operatorKey), Hash(edgeKey), Hash(serviceKey));
        if (CryptographicOperations.FixedTimeEquals(_operatorHash, _edgeHash)
            || CryptographicOperations.FixedTimeEquals(_operatorHash, _serviceHash)
            || CryptographicOperations.FixedTimeEquals(_edgeHash, _serviceHash))
        {
            throw new InvalidOperationException(
                "ControlPlane:OperatorKey, EdgeKey and ServiceKey must differ: the key decides the role");
        }
    }

    /// <summary>The operator key, from which the page's session key is derived.</summary>
    public string OperatorKey { get; }

    /// <summary>The edge key, which signs heartbeats.</summary>
    public string EdgeKey { get; }

    /// <summary>Reads or makes the keys.</summary>
    public static RoleKeys Load(ControlPlaneOptions options) => new(
        Read(options.OperatorKey, options.OperatorKeyFile, options.DataDirectory, "operator.key"),
        Read(options.EdgeKey, options.EdgeKeyFile, options.DataDirectory, "edge.key"),
        Read(options.ServiceKey, options.ServiceKeyFile, options.DataDirectory, "service.key"));

    /// <summary>The role of a key. Takes as long for every wrong key, and compares with all three.</summary>
    public Role RoleOf(string? key)
    {
        var hash = Hash(key ?? "");
        var role = Role.None;
        role = CryptographicOperations.FixedTimeEquals(hash, _operatorHash) ? Role.Operator : role;
        role = CryptographicOperations.FixedTimeEquals(hash, _edgeHash) ? Role.Edge : role;
        role = CryptographicOperations.FixedTimeEquals(hash, _serviceHash) ? Role.Service : role;
        return role;
    }

    private static string Read(string? key, string? file, string dataDirectory, string defaultName)
    {
        if (!string.IsNullOrEmpty(key))
        {
            return key;
        }
        var path = string.IsNullOrEmpty(file) ? Path.Combine(dataDirectory, defaultName) : file;
        if (string.IsNullOrEmpty(file) && !File.Exists(path))
        {
            SecretFile.Write(path, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        }
        var read = File.ReadAllText(path).Trim();
        return read.Length > 0 ? read : throw new InvalidOperationException($"{path} holds no key");
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
