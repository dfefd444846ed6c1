//! The sections `keys` and `profiles`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::reader::Section;
use super::sections::policy_is_known;
use super::{Key, KeyStore, Profile};
use crate::crypto::SealAlgorithm;
use crate::document::Packaging;
use crate::sealing::{Appearance, Formats, Page};

/// Characters of reason, location, contact and of a field name.
const TEXT_LENGTH: usize = 255;

/// Lines of an appearance, and characters of each.
const LINES: usize = 20;
const LINE_LENGTH: usize = 200;

/// Points from the origin of a page: 200 inches (ISO 32000-1 annex C.2).
const FARTHEST: f64 = 14_400.0;

/// Levels of the contract; only the first is there.
const LEVELS: &[&str] = &["B", "T", "LT", "LTA"];

/// How the seal of an XML document may stand to it.
const PACKAGINGS: [Packaging; 3] = [Packaging::Enveloped, Packaging::Enveloping, Packaging::Detached];

pub(super) fn keys(section: &Section<'_>) -> BTreeMap<String, Key> {
    section.sections().filter_map(|(name, key)| Some((name, self::key(&key)?))).collect()
}

fn key(section: &Section<'_>) -> Option<Key> {
    section.needed("algorithm");
    section.needed("store");
    let algorithm = section.choice("algorithm", &SealAlgorithm::ALL.map(|algorithm| (algorithm.name(), algorithm)));
    if matches!(section.text("store"), Some("pkcs11" | "remote")) {
        section.problem("store", "is not there yet");
        return None;
    }
    let store = match section.choice("store", &[("pkcs8", false), ("pkcs12", true)])? {
        false => {
            superfluous(section, "store = \"pkcs8\"", &["pkcs12-file", "password-file"]);
            let (key, certificate) = (section.needed_file("key-file"), section.needed_file("certificate-file"));
            KeyStore::Pkcs8 { key_file: key?, certificate_file: certificate? }
        }
        true => {
            superfluous(section, "store = \"pkcs12\"", &["key-file", "certificate-file"]);
            let (file, password) = (section.needed_file("pkcs12-file"), section.needed_file("password-file"));
            KeyStore::Pkcs12 { file: file?, password_file: password? }
        }
    };
    Some(Key { algorithm: algorithm?, store })
}

