//! Indirect objects and where a stream's data begin and end (ISO 32000-2 §7.3.8, §7.3.10).

use std::ops::Range;

use super::Object;
use super::Value;
use super::finding::FindingCode;
use super::finding::Findings;
use super::lexer;
use super::lexer::Lexer;
use super::lexer::Token;
use super::parser::Head;
use super::parser::ParseError;
use super::parser::Parser;
use crate::limits::Budget;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::to_u64;

/// An indirect object as it stands in the file: not decrypted, the stream's end not yet known.
#[derive(Clone, Debug)]
pub(super) struct Indirect {
    pub(super) value: Object,
    /// Behind the `stream` keyword, where one follows the dictionary.
    pub(super) stream: Option<usize>,
    /// Behind the value, or behind the `stream` keyword.
    pub(super) end: usize,
}

/// Reads the object behind `head`.
///
/// # Errors
/// Only where a limit was reached.
pub(super) fn read(
    bytes: &[u8],
    head: Head,
    nesting: u32,
    findings: &mut Findings,
) -> Result<Indirect, ParseError> {
    let mut parser = Parser::in_file(bytes, head.body, Some(head.id), nesting, findings);
    let value = parser.value()?;
    let after = parser.position();
    let next = parser.peek();
    match next.token {
        Token::Keyword(text) if matches!(value.value, Value::Dict(_)) && text.starts_with(b"stream") => {
            let end = next.start.saturating_add(6);
            Ok(Indirect { value, stream: Some(end), end })
        }
        Token::Keyword(b"endobj") => Ok(Indirect { value, stream: None, end: next.end }),
        _ => {
            parser.note(FindingCode::MissingEndobj, next.start);
            Ok(Indirect { value, stream: None, end: after })
        }
    }
}

/// The bytes of a stream whose keyword ends at `keyword`. `length` is what the dictionary says, and is believed
/// only where `endstream` follows.
///
/// # Errors
/// Only where the search for the end exhausts the budget.
pub(super) fn stream_range(
    bytes: &[u8],
    keyword: usize,
    length: Option<u64>,
    head: Head,
    budget: &mut Budget,
    findings: &mut Findings,
) -> Result<Range<usize>, LimitExceeded> {
    let (start, regular) = data_start(bytes, keyword);
    if !regular {
        findings.add(FindingCode::StreamKeywordEol, Some(keyword), Some(head.id));
    }
    let claimed =
        length.and_then(|length| usize::try_from(length).ok()).and_then(|length| start.checked_add(length));
    if let Some(end) = claimed
        && let Some(after) = endstream_at(bytes, end)
    {
        // One end of line belongs to the keyword; more white space is data that the length leaves out.
        if !matches!(bytes.get(end..after.saturating_sub(9)), Some(b"" | b"\n" | b"\r\n" | b"\r")) {
            findings.add(FindingCode::WrongStreamLength, Some(keyword), Some(head.id));
        }
        return Ok(start..end);
    }
    let rest = bytes.get(start..).unwrap_or_default();
    let found = memchr::memmem::find(rest, b"endstream");
    budget.spend(to_u64(found.unwrap_or(rest.len())) >> 10)?;
    findings.add(FindingCode::WrongStreamLength, Some(keyword), Some(head.id));
    let end = match found {
        Some(length) => start.saturating_add(length),
        None => {
            findings.add(FindingCode::MissingEndstream, Some(keyword), Some(head.id));
            let found = memchr::memmem::find(rest, b"endobj");
            budget.spend(to_u64(found.unwrap_or(rest.len())) >> 10)?;
            start.saturating_add(found.unwrap_or(rest.len()))
        }
    };
    Ok(start..without_eol(bytes, start, end))
}

/// White space before `endstream` that is taken for it; more than one end of line is odd.
const MOST_WHITE: usize = 1024;

