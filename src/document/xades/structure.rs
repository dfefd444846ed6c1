//! The structure of a signature, as its schema orders it (XML Signature 1.1 §4): `SignedInfo`, `SignatureValue`, at most
//! one `KeyInfo`, any number of `Object`. What is not so is no signature: who reads it otherwise would verify something
//! else than who reads it thus.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::names::{DS, EXCLUSIVE, MORE_2007, TYPE_MANIFEST};
use crate::crypto::{AlgorithmError, DigestAlgorithm, SignatureAlgorithm};
use crate::syntax::xml::c14n::{Form, Method};
use crate::syntax::xml::{Element, Kind, NodeId, Tree};

/// Transforms of one reference. Real ones have up to three; each may read the document anew.
pub(super) const TRANSFORMS: usize = 16;

/// A signature whose structure is right.
#[derive(Debug)]
pub(super) struct Structure<'t> {
    pub(super) element: NodeId,
    pub(super) signed_info: NodeId,
    pub(super) canonicalisation: Element<'t>,
    pub(super) method: Element<'t>,
    pub(super) references: Vec<Reference<'t>>,
    pub(super) value: NodeId,
    pub(super) octets: Vec<u8>,
    pub(super) key_info: Option<NodeId>,
    pub(super) objects: Vec<NodeId>,
}

/// A reference whose structure is right.
#[derive(Debug)]
pub(super) struct Reference<'t> {
    pub(super) uri: Option<&'t str>,
    pub(super) claimed_type: Option<&'t str>,
    pub(super) transforms: Vec<Element<'t>>,
    pub(super) method: &'t str,
    pub(super) stated: Vec<u8>,
}

/// What is not as the schema says: the name of the element, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misshapen {
    pub(super) what: &'static str,
    pub(super) node: NodeId,
    /// Whether it is what stands twice.
    pub(super) repeated: bool,
}

impl Misshapen {
    const fn at(what: &'static str, node: NodeId) -> Self {
        Self { what, node, repeated: false }
    }
}

/// What a signature has once at the most.
const ONCE: [&str; 3] = ["SignedInfo", "SignatureValue", "KeyInfo"];

type Shaped<T> = Result<T, Misshapen>;

impl<'t> Structure<'t> {
    /// Reads the signature in an element of that name.
    pub(super) fn read(tree: &'t Tree<'t>, element: NodeId) -> Shaped<Self> {
        let wrong = |what| Misshapen::at(what, element);
        let children = children(tree, element, "Signature")?;
        // Who takes the first and who takes the last of two would not verify the same.
        for what in ONCE {
            if let Some(second) = children.iter().filter(|child| child.is(DS, what)).nth(1) {
                return Err(Misshapen { what, node: second.id(), repeated: true });
            }
        }
        let mut children = children.into_iter().peekable();
        let mut next = |name: &str| children.next_if(|child| child.is(DS, name));
        let info = next("SignedInfo").ok_or(wrong("SignedInfo"))?;
        let value = next("SignatureValue").ok_or(wrong("SignatureValue"))?;
        let key_info = next("KeyInfo").map(|element| element.id());
        let mut objects = Vec::new();
        while let Some(object) = next("Object") {
            objects.push(object.id());
        }
        if let Some(other) = children.next() {
            return Err(Misshapen::at("Signature", other.id()));
        }
        let octets = base64_of(tree, value, "SignatureValue")?;
        let wrong = |what| Misshapen::at(what, info.id());
        let mut parts = self::children(tree, info.id(), "SignedInfo")?.into_iter();
        let mut part = |name: &'static str| parts.next().filter(|part| part.is(DS, name)).ok_or(wrong(name));
        let (canonicalisation, method) = (part("CanonicalizationMethod")?, part("SignatureMethod")?);
        let references = parts.map(|part| Reference::read(tree, part)).collect::<Shaped<_>>()?;
        Ok(Self {
            element,
            signed_info: info.id(),
            canonicalisation,
            method,
            references,
            value: value.id(),
            octets,
            key_info,
            objects,
        })
    }
}

