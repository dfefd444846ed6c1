//! The trust list of the demo: one provider with the demo's issuing CA, granted for signatures and seals, signed with a key
//! of its own that is forgotten at once. Its territory is one that no country has; it is worth nothing.
//!
//! The text is written in the form that Exclusive XML Canonicalization would give it, so that what is digested is what
//! stands there. Whether that is so is found out before the list leaves this module: it is verified.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::DemoError;
use crate::crypto::{DigestAlgorithm, PublicKey, SealAlgorithm, SoftwareKey, SystemRandomness, digest};
use crate::pki::{Certificate, pem};
use crate::syntax::der::{Reader, Tlv};
use crate::time::Timestamp;
use crate::trust::scheme::DEMO_TERRITORY;
use crate::trust::{ListSigner, Scheme, VerifiedTrustList};

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const ECDSA: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";
const END: &str = "</TrustServiceStatusList>";

/// From when until when.
pub(super) struct Times {
    pub(super) now: Timestamp,
    /// When the service begins to be granted.
    pub(super) from: Timestamp,
    /// When the next update would be due.
    pub(super) until: Timestamp,
}

/// Who signs the list: certificate and key, PEM.
pub(super) struct Signer<'a> {
    pub(super) certificate: &'a str,
    pub(super) key: &'a str,
}

/// The signed list of a scheme with this issuing CA (PEM).
pub(super) fn signed(issuing: &str, signer: &Signer<'_>, times: &Times) -> Result<Vec<u8>, DemoError> {
    let broken = |what: &str| DemoError::Broken(what.to_owned());
    let issuing = der(issuing).ok_or_else(|| broken("issuing.pem"))?;
    let certificate = der(signer.certificate).ok_or_else(|| broken("list-signer.pem"))?;
    let content = content(&issuing, times);
    let properties = properties(&certificate, times.now);
    let info = signed_info(&sha256(content.as_bytes()), &sha256(properties.as_bytes()));
    let value = value(info.as_bytes(), signer).ok_or_else(|| broken("list signature"))?;
    let signature = format!(
        "<ds:Signature xmlns:ds=\"{DS}\" Id=\"list-signature\">{info}<ds:SignatureValue>{}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>\
         <xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#list-signature\">{properties}\
         </xades:QualifyingProperties></ds:Object></ds:Signature>",
        STANDARD.encode(value),
        STANDARD.encode(&certificate),
    );
    let before = content.strip_suffix(END).unwrap_or(&content);
    let list = format!("{before}{signature}{END}").into_bytes();
    let pin = Certificate::parse(&certificate).map(|certificate| ListSigner::of(&certificate));
    let pin = pin.map_err(|_| broken("list-signer.pem"))?;
    VerifiedTrustList::verify(Arc::from(list.as_slice()), Scheme::Demo, &[pin], times.now)
        .map_err(|refusal| DemoError::Broken(format!("trust list: {refusal}")))?;
    Ok(list)
}

