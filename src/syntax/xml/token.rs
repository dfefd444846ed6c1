//! The text as tags, character data, comments and processing instructions (XML 1.0 §2.4 to §2.8, §3.1), strictly.
//!
//! Checked here: the form of every token. Not here: that tags are balanced and stand where they may, what prefixes
//! mean, and what references stand for, which the tree sees to.

use super::chars::{ascii_qname, is_ncname, is_space, qname};
use super::error::{Forbidden, Malformation, XmlError, forbidden, malformed};

/// One piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A start tag, or with `empty` an element that ends with it. Its attributes are with the tokens.
    Start { name: &'t str, empty: bool },
    /// An end tag.
    End { name: &'t str },
    /// Character data with its references, up to the next markup.
    Text(&'t str),
    /// What stands in a CDATA section.
    Cdata(&'t str),
    /// What stands in a comment.
    Comment(&'t str),
    /// A processing instruction; `data` begins after the white space.
    Instruction { target: &'t str, data: &'t str },
}

/// An attribute as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawAttribute<'t> {
    pub(super) name: &'t str,
    /// Between the quotes.
    pub(super) value: &'t str,
    /// Where the value begins.
    pub(super) offset: usize,
    /// Whether the value means itself: no reference, no white space but spaces.
    pub(super) plain: bool,
}

/// Reads tokens one after the other.
#[derive(Debug)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    attributes: Vec<RawAttribute<'t>>,
    exact: bool,
}

impl<'t> Tokens<'t> {
    /// Reads a document: its declaration is passed over.
    pub(super) fn new(text: &'t str) -> Result<Self, XmlError> {
        let mut tokens = Self { text, at: 0, attributes: Vec::new(), exact: false };
        if text.strip_prefix("<?xml").is_some_and(|rest| rest.bytes().next().is_some_and(is_space)) {
            tokens.declaration()?;
        }
        Ok(tokens)
    }

    /// Where the next token begins.
    pub(super) const fn offset(&self) -> usize {
        self.at
    }

    /// The attributes of the start tag that was read last.
    pub(super) fn attributes(&self) -> &[RawAttribute<'t>] {
        &self.attributes
    }

    /// Whether the token that was read last is written as canonical form writes it, as far as can be said of it alone:
    /// of a start tag that one space stands before each attribute and none elsewhere, that double quotes are used, that
    /// every value means itself, and that it does not end the element; of an end tag that no white space is in it; of
    /// characters that there is no `>` (and no reference or carriage return, which is not looked at here).
    pub(super) const fn exact(&self) -> bool {
        self.exact
    }

    /// The next token; none at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Token<'t>>, XmlError> {
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else { return Ok(None) };
        if first != b'<' {
            return self.characters(rest).map(Some);
        }
        let token = match rest.as_bytes().get(1) {
            Some(b'/') => self.end_tag(rest)?,
            Some(b'?') => self.instruction(rest)?,
            Some(b'!') => self.declared(rest)?,
            _ => self.start_tag(rest)?,
        };
        Ok(Some(token))
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong<T>(&self, what: Malformation) -> Result<T, XmlError> {
        Err(malformed(what, self.at))
    }

    fn skip(&mut self, length: usize) {
        self.at = self.at.saturating_add(length);
    }

    /// What stands before `end`; both are passed.
    fn until(&mut self, end: &str) -> Result<&'t str, XmlError> {
        let rest = self.rest();
        let Some(length) = memchr::memmem::find(rest.as_bytes(), end.as_bytes()) else {
            return Err(malformed(Malformation::Truncated, self.text.len()));
        };
        self.skip(length.saturating_add(end.len()));
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// §2.4.
    fn characters(&mut self, rest: &'t str) -> Result<Token<'t>, XmlError> {
        let bytes = rest.as_bytes();
        self.exact = true;
        let mut length = bytes.len();
        for at in memchr::memchr2_iter(b'<', b'>', bytes) {
            if bytes.get(at) == Some(&b'<') {
                length = at;
                break;
            }
            self.exact = false;
            if bytes.get(..at).is_some_and(|before| before.ends_with(b"]]")) {
                return Err(malformed(Malformation::CdataEnd, self.at.saturating_add(at).saturating_sub(2)));
            }
        }
        self.skip(length);
        Ok(Token::Text(rest.get(..length).unwrap_or_default()))
    }

    /// §3.1.
    fn end_tag(&mut self, rest: &'t str) -> Result<Token<'t>, XmlError> {
        let Some(length) = memchr::memchr(b'>', rest.as_bytes()) else {
            return Err(malformed(Malformation::Truncated, self.text.len()));
        };
        let mut name = rest.get(2..length).unwrap_or_default();
        self.exact = !name.bytes().next_back().is_some_and(is_space);
        if !self.exact {
            name = name.trim_end_matches([' ', '\t', '\r', '\n']);
        }
        self.skip(length.saturating_add(1));
        Ok(Token::End { name })
    }

    /// §2.6.
    fn instruction(&mut self, rest: &'t str) -> Result<Token<'t>, XmlError> {
        let start = self.at;
        self.skip(2);
        let content = self.until("?>")?;
        let (target, data) = content.split_once([' ', '\t', '\r', '\n']).unwrap_or((content, ""));
        if target.eq_ignore_ascii_case("xml") {
            let what = if rest.starts_with("<?xml") {
                Malformation::Declaration
            } else {
                Malformation::ProcessingInstruction
            };
            return Err(malformed(what, start));
        }
        if !is_ncname(target) {
            return Err(malformed(Malformation::ProcessingInstruction, start));
        }
        Ok(Token::Instruction { target, data: data.trim_start_matches([' ', '\t', '\r', '\n']) })
    }

    /// Comments (§2.5), CDATA sections (§2.7); all else that begins like this belongs to a document type.
    fn declared(&mut self, rest: &'t str) -> Result<Token<'t>, XmlError> {
        let start = self.at;
        if rest.starts_with("<!--") {
            self.skip(4);
            let content = self.until("--")?;
            if !self.rest().starts_with('>') {
                return Err(malformed(Malformation::Comment, self.at));
            }
            self.skip(1);
            return Ok(Token::Comment(content));
        }
        if rest.starts_with("<![CDATA[") {
            self.skip(9);
            return self.until("]]>").map(Token::Cdata);
        }
        if rest.starts_with("<!DOCTYPE") {
            return Err(forbidden(Forbidden::DocumentType, start));
        }
        self.wrong(Malformation::Tag)
    }

    /// §3.1.
    fn start_tag(&mut self, rest: &'t str) -> Result<Token<'t>, XmlError> {
        self.attributes.clear();
        self.exact = true;
        let name = self.name(rest.get(1..).unwrap_or_default())?;
        self.skip(name.len().saturating_add(1));
        loop {
            let spaced = self.space();
            match self.byte() {
                Some(b'>') => {
                    self.exact &= spaced == 0;
                    self.skip(1);
                    return Ok(Token::Start { name, empty: false });
                }
                Some(b'/') if self.rest().starts_with("/>") => {
                    self.exact = false;
                    self.skip(2);
                    return Ok(Token::Start { name, empty: true });
                }
                None => return self.wrong(Malformation::Truncated),
                Some(_) if spaced == 0 => return self.wrong(Malformation::Tag),
                Some(_) => {
                    let before = self.at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
                    self.exact &= spaced == 1 && before == Some(&b' ');
                    self.attribute()?;
                }
            }
        }
    }

    fn attribute(&mut self) -> Result<(), XmlError> {
        let name = self.name(self.rest())?;
        self.skip(name.len());
        let mut spaces = self.space();
        if self.byte() != Some(b'=') {
            return self.wrong(Malformation::Attribute);
        }
        self.skip(1);
        spaces = spaces.saturating_add(self.space());
        let quote = match self.byte() {
            Some(quote @ (b'"' | b'\'')) => quote,
            _ => return self.wrong(Malformation::Attribute),
        };
        self.skip(1);
        let offset = self.at;
        let rest = self.rest();
        let mut plain = true;
        let mut length = None;
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                _ if byte == quote => {
                    length = Some(at);
                    break;
                }
                b'<' => return Err(self.open_value(quote, offset.saturating_add(at))),
                b'&' | b'\r' | b'\n' | b'\t' => plain = false,
                _ => {}
            }
        }
        let Some(length) = length else { return Err(malformed(Malformation::Truncated, self.text.len())) };
        let value = rest.get(..length).unwrap_or_default();
        self.skip(length.saturating_add(1));
        self.exact &= plain && spaces == 0 && quote == b'"';
        self.attributes.push(RawAttribute { name, value, offset, plain });
        Ok(())
    }

    /// What is wrong with a value that has `<` at `at`: it may have no end either.
    fn open_value(&self, quote: u8, at: usize) -> XmlError {
        match memchr::memchr(quote, self.rest().as_bytes()) {
            Some(_) => malformed(Malformation::Attribute, at),
            None => malformed(Malformation::Truncated, self.text.len()),
        }
    }

    /// The name at the start of `rest`, which begins here or one byte further on.
    fn name(&self, rest: &'t str) -> Result<&'t str, XmlError> {
        if let Some(length) = ascii_qname(rest.as_bytes()) {
            return Ok(rest.get(..length).unwrap_or_default());
        }
        let name = tag_name(rest);
        if qname(name).is_none() { self.wrong(Malformation::Name) } else { Ok(name) }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes white space; how much there was.
    fn space(&mut self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_space(**byte)).count();
        self.skip(length);
        length
    }

    /// §2.8: `version`, then `encoding`, then `standalone`.
    fn declaration(&mut self) -> Result<(), XmlError> {
        self.skip(5);
        let content = self.until("?>")?;
        let good = pseudo_attributes(content).is_some_and(|found| {
            let mut rest = found.as_slice();
            let version = matches!(rest.first(), Some(("version", value)) if is_version(value));
            rest = rest.get(1..).unwrap_or_default();
            if let [("encoding", value), after @ ..] = rest {
                let mut bytes = value.bytes();
                if !bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
                    || !bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
                {
                    return false;
                }
                rest = after;
            }
            if let [("standalone", "yes" | "no"), after @ ..] = rest {
                rest = after;
            }
            version && rest.is_empty()
        });
        if good { Ok(()) } else { Err(malformed(Malformation::Declaration, 0)) }
    }
}

/// Up to what ends a name in a tag.
fn tag_name(rest: &str) -> &str {
    let end =
        rest.bytes().position(|byte| is_space(byte) || matches!(byte, b'>' | b'/' | b'=' | b'"' | b'\'' | b'<'));
    end.map_or(rest, |end| rest.get(..end).unwrap_or_default())
}

/// `1.` and digits (§2.8 of the fifth edition).
fn is_version(value: &str) -> bool {
    value
        .strip_prefix("1.")
        .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The names and values of an XML declaration, in order.
fn pseudo_attributes(content: &str) -> Option<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    let mut rest = content;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if trimmed.is_empty() {
            return Some(found);
        }
        if trimmed.len() == rest.len() {
            return None;
        }
        let (name, after) = trimmed.split_once('=')?;
        let after = after.trim_start_matches([' ', '\t', '\r', '\n']);
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        found.push((name.trim_end_matches([' ', '\t', '\r', '\n']), value));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<Token<'_>>, XmlError> {
        let mut tokens = Tokens::new(text)?;
        let mut found = Vec::new();
        while let Some(token) = tokens.next()? {
            found.push(token);
        }
        Ok(found)
    }

    #[test]
    fn a_document_comes_apart() {
        let found = all("<?xml version='1.0' encoding=\"UTF-8\" standalone='yes'?>\n<a b = 'c'><!-- d --><?e  f g?>h<![CDATA[<i>]]></a\n>").unwrap();
        assert_eq!(
            found,
            [
                Token::Text("\n"),
                Token::Start { name: "a", empty: false },
                Token::Comment(" d "),
                Token::Instruction { target: "e", data: "f g" },
                Token::Text("h"),
                Token::Cdata("<i>"),
                Token::End { name: "a" },
            ]
        );
    }

    #[test]
    fn what_is_malformed_is_named() {
        for (text, what) in [
            ("<a b>", Malformation::Attribute),
            ("<a b=c>", Malformation::Attribute),
            ("<a b='<'>", Malformation::Attribute),
            ("<a b='c'd='e'>", Malformation::Tag),
            ("<a b:c:d='e'>", Malformation::Name),
            ("< a>", Malformation::Name),
            ("<a", Malformation::Truncated),
            ("<a b='c", Malformation::Truncated),
            ("</a", Malformation::Truncated),
            ("<!-- a", Malformation::Truncated),
            ("<!-- a -- b -->", Malformation::Comment),
            ("<!-- a --->", Malformation::Comment),
            ("<!ELEMENT a>", Malformation::Tag),
            ("a]]>b", Malformation::CdataEnd),
            ("<?1?>", Malformation::ProcessingInstruction),
            ("<?XML a?>", Malformation::ProcessingInstruction),
            (" <?xml version='1.0'?>", Malformation::Declaration),
            ("<?xml version='1.0' standalone='maybe'?>", Malformation::Declaration),
            ("<?xml encoding='UTF-8'?>", Malformation::Declaration),
            ("<?xml version='1.0'encoding='UTF-8'?>", Malformation::Declaration),
            ("<?xml version='2.0'?>", Malformation::Declaration),
            ("<?xml version='1.0' encoding='-'?>", Malformation::Declaration),
        ] {
            match all(text).unwrap_err() {
                XmlError::Malformed { what: found, .. } => assert_eq!(found, what, "{text}"),
                other => panic!("{text}: {other}"),
            }
        }
        assert_eq!(all("<!DOCTYPE a>").unwrap_err(), forbidden(Forbidden::DocumentType, 0));
    }
}
