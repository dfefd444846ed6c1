//! A small PKI of which everything can be set: who is revoked, who has expired, when a time-stamp was made; and documents
//! signed and time-stamped by it.

#![allow(dead_code, reason = "two test binaries include this module, and each of them uses a part of it")]

use std::sync::Arc;

use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use sigillum::document::{Document, examine};
use sigillum::limits::{Budget, Limits};
use sigillum::pki::{Certificate, Crl, OcspResponse};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Evidence, Moment, Origin, Policy, Report, validate};

use super::pki;
use super::pki::{CRL_SIGN, CertificateText, Key, ListText, entry, extension, is_ca, key_usage, name};
use super::support::pdf::MadePdf;
use super::support::sign::der;

pub(crate) const AT: &str = "2026-07-01T00:00:00Z";
pub(crate) const HOLE: usize = 12_000;
pub(crate) const FROM: &str = "20250101000000Z";
pub(crate) const UNTIL: &str = "20360101000000Z";

/// A certificate with its key.
pub(crate) struct Party {
    pub(crate) key: Key,
    pub(crate) certificate: Arc<Certificate>,
}

/// A root, a CA below it that issues a person, and an authority of time-stamps below the root.
pub(crate) struct World {
    pub(crate) root: Party,
    pub(crate) ca: Party,
    pub(crate) person: Party,
    pub(crate) authority: Party,
    pub(crate) sunset: Option<Timestamp>,
    pub(crate) more_anchors: Vec<Arc<Certificate>>,
    pub(crate) policy: Policy,
    pub(crate) crls: Vec<Crl>,
    pub(crate) responses: Vec<OcspResponse>,
}

