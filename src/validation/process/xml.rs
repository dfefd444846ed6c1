//! The facts of an XML signature: the same blocks as for any other signature, with references in the place of a byte
//! range and properties in the place of attributes.

use super::Case;
use super::facts::Facts;
use crate::crypto::Message as Signed;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::document::{Fault, SignedInfo, XmlSignature};
use crate::limits::{Budget, LimitExceeded};
use crate::validation::block::certificates::chains;
use crate::validation::block::{acceptance, context, cryptography, identification, references};
use crate::validation::message::Term;
use crate::validation::report::Algorithms;

/// The facts of an XML signature.
pub(in crate::validation) fn xml(
    facts: &mut Facts<'_>,
    xml: &XmlSignature,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<(), LimitExceeded> {
    let ledger = &mut facts.ledger;
    references::form(ledger, xml);
    references::digests(ledger, xml);
    context::signature_policy_of_xml(ledger, xml);
    let candidates = identification::of_xml(xml, case.evidence, &case.keys);
    let algorithm = xml.algorithm.as_ref().map_err(|_| xml.method.clone());
    // Where there is nothing to verify over, the algorithm of the canonical form is what cannot be computed.
    let algorithm = match &xml.signed_info {
        Ok(_) => algorithm,
        Err(Fault::Unsupported(what) | Fault::Failed(what)) => Err(what.clone()),
        Err(_) => Err("SignedInfo".to_owned()),
    };
    let verifier = case.keys.verifier();
    let verify = |key: &_, algorithm: &_| {
        let message = match &xml.signed_info {
            Ok(SignedInfo::Octets(octets)) => Signed::Bytes(octets),
            Ok(SignedInfo::Digest(digest)) => Signed::Digest(digest),
            Err(_) => Signed::Bytes(&[]),
        };
        verifier.verify(key, algorithm, message, &xml.value)
    };
    let verified = cryptography::proven(ledger, algorithm, &candidates, budget, verify)?;
    facts.signer.clone_from(&verified);
    let mut used: Vec<DigestAlgorithm> = Vec::new();
    for algorithm in xml.references.iter().filter_map(|reference| reference.algorithm) {
        if !used.contains(&algorithm) {
            used.push(algorithm);
        }
    }
    let value = xml.algorithm.as_ref().ok().copied();
    facts.items(&used, Term::SignedBytes, value);
    match verified {
        None => identification::nobody(&mut facts.ledger, case.evidence),
        Some(holder) => {
            let digest = value.and_then(SignatureAlgorithm::digest).or_else(|| used.first().copied());
            facts.algorithms = Some(Algorithms {
                signature: value.map_or_else(|| xml.method.clone(), SignatureAlgorithm::name),
                digest: digest.map_or_else(String::new, |digest| digest.name().to_owned()),
                key_bits: holder.key.as_ref().map_or(0, |key| key.bits()),
            });
            identification::reference_of_xml(&mut facts.ledger, xml, &holder);
            facts.chains = Some(chains(&holder, case, budget)?);
        }
    }
    acceptance::properties(&mut facts.ledger, xml, case.moment.at);
    Ok(())
}
