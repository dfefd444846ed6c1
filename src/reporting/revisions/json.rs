//! `sigillum-revisions/1`: one line, members in a fixed order. A member that is written `x?` in `docs/revisions.md` is
//! absent where there is nothing to say.

use serde::Serialize;

use super::{Later, RevisionsEnvelope, later};
use crate::document::{Difference, Differences, ShownValue, SignedRevision, SignedRevisions, SignedStream, Target};
use crate::reporting::json::{error_line, line};
use crate::reporting::{DocumentError, Language, Texts, UnreadDocument};

/// The name of this form and its version.
pub const REVISIONS_SCHEMA: &str = "sigillum-revisions/1";

/// What was signed as one line of JSON, without a line break.
#[must_use]
pub fn revisions_to_json(
    signed: &SignedRevisions,
    differences: Option<&Differences>,
    envelope: &RevisionsEnvelope<'_>,
    language: Language,
) -> String {
    let texts = Texts::of(language);
    let view = View {
        schema: REVISIONS_SCHEMA,
        document: DocumentView {
            name: envelope.document_name,
            media_type: signed.media_type.name(),
            size: signed.size,
            sha256: &signed.sha256,
        },
        revisions: signed.revisions,
        signatures: signed.signed.iter().map(|one| SignedView::new(one, envelope)).collect(),
        differences: differences.map(|differences| DifferencesView {
            complete: differences.complete,
            more: differences.more,
            revisions: later(signed, differences).iter().map(|later| LaterView::new(later, texts)).collect(),
        }),
    };
    line(&view, REVISIONS_SCHEMA)
}

/// The line for a document that could not be read, without a line break.
#[must_use]
pub fn revisions_error_to_json(error: &DocumentError, document: &UnreadDocument<'_>, language: Language) -> String {
    error_line(error, document, REVISIONS_SCHEMA, language)
}

#[derive(Serialize)]
struct View<'a> {
    schema: &'static str,
    document: DocumentView<'a>,
    revisions: u64,
    signatures: Vec<SignedView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<DifferencesView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    media_type: &'static str,
    size: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedView<'a> {
    id: &'a str,
    signed_by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    coverage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_range: Option<[u64; 4]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    revision: Option<RevisionView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    streams: Option<Vec<StreamView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uncovered: Option<Vec<UncoveredView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

impl<'a> SignedView<'a> {
    fn new(one: &'a SignedRevision, envelope: &RevisionsEnvelope<'a>) -> Self {
        Self {
            id: &one.id,
            signed_by: one.signed_by.name(),
            field: one.field.as_deref(),
            coverage: one.coverage.name(),
            byte_range: one.byte_range,
            path: one.xml.as_ref().and_then(|xml| xml.path.as_deref()),
            revision: one.revision.as_ref().map(|revision| RevisionView {
                number: revision.number,
                size: revision.size,
                sha256: &revision.sha256,
            }),
            streams: one.xml.as_ref().map(|xml| {
                let streams = xml.streams.iter().flatten();
                streams.map(|stream| StreamView::new(&one.id, stream, envelope)).collect()
            }),
            uncovered: one.xml.as_ref().and_then(|xml| xml.uncovered.as_ref()).map(|uncovered| {
                uncovered.iter().map(|one| UncoveredView { path: &one.path, kind: one.kind.name() }).collect()
            }),
            file: envelope.file(&one.id),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamView<'a> {
    number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    claimed_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    transforms: &'a [String],
    digest_method: &'a str,
    digest: &'static str,
    octets: Option<OctetsView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

impl<'a> StreamView<'a> {
    fn new(id: &str, stream: &'a SignedStream, envelope: &RevisionsEnvelope<'a>) -> Self {
        let reference = &stream.reference;
        Self {
            number: stream.number,
            uri: reference.uri.as_deref(),
            claimed_type: reference.claimed_type.as_deref(),
            path: match &reference.target {
                Some(Target::Node { path, .. }) => Some(path),
                _ => None,
            },
            transforms: &reference.transforms,
            digest_method: &reference.method,
            digest: stream.digest().name(),
            octets: stream
                .octets
                .as_ref()
                .ok()
                .map(|octets| OctetsView { size: octets.size, sha256: &octets.sha256 }),
            fault: stream.octets.as_ref().err().map(|fault| fault.name()),
            file: envelope.file(&format!("{id}-{}", stream.number)),
        }
    }
}

#[derive(Serialize)]
struct OctetsView<'a> {
    size: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
struct UncoveredView<'a> {
    path: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct RevisionView<'a> {
    number: u64,
    size: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
struct DifferencesView<'a> {
    complete: bool,
    more: u64,
    revisions: Vec<LaterView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LaterView<'a> {
    revision: u64,
    after: Vec<&'a str>,
    signed_by: Vec<&'a str>,
    pages: Vec<PageView<'a>>,
}

impl<'a> LaterView<'a> {
    fn new(later: &Later<'a>, texts: &Texts) -> Self {
        let page = |(page, found): &(Option<u64>, Vec<&'a Difference>)| PageView {
            page: *page,
            differences: found.iter().map(|one| DifferenceView::new(one, texts)).collect(),
        };
        Self {
            revision: later.number,
            after: later.after.clone(),
            signed_by: later.signed_by.clone(),
            pages: later.pages.iter().map(page).collect(),
        }
    }
}

#[derive(Serialize)]
struct PageView<'a> {
    page: Option<u64>,
    differences: Vec<DifferenceView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DifferenceView<'a> {
    thing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    direction: &'static str,
    kind: &'static str,
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ValueView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<ValueView<'a>>,
    not_permitted_for: &'a [String],
}

impl<'a> DifferenceView<'a> {
    fn new(one: &'a Difference, texts: &Texts) -> Self {
        Self {
            thing: one.thing.name(),
            name: one.name.as_deref(),
            direction: one.direction.name(),
            kind: one.kind,
            code: one.code,
            text: texts.change(one.code),
            object: one.object.as_deref(),
            path: &one.path,
            before: one.before.as_ref().map(ValueView::new),
            after: one.after.as_ref().map(ValueView::new),
            not_permitted_for: &one.not_permitted_for,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueView<'a> {
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cut: Option<bool>,
    },
    Stream {
        bytes: u64,
        sha256: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        width: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        height: Option<u64>,
    },
}

impl<'a> ValueView<'a> {
    fn new(value: &'a ShownValue) -> Self {
        match value {
            ShownValue::Text { text, cut } => Self::Text { text, cut: cut.then_some(true) },
            ShownValue::Stream { bytes, sha256, image } => Self::Stream {
                bytes: *bytes,
                sha256,
                width: image.map(|(width, _)| width),
                height: image.map(|(_, height)| height),
            },
        }
    }
}
