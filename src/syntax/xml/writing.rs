//! How the characters of a document are written as bytes, for whoever puts something between them: the inverse of
//! [`super::decode`], for the place of a character and for characters of ASCII.
//!
//! All single-byte encodings that are read have ASCII as their first half.

use super::encoding::declared;

/// How the characters of a document are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// UTF-8 or ASCII, with this many bytes of a byte order mark before it.
    Utf8 {
        /// Bytes.
        mark: usize,
    },
    /// UTF-16, with this many bytes of a byte order mark before it.
    Utf16 {
        /// Bytes.
        mark: usize,
        /// Whether the higher octet comes first.
        is_big_endian: bool,
    },
    /// One byte for each character.
    Single,
}

impl Writing {
    /// How a document is written that [`super::decode`] reads.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Self::Utf8 { mark: 3 },
            [0xFE, 0xFF, ..] => Self::Utf16 { mark: 2, is_big_endian: true },
            [0xFF, 0xFE, ..] => Self::Utf16 { mark: 2, is_big_endian: false },
            [0, b'<', 0, ..] => Self::Utf16 { mark: 0, is_big_endian: true },
            [b'<', 0, _, 0, ..] => Self::Utf16 { mark: 0, is_big_endian: false },
            _ => match declared(bytes).as_deref() {
                None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => Self::Utf8 { mark: 0 },
                Some(_) => Self::Single,
            },
        }
    }

    /// The bytes that the beginning `text` of a document takes, its byte order mark with it.
    #[must_use]
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 { mark } => mark.saturating_add(text.len()),
            Self::Utf16 { mark, .. } => mark.saturating_add(text.encode_utf16().count().saturating_mul(2)),
            Self::Single => text.chars().count(),
        }
    }

    /// The bytes of `text`; none where it is not all ASCII.
    #[must_use]
    pub fn ascii(self, text: &str) -> Option<Vec<u8>> {
        if !text.is_ascii() {
            return None;
        }
        Some(match self {
            Self::Utf8 { .. } | Self::Single => text.as_bytes().to_vec(),
            Self::Utf16 { is_big_endian: true, .. } => text.bytes().flat_map(|octet| [0, octet]).collect(),
            Self::Utf16 { .. } => text.bytes().flat_map(|octet| [octet, 0]).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    /// The same text with and without a mark, in every form; characters of one, two, three and four bytes.
    fn documents() -> Vec<Vec<u8>> {
        let text = "<a b='ü'>€\u{1F600}</a>";
        let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        vec![
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            utf16(b"\xFE\xFF", u16::to_be_bytes),
            utf16(b"\xFF\xFE", u16::to_le_bytes),
            utf16(b"", u16::to_be_bytes),
            utf16(b"", u16::to_le_bytes),
            b"<?xml version='1.0' encoding='windows-1252'?><a b='\xFC'>\x80</a>".to_vec(),
            b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xFC'>\xA4</a>".to_vec(),
            b"<?xml version='1.0' encoding='UTF-8'?><a b='\xC3\xBC'/>".to_vec(),
            b"<?xml version='1.0' encoding='us-ascii'?><a/>".to_vec(),
        ]
    }

    #[test]
    fn every_place_is_found_and_what_is_put_there_is_read_back() {
        for bytes in documents() {
            let text = decode(&bytes).unwrap().into_owned();
            let writing = Writing::of(&bytes);
            assert_eq!(writing.length(&text), bytes.len(), "{}", bytes.escape_ascii());
            for (at, _) in text.char_indices() {
                let place = writing.length(&text[..at]);
                let put = writing.ascii("<!--&#xFC;-->").unwrap();
                let longer = [&bytes[..place], &put, &bytes[place..]].concat();
                let expected = [&text[..at], "<!--&#xFC;-->", &text[at..]].concat();
                if at > 50 || !text.starts_with("<?xml") {
                    // Before that, what is put there changes what the declaration says, or the mark.
                    let read = decode(&longer).map(std::borrow::Cow::into_owned);
                    assert!(at == 0 || read == Ok(expected), "{at} {}", bytes.escape_ascii());
                }
            }
        }
        assert_eq!(Writing::Single.ascii("ü"), None);
    }
}
