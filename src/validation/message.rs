//! What checks and summaries have to say: an identifier and typed arguments, never a sentence.
//!
//! The sentences are in `reporting/messages/{de,fr,it,en}.toml`; a test proves that every message has one in
//! each language, with the same arguments.

use crate::time::Timestamp;

/// An argument of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A name, an algorithm, an identifier: written as it is.
    Text(String),
    /// A point in time, written as the language does.
    Time(Timestamp),
    /// A number.
    Number(u64),
    /// A word that each language has its own of.
    Term(Term),
}

/// Words in messages that are translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Where an algorithm is used: the signature value.
    SignatureValue,
    /// Where an algorithm is used: the digest of the signed bytes.
    SignedBytes,
    /// Where an algorithm is used: the reference to the signer's certificate.
    CertificateReference,
    /// Where an algorithm is used: a certificate of the path.
    Certificate,
    /// Where an algorithm is used: the imprint of a time-stamp.
    Imprint,
    /// Where an algorithm is used: revocation data.
    RevocationData,
    /// Why no revocation data are required: the certificate lives for a short term (EN 319 412-1 §5.2).
    ShortTerm,
    /// Why no revocation data are required: the certificate says that there are none (RFC 9608).
    NoRevocationAvailable,
    /// What a message is about: a certificate revocation list.
    Crl,
    /// What a message is about: an OCSP response.
    OcspResponse,
    /// Why no revocation data are required: its issuer says that the responder need not be checked (RFC 6960 §4.2.2.2.1).
    OcspNoCheck,
    /// What stands twice: one signature in two fields.
    Field,
    /// What stands twice: one key in a signature dictionary.
    DictionaryKey,
    /// How fetching went: it was obtained.
    FetchDone,
    /// How fetching went: nothing is fetched.
    FetchOffline,
    /// How fetching went: nobody may be asked there.
    FetchRefused,
    /// How fetching went: nobody was reached.
    FetchUnreachable,
    /// How fetching went: it took too long.
    FetchTimeout,
    /// How fetching went: there was no answer that can be used.
    FetchUnusable,
    /// How fetching went: as much as may be was fetched before.
    FetchLimit,
}

impl Term {
    /// Every term.
    pub const ALL: &'static [Self] = &[
        Self::SignatureValue,
        Self::SignedBytes,
        Self::CertificateReference,
        Self::Certificate,
        Self::Imprint,
        Self::RevocationData,
        Self::ShortTerm,
        Self::NoRevocationAvailable,
        Self::Crl,
        Self::OcspResponse,
        Self::OcspNoCheck,
        Self::Field,
        Self::DictionaryKey,
        Self::FetchDone,
        Self::FetchOffline,
        Self::FetchRefused,
        Self::FetchUnreachable,
        Self::FetchTimeout,
        Self::FetchUnusable,
        Self::FetchLimit,
    ];

    /// The name under which the language files have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignatureValue => "signature-value",
            Self::SignedBytes => "signed-bytes",
            Self::CertificateReference => "certificate-reference",
            Self::Certificate => "certificate",
            Self::Imprint => "imprint",
            Self::RevocationData => "revocation-data",
            Self::ShortTerm => "short-term",
            Self::NoRevocationAvailable => "no-revocation-available",
            Self::Crl => "crl",
            Self::OcspResponse => "ocsp-response",
            Self::OcspNoCheck => "ocsp-no-check",
            Self::Field => "field",
            Self::DictionaryKey => "dictionary-key",
            Self::FetchDone => "fetch-done",
            Self::FetchOffline => "fetch-offline",
            Self::FetchRefused => "fetch-refused",
            Self::FetchUnreachable => "fetch-unreachable",
            Self::FetchTimeout => "fetch-timeout",
            Self::FetchUnusable => "fetch-unusable",
            Self::FetchLimit => "fetch-limit",
        }
    }
}

