//! Signatures that OpenSSL 3.0 made, against [`sigillum::crypto`]: self-signed certificates, one for each algorithm,
//! key size and curve, each with the command that made it (`openssl-certificates.tsv`). OpenSSL verifies all of
//! them. From each: it verifies, from the message and from its digest; flipped bits are refused; no other
//! algorithm of the table verifies it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sigillum::crypto::AlgorithmFamily;
use sigillum::crypto::DigestAlgorithm;
use sigillum::crypto::Message;
use sigillum::crypto::PublicKey;
use sigillum::crypto::SignatureAlgorithm;
use sigillum::crypto::SignatureVerifier as _;
use sigillum::crypto::Verifier;
use sigillum::crypto::VerifyError;
use sigillum::crypto::digest;
use sigillum::crypto::recover_pkcs1_digest_info;
use sigillum::syntax::der::Tlv;
use sigillum::syntax::der::tag;

const TABLE: &str = include_str!("openssl-certificates.tsv");

/// What a certificate is to this test: a signed message.
struct Signed {
    name: &'static str,
    key: PublicKey,
    algorithm: SignatureAlgorithm,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        Verifier.verify(&self.key, &algorithm, Message::Bytes(message), signature).map(|_| ())
    }

    /// How many times a random fault is tried: fewer where a verification takes a millisecond and more.
    fn tries(&self) -> usize {
        if self.key.verification_work() < 1_000 { 64 } else { 8 }
    }

    /// As [`Signed::verify`], where the algorithm has a digest.
    fn verify_digest(&self, message: &[u8], signature: &[u8]) -> Option<Result<(), VerifyError>> {
        let digest = digest(self.algorithm.digest()?, message);
        Some(Verifier.verify(&self.key, &self.algorithm, Message::Digest(&digest), signature).map(|_| ()))
    }
}

fn table() -> Vec<Signed> {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some("name\talgorithm\tkey\tcommand\tcertificate"));
    let table: Vec<Signed> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [name, algorithm, key, _command, certificate] = fields[..] else {
                panic!("not five fields: {line}")
            };
            let signed = parse(name, &STANDARD.decode(certificate).unwrap());
            assert_eq!(signed.algorithm.name(), algorithm, "{name}");
            assert_eq!(signed.key.kind().to_string(), key, "{name}");
            signed
        })
        .collect();
    assert_eq!(table.len(), 58);
    table
}

fn parse(name: &'static str, der: &[u8]) -> Signed {
    let mut certificate = Tlv::parse_all(der, 16).unwrap().reader().unwrap();
    let tbs = certificate.next_tlv().unwrap();
    let identifier = certificate.next_tlv().unwrap();
    let signature = certificate.expect(tag::BIT_STRING).unwrap().bit_string().unwrap();
    certificate.finish().unwrap();
    let mut fields = tbs.reader().unwrap();
    fields.optional(tag::context_constructed(0)).unwrap();
    fields.expect(tag::INTEGER).unwrap();
    for _ in ["signature", "issuer", "validity", "subject"] {
        fields.expect(tag::SEQUENCE).unwrap();
    }
    Signed {
        name,
        key: PublicKey::from_spki(fields.expect(tag::SEQUENCE).unwrap().raw).unwrap(),
        algorithm: SignatureAlgorithm::from_algorithm_identifier(identifier.raw, None).unwrap(),
        message: tbs.raw.to_vec(),
        signature: signature.to_vec(),
    }
}

