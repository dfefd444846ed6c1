//! XML signatures through the same processes, signed and time-stamped here by the small PKI of `processes/world.rs`.
//!
//! Every part is written in its exclusive canonical form, with its own namespace declarations, so that what a time-stamp
//! has to be over is a concatenation of what is written.

#![cfg(feature = "service")]

mod support;

#[path = "revocation/pki.rs"]
mod pki;
#[path = "processes/world.rs"]
mod world;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pki::{IdDigest, ResponseText, key_usage, name};
use ring::digest::{SHA256, digest};
use sigillum::pki::OcspResponse;
use sigillum::validation::{Report, SignatureReport};
use support::sign::der;
use world::{FROM, PASSED, Party, World, party, revoked};

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const LATER: &str = "http://uri.etsi.org/01903/v1.4.1#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const SHA: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// What is signed.
const DATA: &str = "<data Id=\"d\">1</data>";

fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

fn sha256(octets: &[u8]) -> String {
    base64(digest(&SHA256, octets).as_ref())
}

/// `r` and `s` of an ECDSA value, 32 octets each (RFC 9231 §2.3.6).
fn r_and_s(value: &[u8]) -> Vec<u8> {
    let mut rest = &value[2..];
    let mut octets = Vec::new();
    for _ in 0..2 {
        let (number, after) = rest[2..].split_at(usize::from(rest[1]));
        let number = &number[number.len().saturating_sub(32)..];
        octets.extend(std::iter::repeat_n(0, 32 - number.len()));
        octets.extend_from_slice(number);
        rest = after;
    }
    octets
}

/// A signature under construction: its parts as they stand in the document, in canonical form.
struct Made<'w> {
    world: &'w World,
    /// The version of the properties.
    namespace: &'static str,
    info: String,
    value: String,
    key_info: String,
    signed: String,
    unsigned: Vec<String>,
    objects: String,
}

/// Signed properties besides the certificate.
#[derive(Default)]
struct Properties {
    of_signature: String,
    of_data: String,
}

const FORMAT: &str = "<xades:DataObjectFormat ObjectReference=\"#r\"><xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat>";

impl<'w> Made<'w> {
    fn new(world: &'w World) -> Self {
        Self::with(world, &Properties::default())
    }

    fn with(world: &'w World, properties: &Properties) -> Self {
        Self::of_version(world, XADES, properties)
    }

    fn of_version(world: &'w World, namespace: &'static str, properties: &Properties) -> Self {
        let more = format!("<xades:SigningTime>2026-05-01T00:00:00Z</xades:SigningTime>{}", named(&world.person));
        let signed = format!(
            "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"p\"><xades:SignedSignatureProperties>{more}{}\
             </xades:SignedSignatureProperties><xades:SignedDataObjectProperties>{FORMAT}{}\
             </xades:SignedDataObjectProperties></xades:SignedProperties>",
            properties.of_signature, properties.of_data
        )
        .replace(XADES, namespace);
        let to = |id: &str, uri: &str, of_type: &str, octets: &str| {
            format!(
                "<ds:Reference{id}{of_type} URI=\"#{uri}\"><ds:Transforms><ds:Transform Algorithm=\"{EXCLUSIVE}\">\
                 </ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{SHA}\"></ds:DigestMethod>\
                 <ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
                sha256(octets.as_bytes())
            )
        };
        let of_type = " Type=\"http://uri.etsi.org/01903#SignedProperties\"";
        let references = to(" Id=\"r\"", "d", "", DATA) + &to("", "p", of_type, &signed);
        Self { namespace, ..Self::over(world, &references, "v", signed) }
    }

    fn over(world: &'w World, references: &str, id: &str, signed: String) -> Self {
        let info = format!(
            "<ds:SignedInfo xmlns:ds=\"{DS}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">\
             </ds:CanonicalizationMethod><ds:SignatureMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"></ds:SignatureMethod>{references}\
             </ds:SignedInfo>"
        );
        let value = base64(&r_and_s(&world.person.key.sign(info.as_bytes())));
        Self {
            world,
            namespace: XADES,
            value: format!("<ds:SignatureValue xmlns:ds=\"{DS}\" Id=\"{id}\">{value}</ds:SignatureValue>"),
            info,
            key_info: format!(
                "<ds:KeyInfo xmlns:ds=\"{DS}\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>\
                 </ds:KeyInfo>",
                base64(world.person.certificate.der())
            ),
            signed,
            unsigned: Vec::new(),
            objects: String::new(),
        }
    }

