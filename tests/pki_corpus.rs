//! Every certificate, CRL, OCSP answer, CMS and time-stamp of the shared corpus is parsed, with all that is
//! embedded in it, or stands in `tests/pki_corpus.tsv` with the reason. An exception that parses fails too.

#![expect(clippy::disallowed_methods, reason = "a test reads its material from files")]

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use sigillum::limits::Limits;
use sigillum::pki::BasicOcsp;
use sigillum::pki::Certificate;
use sigillum::pki::Crl;
use sigillum::pki::OcspResponse;
use sigillum::pki::SignedData;
use sigillum::pki::SignerInfo;
use sigillum::pki::TimestampResponse;
use sigillum::pki::TimestampToken;
use sigillum::pki::oid;
use sigillum::pki::pem;
use sigillum::pki::pem::Label;
use sigillum::syntax::der::Oid;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;

const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// What was read of one kind, and what was refused: (file, what in it, error).
#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, usize>,
    refused: Vec<(String, String, String)>,
    file: String,
}

impl Tally {
    fn take<T, E: std::fmt::Display>(&mut self, what: &'static str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => {
                *self.counts.entry(what).or_default() += 1;
                Some(value)
            }
            Err(error) => {
                self.refused.push((self.file.clone(), what.to_owned(), error.to_string()));
                None
            }
        }
    }

    fn certificate(&mut self, der: &[u8]) {
        if let Some(certificate) = self.take("certificate", Certificate::parse(der)) {
            assert!(der.windows(certificate.tbs().len()).any(|window| window == certificate.tbs()));
            if !certificate.malformed_extensions().is_empty() {
                *self.counts.entry("certificate with a malformed extension").or_default() += 1;
                if std::env::var_os("PKI_CORPUS_VERBOSE").is_some() {
                    println!("malformed {:?} in {}", certificate.malformed_extensions(), self.file);
                }
            }
        }
    }

    fn crl(&mut self, der: &[u8]) {
        let Some(crl) = self.take("crl", Crl::parse(der, DEPTH)) else { return };
        let entries: Vec<_> = crl.entries().collect();
        assert_eq!(entries.len(), crl.entry_count);
        for entry in entries {
            if let Some(entry) = self.take("crl entry", entry) {
                let issuer = entry.certificate_issuer.as_ref().unwrap_or(&crl.issuer);
                let found = crl.find(issuer, &entry.serial).expect("the entries can be read");
                assert!(found.is_some_and(|found| found.serial == entry.serial), "{}", self.file);
                if crl.entry_count > 1_000 {
                    break;
                }
            }
        }
        if !crl.malformed_extensions.is_empty() {
            *self.counts.entry("crl with a malformed extension").or_default() += 1;
        }
    }

    fn ocsp(&mut self, der: &[u8]) {
        if let Some(OcspResponse { basic: Some(basic), .. }) = self.take("ocsp", OcspResponse::parse(der, DEPTH)) {
            self.basic_ocsp_parts(&basic);
        }
    }

    fn basic_ocsp(&mut self, der: &[u8]) {
        if let Some(basic) = self.take("basic ocsp", BasicOcsp::parse(der, DEPTH)) {
            self.basic_ocsp_parts(&basic);
        }
    }

    fn basic_ocsp_parts(&mut self, basic: &BasicOcsp) {
        basic.certificates.iter().for_each(|certificate| self.certificate(certificate));
        *self.counts.entry("single ocsp response").or_default() += basic.responses.len();
    }

    fn cms(&mut self, bytes: &[u8]) {
        if let Some(signed_data) = self.take("cms", SignedData::parse(bytes, DEPTH)) {
            self.signed_data(&signed_data);
        }
    }

    fn timestamp(&mut self, bytes: &[u8]) {
        if let Some(token) = self.take("time-stamp", TimestampToken::parse(bytes, DEPTH)) {
            self.signed_data(&token.signed_data);
        }
    }

    fn signed_data(&mut self, signed_data: &SignedData) {
        if !signed_data.is_der {
            *self.counts.entry("cms in ber").or_default() += 1;
        }
        signed_data.certificates.iter().for_each(|certificate| self.certificate(certificate));
        signed_data.crls.iter().for_each(|crl| self.crl(crl));
        signed_data.ocsp_responses.iter().for_each(|ocsp| self.ocsp(ocsp));
        signed_data.basic_ocsp_responses.iter().for_each(|ocsp| self.basic_ocsp(ocsp));
        signed_data.signers.iter().for_each(|signer| self.signer(signer));
    }

    fn signer(&mut self, signer: &SignerInfo) {
        *self.counts.entry("signer").or_default() += 1;
        if let Some(signed) = &signer.signed_attributes {
            if signed.der.is_some() {
                *self.counts.entry("signed attributes not in der").or_default() += 1;
            }
            assert_eq!(signed.as_sent.first(), Some(&0x31));
            self.take("content type", signed.content_type());
            self.take("message digest", signed.message_digest());
            self.take("signing time", signed.claimed_signing_time());
            self.take("signing certificate v1", signed.signing_certificate_v1());
            self.take("signing certificate v2", signed.signing_certificate_v2());
            self.take("signature policy", signed.signature_policy());
            self.take("commitment types", signed.commitment_types());
            self.take("signer location", signed.claimed_signer_location());
            self.take("signer attributes", signed.signer_attributes());
            self.take("content hints", signed.content_hints());
            self.take("content identifier", signed.content_identifier());
            self.take("mime type", signed.mime_type());
            self.take("algorithm protection", signed.algorithm_protection());
            if let Some(Some(info)) = self.take("adbe revocation info", signed.adbe_revocation_info()) {
                info.crls.iter().for_each(|crl| self.crl(crl));
                info.ocsp_responses.iter().for_each(|ocsp| self.ocsp(ocsp));
            }
            signed.content_timestamps().for_each(|token| self.timestamp(token));
        }
        let tokens = signer.signature_timestamps().chain(signer.archive_timestamps_v2());
        for token in tokens.chain(signer.archive_timestamps_v3()) {
            self.timestamp(token);
        }
        for counter in signer.counter_signatures() {
            if let Some(counter) = self.take("counter-signature", SignerInfo::parse(counter, DEPTH)) {
                self.signer(&counter);
            }
        }
        if let Some(certificates) = self.take("certificate values", signer.certificate_values()) {
            certificates.iter().for_each(|certificate| self.certificate(certificate));
        }
        if let Some(values) = self.take("revocation values", signer.revocation_values()) {
            values.crls.iter().for_each(|crl| self.crl(crl));
            values.basic_ocsp_responses.iter().for_each(|ocsp| self.basic_ocsp(ocsp));
        }
    }

    fn file(&mut self, kind: &str, bytes: &[u8]) {
        if kind == "cms" && bytes.first() == Some(&0x30) {
            return self.cms(bytes);
        }
        for object in self.take("file", pem::objects(bytes)).unwrap_or_default() {
            match (kind, object.label) {
                (_, Label::Certificate) => self.certificate(&object.der),
                (_, Label::Crl) => self.crl(&object.der),
                (_, Label::OcspResponse) => self.ocsp(&object.der),
                ("tsp", Label::Cms) => self.timestamp(&object.der),
                (_, Label::Cms) => self.cms(&object.der),
                ("tsp", Label::Other(_)) => {
                    let response = self.take("time-stamp response", TimestampResponse::parse(&object.der, DEPTH));
                    if let Some(TimestampResponse { token: Some(token), .. }) = response {
                        self.signed_data(&token.signed_data);
                    }
                }
                (_, label) => {
                    self.refused.push((self.file.clone(), "object".into(), format!("label {label:?}")));
                }
            }
        }
    }
}