#[test]
fn every_signature_verifies_from_the_message_and_from_its_digest() {
    for signed in table() {
        let proof = Verifier
            .verify(&signed.key, &signed.algorithm, Message::Bytes(&signed.message), &signed.signature)
            .unwrap_or_else(|error| panic!("{}: {error}", signed.name));
        assert_eq!(proof.algorithm(), signed.algorithm);
        assert_eq!(proof.key(), signed.key.kind());
        assert_eq!(*proof.key_sha256(), digest(DigestAlgorithm::Sha256, signed.key.spki()));
        match signed.verify_digest(&signed.message, &signed.signature) {
            Some(verdict) => assert_eq!(verdict, Ok(()), "{}", signed.name),
            None => {
                let digest = digest(DigestAlgorithm::Sha512, &signed.message);
                let verdict =
                    Verifier.verify(&signed.key, &signed.algorithm, Message::Digest(&digest), &signed.signature);
                assert_eq!(verdict, Err(VerifyError::MessageNeeded), "{}", signed.name);
            }
        }
    }
}

#[test]
fn a_digest_of_another_algorithm_is_refused() {
    let mut algorithms = 0;
    for signed in table() {
        let Some(expected) = signed.algorithm.digest() else { continue };
        for found in DigestAlgorithm::ALL.into_iter().filter(|found| *found != expected) {
            algorithms += 1;
            let digest = digest(found, &signed.message);
            let verdict =
                Verifier.verify(&signed.key, &signed.algorithm, Message::Digest(&digest), &signed.signature);
            assert_eq!(verdict, Err(VerifyError::DigestMismatch { expected, found }), "{}", signed.name);
        }
        let shake = DigestAlgorithm::Shake256_512;
        let algorithm = match signed.algorithm {
            SignatureAlgorithm::RsaPkcs1 { .. } => SignatureAlgorithm::RsaPkcs1 { digest: shake },
            SignatureAlgorithm::Ecdsa { .. } => SignatureAlgorithm::Ecdsa { digest: shake },
            SignatureAlgorithm::Dsa { .. } => SignatureAlgorithm::Dsa { digest: shake },
            SignatureAlgorithm::RsaPss { digest, salt_len, .. } => {
                SignatureAlgorithm::RsaPss { digest, mgf_digest: shake, salt_len }
            }
            other => panic!("{other}"),
        };
        match signed.verify(algorithm, &signed.message, &signed.signature) {
            Err(VerifyError::Unsupported { key, .. }) => assert_eq!(key, signed.key.kind()),
            Err(VerifyError::PssRestriction) => assert_eq!(signed.name, "pss-key-restricted"),
            other => panic!("{}: {other:?}", signed.name),
        }
    }
    assert!(algorithms > 700, "{algorithms}");
}

#[test]
fn flipped_bits_of_a_signature_are_refused() {
    let mut random = Random(0x7e57_0001);
    let mut seen = Vec::new();
    for signed in table() {
        // Every bit for the first of each kind of key and family, some for the others.
        let kind = (signed.key.kind(), signed.algorithm.family());
        let all = signed.signature.len() * 8;
        let from_message =
            if seen.contains(&kind) { random.positions(signed.tries(), all) } else { (0..all).collect::<Vec<_>>() };
        seen.push(kind);
        for bit in from_message {
            let verdict = signed.verify(signed.algorithm, &signed.message, &flip(&signed.signature, bit));
            assert_eq!(verdict, Err(VerifyError::Mismatch), "{} bit {bit}", signed.name);
        }
        for bit in random.positions(signed.tries(), all) {
            if let Some(verdict) = signed.verify_digest(&signed.message, &flip(&signed.signature, bit)) {
                assert_eq!(verdict, Err(VerifyError::Mismatch), "{} bit {bit}, from the digest", signed.name);
            }
        }
    }
}

#[test]
fn a_signature_of_another_length_is_refused() {
    for signed in table() {
        let longer = [&signed.signature[..], &[0]].concat();
        let padded = [&[0], &signed.signature[..]].concat();
        let shorter = &signed.signature[..signed.signature.len() - 1];
        let zeros = vec![0; signed.signature.len()];
        for signature in [&longer[..], &padded, shorter, &zeros, &[]] {
            let verdict = signed.verify(signed.algorithm, &signed.message, signature);
            assert_eq!(verdict, Err(VerifyError::Mismatch), "{}", signed.name);
            if let Some(verdict) = signed.verify_digest(&signed.message, signature) {
                assert_eq!(verdict, Err(VerifyError::Mismatch), "{}", signed.name);
            }
        }
    }
}

