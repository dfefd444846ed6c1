//! Tokens (ISO 32000-2 §7.2): a cursor over borrowed bytes that copies nothing.
//!
//! It never fails: what is no token of PDF comes back as [`Token::Stray`] or as an unknown keyword, and who asked
//! decides what that means.

use std::borrow::Cow;

/// One token. Slices are the bytes as written, without delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// The end of the bytes.
    End,
    /// Digits, signs and points only.
    Number(&'a [u8]),
    /// What follows the slash, escapes not decoded.
    Name(&'a [u8]),
    /// What stands between the parentheses, escapes not decoded.
    Literal {
        raw: &'a [u8],
        closed: bool,
    },
    /// What stands between the angle brackets.
    Hex {
        raw: &'a [u8],
        closed: bool,
    },
    ArrayOpen,
    ArrayClose,
    DictOpen,
    DictClose,
    /// Any other run of regular characters.
    Keyword(&'a [u8]),
    /// A delimiter that cannot stand here.
    Stray,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The cursor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) position: usize,
}

const WHITE: u8 = 1;
const DELIMITER: u8 = 2;
const NUMERIC: u8 = 4;

/// What each byte is: one load instead of a dozen comparisons, for every byte of every object.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte = 0_u8;
    while let Some((class, tail)) = rest.split_first_mut() {
        *class = match byte {
            b' ' | b'\n' | b'\r' | b'\t' | 0 | 0x0c => WHITE,
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' => DELIMITER,
            b'0'..=b'9' | b'+' | b'-' | b'.' => NUMERIC,
            _ => 0,
        };
        byte = byte.wrapping_add(1);
        rest = tail;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// White space (§7.2.3, table 1).
pub(super) fn is_white(byte: u8) -> bool {
    class(byte) == WHITE
}

/// A delimiter (§7.2.3, table 2).
pub(super) fn is_delimiter(byte: u8) -> bool {
    class(byte) == DELIMITER
}

/// What [`Lexer::near`] sees, in bytes: room for white space and comments around a few numbers.
const NEAR: usize = 1024;

/// How far a literal string is looked at byte by byte; a longer one is searched with vector instructions, which
/// take some time to start.
const SHORT: usize = 64;

impl<'a> Lexer<'a> {
    pub(super) const fn new(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position }
    }

    /// A cursor that does not see further than [`NEAR`], for places that somebody claims to be something: looking
    /// there again and again must not cost the length of whatever stands there.
    pub(super) fn near(bytes: &'a [u8], position: usize) -> Self {
        let end = position.saturating_add(NEAR).min(bytes.len());
        Self { bytes: bytes.get(..end).unwrap_or_default(), position }
    }

    pub(super) fn peek_byte(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Skips white space and comments.
    pub(super) fn skip_white(&mut self) {
        while let Some(byte) = self.peek_byte() {
            if is_white(byte) {
                self.position = self.position.saturating_add(1);
            } else if byte == b'%' {
                let rest = self.bytes.get(self.position..).unwrap_or_default();
                let length = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                self.position = self.position.saturating_add(length);
            } else {
                return;
            }
        }
    }

    /// The next token without reading it.
    pub(super) fn peek(&self) -> Lexeme<'a> {
        let mut ahead = *self;
        ahead.next_token()
    }

    /// The next token.
    pub(super) fn next_token(&mut self) -> Lexeme<'a> {
        self.skip_white();
        let start = self.position;
        let Some(first) = self.peek_byte() else {
            return Lexeme { token: Token::End, start, end: start };
        };
        let inner = start.saturating_add(1);
        let next = self.bytes.get(inner).copied();
        let (token, end) = match first {
            b'/' => {
                let end = self.regular_end(inner);
                (Token::Name(self.slice(inner, end)), end)
            }
            b'(' => self.literal(inner),
            b'<' if next == Some(b'<') => (Token::DictOpen, start.saturating_add(2)),
            b'<' => self.hex(inner),
            b'>' if next == Some(b'>') => (Token::DictClose, start.saturating_add(2)),
            b'[' => (Token::ArrayOpen, inner),
            b']' => (Token::ArrayClose, inner),
            b'>' | b')' | b'{' | b'}' => (Token::Stray, inner),
            _ => {
                let rest = self.bytes.get(start..).unwrap_or_default();
                let mut all = NUMERIC;
                let end = rest.iter().position(|byte| {
                    let class = class(*byte);
                    let ends = class & (WHITE | DELIMITER) != 0;
                    all &= if ends { NUMERIC } else { class };
                    ends
                });
                let end = start.saturating_add(end.unwrap_or(rest.len()));
                let run = self.slice(start, end);
                (if all == NUMERIC { Token::Number(run) } else { Token::Keyword(run) }, end)
            }
        };
        self.position = end;
        Lexeme { token, start, end }
    }

    /// Reads a reference as most are written, `12 0 R`; gives its numbers and where it stands. Whatever is written in
    /// another way stays unread: that is for the tokens.
    pub(super) fn plain_reference(&mut self) -> Option<(u32, u16, usize)> {
        let rest = self.bytes.get(self.position..)?;
        let rest = if let [b' ' | b'\n', tail @ ..] = rest { tail } else { rest };
        let start = self.bytes.len().saturating_sub(rest.len());
        let (number, rest) = leading_digits(rest, 10)?;
        let (generation, rest) = leading_digits(rest.strip_prefix(b" ")?, 5)?;
        let rest = rest.strip_prefix(b" R")?;
        if rest.first().is_some_and(|byte| class(*byte) & (WHITE | DELIMITER) == 0) {
            return None;
        }
        let found = (u32::try_from(number).ok()?, u16::try_from(generation).ok()?, start);
        self.position = self.bytes.len().saturating_sub(rest.len());
        Some(found)
    }

    fn regular_end(&self, start: usize) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| class(*byte) & (WHITE | DELIMITER) != 0).unwrap_or(rest.len());
        start.saturating_add(length)
    }

    fn literal(&self, start: usize) -> (Token<'a>, usize) {
        let mut depth = 1_u64;
        let mut position = start;
        loop {
            let rest = self.bytes.get(position..).unwrap_or_default();
            let near = rest.iter().take(SHORT).position(|byte| matches!(byte, b'(' | b')' | b'\\'));
            let Some(found) = near.or_else(|| memchr::memchr3(b'(', b')', b'\\', rest)) else {
                let end = self.bytes.len();
                return (Token::Literal { raw: self.slice(start, end), closed: false }, end);
            };
            let special = position.saturating_add(found);
            position = special.saturating_add(1);
            match self.bytes.get(special) {
                Some(b'(') => depth = depth.saturating_add(1),
                Some(b')') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return (Token::Literal { raw: self.slice(start, special), closed: true }, position);
                    }
                }
                _ => position = position.saturating_add(1), // the escaped byte
            }
        }
    }

    fn hex(&self, start: usize) -> (Token<'a>, usize) {
        let rest = self.bytes.get(start..).unwrap_or_default();
        match memchr::memchr(b'>', rest) {
            Some(length) => {
                let end = start.saturating_add(length);
                (Token::Hex { raw: self.slice(start, end), closed: true }, end.saturating_add(1))
            }
            None => {
                let end = self.bytes.len();
                (Token::Hex { raw: self.slice(start, end), closed: false }, end)
            }
        }
    }
}

