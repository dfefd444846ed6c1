//! Values and indirect objects (ISO 32000-2 §7.3), tolerant: what is no value is skipped with a finding.
//!
//! It reads what stands at a place; it follows no reference and decrypts nothing. Depth and number of the values
//! of one object are limited.

use std::sync::Arc;

use super::Dict;
use super::Name;
use super::Number;
use super::Object;
use super::ObjectId;
use super::PdfString;
use super::Span;
use super::Value;
use super::finding::FindingCode;
use super::finding::Findings;
use super::lexer;
use super::lexer::Lexeme;
use super::lexer::Lexer;
use super::lexer::Token;
use crate::limits::Limit;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::to_u64;

/// Values in one object. The largest real arrays (page kids, glyph widths) have some ten thousand; a million
/// needs about 100 MB of memory.
const MOST_VALUES: u32 = 1_000_000;

/// Nesting that the stack bears, whatever the limits say.
const DEEPEST: u32 = 200;

/// Entries of the dictionaries that are open at once in most objects.
const USUAL_ENTRIES: usize = 11;

/// Why nothing could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParseError {
    /// Nested deeper than allowed.
    TooDeep(LimitExceeded),
    /// More than [`MOST_VALUES`].
    TooManyValues,
}

/// The head of an indirect object: `12 0 obj`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) id: ObjectId,
    /// Where the object number stands.
    pub(super) start: usize,
    /// Just behind `obj`.
    pub(super) body: usize,
}

/// Reads the head of an indirect object that stands at `position` or behind white space there.
pub(super) fn head(bytes: &[u8], position: usize) -> Option<Head> {
    if let Some((number, generation, body)) = lexer::plain_head(bytes, position) {
        return Some(Head { id: ObjectId { number, generation }, start: position, body });
    }
    head_by_tokens(bytes, position)
}

fn head_by_tokens(bytes: &[u8], position: usize) -> Option<Head> {
    let mut lexer = Lexer::near(bytes, position);
    let first = lexer.next_token();
    let Token::Number(number) = first.token else { return None };
    let Token::Number(generation) = lexer.next_token().token else { return None };
    let keyword = lexer.next_token();
    let Token::Keyword(text) = keyword.token else { return None };
    let glued = text.strip_prefix(b"obj")?; // `obj` and a value without white space between
    let number = u32::try_from(lexer::digits(number)?).ok()?;
    let generation = u16::try_from(lexer::digits(generation)?).unwrap_or(u16::MAX);
    let body = keyword.end.saturating_sub(glued.len());
    Some(Head { id: ObjectId { number, generation }, start: first.start, body })
}

/// Reads values from one place on.
pub(super) struct Parser<'a, 'f> {
    lexer: Lexer<'a>,
    object: Option<ObjectId>,
    in_file: bool,
    nesting: u32,
    values_left: u32,
    findings: &'f mut Findings,
    /// The elements of the arrays that are open, those of the innermost last.
    elements: Vec<Object>,
    /// The entries of the dictionaries that are open.
    entries: Vec<(Name, Object)>,
}

impl<'a, 'f> Parser<'a, 'f> {
    /// A parser over the file, from `position` on. Findings name `object`.
    pub(super) fn in_file(
        bytes: &'a [u8],
        position: usize,
        object: Option<ObjectId>,
        nesting: u32,
        findings: &'f mut Findings,
    ) -> Self {
        let nesting = nesting.min(DEEPEST);
        Self {
            lexer: Lexer::new(bytes, position),
            object,
            in_file: true,
            nesting,
            values_left: MOST_VALUES,
            findings,
            elements: Vec::new(),
            entries: Vec::with_capacity(USUAL_ENTRIES),
        }
    }

    /// A parser over the bytes of one object of an object stream.
    pub(super) fn in_stream(bytes: &'a [u8], object: ObjectId, nesting: u32, findings: &'f mut Findings) -> Self {
        Self { in_file: false, ..Self::in_file(bytes, 0, Some(object), nesting, findings) }
    }

    /// The place behind what was read.
    pub(super) const fn position(&self) -> usize {
        self.lexer.position
    }