#[test]
fn flipped_bits_of_a_message_are_refused() {
    let mut random = Random(0x7e57_0002);
    for signed in table() {
        for position in random.positions(signed.tries(), signed.message.len() * 8) {
            let flipped = flip(&signed.message, position);
            let verdict = signed.verify(signed.algorithm, &flipped, &signed.signature);
            assert_eq!(verdict, Err(VerifyError::Mismatch), "{} bit {position}", signed.name);
            if let Some(verdict) = signed.verify_digest(&flipped, &signed.signature) {
                assert_eq!(verdict, Err(VerifyError::Mismatch), "{} bit {position}", signed.name);
            }
        }
    }
}

#[test]
fn a_key_with_a_flipped_bit_does_not_verify() {
    let mut random = Random(0x7e57_0003);
    for signed in table() {
        let all = signed.key.spki().len() * 8;
        let positions = if all < 1_600 { (0..all).collect() } else { random.positions(6 * signed.tries(), all) };
        for position in positions {
            // Octet 69 of this key is the least length of a salt: 32, where the signature has 40.
            if signed.name == "pss-key-restricted" && position / 8 == 69 {
                continue;
            }
            let Ok(other) = PublicKey::from_spki(&flip(signed.key.spki(), position)) else { continue };
            let verdict =
                Verifier.verify(&other, &signed.algorithm, Message::Bytes(&signed.message), &signed.signature);
            assert!(verdict.is_err(), "{}: the key with bit {position} flipped verifies", signed.name);
        }
    }
}

#[test]
fn damaged_keys_and_signatures_are_refused_without_a_panic() {
    let mut random = Random(0x7e57_0005);
    let (mut parsed, mut refused) = (0, 0);
    for signed in table() {
        for _ in 0..signed.tries() {
            let signature = random.damage(&signed.signature);
            if signature != signed.signature {
                let verdict = signed.verify(signed.algorithm, &signed.message, &signature);
                assert_eq!(verdict, Err(VerifyError::Mismatch), "{}", signed.name);
            }
            let spki = random.damage(signed.key.spki());
            match PublicKey::from_spki(&spki) {
                Ok(key) => {
                    parsed += 1;
                    for message in [Message::Bytes(&signed.message), Message::Bytes(&[])] {
                        let verdict = Verifier.verify(&key, &signed.algorithm, message, &signed.signature);
                        assert!(verdict.is_err() || spki == signed.key.spki(), "{}", signed.name);
                    }
                }
                Err(_) => refused += 1,
            }
            // Whatever it is, it is an answer.
            let _ = SignatureAlgorithm::from_algorithm_identifier(&random.damage(signed.key.spki()), None);
        }
    }
    assert!(parsed > 100 && refused > 100, "{parsed} parsed, {refused} refused");
}

#[test]
fn only_the_algorithm_of_a_signature_verifies_it() {
    let table = table();
    let mut disagreements = 0;
    for signed in &table {
        for other in &table {
            let verdict = signed.verify(other.algorithm, &signed.message, &signed.signature);
            let same_key = signed.key.kind() == other.key.kind();
            match verdict {
                Ok(()) => assert_eq!(other.algorithm, signed.algorithm, "{} with {}", signed.name, other.name),
                Err(VerifyError::AlgorithmKeyMismatch { .. }) => {
                    assert!(!same_key, "{} with {}", signed.name, other.name);
                    disagreements += 1;
                }
                Err(VerifyError::Mismatch | VerifyError::PssRestriction) => {
                    assert_ne!(other.algorithm, signed.algorithm, "{} with {}", signed.name, other.name);
                }
                Err(error) => panic!("{} with {}: {error}", signed.name, other.name),
            }
        }
    }
    assert!(disagreements > 1_000, "{disagreements}");
}

