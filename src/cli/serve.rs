//! `sigillum serve`: from the configuration, or the demo, to a service that listens; until a signal ends it.

use std::io;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::Level;

use super::arguments::Serve;
use super::compose;
use super::compose::{Loaded, Material, Refused};
use super::demo;
use super::demo::{Demo, Lines};
use super::exit::Exit;
use super::source;
use super::source::Source;
use super::terminal;
use super::upkeep::Upkeep;
use super::{say, wrong_use};
use crate::clock;
use crate::reporting::{Label, Texts};
use crate::server::{Server, ServerError, Settings};
use crate::service::Service;
use crate::service::ports::ListUnkept;
use crate::storage::sqlite::SqliteJournal;
use crate::telemetry;

/// Runs the command.
pub(super) fn run(options: &Serve, source: &Source, texts: &Texts) -> Exit {
    attempt(options, source, texts).unwrap_or_else(|exit| exit)
}

fn attempt(options: &Serve, source: &Source, texts: &Texts) -> Result<Exit, Exit> {
    let demo = source.demo(clock::now(), texts)?;
    let mut loaded = match &demo {
        Some((_, demo)) => compose::load(&demo.configuration()).map_err(source::refused)?,
        None => source.needed(clock::now(), texts)?,
    };
    if let Some(listen) = options.listen {
        if loaded.config.demo && !listen.ip().is_loopback() {
            return Err(wrong_use(&texts.fill(Label::DemoAddress, &[("address", listen.to_string())])));
        }
        loaded.config.server.listen = listen;
    }
    let (material, settings) = loaded.everything().map_err(source::refused)?;
    let failed = |cause: String| {
        say(&texts.fill(Label::NotStarted, &[("cause", cause)]));
        Exit::Internal
    };
    let _log = telemetry::begin(Level::INFO).map_err(|error| failed(error.to_string()))?;
    // For the journal and what is done in the background; connections have threads of their own.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| failed(error.to_string()))?;
    let data = demo.as_ref().map(|(data, _)| data.clone());
    let greet = |address| greet(demo.as_ref(), address, texts);
    runtime.block_on(serve(&loaded, material, settings, data, greet)).map_err(|stopped| match stopped {
        Stopped::Configuration(refused) => source::refused(refused),
        Stopped::System(error) => failed(error.to_string()),
    })?;
    Ok(Exit::Valid)
}

/// Why it does not serve.
enum Stopped {
    Configuration(Refused),
    System(io::Error),
}

async fn serve(
    loaded: &Loaded,
    material: Material,
    settings: Settings,
    data: Option<PathBuf>,
    greet: impl FnOnce(SocketAddr),
) -> Result<(), Stopped> {
    let ended = ended().map_err(Stopped::System)?;
    let refuse = |key: &str, reason: String| Stopped::Configuration(Refused(vec![loaded.line(key, reason)]));
    let journal = SqliteJournal::open(loaded.journal()).await;
    let journal = journal.map_err(|error| refuse("journal.sqlite-file", error.to_string()))?;
    let parts = material.parts(&loaded.config, Arc::new(journal.clone()));
    let trusting = loaded.trusting();
    let refresh = trusting.refresh().map_err(Stopped::Configuration)?;
    for (list, kept) in trusting.keep_files(&parts.trust) {
        if let Err(ListUnkept(cause)) = kept {
            tracing::warn!(%list, %cause, "a trust list of a file is in use and could not be kept");
        }
    }
    let upkeep = Upkeep::new(data, loaded.config.evidence_files.clone(), Arc::clone(&parts.evidence));
    let service = Service::new(parts);
    let refreshed = Arc::clone(&service);
    let bound = Server::bind(settings, service).await.map_err(|error| match error {
        ServerError::Listen(error) | ServerError::Threads(error) => Stopped::System(error),
        error => refuse("callers", error.to_string()),
    })?;
    let address = bound.local_addr().map_err(Stopped::System)?;
    tracing::info!(%address, demo = loaded.config.demo, "ready");
    greet(address);
    let upkeep = tokio::spawn(upkeep.keep());
    let refresh = tokio::spawn(refresh.run(refreshed));
    bound.run(ended).await;
    upkeep.abort();
    refresh.abort();
    journal.close().await;
    tracing::info!("ended");
    Ok(())
}

/// What a demo says when it is there.
fn greet(demo: Option<&(PathBuf, Demo)>, address: SocketAddr, texts: &Texts) {
    let Some((data, demo)) = demo else { return };
    let program = terminal::program();
    let about = Lines { demo, data, address, program: program.as_deref().unwrap_or(Path::new("sigillum")) };
    let mut output = io::stdout().lock();
    // Where nobody reads, nothing is missed: the service is there all the same.
    let _ = output.write_all(demo::lines(&about, texts).as_bytes()).and_then(|()| output.flush());
}

/// Is there when the process is asked to end: SIGTERM, or SIGINT from a terminal.
fn ended() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt): (Signal, Signal) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
