//! PDF (ISO 32000-2) as a validator has to read it: with the place of every value, revision by revision, and with
//! every repair told.
//!
//! * **Lazy.** [`Pdf::open`] reads the cross-reference sections and the catalog. An object is read when it is
//!   asked for; a file of 100 MB with good cross-reference sections opens in microseconds.
//! * **Revisions.** Sections are never merged away: every question names the [`RevisionIndex`] as of which it is
//!   asked, and [`Revision::sections`] tells what each revision defines.
//! * **Places.** [`Object::span`] is the exact range of bytes in the file, also behind junk before the header.
//! * **Findings.** What had to be repaired or is odd is a [`Finding`]. Some show only when an object is read, so
//!   ask for [`Pdf::findings`] at the end.
//! * **Hostile files.** Depth, number and size are limited by [`Limits`]; parsing, searching and decoding spend a
//!   [`Budget`](crate::limits::Budget). Circles end with an error that names an object of them. Nothing is allocated because a length
//!   claims it.
//!
//! [`Update`] appends to a file: what is there stays as it is.
//!
//! It does not judge: whether a change between revisions is permitted, what `/ByteRange` covers, or whether the
//! page tree makes sense is for `document`. Not read: image codecs, encryption for certificates, external streams
//! (`/F`), integrity dictionaries (ISO/TS 32004; their presence is told).
//!
//! # Decisions where the standard leaves room
//!
//! * Of two equal keys in a dictionary the last one counts, of two equal numbers in a section the first one.
//! * An object whose entry leads to another object is searched in the file once: the last object of that number
//!   before the end of the asked revision counts.
//! * If no chain of sections can be followed, or it leads to no catalog or page tree, the whole file is searched.
//!   Revisions are then told apart by their `startxref … %%EOF` marks, and what was deleted is there again.
//! * A `startxref` that is not in the last KiB is believed only if no object follows the revision that it ends:
//!   otherwise the newest revision was cut off, and the file is searched.
//! * What follows the last revision is never read as a part of the document; [`Pdf::trailing`] tells of it.
//! * An older revision of an encrypted file is read without decryption where no trailer up to it has `/Encrypt`.

mod behind;
mod error;
mod filter;
mod finding;
mod header;
mod indirect;
mod lexer;
mod object;
mod objects;
mod objstm;
mod open;
mod parsed;
mod parser;
mod references;
#[cfg(test)]
mod sample;
mod search;
mod security;
mod streams;
mod update;
mod view;
mod xref;

use std::cell::OnceCell;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::LazyLock;

use crate::limits::Limits;
use finding::Findings;
use objstm::StreamCache;
use parsed::Parsed;
use security::Security;
use view::Slot;
use xref::rebuild::Scan;

pub use error::{EncryptedReason, Malformation, ObjectError, PdfError};
pub use finding::{Finding, FindingCode};
pub use header::Header;
pub use object::{Dict, Name, Number, Object, ObjectId, PdfString, Span, Stream, Value};
pub use security::{CryptMethod, Encryption, PasswordOwner};
pub use update::{Appended, Hole, Source, Update, UpdateError, text};
pub use view::Entry;
pub use xref::revisions::Revision;
pub use xref::{Place, Section, SectionKind};

/// A PDF file. Made by [`Pdf::open`]; used by one thread at a time.
#[derive(Debug)]
pub struct Pdf<'a> {
    bytes: &'a [u8],
    header: Header,
    limits: Limits,
    revisions: Vec<Revision>,
    security: Option<Security>,
    /// The object that is the encryption dictionary, where it is indirect.
    encrypt_object: Option<ObjectId>,
    /// The first revision from which on the file is encrypted.
    encrypted_from: RevisionIndex,
    findings: RefCell<Findings>,
    /// The entries of all revisions, ordered by object, made when they are first needed.
    merged: OnceCell<Vec<Slot>>,
    /// The catalog of the latest revision.
    catalog: OnceCell<Dict>,
    /// What a search of the whole file found, where one was necessary.
    scan: RefCell<Option<Arc<Scan>>>,
    streams: RefCell<StreamCache>,
    parsed: RefCell<Parsed>,
}

/// A revision of one file by its position, 0 for the oldest. An index that is too high means the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionIndex(usize);

impl RevisionIndex {
    /// The oldest revision.
    pub const FIRST: Self = Self(0);

    /// The revision at `position` in [`Pdf::revisions`].
    #[must_use]
    pub const fn new(position: usize) -> Self {
        Self(position)
    }

    /// The position in [`Pdf::revisions`].
    #[must_use]
    pub const fn get(self) -> usize {
        self.0
    }

    /// The revision before, where there is one.
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(position) => Some(Self(position)),
            None => None,
        }
    }
}

/// What follows the last revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailing {
    /// The bytes from behind the last revision and its end of line to the end of the file; empty in most files.
    pub span: Span,
    /// Whether they are only white space and NUL.
    pub blank: bool,
}

impl<'a> Pdf<'a> {
    /// The file.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the header stands and which version it names.
    #[must_use]
    pub const fn header(&self) -> Header {
        self.header
    }

    /// The revisions, oldest first; at least one.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The revision `at`.
    #[must_use]
    pub fn revision(&self, at: RevisionIndex) -> Option<&Revision> {
        self.revisions.get(at.0.min(self.latest().0))
    }

    /// The latest revision.
    #[must_use]
    pub const fn latest(&self) -> RevisionIndex {
        RevisionIndex(self.revisions.len().saturating_sub(1))
    }

    /// What follows the last revision.
    #[must_use]
    pub fn trailing(&self) -> Trailing {
        let start = self.revisions.iter().map(Revision::end_with_eol).max().unwrap_or(0);
        let rest = self.bytes.get(to_usize(start)..).unwrap_or_default();
        let blank = rest.iter().all(|byte| lexer::is_white(*byte));
        Trailing { span: Span { start, end: to_u64(self.bytes.len()).max(start) }, blank }
    }

    /// The trailer dictionary of the newest section of revision `at`.
    #[must_use]
    pub fn trailer(&self, at: RevisionIndex) -> &Dict {
        static NONE: LazyLock<Dict> = LazyLock::new(Dict::default);
        self.revision(at).and_then(|revision| revision.sections().last()).map_or(&*NONE, Section::trailer)
    }

    /// What was repaired or odd up to now: sorted by offset, each once, at most 1,000 and one that says that there
    /// were more.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.borrow().to_vec()
    }

    /// How the file is encrypted, where it is.
    #[must_use]
    pub fn encryption(&self) -> Option<&Encryption> {
        self.security.as_ref().map(Security::facts)
    }

    fn note(&self, code: FindingCode, offset: Option<u64>, object: Option<ObjectId>) {
        self.findings.borrow_mut().add(code, offset.map(to_usize), object);
    }
}

fn to_u64(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}

/// An offset as a position; one that does not fit is behind the end of every file.
fn to_usize(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
