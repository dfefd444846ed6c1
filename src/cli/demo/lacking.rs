//! What a demo has beyond its PKI: a time-stamping unit, the trust list that has it, and a sample that is sealed and
//! time-stamped. Made with the demo; and added, by the keys that it keeps, to one of an earlier version.
//!
//! To a demo whose CAs have no keys, or that has no trust list, nothing is added: it is older still and stays as it is.
//! Where its seal cannot seal now (revoked, say), there is no sample.

use std::path::Path;
use std::sync::Arc;

use super::pair::{Pair, certificates};
use super::sealed::Under;
use super::{DemoError, folder, list, pki, sealed};
use crate::document::Document;
use crate::limits::{Budget, Limits};
use crate::pki::{Certificate, Crl, pem};
use crate::time::Timestamp;
use crate::trust::{ListSigner, Listing, Scheme, TrustAnchor, TrustList, TrustStore};
use crate::validation::{Evidence, Origin};

/// A file of the demo by its name, and what stands in it.
pub(super) type Written = (&'static str, Vec<u8>);

/// Reads a file of the demo, where it is there.
pub(super) type Has<'h> = &'h dyn Fn(&str) -> Result<Option<Vec<u8>>, DemoError>;

/// The one that is written last: where it is, all others are.
const LAST: &str = "sample-sealed.pdf";

/// Adds what is lacking to the demo of a data folder. Safe beside other processes that do the same, and to be ended at any
/// point: what is there and whole is then used, the rest made anew.
pub(super) fn add(data: &Path, demo: &Path, now: Timestamp) -> Result<(), DemoError> {
    if folder::is_file(&demo.join(LAST))? {
        return Ok(());
    }
    folder::locked(data, || {
        let has = |name: &str| {
            let file = demo.join(name);
            if folder::is_file(&file)? { super::read(&file).map(Some) } else { Ok(None) }
        };
        let is_older_still = has("issuing.key")?.is_none() || has("trust-list.xml")?.is_none();
        if is_older_still || has(LAST)?.is_some() {
            return Ok(());
        }
        for (name, content) in made(&has, now)? {
            folder::replace(&demo.join(name), &content)?;
        }
        Ok(())
    })
}

/// What is lacking, in the order in which it is to be written.
pub(super) fn made(has: Has<'_>, now: Timestamp) -> Result<Vec<Written>, DemoError> {
    let mut there = There { has, now, made: Vec::new() };
    let unit = there.unit()?;
    let listing = there.listing(&unit)?;
    there.sample(&unit, listing)?;
    Ok(there.made)
}

/// A demo as it is, and what is added to it.
struct There<'t> {
    has: Has<'t>,
    now: Timestamp,
    made: Vec<Written>,
}

impl There<'_> {
    /// Who makes time-stamps.
    fn unit(&mut self) -> Result<Pair, DemoError> {
        // The key is written before the certificate.
        if let (Some(certificate), Some(key)) = ((self.has)("tsa.pem")?, (self.has)("tsa.key")?) {
            return Pair::read("tsa.pem", &certificate, &key);
        }
        let issuing_key = self.needed("issuing.key")?;
        let issuing_key = std::str::from_utf8(&issuing_key).map_err(|_| broken("issuing.key"))?;
        let until = self.certificate("issuing.pem")?.not_after();
        let made = pki::unit(issuing_key, self.now, until).map_err(|error| broken(&error.to_string()))?;
        let (certificate, key) = (made.certificate.into_bytes(), made.key.into_bytes());
        let unit = Pair::read("tsa.pem", &certificate, &key)?;
        self.made.extend([("tsa.key", key), ("tsa.pem", certificate)]);
        Ok(unit)
    }

    /// The trust list with this unit. The key of who signed the list that is there was not kept, so that a new list has a
    /// new signer: until both are written, nothing is believed of it.
    fn listing(&mut self, unit: &Pair) -> Result<Listing, DemoError> {
        let listing = |signer: &Certificate, list: Vec<u8>, now| {
            Listing::new("demo".to_owned(), Scheme::Demo, vec![ListSigner::of(signer)]).after(list.into(), now)
        };
        let there = (self.has)("trust-list.xml")?;
        if let Some(list) = &there
            && let Some(signer) = (self.has)("list-signer.pem")?
        {
            let known = listing(&*first("list-signer.pem", &signer)?, list.clone(), self.now);
            let services = known.list.iter().flat_map(|list| list.services());
            let mut listed = services.flat_map(|service| &service.certificates);
            if listed.any(|certificate| certificate.der() == unit.certificate.der()) {
                return Ok(known);
            }
        }
        let issuing = self.certificate("issuing.pem")?;
        let until = issuing.not_after();
        let made = pki::list_signer(self.now, until).map_err(|error| broken(&error.to_string()))?;
        let signer = Pair::read("list-signer.pem", made.certificate.as_bytes(), made.key.as_bytes())?;
        let content = list::Content {
            issuing: (&issuing, issuing.not_before()),
            unit: (&unit.certificate, unit.certificate.not_before()),
            number: there.as_deref().and_then(number).unwrap_or(0).saturating_add(1),
            now: self.now,
            until,
        };
        let list = list::signed(&content, &signer)?;
        self.made.extend([("list-signer.pem", made.certificate.into_bytes()), ("trust-list.xml", list.clone())]);
        Ok(listing(&signer.certificate, list, self.now))
    }

    /// The sample with a seal of the demo and a time-stamp of its unit.
    fn sample(&mut self, unit: &Pair, listing: Listing) -> Result<(), DemoError> {
        let chain = self.needed("seal.pem")?;
        let seal = Pair::read("seal.pem", &chain, &self.needed("seal.key")?)?;
        let chain = certificates(&chain).unwrap_or_default().split_off(1);
        let root = TrustAnchor { certificate: self.certificate("root.pem")?, sunset: None };
        let mut evidence = Evidence::new();
        for name in super::crl::FILES {
            let objects = pem::objects(&self.needed(name)?).map_err(|_| broken(name))?;
            let object = objects.first().ok_or_else(|| broken(name))?;
            let crl = Crl::parse(&object.der, Limits::DEFAULT.der_depth).map_err(|_| broken(name))?;
            evidence.add_crl(crl, Origin::Supplied);
        }
        let trust = TrustStore::new(vec![root]).with_lists(vec![listing]).marked_demo();
        let under = Under { trust, evidence, now: self.now };
        let sample = self.needed("sample.pdf")?;
        self.made.extend(sealed::document(sample, &seal, chain, unit, under)?.map(|sealed| (LAST, sealed)));
        Ok(())
    }

    fn certificate(&self, name: &str) -> Result<Arc<Certificate>, DemoError> {
        first(name, &self.needed(name)?)
    }

    fn needed(&self, name: &str) -> Result<Vec<u8>, DemoError> {
        (self.has)(name)?.ok_or_else(|| broken(name))
    }
}

fn first(name: &str, text: &[u8]) -> Result<Arc<Certificate>, DemoError> {
    certificates(text).and_then(|all| all.into_iter().next()).ok_or_else(|| broken(name))
}

/// The number that a list says it has.
fn number(list: &[u8]) -> Option<u64> {
    let limits = Limits::DEFAULT;
    let document = Document::open(list, None, &limits, &mut Budget::new(&limits)).ok()?;
    Some(TrustList::parse(document.xml()?).ok()?.sequence_number)
}

fn broken(what: &str) -> DemoError {
    DemoError::Broken(what.to_owned())
}
