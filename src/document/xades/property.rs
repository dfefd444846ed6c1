//! What is known of the properties of an XML signature (ETSI EN 319 132-1 §5, annex A): as parsed and as digested.
//! Nothing here is verified; signed properties say something where [`XadesProperties::signed`] is true.

use super::facts::Fault;
use crate::crypto::{Digest, DigestAlgorithm};
use crate::time::Timestamp;

/// The signed properties of `XAdES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XadesProperties {
    /// Whether one reference of the signature is to all of them, and says so by its Type.
    pub signed: bool,
    /// Whether they are those of version 1.3.2, on which EN 319 132-1 builds.
    pub is_current: bool,
    /// `SigningTime`.
    pub claimed_signing_time: Option<Timestamp>,
    /// `SigningCertificate` and `SigningCertificateV2`, each with its certificates in order, the signer's first.
    pub signing_certificates: Vec<Vec<CertificateReference>>,
    /// A property that is not as its schema says, or stands twice: its name.
    pub malformed: Option<&'static str>,
    /// `SignaturePolicyIdentifier`.
    pub claimed_policy: ClaimedPolicy,
    /// `CommitmentTypeIndication`: the identifiers as written.
    pub claimed_commitments: Vec<String>,
    /// `SignerRole` and `SignerRoleV2`: the texts of the claimed roles.
    pub claimed_roles: Vec<String>,
    /// `SignatureProductionPlace` and `SignatureProductionPlaceV2`, their parts in order.
    pub claimed_place: Option<String>,
    /// `DataObjectFormat`.
    pub formats: Vec<DataObjectFormat>,
    /// Whether a role, a place or a policy stands more than once.
    pub repeated: bool,
}

/// A certificate as `SigningCertificate` names it (EN 319 132-1 §5.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateReference {
    /// Whether it stands in `SigningCertificateV2`.
    pub is_version_2: bool,
    /// The digest method, a URI.
    pub method: String,
    /// The same, where it is one that is known.
    pub algorithm: Option<DigestAlgorithm>,
    /// The digest of the certificate.
    pub digest: Vec<u8>,
    /// `IssuerSerialV2`: an `IssuerSerial` of RFC 5035, as DER.
    pub issuer_serial: Option<Vec<u8>>,
    /// Version 1: the serial number in decimal digits.
    pub serial: Option<String>,
    /// Whether it says where the certificate can be had.
    pub has_uri: bool,
}

/// `SignaturePolicyIdentifier` (EN 319 132-1 §5.2.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimedPolicy {
    /// There is none.
    None,
    /// It follows from the data.
    Implied,
    /// A policy by its identifier.
    Explicit {
        /// The dotted numbers of an object identifier that is written as a URN, else the URI.
        id: String,
        /// The digest method, where it is one that is known.
        algorithm: Option<DigestAlgorithm>,
        /// The digest of the policy.
        digest: Vec<u8>,
        /// The digest, by the same method, of the document in `SignaturePolicyStore` (§5.2.10).
        stored: Option<Digest>,
    },
    /// It is not as its schema says, or stands twice.
    Malformed,
}

/// `DataObjectFormat` (EN 319 132-1 §5.2.4): what the signer says that data are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataObjectFormat {
    /// The number of the reference that it is about, from 0; none where it is about none of them.
    pub reference: Option<usize>,
    /// The same as written.
    pub object: String,
    /// The media type.
    pub mime_type: Option<String>,
    /// The encoding, a URI.
    pub encoding: Option<String>,
    /// A text for people.
    pub description: Option<String>,
}

