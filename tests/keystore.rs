//! Keys from files, made by OpenSSL in every form that an operator may have them in: what signs, signs values that
//! OpenSSL verifies; what does not belong together, or lies open to others, is refused with its cause.

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use sigillum::config::{Key, KeyStore};
use sigillum::crypto::{SealAlgorithm, SoftwareKeyError};
use sigillum::document::Packaging;
use sigillum::keystore::{FileFault, FileSigner, KeystoreFault};
use sigillum::limits::{CancelFlag, Limits};
use sigillum::pki::Certificate;
use sigillum::sealing::{Appearance, Formats, Original, Prefixes, SealLevel, SealProfile, Terms, check_signer};
use sigillum::service::ports::Signer as _;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Moment, Policy};
use support::pdf::{MadePdf, stream};
use tempfile::TempDir;

mod support;

const MESSAGE: &[u8] = b"the attributes of a seal";
const PASSWORD: &str = "pass w\u{f6}rd";

/// A folder with a PKI: a root, an authority below it, and for each kind of key `NAME` a key `NAME.key` (PKCS #8, PEM)
/// with its certificate `NAME.pem`, below the authority. `chain.pem` has authority and root.
struct Pki(TempDir);

/// Name, arguments of `openssl genpkey`, and the algorithms that the key signs with.
const KEYS: &[(&str, &[&str], &[SealAlgorithm])] = &[
    ("p256", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], &[SealAlgorithm::EcdsaP256Sha256]),
    ("p384", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], &[SealAlgorithm::EcdsaP384Sha384]),
    (
        "rsa2048",
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &[SealAlgorithm::RsaPssSha256, SealAlgorithm::RsaPssSha384, SealAlgorithm::RsaPssSha512],
    ),
    ("rsa3072", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"], &[SealAlgorithm::RsaPssSha256]),
    ("rsa4096", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"], &[SealAlgorithm::RsaPssSha512]),
    ("pss", &["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], &[SealAlgorithm::RsaPssSha384]),
    (
        "pss-sha256",
        &[
            "-algorithm",
            "RSA-PSS",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
            "-pkeyopt",
            "rsa_pss_keygen_md:sha256",
            "-pkeyopt",
            "rsa_pss_keygen_mgf1_md:sha256",
            "-pkeyopt",
            "rsa_pss_keygen_saltlen:32",
        ],
        &[SealAlgorithm::RsaPssSha256],
    ),
];

/// Where OpenSSL is at hand.
fn openssl_is_there(suite: &str) -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("SKIPPED {suite}: no OpenSSL");
    }
    there
}

impl Pki {
    fn new(keys: &[&str]) -> Self {
        let pki = Self(tempfile::tempdir().unwrap());
        pki.key("root", KEYS[1].1);
        pki.openssl(&["req", "-x509", "-key", "root.key", "-subj", "/CN=Root", "-days", "9", "-out", "root.pem"]);
        pki.key("ca", KEYS[1].1);
        pki.issue("ca", "root", "basicConstraints=critical,CA:TRUE");
        let named = KEYS.iter().filter(|(name, ..)| keys.contains(name));
        for (name, arguments, _) in named {
            pki.key(name, arguments);
            pki.issue(name, "ca", "keyUsage=critical,digitalSignature");
        }
        pki.join("chain.pem", &["ca.pem", "root.pem"]);
        pki
    }

    fn key(&self, name: &str, arguments: &[&str]) {
        let file = format!("{name}.key");
        self.openssl(&[&["genpkey", "-out", &file], arguments].concat());
        self.set_mode(&file, 0o600);
    }

    fn issue(&self, name: &str, issuer: &str, extension: &str) {
        self.write("extensions", extension.as_bytes());
        let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let (issuer_key, issuer) = (format!("{issuer}.key"), format!("{issuer}.pem"));
        self.openssl(&["req", "-new", "-key", &key, "-subj", &format!("/CN={name}"), "-out", &request]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &issuer,
            "-CAkey",
            &issuer_key,
            "-days",
            "9",
            "-extfile",
            "extensions",
            "-out",
            &certificate,
        ]);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs OpenSSL in the folder.
    fn openssl(&self, arguments: &[&str]) {
        let mut command = Command::new("openssl");
        let output = command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    #[expect(clippy::disallowed_methods, reason = "this test makes the files of keys")]
    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// As [`Pki::write`], closed to others.
    fn write_secret(&self, name: &str, content: &[u8]) {
        self.write(name, content);
        self.set_mode(name, 0o600);
    }

    fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;

        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        support::read(&self.path(name))
    }

    /// One file of several.
    fn join(&self, name: &str, parts: &[&str]) {
        self.write(name, &parts.iter().flat_map(|part| self.read(part)).collect::<Vec<_>>());
    }

    fn pkcs8(&self, algorithm: SealAlgorithm, key: &str, certificates: &str) -> Key {
        let store = KeyStore::Pkcs8 { key_file: self.path(key), certificate_file: self.path(certificates) };
        Key { algorithm, store }
    }

    /// A PKCS #12 file of OpenSSL, with the password of this test.
    fn pkcs12(&self, algorithm: SealAlgorithm, name: &str, arguments: &[&str]) -> Key {
        let (key, certificate, file) = (format!("{name}.key"), format!("{name}.pem"), format!("{name}.p12"));
        let password = format!("pass:{PASSWORD}");
        let mut all = vec!["pkcs12", "-export", "-inkey", &key, "-in", &certificate, "-certfile", "chain.pem"];
        all.extend(["-out", &file, "-passout", &password]);
        all.extend(arguments);
        self.openssl(&all);
        self.set_mode(&file, 0o600);
        self.write_secret("password", format!("{PASSWORD}\n").as_bytes());
        self.pkcs12_file(algorithm, &file)
    }

    fn pkcs12_file(&self, algorithm: SealAlgorithm, file: &str) -> Key {
        let store = KeyStore::Pkcs12 { file: self.path(file), password_file: self.path("password") };
        Key { algorithm, store }
    }

    fn certificate(&self, name: &str) -> Certificate {
        let mut objects = sigillum::pki::pem::objects(&self.read(name)).unwrap();
        Certificate::parse(&objects.remove(0).der).unwrap()
    }

    /// Opens the key, has it sign, and has OpenSSL verify the value.
    fn signs(&self, name: &str, key: &Key) {
        let signer = FileSigner::open("seal", key).unwrap_or_else(|error| panic!("{name}: {error}"));
        let identity = signer.identity();
        assert_eq!(identity.algorithm, key.algorithm);
        assert_eq!(*identity.certificate, self.certificate(&format!("{name}.pem")), "{name}");
        let chain: Vec<_> = identity.chain.iter().map(|one| Certificate::clone(one)).collect();
        assert_eq!(chain, [self.certificate("ca.pem")], "{name}: without the anchor");
        let value = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(signer.sign(MESSAGE));
        self.openssl_verifies(name, key.algorithm, &value.unwrap());
    }

    fn openssl_verifies(&self, name: &str, algorithm: SealAlgorithm, value: &[u8]) {
        self.write("message", MESSAGE);
        self.write("value", value);
        let certificate = format!("{name}.pem");
        self.openssl(&["x509", "-in", &certificate, "-noout", "-pubkey", "-out", "public.pem"]);
        let digest = format!("-{}", algorithm.digest().name().to_lowercase());
        let mut arguments = vec!["dgst", &digest, "-verify", "public.pem", "-signature", "value"];
        if algorithm.name().starts_with("rsa") {
            let options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
            arguments.extend(options);
        }
        arguments.push("message");
        self.openssl(&arguments);
    }

    /// What refuses the key; the text names the key of the configuration and holds no secret.
    fn refused(&self, key: &Key) -> KeystoreFault {
        let error = FileSigner::open("seal", key).expect_err("refused");
        let text = format!("{error} {error:?}");
        assert!(text.starts_with("key seal: "), "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains("wrong one"), "{text}");
        error.fault
    }
}

#[test]
fn keys_of_every_form_sign_what_openssl_verifies() {
    const SUITE: &str = "keystore (openssl)";
    if !openssl_is_there(SUITE) {
        return;
    }
    let pki = Pki::new(&KEYS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    let mut cases = 0;
    for (name, _, algorithms) in KEYS {
        let (pem, der, certificates) = (format!("{name}.key"), format!("{name}.der"), format!("{name}-all.pem"));
        pki.openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", &pem, "-outform", "DER", "-out", &der]);
        pki.set_mode(&der, 0o600);
        pki.join(&certificates, &[&format!("{name}.pem"), "chain.pem"]);
        for algorithm in *algorithms {
            pki.signs(name, &pki.pkcs8(*algorithm, &pem, &certificates));
            pki.signs(name, &pki.pkcs8(*algorithm, &der, &certificates));
            pki.signs(name, &pki.pkcs12(*algorithm, name, &[]));
            pki.signs(name, &pki.pkcs12(*algorithm, name, &["-legacy"]));
            cases += 4;
        }
    }
    // Other ways to write a PKCS #12 file: 3DES for all of it, not encrypted, without identifiers that tie, MAC of old.
    let p256 = SealAlgorithm::EcdsaP256Sha256;
    let three_des = ["-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
    for arguments in [&three_des[..], &["-keypbe", "NONE", "-certpbe", "NONE"], &["-nomac"], &["-macalg", "sha512"]]
    {
        pki.signs("p256", &pki.pkcs12(p256, "p256", arguments));
        cases += 1;
    }
    // The authority before the root, after it, and named twice.
    for others in [&["chain.pem"][..], &["root.pem", "ca.pem"], &["ca.pem", "p256.pem", "ca.pem"]] {
        pki.join("others.pem", &[&["p256.pem"], others].concat());
        pki.signs("p256", &pki.pkcs8(p256, "p256.key", "others.pem"));
        cases += 1;
    }
    support::suite(SUITE, cases);
}

/// All stages with each key and algorithm; released by our own validator, and judged by pyHanko where it is at hand.
#[test]
fn seals_of_every_algorithm_are_released_and_accepted_outside() {
    const SUITE: &str = "keystore seals (pyHanko)";
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the judges are")]
    let python = std::env::var_os("SIGILLUM_JUDGES_PYTHON");
    let Some(python) = python.filter(|_| openssl_is_there(SUITE)) else {
        println!("SKIPPED {SUITE}: no outside judges");
        return;
    };
    let pki = Pki::new(&KEYS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    let now = sigillum::clock::now();
    let policy = Arc::new(Policy::builtin("no-revocation").unwrap());
    let anchor = TrustAnchor { certificate: Arc::new(pki.certificate("root.pem")), sunset: None };
    let terms = Terms {
        policy: Arc::clone(&policy),
        trust: Arc::new(TrustStore::new(vec![anchor])),
        evidence: Arc::default(),
        moment: Moment { at: now, clock: now },
        limits: Limits::DEFAULT,
        cancel: CancelFlag::default(),
    };
    let profile = SealProfile {
        name: "test".to_owned(),
        policy,
        formats: Formats::All,
        packaging: Packaging::Enveloped,
        prefixes: Prefixes::All,
        level: SealLevel::B,
        appearance: Appearance::Invisible,
        reason: None,
        location: None,
        contact: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut documents = Vec::new();
    for (name, _, algorithms) in KEYS {
        pki.join("own.pem", &[&format!("{name}.pem"), "chain.pem"]);
        for algorithm in *algorithms {
            let key = pki.pkcs8(*algorithm, &format!("{name}.key"), "own.pem");
            let signer = FileSigner::open("seal", &key).unwrap();
            let original = MadePdf::new([stream("", b"not shown")]).into_bytes();
            check_signer(signer.identity(), &terms).unwrap();
            let prepared = Original::judge(original.clone(), &terms)
                .unwrap()
                .prepare(signer.identity(), &profile, now, &terms)
                .unwrap();
            let value = runtime.block_on(signer.sign(prepared.signed_attributes())).unwrap();
            let released = prepared.embed_value(&value).unwrap().release(&terms).unwrap();
            assert!(released.bytes().starts_with(&original), "{name} {algorithm}");
            let sealed = format!("{name}-{algorithm}.pdf");
            pki.write(&sealed, released.bytes());
            documents.push((pki.path(&sealed), None::<()>));
        }
    }
    let script = support::project().join("tests/judges/facts.py");
    let mut judge = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    judge.stdin.take().unwrap().write_all(serde_json::json!(documents).to_string().as_bytes()).unwrap();
    let output = judge.wait_with_output().unwrap();
    assert!(output.status.success());
    let found: Vec<Vec<[String; 2]>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found.len(), documents.len());
    for (found, (document, _)) in found.iter().zip(&documents) {
        assert_eq!(*found, [["intact", "whole-document"]], "{}", document.display());
    }
    support::suite(SUITE, documents.len());
}

#[test]
fn what_does_not_belong_together_is_refused() {
    const SUITE: &str = "keystore refusals (openssl)";
    if !openssl_is_there(SUITE) {
        return;
    }
    let pki = Pki::new(&["p256", "rsa2048", "pss-sha256"]);
    let (p256, pss) = (SealAlgorithm::EcdsaP256Sha256, SealAlgorithm::RsaPssSha256);
    pki.key("other", KEYS[0].1);
    pki.issue("other", "ca", "keyUsage=critical,digitalSignature");
    pki.openssl(&["pkcs8", "-topk8", "-in", "p256.key", "-out", "encrypted.key", "-passout", "pass:x"]);
    pki.openssl(&["rsa", "-in", "rsa2048.key", "-traditional", "-out", "traditional.key"]);
    pki.openssl(&["genpkey", "-algorithm", "ED25519", "-out", "ed25519.key"]);
    pki.join("two.key", &["p256.key", "other.key"]);
    pki.write("garbage", &[0xa5; 700]);
    pki.write("empty", &[]);
    pki.write("long", &vec![b'x'; (1 << 20) + 1]);
    for secret in ["encrypted.key", "traditional.key", "ed25519.key", "two.key", "garbage", "empty", "long"] {
        pki.set_mode(secret, 0o600);
    }
    pki.join("with-key.pem", &["p256.pem", "ed25519.key"]);
    pki.join("unrelated.pem", &["p256.pem", "ca.pem", "other.pem"]);
    pki.join("many.pem", &["p256.pem"; 17]);
    let mut broken = pki.read("p256.pem");
    let at = broken.len() / 2;
    broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
    pki.write("broken.pem", &broken);

    let mut cases = 0;
    let mut refused = |algorithm, key: &str, certificates: &str| {
        cases += 1;
        pki.refused(&pki.pkcs8(algorithm, key, certificates))
    };
    use KeystoreFault as F;
    let key_error = |fault: F| match fault {
        F::PrivateKey(error) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(key_error(refused(p256, "p256.key", "other.pem")), SoftwareKeyError::OtherKey);
    assert_eq!(key_error(refused(p256, "rsa2048.key", "p256.pem")), SoftwareKeyError::OtherKey);
    assert!(matches!(key_error(refused(pss, "p256.key", "p256.pem")), SoftwareKeyError::Unfit { .. }));
    assert!(matches!(key_error(refused(p256, "rsa2048.key", "rsa2048.pem")), SoftwareKeyError::Unfit { .. }));
    let restricted = refused(SealAlgorithm::RsaPssSha384, "pss-sha256.key", "pss-sha256.pem");
    assert!(matches!(key_error(restricted), SoftwareKeyError::Unfit { .. }));
    assert!(matches!(key_error(refused(p256, "ed25519.key", "p256.pem")), SoftwareKeyError::Type(_)));
    assert!(matches!(refused(p256, "encrypted.key", "p256.pem"), F::EncryptedPrivateKey));
    assert!(
        matches!(refused(pss, "traditional.key", "rsa2048.pem"), F::NotPkcs8(label) if label == "RSA PRIVATE KEY")
    );
    assert!(matches!(refused(p256, "two.key", "p256.pem"), F::SeveralPrivateKeys(2)));
    assert!(matches!(refused(p256, "garbage", "p256.pem"), F::Pem { .. }));
    assert!(matches!(refused(p256, "empty", "p256.pem"), F::Pem { .. }));
    assert!(matches!(refused(p256, "p256.key", "garbage"), F::Pem { .. }));
    assert!(matches!(refused(p256, "p256.key", "p256.key"), F::NotACertificate(label) if label == "PRIVATE KEY"));
    assert!(matches!(refused(p256, "p256.key", "with-key.pem"), F::NotACertificate(_)));
    assert!(matches!(refused(p256, "p256.key", "many.pem"), F::TooManyCertificates(17)));
    assert!(matches!(refused(p256, "p256.key", "unrelated.pem"), F::Unrelated(_)));
    let broken = refused(p256, "p256.key", "broken.pem");
    assert!(matches!(broken, F::Certificate { number: 1, .. } | F::PublicKey(_) | F::PrivateKey(_)), "{broken:?}");
    let fault = |fault: F| match fault {
        F::File { fault, .. } => fault,
        other => panic!("{other:?}"),
    };
    assert!(matches!(fault(refused(p256, "long", "p256.pem")), FileFault::TooLarge(_)));
    assert!(matches!(fault(refused(p256, "absent", "p256.pem")), FileFault::System(_)));
    assert!(matches!(fault(refused(p256, "p256.key", "absent")), FileFault::System(_)));
    assert!(matches!(fault(refused(p256, ".", "p256.pem")), FileFault::NotAFile));
    for mode in [0o640, 0o604, 0o660, 0o602, 0o610] {
        pki.set_mode("p256.key", mode);
        let found = fault(refused(p256, "p256.key", "p256.pem"));
        assert!(matches!(found, FileFault::OpenToOthers(found) if found == mode), "{mode:o}");
    }
    pki.set_mode("p256.key", 0o400);
    pki.set_mode("p256.pem", 0o644);
    let opened = FileSigner::open("seal", &pki.pkcs8(p256, "p256.key", "p256.pem")).unwrap();
    assert!(opened.identity().chain.is_empty(), "the issuer is not in the file");
    support::suite(SUITE, cases);
}

#[test]
fn pkcs12_files_are_opened_with_care() {
    const SUITE: &str = "keystore PKCS #12 (openssl)";
    if !openssl_is_there(SUITE) {
        return;
    }
    use KeystoreFault as F;
    let pki = Pki::new(&["p256", "rsa2048"]);
    let (p256, pss) = (SealAlgorithm::EcdsaP256Sha256, SealAlgorithm::RsaPssSha256);
    let key = pki.pkcs12(p256, "p256", &[]);
    let mut cases = 0;
    for (password, opens) in [
        ("wrong one", false),
        ("", false),
        (PASSWORD, true),
        (&format!("{PASSWORD}\r\n"), true),
        (&format!("{PASSWORD}\n\n"), false),
        (&format!(" {PASSWORD}"), false),
    ] {
        pki.write_secret("password", password.as_bytes());
        match FileSigner::open("seal", &key) {
            Ok(_) => assert!(opens, "{password:?}"),
            Err(_) => assert!(!opens && matches!(pki.refused(&key), F::WrongPassword), "{password:?}"),
        }
        cases += 1;
    }
    pki.write_secret("password", &[0xff, 0xfe]);
    assert!(matches!(pki.refused(&key), F::PasswordNotText));
    pki.write_secret("password", PASSWORD.as_bytes());
    pki.set_mode("password", 0o644);
    assert!(matches!(pki.refused(&key), F::File { fault: FileFault::OpenToOthers(0o644), .. }));
    pki.set_mode("password", 0o600);
    pki.set_mode("p256.p12", 0o604);
    assert!(matches!(pki.refused(&key), F::File { fault: FileFault::OpenToOthers(0o604), .. }));
    pki.set_mode("p256.p12", 0o600);
    let unfit = pki.refused(&pki.pkcs12_file(pss, "p256.p12"));
    assert!(matches!(unfit, F::PrivateKey(SoftwareKeyError::Unfit { .. })), "{unfit:?}");

    // Without the certificate of the key, and without a key.
    let export = |out: &str, arguments: &[&str]| {
        let password = format!("pass:{PASSWORD}");
        pki.openssl(&[&["pkcs12", "-export", "-out", out, "-passout", &password], arguments].concat());
        pki.set_mode(out, 0o600);
        pki.refused(&pki.pkcs12_file(p256, out))
    };
    let lone = export("lone.p12", &["-inkey", "p256.key", "-nocerts"]);
    assert!(matches!(lone, F::NoCertificate), "{lone:?}");
    let keyless = export("keyless.p12", &["-nokeys", "-in", "p256.pem"]);
    assert!(matches!(keyless, F::NoPrivateKey), "{keyless:?}");

    // Every cut, and changes all over: refused, never a panic.
    let whole = pki.read("p256.p12");
    for length in (0..whole.len()).step_by(97) {
        pki.write_secret("cut.p12", &whole[..length]);
        let refused = pki.refused(&pki.pkcs12_file(p256, "cut.p12"));
        assert!(matches!(refused, F::Pkcs12(_)), "{length}: {refused:?}");
        cases += 1;
    }
    // Few iterations, so that many changes can be tried.
    pki.pkcs12(p256, "p256", &["-iter", "1"]);
    let whole = pki.read("p256.p12");
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        pki.write_secret("changed.p12", &changed);
        let refused = pki.refused(&pki.pkcs12_file(p256, "changed.p12"));
        assert!(matches!(refused, F::Pkcs12(_) | F::WrongPassword), "{at}: {refused:?}");
        cases += 1;
    }
    support::suite(SUITE, cases + 6);
}

#[test]
fn it_signs_with_a_runtime_of_any_kind_and_without() {
    const SUITE: &str = "keystore runtimes (openssl)";
    if !openssl_is_there(SUITE) {
        return;
    }
    let pki = Pki::new(&["p256", "rsa2048"]);
    let mut cases = 0;
    for (name, algorithm) in [("p256", SealAlgorithm::EcdsaP256Sha256), ("rsa2048", SealAlgorithm::RsaPssSha256)] {
        let key = pki.pkcs8(algorithm, &format!("{name}.key"), &format!("{name}.pem"));
        let signer = FileSigner::open("seal", &key).unwrap();
        let without = match Box::pin(signer.sign(MESSAGE)).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value.unwrap(),
            Poll::Pending => panic!("it waits for nobody"),
        };
        pki.openssl_verifies(name, algorithm, &without);
        let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        pki.openssl_verifies(name, algorithm, &many.block_on(signer.sign(MESSAGE)).unwrap());
        cases += 2;
    }
    support::suite(SUITE, cases);
}
