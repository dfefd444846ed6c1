//! From a configuration to what it names: the second step after its text was read ([`crate::config::parse`]). Files are
//! read, keys are opened and tried; every problem that is found is said with the place of its key in the configuration.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use zeroize::Zeroizing;

use super::files;
use super::files::ReadFailure;
use super::network;
use super::trusted::Trusting;
use crate::clock::SystemClock;
use crate::config;
use crate::config::{Config, JournalPlace, ParsedTrust, Place, Places, Problem};
use crate::keystore::{FileSigner, RandomIdentifiers};
use crate::limits::Limits;
use crate::sealing::{Prefixes, SealLevel, SealProfile};
use crate::server;
use crate::server::{Settings, TlsError};
use crate::service::ports::{Journal, Signer};
use crate::service::{Gather, Given, Parts, Sealer, StandingEvidence, Unusable};
use crate::syntax::url::HostRule;
use crate::trust::TrustStore;
use crate::validation::mandant::{Mandant, MandantError};
use crate::validation::{Evidence, Policy, PolicyError};

/// Bytes of a configuration, a policy or a file with certificates.
const FILE_BYTES: u64 = 1 << 20;

/// Bytes of a file with evidence: 16 MiB, some times the largest CRL of the Swiss issuers.
const EVIDENCE_BYTES: u64 = 16 << 20;

/// A configuration whose text is good.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The file, as it was named.
    file: PathBuf,
    /// What it says.
    pub(super) config: Config,
    places: Places,
}

/// A configuration that is refused: one line for each problem, `file:line:column: reason`.
#[derive(Debug, Default)]
pub(super) struct Refused(pub(super) Vec<String>);

/// Policies by name.
pub(super) type Policies = BTreeMap<String, Arc<Policy>>;

/// What a configuration names, read and opened.
#[derive(Debug)]
pub(super) struct Material {
    policies: Policies,
    trust: TrustStore,
    evidence: Evidence,
    sealers: BTreeMap<String, Sealer>,
    gather: Gather,
    mandants: Vec<Arc<Mandant>>,
}

/// Reads a configuration.
pub(super) fn load(file: &Path) -> Result<Loaded, Refused> {
    let refused = |reason: String| Refused(vec![format!("{}: {reason}", file.display())]);
    let text = text(file).map_err(refused)?;
    let folder = folder_of(file);
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    match config::parse(&text, folder, cores) {
        Ok(parsed) => Ok(Loaded { file: file.to_owned(), config: parsed.config, places: parsed.places }),
        Err(problems) => Err(Refused::of(file, &problems)),
    }
}

/// Of a configuration, what is about trust and the network.
pub(super) fn load_trust(file: &Path) -> Result<Trusting, Refused> {
    let text = text(file).map_err(|reason| Refused(vec![format!("{}: {reason}", file.display())]))?;
    let parsed = config::parse_trust(&text, folder_of(file)).map_err(|problems| Refused::of(file, &problems))?;
    Ok(Trusting::new(file.to_owned(), parsed))
}

/// A relative path has no folder in its name, and is meant from where the program stands.
fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

impl Loaded {
    /// Reads all that is named, and opens the keys.
    pub(super) fn material(&self) -> Result<Material, Refused> {
        let mut refused = Refused::default();
        let policies = refused.keep(self.policies());
        let trust = refused.keep(self.trust());
        let evidence = refused.keep(self.evidence());
        let sealers = policies.as_ref().and_then(|policies| refused.keep(self.sealers(policies)));
        let gather = refused.keep(self.gather(&[]));
        let mandants = refused.keep(self.mandants());
        match (policies, trust, evidence, sealers, gather, mandants) {
            (Some(policies), Some(trust), Some(evidence), Some(sealers), Some(gather), Some(mandants)) => {
                Ok(Material { policies, trust, evidence, sealers, gather, mandants })
            }
            _ => Err(refused),
        }
    }