    fn signature(&self) -> String {
        let unsigned = if self.unsigned.is_empty() {
            String::new()
        } else {
            format!(
                "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{}</xades:UnsignedSignatureProperties>\
                 </xades:UnsignedProperties>",
                self.unsigned.concat()
            )
        };
        format!(
            "<ds:Signature xmlns:ds=\"{DS}\">{}{}{}<ds:Object><xades:QualifyingProperties xmlns:xades=\"{}\" \
             Target=\"#s\">{}{unsigned}</xades:QualifyingProperties></ds:Object>{}</ds:Signature>",
            self.info, self.value, self.key_info, self.namespace, self.signed, self.objects
        )
    }

    fn document(&self) -> Vec<u8> {
        format!("<root>{DATA}{}</root>", self.signature()).into_bytes()
    }

    fn judge(&self) -> Report {
        self.world.judge(&self.document())
    }

    fn said(&self) -> String {
        self.world.said(&self.document())
    }

    /// What an archive time-stamp has to be over that stands behind the properties so far.
    fn archived(&self, objects: &str) -> String {
        [DATA, &self.signed, &self.info, &self.value, &self.key_info, &self.unsigned.concat(), objects].concat()
    }

    fn stamp(mut self, name: &str, over: &str, authority: &Party, time: &str) -> Self {
        self.unsigned.push(stamp(name, "", &[&token(self.world, authority, over, time)]));
        self
    }

    /// A signature time-stamp of the authority of the world.
    fn stamped(self, time: &str) -> Self {
        let over = self.value.clone();
        let authority = &self.world.authority;
        self.stamp("xades:SignatureTimeStamp", &over, authority, time)
    }

    /// An archive time-stamp of version 1.4.1.
    fn archive(self, authority: &Party, time: &str) -> Self {
        let over = self.archived(&self.objects);
        self.stamp("later:ArchiveTimeStamp", &over, authority, time)
    }

    fn values(mut self, responses: &[&OcspResponse]) -> Self {
        let value = |one: &&OcspResponse| {
            format!("<xades:EncapsulatedOCSPValue>{}</xades:EncapsulatedOCSPValue>", base64(&one.raw))
        };
        self.unsigned.push(format!(
            "<xades:RevocationValues xmlns:xades=\"{XADES}\"><xades:OCSPValues>{}</xades:OCSPValues>\
             </xades:RevocationValues>",
            responses.iter().map(value).collect::<String>()
        ));
        self
    }
}

fn token(world: &World, authority: &Party, over: &str, time: &str) -> String {
    base64(&world.token_by(authority, over.as_bytes(), time, Vec::new()))
}

/// `SigningCertificateV2`.
fn named(party: &Party) -> String {
    format!(
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod xmlns:ds=\"{DS}\" \
         Algorithm=\"{SHA}\"></ds:DigestMethod><ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue></xades:CertDigest>\
         </xades:Cert></xades:SigningCertificateV2>",
        sha256(party.certificate.der())
    )
}

/// A property with tokens. `named` stands before the canonical form.
fn stamp(name: &str, named: &str, tokens: &[&str]) -> String {
    let tokens: String = tokens
        .iter()
        .map(|token| {
            format!("<xades:EncapsulatedTimeStamp xmlns:xades=\"{XADES}\">{token}</xades:EncapsulatedTimeStamp>")
        })
        .collect();
    let namespace =
        if name.starts_with("later:") { format!("later=\"{LATER}\"") } else { format!("xades=\"{XADES}\"") };
    let tokens =
        if name.starts_with("later:") { tokens } else { tokens.replace(&format!(" xmlns:xades=\"{XADES}\""), "") };
    format!(
        "<{name} xmlns:{namespace}>{named}<ds:CanonicalizationMethod xmlns:ds=\"{DS}\" Algorithm=\"{EXCLUSIVE}\">\
         </ds:CanonicalizationMethod>{tokens}</{name}>"
    )
}

/// Of the time-stamp with a number: verdict, reason, what it covers.
fn of_stamp(report: &Report, number: usize) -> String {
    let stamp = &report.signatures[0].timestamps[number];
    let verdict = stamp.verdict.sub_indication().unwrap_or("-");
    format!("{} {verdict} by {} covers {}", stamp.kind.name(), stamp.reason.code(), stamp.covers.join(" "))
}

fn first(report: &Report) -> &SignatureReport {
    &report.signatures[0]
}