/// What an unsigned property of the signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsignedKind {
    /// `CounterSignature` (EN 319 132-1 §5.2.7.2).
    CounterSignature,
    /// `SignatureTimeStamp` (§5.3).
    SignatureTimestamp,
    /// `CompleteCertificateRefs` and `CompleteCertificateRefsV2` (annex A.1.1).
    CertificateRefs,
    /// `CompleteRevocationRefs` (A.1.2).
    RevocationRefs,
    /// `AttributeCertificateRefs` and `AttributeCertificateRefsV2` (A.1.3).
    AttributeCertificateRefs,
    /// `AttributeRevocationRefs` (A.1.4).
    AttributeRevocationRefs,
    /// `SigAndRefsTimeStamp` and `SigAndRefsTimeStampV2` (A.1.5.1).
    SigAndRefsTimestamp,
    /// `RefsOnlyTimeStamp` and `RefsOnlyTimeStampV2` (A.1.5.2).
    RefsOnlyTimestamp,
    /// `CertificateValues` (§5.4.1).
    CertificateValues,
    /// `RevocationValues` (§5.4.2).
    RevocationValues,
    /// `AttrAuthoritiesCertValues` (§5.4.3).
    AttributeCertificateValues,
    /// `AttributeRevocationValues` (§5.4.4).
    AttributeRevocationValues,
    /// `TimeStampValidationData` (§5.5.1) and `AnyValidationData` (§5.5.3).
    ValidationData,
    /// `ArchiveTimeStamp` of version 1.4.1 (§5.5.2).
    ArchiveTimestamp,
    /// `ArchiveTimeStamp` of earlier versions (TS 101 903 V1.3.2 §7.7).
    ArchiveTimestampBefore141,
    /// `SignaturePolicyStore` (§5.2.10).
    PolicyStore,
    /// Any other.
    Other,
}

/// One unsigned property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedProperty {
    /// Which.
    pub kind: UnsignedKind,
    /// Certificates and revocation data in it.
    pub values: ValidationData,
    /// The ids of the counter-signatures in it.
    pub counter_signatures: Vec<String>,
}

/// Certificates and revocation data as they are sent: DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationData {
    /// Certificates.
    pub certificates: Vec<Vec<u8>>,
    /// CRLs.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses, some of them only the basic one.
    pub ocsp_responses: Vec<Vec<u8>>,
    /// How many more there are that are no base64.
    pub unreadable: usize,
}

/// Which property a time-stamp stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampProperty {
    /// `AllDataObjectsTimeStamp` (EN 319 132-1 §5.2.8.1).
    AllDataObjects,
    /// `IndividualDataObjectsTimeStamp` (§5.2.8.2).
    IndividualDataObjects,
    /// `SignatureTimeStamp`.
    Signature,
    /// `SigAndRefsTimeStamp`; whether of version 2.
    SigAndRefs {
        /// `SigAndRefsTimeStampV2`.
        v2: bool,
    },
    /// `RefsOnlyTimeStamp`; whether of version 2.
    RefsOnly {
        /// `RefsOnlyTimeStampV2`.
        v2: bool,
    },
    /// `ArchiveTimeStamp` of version 1.4.1.
    Archive,
    /// `ArchiveTimeStamp` of earlier versions.
    ArchiveBefore141,
}

impl TimestampProperty {
    /// The name of its element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllDataObjects => "AllDataObjectsTimeStamp",
            Self::IndividualDataObjects => "IndividualDataObjectsTimeStamp",
            Self::Signature => "SignatureTimeStamp",
            Self::SigAndRefs { v2: false } => "SigAndRefsTimeStamp",
            Self::SigAndRefs { v2: true } => "SigAndRefsTimeStampV2",
            Self::RefsOnly { v2: false } => "RefsOnlyTimeStamp",
            Self::RefsOnly { v2: true } => "RefsOnlyTimeStampV2",
            Self::Archive | Self::ArchiveBefore141 => "ArchiveTimeStamp",
        }
    }
}

/// A time-stamp in a property. A property may hold several, which are over the same.
#[derive(Clone, Debug)]
pub struct XmlTimestamp {
    /// Which property it stands in.
    pub property: TimestampProperty,
    /// The number of that property among the unsigned ones, from 0; none of signed properties.
    pub place: Option<usize>,
    /// The token as sent; else the name of the element that stands in its place.
    pub value: Result<Vec<u8>, &'static str>,
    /// The digest of what it has to be over, by the algorithm that the token names; none where that is not known.
    pub imprint: Result<Option<Digest>, Fault>,
    /// What it is over besides data.
    pub covers: Covers,
}

/// The parts of a signature that a time-stamp is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covers {
    /// The signature value.
    pub value: bool,
    /// The certificates of `KeyInfo`.
    pub key_info: bool,
    /// The signed properties, with the time-stamps in them.
    pub signed_properties: bool,
    /// So many unsigned properties, from the first.
    pub first: usize,
    /// Single ones besides: their numbers.
    pub single: Vec<usize>,
}
