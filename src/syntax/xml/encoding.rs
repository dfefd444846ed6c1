//! From bytes to characters (XML 1.0 §4.3.3 and appendix F): UTF-8, UTF-16 of either order, and the single-byte
//! encodings that a document declares.
//!
//! `ISO-8859-1` is read as the standard says, bytes 80 to 9F as control characters, and not as its superset of the
//! web. Encodings of several bytes other than UTF are not read: what they mean depends on who reads.

use std::borrow::Cow;

use super::error::XmlError;

/// How many bytes of a document may be its XML declaration.
const DECLARATION: usize = 1 << 10;

/// The characters of a document, without a byte order mark.
///
/// # Errors
/// [`XmlError::Encoding`] where the bytes are not of their encoding, or of one that is not read.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0, b'<', 0, ..] => utf16(bytes, u16::from_be_bytes),
        [b'<', 0, _, 0, ..] => utf16(bytes, u16::from_le_bytes),
        _ => match declared(bytes) {
            None => utf8(bytes),
            Some(name) => named(bytes, &name),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| XmlError::Encoding)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, XmlError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(XmlError::Encoding);
    }
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.map(Cow::Owned).map_err(|_| XmlError::Encoding)
}

/// The encoding that the XML declaration names, lowercase.
pub(super) fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(DECLARATION))?.strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(head, b"?>")?;
    let declaration = std::str::from_utf8(head.get(..end)?).ok()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value.strip_prefix(quote)?.split(quote).next()?;
    Some(name.to_ascii_lowercase())
}

fn named<'b>(bytes: &'b [u8], name: &str) -> Result<Cow<'b, str>, XmlError> {
    match name {
        "utf-8" | "utf8" => utf8(bytes),
        "us-ascii" | "ascii" => {
            if bytes.is_ascii() {
                utf8(bytes)
            } else {
                Err(XmlError::Encoding)
            }
        }
        "iso-8859-1" | "latin1" | "iso8859-1" => {
            Ok(Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()))
        }
        _ => {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).ok_or(XmlError::Encoding)?;
            if !encoding.is_single_byte() {
                return Err(XmlError::Encoding);
            }
            encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or(XmlError::Encoding)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn the_same_text_in_every_encoding() {
        let text = "<?xml version='1.0'?><a>Zürich €</a>";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(decode([b"\xEF\xBB\xBF", text.as_bytes()].concat().as_slice()).unwrap(), text);
        for mark in [&b"\xFE\xFF"[..], b""] {
            assert_eq!(decode(&utf16_of(text, mark, u16::to_be_bytes)).unwrap(), text);
        }
        for mark in [&b"\xFF\xFE"[..], b""] {
            assert_eq!(decode(&utf16_of(text, mark, u16::to_le_bytes)).unwrap(), text);
        }
        let windows = b"<?xml version='1.0' encoding=\"Windows-1252\"?><a>Z\xFCrich \x80</a>";
        assert!(decode(windows).unwrap().ends_with("<a>Zürich €</a>"));
        let latin = b"<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>Z\xFCrich \x80</a>";
        assert!(decode(latin).unwrap().ends_with("<a>Zürich \u{80}</a>"));
        let latin9 = b"<?xml version='1.0' encoding='iso-8859-15'?><a>\xA4</a>";
        assert!(decode(latin9).unwrap().ends_with("<a>€</a>"));
    }

    #[test]
    fn what_is_not_of_its_encoding_is_refused() {
        for wrong in [
            &b"<a>\xFC</a>"[..],
            b"\xEF\xBB\xBF<a>\xFC</a>",
            b"<?xml version='1.0' encoding='us-ascii'?><a>\xFC</a>",
            b"<?xml version='1.0' encoding='Shift_JIS'?><a/>",
            b"<?xml version='1.0' encoding='no-such'?><a/>",
            b"<?xml version='1.0' encoding='UTF-16'?><a/>",
            b"\xFE\xFF\0<\0a\0/\0",
            b"\xFF\xFE<\0\xD8\xD8>\0",
        ] {
            assert_eq!(decode(wrong), Err(XmlError::Encoding), "{}", wrong.escape_ascii());
        }
    }
}
