//! What a validation says, as values. The forms (JSON, text) are made in `reporting`; this is their content.
//!
//! The members are those of the report `sigillum-report/1`; identifiers of signatures are `S1`, `S2` …, of
//! document time-stamps `D1` …, of time-stamps inside a signature `S1.T1` …

use std::sync::Arc;

use super::check::{Check, CheckId};
use super::mandant::MandantResult;
use super::message::Message;
use super::need::{Attempt, Need};
use super::qualification::{CertificateClaims, Legal};
use super::verdict::Verdict;
use crate::document::{
    ByteRange, Changes, Coverage, DataObjectFormat, DocumentFacts, FieldLock, Packaging, Uncovered,
};
use crate::pki::Certificate;
use crate::time::Timestamp;
use crate::trust::{DocumentedStatus, ListSummary, Scheme, SupplementaryAnchor, TrustStore};

/// The report on one document.
#[derive(Clone, Debug)]
pub struct Report {
    /// The document and what is odd about the file itself.
    pub document: DocumentFacts,
    /// The time for which was judged.
    pub validation_time: Timestamp,
    /// The policy that was applied.
    pub policy: PolicyReference,
    /// What was trusted.
    pub trust: TrustSummary,
    /// The worst of the signatures.
    pub verdict: DocumentVerdict,
    /// The one word and the one sentence.
    pub summary: Summary,
    /// Every signature, in file order.
    pub signatures: Vec<SignatureReport>,
    /// Every document time-stamp, in file order.
    pub document_timestamps: Vec<TimestampReport>,
    /// Which kinds of document it is good for, where a list says what classes its signatures have.
    pub mandants: Vec<MandantResult>,
    /// What is still missing.
    pub needs: Vec<Need>,
    /// What was fetched for it, and how that went; filled in by who fetched.
    pub gathering: Vec<Attempt>,
}

/// Which policy.
#[derive(Clone, Debug)]
pub struct PolicyReference {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its text, lowercase hex.
    pub sha256: String,
}

/// What was trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustSummary {
    /// The trust lists that are configured, and how each stands at the validation time.
    pub lists: Vec<ListSummary>,
    /// How many anchors.
    pub anchors: usize,
    /// Anchors that are accepted beside the lists: name, and SHA-256 of the certificate.
    pub supplementary: Vec<(String, String)>,
    /// What the operator documents of the time before the lists begin.
    pub history: Vec<DocumentedStatus>,
    /// Whether what was trusted is a demo, so that nothing follows from the report.
    pub demo: bool,
}

impl TrustSummary {
    /// What was trusted for this time, under a policy that believes lists for at most so long after their next update.
    pub(super) fn of(trust: &TrustStore, at: Timestamp, maximum_grace: Option<i64>) -> Self {
        let capped = |list: ListSummary| {
            let most = list.next_update.zip(maximum_grace).map(|(next, most)| next.plus_seconds(most));
            let until = match (list.grace_until, most) {
                (Some(until), Some(most)) => Some(until.min(most)),
                (until, _) => until,
            };
            ListSummary { grace_until: until.filter(|until| list.next_update != Some(*until)), ..list }
        };
        let named =
            |anchor: &SupplementaryAnchor| (anchor.name.clone(), anchor.certificate.computed().sha256.clone());
        Self {
            lists: trust.lists(at).into_iter().map(capped).collect(),
            anchors: trust.len(),
            supplementary: trust.supplementary().iter().map(named).collect(),
            history: trust.history().to_vec(),
            demo: trust.is_demo(),
        }
    }

    /// Whether nothing is trusted, and no list that could be is configured.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.anchors == 0 && self.lists.is_empty() && self.supplementary.is_empty()
    }
}

/// Whether the digests match and the signature value verifies. Knows nothing of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// Both do.
    Intact,
    /// One does not.
    Broken,
    /// It could not be found out.
    Unknown,
}

impl Integrity {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
        }
    }
}

/// The verdict on a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentVerdict {
    /// Every signature passed.
    TotalPassed,
    /// A signature failed.
    TotalFailed,
    /// None failed, and of at least one it cannot be told.
    Indeterminate,
    /// There is no signature.
    NoSignature,
}

impl DocumentVerdict {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TotalPassed => "TOTAL-PASSED",
            Self::TotalFailed => "TOTAL-FAILED",
            Self::Indeterminate => "INDETERMINATE",
            Self::NoSignature => "NO-SIGNATURE",
        }
    }
}