#[test]
fn the_plain_forms_of_ecdsa_and_dsa_verify_and_are_not_the_der_form() {
    let mut random = Random(0x7e57_0004);
    let mut forms = 0;
    for signed in table() {
        let digest = match signed.algorithm {
            SignatureAlgorithm::Ecdsa { digest } | SignatureAlgorithm::Dsa { digest } => digest,
            _ => continue,
        };
        let (plain_forms, len) = match signed.key.kind() {
            sigillum::crypto::KeyKind::Ec { curve } => (
                vec![SignatureAlgorithm::XmlEcdsa { digest }, SignatureAlgorithm::PlainEcdsa { digest }],
                curve.order_len(),
            ),
            _ => {
                let q = signed.name.split('-').nth(2).unwrap().parse::<usize>().unwrap();
                (vec![SignatureAlgorithm::XmlDsa { digest }], q / 8)
            }
        };
        let plain = plain(&signed.signature, len);
        for form in plain_forms {
            forms += 1;
            assert_eq!(signed.verify(form, &signed.message, &plain), Ok(()), "{} as {form}", signed.name);
            let longer = [&[0], &plain[..len], &[0], &plain[len..]].concat();
            for wrong in [&signed.signature, &longer, &plain[1..].to_vec()] {
                assert_eq!(
                    signed.verify(form, &signed.message, wrong),
                    Err(VerifyError::Mismatch),
                    "{}",
                    signed.name
                );
            }
            for bit in random.positions(signed.tries(), plain.len() * 8) {
                let verdict = signed.verify(form, &signed.message, &flip(&plain, bit));
                assert_eq!(verdict, Err(VerifyError::Mismatch), "{} bit {bit} as {form}", signed.name);
            }
        }
        assert_eq!(signed.verify(signed.algorithm, &signed.message, &plain), Err(VerifyError::Mismatch));
    }
    assert!(forms > 40, "{forms}");
}

#[test]
fn a_pkcs1_signature_names_its_digest() {
    let mut named = 0;
    for signed in table() {
        let recovered = recover_pkcs1_digest_info(&signed.key, &signed.signature);
        match signed.algorithm.family() {
            AlgorithmFamily::Rsa => {
                named += 1;
                assert_eq!(recovered, Ok(digest(signed.algorithm.digest().unwrap(), &signed.message)));
                for bit in (0..signed.signature.len() * 8).step_by(7) {
                    let flipped = flip(&signed.signature, bit);
                    assert_eq!(recover_pkcs1_digest_info(&signed.key, &flipped), Err(VerifyError::Mismatch));
                }
            }
            AlgorithmFamily::RsaPss => assert!(recovered.is_err(), "{}", signed.name),
            _ => assert_eq!(recovered, Err(VerifyError::NotRsa { key: signed.key.kind() })),
        }
    }
    assert_eq!(named, 14);
}

/// `openssl dgst -sha3-256 -sign key.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64
/// -sigopt rsa_mgf1_md:sha3-256` over `sigillum`: OpenSSL 3.0 makes no certificate with it.
#[test]
fn pss_with_sha3_and_a_long_salt_verifies() {
    let key = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdLDOTe7fypFp/WU5c2Vrs6rTIvlxdfQ7JGVJCdsq/zB+m6S4Yvw97BluVRxds\
               Fuw/74FnrfW7nReDzJoroXerWB5x9OjfEq2bmhjvjew/N17USilPV/MCikhFrDPYjHwoCzKjgYDU2rGVyo3aoOcNfruPf8pftQGg\
               /GoqkLx61QIDAQAB";
    let signature = "CoAFlDrF3KqNIdf/99hdrCGhH1O5w4M0ZTPwTzcy0JVEp9Hg1rERoFZqdut5S5CHXzeaZSO5lXe7EHpy2r6va/tTVcFzc\
                     rXx8U/+99lmp/wx7iREyqqYIVfhcFZsyPa7krtTKr+rRvG1ZLJKgpS5wYcUHQb+L3Ko6CgxGOmYvuU=";
    let key = PublicKey::from_spki(&STANDARD.decode(key).unwrap()).unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    let verify = |salt_len| {
        let digest = DigestAlgorithm::Sha3_256;
        let algorithm = SignatureAlgorithm::RsaPss { digest, mgf_digest: digest, salt_len };
        Verifier.verify(&key, &algorithm, Message::Bytes(b"sigillum"), &signature).is_ok()
    };
    assert!(verify(64));
    for salt_len in [0, 32, 63, 65, 94, 2_048, u32::MAX] {
        assert!(!verify(salt_len), "{salt_len}");
    }
}

