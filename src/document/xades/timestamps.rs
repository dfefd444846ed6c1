//! Time-stamps in properties (EN 319 132-1 §4.4, §5.2.8, §5.3, §5.5.2, annex A.1.5; TS 101 903 §7.1.4): where they stand,
//! which tokens they hold, and of what they say that they are over.
//!
//! Without `Include` (`HashDataInfo` in version 1.1.1) it follows from the property: see [`super::imprint`]. `XMLTimeStamp`
//! and `ReferenceInfo` are refused by name.

use super::facts::Fault;
use super::names::{DS, is_xades};
use super::properties::{Qualified, content_timestamps};
use super::property::{TimestampProperty, UnsignedKind};
use super::structure::{algorithm, base64_of, canonicalisation, elements};
use super::transform::unsupported;
use crate::crypto::DigestAlgorithm;
use crate::limits::Limits;
use crate::pki::TimestampToken;
use crate::syntax::xml::c14n::{Form, Method};
use crate::syntax::xml::{Element, Tree};

/// A property that holds time-stamps.
#[derive(Debug)]
pub(super) struct Stamped<'t> {
    pub(super) property: TimestampProperty,
    /// Its number among the unsigned properties.
    pub(super) place: Option<usize>,
    /// The canonical form of what it is over.
    pub(super) method: Result<Method, Fault>,
    /// What it names; nothing where it follows from the property.
    pub(super) named: Vec<Included<'t>>,
    pub(super) tokens: Vec<Token>,
}

/// What a time-stamp names.
#[derive(Debug)]
pub(super) struct Included<'t> {
    pub(super) uri: Option<&'t str>,
    /// Of a reference: that it is over what the reference is to, and not over the reference.
    pub(super) referenced_data: bool,
    pub(super) transforms: Vec<Element<'t>>,
}

/// A token, and the digest that it is made with.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) value: Result<Vec<u8>, &'static str>,
    pub(super) algorithm: Option<DigestAlgorithm>,
}

/// The time-stamps of a signature: those of signed properties, then those of unsigned ones in order.
pub(super) fn timestamps<'t>(tree: &'t Tree<'t>, qualified: &Qualified<'t>) -> Vec<Stamped<'t>> {
    let content = content_timestamps(tree, qualified).into_iter().map(|element| {
        let all = element.local() == "AllDataObjectsTimeStamp";
        let property =
            if all { TimestampProperty::AllDataObjects } else { TimestampProperty::IndividualDataObjects };
        Stamped::read(tree, &element, property, None)
    });
    let unsigned = qualified.unsigned.iter().enumerate().filter_map(|(number, element)| {
        let v2 = element.local().ends_with("V2");
        let property = match UnsignedKind::of(element, qualified.namespace) {
            UnsignedKind::SignatureTimestamp => TimestampProperty::Signature,
            UnsignedKind::SigAndRefsTimestamp => TimestampProperty::SigAndRefs { v2 },
            UnsignedKind::RefsOnlyTimestamp => TimestampProperty::RefsOnly { v2 },
            UnsignedKind::ArchiveTimestamp => TimestampProperty::Archive,
            UnsignedKind::ArchiveTimestampBefore141 => TimestampProperty::ArchiveBefore141,
            _ => return None,
        };
        Some(Stamped::read(tree, element, property, Some(number)))
    });
    content.chain(unsigned).collect()
}

impl<'t> Stamped<'t> {
    fn read(tree: &'t Tree<'t>, element: &Element<'t>, property: TimestampProperty, place: Option<usize>) -> Self {
        let mut read = Self {
            property,
            place,
            method: Ok(Method::new(Form::Inclusive10)),
            named: Vec::new(),
            tokens: Vec::new(),
        };
        let (mut methods, mut strange) = (0_usize, None);
        for part in elements(tree, element.id()) {
            let namespace = part.namespace();
            match part.local() {
                "Include" if is_xades(namespace) => read.named.push(Included {
                    uri: part.attribute("URI"),
                    referenced_data: matches!(part.attribute("referencedData").map(str::trim), Some("true" | "1")),
                    transforms: Vec::new(),
                }),
                "HashDataInfo" if is_xades(namespace) => read.named.push(Included {
                    uri: part.attribute("uri"),
                    referenced_data: false,
                    transforms: elements(tree, part.id()).flat_map(|list| elements(tree, list.id())).collect(),
                }),
                "CanonicalizationMethod" if namespace == DS || is_xades(namespace) => {
                    methods = methods.saturating_add(1);
                    let named = algorithm(&part);
                    read.method = canonicalisation(tree, &part).ok_or_else(|| unsupported(named));
                }
                "EncapsulatedTimeStamp" if is_xades(namespace) => read.tokens.push(Token::read(tree, part)),
                "XMLTimeStamp" if is_xades(namespace) => {
                    read.tokens.push(Token { value: Err("XMLTimeStamp"), algorithm: None });
                }
                // Whatever else stands here, nobody could say what the time-stamp is over.
                other => strange = strange.or(Some(unsupported(other))),
            }
        }
        if methods > 1 {
            strange = strange.or(Some(unsupported("CanonicalizationMethod")));
        }
        if let Some(strange) = strange {
            read.method = Err(strange);
        }
        if read.tokens.is_empty() {
            read.tokens.push(Token { value: Ok(Vec::new()), algorithm: None });
        }
        read
    }

    /// Whether it begins with what the references of the signature lead to.
    pub(super) const fn begins_with_references(&self) -> bool {
        self.named.is_empty()
            && matches!(
                self.property,
                TimestampProperty::AllDataObjects
                    | TimestampProperty::Archive
                    | TimestampProperty::ArchiveBefore141
            )
    }
}

impl Token {
    fn read(tree: &Tree<'_>, element: Element<'_>) -> Self {
        let Ok(value) = base64_of(tree, element, "EncapsulatedTimeStamp") else {
            return Self { value: Ok(Vec::new()), algorithm: None };
        };
        let token = TimestampToken::parse(&value, Limits::DEFAULT.der_depth).ok();
        let imprint = token.map(|token| token.tst_info.imprint_algorithm.raw);
        let algorithm = imprint.and_then(|raw| DigestAlgorithm::from_algorithm_identifier(&raw).ok());
        Self { value: Ok(value), algorithm }
    }
}
