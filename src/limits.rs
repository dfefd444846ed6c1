//! What one request may cost: [`Limits`] are the numbers, a [`Budget`] is what is left of them.
//!
//! A budget counts units of work, not time, so that the same input ends at the same place on every machine.
//! It also holds a [`CancelFlag`] that the caller sets when its deadline has passed: a thread that computes
//! cannot be stopped from outside, so every [`Budget::spend`] looks at the flag.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The limits of one document. All numbers are upper bounds; reaching one is an answer, never a pass.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the document. 512 MiB: the largest scans that registries file, with room.
    pub file_bytes: u64,
    /// Depth of nested arrays and dictionaries, of trees and of references to references. Real files stay
    /// below 30; 100 is what common readers allow.
    pub nesting: u32,
    /// Cross-reference sections (a revision has one or two). 4,096: a document signed daily for ten years.
    pub xref_sections: u32,
    /// Entries of all cross-reference sections together. 8 million: ten times the largest file measured.
    pub xref_entries: u64,
    /// Bytes that filters may produce from one document, all streams together. 256 MiB: a validator decodes
    /// object and cross-reference streams only, and those of real files are below 32 MiB.
    pub decoded_bytes: u64,
    /// Signature dictionaries looked at in one document.
    pub signatures: u32,
    /// Form fields walked in one document. Tax forms have a few thousand.
    pub form_fields: u32,
    /// Nesting of ASN.1 values. CMS in time-stamps in CMS stays below 30.
    pub der_depth: u32,
    /// Certificates considered for the signatures of one document, embedded and given together.
    pub certificates: u32,
    /// Certificates in one path, anchor included. Real paths have 2 to 5; PKITS wants 7.
    pub path_length: u32,
    /// Depth of nested XML elements. Real documents stay below 50.
    pub xml_depth: u32,
    /// Attributes and namespace declarations of one XML element.
    pub xml_attributes: u32,
    /// Namespace declarations of one XML document. Some programs repeat them on each element.
    pub xml_namespaces: u32,
    /// Elements, attributes, texts, comments and processing instructions of one XML document. 20 MB of records with
    /// elements of 90 bytes have a million.
    pub xml_nodes: u64,
    /// Character references of one XML document.
    pub xml_references: u64,
    /// Units of work of the whole request. One unit is about one microsecond of one core: an object parsed,
    /// a kilobyte decoded; a public-key operation counts 100.
    pub work: u64,
}

impl Limits {
    /// The limits used where nothing else is configured.
    pub const DEFAULT: Self = Self {
        file_bytes: 512 << 20,
        nesting: 100,
        xref_sections: 4_096,
        xref_entries: 8_000_000,
        decoded_bytes: 256 << 20,
        signatures: 1_000,
        form_fields: 100_000,
        der_depth: 64,
        certificates: 2_000,
        path_length: 12,
        xml_depth: 1_000,
        xml_attributes: 2_000,
        xml_namespaces: 1_000_000,
        xml_nodes: 16_000_000,
        xml_references: 16_000_000,
        work: 20_000_000,
    };
}

/// What fetching evidence for one document may cost. Settings can lower these numbers, not raise them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatherLimits {
    /// How often it is fetched and judged again. 4: an issuer's certificate, its revocation data, those of a responder,
    /// and what turned out to be no good. 0 is offline.
    pub rounds: u32,
    /// Requests. 20: signer, time-stamp and two CAs each, with two places for each. What leads elsewhere counts again.
    pub requests: u32,
    /// All rounds together.
    pub time: Duration,
    /// Bytes. 32 MiB: some times the largest CRL of the Swiss issuers.
    pub bytes: u64,
}

