//! The trust list of the demo: one provider with the demo's issuing CA, granted for signatures and seals, and its
//! time-stamping unit, granted for qualified time-stamps. Signed with a key of its own that is forgotten at once, in format
//! version 6. Its territory is one that no country has; it is worth nothing.
//!
//! Before the list leaves this module it is verified as every list is.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::DemoError;
use super::pair::Pair;
use super::sealed;
use crate::pki::Certificate;
use crate::time::Timestamp;
use crate::trust::scheme::DEMO_TERRITORY;
use crate::trust::{ListSigner, Scheme, VerifiedTrustList};

/// The terms of the Swiss list, in which the demo's is written.
const SWISS: &str = "https://uri.tsl-switzerland.ch/TrstSvc";

/// What a list says.
pub(super) struct Content<'c> {
    /// The CA that issues the demo's certificates, and from when on it is granted.
    pub(super) issuing: (&'c Certificate, Timestamp),
    /// Who makes the demo's time-stamps, and from when on he is granted.
    pub(super) unit: (&'c Certificate, Timestamp),
    /// The number of this list.
    pub(super) number: u64,
    /// When it is issued.
    pub(super) now: Timestamp,
    /// When the next update would be due.
    pub(super) until: Timestamp,
}

/// The signed list.
pub(super) fn signed(content: &Content<'_>, signer: &Pair) -> Result<Vec<u8>, DemoError> {
    let list = sealed::list(content.written(), signer, content.now)?;
    let pins = [ListSigner::of(&signer.certificate)];
    VerifiedTrustList::verify(Arc::from(list.as_slice()), Scheme::Demo, &pins, content.now)
        .map_err(|refusal| DemoError::Broken(format!("trust list: {refusal}")))?;
    Ok(list)
}

impl Content<'_> {
    /// The list without its signature (TS 119 612 §5.3 to §5.5).
    fn written(&self) -> String {
        let Self { number, now, until, .. } = self;
        let demo = uri("https://demo.sigillum.invalid/");
        let operator = name("DEMO sigillum");
        let scheme = name("ZZ: DEMO, without legal effect");
        let uses = ["ForeSignatures", "ForeSeals"].map(|what| {
            format!(
                "<Extension Critical=\"false\"><AdditionalServiceInformation>\
                 <URI xml:lang=\"en\">http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{what}</URI>\
                 </AdditionalServiceInformation></Extension>"
            )
        });
        let uses = format!("<ServiceInformationExtensions>{}</ServiceInformationExtensions>", uses.concat());
        let services = [
            service("CA/QC", "DEMO sigillum Issuing CA", self.issuing, &uses),
            service("TSA/QTST", "DEMO sigillum Time-Stamping Unit", self.unit, ""),
        ];
        format!(
            "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" \
             TSLTag=\"http://uri.etsi.org/19612/TSLTag\"><SchemeInformation>\
             <TSLVersionIdentifier>6</TSLVersionIdentifier><TSLSequenceNumber>{number}</TSLSequenceNumber>\
             <TSLType>https://demo.sigillum.invalid/TSLType</TSLType><SchemeOperatorName>{operator}\
             </SchemeOperatorName><SchemeName>{scheme}</SchemeName>\
             <SchemeInformationURI>{demo}</SchemeInformationURI>\
             <StatusDeterminationApproach>https://demo.sigillum.invalid/StatusDetn</StatusDeterminationApproach>\
             <SchemeTypeCommunityRules>{demo}</SchemeTypeCommunityRules>\
             <SchemeTerritory>{DEMO_TERRITORY}</SchemeTerritory>\
             <HistoricalInformationPeriod>65535</HistoricalInformationPeriod>\
             <ListIssueDateTime>{now}</ListIssueDateTime><NextUpdate><dateTime>{until}</dateTime></NextUpdate>\
             </SchemeInformation><TrustServiceProviderList><TrustServiceProvider><TSPInformation>\
             <TSPName>{operator}</TSPName><TSPInformationURI>{demo}</TSPInformationURI></TSPInformation>\
             <TSPServices>{}</TSPServices></TrustServiceProvider></TrustServiceProviderList>\
             </TrustServiceStatusList>",
            services.concat(),
        )
    }
}

/// A service that is granted (§5.5).
fn service(kind: &str, called: &str, (certificate, from): (&Certificate, Timestamp), extensions: &str) -> String {
    format!(
        "<TSPService><ServiceInformation><ServiceTypeIdentifier>{SWISS}/Svctype/{kind}</ServiceTypeIdentifier>\
         <ServiceName>{}</ServiceName><ServiceDigitalIdentity><DigitalId><X509Certificate>{}\
         </X509Certificate></DigitalId></ServiceDigitalIdentity>\
         <ServiceStatus>{SWISS}/TrustedList/Svcstatus/granted</ServiceStatus>\
         <StatusStartingTime>{from}</StatusStartingTime>{extensions}</ServiceInformation></TSPService>",
        name(called),
        STANDARD.encode(certificate.der()),
    )
}

