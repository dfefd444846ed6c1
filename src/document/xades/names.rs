//! The names that XML signatures are made of (XML Signature 1.1 §1.3, §6; RFC 9231 §2).

/// XML Signature.
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// `xsi:schemaLocation`.
pub(super) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// XML-Signature XPath Filter 2.0: its elements and its transform.
pub(super) const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
/// `InclusiveNamespaces` of Exclusive XML Canonicalization.
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// `RSAPSSParams` (RFC 9231 §2.3.9), and the method of that name.
pub(super) const MORE_2007: &str = "http://www.w3.org/2007/05/xmldsig-more#";

/// The transform that takes the signature out.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The transform that decodes.
pub(super) const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";
/// The transform that evaluates an expression for every node.
pub(super) const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";

/// The Type of a reference to a manifest.
pub(super) const TYPE_MANIFEST: &str = "http://www.w3.org/2000/09/xmldsig#Manifest";

/// `XAdES` 1.1.1, 1.2.2 and 1.3.2: the namespaces of `QualifyingProperties`.
pub(super) const XADES: [&str; 3] =
    ["http://uri.etsi.org/01903/v1.3.2#", "http://uri.etsi.org/01903/v1.2.2#", "http://uri.etsi.org/01903/v1.1.1#"];
/// `XAdES` 1.4.1: further properties.
pub(super) const XADES_141: &str = "http://uri.etsi.org/01903/v1.4.1#";

/// Whether a namespace is one that `XAdES` properties stand in.
pub(super) fn is_xades(namespace: &str) -> bool {
    XADES.contains(&namespace) || namespace == XADES_141
}
