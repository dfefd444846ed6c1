//! What the fixtures hold, taken apart: documents, and the ASN.1 in certificates, keys and signatures.

use super::{files, project, read, read_text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Every document of the fixtures, in order of its path.
pub fn documents() -> Vec<Vec<u8>> {
    let found = files(&project().join("fixtures"), |name| name == "document.pdf");
    found.iter().map(|path| read(path)).collect()
}

/// Every certificate, key and signature of the fixtures.
pub fn der_values() -> Vec<Vec<u8>> {
    let folder = project().join("fixtures");
    let keys = files(&folder, |name| name.ends_with(".p8"));
    let certificates = files(&folder, |name| name.ends_with(".pem"));
    let mut values: Vec<_> = keys.iter().map(|path| read(path)).collect();
    values.extend(certificates.iter().flat_map(|path| from_pem(&read_text(path))));
    values.extend(documents().iter().flat_map(|document| contents(document)));
    values
}

/// The binary of every block of a PEM text (RFC 7468).
pub fn from_pem(text: &str) -> Vec<Vec<u8>> {
    let blocks = text.split("-----BEGIN ").skip(1);
    blocks
        .map(|block| {
            let (_, rest) = block.split_once("-----\n").expect("a line that begins a block");
            let (body, _) = rest.split_once("-----END ").expect("a line that ends a block");
            STANDARD.decode(body.split_whitespace().collect::<String>()).expect("base64")
        })
        .collect()
}

/// The values of every `/Contents <…>` of a PDF, without the padding behind them. For files made here only: this
/// is no reader of PDF.
pub fn contents(document: &[u8]) -> Vec<Vec<u8>> {
    const KEY: &[u8] = b"/Contents <";
    let starts = document.windows(KEY.len()).enumerate().filter(|(_, window)| *window == KEY);
    starts
        .map(|(at, _)| {
            let hex = document[at + KEY.len()..].iter().take_while(|byte| **byte != b'>');
            let digits: Vec<u8> =
                hex.map(|digit| u8::try_from(char::from(*digit).to_digit(16).unwrap()).unwrap()).collect();
            let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
            sigillum::syntax::der::Reader::new(&bytes, 64).next_tlv().expect("a signature").raw.to_vec()
        })
        .collect()
}
