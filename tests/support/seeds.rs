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

/// Evidence bundles of some of the documents, and one with evidence of each kind and origin.
pub fn bundles() -> Vec<Vec<u8>> {
    use sigillum::document::{Document, examine};
    use sigillum::limits::{Budget, Limits};
    use sigillum::pki::{Certificate, Crl, OcspResponse};
    use sigillum::time::Timestamp;
    use sigillum::trust::{TrustAnchor, TrustStore};
    use sigillum::validation::bundle::write;
    use sigillum::validation::{Evidence, Moment, Origin, Policy};

    let root = &from_pem(std::str::from_utf8(&read(&project().join("fixtures/pki/root.pem"))).unwrap())[0];
    let certificate = std::sync::Arc::new(Certificate::parse(root).unwrap());
    let at = Timestamp::from_rfc3339("2026-07-01T00:00:00Z").unwrap();
    let asn1 = |name: &str| read(&project().join("fixtures/asn1").join(name));
    let limits = Limits::DEFAULT;
    let mut bundles = Vec::new();
    for bytes in documents().iter().filter(|bytes| bytes.len() < 40_000) {
        let mut budget = Budget::new(&limits);
        let Ok(document) = Document::open(bytes, None, &limits, &mut budget) else { continue };
        let examination = examine(&document, &mut budget).unwrap();
        let mut evidence = Evidence::new();
        evidence.add_embedded(&examination);
        if bundles.is_empty() {
            evidence.add_crl(Crl::parse(&asn1("crl.crl"), 64).unwrap(), Origin::Supplied);
            evidence.add_ocsp_response(OcspResponse::parse(&asn1("good.ocsp"), 64).unwrap(), Origin::Fetched);
        }
        let anchor = TrustAnchor { certificate: std::sync::Arc::clone(&certificate), sunset: Some(at) };
        let policy = Policy::builtin(if bundles.len() % 2 == 0 { "no-revocation" } else { "default" }).unwrap();
        let moment = Moment { at, clock: at };
        bundles.push(
            write(&examination.document, &evidence, &TrustStore::new(vec![anchor]), &policy, moment).unwrap(),
        );
        if bundles.len() == 8 {
            break;
        }
    }
    bundles
}

/// The built-in policies, and one with every section.
pub fn policies() -> Vec<Vec<u8>> {
    let folder = project().join("src/validation/policy/builtin");
    let mut found: Vec<_> = files(&folder, |name| name.ends_with(".toml")).iter().map(|path| read(path)).collect();
    let own = "name = \"house\"\nversion = \"1\"\nextends = \"default\"\n[levels.signature]\nxcv-revocation-known = \
               \"warn\"\n[levels.signature-ca]\nxcv-revocation-known = \"inform\"\n[path]\ninitial-policies = [\"1.2.3\"]\n\
               require-explicit-policy = true\n[revocation]\nmaximum-age = 3600\n";
    found.push(own.into());
    found
}

/// Addresses, good and bad, some with the place where they lead.
pub fn urls() -> Vec<Vec<u8>> {
    let texts = [
        "http://ocsp.example.ch/a?b=c#d",
        "HTTPS://Crl.Example.CH.:8443/root.crl\n/other",
        "http://127.0.0.1:19080/ocsp\nhttp://127.0.0.1/",
        "http://[2001:db8::1]:80/\n//other.example/",
        "http://0x7f000001/",
        "http://user@host/",
        "ldap://ldap.example.ch/cn=x",
        "ocsp.example.ch:80",
        "http://a.b\\c/d",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

/// Every XML document of the fixtures, and some with what they have not.
pub fn xml_documents() -> Vec<Vec<u8>> {
    let found = files(&project().join("fixtures/xml"), |name| name.ends_with(".xml"));
    let mut all: Vec<Vec<u8>> = found.iter().map(|path| read(path)).collect();
    let texts = [
        "<?xml version='1.0' encoding='UTF-8'?><!-- a --><a xmlns='u:a' xmlns:b='u:b' b:c=\"d'\" c='&#xD;&#9;&lt;'><b:e/>\
         <![CDATA[<f>]]><?g h?><e xmlns=''/>\r\n&amp;]]&gt;</a><!-- z -->",
        "<a xml:lang='de' xml:space='preserve' xml:base='http://h/a/'><b xml:base='../b/' xml:id='i'><c xmlns:d='u:d'>\
         <d:e xmlns:d='u:f'/></c></b></a>",
    ];
    all.extend(texts.iter().map(|text| text.as_bytes().to_vec()));
    let wide: Vec<u8> = "\u{feff}<a>ü</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    all.extend([wide, b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xfc'>\xe9</a>".to_vec()]);
    all
}

/// Expressions of XPath.
pub fn expressions() -> Vec<Vec<u8>> {
    let texts = [
        "not(ancestor-or-self::ds:Signature)",
        "count(ancestor-or-self::ds:Signature | here()/ancestor::ds:Signature[1]) > count(ancestor-or-self::ds:Signature)",
        "/descendant::ds:Signature | //a[@Id = 'x']/b[last()]",
        "id('x')/child::node()[position() mod 2 = 1]",
        "self::text() or parent::b or self::processing-instruction('p')",
        "string-length(normalize-space(.)) - -1 * 2 div 3 <= number('4')",
        "starts-with(name(), concat('a', 'b')) and contains(local-name(), namespace-uri())",
        "(//namespace::* | //@*)[true()]/..\n<a xmlns:b='u:b' b:c='d'><b:e f='g'/>h</a>",
        "preceding-sibling::*/following-sibling::a\n<r><a/><a/><b><a/></b></r>",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}
