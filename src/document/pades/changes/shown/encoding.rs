//! What the codes of simple fonts mean (ISO 32000-2 annex D): the Latin encodings and the names of their glyphs.

/// An encoding of Latin text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `StandardEncoding`, which fonts have by themselves.
    Standard,
    /// `WinAnsiEncoding`.
    WinAnsi,
    /// `MacRomanEncoding`.
    MacRoman,
}

/// The codes from 0x80; `~` is none.
const STANDARD: &str = "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ~–†‡·~¶•‚„”»…‰~¿~`´ˆ˜¯˘˙¨~˚¸~˝˛ˇ—~~~~~~~~~~~~~~~~Æ~ª~~~~ŁØŒº~~~~~æ~~~ı~~łøœß~~~~";
/// The codes from 0x80 to 0x9f.
const WIN_ANSI: &str = "€•‚ƒ„…†‡ˆ‰Š‹Œ•Ž••‘’“”•–—˜™š›œ•žŸ";
/// The codes from 0x80; `~` is none.
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»… ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ~ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

impl Encoding {
    /// The encoding of a name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    /// The letter of a code.
    pub(super) fn letter(self, code: u32) -> Option<char> {
        let above = |table: &str| {
            let index = usize::try_from(code.checked_sub(0x80)?).ok()?;
            table.chars().nth(index).filter(|letter| *letter != '~')
        };
        match (self, code) {
            (Self::Standard, 0x27) => Some('\u{2019}'),
            (Self::Standard, 0x60) => Some('\u{2018}'),
            (_, 0x20..=0x7e) => char::from_u32(code),
            // Ends of lines and such show nothing.
            (_, 0..=0x1f) => Some(' '),
            (Self::WinAnsi, 0x80..=0x9f) => above(WIN_ANSI),
            (Self::WinAnsi, 0xa0..=0xff) => char::from_u32(code),
            (Self::WinAnsi, _) => None,
            (Self::Standard, _) => above(STANDARD),
            (Self::MacRoman, _) => above(MAC_ROMAN),
        }
    }
}