    /// The same, and what the server is told.
    pub(super) fn everything(&self) -> Result<(Material, Settings), Refused> {
        let mut refused = Refused::default();
        let (material, tls) = (refused.keep(self.material()), refused.keep(self.tls()));
        match (material, tls) {
            (Some(material), Some(tls)) => {
                let Config { server, limits, callers, .. } = &self.config;
                let settings = Settings { listen: server.listen, tls, limits: *limits, callers: callers.clone() };
                Ok((material, settings))
            }
            _ => Err(refused),
        }
    }

    /// What can be found out without changing anything.
    pub(super) fn check(&self) -> Result<(), Refused> {
        let mut refused = Refused::default();
        refused.keep(self.everything());
        let folder = self.journal().parent().filter(|folder| !folder.as_os_str().is_empty());
        if !folder.is_none_or(files::is_folder) {
            refused.0.push(self.line("journal.sqlite-file", "its folder is not there"));
        }
        if refused.0.is_empty() { Ok(()) } else { Err(refused) }
    }

    /// The file, as it was named.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    fn tls(&self) -> Result<Arc<rustls::ServerConfig>, Refused> {
        let mut refused = Refused::default();
        let mut read = |key: &str, file: &Path| {
            let read = content(file).map_err(|reason| format!("{}: {reason}", file.display()));
            refused.keep(read.map_err(|reason| Refused(vec![self.line(key, reason)])))
        };
        let server = &self.config.server;
        let chain = read("server.certificate-file", &server.certificate_file);
        let key = read("server.key-file", &server.key_file).map(Zeroizing::new);
        let (Some(chain), Some(key)) = (chain, key) else { return Err(refused) };
        server::configuration(&chain, &key).map_err(|error| {
            let key = match error {
                TlsError::Key => "server.key-file",
                _ => "server.certificate-file",
            };
            Refused(vec![self.line(key, error)])
        })
    }

    /// Every policy, built in and of files, by its name.
    pub(super) fn policies(&self) -> Result<Policies, Refused> {
        let mut refused = Refused::default();
        let mut policies = Policies::new();
        for name in Policy::builtin_names() {
            policies.extend(Policy::builtin(name).map(|policy| (name.to_owned(), Arc::new(policy))));
        }
        for (name, file) in &self.config.policy_files {
            match self.policy(name, file) {
                Ok(policy) => _ = policies.insert(name.clone(), Arc::new(policy)),
                Err(line) => refused.0.push(line),
            }
        }
        if refused.0.is_empty() { Ok(policies) } else { Err(refused) }
    }

    fn policy(&self, name: &str, file: &Path) -> Result<Policy, String> {
        let key = format!("policies.files.{name}");
        let text = text(file).map_err(|reason| self.line(&key, format!("{}: {reason}", file.display())))?;
        let policy = Policy::parse(&text).map_err(|error| line(file, &policy_problem(&text, &error)))?;
        let own = &policy.reference().name;
        if own != name {
            return Err(self.line(&key, format!("{} calls itself {own:?}", file.display())));
        }
        Ok(policy)
    }

    /// Mandants of one's own.
    pub(super) fn mandants(&self) -> Result<Vec<Arc<Mandant>>, Refused> {
        let mut refused = Refused::default();
        let mut mandants = Vec::new();
        for (name, file) in &self.config.mandant_files {
            match self.mandant(name, file) {
                Ok(mandant) => mandants.push(Arc::new(mandant)),
                Err(line) => refused.0.push(line),
            }
        }
        if refused.0.is_empty() { Ok(mandants) } else { Err(refused) }
    }

    fn mandant(&self, name: &str, file: &Path) -> Result<Mandant, String> {
        let key = format!("mandants.files.{name}");
        let text = text(file).map_err(|reason| self.line(&key, format!("{}: {reason}", file.display())))?;
        let mandant = Mandant::parse(&text).map_err(|error| {
            let offset = match &error {
                MandantError::Syntax(error) => error.span().map(|span| span.start),
                MandantError::Unknown { word, .. } => {
                    let quoted = find(&text, &format!("{word:?}")).and_then(|at| at.checked_add(1));
                    quoted.or_else(|| find(&text, word))
                }
                MandantError::Bounds { key } => find(&text, key),
                _ => None,
            };
            let place = offset.map_or(Place::START, |offset| Place::of(&text, offset));
            line(file, &Problem { place, reason: error.to_string().replace('\n', "; ") })
        })?;
        if mandant.name != name {
            return Err(self.line(&key, format!("{} calls itself {:?}", file.display(), mandant.name)));
        }
        Ok(mandant)
    }

    /// What is at hand for everything that is judged.
    pub(super) fn evidence(&self) -> Result<Evidence, Refused> {
        evidence(&self.config.evidence_files).map_err(|reasons| {
            Refused(reasons.into_iter().map(|reason| self.line("trust.evidence-files", reason)).collect())
        })
    }

    fn sealers(&self, policies: &Policies) -> Result<BTreeMap<String, Sealer>, Refused> {
        let mut refused = Refused::default();
        let mut signers: BTreeMap<&str, Arc<dyn Signer>> = BTreeMap::new();
        // Also those that no profile uses: whoever names a key means that it can be used.
        for (name, key) in &self.config.keys {
            match FileSigner::open(name, key) {
                Ok(signer) => _ = signers.insert(name, Arc::new(signer)),
                Err(error) => refused.0.push(self.line(&format!("keys.{name}"), error.fault.to_string())),
            }
        }
        let mut sealers = BTreeMap::new();
        for (name, profile) in &self.config.profiles {
            let (Some(signer), Some(policy)) = (signers.get(&*profile.key), policies.get(&profile.policy)) else {
                // Said where the key or the policy stands.
                continue;
            };
            let profile = SealProfile {
                name: name.clone(),
                policy: Arc::clone(policy),
                formats: profile.formats,
                packaging: profile.packaging,
                prefixes: Prefixes::All,
                level: SealLevel::B,
                appearance: profile.appearance.clone(),
                reason: profile.reason.clone(),
                location: profile.location.clone(),
                contact: profile.contact.clone(),
            };
            sealers.insert(name.clone(), Sealer { profile: Arc::new(profile), signer: Arc::clone(signer) });
        }
        if refused.0.is_empty() { Ok(sealers) } else { Err(refused) }
    }

    /// How evidence is gathered; these hosts may be asked too.
    pub(super) fn gather(&self, allow_hosts: &[HostRule]) -> Result<Gather, Refused> {
        let gather = network::gather(&self.config.outbound, allow_hosts);
        gather.map_err(|wrong| Refused(wrong.into_iter().map(|(key, reason)| self.line(key, reason)).collect()))
    }

    /// The journal's file.
    pub(super) fn journal(&self) -> &Path {
        let JournalPlace::Sqlite(file) = &self.config.journal;
        file
    }

    /// A problem with a key of the configuration.
    pub(super) fn line(&self, key: &str, reason: impl Display) -> String {
        line_at(&self.file, &self.places, key, reason)
    }

    /// What it says of trust and of the network.
    pub(super) fn trusting(&self) -> Trusting {
        let Config { demo, anchors, trust, outbound, .. } = self.config.clone();
        let parsed = ParsedTrust { demo, anchors, trust, outbound, places: self.places.clone() };
        Trusting::new(self.file.clone(), parsed)
    }

    /// What is believed.
    pub(super) fn trust(&self) -> Result<TrustStore, Refused> {
        self.trusting().trust()
    }
}

