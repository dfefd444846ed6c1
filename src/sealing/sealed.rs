//! The third stage: a sealed document that nobody has checked; and the step to the last, our own validator.
//!
//! The original may bring signatures along that nobody trusts: they do not stop a seal. But none may be worse for it:
//! in a PDF the seal has to be a change that each of them permits (ISO 32000-2 §12.8.2), where what came before it was.
//!
//! That the input is unchanged means: a PDF is the beginning of the result; an XML document is the result without the
//! octets of an enveloped seal, or what the base64 in an enveloping one stands for, or what a detached one refers to.
//! Each is proven by SHA-256 over the octets, beside what the signature itself says.

use std::ops::Range;

use super::addition::Place;
use super::earlier::keeps_all;
use super::released::Added;
use super::{DocumentName, NotReleased, Released, SealIdentity, SealLevel, Terms, xml};
use crate::crypto::{DigestAlgorithm, digest};
use crate::document::{Coverage, Examination, OpenError, Packaging, examine_to_append};
use crate::validation::{Integrity, Report, SignatureReport, TimestampKind, Verdict};

/// A sealed document that nobody has checked yet.
#[derive(Debug)]
pub struct Sealed {
    pub(super) bytes: Vec<u8>,
    pub(super) identity: SealIdentity,
    pub(super) earlier: Report,
    pub(super) original_size: usize,
    /// Lowercase hex.
    pub(super) original_sha256: String,
    pub(super) made: Made,
}

/// What was made.
#[derive(Debug)]
pub(super) enum Made {
    /// In a PDF.
    Pdf {
        /// What the byte range leaves out.
        gap: Range<u64>,
        field: String,
        level: SealLevel,
    },
    /// In XML.
    Xml {
        place: Place,
        /// Octets of the seal.
        length: usize,
        signed_info: Vec<u8>,
        value: Vec<u8>,
        /// The document, where the seal stands apart from it, and its name.
        content: Option<Vec<u8>>,
        name: Option<DocumentName>,
    },
}

impl Sealed {
    /// Has our own validator judge the result under `terms`. Its bytes are read once.
    ///
    /// # Errors
    /// Where it does not pass; then nothing may leave.
    pub fn release(self, terms: &Terms) -> Result<Released, NotReleased> {
        let unreadable = |_| NotReleased { cause: "unreadable", report: None };
        let (examination, report, is_unchanged) = self.judged(terms).map_err(unreadable)?;
        let checked = if is_unchanged {
            self.own(&examination, &report).and_then(|own| self.others(&report, &own))
        } else {
            Err("prefix")
        };
        match checked {
            Ok(()) => {
                let added = match self.made {
                    Made::Pdf { .. } => Added::Appended,
                    Made::Xml { place, length, .. } => Added::Xml { place, length },
                };
                Ok(Released::new(self.bytes, self.original_size, self.original_sha256, added, report))
            }
            Err(cause) => Err(NotReleased { cause, report: Some(Box::new(report)) }),
        }
    }

    /// What our validator says; and whether the original is in the result, unchanged.
    fn judged(&self, terms: &Terms) -> Result<(Examination, Report, bool), OpenError> {
        let mut budget = terms.budget();
        let document = terms.open(&self.bytes, &mut budget)?;
        let (examination, sha256) = match &self.made {
            Made::Pdf { .. } => {
                let mark = u64::try_from(self.original_size).unwrap_or(u64::MAX);
                let (examination, facts) = examine_to_append(&document, mark, &mut budget)?;
                (examination, Some(facts.sha256.finish()))
            }
            Made::Xml { place, length, content, name, .. } => {
                let given = content.as_deref().map(|content| (content, name.as_ref()));
                let examination = xml::examine(&document, given, &mut budget).map_err(OpenError::Limit)?;
                let sha256 = match content {
                    Some(content) => Some(digest(DigestAlgorithm::Sha256, content)),
                    None => place.document_sha256(&self.bytes, *length),
                };
                (examination, sha256)
            }
        };
        drop(document);
        let report = terms.judge(&examination, &mut budget);
        let is_unchanged = sha256.is_some_and(|sha256| sha256.to_string() == self.original_sha256);
        Ok((examination, report, is_unchanged))
    }

    /// The id of our signature, where it is as it has to be.
    fn own(&self, examination: &Examination, report: &Report) -> Result<String, &'static str> {
        let found = match &self.made {
            Made::Pdf { gap, .. } => self.of_range(examination, gap),
            Made::Xml { signed_info, value, .. } => xml::own(examination, signed_info, value),
        };
        let found = found.ok_or("own-signature")?;
        let own = report.signatures.iter().find(|one| one.id == found).ok_or("own-signature")?;
        let certificate = digest(DigestAlgorithm::Sha256, self.identity.certificate.der()).to_string();
        let ours = own.signer.as_ref().is_some_and(|signer| signer.certificate_sha256 == certificate);
        if own.verdict != Verdict::Passed || own.integrity != Integrity::Intact || !ours || !self.has_our_form(own)
        {
            return Err("own-signature");
        }
        if !self.is_of_our_level(own) {
            return Err("level");
        }
        if own.coverage == Coverage::WholeDocument { Ok(own.id.clone()) } else { Err("coverage") }
    }

    /// The id of the only signature with our byte range.
    fn of_range<'e>(&self, examination: &'e Examination, gap: &Range<u64>) -> Option<&'e str> {
        let size = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let range = [0, gap.start, gap.end, size.saturating_sub(gap.end)];
        let mut of_range = examination.signatures.iter().filter(|one| one.byte_range == Some(range));
        match (of_range.next(), of_range.next()) {
            (Some(own), None) => Some(&own.id),
            _ => None,
        }
    }

    fn has_our_form(&self, own: &SignatureReport) -> bool {
        match &self.made {
            Made::Pdf { field, .. } => {
                own.field.as_deref() == Some(field.as_str())
                    && own.sub_filter.as_deref() == Some("ETSI.CAdES.detached")
            }
            Made::Xml { place, .. } => {
                let packaging = match place {
                    Place::Within(_) => Packaging::Enveloped,
                    Place::Around(_) => Packaging::Enveloping,
                    Place::Apart => Packaging::Detached,
                };
                own.packaging == Some(packaging) && own.format == "XAdES-BASELINE-B"
            }
        }
    }

    /// Whether it has the time-stamp that belongs to it, and that passed too.
    fn is_of_our_level(&self, own: &SignatureReport) -> bool {
        match self.made {
            Made::Pdf { level: SealLevel::T { .. }, .. } => {
                let [stamp] = own.timestamps.as_slice() else { return false };
                stamp.kind == TimestampKind::Signature
                    && stamp.verdict == Verdict::Passed
                    && own.format == "PAdES-BASELINE-T"
            }
            Made::Pdf { level: SealLevel::B, .. } | Made::Xml { .. } => true,
        }
    }

    /// All that was there before is there, and not worse. Beside a document that stands in a signature document or apart
    /// from it, nothing else was there.
    fn others(&self, report: &Report, own: &str) -> Result<(), &'static str> {
        let kept = match &self.made {
            Made::Pdf { .. } | Made::Xml { place: Place::Within(_), .. } => keeps_all(&self.earlier, report, own),
            Made::Xml { .. } => report.signatures.len() == 1 && report.document_timestamps.is_empty(),
        };
        if kept { Ok(()) } else { Err("earlier-signature") }
    }
}
