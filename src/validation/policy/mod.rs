//! Policies as data: a level per context and check, algorithm dates, what a signer's key may be for.
//!
//! A policy is a TOML text; its name, version and SHA-256 are in each report. Unknown members, unknown checks
//! and a lowered floor are refused as a whole. Algorithm dates: ETSI TS 119 312, see [`algorithms`].

pub mod algorithms;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use self::algorithms::{AlgorithmDates, KeySize};
use super::check::{CheckId, Context, Level};
use super::report::PolicyReference;
use crate::crypto::{DigestAlgorithm, digest};
use crate::time::Timestamp;

const DEFAULT: &str = include_str!("builtin/default.toml");
const NO_REVOCATION: &str = include_str!("builtin/no-revocation.toml");

/// What is demanded of a signature.
#[derive(Clone, Debug)]
pub struct Policy {
    reference: PolicyReference,
    /// Its text, and before it those of what it extends.
    texts: Vec<Arc<str>>,
    levels: BTreeMap<(Context, CheckId), Level>,
    signer_key_usage: Vec<KeyUse>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SignerText {
    key_usage: Vec<KeyUse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AlgorithmsText {
    issued: String,
    digest: BTreeMap<String, UntilText>,
    key: BTreeMap<String, Vec<KeySizeText>>,
    #[serde(default)]
    curve: BTreeMap<String, LevelText>,
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
    /// The built-in policy with this name: `default`, `no-revocation`.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Self> {
        let text = match name {
            "default" => DEFAULT,
            "no-revocation" => NO_REVOCATION,
            _ => return None,
        };
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
        let mut levels = base.as_ref().map(|base| base.levels.clone()).unwrap_or_default();
        for (context, checks) in &parsed.levels {
            let context = context_named(context)?;
            for (check, level) in checks {
                let id =
                    CheckId::from_name(check).ok_or_else(|| PolicyError::UnknownCheck { name: check.clone() })?;
                let level = Level::from(*level);
                if id.is_floor() && level != Level::Fail {
                    return Err(PolicyError::Floor { check: id.name() });
                }
                levels.insert((context, id), level);
            }
        }
        let signer_key_usage = match (parsed.signer, &base) {
            (Some(signer), _) => signer.key_usage,
            (None, Some(base)) => base.signer_key_usage.clone(),
            (None, None) => return Err(PolicyError::Missing { member: "signer" }),
        };
        let algorithms = match (parsed.algorithms, &base) {
            (Some(algorithms), _) => dates(&algorithms)?,
            (None, Some(base)) => base.algorithms.clone(),
            (None, None) => return Err(PolicyError::Missing { member: "algorithms" }),
        };
        // What a policy extends is part of what it demands, so it is part of its digest.
        let (base_digest, mut texts) = base.map(|base| (base.reference.sha256, base.texts)).unwrap_or_default();
        texts.push(text.into());
        let sha256 = digest(DigestAlgorithm::Sha256, format!("{base_digest}{text}").as_bytes()).to_string();
        let reference = PolicyReference { name: parsed.name, version: parsed.version, sha256 };
        Ok(Self { reference, texts, levels, signer_key_usage, algorithms })
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
        self.levels.get(&(context, id)).copied().unwrap_or_else(|| id.default_level())
    }

    /// One of these has to be in a signer's key usage, where the certificate states one.
    #[must_use]
    pub fn signer_key_usage(&self) -> &[KeyUse] {
        &self.signer_key_usage
    }

    /// Until when algorithms are reliable.
    #[must_use]
    pub const fn algorithms(&self) -> &AlgorithmDates {
        &self.algorithms
    }
}

fn context_named(name: &str) -> Result<Context, PolicyError> {
    [Context::Signature, Context::CounterSignature, Context::Timestamp, Context::Revocation]
        .into_iter()
        .find(|context| context.name() == name)
        .ok_or_else(|| PolicyError::UnknownCheck { name: name.to_owned() })
}

fn dates(text: &AlgorithmsText) -> Result<AlgorithmDates, PolicyError> {
    let until = |until: &Option<String>| until.as_deref().map(date).transpose();
    let mut digests = BTreeMap::new();
    for (name, entry) in &text.digest {
        digests.insert(name.clone(), until(&entry.until)?);
    }
    let mut keys = BTreeMap::new();
    for (family, entries) in &text.key {
        let mut sizes = Vec::new();
        for entry in entries {
            sizes.push(KeySize { bits: entry.bits, until: until(&entry.until)? });
        }
        sizes.sort_by_key(|size| size.bits);
        keys.insert(family.clone(), sizes);
    }
    let curves = text.curve.iter().map(|(name, level)| (name.clone(), Level::from(*level))).collect();
    Ok(AlgorithmDates { issued: date(&text.issued)?, digests, keys, curves })
}

fn date(text: &str) -> Result<Timestamp, PolicyError> {
    Timestamp::from_rfc3339(text).map_err(|_| PolicyError::Date { text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_policies_are_good() {
        for (name, text) in [("default", DEFAULT), ("no-revocation", NO_REVOCATION)] {
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
