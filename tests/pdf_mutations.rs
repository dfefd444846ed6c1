//! Damaged files end with a clear result: no panic, no long run, no memory beyond the budget.
//!
//! Deterministic bit flips, deletions, splices, truncations and exchanged numbers of small files written here, and of
//! the generated ones where they are there. Every object of what opens is read.

#![expect(clippy::disallowed_methods, reason = "a test reads the clock")]

mod pdf_support;

use std::time::Duration;
use std::time::Instant;

use sigillum::limits::Budget;
use sigillum::limits::Limits;
use sigillum::syntax::pdf::Pdf;

/// Marsaglia's xorshift with 64 bits.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).expect("fits")).expect("fits")
    }
}

/// Words that matter to the reader, to be put where they do not belong.
const WORDS: &[&[u8]] = &[
    b"obj",
    b"endobj",
    b"stream\n",
    b"endstream",
    b"xref\n0 9\n",
    b"trailer",
    b"startxref\n",
    b"%%EOF",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"<",
    b"/Prev 9",
    b"/Length 5 0 R",
    b"/Filter/FlateDecode",
    b"/Type/ObjStm",
    b" 0 R",
    b"/W[1 8 8]",
    b"/Index[0 999999999]",
    b"/Size 4294967295",
    b"4294967296",
    b"-1",
    b"99999999999999999999",
    b"#",
    b"/XRefStm 9",
    b"/Encrypt 1 0 R",
    b"/Extends 5 0 R",
    b"\0",
    b"%",
];

fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(40)).min(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => bytes.truncate(at.max(8)),
            4 => {
                let word = WORDS[random.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            5 => {
                let word = WORDS[random.below(WORDS.len())];
                let end = (at + word.len()).min(bytes.len());
                bytes.splice(at..end, word.iter().copied());
            }
            _ => {
                // Another digit: a wrong offset, length, number or width.
                let digit = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|digit| at + digit);
                if let Some(digit) = digit {
                    bytes[digit] = b'0' + u8::try_from(random.below(10)).expect("a digit");
                }
            }
        }
        if bytes.is_empty() {
            bytes.push(b'%');
        }
    }
    bytes
}

/// A file with tables, streams, an update; one with cross-reference and object streams.
fn samples() -> Vec<Vec<u8>> {
    let mut classic = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for body in [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R/MediaBox[0 0 100.5 -1]>>",
        "<</FT/Sig/T(a\\)\\053)/V<</ByteRange[0 1 2 3]/Contents<0a0B>>>>>",
        "<</Length 6 0 R/Filter[/ASCIIHexDecode/RunLengthDecode]>>stream\n02414243FE4480>\nendstream",
        "15",
    ] {
        offsets.push(classic.len());
        classic.extend(format!("{} 0 obj\n{body}\nendobj\n", offsets.len()).bytes());
    }
    let table = |file: &mut Vec<u8>, first: usize, offsets: &[usize], trailer: &str| {
        let section = file.len();
        file.extend(format!("xref\n{first} {}\n", offsets.len()).bytes());
        for offset in offsets {
            file.extend(format!("{offset:010} 00000 n \n").bytes());
        }
        file.extend(format!("trailer\n<</Size 7/Root 1 0 R{trailer}>>\nstartxref\n{section}\n%%EOF\n").bytes());
        section
    };
    let section = table(&mut classic, 1, &offsets, "");
    let update = classic.len();
    classic.extend(b"3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n");
    table(&mut classic, 3, &[update], &format!("/Prev {section}"));

    let mut modern = b"%PDF-1.5\n".to_vec();
    let container = modern.len();
    let members = "1 0 2 29 <</Type/Catalog/Pages 2 0 R>> <</Type/Pages/Kids[]/Count 0>>";
    modern.extend(
        format!(
            "3 0 obj<</Type/ObjStm/N 2/First 9/Length {}>>stream\n{members}\nendstream endobj\n",
            members.len()
        )
        .bytes(),
    );
    let section = modern.len();
    let data = format!("00000000 02000300 02000301 01{container:04x}00 01{section:04x}00>");
    modern.extend(
        format!(
            "4 0 obj<</Type/XRef/Size 5/Root 1 0 R/W[1 2 1]/Filter/ASCIIHexDecode/Length {}>>stream\n{data}\nendstream \
             endobj\nstartxref\n{section}\n%%EOF\n",
            data.len()
        )
        .bytes(),
    );
    vec![classic, modern]
}

fn check(bytes: &[u8], password: Option<&[u8]>, what: &str) -> bool {
    let limits = Limits { decoded_bytes: 16 << 20, work: 2_000_000, ..Limits::DEFAULT };
    let mut budget = Budget::new(&limits);
    let start = Instant::now();
    let opened = Pdf::open(bytes, password, &limits, &mut budget);
    if let Ok(pdf) = &opened {
        pdf_support::walk(pdf, &mut budget);
        let _ = pdf.find_dicts_with(&[b"ByteRange"], &[], pdf.latest(), &mut budget);
        assert!(pdf.findings().len() <= 1_001, "{what}");
    }
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(5), "{what} took {taken:?}");
    opened.is_ok()
}

fn run(suite: &str, files: &[(String, Vec<u8>, Option<String>)], each: usize) {
    let mut random = Random(0x5353_4f4c_4c55_4d21);
    let (mut cases, mut opened) = (0, 0);
    for (name, bytes, password) in files {
        for round in 0..each {
            let damaged = mutate(bytes, &mut random);
            let what = format!("{name}, mutation {round}");
            opened += usize::from(check(&damaged, password.as_deref().map(str::as_bytes), &what));
            cases += 1;
        }
    }
    println!("{suite}: {cases} cases, {opened} of them open");
    assert!(cases > 0 && opened > 0 && opened < cases);
}

#[test]
fn own_files() {
    let files: Vec<_> = samples().into_iter().map(|bytes| ("own".to_owned(), bytes, None)).collect();
    for (_, bytes, _) in &files {
        let (limits, mut budget) = pdf_support::usual();
        let pdf = Pdf::open(bytes, None, &limits, &mut budget).expect("sound before the damage");
        let walked = pdf_support::walk(&pdf, &mut budget);
        assert_eq!((walked.errors, pdf.findings()), (0, vec![]));
    }
    run("pdf_mutations (own)", &files, 4_000);
}

#[test]
fn generated_files() {
    const SUITE: &str = "pdf_mutations (generated)";
    let Some(shared) = pdf_support::shared(SUITE) else { return };
    run(SUITE, &pdf_support::generated(&shared), 60);
}