/// The list without its signature (TS 119 612 §5.3 to §5.5), in the terms of the Swiss one.
fn content(issuing: &[u8], times: &Times) -> String {
    const SWISS: &str = "https://uri.tsl-switzerland.ch/TrstSvc";
    let Times { now, from, until } = times;
    let names = |name: &str| format!("<Name xml:lang=\"en\">{name}</Name>");
    let uri = |uri: &str| format!("<URI xml:lang=\"en\">{uri}</URI>");
    let demo = uri("https://demo.sigillum.invalid/");
    let information = |what: &str| {
        format!(
            "<Extension Critical=\"false\"><AdditionalServiceInformation>\
             <URI xml:lang=\"en\">http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{what}</URI>\
             </AdditionalServiceInformation></Extension>"
        )
    };
    format!(
        "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" TSLTag=\"http://uri.etsi.org/19612/TSLTag\">\
         <SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>1</TSLSequenceNumber>\
         <TSLType>https://demo.sigillum.invalid/TSLType</TSLType><SchemeOperatorName>{operator}</SchemeOperatorName>\
         <SchemeName>{scheme}</SchemeName><SchemeInformationURI>{demo}</SchemeInformationURI>\
         <StatusDeterminationApproach>https://demo.sigillum.invalid/StatusDetn</StatusDeterminationApproach>\
         <SchemeTypeCommunityRules>{demo}</SchemeTypeCommunityRules>\
         <SchemeTerritory>{DEMO_TERRITORY}</SchemeTerritory>\
         <HistoricalInformationPeriod>65535</HistoricalInformationPeriod>\
         <ListIssueDateTime>{now}</ListIssueDateTime><NextUpdate><dateTime>{until}</dateTime></NextUpdate>\
         </SchemeInformation><TrustServiceProviderList><TrustServiceProvider><TSPInformation>\
         <TSPName>{operator}</TSPName><TSPInformationURI>{demo}</TSPInformationURI></TSPInformation><TSPServices>\
         <TSPService><ServiceInformation><ServiceTypeIdentifier>{SWISS}/Svctype/CA/QC</ServiceTypeIdentifier>\
         <ServiceName>{service}</ServiceName><ServiceDigitalIdentity><DigitalId><X509Certificate>{certificate}\
         </X509Certificate></DigitalId></ServiceDigitalIdentity>\
         <ServiceStatus>{SWISS}/TrustedList/Svcstatus/granted</ServiceStatus>\
         <StatusStartingTime>{from}</StatusStartingTime>\
         <ServiceInformationExtensions>{signatures}{seals}</ServiceInformationExtensions>\
         </ServiceInformation></TSPService></TSPServices></TrustServiceProvider></TrustServiceProviderList>{END}",
        operator = names("DEMO sigillum"),
        scheme = names("ZZ: DEMO, without legal effect"),
        service = names("DEMO sigillum Issuing CA"),
        certificate = STANDARD.encode(issuing),
        signatures = information("ForeSignatures"),
        seals = information("ForeSeals"),
    )
}

/// `SignedProperties` of baseline B (EN 319 132-1 §6.3), with the namespaces where the canonical form has them.
fn properties(certificate: &[u8], now: Timestamp) -> String {
    format!(
        "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"list-properties\"><xades:SignedSignatureProperties>\
         <xades:SigningTime>{now}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>\
         <ds:DigestMethod xmlns:ds=\"{DS}\" Algorithm=\"{SHA256}\"></ds:DigestMethod>\
         <ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue></xades:CertDigest></xades:Cert>\
         </xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>",
        sha256(certificate)
    )
}

fn signed_info(list: &str, properties: &str) -> String {
    let method = |name: &str, uri: &str| format!("<ds:{name} Algorithm=\"{uri}\"></ds:{name}>");
    let digest =
        |digest: &str| format!("{}<ds:DigestValue>{digest}</ds:DigestValue>", method("DigestMethod", SHA256));
    let exclusive = method("Transform", EXCLUSIVE);
    format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\">{}{}<ds:Reference URI=\"\"><ds:Transforms>{}{exclusive}</ds:Transforms>{}\
         </ds:Reference><ds:Reference Type=\"{PROPERTIES}\" URI=\"#list-properties\"><ds:Transforms>{exclusive}\
         </ds:Transforms>{}</ds:Reference></ds:SignedInfo>",
        method("CanonicalizationMethod", EXCLUSIVE),
        method("SignatureMethod", ECDSA),
        method("Transform", ENVELOPED),
        digest(list),
        digest(properties),
    )
}

/// r and s, each in 32 octets (RFC 9231 §2.3.6).
fn value(message: &[u8], signer: &Signer<'_>) -> Option<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "the demo's list is signed here")]
    let random = SystemRandomness::new();
    let (key, certificate) = (der(signer.key)?, der(signer.certificate)?);
    let public = PublicKey::from_spki(Certificate::parse(&certificate).ok()?.spki()).ok()?;
    let key = SoftwareKey::from_pkcs8(&key, SealAlgorithm::EcdsaP256Sha256, &public, &random).ok()?;
    let signed = key.sign(message, &random).ok()?;
    let mut numbers: Reader<'_> = Tlv::parse_all(&signed, 4).ok()?.sequence().ok()?;
    let mut raw = Vec::with_capacity(64);
    for _ in 0..2 {
        let number = numbers.next_tlv().ok()?.content;
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        raw.extend(std::iter::repeat_n(0, 32_usize.checked_sub(number.len())?));
        raw.extend(number);
    }
    Some(raw)
}

