//! `sigillum validate`: options become a request, documents are judged by [`service::judge`] or, from an evidence bundle,
//! by [`service::replay`]; the exit code is the worst of all files.

use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::arguments::{Format, Validate};
use super::compose::Loaded;
use super::documents;
use super::exit::Exit;
use super::files;
use super::files::Output;
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
use crate::service::{Gather, GivenContent, Judged, ReplayError, ValidationRequest};
use crate::time::Timestamp;
use crate::trust::TrustStore;
use crate::validation::bundle::{Bundle, BundleError, SoftwareName};
use crate::validation::mandant::Mandant;
use crate::validation::{Evidence, Moment, Policy, Report};

/// Runs the command.
pub(super) fn run(options: &Validate, source: &Source, texts: &'static Texts) -> Exit {
    attempt(options, source, texts).unwrap_or_else(|exit| exit)
}

fn attempt(options: &Validate, source: &Source, texts: &'static Texts) -> Result<Exit, Exit> {
    let clock = clock::now();
    demand_one_document(options, texts)?;
    let asked = Asked::of(options, source, clock, texts)?;
    let output = options.evidence_out.as_deref().map(|place| prepared(place, texts)).transpose()?;
    let (tasks, not_files) = documents::tasks(&options.files);
    // There is one document where a bundle is wanted.
    let written = Mutex::new(None);
    let judge = |content: &[u8]| {
        let Judged { report, basis } = asked.judge(content)?;
        if output.is_some() {
            let bundle = basis.bundle(&report);
            *written.lock().unwrap_or_else(PoisonError::into_inner) = Some(bundle);
        }
        Ok(report)
    };
    let runner = Runner {
        judge: &judge,
        form: if options.format == Format::Json { Form::Json } else { Form::Text(terminal::style()) },
        language: texts.language(),
        jobs: jobs(options),
        file_bytes: Limits::DEFAULT.file_bytes,
        ids: ReportIds::new(clock),
    };
    let mut ended = runner.run(&tasks, &mut io::stdout().lock(), &Progress::new(tasks.len()));
    ended.totals.skipped = ended.totals.skipped.saturating_add(not_files);
    let exit = end(&ended, runner.form, texts);
    let written = written.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Where the document could not be read, there is no verdict and nothing that it rests on.
    Ok(match output.zip(written) {
        Some((output, bundle)) => exit.max(publish(output, bundle, texts)),
        None => exit,
    })
}

/// A bundle is about one document.
fn demand_one_document(options: &Validate, texts: &Texts) -> Result<(), Exit> {
    let given = [(options.replay.is_some(), "--replay"), (options.evidence_out.is_some(), "--evidence-out")];
    let Some((_, option)) = given.iter().find(|(given, _)| *given) else { return Ok(()) };
    match options.files.as_slice() {
        [one] if !files::is_folder(one) => Ok(()),
        _ => Err(wrong_use(&texts.fill(Label::OneDocument, &[("option", (*option).to_owned())]))),
    }
}

fn prepared(place: &Path, texts: &Texts) -> Result<Output, Exit> {
    Output::prepare(place).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            wrong_use(&texts.fill(Label::OutputExists, &[("file", place.to_string_lossy().into_owned())]))
        }
        _ => unwritten(&error.to_string(), Exit::Internal, texts),
    })
}

fn publish(output: Output, bundle: Result<Vec<u8>, BundleError>, texts: &Texts) -> Exit {
    match bundle {
        Ok(bundle) => match output.publish(&bundle) {
            Ok(()) => Exit::Valid,
            Err(error) => unwritten(&error.to_string(), Exit::Internal, texts),
        },
        Err(error) => unwritten(&error.to_string(), Exit::Unread, texts),
    }
}

fn unwritten(cause: &str, exit: Exit, texts: &Texts) -> Exit {
    say(&texts.fill(Label::BundleUnwritten, &[("cause", cause.to_owned())]));
    exit
}