impl GatherLimits {
    /// The limits used where nothing else is configured.
    pub const DEFAULT: Self = Self { rounds: 4, requests: 20, time: Duration::from_secs(10), bytes: 32 << 20 };
    /// Nothing is fetched.
    pub const OFFLINE: Self = Self { rounds: 0, requests: 0, time: Duration::ZERO, bytes: 0 };
    /// Bytes of a certificate, or of a message with some. Real ones stay below 32 KiB.
    pub const ISSUER_BYTES: u64 = 256 << 10;
    /// Bytes of an OCSP response. Real ones stay below 8 KiB.
    pub const OCSP_BYTES: u64 = 256 << 10;
    /// Bytes of a CRL.
    pub const CRL_BYTES: u64 = 32 << 20;
    /// Certificates taken from one message of an issuer.
    pub const ISSUER_CERTIFICATES: usize = 32;
}

/// A limit by its name, as answers and errors write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::file_bytes`].
    FileBytes,
    /// [`Limits::nesting`].
    Nesting,
    /// [`Limits::xref_sections`].
    XrefSections,
    /// [`Limits::xref_entries`].
    XrefEntries,
    /// [`Limits::decoded_bytes`].
    DecodedBytes,
    /// [`Limits::signatures`].
    Signatures,
    /// [`Limits::form_fields`].
    FormFields,
    /// [`Limits::der_depth`].
    DerDepth,
    /// [`Limits::certificates`].
    Certificates,
    /// [`Limits::path_length`].
    PathLength,
    /// [`Limits::xml_depth`].
    XmlDepth,
    /// [`Limits::xml_attributes`].
    XmlAttributes,
    /// [`Limits::xml_namespaces`].
    XmlNamespaces,
    /// [`Limits::xml_nodes`].
    XmlNodes,
    /// [`Limits::xml_references`].
    XmlReferences,
    /// [`Limits::work`], or a signature's own share of it.
    Work,
    /// The caller's deadline: the cancel flag was set.
    Deadline,
}

impl Limit {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FileBytes => "file-bytes",
            Self::Nesting => "nesting",
            Self::XrefSections => "xref-sections",
            Self::XrefEntries => "xref-entries",
            Self::DecodedBytes => "decoded-bytes",
            Self::Signatures => "signatures",
            Self::FormFields => "form-fields",
            Self::DerDepth => "der-depth",
            Self::Certificates => "certificates",
            Self::PathLength => "path-length",
            Self::XmlDepth => "xml-depth",
            Self::XmlAttributes => "xml-attributes",
            Self::XmlNamespaces => "xml-namespaces",
            Self::XmlNodes => "xml-nodes",
            Self::XmlReferences => "xml-references",
            Self::Work => "work",
            Self::Deadline => "deadline",
        }
    }
}

/// A limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitExceeded {
    /// Which one.
    pub limit: Limit,
    /// Its number, in the unit of the limit; 0 for the deadline.
    pub maximum: u64,
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit {} ({}) exceeded", self.limit.name(), self.maximum)
    }
}

impl std::error::Error for LimitExceeded {}

/// Between a computation and the outside: tells it that nobody waits for it any more, and tells outside whether its
/// work sufficed.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    cancelled: AtomicBool,
    exhausted: AtomicBool,
}

impl CancelFlag {
    /// Every budget that holds this flag is exhausted from now on.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether a budget that holds this flag, or a share of it, had less work left than was wanted: with more work
    /// the answer could be another.
    #[must_use]
    pub fn saw_exhaustion(&self) -> bool {
        self.0.exhausted.load(Ordering::Relaxed)
    }

    fn check(&self) -> Result<(), LimitExceeded> {
        if self.0.cancelled.load(Ordering::Relaxed) {
            return Err(LimitExceeded { limit: Limit::Deadline, maximum: 0 });
        }
        Ok(())
    }
}

/// What is left of the work and of the decoded bytes of one request.
#[derive(Debug)]
pub struct Budget {
    work: u64,
    work_maximum: u64,
    decoded: u64,
    decoded_maximum: u64,
    limits: Limits,
    cancel: CancelFlag,
}

