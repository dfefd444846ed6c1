//! Opening a file: header, cross-reference sections, encryption, catalog, and the search of the whole file where
//! one of them fails.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cell::RefCell;
use std::sync::Arc;

use super::Dict;
use super::EncryptedReason;
use super::FindingCode;
use super::Malformation;
use super::Object;
use super::ObjectError;
use super::Pdf;
use super::PdfError;
use super::Revision;
use super::RevisionIndex;
use super::Section;
use super::Value;
use super::finding::Findings;
use super::header;
use super::header::Header;
use super::objstm::StreamCache;
use super::parsed::Parsed;
use super::security::Security;
use super::to_u64;
use super::xref::ChainError;
use super::xref::Reading;
use super::xref::chain;
use super::xref::rebuild;
use super::xref::rebuild::Found;
use super::xref::revisions;
use crate::limits::Budget;
use crate::limits::Limit;
use crate::limits::LimitExceeded;
use crate::limits::Limits;

impl<'a> Pdf<'a> {
    /// Opens a file. `password` is the user's or the owner's; without one the empty user password is tried.
    ///
    /// # Errors
    /// [`PdfError::NotPdf`], [`PdfError::Malformed`] where no catalog can be found, [`PdfError::Encrypted`], or a
    /// limit.
    pub fn open(
        bytes: &'a [u8],
        password: Option<&[u8]>,
        limits: &Limits,
        budget: &mut Budget,
    ) -> Result<Self, PdfError> {
        if to_u64(bytes.len()) > limits.file_bytes {
            return Err(LimitExceeded { limit: Limit::FileBytes, maximum: limits.file_bytes }.into());
        }
        let mut findings = Findings::default();
        let header = header::read(bytes, &mut findings);
        let mut reading = Reading { bytes, header, limits, budget, findings: &mut findings, entries: 0 };
        let (revisions, near_end) = match chain::read(&mut reading) {
            Ok(chain) => (revisions::group(&mut reading, chain.sections, chain.start_xref)?, chain.near_end),
            Err(ChainError::Limit(limit)) => return Err(limit.into()),
            Err(ChainError::Broken) => (Vec::new(), true),
        };
        let mut pdf = Self::new(bytes, header, limits, revisions, findings);
        if let Some(written) = pdf.flaw(near_end, password, budget)? {
            pdf.rebuild(written, password, budget)?;
        }
        if !pdf.trailing().blank {
            pdf.note(FindingCode::DataAfterEnd, Some(pdf.trailing().span.start), None);
        }
        Ok(pdf)
    }

    /// Why the file has to be searched: what the chain of sections leads to, where that is not enough. `None`
    /// where it is.
    fn flaw(
        &mut self,
        near_end: bool,
        password: Option<&[u8]>,
        budget: &mut Budget,
    ) -> Result<Option<Root>, PdfError> {
        if self.revisions.is_empty() {
            return Ok(Some(Root::None));
        }
        match self.unlock(password, budget) {
            Err(PdfError::Encrypted(EncryptedReason::MalformedDictionary)) => return Ok(Some(Root::None)),
            // A wrong password stays wrong however often the file is searched.
            other => other?,
        }
        let root = self.root(budget)?;
        if root != Root::WithPages {
            return Ok(Some(root));
        }
        // Where `startxref` is not near the end, it may be that of an older revision, and the newest one cut off.
        let trailing = self.trailing();
        if near_end || trailing.blank {
            return Ok(None);
        }
        let scan = self.scan(budget)?;
        let more = scan.objects.iter().any(|found| to_u64(found.offset) >= trailing.span.start);
        Ok(more.then_some(Root::None))
    }

    fn new(bytes: &'a [u8], header: Header, limits: &Limits, revisions: Vec<Revision>, findings: Findings) -> Self {
        Self {
            bytes,
            header,
            limits: limits.clone(),
            revisions,
            security: None,
            encrypt_object: None,
            encrypted_from: RevisionIndex::FIRST,
            findings: RefCell::new(findings),
            merged: OnceCell::new(),
            catalog: OnceCell::new(),
            scan: RefCell::new(None),
            streams: RefCell::new(StreamCache::default()),
            parsed: RefCell::new(Parsed::default()),
        }
    }

    /// Searches the whole file and starts again with what was found. Without a page tree there either, the
    /// sections as they are written count, if they lead to a catalog (`written`).
    fn rebuild(&mut self, written: Root, password: Option<&[u8]>, budget: &mut Budget) -> Result<(), PdfError> {
        let scan = self.scan(budget)?;
        let mut searched = Self::new(self.bytes, self.header, &self.limits, Vec::new(), Findings::default());
        searched.scan.replace(Some(Arc::clone(&scan)));
        let mut findings = searched.findings.take();
        searched.revisions = rebuild::revisions(&mut searched.reading(budget, &mut findings), &scan)?;
        searched.findings.replace(findings);
        let root = if searched.revisions.is_empty() {
            Root::None
        } else {
            searched.unlock(password, budget)?;
            searched.add_object_streams(&scan.object_streams, budget)?;
            searched.root(budget)?
        };
        if root > written {
            self.findings.borrow_mut().extend(&searched.findings.borrow());
            let findings = self.findings.take();
            *self = searched;
            self.findings.replace(findings);
        }
        match root.max(written) {
            Root::WithPages => Ok(()),
            Root::Alone => {
                self.note(FindingCode::MissingPageTree, None, None);
                Ok(())
            }
            Root::None if scan.objects.is_empty() && self.findings.borrow().has(FindingCode::MissingHeader) => {
                Err(PdfError::NotPdf)
            }
            Root::None => Err(PdfError::Malformed { what: Malformation::NoCatalog, offset: None }),
        }
    }

