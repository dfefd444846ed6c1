//! Cross-reference streams (ISO 32000-2 §7.5.8). They are never encrypted, and what they need is never indirect.

use std::borrow::Cow;

use super::Builder;
use super::ChainError;
use super::Place;
use super::Reading;
use super::Section;
use super::SectionKind;
use crate::syntax::pdf::Dict;
use crate::syntax::pdf::Object;
use crate::syntax::pdf::Span;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::filter;
use crate::syntax::pdf::filter::FilterError;
use crate::syntax::pdf::finding::FindingCode;
use crate::syntax::pdf::indirect;
use crate::syntax::pdf::parser::Head;
use crate::syntax::pdf::to_u64;

/// Reads the cross-reference stream behind `head`. Offsets are relative to `base`.
pub(super) fn read(reading: &mut Reading<'_, '_>, head: Head, base: u64) -> Result<Section, ChainError> {
    let object = indirect::read(reading.bytes, head, reading.limits.nesting, reading.findings)
        .map_err(super::table::broken)?;
    reading.budget.spend(to_u64(object.end.saturating_sub(head.start)) >> 8)?;
    let (Some(keyword), Value::Dict(dict)) = (object.stream, object.value.value) else {
        return Err(ChainError::Broken);
    };
    if dict.get_name(b"Type") != Some(b"XRef") {
        return Err(ChainError::Broken);
    }
    let length = dict.get_int(b"Length").and_then(|length| u64::try_from(length).ok());
    let raw = indirect::stream_range(reading.bytes, keyword, length, head, reading.budget, reading.findings)?;
    let end = indirect::object_end(reading.bytes, raw.end);
    let direct = |object: &Object| match object.value {
        Value::Reference(_) => Err(FilterError::Unusable),
        _ => Ok(object.clone()),
    };
    let decoded = filter::filters(&dict, direct).and_then(|filters| {
        let raw = reading.bytes.get(raw).unwrap_or_default();
        filter::decode(&filters, Cow::Borrowed(raw), reading.budget)
    });
    let decoded = match decoded {
        Ok(decoded) => decoded,
        Err(FilterError::Limit(limit)) => return Err(limit.into()),
        Err(FilterError::Unsupported | FilterError::Unusable) => return Err(ChainError::Broken),
    };
    if decoded.damaged {
        reading.findings.add(FindingCode::DamagedStreamData, Some(head.start), Some(head.id));
    }
    let complete = builder_of(reading, &dict, &decoded.data, head, base)?;
    let (builder, missing) = complete;
    if missing {
        reading.findings.add(FindingCode::XrefEntryCount, Some(head.start), Some(head.id));
        if decoded.damaged {
            return Err(ChainError::Broken);
        }
    }
    let (entries, duplicates) = builder.finish();
    if duplicates {
        reading.findings.add(FindingCode::DuplicateXrefEntry, Some(head.start), Some(head.id));
    }
    let span = Span { start: to_u64(head.start), end: to_u64(end) };
    Ok(Section { kind: SectionKind::Stream, span, trailer: dict, entries, prev: None, hybrid: None })
}

/// The entries, and whether the data are not as long as `/Index` says.
fn builder_of(
    reading: &mut Reading<'_, '_>,
    dict: &Dict,
    data: &[u8],
    head: Head,
    base: u64,
) -> Result<(Builder, bool), ChainError> {
    let widths = widths(dict).ok_or(ChainError::Broken)?;
    let width = widths.iter().fold(0_usize, |sum, width| sum.saturating_add(*width));
    let mut records = data.chunks_exact(width);
    let mut builder = Builder::default();
    for (first, count) in ranges(dict).ok_or(ChainError::Broken)? {
        for number in (first..).take(usize::try_from(count).unwrap_or(usize::MAX)) {
            let Some(record) = records.next() else { return Ok((builder, true)) };
            reading.count_entry()?;
            let number = u32::try_from(number).map_err(|_| ChainError::Broken)?;
            let place = place(reading, record, widths, head, base);
            builder.push(number, place);
        }
    }
    reading.budget.spend(to_u64(data.len()) >> 8)?;
    Ok((builder, records.next().is_some()))
}

fn place(reading: &mut Reading<'_, '_>, record: &[u8], widths: [usize; 3], head: Head, base: u64) -> Place {
    let [kind_width, second_width, third_width] = widths;
    let (kind, rest) = field(record, kind_width);
    let (second, rest) = field(rest, second_width);
    let (third, _) = field(rest, third_width);
    let kind = if kind_width == 0 { 1 } else { kind };
    let read = match kind {
        0 => Some(Place::Free),
        1 => u16::try_from(third).ok().and_then(|generation| {
            let offset = second.saturating_add(base);
            (second > 0).then_some(Place::InFile { offset, generation })
        }),
        2 => u32::try_from(second)
            .ok()
            .zip(u32::try_from(third).ok())
            .map(|(stream, index)| Place::InStream { stream, index }),
        _ => None,
    };
    read.unwrap_or_else(|| {
        reading.findings.add(FindingCode::XrefEntryMalformed, Some(head.start), Some(head.id));
        Place::Free
    })
}

