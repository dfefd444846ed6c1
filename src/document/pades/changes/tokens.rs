//! The tokens of a content stream (ISO 32000-2 §7.8.2): operands and operators. What is no token is skipped.

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    /// The elements of an array; arrays in arrays and dictionaries are left out.
    Array(Vec<Token>),
    Operator(Vec<u8>),
}

/// Operands that an operator of a content stream is given at the most.
pub(super) const MOST_OPERANDS: usize = 64;

/// Reads tokens one by one.
pub(super) struct Tokens<'d> {
    data: &'d [u8],
    position: usize,
}

impl<'d> Tokens<'d> {
    pub(super) const fn new(data: &'d [u8]) -> Self {
        Self { data, position: 0 }
    }

    /// The next operator; its operands, `most` at the most, take the place of what `operands` held.
    pub(super) fn operation(&mut self, operands: &mut Vec<Token>, most: usize) -> Option<Vec<u8>> {
        operands.clear();
        loop {
            match self.next()? {
                Token::Operator(operator) => return Some(operator),
                operand if operands.len() < most => operands.push(operand),
                _ => {}
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    fn advance(&mut self) {
        self.position = self.position.saturating_add(1);
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'d [u8] {
        let rest = self.data.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|octet| !wanted(*octet)).unwrap_or(rest.len());
        self.position = self.position.saturating_add(length);
        rest.get(..length).unwrap_or_default()
    }

    /// Skips the data of an inline image behind `ID`.
    pub(super) fn skip_image(&mut self) {
        let rest = self.data.get(self.position..).unwrap_or_default();
        let mut from = 0_usize;
        while let Some(found) = memchr::memmem::find(rest.get(from..).unwrap_or_default(), b"EI") {
            let at = from.saturating_add(found);
            let before = at.checked_sub(1).and_then(|index| rest.get(index)).copied();
            let after = rest.get(at.saturating_add(2)).copied();
            from = at.saturating_add(2);
            if before.is_none_or(is_white) && after.is_none_or(is_white) {
                self.position = self.position.saturating_add(from);
                return;
            }
        }
        self.position = self.data.len();
    }

    fn string(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 1_u32;
        while let Some(octet) = self.peek() {
            self.advance();
            match octet {
                b'(' => depth = depth.saturating_add(1),
                b')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    let Some(next) = self.peek() else { break };
                    self.advance();
                    match next {
                        b'0'..=b'7' => {
                            let mut value = u32::from(next.saturating_sub(b'0'));
                            for _ in 0..2 {
                                let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                                self.advance();
                                value =
                                    value.saturating_mul(8).saturating_add(u32::from(digit.saturating_sub(b'0')));
                            }
                            text.push(u8::try_from(value & 0xff).unwrap_or(0));
                        }
                        b'n' => text.push(b'\n'),
                        b'r' => text.push(b'\r'),
                        b't' => text.push(b'\t'),
                        b'\r' | b'\n' => {}
                        other => text.push(other),
                    }
                    continue;
                }
                _ => {}
            }
            text.push(octet);
        }
        text
    }

    fn hex(&mut self) -> Vec<u8> {
        let digits: Vec<u8> = self
            .take_while(|octet| octet != b'>')
            .iter()
            .filter_map(|octet| char::from(*octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        self.advance();
        digits
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => high.wrapping_shl(4) | low,
                [high] => high.wrapping_shl(4),
                _ => 0,
            })
            .collect()
    }

    fn array(&mut self) -> Vec<Token> {
        let mut elements = Vec::new();
        while let Some(token) = self.token() {
            match token {
                Token::Operator(text) if text == b"]" => break,
                Token::Operator(_) => {}
                other => elements.push(other),
            }
        }
        elements
    }

    fn token(&mut self) -> Option<Token> {
        loop {
            self.take_while(is_white);
            if self.peek()? != b'%' {
                break;
            }
            self.take_while(|octet| !matches!(octet, b'\r' | b'\n'));
        }
        let first = self.peek()?;
        match first {
            b'(' => {
                self.advance();
                Some(Token::String(self.string()))
            }
            b'<' => {
                self.advance();
                if self.peek() == Some(b'<') {
                    self.advance();
                    return Some(Token::Operator(b"<<".to_vec()));
                }
                Some(Token::String(self.hex()))
            }
            b'/' => {
                self.advance();
                Some(Token::Name(self.take_while(is_regular).to_vec()))
            }
            b'>' | b'[' | b']' | b'{' | b'}' | b')' => {
                self.advance();
                Some(Token::Operator(vec![first]))
            }
            _ => {
                let text = self.take_while(is_regular);
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
                match number.filter(|number| number.is_finite()) {
                    Some(number) if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.') => {
                        Some(Token::Number(number))
                    }
                    _ => Some(Token::Operator(text.to_vec())),
                }
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        match self.token()? {
            Token::Operator(text) if text == b"[" => Some(Token::Array(self.array())),
            other => Some(other),
        }
    }
}

const fn is_white(octet: u8) -> bool {
    matches!(octet, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

const fn is_regular(octet: u8) -> bool {
    !is_white(octet) && !matches!(octet, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_and_operators() {
        let tokens: Vec<Token> = Tokens::new(b"/F1 12 Tf [(a\\051) -3 <4142>] TJ % end\nq").collect();
        assert_eq!(
            tokens,
            vec![
                Token::Name(b"F1".to_vec()),
                Token::Number(12.0),
                Token::Operator(b"Tf".to_vec()),
                Token::Array(vec![
                    Token::String(b"a)".to_vec()),
                    Token::Number(-3.0),
                    Token::String(b"AB".to_vec())
                ]),
                Token::Operator(b"TJ".to_vec()),
                Token::Operator(b"q".to_vec()),
            ]
        );
    }

    #[test]
    fn damaged_streams_end() {
        for text in [&b"(((("[..], b"[[[", b"<41", b"<<", b"\\", b"]"] {
            assert!(Tokens::new(text).count() < 10);
        }
    }
}
