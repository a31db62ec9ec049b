using System.Text.Json.Serialization;
using Flickr.Commands;
using Flickr.ControlPlane.Audit;

namespace Flickr.Client;

/// <summary>
/// How the documents of this command are read and written: camelCase names, no reflection, nulls left out.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(Doctor.DoctorReport))]
[JsonSerializable(typeof(IReadOnlyList<Move.MovedTable>))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(NameAndPassword))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(OwnAccount))]
[JsonSerializable(typeof(PasswordReset))]
[JsonSerializable(typeof(UploadState))]
[JsonSerializable(typeof(AlbumList))]
[JsonSerializable(typeof(PhotoPage))]
[JsonSerializable(typeof(OriginalAddress))]
[JsonSerializable(typeof(InvalidationOrder))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyBundle))]
[JsonSerializable(typeof(RotateOrder))]
[JsonSerializable(typeof(RotatedKey))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(InviteOrder))]
[JsonSerializable(typeof(InvitedNode))]
[JsonSerializable(typeof(HealedLog))]
[JsonSerializable(typeof(AuditHead))]
[JsonSerializable(typeof(KeptHead))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(AuditVerdict))]
[JsonSerializable(typeof(OriginListing))]
[JsonSerializable(typeof(UpReport))]
[JsonSerializable(typeof(LoginResult))]
[JsonSerializable(typeof(UploadReport))]
[JsonSerializable(typeof(DownloadReport))]
[JsonSerializable(typeof(TokenFacts))]
[JsonSerializable(typeof(TokenJudgement))]
[JsonSerializable(typeof(MintedAddress))]
[JsonSerializable(typeof(OriginFacts))]
[JsonSerializable(typeof(OriginVerdict))]
internal sealed partial class ClientJson : JsonSerializerContext;
