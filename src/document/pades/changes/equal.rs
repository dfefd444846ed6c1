//! Equality in meaning (ISO 32000-2 §7.3): how a number is written, the order of keys, direct or indirect, the number
//! of an object and how a stream is compressed mean nothing.
//!
//! The same reference on both sides is equal: the object behind it is a node of its own, and is judged where an update
//! touches it. References to different objects are followed on both sides.

use std::collections::HashSet;

use super::fault::Fault;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf, RevisionIndex, Stream, Value};

/// Two revisions of one file, the older one first.
#[derive(Clone, Copy)]
pub(super) struct Pair<'p, 'a> {
    pub(super) pdf: &'p Pdf<'a>,
    pub(super) old: RevisionIndex,
    pub(super) new: RevisionIndex,
}

impl Pair<'_, '_> {
    /// A value of the older revision, references followed.
    pub(super) fn in_old(&self, value: &Object, budget: &mut Budget) -> Result<Object, Fault> {
        Ok(self.pdf.resolve_owned(value, self.old, budget)?)
    }

    /// A value of the newer revision, references followed.
    pub(super) fn in_new(&self, value: &Object, budget: &mut Budget) -> Result<Object, Fault> {
        Ok(self.pdf.resolve_owned(value, self.new, budget)?)
    }

    /// The entry `key` of a dictionary of the newer revision, references followed; null where it is not there.
    pub(super) fn new_entry(&self, dict: &Dict, key: &[u8], budget: &mut Budget) -> Result<Object, Fault> {
        dict.get(key).map_or(Ok(Object::NULL), |value| self.in_new(value, budget))
    }

    /// The entry `key` of a dictionary of the older revision.
    pub(super) fn old_entry(&self, dict: &Dict, key: &[u8], budget: &mut Budget) -> Result<Object, Fault> {
        dict.get(key).map_or(Ok(Object::NULL), |value| self.in_old(value, budget))
    }

    /// Whether `old` and `new` mean the same.
    pub(super) fn same(&self, old: &Object, new: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        match (&old.value, &new.value) {
            (Value::Reference(one), Value::Reference(other)) if one == other => {
                budget.spend(1)?;
                Ok(true)
            }
            (old, new) if is_plain(old) && is_plain(new) => {
                budget.spend(1)?;
                Ok(same_plain(old, new))
            }
            _ => self.same_below(old, new, budget),
        }
    }

    fn same_below(&self, old: &Object, new: &Object, budget: &mut Budget) -> Result<bool, Fault> {
        let mut assumed: HashSet<(ObjectId, ObjectId)> = HashSet::new();
        let mut open = vec![(old.clone(), new.clone())];
        while let Some((old, new)) = open.pop() {
            budget.spend(1)?;
            let (old_id, new_id) = (old.as_reference(), new.as_reference());
            let (old, new) = match (old_id, new_id) {
                (Some(one), Some(other)) if one == other => continue,
                (Some(one), Some(other)) if !assumed.insert((one, other)) => continue,
                _ => (self.in_old(&old, budget)?, self.in_new(&new, budget)?),
            };
            match (&old.value, &new.value) {
                (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
                    open.extend(old.iter().cloned().zip(new.iter().cloned()));
                }
                (Value::Dict(old), Value::Dict(new)) => {
                    for key in keys(old, new) {
                        open.push((entry(old, key), entry(new, key)));
                    }
                }
                (Value::Stream(old), Value::Stream(new)) => {
                    for key in keys(old.dict(), new.dict()).filter(|key| !is_coding(key)) {
                        open.push((entry(old.dict(), key), entry(new.dict(), key)));
                    }
                    if !self.same_data(old, new, budget)? {
                        return Ok(false);
                    }
                }
                (old, new) if same_plain(old, new) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether two streams have the same data. They are decoded only where their bytes differ.
    fn same_data(&self, old: &Stream, new: &Stream, budget: &mut Budget) -> Result<bool, Fault> {
        let (one, other) = (old.raw_span(), new.raw_span());
        let raw = |span: crate::syntax::pdf::Span| {
            let range = usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?;
            self.pdf.bytes().get(range)
        };
        let same_place = one == other;
        budget.spend(one.end.saturating_sub(one.start) >> 13)?;
        let same_bytes = same_place || raw(one).is_some() && raw(one) == raw(other);
        let plain = self.pdf.encryption().is_none() || old.id() == new.id();
        let mut same_coding = true;
        for key in [&b"Filter"[..], b"DecodeParms", b"F", b"FFilter", b"FDecodeParms"] {
            let old = self.old_entry(old.dict(), key, budget)?;
            let new = self.new_entry(new.dict(), key, budget)?;
            same_coding &= same_direct(&old, &new);
        }
        if same_coding && plain && same_bytes {
            return Ok(true);
        }
        let decoded = |stream: &Stream, budget: &mut Budget| match self.pdf.stream_data(stream, budget) {
            Ok(data) => Ok(Some(data)),
            Err(ObjectError::Limit(limit)) => Err(Fault::Limit(limit)),
            // What cannot be decoded is equal only where its bytes are.
            Err(_) => Ok(None),
        };
        match (decoded(old, budget)?, decoded(new, budget)?) {
            (Some(old), Some(new)) => Ok(old == new),
            _ => Ok(false),
        }
    }
}

/// The entry of a dictionary, null where there is none.
pub(super) fn entry(dict: &Dict, key: &[u8]) -> Object {
    dict.get(key).cloned().unwrap_or(Object::NULL)
}

/// The keys of two dictionaries, each once.
pub(super) fn keys<'d>(old: &'d Dict, new: &'d Dict) -> impl Iterator<Item = &'d [u8]> {
    let mut keys: Vec<&[u8]> = old.iter().chain(new.iter()).map(|(key, _)| key.as_bytes()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
}

/// Keys that say how the data of a stream are written, not what they are.
fn is_coding(key: &[u8]) -> bool {
    matches!(key, b"Length" | b"Filter" | b"DecodeParms" | b"DL")
}

/// Whether a value refers to nothing and holds no others.
const fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Name(_))
}

fn same_plain(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(old), Value::Bool(new)) => old == new,
        (Value::Name(old), Value::Name(new)) => old == new,
        (Value::String(old), Value::String(new)) => old.bytes == new.bytes,
        (Value::Number(old), Value::Number(new)) => {
            old.text() == new.text()
                || match (old.as_i64(), new.as_i64()) {
                    (Some(old), Some(new)) => old == new,
                    _ => match (old.as_f64(), new.as_f64()) {
                        (Some(old), Some(new)) => old.total_cmp(&new).is_eq() || old == 0.0 && new == 0.0,
                        _ => false,
                    },
                }
        }
        _ => false,
    }
}

/// Equality of values without references that matter: what has references is different.
fn same_direct(old: &Object, new: &Object) -> bool {
    match (&old.value, &new.value) {
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new.iter()).all(|(old, new)| same_direct(old, new))
        }
        (Value::Dict(old), Value::Dict(new)) => {
            keys(old, new).all(|key| same_direct(&entry(old, key), &entry(new, key)))
        }
        (Value::Reference(old), Value::Reference(new)) => old == new,
        (old, new) => same_plain(old, new),
    }
}
