//! `sigillum seal`: the same use case as over HTTP, so the journal has its record before the file is there.

use std::io;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::arguments::Seal;
use super::compose::{Loaded, Material};
use super::documents::system_error;
use super::exit::Exit;
use super::files;
use super::files::{Output, ReadFailure};
use super::source;
use super::source::Source;
use super::{say, wrong_use};
use crate::clock;
use crate::limits::Limit;
use crate::reporting::{Detail, DocumentError, Label, Show, Texts};
use crate::sealing::{DocumentName, SealError};
use crate::service::{Caller, Role, SealAnswer, SealRequest, Service, ServiceError};
use crate::storage::sqlite::SqliteJournal;

/// Runs the command.
pub(super) fn run(options: &Seal, source: &Source, texts: &Texts) -> Exit {
    attempt(options, source, texts).unwrap_or_else(|exit| exit)
}

fn attempt(options: &Seal, source: &Source, texts: &Texts) -> Result<Exit, Exit> {
    let loaded = source.to_seal_with(clock::now(), texts)?;
    let material = loaded.material().map_err(source::refused)?;
    let profile = profile(options, &loaded, texts)?;
    let document = read(&options.file, loaded.config.limits.body_bytes, texts)?;
    // Before anything is sealed: a seal that cannot be put anywhere would still stand in the journal.
    let output = Output::prepare(&options.output).map_err(|error| unwritten(&options.output, &error, texts))?;
    let caller = Caller {
        name: output.user().map_or_else(|| "cli".to_owned(), |user| format!("cli:{user}")),
        roles: [Role::Sealer].into(),
        profiles: [profile.clone()].into(),
    };
    let name = options.file.file_name().and_then(|name| name.to_str()).and_then(DocumentName::new);
    let request = SealRequest { profile, idempotency_key: None, document, name };
    let sealed = sealed(&loaded, material, &caller, request).map_err(|failure| not_sealed(&failure, texts))?;
    output.publish(&sealed.document).map_err(|error| unwritten(&options.output, &error, texts))?;
    let file = options.output.to_string_lossy().into_owned();
    let said = texts.fill(Label::SealedAs, &[("file", file), ("id", sealed.seal_id)]);
    // The file is there; who does not listen does not need to hear of it.
    let _ = writeln!(io::stdout(), "{}", crate::reporting::escaped(&said));
    Ok(Exit::Valid)
}

/// The profile that is named; the only one where none is.
fn profile(options: &Seal, loaded: &Loaded, texts: &Texts) -> Result<String, Exit> {
    let known = || loaded.config.profiles.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut profiles = loaded.config.profiles.keys();
    match (&options.profile, profiles.next(), profiles.next()) {
        (Some(named), ..) if loaded.config.profiles.contains_key(named) => Ok(named.clone()),
        (Some(named), ..) => {
            let arguments = [("profile", named.clone()), ("known", known())];
            Err(wrong_use(&texts.fill(Label::UnknownProfile, &arguments)))
        }
        (None, Some(only), None) => Ok(only.clone()),
        (None, ..) => Err(wrong_use(&texts.fill(Label::ProfileNeeded, &[("known", known())]))),
    }
}

fn read(file: &Path, limit: u64, texts: &Texts) -> Result<Vec<u8>, Exit> {
    let error = match files::read(file, limit, |_| true) {
        Ok(content) => return Ok(content.unwrap_or_default()),
        Err(ReadFailure::System(error)) => system_error(&error),
        Err(ReadFailure::TooLarge(_)) => {
            let limit = Some((Limit::FileBytes.name(), limit));
            DocumentError { limit, ..DocumentError::new("limit-exceeded") }
        }
    };
    Err(said(error.code, texts.document_error(&error, Show::Visible), Exit::Unread, texts))
}

/// Seals, in a runtime of its own that ends with it.
fn sealed(
    loaded: &Loaded,
    material: Material,
    caller: &Caller,
    request: SealRequest,
) -> Result<SealAnswer, ServiceError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|_| ServiceError::Internal("runtime"))?;
    runtime.block_on(async {
        let journal = SqliteJournal::open(loaded.journal()).await;
        let journal = journal.map_err(|error| ServiceError::JournalUnavailable(error.to_string()))?;
        let service = Service::new(material.parts(&loaded.config, Arc::new(journal.clone())));
        let sealed = service.seal(caller, request).await;
        journal.close().await;
        sealed
    })
}

/// Says why there is no seal, with the code of the contract; the exit code.
fn not_sealed(error: &ServiceError, texts: &Texts) -> Exit {
    let detail = |detail, arguments: &[(&str, &str)]| {
        let arguments: Vec<(&str, String)> =
            arguments.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        texts.problem_detail(detail, &arguments)
    };
    let (code, reason, exit) = match error {
        ServiceError::Document(error) => {
            let error =
                DocumentError { offset: error.offset(), limit: error.limit(), ..DocumentError::new(error.code()) };
            (error.code, texts.document_error(&error, Show::Visible), Exit::Unread)
        }
        ServiceError::Seal(SealError::Forbidden { by }) => {
            ("signing-forbidden", detail(Detail::SigningForbidden, &[("by", by)]), Exit::Unread)
        }
        ServiceError::Seal(SealError::NotAppendable { cause, .. }) => {
            ("not-appendable", detail(Detail::NotAppendable, &[("cause", cause)]), Exit::Unread)
        }
        ServiceError::Seal(SealError::Place { cause }) => {
            ("not-appendable", detail(Detail::NoPlace, &[("cause", cause)]), Exit::Unread)
        }
        ServiceError::Seal(SealError::Limit(limit)) => {
            let limit = Some((limit.limit.name(), limit.maximum));
            let error = DocumentError { limit, ..DocumentError::new("limit-exceeded") };
            (error.code, texts.document_error(&error, Show::Visible), Exit::Unread)
        }
        ServiceError::SignerUnfit(unfit) => {
            let check = unfit.check.map_or("unknown", |check| check.name());
            ("signer-unavailable", detail(Detail::SignerUnfit, &[("check", check)]), Exit::Internal)
        }
        ServiceError::SignerUnavailable(cause) => {
            let said = format!("{} {cause}", detail(Detail::SignerUnavailable, &[]));
            ("signer-unavailable", said, Exit::Internal)
        }
        ServiceError::NotReleased(reason) => {
            ("seal-not-released", detail(Detail::NotReleased, &[("cause", reason.cause)]), Exit::Internal)
        }
        ServiceError::JournalUnavailable(cause) => {
            let said = format!("{} {cause}", detail(Detail::JournalUnavailable, &[]));
            ("journal-unavailable", said, Exit::Internal)
        }
        ServiceError::Overloaded => ("overloaded", detail(Detail::NoTurn, &[]), Exit::Internal),
        error => ("internal", format!("{} {error}", detail(Detail::Internal, &[])), Exit::Internal),
    };
    said(code, reason, exit, texts)
}

fn said(code: &str, reason: String, exit: Exit, texts: &Texts) -> Exit {
    say(&texts.fill(Label::NotSealed, &[("code", code.to_owned()), ("reason", reason)]));
    exit
}

fn unwritten(place: &Path, error: &io::Error, texts: &Texts) -> Exit {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return wrong_use(&texts.fill(Label::OutputExists, &[("file", place.to_string_lossy().into_owned())]));
    }
    say(&texts.fill(Label::OutputFailed, &[("cause", error.to_string())]));
    Exit::Internal
}
