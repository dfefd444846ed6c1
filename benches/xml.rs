//! Signed XML, beside xmlsec1, beside its floor, and as references and signatures get more.
//!
//! `cargo bench --bench xml`. One thread; nobody measures a failure, since every signature has to be valid. What is
//! compared is measured in turn within one run, as processor time (ours: of the thread; xmlsec1's: of the process), so
//! that whatever else runs on the machine counts as little as possible; of each the time that one in five stays below.
//! Five parts:
//!
//! 1. invoices of many short records of 10 KB, 1 MB and 20 MB, XAdES-BASELINE-B, enveloped: the whole validation (open,
//!    examine, judge) beside xmlsec1 and beside the floor; and once more with the memory of certificates that the service
//!    has ([`Remembered`]). Demanded: at most a fifth of the time of xmlsec1. The floor is
//!    what nobody can do without: to read the document into a tree (ours), SHA-256 of the canonical octets, the public-key
//!    operations of signature and certificate. xmlsec1 verifies the same file with the same certificate and root, the file in the cache of the system.
//!    It is called with `--repeat`, which reads and verifies the file anew each time; once with one repetition and once
//!    with many, so that the difference holds no start of a process, no loading of libraries and no reading of keys;
//! 2. the stages of our own time: tree, canonical form, SHA-256, public keys; and all together;
//! 3. the most memory that a process needs for a validation beyond what it had before it read the file, the file
//!    included. Demanded: at most five times the document;
//! 4. 1, 5, 20 and 50 references (to as many parts of 1 MB; and all to the same 1 MB), and 1, 5, 20 and 50 signatures
//!    over the same 1 MB: what each further one costs;
//! 5. shapes that make some readers quadratic: milliseconds, or a limit by its name.
//!
//! `SIGILLUM_BENCH_ONLY` names the parts that are wanted (`sizes`, `stages`, `memory`, `slopes`, `shapes`). With
//! `SIGILLUM_BENCH_ONE` set to a number of bytes and how often, as in `10000:200`, one such invoice is judged so often,
//! for a profiler, and nothing is measured.
//!
//! Without xmlsec1 on the machine the first part leaves it out and says so.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and files, and runs other programs")]

#[path = "../tests/support/mod.rs"]
mod support;
#[path = "support/xml.rs"]
mod world;

use ring::signature::{ECDSA_P256_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use sigillum::limits::{Budget, CancelFlag, Limits};
use sigillum::pki::{Certificate, pem};
use sigillum::service::{Remembered, ValidationRequest, judge_with, validate};
use sigillum::syntax::xml::c14n::{Form, Method, Sink, Subtree, canonicalise};
use sigillum::syntax::xml::{NodeId, Tree, decode};
use sigillum::time::Timestamp;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::{Answer, Evidence, Memory, Moment, Policy};
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use support::sign::{Signer, sha256};

const SIZES: [(&str, usize, usize); 3] =
    [("10 KB", 10_000, 1_000), ("1 MB", 1_000_000, 10), ("20 MB", 20_000_000, 2)];

const ROUNDS: usize = 5;

/// Rounds of what is so short that anything else on the machine shows: a quarter of a second each.
const SHORT_ROUNDS: usize = 25;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, file] = arguments.as_slice()
        && mode == "memory"
    {
        memory_of(Path::new(file));
        return;
    }
    let bench = Bench { signer: Signer::rsa(), request: request(), folder: tempfile::tempdir().expect("a folder") };
    if let Ok(one) = std::env::var("SIGILLUM_BENCH_ONE") {
        let numbers: Vec<usize> = one.split(':').map(|number| number.parse().expect("a number")).collect();
        let [bytes, times] = numbers[..] else { panic!("SIGILLUM_BENCH_ONE=bytes:times") };
        let text = world::invoice(bytes, &bench.signer);
        (0..times).for_each(|_| bench.validate(text.as_bytes()));
        return;
    }
    let only = std::env::var("SIGILLUM_BENCH_ONLY").unwrap_or_default();
    let wanted = |part: &str| only.is_empty() || only.split(',').any(|one| one == part);
    if wanted("sizes") {
        bench.sizes();
    }
    if wanted("stages") {
        bench.stages();
    }
    if wanted("memory") {
        bench.memory();
    }
    if wanted("slopes") {
        bench.slopes();
    }
    if wanted("shapes") {
        shapes();
    }
}

