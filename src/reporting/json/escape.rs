//! JSON whose strings hide nothing: what RFC 8259 §7 lets stand unescaped, but people cannot see, is escaped.

use std::io;

use serde_json::ser::Formatter;

use crate::reporting::visible::is_hidden;

/// The compact form, with hidden characters as `\u` escapes.
pub(super) struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let (mut written, mut at) = (0, 0);
        while let Some(rest) = fragment.get(at..) {
            at = at.saturating_add(plain(rest.as_bytes()));
            let Some(character) = fragment.get(at..).and_then(|rest| rest.chars().next()) else { break };
            let next = at.saturating_add(character.len_utf8());
            if is_hidden(character) {
                writer.write_all(fragment.get(written..at).unwrap_or_default().as_bytes())?;
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                written = next;
            }
            at = next;
        }
        writer.write_all(fragment.get(written..).unwrap_or_default().as_bytes())
    }
}

/// How many octets at the start are printable ASCII, which hides nothing: nearly all of a report.
fn plain(octets: &[u8]) -> usize {
    const AT_ONCE: usize = 16;
    let is_plain = |octet: &u8| matches!(octet, b' '..=b'~');
    // Without a way out of the inner loop, so that all of its octets are looked at in one step.
    let whole =
        octets.chunks_exact(AT_ONCE).take_while(|some| some.iter().fold(true, |all, one| all & is_plain(one)));
    let skipped = whole.count().saturating_mul(AT_ONCE);
    let rest = octets.get(skipped..).unwrap_or_default();
    skipped.saturating_add(rest.iter().take_while(|octet| is_plain(octet)).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> String {
        let mut octets = Vec::new();
        Visible.write_string_fragment(&mut octets, text).unwrap();
        String::from_utf8(octets).unwrap()
    }

    #[test]
    fn what_is_hidden_is_written_out_wherever_it_stands() {
        let long = "ordinary text of some length ";
        for (hidden, escape) in [("\u{202e}", "\\u202e"), ("\u{7f}", "\\u007f"), ("\u{e0041}", "\\udb40\\udc41")] {
            for before in 0..long.len() {
                let text = format!("{}{hidden}§{hidden}{long}", &long[..before]);
                assert_eq!(written(&text), format!("{}{escape}§{escape}{long}", &long[..before]));
            }
        }
        for text in ["", "§", "a", "§§ é 田中", long] {
            assert_eq!(written(text), text);
        }
    }

    proptest! {
        #[test]
        fn each_character_is_written_as_it_is_or_escaped(text in any::<String>()) {
            let mut expected = String::new();
            for character in text.chars() {
                if is_hidden(character) {
                    character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                        expected.push_str(&format!("\\u{unit:04x}"));
                    });
                } else {
                    expected.push(character);
                }
            }
            prop_assert_eq!(written(&text), expected);
        }
    }
}
