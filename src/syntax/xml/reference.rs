//! Character data and attribute values as the document means them: references resolved (§4.1, §4.6), line ends
//! normalised (§2.11), attribute values normalised (§3.3.3; without a document type every attribute is CDATA).

use std::borrow::Cow;

use super::chars::is_char;
use super::error::{Forbidden, Malformation, XmlError, forbidden, malformed};

/// Which rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Character data between tags.
    Text,
    /// A CDATA section: no references.
    Cdata,
    /// An attribute value.
    Attribute,
}

/// What `raw`, which stands at `offset`, means, and how many references are in it. Borrowed where it means itself.
pub(super) fn resolve(raw: &str, offset: usize, place: Place) -> Result<(Cow<'_, str>, u64), XmlError> {
    if is_plain(raw, place) {
        return Ok((Cow::Borrowed(raw), 0));
    }
    let mut text = String::with_capacity(raw.len());
    let appended = append(raw, offset, place, &mut text)?;
    Ok((Cow::Owned(text), appended.references))
}

/// Whether `raw` means itself.
pub(super) fn is_plain(raw: &str, place: Place) -> bool {
    next_special(raw.as_bytes(), place).is_none()
}

/// What was in a piece of text that was appended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Appended {
    /// How many references.
    pub(super) references: u64,
    /// Whether one of them stands for a character that character data of a canonical form never hold as it is.
    pub(super) escaped: bool,
}

/// Room for what is kept aside of a document, as soon as anything is.
const ASIDE: usize = 1 << 10;

/// Appends what `raw` means to `text`.
pub(super) fn append(raw: &str, offset: usize, place: Place, text: &mut String) -> Result<Appended, XmlError> {
    let mut appended = Appended::default();
    if text.capacity() == 0 {
        text.reserve(raw.len().max(ASIDE));
    }
    let mut rest = raw;
    while let Some(at) = next_special(rest.as_bytes(), place) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        let here = offset.saturating_add(raw.len()).saturating_sub(from.len());
        let passed = match from.as_bytes() {
            [b'&', after @ ..] => {
                let end = after.iter().position(|byte| *byte == b';');
                let behind = end.ok_or(malformed(Malformation::Reference, here))?.saturating_add(1);
                let character = character(from.get(1..behind).unwrap_or_default(), here)?;
                text.push(character);
                appended.references = appended.references.saturating_add(1);
                appended.escaped |= matches!(character, '&' | '<' | '>' | '\r');
                behind.saturating_add(1)
            }
            [b'\r', after @ ..] => {
                text.push(if place == Place::Attribute { ' ' } else { '\n' });
                if after.first() == Some(&b'\n') { 2 } else { 1 }
            }
            _ => {
                // Tab or line feed in an attribute value.
                text.push(' ');
                1
            }
        };
        rest = from.get(passed..).unwrap_or_default();
    }
    text.push_str(rest);
    Ok(appended)
}

/// The place of the first byte that does not mean itself.
fn next_special(bytes: &[u8], place: Place) -> Option<usize> {
    match place {
        Place::Text => memchr::memchr2(b'&', b'\r', bytes),
        Place::Cdata => memchr::memchr(b'\r', bytes),
        Place::Attribute => bytes.iter().position(|byte| matches!(byte, b'&' | b'\r' | b'\n' | b'\t')),
    }
}

/// The character that `&name;` stands for.
pub(super) fn character(name: &str, offset: usize) -> Result<char, XmlError> {
    let [b'#', number @ ..] = name.as_bytes() else {
        return match name {
            "amp" => Ok('&'),
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            _ if super::chars::is_ncname(name) => Err(forbidden(Forbidden::Entity, offset)),
            _ => Err(malformed(Malformation::Reference, offset)),
        };
    };
    let (digits, radix) = match number {
        [b'x', hexadecimal @ ..] => (hexadecimal, 16),
        _ => (number, 10),
    };
    if digits.is_empty() {
        return Err(malformed(Malformation::Reference, offset));
    }
    // A number too large for 32 bits is no character either: u32::MAX is none.
    let mut value = 0_u32;
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix).ok_or(malformed(Malformation::Reference, offset))?;
        value = value.saturating_mul(radix).saturating_add(digit);
    }
    let value = char::from_u32(value).filter(|found| is_char(*found));
    value.ok_or(malformed(Malformation::Character, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_line_ends_are_resolved() {
        assert_eq!(resolve("a&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;", 0, Place::Text).unwrap().0, "a&<>\"'A😀");
        assert_eq!(resolve("a\r\nb\rc\nd", 0, Place::Text).unwrap().0, "a\nb\nc\nd");
        assert_eq!(resolve("a\r\nb\rc\nd\te&#xD;&#10;", 0, Place::Attribute).unwrap().0, "a b c d e\r\n");
        assert_eq!(resolve("&amp;\r", 0, Place::Cdata).unwrap().0, "&amp;\n");
        assert!(matches!(resolve("plain", 0, Place::Text), Ok((Cow::Borrowed(_), 0))));
    }

    #[test]
    fn wrong_references_are_named_where_they_stand() {
        for wrong in ["&", "&amp", "&;", "&#;", "&#x;", "&#xG;", "&#-1;", "&# 1;", "&#X41;", "&1;"] {
            let error = resolve(wrong, 7, Place::Text).unwrap_err();
            assert_eq!(error, malformed(Malformation::Reference, 7), "{wrong}");
        }
        for wrong in ["&#0;", "&#xD800;", "&#xFFFF;", "&#99999999999999999999;", "&#x1;"] {
            let error = resolve(wrong, 7, Place::Text).unwrap_err();
            assert_eq!(error, malformed(Malformation::Character, 7), "{wrong}");
        }
        assert_eq!(resolve("ab&lol;", 7, Place::Text).unwrap_err(), forbidden(Forbidden::Entity, 9));
    }
}