impl From<Term> for Arg {
    fn from(term: Term) -> Self {
        Self::Term(term)
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Timestamp> for Arg {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

macro_rules! messages {
    ($($(#[$doc:meta])* $variant:ident = $name:literal { $($arg:ident: $type:ty),* };)*) => {
        /// A message with its arguments.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "the arguments are named by the message's own documentation")]
        pub enum Message { $($(#[$doc])* $variant { $($arg: $type),* }),* }

        impl Message {
            /// Every message: its identifier and the names of its arguments.
            pub const ALL: &'static [(&'static str, &'static [&'static str])] =
                &[$(($name, &[$(stringify!($arg)),*])),*];

            /// The identifier.
            #[must_use]
            pub const fn id(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name),* }
            }

            /// The arguments, by name.
            #[must_use]
            pub fn args(&self) -> Vec<(&'static str, Arg)> {
                match self { $(Self::$variant { $($arg),* } => vec![$((stringify!($arg), $arg.clone().into())),*]),* }
            }
        }
    };
}

messages! {
    // Summaries: the one sentence about a document.
    /// No signature.
    SummaryNoSignature = "summary-no-signature" {};
    /// One signature, passed; `signer` is a name.
    SummaryValidOne = "summary-valid-one" { signer: String };
    /// Several signatures, all passed.
    SummaryValidMany = "summary-valid-many" { count: u64 };
    /// The only signature failed.
    SummaryNotValidOne = "summary-not-valid-one" {};
    /// `failed` of `count` signatures failed.
    SummaryNotValidMany = "summary-not-valid-many" { failed: u64, count: u64 };
    /// It cannot be told of the only signature.
    SummaryCannotTellOne = "summary-cannot-tell-one" {};
    /// It cannot be told of `indeterminate` of `count` signatures.
    SummaryCannotTellMany = "summary-cannot-tell-many" { indeterminate: u64, count: u64 };
    /// Why a signature passed.
    AllChecksPassed = "all-checks-passed" {};

    // Details of checks.
    /// The object could not be parsed: a stable code and the byte offset inside it.
    Malformed = "malformed" { what: String, offset: u64 };
    /// A key of a dictionary that is missing or has a wrong type.
    KeyMissing = "key-missing" { key: String };
    /// The SubFilter (or other kind) that nobody here knows.
    UnknownFormat = "unknown-format" { format: String };
    /// A limit was reached.
    LimitReached = "limit-reached" { limit: String, maximum: u64 };
    /// How many signers a CMS has.
    SignerCount = "signer-count" { count: u64 };
    /// The byte range does not start at 0.
    ByteRangeStart = "byte-range-start" {};
    /// The byte range is not four non-negative integers in order.
    ByteRangeForm = "byte-range-form" {};
    /// The byte range reaches beyond the end of the file.
    ByteRangeBeyondEnd = "byte-range-beyond-end" { end: u64, size: u64 };
    /// The gap is not exactly the value of Contents.
    ByteRangeGap = "byte-range-gap" { start: u64, end: u64 };
    /// The byte range ends where no revision ends.
    ByteRangeEnd = "byte-range-end" { end: u64 };
    /// The signature dictionary does not belong to the revision that the byte range covers.
    ByteRangeRevision = "byte-range-revision" {};
    /// How many bytes that are not all zero follow the signature in Contents.
    TrailingContents = "trailing-contents" { bytes: u64 };
    /// The other signature whose byte range collides.
    CollidesWith = "collides-with" { other: String };
    /// Two fields, or two keys, with one signature.
    Duplicate = "duplicate" { what: Term };
    /// The content-type attribute: what it says and what the content is.
    ContentTypeDiffers = "content-type-differs" { attribute: String, content: String };
    /// An attribute is missing.
    AttributeMissing = "attribute-missing" { attribute: String };
    /// An attribute stands more than once.
    AttributeRepeated = "attribute-repeated" { attribute: String };
    /// An attribute cannot be parsed.
    AttributeMalformed = "attribute-malformed" { attribute: String };
    /// A detached signature that brings content.
    UnexpectedContent = "unexpected-content" {};
    /// A signature that must bring content does not.
    MissingContent = "missing-content" {};
    /// None of the certificates at hand is the signer's.
    SignerNotAmongCertificates = "signer-not-among-certificates" { candidates: u64 };
    /// The digest of the certificate reference differs.
    CertificateDigestDiffers = "certificate-digest-differs" { algorithm: String };
    /// A path ends at a certificate whose issuer is not at hand or not trusted.
    PathEndsAt = "path-ends-at" { subject: String, issuer: String };
    /// No trust anchor is configured at all.
    NoAnchors = "no-anchors" {};
    /// Trust in the anchor ended at a time.
    AnchorEnded = "anchor-ended" { subject: String, until: Timestamp };
    /// The anchor is one of a trust list that says nothing of it for the time.
    NoStatusAtTime = "no-status-at-time" { subject: String, time: Timestamp, since: Timestamp };
    /// A valid certificate policy is demanded, and from this certificate on there is none.
    NoValidPolicy = "no-valid-policy" { subject: String };
    /// A certificate maps the policy that stands for all.
    AnyPolicyMapped = "any-policy-mapped" { subject: String };
    /// A certificate has more policies than are looked at.
    TooManyPolicies = "too-many-policies" { subject: String };
    /// A certificate is not as a section of RFC 5280 demands.
    ProfileBroken = "profile-broken" { subject: String, section: String };
    /// The certificate at fault.
    Certificate = "certificate" { subject: String };
    /// The key usage of a certificate.
    KeyUsageIs = "key-usage-is" { subject: String, usage: String };
    /// A name outside the name constraints.
    NameOutside = "name-outside" { subject: String, kind: String, name: String };
    /// A critical extension that is not understood.
    UnknownExtension = "unknown-extension" { subject: String, oid: String };
    /// A malformed or repeated extension.
    MalformedExtension = "malformed-extension" { subject: String, oid: String };
    /// A certificate had expired at the time.
    ExpiredAt = "expired-at" { subject: String, time: Timestamp, until: Timestamp };
    /// A certificate was not valid yet at the time.
    NotYetValidAt = "not-yet-valid-at" { subject: String, time: Timestamp, from: Timestamp };
    /// There are no revocation data for a certificate.
    NoRevocationData = "no-revocation-data" { subject: String };
    /// There are none, and where they were asked for there was an obstacle: its meaning, and its word.
    RevocationNotObtained = "revocation-not-obtained" { subject: String, host: String, outcome: Term, word: String };
    /// A certificate is revoked since a time.
    RevokedAt = "revoked-at" { subject: String, time: Timestamp };
    /// A certificate is on hold since a time.
    OnHoldSince = "on-hold-since" { subject: String, time: Timestamp };
    /// The status of a certificate is known up to a time only.
    StatusKnownUntil = "status-known-until" { subject: String, until: Timestamp };
    /// How many seconds revocation data are older than the best-signature-time.
    RevocationDataOlder = "revocation-data-older" { subject: String, seconds: u64 };
    /// The best-signature-time, where it decides.
    BestTimeIs = "best-time-is" { time: Timestamp };
    /// A certificate without data that existed at the control time.
    NoProofAt = "no-proof-at" { subject: String, time: Timestamp };
    /// The time stamp that comes too early, and the one that comes before it all the same.
    TimestampsOutOfOrder = "timestamps-out-of-order" { first: String, second: String };
    /// The claimed time and the proven one are too far apart.
    DelayTooLong = "delay-too-long" { claimed: Timestamp, proven: Timestamp };
    /// The format of a signature.
    LevelIs = "level-is" { format: String };
    /// The identifier of a signature policy.
    SignaturePolicyIs = "signature-policy-is" { policy: String };
    /// Whom a time-stamp names as its authority.
    AuthorityNamed = "authority-named" { name: String };
    /// Revocation data that were fresh only until some time.
    RevocationStale = "revocation-stale" { source: Term, until: Timestamp, time: Timestamp };
    /// Revocation data that say of themselves to be later than the clock.
    RevocationFromFuture = "revocation-from-future" { source: Term, time: Timestamp };
    /// An OCSP responder does not know the certificate.
    RevocationUnknown = "revocation-unknown" { subject: String };
    /// An OCSP response without an answer, and its status by the name of RFC 6960.
    RevocationResponseStatus = "revocation-response-status" { status: String };
    /// The signature of revocation data does not verify.
    RevocationSignatureInvalid = "revocation-signature-invalid" { source: Term, subject: String };
    /// Nobody at hand can have signed revocation data.
    RevocationSignerUnknown = "revocation-signer-unknown" { source: Term };
    /// Who signed revocation data may not speak for the issuer.
    RevocationSignerNotEntitled = "revocation-signer-not-entitled" { source: Term, subject: String };
    /// The path of who signed revocation data does not lead where it has to, or breaks a rule.
    RevocationSignerUntrusted = "revocation-signer-untrusted" { source: Term, subject: String };
    /// Who signed revocation data was not valid when they were made.
    RevocationSignerNotValid = "revocation-signer-not-valid" { source: Term, subject: String, time: Timestamp };
    /// Who signed revocation data is revoked or on hold.
    RevocationSignerRevoked = "revocation-signer-revoked" { source: Term, subject: String };
    /// It is not known whether who signed revocation data is revoked.
    RevocationSignerStatusUnknown = "revocation-signer-status-unknown" { source: Term, subject: String };
    /// An OCSP response about the certificate that signed it.
    RevocationBySubject = "revocation-by-subject" { subject: String };
    /// A CRL that does not cover the certificate.
    RevocationScope = "revocation-scope" {};
    /// CRLs that speak of some reasons only, and others are missing.
    RevocationReasonsIncomplete = "revocation-reasons-incomplete" {};
    /// A delta CRL without the complete list that it completes.
    RevocationDeltaWithoutBase = "revocation-delta-without-base" {};
    /// Revocation data with a critical extension that is not understood.
    RevocationUnknownExtension = "revocation-unknown-extension" { source: Term, oid: String };
    /// Revocation data that break a rule of their form; `what` names the field.
    RevocationMalformed = "revocation-malformed" { source: Term, what: String };
    /// Revocation data older than the certificate.
    RevocationBeforeIssuance = "revocation-before-issuance" { source: Term, time: Timestamp };
    /// Revocation data that need not know the certificate any more, since it had expired.
    RevocationAfterExpiry = "revocation-after-expiry" { source: Term, time: Timestamp };
    /// An OCSP response about another certificate with the same number.
    RevocationCertHashDiffers = "revocation-cert-hash-differs" {};
    /// An OCSP response to another request.
    RevocationNonceDiffers = "revocation-nonce-differs" {};
    /// A fetched OCSP response that is about none of the certificates at hand.
    RevocationOtherCertificate = "revocation-other-certificate" {};
    /// A certificate of which no revocation data are required, and by what.
    RevocationNotRequired = "revocation-not-required" { subject: String, reason: Term };
    /// An algorithm is reliable until a date that has passed; `place` says where it is used.
    AlgorithmExpired = "algorithm-expired" { algorithm: String, place: Term, until: Timestamp };
    /// An algorithm that the policy does not list.
    AlgorithmNotListed = "algorithm-not-listed" { algorithm: String, place: Term };
    /// A key smaller than the policy allows.
    KeyTooSmall = "key-too-small" { algorithm: String, bits: u64, place: Term };
    /// An algorithm that is listed with a warning.
    AlgorithmDiscouraged = "algorithm-discouraged" { algorithm: String, place: Term };
    /// An algorithm that this program cannot compute.
    AlgorithmUnsupported = "algorithm-unsupported" { algorithm: String };
    /// The digest of the signed bytes differs.
    DigestDiffers = "digest-differs" { algorithm: String };
    /// A reference of an XML signature.
    ReferenceIs = "reference-is" { uri: String };
    /// An element of an XML signature that stands twice.
    ElementRepeated = "element-repeated" { element: String };
    /// Where something stands.
    PlaceIs = "place-is" { path: String };
    /// The first place that is not signed.
    NotSignedAt = "not-signed-at" { path: String };
    /// The digest of what a reference of an XML signature leads to differs.
    ReferenceDigestDiffers = "reference-digest-differs" { uri: String, algorithm: String };
    /// A transform of a reference that is not evaluated, or has no result.
    TransformNotApplied = "transform-not-applied" { uri: String, algorithm: String };
    /// An XML signature without a reference to data.
    NothingSigned = "nothing-signed" {};
    /// The algorithm of the signature and the kind of key do not agree.
    KeyDisagrees = "key-disagrees" { algorithm: String, key: String };
    /// Two algorithms that should agree.
    AlgorithmsDiffer = "algorithms-differ" { first: String, second: String };
    /// The claimed signing time.
    ClaimedTime = "claimed-time" { time: Timestamp };
    /// How many later revisions, and bytes after the last one, nobody has analysed.
    ChangesUnknown = "changes-unknown" { revisions: u64, trailing: u64 };
}
