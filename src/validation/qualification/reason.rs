//! Why a signature has its legal class, or has no higher one: codes, part of the contract with callers.

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why a class is what it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LegalReason {
            $($(#[$doc])* $name,)*
        }

        impl LegalReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

reasons! {
    /// The signature is not TOTAL-PASSED.
    NotPassed = "not-passed";
    /// A certificate is revoked or on hold, and the policy lets the signature pass all the same.
    CertificateRevoked = "certificate-revoked";
    /// No certificate of the path is on a list of the scheme.
    NotListed = "not-listed";
    /// The list was refused.
    ListRefused = "list-refused";
    /// The list is not verified.
    ListUnverified = "list-unverified";
    /// Between the signer and the listed certificate stands an authority that the list does not name.
    IssuerNotListed = "issuer-not-listed";
    /// What is listed issues no qualified or regulated certificates.
    NoCaService = "no-ca-service";
    /// Issued before 2017, and signed after the end of 2019 (`VZertES` art. 17).
    TransitionEnded = "transition-ended";
    /// The time of the signature lies after the next update of the list.
    ListOverdue = "list-overdue";
    /// The list has a critical extension about the service that is not understood.
    UnknownCriticalExtension = "unknown-critical-extension";
    /// The list gives the service no status for when the certificate was issued.
    NoStatusAtIssuance = "no-status-at-issuance";
    /// The service was not granted when the certificate was issued.
    NotGrantedAtIssuance = "not-granted-at-issuance";
    /// The list gives the service no status for the time of the signature.
    NoStatusAtTime = "no-status-at-time";
    /// The service was not granted at the time of the signature.
    NotGrantedAtTime = "not-granted-at-time";
    /// The time of the signature lies outside of the validity of the certificate.
    OutsideValidity = "outside-validity";
    /// A short-term certificate without a time-stamp over the signature.
    ShortTermWithoutTimestamp = "short-term-without-timestamp";
    /// The subject is neither a person nor an organisation.
    HolderUnclear = "holder-unclear";
    /// The certificate has several types.
    SeveralTypes = "several-types";
    /// The certificate is for web sites.
    WebType = "web-type";
    /// The type is that of a seal, the subject a person.
    SealTypeOfPerson = "seal-type-of-person";
    /// The type is that of a signature, the subject an organisation.
    SignatureTypeOfOrganisation = "signature-type-of-organisation";
    /// The service is not listed for signatures.
    ServiceNotForSignatures = "service-not-for-signatures";
    /// The service is not listed for seals.
    ServiceNotForSeals = "service-not-for-seals";
    /// The note stands there in another language than English.
    NoteInOtherLanguage = "note-in-other-language";
    /// The note is negated.
    NoteNegated = "note-negated";
    /// Two notes contradict each other.
    ContradictoryNotes = "contradictory-notes";
    /// The note is that of legal persons, the subject a person.
    LegalPersonsNoteOfPerson = "legal-persons-note-of-person";
    /// The note says "qualified", the subject is an organisation.
    QualifiedNoteOfOrganisation = "qualified-note-of-organisation";
    /// The certificate says that it is qualified under another law.
    OtherLegislation = "other-legislation";
    /// The certificate is that of a time-stamping unit.
    TimestampUnit = "timestamp-unit";
    /// The certificate is for identification.
    AuthenticationCertificate = "authentication-certificate";
    /// The certificate is that of an authority.
    CaCertificate = "ca-certificate";
    /// The key usage does not say that it is for signatures.
    NoSigningUsage = "no-signing-usage";
    /// Several entries about the issuer lead to different classes.
    ServicesConflict = "services-conflict";
    /// The note is missing.
    NoNote = "no-note";
    /// No identifier of the organisation.
    NoOrganizationIdentifier = "no-organization-identifier";
    /// The identifier of the organisation is no UID.
    NoUid = "no-uid";
    /// Neither type nor note says that it is a seal.
    NoSealType = "no-seal-type";
    /// Nothing says that the key is in a secure device.
    NoSscd = "no-sscd";
    /// Nothing says that the certificate is qualified.
    NoQc = "no-qc";
    /// The key is not for signatures that bind.
    NoNonRepudiation = "no-non-repudiation";
    /// No qualified time-stamp over the signature.
    NoQualifiedTimestamp = "no-qualified-timestamp";
    /// The qualified time-stamp was made after the certificate had expired.
    QualifiedTimestampAfterValidity = "qualified-timestamp-after-validity";
    /// Nothing shows that the certificates were not revoked, and the policy does not demand it.
    RevocationNotShown = "revocation-not-shown";
    /// Later changes of the document are not permitted, or not known to be.
    ChangesNotPermitted = "changes-not-permitted";
    /// The list is overdue now; the signature is older.
    ListOverdueNow = "list-overdue-now";
    /// Issued before 2017 under the former law (`VZertES` art. 17).
    IssuedBefore2017 = "issued-before-2017";
    /// The issuer's service was withdrawn after the signature.
    IssuingServiceWithdrawnSince = "issuing-service-withdrawn-since";
    /// The time-stamping service was withdrawn after the time-stamp.
    TimestampServiceWithdrawnSince = "timestamp-service-withdrawn-since";
    /// The issuer is also listed as keeping keys for their holders.
    RemoteKeyService = "remote-key-service";
    /// A statement of the certificate cannot be read.
    QcStatementMalformed = "qc-statement-malformed";
    /// The check digit of the UID is wrong.
    UidCheckDigit = "uid-check-digit";
    /// EU: the signature itself is not AdES.
    NotAdes = "not-ades";
    /// EU: no entry about the issuer at this time.
    NoServiceAtTime = "no-service-at-time";
    /// EU: the entry is about no issuer of qualified certificates.
    NotCaQc = "not-ca-qc";
    /// EU: no entry is listed for the type of the certificate.
    TypeNotCovered = "type-not-covered";
    /// EU: the service was not granted.
    NotGranted = "not-granted";
    /// EU: an entry contradicts itself.
    ServiceInconsistent = "service-inconsistent";
    /// EU: what holds at issuance and at the time of the signature differs.
    TimesDiffer = "times-differ";
}
