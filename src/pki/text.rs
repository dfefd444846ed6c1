//! Strings of ASN.1 as text (X.680 §41): what an attribute, a name or a policy says, for comparison and for
//! people.

use crate::syntax::der::DerError;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

/// Text of a string value, and whether it is exactly what was sent.
pub(crate) struct Text {
    pub(crate) value: String,
    /// Octets that are no text of their type were replaced.
    pub(crate) lossy: bool,
}

/// The text of a string of any type; `None` where the value is no string.
///
/// A `TeletexString` is read as Latin-1, which is what those who write it mean; octets above 127 in a type that
/// has none are read as UTF-8 or else as Latin-1, and marked.
pub(crate) fn decode(tlv: &Tlv<'_>) -> Result<Option<Text>, DerError> {
    let tag = if tlv.is_constructed() { tlv.tag & !0x20 } else { tlv.tag };
    let reader: fn(&[u8]) -> Text = match tag {
        tag::UTF8_STRING => utf8,
        tag::PRINTABLE_STRING | tag::IA5_STRING | tag::NUMERIC_STRING | tag::VISIBLE_STRING => ascii,
        tag::TELETEX_STRING => |octets| Text { value: latin1(octets), lossy: false },
        tag::BMP_STRING => utf16,
        tag::UNIVERSAL_STRING => utf32,
        _ => return Ok(None),
    };
    Ok(Some(reader(&tlv.octets()?)))
}

/// The text of the next value, which has to be a string.
pub(crate) fn expect(reader: &mut Reader<'_>) -> Result<String, DerError> {
    let tlv = reader.next_tlv()?;
    match decode(&tlv)? {
        Some(text) => Ok(text.value),
        None => Err(tlv.malformed()),
    }
}

/// Text of an `IA5String` by its octets. Octets above 127 are read as UTF-8 or else as Latin-1, so the text is
/// not ASCII exactly where the octets are not.
pub(crate) fn ia5(octets: &[u8]) -> String {
    ascii(octets).value
}

/// Whether two texts are equal by RFC 5280 §7.1: without regard to case, white space at the ends and the
/// length of white space inside. Normalization forms of Unicode are not equated.
pub(crate) fn equal_folded(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// The characters that [`equal_folded`] compares.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.split_whitespace().flat_map(|word| std::iter::once(' ').chain(word.chars().flat_map(char::to_lowercase)))
}

/// The same characters in UTF-8, in pieces that are the same for texts that are equal.
pub(crate) fn folded_in_pieces(text: &str, mut take: impl FnMut(&[u8])) {
    let mut pieces = Pieces { buffer: [0; PIECE], filled: 0 };
    if text.is_ascii() {
        let mut inside = false;
        for octet in text.bytes() {
            let blank = char::from(octet).is_whitespace();
            if !blank && !inside {
                pieces.push(b' ', &mut take);
            }
            if !blank {
                pieces.push(octet.to_ascii_lowercase(), &mut take);
            }
            inside = !blank;
        }
    } else {
        let mut encoded = [0; 4];
        for character in folded(text) {
            character.encode_utf8(&mut encoded).bytes().for_each(|octet| pieces.push(octet, &mut take));
        }
    }
    take(pieces.buffer.get(..pieces.filled).unwrap_or_default());
}

/// Octets that are given on together.
const PIECE: usize = 64;

struct Pieces {
    buffer: [u8; PIECE],
    filled: usize,
}

impl Pieces {
    fn push(&mut self, octet: u8, take: &mut impl FnMut(&[u8])) {
        if self.filled == PIECE {
            take(&self.buffer);
            self.filled = 0;
        }
        if let Some(place) = self.buffer.get_mut(self.filled) {
            *place = octet;
            self.filled = self.filled.saturating_add(1);
        }
    }
}

fn ascii(octets: &[u8]) -> Text {
    match std::str::from_utf8(octets) {
        Ok(text) => Text { value: text.to_owned(), lossy: !octets.is_ascii() },
        Err(_) => Text { value: latin1(octets), lossy: true },
    }
}

