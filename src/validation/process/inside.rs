//! Time-stamps inside a signature: attributes of a CMS (EN 319 122-1 §5.2.8, §5.3, §5.5), properties of an XML signature
//! (EN 319 132-1 §5.2.8, §5.3, §5.5, annex A.1.5). Their tokens, what these have to be over, and what they cover.

use super::Case;
use super::archive::{Archived, Around, archived};
use super::facts::{Facts, token};
use super::signature::signer_info;
use super::timestamp::Given;
use super::xml_covered::{Parts, fault};
use crate::crypto::{DigestAlgorithm, digest};
use crate::document::{Examination, Signature, SignatureForm, TimestampProperty, XmlTimestamp};
use crate::limits::{Budget, LimitExceeded};
use crate::pki::{CmsError, TimestampError, TimestampToken};
use crate::validation::block::format::limit;
use crate::validation::check::{CheckId, Context};
use crate::validation::existence::Token;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;
use crate::validation::report::TimestampKind;

/// A token inside a signature.
#[derive(Debug)]
pub(super) struct Inside<'e> {
    kind: TimestampKind,
    /// CMS: whether it is an archive time-stamp of version 3.
    is_v3: bool,
    /// XML: the property that it stands in.
    xml: Option<&'e XmlTimestamp>,
    /// The token as sent.
    pub(super) value: &'e [u8],
    pub(super) token: Result<TimestampToken, Unreadable>,
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// It cannot be read.
    Token(TimestampError),
    /// Something else stands in its place: its name.
    Other(&'static str),
}

/// The tokens inside a signature: content time-stamps, then those over the signature; of a CMS signature time-stamps
/// before archive time-stamps, in XML as they stand.
pub(super) fn inside<'e>(signature: &'e Signature, budget: &Budget) -> Vec<Inside<'e>> {
    let depth = budget.limits().der_depth;
    let read = |value: &[u8]| TimestampToken::parse(value, depth).map_err(Unreadable::Token);
    if let Some(xml) = signature.xml() {
        let of_property = |stamp: &'e XmlTimestamp| {
            let value = stamp.value.as_deref().unwrap_or_default();
            let token = match stamp.value {
                Ok(_) => read(value),
                Err(name) => Err(Unreadable::Other(name)),
            };
            Inside { kind: kind(stamp.property), is_v3: false, xml: Some(stamp), value, token }
        };
        return xml.timestamps.iter().map(of_property).collect();
    }
    let Some(signer) = signer_info(signature) else { return Vec::new() };
    let parse = |kind, is_v3| move |value: &'e [u8]| Inside { kind, is_v3, xml: None, value, token: read(value) };
    let content = signer.signed_attributes.iter().flat_map(|signed| signed.content_timestamps());
    content
        .map(parse(TimestampKind::Content, false))
        .chain(signer.signature_timestamps().map(parse(TimestampKind::Signature, false)))
        .chain(signer.archive_timestamps_v2().map(parse(TimestampKind::Archive, false)))
        .chain(signer.archive_timestamps_v3().map(parse(TimestampKind::Archive, true)))
        .collect()
}

/// What a time-stamp in a property stands for.
const fn kind(property: TimestampProperty) -> TimestampKind {
    match property {
        TimestampProperty::AllDataObjects | TimestampProperty::IndividualDataObjects => TimestampKind::Content,
        TimestampProperty::Signature => TimestampKind::Signature,
        TimestampProperty::SigAndRefs { .. }
        | TimestampProperty::RefsOnly { .. }
        | TimestampProperty::Archive
        | TimestampProperty::ArchiveBefore141 => TimestampKind::Archive,
    }
}

impl Inside<'_> {
    /// XML: which property it stands in.
    pub(super) fn property(&self) -> Option<&XmlTimestamp> {
        self.xml
    }

    /// Whether it is over the signature value, so that it was made after it.
    fn is_over_signature(&self) -> bool {
        self.kind != TimestampKind::Content && self.xml.is_none_or(|xml| xml.covers.value)
    }
}

/// All signatures of a document, with the tokens inside of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct All<'e> {
    pub(super) examination: &'e Examination,
    pub(super) tokens: &'e [Vec<Inside<'e>>],
}

/// The signature that time-stamps stand in.
pub(super) struct Holder<'e> {
    signature: &'e Signature,
    tokens: &'e [Inside<'e>],
    parts: Parts<'e>,
}

