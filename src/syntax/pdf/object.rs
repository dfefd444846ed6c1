//! The values of a PDF (ISO 32000-2 §7.3), with the place in the file where each was read.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::RevisionIndex;
use super::lexer;
use crate::syntax::pdf::to_u64;
use crate::syntax::short::ShortBytes;

/// Names an indirect object (§7.3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    /// The object number.
    pub number: u32,
    /// The generation number.
    pub generation: u16,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.generation)
    }
}

/// A range of bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Bytes from the start of the file to the first byte of the value.
    pub start: u64,
    /// Bytes from the start of the file to the first byte behind the value.
    pub end: u64,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Object {
    /// The value.
    pub value: Value,
    /// The bytes of the value with its delimiters (`<` and `>` of a hexadecimal string); of a stream those of
    /// its dictionary. `None` where the value was read from an object stream or stands for a missing one.
    pub span: Option<Span>,
}

/// A value. Arrays and dictionaries are shared by their copies, so that a copy costs nothing.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, also what a missing or free object is.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written.
    Number(Number),
    /// A string, decoded and decrypted.
    String(PdfString),
    /// A name, decoded.
    Name(Name),
    /// An array.
    Array(Arc<[Object]>),
    /// A dictionary.
    Dict(Dict),
    /// A stream.
    Stream(Stream),
    /// A reference, not followed.
    Reference(ObjectId),
}

impl Object {
    /// The null object, standing nowhere.
    pub const NULL: Self = Self { value: Value::Null, span: None };

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The integer, where it is one that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Value::Number(number) = &self.value { number.as_i64() } else { None }
    }

    /// The number, where it is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        if let Value::Number(number) = &self.value { Some(number) } else { None }
    }

    /// The truth value, where it is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(value) } else { None }
    }

    /// The name's bytes, where it is one.
    #[must_use]
    pub fn as_name(&self) -> Option<&[u8]> {
        if let Value::Name(name) = &self.value { Some(name.as_bytes()) } else { None }
    }

    /// The string, where it is one.
    #[must_use]
    pub const fn as_string(&self) -> Option<&PdfString> {
        if let Value::String(string) = &self.value { Some(string) } else { None }
    }

    /// The elements, where it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Value::Array(elements) = &self.value { Some(elements) } else { None }
    }

    /// The dictionary, where it is one; a stream's too.
    #[must_use]
    pub fn as_dict(&self) -> Option<&Dict> {
        match &self.value {
            Value::Dict(dict) => Some(dict),
            Value::Stream(stream) => Some(stream.dict()),
            _ => None,
        }
    }

    /// The dictionary itself, where it is one; a stream's too.
    #[must_use]
    pub fn into_dict(self) -> Option<Dict> {
        match self.value {
            Value::Dict(dict) => Some(dict),
            Value::Stream(stream) => Some(stream.0.dict),
            _ => None,
        }
    }

    /// The stream, where it is one.
    #[must_use]
    pub const fn as_stream(&self) -> Option<&Stream> {
        if let Value::Stream(stream) = &self.value { Some(stream) } else { None }
    }

    /// The object that is referred to, where it is a reference.
    #[must_use]
    pub const fn as_reference(&self) -> Option<ObjectId> {
        if let Value::Reference(id) = self.value { Some(id) } else { None }
    }
}

impl From<Value> for Object {
    /// A value that stands nowhere yet.
    fn from(value: Value) -> Self {
        Self { value, span: None }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Number::from(number))
    }
}

impl From<Name> for Value {
    fn from(name: Name) -> Self {
        Self::Name(name)
    }
}

impl From<PdfString> for Value {
    fn from(string: PdfString) -> Self {
        Self::String(string)
    }
}

impl From<ObjectId> for Value {
    fn from(id: ObjectId) -> Self {
        Self::Reference(id)
    }
}

impl From<Vec<Object>> for Value {
    fn from(elements: Vec<Object>) -> Self {
        Self::Array(elements.into())
    }
}

impl From<Dict> for Value {
    fn from(dict: Dict) -> Self {
        Self::Dict(dict)
    }
}

/// A number as it is written (§7.3.3), so that `841.91998` does not become another one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(ShortBytes);

impl Number {
    pub(super) fn new(text: &[u8]) -> Self {
        Self(text.into())
    }

