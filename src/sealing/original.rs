//! The first stage: the document as it came, judged; and the step to the second, the seal laid out.

use super::pades::{self, Layout};
use super::prepared::Laid;
use super::{DocumentName, Prepared, SealError, SealIdentity, SealLevel, SealProfile, Terms, cms, xml};
use crate::crypto::{Digest, DigestAlgorithm, DigestState, digest};
use crate::document::{
    AppendingFacts, ByteRangeDefect, Examination, FormatDefect, OpenError, examine_to_append, examine_with,
};
use crate::time::Timestamp;
use crate::validation::Report;

/// A document as it came, opened and judged.
#[derive(Debug)]
pub struct Original {
    bytes: Vec<u8>,
    /// Its facts, from which it is judged again.
    examination: Examination,
    report: Report,
    /// Of a PDF: what who appends needs to know; SHA-256 in it is over all bytes, to be gone on with.
    appending: Option<Box<AppendingFacts>>,
    name: Option<DocumentName>,
}

impl Original {
    /// Opens and judges a document as it came. The bytes of a PDF are read once.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn judge(bytes: Vec<u8>, terms: &Terms) -> Result<Self, OpenError> {
        let mut budget = terms.budget();
        let (examination, appending) = {
            let document = terms.open(&bytes, &mut budget)?;
            let all = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if document.pdf().is_some() {
                let (examination, facts) = examine_to_append(&document, all, &mut budget)?;
                (examination, Some(Box::new(facts)))
            } else {
                (examine_with(&document, &[], &mut budget).map_err(OpenError::Limit)?, None)
            }
        };
        let report = terms.judge(&examination, &mut budget);
        Ok(Self { bytes, examination, report, appending, name: None })
    }

    /// The same, with the name by which a detached seal refers to it.
    #[must_use]
    pub fn named(self, name: Option<DocumentName>) -> Self {
        Self { name, ..self }
    }

    /// Judges it again, by more evidence. Its bytes are not read.
    pub fn judge_again(&mut self, terms: &Terms) {
        self.report = terms.judge(&self.examination, &mut terms.budget());
    }

    /// What was said of it.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// SHA-256 of it, lowercase hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        self.examination.document.sha256.clone()
    }

    /// Bytes of it.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Lays the seal out and fixes what is signed. `claimed_signing_time` stands in M of the signature dictionary of a
    /// PDF, and in `SigningTime` in XML.
    ///
    /// # Errors
    /// Where the document cannot or may not be sealed.
    pub fn prepare(
        self,
        identity: &SealIdentity,
        profile: &SealProfile,
        claimed_signing_time: Timestamp,
        terms: &Terms,
    ) -> Result<Prepared, SealError> {
        if !profile.formats.include(self.examination.document.media_type) {
            return Err(SealError::Open(OpenError::UnsupportedFormat));
        }
        let order = Order { identity, profile, claimed_signing_time, terms };
        match (&self.appending, profile.level) {
            (Some(_), _) => self.append(&order),
            (None, SealLevel::B) => self.lay_out_xml(&order),
            (None, SealLevel::T { .. }) => Err(SealError::Open(OpenError::UnsupportedFormat)),
        }
    }

    /// Appends the update to a PDF.
    fn append(self, order: &Order<'_>) -> Result<Prepared, SealError> {
        let Self { mut bytes, examination, report, appending, .. } = self;
        let facts = appending.ok_or(SealError::Open(OpenError::UnsupportedFormat))?;
        let AppendingFacts { sha256, restrictions, appendable } = *facts;
        appendable?;
        if let Some(end) = claims_behind(&examination) {
            return Err(SealError::NotAppendable { cause: "byte-range-beyond-end", offset: Some(end) });
        }
        let Layout { appended, field } = {
            let mut budget = order.terms.budget();
            let document = order.terms.open(&bytes, &mut budget).map_err(SealError::Open)?;
            pades::lay_out(
                document.pdf().ok_or(SealError::Open(OpenError::UnsupportedFormat))?,
                order.profile,
                order.claimed_signing_time,
                &restrictions,
                cms::size_bound(order.identity, order.profile.level),
                order.identifier(sha256.clone().finish().as_bytes()),
                &mut budget,
            )?
        };
        let hole = appended.hole.ok_or(SealError::Value { cause: "malformed" })?;
        let original_size = bytes.len();
        bytes.reserve_exact(appended.bytes.len());
        bytes.extend_from_slice(&appended.bytes);
        let document_digest = {
            let around = around(&bytes, original_size, &hole.gap).ok_or(SealError::Value { cause: "malformed" })?;
            signed(&bytes, original_size, sha256, order.identity.algorithm.digest(), around)
        };
        let attributes = cms::signed_attributes(order.identity, &document_digest);
        Ok(Prepared {
            bytes,
            identity: order.identity.clone(),
            earlier: report,
            original_size,
            original_sha256: examination.document.sha256,
            document_digest,
            attributes,
            laid: Laid::Pdf { hole, field, level: order.profile.level },
        })
    }

    /// Writes the signature of an XML document, but for its value.
    fn lay_out_xml(self, order: &Order<'_>) -> Result<Prepared, SealError> {
        let Self { bytes, examination, report, name, .. } = self;
        let layout = {
            let mut budget = order.terms.budget();
            let document = order.terms.open(&bytes, &mut budget).map_err(SealError::Open)?;
            let tree = document.xml().ok_or(SealError::Open(OpenError::UnsupportedFormat))?;
            let identifier = order.identifier(examination.document.sha256.as_bytes());
            let by = (order.identity, order.profile);
            xml::lay_out(&bytes, tree, by, identifier, name, order.claimed_signing_time, &mut budget)?
        };
        layout.spares(&bytes, &examination, &report, order.terms)?;
        Ok(Prepared {
            original_size: bytes.len(),
            bytes,
            identity: order.identity.clone(),
            earlier: report,
            original_sha256: examination.document.sha256,
            document_digest: layout.digest,
            attributes: layout.signed_info().to_vec(),
            laid: Laid::Xml(Box::new(layout)),
        })
    }
}