/// Bleichenbacher's forgery of 2006 (CVE-2006-4339): where e is 3, the rounded cube root of
/// `0 ‖ 1 ‖ 255 × 8 ‖ 0 ‖ DigestInfo ‖ garbage` is a signature for whoever does not look at the garbage.
/// Made without the private key for the message `forged`; the key is a genuine one of 2,048 bits.
#[test]
fn a_forged_signature_with_exponent_3_is_refused() {
    let key = "MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAmxcXukyxdCv8E+QlcOTQsc0hYDtuT8lxpWIbSQsCPvrOJbldRXtqUclj\
               YR+3Qaaq7LWxCZgDZmppX+dloVTOmv8z+DvCYFob/zgJSo8GZwLLFg++PNcGm1yt8SLxckX5KyKP3uXvlSHYDvOoYqAu/hrxx4LY\
               9uyaxmRs41M0ydye5WLtynPocyXSWt9+yp3iR0H/3ZnbCNZcpwbPYwJUHDmWuGgnFToxcLYSAZIh0HgUc3Now2Kk7TjtLTKQCDPN\
               chN0XrUeJoiJd2pYHZ+AKRapHRsVJJL1NiTGnRJnMRCdAiE3LyPxa/34znb/o7Bm66tY2T5s9lFFxZ9ncH/1fQIBAw==";
    let root = "Msv9SnrceQVYPXZ1IPUWQHWRdtN4JvLvY649x6zkT8BhpLMXApBjmhdPJQh0qefdf91vvr9a2mbLtJD2TsB+hD6yHvltwUu8aJxi\
               TI5gQhMOvLNOIA==";
    let key = PublicKey::from_spki(&STANDARD.decode(key).unwrap()).unwrap();
    let root = STANDARD.decode(root).unwrap();
    let signature = [vec![0; 256 - root.len()], root].concat();
    let algorithm = SignatureAlgorithm::RsaPkcs1 { digest: DigestAlgorithm::Sha256 };
    let digest = digest(DigestAlgorithm::Sha256, b"forged");
    for message in [Message::Bytes(b"forged"), Message::Digest(&digest)] {
        assert_eq!(Verifier.verify(&key, &algorithm, message, &signature), Err(VerifyError::Mismatch));
    }
    assert_eq!(recover_pkcs1_digest_info(&key, &signature), Err(VerifyError::Mismatch));
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// r ‖ s of `len` octets each, from their DER form.
fn plain(der: &[u8], len: usize) -> Vec<u8> {
    let mut fields = Tlv::parse_all(der, 2).unwrap().reader().unwrap();
    let mut plain = Vec::new();
    for _ in ["r", "s"] {
        let content = fields.expect(tag::INTEGER).unwrap().content;
        let number = content.strip_prefix(&[0]).unwrap_or(content);
        plain.extend(vec![0; len - number.len()]);
        plain.extend(number);
    }
    plain
}

/// The same sequence on every machine (xorshift*).
struct Random(u64);

impl Random {
    fn positions(&mut self, count: usize, bound: usize) -> Vec<usize> {
        (0..count).map(|_| self.below(bound)).collect()
    }

    /// One to three octets replaced, removed or put in.
    fn damage(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(damaged.len());
            let octet = u8::try_from(self.below(256)).unwrap();
            match self.below(4) {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, octet),
                _ => damaged[at] = octet,
            }
        }
        damaged
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % bound
    }
}