/// A problem with a key of a configuration.
pub(super) fn line_at(file: &Path, places: &Places, key: &str, reason: impl Display) -> String {
    line(file, &Problem { place: places.of(key), reason: format!("{key}: {reason}") })
}

impl Material {
    /// What the service is made of.
    pub(super) fn parts(self, config: &Config, journal: Arc<dyn Journal>) -> Parts {
        let offered = |(name, _): &(String, Arc<Policy>)| config.policies.contains(name);
        Parts {
            policies: self.policies.into_iter().filter(offered).collect(),
            trust: Arc::new(self.trust),
            evidence: Arc::new(StandingEvidence::new(self.evidence)),
            sealers: self.sealers,
            journal,
            gather: self.gather,
            clock: Arc::new(SystemClock),
            identifiers: Arc::new(RandomIdentifiers::new()),
            limits: Limits { file_bytes: config.limits.body_bytes, ..Limits::DEFAULT },
            capacity: config.limits.capacity,
            mandants: self.mandants,
            steps: None,
        }
    }
}

impl Refused {
    fn of(file: &Path, problems: &[Problem]) -> Self {
        Self(problems.iter().map(|problem| line(file, problem)).collect())
    }

    /// The value, or its problems among these.
    fn keep<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        result.map_err(|refused| self.0.extend(refused.0)).ok()
    }
}