fn name(name: &str) -> String {
    format!("<Name xml:lang=\"en\">{name}</Name>")
}

fn uri(uri: &str) -> String {
    format!("<URI xml:lang=\"en\">{uri}</URI>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::pair::certificates;
    use crate::cli::demo::pki;
    use crate::cli::demo::pki::DemoPki;
    use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
    use crate::limits::{Budget, Limits};
    use crate::trust::{Listing, ServiceKind, ServiceStatus, TrustStore};
    use crate::validation::{Doubt, Evidence, Message, Moment, Origin, Policy, Verdict, validate_signer};

    /// A demo's PKI with what its list needs.
    struct Made {
        pki: DemoPki,
        unit: Arc<Certificate>,
        signer: Pair,
    }

    fn parsed(pem: &str) -> Arc<Certificate> {
        certificates(pem.as_bytes()).unwrap().remove(0)
    }

    fn made(now: Timestamp) -> Made {
        let pki = pki::make(now).unwrap();
        let until = now.plus_seconds(86_400);
        let unit = parsed(&pki::unit(&pki.issuing_key, now, until).unwrap().certificate);
        let signer = pki::list_signer(now, until).unwrap();
        let signer = Pair::read("", signer.certificate.as_bytes(), signer.key.as_bytes()).unwrap();
        Made { pki, unit, signer }
    }

    fn list(made: &Made, from: Timestamp, now: Timestamp) -> Vec<u8> {
        let issuing = parsed(&made.pki.issuing);
        let until = now.plus_seconds(86_400);
        let content = Content { issuing: (&issuing, from), unit: (&made.unit, from), number: 7, now, until };
        signed(&content, &made.signer).unwrap()
    }

    #[test]
    fn the_demo_has_a_scheme_of_its_own() {
        let now = Timestamp::from_unix(1_800_000_000);
        let made = made(now);
        let list = list(&made, now.plus_seconds(-300), now);
        let listing = |scheme, list: &[u8]| {
            let listing = Listing::new("demo".to_owned(), scheme, vec![ListSigner::of(&made.signer.certificate)]);
            listing.after(Arc::from(list), now)
        };
        let refused = |listing: Listing| listing.refusal.map(|refusal| refusal.code);
        assert_eq!(refused(listing(Scheme::Ch, &list)).as_deref(), Some("other-territory"));
        let verified = listing(Scheme::Demo, &list);
        let said = verified.list.as_ref().unwrap().list();
        assert_eq!((said.version, said.sequence_number), (6, 7));
        let store = TrustStore::default().with_lists(vec![verified]);
        for (certificate, kind, uses) in [
            (&parsed(&made.pki.issuing), ServiceKind::CaQc, (true, true)),
            (&made.unit, ServiceKind::Qtst, (false, false)),
        ] {
            let services = store.services_of(certificate);
            let [service] = services.as_slice() else { panic!() };
            let period = service.at(now).unwrap();
            assert_eq!((service.scheme, period.kind), (Scheme::Demo, kind));
            let found = (period.uses.signatures, period.uses.seals);
            assert_eq!((period.status, found), (ServiceStatus::Granted, uses));
        }
        let mut changed = list.clone();
        let at = changed.windows(7).position(|window| window == b"granted").unwrap();
        changed[at] ^= 2;
        assert_eq!(refused(listing(Scheme::Demo, &changed)).as_deref(), Some("changed"));
    }

    /// As TS 119 612 §5.7.1 has it: the one reference to the list with these two transforms and nothing in them.
    #[test]
    fn the_signature_is_as_the_standard_wants_it() {
        let now = Timestamp::from_unix(1_800_000_000);
        let text = String::from_utf8(list(&made(now), now, now)).unwrap();
        let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
        let wanted = format!(
            " URI=\"\"><ds:Transforms>\
             <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
             <ds:Transform Algorithm=\"{exclusive}\"/></ds:Transforms>"
        );
        assert_eq!(text.matches(&wanted).count(), 1, "{text}");
        assert!(!text.contains("InclusiveNamespaces") && text.contains("<xades:SigningCertificateV2>"));
        assert!(text.ends_with("</ds:Signature></TrustServiceStatusList>"));
    }

    #[test]
    fn nothing_leads_to_a_service_before_the_list_says_anything_of_it() {
        let now = Timestamp::from_unix(1_800_000_000);
        let made = made(now);
        let (seal, issuing) = (parsed(&made.pki.seal), parsed(&made.pki.issuing));
        let pin = ListSigner::of(&made.signer.certificate);
        let judged = |from: Timestamp| {
            let listing = Listing::new("demo".to_owned(), Scheme::Demo, vec![pin]);
            let list = list(&made, from, now);
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
