//! The evidence bundle: all that a verdict rests on, in one file that says what it is. `docs/bundle.md` describes it for
//! those who have to read it without this program.
//!
//! ```text
//! {"schema":"sigillum-bundle/1","sha256":"…","content":     one line, of this form to the octet
//! { … }                                                     the content: the digest is over these lines
//! }                                                         one line
//! ```
//!
//! Two uses. A **replay** ([`Bundle::read`]) takes everything from it: anchors, policy, times, evidence; with the same
//! document the same report comes out. **As evidence** ([`given`]) only its certificates, CRLs and OCSP responses
//! are used: whoever sends a bundle does not thereby say who is trusted.
//!
//! Nothing here proves who made a bundle: the digest finds damage, not forgery. Whoever replays a bundle believes it.

mod error;
mod form;
mod frame;
mod list;
mod trust;

use std::sync::Arc;

use super::evidence::{Evidence, Origin};
use super::moment::Moment;
use super::need::{Attempt, FetchOutcome, NeedKind};
use super::policy::Policy;
use crate::document::{DocumentFacts, Examination};
use crate::limits::Limits;
use crate::pki::{Certificate, Crl, OcspResponse};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use form::{
    AttemptForm, ContentForm, Der, DocumentForm, EvidenceForm, MomentForm, PieceForm, PolicyForm, SoftwareForm,
};

pub use error::BundleError;
pub use frame::{MAXIMUM_BYTES, is_bundle};

/// The media type of a bundle.
pub const BUNDLE_MEDIA_TYPE: &str = "application/vnd.sigillum.bundle+json";

/// How deep values inside a piece of evidence may be nested.
const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// A bundle that was read: whole, and everything in it could be parsed.
#[derive(Debug)]
pub struct Bundle {
    /// The program that made it.
    pub software: SoftwareName,
    /// What is demanded.
    pub policy: Arc<Policy>,
    /// What is believed.
    pub trust: Arc<TrustStore>,
    /// For which time was judged, and when.
    pub moment: Moment,
    document_sha256: String,
    document_size: u64,
    evidence: Evidence,
}

/// A program and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftwareName {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl SoftwareName {
    /// This program.
    #[must_use]
    pub fn own() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// Writes the bundle of a validation: what [`super::validate`] was given.
///
/// # Errors
/// Where it would be larger than bundles may be.
pub fn write(
    document: &DocumentFacts,
    evidence: &Evidence,
    trust: &TrustStore,
    policy: &Policy,
    moment: Moment,
) -> Result<Vec<u8>, BundleError> {
    let SoftwareName { name, version } = SoftwareName::own();
    let reference = policy.reference();
    let piece =
        |der, origin: Origin| PieceForm { origin: origin.name().to_owned(), nonce: None, der: Der::of(der) };
    let certificates = evidence.certificates_with_origin();
    let content = ContentForm {
        software: SoftwareForm { name, version },
        document: DocumentForm { sha256: document.sha256.clone(), size: document.size },
        moment: MomentForm { at: moment.at.to_string(), clock: moment.clock.to_string() },
        policy: PolicyForm {
            name: reference.name.clone(),
            version: reference.version.clone(),
            sha256: reference.sha256.clone(),
            texts: policy.texts().iter().map(ToString::to_string).collect(),
        },
        trust: trust::form(trust),
        evidence: EvidenceForm {
            certificates: certificates.map(|(certificate, origin)| piece(certificate.der(), origin)).collect(),
            crls: evidence.crls().iter().map(|(crl, origin)| piece(crl.der(), *origin)).collect(),
            ocsp_responses: evidence
                .ocsp_responses()
                .iter()
                .enumerate()
                .map(|(index, (response, origin))| PieceForm {
                    nonce: evidence.nonce_sent(index).map(Der::of),
                    ..piece(&response.raw, *origin)
                })
                .collect(),
        },
        gathering: evidence.attempts().iter().map(attempt_form).collect(),
    };
    list::demand_bounds(&content)?;
    frame::close(&content)
}

fn attempt_form(attempt: &Attempt) -> AttemptForm {
    AttemptForm {
        kind: attempt.kind.name().to_owned(),
        certificate_sha256: attempt.certificate_sha256.clone(),
        url: attempt.url.clone(),
        outcome: attempt.outcome.name(),
    }
}

/// The certificates, CRLs and OCSP responses of a bundle, in their order, as evidence that a caller gives. Its anchors,
/// policy and times are not looked at.
///
/// # Errors
/// [`BundleError`]: the bundle is refused as a whole.
pub fn given(octets: &[u8]) -> Result<Evidence, BundleError> {
    evidence(&frame::open(octets)?.evidence, |_| Ok(Origin::Supplied))
}

