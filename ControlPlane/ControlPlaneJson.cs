using System.Text.Json.Serialization;
using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.ControlPlane.Members;
using Flickr.Listening;
using Flickr.Fleet.Streaming;
using Microsoft.AspNetCore.Mvc;

namespace Flickr.ControlPlane;

/// <summary>JSON of the API: camelCase, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(InvalidationRequest))]
[JsonSerializable(typeof(Acknowledgement))]
[JsonSerializable(typeof(RotateRequest))]
[JsonSerializable(typeof(Appended))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(Healed))]
[JsonSerializable(typeof(AuditHead))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(InviteRequest))]
[JsonSerializable(typeof(Invited))]
[JsonSerializable(typeof(MemberCalls.JoinOrder))]
[JsonSerializable(typeof(MemberCalls.RenewOrder))]
[JsonSerializable(typeof(MemberCalls.Issued))]
[JsonSerializable(typeof(RemovedMembers.Page))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyShown))]
[JsonSerializable(typeof(JsonWebKeySet))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(AuditVerdict))]
internal sealed partial class ControlPlaneJson : JsonSerializerContext;