impl<'t> Reference<'t> {
    pub(super) fn read(tree: &'t Tree<'t>, element: Element<'t>) -> Shaped<Self> {
        let wrong = || Misshapen::at("Reference", element.id());
        if !element.is(DS, "Reference") {
            return Err(wrong());
        }
        let mut parts = children(tree, element.id(), "Reference")?.into_iter().peekable();
        let transforms = match parts.next_if(|part| part.is(DS, "Transforms")) {
            Some(list) => children(tree, list.id(), "Transforms")?,
            None => Vec::new(),
        };
        if transforms.len() > TRANSFORMS || transforms.iter().any(|one| !one.is(DS, "Transform")) {
            return Err(Misshapen::at("Transforms", element.id()));
        }
        let method = parts.next().filter(|part| part.is(DS, "DigestMethod")).ok_or_else(wrong)?;
        let value = parts.next().filter(|part| part.is(DS, "DigestValue")).ok_or_else(wrong)?;
        if parts.next().is_some() {
            return Err(wrong());
        }
        Ok(Self {
            uri: element.attribute("URI"),
            claimed_type: element.attribute("Type"),
            transforms,
            method: algorithm(&method),
            stated: base64_of(tree, value, "DigestValue")?,
        })
    }

    /// The entries of a manifest; none where it is not as its schema says.
    pub(super) fn of_manifest(tree: &'t Tree<'t>, manifest: NodeId) -> Option<Vec<Self>> {
        let entries = children(tree, manifest, "Manifest").ok()?;
        entries.into_iter().map(|entry| Self::read(tree, entry).ok()).collect()
    }

    pub(super) fn is_to_manifest(&self) -> bool {
        self.claimed_type == Some(TYPE_MANIFEST)
    }
}

/// The value of `Algorithm`; empty where it is missing, which names none.
pub(super) fn algorithm<'t>(element: &Element<'t>) -> &'t str {
    element.attribute("Algorithm").unwrap_or_default()
}

/// The canonical form that an element with `Algorithm` names, with the prefixes of `InclusiveNamespaces`.
pub(super) fn canonicalisation(tree: &Tree<'_>, element: &Element<'_>) -> Option<Method> {
    let method = Method::from_uri(algorithm(element))?;
    let parts = elements(tree, element.id()).collect::<Vec<_>>();
    match (method.form, parts.as_slice()) {
        (_, []) => Some(method),
        (Form::Exclusive, [one]) if one.is(EXCLUSIVE, "InclusiveNamespaces") => {
            Some(method.with_inclusive_prefixes(one.attribute("PrefixList").unwrap_or_default()))
        }
        _ => None,
    }
}

/// The signature method, and whether it is one with a shared secret.
pub(super) fn signature_method(
    tree: &Tree<'_>,
    element: &Element<'_>,
) -> (Result<SignatureAlgorithm, AlgorithmError>, bool) {
    let uri = algorithm(element);
    let secret = uri.rsplit_once('#').is_some_and(|(_, name)| name.starts_with("hmac-"));
    let found = match SignatureAlgorithm::from_uri(uri) {
        Err(AlgorithmError::Parameters) => pss(tree, element),
        other => other,
    };
    (found, secret)
}

