//! What a record says, and the line in which it says it.

use serde::Serialize;

use crate::time::Timestamp;
use crate::validation::PolicyReference;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A document was validated.
    Validation,
    /// A document was sealed.
    Seal,
    /// A document was not sealed, since our own certificate could not seal then. Nothing was signed.
    SealRefused,
}

impl Act {
    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Seal => "seal",
            Self::SealRefused => "seal-refused",
        }
    }
}

/// One act, before it is tied into the chain.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The identifier of the report or of the seal.
    pub id: String,
    /// When it was done.
    pub time: Timestamp,
    /// What was done.
    pub act: Act,
    /// Who asked: the name of the caller in the configuration.
    pub caller: String,
    /// SHA-256 of the document as it was received, lowercase hex.
    pub document_sha256: String,
    /// Bytes of the document as it was received.
    pub document_size: u64,
    /// SHA-256 of the document as it was given back; for a seal.
    pub result_sha256: Option<String>,
    /// The profile; for a seal.
    pub profile: Option<String>,
    /// The policy that was applied; for a seal, the one that the result passed.
    pub policy: PolicyReference,
    /// The verdict on the document; for a seal, on our own seal; for one that was refused, on our certificate.
    pub verdict: &'static str,
    /// The check that decided; for a seal that was refused.
    pub reason: Option<&'static str>,
    /// SHA-256 of the certificate of the seal.
    pub certificate_sha256: Option<String>,
}

/// The form of the lines that are written now. A later form may add members, and never changes what one means.
const FORM: u32 = 1;

impl Entry {
    /// The entry as one line of JSON, without a line break: members in a fixed order, absent where there is nothing
    /// to say, no white space. The form's version stands first, the program's version last.
    #[must_use]
    pub fn to_line(&self) -> String {
        let line = Line {
            form: FORM,
            id: &self.id,
            time: &self.time.to_string(),
            act: self.act.name(),
            caller: &self.caller,
            document_sha256: &self.document_sha256,
            document_size: self.document_size,
            result_sha256: self.result_sha256.as_deref(),
            profile: self.profile.as_deref(),
            policy: Policy { name: &self.policy.name, version: &self.policy.version, sha256: &self.policy.sha256 },
            verdict: self.verdict,
            reason: self.reason,
            certificate_sha256: self.certificate_sha256.as_deref(),
            program: env!("CARGO_PKG_VERSION"),
        };
        let mut text = Vec::with_capacity(768);
        match serde_json::to_writer(&mut text, &line) {
            Ok(()) => String::from_utf8(text).unwrap_or_default(),
            // Texts and numbers only: there is nothing in it that JSON could not say.
            Err(_) => String::new(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    form: u32,
    id: &'a str,
    time: &'a str,
    act: &'a str,
    caller: &'a str,
    document_sha256: &'a str,
    document_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    policy: Policy<'a>,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_sha256: Option<&'a str>,
    program: &'a str,
}

#[derive(Serialize)]
struct Policy<'a> {
    name: &'a str,
    version: &'a str,
    sha256: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_all_of_an_entry_in_its_order() {
        let mut entry = Entry {
            id: "s-1".to_owned(),
            time: Timestamp::from_rfc3339("2026-11-22T10:11:12.50Z").unwrap(),
            act: Act::Seal,
            caller: "form \"A\"\n".to_owned(),
            document_sha256: "d0".to_owned(),
            document_size: 7,
            result_sha256: Some("d1".to_owned()),
            profile: Some("demo".to_owned()),
            policy: PolicyReference {
                name: "default".to_owned(),
                version: "1".to_owned(),
                sha256: "d2".to_owned(),
            },
            verdict: "TOTAL-PASSED",
            reason: None,
            certificate_sha256: Some("d3".to_owned()),
        };
        let program = env!("CARGO_PKG_VERSION");
        let policy = r#""policy":{"name":"default","version":"1","sha256":"d2"}"#;
        let begin = r#"{"form":1,"id":"s-1","time":"2026-11-22T10:11:12.50Z","act":"seal","caller":"form \"A\"\n","documentSha256":"d0","documentSize":7"#;
        let expected = format!(
            r#"{begin},"resultSha256":"d1","profile":"demo",{policy},"verdict":"TOTAL-PASSED","certificateSha256":"d3","program":"{program}"}}"#
        );
        assert_eq!(entry.to_line(), expected);
        (entry.act, entry.verdict, entry.reason) =
            (Act::SealRefused, "INDETERMINATE", Some("xcv-revocation-known"));
        let said = r#""verdict":"INDETERMINATE","reason":"xcv-revocation-known","certificateSha256":"d3""#;
        assert!(entry.to_line().contains(said) && entry.to_line().contains(r#""act":"seal-refused""#));
        (entry.act, entry.verdict, entry.reason) = (Act::Validation, "TOTAL-PASSED", None);
        (entry.result_sha256, entry.profile, entry.certificate_sha256) = (None, None, None);
        let begin = begin.replace("seal", "validation");
        let expected = format!(r#"{begin},{policy},"verdict":"TOTAL-PASSED","program":"{program}"}}"#);
        assert_eq!(entry.to_line(), expected);
    }
}
