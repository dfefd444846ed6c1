//! `sigillum revisions`: what was signed, the bytes of it, and what came after.
//!
//! It ends with 0 where every signature's revision is known, of XML where the octets of every reference are known and are
//! those that were signed; with 2 where one is not, or where not all differences could be told; with 3 where nothing is signed; with 4 where the document cannot be read. It judges nothing: forbidden changes
//! do not change how it ends, and nothing of it stands in the journal.

mod options;

use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use super::documents;
use super::documents::Task;
use super::exit::Exit;
use super::files;
use super::files::Output;
use super::material;
use super::terminal;
use super::{say, wrong_use};
use crate::crypto::{DigestAlgorithm, digest};
use crate::document::{Fault, MediaType, SignedRevision, StreamDigest};
use crate::limits::{CancelFlag, Limits};
use crate::reporting::{
    DocumentError, Label, RevisionsEnvelope, Show, Texts, UnreadDocument, revisions_error_to_json,
    revisions_to_json, revisions_to_text,
};
use crate::service;
use crate::service::{Depth, RevisionsRequest};
use options::Form;

pub(super) use options::Revisions;

/// Runs the command.
pub(super) fn run(options: &Revisions, texts: &'static Texts) -> Exit {
    attempt(options, texts).unwrap_or_else(|exit| exit)
}

fn attempt(options: &Revisions, texts: &'static Texts) -> Result<Exit, Exit> {
    let limits = Limits::DEFAULT;
    let password = material::given_password(options.password.as_deref(), options.password_file.as_deref(), texts);
    let contents = material::contents(&options.content, &limits, texts).map_err(|reason| wrong_use(&reason))?;
    let request = RevisionsRequest {
        password: password.map_err(|reason| wrong_use(&reason))?,
        contents,
        limits,
        depth: if options.diff { Depth::Differences } else { Depth::Revisions },
    };
    let task = Task::Named(options.file.clone());
    let content = match documents::read(&task, request.limits.file_bytes) {
        Ok(content) => content.unwrap_or_default(),
        Err((error, size)) => return Err(refused(options, &error, size, None, texts)),
    };
    let found =
        panic::catch_unwind(AssertUnwindSafe(|| service::revisions(&content, &request, &CancelFlag::default())));
    let error = match found {
        Ok(Ok(found)) => return answer(options, &content, &request, &found, texts),
        Ok(Err(error)) => {
            DocumentError { offset: error.offset(), limit: error.limit(), ..DocumentError::new(error.code()) }
        }
        Err(_) => DocumentError::new("internal"),
    };
    let sha256 = digest(DigestAlgorithm::Sha256, &content).to_string();
    Err(refused(options, &error, u64::try_from(content.len()).ok(), Some(&sha256), texts))
}

/// Writes the revisions, then says what there is.
fn answer(
    options: &Revisions,
    content: &[u8],
    request: &RevisionsRequest,
    found: &service::Revisions,
    texts: &'static Texts,
) -> Result<Exit, Exit> {
    let written = match &options.output_dir {
        Some(folder) if found.signed.media_type == MediaType::Xml => {
            Some(write_streams(folder, content, request, found, texts)?)
        }
        Some(folder) => Some(write_all(folder, content, found, texts)?),
        None => None,
    };
    let name = options.file.to_string_lossy();
    let envelope = RevisionsEnvelope { document_name: Some(&name), written: written.as_ref() };
    let (signed, differences, language) = (&found.signed, found.differences.as_ref(), texts.language());
    let text = match options.format {
        Form::Json => revisions_to_json(signed, differences, &envelope, language) + "\n",
        Form::Text => revisions_to_text(signed, differences, &envelope, language, terminal::style()),
    };
    let exit = if signed.signed.is_empty() {
        Exit::NoSignature
    } else if !signed.signed.iter().all(is_told) || differences.is_some_and(|differences| !differences.complete) {
        Exit::CannotTell
    } else {
        Exit::Valid
    };
    print(&text, exit, texts)
}

/// Whether it is known what a signature covers.
fn is_told(one: &SignedRevision) -> bool {
    match &one.xml {
        None => one.revision.is_some(),
        Some(xml) => {
            let streams = xml.streams.as_deref().unwrap_or_default();
            xml.limit.is_none()
                && !streams.is_empty()
                && streams.iter().all(|one| one.digest() == StreamDigest::Same)
        }
    }
}