const GOOD: &str = "by all-checks-passed";

#[test]
fn a_signature_passes_and_a_time_stamp_proves_its_time() {
    let world = World::new();
    let plain = Made::new(&world);
    assert_eq!(plain.said(), PASSED);
    assert_eq!(first(&plain.judge()).format, "XAdES-BASELINE-B");
    let report = Made::new(&world).stamped("20260501000000Z").judge();
    assert_eq!(first(&report).best_signature_time.to_string(), "2026-05-01T00:00:00Z");
    assert_eq!(first(&report).best_signature_time_source.as_deref(), Some("S1.T1"));
    assert_eq!(first(&report).format, "XAdES-BASELINE-T");
    assert_eq!(of_stamp(&report, 0), format!("signature - {GOOD} covers S1"));
    let both = Made::new(&world).stamped("20260501000000Z").archive(&world.authority, "20260501000000Z");
    assert_eq!(first(&both.judge()).best_signature_time_source.as_deref(), Some("S1.T1"), "the first of one time");
}

#[test]
fn every_property_is_over_what_it_has_to_be() {
    let world = World::new();
    let time = "20260501000000Z";
    let content = |name: &str, named: &str| {
        let token = token(&world, &world.authority, DATA, time);
        let property = stamp(name, named, &[&token]);
        property.replacen(&format!(" xmlns:xades=\"{XADES}\""), "", 1)
    };
    let include = "<xades:Include URI=\"#r\" referencedData=\"true\"></xades:Include>";
    let properties = Properties {
        of_data: content("xades:AllDataObjectsTimeStamp", "")
            + &content("xades:IndividualDataObjectsTimeStamp", include),
        ..Properties::default()
    };
    let refs = |name: &str, prefix: &str, namespace: &str| {
        format!("<{prefix}:{name} xmlns:{prefix}=\"{namespace}\"></{prefix}:{name}>")
    };
    let mut made = Made::with(&world, &properties).stamped(time);
    made.objects = format!("<ds:Object xmlns:ds=\"{DS}\"><other></other></ds:Object>");
    let signature_stamp = made.unsigned[0].clone();
    let certificates = refs("CompleteCertificateRefs", "xades", XADES);
    let second = refs("CompleteCertificateRefsV2", "later", LATER);
    let revocations = refs("CompleteRevocationRefs", "xades", XADES);
    made.unsigned.extend([certificates.clone(), second.clone(), revocations.clone()]);
    let value = made.value.clone();
    let authority = &world.authority;
    made = made
        .stamp("xades:RefsOnlyTimeStamp", &[certificates.as_str(), &revocations].concat(), authority, time)
        .stamp("later:RefsOnlyTimeStampV2", &[second.as_str(), &revocations].concat(), authority, time)
        .stamp(
            "xades:SigAndRefsTimeStamp",
            &[value.as_str(), &signature_stamp, &certificates, &revocations].concat(),
            authority,
            time,
        )
        .stamp(
            "later:SigAndRefsTimeStampV2",
            &[value.as_str(), &signature_stamp, &second, &revocations].concat(),
            authority,
            time,
        );
    let objects = made.objects.clone();
    let over = made.archived(&objects);
    made = made.stamp("xades:ArchiveTimeStamp", &over, authority, time).archive(authority, time);
    let report = made.judge();
    let said: Vec<String> = (0..first(&report).timestamps.len()).map(|number| of_stamp(&report, number)).collect();
    let expected = [
        "content - by all-checks-passed covers S1",
        "content - by all-checks-passed covers S1",
        "signature - by all-checks-passed covers S1",
        "archive - by all-checks-passed covers ",
        "archive - by all-checks-passed covers ",
        "archive - by all-checks-passed covers S1 S1.T3",
        "archive - by all-checks-passed covers S1 S1.T3",
        "archive - by all-checks-passed covers S1 S1.T1 S1.T2 S1.T3 S1.T4 S1.T5 S1.T6 S1.T7",
        "archive - by all-checks-passed covers S1 S1.T1 S1.T2 S1.T3 S1.T4 S1.T5 S1.T6 S1.T7 S1.T8",
    ];
    assert_eq!(said, expected);
    assert_eq!(
        first(&report).format,
        "XAdES-BES",
        "an archive time-stamp of version 1.3.2 is no part of a baseline"
    );
    // The object with something else in it is content that nobody signed.
    assert_eq!(first(&report).reason.code(), "sav-coverage-whole");
}

