//! What the program asks of the network: the adapter as the configuration and the command line want it, and the runtime
//! in which `sigillum validate` waits for it.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::runtime::{Builder, Runtime};

use super::compose;
use super::files;
use crate::clock::SystemClock;
use crate::config;
use crate::limits::GatherLimits;
use crate::outbound::{Outbound, OutboundError, Settings, SystemResolver};
use crate::reporting::DocumentError;
use crate::service;
use crate::service::{Case, Gather, ValidationRequest};
use crate::syntax::url::HostRule;
use crate::validation::Report;

/// How evidence is gathered. Where it cannot be: the key of the configuration that is wrong, and why.
pub(super) fn gather(
    wanted: &config::Outbound,
    allow_hosts: &[HostRule],
) -> Result<Gather, (&'static str, String)> {
    if wanted.limits == GatherLimits::OFFLINE {
        return Ok(Gather::offline());
    }
    let roots = |file: &Path| {
        let wrong = |reason: String| ("outbound.https-roots-file", format!("{}: {reason}", file.display()));
        let content = compose::content(file).map_err(wrong)?;
        let roots = service::certificates(&content);
        roots.map_err(|_| wrong("must hold certificates, PEM, and nothing else".to_owned()))
    };
    let https_roots = wanted.https_roots_file.as_deref().map(roots).transpose()?.unwrap_or_default();
    if let Some(folder) = &wanted.cache_folder {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        if !parent.is_none_or(files::is_folder) {
            return Err(("outbound.cache-folder", "its folder is not there".to_owned()));
        }
    }
    let settings = Settings {
        allow_hosts: wanted.allow_hosts.iter().chain(allow_hosts).cloned().collect(),
        proxy: wanted.proxy.clone(),
        https_roots,
        cache: wanted.cache_folder.clone().map(|folder| (folder, wanted.cache_bytes)),
        ..Settings::default()
    };
    let outbound = Outbound::new(settings, Arc::new(SystemResolver), Arc::new(SystemClock));
    let outbound = outbound.map_err(|error| match error {
        OutboundError::Proxy => ("outbound.proxy", error.to_string()),
        _ => ("outbound.https-roots-file", error.to_string()),
    })?;
    Ok(Gather { fetch: Arc::new(outbound), limits: wanted.limits })
}

/// The network for documents that are judged one by one, on threads of their own.
#[derive(Debug)]
pub(super) struct Network {
    gather: Gather,
    /// Made for the first document that needs it.
    runtime: OnceLock<Option<Runtime>>,
}

impl Network {
    pub(super) const fn new(gather: Gather) -> Self {
        Self { gather, runtime: OnceLock::new() }
    }

    /// The report with what could be fetched for it.
    pub(super) fn gathered(
        &self,
        case: Case,
        report: Report,
        request: &ValidationRequest,
    ) -> Result<Report, DocumentError> {
        if self.gather.is_offline() || report.needs.is_empty() {
            return Ok(report);
        }
        let made = || Builder::new_multi_thread().worker_threads(1).enable_all().build().ok();
        let runtime = self.runtime.get_or_init(made).as_ref().ok_or(DocumentError::new("internal"))?;
        Ok(runtime.block_on(service::gathered(case, report, request, &self.gather, &SystemClock)))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // Nobody waits for a name server that does not answer.
        if let Some(Some(runtime)) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