    /// A number with at most three digits behind the point; `None` where it is not finite.
    #[must_use]
    pub fn rounded(number: f64) -> Option<Self> {
        let text = format!("{number:.3}");
        let short = text.trim_end_matches('0').trim_end_matches('.');
        number.is_finite().then(|| Self(if short == "-0" { "0" } else { short }.as_bytes().into()))
    }

    /// The bytes as written: digits, signs and points only, not necessarily in a good order.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    /// The integer, where it is one that fits; a fraction of zeros (`12.0`) is taken for none.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        lexer::integer(&self.0)
    }

    /// The nearest floating-point number, where the text is a number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        std::str::from_utf8(&self.0).ok()?.parse().ok()
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.to_string().as_bytes().into())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// A string (§7.3.4).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PdfString {
    /// The bytes it stands for, decrypted.
    pub bytes: Vec<u8>,
    /// Whether it is written in hexadecimal digits.
    pub hex: bool,
}

impl PdfString {
    /// A text string (§7.9.2.2): ASCII as it is, all else in UTF-16 with its mark, which every version knows.
    #[must_use]
    pub fn text(text: &str) -> Self {
        if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
            return Self { bytes: text.into(), hex: false };
        }
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        Self { bytes: units.flat_map(u16::to_be_bytes).collect(), hex: true }
    }
}

impl fmt::Debug for PdfString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.bytes.escape_ascii())
    }
}

/// A name (§7.3.5), without its slash and with `#` escapes decoded.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(ShortBytes);

impl Name {
    pub(super) fn from_raw(raw: &[u8]) -> Self {
        Self(ShortBytes::from(&*lexer::decode_name(raw)))
    }

    /// The bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Name {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0.escape_ascii())
    }
}

/// A dictionary (§7.3.7) in the order of its entries. A key may be there twice: the last entry counts for
/// [`Dict::get`], and [`Dict::duplicate_keys`] tells of it.
#[derive(Clone, Default)]
pub struct Dict(Arc<[(Name, Object)]>);

impl Dict {
    /// The dictionary with one more entry at its end.
    #[must_use]
    pub fn with(self, key: &[u8], value: impl Into<Value>) -> Self {
        let last = (Name::from(key), Object::from(value.into()));
        Self(self.0.iter().cloned().chain([last]).collect())
    }

    /// The value of `key`, null values included; the last one where the key is there twice.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&Object> {
        self.0.iter().rev().find(|(name, _)| name.as_bytes() == key).map(|(_, value)| value)
    }

    /// Whether `key` is there.
    #[must_use]
    pub fn has(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// The entries in the order of the file, duplicates included.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Object)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The number of entries, duplicates included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that are there more than once, each once, sorted.
    #[must_use]
    pub fn duplicate_keys(&self) -> Vec<&Name> {
        if !self.has_duplicate_keys() {
            return Vec::new();
        }
        let mut keys: Vec<&Name> = self.0.iter().map(|(name, _)| name).collect();
        keys.sort_unstable();
        let mut duplicates: Vec<&Name> =
            keys.iter().zip(keys.iter().skip(1)).filter(|(one, next)| one == next).map(|(one, _)| *one).collect();
        duplicates.dedup();
        duplicates
    }

    /// Whether a key stands there more than once. Most dictionaries are small: comparing pairs needs no memory.
    pub(super) fn has_duplicate_keys(&self) -> bool {
        if self.len() > 16 {
            let mut keys: Vec<&Name> = self.0.iter().map(|(name, _)| name).collect();
            keys.sort_unstable();
            return keys.iter().zip(keys.iter().skip(1)).any(|(one, next)| one == next);
        }
        let mut entries = self.iter().enumerate();
        entries.any(|(index, (key, _))| self.iter().take(index).any(|(earlier, _)| earlier == key))
    }

    /// The name that is the direct value of `key`.
    #[must_use]
    pub fn get_name(&self, key: &[u8]) -> Option<&[u8]> {
        self.get(key)?.as_name()
    }

    /// The integer that is the direct value of `key`.
    #[must_use]
    pub fn get_int(&self, key: &[u8]) -> Option<i64> {
        self.get(key)?.as_i64()
    }

    /// The truth value that is the direct value of `key`.
    #[must_use]
    pub fn get_bool(&self, key: &[u8]) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    /// The dictionary that is the direct value of `key`.
    #[must_use]
    pub fn get_dict(&self, key: &[u8]) -> Option<&Self> {
        self.get(key)?.as_dict()
    }

    /// The array that is the direct value of `key`.
    #[must_use]
    pub fn get_array(&self, key: &[u8]) -> Option<&[Object]> {
        self.get(key)?.as_array()
    }

    /// The string that is the direct value of `key`.
    #[must_use]
    pub fn get_string(&self, key: &[u8]) -> Option<&PdfString> {
        self.get(key)?.as_string()
    }

    /// The object that the value of `key` refers to.
    #[must_use]
    pub fn get_reference(&self, key: &[u8]) -> Option<ObjectId> {
        self.get(key)?.as_reference()
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = (&Name, &mut Object)> {
        Arc::make_mut(&mut self.0).iter_mut().map(|(name, value)| (&*name, value))
    }
}

impl FromIterator<(Name, Object)> for Dict {
    fn from_iter<T: IntoIterator<Item = (Name, Object)>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, object)| (name, &object.value))).finish()
    }
}