/// What is asked of each document.
enum Asked {
    /// To judge it.
    Anew(Box<Anew>),
    /// To judge it as it was judged before.
    Again { bundle: Box<Bundle>, password: Option<Vec<u8>>, contents: Vec<GivenContent>, kinds: Kinds },
}

/// Kinds of document: the operator's, and the one that is asked for.
#[derive(Default)]
struct Kinds {
    own: Vec<Arc<Mandant>>,
    asked: Option<Arc<Mandant>>,
}

impl Kinds {
    /// The one that is asked for is among those that are built in and these.
    fn of(options: &Validate, own: Vec<Arc<Mandant>>, texts: &Texts) -> Result<Self, Exit> {
        let Some(name) = &options.mandant else { return Ok(Self { own, asked: None }) };
        let asked = service::mandant(name, &own).ok_or_else(|| {
            let all = Mandant::builtin().iter().chain(&own);
            let known: Vec<&str> = all.map(|mandant| mandant.name.as_str()).collect();
            let args = [("mandant", name.clone()), ("known", known.join(", "))];
            wrong_use(&texts.fill(Label::UnknownMandant, &args))
        })?;
        Ok(Self { own, asked: Some(asked) })
    }

    fn assess(&self, report: &mut Report) {
        service::assess(report, &self.own, self.asked.as_deref());
    }
}

/// A document to judge under what the options or the configuration say.
struct Anew {
    request: ValidationRequest,
    at_hand: Evidence,
    network: Network,
    kinds: Kinds,
}

impl Asked {
    fn of(options: &Validate, source: &Source, clock: Timestamp, texts: &Texts) -> Result<Self, Exit> {
        let Some(file) = &options.replay else {
            return Ok(Self::Anew(Box::new(anew(options, source, clock, texts)?)));
        };
        let bundle = material::bundle(file, texts).map_err(|reason| wrong_use(&reason))?;
        let password = password(options, texts)?;
        let contents = contents(options, texts)?;
        let kinds = Kinds::of(options, Vec::new(), texts)?;
        announce(&bundle, texts);
        Ok(Self::Again { bundle: Box::new(bundle), password, contents, kinds })
    }

    fn judge(&self, content: &[u8]) -> Result<Judged, DocumentError> {
        let cancel = CancelFlag::default();
        match self {
            Self::Anew(anew) => {
                let Anew { request, at_hand, network, kinds } = &**anew;
                let judged = service::judge(content, request, at_hand, &cancel);
                let (case, report) = judged.map_err(|error| unread(&error))?;
                let (case, mut report) = network.gathered(case, report, &request.limits)?;
                kinds.assess(&mut report);
                Ok(Judged { report, basis: case.into_basis() })
            }
            Self::Again { bundle, password, contents: given, kinds } => {
                let (password, limits) = (password.as_deref(), &Limits::DEFAULT);
                let replayed = service::replay(content, bundle, password, given, limits, &cancel);
                let mut judged = replayed.map_err(|error| match error {
                    ReplayError::Document(error) => unread(&error),
                    ReplayError::Bundle(_) => DocumentError::new("other-document"),
                })?;
                kinds.assess(&mut judged.report);
                Ok(judged)
            }
        }
    }
}

/// Says that it is not the caller who says who is trusted, under which policy and for when.
fn announce(bundle: &Bundle, texts: &Texts) {
    let Bundle { software, policy, trust, moment, .. } = bundle;
    let policy = policy.reference();
    say(&texts.fill(
        Label::Replayed,
        &[
            ("anchors", trust.len().to_string()),
            ("policy", policy.name.clone()),
            ("version", policy.version.clone()),
            ("at", texts.time(moment.at)),
            ("clock", texts.time(moment.clock)),
        ],
    ));
    if *software != SoftwareName::own() {
        let args = [("name", software.name.clone()), ("version", software.version.clone())];
        say(&texts.fill(Label::ReplayedByOther, &args));
    }
}

