//! What the fixtures hold, taken apart: documents, and the ASN.1 in certificates, keys and signatures.

use super::{files, project, read};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Every document of the fixtures, in order of its path.
pub fn documents() -> Vec<Vec<u8>> {
    let found = files(&project().join("fixtures"), |name| name == "document.pdf");
    found.iter().map(|path| read(path)).collect()
}

/// Every PEM file of the fixtures.
pub fn pem_files() -> Vec<Vec<u8>> {
    let found = files(&project().join("fixtures"), |name| name.ends_with(".pem"));
    found.iter().map(|path| read(path)).collect()
}

/// Every certificate, key, signature, time-stamp, revocation list and OCSP response of the fixtures.
pub fn der_values() -> Vec<Vec<u8>> {
    let alone = files(&project().join("fixtures"), |name| {
        [".p8", ".crl", ".ocsp", ".tst", ".tsr"].iter().any(|ending| name.ends_with(ending))
    });
    let mut values: Vec<_> = alone.iter().map(|path| read(path)).collect();
    values.extend(pem_files().iter().flat_map(|file| from_pem(std::str::from_utf8(file).unwrap())));
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
