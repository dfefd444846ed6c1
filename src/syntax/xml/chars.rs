//! Characters of XML 1.0, fifth edition: §2.2 `Char`, §2.3 `S`, `NameStartChar`, `NameChar`.

/// `S`: white space.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `Char`.
pub(super) const fn is_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// `NameStartChar` without the colon, which separates prefix and local part (Namespaces §4).
const fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar` without the colon.
const fn is_name(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `NCName`.
pub(super) fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name)
}

/// What ends a name in a tag.
pub(super) const fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'>' | b'/' | b'=' | b'"' | b'\'' | b'<')
}

/// Whether `bytes` begin with `name`: the same as `starts_with`, for names, which are short.
pub(super) fn begin_with(bytes: &[u8], name: &[u8]) -> bool {
    match name.len() {
        4..=8 => {
            let behind = name.len().saturating_sub(4);
            bytes.first_chunk::<4>() == name.first_chunk()
                && bytes.get(behind..).and_then(<[u8]>::first_chunk::<4>) == name.last_chunk()
        }
        9..=16 => {
            let behind = name.len().saturating_sub(8);
            bytes.first_chunk::<8>() == name.first_chunk()
                && bytes.get(behind..).and_then(<[u8]>::first_chunk::<8>) == name.last_chunk()
        }
        17..=32 => {
            let behind = name.len().saturating_sub(16);
            bytes.first_chunk::<16>() == name.first_chunk()
                && bytes.get(behind..).and_then(<[u8]>::first_chunk::<16>) == name.last_chunk()
        }
        1..=3 => {
            bytes.get(..name.len()).is_some_and(|start| start.iter().zip(name).all(|(one, other)| one == other))
        }
        _ => bytes.starts_with(name),
    }
}

/// The length of the `QName` at the start of `bytes`, where it has only ASCII and something ends it that ends names in
/// tags. None says nothing: it may be a name all the same.
pub(super) fn ascii_qname(bytes: &[u8]) -> Option<usize> {
    // Whether a part begins here, and whether it may be followed by another.
    let (mut begins, mut first) = (true, true);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => begins = false,
            b'0'..=b'9' | b'-' | b'.' if !begins => {}
            b':' if first && !begins => (begins, first) = (true, false),
            byte if !begins && ends_name(*byte) => return Some(at),
            _ => return None,
        }
    }
    None
}

/// Splits a `QName` into prefix (empty where there is none) and local part; none where it is not one.
pub(super) fn qname(text: &str) -> Option<(&str, &str)> {
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    let good =
        is_ncname(local) && (prefix.is_empty() != text.contains(':')) && (prefix.is_empty() || is_ncname(prefix));
    good.then_some((prefix, local))
}

/// The place of the first character that no document may hold as it is: a control character, U+FFFE or U+FFFF.
pub(super) fn first_illegal(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let illegal = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Most text has none: chunks of fixed size let the compiler look at many bytes at once.
    let mut at = 0_usize;
    for chunk in bytes.chunks(4096) {
        if chunk.iter().fold(false, |found, byte| found | illegal(byte)) {
            return chunk.iter().position(illegal).map(|within| at.saturating_add(within));
        }
        at = at.saturating_add(chunk.len());
    }
    memchr::memmem::find_iter(bytes, b"\xEF\xBF")
        .find(|place| matches!(bytes.get(place.saturating_add(2)), Some(0xBE | 0xBF)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_at_their_one_colon() {
        assert_eq!(qname("a"), Some(("", "a")));
        assert_eq!(qname("ds:Object"), Some(("ds", "Object")));
        assert_eq!(qname("é:日本"), Some(("é", "日本")));
        for wrong in ["", ":", ":a", "a:", "a:b:c", "1a", "a:1", "-a", "a b"] {
            assert_eq!(qname(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn short_names_of_ascii_are_seen_as_they_are() {
        for (text, length) in [("a>", 1), ("a:b c", 3), ("_-.9:x1=", 7), ("A/>", 1)] {
            assert_eq!(ascii_qname(text.as_bytes()), Some(length), "{text}");
        }
        for unknown in ["", "a", ">", ":a>", "a:>", "a:b:c>", "1a>", "a:-b>", "é>", "aé>", "a\u{1}>", "a&>"] {
            assert_eq!(ascii_qname(unknown.as_bytes()), None, "{unknown}");
        }
    }

    #[test]
    fn names_are_compared_whole() {
        let text = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for length in 0..text.len() {
            let name = &text[..length];
            assert!(begin_with(text, name) && begin_with(name, name));
            assert!(!begin_with(&text[1..], name) || length == 0);
            for at in 0..length {
                let mut other = name.to_vec();
                other[at] = b'-';
                assert!(!begin_with(text, &other), "{length}, {at}");
                assert!(!begin_with(&text[..at], name), "{length}, {at}");
            }
        }
    }

    #[test]
    fn illegal_characters_are_found_where_they_stand() {
        assert_eq!(first_illegal("a\tb\r\n\u{7f}\u{85}\u{FFFD}"), None);
        assert_eq!(first_illegal("ab\u{1}"), Some(2));
        assert_eq!(first_illegal("ab\u{FFFE}c"), Some(2));
        assert_eq!(first_illegal(&format!("{}\u{FFFF}", "x".repeat(9_000))), Some(9_000));
        assert_eq!(first_illegal(&format!("{}\u{0}", "x".repeat(9_000))), Some(9_000));
    }
}
