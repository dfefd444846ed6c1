//! The seal of an XML document: where it stands, what it signs, and what has to be true of the result.
//!
//! * Enveloped: the signature stands before the end tag of the root element, put there as octets of the document's own
//!   encoding. All other octets stay as they are. Signed is the whole document in exclusive canonical form, in which
//!   every prefix that the document declares, and the default namespace, are treated inclusively
//!   (`InclusiveNamespaces`): what a prefix in character data means is signed too. A profile can ask for the plain form
//!   instead, in which trust lists are signed. Comments are not, as nowhere in XML
//!   Signature where the whole document is meant.
//! * Enveloping: a signature document in UTF-8 with the document, octet by octet, in an `Object` in base64.
//! * Detached: a signature document in UTF-8 whose reference names the document; signed are its octets.
//!
//! Enveloped is refused where nothing can stand before an end tag (an empty root element has none), where the canonical
//! form is not defined, and where it would harm a signature that is there: one that covers the place of ours, and does
//! not leave signatures out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::addition::{Place, base64_len};
use super::earlier::keeps_all;
use super::xades::{self, Transform, Written};
use super::{DocumentName, Prefixes, SealError, SealIdentity, SealProfile, Terms};
use crate::crypto::{Digest, DigestState, digest};
use crate::document::{Content, Document, Examination, Packaging, SignedInfo, XmlSignature, examine_with};
use crate::limits::{Budget, Limit, LimitExceeded};
use crate::syntax::xml::c14n::{C14nError, Form, Method, Sink, Subtree, canonicalise};
use crate::syntax::xml::{NodeId, Tree, Writing};
use crate::time::Timestamp;
use crate::validation::Report;

/// What a signature document begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Octets of the prefixes that a document may declare: `SignedInfo` names them all.
const PREFIXES: usize = 1 << 16;

/// A value that stands for one that is not there yet; as long as the longest.
const NO_VALUE: [u8; 512] = [0; 512];

/// A seal but for its value.
#[derive(Debug)]
pub(super) struct Layout {
    written: Written,
    place: LaidPlace,
    pub(super) name: Option<DocumentName>,
    pub(super) digest: Digest,
}

/// Where it will stand.
#[derive(Clone, Copy, Debug)]
enum LaidPlace {
    Within(usize, Writing),
    Around,
    Apart,
}

/// The octets of a seal, and where they stand.
#[derive(Debug)]
pub(super) struct Seal {
    pub(super) octets: Vec<u8>,
    pub(super) place: Place,
}

/// Lays out the seal of a document that was read.
pub(super) fn lay_out(
    bytes: &[u8],
    tree: &Tree<'_>,
    by: (&SealIdentity, &SealProfile),
    identifier: [u8; 16],
    name: Option<DocumentName>,
    claimed_time: Timestamp,
    budget: &mut Budget,
) -> Result<Layout, SealError> {
    let (identity, profile) = by;
    let algorithm = identity.algorithm.digest();
    let id = identifier.iter().fold("sigillum-".to_owned(), |id, octet| id + &format!("{octet:02x}"));
    let prefixes;
    let (place, sealed) = match profile.packaging {
        Packaging::Enveloped => {
            let place = before_end(bytes, tree)?;
            free(tree, &id, budget)?;
            prefixes = match profile.prefixes {
                Prefixes::All => Some(declared(tree)?),
                Prefixes::Used => None,
            };
            let method = Method::new(Form::Exclusive);
            let method = match &prefixes {
                Some(prefixes) => method.with_inclusive_prefixes(prefixes),
                None => method,
            };
            let sealed = xades::Sealed {
                uri: Some(String::new()),
                transforms: vec![Transform::Enveloped, Transform::Exclusive(prefixes.as_deref())],
                digest: canonical(tree, &method, DigestState::new(algorithm), budget)?,
                is_enclosed: false,
            };
            (LaidPlace::Within(place, Writing::of(bytes)), sealed)
        }
        Packaging::Enveloping => {
            let sealed = xades::Sealed {
                uri: Some(format!("#{}", xades::object_id(&id))),
                transforms: vec![Transform::Base64],
                digest: digest(algorithm, bytes),
                is_enclosed: true,
            };
            (LaidPlace::Around, sealed)
        }
        Packaging::Detached => {
            let sealed = xades::Sealed {
                uri: name.as_ref().map(DocumentName::uri),
                transforms: Vec::new(),
                digest: digest(algorithm, bytes),
                is_enclosed: false,
            };
            (LaidPlace::Apart, sealed)
        }
    };
    let written = xades::write(identity, &id, &sealed, claimed_time, budget)?;
    let layout = Layout { written, place, name, digest: sealed.digest };
    layout.fits(bytes.len(), budget)?;
    Ok(layout)
}