/// `RSAPSSParams` (RFC 9231 §2.3.9).
fn pss(tree: &Tree<'_>, element: &Element<'_>) -> Result<SignatureAlgorithm, AlgorithmError> {
    const MGF1: &str = "http://www.w3.org/2007/05/xmldsig-more#MGF1";
    const UNKNOWN: AlgorithmError = AlgorithmError::Parameters;
    let digest = |method: &Element<'_>| DigestAlgorithm::from_uri(algorithm(method)).ok_or(UNKNOWN);
    let number = |element: &Element<'_>| tree.string_value(element.id()).trim().parse().map_err(|_| UNKNOWN);
    let given: Vec<_> = elements(tree, element.id()).collect();
    let (mut hash, mut mask, mut salt, mut trailer) = (None, None, None, None);
    let parameters = match given.as_slice() {
        [] => Vec::new(),
        [one] if one.is(MORE_2007, "RSAPSSParams") => elements(tree, one.id()).collect(),
        _ => return Err(UNKNOWN),
    };
    for parameter in parameters {
        match (parameter.namespace(), parameter.local()) {
            (DS, "DigestMethod") if hash.is_none() => hash = Some(digest(&parameter)?),
            (MORE_2007, "MaskGenerationFunction") if mask.is_none() && algorithm(&parameter) == MGF1 => {
                let inner: Vec<_> = elements(tree, parameter.id()).collect();
                mask = Some(match inner.as_slice() {
                    [] => DigestAlgorithm::Sha256,
                    [one] if one.is(DS, "DigestMethod") => digest(one)?,
                    _ => return Err(UNKNOWN),
                });
            }
            (MORE_2007, "SaltLength") if salt.is_none() => salt = Some(number(&parameter)?),
            (MORE_2007, "TrailerField") if trailer.is_none() => trailer = Some(number(&parameter)?),
            _ => return Err(UNKNOWN),
        }
    }
    SignatureAlgorithm::xml_rsa_pss(hash, mask, salt, trailer)
}

/// The certificates of a `KeyInfo`, as DER: hints, so that what is no base64 is none.
pub(super) fn certificates(tree: &Tree<'_>, key_info: NodeId) -> Vec<Vec<u8>> {
    let data = elements(tree, key_info).filter(|data| data.is(DS, "X509Data"));
    let given = data.flat_map(|data| elements(tree, data.id())).filter(|one| one.is(DS, "X509Certificate"));
    given.filter_map(|one| base64_of(tree, one, "X509Certificate").ok()).collect()
}

/// The elements among the children of a node.
pub(super) fn elements<'t>(tree: &'t Tree<'t>, parent: NodeId) -> impl Iterator<Item = Element<'t>> + 't {
    tree.children(parent).filter_map(|child| tree.element(child))
}

/// The same, of an element that has no characters of its own but white space.
fn children<'t>(tree: &'t Tree<'t>, parent: NodeId, what: &'static str) -> Shaped<Vec<Element<'t>>> {
    let text =
        tree.children(parent).find(|child| tree.kind(*child) == Kind::Text && !is_blank(tree.characters(*child)));
    match text {
        Some(node) => Err(Misshapen::at(what, node)),
        None => Ok(elements(tree, parent).collect()),
    }
}

/// Whether text is nothing but white space (XML 1.0 §2.3).
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The octets of an element that holds nothing but base64.
pub(super) fn base64_of(tree: &Tree<'_>, element: Element<'_>, what: &'static str) -> Shaped<Vec<u8>> {
    let plain = elements(tree, element.id()).next().is_none();
    let decoded = if plain { decode(tree.string_value(element.id()).as_bytes()) } else { None };
    decoded.ok_or(Misshapen::at(what, element.id()))
}