fn der(pem: &str) -> Option<Vec<u8>> {
    pem::objects(pem.as_bytes()).ok()?.into_iter().next().map(|object| object.der)
}

fn sha256(octets: &[u8]) -> String {
    STANDARD.encode(digest(DigestAlgorithm::Sha256, octets).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::pki;
    use crate::crypto::SignatureAlgorithm;
    use crate::limits::{Budget, Limits};
    use crate::trust::{Listing, ServiceKind, ServiceStatus, TrustStore};
    use crate::validation::{Doubt, Evidence, Message, Moment, Origin, Policy, Verdict, validate_signer};

    #[test]
    fn the_demo_has_a_scheme_of_its_own() {
        let now = Timestamp::from_unix(1_800_000_000);
        let made = pki::make(now).unwrap();
        let certificate = Certificate::parse(&der(&made.list_signer).unwrap()).unwrap();
        let signer = Signer { certificate: &made.list_signer, key: &made.list_signer_key };
        let times = Times { now, from: now.plus_seconds(-300), until: now.plus_seconds(86_400) };
        let list = signed(&made.issuing, &signer, &times).unwrap();
        let listing = |scheme| {
            let listing = Listing::new("demo".to_owned(), scheme, vec![ListSigner::of(&certificate)]);
            listing.after(Arc::from(list.as_slice()), now)
        };
        assert_eq!(listing(Scheme::Ch).refusal.map(|refusal| refusal.code).as_deref(), Some("other-territory"));
        let store = TrustStore::default().with_lists(vec![listing(Scheme::Demo)]);
        let issuing = Certificate::parse(&der(&made.issuing).unwrap()).unwrap();
        let services = store.services_of(&issuing);
        let [service] = services.as_slice() else { panic!() };
        let period = service.at(now).unwrap();
        assert_eq!((service.scheme, period.kind), (Scheme::Demo, ServiceKind::CaQc));
        assert_eq!(
            (period.status, period.uses.signatures, period.uses.seals),
            (ServiceStatus::Granted, true, true)
        );
        let mut changed = list.clone();
        let at = changed.windows(7).position(|window| window == b"granted").unwrap();
        changed[at] ^= 2;
        let changed = Listing::new("demo".to_owned(), Scheme::Demo, vec![ListSigner::of(&certificate)])
            .after(changed.into(), now);
        assert_eq!(changed.refusal.map(|refusal| refusal.code).as_deref(), Some("changed"));
    }

    #[test]
    fn nothing_leads_to_a_service_before_the_list_says_anything_of_it() {
        let now = Timestamp::from_unix(1_800_000_000);
        let made = pki::make(now).unwrap();
        let parsed = |pem: &str| Arc::new(Certificate::parse(&der(pem).unwrap()).unwrap());
        let (seal, issuing, list_signer) = (parsed(&made.seal), parsed(&made.issuing), parsed(&made.list_signer));
        let judged = |from: Timestamp| {
            let signer = Signer { certificate: &made.list_signer, key: &made.list_signer_key };
            let list =
                signed(&made.issuing, &signer, &Times { now, from, until: now.plus_seconds(86_400) }).unwrap();
            let listing = Listing::new("demo".to_owned(), Scheme::Demo, vec![ListSigner::of(&list_signer)]);
            let trust = TrustStore::default().with_lists(vec![listing.after(list.into(), now)]);
            let mut evidence = Evidence::new();
            evidence.add_certificate_from(Arc::clone(&issuing), Origin::Supplied);
            let algorithm = SignatureAlgorithm::Ecdsa { digest: DigestAlgorithm::Sha256 };
            let policy = Policy::builtin("no-revocation").unwrap();
            let moment = Moment { at: now, clock: now };
            let mut budget = Budget::new(&Limits::DEFAULT);
            let outcome = validate_signer(&seal, algorithm, &evidence, &trust, &policy, moment, &mut budget);
            (outcome.verdict, outcome.reason.detail)
        };
        assert_eq!(judged(now), (Verdict::Passed, None));
        let since = now.plus_seconds(1);
        let (verdict, detail) = judged(since);
        assert_eq!(verdict, Verdict::Indeterminate(Doubt::NoCertificateChainFound));
        let Some(Message::NoStatusAtTime { time, since: said, .. }) = detail else { panic!("{detail:?}") };
        assert_eq!((time, said), (now, since));
    }
}