impl Layout {
    /// What the key signs.
    pub(super) fn signed_info(&self) -> &[u8] {
        &self.written.signed_info
    }

    /// The seal with this value, which has the form of XML signatures.
    pub(super) fn seal(&self, value: &[u8]) -> Option<Seal> {
        let Written { head, middle, tail, .. } = &self.written;
        let value = STANDARD.encode(value);
        let start = if matches!(self.place, LaidPlace::Within(..)) { "" } else { DECLARATION };
        let before = [start, head, &value, middle].concat();
        let at = before.len();
        let text = before + tail;
        let (octets, place) = match self.place {
            LaidPlace::Within(at, writing) => (writing.ascii(&text)?, Place::Within(at)),
            LaidPlace::Around => (text.into_bytes(), Place::Around(at)),
            LaidPlace::Apart => (text.into_bytes(), Place::Apart),
        };
        Some(Seal { octets, place })
    }

    /// That the result is no larger than what can be read again.
    fn fits(&self, size: usize, budget: &Budget) -> Result<(), SealError> {
        let seal = self.seal(&NO_VALUE).ok_or(MALFORMED)?;
        let document = match self.place {
            LaidPlace::Within(..) => Some(size),
            LaidPlace::Around => base64_len(size),
            LaidPlace::Apart => Some(0),
        };
        let maximum = budget.limits().file_bytes;
        let whole = document.and_then(|size| size.checked_add(seal.octets.len()));
        let fits = whole.and_then(|whole| u64::try_from(whole).ok()).is_some_and(|whole| whole <= maximum);
        if fits { Ok(()) } else { Err(LimitExceeded { limit: Limit::FileBytes, maximum }.into()) }
    }

    /// Where signatures stand in the document: that none of them is worse beside ours. Judged by our own validator, with
    /// a value that is none: what another signature covers does not hang on it.
    pub(super) fn spares(
        &self,
        bytes: &[u8],
        examination: &Examination,
        earlier: &Report,
        terms: &Terms,
    ) -> Result<(), SealError> {
        if examination.signatures.is_empty() || !matches!(self.place, LaidPlace::Within(..)) {
            return Ok(());
        }
        let Seal { octets, place } = self.seal(&NO_VALUE).ok_or(MALFORMED)?;
        let trial = place.sealed(bytes.to_vec(), &octets).ok_or(MALFORMED)?;
        let mut budget = terms.budget();
        let document = terms.open(&trial, &mut budget).map_err(SealError::Open)?;
        let examination = examine_with(&document, &[], &mut budget)?;
        let report = terms.judge(&examination, &mut budget);
        let own = own(&examination, self.signed_info(), &NO_VALUE);
        let spared = own.is_some_and(|own| keeps_all(earlier, &report, own));
        if spared { Ok(()) } else { Err(SealError::Forbidden { by: "earlier-signature" }) }
    }
}

/// Collects the facts of a sealed document; `content` is what its reference leads to.
pub(super) fn examine(
    document: &Document<'_>,
    content: Option<(&[u8], Option<&DocumentName>)>,
    budget: &mut Budget,
) -> Result<Examination, LimitExceeded> {
    let contents: Vec<Content<'_>> = content
        .into_iter()
        .map(|(bytes, name)| Content { name: name.map(|name| name.as_str().to_owned()), bytes })
        .collect();
    examine_with(document, &contents, budget)
}

/// The id of the only signature that is over these octets and has this value.
pub(super) fn own<'e>(examination: &'e Examination, signed_info: &[u8], value: &[u8]) -> Option<&'e str> {
    let is_own = |xml: &XmlSignature| {
        matches!(&xml.signed_info, Ok(SignedInfo::Octets(octets)) if octets == signed_info) && xml.value == value
    };
    let mut found = examination.signatures.iter().filter(|one| one.xml().is_some_and(is_own));
    match (found.next(), found.next()) {
        (Some(own), None) => Some(&own.id),
        _ => None,
    }
}

/// Bytes of the document before the end tag of its root element.
fn before_end(bytes: &[u8], tree: &Tree<'_>) -> Result<usize, SealError> {
    let text = tree.text();
    if !is_version_1_0(text) {
        return Err(SealError::NotAppendable { cause: "xml-version", offset: None });
    }
    let span = tree.span(tree.document_element().ok_or(MALFORMED)?);
    let before = text.get(..span.end).ok_or(MALFORMED)?;
    // Nothing but the last tag of an element has this character so near to its end.
    let last = before.rfind('<').ok_or(MALFORMED)?;
    if !before.get(last..).is_some_and(|tag| tag.starts_with("</")) {
        let offset = u64::try_from(span.start).ok();
        return Err(SealError::NotAppendable { cause: "empty-root", offset });
    }
    let at = Writing::of(bytes).length(before.get(..last).ok_or(MALFORMED)?);
    if at < bytes.len() { Ok(at) } else { Err(MALFORMED) }
}