/// The hexadecimal strings after `/Contents` that begin as a CMS does: enough of PDF for this test.
fn contents(pdf: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = pdf;
    while let Some(at) = rest.windows(9).position(|window| window == b"/Contents") {
        rest = &rest[at + 9..];
        let start = rest.iter().position(|octet| !octet.is_ascii_whitespace()).unwrap_or(rest.len());
        if rest.get(start) != Some(&b'<') {
            continue;
        }
        let digits: Vec<u8> = rest[start + 1..]
            .iter()
            .filter(|octet| !octet.is_ascii_whitespace())
            .map_while(|octet| char::from(*octet).to_digit(16))
            .map(|digit| u8::try_from(digit).expect("a digit"))
            .collect();
        let octets: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        if octets.first() == Some(&0x30) && octets.windows(11).take(16).any(|window| window == SIGNED_DATA) {
            found.push(octets);
        }
    }
    found
}

const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("SIGILLUM_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("data/corpus/MANIFEST.tsv").exists().then_some(shared)
}

/// The files of the kinds, as (path, kind).
fn files(corpus: &Path, wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).expect("the manifest is text");
    let rows = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row.get(6).is_some_and(|kind| wanted(kind)))
        .map(|row| (row[0].to_owned(), row[6].to_owned()))
        .collect()
}