pub(crate) fn party(
    common_name: &str,
    serial: u8,
    validity: [&'static str; 2],
    more: Vec<Vec<u8>>,
    issuer: Option<&Party>,
) -> Party {
    let key = Key::new();
    let issuer_name =
        issuer.map_or_else(|| name(common_name), |issuer| issuer.certificate.subject().der().to_vec());
    let [from, until] = validity;
    let text = CertificateText {
        serial: vec![serial],
        issuer: issuer_name,
        subject: name(common_name),
        from,
        until,
        extensions: more,
    };
    let certificate = text.issue(&key, issuer.map_or(&key, |issuer| &issuer.key));
    Party { key, certificate }
}

pub(crate) fn ca_extensions() -> Vec<Vec<u8>> {
    // The key identifier need not be a digest: nobody names it.
    vec![is_ca(), key_usage(CRL_SIGN | 0x04), extension("2.5.29.14", false, &der::octets(&[1]))]
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_person([FROM, UNTIL])
    }

    pub(crate) fn with_person(validity: [&'static str; 2]) -> Self {
        let root = party("Root", 1, [FROM, UNTIL], ca_extensions(), None);
        let ca = party("CA", 2, [FROM, UNTIL], ca_extensions(), Some(&root));
        let person = party("Person", 3, validity, vec![key_usage(0xc0)], Some(&ca));
        let purpose = extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
        let authority = party("Authority", 4, [FROM, UNTIL], vec![key_usage(0xc0), purpose], Some(&root));
        let policy = Policy::builtin("default").unwrap();
        let mut world = Self {
            root,
            ca,
            person,
            authority,
            sunset: None,
            more_anchors: Vec::new(),
            policy,
            crls: Vec::new(),
            responses: Vec::new(),
        };
        world.crls = vec![world.list_of_root(&[]), world.list_of_ca(&[])];
        world
    }

    pub(crate) fn list_of_root(&self, entries: &[Vec<u8>]) -> Crl {
        list("Root", entries).sign(&self.root.key)
    }

    pub(crate) fn list_of_ca(&self, entries: &[Vec<u8>]) -> Crl {
        list("CA", entries).sign(&self.ca.key)
    }

    pub(crate) fn judge(&self, document: &[u8]) -> Report {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let document = Document::open(document, None, &Limits::DEFAULT, &mut budget).unwrap();
        let examination = examine(&document, &mut budget).unwrap();
        let mut evidence = Evidence::new();
        evidence.add_embedded(&examination);
        evidence.add_certificate(Arc::clone(&self.ca.certificate));
        self.crls.iter().for_each(|crl| evidence.add_crl(crl.clone(), Origin::Supplied));
        self.responses.iter().for_each(|one| evidence.add_ocsp_response(one.clone(), Origin::Supplied));
        let anchor = TrustAnchor { certificate: Arc::clone(&self.root.certificate), sunset: self.sunset };
        let more = self.more_anchors.iter().cloned();
        let more = more.map(|certificate| TrustAnchor { certificate, sunset: None });
        let trust = TrustStore::new(std::iter::once(anchor).chain(more).collect());
        let at = Timestamp::from_rfc3339(AT).unwrap();
        let moment = Moment { at, clock: at };
        validate(&examination, &evidence, &trust, &self.policy, moment, &mut budget).report
    }

    /// Verdict and reason of the only signature.
    pub(crate) fn said(&self, document: &[u8]) -> String {
        let report = self.judge(document);
        let signature = &report.signatures[0];
        let sub = signature.verdict.sub_indication().unwrap_or("-");
        format!("{}/{sub} by {}", signature.verdict.total_indication(), signature.reason.code())
    }

    /// Another authority of time-stamps.
    pub(crate) fn second(&self) -> Party {
        let purpose = extension("2.5.29.37", true, &der::sequence(&[der::oid("1.3.6.1.5.5.7.3.8")]));
        party("Second", 6, [FROM, UNTIL], vec![key_usage(0xc0), purpose], Some(&self.root))
    }

    pub(crate) fn policy(mut self, rest: &str) -> Self {
        let text = format!("name = \"x\"\nversion = \"1\"\nextends = \"default\"\n{rest}");
        self.policy = Policy::parse(&text).unwrap();
        self
    }

    /// A signed document.
    pub(crate) fn sign(&self, signing: &Signing) -> MadePdf {
        let mut pdf = MadePdf::new([]);
        pdf.sign("S", "ETSI.CAdES.detached", HOLE, |pieces| self.signature(signing, &pieces.concat()));
        pdf
    }

    pub(crate) fn signature(&self, signing: &Signing, content: &[u8]) -> Vec<u8> {
        let (algorithm, oid) = if signing.sha1 {
            (&SHA1_FOR_LEGACY_USE_ONLY, "1.3.14.3.2.26")
        } else {
            (&SHA256, "2.16.840.1.101.3.4.2.1")
        };
        let mut more = Vec::new();
        if let Some(time) = signing.content {
            more.push(attribute("1.2.840.113549.1.9.16.2.20", self.token(content, time)));
        }
        if let Some(policy) = signing.policy {
            let hash =
                der::sequence(&[der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]), der::octets(&[7; 32])]);
            more.push(attribute("1.2.840.113549.1.9.16.2.15", der::sequence(&[der::oid(policy), hash])));
        }
        let digest = digest::digest(algorithm, if signing.broken { b"something else" } else { content });
        let choice = |response: &OcspResponse| {
            der::tlv(0xa1, &[der::oid("1.3.6.1.5.5.7.16.2"), response.raw.to_vec()].concat())
        };
        let responses: Vec<Vec<u8>> = signing.responses.iter().map(choice).collect();
        let certificate = self.person.certificate.der();
        let stamp = |value: &[u8], fields: &[u8]| {
            let own = signing.stamp.map(|time| self.token(value, time));
            let values: Vec<Vec<u8>> =
                own.iter().map(|token| [der::oid(SIGNATURE_STAMP), token.clone()].concat()).collect();
            let archive = signing.archive.as_ref().map(|archive| {
                let before: Vec<Vec<u8>> =
                    own.iter().map(|token| attribute(SIGNATURE_STAMP, token.clone())).collect();
                let index = match archive.index {
                    Index::Version2(set) => {
                        return self.archive_v2(archive, content, &responses, fields, &before.concat(), set);
                    }
                    Index::Right => index(&[certificate.to_vec()], &responses, &values),
                    Index::NamesMore => index(&[certificate.to_vec(), b"gone".to_vec()], &responses, &values),
                    Index::LeavesOutStamps => index(&[certificate.to_vec()], &responses, &[]),
                };
                attribute("0.4.0.1733.2.4", self.archive(archive, content, fields, &index))
            });
            let own = own.map(|token| attribute(SIGNATURE_STAMP, token));
            let value = signing.value.iter().map(|response| {
                let basic = &response.basic.as_ref().unwrap().raw;
                let list = der::tlv(0xa1, &der::sequence(&[basic.to_vec()]));
                attribute("1.2.840.113549.1.9.16.2.24", der::sequence(&[list]))
            });
            own.into_iter().chain(value).chain(archive).collect::<Vec<_>>()
        };
        cms(&self.person, "1.2.840.113549.1.7.1", None, (oid, digest.as_ref()), more, &responses, stamp)
    }

    /// An archive time-stamp of version 3 (EN 319 122-1 §5.5.3) over the content and these fields of the signer.
    pub(crate) fn archive(&self, archive: &Archive, content: &[u8], fields: &[u8], index: &[u8]) -> Vec<u8> {
        let digest = digest::digest(&SHA256, content);
        let message = [&der::oid("1.2.840.113549.1.7.1"), digest.as_ref(), fields, index].concat();
        let named = vec![attribute("0.4.0.19122.1.5", index.to_vec())];
        self.token_by(archive.authority.as_ref().unwrap_or(&self.authority), &message, archive.time, named)
    }

    /// An archive time-stamp of version 2 (TS 101 733 §6.4.1) over the content, the fields of the signer and the unsigned
    /// attributes that are there.
    fn archive_v2(
        &self,
        archive: &Archive,
        content: &[u8],
        revocations: &[Vec<u8>],
        fields: &[u8],
        attributes: &[u8],
        set: Set,
    ) -> Vec<u8> {
        let data = der::sequence(&[der::oid("1.2.840.113549.1.7.1")]);
        let certificates = der::tlv(0xa0, self.person.certificate.der());
        let revocations = if revocations.is_empty() { Vec::new() } else { der::tlv(0xa1, &revocations.concat()) };
        let attributes = match set {
            Set::Framed => der::tlv(0xa1, attributes),
            Set::Bare => attributes.to_vec(),
            Set::LeftOut => Vec::new(),
        };
        let message = [&data, content, &certificates, &revocations, fields, &attributes].concat();
        let authority = archive.authority.as_ref().unwrap_or(&self.authority);
        attribute("1.2.840.113549.1.9.16.2.48", self.token_by(authority, &message, archive.time, Vec::new()))
    }

    /// A token over `content`, made at `time`.
    pub(crate) fn token(&self, content: &[u8], time: &str) -> Vec<u8> {
        self.token_by(&self.authority, content, time, Vec::new())
    }

    pub(crate) fn token_by(
        &self,
        authority: &Party,
        content: &[u8],
        time: &str,
        unsigned: Vec<Vec<u8>>,
    ) -> Vec<u8> {
        let sha256 = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]);
        let info = der::sequence(&[
            der::integer(&[1]),
            der::oid("1.2.3"),
            der::sequence(&[sha256, der::octets(digest::digest(&SHA256, content).as_ref())]),
            der::integer(&[9]),
            der::tlv(0x18, time.as_bytes()),
        ]);
        let of_info = digest::digest(&SHA256, &info);
        let digest = ("2.16.840.1.101.3.4.2.1", of_info.as_ref());
        cms(authority, "1.2.840.113549.1.9.16.1.4", Some(&info), digest, Vec::new(), &[], |_, _| unsigned)
    }

    pub(crate) fn stamp_document(&self, pdf: &mut MadePdf, field: &str, time: &str) {
        pdf.sign(field, "ETSI.RFC3161", HOLE, |pieces| self.token(&pieces.concat(), time));
    }
}

