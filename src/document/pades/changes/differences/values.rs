//! The two sides of a finding: the value that it is about, as it was and as it is, and how much of it can be shown.

use std::collections::HashSet;

use crate::crypto::{DigestAlgorithm, digest};
use crate::document::pades::changes::Located;
use crate::document::pades::changes::equal::Pair;
use crate::document::pades::changes::fault::Fault;
use crate::document::pades::locate::text_string;
use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf, RevisionIndex, Stream, Value};

/// Characters of a text that are shown.
const TEXT: usize = 300;
/// Characters of a name that are shown.
const NAME: usize = 120;
/// Elements of an array that are shown.
const ELEMENTS: usize = 32;

/// A value as far as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShownValue {
    /// A text, name, number, or a list of such.
    Text {
        /// The text, at most 300 characters of it. As it stands in the document: it may hold anything.
        text: String,
        /// Whether more follows.
        cut: bool,
    },
    /// A stream: its bytes as they stand in the file, neither decrypted nor decoded.
    Stream {
        /// How many.
        bytes: u64,
        /// SHA-256 over them, lowercase hex.
        sha256: String,
        /// Width and height of an image, in samples.
        image: Option<(u64, u64)>,
    },
}

impl ShownValue {
    fn text(text: &str) -> Self {
        match text.char_indices().nth(TEXT) {
            None => Self::Text { text: text.to_owned(), cut: false },
            Some((end, _)) => Self::Text { text: text.get(..end).unwrap_or_default().to_owned(), cut: true },
        }
    }

    /// Whether something is not shown of it.
    pub(super) const fn is_cut(&self) -> bool {
        matches!(self, Self::Text { cut: true, .. })
    }

    /// What can be shown of a value, references followed.
    pub(super) fn of(
        pdf: &Pdf<'_>,
        value: &Object,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Option<Self>, LimitExceeded> {
        budget.spend(1)?;
        Ok(match &value.value {
            Value::Null => None,
            Value::Stream(stream) => Some(Self::stream(pdf, stream, budget)?),
            // Of a font its name, of an action its script or address; other dictionaries are no values.
            Value::Dict(dict) => {
                for key in [&b"BaseFont"[..], b"JS", b"URI"] {
                    let value = read(pdf, dict.get(key), at, budget)?;
                    if let Some(text) = plain(&value) {
                        return Ok(Some(Self::text(&text)));
                    }
                }
                None
            }
            Value::Array(elements) => {
                let mut texts = Vec::new();
                for element in elements.iter().take(ELEMENTS) {
                    let Some(text) = plain(&read(pdf, Some(element), at, budget)?) else { return Ok(None) };
                    texts.push(text);
                }
                if elements.len() > ELEMENTS {
                    texts.push("…".to_owned());
                }
                Some(Self::text(&format!("[{}]", texts.join(" "))))
            }
            _ => plain(value).as_deref().map(Self::text),
        })
    }

    fn stream(pdf: &Pdf<'_>, stream: &Stream, budget: &mut Budget) -> Result<Self, LimitExceeded> {
        let span = stream.raw_span();
        let bytes = span.end.saturating_sub(span.start);
        budget.spend(bytes >> 10)?;
        let range =
            usize::try_from(span.start).unwrap_or(usize::MAX)..usize::try_from(span.end).unwrap_or(usize::MAX);
        let raw = pdf.bytes().get(range).unwrap_or_default();
        let side = |key: &[u8]| stream.dict().get_int(key).and_then(|side| u64::try_from(side).ok());
        Ok(Self::Stream {
            bytes,
            sha256: digest(DigestAlgorithm::Sha256, raw).to_string(),
            image: side(b"Width").zip(side(b"Height")),
        })
    }
}

/// A value of one line.
fn plain(value: &Object) -> Option<String> {
    match &value.value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(String::from_utf8_lossy(number.text()).into_owned()),
        // A long string is cut before it is read: no character has more than four octets, so that more than is shown is
        // left, and it is seen to be cut.
        Value::String(string) => {
            let most = TEXT.saturating_mul(8);
            Some(text_string(string.bytes.get(..most).unwrap_or(&string.bytes)))
        }
        Value::Name(name) => Some(String::from_utf8_lossy(name.as_bytes()).into_owned()),
        Value::Null | Value::Array(_) | Value::Dict(_) | Value::Stream(_) | Value::Reference(_) => None,
    }
}

