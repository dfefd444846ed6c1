//! Trust lists that tests make: written in the form that Exclusive XML Canonicalization would give them, signed with ECDSA
//! on P-256 (XAdES baseline B, enveloped). What is made is judged by xmlsec1 too (tests/trust_announced.rs).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use sigillum::pki::Certificate;
use sigillum::trust::ListSigner;
use std::sync::Arc;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const DIGEST: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const ECDSA: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const END: &str = "</TrustServiceStatusList>";

/// `TSLType` of a list of lists.
pub const OF_LISTS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists";
/// `TSLType` of a national list.
pub const NATIONAL: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric";

/// Somebody who signs lists.
pub struct ListMaker {
    key: EcdsaKeyPair,
    /// The certificate.
    pub certificate: Vec<u8>,
}

/// A pointer to another list.
pub struct Points<'a> {
    pub location: String,
    pub territory: &'a str,
    pub type_uri: &'a str,
    pub signers: Vec<&'a ListMaker>,
}

/// What a list says.
pub struct MadeList<'a> {
    pub version: u64,
    pub number: u64,
    pub territory: &'a str,
    pub type_uri: &'a str,
    pub issued: &'a str,
    /// None: closed.
    pub next_update: Option<&'a str>,
    /// `SchemeInformationURI`, in order.
    pub information: Vec<String>,
    pub points: Vec<Points<'a>>,
    /// Certificates of services `CA/QC` that are granted since 2020.
    pub services: Vec<&'a [u8]>,
    /// Whether the signer is named in `SigningCertificateV2`.
    pub is_version_2: bool,
}

impl ListMaker {
    /// With a new key.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).expect("a certificate").der().to_vec();
        let random = random();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &random);
        Self { key: key.expect("a key"), certificate }
    }

    /// The pin of it.
    pub fn pin(&self) -> ListSigner {
        ListSigner::of(&Certificate::parse(&self.certificate).expect("a certificate"))
    }

    /// A signed list.
    pub fn sign(&self, list: &MadeList<'_>) -> Arc<[u8]> {
        let content = list.content();
        let version = if list.is_version_2 { "SigningCertificateV2" } else { "SigningCertificate" };
        let serial = if list.is_version_2 {
            String::new()
        } else {
            format!(
                "<xades:IssuerSerial><ds:X509IssuerName xmlns:ds=\"{DS}\">CN=x</ds:X509IssuerName>\
                 <ds:X509SerialNumber xmlns:ds=\"{DS}\">1</ds:X509SerialNumber></xades:IssuerSerial>"
            )
        };
        let properties = format!(
            "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"properties\"><xades:SignedSignatureProperties>\
             <xades:SigningTime>{}</xades:SigningTime><xades:{version}><xades:Cert><xades:CertDigest>\
             <ds:DigestMethod xmlns:ds=\"{DS}\" Algorithm=\"{DIGEST}\"></ds:DigestMethod>\
             <ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue></xades:CertDigest>{serial}</xades:Cert>\
             </xades:{version}></xades:SignedSignatureProperties></xades:SignedProperties>",
            list.issued,
            sha256(&self.certificate)
        );
        let method = |name: &str, uri: &str| format!("<ds:{name} Algorithm=\"{uri}\"></ds:{name}>");
        let digested = |octets: &str| {
            let value = sha256(octets.as_bytes());
            format!("{}<ds:DigestValue>{value}</ds:DigestValue>", method("DigestMethod", DIGEST))
        };
        let exclusive = method("Transform", EXCLUSIVE);
        let info = format!(
            "<ds:SignedInfo xmlns:ds=\"{DS}\">{}{}<ds:Reference URI=\"\"><ds:Transforms>{}{exclusive}\
             </ds:Transforms>{}</ds:Reference><ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" \
             URI=\"#properties\"><ds:Transforms>{exclusive}</ds:Transforms>{}</ds:Reference></ds:SignedInfo>",
            method("CanonicalizationMethod", EXCLUSIVE),
            method("SignatureMethod", ECDSA),
            method("Transform", ENVELOPED),
            digested(&content),
            digested(&properties),
        );
        let value = self.key.sign(&random(), info.as_bytes()).expect("a signature");
        let signature = format!(
            "<ds:Signature xmlns:ds=\"{DS}\" Id=\"signature\">{info}<ds:SignatureValue>{}</ds:SignatureValue>\
             <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
             <ds:Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#signature\">{properties}\
             </xades:QualifyingProperties></ds:Object></ds:Signature>",
            STANDARD.encode(value),
            STANDARD.encode(&self.certificate),
        );
        let before = content.strip_suffix(END).expect("the end");
        format!("{before}{signature}{END}").into_bytes().into()
    }
}

impl<'a> MadeList<'a> {
    /// An ordinary list of this territory.
    pub fn national(territory: &'a str, number: u64, services: Vec<&'a [u8]>) -> Self {
        Self {
            version: 6,
            number,
            territory,
            type_uri: NATIONAL,
            issued: "2026-11-01T00:00:00Z",
            next_update: Some("2099-01-01T00:00:00Z"),
            information: Vec::new(),
            points: Vec::new(),
            services,
            is_version_2: true,
        }
    }