/// What base64 with white space in it stands for (RFC 4648 §4, RFC 2045 §6.8).
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // Without white space most are; with it this ends at the first of it.
    if let Ok(octets) = STANDARD.decode(text) {
        return Some(octets);
    }
    let mut dense = Vec::with_capacity(text.len());
    dense.extend(text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()));
    STANDARD.decode(dense).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Budget, Limits};

    const REFERENCE: &str =
        "<Reference URI=''><DigestMethod Algorithm='d'/><DigestValue>AA==</DigestValue></Reference>";

    fn read(inside: &str) -> Result<usize, &'static str> {
        let text = format!("<Signature xmlns='{DS}'>{inside}</Signature>");
        let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
        let read = Structure::read(&tree, tree.document_element().unwrap());
        read.map(|read| read.references.len()).map_err(|wrong| wrong.what)
    }

    fn signed_info(references: &str) -> String {
        format!(
            "<SignedInfo><CanonicalizationMethod Algorithm='c'/><SignatureMethod Algorithm='s'/>{references}</SignedInfo>"
        )
    }

    #[test]
    fn the_schema_is_kept() {
        let info = signed_info(REFERENCE);
        let value = "<SignatureValue>AA<!-- -->\n==</SignatureValue>";
        let object = "<Object><x xmlns=''/></Object>";
        for (inside, found) in [
            (format!("{info} {value}"), Ok(1)),
            (format!("{info}{value}<KeyInfo/>{object}{object}"), Ok(1)),
            (format!("{}{value}", signed_info("")), Ok(0)),
            (format!("{info}{info}{value}"), Err("SignedInfo")),
            (format!("{value}{info}"), Err("SignedInfo")),
            (format!("{info}{value}{value}"), Err("SignatureValue")),
            (format!("{info}{value}{info}"), Err("SignedInfo")),
            (format!("{info}{value}<KeyInfo/><KeyInfo/>"), Err("KeyInfo")),
            (format!("{info}{value}{object}<KeyInfo/>"), Err("Signature")),
            (format!("{info}{value}<x xmlns=''/>"), Err("Signature")),
            (format!("{info}{value}text"), Err("Signature")),
            (format!("{info}<SignatureValue>A</SignatureValue>"), Err("SignatureValue")),
            (format!("{info}<SignatureValue><x/>AA==</SignatureValue>"), Err("SignatureValue")),
            (format!("{}{value}", signed_info(&format!("{REFERENCE}<x/>"))), Err("Reference")),
            (object.to_owned(), Err("SignedInfo")),
            (String::new(), Err("SignedInfo")),
        ] {
            assert_eq!(read(&inside), found, "{inside}");
        }
        let transform = "<Transform Algorithm='t'/>".repeat(TRANSFORMS + 1);
        let many =
            REFERENCE.replace("<DigestMethod", &format!("<Transforms>{transform}</Transforms><DigestMethod"));
        assert_eq!(read(&format!("{}{value}", signed_info(&many))), Err("Transforms"));
    }

    #[test]
    fn methods_are_known_by_their_uri() {
        let method = |text: &str| {
            let text = text.replace("M07", MORE_2007);
            let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
            signature_method(&tree, &tree.element(tree.document_element().unwrap()).unwrap())
        };
        let (hmac, secret) = method("<m Algorithm='http://www.w3.org/2000/09/xmldsig#hmac-sha1'/>");
        assert!(hmac.is_err() && secret);
        let pss =
            |digest, mgf_digest, salt_len| (Ok(SignatureAlgorithm::RsaPss { digest, mgf_digest, salt_len }), false);
        let (sha256, sha512) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha512);
        assert_eq!(method("<m Algorithm='M07rsa-pss'/>"), pss(sha256, sha256, 32));
        let with = |inside: &str| {
            method(&format!(
                "<m Algorithm='M07rsa-pss'><RSAPSSParams xmlns='M07' xmlns:d='{DS}'>{inside}</RSAPSSParams></m>"
            ))
        };
        let digest = "<d:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha512'/>";
        let mask = format!("<MaskGenerationFunction Algorithm='M07MGF1'>{digest}</MaskGenerationFunction>");
        assert_eq!(with(&format!("{digest}{mask}<SaltLength>20</SaltLength>")), pss(sha512, sha512, 20));
        assert_eq!(with("<SaltLength>x</SaltLength>").0, Err(AlgorithmError::Parameters));
        assert_eq!(with("<TrailerField>2</TrailerField>").0, Err(AlgorithmError::Trailer));
        assert_eq!(with(&format!("{digest}{digest}")).0, Err(AlgorithmError::Parameters));
    }
}
