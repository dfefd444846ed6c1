//! The checks: one enum in the standard's order, part of the contract with callers.
//!
//! Each check has one fixed conclusion and one basis. Which level it has (fail, warn, inform, ignore) is the
//! policy's matter, except for the floor that no policy can lower ([`CheckId::is_floor`]).

use super::message::Message;
use super::verdict::{Doubt, Failure, Verdict};

/// Which kind of object a check is about. Policies set levels per context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// A signature of the document.
    Signature,
    /// A signature over a signature.
    CounterSignature,
    /// A time-stamp.
    Timestamp,
    /// Revocation data.
    Revocation,
}

impl Context {
    /// The name in reports and policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::CounterSignature => "counter-signature",
            Self::Timestamp => "timestamp",
            Self::Revocation => "revocation",
        }
    }
}

/// Whose certificate a check is about. Policies may set other levels for CAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The signer's, or no certificate at all.
    Signer,
    /// That of a CA between the signer and the anchor.
    Ca,
}

/// What the policy makes of a check that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The check is not run.
    Ignore,
    /// Reported.
    Inform,
    /// Reported as a warning.
    Warn,
    /// Ends with the check's conclusion.
    Fail,
}

impl Level {
    /// The name in policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Inform => "inform",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// It holds.
    Passed,
    /// It does not hold; the conclusion is FAILED.
    Failed,
    /// It does not hold; the conclusion is INDETERMINATE.
    Indeterminate,
    /// It does not hold, and the policy only warns.
    Warning,
    /// It does not hold, and the policy only informs.
    Information,
    /// It could not be run, since an earlier one did not hold.
    NotRun,
}

impl CheckResult {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Indeterminate => "indeterminate",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::NotRun => "not-run",
        }
    }
}

/// One check that was run.
#[derive(Clone, Debug)]
pub struct Check {
    /// Which rule.
    pub id: CheckId,
    /// About what kind of object.
    pub context: Context,
    /// How it came out.
    pub result: CheckResult,
    /// The object: an identifier of the report (`S1`), or `sha256:…` of a certificate.
    pub object: Option<String>,
    /// What was found, where there is more to say than the result.
    pub detail: Option<Message>,
}

macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $basis:literal, $level:ident, $conclusion:expr;)*) => {
        /// The rules, in the standard's order. Names are part of the contract: add, never rename or remove.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum CheckId { $($(#[$doc])* $variant),* }

        impl CheckId {
            /// Every check, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its place in [`Self::ALL`].
            #[expect(clippy::as_conversions, reason = "there is no other way to the number of a variant")]
            pub(super) const fn number(self) -> usize {
                self as usize
            }

            /// The name in reports and policies.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The standard and section that demand it.
            #[must_use]
            pub const fn basis(self) -> &'static str {
                match self { $(Self::$variant => $basis),* }
            }

            /// The level where a policy says nothing.
            #[must_use]
            pub const fn default_level(self) -> Level {
                match self { $(Self::$variant => Level::$level),* }
            }

            /// What follows where the check does not hold and its level is fail.
            pub const fn conclusion(self) -> Verdict {
                match self { $(Self::$variant => $conclusion),* }
            }
        }
    };
}