/// The one word for a program that asks no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// At least one signature; all passed, changes permitted, coverage whole.
    Valid,
    /// No signature at all.
    NoSignature,
    /// Anything else with a signature.
    CannotTell,
    /// A signature is TOTAL-FAILED.
    NotValid,
}

impl Answer {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::NotValid => "not-valid",
            Self::CannotTell => "cannot-tell",
            Self::NoSignature => "no-signature",
        }
    }
}

/// The summary of a document.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The one word.
    pub answer: Answer,
    /// The one sentence.
    pub message: Message,
    /// How many signatures there are.
    pub signatures: usize,
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// Of how many it cannot be told.
    pub indeterminate: usize,
    /// Why it is not valid.
    pub main_reason: Option<Reason>,
}

/// Why an object has its verdict: the check that decided.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The check; none where all held.
    pub check: Option<CheckId>,
    /// What it found.
    pub detail: Option<Message>,
}

impl Reason {
    /// The code in reports.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.check {
            Some(check) => check.name(),
            None => "all-checks-passed",
        }
    }
}

/// One signature.
#[derive(Clone, Debug)]
pub struct SignatureReport {
    /// `S1`, `S2` …
    pub id: String,
    /// PDF: the full name of its field.
    pub field: Option<String>,
    /// PDF: the SubFilter as written.
    pub sub_filter: Option<String>,
    /// The format and level: a claim about content, not about validity.
    pub format: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Whether digest and signature value hold; knows nothing of trust.
    pub integrity: Integrity,
    /// How much of the document is covered.
    pub coverage: Coverage,
    /// XML: how the signature stands to what it signs.
    pub packaging: Option<Packaging>,
    /// What is covered.
    pub scope: Vec<Scope>,
    /// XML: what nobody signed, the first hundred.
    pub uncovered: Vec<Uncovered>,
    /// What later revisions did.
    pub changes: Option<Changes>,
    /// PDF: the P of a certification (ISO 32000-2 table 257): 1, 2 or 3.
    pub doc_mdp: Option<u8>,
    /// PDF: the lock of the signature field.
    pub field_lock: Option<FieldLock>,
    /// The signer as the certificate names it.
    pub signer: Option<Signer>,
    /// What the signer says about the time.
    pub claimed_signing_time: Option<Timestamp>,
    /// The earliest time at which the signature is proven to exist.
    pub best_signature_time: Timestamp,
    /// What proves it: a time-stamp's id; none means the validation time.
    pub best_signature_time_source: Option<String>,
    /// How good the time is.
    pub time_quality: TimeQuality,
    /// The algorithms.
    pub algorithms: Option<Algorithms>,
    /// What law makes of it.
    pub legal: Legal,
    /// What the signer's certificate says of its holder and its limits, as claimed.
    pub certificate_claims: Option<CertificateClaims>,
    /// The path, the signer first.
    pub path: Vec<PathElement>,
    /// Time-stamps inside the signature.
    pub timestamps: Vec<TimestampReport>,
    /// Signatures over its value that stand inside of it.
    pub counter_signatures: Vec<Self>,
    /// Other attributes, as claimed.
    pub attributes: ClaimedAttributes,
    /// Every check that was run.
    pub checks: Vec<Check>,
}

/// What a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// PDF: two ranges of bytes.
    ByteRange {
        /// Offset, length, offset, length; bytes.
        range: ByteRange,
        /// The number of the revision that it ends, from 1.
        revision: Option<usize>,
    },
    /// XML: an element, or the whole document.
    Element {
        /// Where it stands; `/` is the whole document.
        path: String,
        /// Its identifier.
        xml_id: Option<String>,
        /// The algorithms of the transforms, in order.
        transforms: Vec<String>,
    },
    /// XML: content that was given.
    Content {
        /// Its name.
        name: Option<String>,
        /// The algorithms of the transforms, in order.
        transforms: Vec<String>,
    },
}

/// How good the time of a signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeQuality {
    /// A time-stamp proves it that is qualified under `ZertES`.
    Qualified,
    /// A time-stamp proves it.
    Timestamp,
    /// The signer says it.
    Claimed,
    /// Nothing says it.
    None,
}

impl TimeQuality {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Qualified => "qualified",
            Self::Timestamp => "timestamp",
            Self::Claimed => "claimed",
            Self::None => "none",
        }
    }
}

