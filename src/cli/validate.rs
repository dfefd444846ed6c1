//! `sigillum validate`: options become a request, documents are judged by [`service`], the exit code
//! is the worst of all files.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use super::arguments::{Format, Validate};
use super::compose::Loaded;
use super::documents;
use super::exit::Exit;
use super::material;
use super::network;
use super::network::Network;
use super::report_id::ReportIds;
use super::runner::{Ended, Form, Runner, Totals};
use super::source;
use super::source::{Named, Source};
use super::terminal;
use super::terminal::Progress;
use super::{say, wrong_use};
use crate::clock;
use crate::config;
use crate::document::OpenError;
use crate::limits::{CancelFlag, Limits};
use crate::reporting::{DocumentError, Label, Texts};
use crate::service;
use crate::service::{Gather, ValidationRequest};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::{Moment, Policy};

/// Runs the command.
pub(super) fn run(options: &Validate, source: &Source, texts: &'static Texts) -> Exit {
    let clock = clock::now();
    let (request, network) = match request(options, source, clock, texts) {
        Ok((request, gather)) => (request, Network::new(gather)),
        Err(exit) => return exit,
    };
    let (tasks, not_files) = documents::tasks(&options.files);
    let judge = |content: &[u8]| {
        let judged = service::judge(content, &request, &CancelFlag::default());
        let (case, report) = judged.map_err(|error| unread(&error))?;
        network.gathered(case, report, &request)
    };
    let runner = Runner {
        judge: &judge,
        form: if options.format == Format::Json { Form::Json } else { Form::Text(terminal::style()) },
        language: texts.language(),
        jobs: jobs(options),
        file_bytes: request.limits.file_bytes,
        ids: ReportIds::new(clock),
    };
    let mut ended = runner.run(&tasks, &mut io::stdout().lock(), &Progress::new(tasks.len()));
    ended.totals.skipped = ended.totals.skipped.saturating_add(not_files);
    end(&ended, runner.form, texts)
}

/// What is asked, from the options.
fn request(
    options: &Validate,
    source: &Source,
    clock: Timestamp,
    texts: &Texts,
) -> Result<(ValidationRequest, Gather), Exit> {
    let limits = Limits::DEFAULT;
    let wrong = |reason: String| wrong_use(&reason);
    let (policy, trust, gather) = terms(options, source, texts)?;
    let given = material::evidence(&options.evidence, &limits, texts).map_err(wrong)?;
    let password = match (&options.password, &options.password_file) {
        (Some(password), _) => Some(password.as_encoded_bytes().to_vec()),
        (None, Some(file)) => Some(material::password(file, texts).map_err(wrong)?),
        (None, None) => None,
    };
    let request = ValidationRequest {
        password,
        policy,
        trust: Arc::new(trust),
        certificates: given.certificates,
        crls: given.crls,
        ocsp_responses: given.ocsp_responses,
        moment: Moment { at: options.at.unwrap_or(clock), clock },
        limits,
    };
    Ok((request, gather))
}

/// Under which policy, and who is trusted: the anchors of the command line and nobody else; without them, those of the
/// configuration; without one, those of the data folder. And how evidence is gathered.
fn terms(options: &Validate, source: &Source, texts: &Texts) -> Result<(Arc<Policy>, TrustStore, Gather), Exit> {
    let loaded = match source {
        // Where all is said on the command line, what lies in the usual place is not looked at.
        Source::Data(_, Named::Usual) if !options.trust_anchor.is_empty() => None,
        source => source.wanted(texts)?,
    };
    let policies = loaded.as_ref().map(Loaded::policies).transpose().map_err(source::refused)?;
    let policy = match policies {
        Some(policies) => policies.get(&options.policy).cloned(),
        None => Policy::builtin(&options.policy).map(Arc::new),
    };
    let unknown = || wrong_use(&texts.fill(Label::UnknownPolicy, &[("policy", options.policy.clone())]));
    let policy = policy.ok_or_else(unknown)?;
    let gather = match &loaded {
        _ if options.offline => Gather::offline(),
        Some(loaded) => loaded.gather(&options.allow_host).map_err(source::refused)?,
        None => network::gather(&config::Outbound::default(), &options.allow_host).map_err(|wrong| {
            let reasons: Vec<String> = wrong.into_iter().map(|(_, reason)| reason).collect();
            wrong_use(&reasons.join("; "))
        })?,
    };
    let trust = match loaded {
        Some(loaded) if options.trust_anchor.is_empty() => loaded.trust().map_err(source::refused)?,
        _ => {
            let anchors = material::anchors(&options.trust_anchor, texts);
            TrustStore::new(anchors.map_err(|reason| wrong_use(&reason))?)
        }
    };
    Ok((policy, trust, gather))
}

fn jobs(options: &Validate) -> usize {
    options.jobs.map_or_else(
        || thread::available_parallelism().map_or(1, NonZeroUsize::get),
        |jobs| usize::from(jobs.get()),
    )
}

fn unread(error: &OpenError) -> DocumentError {
    DocumentError { code: error.code(), offset: error.offset(), limit: error.limit(), cause: None }
}

/// What is left to say after the last report, and the exit code.
fn end(ended: &Ended, form: Form, texts: &Texts) -> Exit {
    let Totals { valid, not_valid, cannot_tell, no_signature, unread, skipped } = ended.totals;
    if skipped > 0 {
        say(&texts.fill(Label::Skipped, &[("count", skipped.to_string())]));
    }
    match &ended.output {
        // Nobody reads any more, as with `| head`: quietly, but never as if all files had been judged valid.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ended.worst.max(Exit::Unread),
        Err(error) => {
            say(&texts.fill(Label::OutputFailed, &[("cause", error.to_string())]));
            Exit::Internal
        }
        Ok(()) => {
            let files = ended.totals.files();
            if files != 1 && matches!(form, Form::Text(_)) {
                let counts = [
                    ("files", files),
                    ("valid", valid),
                    ("not-valid", not_valid),
                    ("cannot-tell", cannot_tell),
                    ("no-signature", no_signature),
                    ("unread", unread),
                ];
                let args = counts.map(|(name, count)| (name, count.to_string()));
                say(&texts.fill(Label::Totals, &args));
            }
            ended.worst
        }
    }
}
