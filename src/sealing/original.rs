//! The first stage: the document as it came, judged; and the step to the second, the update laid out.

use super::pades::{self, Layout};
use super::{Prepared, SealError, SealIdentity, SealProfile, Terms, cms};
use crate::crypto::{Digest, DigestAlgorithm, DigestState, digest};
use crate::document::{
    AppendingFacts, ByteRangeDefect, Examination, FormatDefect, OpenError, Restrictions, examine_to_append,
};
use crate::syntax::pdf::UpdateError;
use crate::time::Timestamp;
use crate::validation::Report;

/// A document as it came, opened and judged.
#[derive(Debug)]
pub struct Original {
    bytes: Vec<u8>,
    /// Its facts, from which it is judged again.
    examination: Examination,
    report: Report,
    /// SHA-256 over all bytes, to be gone on with.
    sha256: DigestState,
    restrictions: Restrictions,
    appendable: Result<(), UpdateError>,
    /// The end of the file where a signature claims bytes behind it: they would be ours.
    claimed_behind: Option<u64>,
}

impl Original {
    /// Opens and judges a document as it came. Its bytes are read once.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn judge(bytes: Vec<u8>, terms: &Terms) -> Result<Self, OpenError> {
        let mut budget = terms.budget();
        let (examination, facts) = {
            let document = terms.open(&bytes, &mut budget)?;
            let all = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            examine_to_append(&document, all, &mut budget)?
        };
        let report = terms.judge(&examination, &mut budget);
        let claimed_behind = claims_behind(&examination);
        let AppendingFacts { sha256, restrictions, appendable } = facts;
        Ok(Self { bytes, examination, report, sha256, restrictions, appendable, claimed_behind })
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
        self.sha256.clone().finish().to_string()
    }

    /// Bytes of it.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Appends the update and fixes the attributes. `claimed_signing_time` stands in M of the signature dictionary.
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
        let Self { mut bytes, report, sha256, restrictions, appendable, claimed_behind, .. } = self;
        appendable?;
        if claimed_behind.is_some() {
            return Err(SealError::NotAppendable { cause: "byte-range-beyond-end", offset: claimed_behind });
        }
        let original_sha256 = sha256.clone().finish();
        let Layout { appended, field } = {
            let mut budget = terms.budget();
            let document = terms.open(&bytes, &mut budget).map_err(SealError::Open)?;
            pades::lay_out(
                document.pdf().ok_or(SealError::Open(OpenError::UnsupportedFormat))?,
                profile,
                claimed_signing_time,
                &restrictions,
                cms::size_bound(identity),
                identifier(&original_sha256, identity, claimed_signing_time),
                &mut budget,
            )?
        };
        let hole = appended.hole.ok_or(SealError::Value { cause: "malformed" })?;
        let original_size = bytes.len();
        bytes.reserve_exact(appended.bytes.len());
        bytes.extend_from_slice(&appended.bytes);
        let document_digest = {
            let around = around(&bytes, original_size, &hole.gap).ok_or(SealError::Value { cause: "malformed" })?;
            signed(&bytes, original_size, sha256, identity.algorithm.digest(), around)
        };
        let attributes = cms::signed_attributes(identity, &document_digest);
        Ok(Prepared {
            bytes,
            identity: identity.clone(),
            earlier: report,
            original_size,
            original_sha256,
            hole,
            field,
            document_digest,
            attributes,
        })
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

/// What marks the new revision (the second element of `/ID`): another one for every original, seal and time.
fn identifier(original: &Digest, identity: &SealIdentity, time: Timestamp) -> [u8; 16] {
    let mut state = DigestState::new(DigestAlgorithm::Sha256);
    state.update(original.as_bytes());
    state.update(digest(DigestAlgorithm::Sha256, identity.certificate.der()).as_bytes());
    state.update(time.to_string().as_bytes());
    state.finish().as_bytes().first_chunk().copied().unwrap_or_default()
}