/// Writes the octets of every reference that has some; the files by the ids of their signatures and their numbers.
fn write_streams(
    folder: &Path,
    content: &[u8],
    request: &RevisionsRequest,
    found: &service::Revisions,
    texts: &Texts,
) -> Result<BTreeMap<String, String>, Exit> {
    let mut places = BTreeMap::new();
    for one in &found.signed.signed {
        let streams = one.xml.iter().filter_map(|xml| xml.streams.as_ref()).flatten();
        for stream in streams.filter(|stream| stream.octets.is_ok()) {
            // The id is ours: letters and numbers, with full stops between them.
            let key = format!("{}-{}", one.id, stream.number);
            let place = folder.join(format!("octets-{key}.{}", stream.extension()));
            places.insert(key, place);
        }
    }
    files::make_folder(folder).map_err(|error| unwritten(folder, &error, texts))?;
    for place in places.values() {
        if files::is_there(place) {
            return Err(unwritten(place, &io::ErrorKind::AlreadyExists.into(), texts));
        }
    }
    let mut written = BTreeMap::new();
    let mut failed = None;
    let write = |id: &str, number: usize, octets: Result<Vec<u8>, Fault>| {
        let key = format!("{id}-{number}");
        let (Ok(octets), Some(place), None) = (octets, places.get(&key), &failed) else { return };
        match Output::prepare(place).and_then(|output| output.publish(&octets)) {
            Ok(_) => _ = written.insert(key, place.to_string_lossy().into_owned()),
            Err(error) => failed = Some((place, error)),
        }
    };
    let done = service::streams(content, request, &CancelFlag::default(), write);
    match (done, failed) {
        (_, Some((place, error))) => Err(unwritten(place, &error, texts)),
        // What could be told a moment ago can be told now.
        (Ok(()), None) if written.len() == places.len() => Ok(written),
        _ => {
            say(&texts.document_error(&DocumentError::new("internal"), Show::Visible));
            Err(Exit::Internal)
        }
    }
}

/// Writes the bytes of every revision that is known; the files by the ids of their signatures.
fn write_all(
    folder: &Path,
    content: &[u8],
    found: &service::Revisions,
    texts: &Texts,
) -> Result<BTreeMap<String, String>, Exit> {
    let revisions = found.signed.signed.iter().filter_map(|one| {
        // The id is ours: a letter and a number.
        let place = folder.join(format!("revision-{}.pdf", one.id));
        Some((one.id.clone(), place, one.revision.as_ref()?.of(content)?))
    });
    let revisions: Vec<(String, PathBuf, &[u8])> = revisions.collect();
    files::make_folder(folder).map_err(|error| unwritten(folder, &error, texts))?;
    // Where one of them is there already, none is written.
    for (_, place, _) in &revisions {
        if files::is_there(place) {
            return Err(unwritten(place, &io::ErrorKind::AlreadyExists.into(), texts));
        }
    }
    let mut written = BTreeMap::new();
    for (id, place, bytes) in revisions {
        let put = Output::prepare(&place).and_then(|output| output.publish(bytes));
        put.map_err(|error| unwritten(&place, &error, texts))?;
        written.insert(id, place.to_string_lossy().into_owned());
    }
    Ok(written)
}

fn unwritten(place: &Path, error: &io::Error, texts: &Texts) -> Exit {
    let file = place.to_string_lossy().into_owned();
    if error.kind() == io::ErrorKind::AlreadyExists {
        return wrong_use(&texts.fill(Label::OutputExists, &[("file", file)]));
    }
    say(&texts.fill(Label::OutputFailed, &[("cause", format!("{file}: {error}"))]));
    Exit::Internal
}

/// Says why there is nothing to say of a document.
fn refused(
    options: &Revisions,
    error: &DocumentError,
    size: Option<u64>,
    sha256: Option<&str>,
    texts: &Texts,
) -> Exit {
    let exit = if error.code == "internal" { Exit::Internal } else { Exit::Unread };
    match options.format {
        Form::Json => {
            let name = options.file.to_string_lossy();
            let document = UnreadDocument { name: Some(&name), size, sha256 };
            let line = revisions_error_to_json(error, &document, texts.language()) + "\n";
            print(&line, exit, texts).unwrap_or_else(|exit| exit)
        }
        Form::Text => {
            say(&texts.document_error(error, Show::Visible));
            exit
        }
    }
}

fn print(text: &str, exit: Exit, texts: &Texts) -> Result<Exit, Exit> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => Ok(exit),
        // Nobody reads any more, as with `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(exit.max(Exit::Unread)),
        Err(error) => {
            say(&texts.fill(Label::OutputFailed, &[("cause", error.to_string())]));
            Err(Exit::Internal)
        }
    }
}
