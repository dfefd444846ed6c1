//! What was signed, for a person: first how many revisions, then each signature with what it covers, then each later
//! revision with its differences by page.

use super::{Later, RevisionsEnvelope, later};
use crate::document::{
    Difference, Differences, Fault, MediaType, ShownValue, SignedBy, SignedRevision, SignedRevisions, SignedStream,
    SignedXml, StreamDigest,
};
use crate::reporting::text::{Colour, Page};
use crate::reporting::{Label, Language, Style, Texts, escaped, shown};

/// How far the rows of a section are moved in.
const INDENT: usize = 2;

/// How far the rows below a difference are moved in.
const DEEPER: usize = 6;

/// The labels of rows; the longest of a language decides where its values begin.
const ROWS: &[Label] = &[
    Label::File,
    Label::RevisionRow,
    Label::Coverage,
    Label::ByteRange,
    Label::SignedBytes,
    Label::WrittenTo,
    Label::AfterSignatures,
    Label::SignedWith,
    Label::Caution,
];

/// The same of XML.
const ROWS_OF_XML: &[Label] =
    &[Label::File, Label::Coverage, Label::StreamRow, Label::NotCovered, Label::WrittenTo];

/// What was signed as text, each line ended by a line feed.
#[must_use]
pub fn revisions_to_text(
    signed: &SignedRevisions,
    differences: Option<&Differences>,
    envelope: &RevisionsEnvelope<'_>,
    language: Language,
    style: Style,
) -> String {
    let texts = Texts::of(language);
    let mut page =
        Page::with_rows(texts, style, if signed.media_type == MediaType::Xml { ROWS_OF_XML } else { ROWS });
    if signed.signed.is_empty() {
        page.headline(Colour::Yellow, texts.label(Label::NothingSigned));
    } else if signed.media_type == MediaType::Xml {
        let all = || signed.signed.iter().filter_map(|one| one.xml.as_ref());
        let streams = || all().filter_map(|xml| xml.streams.as_ref()).flatten();
        let told =
            all().all(|xml| xml.streams.is_some()) && streams().all(|one| one.digest() == StreamDigest::Same);
        let colour = if told { Colour::Green } else { Colour::Yellow };
        let known = streams().filter(|one| one.octets.is_ok()).count();
        let args = [("signatures", signed.signed.len().to_string()), ("streams", known.to_string())];
        page.headline(colour, &texts.fill(Label::StreamsAre, &args));
    } else {
        let known = signed.signed.iter().filter(|one| one.revision.is_some()).count();
        let colour = if known == signed.signed.len() { Colour::Green } else { Colour::Yellow };
        let args = [("signed", known.to_string()), ("revisions", signed.revisions.to_string())];
        page.headline(colour, &texts.fill(Label::RevisionsAre, &args));
    }
    let facts =
        texts.fill(Label::FileFacts, &[("size", signed.size.to_string()), ("sha256", signed.sha256.clone())]);
    match envelope.document_name {
        Some(name) => page.row(0, Label::File, &format!("{}: {facts}", shown(name))),
        None => page.row(0, Label::File, &facts),
    }
    if differences.is_some_and(|differences| !differences.complete) {
        page.row(0, Label::Caution, texts.label(Label::DifferencesIncomplete));
    }
    for one in &signed.signed {
        revision(&mut page, one, envelope);
    }
    if let Some(differences) = differences.filter(|_| !signed.signed.is_empty()) {
        for later in later(signed, differences) {
            differing(&mut page, &later, signed.revisions);
        }
        if differences.list.is_empty() && differences.complete {
            page.section(texts.label(Label::NoDifferences));
        }
        if differences.more > 0 {
            page.section(&texts.fill(Label::AndMore, &[("count", differences.more.to_string())]));
        }
    }
    page.finish()
}

/// What one signature covers.
fn revision(page: &mut Page, one: &SignedRevision, envelope: &RevisionsEnvelope<'_>) {
    let texts = page.texts();
    let id = ("id", one.id.clone());
    let head = match (one.signed_by, &one.field) {
        (SignedBy::DocumentTimestamp, _) => texts.fill(Label::DocumentTimestamp, &[id]),
        (SignedBy::Signature | SignedBy::CounterSignature, Some(field)) => {
            texts.fill(Label::SignatureInField, &[id, ("field", shown(field).into_owned())])
        }
        (SignedBy::Signature | SignedBy::CounterSignature, None) => texts.fill(Label::Signature, &[id]),
    };
    page.section(&head);
    if let Some(xml) = &one.xml {
        page.row(INDENT, Label::Coverage, texts.word("coverage", one.coverage.name()));
        return streams(page, &one.id, xml, envelope);
    }
    match &one.revision {
        Some(revision) => page.row(INDENT, Label::RevisionRow, &revision.number.to_string()),
        None => page.row(INDENT, Label::RevisionRow, texts.label(Label::RevisionNotKnown)),
    }
    page.row(INDENT, Label::Coverage, texts.word("coverage", one.coverage.name()));
    if let Some(range) = one.byte_range {
        page.row(INDENT, Label::ByteRange, &range.map(|number| number.to_string()).join(" "));
    }
    if let Some(revision) = &one.revision {
        let args = [("size", revision.size.to_string()), ("sha256", revision.sha256.clone())];
        page.row(INDENT, Label::SignedBytes, &texts.fill(Label::FileFacts, &args));
    }
    if let Some(file) = envelope.file(&one.id) {
        page.row(INDENT, Label::WrittenTo, &escaped(file));
    }
}

