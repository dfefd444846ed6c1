//! JSON whose strings hide nothing: what RFC 8259 §7 lets stand unescaped, but people cannot see, is escaped.

use std::io;

use serde_json::ser::Formatter;

use crate::reporting::visible::is_hidden;

/// The compact form, with hidden characters as `\u` escapes.
pub(super) struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all of a report: printable ASCII hides nothing.
        if fragment.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut start = 0;
        for (at, character) in fragment.char_indices().filter(|(_, character)| is_hidden(*character)) {
            writer.write_all(fragment.get(start..at).unwrap_or_default().as_bytes())?;
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            start = at.saturating_add(character.len_utf8());
        }
        writer.write_all(fragment.get(start..).unwrap_or_default().as_bytes())
    }
}