/// Reads the head of an indirect object as most are written, `12 0 obj`, exactly at `position`; gives its numbers and the
/// place behind it. None of whatever is written in another way: that is for the tokens.
pub(super) fn plain_head(bytes: &[u8], position: usize) -> Option<(u32, u16, usize)> {
    let rest = bytes.get(position..)?;
    let near = rest.get(..PLAIN_HEAD).unwrap_or(rest);
    let (number, after) = leading_digits(near, 10)?;
    let (generation, after) = leading_digits(after.strip_prefix(b" ")?, 5)?;
    let after = after.strip_prefix(b" obj")?;
    let length = near.len().saturating_sub(after.len());
    Some((u32::try_from(number).ok()?, u16::try_from(generation).ok()?, position.saturating_add(length)))
}

/// Bytes of the longest head that [`plain_head`] reads: it looks no further, as [`Lexer::near`] does not.
const PLAIN_HEAD: usize = 20;

/// The number that digits at the start stand for, one at least and `most` at most, and what follows them.
fn leading_digits(bytes: &[u8], most: usize) -> Option<(u64, &[u8])> {
    let (mut number, mut rest) = (0_u64, bytes);
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        number = number.saturating_mul(10).saturating_add(u64::from(digit.saturating_sub(b'0')));
        rest = tail;
    }
    let length = bytes.len().saturating_sub(rest.len());
    (1..=most).contains(&length).then_some((number, rest))
}

