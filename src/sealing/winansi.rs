//! Text in WinAnsiEncoding (ISO 32000-2 annex D.2), and how wide Helvetica sets it.

/// The characters of codes 0x80 to 0x9f; NUL where there is none.
const UPPER: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// Widths of Helvetica for codes 0x20 to 0xff in thousandths of the size (Adobe Core 14 AFM); 0 where there is no
/// character.
#[rustfmt::skip]
const WIDTHS: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 0,
    556, 0, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];

/// The codes of a text; `None` where it has a character without one.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    text.chars().map(code).collect()
}

/// The width in thousandths of the size.
pub(super) fn width(codes: &[u8]) -> u32 {
    let width = |code: &u8| WIDTHS.get(usize::from(*code).checked_sub(0x20)?).copied();
    codes.iter().filter_map(width).map(u32::from).sum()
}

fn code(character: char) -> Option<u8> {
    if let ' '..='~' | '\u{a0}'..='\u{ff}' = character {
        return u8::try_from(u32::from(character)).ok();
    }
    let index = UPPER.iter().position(|upper| *upper == character && character != '\0')?;
    u8::try_from(index).ok()?.checked_add(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_has_codes() {
        assert_eq!(encode("Zürich €"), Some(b"Z\xfcrich \x80".to_vec()));
        assert_eq!(encode("«Kanton»"), Some(b"\xabKanton\xbb".to_vec()));
        assert_eq!(encode("’–Ÿ"), Some(vec![0x92, 0x96, 0x9f]));
        for without in ["ł", "\n", "\t", "\0", "\u{7f}", "\u{81}", "漢"] {
            assert_eq!(encode(without), None, "{without:?}");
        }
    }

    #[test]
    fn every_code_has_a_width() {
        assert_eq!(width(b"Siegel"), 667 + 222 + 556 + 556 + 556 + 222);
        for code in 0x20..=0xff_u8 {
            let there = !matches!(code, 0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
            assert_eq!(width(&[code]) > 0, there, "{code:x}");
        }
    }
}
