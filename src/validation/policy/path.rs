//! What a policy says about certification paths: the inputs of RFC 5280 §6.1.1 (c), (e), (f), (g).

use serde::Deserialize;

use super::PolicyError;
use crate::syntax::der::Oid;

/// The inputs of path validation that a policy sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathRules {
    /// `user-initial-policy-set`: the certificate policies of which one has to be valid; `None` is `any-policy`.
    pub initial_policies: Option<Vec<Oid>>,
    /// `initial-explicit-policy`: every path has to be valid for a certificate policy.
    pub require_explicit_policy: bool,
    /// `initial-policy-mapping-inhibit`: no policy is worth another.
    pub inhibit_policy_mapping: bool,
    /// `initial-any-policy-inhibit`: `anyPolicy` stands for no policy.
    pub inhibit_any_policy: bool,
    /// The anchor's own certificate is held to the rules for a CA, and what it says of names, path length and
    /// certificate policies counts (RFC 5937). Its signature, validity and revocation are never looked at.
    pub examine_anchor: bool,
}

/// `[path]` of a policy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PathText {
    initial_policies: Option<Vec<String>>,
    #[serde(default)]
    require_explicit_policy: bool,
    #[serde(default)]
    inhibit_policy_mapping: bool,
    #[serde(default)]
    inhibit_any_policy: bool,
    #[serde(default)]
    examine_anchor: bool,
}

impl PathText {
    pub(super) fn rules(self) -> Result<PathRules, PolicyError> {
        let oid = |text: String| Oid::from_dotted(&text).ok_or(PolicyError::Oid { text });
        let initial_policies = match self.initial_policies {
            None => None,
            Some(policies) => Some(policies.into_iter().map(oid).collect::<Result<_, _>>()?),
        };
        Ok(PathRules {
            initial_policies,
            require_explicit_policy: self.require_explicit_policy,
            inhibit_policy_mapping: self.inhibit_policy_mapping,
            inhibit_any_policy: self.inhibit_any_policy,
            examine_anchor: self.examine_anchor,
        })
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
    fn the_inputs_of_path_validation_are_read() {
        assert_eq!(*Policy::builtin("default").unwrap().path(), PathRules::default());
        let policy = with("[path]\ninitial-policies = [\"1.2.3\"]\nrequire-explicit-policy = true").unwrap();
        let expected = PathRules {
            initial_policies: Some(vec![Oid::from_dotted("1.2.3").unwrap()]),
            require_explicit_policy: true,
            ..PathRules::default()
        };
        assert_eq!(*policy.path(), expected);
    }

    #[test]
    fn what_is_no_identifier_and_unknown_members_are_refused() {
        assert!(matches!(with("[path]\ninitial-policies = [\"x\"]"), Err(PolicyError::Oid { .. })));
        assert!(matches!(with("[path]\nlenient = true"), Err(PolicyError::Syntax(_))));
    }
}
