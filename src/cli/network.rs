//! What the program asks of the network: the adapter as the configuration and the command line want it, and the runtime
//! in which `sigillum validate` waits for it.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tokio::runtime::{Builder, Runtime};

use super::compose;
use super::files;
use crate::clock::SystemClock;
use crate::config;
use crate::limits::{GatherLimits, Limits};
use crate::outbound::{Outbound, OutboundError, Settings, SystemResolver};
use crate::pki::Certificate;
use crate::reporting::DocumentError;
use crate::service;
use crate::service::{Case, Gather};
use crate::syntax::url::HostRule;
use crate::validation::Report;

/// A key of the configuration that is wrong, and why.
pub(super) type Wrong = (&'static str, String);

/// How evidence is gathered. Where it cannot be: everything that is wrong.
pub(super) fn gather(wanted: &config::Outbound, allow_hosts: &[HostRule]) -> Result<Gather, Vec<Wrong>> {
    let outbound = outbound(wanted, allow_hosts)?;
    if wanted.limits == GatherLimits::OFFLINE {
        return Ok(Gather::offline());
    }
    Ok(Gather { fetch: Arc::new(outbound), limits: wanted.limits })
}

/// The network as the configuration wants it. Where it cannot be: everything that is wrong.
pub(super) fn outbound(wanted: &config::Outbound, allow_hosts: &[HostRule]) -> Result<Outbound, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let https_roots = match wanted.https_roots_file.as_deref().map(roots).transpose() {
        Ok(roots) => roots.unwrap_or_default(),
        Err(reason) => {
            wrong.push(("outbound.https-roots-file", reason));
            Vec::new()
        }
    };
    let parent = wanted.cache_folder.as_deref().and_then(Path::parent);
    if !parent.filter(|parent| !parent.as_os_str().is_empty()).is_none_or(files::is_folder) {
        wrong.push(("outbound.cache-folder", "its folder is not there".to_owned()));
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
    });
    match outbound {
        Ok(outbound) if wrong.is_empty() => Ok(outbound),
        Ok(_) => Err(wrong),
        Err(problem) => {
            wrong.push(problem);
            Err(wrong)
        }
    }
}

fn roots(file: &Path) -> Result<Vec<Arc<Certificate>>, String> {
    let said = |reason: &str| format!("{}: {reason}", file.display());
    let content = compose::content(file).map_err(|reason| said(&reason))?;
    service::certificates(&content).map_err(|_| said("must hold certificates, PEM, and nothing else"))
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
        limits: &Limits,
    ) -> Result<(Case, Report), DocumentError> {
        if self.gather.is_offline() || report.needs.is_empty() {
            return Ok((case, report));
        }
        let made = || Builder::new_multi_thread().worker_threads(1).enable_all().build().ok();
        let runtime = self.runtime.get_or_init(made).as_ref().ok_or(DocumentError::new("internal"))?;
        Ok(runtime.block_on(service::gathered(case, report, limits, &self.gather, &SystemClock)))
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