/// A stream (§7.3.8): a dictionary and a place in the file. The data is read with
/// [`Pdf::stream_data`](super::Pdf::stream_data).
#[derive(Clone, Debug)]
pub struct Stream(Box<StreamParts>);

#[derive(Clone, Debug)]
struct StreamParts {
    dict: Dict,
    raw: Range<usize>,
    id: ObjectId,
    seen_from: RevisionIndex,
}

impl Stream {
    pub(super) fn new(dict: Dict, raw: Range<usize>, id: ObjectId, seen_from: RevisionIndex) -> Self {
        Self(Box::new(StreamParts { dict, raw, id, seen_from }))
    }

    /// The stream dictionary.
    #[must_use]
    pub const fn dict(&self) -> &Dict {
        &self.0.dict
    }

    /// The object that is this stream.
    #[must_use]
    pub const fn id(&self) -> ObjectId {
        self.0.id
    }

    /// The bytes of the file between `stream` and `endstream`: encoded and, in an encrypted file, encrypted.
    #[must_use]
    pub fn raw_span(&self) -> Span {
        Span { start: to_u64(self.0.raw.start), end: to_u64(self.0.raw.end) }
    }

    /// The revision whose view it was read in: references of its dictionary mean objects as of that revision.
    #[must_use]
    pub const fn seen_from(&self) -> RevisionIndex {
        self.0.seen_from
    }

    pub(super) fn raw(&self) -> Range<usize> {
        self.0.raw.clone()
    }

    pub(super) fn dict_mut(&mut self) -> &mut Dict {
        &mut self.0.dict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let number = Number::new(b"841.91998");
        assert_eq!(number.text(), b"841.91998");
        assert_eq!(number.as_f64(), Some(841.91998));
        assert_eq!(number.as_i64(), None);
        assert_eq!(Number::new(b"+17").as_i64(), Some(17));
        assert_eq!(Number::new(b"12.000").as_i64(), Some(12));
        assert_eq!(Number::new(b"--1").as_f64(), None);
    }

    #[test]
    fn numbers_and_text_to_be_written() {
        let text =
            |number| Number::rounded(number).map(|number| String::from_utf8_lossy(number.text()).into_owned());
        assert_eq!(text(841.919_98).as_deref(), Some("841.92"));
        assert_eq!((text(100.0).as_deref(), text(-0.000_1).as_deref()), (Some("100"), Some("0")));
        assert_eq!((text(f64::NAN), text(f64::INFINITY)), (None, None));
        assert_eq!(Number::from(-17).text(), b"-17");
        assert_eq!(PdfString::text("Bern").bytes, b"Bern");
        assert_eq!(PdfString::text("Zü").bytes, b"\xfe\xff\0Z\0\xfc");
    }

    #[test]
    fn the_last_of_two_equal_keys_counts_and_is_told() {
        let entry = |key: &[u8], text: &[u8]| {
            (Name::from(key), Object { value: Value::Number(Number::new(text)), span: None })
        };
        let dict: Dict =
            [entry(b"A", b"1"), entry(b"B", b"2"), entry(b"A", b"3"), entry(b"A", b"4")].into_iter().collect();
        assert_eq!(dict.get_int(b"A"), Some(4));
        assert_eq!(dict.duplicate_keys(), vec![&Name::from(b"A".as_slice())]);
        assert_eq!(dict.len(), 4);
    }
}