impl Budget {
    /// A full budget that nobody cancels.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self::with_cancel(limits, CancelFlag::default())
    }

    /// A full budget that ends when `cancel` is set.
    #[must_use]
    pub fn with_cancel(limits: &Limits, cancel: CancelFlag) -> Self {
        Self {
            work: limits.work,
            work_maximum: limits.work,
            decoded: limits.decoded_bytes,
            decoded_maximum: limits.decoded_bytes,
            limits: limits.clone(),
            cancel,
        }
    }

    /// Takes `units` of work.
    ///
    /// # Errors
    /// [`Limit::Work`] where less is left (then nothing is left), [`Limit::Deadline`] where the flag is set.
    pub fn spend(&mut self, units: u64) -> Result<(), LimitExceeded> {
        self.cancel.check()?;
        let Some(left) = self.work.checked_sub(units) else {
            self.work = 0;
            self.cancel.0.exhausted.store(true, Ordering::Relaxed);
            return Err(LimitExceeded { limit: Limit::Work, maximum: self.work_maximum });
        };
        self.work = left;
        Ok(())
    }

    /// Takes `bytes` of what filters may produce, and the work for it.
    ///
    /// # Errors
    /// [`Limit::DecodedBytes`], [`Limit::Work`] or [`Limit::Deadline`].
    pub fn spend_decoded(&mut self, bytes: u64) -> Result<(), LimitExceeded> {
        self.spend(bytes >> 10)?;
        let Some(left) = self.decoded.checked_sub(bytes) else {
            self.decoded = 0;
            return Err(LimitExceeded { limit: Limit::DecodedBytes, maximum: self.decoded_maximum });
        };
        self.decoded = left;
        Ok(())
    }

    /// The limits that this budget was made from.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes that filters may still produce.
    #[must_use]
    pub const fn decoded_left(&self) -> u64 {
        self.decoded
    }

    /// The share of one of `parts` equal consumers, so that one that is exhausted does not starve the others.
    /// The share is not taken from this budget: hand back what was used with [`Budget::spend`] where it counts.
    #[must_use]
    pub fn share(&self, parts: u64) -> Self {
        let parts = parts.max(1);
        Self {
            work: self.work.checked_div(parts).unwrap_or(0),
            work_maximum: self.work.checked_div(parts).unwrap_or(0),
            decoded: self.decoded.checked_div(parts).unwrap_or(0),
            decoded_maximum: self.decoded.checked_div(parts).unwrap_or(0),
            limits: self.limits.clone(),
            cancel: self.cancel.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhausted_budget_stays_exhausted() {
        let flag = CancelFlag::default();
        let mut budget = Budget::with_cancel(&Limits { work: 3, ..Limits::DEFAULT }, flag.clone());
        assert!(budget.spend(2).is_ok());
        assert!(!flag.saw_exhaustion());
        assert_eq!(budget.spend(2).map_err(|error| error.limit), Err(Limit::Work));
        assert!(budget.spend(1).is_err());
        assert!(flag.saw_exhaustion());
    }

    #[test]
    fn an_exhausted_share_is_seen_from_outside() {
        let flag = CancelFlag::default();
        let budget = Budget::with_cancel(&Limits { work: 10, ..Limits::DEFAULT }, flag.clone());
        assert!(budget.share(5).spend(2).is_ok());
        assert!(!flag.saw_exhaustion());
        assert!(budget.share(5).spend(3).is_err());
        assert!(flag.saw_exhaustion());
    }

    #[test]
    fn a_cancelled_budget_names_the_deadline() {
        let flag = CancelFlag::default();
        let mut budget = Budget::with_cancel(&Limits::DEFAULT, flag.clone());
        assert!(budget.spend(1).is_ok());
        flag.cancel();
        assert_eq!(budget.spend(1).map_err(|error| error.limit), Err(Limit::Deadline));
        assert_eq!(budget.share(2).spend(1).map_err(|error| error.limit), Err(Limit::Deadline));
    }

    #[test]
    fn decoded_bytes_are_counted_together() {
        let mut budget = Budget::new(&Limits { decoded_bytes: 10, ..Limits::DEFAULT });
        assert!(budget.spend_decoded(6).is_ok());
        assert_eq!(budget.spend_decoded(6).map_err(|error| error.limit), Err(Limit::DecodedBytes));
    }
}
