//! `sigillum validate`: options become a request, documents are judged by [`service::validate`], the exit code
//! is the worst of all files.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use super::arguments::{Format, Validate};
use super::documents;
use super::exit::Exit;
use super::material;
use super::report_id::ReportIds;
use super::runner::{Ended, Form, Runner, Totals};
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
pub(super) fn run(options: &Validate, texts: &'static Texts) -> Exit {
    let clock = clock::now();
    let request = match request(options, clock, texts) {
        Ok(request) => request,
        Err(reason) => return wrong_use(&reason),
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
fn request(options: &Validate, clock: Timestamp, texts: &Texts) -> Result<ValidationRequest, String> {
    let limits = Limits::DEFAULT;
    let policy = Policy::builtin(&options.policy)
        .ok_or_else(|| texts.fill(Label::UnknownPolicy, &[("policy", options.policy.clone())]))?;
    let trust = TrustStore::new(material::anchors(&options.trust_anchor, texts)?);
    let given = material::evidence(&options.evidence, &limits, texts)?;
    let password = match (&options.password, &options.password_file) {
        (Some(password), _) => Some(password.as_encoded_bytes().to_vec()),
        (None, Some(file)) => Some(material::password(file, texts)?),
        (None, None) => None,
    };
    Ok(ValidationRequest {
        password,
        policy: Arc::new(policy),
        trust: Arc::new(trust),
        certificates: given.certificates,
        crls: given.crls,
        ocsp_responses: given.ocsp_responses,
        moment: Moment { at: options.at.unwrap_or(clock), clock },
        limits,
    })
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
