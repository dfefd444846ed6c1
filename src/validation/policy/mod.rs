//! Policies as data: a level per context and check, algorithm dates, what a signer's key may be for.
//!
//! A policy is a TOML text; its name, version and SHA-256 are in each report. Unknown members, unknown checks
//! and a lowered floor are refused as a whole. Algorithm dates: ETSI TS 119 312, see [`algorithms`].

pub mod algorithms;
mod levels;
mod path;
mod rules;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use self::algorithms::{AlgorithmDates, KeySize};
use self::levels::{Levels, Said};
use self::path::PathText;
use self::rules::{RevocationText, SignaturePoliciesText, TrustListsText};
use super::check::{CheckId, Context, Level, Role};
use super::report::PolicyReference;
use crate::crypto::{DigestAlgorithm, digest};
use crate::time::Timestamp;

pub use path::PathRules;
pub use rules::{FreshAt, RevocationRules, SignaturePolicies};

const DEFAULT: &str = include_str!("builtin/default.toml");
const STRICT: &str = include_str!("builtin/strict.toml");
const ARCHIVE: &str = include_str!("builtin/archive.toml");
const PARTIAL_XML: &str = include_str!("builtin/partial-xml.toml");
const NO_REVOCATION: &str = include_str!("builtin/no-revocation.toml");

/// The built-in policies by name.
const BUILTIN: [(&str, &str); 5] = [
    ("default", DEFAULT),
    ("strict", STRICT),
    ("archive", ARCHIVE),
    ("no-revocation", NO_REVOCATION),
    ("partial-xml", PARTIAL_XML),
];

/// What is demanded of a signature.
#[derive(Clone, Debug)]
pub struct Policy {
    reference: PolicyReference,
    /// Its text, and before it those of what it extends.
    texts: Vec<Arc<str>>,
    /// What its texts say of checks.
    said: Said,
    /// What follows from that for each check in each context and role.
    levels: Levels,
    signer_key_usage: Vec<KeyUse>,
    required_levels: Vec<String>,
    timestamp_delay: Option<i64>,
    path: PathRules,
    revocation: RevocationRules,
    signature_policies: SignaturePolicies,
    maximum_grace: Option<i64>,
    algorithms: AlgorithmDates,
}

/// A key usage by its name in policies (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// digitalSignature.
    DigitalSignature,
    /// nonRepudiation, also called contentCommitment.
    NonRepudiation,
}

/// Why a text is no policy.
#[derive(Debug)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not TOML, or a member that is unknown or of the wrong type; the parser's own text with the line.
    Syntax(Box<toml::de::Error>),
    /// `extends` names a policy that is not there.
    UnknownBase {
        /// The name.
        name: String,
    },
    /// A context or check that does not exist.
    UnknownCheck {
        /// As written.
        name: String,
    },
    /// A check that no policy can lower.
    Floor {
        /// Its name.
        check: &'static str,
    },
    /// A date that is none.
    Date {
        /// As written.
        text: String,
    },
    /// An object identifier that is none.
    Oid {
        /// As written.
        text: String,
    },
    /// A SHA-256 that is none.
    Digest {
        /// As written.
        text: String,
    },
    /// A level of signatures that does not exist.
    FormatLevel {
        /// As written.
        text: String,
    },
    /// Several texts that are not one policy: one does not extend the one before it.
    Unrelated,
    /// A member that a policy without `extends` must have.
    Missing {
        /// Its name.
        member: &'static str,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "{error}"),
            Self::UnknownBase { name } => write!(f, "extends: there is no policy named {name}"),
            Self::UnknownCheck { name } => write!(f, "levels: there is no context or check named {name}"),
            Self::Floor { check } => write!(f, "levels: {check} cannot be lowered by a policy"),
            Self::Date { text } => write!(f, "{text} is not a time (RFC 3339)"),
            Self::Oid { text } => write!(f, "{text} is not an object identifier (dotted numbers)"),
            Self::Digest { text } => write!(f, "{text} is not a SHA-256 (64 lowercase hexadecimal digits)"),
            Self::FormatLevel { text } => write!(f, "required-levels: {text} is none of B, T, LT, LTA"),
            Self::Unrelated => f.write_str("extends: a text does not extend the one before it"),
            Self::Missing { member } => write!(f, "{member} is missing, and the policy extends none"),
        }
    }
}