    /// The next token, not read.
    pub(super) fn peek(&self) -> Lexeme<'a> {
        self.lexer.peek()
    }

    pub(super) fn note(&mut self, code: FindingCode, offset: usize) {
        self.findings.add(code, self.in_file.then_some(offset), self.object);
    }

    /// Reads one value. Null stands for what is none.
    ///
    /// # Errors
    /// Only where a limit was reached.
    pub(super) fn value(&mut self) -> Result<Object, ParseError> {
        let lexeme = self.lexer.next_token();
        self.value_from(lexeme, self.nesting)
    }

    fn value_from(&mut self, lexeme: Lexeme<'a>, depth: u32) -> Result<Object, ParseError> {
        self.values_left = self.values_left.checked_sub(1).ok_or(ParseError::TooManyValues)?;
        let value = match lexeme.token {
            Token::Number(text) => match self.reference(text) {
                Some(id) => Value::Reference(id),
                None => Value::Number(Number::new(text)),
            },
            Token::Name(raw) => Value::Name(self.name(raw, lexeme.start)),
            Token::Literal { raw, closed } => {
                self.check_closed(closed, lexeme.start);
                Value::String(PdfString { bytes: lexer::decode_literal(raw), hex: false })
            }
            Token::Hex { raw, closed } => {
                self.check_closed(closed, lexeme.start);
                let (bytes, clean) = lexer::decode_hex(raw);
                if !clean {
                    self.note(FindingCode::MalformedString, lexeme.start);
                }
                Value::String(PdfString { bytes, hex: true })
            }
            Token::ArrayOpen => Value::Array(self.array(self.deeper(depth)?)?),
            Token::DictOpen => Value::Dict(self.dict(self.deeper(depth)?)?),
            Token::Keyword(b"true") => Value::Bool(true),
            Token::Keyword(b"false") => Value::Bool(false),
            Token::Keyword(b"null") => Value::Null,
            Token::End => {
                self.note(FindingCode::UnterminatedObject, lexeme.start);
                Value::Null
            }
            Token::Keyword(text) if ends_object(text) => {
                self.lexer.position = lexeme.start;
                self.note(FindingCode::MalformedObject, lexeme.start);
                return Ok(Object::NULL);
            }
            Token::ArrayClose | Token::DictClose | Token::Keyword(_) | Token::Stray => {
                self.note(FindingCode::MalformedObject, lexeme.start);
                Value::Null
            }
        };
        Ok(Object { value, span: self.span(lexeme.start) })
    }

    fn name(&mut self, raw: &[u8], offset: usize) -> Name {
        if !lexer::name_is_clean(raw) {
            self.note(FindingCode::MalformedString, offset);
        }
        Name::from_raw(raw)
    }

    fn deeper(&self, depth: u32) -> Result<u32, ParseError> {
        let maximum = u64::from(self.nesting);
        depth.checked_sub(1).ok_or(ParseError::TooDeep(LimitExceeded { limit: Limit::Nesting, maximum }))
    }

    fn span(&self, start: usize) -> Option<Span> {
        self.in_file.then(|| Span { start: to_u64(start), end: to_u64(self.lexer.position) })
    }

    fn check_closed(&mut self, closed: bool, offset: usize) {
        if !closed {
            self.note(FindingCode::UnterminatedObject, offset);
        }
    }

    /// The rest of `12 0 R` behind its first number.
    fn reference(&mut self, number: &[u8]) -> Option<ObjectId> {
        if number.len() > 10 || !self.lexer.peek_byte().is_some_and(lexer::is_white) {
            return None;
        }
        let number = u32::try_from(lexer::digits(number)?).ok()?;
        let mut ahead = self.lexer;
        let Token::Number(generation) = ahead.next_token().token else { return None };
        let generation = u16::try_from(lexer::digits(generation)?).ok()?;
        ahead.skip_white();
        if ahead.peek_byte() != Some(b'R') || ahead.next_token().token != Token::Keyword(b"R") {
            return None;
        }
        self.lexer = ahead;
        Some(ObjectId { number, generation })
    }

    fn array(&mut self, depth: u32) -> Result<Arc<[Object]>, ParseError> {
        let first = self.elements.len();
        loop {
            if let Some((number, generation, start)) = self.lexer.plain_reference() {
                self.values_left = self.values_left.checked_sub(1).ok_or(ParseError::TooManyValues)?;
                let value = Value::Reference(ObjectId { number, generation });
                let span = self.span(start);
                self.elements.push(Object { value, span });
                continue;
            }
            let lexeme = self.lexer.next_token();
            match lexeme.token {
                Token::ArrayClose => break,
                Token::DictClose => self.note(FindingCode::MalformedObject, lexeme.start),
                _ if self.ends_here(lexeme) => break,
                _ => {
                    let element = self.value_from(lexeme, depth)?;
                    self.elements.push(element);
                }
            }
        }
        Ok(self.elements.drain(first..).collect())
    }

    /// The entries of a dictionary behind its `<<`.
    fn dict(&mut self, depth: u32) -> Result<Dict, ParseError> {
        let first = self.entries.len();
        let start = self.lexer.position;
        loop {
            let lexeme = self.lexer.next_token();
            match lexeme.token {
                Token::DictClose => break,
                Token::Name(raw) => {
                    let key = self.name(raw, lexeme.start);
                    let next = self.lexer.next_token();
                    if next.token == Token::DictClose {
                        self.note(FindingCode::MalformedObject, next.start);
                        self.entries.push((key, Object::NULL));
                        break;
                    }
                    let value = self.value_from(next, depth)?;
                    self.entries.push((key, value));
                }
                _ if self.ends_here(lexeme) => break,
                _ => self.note(FindingCode::MalformedObject, lexeme.start),
            }
        }
        let dict: Dict = self.entries.drain(first..).collect();
        if dict.has_duplicate_keys() {
            self.note(FindingCode::DuplicateKey, start);
        }
        Ok(dict)
    }

    /// Whether an array or dictionary ends before its closing delimiter; what ends it stays unread.
    fn ends_here(&mut self, lexeme: Lexeme<'a>) -> bool {
        let ends = match lexeme.token {
            Token::End => true,
            Token::Keyword(text) => ends_object(text),
            _ => false,
        };
        if ends {
            self.lexer.position = lexeme.start;
            self.note(FindingCode::UnterminatedObject, lexeme.start);
        }
        ends
    }
}