/// A value with references followed; null where it cannot be read.
pub(super) fn read(
    pdf: &Pdf<'_>,
    value: Option<&Object>,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Object, LimitExceeded> {
    budget.spend(1)?;
    match value.map(|value| pdf.resolve_owned(value, at, budget)) {
        Some(Ok(value)) => Ok(value),
        Some(Err(ObjectError::Limit(limit))) => Err(limit),
        Some(Err(_)) | None => Ok(Object::NULL),
    }
}

/// The older and the newer value, references followed. Null is a value: there is nothing. None: it cannot be told.
#[derive(Debug, Default)]
pub(super) struct Sides {
    pub(super) old: Option<Object>,
    pub(super) new: Option<Object>,
}

impl Sides {
    /// The two values of a finding: the entry that its path names in the object that it names, else what the path
    /// leads to from the trailer, else the object.
    pub(super) fn of(pair: &Pair<'_, '_>, one: &Located, budget: &mut Budget) -> Result<Self, Fault> {
        let holder = Self::of_object(pair, one.object, budget)?;
        let key = last_key(&one.path).unwrap_or_default().as_bytes();
        if let (Some(old), Some(new)) = (dict_of(&holder.old), dict_of(&holder.new))
            && (old.has(key) || new.has(key))
        {
            return holder.entries(pair, key, budget);
        }
        let walked = Self {
            old: follow(pair.pdf, &one.path, pair.old, budget)?,
            new: follow(pair.pdf, &one.path, pair.new, budget)?,
        };
        Ok(if walked.old.is_some() && walked.new.is_some() { walked } else { holder })
    }

    /// An object on both sides.
    pub(super) fn of_object(
        pair: &Pair<'_, '_>,
        object: Option<ObjectId>,
        budget: &mut Budget,
    ) -> Result<Self, Fault> {
        let Some(id) = object else { return Ok(Self::default()) };
        let reference = Object::from(Value::from(id));
        Ok(Self {
            old: Some(read(pair.pdf, Some(&reference), pair.old, budget)?),
            new: Some(read(pair.pdf, Some(&reference), pair.new, budget)?),
        })
    }

    /// An entry on both sides.
    pub(super) fn entries(&self, pair: &Pair<'_, '_>, key: &[u8], budget: &mut Budget) -> Result<Self, Fault> {
        let old = dict_of(&self.old).and_then(|dict| dict.get(key));
        let new = dict_of(&self.new).and_then(|dict| dict.get(key));
        Ok(Self {
            old: Some(read(pair.pdf, old, pair.old, budget)?),
            new: Some(read(pair.pdf, new, pair.new, budget)?),
        })
    }

    /// The dictionary of the newer side, else of the older one.
    pub(super) fn dict(&self) -> Option<&Dict> {
        dict_of(&self.new).or_else(|| dict_of(&self.old))
    }

    /// What happened, as far as the sides tell.
    pub(super) fn direction(&self) -> super::Direction {
        let there = |side: &Option<Object>| side.as_ref().map(|value| !value.is_null());
        match (there(&self.old), there(&self.new)) {
            (Some(false), Some(true)) => super::Direction::Came,
            (Some(true), Some(false)) => super::Direction::Went,
            _ => super::Direction::Changed,
        }
    }

    /// What can be shown of both sides.
    pub(super) fn shown(
        &self,
        pair: &Pair<'_, '_>,
        budget: &mut Budget,
    ) -> Result<(Option<ShownValue>, Option<ShownValue>), Fault> {
        let mut shown = |side: &Option<Object>, at| match side {
            Some(value) => ShownValue::of(pair.pdf, value, at, budget),
            None => Ok(None),
        };
        Ok((shown(&self.old, pair.old)?, shown(&self.new, pair.new)?))
    }
}

pub(super) fn dict_of(side: &Option<Object>) -> Option<&Dict> {
    side.as_ref().and_then(Object::as_dict)
}

/// The last step of a path.
pub(super) fn last_key(path: &str) -> Option<&str> {
    path.rsplit('/').next().filter(|key| !key.is_empty())
}

/// A name of a document, cut.
pub(super) fn cut_name(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
    }
}

/// What a path leads to from the trailer. None where it was cut or names no way; null where nothing is there.
pub(super) fn follow(
    pdf: &Pdf<'_>,
    path: &str,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<Object>, LimitExceeded> {
    match entry_at(pdf, path, at, budget)? {
        Some(value) => read(pdf, Some(&value), at, budget).map(Some),
        None => Ok(None),
    }
}

/// The object that the last step of a path names by a reference.
pub(super) fn reference_at(
    pdf: &Pdf<'_>,
    path: &str,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<ObjectId>, LimitExceeded> {
    Ok(entry_at(pdf, path, at, budget)?.and_then(|value| value.as_reference()))
}

/// The value of the last step of a path, as it stands there.
fn entry_at(
    pdf: &Pdf<'_>,
    path: &str,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<Object>, LimitExceeded> {
    let mut steps = path.strip_prefix('/').unwrap_or_default().split('/');
    let mut value = match steps.next() {
        Some("Root") => match pdf.catalog(at, budget) {
            Ok(catalog) => Object::from(Value::Dict(catalog)),
            Err(ObjectError::Limit(limit)) => return Err(limit),
            Err(_) => return Ok(None),
        },
        Some("trailer") => Object::from(Value::Dict(pdf.trailer(at).clone())),
        _ => return Ok(None),
    };
    for step in steps {
        let holder = read(pdf, Some(&value), at, budget)?;
        let next = match &holder.value {
            Value::Array(elements) => match step.parse::<usize>() {
                Ok(index) => elements.get(index),
                Err(_) => return Ok(None),
            },
            Value::Dict(_) | Value::Stream(_) => holder.as_dict().and_then(|dict| dict.get(step.as_bytes())),
            Value::Null => return Ok(Some(Object::NULL)),
            _ => return Ok(None),
        };
        value = next.cloned().unwrap_or(Object::NULL);
    }
    Ok(Some(value))
}

/// The pages in their order. Circles are walked once.
pub(super) fn pages_of(
    pdf: &Pdf<'_>,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Vec<ObjectId>, LimitExceeded> {
    let root = match pdf.catalog(at, budget) {
        Ok(catalog) => catalog.get_reference(b"Pages"),
        Err(ObjectError::Limit(limit)) => return Err(limit),
        Err(_) => None,
    };
    let mut open: Vec<ObjectId> = root.into_iter().collect();
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut pages = Vec::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = read(pdf, Some(&Object::from(Value::from(id))), at, budget)?;
        let Some(dict) = node.as_dict() else { continue };
        if !dict.has(b"Kids") {
            pages.push(id);
            continue;
        }
        let kids = read(pdf, dict.get(b"Kids"), at, budget)?;
        let kids = kids.as_array().unwrap_or_default();
        budget.spend(u64::try_from(kids.len()).unwrap_or(u64::MAX) >> 4)?;
        open.extend(kids.iter().rev().filter_map(Object::as_reference));
    }
    Ok(pages)
}
