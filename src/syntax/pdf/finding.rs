//! What the reader had to repair or found odd. Nothing is repaired in silence.

use std::collections::BTreeSet;

use super::ObjectId;
use crate::syntax::pdf::to_u64;
use crate::syntax::pdf::to_usize;

/// How many findings are kept; one more says that there were more.
const MOST: usize = 1_000;

/// One repair or oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// Bytes from the start of the file, where one place is meant.
    pub offset: Option<u64>,
    /// What was found.
    pub code: FindingCode,
    /// The object concerned, where known.
    pub object: Option<ObjectId>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What can be found. Section numbers are those of ISO 32000-2.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode { $($(#[$doc])* $variant,)* }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// Bytes stand before `%PDF-` (§7.5.2).
    JunkBeforeHeader = "junk-before-header",
    /// There is no `%PDF-` in the first KiB.
    MissingHeader = "missing-header",
    /// The header's version is unreadable or none that exists.
    UnusualHeaderVersion = "unusual-header-version",

    /// Something other than white space follows the last revision.
    DataAfterEnd = "data-after-end",
    /// A revision does not end with `%%EOF` (§7.5.5).
    MissingEof = "missing-eof",
    /// A revision, or the file, has no `startxref`.
    MissingStartxref = "missing-startxref",
    /// `startxref` does not lead to a cross-reference section that can be read.
    InvalidStartxref = "invalid-startxref",

    /// The cross-reference information is unusable: objects were searched in the whole file.
    XrefRebuilt = "xref-rebuilt",
    /// `/Prev` or `/XRefStm` does not lead to a cross-reference section that can be read.
    InvalidPrev = "invalid-prev",
    /// `/Prev` is 0, which producers write for "none".
    PrevZero = "prev-zero",
    /// `/Prev` leads forward although the file is not linearised.
    PrevForward = "prev-forward",
    /// `/Prev` leads to a section that was read already.
    XrefLoop = "xref-loop",
    /// A section's offset had to be corrected: relative to the header, or to white space before it.
    XrefOffsetCorrected = "xref-offset-corrected",
    /// A table's first subsection starts with a wrong number (the entry of object 0 is listed as object 1).
    XrefSubsectionShifted = "xref-subsection-shifted",
    /// An entry is unreadable, has an impossible offset or an unknown type; it counts as free.
    XrefEntryMalformed = "xref-entry-malformed",
    /// A subsection has another number of entries than it says.
    XrefEntryCount = "xref-entry-count",
    /// A section lists an object twice; the first entry counts.
    DuplicateXrefEntry = "duplicate-xref-entry",
    /// An object number is not below the trailer's `/Size` (§7.5.5).
    ObjectBeyondSize = "object-beyond-size",
    /// A table has a cross-reference stream beside it (§7.5.8.4): readers may see different objects.
    HybridXref = "hybrid-xref",
    /// A trailer dictionary is malformed.
    MalformedTrailer = "malformed-trailer",
    /// The newest trailer of a revision has no `/Root`; an older one was used.
    TrailerWithoutRoot = "trailer-without-root",
    /// The newest trailer of a revision has no `/Encrypt` although an older one has.
    TrailerWithoutEncrypt = "trailer-without-encrypt",
    /// No trailer has a `/Root`: the catalog was searched among the objects.
    CatalogSearched = "catalog-searched",
    /// The catalog has no page tree.
    MissingPageTree = "missing-page-tree",
    /// Earlier revisions of the file are not encrypted.
    EncryptionAddedLater = "encryption-added-later",

    /// An entry's offset had to be corrected: it is relative to the header, or to white space or a comment before the
    /// object.
    ObjectOffsetCorrected = "object-offset-corrected",
    /// Another object stands where an entry points to.
    XrefEntryMismatch = "xref-entry-mismatch",
    /// An object was found by searching, not by its entry.
    ObjectRelocated = "object-relocated",
    /// An object that has an entry is not in the file; it counts as null.
    ObjectNotFound = "object-not-found",
    /// The generation of an object, its entry and the reference to it differ.
    BadGeneration = "bad-generation",
    /// The same revision of a rebuilt file defines an object twice; the last one counts.
    DuplicateObject = "duplicate-object",
    /// Something that is no value stands in an object; it was skipped or counts as null.
    MalformedObject = "malformed-object",
    /// An object's value ends without its closing delimiter.
    UnterminatedObject = "unterminated-object",
    /// `endobj` does not follow an object's value.
    MissingEndobj = "missing-endobj",
    /// A dictionary has a key twice; the last value counts.
    DuplicateKey = "duplicate-key",
    /// A string or name has bytes that its syntax does not allow.
    MalformedString = "malformed-string",

    /// A stream's `/Length` is missing or wrong: its end was searched, or white space that the length leaves out
    /// stands before `endstream`.
    WrongStreamLength = "wrong-stream-length",
    /// A stream has no `endstream`.
    MissingEndstream = "missing-endstream",
    /// The `stream` keyword is not followed by CR LF or LF.
    StreamKeywordEol = "stream-keyword-eol",
    /// A filter met damaged data; what it produced before that counts.
    DamagedStreamData = "damaged-stream-data",
    /// Encrypted data has a length or padding that its cipher does not allow.
    DamagedEncryptedData = "damaged-encrypted-data",
    /// An object stream has another object than its entry says.
    ObjectStreamMismatch = "object-stream-mismatch",
    /// An object stream cannot be read.
    UnreadableObjectStream = "unreadable-object-stream",

    /// There are more findings than are kept.
    MoreFindings = "more-findings",
}

/// A bounded set of findings, in the order of their offsets.
#[derive(Debug, Default)]
pub(super) struct Findings {
    known: BTreeSet<Finding>,
    /// How often anything was added, known or not.
    added: u64,
}

impl Findings {
    /// Adds a finding, unless it is known already or there are too many.
    pub(super) fn add(&mut self, code: FindingCode, offset: Option<usize>, object: Option<ObjectId>) {
        self.added = self.added.saturating_add(1);
        let code = if self.known.len() < MOST { code } else { FindingCode::MoreFindings };
        let finding = match code {
            FindingCode::MoreFindings => Finding { offset: None, code, object: None },
            _ => Finding { offset: offset.map(to_u64), code, object },
        };
        self.known.insert(finding);
    }

    /// How often anything was added.
    pub(super) const fn added(&self) -> u64 {
        self.added
    }

    pub(super) fn has(&self, code: FindingCode) -> bool {
        self.known.iter().any(|finding| finding.code == code)
    }

    pub(super) fn extend(&mut self, others: &Self) {
        for finding in &others.known {
            self.add(finding.code, finding.offset.map(to_usize), finding.object);
        }
    }

    pub(super) fn to_vec(&self) -> Vec<Finding> {
        self.known.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_sorted_and_bounded() {
        let mut findings = Findings::default();
        for offset in (0..2_000).rev() {
            findings.add(FindingCode::MissingEndobj, Some(offset), None);
            findings.add(FindingCode::MissingEndobj, Some(offset), None);
        }
        let kept = findings.to_vec();
        assert_eq!(kept.len(), MOST + 1);
        assert_eq!(kept[0].code, FindingCode::MoreFindings);
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: BTreeSet<_> = FindingCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), FindingCode::ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
