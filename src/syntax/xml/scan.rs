//! The look over a document: its size and characters, its tokens, no document type, no entities, every limit. Needs no
//! memory but the attributes of one tag. What is counted here the tree counts as well, so that it need not be looked over
//! before.

use super::chars::first_illegal;
use super::error::{Malformation, XmlError, malformed};
use super::reference::character;
use super::token::{RawAttribute, Token, Tokens};
use crate::limits::{Budget, Limit, LimitExceeded, Limits};

/// How many bytes of text cost a unit of work: a kilobyte takes about a microsecond.
const BYTES_PER_UNIT: usize = 1 << 10;

/// Looks over the text of a document.
///
/// # Errors
/// [`XmlError`] for the first thing that is malformed, forbidden, or over a limit.
pub fn scan(text: &str, budget: &mut Budget) -> Result<(), XmlError> {
    first_look(text, budget)?;
    tokens(text, budget)
}

/// What is looked at before the tokens: the size, and the characters.
pub(super) fn first_look(text: &str, budget: &mut Budget) -> Result<(), XmlError> {
    let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
    if size > budget.limits().file_bytes.min(u64::from(u32::MAX)) {
        return Err(exceeded(Limit::FileBytes, budget.limits().file_bytes));
    }
    budget.spend(u64::try_from(text.len().div_ceil(BYTES_PER_UNIT)).unwrap_or(u64::MAX))?;
    match first_illegal(text) {
        Some(at) => Err(malformed(Malformation::Character, at)),
        None => Ok(()),
    }
}

/// Looks over the tokens.
pub(super) fn tokens(text: &str, budget: &mut Budget) -> Result<(), XmlError> {
    let mut tokens = Tokens::new(text)?;
    let mut count = Counted::default();
    loop {
        let at = tokens.offset();
        let Some(token) = tokens.next()? else { break };
        let attributes = tokens.attributes();
        match token {
            Token::Start { .. } => {
                Counted::attributes(attributes, budget.limits())?;
                attributes.iter().try_for_each(|one| count.references(one.value, one.offset))?;
            }
            Token::Text(raw) => count.references(raw, at)?,
            _ => {}
        }
        count.token(token, attributes, budget.limits())?;
        count.within(budget.limits())?;
    }
    count.pay(budget)?;
    Ok(())
}

/// What there is of everything that has a limit.
#[derive(Debug, Default)]
pub(super) struct Counted {
    nodes: u64,
    namespaces: u64,
    references: u64,
    depth: u64,
}

impl Counted {
    /// Counts a token, its references apart. `attributes` are those of a start tag.
    pub(super) fn token(
        &mut self,
        token: Token<'_>,
        attributes: &[RawAttribute<'_>],
        limits: &Limits,
    ) -> Result<(), XmlError> {
        self.nodes = self.nodes.saturating_add(1);
        match token {
            Token::Start { empty, .. } => {
                let number = Self::attributes(attributes, limits)?;
                self.nodes = self.nodes.saturating_add(number);
                let declared = attributes.iter().filter(|one| one.declares);
                let declared = u64::try_from(declared.count()).unwrap_or(u64::MAX);
                self.namespaces = self.namespaces.saturating_add(declared);
                within(self.namespaces, u64::from(limits.xml_namespaces), Limit::XmlNamespaces)?;
                within(self.depth.saturating_add(1), u64::from(limits.xml_depth), Limit::XmlDepth)?;
                self.depth = self.depth.saturating_add(u64::from(!empty));
            }
            Token::End { .. } => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }

    /// How many attributes there are.
    fn attributes(attributes: &[RawAttribute<'_>], limits: &Limits) -> Result<u64, XmlError> {
        let number = u64::try_from(attributes.len()).unwrap_or(u64::MAX);
        within(number, u64::from(limits.xml_attributes), Limit::XmlAttributes)?;
        Ok(number)
    }

    /// Counts references that were looked at elsewhere.
    pub(super) const fn add_references(&mut self, number: u64) {
        self.references = self.references.saturating_add(number);
    }

    /// Counts the references of `raw` and checks each.
    fn references(&mut self, raw: &str, offset: usize) -> Result<(), XmlError> {
        for at in memchr::memchr_iter(b'&', raw.as_bytes()) {
            self.references = self.references.saturating_add(1);
            let here = offset.saturating_add(at);
            let after = raw.get(at.saturating_add(1)..).unwrap_or_default();
            let end = memchr::memchr(b';', after.as_bytes().get(..after.len().min(64)).unwrap_or_default());
            let name = end.and_then(|end| after.get(..end)).ok_or(malformed(Malformation::Reference, here))?;
            character(name, here)?;
        }
        Ok(())
    }

    /// Whether there are not too many references and nodes.
    pub(super) fn within(&self, limits: &Limits) -> Result<(), XmlError> {
        within(self.references, limits.xml_references, Limit::XmlReferences)?;
        within(self.nodes, limits.xml_nodes, Limit::XmlNodes)
    }

    /// What a tree of all that costs.
    pub(super) fn pay(&self, budget: &mut Budget) -> Result<(), LimitExceeded> {
        budget.spend(self.nodes.div_ceil(16))
    }
}

fn within(number: u64, most: u64, limit: Limit) -> Result<(), XmlError> {
    if number > most { Err(exceeded(limit, most)) } else { Ok(()) }
}

const fn exceeded(limit: Limit, maximum: u64) -> XmlError {
    XmlError::Limit(LimitExceeded { limit, maximum })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::syntax::xml::error::Forbidden;

    fn scanned(text: &str) -> Result<(), XmlError> {
        scan(text, &mut Budget::new(&Limits::DEFAULT))
    }

    #[test]
    fn what_is_built_to_waste_time_ends_at_a_named_limit() {
        let deep = "<a>".repeat(200_000);
        let wide = format!("<a{}/>", (0..50_000).map(|n| format!(" a{n}='1'")).collect::<String>());
        let named = format!("<a{}/>", (0..50_000).map(|n| format!(" xmlns:a{n}='urn:{n}'")).collect::<String>());
        for (text, limit) in [(deep, Limit::XmlDepth), (wide, Limit::XmlAttributes), (named, Limit::XmlAttributes)]
        {
            match scanned(&text).unwrap_err() {
                XmlError::Limit(found) => assert_eq!(found.limit, limit),
                other => panic!("{other}"),
            }
        }
        let mut few = Limits::DEFAULT.clone();
        few.xml_nodes = 3;
        few.xml_references = 2;
        few.xml_namespaces = 1;
        for (text, limit) in [
            ("<a><b/><c/><d/></a>", Limit::XmlNodes),
            ("<a>&#65;&amp;&lt;</a>", Limit::XmlReferences),
            ("<a xmlns='u:a'><b xmlns='u:b'/></a>", Limit::XmlNamespaces),
        ] {
            match scan(text, &mut Budget::new(&few)).unwrap_err() {
                XmlError::Limit(found) => assert_eq!(found.limit, limit, "{text}"),
                other => panic!("{text}: {other}"),
            }
        }
    }

    #[test]
    fn entities_and_document_types_are_refused() {
        let at = |what, offset| XmlError::Forbidden { what, offset };
        assert_eq!(scanned("<!DOCTYPE a []><a/>").unwrap_err(), at(Forbidden::DocumentType, 0));
        assert_eq!(scanned("<a>&b;</a>").unwrap_err(), at(Forbidden::Entity, 3));
        assert_eq!(scanned("<a b='&c;'/>").unwrap_err(), at(Forbidden::Entity, 6));
        scanned("<a>&#10;<![CDATA[&b;]]></a>").unwrap();
    }
}