/// The letter of a glyph's name.
pub(super) fn of_name(name: &[u8]) -> Option<char> {
    if let [letter] = name
        && letter.is_ascii_alphabetic()
    {
        return Some(char::from(*letter));
    }
    if let Ok(index) = NAMES.binary_search_by(|(known, _)| (*known).cmp(name)) {
        return NAMES.get(index).map(|(_, letter)| *letter);
    }
    let four = name.strip_prefix(b"uni").filter(|digits| digits.len() == 4);
    let more = || name.strip_prefix(b"u").filter(|digits| (4..=6).contains(&digits.len()));
    let digits = std::str::from_utf8(four.or_else(more)?).ok()?;
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

/// The names of the glyphs of these encodings, sorted.
const NAMES: &[(&[u8], char)] = &[
    (b"AE", 'Æ'),
    (b"Aacute", 'Á'),
    (b"Acircumflex", 'Â'),
    (b"Adieresis", 'Ä'),
    (b"Agrave", 'À'),
    (b"Aring", 'Å'),
    (b"Atilde", 'Ã'),
    (b"Ccedilla", 'Ç'),
    (b"Eacute", 'É'),
    (b"Ecircumflex", 'Ê'),
    (b"Edieresis", 'Ë'),
    (b"Egrave", 'È'),
    (b"Eth", 'Ð'),
    (b"Euro", '€'),
    (b"Iacute", 'Í'),
    (b"Icircumflex", 'Î'),
    (b"Idieresis", 'Ï'),
    (b"Igrave", 'Ì'),
    (b"Lslash", 'Ł'),
    (b"Ntilde", 'Ñ'),
    (b"OE", 'Œ'),
    (b"Oacute", 'Ó'),
    (b"Ocircumflex", 'Ô'),
    (b"Odieresis", 'Ö'),
    (b"Ograve", 'Ò'),
    (b"Oslash", 'Ø'),
    (b"Otilde", 'Õ'),
    (b"Scaron", 'Š'),
    (b"Thorn", 'Þ'),
    (b"Uacute", 'Ú'),
    (b"Ucircumflex", 'Û'),
    (b"Udieresis", 'Ü'),
    (b"Ugrave", 'Ù'),
    (b"Yacute", 'Ý'),
    (b"Ydieresis", 'Ÿ'),
    (b"Zcaron", 'Ž'),
    (b"aacute", 'á'),
    (b"acircumflex", 'â'),
    (b"acute", '´'),
    (b"adieresis", 'ä'),
    (b"ae", 'æ'),
    (b"agrave", 'à'),
    (b"ampersand", '&'),
    (b"aring", 'å'),
    (b"asciicircum", '^'),
    (b"asciitilde", '~'),
    (b"asterisk", '*'),
    (b"at", '@'),
    (b"atilde", 'ã'),
    (b"backslash", '\\'),
    (b"bar", '|'),
    (b"braceleft", '{'),
    (b"braceright", '}'),
    (b"bracketleft", '['),
    (b"bracketright", ']'),
    (b"breve", '˘'),
    (b"brokenbar", '¦'),
    (b"bullet", '•'),
    (b"caron", 'ˇ'),
    (b"ccedilla", 'ç'),
    (b"cedilla", '¸'),
    (b"cent", '¢'),
    (b"circumflex", 'ˆ'),
    (b"colon", ':'),
    (b"comma", ','),
    (b"copyright", '©'),
    (b"currency", '¤'),
    (b"dagger", '†'),
    (b"daggerdbl", '‡'),
    (b"degree", '°'),
    (b"dieresis", '¨'),
    (b"divide", '÷'),
    (b"dollar", '$'),
    (b"dotaccent", '˙'),
    (b"dotlessi", 'ı'),
    (b"eacute", 'é'),
    (b"ecircumflex", 'ê'),
    (b"edieresis", 'ë'),
    (b"egrave", 'è'),
    (b"eight", '8'),
    (b"ellipsis", '…'),
    (b"emdash", '—'),
    (b"endash", '–'),
    (b"equal", '='),
    (b"eth", 'ð'),
    (b"exclam", '!'),
    (b"exclamdown", '¡'),
    (b"fi", 'ﬁ'),
    (b"five", '5'),
    (b"fl", 'ﬂ'),
    (b"florin", 'ƒ'),
    (b"four", '4'),
    (b"fraction", '⁄'),
    (b"germandbls", 'ß'),
    (b"grave", '`'),
    (b"greater", '>'),
    (b"guillemotleft", '«'),
    (b"guillemotright", '»'),
    (b"guilsinglleft", '‹'),
    (b"guilsinglright", '›'),
    (b"hungarumlaut", '˝'),
    (b"hyphen", '-'),
    (b"iacute", 'í'),
    (b"icircumflex", 'î'),
    (b"idieresis", 'ï'),
    (b"igrave", 'ì'),
    (b"less", '<'),
    (b"logicalnot", '¬'),
    (b"lslash", 'ł'),
    (b"macron", '¯'),
    (b"minus", '−'),
    (b"mu", 'µ'),
    (b"multiply", '×'),
    (b"nbspace", '\u{a0}'),
    (b"nine", '9'),
    (b"ntilde", 'ñ'),
    (b"numbersign", '#'),
    (b"oacute", 'ó'),
    (b"ocircumflex", 'ô'),
    (b"odieresis", 'ö'),
    (b"oe", 'œ'),
    (b"ogonek", '˛'),
    (b"ograve", 'ò'),
    (b"one", '1'),
    (b"onehalf", '½'),
    (b"onequarter", '¼'),
    (b"onesuperior", '¹'),
    (b"ordfeminine", 'ª'),
    (b"ordmasculine", 'º'),
    (b"oslash", 'ø'),
    (b"otilde", 'õ'),
    (b"paragraph", '¶'),
    (b"parenleft", '('),
    (b"parenright", ')'),
    (b"percent", '%'),
    (b"period", '.'),
    (b"periodcentered", '·'),
    (b"perthousand", '‰'),
    (b"plus", '+'),
    (b"plusminus", '±'),
    (b"question", '?'),
    (b"questiondown", '¿'),
    (b"quotedbl", '"'),
    (b"quotedblbase", '„'),
    (b"quotedblleft", '“'),
    (b"quotedblright", '”'),
    (b"quoteleft", '‘'),
    (b"quoteright", '’'),
    (b"quotesinglbase", '‚'),
    (b"quotesingle", '\''),
    (b"registered", '®'),
    (b"ring", '˚'),
    (b"scaron", 'š'),
    (b"section", '§'),
    (b"semicolon", ';'),
    (b"seven", '7'),
    (b"sfthyphen", '\u{ad}'),
    (b"six", '6'),
    (b"slash", '/'),
    (b"space", ' '),
    (b"sterling", '£'),
    (b"thorn", 'þ'),
    (b"three", '3'),
    (b"threequarters", '¾'),
    (b"threesuperior", '³'),
    (b"tilde", '˜'),
    (b"trademark", '™'),
    (b"two", '2'),
    (b"twosuperior", '²'),
    (b"uacute", 'ú'),
    (b"ucircumflex", 'û'),
    (b"udieresis", 'ü'),
    (b"ugrave", 'ù'),
    (b"underscore", '_'),
    (b"yacute", 'ý'),
    (b"ydieresis", 'ÿ'),
    (b"yen", '¥'),
    (b"zcaron", 'ž'),
    (b"zero", '0'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_and_sorted() {
        assert_eq!([STANDARD, MAC_ROMAN, WIN_ANSI].map(|table| table.chars().count()), [128, 128, 32]);
        assert!(NAMES.is_sorted_by(|one, other| one.0 < other.0));
    }

    #[test]
    fn letters() {
        assert_eq!(Encoding::WinAnsi.letter(0x80), Some('€'));
        assert_eq!(Encoding::MacRoman.letter(0x8a), Some('ä'));
        assert_eq!(Encoding::Standard.letter(0xfb), Some('ß'));
        assert_eq!(Encoding::Standard.letter(0xe4), None);
        let names = ["A", "adieresis", "uni20AC", "u1F600", "gehtnicht"];
        let letters = [Some('A'), Some('ä'), Some('€'), Some('😀'), None];
        assert_eq!(names.map(|name| of_name(name.as_bytes())), letters);
    }
}