const FORMAT: Verdict = Verdict::Failed(Failure::FormatFailure);
const HASH: Verdict = Verdict::Failed(Failure::HashFailure);
const CRYPTO: Verdict = Verdict::Failed(Failure::SigCryptoFailure);
const NO_SIGNER: Verdict = Verdict::Indeterminate(Doubt::NoSigningCertificateFound);
const NO_CHAIN: Verdict = Verdict::Indeterminate(Doubt::NoCertificateChainFound);
const NO_CHAIN_NO_POE: Verdict = Verdict::Indeterminate(Doubt::NoCertificateChainFoundNoPoe);
const CHAIN_GENERAL: Verdict = Verdict::Indeterminate(Doubt::CertificateChainGeneralFailure);
const CHAIN_CONSTRAINTS: Verdict = Verdict::Indeterminate(Doubt::ChainConstraintsFailure);
const CONSTRAINTS: Verdict = Verdict::Indeterminate(Doubt::SigConstraintsFailure);
const WEAK: Verdict = Verdict::Indeterminate(Doubt::CryptoConstraintsFailureNoPoe);
const NO_DATA: Verdict = Verdict::Indeterminate(Doubt::SignedDataNotFound);
const POLICY_ERROR: Verdict = Verdict::Indeterminate(Doubt::PolicyProcessingError);
const OUT_OF_BOUNDS: Verdict = Verdict::Indeterminate(Doubt::OutOfBoundsNoPoe);
const OUT_OF_BOUNDS_NOT_REVOKED: Verdict = Verdict::Indeterminate(Doubt::OutOfBoundsNotRevoked);
const TRY_LATER: Verdict = Verdict::Indeterminate(Doubt::TryLater);
const REVOKED_NO_POE: Verdict = Verdict::Indeterminate(Doubt::RevokedNoPoe);
const REVOKED_CA_NO_POE: Verdict = Verdict::Indeterminate(Doubt::RevokedCaNoPoe);
const REVOCATION_OUT_OF_BOUNDS: Verdict = Verdict::Indeterminate(Doubt::RevocationOutOfBoundsNoPoe);

