//! A text becomes a [`Config`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use toml::de::DeTable;

use super::outbound;
use super::outbound::Outbound;
use super::problem::{Place, Places, Problem};
use super::profiles;
use super::reader::{Section, Source};
use super::schema;
use super::sections;
use super::trust;
use super::trust::TrustLists;
use super::{Anchor, Config};

/// Bytes of a configuration: 1 MiB, some thousand callers.
const TEXT_BYTES: usize = 1 << 20;

/// A configuration, and where each of its keys stands.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The values.
    pub config: Config,
    /// The places.
    pub places: Places,
}

/// Parses a configuration. Relative paths are relative to `folder`; `cores` is how many documents are computed at the
/// same time where the text does not say.
///
/// # Errors
/// Every problem that was found, in the order of the text. Where the text is no TOML, what it says is not looked at.
pub fn parse(text: &str, folder: &Path, cores: usize) -> Result<Parsed, Vec<Problem>> {
    read(text, folder, |root, places| config(root, cores).map(|config| Parsed { config, places }))
}

fn read<T>(
    text: &str,
    folder: &Path,
    of: impl FnOnce(&Section<'_>, Places) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    if text.len() > TEXT_BYTES {
        return Err(vec![Problem { place: Place::START, reason: format!("longer than {TEXT_BYTES} bytes") }]);
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let problems = errors.iter().map(|error| Problem {
            place: error.span().map_or(Place::START, |span| Place::of(text, span.start)),
            // Not the whole error: that shows the line, which may hold a secret.
            reason: error.message().replace('\n', "; "),
        });
        return Err(sorted(problems.collect()));
    }
    let mut places = Places::default();
    let mut problems = Vec::new();
    schema::hold(text, document.get_ref(), &mut places, &mut problems);
    let source = Source { text, folder, problems: RefCell::new(problems) };
    let read = of(&Section::root(&source, document.get_ref()), places);
    match (read, source.problems.into_inner()) {
        (Some(read), problems) if problems.is_empty() => Ok(read),
        (None, problems) if problems.is_empty() => {
            Err(vec![Problem { place: Place::START, reason: "the configuration is not complete".to_owned() }])
        }
        (_, problems) => Err(sorted(problems)),
    }
}

/// What a configuration says of trust and of the network: all that those need who only look at trust lists.
#[derive(Clone, Debug)]
pub struct ParsedTrust {
    /// Whether all of it is a demo.
    pub demo: bool,
    /// Trust anchors by name.
    pub anchors: BTreeMap<String, Anchor>,
    /// Trust lists, and what is accepted beside them.
    pub trust: TrustLists,
    /// Who may be asked.
    pub outbound: Outbound,
    /// Where each key stands.
    pub places: Places,
}

/// Parses of a configuration what is about trust and the network. Other sections may be missing; what is there is held to
/// the keys that there are.
///
/// # Errors
/// As of [`parse()`].
pub fn parse_trust(text: &str, folder: &Path) -> Result<ParsedTrust, Vec<Problem>> {
    read(text, folder, |root, places| {
        let trust = root.section("trust");
        Some(ParsedTrust {
            demo: root.flag("demo").unwrap_or(false),
            anchors: sections::anchors(&trust.section("anchors")),
            trust: trust::trust(&trust),
            outbound: outbound::outbound(&root.section("outbound")),
            places,
        })
    })
}

/// All sections are read before anything is given up, so that all problems are found.
fn config(root: &Section<'_>, cores: usize) -> Option<Config> {
    let demo = root.flag("demo").unwrap_or(false);
    let server = sections::server(root, demo);
    let limits = sections::limits(&root.section("limits"), cores);
    let outbound = outbound::outbound(&root.section("outbound"));
    let anchors = sections::anchors(&root.section("trust").section("anchors"));
    let trust = trust::trust(&root.section("trust"));
    let evidence_files = root.section("trust").files("evidence-files");
    let policy_files = sections::policy_files(&root.section("policies"));
    let policies = sections::offered(&root.section("policies"), &policy_files);
    let mandant_files = sections::mandant_files(&root.section("mandants"));
    let keys = profiles::keys(&root.section("keys"));
    let profiles = profiles::profiles(root, &policy_files);
    let callers = sections::callers(root);
    let journal = sections::journal(root);
    Some(Config {
        server: server?,
        limits,
        outbound,
        anchors,
        trust,
        evidence_files,
        policies,
        policy_files,
        mandant_files,
        profiles,
        keys,
        callers,
        journal: journal?,
        demo,
    })
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests;
