//! Parsers of `pki` under damage: bytes of real objects are changed, cut, doubled and moved by a seeded generator.
//! Whatever comes out, nothing panics, and what parses can be asked everything.

use sigillum::limits::Limits;
use sigillum::pki::BasicOcsp;
use sigillum::pki::Certificate;
use sigillum::pki::Crl;
use sigillum::pki::OcspResponse;
use sigillum::pki::SignedData;
use sigillum::pki::TimestampResponse;
use sigillum::pki::TimestampToken;
use sigillum::pki::pem;

const DEPTH: u32 = Limits::DEFAULT.der_depth;
const ROUNDS: usize = 20_000;

/// xorshift64*: enough for damage, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).expect("31 bits") % bound.max(1)
    }

    fn octet(&mut self) -> u8 {
        const EDGES: [u8; 12] = [0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x30, 0x31, 0xa0, 0x24];
        if self.below(2) == 0 {
            EDGES[self.below(EDGES.len())]
        } else {
            u8::try_from(self.below(256)).expect("below 256")
        }
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let length = self.below(24).min(bytes.len() - at);
        match self.below(6) {
            0..=2 => bytes[at] = self.octet(),
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let copy: Vec<u8> = bytes[at..at + length].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => bytes.truncate(at.max(1)),
        }
        if bytes.is_empty() {
            bytes.push(0x30);
        }
    }
}

/// Asks everything of what parses; returns whether anything did.
fn ask(bytes: &[u8]) -> bool {
    let mut parsed = false;
    if let Ok(certificate) = Certificate::parse(bytes) {
        parsed = true;
        let _ = format!("{certificate:?} {} {}", certificate.subject(), certificate.is_self_issued());
        assert!(!certificate.tbs().is_empty());
        if let Some(constraints) = certificate.name_constraints() {
            let _ = constraints.check(certificate.subject(), certificate.subject_alt_names(), &mut 250_000);
        }
    }
    if let Ok(crl) = Crl::parse(bytes, DEPTH) {
        parsed = true;
        let _ = crl.find(&crl.issuer, &[1, 2]);
        assert!(crl.entries().count() <= crl.entry_count);
    }
    if let Ok(OcspResponse { basic: Some(basic), .. }) = OcspResponse::parse(bytes, DEPTH) {
        parsed = true;
        assert!(BasicOcsp::parse(&basic.raw, DEPTH).is_ok());
    }
    if let Ok(signed_data) = SignedData::parse(bytes, DEPTH) {
        parsed = true;
        for signer in &signed_data.signers {
            let _ =
                (signer.certificate_values(), signer.revocation_values(), signer.signature_timestamps().count());
            let Some(signed) = &signer.signed_attributes else { continue };
            assert_eq!(signed.as_sent.first(), Some(&0x31));
            let _ = (signed.content_type(), signed.message_digest(), signed.claimed_signing_time());
            let _ = (signed.signing_certificate_v1(), signed.signing_certificate_v2(), signed.signature_policy());
            let _ = (signed.commitment_types(), signed.claimed_signer_location(), signed.signer_attributes());
            let _ = (signed.content_hints(), signed.mime_type(), signed.algorithm_protection());
            let _ = (signed.adbe_revocation_info(), signed.content_timestamps().count());
        }
    }
    parsed |= TimestampToken::parse(bytes, DEPTH).is_ok();
    parsed |= TimestampResponse::parse(bytes, DEPTH).is_ok();
    parsed
}

fn run(name: &str, file: &str) {
    let object = pem::objects(file.as_bytes()).expect("our own file").remove(0).der;
    assert!(ask(&object), "{name} parses unharmed");
    let mut random = Random(0x0051_6111 ^ object.iter().map(|octet| u64::from(*octet)).sum::<u64>());
    let mut parsed = 0;
    for round in 0..ROUNDS {
        let mut bytes = object.clone();
        for _ in 0..=round % 4 {
            random.damage(&mut bytes);
        }
        parsed += usize::from(ask(&bytes));
        let _ = pem::objects(&bytes);
    }
    assert!(parsed > 0 && parsed < ROUNDS, "damage has to reach the inside, and to be noticed: {parsed}");
    println!("pki_mutation {name}: {ROUNDS} cases, {parsed} parsed");
}

macro_rules! damaged {
    ($($test:ident: $file:literal,)*) => {
        $(
            #[test]
            fn $test() {
                run($file, include_str!(concat!("../src/pki/testdata/", $file)));
            }
        )*
    };
}

damaged! {
    a_damaged_ca_certificate_is_survived: "ca.pem",
    a_damaged_certificate_is_survived: "leaf.pem",
    a_damaged_crl_is_survived: "crl.pem",
    a_damaged_ocsp_answer_is_survived: "ocsp.pem",
    a_damaged_signature_is_survived: "cms.pem",
    a_damaged_time_stamp_is_survived: "timestamp.pem",
    a_damaged_time_stamp_response_is_survived: "timestamp_response.pem",
}

#[test]
fn damaged_pem_is_survived() {
    let file = concat!(include_str!("../src/pki/testdata/ca.pem"), include_str!("../src/pki/testdata/crl.pem"));
    let mut random = Random(7);
    let mut read = 0;
    for _ in 0..ROUNDS {
        let mut bytes = file.as_bytes().to_vec();
        random.damage(&mut bytes);
        read += usize::from(pem::objects(&bytes).is_ok());
    }
    assert!(read > 0 && read < ROUNDS);
    println!("pki_mutation pem: {ROUNDS} cases, {read} read");
}

#[test]
fn deep_and_wide_input_ends_soon() {
    let deep: Vec<u8> = [0x30, 0x80].repeat(200_000);
    assert!(!ask(&deep));
    let constructed: Vec<u8> = [0x24, 0x80].repeat(200_000);
    assert!(!ask(&constructed));
    let wide = [&[0x30, 0x83, 0x0f, 0x42, 0x40][..], &[0x31, 0x00].repeat(500_000)].concat();
    assert!(!ask(&wide));
    let name = sigillum::pki::Name::parse(&wide, DEPTH).expect("a name of empty relative names");
    assert!(name.has_empty_rdn() && name.matches(&name.clone()));
}