impl Bundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// [`BundleError`]: the bundle is refused as a whole.
    pub fn read(octets: &[u8]) -> Result<Self, BundleError> {
        let content = frame::open(octets)?;
        let ContentForm { software, document, moment, policy, trust, evidence: pieces, gathering } = content;
        let moment = Moment { at: time("moment.at", &moment.at)?, clock: time("moment.clock", &moment.clock)? };
        Ok(Self {
            software: SoftwareName { name: software.name, version: software.version },
            policy: Arc::new(policy_of(&policy)?),
            trust: Arc::new(trust::store(&trust)?),
            moment,
            document_sha256: document.sha256,
            document_size: document.size,
            evidence: {
                let mut evidence = evidence(&pieces, origin_named)?;
                evidence.note_attempts((1..).zip(&gathering).map(attempt).collect::<Result<_, _>>()?);
                evidence
            },
        })
    }

    /// Holds a document against the one that the bundle is about.
    ///
    /// # Errors
    /// [`BundleError::OtherDocument`].
    pub fn demand_document(&self, document: &DocumentFacts) -> Result<(), BundleError> {
        let same = document.sha256 == self.document_sha256 && document.size == self.document_size;
        if same { Ok(()) } else { Err(BundleError::OtherDocument { sha256: self.document_sha256.clone() }) }
    }

    /// The evidence, with its origins and in its order, for a validation of the document.
    #[must_use]
    pub fn evidence(&self, examination: &Examination) -> Evidence {
        let mut evidence = Evidence::new();
        evidence.add_embedded(examination);
        evidence.add_missing(&self.evidence);
        evidence.note_attempts(self.evidence.attempts().to_vec());
        evidence
    }
}

fn attempt((number, form): (usize, &AttemptForm)) -> Result<Attempt, BundleError> {
    let kind = NeedKind::from_name(&form.kind);
    let outcome = FetchOutcome::from_name(&form.outcome);
    match (kind, outcome) {
        (Some(kind), Some(outcome)) => {
            let certificate_sha256 = form.certificate_sha256.clone();
            Ok(Attempt { kind, certificate_sha256, url: form.url.clone(), outcome })
        }
        _ => Err(BundleError::Object { list: "gathering", number }),
    }
}

fn evidence(
    pieces: &EvidenceForm<'_>,
    origin: impl Fn(&str) -> Result<Origin, BundleError>,
) -> Result<Evidence, BundleError> {
    let EvidenceForm { certificates, crls, ocsp_responses } = pieces;
    let mut evidence = Evidence::new();
    let refused = |list, number| BundleError::Object { list, number };
    for (number, piece) in (1..).zip(certificates) {
        let parsed = Certificate::parse(piece.der.octets());
        let parsed = parsed.map_err(|_| refused("evidence.certificates", number))?;
        evidence.add_certificate_from(Arc::new(parsed), origin(&piece.origin)?);
    }
    for (number, piece) in (1..).zip(crls) {
        let parsed = Crl::parse(piece.der.octets(), DEPTH).map_err(|_| refused("evidence.crls", number))?;
        evidence.add_crl(parsed, origin(&piece.origin)?);
    }
    for (number, piece) in (1..).zip(ocsp_responses) {
        let parsed = OcspResponse::parse(piece.der.octets(), DEPTH);
        let parsed = parsed.map_err(|_| refused("evidence.ocspResponses", number))?;
        match (&piece.nonce, origin(&piece.origin)?) {
            (Some(nonce), Origin::Fetched) => evidence.add_fetched_ocsp(parsed, Some(nonce.octets().into())),
            (_, origin) => evidence.add_ocsp_response(parsed, origin),
        }
    }
    Ok(evidence)
}

fn origin_named(name: &str) -> Result<Origin, BundleError> {
    let found = Origin::ALL.into_iter().find(|origin| origin.name() == name);
    found.ok_or(BundleError::Value { member: "evidence.origin" })
}

fn policy_of(form: &PolicyForm) -> Result<Policy, BundleError> {
    let policy = Policy::from_texts(&form.texts).map_err(|error| BundleError::Policy(error.to_string()))?;
    let reference = policy.reference();
    let same = reference.name == form.name && reference.version == form.version && reference.sha256 == form.sha256;
    if same { Ok(policy) } else { Err(BundleError::Value { member: "policy" }) }
}

fn time(member: &'static str, text: &str) -> Result<Timestamp, BundleError> {
    Timestamp::from_rfc3339(text).map_err(|_| BundleError::Value { member })
}

#[cfg(test)]
mod tests;