/// Where `endstream` ends, if it stands at `position` or behind white space there.
pub(super) fn endstream_at(bytes: &[u8], position: usize) -> Option<usize> {
    let rest = bytes.get(position..)?;
    let white = rest.iter().take(MOST_WHITE).position(|byte| !lexer::is_white(*byte))?;
    rest.get(white..)?.starts_with(b"endstream").then(|| position.saturating_add(white).saturating_add(9))
}

/// Where the data of a stream begin whose keyword ends at `keyword`, and whether CR LF or LF is between, as it has
/// to be; other ends of line are tolerated.
pub(super) fn data_start(bytes: &[u8], keyword: usize) -> (usize, bool) {
    let rest = bytes.get(keyword..).unwrap_or_default();
    let blanks = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(0);
    let (skipped, regular) = match rest.get(blanks..).unwrap_or_default() {
        [b'\r', b'\n', ..] => (blanks.saturating_add(2), blanks == 0),
        [b'\n', ..] => (blanks.saturating_add(1), blanks == 0),
        [b'\r', ..] => (blanks.saturating_add(1), false),
        _ => (0, false),
    };
    (keyword.saturating_add(skipped), regular)
}

/// `end` without the one end of line that stands before `endstream`.
fn without_eol(bytes: &[u8], start: usize, end: usize) -> usize {
    let eol = match bytes.get(start..end).unwrap_or_default() {
        [.., b'\r', b'\n'] => 2,
        [.., b'\r' | b'\n'] => 1,
        _ => 0,
    };
    end.saturating_sub(eol)
}

/// Where the object ends whose value or stream data end at `position`: behind `endstream` and `endobj`, as far as
/// they are there.
pub(super) fn object_end(bytes: &[u8], position: usize) -> usize {
    let after = endstream_at(bytes, position).unwrap_or(position);
    let mut lexer = Lexer::near(bytes, after);
    let lexeme = lexer.next_token();
    if lexeme.token == Token::Keyword(b"endobj") { lexeme.end } else { after }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::syntax::pdf::parser;

    fn range(text: &[u8], length: Option<u64>) -> (Vec<u8>, Vec<FindingCode>) {
        let mut findings = Findings::default();
        let head = parser::head(text, 0).expect("a head");
        let object = read(text, head, 100, &mut findings).expect("within limits");
        let keyword = object.stream.expect("a stream");
        let mut budget = Budget::new(&Limits::DEFAULT);
        let range = stream_range(text, keyword, length, head, &mut budget, &mut findings).expect("within budget");
        (text[range].to_vec(), findings.to_vec().iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn the_length_is_believed_where_endstream_follows() {
        assert_eq!(range(b"1 0 obj<<>>stream\nab endstream\nendstream", Some(13)).0, b"ab endstream\n");
        assert_eq!(range(b"1 0 obj<<>>stream\r\nab\r\nendstream", Some(2)), (b"ab".to_vec(), vec![]));
    }

    #[test]
    fn a_wrong_length_is_repaired_and_told() {
        let wrong = vec![FindingCode::WrongStreamLength];
        assert_eq!(range(b"1 0 obj<<>>stream\nab\r\nendstream", Some(1)), (b"ab".to_vec(), wrong.clone()));
        assert_eq!(range(b"1 0 obj<<>>stream\nab\nendstream", Some(u64::MAX)), (b"ab".to_vec(), wrong.clone()));
        assert_eq!(range(b"1 0 obj<<>>stream\nab\nendstream", None), (b"ab".to_vec(), wrong.clone()));
        assert_eq!(range(b"1 0 obj<<>>stream\nab\n\nendstream", Some(2)), (b"ab".to_vec(), wrong));
    }

    #[test]
    fn a_missing_end_is_repaired_and_told() {
        let (data, findings) = range(b"1 0 obj<<>>stream\nab\nendobj", Some(9));
        assert_eq!(data, b"ab");
        assert!(findings.contains(&FindingCode::MissingEndstream));
        let (data, findings) = range(b"1 0 obj<<>>stream ab", Some(9));
        assert_eq!(data, b" ab");
        assert!(findings.contains(&FindingCode::StreamKeywordEol));
    }
}