/// What the references of one XML signature digest, and what it leaves out.
fn streams(page: &mut Page, id: &str, xml: &SignedXml, envelope: &RevisionsEnvelope<'_>) {
    let texts = page.texts();
    match &xml.streams {
        None => page.row(INDENT, Label::StreamRow, texts.label(Label::SignatureNotReadable)),
        Some(streams) => {
            for stream in streams {
                page.row(INDENT, Label::StreamRow, &described(texts, stream));
                if let Some(file) = envelope.file(&format!("{id}-{}", stream.number)) {
                    page.row(INDENT, Label::WrittenTo, &escaped(file));
                }
            }
        }
    }
    match &xml.uncovered {
        None => {}
        Some(uncovered) if uncovered.is_empty() => page.line(INDENT, texts.label(Label::NothingLeftOut)),
        Some(uncovered) => {
            page.rows(INDENT, Label::NotCovered, uncovered.iter().map(|one| shown(&one.path).into_owned()));
        }
    }
}

fn described(texts: &Texts, stream: &SignedStream) -> String {
    let number = ("number", stream.number.to_string());
    let uri = stream.reference.uri.as_deref().filter(|uri| !uri.is_empty()).unwrap_or("\"\"");
    let uri = ("uri", shown(uri).into_owned());
    let reason = match &stream.octets {
        Ok(octets) => {
            let args = [("size", octets.size.to_string()), ("sha256", octets.sha256.clone())];
            let facts = ("facts", texts.fill(Label::FileFacts, &args));
            let label = match stream.digest() {
                StreamDigest::Differs => Label::StreamDiffers,
                StreamDigest::Same | StreamDigest::Unknown => Label::StreamIs,
            };
            return texts.fill(label, &[number, uri, facts]);
        }
        Err(Fault::Ambiguous) => texts.label(Label::StreamAmbiguous).to_owned(),
        Err(Fault::NotGiven) => texts.label(Label::StreamNotGiven).to_owned(),
        Err(Fault::Unsupported(what)) => texts.fill(Label::StreamRefused, &[("what", shown(what).into_owned())]),
        Err(Fault::Failed(what)) => texts.fill(Label::StreamFailed, &[("what", shown(what).into_owned())]),
        Err(Fault::Limit(exceeded)) => texts.fill(
            Label::StreamLimit,
            &[("limit", exceeded.limit.name().to_owned()), ("maximum", exceeded.maximum.to_string())],
        ),
        Err(_) => texts.label(Label::StreamNotFound).to_owned(),
    };
    texts.fill(Label::StreamNotKnown, &[number, uri, ("reason", reason)])
}

/// What one later revision changed.
fn differing(page: &mut Page, later: &Later<'_>, revisions: u64) {
    let texts = page.texts();
    if later.number > revisions {
        page.section(texts.label(Label::BehindTheEnd));
    } else {
        page.section(&texts.fill(Label::RevisionNumber, &[("revision", later.number.to_string())]));
    }
    page.row(INDENT, Label::AfterSignatures, &later.after.join(", "));
    if !later.signed_by.is_empty() {
        page.row(INDENT, Label::SignedWith, &later.signed_by.join(", "));
    }
    for (number, found) in &later.pages {
        let head = match number {
            Some(number) => texts.fill(Label::PageNumber, &[("page", number.to_string())]),
            None => texts.label(Label::NoPage).to_owned(),
        };
        page.line(INDENT, &head);
        for one in found {
            difference(page, one);
        }
    }
}

fn difference(page: &mut Page, one: &Difference) {
    let texts = page.texts();
    let thing = texts.word("thing", one.thing.name()).to_owned();
    let direction = texts.word("direction", one.direction.name()).to_owned();
    let head = match &one.name {
        Some(name) => texts.fill(
            Label::NamedDifference,
            &[("thing", thing), ("name", shown(name).into_owned()), ("direction", direction)],
        ),
        None => texts.fill(Label::Difference, &[("thing", thing), ("direction", direction)]),
    };
    page.line(INDENT.saturating_mul(2), &head);
    if one.before.is_some() || one.after.is_some() {
        let args = [("value", value(texts, one.before.as_ref()))];
        page.line(DEEPER, &texts.fill(Label::ValueBefore, &args));
        let args = [("value", value(texts, one.after.as_ref()))];
        page.line(DEEPER, &texts.fill(Label::ValueAfter, &args));
    }
    let mut places = Vec::new();
    if let Some(object) = &one.object {
        places.push(texts.fill(Label::AtObject, &[("object", shown(object).into_owned())]));
    }
    places.push(shown(&one.path).into_owned());
    page.line(DEEPER, &format!("{} ({})", texts.change(one.code), places.join(", ")));
    if !one.not_permitted_for.is_empty() {
        let args = [("ids", one.not_permitted_for.join(", "))];
        page.line(DEEPER, &texts.fill(Label::NotPermittedFor, &args));
    }
}

/// A value for people. What belongs to the document is made visible.
fn value(texts: &Texts, value: Option<&ShownValue>) -> String {
    match value {
        None => texts.label(Label::NoValue).to_owned(),
        Some(ShownValue::Text { text, cut }) => {
            let more = if *cut { "…" } else { "" };
            texts.fill(Label::TextValue, &[("text", format!("{}{more}", escaped(text)))])
        }
        Some(ShownValue::Stream { bytes, sha256, image: None }) => {
            texts.fill(Label::StreamValue, &[("size", bytes.to_string()), ("sha256", sha256.clone())])
        }
        Some(ShownValue::Stream { bytes, sha256, image: Some((width, height)) }) => texts.fill(
            Label::ImageValue,
            &[
                ("width", width.to_string()),
                ("height", height.to_string()),
                ("size", bytes.to_string()),
                ("sha256", sha256.clone()),
            ],
        ),
    }
}