/// How a document is signed.
#[derive(Default)]
pub(crate) struct Signing {
    pub(crate) sha1: bool,
    /// What is signed is something else.
    pub(crate) broken: bool,
    pub(crate) content: Option<&'static str>,
    pub(crate) stamp: Option<&'static str>,
    pub(crate) policy: Option<&'static str>,
    /// OCSP responses that the signature brings along, among the revocation data of the CMS.
    pub(crate) responses: Vec<OcspResponse>,
    /// One that it brings along in `revocation-values`.
    pub(crate) value: Option<OcspResponse>,
    pub(crate) archive: Option<Archive>,
}

/// An archive time-stamp inside the signature, of version 3 where nothing else is said.
pub(crate) struct Archive {
    pub(crate) time: &'static str,
    /// None is that of the world.
    pub(crate) authority: Option<Party>,
    pub(crate) index: Index,
}

/// What its index names.
pub(crate) enum Index {
    /// All that is there.
    Right,
    /// Something that is not there besides.
    NamesMore,
    /// All but the time-stamps inside.
    LeavesOutStamps,
    /// There is none: it is of version 2.
    Version2(Set),
}

/// How an archive time-stamp of version 2 is over the unsigned attributes.
#[derive(Clone, Copy)]
pub(crate) enum Set {
    /// With tag and length, as the standard says.
    Framed,
    /// Without, as its annex had it before.
    Bare,
    /// They are left out, against the standard.
    LeftOut,
}

