//! The configuration of the demo: an ordinary one, so that the demo takes the way that everybody takes.

use super::JOURNAL;
use super::crl;

/// The profile of the demo.
pub(super) const PROFILE: &str = "demo";

/// The policy that its seals must pass, and that judges them afterwards where none is named.
pub(super) const POLICY: &str = "default";

/// What its seals say of themselves.
pub(super) const CLAIM: &str = "DEMO";

/// The text of `sigillum.toml`.
pub(super) fn text(token_sha256: &str) -> String {
    let evidence = crl::FILES.map(|file| format!("{file:?}")).join(", ");
    format!(
        r#"# The configuration of the demo, made by `sigillum serve`. Nothing of it has legal effect.
# What each key means: deploy/sigillum.toml in the sources.
demo = true

[server]
listen = "127.0.0.1:8443"
certificate-file = "tls.pem"
key-file = "tls.key"

[trust]
evidence-files = [{evidence}]

[outbound]
cache-folder = "../evidence-cache"

[trust.anchors.demo]
certificate-file = "root.pem"

[trust.lists.demo]
scheme = "demo"
file = "trust-list.xml"
signers.demo.certificate-file = "list-signer.pem"

[policies]
offered = ["{POLICY}", "strict", "archive", "no-revocation"]

[keys.demo]
algorithm = "ecdsa-p256-sha256"
store = "pkcs8"
key-file = "seal.key"
certificate-file = "seal.pem"

[profiles.{PROFILE}]
key = "demo"
policy = "{POLICY}"
reason = "{CLAIM}"
location = "{CLAIM}"

[callers.demo]
token-sha256 = "{token_sha256}"
roles = ["validator", "archivist", "sealer"]
profiles = ["{PROFILE}"]

[journal]
sqlite-file = "../{JOURNAL}"
"#
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config;

    #[test]
    fn the_demo_has_a_good_configuration_and_says_that_it_is_one() {
        let parsed = config::parse(&text(&"0".repeat(64)), Path::new("/data/demo"), 2).unwrap();
        assert!(parsed.config.demo && parsed.config.server.listen.ip().is_loopback());
        assert_eq!(parsed.config.profiles[PROFILE].policy, POLICY);
    }
}
