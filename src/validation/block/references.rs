//! The references of an XML signature: found and unambiguous (format checking, EN 319 102-1 §5.2.2), the signed data at
//! hand and their digests (cryptographic verification, §5.2.7).

use crate::document::{Fault, Role, Target, XmlReference, XmlSignature};
use crate::validation::check::CheckId;
use crate::validation::ledger::Ledger;
use crate::validation::message::Message;

/// Characters of a URI in a message.
const SHOWN: usize = 200;

/// The checks of form.
pub(in crate::validation) fn form(ledger: &mut Ledger<'_>, xml: &XmlSignature) {
    let secret = || Some(Message::AlgorithmUnsupported { algorithm: shown(&xml.method) });
    ledger.check(CheckId::NoSharedSecret, if xml.shared_secret { Err(secret()) } else { Ok(()) });
    for (id, fault) in
        [(CheckId::ReferenceFound, Fault::NotFound), (CheckId::ReferenceUnambiguous, Fault::Ambiguous)]
    {
        let mut wrong = xml.references.iter().filter(|one| one.computed == Err(fault.clone()));
        match wrong.next() {
            None => ledger.passed(id),
            Some(first) => ledger.broken(id, None, Some(Message::ReferenceIs { uri: uri(first) })),
        }
    }
}

/// The digest of every reference. What a limit or a fault of form ended is said elsewhere.
pub(in crate::validation) fn digests(ledger: &mut Ledger<'_>, xml: &XmlSignature) {
    let (mut all, mut given, mut transformed) = (true, true, true);
    for reference in &xml.references {
        match outcome(reference) {
            Outcome::Same => continue,
            Outcome::Differs => ledger.broken(CheckId::DocumentDigest, None, Some(differs(reference))),
            Outcome::UnknownDigest => {
                let detail = Message::AlgorithmUnsupported { algorithm: shown(&reference.method) };
                ledger.broken(CheckId::AlgorithmSupported, None, Some(detail));
            }
            Outcome::NotGiven => {
                given = false;
                ledger.broken(CheckId::SignedDataFound, None, Some(Message::ReferenceIs { uri: uri(reference) }));
            }
            Outcome::NotTransformed(what) => {
                transformed = false;
                let detail = Message::TransformNotApplied { uri: uri(reference), algorithm: shown(what) };
                ledger.broken(CheckId::TransformsApplied, None, Some(detail));
            }
            Outcome::Elsewhere => {}
        }
        all = false;
    }
    let data = |one: &XmlReference| matches!(one.role, Role::Data | Role::Manifest | Role::SignatureValue);
    if !xml.references.iter().any(data) {
        given = false;
        ledger.broken(CheckId::SignedDataFound, None, Some(Message::NothingSigned {}));
    }
    if given {
        ledger.passed(CheckId::SignedDataFound);
    }
    if transformed {
        ledger.passed(CheckId::TransformsApplied);
    }
    if all && !xml.references.is_empty() {
        ledger.passed(CheckId::DocumentDigest);
    } else if !ledger.fails(CheckId::DocumentDigest) {
        ledger.not_run(CheckId::DocumentDigest);
    }
    entries(ledger, xml);
}

/// The entries of manifests, at their own level (XML Signature 1.1 §5.1): that one does not hold says nothing of the
/// signature; what it names is then not covered.
fn entries(ledger: &mut Ledger<'_>, xml: &XmlSignature) {
    let mut entries = xml.references.iter().flat_map(|reference| &reference.entries).peekable();
    if entries.peek().is_none() {
        return;
    }
    let wrong: Vec<&XmlReference> = entries.filter(|entry| !matches!(outcome(entry), Outcome::Same)).collect();
    match wrong.first() {
        None => ledger.passed(CheckId::ManifestEntries),
        Some(first) => {
            ledger.broken(CheckId::ManifestEntries, None, Some(Message::ReferenceIs { uri: uri(first) }))
        }
    }
}

/// How a reference came out.
enum Outcome<'r> {
    Same,
    Differs,
    UnknownDigest,
    NotGiven,
    NotTransformed(&'r str),
    /// Not found, ambiguous, over a limit.
    Elsewhere,
}

fn outcome(reference: &XmlReference) -> Outcome<'_> {
    match &reference.computed {
        Ok(Some(computed)) if computed.as_bytes() == reference.stated => Outcome::Same,
        Ok(Some(_)) => Outcome::Differs,
        Ok(None) => Outcome::UnknownDigest,
        Err(Fault::NotGiven) => Outcome::NotGiven,
        Err(Fault::Unsupported(what) | Fault::Failed(what)) => Outcome::NotTransformed(what),
        Err(_) => Outcome::Elsewhere,
    }
}

fn differs(reference: &XmlReference) -> Message {
    let algorithm = reference.algorithm.map_or_else(String::new, |digest| digest.name().to_owned());
    Message::ReferenceDigestDiffers { uri: uri(reference), algorithm }
}

/// The URI of a reference, or where it leads, as messages have it.
pub(in crate::validation) fn uri(reference: &XmlReference) -> String {
    match (&reference.uri, &reference.target) {
        (Some(uri), _) if !uri.is_empty() => shown(uri),
        (_, Some(Target::Node { path, .. })) => shown(path),
        (_, Some(Target::Content { name: Some(name) })) => shown(name),
        _ => "\"\"".to_owned(),
    }
}

/// The beginning of a text of the document, as messages have it.
pub(in crate::validation) fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