/// The evidence in these files; one sentence for each that cannot be used.
pub(super) fn evidence(files: &[PathBuf]) -> Result<Evidence, Vec<String>> {
    let mut given = Given::default();
    let mut reasons = Vec::new();
    for file in files {
        let taken = bounded(file, EVIDENCE_BYTES).and_then(|content| {
            given.take(&content, &Limits::DEFAULT).map_err(|unusable| match unusable {
                Unusable::NotPemOrDer => "is neither PEM nor DER".to_owned(),
                Unusable::Object(number) => {
                    format!("object {number} is no usable certificate, CRL or OCSP response")
                }
                Unusable::Bundle(error) => error.to_string(),
            })
        });
        if let Err(reason) = taken {
            reasons.push(format!("{}: {reason}", file.display()));
        }
    }
    if reasons.is_empty() { Ok(given.into_evidence()) } else { Err(reasons) }
}

fn line(file: &Path, problem: &Problem) -> String {
    format!("{}:{problem}", file.display())
}

fn text(file: &Path) -> Result<String, String> {
    String::from_utf8(content(file)?).map_err(|_| "is not text in UTF-8".to_owned())
}

pub(super) fn content(file: &Path) -> Result<Vec<u8>, String> {
    bounded(file, FILE_BYTES)
}

fn bounded(file: &Path, most: u64) -> Result<Vec<u8>, String> {
    match files::read(file, most, |_| true) {
        Ok(content) => Ok(content.unwrap_or_default()),
        Err(ReadFailure::System(error)) => Err(error.to_string()),
        Err(ReadFailure::TooLarge(_)) => Err(format!("longer than {most} bytes")),
    }
}

/// Where in the text of a policy its problem is.
fn policy_problem(text: &str, error: &PolicyError) -> Problem {
    let (offset, reason) = match error {
        PolicyError::Syntax(error) => (error.span().map(|span| span.start), error.message().replace('\n', "; ")),
        PolicyError::UnknownBase { name } | PolicyError::UnknownCheck { name } => {
            (find(text, name), error.to_string())
        }
        PolicyError::Floor { check } => (find(text, check), error.to_string()),
        PolicyError::Date { text: date } => (find(text, date), error.to_string()),
        _ => (None, error.to_string()),
    };
    Problem { place: offset.map_or(Place::START, |offset| Place::of(text, offset)), reason }
}