fn utf8(octets: &[u8]) -> Text {
    match std::str::from_utf8(octets) {
        Ok(text) => Text { value: text.to_owned(), lossy: false },
        Err(_) => Text { value: String::from_utf8_lossy(octets).into_owned(), lossy: true },
    }
}

fn latin1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

fn utf16(octets: &[u8]) -> Text {
    let (pairs, rest) = octets.as_chunks::<2>();
    let mut lossy = !rest.is_empty();
    let value = char::decode_utf16(pairs.iter().copied().map(u16::from_be_bytes))
        .map(|unit| unit.unwrap_or_else(|_| replacement(&mut lossy)))
        .collect();
    Text { value, lossy }
}

fn utf32(octets: &[u8]) -> Text {
    let (quads, rest) = octets.as_chunks::<4>();
    let mut lossy = !rest.is_empty();
    let value = quads
        .iter()
        .map(|quad| char::from_u32(u32::from_be_bytes(*quad)).unwrap_or_else(|| replacement(&mut lossy)))
        .collect();
    Text { value, lossy }
}

fn replacement(lossy: &mut bool) -> char {
    *lossy = true;
    char::REPLACEMENT_CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::der::value;

    fn text(tag: u8, octets: &[u8]) -> (String, bool) {
        let text = decode(&Tlv::parse_all(&value(tag, octets), 2).unwrap()).unwrap().unwrap();
        (text.value, text.lossy)
    }

    #[test]
    fn pieces_are_the_folded_characters_whatever_the_text_is() {
        let pieces = |text: &str| {
            let mut all: Vec<Vec<u8>> = Vec::new();
            folded_in_pieces(text, |piece| all.push(piece.to_vec()));
            all
        };
        let long = "Amt  FÜR ".repeat(40);
        for text in ["", " ", "Kanton", "  Kanton\t\x0b Musterwil \r\n", "ZÜRICH\u{a0}x", "\u{1f}a\u{85}b", &long]
        {
            let expected: String = folded(text).collect();
            assert_eq!(pieces(text).concat(), expected.as_bytes(), "{text:?}");
        }
        // The sign of the kelvin is folded to an ASCII letter.
        assert!(equal_folded("\u{212a}elvin", "KELVIN"));
        assert_eq!(pieces("\u{212a}elvin"), pieces("KELVIN"));
        let ascii = "k".repeat(200);
        assert_eq!(pieces(&ascii), pieces(&ascii.replacen('k', "\u{212a}", 100)));
    }

    #[test]
    fn every_string_type_is_read() {
        assert_eq!(text(tag::UTF8_STRING, "Zürich".as_bytes()), ("Zürich".into(), false));
        assert_eq!(text(tag::TELETEX_STRING, b"Z\xfcrich"), ("Zürich".into(), false));
        assert_eq!(text(tag::BMP_STRING, b"\0Z\0\xfc"), ("Zü".into(), false));
        assert_eq!(text(tag::UNIVERSAL_STRING, b"\0\0\0Z\0\x01\xf6\0"), ("Z😀".into(), false));
        assert_eq!(text(tag::BMP_STRING, b"\xd8\x3d\xde\0"), ("😀".into(), false));
        assert_eq!(text(tag::PRINTABLE_STRING, b"Bern"), ("Bern".into(), false));
    }

    #[test]
    fn what_is_no_text_of_its_type_is_marked() {
        assert!(text(tag::PRINTABLE_STRING, b"Z\xfcrich").1);
        assert!(text(tag::UTF8_STRING, b"\xff").1);
        assert!(text(tag::BMP_STRING, b"\0Z\0").1);
        assert!(text(tag::BMP_STRING, b"\xd8\x3d").1);
        assert!(text(tag::UNIVERSAL_STRING, b"\0\x11\0\0").1);
        assert!(decode(&Tlv::parse_all(&[0x02, 1, 5], 2).unwrap()).unwrap().is_none());
    }

    #[test]
    fn folding_ignores_case_and_white_space() {
        assert!(equal_folded("  Kanton   ZÜRICH ", "kanton zürich"));
        assert!(!equal_folded("Kanton Zürich", "KantonZürich"));
        assert!(!equal_folded("a", ""));
        assert!(equal_folded("", "  "));
    }
}