/// Keywords that no value contains: where one stands inside an array or a dictionary, that ends.
pub(super) fn ends_object(keyword: &[u8]) -> bool {
    matches!(keyword, b"endobj" | b"stream" | b"endstream" | b"obj" | b"xref" | b"trailer" | b"startxref")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &[u8]) -> (Object, Vec<FindingCode>) {
        let mut findings = Findings::default();
        let object = Parser::in_file(text, 0, None, 100, &mut findings).value().expect("within limits");
        (object, findings.to_vec().iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn nested_values_have_exact_spans() {
        let text = b" <</Contents <41 42> /R 1 0 R/N[1 2 0 R 3 4]>>";
        let (object, findings) = parse(text);
        assert!(findings.is_empty());
        assert_eq!(object.span, Some(Span { start: 1, end: 46 }));
        let dict = object.as_dict().expect("a dictionary");
        let contents = dict.get(b"Contents").expect("there");
        assert_eq!(contents.span, Some(Span { start: 13, end: 20 }));
        assert_eq!(contents.as_string().map(|string| (&*string.bytes, string.hex)), Some((&b"AB"[..], true)));
        assert_eq!(dict.get_reference(b"R"), Some(ObjectId { number: 1, generation: 0 }));
        assert_eq!(dict.get(b"R").and_then(|object| object.span), Some(Span { start: 24, end: 29 }));
        assert_eq!(dict.get_array(b"N").map(<[Object]>::len), Some(4));
    }

    #[test]
    fn heads_are_those_that_the_tokens_make() {
        let same = |text: &[u8], position: usize| {
            let parts = |head: Option<Head>| head.map(|head| (head.id, head.start, head.body));
            let found = parts(head(text, position));
            assert_eq!(found, parts(head_by_tokens(text, position)), "{:?}", String::from_utf8_lossy(text));
            found.is_some()
        };
        for good in [
            "12 0 obj<<>>",
            "0 65535 obj",
            "4294967295 0 obj\n",
            "007 0 obj(x)",
            "1 0 objx",
            "1 0 obj%",
            "1\n0 obj",
        ] {
            assert!(same(good.as_bytes(), 0), "{good}");
            assert!(same(format!("  {good}").as_bytes(), 2), "{good}");
            assert!(same(format!("% 1 0 obj\n {good}").as_bytes(), 0), "{good}");
        }
        for odd in ["1 65536 obj", "1 00000000 obj", "1  0  obj", "+1 0 obj", "00000000001 0 obj", "1 0\tobj"] {
            same(odd.as_bytes(), 0);
        }
        for bad in
            ["", "1", "1 0 ob", "1 0obj", "10 obj", "1.0 0 obj", "4294967296 0 obj", "1 0 R", "obj", "a 0 obj"]
        {
            assert!(!same(bad.as_bytes(), 0), "{bad}");
        }
        assert!(!same(b"1 0 obj", 1) && !same(b"1 0 obj", 8) && !same(b"1 0 obj", usize::MAX));
        assert!(same(b"12 0 obj", 1));
    }

    #[test]
    fn references_in_arrays_are_those_that_the_tokens_make() {
        let plain = parse(b"[1 0 R 20 65535 R\n4294967295 0 R]");
        assert!(plain.1.is_empty());
        let elements = plain.0.as_array().expect("an array");
        let ids: Vec<_> =
            elements.iter().filter_map(Object::as_reference).map(|id| (id.number, id.generation)).collect();
        assert_eq!(ids, vec![(1, 0), (20, 65_535), (u32::MAX, 0)]);
        let spans: Vec<_> = elements.iter().filter_map(|one| one.span).map(|span| (span.start, span.end)).collect();
        assert_eq!(spans, vec![(1, 6), (7, 17), (18, 32)]);
        for (text, references, all) in [
            (&b"[1 0 R2 0 R]"[..], 0, 5),
            (b"[1  0 R 1 0  R 1 %\n0 R]", 3, 3),
            (b"[1 0 R/A 1 0 R<>1 0 R[]1 0 R]", 4, 7),
            (b"[4294967296 0 R]", 0, 3),
            (b"[1 65536 R]", 0, 3),
            (b"[00000000001 0 R]", 0, 3),
            (b"[+1 0 R 1.0 0 R]", 0, 6),
            (b"[1 000000 R]", 1, 1),
        ] {
            let (array, _) = parse(text);
            let elements = array.as_array().expect("an array");
            let found = elements.iter().filter(|one| one.as_reference().is_some()).count();
            assert_eq!((found, elements.len()), (references, all), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_value_is_told() {
        assert_eq!(parse(b"<</A/B /C>>").1, vec![FindingCode::MalformedObject]);
        assert_eq!(parse(b"<</A 1 endobj").1, vec![FindingCode::UnterminatedObject]);
        assert_eq!(parse(b"<</A 1 /A 2>>").1, vec![FindingCode::DuplicateKey]);
        assert_eq!(parse(b"[1 >> 2]").1, vec![FindingCode::MalformedObject]);
        assert_eq!(parse(b"foo").1, vec![FindingCode::MalformedObject]);
        assert_eq!(parse(b"(a").1, vec![FindingCode::UnterminatedObject]);
        assert_eq!(parse(b"<4z>").1, vec![FindingCode::MalformedString]);
        assert_eq!(parse(b"/Im#1").1, vec![FindingCode::MalformedString]);
    }

    #[test]
    fn depth_and_number_of_values_are_limited() {
        let mut findings = Findings::default();
        let deep = b"[".repeat(1_000);
        let error = Parser::in_file(&deep, 0, None, 100, &mut findings).value().map_err(|error| match error {
            ParseError::TooDeep(limit) => limit.maximum,
            ParseError::TooManyValues => 0,
        });
        assert_eq!(error.err(), Some(100));
        let mut wide = b"[".to_vec();
        wide.extend(b"0 ".repeat(1_000_001));
        let error = Parser::in_file(&wide, 0, None, 100, &mut findings).value();
        assert_eq!(error.err(), Some(ParseError::TooManyValues));
    }

    #[test]
    fn heads_of_objects() {
        assert_eq!(
            head(b"\n12 3 obj<<", 0).map(|head| (head.id.number, head.id.generation, head.start, head.body)),
            Some((12, 3, 1, 9))
        );
        assert!(head(b"12 3 R", 0).is_none());
        assert!(head(b"x 12 3 obj", 0).is_none());
    }
}
