//! Makers of large and of hostile files, so that none has to be kept. The same size gives the same file.

#![allow(dead_code, reason = "each benchmark includes this module and uses a part of it")]

use crate::support::pdf::{MadePdf, stream};
use crate::support::rng::Rng;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write as _;

/// A document with one stream of `bytes` bytes that no compressor would make smaller.
pub(crate) fn one_stream(bytes: usize) -> MadePdf {
    let mut rng = Rng::new(1);
    let data: Vec<u8> =
        std::iter::repeat_with(|| rng.next().to_le_bytes()).take(bytes.div_ceil(8)).flatten().collect();
    MadePdf::new([stream("", &data[..bytes])])
}

/// A document of `count` objects of about 116 bytes: with the cross-reference table, 880,000 of them make 120 MB.
/// Nothing leads to them.
pub(crate) fn many_objects(count: usize) -> MadePdf {
    objects(count, "")
}

/// The same, but the catalog leads to the first of them, and each to the next.
pub(crate) fn many_reachable_objects(count: usize) -> MadePdf {
    objects(count, "/PieceInfo 4 0 R")
}

fn objects(count: usize, catalog: &str) -> MadePdf {
    let object = |n: usize| {
        let text = "a".repeat(50);
        format!("<< /Number {n} /Text ({text}) /Next {} 0 R >>", n % count + 4).into_bytes()
    };
    MadePdf::holding(catalog, (1..=count).map(object))
}

/// A document with a logical structure of `count` elements, each with a hundred below it as far as they reach.
pub(crate) fn structure(count: usize, catalog: &str) -> MadePdf {
    const BELOW: usize = 100;
    const ROOT: usize = 4;
    let object = |n: usize| {
        let mut below = String::new();
        for child in (n * BELOW + 1..=n * BELOW + BELOW).take_while(|child| *child < count) {
            below += &format!("{} 0 R ", ROOT + child);
        }
        let kind = if n == 0 { "/StructTreeRoot".to_owned() } else { element(ROOT + (n - 1) / BELOW) };
        format!("<< /Type {kind} /K [{below}] >>").into_bytes()
    };
    fn element(parent: usize) -> String {
        format!("/StructElem /S /Span /Alt (a span of the text) /Lang (de-CH) /P {parent} 0 R")
    }
    MadePdf::holding(catalog, (0..count).map(object))
}

/// A file whose catalog lies in an object stream that a decoder makes `decoded` bytes from; in the file it is a
/// thousandth of that. Nobody can read the catalog without decoding some of it, nobody should decode it all.
pub(crate) fn object_stream_bomb(decoded: usize) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
    ];
    let (mut header, mut body) = (String::new(), String::new());
    for (n, object) in objects.iter().enumerate() {
        header += &format!("{} {} ", n + 1, body.len());
        body += object;
        body.push(' ');
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(header.as_bytes()).unwrap();
    encoder.write_all(body.as_bytes()).unwrap();
    let blanks = vec![b' '; 1 << 20];
    let mut left = decoded.saturating_sub(header.len() + body.len());
    while left > 0 {
        let piece = left.min(blanks.len());
        encoder.write_all(&blanks[..piece]).unwrap();
        left -= piece;
    }
    let entries = format!("/Type /ObjStm /N 3 /First {} /Filter /FlateDecode ", header.len());
    let object_stream = stream(&entries, &encoder.finish().unwrap());

    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let object_stream_at = file.len();
    for piece in [b"4 0 obj\n", object_stream.as_slice(), b"\nendobj\n"] {
        file.extend_from_slice(piece);
    }
    let table_at = file.len();
    let mut table = Vec::new();
    let mut entry = |kind: u8, second: usize, third: u16| {
        table.push(kind);
        table.extend_from_slice(&u32::try_from(second).unwrap().to_be_bytes());
        table.extend_from_slice(&third.to_be_bytes());
    };
    entry(0, 0, u16::MAX);
    for index in 0..3 {
        entry(2, 4, index);
    }
    entry(1, object_stream_at, 0);
    entry(1, table_at, 0);
    let table = stream("/Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R ", &table);
    for piece in [b"5 0 obj\n", table.as_slice(), b"\nendobj\n"] {
        file.extend_from_slice(piece);
    }
    file.extend_from_slice(format!("startxref\n{table_at}\n%%EOF\n").as_bytes());
    file
}
