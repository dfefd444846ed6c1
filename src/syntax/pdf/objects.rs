//! Objects as of a revision: found, checked, parsed, decrypted.

use std::borrow::Cow;
use std::sync::Arc;

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
use super::filter;
use super::filter::FilterError;
use super::indirect;
use super::objstm::ObjectStream;
use super::parser;
use super::parser::Head;
use super::parser::ParseError;
use super::parser::Parser;
use super::security::CryptMethod;
use super::security::Security;
use super::to_u64;
use super::to_usize;
use crate::limits::Budget;

/// Object streams that need another one to be read, one inside the other.
const NESTED_STREAMS: usize = 8;

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

    /// Follows `object` where it is a reference, up to something that is none; returns a copy otherwise.
    ///
    /// # Errors
    /// [`ObjectError::Circular`] after as many references as values may be nested, and what [`Pdf::object`]
    /// returns.
    pub fn resolve(&self, object: &Object, at: RevisionIndex, budget: &mut Budget) -> Result<Object, ObjectError> {
        let Value::Reference(mut id) = object.value else { return Ok(object.clone()) };
        for _ in 0..self.limits.nesting {
            match self.object(id, at, budget)? {
                Object { value: Value::Reference(next), .. } => id = next,
                found => return Ok(found),
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
        match self.resolve(root, at, budget)?.value {
            Value::Dict(catalog) => Ok(catalog),
            _ => Err(ObjectError::Malformed {
                what: Malformation::NotADictionary,
                offset: Some(section.span().start),
                object: root.as_reference(),
            }),
        }
    }

    /// The last catalog among the objects of a searched file.
    fn search_catalog(&self, at: RevisionIndex, budget: &mut Budget) -> Result<Dict, ObjectError> {
        let none = ObjectError::Malformed { what: Malformation::NoCatalog, offset: None, object: None };
        let rebuilt = |section: &Section| section.kind() == super::SectionKind::Rebuilt;
        if !self.revisions.iter().flat_map(super::Revision::sections).any(rebuilt) {
            return Err(none);
        }
        for id in self.find_dicts_with(&[b"Pages", b"Type"], at, budget)?.into_iter().rev() {
            if let Object { value: Value::Dict(dict), .. } = self.object(id, at, budget)?
                && dict.get_name(b"Type") == Some(b"Catalog")
            {
                self.note(FindingCode::CatalogSearched, None, Some(id));
                return Ok(dict);
            }
        }
        Err(none)
    }

    /// The data of a stream, decrypted and decoded. Damaged data end where the damage begins, with a finding.
    ///
    /// # Errors
    /// [`ObjectError::UnsupportedFilter`], [`Malformation::StreamData`], a limit, and what [`Pdf::object`] returns
    /// for the filters where they are indirect.
    pub fn stream_data(&self, stream: &Stream, budget: &mut Budget) -> Result<Vec<u8>, ObjectError> {
        let at = stream.seen_from();
        let dict = stream.dict();
        let start = Some(to_u64(stream.raw().start));
        let malformed =
            ObjectError::Malformed { what: Malformation::StreamData, offset: start, object: Some(stream.id()) };
        let filters = filter::filters(dict, |object| self.resolve(object, at, budget).map_err(StreamError::Object))
            .map_err(|error| error.of(stream.id(), malformed))?;
        let raw = self.bytes.get(stream.raw()).unwrap_or_default();
        let raw = match self.security_at(at) {
            Some(security) => {
                let method = self.stream_method(security, dict, at, budget)?.ok_or(malformed)?;
                if method == CryptMethod::Identity {
                    Cow::Borrowed(raw)
                } else {
                    budget.spend(to_u64(raw.len()) >> 8)?;
                    let (plain, result) = security.decrypt(method, stream.id(), raw.to_vec());
                    if result.is_err() {
                        self.note(FindingCode::DamagedEncryptedData, start, Some(stream.id()));
                    }
                    Cow::Owned(plain)
                }
            }
            None => Cow::Borrowed(raw),
        };
        let decoded = filter::decode(&filters, raw, budget)
            .map_err(|error| StreamError::Filter(error).of(stream.id(), malformed))?;
        if decoded.damaged {
            self.note(FindingCode::DamagedStreamData, start, Some(stream.id()));
        }
        Ok(decoded.data)
    }

    fn stream_method(
        &self,
        security: &Security,
        dict: &Dict,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Option<CryptMethod>, ObjectError> {
        let mut value = |key: &[u8]| match dict.get(key) {
            Some(value) => self.resolve(value, at, budget),
            None => Ok(Object::NULL),
        };
        let (filter, parameters) = (value(b"Filter")?, value(b"DecodeParms")?);
        Ok(security.stream_method(dict, &filter, &parameters))
    }

    /// The security handler, where revision `at` is encrypted.
    fn security_at(&self, at: RevisionIndex) -> Option<&Security> {
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
            Some(head) => head,
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
        budget.spend(to_u64(scan.objects.len()) >> 8)?;
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
        if let Some(security) = self.security_at(at).filter(|_| self.encrypt_object != Some(id))
            && security.decrypt_strings(&mut object, head.id).is_err()
        {
            self.note(FindingCode::DamagedEncryptedData, Some(to_u64(head.start)), Some(id));
        }
        Ok(object)
    }

    /// Reads the object behind `head`, strings still encrypted.
    fn read_raw(&self, head: Head, at: RevisionIndex, budget: &mut Budget) -> Result<(Object, Head), ObjectError> {
        let read = indirect::read(self.bytes, head, self.limits.nesting, &mut self.findings.borrow_mut());
        let object = read.map_err(|error| parse_error(error, head))?;
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

    /// An integer that may be indirect, as a stream's `/Length` is. Only a number is read, so that an object whose
    /// length is the object itself is no circle; what cannot be read is `None`.
    fn integer(&self, object: &Object, at: RevisionIndex, budget: &mut Budget) -> Result<Option<i64>, ObjectError> {
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

    /// The object stream `number` as it is in force as of `at`.
    ///
    /// # Errors
    /// [`Malformation::ObjectStream`], [`ObjectError::Circular`] where it is needed to read itself, or a limit.
    pub(super) fn object_stream(
        &self,
        number: u32,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Arc<ObjectStream>, ObjectError> {
        let id = ObjectId { number, generation: 0 };
        let malformed = |offset| ObjectError::Malformed {
            what: Malformation::ObjectStream,
            offset,
            object: Some(ObjectId { number, generation: 0 }),
        };
        let Some(Place::InFile { offset, generation }) = self.entry(number, at).map(|entry| entry.place) else {
            return Err(malformed(None));
        };
        let id = ObjectId { generation, ..id };
        let head = self.find(id, offset, generation, at, budget)?.ok_or_else(|| malformed(Some(offset)))?;
        if let Some(kept) = self.streams.borrow().get(head.start) {
            return Ok(kept);
        }
        {
            let mut streams = self.streams.borrow_mut();
            if streams.loading.contains(&number) || streams.loading.len() >= NESTED_STREAMS {
                return Err(ObjectError::Circular { object: id });
            }
            streams.loading.push(number);
        }
        let loaded = self.load_object_stream(head, at, budget);
        self.streams.borrow_mut().loading.pop();
        let stream = Arc::new(loaded?.ok_or_else(|| malformed(Some(to_u64(head.start))))?);
        self.streams.borrow_mut().keep(head.start, Arc::clone(&stream));
        Ok(stream)
    }

    fn load_object_stream(
        &self,
        head: Head,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Option<ObjectStream>, ObjectError> {
        let (object, _) = self.read_raw(head, at, budget)?;
        let Some(stream) = object.as_stream() else { return Ok(None) };
        let mut number = |key: &[u8]| match stream.dict().get(key) {
            Some(value) => self.integer(value, at, budget),
            None => Ok(None),
        };
        let (count, first) = (number(b"N")?, number(b"First")?);
        let count = count.and_then(|count| u64::try_from(count).ok());
        let first = first.and_then(|first| usize::try_from(first).ok());
        let (Some(count), Some(first)) = (count, first) else { return Ok(None) };
        let data = self.stream_data(stream, budget)?;
        budget.spend(to_u64(first.min(data.len())) >> 8)?;
        Ok(ObjectStream::new(data, count, first))
    }
}

/// What can go wrong while a stream's filters are read and applied.
enum StreamError {
    Filter(FilterError),
    Object(ObjectError),
}

impl From<FilterError> for StreamError {
    fn from(error: FilterError) -> Self {
        Self::Filter(error)
    }
}

impl StreamError {
    const fn of(self, object: ObjectId, malformed: ObjectError) -> ObjectError {
        match self {
            Self::Object(error) => error,
            Self::Filter(FilterError::Limit(limit)) => ObjectError::Limit(limit),
            Self::Filter(FilterError::Unsupported) => ObjectError::UnsupportedFilter { object },
            Self::Filter(FilterError::Unusable) => malformed,
        }
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
    match super::lexer::Lexer::new(bytes, position).next_token().token {
        super::lexer::Token::Number(text) => super::lexer::integer(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;
    use crate::limits::Limits;
    use crate::syntax::pdf::sample;
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
            pdf.resolve(&reference, pdf.latest(), &mut budget())
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
    fn object_streams_that_need_themselves_are_circles() {
        let file = Sample::new().pages();
        let body = "<</Type/ObjStm/N 1/First 4/Length 4 0 R>>\nstream\n4 0 7\nendstream";
        let file = file.object(3, body).xref_stream(9, &[(4, 3, 0)], "");
        let pdf = file.open();
        // The length cannot be known: the end is searched, and the stream is read.
        assert_eq!(integer(&pdf, 4, 0), Some(7));
        assert_eq!(codes(&pdf), vec![FindingCode::WrongStreamLength]);
        let file = Sample::new().pages().xref_stream(9, &[(4, 5, 0), (5, 4, 0)], "");
        let pdf = file.open();
        assert!(matches!(object(&pdf, 4), Err(ObjectError::Malformed { what: Malformation::ObjectStream, .. })));
    }

    #[test]
    fn members_are_checked_against_their_entries() {
        let file = Sample::new().pages().object_stream(5, &[(3, "33"), (4, "44")]);
        let file = file.xref_stream(6, &[(3, 5, 1), (4, 5, 9), (7, 5, 0)], "");
        let pdf = file.open();
        assert_eq!((integer(&pdf, 3, 0), integer(&pdf, 4, 0), integer(&pdf, 7, 0)), (Some(33), Some(44), None));
        assert_eq!(codes(&pdf), vec![FindingCode::ObjectNotFound, FindingCode::ObjectStreamMismatch]);
        let member = object(&pdf, 3).expect("readable");
        assert_eq!(member.span, None);
        assert_eq!(pdf.find_dicts_with(&[b"Pages"], pdf.latest(), &mut budget()), Ok(vec![id(1)]));
    }

    #[test]
    fn an_older_view_uses_the_object_stream_of_its_time() {
        let file = Sample::new().pages().object_stream(5, &[(3, "1")]).xref_stream(6, &[(3, 5, 0)], "");
        let file = file.object_stream(5, &[(3, "2")]).xref_stream(7, &[], "");
        let pdf = file.open();
        assert_eq!((integer(&pdf, 3, 0), integer(&pdf, 3, 1)), (Some(1), Some(2)));
        assert_eq!(pdf.entry(3, pdf.latest()).map(|entry| entry.revision), Some(RevisionIndex::FIRST));
    }

    #[test]
    fn a_bomb_ends_with_the_budget() {
        use std::io::Write;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 4 << 20]).expect("into memory");
        let packed = encoder.finish().expect("into memory");
        let entries = "/Type/ObjStm/N 1/First 9/Filter/FlateDecode";
        let file = Sample::new().pages().stream(5, entries, &packed).xref_stream(6, &[(3, 5, 0)], "");
        let limits = Limits { decoded_bytes: 1 << 20, ..Limits::DEFAULT };
        let mut budget = Budget::new(&limits);
        let pdf = Pdf::open(&file.bytes, None, &limits, &mut budget).expect("it opens");
        let error = pdf.object(id(3), pdf.latest(), &mut budget).err();
        assert!(matches!(error, Some(ObjectError::Limit(limit)) if limit.limit == Limit::DecodedBytes));
        let error = pdf.find_dicts_with(&[b"A"], pdf.latest(), &mut budget).err();
        assert!(matches!(error, Some(ObjectError::Limit(limit)) if limit.limit == Limit::DecodedBytes));
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

    #[test]
    fn unknown_and_damaged_filters() {
        let file =
            Sample::new().pages().stream(3, "/Filter/DCTDecode", b"x").stream(4, "/Filter/FlateDecode", b"x");
        let file = file.stream(5, "/Filter/ASCIIHexDecode", b"4142").stream(6, "/Filter 7 0 R", b"41>");
        let file = file.object(7, "[/ASCIIHexDecode]").table("");
        let pdf = file.open();
        let data = |number| {
            let found = object(&pdf, number).expect("readable");
            pdf.stream_data(found.as_stream().expect("a stream"), &mut budget())
        };
        assert_eq!(data(3), Err(ObjectError::UnsupportedFilter { object: id(3) }));
        assert!(matches!(data(4), Err(ObjectError::Malformed { what: Malformation::StreamData, .. })));
        assert_eq!(data(5), Ok(b"AB".to_vec()));
        assert_eq!(data(6), Ok(b"A".to_vec()));
        assert_eq!(codes(&pdf), vec![FindingCode::DamagedStreamData]);
        assert_eq!(sample::codes(&pdf), codes(&pdf));
    }
}