/// Where a word stands outside comments.
fn find(text: &str, word: &str) -> Option<usize> {
    let mut start = 0_usize;
    for line in text.split_inclusive('\n') {
        let said = line.split('#').next().unwrap_or_default();
        if let Some(at) = said.find(word) {
            return start.checked_add(at);
        }
        start = start.saturating_add(line.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "name = \"house\"\nversion = \"1\"\nextends = \"default\"\n";

    /// A folder with a policy and a configuration of these sections; what reading all of it says.
    fn refused(policy: &str, sections: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            #[expect(clippy::disallowed_methods, reason = "the test makes the files that it names")]
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("house.toml", policy);
        let head = "[server]\ncertificate-file = \"a\"\nkey-file = \"b\"\n[journal]\nsqlite-file = \"c\"\n";
        write("sigillum.toml", &format!("{head}{sections}"));
        let loaded = load(&folder.path().join("sigillum.toml")).unwrap();
        let lines = loaded.material().err().unwrap_or_default().0;
        let start = format!("{}/", folder.path().display());
        lines.iter().map(|line| line.replace(&start, "")).collect()
    }

    #[test]
    fn a_policy_is_refused_where_its_problem_is() {
        let files = "[policies.files]\nhouse = \"house.toml\"\n";
        assert_eq!(refused(POLICY, files), [""; 0]);
        let lowered = format!("{POLICY}# fc-byte-range\n[levels.signature]\nfc-byte-range = \"warn\"\n");
        let said = "house.toml:6:1: levels: fc-byte-range cannot be lowered by a policy";
        assert_eq!(refused(&lowered, files), [said]);
        let unknown = format!("{POLICY}[levels.signature]\nfc-nothing = \"warn\"\n");
        assert!(refused(&unknown, files)[0].starts_with("house.toml:5:1: "));
        assert!(refused(&format!("{POLICY}colour = 1\n"), files)[0].starts_with("house.toml:4:1: "));
        let other = refused(&POLICY.replace("house", "other"), files);
        assert_eq!(other, ["sigillum.toml:7:1: policies.files.house: house.toml calls itself \"other\""]);
    }

    #[test]
    fn a_mandant_is_refused_where_its_problem_is() {
        let files = "[mandants.files]\nhouse = \"house.toml\"\n";
        let good = "name = \"house\"\nversion = \"1\"\nbasis = \"x\"\nformats = [\"pdf\"]\nminimum = 1\nchanges = [\"none\"]\n\
                    [every]\nclasses = [\"advanced\"]\ntime = \"none\"\n";
        assert_eq!(refused(good, files), [""; 0]);
        let unknown = refused(&good.replace("advanced", "legal"), files);
        assert_eq!(unknown, ["house.toml:8:13: classes: legal is not known"]);
        assert!(refused(&format!("colour = 1\n{good}"), files)[0].starts_with("house.toml:1:1: "));
        let none = refused(&good.replace("minimum = 1", "minimum = 0"), files);
        assert_eq!(none, ["house.toml:5:1: minimum: out of bounds"]);
        let most = refused(&good.replace("changes", "maximum = 0\nchanges"), files);
        assert_eq!(most, ["house.toml:6:1: maximum: out of bounds"]);
        let count = refused(&format!("{good}count = 0\n"), files);
        assert_eq!(count, ["house.toml:10:1: count: out of bounds"]);
        let other = refused(&good.replace("house", "other"), files);
        assert_eq!(other, ["sigillum.toml:7:1: mandants.files.house: house.toml calls itself \"other\""]);
    }

    #[test]
    fn what_is_not_there_is_said_all_at_once_with_the_place_of_its_key() {
        let lines = refused(
            POLICY,
            "[policies.files]\nhouse = \"gone.toml\"\n[trust.anchors.a]\ncertificate-file = \"house.toml\"\n\
             [trust.anchors.b]\ncertificate-file = \"gone.pem\"\n",
        );
        let starts: Vec<&str> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(starts, ["sigillum.toml:7:1:", "sigillum.toml:9:1:", "sigillum.toml:11:1:"], "{lines:?}");
        let key = "[keys.k]\nalgorithm = \"ecdsa-p256-sha256\"\nstore = \"pkcs8\"\nkey-file = \"gone\"\n\
                   certificate-file = \"gone\"\n";
        let lines = refused(POLICY, key);
        assert!(lines.len() == 1 && lines[0].starts_with("sigillum.toml:6:7: keys.k: gone"), "{lines:?}");
    }
}