impl std::error::Error for PolicyError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PolicyText {
    name: String,
    version: String,
    extends: Option<String>,
    #[serde(default)]
    levels: BTreeMap<String, BTreeMap<String, LevelText>>,
    signer: Option<SignerText>,
    path: Option<PathText>,
    revocation: Option<RevocationText>,
    signature_policies: Option<SignaturePoliciesText>,
    trust_lists: Option<TrustListsText>,
    algorithms: Option<AlgorithmsText>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LevelText {
    Fail,
    Warn,
    Inform,
    Ignore,
}

impl From<LevelText> for Level {
    fn from(text: LevelText) -> Self {
        match text {
            LevelText::Fail => Self::Fail,
            LevelText::Warn => Self::Warn,
            LevelText::Inform => Self::Inform,
            LevelText::Ignore => Self::Ignore,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SignerText {
    key_usage: Option<Vec<KeyUse>>,
    required_levels: Option<Vec<String>>,
    timestamp_delay_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AlgorithmsText {
    issued: Option<String>,
    expired_after_issue: Option<LevelText>,
    #[serde(default)]
    digest: BTreeMap<String, UntilText>,
    #[serde(default)]
    key: BTreeMap<String, Vec<KeySizeText>>,
    #[serde(default)]
    curve: BTreeMap<String, LevelText>,
    #[serde(default)]
    combination: BTreeMap<String, UntilText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UntilText {
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySizeText {
    bits: u32,
    until: Option<String>,
}

impl Policy {
    /// The names of the built-in policies.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.into_iter().map(|(name, _)| name)
    }

    /// The built-in policy with this name: see [`Policy::builtin_names`].
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let (_, text) = BUILTIN.into_iter().find(|(known, _)| *known == name)?;
        Self::parse(text).ok()
    }

    /// Parses the text of a policy. `extends` names a built-in one.
    ///
    /// # Errors
    /// [`PolicyError`]: the policy is refused as a whole.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::parse_over(text, Self::builtin)
    }

    /// Parses the texts of a policy as [`Policy::texts`] gives them. No built-in policy is looked at.
    ///
    /// # Errors
    /// [`PolicyError`]: the policy is refused as a whole.
    pub fn from_texts(texts: &[impl AsRef<str>]) -> Result<Self, PolicyError> {
        let mut policy: Option<Self> = None;
        for text in texts {
            let base = policy.take();
            policy = Some(Self::parse_over(text.as_ref(), |name| base.filter(|base| base.reference.name == name))?);
        }
        let policy = policy.ok_or(PolicyError::Missing { member: "name" })?;
        if policy.texts.len() == texts.len() { Ok(policy) } else { Err(PolicyError::Unrelated) }
    }

    fn parse_over(text: &str, base: impl FnOnce(&str) -> Option<Self>) -> Result<Self, PolicyError> {
        let parsed: PolicyText = toml::from_str(text).map_err(|error| PolicyError::Syntax(Box::new(error)))?;
        let base = match &parsed.extends {
            None => None,
            Some(name) => Some(base(name).ok_or_else(|| PolicyError::UnknownBase { name: name.clone() })?),
        };
        let mut said = base.as_ref().map(|base| base.said.clone()).unwrap_or_default();
        for (context, checks) in &parsed.levels {
            let (context, role) = context_named(context)?;
            for (check, level) in checks {
                let id =
                    CheckId::from_name(check).ok_or_else(|| PolicyError::UnknownCheck { name: check.clone() })?;
                let level = Level::from(*level);
                if id.is_floor() && level != Level::Fail {
                    return Err(PolicyError::Floor { check: id.name() });
                }
                said.insert((context, role, id), level);
            }
        }
        let signer = parsed.signer.unwrap_or_default();
        let signer_key_usage = match (signer.key_usage, &base) {
            (Some(usage), _) => usage,
            (None, Some(base)) => base.signer_key_usage.clone(),
            (None, None) => return Err(PolicyError::Missing { member: "signer" }),
        };
        let required_levels = match (signer.required_levels, &base) {
            (Some(levels), _) => rules::levels(levels)?,
            (None, base) => base.as_ref().map(|base| base.required_levels.clone()).unwrap_or_default(),
        };
        let timestamp_delay = signer.timestamp_delay_seconds.map(i64::from);
        let timestamp_delay = timestamp_delay.or_else(|| base.as_ref().and_then(|base| base.timestamp_delay));
        let of_base = base.as_ref().map(|base| base.revocation).unwrap_or_default();
        let revocation = parsed.revocation.map_or(of_base, |text| text.rules(of_base));
        let signature_policies = match (parsed.signature_policies, &base) {
            (Some(text), _) => text.rules()?,
            (None, base) => base.as_ref().map(|base| base.signature_policies.clone()).unwrap_or_default(),
        };
        let maximum_grace = match (parsed.trust_lists, &base) {
            (Some(text), _) => Some(text.maximum_grace()),
            (None, base) => base.as_ref().and_then(|base| base.maximum_grace),
        };
        let path = match (parsed.path, &base) {
            (Some(path), _) => path.rules()?,
            (None, Some(base)) => base.path.clone(),
            (None, None) => PathRules::default(),
        };
        let algorithms = match (parsed.algorithms, &base) {
            (Some(algorithms), base) => dates(&algorithms, base.as_ref().map(|base| &base.algorithms))?,
            (None, Some(base)) => base.algorithms.clone(),
            (None, None) => return Err(PolicyError::Missing { member: "algorithms" }),
        };
        // What a policy extends is part of what it demands, so it is part of its digest.
        let (base_digest, mut texts) = base.map(|base| (base.reference.sha256, base.texts)).unwrap_or_default();
        texts.push(text.into());
        let sha256 = digest(DigestAlgorithm::Sha256, format!("{base_digest}{text}").as_bytes()).to_string();
        let reference = PolicyReference { name: parsed.name, version: parsed.version, sha256 };
        Ok(Self {
            reference,
            texts,
            levels: Levels::of(&said),
            said,
            signer_key_usage,
            required_levels,
            timestamp_delay,
            path,
            revocation,
            signature_policies,
            maximum_grace,
            algorithms,
        })
    }

    /// Name, version and digest.
    #[must_use]
    pub const fn reference(&self) -> &PolicyReference {
        &self.reference
    }

    /// Its text as it was parsed, and before it those of what it extends, the first one extending nothing. Whoever has
    /// them needs no built-in policy.
    #[must_use]
    pub fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }

    /// The level of a check in a context.
    #[must_use]
    pub fn level(&self, context: Context, id: CheckId) -> Level {
        self.level_of(context, Role::Signer, id)
    }

    /// The level of a check about the certificate of a signer or of a CA. What is said of a context counts for its CAs
    /// too, where nothing else is said of them.
    #[must_use]
    pub fn level_of(&self, context: Context, role: Role, id: CheckId) -> Level {
        self.levels.of_check(context, role, id)
    }

    /// How fresh revocation data have to be.
    #[must_use]
    pub const fn revocation(&self) -> RevocationRules {
        self.revocation
    }

    /// Which signature policies are accepted.
    #[must_use]
    pub const fn signature_policies(&self) -> &SignaturePolicies {
        &self.signature_policies
    }

    /// For how many seconds after its next update was due a trust list may be believed, whatever the operator grants; none
    /// where that is the operator's choice.
    #[must_use]
    pub const fn maximum_grace(&self) -> Option<i64> {
        self.maximum_grace
    }

    /// The levels of which a signature has to have one (`T`, `LT` …); empty where none is required.
    #[must_use]
    pub fn required_levels(&self) -> &[String] {
        &self.required_levels
    }

    /// How many seconds after the claimed signing time a time-stamp may be, where the policy says so.
    #[must_use]
    pub const fn timestamp_delay(&self) -> Option<i64> {
        self.timestamp_delay
    }

    /// One of these has to be in a signer's key usage, where the certificate states one.
    #[must_use]
    pub fn signer_key_usage(&self) -> &[KeyUse] {
        &self.signer_key_usage
    }

    /// The inputs of path validation (RFC 5280 §6.1.1).
    #[must_use]
    pub const fn path(&self) -> &PathRules {
        &self.path
    }

    /// Until when algorithms are reliable.
    #[must_use]
    pub const fn algorithms(&self) -> &AlgorithmDates {
        &self.algorithms
    }
}

/// A context by its name, which ends with `-ca` where the certificates of CAs are meant.
fn context_named(name: &str) -> Result<(Context, Role), PolicyError> {
    let (of_context, role) = match name.strip_suffix("-ca") {
        Some(context) => (context, Role::Ca),
        None => (name, Role::Signer),
    };
    [Context::Signature, Context::CounterSignature, Context::Timestamp, Context::Revocation]
        .into_iter()
        .find(|context| context.name() == of_context)
        .map(|context| (context, role))
        .ok_or_else(|| PolicyError::UnknownCheck { name: name.to_owned() })
}

/// The dates of a policy: those of the one it extends, and what it says itself entry by entry.
fn dates(text: &AlgorithmsText, base: Option<&AlgorithmDates>) -> Result<AlgorithmDates, PolicyError> {
    let until = |until: &Option<String>| until.as_deref().map(date).transpose();
    let mut dates = match (base, &text.issued) {
        (Some(base), None) => base.clone(),
        (Some(base), Some(issued)) => AlgorithmDates { issued: date(issued)?, ..base.clone() },
        (None, Some(issued)) => AlgorithmDates::issued(date(issued)?),
        (None, None) => return Err(PolicyError::Missing { member: "algorithms.issued" }),
    };
    if let Some(level) = text.expired_after_issue {
        dates.after_issue = level.into();
    }
    for (name, entry) in &text.digest {
        dates.digests.insert(name.clone(), until(&entry.until)?);
    }
    for (family, entries) in &text.key {
        let mut sizes = Vec::new();
        for entry in entries {
            sizes.push(KeySize { bits: entry.bits, until: until(&entry.until)? });
        }
        sizes.sort_by_key(|size| size.bits);
        dates.keys.insert(family.clone(), sizes);
    }
    for (name, level) in &text.curve {
        dates.curves.insert(name.clone(), Level::from(*level));
    }
    for (name, entry) in &text.combination {
        dates.combinations.insert(name.clone(), until(&entry.until)?);
    }
    Ok(dates)
}

fn date(text: &str) -> Result<Timestamp, PolicyError> {
    Timestamp::from_rfc3339(text).map_err(|_| PolicyError::Date { text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_policies_are_good() {
        for (name, text) in BUILTIN {
            let policy = Policy::parse(text).unwrap();
            assert_eq!(policy.reference().name, name);
            assert!(Policy::builtin(name).is_some());
        }
        assert!(Policy::builtin("lenient").is_none());
    }

    #[test]
    fn only_no_revocation_lowers_revocation() {
        let level = |name: &str| Policy::builtin(name).unwrap().level(Context::Signature, CheckId::RevocationKnown);
        assert_eq!(level("default"), Level::Fail);
        assert_eq!(level("no-revocation"), Level::Inform);
        assert_ne!(
            Policy::builtin("default").unwrap().reference().sha256,
            Policy::builtin("no-revocation").unwrap().reference().sha256
        );
    }

    #[test]
    fn a_lowered_floor_and_unknown_members_are_refused() {
        let with =
            |rest: &str| Policy::parse(&format!("name = \"x\"\nversion = \"1\"\nextends = \"default\"\n{rest}"));
        assert!(with("").is_ok());
        for id in CheckId::ALL.iter().filter(|id| id.is_floor()) {
            let text = format!("[levels.signature]\n{} = \"warn\"", id.name());
            assert!(matches!(with(&text), Err(PolicyError::Floor { .. })), "{}", id.name());
        }
        assert!(matches!(
            with("[levels.signature]\nxcv-nothing = \"warn\""),
            Err(PolicyError::UnknownCheck { .. })
        ));
        assert!(matches!(with("[levels.nobody]\nxcv-chain = \"fail\""), Err(PolicyError::UnknownCheck { .. })));
        assert!(matches!(with("colour = 1"), Err(PolicyError::Syntax(_))));
        assert!(matches!(Policy::parse("name = \"x\"\nversion = \"1\""), Err(PolicyError::Missing { .. })));
    }
}