/// The exceptions, as (path, what).
fn exceptions() -> Vec<(String, String)> {
    let table = include_str!("pki_corpus.tsv");
    let rows = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| {
        let [path, what, reason] = row.as_slice() else { panic!("three columns: {row:?}") };
        assert!(!reason.is_empty());
        ((*path).to_owned(), (*what).to_owned())
    })
    .collect()
}

/// Compares the facts with those of x509-parser, which reads extensions by itself. Where it cannot read one, or we
/// cannot, there is nothing to compare. Returns how many extensions were.
fn compare(certificate: &Certificate, other: &X509Certificate<'_>) -> usize {
    let mut compared = 0;
    assert_eq!(certificate.serial(), other.raw_serial());
    assert_eq!(certificate.subject().attributes().len(), other.subject().iter_attributes().count());
    assert_eq!(certificate.issuer().der(), other.issuer().as_raw());
    assert_eq!(certificate.subject().der(), other.subject().as_raw());
    assert_eq!(certificate.spki(), other.public_key().raw);
    assert_eq!(certificate.signature(), other.signature_value.data.as_ref());
    assert_eq!(certificate.tbs(), other.tbs_certificate.as_ref());
    let once = |oid: &[u8]| {
        let named = |list: &[Oid]| list.iter().any(|one| one.content() == oid);
        !named(certificate.duplicate_extensions()) && !named(certificate.malformed_extensions())
    };
    for extension in other.extensions().iter().filter(|extension| once(extension.oid.as_bytes())) {
        compared += 1;
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(theirs) => {
                let ours = certificate.basic_constraints().expect("read");
                assert_eq!((ours.ca, ours.path_len), (theirs.ca, theirs.path_len_constraint.map(u64::from)));
            }
            ParsedExtension::KeyUsage(theirs) => {
                let ours = certificate.key_usage().expect("read");
                assert_eq!(ours.digital_signature(), theirs.digital_signature());
                assert_eq!(ours.non_repudiation(), theirs.non_repudiation());
                assert_eq!(ours.key_cert_sign(), theirs.key_cert_sign());
                assert_eq!(ours.crl_sign(), theirs.crl_sign());
                assert_eq!(ours.names().len(), usize::try_from(theirs.flags.count_ones()).expect("16 bits"));
            }
            ParsedExtension::ExtendedKeyUsage(theirs) => {
                let ours = certificate.extended_key_usage().expect("read");
                assert_eq!(ours.critical, extension.critical);
                assert_eq!(ours.contains(oid::EKU_TIME_STAMPING), theirs.time_stamping);
                assert_eq!(ours.contains(oid::EKU_OCSP_SIGNING), theirs.ocsp_signing);
                assert_eq!(ours.contains(oid::ANY_EXTENDED_KEY_USAGE), theirs.any);
            }
            ParsedExtension::SubjectKeyIdentifier(theirs) => {
                assert_eq!(certificate.subject_key_identifier(), Some(theirs.0));
            }
            ParsedExtension::AuthorityKeyIdentifier(theirs) => {
                let ours = certificate.authority_key_identifier().expect("read");
                assert_eq!(ours.key_id.as_deref(), theirs.key_identifier.as_ref().map(|id| id.0));
                assert_eq!(ours.serial.as_deref(), theirs.authority_cert_serial);
                assert_eq!(ours.issuer.len(), theirs.authority_cert_issuer.as_ref().map_or(0, Vec::len));
            }
            ParsedExtension::SubjectAlternativeName(theirs) => {
                assert_eq!(certificate.subject_alt_names().len(), theirs.general_names.len());
            }
            ParsedExtension::CertificatePolicies(theirs) => {
                let ours = certificate.certificate_policies().iter().map(|policy| policy.oid.content());
                assert!(ours.eq(theirs.iter().map(|policy| policy.policy_id.as_bytes())));
            }
            ParsedExtension::PolicyMappings(theirs) => {
                assert_eq!(certificate.policy_mappings().len(), theirs.mappings.len());
            }
            ParsedExtension::PolicyConstraints(theirs) => {
                let ours = certificate.policy_constraints().expect("read");
                assert_eq!(ours.require_explicit_policy, theirs.require_explicit_policy.map(u64::from));
                assert_eq!(ours.inhibit_policy_mapping, theirs.inhibit_policy_mapping.map(u64::from));
            }
            ParsedExtension::InhibitAnyPolicy(theirs) => {
                assert_eq!(certificate.inhibit_any_policy(), Some(u64::from(theirs.skip_certs)));
            }
            ParsedExtension::NameConstraints(theirs) => {
                // Where the first list is empty x509-parser sees no second one: what it lacks is not compared.
                let ours = certificate.name_constraints().expect("read");
                let (permitted, excluded) = (&theirs.permitted_subtrees, &theirs.excluded_subtrees);
                assert!(permitted.as_ref().is_none_or(|theirs| ours.permitted.len() == theirs.len()));
                assert!(excluded.as_ref().is_none_or(|theirs| ours.excluded.len() == theirs.len()));
            }
            ParsedExtension::CRLDistributionPoints(theirs) => {
                assert_eq!(certificate.crl_distribution_points().len(), theirs.points.len());
            }
            ParsedExtension::AuthorityInfoAccess(theirs) => {
                assert_eq!(certificate.authority_info_access().len(), theirs.accessdescs.len());
            }
            _ => compared -= 1,
        }
    }
    compared
}

