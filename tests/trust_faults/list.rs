//! Trust lists of any sequence number and length, signed by a key of the test's own, in the form that Exclusive XML
//! Canonicalization would give them: what is digested is what stands there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::trust::ListSigner;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const END: &str = "</TrustServiceStatusList>";

/// Who signs lists.
pub(crate) struct ListMaker {
    key: EcdsaKeyPair,
    certificate: Vec<u8>,
}

impl ListMaker {
    pub(crate) fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap().der().to_vec();
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &random);
        Self { key: key.unwrap(), certificate }
    }

    /// SHA-256 of the certificate, as a configuration pins it.
    pub(crate) fn pin(&self) -> String {
        self.signer().sha256.to_string()
    }

    /// The pin.
    pub(crate) fn signer(&self) -> ListSigner {
        ListSigner { sha256: digest(DigestAlgorithm::Sha256, &self.certificate), from: None, until: None }
    }

    /// The list of this number, longer by so many octets.
    pub(crate) fn list(&self, number: u64, longer: usize) -> Vec<u8> {
        let content = content(number, longer);
        let properties = self.properties();
        let info = signed_info(&sha256(content.as_bytes()), &sha256(properties.as_bytes()));
        let value = self.key.sign(&SystemRandom::new(), info.as_bytes()).unwrap();
        let signature = format!(
            "<ds:Signature xmlns:ds=\"{DS}\" Id=\"s\">{info}<ds:SignatureValue>{}</ds:SignatureValue><ds:KeyInfo>\
             <ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>\
             <xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#s\">{properties}\
             </xades:QualifyingProperties></ds:Object></ds:Signature>",
            STANDARD.encode(value),
            STANDARD.encode(&self.certificate),
        );
        format!("{}{signature}{END}", content.strip_suffix(END).unwrap()).into_bytes()
    }

    fn properties(&self) -> String {
        format!(
            "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"p\"><xades:SignedSignatureProperties>\
             <xades:SigningTime>2026-01-01T00:00:00Z</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>\
             <xades:CertDigest><ds:DigestMethod xmlns:ds=\"{DS}\" Algorithm=\"{SHA256}\"></ds:DigestMethod>\
             <ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue></xades:CertDigest></xades:Cert>\
             </xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>",
            sha256(&self.certificate)
        )
    }
}

/// Each number is issued a minute after the one before.
fn content(number: u64, longer: usize) -> String {
    let issued = sigillum::time::Timestamp::from_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let issued = issued.plus_seconds(60 * i64::try_from(number).unwrap());
    let uri = "<URI xml:lang=\"en\">https://list.invalid/</URI>";
    format!(
        "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" TSLTag=\"http://uri.etsi.org/19612/TSLTag\">\
         <SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>{number}\
         </TSLSequenceNumber><TSLType>https://list.invalid/TSLType</TSLType><SchemeOperatorName>\
         <Name xml:lang=\"en\">TEST</Name></SchemeOperatorName><SchemeName><Name xml:lang=\"en\">ZZ: {}</Name>\
         </SchemeName><SchemeInformationURI>{uri}</SchemeInformationURI>\
         <StatusDeterminationApproach>https://list.invalid/StatusDetn</StatusDeterminationApproach>\
         <SchemeTypeCommunityRules>{uri}</SchemeTypeCommunityRules><SchemeTerritory>ZZ</SchemeTerritory>\
         <HistoricalInformationPeriod>65535</HistoricalInformationPeriod><ListIssueDateTime>{issued}\
         </ListIssueDateTime><NextUpdate><dateTime>2126-01-01T00:00:00Z</dateTime></NextUpdate>\
         </SchemeInformation>{END}",
        "x".repeat(longer),
    )
}

fn signed_info(list: &str, properties: &str) -> String {
    let method = |name: &str, uri: &str| format!("<ds:{name} Algorithm=\"{uri}\"></ds:{name}>");
    let digest =
        |digest: &str| format!("{}<ds:DigestValue>{digest}</ds:DigestValue>", method("DigestMethod", SHA256));
    let exclusive = method("Transform", EXCLUSIVE);
    format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\">{}{}<ds:Reference URI=\"\"><ds:Transforms>{}{exclusive}</ds:Transforms>{}\
         </ds:Reference><ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#p\">\
         <ds:Transforms>{exclusive}</ds:Transforms>{}</ds:Reference></ds:SignedInfo>",
        method("CanonicalizationMethod", EXCLUSIVE),
        method("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
        method("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature"),
        digest(list),
        digest(properties),
    )
}

fn sha256(octets: &[u8]) -> String {
    STANDARD.encode(digest(DigestAlgorithm::Sha256, octets).as_bytes())
}
