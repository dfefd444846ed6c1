//! `sigillum trust`: shows the trust lists and how they stand, checks them, looks for newer ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use tokio::runtime::Builder;

use super::arguments::Lang;
use super::exit::Exit;
use super::say;
use super::source;
use super::source::Source;
use super::trusted::Trusting;
use crate::clock;
use crate::reporting::{Label, Language, Texts, escaped, trust_to_json};
use crate::service::Refreshed;
use crate::service::ports::ListUnkept;
use crate::time::Timestamp;
use crate::trust::{ListState, Listing, Look, LookOutcome, TrustStore};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(super) enum Trust {
    /// Shows the trust lists, how they stand, and what else is trusted
    Show(Show),
    /// The same; ends with 0 only where every list is verified and current
    Check(Show),
    /// Looks for newer lists where the configuration says that they are, and keeps what is verified
    Refresh {
        /// Language of the texts
        #[arg(long, value_enum, default_value = "de")]
        lang: Lang,
    },
}

/// How it is shown.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// Form
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Language of the texts
    #[arg(long, value_enum, default_value = "de")]
    lang: Lang,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

impl Trust {
    pub(super) fn language(&self) -> Language {
        match self {
            Self::Show(show) | Self::Check(show) => show.lang.into(),
            Self::Refresh { lang } => (*lang).into(),
        }
    }
}

/// Runs the command.
pub(super) fn run(command: &Trust, source: &Source, texts: &Texts) -> Exit {
    attempt(command, source, texts).unwrap_or_else(|exit| exit)
}

fn attempt(command: &Trust, source: &Source, texts: &Texts) -> Result<Exit, Exit> {
    let now = clock::now();
    let trusting = source.trusting(texts)?;
    let trust = trusting.trust().map_err(source::refused)?;
    match command {
        Trust::Show(show) => {
            print(&trust, show.format, now, texts);
            Ok(Exit::Valid)
        }
        Trust::Check(show) => {
            print(&trust, show.format, now, texts);
            Ok(standing(&trust, now))
        }
        Trust::Refresh { .. } => refresh(&trusting, trust, texts),
    }
}

/// The worst of all lists.
fn standing(trust: &TrustStore, now: Timestamp) -> Exit {
    let refused = |listing: &Listing| {
        let looked = listing.last_look.as_ref().is_some_and(|look| look.outcome == LookOutcome::Refused);
        listing.refusal.is_some() || looked
    };
    let states = trust.listings().iter().map(|listing| (listing.state(now), refused(listing)));
    let exit = |(state, refused)| match state {
        ListState::Refused => Exit::NotValid,
        ListState::Current if refused => Exit::CannotTell,
        ListState::Current => Exit::Valid,
        ListState::Overdue | ListState::Unverified => Exit::CannotTell,
    };
    states.map(exit).max().unwrap_or(Exit::CannotTell)
}

fn print(trust: &TrustStore, form: Form, now: Timestamp, texts: &Texts) {
    if form == Form::Json {
        println!("{}", trust_to_json(trust, now));
        return;
    }
    for listing in trust.listings() {
        let list = listing.summary(now);
        let services = listing.list.as_ref().map_or(0, |list| list.services().len());
        println!(
            "{}",
            escaped(&format!(
                "{}: {} ({}, {}, SHA-256 {}, {services} {}{}){}",
                list.name,
                list.state.name(),
                list.territory.as_deref().unwrap_or("–"),
                list.sequence_number.map_or_else(|| "–".to_owned(), |number| number.to_string()),
                list.sha256.as_deref().unwrap_or("–"),
                texts.label(Label::Services),
                list.reason.map(|code| format!("; {code}")).unwrap_or_default(),
                listing.last_look.as_ref().map(|look| last_look(look, texts)).unwrap_or_default(),
            ))
        );
        for remark in &list.remarks {
            println!("  {}", escaped(&texts.fill(Label::ListRemark, &[("remark", remark.name().to_owned())])));
        }
        if let Some(until) = list.grace_until {
            println!("  {}", escaped(&texts.fill(Label::ListGrace, &[("until", texts.time(until))])));
        }
    }
    println!("{}", escaped(&texts.fill(Label::Anchors, &[("count", trust.len().to_string())])));
    for anchor in trust.supplementary() {
        println!("{}", escaped(&anchor.name));
    }
    for one in trust.history() {
        println!("{}", escaped(&texts.documented_status(one)));
    }
}

/// How the last look for a newer list went, where somebody looked.
fn last_look(look: &Look, texts: &Texts) -> String {
    let reason = look.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let how = format!("{}{reason}", texts.word("look", look.outcome.name()));
    format!("; {}", texts.fill(Label::LastLook, &[("time", texts.time(look.at)), ("how", how)]))
}

fn refresh(trusting: &Trusting, trust: TrustStore, texts: &Texts) -> Result<Exit, Exit> {
    if trusting.has_forgotten_files() {
        say(texts.label(Label::FileListsForgotten));
    }
    let mut ended: BTreeMap<String, (String, Exit)> = BTreeMap::new();
    for (name, kept) in trusting.keep_files(&trust) {
        let refusal =
            trust.listings().iter().find(|listing| listing.name == name).and_then(|one| one.refusal.as_ref());
        let how = match (refusal, kept) {
            (Some(refusal), _) => (format!("refused: {}", refusal.code), Exit::NotValid),
            (None, Err(ListUnkept(cause))) => (format!("unkept: {cause}"), Exit::CannotTell),
            (None, Ok(true)) => ("new".to_owned(), Exit::Valid),
            (None, Ok(false)) => ("same".to_owned(), Exit::Valid),
        };
        ended.insert(name, how);
    }
    let refresh = Arc::new(trusting.refresh().map_err(source::refused)?);
    let follows = trust.listings().iter().any(|listing| listing.list_of_lists().is_some());
    if refresh.sources.is_empty() && ended.is_empty() && !follows {
        say(texts.label(Label::NoListToRefresh));
        return Ok(Exit::CannotTell);
    }
    let failed = |cause: String| {
        say(&texts.fill(Label::SystemSays, &[("cause", cause)]));
        Exit::Internal
    };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.to_string()))?;
    let (looked, store) = runtime.block_on(refresh.once(trust));
    runtime.shutdown_background();
    ended.extend(looked.into_iter().map(|(name, how)| (name, outcome(&how))));
    // What a list of lists announces no more, or where nobody can look for it.
    for listing in store.listings().iter().filter(|listing| listing.announcement().is_some()) {
        if let Some(refusal) = &listing.refusal {
            let said = (format!("refused: {}", refusal.code), Exit::NotValid);
            ended.entry(listing.name.clone()).or_insert(said);
        }
    }
    for (name, (how, _)) in &ended {
        println!("{}", escaped(&format!("{name}: {how}")));
    }
    Ok(ended.into_values().map(|(_, exit)| exit).max().unwrap_or(Exit::Valid))
}

/// How a look ended, and what follows for the exit code.
fn outcome(how: &Refreshed) -> (String, Exit) {
    let cause = match how {
        Refreshed::Refused(code) => format!(": {code}"),
        Refreshed::Failed(outcome) => format!(": {}", outcome.name()),
        Refreshed::Unkept(cause) | Refreshed::WithoutPivots(cause) => format!(": {cause}"),
        _ => String::new(),
    };
    let exit = match how {
        Refreshed::Refused(_) => Exit::NotValid,
        how if how.is_success() => Exit::Valid,
        _ => Exit::CannotTell,
    };
    (format!("{}{cause}", how.name()), exit)
}
