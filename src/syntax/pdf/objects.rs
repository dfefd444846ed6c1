//! Objects as of a revision: found, checked, parsed, decrypted.

use std::borrow::Cow;

use super::Dict;
use super::FindingCode;
use super::Malformation;
use super::Object;
use super::ObjectError;
use super::ObjectId;
use super::Pdf;
use super::Place;
use super::RevisionIndex;
use super::Section;
use super::Stream;
use super::Value;
use super::indirect;
use super::indirect::Indirect;
use super::parser;
use super::parser::Head;
use super::parser::ParseError;
use super::parser::Parser;
use super::security::Security;
use super::to_u64;
use super::to_usize;
use crate::limits::Budget;

impl Pdf<'_> {
    /// The object `id` as of revision `at`, decrypted; null where it is missing or free (ISO 32000-2 §7.3.10). It
    /// may itself be a reference, see [`Pdf::resolve`].
    ///
    /// # Errors
    /// A limit, or an object stream that cannot be read.
    pub fn object(&self, id: ObjectId, at: RevisionIndex, budget: &mut Budget) -> Result<Object, ObjectError> {
        match self.entry(id.number, at).map(|entry| entry.place) {
            None | Some(Place::Free) => Ok(Object::NULL),
            Some(Place::InFile { offset, generation }) => match self.find(id, offset, generation, at, budget)? {
                Some(head) => self.read(head, id, at, budget),
                None => Ok(Object::NULL),
            },
            Some(Place::InStream { stream, index }) => self.streamed(id, stream, index, at, budget),
        }
    }

    /// Follows `object` where it is a reference, up to something that is none; otherwise it is `object` itself.
    ///
    /// # Errors
    /// [`ObjectError::Circular`] after as many references as values may be nested, and what [`Pdf::object`]
    /// returns.
    pub fn resolve<'o>(
        &self,
        object: &'o Object,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Cow<'o, Object>, ObjectError> {
        let Value::Reference(mut id) = object.value else { return Ok(Cow::Borrowed(object)) };
        for _ in 0..self.limits.nesting {
            match self.object(id, at, budget)? {
                Object { value: Value::Reference(next), .. } => id = next,
                found => return Ok(Cow::Owned(found)),
            }
        }
        Err(ObjectError::Circular { object: id })
    }

    /// The catalog as of revision `at` (§7.7.2): of the newest trailer that names one. In a searched file without
    /// such a trailer the last dictionary of `/Type /Catalog`.
    ///
    /// # Errors
    /// [`Malformation::NoCatalog`], [`Malformation::NotADictionary`], and what [`Pdf::object`] returns.
    pub fn catalog(&self, at: RevisionIndex, budget: &mut Budget) -> Result<Dict, ObjectError> {
        let sections = self.revisions.iter().take(at.get().saturating_add(1)).rev();
        let mut sections = sections.flat_map(|revision| revision.sections().iter().rev());
        let root = sections.find_map(|section| Some((section, section.trailer().get(b"Root")?)));
        let Some((section, root)) = root else { return self.search_catalog(at, budget) };
        if !self.trailer(at).has(b"Root") {
            self.note(FindingCode::TrailerWithoutRoot, Some(section.span().start), None);
        }
        match self.resolve(root, at, budget)?.into_owned().value {
            Value::Dict(catalog) => Ok(catalog),
            _ => Err(ObjectError::Malformed {
                what: Malformation::NotADictionary,
                offset: Some(section.span().start),
                object: root.as_reference(),
            }),
        }
    }

    /// The same, as a value of its own.
    ///
    /// # Errors
    /// What [`Pdf::resolve`] returns.
    pub fn resolve_owned(
        &self,
        object: &Object,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Object, ObjectError> {
        Ok(self.resolve(object, at, budget)?.into_owned())
    }

    /// The catalog as of the latest revision; it is read once.
    ///
    /// # Errors
    /// What [`Pdf::catalog`] returns.
    pub fn latest_catalog(&self, budget: &mut Budget) -> Result<&Dict, ObjectError> {
        if let Some(catalog) = self.catalog.get() {
            return Ok(catalog);
        }
        let catalog = self.catalog(self.latest(), budget)?;
        Ok(self.catalog.get_or_init(|| catalog))
    }

    /// The last catalog among the objects of a searched file.
    fn search_catalog(&self, at: RevisionIndex, budget: &mut Budget) -> Result<Dict, ObjectError> {
        let none = ObjectError::Malformed { what: Malformation::NoCatalog, offset: None, object: None };
        let rebuilt = |section: &Section| section.kind() == super::SectionKind::Rebuilt;
        if !self.revisions.iter().flat_map(super::Revision::sections).any(rebuilt) {
            return Err(none);
        }
        for id in self.find_dicts_with(&[b"Pages", b"Type"], &[], at, budget)?.into_iter().rev() {
            if let Object { value: Value::Dict(dict), .. } = self.object(id, at, budget)?
                && dict.get_name(b"Type") == Some(b"Catalog")
            {
                self.note(FindingCode::CatalogSearched, None, Some(id));
                return Ok(dict);
            }
        }
        Err(none)
    }

    /// The security handler, where revision `at` is encrypted.
    pub(super) fn security_at(&self, at: RevisionIndex) -> Option<&Security> {
        self.security.as_ref().filter(|_| at >= self.encrypted_from)
    }

    /// The head of object `id`, whose entry names `offset` and `generation`; corrected or searched where another
    /// object or none stands there. `None`: it counts as null.
    pub(super) fn find(
        &self,
        id: ObjectId,
        offset: u64,
        generation: u16,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Option<Head>, ObjectError> {
        let head = match self.head_at(offset, id.number) {
            Some(head) => {
                if to_u64(head.start) != offset {
                    self.note(FindingCode::ObjectOffsetCorrected, Some(to_u64(head.start)), Some(id));
                }
                head
            }
            None => match self.search(id, offset, at, budget)? {
                Some(head) => head,
                None => return Ok(None),
            },
        };
        if head.id.generation != id.generation || generation != id.generation {
            self.note(FindingCode::BadGeneration, Some(to_u64(head.start)), Some(id));
        }
        // The entry or the object itself has to agree with the reference.
        Ok(Some(head).filter(|head| head.id.generation == id.generation || generation == id.generation))
    }

    fn head_at(&self, offset: u64, number: u32) -> Option<Head> {
        parser::head(self.bytes, to_usize(offset)).filter(|head| head.id.number == number)
    }

    /// An object that is not where its entry says.
    fn search(
        &self,
        id: ObjectId,
        offset: u64,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Option<Head>, ObjectError> {
        // Offsets may be relative to the header, or not, whatever the section's own offset is.
        let shift = self.header.offset;
        let shifted = [offset.checked_add(shift), offset.checked_sub(shift)];
        let shifted = shifted.into_iter().flatten().filter(|_| shift > 0);
        if let Some(head) = shifted.filter_map(|offset| self.head_at(offset, id.number)).next() {
            self.note(FindingCode::ObjectOffsetCorrected, Some(to_u64(head.start)), Some(id));
            return Ok(Some(head));
        }
        // An entry may point behind the end of the file: then there is no place to name.
        let place = Some(offset).filter(|offset| *offset < to_u64(self.bytes.len()));
        self.note(FindingCode::XrefEntryMismatch, place, Some(id));
        let end = self.revision(at).map_or(u64::MAX, super::Revision::end);
        let scan = self.scan(budget)?;
        budget.spend(1)?;
        let found = scan.last_before(id, end);
        let head = found.and_then(|found| parser::head(self.bytes, found.offset));
        let (code, place) = match &head {
            Some(head) => (FindingCode::ObjectRelocated, to_u64(head.start)),
            None => (FindingCode::ObjectNotFound, offset),
        };
        self.note(code, Some(place), Some(id));
        Ok(head)
    }

    /// Reads and decrypts the object behind `head`.
    fn read(
        &self,
        head: Head,
        id: ObjectId,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Object, ObjectError> {
        let (mut object, head) = self.read_raw(head, at, budget)?;
        let exempt = self.encrypt_object == Some(id)
            || object.as_stream().is_some_and(|stream| stream.dict().get_name(b"Type") == Some(b"XRef"));
        if let Some(security) = self.security_at(at).filter(|_| !exempt)
            && security.decrypt_strings(&mut object, head.id).is_err()
        {
            self.note(FindingCode::DamagedEncryptedData, Some(to_u64(head.start)), Some(id));
        }
        Ok(object)
    }

    /// Reads the object behind `head`, strings still encrypted.
    pub(super) fn read_raw(
        &self,
        head: Head,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<(Object, Head), ObjectError> {
        let object = self.parsed(head)?;
        spend_parsed(budget, object.end.saturating_sub(head.start))?;
        let (Some(keyword), Value::Dict(dict)) = (object.stream, &object.value.value) else {
            return Ok((object.value, head));
        };
        let length = match dict.get(b"Length") {
            Some(length) => self.integer(length, at, budget)?,
            None => None,
        };
        let length = length.and_then(|length| u64::try_from(length).ok());
        let mut findings = self.findings.borrow_mut();
        let raw = indirect::stream_range(self.bytes, keyword, length, head, budget, &mut findings)?;
        let Object { value, span } = object.value;
        let Value::Dict(dict) = value else { return Ok((Object { value, span }, head)) };
        let stream = Stream::new(dict, raw, head.id, at.min(self.latest()));
        Ok((Object { value: Value::Stream(stream), span }, head))
    }

    /// The object behind `head` as it stands in the file, parsed now or before.
    fn parsed(&self, head: Head) -> Result<Indirect, ObjectError> {
        if let Some(kept) = self.parsed.borrow_mut().get(head.start) {
            return Ok(Indirect::clone(&kept));
        }
        let mut findings = self.findings.borrow_mut();
        let before = findings.added();
        let read = indirect::read(self.bytes, head, self.limits.nesting, &mut findings);
        let object = read.map_err(|error| parse_error(error, head))?;
        if findings.added() == before {
            let updated = self.revisions.first().is_some_and(|first| to_u64(head.start) >= first.end());
            self.parsed.borrow_mut().note(head.start, &object, updated);
        }
        Ok(object)
    }

    /// An integer that may be indirect, as a stream's `/Length` is. Only a number is read, so that an object whose
    /// length is the object itself is no circle; what cannot be read is `None`.
    pub(super) fn integer(
        &self,
        object: &Object,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Option<i64>, ObjectError> {
        let Value::Reference(id) = object.value else { return Ok(object.as_i64()) };
        let number = match self.entry(id.number, at).map(|entry| entry.place) {
            None | Some(Place::Free) => None,
            Some(Place::InFile { offset, generation }) => {
                let head = self.find(id, offset, generation, at, budget)?;
                head.and_then(|head| number_at(self.bytes, head.body))
            }
            Some(Place::InStream { stream, index }) => match self.streamed(id, stream, index, at, budget) {
                Ok(object) => object.as_i64(),
                Err(ObjectError::Limit(limit)) => return Err(limit.into()),
                Err(_) => None,
            },
        };
        Ok(number)
    }

    /// Object `id`, which its entry places in an object stream.
    fn streamed(
        &self,
        id: ObjectId,
        stream: u32,
        index: u32,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Object, ObjectError> {
        if id.generation != 0 {
            self.note(FindingCode::BadGeneration, None, Some(id));
            return Ok(Object::NULL);
        }
        let container = self.object_stream(stream, at, budget)?;
        let bytes = match container.at(index) {
            Some((number, bytes)) if number == id.number => Some(bytes),
            _ => {
                self.note(FindingCode::ObjectStreamMismatch, None, Some(id));
                container.find(id.number)
            }
        };
        let Some(bytes) = bytes else {
            self.note(FindingCode::ObjectNotFound, None, Some(id));
            return Ok(Object::NULL);
        };
        let mut findings = self.findings.borrow_mut();
        let mut parser = Parser::in_stream(bytes, id, self.limits.nesting, &mut findings);
        let head = Head { id, start: 0, body: 0 };
        let object = parser.value().map_err(|error| parse_error(error, head))?;
        spend_parsed(budget, parser.position())?;
        Ok(object)
    }
}

fn parse_error(error: ParseError, head: Head) -> ObjectError {
    match error {
        ParseError::TooDeep(limit) => ObjectError::Limit(limit),
        ParseError::TooManyValues => ObjectError::Malformed {
            what: Malformation::TooManyValues,
            offset: Some(to_u64(head.start)),
            object: Some(head.id),
        },
    }
}

/// An object costs one unit and what its length costs.
fn spend_parsed(budget: &mut Budget, length: usize) -> Result<(), ObjectError> {
    Ok(budget.spend((to_u64(length) >> 8).saturating_add(1))?)
}

/// The integer at `position`; `None` where something else stands there.
fn number_at(bytes: &[u8], position: usize) -> Option<i64> {
    match super::lexer::Lexer::near(bytes, position).next_token().token {
        super::lexer::Token::Number(text) => super::lexer::integer(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::budget;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::id;
    use crate::syntax::pdf::sample::integer;
    use crate::syntax::pdf::sample::object;

    #[test]
    fn missing_free_and_other_generations_are_null() {
        let file = Sample::new().pages().object(3, "3").entry(4, 0, 0).table("");
        let pdf = file.open();
        let at = pdf.latest();
        assert!(object(&pdf, 0).is_ok_and(|object| object.is_null()), "free");
        assert!(object(&pdf, 4).is_ok_and(|object| object.is_null()), "offset 0");
        assert!(object(&pdf, 99).is_ok_and(|object| object.is_null()), "missing");
        let other = ObjectId { number: 3, generation: 1 };
        assert!(pdf.object(other, at, &mut budget()).is_ok_and(|object| object.is_null()));
        assert_eq!(codes(&pdf), vec![FindingCode::XrefEntryMalformed, FindingCode::BadGeneration]);
    }

    #[test]
    fn an_object_under_another_number_is_searched_once() {
        let file = Sample::new().pages().object(3, "3");
        let wrong = file.bytes.len() - 15;
        let file = file.object(4, "4").object(5, "55");
        let mut file = file.entry(6, 0, wrong);
        for (number, _, offset) in &mut file.pending {
            if *number == 4 {
                *offset += 1; // inside "4 0 obj"
            }
        }
        let file = file.table("");
        let pdf = file.open();
        assert_eq!(integer(&pdf, 4, 0), Some(4));
        assert!(object(&pdf, 6).is_ok_and(|object| object.is_null()));
        assert_eq!(
            codes(&pdf),
            vec![FindingCode::XrefEntryMismatch, FindingCode::ObjectRelocated, FindingCode::ObjectNotFound]
        );
    }

    #[test]
    fn references_are_followed_up_to_a_circle() {
        let file = Sample::new().pages().object(3, "4 0 R").object(4, "5 0 R").object(5, "55");
        let file = file.object(6, "7 0 R").object(7, "6 0 R").table("");
        let pdf = file.open();
        let resolve = |number| {
            let reference = Object { value: Value::Reference(id(number)), span: None };
            pdf.resolve(&reference, pdf.latest(), &mut budget()).map(Cow::into_owned)
        };
        assert_eq!(resolve(3).map(|object| object.as_i64()), Ok(Some(55)));
        assert!(matches!(resolve(6), Err(ObjectError::Circular { .. })));
    }

    #[test]
    fn lengths_may_be_indirect_but_not_circular() {
        let data = "\nstream\nabc\nendstream";
        let file = Sample::new().pages().object(3, &format!("<</Length 4 0 R>>{data}")).object(4, "3");
        let file = file.object(5, &format!("<</Length 5 0 R>>{data}"));
        let file = file.object(6, &format!("<</Length 7 0 R>>{data}")).object_stream(8, &[(7, "3")]);
        let file = file.xref_stream(9, &[(7, 8, 0)], "");
        let pdf = file.open();
        for number in [3, 6] {
            let found = object(&pdf, number).expect("readable");
            let stream = found.as_stream().expect("a stream");
            assert_eq!(pdf.stream_data(stream, &mut budget()), Ok(b"abc".to_vec()));
            let span = stream.raw_span();
            assert_eq!(span.end - span.start, 3);
        }
        assert_eq!(codes(&pdf), vec![]);
        let found = object(&pdf, 5).expect("readable");
        assert_eq!(pdf.stream_data(found.as_stream().expect("a stream"), &mut budget()), Ok(b"abc".to_vec()));
        assert_eq!(codes(&pdf), vec![FindingCode::WrongStreamLength]);
    }

    #[test]
    fn the_catalog_comes_from_the_newest_trailer_that_has_one() {
        let file = Sample::minimal();
        let section = file.section;
        let file = file.object(3, "3").table_with(&format!("/Prev {section}"));
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![FindingCode::TrailerWithoutRoot]);
        let file = Sample::new().object(1, "<</Type/Catalog>>").table("");
        assert_eq!(codes(&file.open()), vec![FindingCode::MissingPageTree]);
    }
}