pub(super) fn profiles(root: &Section<'_>, policies: &BTreeMap<String, PathBuf>) -> BTreeMap<String, Profile> {
    let keys = root.section("keys");
    let read = |(name, section): (String, Section<'_>)| Some((name, profile(&section, &keys, policies)?));
    root.section("profiles").sections().filter_map(read).collect()
}

fn profile(section: &Section<'_>, keys: &Section<'_>, policies: &BTreeMap<String, PathBuf>) -> Option<Profile> {
    let key = section.needed_text("key").filter(|key| {
        if !keys.has(key) {
            section.problem("key", &format!("there is no key named {key:?}"));
        }
        keys.has(key)
    });
    let policy =
        section.needed_text("policy").filter(|policy| policy_is_known(section, "policy", policy, policies));
    let formats = section.choice("format", &[("pades", Formats::Pades), ("xades", Formats::Xades)]);
    let formats = if section.has("format") { formats? } else { Formats::All };
    let packaging = section.choice("packaging", &PACKAGINGS.map(|packaging| (packaging.name(), packaging)));
    let packaging = if section.has("packaging") { packaging? } else { Packaging::Enveloped };
    match formats {
        Formats::All => {}
        Formats::Pades => superfluous(section, "format = \"pades\"", &["packaging"]),
        Formats::Xades => {
            superfluous(section, "format = \"xades\"", &["appearance", "reason", "location", "contact"]);
        }
    }
    match section.text("level") {
        None | Some("B") => {}
        Some(level) if LEVELS.contains(&level) => section.problem("level", &format!("{level} is not there yet")),
        Some(_) => section.problem("level", "must be B"),
    }
    let appearance = appearance(&section.section("appearance"));
    let [reason, location, contact] = ["reason", "location", "contact"].map(|key| {
        let text = section.text(key)?;
        plain(section, key, text, TEXT_LENGTH);
        Some(text.to_owned())
    });
    Some(Profile {
        key: key?.to_owned(),
        policy: policy?.to_owned(),
        formats,
        packaging,
        appearance: appearance?,
        reason,
        location,
        contact,
    })
}

/// What is seen of a seal; nothing where the section is not there.
fn appearance(section: &Section<'_>) -> Option<Appearance> {
    #[derive(Clone, Copy)]
    enum Form {
        Invisible,
        Field,
        NewField,
    }
    if !section.is_there() {
        return Some(Appearance::Invisible);
    }
    section.needed("kind");
    let forms = [("invisible", Form::Invisible), ("field", Form::Field), ("new-field", Form::NewField)];
    let form = section.choice("kind", &forms)?;
    let text = lines(section);
    let field = section.text("field");
    if let Some(field) = field {
        plain(section, "field", field, TEXT_LENGTH);
        if field.is_empty() {
            section.problem("field", "is empty");
        }
    }
    match form {
        Form::Invisible => {
            superfluous(section, "kind = \"invisible\"", &["field", "page", "rectangle", "text"]);
            Some(Appearance::Invisible)
        }
        Form::Field => {
            superfluous(section, "kind = \"field\"", &["page", "rectangle"]);
            section.needed("field");
            Some(Appearance::Field { name: field?.to_owned(), text })
        }
        Form::NewField => {
            if let Some(field) = field.filter(|field| field.contains('.')) {
                section.problem("field", &format!("{field:?}: the name of a new field has no full stop"));
            }
            section.needed("page");
            section.needed("rectangle");
            let (page, rectangle) = (page(section), rectangle(section));
            Some(Appearance::NewField {
                name: field.map(ToOwned::to_owned),
                page: page?,
                rectangle: rectangle?,
                text,
            })
        }
    }
}

fn page(section: &Section<'_>) -> Option<Page> {
    if section.text("page") == Some("last") {
        return Some(Page::Last);
    }
    section.has("page").then(|| {
        let number = section.integer("page", 1..=100_000, 1);
        Page::Number(u32::try_from(number).unwrap_or(1))
    })
}

fn rectangle(section: &Section<'_>) -> Option<[f64; 4]> {
    let rectangle: [f64; 4] = section.numbers("rectangle").try_into().ok()?;
    let [left, bottom, right, top] = rectangle;
    if !rectangle.iter().all(|number| number.is_finite() && number.abs() <= FARTHEST) {
        section.problem("rectangle", &format!("each number is from -{FARTHEST} to {FARTHEST}"));
    } else if left >= right || bottom >= top {
        section.problem("rectangle", "is left, bottom, right, top: left < right and bottom < top");
    }
    Some(rectangle)
}

fn lines(section: &Section<'_>) -> Vec<String> {
    let lines = section.texts("text");
    if lines.len() > LINES {
        section.problem("text", &format!("has more than {LINES} lines"));
    }
    for line in &lines {
        plain(section, "text", line, LINE_LENGTH);
    }
    lines.into_iter().map(ToOwned::to_owned).collect()
}

/// A text of one line, not too long.
fn plain(section: &Section<'_>, key: &str, text: &str, most: usize) {
    if text.chars().count() > most {
        section.problem(key, &format!("has more than {most} characters"));
    }
    if text.chars().any(char::is_control) {
        section.problem(key, "has control characters");
    }
}

/// Keys that say nothing under this choice are refused: whoever wrote them means something else.
fn superfluous(section: &Section<'_>, choice: &str, keys: &[&str]) {
    for key in keys.iter().filter(|key| section.has(key)) {
        section.problem(key, &format!("has no meaning with {choice}"));
    }
}