/// What is asked, from the options.
fn anew(options: &Validate, source: &Source, clock: Timestamp, texts: &Texts) -> Result<Anew, Exit> {
    let limits = Limits::DEFAULT;
    let wrong = |reason: String| wrong_use(&reason);
    let Believed { policy, trust, at_hand, gather, kinds } = terms(options, source, clock, texts)?;
    let given = material::evidence(&options.evidence, &limits, texts).map_err(wrong)?;
    let request = ValidationRequest {
        password: password(options, texts)?,
        contents: contents(options, texts)?,
        policy,
        trust: Arc::new(trust),
        certificates: given.certificates,
        crls: given.crls,
        ocsp_responses: given.ocsp_responses,
        moment: Moment { at: options.at.unwrap_or(clock), clock },
        limits,
    };
    Ok(Anew { request, at_hand, network: Network::new(gather), kinds })
}

fn contents(options: &Validate, texts: &Texts) -> Result<Vec<GivenContent>, Exit> {
    material::contents(&options.content, &Limits::DEFAULT, texts).map_err(|reason| wrong_use(&reason))
}

fn password(options: &Validate, texts: &Texts) -> Result<Option<Vec<u8>>, Exit> {
    let password = material::given_password(options.password.as_deref(), options.password_file.as_deref(), texts);
    password.map_err(|reason| wrong_use(&reason))
}

/// What the options or the configuration say.
struct Believed {
    policy: Arc<Policy>,
    trust: TrustStore,
    at_hand: Evidence,
    gather: Gather,
    kinds: Kinds,
}

/// Under which policy, and who is trusted: the anchors of the command line and nobody else; without them, those of the
/// configuration; without one, those of the data folder. And how evidence is gathered.
fn terms(options: &Validate, source: &Source, clock: Timestamp, texts: &Texts) -> Result<Believed, Exit> {
    let loaded = match source {
        // Where all is said on the command line, what lies in the usual place is not looked at.
        Source::Data(_, Named::Usual) if options.says_who_is_trusted() => None,
        source => source.to_validate_with(clock, texts)?,
    };
    let policies = loaded.as_ref().map(Loaded::policies).transpose().map_err(source::refused)?;
    let policy = match policies {
        Some(policies) => policies.get(&options.policy).cloned(),
        None => Policy::builtin(&options.policy).map(Arc::new),
    };
    let unknown = || wrong_use(&texts.fill(Label::UnknownPolicy, &[("policy", options.policy.clone())]));
    let policy = policy.ok_or_else(unknown)?;
    let own = loaded.as_ref().map(Loaded::mandants).transpose().map_err(source::refused)?.unwrap_or_default();
    let kinds = Kinds::of(options, own, texts)?;
    let at_hand = loaded.as_ref().map(Loaded::evidence).transpose().map_err(source::refused)?.unwrap_or_default();
    let gather = match &loaded {
        _ if options.offline => Gather::offline(),
        Some(loaded) => loaded.gather(&options.allow_host).map_err(source::refused)?,
        None => network::gather(&config::Outbound::default(), &options.allow_host).map_err(|wrong| {
            let reasons: Vec<String> = wrong.into_iter().map(|(_, reason)| reason).collect();
            wrong_use(&reasons.join("; "))
        })?,
    };
    let trust = match options.says_who_is_trusted() {
        false => source.trust(loaded.as_ref()).map_err(source::refused)?,
        true => {
            let anchors = material::anchors(&options.trust_anchor, texts).map_err(|reason| wrong_use(&reason))?;
            let lists = material::lists(&options.trust_list, &options.trust_list_signer, clock, texts);
            TrustStore::new(anchors).with_lists(lists.map_err(|reason| wrong_use(&reason))?)
        }
    };
    Ok(Believed { policy, trust, at_hand, gather, kinds })
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
