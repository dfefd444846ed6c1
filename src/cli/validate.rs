//! `sigillum validate`: options become a request, documents are judged by [`service::validate`], the exit code
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
use super::report_id::ReportIds;
use super::runner::{Ended, Form, Runner, Totals};
use super::source;
use super::source::{Named, Source};
use super::terminal;
use super::terminal::Progress;
use super::{say, wrong_use};
use crate::clock;
use crate::document::OpenError;
use crate::limits::{CancelFlag, Limits};
use crate::reporting::{DocumentError, Label, Texts};
use crate::service;
use crate::service::ValidationRequest;
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::{Moment, Policy};

/// Runs the command.
pub(super) fn run(options: &Validate, source: &Source, texts: &'static Texts) -> Exit {
    let clock = clock::now();
    let request = match request(options, source, clock, texts) {
        Ok(request) => request,
        Err(exit) => return exit,
    };
    let (tasks, not_files) = documents::tasks(&options.files);
    let judge = |content: &[u8]| {
        service::validate(content, &request, &CancelFlag::default()).map_err(|error| unread(&error))
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
) -> Result<ValidationRequest, Exit> {
    let limits = Limits::DEFAULT;
    let wrong = |reason: String| wrong_use(&reason);
    let (policy, trust) = terms(options, source, texts)?;
    let given = material::evidence(&options.evidence, &limits, texts).map_err(wrong)?;
    let password = material::given_password(options.password.as_deref(), options.password_file.as_deref(), texts);
    let password = password.map_err(wrong)?;
    Ok(ValidationRequest {
        password,
        policy,
        trust: Arc::new(trust),
        certificates: given.certificates,
        crls: given.crls,
        ocsp_responses: given.ocsp_responses,
        moment: Moment { at: options.at.unwrap_or(clock), clock },
        limits,
    })
}

/// Under which policy, and who is trusted: the anchors of the command line and nobody else; without them, those of the
/// configuration; without one, those of the data folder.
fn terms(options: &Validate, source: &Source, texts: &Texts) -> Result<(Arc<Policy>, TrustStore), Exit> {
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
    let trust = match loaded {
        Some(loaded) if options.trust_anchor.is_empty() => loaded.trust().map_err(source::refused)?,
        _ => {
            let anchors = material::anchors(&options.trust_anchor, texts);
            TrustStore::new(anchors.map_err(|reason| wrong_use(&reason))?)
        }
    };
    Ok((policy, trust))
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