    /// What a search of the whole file finds; it is searched once.
    pub(super) fn scan(&self, budget: &mut Budget) -> Result<Arc<rebuild::Scan>, LimitExceeded> {
        if let Some(scan) = &*self.scan.borrow() {
            return Ok(Arc::clone(scan));
        }
        let mut ignored = Findings::default();
        let scan = Arc::new(rebuild::scan(&mut self.reading(budget, &mut ignored))?);
        self.scan.replace(Some(Arc::clone(&scan)));
        Ok(scan)
    }

    fn reading<'b>(&'b self, budget: &'b mut Budget, findings: &'b mut Findings) -> Reading<'a, 'b> {
        Reading { bytes: self.bytes, header: self.header, limits: &self.limits, budget, findings, entries: 0 }
    }

    /// Adds what the object streams of a searched file contain.
    fn add_object_streams(&mut self, streams: &[Found], budget: &mut Budget) -> Result<(), LimitExceeded> {
        let mut contents: Vec<Vec<(Found, Vec<u32>)>> = vec![Vec::new(); self.revisions.len()];
        for found in streams {
            let offset = to_u64(found.offset);
            let revision = self.revisions.partition_point(|revision| revision.end() <= offset);
            match self.object_stream(found.id.number, RevisionIndex(revision), budget) {
                Ok(stream) => {
                    if let Some(contents) = contents.get_mut(revision) {
                        contents.push((*found, stream.numbers()));
                    }
                }
                Err(ObjectError::Limit(limit)) => return Err(limit),
                Err(_) => self.note(FindingCode::UnreadableObjectStream, Some(offset), Some(found.id)),
            }
        }
        for (revision, contents) in self.revisions.iter_mut().zip(contents) {
            if let Some(section) = revision.sections_mut().last_mut().filter(|_| !contents.is_empty()) {
                rebuild::add_streamed(section, &contents);
            }
        }
        Ok(())
    }

    /// Opens the security handler where the file is encrypted. A revision is encrypted if its trailer or an older
    /// one says so.
    fn unlock(&mut self, password: Option<&[u8]>, budget: &mut Budget) -> Result<(), PdfError> {
        let Some(from) = self.revisions.iter().position(|revision| encrypt_of(revision).is_some()) else {
            return Ok(());
        };
        let Some(named) = self.revisions.iter().rev().find_map(encrypt_of).cloned() else { return Ok(()) };
        let integrity = self
            .revisions
            .iter()
            .any(|revision| revision.sections().iter().any(|section| is_there(section.trailer(), b"AuthCode")));
        let id = self.first_id(budget)?;
        self.encrypt_object = named.as_reference();
        if from > 0 {
            self.note(FindingCode::EncryptionAddedLater, self.revisions.get(from).map(Revision::end), None);
        }
        if !is_there(self.trailer(self.latest()), b"Encrypt") {
            self.note(FindingCode::TrailerWithoutEncrypt, None, None);
        }
        self.encrypted_from = RevisionIndex(from);
        // Nothing is decrypted as long as there is no handler: the dictionary is read as it stands.
        let dict = match self.resolve(&named, self.latest(), budget).map(Cow::into_owned) {
            Ok(Object { value: Value::Dict(dict), .. }) => dict,
            Err(ObjectError::Limit(limit)) => return Err(limit.into()),
            Ok(_) | Err(_) => return Err(PdfError::Encrypted(EncryptedReason::MalformedDictionary)),
        };
        let security = Security::open(&dict, &id, password, integrity).map_err(PdfError::Encrypted)?;
        // What was read up to now was read without decryption.
        self.streams.take();
        self.security = Some(security);
        Ok(())
    }

    /// The first string of `/ID`, from the newest trailer that has one.
    fn first_id(&self, budget: &mut Budget) -> Result<Vec<u8>, LimitExceeded> {
        let trailers = self.revisions.iter().rev().flat_map(|revision| revision.sections().iter().rev());
        for trailer in trailers.map(Section::trailer) {
            let Some(named) = trailer.get(b"ID") else { continue };
            let id = match self.resolve(named, self.latest(), budget) {
                Ok(id) => id,
                Err(ObjectError::Limit(limit)) => return Err(limit),
                Err(_) => continue,
            };
            if let Some(string) = id.as_array().and_then(<[Object]>::first).and_then(Object::as_string) {
                return Ok(string.bytes.clone());
            }
        }
        Ok(Vec::new())
    }

    /// What the latest revision has of a catalog.
    fn root(&self, budget: &mut Budget) -> Result<Root, LimitExceeded> {
        let at = self.latest();
        let catalog = match self.latest_catalog(budget) {
            Ok(catalog) => catalog,
            Err(ObjectError::Limit(limit)) => return Err(limit),
            Err(_) => return Ok(Root::None),
        };
        match self.resolve(catalog.get(b"Pages").unwrap_or(&Object::NULL), at, budget) {
            Err(ObjectError::Limit(limit)) => Err(limit),
            Ok(pages) if pages.as_dict().is_some() => Ok(Root::WithPages),
            Ok(_) | Err(_) => Ok(Root::Alone),
        }
    }
}

/// What was found of the document's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Root {
    /// No catalog.
    None,
    /// A catalog without a page tree.
    Alone,
    /// A catalog with the root of a page tree.
    WithPages,
}

/// What the newest trailer of a revision that has one names as its encryption dictionary.
fn encrypt_of(revision: &Revision) -> Option<&Object> {
    let trailers = revision.sections().iter().rev().map(Section::trailer);
    trailers.filter_map(|trailer| trailer.get(b"Encrypt")).find(|named| !named.is_null())
}

fn is_there(dict: &Dict, key: &[u8]) -> bool {
    dict.get(key).is_some_and(|value| !value.is_null())
}
