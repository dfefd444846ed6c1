//! The text as tags, character data, comments and processing instructions (XML 1.0 §2.4 to §2.8, §3.1), strictly.
//!
//! Checked here: the form of every token. Not here: that tags are balanced and stand where they may, what prefixes
//! mean, and what references stand for, which the tree sees to.

use super::chars::{ascii_qname, begin_with, ends_name, is_ncname, is_space, qname};
use super::error::{Forbidden, Malformation, XmlError, forbidden, malformed};
use super::names::Seen;

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
    /// Where the name is remembered.
    pub(super) place: usize,
    /// Whether it declares a namespace.
    pub(super) declares: bool,
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
    plain: bool,
    seen: Seen<'t>,
    /// Where the name of the start tag that was read last is remembered.
    place: usize,
    /// Where the first carriage return is that does not stand before this place, as far as it was looked for.
    carriage_return: usize,
}

impl<'t> Tokens<'t> {
    /// Reads a document: its declaration is passed over.
    pub(super) fn new(text: &'t str) -> Result<Self, XmlError> {
        let mut tokens = Self {
            text,
            at: 0,
            attributes: Vec::new(),
            exact: false,
            plain: false,
            seen: Seen::new(),
            place: 0,
            carriage_return: carriage_return(text, 0),
        };
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

    /// The name of the start tag that was read last: where it is remembered, with its attributes and all that is.
    pub(super) const fn tag(&mut self) -> (usize, &[RawAttribute<'t>], &mut Seen<'t>) {
        (self.place, self.attributes.as_slice(), &mut self.seen)
    }

    /// Whether the characters that were read last mean themselves.
    pub(super) const fn plain(&self) -> bool {
        self.plain
    }

    /// Passes the end tag of an element, where it stands here as canonical form writes it.
    pub(super) fn pass_end(&mut self, name: &str) -> bool {
        let Some([b'<', b'/', rest @ ..]) = self.text.as_bytes().get(self.at..) else { return false };
        let passed = rest.get(name.len()) == Some(&b'>') && begin_with(rest, name.as_bytes());
        if passed {
            self.skip(name.len().saturating_add(3));
        }
        passed
    }

    /// Whether the token that was read last is written as canonical form writes it, as far as can be said of it alone:
    /// of a start tag that one space stands before each attribute and none elsewhere, that double quotes are used, that
    /// every value means itself, and that it does not end the element; of an end tag that no white space is in it; of
    /// characters that there is no `>` (of references and carriage returns [`Self::plain`] knows).
    pub(super) const fn exact(&self) -> bool {
        self.exact
    }

    /// The next token; none at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Token<'t>>, XmlError> {
        let rest = self.rest();
        match rest.as_bytes() {
            [] => return Ok(None),
            [b'<', b'/', ..] => self.end_tag(rest),
            [b'<', b'?', ..] => self.instruction(rest),
            [b'<', b'!', ..] => self.declared(rest),
            [b'<', ..] => self.start_tag(),
            _ => self.characters(rest),
        }
        .map(Some)
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
        (self.exact, self.plain) = (true, true);
        let mut length = bytes.len();
        for at in memchr::memchr3_iter(b'<', b'>', b'&', bytes) {
            match bytes.get(at) {
                Some(b'<') => {
                    length = at;
                    break;
                }
                Some(b'&') => self.plain = false,
                _ => {
                    self.exact = false;
                    if bytes.get(..at).is_some_and(|before| before.ends_with(b"]]")) {
                        return Err(malformed(
                            Malformation::CdataEnd,
                            self.at.saturating_add(at).saturating_sub(2),
                        ));
                    }
                }
            }
        }
        if self.carriage_return < self.at {
            self.carriage_return = carriage_return(self.text, self.at);
        }
        self.skip(length);
        self.plain &= self.carriage_return >= self.at;
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
    fn start_tag(&mut self) -> Result<Token<'t>, XmlError> {
        self.attributes.clear();
        self.exact = true;
        let name = self.name(self.at.saturating_add(1))?;
        self.place = self.seen.last();
        self.skip(name.len().saturating_add(1));
        loop {
            let spaced = self.space();
            match self.byte() {
                Some(b'>') => {
                    self.exact &= spaced == 0;
                    self.skip(1);
                    return Ok(Token::Start { name, empty: false });
                }
                Some(b'/') if self.byte_after() == Some(b'>') => {
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
        let name = self.name(self.at)?;
        let place = self.seen.last();
        self.skip(name.len());
        let quote = self.quote()?;
        let offset = self.at;
        let rest = self.rest();
        let mut plain = true;
        let mut length = None;
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                // Most bytes are, and this says it at once.
                b'A'.. => {}
                b'"' | b'\'' if byte == quote => {
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
        self.exact &= plain;
        let declares = declared_prefix(name).is_some();
        self.attributes.push(RawAttribute { name, place, declares, value, offset, plain });
        Ok(())
    }

    /// Passes `=` and the quote that opens a value, which it gives.
    fn quote(&mut self) -> Result<u8, XmlError> {
        if let Some([b'=', b'"', ..]) = self.text.as_bytes().get(self.at..) {
            self.skip(2);
            return Ok(b'"');
        }
        self.exact = false;
        self.space();
        if self.byte() != Some(b'=') {
            return self.wrong(Malformation::Attribute);
        }
        self.skip(1);
        self.space();
        match self.byte() {
            Some(quote @ (b'"' | b'\'')) => {
                self.skip(1);
                Ok(quote)
            }
            _ => self.wrong(Malformation::Attribute),
        }
    }

    /// What is wrong with a value that has `<` at `at`: it may have no end either.
    fn open_value(&self, quote: u8, at: usize) -> XmlError {
        match memchr::memchr(quote, self.rest().as_bytes()) {
            Some(_) => malformed(Malformation::Attribute, at),
            None => malformed(Malformation::Truncated, self.text.len()),
        }
    }

    /// The name at a place, which is here or one byte further on.
    fn name(&mut self, place: usize) -> Result<&'t str, XmlError> {
        let bytes = self.text.as_bytes().get(place..).unwrap_or_default();
        if let Some(name) = self.seen.expected(bytes) {
            return Ok(name);
        }
        let rest = self.text.get(place..).unwrap_or_default();
        let name = match ascii_qname(bytes) {
            Some(length) => rest.get(..length).unwrap_or_default(),
            None => Some(tag_name(rest)).filter(|name| qname(name).is_some()).unwrap_or_default(),
        };
        if name.is_empty() { self.wrong(Malformation::Name) } else { Ok(self.seen.put(name)) }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn byte_after(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at.saturating_add(1)).copied()
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
    let end = rest.bytes().position(ends_name);
    end.map_or(rest, |end| rest.get(..end).unwrap_or_default())
}

/// The prefix that an attribute declares; none where it declares none.
pub(super) fn declared_prefix(name: &str) -> Option<&str> {
    match name.as_bytes() {
        b"xmlns" => Some(""),
        [b'x', b'm', b'l', b'n', b's', b':', ..] => name.get(6..),
        _ => None,
    }
}

/// The place of the next carriage return; behind the text where there is none.
fn carriage_return(text: &str, from: usize) -> usize {
    let found = memchr::memchr(b'\r', text.as_bytes().get(from..).unwrap_or_default());
    found.map_or(usize::MAX, |at| from.saturating_add(at))
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
