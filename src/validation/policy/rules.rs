//! What a policy says about the processes: freshness of revocation data, signature policies, required levels, delay.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::PolicyError;
use crate::crypto::DigestAlgorithm;
use crate::syntax::der::Oid;
use crate::validation::revocation::MAXIMUM_AGE_SECONDS;

/// How fresh revocation data have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationRules {
    /// How old data without `nextUpdate` may be, in seconds.
    pub maximum_age: i64,
    /// When those of time-stamps have to be fresh.
    pub timestamps: FreshAt,
}

/// When revocation data of a time-stamp's authority have to be fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreshAt {
    /// When the time-stamp was made.
    GenerationTime,
    /// At the validation time.
    ValidationTime,
}

impl Default for RevocationRules {
    fn default() -> Self {
        Self { maximum_age: MAXIMUM_AGE_SECONDS, timestamps: FreshAt::GenerationTime }
    }
}

/// Which signature policies are accepted, and the digests of those whose documents are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignaturePolicies {
    /// None: any.
    accepted: Option<Vec<String>>,
    known: BTreeMap<String, String>,
}

impl SignaturePolicies {
    /// Whether a signature may name this policy (dotted numbers, or a URI).
    #[must_use]
    pub fn accepts(&self, id: &str) -> bool {
        self.accepted.as_ref().is_none_or(|accepted| accepted.iter().any(|one| one == id))
    }

    /// SHA-256 (lowercase hex) of the document of this policy, where it is known.
    #[must_use]
    pub fn digest(&self, id: &str) -> Option<&str> {
        self.known.get(id).map(String::as_str)
    }
}

/// The levels that a policy can require, as they end the name of a format.
const LEVELS: [&str; 4] = ["B", "T", "LT", "LTA"];

/// `[revocation]` of a policy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RevocationText {
    maximum_age_seconds: Option<u32>,
    timestamps_fresh_at: Option<FreshAt>,
}

impl RevocationText {
    pub(super) fn rules(&self, base: RevocationRules) -> RevocationRules {
        RevocationRules {
            maximum_age: self.maximum_age_seconds.map_or(base.maximum_age, i64::from),
            timestamps: self.timestamps_fresh_at.unwrap_or(base.timestamps),
        }
    }
}

/// `[trust-lists]` of a policy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TrustListsText {
    maximum_grace_days: u16,
}

impl TrustListsText {
    pub(super) fn maximum_grace(&self) -> i64 {
        i64::from(self.maximum_grace_days).saturating_mul(86_400)
    }
}

/// `[signature-policies]` of a policy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SignaturePoliciesText {
    accepted: Option<Vec<String>>,
    #[serde(default)]
    known: BTreeMap<String, String>,
}

impl SignaturePoliciesText {
    pub(super) fn rules(self) -> Result<SignaturePolicies, PolicyError> {
        // XML signatures name policies by URIs too (EN 319 132-1 §5.2.9).
        let is_uri = |text: &str| text.contains(':') && !text.starts_with("urn:oid:");
        let oid = |text: &String| {
            let known = Oid::from_dotted(text).is_some() || is_uri(text);
            if known { Ok(()) } else { Err(PolicyError::Oid { text: text.clone() }) }
        };
        self.accepted.iter().flatten().chain(self.known.keys()).try_for_each(oid)?;
        let length = DigestAlgorithm::Sha256.output_len().saturating_mul(2);
        let is_digest = |text: &&String| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if let Some(text) = self.known.values().find(|text| !is_digest(text)) {
            return Err(PolicyError::Digest { text: text.clone() });
        }
        Ok(SignaturePolicies { accepted: self.accepted, known: self.known })
    }
}

/// The levels as written, where each is one.
pub(super) fn levels(texts: Vec<String>) -> Result<Vec<String>, PolicyError> {
    match texts.iter().find(|text| !LEVELS.contains(&text.as_str())) {
        Some(text) => Err(PolicyError::FormatLevel { text: text.clone() }),
        None => Ok(texts),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    fn with(rest: &str) -> Result<Policy, PolicyError> {
        Policy::parse(&format!("name = \"x\"\nversion = \"1\"\nextends = \"default\"\n{rest}"))
    }

    #[test]
    fn freshness_is_read_and_inherited() {
        let policy = with("[revocation]\nmaximum-age-seconds = 60").unwrap();
        let expected = RevocationRules { maximum_age: 60, timestamps: FreshAt::GenerationTime };
        assert_eq!(policy.revocation(), expected);
        assert_eq!(Policy::builtin("strict").unwrap().revocation().timestamps, FreshAt::ValidationTime);
        assert!(matches!(with("[revocation]\nlenient = true"), Err(PolicyError::Syntax(_))));
        assert!(matches!(with("[revocation]\nmaximum-age-seconds = -1"), Err(PolicyError::Syntax(_))));
    }

    #[test]
    fn signature_policies_are_named_by_number_and_digest() {
        let any = with("").unwrap();
        assert!(any.signature_policies().accepts("1.2.3") && any.signature_policies().digest("1.2.3").is_none());
        let text =
            format!("[signature-policies]\naccepted = [\"1.2.3\"]\nknown = {{ \"1.2.3\" = \"{:064x}\" }}", 1);
        let one = with(&text).unwrap();
        assert!(one.signature_policies().accepts("1.2.3") && !one.signature_policies().accepts("1.2.4"));
        assert!(one.signature_policies().digest("1.2.3").is_some());
        assert!(matches!(with("[signature-policies]\naccepted = [\"x\"]"), Err(PolicyError::Oid { .. })));
        let by_uri = with("[signature-policies]\naccepted = [\"https://policy.example/1\"]").unwrap();
        assert!(by_uri.signature_policies().accepts("https://policy.example/1"));
        assert!(!by_uri.signature_policies().accepts("https://policy.example/2"));
        let as_urn = "[signature-policies]\naccepted = [\"urn:oid:1.2.3\"]";
        assert!(matches!(with(as_urn), Err(PolicyError::Oid { .. })), "its numbers are what is compared");
        let short = "[signature-policies]\nknown = { \"1.2.3\" = \"00\" }";
        assert!(matches!(with(short), Err(PolicyError::Digest { .. })));
    }

    #[test]
    fn required_levels_are_levels() {
        assert_eq!(Policy::builtin("archive").unwrap().required_levels(), ["LT", "LTA"]);
        assert!(matches!(with("[signer]\nrequired-levels = [\"X\"]"), Err(PolicyError::FormatLevel { .. })));
    }
}