/// A big-endian number of `width` bytes, and what follows it.
fn field(record: &[u8], width: usize) -> (u64, &[u8]) {
    let (bytes, rest) = record.split_at_checked(width).unwrap_or((record, &[]));
    (bytes.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)), rest)
}

/// `/W`: three widths of at most 8 bytes, not all 0.
fn widths(dict: &Dict) -> Option<[usize; 3]> {
    let [kind, second, third, ..] = dict.get_array(b"W")? else { return None };
    let width = |object: &Object| usize::try_from(object.as_i64()?).ok().filter(|width| *width <= 8);
    let widths = [width(kind)?, width(second)?, width(third)?];
    (widths != [0; 3]).then_some(widths)
}

/// `/Index`: pairs of first number and count; without it all numbers below `/Size`.
fn ranges(dict: &Dict) -> Option<Vec<(u64, u64)>> {
    let number = |object: &Object| object.as_i64().and_then(|number| u64::try_from(number).ok());
    match dict.get_array(b"Index") {
        Some(index) => index
            .chunks(2)
            .map(|pair| match pair {
                [first, count] => number(first).zip(number(count)),
                _ => None,
            })
            .collect(),
        None => Some(vec![(0, number(dict.get(b"Size")?)?)]),
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limit;
    use crate::limits::Limits;
    use crate::syntax::pdf::FindingCode;
    use crate::syntax::pdf::Pdf;
    use crate::syntax::pdf::PdfError;
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::budget;
    use crate::syntax::pdf::sample::codes;
    use crate::syntax::pdf::sample::integer;

    #[test]
    fn entries_of_every_type() {
        let file = Sample::new().pages().object_stream(5, &[(3, "33"), (4, "44")]);
        let file = file.xref_stream(6, &[(3, 5, 0), (4, 5, 1)], "");
        let pdf = file.open();
        assert_eq!(codes(&pdf), vec![]);
        assert_eq!((integer(&pdf, 3, 0), integer(&pdf, 4, 0), integer(&pdf, 9, 0)), (Some(33), Some(44), None));
    }

    #[test]
    fn a_stream_that_is_none_is_rebuilt() {
        let widths = ["[1 9 1]", "[0 0 0]", "[1 4]", "7", "[1 -1 1]"];
        for wrong in widths.iter().map(|widths| ("/W[1 4 1]", format!("/W{widths}"))).chain([
            ("/XRef", "/Xref".to_owned()),
            ("/Index[1", "/Index[".to_owned()),
            ("/Length", "/Filter/DCTDecode/Length".to_owned()),
            ("/Length", "/Filter 1 0 R/Length".to_owned()),
        ]) {
            let file = Sample::new().pages().object(3, "33").xref_stream(4, &[], "");
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            let at = text.rfind(wrong.0).expect("there");
            let bytes = [&file.bytes[..at], wrong.1.as_bytes(), &file.bytes[at + wrong.0.len()..]].concat();
            let pdf = crate::syntax::pdf::sample::open(&bytes).expect("it is repaired");
            assert!(codes(&pdf).contains(&FindingCode::XrefRebuilt), "{wrong:?}");
            assert_eq!(integer(&pdf, 3, 0), Some(33), "{wrong:?}");
        }
    }

    #[test]
    fn missing_entries_are_told() {
        let file = Sample::new().pages().object(3, "33").xref_stream(4, &[], "");
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let at = text.rfind("4 1 ]").expect("there");
        let bytes = [&file.bytes[..at], b"4 9 ]", &file.bytes[at + 5..]].concat();
        let pdf = crate::syntax::pdf::sample::open(&bytes).expect("it opens");
        assert_eq!(codes(&pdf), vec![FindingCode::XrefEntryCount]);
    }

    #[test]
    fn the_number_of_entries_is_limited() {
        let file = Sample::new().pages().object(3, "33").xref_stream(4, &[], "");
        let limits = Limits { xref_entries: 3, ..Limits::DEFAULT };
        let error = Pdf::open(&file.bytes, None, &limits, &mut budget()).err();
        assert!(matches!(error, Some(PdfError::Limit(limit)) if limit.limit == Limit::XrefEntries));
    }
}