/// The number that plain digits stand for; `None` where there are none, others, or too many.
pub(super) fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The integer that a number's text stands for; a fraction of zeros is taken for none.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let (sign, unsigned) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let whole = match unsigned.iter().position(|byte| *byte == b'.') {
        Some(point) => {
            let (whole, fraction) = unsigned.split_at_checked(point)?;
            if fraction.iter().skip(1).any(|byte| *byte != b'0') {
                return None;
            }
            whole
        }
        None => unsigned,
    };
    i64::try_from(digits(whole)?).ok()?.checked_mul(sign)
}

/// The value of a hexadecimal digit.
pub(super) const fn hex_digit(byte: u8) -> Option<u8> {
    let value = nibble(byte);
    if value < 16 { Some(value) } else { None }
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    Some((hex_digit(high)? << 4) | hex_digit(low)?)
}

/// The bytes of a name (§7.3.5): `#` with two hexadecimal digits stands for a byte; another `#` for itself.
pub(super) fn decode_name(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'#') {
        return Cow::Borrowed(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        rest = match rest {
            [b'#', high, low, tail @ ..] if hex_pair(*high, *low).is_some() => {
                bytes.extend(hex_pair(*high, *low));
                tail
            }
            [byte, tail @ ..] => {
                bytes.push(*byte);
                tail
            }
            [] => return Cow::Owned(bytes),
        };
    }
}

/// Whether every `#` of a name begins an escape, and none stands for NUL.
pub(super) fn name_is_clean(raw: &[u8]) -> bool {
    raw.iter().enumerate().filter(|(_, byte)| **byte == b'#').all(|(at, _)| match raw.get(at..) {
        Some([_, high, low, ..]) => hex_pair(*high, *low).is_some_and(|byte| byte != 0),
        _ => false,
    })
}

/// Whether the name that is written as `raw` is `wanted`.
pub(super) fn name_is(raw: &[u8], wanted: &[u8]) -> bool {
    if raw.len() == wanted.len() { raw == wanted } else { raw.len() > wanted.len() && *decode_name(raw) == *wanted }
}

/// The bytes of a literal string (§7.3.4.2).
pub(super) fn decode_literal(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        // Up to the next backslash or carriage return, the bytes stand for themselves.
        let plain = memchr::memchr2(b'\\', b'\r', rest).unwrap_or(rest.len());
        let (head, tail) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        bytes.extend_from_slice(head);
        rest = match tail {
            [] | [b'\\'] => return bytes,
            [b'\r', b'\n', tail @ ..] | [b'\r', tail @ ..] => {
                bytes.push(b'\n');
                tail
            }
            [b'\\', b'\r', b'\n', tail @ ..] | [b'\\', b'\r' | b'\n', tail @ ..] => tail,
            [_, b'0'..=b'7', ..] => octal(tail, &mut bytes),
            [_, escaped, tail @ ..] => {
                bytes.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 0x0c,
                    other => *other,
                });
                tail
            }
            [_] => return bytes,
        };
    }
}

/// Reads a backslash with one to three octal digits; what overflows a byte is dropped.
fn octal<'a>(raw: &'a [u8], bytes: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = raw.get(1..).unwrap_or_default();
    let mut value = 0_u8;
    for _ in 0..3 {
        let [digit @ b'0'..=b'7', tail @ ..] = rest else { break };
        value = (value << 3) | (digit & 7);
        rest = tail;
    }
    bytes.push(value);
    rest
}

/// The value of a hexadecimal digit, 255 where it is none.
const fn nibble(byte: u8) -> u8 {
    let digit = byte.wrapping_sub(b'0');
    let letter = (byte | 0x20).wrapping_sub(b'a');
    if digit <= 9 {
        digit
    } else if letter <= 5 {
        letter.wrapping_add(10)
    } else {
        u8::MAX
    }
}

/// The bytes of 64 hexadecimal digits; none where one of them is none. Two plain passes over arrays are what a
/// compiler turns into vector operations.
fn decode_hex_block(digits: &[u8; 64]) -> Option<[u8; 32]> {
    let mut nibbles = [0; 64];
    let mut all = 0;
    for (nibble_of, digit) in nibbles.iter_mut().zip(digits) {
        *nibble_of = nibble(*digit);
        all |= *nibble_of;
    }
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(nibbles.as_chunks::<2>().0) {
        *byte = (high << 4) | low;
    }
    (all < 16).then_some(bytes)
}