#[test]
fn an_object_that_a_reference_is_to_stands_in_newer_archive_time_stamps_only() {
    let world = World::new();
    let object = format!("<ds:Object xmlns:ds=\"{DS}\" Id=\"d\">1</ds:Object>");
    for (name, objects, sub) in [
        ("later:ArchiveTimeStamp", object.as_str(), "-"),
        ("later:ArchiveTimeStamp", "", "HASH_FAILURE"),
        ("xades:ArchiveTimeStamp", "", "-"),
        ("xades:ArchiveTimeStamp", object.as_str(), "HASH_FAILURE"),
    ] {
        let plain = Made::new(&world);
        let info = plain.info.replace(&sha256(DATA.as_bytes()), &sha256(object.as_bytes()));
        let references = &info[info.find("<ds:Reference ").unwrap()..info.find("</ds:SignedInfo>").unwrap()];
        let mut made = Made::over(&world, references, "v", plain.signed);
        made.objects.clone_from(&object);
        let over = made.archived(objects).replacen(DATA, &object, 1);
        made = made.stamp(name, &over, &world.authority, "20260501000000Z");
        let report = world.judge(made.signature().as_bytes());
        let stamp = &first(&report).timestamps[0];
        assert_eq!(stamp.verdict.sub_indication().unwrap_or("-"), sub, "{name} {objects}");
        assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED", "{name}");
    }
}

/// The signer is revoked, and so, for a compromised key, is the authority of the time-stamp that would save him; an
/// archive time-stamp of another one from before saves that one, where it covers it.
#[test]
fn an_archive_time_stamp_rescues_what_stands_before_it() {
    let mut world = World::new();
    world.crls = vec![
        world.list_of_root(&revoked(4, "20260615000000Z", 1)),
        world.list_of_ca(&revoked(3, "20260601000000Z", 1)),
    ];
    let second = world.second();
    let unsure = "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked";
    let stamped = || Made::new(&world).stamped("20260501000000Z");
    assert_eq!(stamped().said(), unsure);
    let covering = stamped().archive(&second, "20260610000000Z");
    assert_eq!(covering.said(), PASSED);
    assert_eq!(of_stamp(&covering.judge(), 1), format!("archive - {GOOD} covers S1 S1.T1"));
    assert_eq!(stamped().archive(&second, "20260620000000Z").said(), unsure, "after the compromise");
    let behind = Made::new(&world).archive(&second, "20260610000000Z").stamped("20260501000000Z");
    assert_eq!(behind.said(), unsure, "not covered");
    // It is archival material itself: one from before the revocation is proof enough.
    assert_eq!(Made::new(&world).archive(&second, "20260520000000Z").said(), PASSED);
    // So is one over the signature and references, and one over references alone is not.
    let made = Made::new(&world);
    let over = made.value.clone();
    assert_eq!(made.stamp("xades:SigAndRefsTimeStamp", &over, &second, "20260520000000Z").said(), PASSED);
    let refs = Made::new(&world).stamp("xades:RefsOnlyTimeStamp", "", &second, "20260520000000Z");
    assert_eq!(refs.said(), unsure);
    assert_eq!(of_stamp(&refs.judge(), 0), format!("archive - {GOOD} covers "));
}