    /// An ordinary list of lists.
    pub fn of_lists(number: u64, information: Vec<String>, points: Vec<Points<'a>>) -> Self {
        Self { type_uri: OF_LISTS, information, points, ..Self::national("EU", number, Vec::new()) }
    }

    fn content(&self) -> String {
        let names = |name: &str| format!("<Name xml:lang=\"en\">{name}</Name>");
        let uri = |uri: &String| format!("<URI xml:lang=\"en\">{uri}</URI>");
        let information: String = self.information.iter().map(uri).collect();
        let points: String = self.points.iter().map(Points::content).collect();
        let pointers =
            if points.is_empty() { points } else { format!("<PointersToOtherTSL>{points}</PointersToOtherTSL>") };
        let next = self.next_update.map(|next| format!("<dateTime>{next}</dateTime>")).unwrap_or_default();
        let services: String = self.services.iter().map(|certificate| service(certificate)).collect();
        let providers = if services.is_empty() {
            services
        } else {
            format!(
                "<TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName>{}</TSPName></TSPInformation>\
                 <TSPServices>{services}</TSPServices></TrustServiceProvider></TrustServiceProviderList>",
                names("Provider")
            )
        };
        format!(
            "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" \
             TSLTag=\"http://uri.etsi.org/19612/TSLTag\"><SchemeInformation>\
             <TSLVersionIdentifier>{}</TSLVersionIdentifier><TSLSequenceNumber>{}</TSLSequenceNumber>\
             <TSLType>{}</TSLType><SchemeOperatorName>{}</SchemeOperatorName><SchemeName>{}</SchemeName>\
             <SchemeInformationURI>{information}</SchemeInformationURI>\
             <StatusDeterminationApproach>http://example.test/approach</StatusDeterminationApproach>\
             <SchemeTerritory>{}</SchemeTerritory>\
             <HistoricalInformationPeriod>65535</HistoricalInformationPeriod>{pointers}\
             <ListIssueDateTime>{}</ListIssueDateTime><NextUpdate>{next}</NextUpdate></SchemeInformation>{providers}{END}",
            self.version,
            self.number,
            self.type_uri,
            names("Operator"),
            names("Scheme"),
            self.territory,
            self.issued,
        )
    }
}

impl Points<'_> {
    fn content(&self) -> String {
        let identity = |signer: &&ListMaker| {
            format!(
                "<ServiceDigitalIdentity><DigitalId><X509Certificate>{}</X509Certificate></DigitalId>\
                 </ServiceDigitalIdentity>",
                STANDARD.encode(&signer.certificate)
            )
        };
        let identities: String = self.signers.iter().map(identity).collect();
        format!(
            "<OtherTSLPointer><ServiceDigitalIdentities>{identities}</ServiceDigitalIdentities>\
             <TSLLocation>{}</TSLLocation><AdditionalInformation><OtherInformation><TSLType>{}</TSLType>\
             </OtherInformation><OtherInformation><SchemeTerritory>{}</SchemeTerritory></OtherInformation>\
             <OtherInformation><t:MimeType xmlns:t=\"http://uri.etsi.org/02231/v2/additionaltypes#\">\
             application/vnd.etsi.tsl+xml</t:MimeType></OtherInformation></AdditionalInformation></OtherTSLPointer>",
            self.location, self.type_uri, self.territory
        )
    }
}

fn service(certificate: &[u8]) -> String {
    format!(
        "<TSPService><ServiceInformation>\
         <ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/CA/QC</ServiceTypeIdentifier>\
         <ServiceName><Name xml:lang=\"en\">Service</Name></ServiceName>\
         <ServiceDigitalIdentity><DigitalId><X509Certificate>{}</X509Certificate></DigitalId>\
         </ServiceDigitalIdentity>\
         <ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted</ServiceStatus>\
         <StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime></ServiceInformation></TSPService>",
        STANDARD.encode(certificate)
    )
}

fn sha256(octets: &[u8]) -> String {
    STANDARD.encode(digest(&SHA256, octets))
}

#[expect(clippy::disallowed_methods, reason = "signing draws randomness")]
fn random() -> SystemRandom {
    SystemRandom::new()
}

/// Whoever a list itself brings as its signers: to look at the list, not to believe it.
pub fn signers_in(bytes: &[u8]) -> Vec<ListSigner> {
    use sigillum::limits::{Budget, Limits};
    use sigillum::syntax::xml::{Element, NodeId, Tree, decode};
    let text = decode(bytes).expect("text");
    let tree = Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).expect("XML");
    let all = tree.subtree(NodeId::ROOT).filter_map(|node| tree.element(node));
    let pin = |certificate: Element<'_>| {
        let dense: String = tree.string_value(certificate.id()).split_whitespace().collect();
        let der = STANDARD.decode(dense).expect("base64");
        ListSigner::of(&Certificate::parse(&der).expect("a certificate"))
    };
    all.filter(|one| one.is(DS, "X509Certificate")).map(pin).collect()
}
