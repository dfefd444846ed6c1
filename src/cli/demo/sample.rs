//! The sample document of the demo: one page that says in four languages what it is.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Error, Object, Stream, dictionary};

/// Left edge, first base line and leading, in points.
const LEFT: i64 = 72;
const TOP: i64 = 740;
const LEADING: i64 = 18;

const LINES: &[&str] = &[
    "",
    "Dieses Dokument ist ein Beispiel. Es hat keine Rechtswirkung.",
    "Das Siegel, das es erh\u{e4}lt, stammt aus einer Demo und beweist nichts.",
    "",
    "Ce document est un exemple. Il n'a pas d'effet juridique.",
    "Le cachet qu'il re\u{e7}oit provient d'une d\u{e9}monstration et ne prouve rien.",
    "",
    "Questo documento \u{e8} un esempio. Non ha effetto giuridico.",
    "Il sigillo che riceve proviene da una demo e non prova nulla.",
    "",
    "This document is an example. It has no legal effect.",
    "The seal that it gets comes from a demo and proves nothing.",
];

/// The bytes of the document.
pub(super) fn make() -> Result<Vec<u8>, Error> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = |name: &str| {
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding" }
    };
    let title = document.add_object(font("Helvetica-Bold"));
    let text = document.add_object(font("Helvetica"));
    let content = document.add_object(Stream::new(dictionary! {}, page()?));
    let page = document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => pages,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "Title" => title, "Text" => text } },
        "Contents" => content,
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog",
        "Pages" => pages,
        "Lang" => Object::string_literal("de-CH"),
    });
    let info = document.add_object(dictionary! { "Title" => Object::string_literal("DEMO sigillum") });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", info);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

fn page() -> Result<Vec<u8>, Error> {
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("TL", vec![LEADING.into()]),
        Operation::new("Td", vec![LEFT.into(), TOP.into()]),
        Operation::new("Tf", vec!["Title".into(), 24.into()]),
        Operation::new("Tj", vec![Object::string_literal("DEMO")]),
        Operation::new("Tf", vec!["Text".into(), 12.into()]),
    ];
    for line in LINES {
        operations.push(Operation::new("T*", vec![]));
        operations.push(Operation::new("Tj", vec![Object::string_literal(win_ansi(line))]));
    }
    operations.push(Operation::new("ET", vec![]));
    Content { operations }.encode()
}

/// In `WinAnsiEncoding`, which has the letters of Latin-1 in their places (ISO 32000-2 annex D.2).
fn win_ansi(line: &str) -> Vec<u8> {
    line.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Budget, Limits};

    #[test]
    fn the_sample_is_a_sound_unsigned_document_that_says_demo() {
        let bytes = make().unwrap();
        let read = Document::load_mem(&bytes).unwrap();
        let text = read.extract_text(&[1]).unwrap();
        for word in
            ["DEMO", "keine Rechtswirkung", "pas d'effet juridique", "Questo documento è un", "no legal effect"]
        {
            assert!(text.contains(word), "{text}");
        }
        let limits = Limits::DEFAULT;
        let mut budget = Budget::new(&limits);
        let document = crate::document::Document::open(&bytes, None, &limits, &mut budget).unwrap();
        let examination = crate::document::examine(&document, &mut budget).unwrap();
        assert!(examination.document.findings.is_empty(), "{:?}", examination.document.findings);
        assert!(examination.signatures.is_empty());
        assert!(LINES.iter().all(|line| !win_ansi(line).contains(&b'?')));
    }
}
