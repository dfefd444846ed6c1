//! What time-stamps in the properties of an XML signature cover (EN 319 132-1 §5.5.2; EN 319 102-1 §5.6.2.3): besides the
//! signature the certificates of `KeyInfo`, earlier time-stamps, certificates and revocation data in unsigned properties,
//! and counter-signatures with all that these bring along. Of references to certificates and revocation data nothing is
//! made: they hold no more than digests.

use super::archive::Covered;
use super::inside::{All, Inside, identifier};
use crate::document::{
    Covers, Fault, Signature, TimestampProperty, UnsignedProperty, ValidationData, XmlSignature,
};
use crate::limits::{Budget, LimitExceeded};
use crate::validation::block::format::limit;
use crate::validation::check::CheckId;
use crate::validation::existence::Token;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;

/// The parts of a signature that time-stamps cover, each looked at once.
pub(super) struct Parts<'e> {
    signature: &'e Signature,
    tokens: &'e [Inside<'e>],
    all: All<'e>,
    /// What the unsigned properties hold, as far as it was asked for.
    unsigned: Vec<Option<Vec<Token>>>,
}

impl<'e> Parts<'e> {
    pub(super) const fn new(signature: &'e Signature, tokens: &'e [Inside<'e>], all: All<'e>) -> Self {
        Self { signature, tokens, all, unsigned: Vec::new() }
    }

    /// What a time-stamp that covers these parts proves, besides the signature itself.
    ///
    /// # Errors
    /// Where the budget is exhausted.
    pub(super) fn covered(&mut self, covers: &Covers, budget: &mut Budget) -> Result<Vec<Token>, LimitExceeded> {
        let Some(xml) = self.signature.xml() else { return Ok(Vec::new()) };
        let mut covered = Covered::default();
        if covers.key_info {
            budget.spend(octets(&xml.certificates))?;
            xml.certificates.iter().for_each(|der| covered.certificate(der));
        }
        if covers.signed_properties {
            stamps(&self.signature.id, self.tokens, |place| place.is_none(), &mut covered, budget)?;
        }
        let mut tokens = covered.into_tokens();
        budget.spend(u64::try_from(covers.first >> 4).unwrap_or(u64::MAX))?;
        let single = covers.single.iter().copied().filter(|number| *number >= covers.first);
        for number in (0..covers.first).chain(single) {
            if self.unsigned.len() <= number {
                self.unsigned.resize(number.saturating_add(1), None);
            }
            let Some(place) = self.unsigned.get_mut(number) else { continue };
            if place.is_none() {
                *place = Some(held(self.signature, self.tokens, xml, number, self.all, budget)?);
            }
            let found = place.as_deref().unwrap_or_default();
            budget.spend(u64::try_from(found.len() >> 4).unwrap_or(u64::MAX))?;
            tokens.extend_from_slice(found);
        }
        Ok(tokens)
    }
}

/// What the unsigned property with a number holds.
fn held(
    signature: &Signature,
    tokens: &[Inside<'_>],
    xml: &XmlSignature,
    number: usize,
    all: All<'_>,
    budget: &mut Budget,
) -> Result<Vec<Token>, LimitExceeded> {
    let mut covered = Covered::default();
    let Some(property) = xml.unsigned.get(number) else { return Ok(Vec::new()) };
    values(&property.values, &mut covered, budget)?;
    stamps(&signature.id, tokens, |place| place == Some(number), &mut covered, budget)?;
    for id in &property.counter_signatures {
        let place = all.examination.signatures.iter().position(|one| one.id == *id);
        let Some(counter) = place.and_then(|place| all.examination.signatures.get(place)) else { continue };
        covered.object(id.clone());
        let Some(xml) = counter.xml() else { continue };
        budget.spend(octets(&xml.certificates))?;
        xml.certificates.iter().for_each(|der| covered.certificate(der));
        for UnsignedProperty { values: held, .. } in &xml.unsigned {
            values(held, &mut covered, budget)?;
        }
        let inside = place.and_then(|place| all.tokens.get(place)).map(Vec::as_slice).unwrap_or_default();
        stamps(id, inside, |_| true, &mut covered, budget)?;
    }
    Ok(covered.into_tokens())
}

fn values(held: &ValidationData, covered: &mut Covered, budget: &mut Budget) -> Result<(), LimitExceeded> {
    for list in [&held.certificates, &held.crls, &held.ocsp_responses] {
        budget.spend(octets(list))?;
    }
    held.certificates.iter().for_each(|der| covered.certificate(der));
    held.crls.iter().chain(&held.ocsp_responses).for_each(|der| covered.revocation(der));
    Ok(())
}

/// The time-stamps of a signature that stand in wanted places, with what stands in their tokens.
fn stamps(
    id: &str,
    tokens: &[Inside<'_>],
    wanted: impl Fn(Option<usize>) -> bool,
    covered: &mut Covered,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    budget.spend(u64::try_from(tokens.len() >> 6).unwrap_or(u64::MAX))?;
    for (number, inside) in tokens.iter().enumerate() {
        if inside.property().is_some_and(|stamp| wanted(stamp.place)) {
            budget.spend(u64::try_from(inside.value.len() >> 10).unwrap_or(u64::MAX))?;
            covered.object(identifier(id, number));
            if let Ok(token) = &inside.token {
                covered.message(&token.signed_data);
            }
        }
    }
    Ok(())
}

/// What it costs to digest them.
fn octets(list: &[Vec<u8>]) -> u64 {
    let octets = list.iter().map(Vec::len).fold(0, usize::saturating_add);
    u64::try_from((octets >> 10).saturating_add(list.len())).unwrap_or(u64::MAX)
}

/// Says why nobody can tell what a time-stamp has to be over.
pub(super) fn fault(ledger: &mut Ledger<'_>, property: TimestampProperty, fault: &Fault) {
    let uri = property.name().to_owned();
    let named = || Some(Message::ReferenceIs { uri: uri.clone() });
    match fault {
        Fault::NotFound => ledger.broken(CheckId::ReferenceFound, None, named()),
        Fault::Ambiguous => ledger.broken(CheckId::ReferenceUnambiguous, None, named()),
        Fault::Limit(exceeded) => limit(ledger, *exceeded),
        Fault::Unsupported(what) | Fault::Failed(what) => {
            let detail = Message::TransformNotApplied { uri, algorithm: what.clone() };
            ledger.broken(CheckId::TransformsApplied, None, Some(detail));
        }
        _ => ledger.broken(CheckId::SignedDataFound, None, named()),
    }
}
