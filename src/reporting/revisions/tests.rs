//! Both forms say all that there is, and nothing of a document stands in them unseen.

use super::*;
use crate::document::{Coverage, Direction, MediaType, RevisionBytes, ShownValue, SignedBy, Thing};
use crate::reporting::{DocumentError, Language, Style, UnreadDocument};

fn signed() -> SignedRevisions {
    let one = |id: &str, by, revision| SignedRevision {
        id: id.to_owned(),
        signed_by: by,
        field: Some(format!("Feld\u{1b}{id}")),
        byte_range: Some([0, 1, 2, 3]),
        coverage: Coverage::WholeRevision,
        revision,
        xml: None,
    };
    let bytes = |number| RevisionBytes { number, size: 100 * number, sha256: format!("{number:064}") };
    SignedRevisions {
        media_type: MediaType::Pdf,
        size: 400,
        sha256: "f".repeat(64),
        revisions: 4,
        signed: vec![
            one("S1", SignedBy::Signature, Some(bytes(1))),
            one("D1", SignedBy::DocumentTimestamp, Some(bytes(3))),
            one("S2", SignedBy::Signature, None),
        ],
    }
}

fn differences() -> Differences {
    let text = |text: &str, cut| Some(ShownValue::Text { text: text.to_owned(), cut });
    let filled = Difference {
        revision: 3,
        page: Some(2),
        thing: Thing::Field,
        name: Some("name\u{202e}".to_owned()),
        direction: Direction::Changed,
        object: Some("6 0".to_owned()),
        path: "/Root/AcroForm/Fields/0/V".to_owned(),
        kind: "form-field",
        code: "form-field",
        before: text("Muster\r\n", false),
        after: text("Meier", true),
        not_permitted_for: vec!["S1".to_owned()],
    };
    let image = |bytes| Some(ShownValue::Stream { bytes, sha256: "a".repeat(64), image: Some((8, 9)) });
    let exchanged = Difference {
        revision: 3,
        page: None,
        thing: Thing::Image,
        name: None,
        code: "resources",
        kind: "resources",
        before: image(1),
        after: None,
        not_permitted_for: Vec::new(),
        ..filled.clone()
    };
    let later = Difference { revision: 4, ..exchanged.clone() };
    Differences { list: vec![filled.clone(), filled, exchanged, later], more: 7, complete: false }
}

#[test]
fn json_has_all_and_hides_nothing() {
    let written = BTreeMap::from([("S1".to_owned(), "out/revision-S1.pdf".to_owned())]);
    let envelope = RevisionsEnvelope { document_name: Some("a.pdf"), written: Some(&written) };
    let line = revisions_to_json(&signed(), Some(&differences()), &envelope, Language::En);
    assert!(line.is_ascii() && !line.contains('\n'), "{line}");
    assert!(line.contains("name\\u202e"));
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["schema"], REVISIONS_SCHEMA);
    assert_eq!(value["document"]["name"], "a.pdf");
    assert_eq!(value["signatures"][0]["revision"]["size"], 100);
    assert_eq!(value["signatures"][0]["file"], "out/revision-S1.pdf");
    assert_eq!(value["signatures"][1]["signedBy"], "document-timestamp");
    assert!(value["signatures"][2]["revision"].is_null() && value["signatures"][2].get("file").is_none());
    let found = &value["differences"];
    assert_eq!((&found["complete"], &found["more"]), (&false.into(), &7.into()));
    let third = &found["revisions"][0];
    assert_eq!(third["after"], serde_json::json!(["S1"]));
    assert_eq!(third["signedBy"], serde_json::json!(["D1"]));
    assert_eq!(third["pages"][0]["page"], 2);
    assert_eq!(third["pages"][0]["differences"].as_array().unwrap().len(), 2);
    let filled = &third["pages"][0]["differences"][0];
    assert_eq!(filled["before"], serde_json::json!({ "text": "Muster\r\n" }));
    assert_eq!(filled["after"], serde_json::json!({ "text": "Meier", "cut": true }));
    assert_eq!(filled["notPermittedFor"], serde_json::json!(["S1"]));
    assert!(third["pages"][1]["page"].is_null());
    assert_eq!(third["pages"][1]["differences"][0]["before"]["width"], 8);
    assert_eq!(found["revisions"][1]["after"], serde_json::json!(["S1", "D1"]));
    let without = revisions_to_json(&signed(), None, &RevisionsEnvelope::default(), Language::En);
    assert!(!without.contains("differences") && !without.contains("\"file\""));
}

#[test]
fn text_is_for_people_in_four_languages() {
    let envelope = RevisionsEnvelope::default();
    for (language, words) in [
        (
            Language::De,
            ["Seite 2:", "vorher: «Muster<U+000D><U+000A>»", "nachher: «Meier…»", "Nicht zulässig für: S1"],
        ),
        (Language::Fr, ["Page 2:", "avant: «Muster<U+000D><U+000A>»", "après: «Meier…»", "Non admis pour: S1"]),
        (Language::It, ["Pagina 2:", "prima: «Muster<U+000D><U+000A>»", "dopo: «Meier…»", "Non ammesso per: S1"]),
        (Language::En, ["Page 2:", "before: “Muster<U+000D><U+000A>”", "after: “Meier…”", "Not permitted for: S1"]),
    ] {
        let text = revisions_to_text(&signed(), Some(&differences()), &envelope, language, Style::Plain);
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(text.contains("8 × 9") && text.contains("name<U+202E>") && text.contains("S2"), "{text}");
        assert!(
            !text.chars().any(|character| character != '\n' && crate::reporting::is_hidden(character)),
            "{text}"
        );
    }
}

#[test]
fn an_error_has_the_schema_of_this_form() {
    let line = revisions_error_to_json(&DocumentError::new("encrypted"), &UnreadDocument::default(), Language::De);
    assert!(
        line.starts_with("{\"schema\":\"sigillum-revisions/1\",\"document\":{},\"error\":{\"code\":\"encrypted\"")
    );
}