struct Bench {
    signer: Signer,
    request: ValidationRequest,
    folder: tempfile::TempDir,
}

impl Bench {
    fn sizes(&self) {
        let peer = Xmlsec::find();
        if peer.is_none() {
            println!("xmlsec1 is not there: nothing to compare with");
        }
        println!(
            "{:<8}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}{:>9}{:>12}",
            "document",
            "xmlsec1 ms",
            "floor ms",
            "ours ms",
            "of xmlsec1",
            "service ms",
            "of xmlsec1",
            "at most",
            "floor"
        );
        for (name, bytes, repeat) in SIZES {
            let text = world::invoice(bytes, &self.signer);
            let file = self.folder.path().join("document.xml");
            std::fs::write(&file, &text).expect("a file");
            self.judged(text.as_bytes(), 1, name);
            let floor = Floor::of(&text, &self.signer);
            let [mut peers, mut floors, mut ours, mut services] = [const { Vec::new() }; 4];
            let memory: Arc<dyn Memory> = Arc::new(Remembered::default());
            let rounds = if bytes < 100_000 { SHORT_ROUNDS } else { ROUNDS };
            for _ in 0..rounds {
                if let Some(peer) = &peer {
                    peers.push(peer.verify(&file, repeat));
                }
                floors.push(own(repeat, || floor.run(&text)));
                ours.push(own(repeat, || self.validate(text.as_bytes())));
                services.push(own(repeat, || self.validate_as_the_service(text.as_bytes(), &memory)));
            }
            let [peers, floor, ours, service] = [peers, floors, ours, services].map(quiet);
            println!(
                "{name:<8}{:>12.3}{:>12.3}{:>12.3}{:>12.3}{:>12.3}{:>12.3}{:>9.2}{:>12.3}",
                peers * 1e3,
                floor * 1e3,
                ours * 1e3,
                ours / peers,
                service * 1e3,
                service / peers,
                0.2,
                floor / peers
            );
        }
    }

    fn stages(&self) {
        println!(
            "{:<8}{:>10}{:>10}{:>10}{:>10}{:>10}  ms",
            "document", "tree", "canonical", "SHA-256", "keys", "all"
        );
        for (name, bytes, repeat) in SIZES {
            let text = world::invoice(bytes, &self.signer);
            let floor = Floor::of(&text, &self.signer);
            let mut taken: [Vec<f64>; 5] = [const { Vec::new() }; 5];
            let mut budget = Budget::new(&Limits::DEFAULT);
            let tree = Tree::parse(&text, &mut budget).expect("a tree");
            for _ in 0..ROUNDS {
                taken[0].push(own(repeat, || floor.read(&text)));
                taken[1].push(own(repeat, || {
                    canonical(&tree, &mut Nothing::default());
                }));
                taken[2].push(own(repeat, || floor.hash()));
                taken[3].push(own(repeat, || floor.verify()));
                taken[4].push(own(repeat, || self.validate(text.as_bytes())));
            }
            print!("{name:<8}");
            for one in taken {
                print!("{:>10.3}", quiet(one) * 1e3);
            }
            println!();
        }
    }