/// Who seals, how, and under what.
struct Order<'o> {
    identity: &'o SealIdentity,
    profile: &'o SealProfile,
    claimed_signing_time: Timestamp,
    terms: &'o Terms,
}

impl Order<'_> {
    /// What marks the new revision of a PDF (the second element of `/ID`) and the elements of a signature in XML: another
    /// one for every original, seal and time.
    fn identifier(&self, original: &[u8]) -> [u8; 16] {
        let mut state = DigestState::new(DigestAlgorithm::Sha256);
        state.update(original);
        state.update(digest(DigestAlgorithm::Sha256, self.identity.certificate.der()).as_bytes());
        state.update(self.claimed_signing_time.to_string().as_bytes());
        state.finish().as_bytes().first_chunk().copied().unwrap_or_default()
    }
}

/// The end of the file, where the byte range of a signature reaches beyond it.
fn claims_behind(examination: &Examination) -> Option<u64> {
    let signatures = examination.signatures.iter().chain(&examination.document_timestamps);
    signatures.flat_map(|signature| &signature.defects).find_map(|defect| match defect {
        FormatDefect::ByteRange(ByteRangeDefect::BeyondEnd { size, .. }) => Some(*size),
        _ => None,
    })
}

/// What is appended, before and behind the hole.
fn around<'a>(bytes: &'a [u8], original_size: usize, gap: &std::ops::Range<u64>) -> Option<[&'a [u8]; 2]> {
    let (start, end) = (usize::try_from(gap.start).ok()?, usize::try_from(gap.end).ok()?);
    Some([bytes.get(original_size..start)?, bytes.get(end..)?])
}

/// The digest of all but the hole. The state over the original is gone on with where it is of the right algorithm.
fn signed(
    bytes: &[u8],
    original_size: usize,
    sha256: DigestState,
    algorithm: DigestAlgorithm,
    around: [&[u8]; 2],
) -> Digest {
    let mut state = sha256;
    if algorithm != state.algorithm() {
        state = DigestState::new(algorithm);
        state.update(bytes.get(..original_size).unwrap_or_default());
    }
    around.iter().for_each(|part| state.update(part));
    state.finish()
}