/// Whether a document is one of XML 1.0: of others there is no canonical form.
fn is_version_1_0(text: &str) -> bool {
    let Some(declaration) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) else { return true };
    let version = declaration.0.split_once("version").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
    version.is_none_or(|version| version == "1.0")
}

/// That no attribute of the document begins like the identifiers of our signature.
fn free(tree: &Tree<'_>, id: &str, budget: &mut Budget) -> Result<(), SealError> {
    budget.spend(u64::try_from(tree.len() >> 4).unwrap_or(u64::MAX))?;
    let elements = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
    let mut values = elements.flat_map(|element| element.attributes()).map(|attribute| attribute.value);
    if values.any(|value| value.starts_with(id)) {
        return Err(SealError::NotAppendable { cause: "identifier-taken", offset: None });
    }
    Ok(())
}

/// A list of the default namespace and of every prefix that the document declares, sorted.
fn declared(tree: &Tree<'_>) -> Result<String, SealError> {
    let elements = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
    let mut prefixes: Vec<_> = elements.flat_map(|element| element.declarations()).map(|one| one.prefix).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let mut names: Vec<&str> = prefixes.into_iter().map(|prefix| tree.name(prefix)).collect();
    names.retain(|name| !name.is_empty() && *name != "xml");
    names.sort_unstable();
    names.insert(0, "#default");
    let list = names.join(" ");
    if list.len() > PREFIXES {
        return Err(SealError::NotAppendable { cause: "prefixes", offset: None });
    }
    Ok(list)
}

/// The digest of the canonical form of a document.
fn canonical(
    tree: &Tree<'_>,
    method: &Method,
    state: DigestState,
    budget: &mut Budget,
) -> Result<Digest, SealError> {
    let mut sink = Digesting { state, octets: 0 };
    canonicalise(tree, &Subtree::new(tree, NodeId::ROOT), method, &mut sink, budget).map_err(
        |error| match error {
            C14nError::Limit(limit) => SealError::Limit(limit),
            C14nError::RelativeNamespace { offset } => {
                SealError::NotAppendable { cause: "relative-namespace", offset: Some(offset) }
            }
        },
    )?;
    budget.spend(u64::try_from(sink.octets >> 10).unwrap_or(u64::MAX))?;
    Ok(sink.state.finish())
}

struct Digesting {
    state: DigestState,
    octets: usize,
}

impl Sink for Digesting {
    fn octets(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        self.state.update(octets);
    }
}

const MALFORMED: SealError = SealError::Value { cause: "malformed" };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::syntax::xml::decode;

    fn place(bytes: &[u8]) -> Result<usize, &'static str> {
        let text = decode(bytes).unwrap();
        let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).unwrap();
        before_end(bytes, &tree).map_err(|error| match error {
            SealError::NotAppendable { cause, .. } => cause,
            error => panic!("{error}"),
        })
    }

    #[test]
    fn the_place_is_before_the_end_tag_of_the_root() {
        for (text, at) in
            [("<a></a>", 3), ("<a><a/></a\n>\n<!--</a>--><?p </a>?>", 7), ("<a><![CDATA[</a>]]></a>", 19)]
        {
            assert_eq!(place(text.as_bytes()), Ok(at), "{text}");
        }
        assert_eq!(place(b"<a b='>/a>'/>"), Err("empty-root"));
        assert_eq!(place(b"<!--</a>--><a/><!--</a>-->"), Err("empty-root"));
        assert_eq!(place(b"<?xml version='1.1'?><a></a>"), Err("xml-version"));
        assert_eq!(place(b"<?xml version='1.0'?><a>version='1.1'</a>"), Ok(37));
        let utf16: Vec<u8> = "\u{feff}<ä>€</ä>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(place(&utf16), Ok(10));
    }

    #[test]
    fn all_prefixes_are_listed_once_and_identifiers_are_free() {
        let text =
            "<a xmlns='u:d' xmlns:q='u:q' Id='sigillum-00-x'><b xmlns:q='u:r' xmlns:p='u:p' xml:id='y'/></a>";
        let mut budget = Budget::new(&Limits::DEFAULT);
        let tree = Tree::parse(text, &mut budget).unwrap();
        assert_eq!(declared(&tree).unwrap(), "#default p q");
        assert!(free(&tree, "sigillum-00", &mut budget).is_err());
        assert!(free(&tree, "sigillum-01", &mut budget).is_ok());
    }
}