impl<'e> Holder<'e> {
    pub(super) fn new(signature: &'e Signature, tokens: &'e [Inside<'e>], all: All<'e>) -> Self {
        Self { signature, tokens, parts: Parts::new(signature, tokens, all) }
    }

    /// The facts of the time-stamp with this number.
    pub(super) fn given<'p>(
        &mut self,
        number: usize,
        case: &Case<'p>,
        budget: &mut Budget,
    ) -> Option<Given<'e, 'p>> {
        let inside = self.tokens.get(number)?;
        let mut facts = Facts::new(Ledger::new(case.policy, Context::Timestamp));
        let done = match &inside.token {
            Ok(read) => {
                facts.ledger.passed(CheckId::SignatureReadable);
                self.facts(&mut facts, inside, read, case, budget)
            }
            Err(error) => {
                unreadable(&mut facts.ledger, error);
                Ok(None)
            }
        };
        let covered = done.unwrap_or_else(|exceeded| {
            limit(&mut facts.ledger, exceeded);
            None
        });
        let over_signature = inside.is_over_signature();
        let covered = covered.unwrap_or_default();
        let own = &self.signature.id;
        // A content time-stamp stands for what the signature signs.
        let stands_for = over_signature || inside.kind == TimestampKind::Content;
        let mut covers: Vec<String> = stands_for.then(|| own.clone()).into_iter().collect();
        covers.extend(covered.iter().filter_map(|token| match token {
            Token::Object(id) if id != own => Some(id.clone()),
            _ => None,
        }));
        Some(Given {
            id: identifier(own, number),
            kind: inside.kind,
            token: inside.token.as_ref().ok(),
            facts,
            place: None,
            sequence: sequence(inside),
            over_signature,
            field: None,
            coverage: None,
            covers,
            covered,
            matters: true,
        })
    }

    /// Fills in what is known of a token; gives what its time proves besides the signature, where it is over that.
    fn facts(
        &mut self,
        facts: &mut Facts<'_>,
        inside: &Inside<'_>,
        read: &TimestampToken,
        case: &Case<'_>,
        budget: &mut Budget,
    ) -> Result<Option<Vec<Token>>, LimitExceeded> {
        if let Some(stamp) = inside.xml {
            if let Err(why) = &stamp.imprint {
                fault(&mut facts.ledger, stamp.property, why);
            }
            let of = |algorithm| match &stamp.imprint {
                Ok(imprint) => Ok(imprint.filter(|imprint| imprint.algorithm() == algorithm)),
                Err(_) => Err(()),
            };
            token(facts, read, of, case, budget)?;
            let holds = facts.ledger.holds(CheckId::MessageImprint);
            return if holds { self.parts.covered(&stamp.covers, budget).map(Some) } else { Ok(None) };
        }
        let mut archived = None;
        if inside.is_v3 {
            let found = archived_by(self.signature, read, self.tokens, budget)?;
            let holds = found.as_ref().is_some_and(|found| found.covered.is_some());
            facts.ledger.check(CheckId::ArchiveHashIndex, if holds { Ok(()) } else { Err(None) });
            archived = found;
        }
        let signature = self.signature;
        let of = |algorithm: DigestAlgorithm| {
            Ok(match inside.kind {
                TimestampKind::Signature => {
                    signer_info(signature).map(|signer| digest(algorithm, &signer.signature))
                }
                TimestampKind::Content => {
                    signature.digests.iter().find(|known| known.algorithm() == algorithm).copied()
                }
                // What version 2 covers is not computed: it proves nothing here.
                TimestampKind::Archive => archived.as_ref().and_then(|archived| archived.imprint),
                TimestampKind::Document => None,
            })
        };
        token(facts, read, of, case, budget)?;
        Ok(archived.and_then(|archived| archived.covered))
    }
}

/// The identifier of the time-stamp with a number inside a signature.
pub(super) fn identifier(signature: &str, number: usize) -> String {
    format!("{signature}.T{}", number.saturating_add(1))
}

/// Where it stands among those of its kind, if that says when it was made: the next archive time-stamp in XML covers
/// the one before.
fn sequence(inside: &Inside<'_>) -> u64 {
    let place = inside.xml.filter(|_| inside.kind == TimestampKind::Archive).and_then(|xml| xml.place);
    place.map_or(0, |place| u64::try_from(place).unwrap_or(u64::MAX))
}

fn unreadable(ledger: &mut Ledger<'_>, error: &Unreadable) {
    let error = match error {
        Unreadable::Other(name) => {
            let detail = Message::UnknownFormat { format: (*name).to_owned() };
            ledger.broken(CheckId::FormatKnown, None, Some(detail));
            return;
        }
        Unreadable::Token(error) => error,
    };
    let offset = match error {
        TimestampError::Encoding(error) | TimestampError::Cms(CmsError::Encoding(error)) => error.offset,
        _ => 0,
    };
    let offset = u64::try_from(offset).unwrap_or(u64::MAX);
    let detail = Message::Malformed { what: "time-stamp-token".to_owned(), offset };
    ledger.broken(CheckId::SignatureReadable, None, Some(detail));
}

/// What an archive time-stamp of version 3 is over and covers; nothing where it has no index that can be read.
fn archived_by(
    signature: &Signature,
    token: &TimestampToken,
    tokens: &[Inside<'_>],
    budget: &mut Budget,
) -> Result<Option<Archived>, LimitExceeded> {
    let (Some(SignatureForm::Cms(cms)), Some(signer)) = (&signature.form, signer_info(signature)) else {
        return Ok(None);
    };
    let (id, content) = (signature.id.as_str(), signature.digests.as_slice());
    archived(Around { id, cms, signer, content, tokens }, token, budget)
}