/// Compares what was refused with the rows of the table for these paths.
fn judge(tally: &Tally, ours: impl Fn(&str) -> bool) {
    for (what, count) in &tally.counts {
        println!("  {count} × {what}");
    }
    let mut refused: Vec<(String, String)> =
        tally.refused.iter().map(|(path, what, _)| (path.clone(), what.clone())).collect();
    refused.sort();
    refused.dedup();
    let mut expected = exceptions();
    expected.retain(|(path, _)| ours(path));
    expected.sort();
    for (path, what, error) in &tally.refused {
        if !expected.contains(&(path.clone(), what.clone())) {
            println!("REFUSED {path}\t{what}\t{error}");
        }
    }
    for exception in expected.iter().filter(|exception| !refused.contains(exception)) {
        println!("PARSES AGAINST THE TABLE {exception:?}");
    }
    assert!(refused == expected, "the table and what is refused differ");
}

#[test]
fn the_corpus_is_read() {
    let Some(shared) = shared() else {
        println!("SKIPPED pki_corpus: shared data not found");
        return;
    };
    let corpus = shared.join("data/corpus");
    let kinds = ["x509/cert", "x509/crl", "x509/ocsp", "cms", "tsp"];
    let files = files(&corpus, |kind| kinds.contains(&kind));
    assert!(!files.is_empty());
    let mut tally = Tally::default();
    for (path, kind) in &files {
        let bytes = std::fs::read(corpus.join(path)).expect("a file of the manifest is there");
        tally.file.clone_from(path);
        tally.file(kind, &bytes);
    }
    judge(&tally, |path| files.iter().any(|(file, _)| file == path));
    println!("pki_corpus: {} cases", files.len());
}

#[test]
fn the_facts_of_certificates_are_those_of_another_reader() {
    let Some(shared) = shared() else {
        println!("SKIPPED pki_certificate_facts: shared data not found");
        return;
    };
    let corpus = shared.join("data/corpus");
    let (mut certificates, mut extensions) = (0, 0);
    for (path, _) in files(&corpus, |kind| kind == "x509/cert") {
        let bytes = std::fs::read(corpus.join(path)).expect("a file of the manifest is there");
        for object in pem::objects(&bytes).unwrap_or_default() {
            let (Ok(ours), Ok((_, theirs))) =
                (Certificate::parse(&object.der), X509Certificate::from_der(&object.der))
            else {
                continue;
            };
            // x509-parser ends a name at a relative name without attributes, and signatures of odd bits differ.
            if ours.issuer().has_empty_rdn() || ours.subject().has_empty_rdn() || ours.signature().is_empty() {
                continue;
            }
            certificates += 1;
            extensions += compare(&ours, &theirs);
        }
    }
    assert!(certificates > 0 && extensions > 0);
    println!("pki_certificate_facts: {certificates} cases, {extensions} extensions");
}

#[test]
fn the_signatures_of_pdf_files_are_read() {
    let Some(shared) = shared() else {
        println!("SKIPPED pki_pdf_signatures: shared data not found");
        return;
    };
    let corpus = shared.join("data/corpus");
    let files = files(&corpus, |kind| kind.starts_with("pdf/"));
    let mut tally = Tally::default();
    let mut signatures = 0;
    for (path, _) in &files {
        tally.file.clone_from(path);
        for contents in contents(&std::fs::read(corpus.join(path)).expect("a file of the manifest is there")) {
            signatures += 1;
            tally.cms(&contents);
        }
    }
    assert!(signatures > 0);
    judge(&tally, |path| files.iter().any(|(file, _)| file == path));
    println!("pki_pdf_signatures: {signatures} cases");
}
