//! Files of some megabytes that are made to cost a reader the square of their size: each ends in seconds, whatever
//! the answer is.

#![expect(clippy::disallowed_methods, reason = "a test reads the clock")]

mod pdf_support;

use std::time::Duration;
use std::time::Instant;

use sigillum::limits::Budget;
use sigillum::limits::Limits;
use sigillum::syntax::pdf::Pdf;

const SIZE: usize = 4 << 20;

/// Opens, searches and walks; with a tenth of the usual work, as unoptimised builds are slower.
fn cost(bytes: &[u8]) -> Duration {
    let limits = Limits { work: Limits::DEFAULT.work / 10, ..Limits::DEFAULT };
    let mut budget = Budget::new(&limits);
    let start = Instant::now();
    if let Ok(pdf) = Pdf::open(bytes, None, &limits, &mut budget) {
        let _ = pdf.find_dicts_with(&[b"ByteRange"], &[], pdf.latest(), &mut budget);
        if pdf.revisions().len() < 10 {
            pdf_support::walk(&pdf, &mut budget);
        }
    }
    start.elapsed()
}

/// A catalog, a page tree, `body`, and a table with `count` entries for offset `offset(number)`.
fn with_table(body: &[u8], count: usize, offset: impl Fn(usize, usize) -> usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages>>endobj\n".to_vec();
    let second = 9 + 43;
    let start = file.len();
    file.extend(body);
    let section = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n0000000009 00000 n \n", count + 3).bytes());
    file.extend(format!("{second:010} 00000 n \n").bytes());
    for number in 0..count {
        file.extend(format!("{:010} 00000 n \n", offset(number, start)).bytes());
    }
    file.extend(format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{section}\n%%EOF\n", count + 3).bytes());
    file
}

#[test]
fn nothing_costs_the_square_of_its_size() {
    let mut cases = 0;
    let mut check = |what: &str, bytes: &[u8]| {
        let taken = cost(bytes);
        println!("{what}: {} kB, {taken:?}", bytes.len() / 1_000);
        assert!(taken < Duration::from_secs(20), "{what}");
        cases += 1;
    };
    let root = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages>>endobj ";
    for part in [
        "1 0 obj<<(",
        "trailer<<(",
        "trailer<</Root 1 0 R>> ",
        "startxref 1 ",
        "startxref 1 %%EOF 3 0 obj ",
        "1 0 obj<<>>stream\n",
        "1 0 obj<</Length 9 0 R>>stream\n",
        "1 0 obj<</Type/ObjStm/N 9/First 9>>stream\nx endstream ",
        "[",
        "<<",
        "<</A",
        "(",
        "<",
        "%",
        "% \n",
        "obj ",
        "1 0 obj ",
        "endstream",
        "/",
        "#",
        "1 ",
        "xref ",
        "R ",
        "3 0 obj[1 0 R",
        "\0",
    ] {
        let bulk = part.repeat(SIZE / part.len());
        check(part.trim_end(), &[b"%PDF-1.7\n", root.as_slice(), bulk.as_bytes()].concat());
    }
    let bulk = |part: &str| part.repeat(SIZE / part.len()).into_bytes();
    check("entries for one string", &with_table(&bulk("3 0 obj("), 100_000, |_, start| start));
    check("entries for many strings", &with_table(&bulk("3 0 obj("), 100_000, |number, start| start + 8 * number));
    check("entries for nothing", &with_table(&bulk("x"), 100_000, |number, start| start + number));
    check("entries for one array", &with_table(&bulk("[1 "), 100_000, |_, start| start));
    let streams: String = (3..100_000).map(|number| format!("{number} 0 obj<<>>stream\n")).collect();
    check("streams without end", &with_table(streams.as_bytes(), 1, |_, start| start));
    let mut offset = 0;
    let offsets: Vec<_> = (3..100_000)
        .map(|number: usize| {
            let here = offset;
            offset += format!("{number} 0 obj<<>>stream\n").len();
            here
        })
        .collect();
    check(
        "entries for streams without end",
        &with_table(streams.as_bytes(), 99_997, |number, start| start + offsets[number]),
    );
    let wrong = |number: usize, start: usize| start + offsets[99_996 - number];
    check("entries in reverse", &with_table(streams.as_bytes(), 99_997, wrong));
    println!("pdf_hostile: {cases} cases");
    assert!(cases > 0);
}
