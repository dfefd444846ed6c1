//! Text of strangers made visible: names in certificates and documents may hold control characters that move a
//! terminal's cursor, or bidirectional marks that turn a sentence round (Unicode TR 36 §2.5, CVE-2021-42574).
//!
//! It does not look for letters that merely resemble others: a name in another script is a name.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How many characters of a stranger's text are shown to people. Names in real certificates stay below 200.
const SHOWN_CHARS: usize = 300;

/// Whether a character is not seen, or changes how others are seen: controls (C0, DEL, C1), line and paragraph
/// separators, bidirectional marks and embeddings, invisible joiners and fillers, tags, annotations.
#[must_use]
pub const fn is_hidden(character: char) -> bool {
    // Most characters are these; the others are compared range by range.
    let is_plain = matches!(character, ' '..='~');
    !is_plain
        && matches!(
            character,
            '\0'..='\u{1f}'
                | '\u{7f}'..='\u{9f}'
                | '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The text with every hidden character written as `<U+202E>`.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len().saturating_add(16));
    for character in text.chars() {
        if is_hidden(character) {
            // Writing to a String cannot fail.
            let _ = write!(visible, "<U+{:04X}>", u32::from(character));
        } else {
            visible.push(character);
        }
    }
    Cow::Owned(visible)
}

/// The text as people see it: [`escaped`], and cut with `…` after 300 characters.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_CHARS) {
        None => escaped(text),
        Some((end, _)) => Cow::Owned(format!("{}…", escaped(text.get(..end).unwrap_or_default()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_bidirectional_marks_are_written_out() {
        assert_eq!(escaped("Zoë Müller"), "Zoë Müller");
        assert_eq!(escaped("a\u{1b}[2Jb"), "a<U+001B>[2Jb");
        assert_eq!(escaped("\r\n\u{7f}\u{9b}"), "<U+000D><U+000A><U+007F><U+009B>");
        assert_eq!(escaped("fdp\u{202e}exe.pdf\u{2066}"), "fdp<U+202E>exe.pdf<U+2066>");
        assert_eq!(escaped("\u{e0041}"), "<U+E0041>");
        assert_eq!(escaped("\u{feff}\u{200b}\u{2028}"), "<U+FEFF><U+200B><U+2028>");
    }

    #[test]
    fn other_scripts_stay_as_they_are() {
        for name in ["Παπαδόπουλος", "Иванов", "田中太郎", "محمد", "דוד", "İstanbul", "«Ñ»"]
        {
            assert_eq!(escaped(name), name);
        }
    }

    #[test]
    fn long_names_are_cut_at_a_character() {
        let long = "ü".repeat(400);
        assert_eq!(shown(&long).chars().count(), 301);
        assert!(shown(&long).ends_with('…'));
        assert_eq!(shown(&"ü".repeat(300)).chars().count(), 300);
    }
}