    fn memory(&self) {
        println!("{:<8}{:>12}{:>10}{:>12}{:>9}", "document", "document KB", "peak KB", "of document", "at most");
        for (name, bytes, _) in SIZES {
            let text = world::invoice(bytes, &self.signer);
            let file = self.folder.path().join("document.xml");
            std::fs::write(&file, &text).expect("a file");
            let output =
                Command::new(std::env::current_exe().expect("a program")).arg("memory").arg(&file).output();
            let output = output.expect("it runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let peak: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
            let size = float(text.len()) / 1024.0;
            println!("{name:<8}{size:>12.0}{peak:>10.0}{:>12.2}{:>9.2}", peak / size, 5.0);
        }
    }

    fn slopes(&self) {
        const BYTES: usize = 1_000_000;
        self.slope("references to as many parts", 1, |count| world::parted(BYTES, count, 1, &self.signer));
        self.slope("references to the same part", 1, |count| world::repeated(BYTES, count, &self.signer));
        self.slope("signatures over the same part", 0, |count| world::parted(BYTES, 1, count, &self.signer));
    }

    fn slope(&self, what: &str, signatures: usize, make: impl Fn(usize) -> String) {
        let counts = [1_usize, 5, 20, 50];
        let documents = counts.map(make);
        for (count, text) in counts.iter().zip(&documents) {
            self.judged(text.as_bytes(), if signatures == 0 { *count } else { signatures }, what);
        }
        let mut taken: [Vec<f64>; 4] = [const { Vec::new() }; 4];
        for _ in 0..ROUNDS {
            for (text, taken) in documents.iter().zip(&mut taken) {
                taken.push(own(20, || self.validate(text.as_bytes())));
            }
        }
        println!("1 MB, {what}:");
        let mut last: Option<(usize, f64)> = None;
        for (count, taken) in counts.into_iter().zip(taken.map(quiet)) {
            print!("  {count:>2}: {:>8.3} ms", taken * 1e3);
            if let Some((before, took)) = last {
                print!("; each further one {:.0} µs", (taken - took) * 1e6 / float(count - before));
            }
            println!();
            last = Some((count, taken));
        }
    }

    fn judged(&self, bytes: &[u8], signatures: usize, name: &str) {
        let report = validate(bytes, &self.request, &CancelFlag::default()).expect("a readable document");
        assert_eq!(report.signatures.len(), signatures, "{name}");
        assert_eq!(report.summary.answer, Answer::Valid, "{name}");
    }

    fn validate(&self, bytes: &[u8]) {
        black_box(validate(black_box(bytes), &self.request, &CancelFlag::default()).is_ok());
    }

    fn validate_as_the_service(&self, bytes: &[u8], memory: &Arc<dyn Memory>) {
        let (bytes, memory, cancel) = (black_box(bytes), Arc::clone(memory), CancelFlag::default());
        black_box(judge_with(bytes, &self.request, &Evidence::new(), memory, &cancel).is_ok());
    }
}

/// The part of a validation that nobody can do without.
struct Floor {
    canonical: Vec<u8>,
    key: Vec<u8>,
    value: Vec<u8>,
    root: Vec<u8>,
    certificate: Certificate,
}

impl Floor {
    fn of(text: &str, signer: &Signer) -> Self {
        let tree = Tree::parse(text, &mut Budget::new(&Limits::DEFAULT)).expect("a tree");
        let mut octets = Vec::new();
        canonical(&tree, &mut octets);
        let certificate = Certificate::parse(signer.certificate()).expect("a certificate");
        let (key, root) = (key(&certificate), key(&root()));
        Self { canonical: octets, key, value: signer.value(MESSAGE), root, certificate }
    }

    fn run(&self, text: &str) {
        self.read(text);
        self.hash();
        self.verify();
    }

    fn read(&self, text: &str) {
        let text = decode(black_box(text.as_bytes())).expect("text");
        black_box(Tree::parse(&text, &mut Budget::new(&Limits::DEFAULT)).expect("a tree").len());
    }

    fn hash(&self) {
        black_box(sha256(&[black_box(&self.canonical)]));
    }

    fn verify(&self) {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.key);
        key.verify(black_box(MESSAGE), &self.value).expect("the signature verifies");
        let root = UnparsedPublicKey::new(&ECDSA_P256_SHA384_ASN1, &self.root);
        root.verify(black_box(self.certificate.tbs()), self.certificate.signature())
            .expect("the certificate verifies");
    }
}

