using System.Security.Cryptography.X509Certificates;

namespace Flickr.Listening;

/// <summary>
/// Who a member's certificate says that it is. Subject: <c>CN</c> name, <c>OU</c> role, <c>serialNumber</c> the id, which
/// is never given twice and is what a removal names.
/// </summary>
/// <param name="Id">The member's id.</param>
/// <param name="Role"><c>edge</c>, <c>origin</c>, <c>photos</c> or <c>control-plane</c>.</param>
/// <param name="Name">Its name, such as the edge's id; one member at a time has it.</param>
internal sealed record MemberFacts(string Id, string Role, string Name)
{
    private const string CommonName = "2.5.4.3";
    private const string OrganizationalUnit = "2.5.4.11";
    private const string SerialNumber = "2.5.4.5";

    /// <summary>Every role there is.</summary>
    public static readonly string[] Roles = ["edge", "origin", "photos", "control-plane"];

    /// <summary>The subject of a certificate of this member.</summary>
    public X500DistinguishedName ToSubject()
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(Name);
        subject.AddOrganizationalUnitName(Role);
        subject.Add(SerialNumber, Id, System.Formats.Asn1.UniversalTagNumber.PrintableString);
        return subject.Build();
    }

    /// <summary>The facts of a certificate; null when it is of no member. Says nothing of its being genuine.</summary>
    public static MemberFacts? Of(X509Certificate2 certificate)
    {
        string? id = null, role = null, name = null;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements)
            {
                return null;
            }
            switch (part.GetSingleElementType().Value)
            {
                case CommonName:
                    name = part.GetSingleElementValue();
                    break;
                case OrganizationalUnit:
                    role = part.GetSingleElementValue();
                    break;
                case SerialNumber:
                    id = part.GetSingleElementValue();
                    break;
            }
        }
        return id is not null && name is not null && role is not null && Roles.Contains(role)
            ? new MemberFacts(id, role, name)
            : null;
    }
}
