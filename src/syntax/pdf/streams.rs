//! The data of streams, and object streams (ISO 32000-2 §7.3.8, §7.5.7).

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
use super::Stream;
use super::filter;
use super::filter::FilterError;
use super::objstm::ObjectStream;
use super::parser::Head;
use super::security::CryptMethod;
use super::security::Security;
use super::to_u64;
use crate::limits::Budget;

/// Object streams that need another one to be read, one inside the other.
const NESTED_STREAMS: usize = 8;

impl Pdf<'_> {
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
        let filters = filter::filters(dict, |object| {
            self.resolve(object, at, budget).map(Cow::into_owned).map_err(StreamError::Object)
        })
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
            None => Ok(Cow::Owned(Object::NULL)),
        };
        let (filter, parameters) = (value(b"Filter")?, value(b"DecodeParms")?);
        Ok(security.stream_method(dict, &filter, &parameters))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;
    use crate::limits::Limits;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::budget;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::id;
    use crate::syntax::pdf::sample::integer;
    use crate::syntax::pdf::sample::object;

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
        assert_eq!(pdf.find_dicts_with(&[b"Pages"], &[], pdf.latest(), &mut budget()), Ok(vec![id(1)]));
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
        let error = pdf.find_dicts_with(&[b"A"], &[], pdf.latest(), &mut budget).err();
        assert!(matches!(error, Some(ObjectError::Limit(limit)) if limit.limit == Limit::DecodedBytes));
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
    }
}