/// Whatever was changed in what an archive time-stamp covers: it is named, and proves nothing any more.
#[test]
fn a_broken_archive_time_stamp_is_named_and_proves_nothing() {
    let mut world = World::new();
    world.crls = vec![
        world.list_of_root(&revoked(4, "20260615000000Z", 1)),
        world.list_of_ca(&revoked(3, "20260601000000Z", 1)),
    ];
    let second = world.second();
    let unsure = "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked";
    let made = || Made::new(&world).stamped("20260501000000Z").values(&[]).archive(&second, "20260610000000Z");
    assert_eq!(made().said(), PASSED);
    type Change = fn(&mut Made<'_>);
    let changes: [(&str, Change); 4] = [
        ("a space between values", |made| {
            made.unsigned[1] = made.unsigned[1].replace("<xades:OCSPValues>", "<xades:OCSPValues> ")
        }),
        ("a property taken away", |made| drop(made.unsigned.remove(1))),
        ("a property put before", |made| made.unsigned.insert(0, made.unsigned[1].clone())),
        ("KeyInfo with a space", |made| made.key_info = made.key_info.replace("<ds:X509Data>", "<ds:X509Data> ")),
    ];
    for (what, change) in changes {
        let mut made = made();
        change(&mut made);
        assert_eq!(made.said(), unsure, "{what}");
        let report = made.judge();
        assert_eq!(of_stamp(&report, 1), "archive HASH_FAILURE by cv-message-imprint covers S1", "{what}");
    }
    // What comes behind it is its own.
    let mut later = made();
    later.unsigned.push(later.unsigned[1].clone());
    assert_eq!(later.said(), PASSED);
}

/// The responder has expired since; the answer is in `RevocationValues`, and an archive time-stamp over it, made while he
/// was valid, proves that it existed.
#[test]
fn revocation_values_are_evidence_and_archive_time_stamps_prove_their_existence() {
    let mut world = World::new();
    let extensions = vec![key_usage(0x80), pki::ocsp_signing(), pki::no_check()];
    let responder = party("Responder", 5, [FROM, "20260620000000Z"], extensions, Some(&world.ca));
    let response = ResponseText {
        version: None,
        responder: pki::by_name(&name("Responder")),
        produced_at: "20260615000000Z",
        id: pki::cert_id(IdDigest::Sha1, &name("CA"), &world.ca.key, &[3]),
        status: pki::good(),
        this_update: "20260615000000Z",
        next_update: Some("20260801000000Z"),
        single_extensions: Vec::new(),
        extensions: Vec::new(),
        certificates: vec![Arc::clone(&responder.certificate)],
    };
    let response = response.sign(&responder.key);
    world.crls.pop();
    let expired = "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE by xcv-revocation-issuer-validity";
    assert_eq!(Made::new(&world).values(&[&response]).said(), expired);
    assert!(Made::new(&world).said().starts_with("INDETERMINATE/TRY_LATER"), "without any data");
    for (time, said) in [("20260618000000Z", PASSED), ("20260625000000Z", expired)] {
        let made = Made::new(&world).values(&[&response]).archive(&world.authority, time);
        assert_eq!(made.said(), said, "{time}");
        let before = Made::new(&world).archive(&world.authority, time).values(&[&response]);
        assert_eq!(before.said(), expired, "behind the time-stamp, {time}");
    }
    // In a token before it, as in properties.
    let basic = OcspResponse { raw: response.basic.as_ref().unwrap().raw.clone(), ..response.clone() };
    assert_eq!(Made::new(&world).values(&[&basic]).said(), expired, "a basic response alone is read too");
}

#[test]
fn content_time_stamps_make_certain_that_the_signature_is_younger() {
    let mut world = World::new();
    world.crls = vec![world.list_of_root(&[]), world.list_of_ca(&revoked(3, "20260601000000Z", 1))];
    let made = |time| {
        let token = token(&world, &world.authority, DATA, time);
        let property = stamp("xades:AllDataObjectsTimeStamp", "", &[&token]);
        let of_data = property.replacen(&format!(" xmlns:xades=\"{XADES}\""), "", 1);
        Made::with(&world, &Properties { of_data, ..Properties::default() })
    };
    assert_eq!(made("20260610000000Z").said(), "TOTAL-FAILED/REVOKED by xcv-content-time-before-revocation");
    assert_eq!(made("20260510000000Z").said(), "INDETERMINATE/REVOKED_NO_POE by xcv-signer-not-revoked");
    // Where nobody signed the properties, what stands in them is no content time-stamp.
    let mut unsigned = made("20260610000000Z");
    unsigned.info = unsigned.info.replace("#SignedProperties", "#Other");
    let report = unsigned.judge();
    assert!(first(&report).timestamps.is_empty());
    assert_eq!(first(&report).verdict.total_indication(), "TOTAL-FAILED");
}

#[test]
fn what_cannot_be_told_is_named() {
    let world = World::new();
    let over = Made::new(&world);
    let good = token(&world, &world.authority, &over.value, "20260501000000Z");
    let said = |property: String| {
        let mut made = Made::new(&world);
        // The value of ECDSA is another each time.
        made.info.clone_from(&over.info);
        made.value.clone_from(&over.value);
        made.unsigned.push(property);
        let report = made.judge();
        assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED");
        (0..first(&report).timestamps.len()).map(|number| of_stamp(&report, number)).collect::<Vec<_>>()
    };
    let name = "xades:SignatureTimeStamp";
    let fine = format!("signature - {GOOD} covers S1");
    assert_eq!(said(stamp(name, "", &[&good, &good])), [fine.clone(), fine.clone()], "two tokens in one property");
    assert_eq!(said(stamp(name, "<xades:Include URI=\"#v\"></xades:Include>", &[&good])), [fine]);
    let none = "<xades:Include URI=\"#nobody\"></xades:Include>";
    let missing = "signature FORMAT_FAILURE by fc-reference-found covers ";
    assert_eq!(said(stamp(name, none, &[&good])), [missing]);
    let other = "<xades:Include URI=\"#d\"></xades:Include>";
    let of_data = token(&world, &world.authority, DATA, "20260501000000Z");
    assert_eq!(
        said(stamp(name, other, &[&of_data])),
        [format!("signature - {GOOD} covers ")],
        "it is right, and over something else"
    );
    let unknown = stamp(name, "", &[&good]).replace(EXCLUSIVE, "urn:other");
    assert_eq!(said(unknown), ["signature SIGNED_DATA_NOT_FOUND by cv-transforms-applied covers S1"]);
    let strange = stamp(name, "<xades:ReferenceInfo></xades:ReferenceInfo>", &[&good]);
    assert_eq!(said(strange), ["signature SIGNED_DATA_NOT_FOUND by cv-transforms-applied covers S1"]);
    let xml = stamp(name, "", &[]).replace(
        "</xades:SignatureTimeStamp>",
        "<xades:XMLTimeStamp></xades:XMLTimeStamp></xades:SignatureTimeStamp>",
    );
    assert_eq!(said(xml), ["signature FORMAT_FAILURE by fc-format-known covers S1"]);
    let unreadable = ["signature FORMAT_FAILURE by fc-signature-readable covers S1"];
    assert_eq!(said(stamp(name, "", &["AAAA"])), unreadable);
    assert_eq!(said(stamp(name, "", &[])), unreadable, "no token at all");
    let inclusive = stamp(name, "", &[&good]).replace("xml-exc-c14n#", "xml-exc-c14n#WithComments");
    assert_eq!(said(inclusive), [format!("signature - {GOOD} covers S1")]);
}

/// Versions before 1.3.2 have the same properties; 1.1.1 names what a time-stamp is over by `HashDataInfo`.
#[test]
fn earlier_versions_are_read_and_are_no_baseline() {
    let world = World::new();
    let by_data = "<xades:HashDataInfo uri=\"#v\"></xades:HashDataInfo>";
    let transformed = format!(
        "<xades:HashDataInfo uri=\"#v\"><xades:Transforms><ds:Transform xmlns:ds=\"{DS}\" Algorithm=\"{EXCLUSIVE}\">\
         </ds:Transform></xades:Transforms></xades:HashDataInfo>"
    );
    for (namespace, named, has_form) in [
        ("http://uri.etsi.org/01903/v1.2.2#", "", true),
        ("http://uri.etsi.org/01903/v1.2.2#", "<xades:Include URI=\"#v\"></xades:Include>", true),
        ("http://uri.etsi.org/01903/v1.1.1#", by_data, false),
        ("http://uri.etsi.org/01903/v1.1.1#", &transformed, false),
    ] {
        let mut made = Made::of_version(&world, namespace, &Properties::default());
        let token = token(&world, &world.authority, &made.value, "20260501000000Z");
        let property = stamp("xades:SignatureTimeStamp", named, &[&token]).replace(XADES, namespace);
        let form = format!(
            "<ds:CanonicalizationMethod xmlns:ds=\"{DS}\" Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>"
        );
        made.unsigned.push(if has_form { property } else { property.replace(&form, "") });
        let report = made.judge();
        assert_eq!(of_stamp(&report, 0), format!("signature - {GOOD} covers S1"), "{namespace} {named}");
        assert_eq!(first(&report).format, "XAdES-BES", "{namespace}");
        assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED", "{namespace}");
        assert_eq!(first(&report).best_signature_time_source.as_deref(), Some("S1.T1"));
    }
}

#[test]
fn signature_policies_are_accepted_known_and_the_right_ones() {
    let policy = |id: &str, document: &[u8]| {
        format!(
            "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId><xades:Identifier>{id}\
             </xades:Identifier></xades:SigPolicyId><xades:SigPolicyHash><ds:DigestMethod xmlns:ds=\"{DS}\" \
             Algorithm=\"{SHA}\"></ds:DigestMethod><ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue>\
             </xades:SigPolicyHash></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>",
            sha256(document)
        )
    };
    let made = |world, id: &str| {
        Made::with(world, &Properties { of_signature: policy(id, b"rules"), ..Properties::default() })
    };
    let implied = "<xades:SignaturePolicyIdentifier><xades:SignaturePolicyImplied></xades:SignaturePolicyImplied>\
                   </xades:SignaturePolicyIdentifier>";
    let world = World::new();
    let result = |report: &Report, id: &str| {
        let check = first(report).checks.iter().find(|check| check.id.name() == id);
        check.map_or("-", |check| check.result.name())
    };
    let report = made(&world, "urn:oid:1.2.3").judge();
    let known: String = digest(&SHA256, b"rules").as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(first(&report).attributes.policy, Some(("1.2.3".to_owned(), Some(known.clone()))));
    assert_eq!(result(&report, "vci-policy-available"), "information");
    let strict = World::new().policy(&format!(
        "[levels.signature]\nvci-policy-available = \"fail\"\nvci-policy-digest = \"fail\"\n\
         [signature-policies]\naccepted = [\"1.2.3\", \"https://policy.example/1\"]\nknown = {{ \"1.2.3\" = \"{known}\" }}"
    ));
    assert_eq!(made(&strict, "urn:oid:1.2.3").said(), PASSED);
    let unacceptable = "INDETERMINATE/POLICY_PROCESSING_ERROR by vci-policy-acceptable";
    assert_eq!(made(&strict, "urn:oid:1.2.4").said(), unacceptable);
    let unavailable = "INDETERMINATE/SIGNATURE_POLICY_NOT_AVAILABLE by vci-policy-available";
    assert_eq!(made(&strict, "https://policy.example/1").said(), unavailable);
    let store = |document: &[u8]| {
        format!(
            "<later:SignaturePolicyStore xmlns:later=\"{LATER}\"><later:SignaturePolicyDocument>{}\
             </later:SignaturePolicyDocument></later:SignaturePolicyStore>",
            base64(document)
        )
    };
    let mut stored = made(&strict, "https://policy.example/1");
    stored.unsigned.push(store(b"rules"));
    assert_eq!(stored.said(), PASSED, "the signature brings it along");
    stored.unsigned[0] = store(b"other rules");
    assert_eq!(stored.said(), "INDETERMINATE/POLICY_PROCESSING_ERROR by vci-policy-digest");
    let twice = Properties { of_signature: policy("urn:oid:1.2.3", b"rules") + implied, ..Properties::default() };
    assert_eq!(Made::with(&strict, &twice).said(), unacceptable, "which of them is meant?");
    let implied = Properties { of_signature: implied.to_owned(), ..Properties::default() };
    let report = Made::with(&strict, &implied).judge();
    assert_eq!(first(&report).attributes.policy, Some(("implied".to_owned(), None)));
    assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED");
}

#[test]
fn claims_are_reported_as_claimed_and_decide_the_level_only() {
    let world = World::new();
    let of_signature = "<xades:SignatureProductionPlaceV2><xades:City>Bern</xades:City><xades:CountryName>CH\
                        </xades:CountryName></xades:SignatureProductionPlaceV2><xades:SignerRoleV2>\
                        <xades:ClaimedRoles><xades:ClaimedRole>Notarin</xades:ClaimedRole></xades:ClaimedRoles>\
                        </xades:SignerRoleV2>";
    let of_data = "<xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier>\
                   urn:oid:1.2.840.113549.1.9.16.6.1</xades:Identifier></xades:CommitmentTypeId>\
                   <xades:AllSignedDataObjects></xades:AllSignedDataObjects></xades:CommitmentTypeIndication>";
    let properties =
        |of_signature: &str| Properties { of_signature: of_signature.to_owned(), of_data: of_data.to_owned() };
    let report = Made::with(&world, &properties(of_signature)).judge();
    let attributes = &first(&report).attributes;
    assert_eq!(attributes.location.as_deref(), Some("Bern, CH"));
    assert_eq!(attributes.roles, ["Notarin"]);
    assert_eq!(attributes.commitments, ["1.2.840.113549.1.9.16.6.1"]);
    let [format] = attributes.formats.as_slice() else { panic!("one format") };
    assert_eq!((format.object.as_str(), format.mime_type.as_deref()), ("#r", Some("text/xml")));
    assert_eq!(first(&report).format, "XAdES-BASELINE-B");
    let report = Made::with(&world, &properties(&of_signature.repeat(2))).judge();
    assert_eq!(first(&report).format, "XAdES-BES", "one role and one place");
    assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED");
    let mut unsigned = Made::with(&world, &properties(of_signature));
    unsigned.info = unsigned.info.replace("#SignedProperties", "#Other");
    let report = unsigned.judge();
    assert!(first(&report).attributes.roles.is_empty(), "nobody signed it");
    assert_eq!(first(&report).format, "XMLDSig");
}

/// Counter-signatures in their place are judged, and archive time-stamps cover them.
#[test]
fn counter_signatures_are_judged_in_their_place() {
    let world = World::new();
    let counter = |of: &str, octets: &str, stamped: bool| {
        let signed = format!(
            "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"cp\"><xades:SignedSignatureProperties>{}\
             </xades:SignedSignatureProperties></xades:SignedProperties>",
            named(&world.person)
        );
        let to = |of_type: &str, uri: &str, octets: &str| {
            format!(
                "<ds:Reference Type=\"http://uri.etsi.org/01903#{of_type}\" URI=\"#{uri}\"><ds:Transforms><ds:Transform \
                 Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"{SHA}\">\
                 </ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
                sha256(octets.as_bytes())
            )
        };
        let references = to("CountersignedSignature", of, octets) + &to("SignedProperties", "cp", &signed);
        let made = Made::over(&world, &references, "cv", signed);
        let made = if stamped { made.stamped("20260501000000Z") } else { made };
        format!("<xades:CounterSignature xmlns:xades=\"{XADES}\">{}</xades:CounterSignature>", made.signature())
    };
    let mut made = Made::new(&world);
    let value = made.value.clone();
    made.unsigned.push(counter("v", &value, false));
    let report = made.judge();
    let [inside] = first(&report).counter_signatures.as_slice() else { panic!("one counter-signature") };
    assert_eq!((inside.id.as_str(), inside.verdict.total_indication()), ("S1.C1", "TOTAL-PASSED"));
    assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED");
    assert_eq!(report.signatures.len(), 1);
    made.unsigned[0] = counter("d", DATA, false);
    let report = made.judge();
    let inside = &first(&report).counter_signatures[0];
    assert_eq!(inside.reason.code(), "sav-countersigned-value", "it signs something else");
    assert_eq!(first(&report).verdict.total_indication(), "TOTAL-PASSED");
    let mut made = Made::new(&world);
    let value = made.value.clone();
    made.unsigned.push(counter("v", &value, true));
    let inside = made.unsigned[0].clone();
    // Its canonical form leaves out what is declared around.
    let canonical = |text: &str| {
        let outer = format!(" xmlns:xades=\"{XADES}\"");
        let (head, rest) = text.split_at(text.find("<ds:Signature").unwrap());
        let rest = rest.replace(&outer, "");
        let ds = format!(" xmlns:ds=\"{DS}\"");
        let (first, rest) = rest.split_at(rest.find('>').unwrap());
        [head, first, &rest.replace(&ds, "")].concat()
    };
    let over = [DATA, &made.signed, &made.info, &made.value, &made.key_info, &canonical(&inside)].concat();
    made = made.stamp("later:ArchiveTimeStamp", &over, &world.authority, "20260510000000Z");
    let report = made.judge();
    assert_eq!(of_stamp(&report, 0), format!("archive - {GOOD} covers S1 S1.C1 S1.C1.T1"));
    assert_eq!(first(&report).counter_signatures[0].timestamps[0].id, "S1.C1.T1");
}

/// Thousands of time-stamps in one signature cost what stands in the document, and end with a limit, not with time.
#[test]
fn many_time_stamps_cost_work_that_is_counted() {
    let world = World::new();
    let mut made = Made::new(&world).stamped("20260501000000Z");
    let property = made.unsigned[0].replace("xades:SignatureTimeStamp", "xades:ArchiveTimeStamp");
    made.unsigned.extend(std::iter::repeat_n(property, 2_000));
    let report = made.judge();
    assert_eq!(first(&report).timestamps.len(), 2_001);
    let last = first(&report).timestamps.last().unwrap();
    assert!(matches!(last.reason.code(), "cv-message-imprint" | "fc-within-limits"), "{}", last.reason.code());
}

#[test]
fn der_of_the_made_values_is_what_it_is_taken_for() {
    let long = der::sequence(&[der::integer(&[0, 0x80]), der::integer(&[1])]);
    let octets = r_and_s(&long);
    assert_eq!((octets.len(), octets[31], octets[63]), (64, 0x80, 1));
}