pub(crate) const SIGNATURE_STAMP: &str = "1.2.840.113549.1.9.16.2.14";

/// `ATSHashIndexV3` (EN 319 122-1 §5.5.2) of certificates, revocation data and unsigned values.
pub(crate) fn index(certificates: &[Vec<u8>], revocations: &[Vec<u8>], values: &[Vec<u8>]) -> Vec<u8> {
    let sha256 = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1")]);
    let digests = |all: &[Vec<u8>]| {
        let digests = all.iter().map(|one| der::octets(digest::digest(&SHA256, one).as_ref()));
        der::sequence(&digests.collect::<Vec<_>>())
    };
    der::sequence(&[sha256, digests(certificates), digests(revocations), digests(values)])
}

pub(crate) fn list(issuer: &str, entries: &[Vec<u8>]) -> ListText {
    ListText {
        issuer: name(issuer),
        this_update: "20260630000000Z",
        next_update: Some("20260801000000Z"),
        entries: entries.to_vec(),
        extensions: vec![pki::crl_number(5)],
    }
}

pub(crate) fn attribute(oid: &str, value: Vec<u8>) -> Vec<u8> {
    der::sequence(&[der::oid(oid), der::tlv(0x31, &value)])
}

/// Signed data of one signer.
pub(crate) fn cms(
    signer: &Party,
    content_type: &str,
    content: Option<&[u8]>,
    (algorithm, digest): (&str, &[u8]),
    more: Vec<Vec<u8>>,
    revocations: &[Vec<u8>],
    unsigned: impl FnOnce(&[u8], &[u8]) -> Vec<Vec<u8>>,
) -> Vec<u8> {
    let certificate = signer.certificate.der();
    let reference = der::sequence(&[der::octets(digest::digest(&SHA256, certificate).as_ref())]);
    let mut attributes = vec![
        attribute("1.2.840.113549.1.9.3", der::oid(content_type)),
        attribute("1.2.840.113549.1.9.4", der::octets(digest)),
        attribute("1.2.840.113549.1.9.16.2.47", der::sequence(&[der::sequence(&[reference])])),
    ];
    attributes.extend(more);
    attributes.sort();
    let attributes = attributes.concat();
    let value = signer.key.sign(&der::tlv(0x31, &attributes));
    let algorithm = der::sequence(&[der::oid(algorithm)]);
    let sid = [signer.certificate.issuer().der().to_vec(), der::integer(signer.certificate.serial())];
    let fields = [
        der::integer(&[1]),
        der::sequence(&sid),
        algorithm.clone(),
        der::tlv(0xa0, &attributes),
        pki::algorithm(),
        der::octets(&value),
    ]
    .concat();
    let unsigned = unsigned(&value, &fields);
    let unsigned = if unsigned.is_empty() { Vec::new() } else { der::tlv(0xa1, &unsigned.concat()) };
    let signer_info = der::sequence(&[fields, unsigned]);
    let revocations = if revocations.is_empty() { Vec::new() } else { der::tlv(0xa1, &revocations.concat()) };
    let content = content.map(|content| der::tlv(0xa0, &der::octets(content))).unwrap_or_default();
    let signed_data = der::sequence(&[
        der::integer(&[3]),
        der::tlv(0x31, &algorithm),
        der::sequence(&[der::oid(content_type), content]),
        der::tlv(0xa0, certificate),
        revocations,
        der::tlv(0x31, &signer_info),
    ]);
    der::sequence(&[der::oid("1.2.840.113549.1.7.2"), der::tlv(0xa0, &signed_data)])
}

pub(crate) const PASSED: &str = "TOTAL-PASSED/- by all-checks-passed";

pub(crate) fn revoked(serial: u8, at: &'static str, reason: u8) -> Vec<Vec<u8>> {
    vec![entry(&[serial], at, &[pki::reason_code(reason)])]
}