checks! {
    /// The signature can be read at all: its dictionary, its CMS or PKCS#1 value.
    SignatureReadable = "fc-signature-readable", "EN 319 102-1 §5.2.2", Fail, FORMAT;
    /// The kind of signature is one that is known (PDF: the SubFilter).
    FormatKnown = "fc-format-known", "EN 319 102-1 §5.2.2; ISO 32000-2 §12.8.1", Fail, FORMAT;
    /// The work that this signature may cost was enough.
    WithinLimits = "fc-within-limits", "EN 319 102-1 §5.2.2", Fail, CONSTRAINTS;
    /// PDF: the signature dictionary is the value of a signature field.
    InSignatureField = "fc-signature-field", "ISO 32000-2 §12.7.5.5", Fail, FORMAT;
    /// The signature does not stand twice (two fields with one dictionary, one dictionary key twice).
    NotDuplicated = "fc-not-duplicated", "EN 319 102-1 §5.2.2", Fail, FORMAT;
    /// PDF: nothing but zeros follows the signature in Contents.
    ContentsPadding = "fc-contents-padding", "ISO 32000-2 §12.8.1; EN 319 142-1 §5.5", Warn, FORMAT;
    /// CMS: there is exactly one signer.
    SingleSigner = "fc-single-signer", "EN 319 142-1 §5.3; ISO 32000-2 §12.8.3.3.1", Fail, FORMAT;
    /// PDF: the byte range starts at 0, leaves out exactly the value of Contents and ends at a revision's end.
    ByteRange = "fc-byte-range", "ISO 32000-2 §12.8.1", Fail, FORMAT;
    /// PDF: the byte range does not cut through that of another signature.
    ByteRangeCollision = "fc-byte-range-collision", "ISO 32000-2 §12.8.1", Fail, FORMAT;
    /// CMS: the content-type attribute is there and names the type of the content.
    ContentType = "fc-content-type", "RFC 5652 §5.3, §11.1", Fail, FORMAT;
    /// CMS: the message-digest attribute is there once.
    MessageDigestOnce = "fc-message-digest-attribute", "RFC 5652 §5.3, §11.2", Fail, FORMAT;
    /// CMS: a detached signature brings no content of its own; one that must bring it does.
    Encapsulation = "fc-encapsulation", "ISO 32000-2 §12.8.3.3; EN 319 142-1 §5.3", Fail, FORMAT;
    /// XML: the signature is made with a private key, not with a secret that is shared with whoever verifies it.
    NoSharedSecret = "fc-no-shared-secret", "EN 319 102-1 §5.2.2; RFC 9231 §2.2", Fail, FORMAT;
    /// XML: every reference into the document leads to an element.
    ReferenceFound = "fc-reference-found", "EN 319 102-1 §5.2.2; XML Signature 1.1 §4.4.3", Fail, FORMAT;
    /// XML: no reference leads to more than one element.
    ReferenceUnambiguous = "fc-reference-unambiguous", "EN 319 102-1 §5.2.2; XML Signature 1.1 §4.4.3", Fail, FORMAT;
    /// CMS: the index of an archive time-stamp (version 3) is there, and all that it names is there.
    ArchiveHashIndex = "fc-archive-hash-index", "EN 319 122-1 §5.5.2", Fail, FORMAT;
    /// PDF: what was changed after signing is permitted.
    ChangesPermitted = "fc-changes-permitted", "ISO 32000-2 §12.8.2; EN 319 102-1 §5.2.2", Fail, FORMAT;
    /// The signer's certificate is at hand.
    SigningCertificateFound = "isc-certificate-found", "EN 319 102-1 §5.2.3", Fail, NO_SIGNER;
    /// The signed reference to the signer's certificate has its digest.
    SigningCertificateDigest = "isc-certificate-digest", "EN 319 102-1 §5.2.3; RFC 5035 §4", Fail, NO_SIGNER;
    /// The signed reference to the signer's certificate has its issuer and serial number.
    SigningCertificateIssuerSerial = "isc-issuer-serial", "EN 319 102-1 §5.2.3; RFC 5035 §4", Warn, NO_SIGNER;
    /// The signature policy that the signature names is one that is accepted.
    SignaturePolicyAcceptable = "vci-policy-acceptable", "EN 319 102-1 §5.2.4", Fail, POLICY_ERROR;
    /// The signature policy that the signature names is at hand.
    SignaturePolicyAvailable = "vci-policy-available", "EN 319 102-1 §5.2.4", Inform,
        Verdict::Indeterminate(Doubt::SignaturePolicyNotAvailable);
    /// The digest of the signature policy is the one that the signature names.
    SignaturePolicyDigest = "vci-policy-digest", "EN 319 102-1 §5.2.4", Warn, POLICY_ERROR;
    /// A path of certificates whose signatures verify leads to a trust anchor.
    ChainToAnchor = "xcv-chain", "EN 319 102-1 §5.2.6; RFC 5280 §6.1", Fail, NO_CHAIN;
    /// Trust in the anchor had not ended.
    AnchorTrusted = "xcv-anchor-trusted", "EN 319 102-1 §5.2.6", Fail, NO_CHAIN_NO_POE;
    /// The signer's key may be used for signatures of this kind.
    SignerKeyUsage = "xcv-signer-key-usage", "EN 319 102-1 §5.2.6; RFC 5280 §4.2.1.3", Fail, CHAIN_CONSTRAINTS;
    /// The signer's certificate may be used for this purpose (time-stamping: critical, alone).
    SignerExtendedKeyUsage = "xcv-signer-extended-key-usage", "RFC 5280 §4.2.1.12; RFC 3161 §2.3", Fail, CHAIN_CONSTRAINTS;
    /// Every issuer of the path is a CA.
    IssuerIsCa = "xcv-issuer-is-ca", "RFC 5280 §6.1.4 (k)", Fail, CHAIN_GENERAL;
    /// The path is not longer than each CA allows.
    PathLength = "xcv-path-length", "RFC 5280 §6.1.4 (l), (m)", Fail, CHAIN_GENERAL;
    /// Every CA's key may sign certificates.
    CaKeyUsage = "xcv-ca-key-usage", "RFC 5280 §6.1.4 (n)", Fail, CHAIN_GENERAL;
    /// Every name lies within the constraints of the CAs above.
    NameConstraints = "xcv-name-constraints", "RFC 5280 §6.1.3 (b), (c)", Fail, CHAIN_GENERAL;
    /// The path is valid for a certificate policy, where it or the validation policy demands one.
    CertificatePolicies = "xcv-certificate-policies", "RFC 5280 §6.1.3 (d) to (f), §6.1.4, §6.1.5 (g); RFC 9618", Fail, CHAIN_GENERAL;
    /// No certificate of the path has a critical extension that nobody here understands.
    CriticalExtensions = "xcv-critical-extensions", "RFC 5280 §6.1.4 (o), §6.1.5 (f)", Fail, CHAIN_GENERAL;
    /// The extensions of every certificate of the path are well formed and stand once.
    ExtensionsWellFormed = "xcv-extensions-well-formed", "RFC 5280 §4.2", Fail, CHAIN_GENERAL;
    /// Every certificate of the path that is not self-issued names its issuer's key.
    AuthorityKeyIdentifier = "xcv-authority-key-identifier", "RFC 5280 §4.2.1.1", Warn, CHAIN_GENERAL;
    /// Every CA of the path names its key.
    SubjectKeyIdentifier = "xcv-subject-key-identifier", "RFC 5280 §4.2.1.2", Fail, CHAIN_GENERAL;
    /// Every certificate of the path is as its issuer has to make it.
    CertificateProfile = "xcv-certificate-profile", "RFC 5280 §4.1, §4.2", Inform, CHAIN_GENERAL;
    /// Where a content time-stamp proves that the signature is younger: the signer's certificate was not revoked then.
    ContentTimeBeforeRevocation = "xcv-content-time-before-revocation", "EN 319 102-1 §5.3.4", Fail,
        Verdict::Failed(Failure::Revoked);
    /// Where a content time-stamp proves that the signature is younger: the signer's certificate had not expired then.
    ContentTimeBeforeExpiry = "xcv-content-time-before-expiry", "EN 319 102-1 §5.3.4", Fail,
        Verdict::Failed(Failure::Expired);
    /// The signer's certificate is not revoked.
    SignerNotRevoked = "xcv-signer-not-revoked", "EN 319 102-1 §5.2.6, §5.2.5", Fail, REVOKED_NO_POE;
    /// The time lies within the validity of the signer's certificate.
    SignerValidity = "xcv-signer-validity", "EN 319 102-1 §5.2.6; RFC 5280 §6.1.3 (a)", Fail, OUT_OF_BOUNDS;
    /// The same, of a certificate that is known not to be revoked, or of which no revocation data are required.
    SignerValidityNotRevoked = "xcv-signer-validity-not-revoked", "EN 319 102-1 §5.2.6", Fail,
        OUT_OF_BOUNDS_NOT_REVOKED;
    /// The time lies within the validity of every CA below the anchor.
    CaValidity = "xcv-ca-validity", "EN 319 102-1 §5.2.6; RFC 5280 §6.1.3 (a)", Fail, OUT_OF_BOUNDS;
    /// It is known whether the certificate is revoked.
    RevocationKnown = "xcv-revocation-known", "EN 319 102-1 §5.2.6, §5.2.5", Fail, TRY_LATER;
    /// No CA below the anchor is revoked.
    CaNotRevoked = "xcv-ca-not-revoked", "EN 319 102-1 §5.2.6, §5.2.5", Fail, REVOKED_CA_NO_POE;
    /// The certificate is not on hold.
    NotOnHold = "xcv-not-on-hold", "EN 319 102-1 §5.2.6, §5.2.5", Fail, TRY_LATER;
    /// The revocation data are fresh at the time.
    RevocationFresh = "xcv-revocation-fresh", "EN 319 102-1 §5.2.5", Fail, TRY_LATER;
    /// Who signed the revocation data of the signer's certificate has not expired.
    RevocationIssuerValidity = "xcv-revocation-issuer-validity", "EN 319 102-1 §5.2.6", Fail,
        REVOCATION_OUT_OF_BOUNDS;
    /// The algorithms and key sizes of the path are reliable.
    PathAlgorithms = "xcv-algorithms", "EN 319 102-1 §5.2.6; TS 119 312", Fail, WEAK;
    /// The algorithms and key sizes of the revocation data are reliable.
    RevocationAlgorithms = "xcv-revocation-algorithms", "EN 319 102-1 §5.2.6; TS 119 312", Fail, WEAK;
    /// Revocation data that are fresh at the validation time are at hand, not only older ones that suffice.
    RevocationCurrent = "xcv-revocation-current", "EN 319 102-1 §5.2.5", Warn, TRY_LATER;
    /// The algorithms of the signature are ones that this program can compute.
    AlgorithmSupported = "cv-algorithm-supported", "EN 319 102-1 §5.2.7", Fail, WEAK;
    /// XML: there is a reference to data, and what references outside of the document lead to was given.
    SignedDataFound = "cv-signed-data-found", "EN 319 102-1 §5.2.7", Fail, NO_DATA;
    /// XML: the transforms of every reference are ones that are evaluated here, and have a result.
    TransformsApplied = "cv-transforms-applied", "EN 319 102-1 §5.2.7; XML Signature 1.1 §6.6", Fail, NO_DATA;
    /// The digest of the signed bytes is the one that was signed.
    DocumentDigest = "cv-document-digest", "EN 319 102-1 §5.2.7", Fail, HASH;
    /// Time-stamp: the imprint is the digest of what it stands for.
    MessageImprint = "cv-message-imprint", "EN 319 102-1 §5.4; RFC 3161 §2.4.2", Fail, HASH;
    /// XML: every entry of a manifest leads to something with the digest that it states.
    ManifestEntries = "cv-manifest-entries", "EN 319 102-1 §5.2.7; XML Signature 1.1 §5.1", Warn, HASH;
    /// Everything that a passing takes was proven: the digest of what was signed, the signature value, a path to an
    /// anchor. Whatever else went on, nothing passes because nobody objected.
    ProofComplete = "cv-proof-complete", "EN 319 102-1 §5.2.6, §5.2.7", Fail, CONSTRAINTS;
    /// The signature value verifies with the key of the signer's certificate.
    SignatureValue = "cv-signature-value", "EN 319 102-1 §5.2.7", Fail, CRYPTO;
    /// ETSI.CAdES.detached and XML: the signature names its certificate in a signed attribute or property.
    SigningCertificateAttribute = "sav-signing-certificate", "EN 319 102-1 §5.2.8; EN 319 142-1 §6.3", Fail, CONSTRAINTS;
    /// adbe.*: the signature names its certificate in a signed attribute.
    SigningCertificateAttributeLegacy = "sav-signing-certificate-legacy", "EN 319 102-1 §5.2.8", Inform, CONSTRAINTS;
    /// The attribute that names the certificate is well formed and stands once.
    SigningCertificateAttributeForm = "sav-signing-certificate-form", "EN 319 122-1 §5.2.2; RFC 5035 §3", Fail, CONSTRAINTS;
    /// The digest in the reference to the signer's certificate is reliable.
    SigningCertificateReferenceAlgorithm = "sav-signing-certificate-algorithm", "EN 319 102-1 §5.2.8; TS 119 312", Warn, WEAK;
    /// The algorithms of the signature agree with those that it protects (RFC 6211).
    AlgorithmProtection = "sav-algorithm-protection", "RFC 6211 §3", Fail, CONSTRAINTS;
    /// The digest algorithm of the signed data is that of the signature value.
    DigestAlgorithmAgreement = "sav-digest-algorithm-agreement", "RFC 8933 §2", Warn, CONSTRAINTS;
    /// The claimed signing time lies within the validity of the signer's certificate.
    ClaimedTimeInValidity = "sav-claimed-time-in-validity", "EN 319 102-1 §5.2.8", Warn, CONSTRAINTS;
    /// Every reference of an XML signature selects something.
    ReferencesSelect = "sav-references-select", "EN 319 102-1 §5.2.8; XML Signature 1.1 §8.1", Fail, CONSTRAINTS;
    /// The transforms leave nothing out of what the references of an XML signature lead to.
    TransformsComplete = "sav-transforms-complete", "EN 319 102-1 §5.2.8; XML Signature 1.1 §8.1", Fail, CONSTRAINTS;
    /// What stands in the signature and is not signed is what may stand there: properties and key information.
    UnsignedKnown = "sav-unsigned-known", "EN 319 102-1 §5.2.8; EN 319 132-1 §4.3", Warn, CONSTRAINTS;
    /// No comment that is not signed divides a text.
    TextUndivided = "sav-text-undivided", "EN 319 102-1 §5.2.8; XML Signature 1.1 §8.1", Warn, CONSTRAINTS;
    /// The signature covers the whole document or a whole revision of it.
    Coverage = "sav-coverage", "EN 319 102-1 §5.2.8", Fail, CONSTRAINTS;
    /// XML: the signature covers the whole document and all content that was given.
    CoverageWhole = "sav-coverage-whole", "EN 319 102-1 §5.2.8", Fail, CONSTRAINTS;
    /// XML: the signed properties are covered by a reference that says that it is to them.
    PropertiesSigned = "sav-properties-signed", "EN 319 102-1 §5.2.8; EN 319 132-1 §4.4.2", Fail, CONSTRAINTS;
    /// XML: a counter-signature signs the value of the signature that it stands in.
    CountersignedValue = "sav-countersigned-value", "EN 319 102-1 §5.2.8; EN 319 132-1 §5.2.7.2", Fail, CONSTRAINTS;
    /// PDF: what was changed after signing has been analysed.
    ChangesAnalysed = "sav-changes-analysed", "EN 319 102-1 §5.2.8; ISO 32000-2 §12.8.2", Fail, CONSTRAINTS;
    /// Time-stamp: the time that it states is not later than ours.
    TimestampNotFromFuture = "sav-time-not-from-future", "EN 319 102-1 §5.4", Fail, CONSTRAINTS;
    /// The signature has the level that is required.
    RequiredLevel = "sav-required-level", "EN 319 102-1 §5.2.8; EN 319 142-1 §6", Ignore, CONSTRAINTS;
    /// Time-stamp: the authority that the token names is the holder of the certificate.
    TimestampAuthorityName = "sav-authority-name", "EN 319 102-1 §5.4; RFC 3161 §2.4.2", Warn, CONSTRAINTS;
    /// Where a content time-stamp proves that the signature is younger: its algorithms were reliable then.
    AlgorithmsAtContentTime = "sav-algorithms-at-content-time", "EN 319 102-1 §5.3.4; TS 119 312", Fail,
        Verdict::Indeterminate(Doubt::CryptoConstraintsFailure);
    /// The algorithms and key size of the signature are reliable.
    SignatureAlgorithms = "sav-algorithms", "EN 319 102-1 §5.2.8; TS 119 312", Fail, WEAK;
    /// The signer's certificate was not revoked at the best-signature-time.
    RevokedAfterBestTime = "ltv-signer-revoked-after-best-signature-time", "EN 319 102-1 §5.5.4", Fail,
        REVOKED_NO_POE;
    /// No CA below the anchor was revoked at the best-signature-time.
    CaRevokedAfterBestTime = "ltv-ca-revoked-after-best-signature-time", "EN 319 102-1 §5.5.4", Fail,
        REVOKED_CA_NO_POE;
    /// The signer's certificate was already valid at the best-signature-time.
    BestTimeNotBefore = "ltv-best-signature-time-not-before", "EN 319 102-1 §5.5.4", Fail,
        Verdict::Failed(Failure::NotYetValid);
    /// The signer's certificate, known not to be revoked, was still valid at the best-signature-time.
    BestTimeNotAfter = "ltv-best-signature-time-not-after", "EN 319 102-1 §5.5.4", Fail, OUT_OF_BOUNDS_NOT_REVOKED;
    /// The algorithms of the signature were reliable at the best-signature-time.
    AlgorithmsAtBestTime = "ltv-signature-algorithms", "EN 319 102-1 §5.5.4; TS 119 312", Fail, WEAK;
    /// The time-stamps are in order: content, signature, later ones.
    TimestampOrder = "ltv-timestamp-order", "EN 319 102-1 §5.5.4; RFC 3161 §2.4.2", Fail,
        Verdict::Indeterminate(Doubt::TimestampOrderFailure);
    /// The time-stamp is not later than the policy allows after the claimed signing time.
    TimestampDelay = "ltv-timestamp-delay", "EN 319 102-1 §5.5.4", Fail, CONSTRAINTS;
    /// The revocation data were fresh at the best-signature-time.
    RevocationFreshAtBestTime = "ltv-revocation-fresh", "EN 319 102-1 §5.5.4, §5.2.5", Fail, TRY_LATER;
    /// The certificate was put on hold after the best-signature-time.
    SuspendedAfterBestTime = "ltv-suspended-after-best-signature-time", "EN 319 102-1 §5.5.4", Fail, TRY_LATER;
    /// The revocation data are younger than the best-signature-time that a time-stamp proves.
    RevocationAfterBestTime = "ltv-revocation-after-best-signature-time", "EN 319 102-1 §5.5.4", Warn, TRY_LATER;
    /// There is a date at which the whole path is valid (RFC 5280 §6.1).
    PathValidAtSomeTime = "pcv-path-valid-at-some-time", "EN 319 102-1 §5.6.2.1", Fail, CHAIN_GENERAL;
    /// Every certificate of the path has revocation data that existed, as the certificate did, at the control time.
    ExistenceAtControlTime = "vts-existence-at-control-time", "EN 319 102-1 §5.6.2.2", Fail,
        Verdict::Indeterminate(Doubt::NoPoe);
    /// The algorithms of the path were reliable at the control time.
    AlgorithmsAtControlTime = "pcv-algorithms-at-control-time", "EN 319 102-1 §5.6.2.1; TS 119 312", Fail, WEAK;
    /// The signature existed at the control time.
    ExistenceOfSignature = "psv-signature-existed-at-control-time", "EN 319 102-1 §5.6.2.4", Warn,
        Verdict::Indeterminate(Doubt::NoPoe);
    /// Whoever signed the revocation data of the signer's certificate is proven to have existed within his validity.
    RevocationIssuerExisted = "psv-revocation-issuer-existed", "EN 319 102-1 §5.6.2.4", Fail,
        REVOCATION_OUT_OF_BOUNDS;
    /// The signer's certificate was already valid when the signature is first proven to exist.
    ExistenceNotBefore = "psv-existence-not-before", "EN 319 102-1 §5.6.2.4", Fail,
        Verdict::Failed(Failure::NotYetValid);
    /// The signer's certificate was still valid when the signature is first proven to exist.
    ExistenceNotAfter = "psv-existence-not-after", "EN 319 102-1 §5.6.2.4", Fail, OUT_OF_BOUNDS;
    /// Every CA below the anchor was still valid when the signature is first proven to exist.
    ExistenceWithinCaValidity = "psv-existence-within-ca-validity", "EN 319 102-1 §5.6.2.4", Fail, OUT_OF_BOUNDS;
    /// The revocation data of the signer's certificate existed before a CA of the path was revoked.
    RevocationDataBeforeCaRevocation = "psv-revocation-data-before-ca-revocation", "EN 319 102-1 §5.6.2.4", Fail,
        REVOKED_CA_NO_POE;
    /// The revocation data were fresh when the signature is first proven to exist.
    RevocationFreshAtExistence = "psv-revocation-fresh", "EN 319 102-1 §5.6.2.4, §5.2.5", Fail, TRY_LATER;
    /// Each algorithm was reliable when what it protects is first proven to exist.
    AlgorithmsAtExistence = "psv-algorithms", "EN 319 102-1 §5.6.2.4; TS 119 312", Fail, WEAK;
}