/// The holder of a certificate, as it names him.
#[derive(Clone, Debug, Default)]
pub struct Signer {
    /// CN.
    pub common_name: Option<String>,
    /// givenName.
    pub given_name: Option<String>,
    /// surname.
    pub surname: Option<String>,
    /// O.
    pub organization: Option<String>,
    /// organizationIdentifier (EN 319 412-1 §5.1.4).
    pub organization_identifier: Option<String>,
    /// serialNumber of the subject.
    pub serial_number: Option<String>,
    /// pseudonym.
    pub pseudonym: Option<String>,
    /// C.
    pub country: Option<String>,
    /// The whole subject (RFC 4514).
    pub subject: String,
    /// SHA-256 of the certificate, lowercase hex.
    pub certificate_sha256: String,
}

impl Signer {
    /// The name that people know the holder by.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.common_name
            .as_deref()
            .or(self.organization.as_deref())
            .or(self.pseudonym.as_deref())
            .unwrap_or(&self.subject)
    }
}

/// The algorithms of a signature.
#[derive(Clone, Debug)]
pub struct Algorithms {
    /// Of the signature value.
    pub signature: String,
    /// Of the signed bytes.
    pub digest: String,
    /// Size of the signer's key in bits.
    pub key_bits: u32,
}

/// One certificate of a path.
#[derive(Clone, Debug)]
pub struct PathElement {
    /// Its subject (RFC 4514).
    pub subject: String,
    /// SHA-256 of it, lowercase hex.
    pub sha256: String,
    /// Start of its validity.
    pub not_before: Timestamp,
    /// End of its validity.
    pub not_after: Timestamp,
    /// Whether it is the trust anchor.
    pub trust_anchor: bool,
    /// What the revocation data that decide say of it.
    pub revocation: Option<RevocationStatus>,
    /// The certificate itself.
    pub certificate: Arc<Certificate>,
}

/// The status of a certificate by the revocation data that decide: verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationStatus {
    /// `crl` or `ocsp`.
    pub source: &'static str,
    /// `good`, `revoked` or `on-hold`.
    pub status: &'static str,
    /// For when it is known.
    pub this_update: Timestamp,
    /// When newer information is there at the latest.
    pub next_update: Option<Timestamp>,
    /// `embedded`, `supplied` or `fetched`.
    pub origin: &'static str,
    /// Since when it is revoked or on hold.
    pub revoked_at: Option<Timestamp>,
    /// Why, in the words of RFC 5280 §5.3.1.
    pub reason: Option<&'static str>,
}

/// What a time-stamp stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampKind {
    /// Over the content before it was signed.
    Content,
    /// Over the signature value.
    Signature,
    /// Over a signature with its evidence, or over evidence alone.
    Archive,
    /// Over a PDF revision.
    Document,
}

impl TimestampKind {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Signature => "signature",
            Self::Archive => "archive",
            Self::Document => "document",
        }
    }
}

/// One time-stamp.
#[derive(Clone, Debug)]
pub struct TimestampReport {
    /// `D1` … or `S1.T1` …
    pub id: String,
    /// PDF: the full name of its field.
    pub field: Option<String>,
    /// What it stands for.
    pub kind: TimestampKind,
    /// The time that it states; none where it cannot be parsed.
    pub time: Option<Timestamp>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Under which schemes it is qualified.
    pub qualified: Vec<Scheme>,
    /// The authority as its certificate names it.
    pub tsa: Option<Signer>,
    /// The algorithm of the imprint.
    pub imprint_algorithm: Option<String>,
    /// Whether imprint and signature value hold.
    pub integrity: Integrity,
    /// Document time-stamps: how much of the document is covered.
    pub coverage: Option<Coverage>,
    /// What it stands for: ids of this report.
    pub covers: Vec<String>,
    /// The path, the authority first.
    pub path: Vec<PathElement>,
    /// Every check that was run.
    pub checks: Vec<Check>,
}

/// What the signer says besides, as claimed.
#[derive(Clone, Debug, Default)]
pub struct ClaimedAttributes {
    /// Reason.
    pub reason: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Contact.
    pub contact: Option<String>,
    /// Roles.
    pub roles: Vec<String>,
    /// Commitment types (OIDs; in XML also URIs).
    pub commitments: Vec<String>,
    /// The signature policy: its identifier and SHA-256 (hex).
    pub policy: Option<(String, Option<String>)>,
    /// XML: what the signed data are.
    pub formats: Vec<DataObjectFormat>,
}