/// The bits of the key, as ring wants them.
fn key(certificate: &Certificate) -> Vec<u8> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate.der()).expect("a certificate");
    parsed.public_key().subject_public_key.data.to_vec()
}

fn root() -> Certificate {
    let bytes = support::read(&support::project().join("fixtures/bench/root.pem"));
    let objects = pem::objects(&bytes).expect("PEM");
    Certificate::parse(&objects.first().expect("a certificate").der).expect("a certificate")
}

const MESSAGE: &[u8] = b"what is signed";

fn canonical(tree: &Tree<'_>, sink: &mut dyn Sink) {
    let all = Subtree::new(tree, NodeId::ROOT);
    let method = Method::new(Form::Exclusive);
    canonicalise(tree, &all, &method, sink, &mut Budget::new(&Limits::DEFAULT)).expect("canonical form");
}

/// Takes octets and forgets them.
#[derive(Default)]
struct Nothing(usize);

impl Sink for Nothing {
    fn octets(&mut self, octets: &[u8]) {
        self.0 += black_box(octets).len();
    }
}

/// The other program.
struct Xmlsec {
    root: String,
}

impl Xmlsec {
    fn find() -> Option<Self> {
        let found = Command::new("xmlsec1").arg("--version").stdout(Stdio::null()).status();
        let root = support::project().join("fixtures/bench/root.pem").display().to_string();
        found.is_ok_and(|status| status.success()).then_some(Self { root })
    }

    /// Seconds of processor time that it takes to read and verify a file.
    fn verify(&self, file: &Path, repeat: usize) -> f64 {
        let many = self.time(file, repeat + 1);
        let one = self.time(file, 1);
        (many - one) / float(repeat)
    }

    fn time(&self, file: &Path, repeat: usize) -> f64 {
        let before = children();
        let output = Command::new("xmlsec1")
            .args(["--verify", "--trusted-pem", &self.root, "--id-attr:Id"])
            .args(["http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "--repeat", &repeat.to_string()])
            .arg(file)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "xmlsec1: {}", String::from_utf8_lossy(&output.stderr));
        children() - before
    }
}

/// Seconds of processor time of the processes that this one has waited for, in hundredths.
fn children() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("statistics");
    let (_, after) = text.rsplit_once(')').expect("the name of a program");
    let numbers: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| numbers[at].parse::<f64>().expect("a number");
    (ticks(13) + ticks(14)) / 100.0
}

/// Seconds of processor time of this thread.
fn thread() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("statistics");
    text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok()).expect("a number") / 1e9
}

/// Seconds of processor time that one of `repeat` runs takes.
fn own(repeat: usize, run: impl Fn()) -> f64 {
    let before = thread();
    for _ in 0..repeat {
        run();
    }
    (thread() - before) / float(repeat)
}

/// What one in five stays below.
fn quiet(mut taken: Vec<f64>) -> f64 {
    taken.sort_by(f64::total_cmp);
    taken.get(taken.len() / 5).copied().unwrap_or(f64::NAN)
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("a number below 2^32"))
}

/// Prints how many KB a validation of the file needed at most.
fn memory_of(file: &Path) {
    let request = request();
    let small = world::invoice(8_000, &Signer::rsa());
    // What a process needs once is not counted: code, tables, keys.
    black_box(validate(small.as_bytes(), &request, &CancelFlag::default()).is_ok());
    std::fs::write("/proc/self/clear_refs", "5").expect("the most memory can be counted anew");
    let before = most_memory();
    let bytes = support::read(file);
    let report = validate(&bytes, &request, &CancelFlag::default()).expect("a report");
    assert_eq!(report.summary.answer, Answer::Valid);
    println!("{}", most_memory().saturating_sub(before));
}

fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("statistics");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn shapes() {
    let request = request();
    println!("{:<58}{:>10}{:>10}  outcome", "shape", "KB", "ms");
    for (name, text) in made_shapes() {
        let start = thread();
        let outcome = match validate(text.as_bytes(), &request, &CancelFlag::default()) {
            Ok(report) => format!("{} signatures", report.signatures.len()),
            Err(error) => error.to_string(),
        };
        let taken = (thread() - start) * 1e3;
        println!("{name:<58}{:>10.0}{taken:>10.2}  {outcome}", float(text.len()) / 1e3);
    }
    let raised = Limits { xml_attributes: 100_000, xml_depth: 300_000, ..Limits::DEFAULT };
    println!("the tree and its canonical form alone, the limits of attributes and depth raised:");
    for (name, text) in made_shapes() {
        let start = thread();
        let mut budget = Budget::new(&raised);
        let tree = Tree::parse(&text, &mut budget);
        let opened = (thread() - start) * 1e3;
        let outcome = match &tree {
            Ok(tree) => {
                let start = thread();
                canonical(tree, &mut Nothing::default());
                format!("canonical form {:.2} ms", (thread() - start) * 1e3)
            }
            Err(error) => error.to_string(),
        };
        println!("{name:<58}{:>10.0}{opened:>10.2}  {outcome}", float(text.len()) / 1e3);
    }
}

fn made_shapes() -> Vec<(&'static str, String)> {
    let numbered = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let attributes = numbered(50_000, &|n| format!(" a{n}='{n}'"));
    let namespaces = numbered(2_000, &|n| format!(" xmlns:n{n}='urn:{n}'"));
    let unsigned = |count: usize| {
        let reference = "<ds:Reference URI='#x'><ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>\
                         <ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>";
        let head = "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo>\
                    <ds:CanonicalizationMethod Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/><ds:SignatureMethod \
                    Algorithm='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'/>";
        format!(
            "{head}{}</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>",
            reference.repeat(count)
        )
    };
    vec![
        ("50,000 attributes", format!("<a{attributes}/>")),
        ("200,000 levels", format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000))),
        ("2,000 namespaces × 20,000 children", format!("<a{namespaces}>{}</a>", "<b/>".repeat(20_000))),
        (
            "2,000 namespaces × 20,000 children that use them",
            format!("<a{namespaces}>{}</a>", numbered(20_000, &|n| format!("<n{}:b/>", n % 2_000))),
        ),
        (
            "1,000,000 texts and CDATA sections that are one",
            format!("<a>{}</a>", "&#65;<![CDATA[x]]>".repeat(500_000)),
        ),
        ("500,000 elements of one identifier", format!("<a>{}</a>", "<b Id='x'/>".repeat(500_000))),
        ("1,000,000 references to a character", format!("<a>{}</a>", "&#x41;".repeat(1_000_000))),
        ("a signature with 20,000 references that lead nowhere", format!("<a>{}</a>", unsigned(20_000))),
        (
            "1,000 signatures beside 100,000 elements",
            format!("<a Id='x'>{}{}</a>", "<b/>".repeat(100_000), unsigned(1).repeat(1_000)),
        ),
        (
            "20,000 references to siblings",
            format!(
                "<a>{}{}</a>",
                numbered(20_000, &|n| format!("<b Id='i{n}'/>")),
                unsigned(20_000).replace("'#x'", "'#y'").split("#y").enumerate().fold(
                    String::new(),
                    |all, (n, part)| {
                        if n == 0 { part.to_owned() } else { all + &format!("#i{}", n - 1) + part }
                    }
                )
            ),
        ),
    ]
}

fn request() -> ValidationRequest {
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").expect("a time");
    let anchor = TrustAnchor { certificate: Arc::new(root()), sunset: None };
    ValidationRequest {
        contents: Vec::new(),
        password: None,
        policy: Policy::builtin("no-revocation").expect("a policy").into(),
        trust: TrustStore::new(vec![anchor]).into(),
        certificates: Vec::new(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at, clock: at },
        limits: Limits::DEFAULT,
    }
}
