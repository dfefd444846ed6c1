//! The tokens of an expression (XPath 1.0 §3.7).

use super::XPathError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `( ) [ ] . .. @ , :: / // |` and so on, as written.
    Mark(&'static str),
    /// An operator: `and or mod div * + - = != < <= > >=`.
    Operator(&'static str),
    Literal(String),
    Number(f64),
    /// `NCName`, `prefix:NCName`, `prefix:*` or `*`.
    Name {
        prefix: Option<String>,
        local: String,
    },
}

/// A token and where it begins.
pub(super) type Placed = (Token, usize);

/// All tokens of an expression.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, XPathError> {
    let mut found: Vec<Placed> = Vec::new();
    let mut at = 0_usize;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        at = at.saturating_add(rest.len().saturating_sub(trimmed.len()));
        let Some(first) = trimmed.chars().next() else { return Ok(found) };
        let (token, length) = if let Some(mark) = mark(trimmed) {
            (Token::Mark(mark), mark.len())
        } else if matches!(first, '"' | '\'') {
            let inner = trimmed.get(1..).unwrap_or_default();
            let end = inner.find(first).ok_or(XPathError::Syntax { offset: at })?;
            (Token::Literal(inner.get(..end).unwrap_or_default().to_owned()), end.saturating_add(2))
        } else if first.is_ascii_digit() || first == '.' {
            number(trimmed).ok_or(XPathError::Syntax { offset: at })?
        } else if first == '$' {
            return Err(XPathError::Unsupported { what: "a variable".to_owned() });
        } else if let Some(operator) = operator(trimmed, follows_operand(&found)) {
            (Token::Operator(operator), operator.len())
        } else {
            name(trimmed).ok_or(XPathError::Syntax { offset: at })?
        };
        found.push((token, at));
        at = at.saturating_add(length);
    }
}

fn mark(text: &str) -> Option<&'static str> {
    if text.starts_with('.') && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    ["(", ")", "[", "]", "..", ".", "@", ",", "::", "//", "/", "|"].into_iter().find(|mark| text.starts_with(mark))
}

/// Whether what comes next can be an operator: something stands before it, and no operator or opening mark (§3.7).
fn follows_operand(found: &[Placed]) -> bool {
    match found.last() {
        None | Some((Token::Operator(_), _)) => false,
        Some((Token::Mark(mark), _)) => matches!(*mark, ")" | "]" | "." | ".."),
        Some(_) => true,
    }
}

fn operator(text: &str, after_operand: bool) -> Option<&'static str> {
    let symbols = ["!=", "<=", ">=", "=", "<", ">", "+", "-"];
    if let Some(symbol) = symbols.into_iter().find(|symbol| text.starts_with(symbol)) {
        return Some(symbol);
    }
    if !after_operand {
        return None;
    }
    if text.starts_with('*') {
        return Some("*");
    }
    let (word, _) = name(text)?;
    match word {
        Token::Name { prefix: None, local } => {
            ["and", "or", "mod", "div"].into_iter().find(|operator| *operator == local)
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<(Token, usize)> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let value = text.get(..length)?.parse().ok()?;
    Some((Token::Number(value), length))
}

/// `NameTest`, or a name of a function or an axis.
fn name(text: &str) -> Option<(Token, usize)> {
    if text.starts_with('*') {
        return Some((Token::Name { prefix: None, local: "*".to_owned() }, 1));
    }
    let first = ncname(text)?;
    let rest = text.get(first.len()..).unwrap_or_default();
    if let Some(after) = rest.strip_prefix(':').filter(|after| !after.starts_with(':')) {
        let local = if after.starts_with('*') { "*" } else { ncname(after)? };
        let length = first.len().saturating_add(1).saturating_add(local.len());
        return Some((Token::Name { prefix: Some(first.to_owned()), local: local.to_owned() }, length));
    }
    Some((Token::Name { prefix: None, local: first.to_owned() }, first.len()))
}

fn ncname(text: &str) -> Option<&str> {
    let mut end = 0_usize;
    for (at, character) in text.char_indices() {
        let after = at.saturating_add(character.len_utf8());
        if !crate::syntax::xml::chars::is_ncname(text.get(..after).unwrap_or_default()) {
            break;
        }
        end = after;
        if end > 256 {
            return None;
        }
    }
    text.get(..end).filter(|name| !name.is_empty())
}