impl CheckId {
    /// Whether no policy may lower the check: byte range, references, digests, signature values, later
    /// changes, a path to an anchor, and whatever makes a signature readable.
    #[must_use]
    pub const fn is_floor(self) -> bool {
        matches!(
            self,
            Self::SignatureReadable
                | Self::FormatKnown
                | Self::WithinLimits
                | Self::InSignatureField
                | Self::NotDuplicated
                | Self::SingleSigner
                | Self::ByteRange
                | Self::ByteRangeCollision
                | Self::ContentType
                | Self::MessageDigestOnce
                | Self::Encapsulation
                | Self::NoSharedSecret
                | Self::ReferenceFound
                | Self::ReferenceUnambiguous
                | Self::SignedDataFound
                | Self::TransformsApplied
                | Self::ChangesPermitted
                | Self::ChangesAnalysed
                | Self::SigningCertificateFound
                | Self::SigningCertificateDigest
                | Self::ChainToAnchor
                | Self::AnchorTrusted
                | Self::AlgorithmSupported
                | Self::DocumentDigest
                | Self::MessageImprint
                | Self::ProofComplete
                | Self::SignatureValue
        )
    }

    /// The check with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_floor_checks_fail() {
        let mut names: Vec<_> = CheckId::ALL.iter().map(|id| id.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CheckId::ALL.len());
        for id in CheckId::ALL {
            assert_ne!(id.conclusion(), Verdict::Passed, "{}", id.name());
            assert!(!id.is_floor() || id.default_level() == Level::Fail, "{}", id.name());
            assert_eq!(CheckId::from_name(id.name()), Some(*id));
            assert_eq!(CheckId::ALL.get(id.number()), Some(id));
        }
    }
}
