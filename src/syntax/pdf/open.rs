//! Opening a file: header, cross-reference sections, encryption, catalog, and the search of the whole file where
//! one of them fails.

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
        let revisions = match chain::read(&mut reading) {
            Ok(chain) => revisions::group(&mut reading, chain.sections, chain.start_xref)?,
            Err(ChainError::Limit(limit)) => return Err(limit.into()),
            Err(ChainError::Broken) => Vec::new(),
        };
        let broken = revisions.is_empty();
        let mut pdf = Self::new(bytes, header, limits, revisions, findings);
        if broken {
            pdf.rebuild(password, budget)?;
        } else {
            let unlocked = pdf.unlock(password, budget);
            // A wrong password stays wrong however often the file is searched.
            let usable = match unlocked {
                Err(PdfError::Encrypted(EncryptedReason::MalformedDictionary)) => false,
                other => {
                    other?;
                    pdf.has_catalog(budget)?
                }
            };
            if !usable {
                pdf.rebuild(password, budget)?;
            }
        }
        pdf.check_page_tree(budget)?;
        if !pdf.trailing().blank {
            pdf.note(FindingCode::DataAfterEnd, Some(pdf.trailing().span.start), None);
        }
        Ok(pdf)
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
            scan: RefCell::new(None),
            streams: RefCell::new(StreamCache::default()),
        }
    }

    /// Searches the whole file and starts again with what was found.
    fn rebuild(&mut self, password: Option<&[u8]>, budget: &mut Budget) -> Result<(), PdfError> {
        let scan = self.scan(budget)?;
        let mut findings = self.findings.take();
        let mut reading = self.reading(budget, &mut findings);
        self.revisions = rebuild::revisions(&mut reading, &scan);
        self.findings.replace(findings);
        self.merged.take();
        self.streams.take();
        (self.security, self.encrypt_object) = (None, None);
        if self.revisions.is_empty() {
            let none = self.findings.borrow().has(FindingCode::MissingHeader);
            let malformed = PdfError::Malformed { what: Malformation::NoCatalog, offset: None };
            return Err(if none { PdfError::NotPdf } else { malformed });
        }
        self.unlock(password, budget)?;
        self.add_object_streams(&scan.object_streams, budget)?;
        if self.has_catalog(budget)? {
            return Ok(());
        }
        Err(PdfError::Malformed { what: Malformation::NoCatalog, offset: None })
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
            let revision = self.revisions.iter().position(|revision| {
                revision
                    .sections()
                    .iter()
                    .any(|section| (section.span().start..section.span().end).contains(&offset))
            });
            let Some(revision) = revision else { continue };
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
        let dict = match self.resolve(&named, self.latest(), budget) {
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

    /// Whether the latest revision has a catalog.
    fn has_catalog(&self, budget: &mut Budget) -> Result<bool, LimitExceeded> {
        match self.catalog(self.latest(), budget) {
            Ok(_) => Ok(true),
            Err(ObjectError::Limit(limit)) => Err(limit),
            Err(_) => Ok(false),
        }
    }

    fn check_page_tree(&self, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let pages = self.catalog(self.latest(), budget).and_then(|catalog| {
            let pages = catalog.get(b"Pages").cloned().unwrap_or(Object::NULL);
            self.resolve(&pages, self.latest(), budget)
        });
        match pages {
            Err(ObjectError::Limit(limit)) => return Err(limit),
            Ok(pages) if pages.as_dict().is_some() => {}
            Ok(_) | Err(_) => self.note(FindingCode::MissingPageTree, None, None),
        }
        Ok(())
    }
}

/// What the newest trailer of a revision that has one names as its encryption dictionary.
fn encrypt_of(revision: &Revision) -> Option<&Object> {
    let trailers = revision.sections().iter().rev().map(Section::trailer);
    trailers.filter_map(|trailer| trailer.get(b"Encrypt")).find(|named| !named.is_null())
}

fn is_there(dict: &Dict, key: &[u8]) -> bool {
    dict.get(key).is_some_and(|value| !value.is_null())
}