/// The bytes of a hexadecimal string (§7.3.4.3), and whether it had nothing but digits and white space. An odd
/// last digit is followed by a 0.
pub(super) fn decode_hex(raw: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(raw.len().div_ceil(2));
    let mut clean = true;
    let mut high = None;
    // Long strings are nothing but digits, mostly.
    for block in raw.as_chunks::<64>().0.iter().map_while(decode_hex_block) {
        bytes.extend_from_slice(&block);
    }
    let rest = raw.get(bytes.len().saturating_mul(2)..).unwrap_or_default();
    for byte in rest {
        match (hex_digit(*byte), high) {
            (None, _) => clean &= is_white(*byte),
            (Some(digit), None) => high = Some(digit << 4),
            (Some(digit), Some(first)) => {
                bytes.push(first | digit);
                high = None;
            }
        }
    }
    bytes.extend(high);
    (bytes, clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text, 0);
        std::iter::from_fn(|| Some(lexer.next_token().token).filter(|token| *token != Token::End)).collect()
    }

    #[test]
    fn every_kind_of_token() {
        assert_eq!(
            tokens(b"<</A#42 -1.5%c>\r[(a(b)\\)) <4 1>]>>true>"),
            vec![
                Token::DictOpen,
                Token::Name(b"A#42"),
                Token::Number(b"-1.5"),
                Token::ArrayOpen,
                Token::Literal { raw: b"a(b)\\)", closed: true },
                Token::Hex { raw: b"4 1", closed: true },
                Token::ArrayClose,
                Token::DictClose,
                Token::Keyword(b"true"),
                Token::Stray,
            ]
        );
        assert_eq!(tokens(b"(a\\"), vec![Token::Literal { raw: b"a\\", closed: false }]);
        assert_eq!(tokens(b"<4"), vec![Token::Hex { raw: b"4", closed: false }]);
        assert_eq!(tokens(b"12x 1-2"), vec![Token::Keyword(b"12x"), Token::Number(b"1-2")]);
    }

    #[test]
    fn positions_are_exact() {
        let mut lexer = Lexer::new(b"  <41>/B", 0);
        let hex = lexer.next_token();
        assert_eq!((hex.start, hex.end), (2, 6));
        let name = lexer.next_token();
        assert_eq!((name.start, name.end), (6, 8));
    }

    #[test]
    fn strings_are_decoded() {
        assert_eq!(decode_literal(b"a\\n\\(\\053\\53x\\5\\\r\nb\r\nc\rd\\q\\400"), b"a\n(++x\x05b\nc\ndq\0");
        assert_eq!(decode_literal(b"end\\"), b"end");
        assert_eq!(decode_hex(b"41 4\n2 5"), (b"AB\x50".to_vec(), true));
        assert_eq!(decode_hex(b"4x1"), (b"A".to_vec(), false));
    }

    #[test]
    fn long_hexadecimal_strings_are_decoded_like_short_ones() {
        let digits: Vec<u8> = (0..=255_u8).flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(decode_hex(&digits), (bytes.clone(), true));
        assert_eq!(decode_hex(&digits.to_ascii_uppercase()), (bytes, true));
        for at in 0..200 {
            for other in (0..=255_u8).filter(|other| !other.is_ascii_hexdigit()) {
                let mut mixed = digits[..200].to_vec();
                mixed.insert(at, other);
                let (decoded, clean) = decode_hex(&mixed);
                assert_eq!(decoded, (0..100).collect::<Vec<u8>>());
                assert_eq!(clean, is_white(other));
            }
        }
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(&*decode_name(b"By#74e#52ange"), b"ByteRange");
        assert_eq!(&*decode_name(b"a#g1#4"), b"a#g1#4");
        assert!(name_is_clean(b"By#74e#52ange") && name_is_clean(b"A"));
        assert!(!name_is_clean(b"#4") && !name_is_clean(b"#00") && !name_is_clean(b"#gg"));
        assert!(name_is(b"By#74eRange", b"ByteRange"));
        assert!(!name_is(b"ByteRang", b"ByteRange"));
        assert!(!name_is(b"ByteRange#20", b"ByteRange"));
    }

    #[test]
    fn integers() {
        assert_eq!(integer(b"-12"), Some(-12));
        assert_eq!(integer(b"12.5"), None);
        assert_eq!(integer(b"99999999999999999999"), None);
        assert_eq!(integer(b"-"), None);
        assert_eq!(digits(b"0000000018"), Some(18));
    }
}
