//! The cross-reference section of an update (ISO 32000-2 §7.5.4, §7.5.8), its trailer and the end of the file.
//!
//! The entry of object 0 is not repeated: it heads the list of free objects, which stays as it is.

use super::Update;
use super::UpdateError;
use super::write;
use crate::syntax::pdf::Dict;
use crate::syntax::pdf::Name;
use crate::syntax::pdf::Object;
use crate::syntax::pdf::ObjectId;
use crate::syntax::pdf::PdfString;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::to_u64;

/// The largest offset that ten digits hold.
const MOST_DIGITS: u64 = 9_999_999_999;

impl Update<'_, '_> {
    /// Writes the section for `entries`, whose objects stand in the file of `base` bytes and in `out` behind it.
    pub(super) fn section(
        &self,
        mut entries: Vec<(ObjectId, u64)>,
        identifier: [u8; 16],
        base: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), UpdateError> {
        let start = base.saturating_add(to_u64(out.len()));
        let mut size = self.next;
        if self.stream {
            entries.push((ObjectId { number: self.next, generation: 0 }, start));
            size = self.next.checked_add(1).ok_or(UpdateError::refused("object-numbers", None))?;
        }
        entries.sort_unstable();
        let trailer = self.trailer(size, identifier)?;
        if self.stream {
            stream(&entries, trailer, self.next, start, out);
        } else {
            table(&entries, start, out)?;
            out.extend_from_slice(b"trailer\n");
            write::value(&Value::Dict(trailer), out);
            out.push(b'\n');
        }
        out.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Ok(())
    }

    fn trailer(&self, size: u32, identifier: [u8; 16]) -> Result<Dict, UpdateError> {
        let newest = self.pdf.revisions().last().and_then(|revision| revision.sections().last());
        let newest = newest.ok_or(UpdateError::refused("trailer", None))?;
        let refused = || UpdateError::refused("trailer", Some(newest.span().start));
        let prev = i64::try_from(newest.span().start).map_err(|_| refused())?;
        let mut trailer = Dict::default()
            .with(b"Size", i64::from(size))
            .with(b"Prev", prev)
            .with(b"Root", Value::Reference(self.root));
        match newest.trailer().get(b"Info").map(|info| &info.value) {
            None | Some(Value::Null) => {}
            Some(Value::Reference(info)) => trailer = trailer.with(b"Info", Value::Reference(*info)),
            Some(_) => return Err(refused()),
        }
        match newest.trailer().get(b"ID").map(|id| &id.value) {
            None | Some(Value::Null) => {}
            Some(Value::Array(elements)) => {
                let first = elements.first().and_then(Object::as_string).ok_or_else(refused)?;
                let hex = |bytes: &[u8]| Value::String(PdfString { bytes: bytes.to_vec(), hex: true }).into();
                trailer = trailer.with(b"ID", vec![hex(&first.bytes), hex(&identifier)]);
            }
            Some(_) => return Err(refused()),
        }
        Ok(trailer)
    }
}

/// Entries of consecutive numbers.
fn runs(entries: &[(ObjectId, u64)]) -> impl Iterator<Item = &[(ObjectId, u64)]> {
    entries.chunk_by(|(one, _), (next, _)| one.number.checked_add(1) == Some(next.number))
}

fn table(entries: &[(ObjectId, u64)], start: u64, out: &mut Vec<u8>) -> Result<(), UpdateError> {
    if start > MOST_DIGITS {
        return Err(UpdateError::refused("offsets", None));
    }
    out.extend_from_slice(b"xref\n");
    for run in runs(entries) {
        let first = run.first().map_or(0, |(id, _)| id.number);
        out.extend_from_slice(format!("{first} {}\n", run.len()).as_bytes());
        for (id, offset) in run {
            out.extend_from_slice(format!("{offset:010} {:05} n \n", id.generation).as_bytes());
        }
    }
    Ok(())
}

fn stream(entries: &[(ObjectId, u64)], trailer: Dict, number: u32, start: u64, out: &mut Vec<u8>) {
    // The section stands behind all that it lists.
    let width = start.to_be_bytes().iter().skip_while(|byte| **byte == 0).count().max(1);
    let mut data = Vec::new();
    let mut index = Vec::new();
    for run in runs(entries) {
        let first = run.first().map_or(0, |(id, _)| id.number);
        index.push(Value::from(i64::from(first)).into());
        index.push(Value::from(i64::try_from(run.len()).unwrap_or(i64::MAX)).into());
        for (id, offset) in run {
            data.push(1);
            data.extend(offset.to_be_bytes().iter().skip(8_usize.saturating_sub(width)));
            data.extend(id.generation.to_be_bytes());
        }
    }
    let widths = [1, i64::try_from(width).unwrap_or(8), 2];
    let dict = Dict::default().with(b"Type", Name::from(&b"XRef"[..]));
    let dict = trailer.iter().fold(dict, |dict, (key, value)| dict.with(key.as_bytes(), value.value.clone()));
    let dict = dict
        .with(b"W", widths.map(|width| Value::from(width).into()).to_vec())
        .with(b"Index", index)
        .with(b"Length", i64::try_from(data.len()).unwrap_or(i64::MAX));
    write::head(ObjectId { number, generation: 0 }, out);
    write::value(&Value::Dict(dict), out);
    out.extend_from_slice(b"\nstream\n");
    out.extend_from_slice(&data);
    out.extend_from_slice(b"\nendstream\nendobj\n");
}
