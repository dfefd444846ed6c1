//! The members of the content, in their order. Unknown ones are refused: they might be what the verdict rested on.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::list::{candidates, few, lists, many, pieces};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContentForm<'a> {
    pub(super) software: SoftwareForm,
    pub(super) document: DocumentForm,
    pub(super) moment: MomentForm,
    pub(super) policy: PolicyForm,
    #[serde(borrow)]
    pub(super) trust: TrustForm<'a>,
    #[serde(borrow)]
    pub(super) evidence: EvidenceForm<'a>,
    #[serde(deserialize_with = "many")]
    pub(super) gathering: Vec<AttemptForm>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttemptForm {
    pub(super) kind: String,
    #[serde(rename = "for")]
    pub(super) certificate_sha256: String,
    pub(super) url: String,
    pub(super) outcome: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SoftwareForm {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentForm {
    pub(super) sha256: String,
    pub(super) size: u64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MomentForm {
    pub(super) at: String,
    pub(super) clock: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyForm {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) sha256: String,
    #[serde(deserialize_with = "few")]
    pub(super) texts: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustForm<'a> {
    pub(super) demo: bool,
    #[serde(borrow, deserialize_with = "many")]
    pub(super) anchors: Vec<AnchorForm<'a>>,
    #[serde(borrow, default, deserialize_with = "lists", skip_serializing_if = "Vec::is_empty")]
    pub(super) lists: Vec<ListForm<'a>>,
    #[serde(borrow, default, deserialize_with = "many", skip_serializing_if = "Vec::is_empty")]
    pub(super) supplementary: Vec<SupplementaryForm<'a>>,
    #[serde(default, deserialize_with = "many", skip_serializing_if = "Vec::is_empty")]
    pub(super) history: Vec<DocumentedForm>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DocumentedForm {
    pub(super) name: String,
    pub(super) certificate_sha256: String,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) uses: Vec<String>,
    pub(super) from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<String>,
    pub(super) source: String,
    pub(super) documented_on: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ListForm<'a> {
    pub(super) name: String,
    pub(super) scheme: String,
    #[serde(deserialize_with = "many")]
    pub(super) signers: Vec<SignerForm>,
    /// With `list`: when it was taken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) taken_at: Option<String>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<Der<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<RefusalForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) grace_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) announced_by: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignerForm {
    pub(super) sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RefusalForm {
    pub(super) code: String,
    pub(super) detail: String,
    pub(super) for_want_of_a_signer: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupplementaryForm<'a> {
    pub(super) name: String,
    pub(super) from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<String>,
    #[serde(borrow)]
    pub(super) der: Der<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnchorForm<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sunset: Option<String>,
    #[serde(borrow)]
    pub(super) der: Der<'a>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct EvidenceForm<'a> {
    #[serde(borrow, deserialize_with = "candidates")]
    pub(super) certificates: Vec<PieceForm<'a>>,
    #[serde(borrow, deserialize_with = "pieces")]
    pub(super) crls: Vec<PieceForm<'a>>,
    #[serde(borrow, deserialize_with = "pieces")]
    pub(super) ocsp_responses: Vec<PieceForm<'a>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PieceForm<'a> {
    pub(super) origin: String,
    /// Of an OCSP response: the nonce that was sent for it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<Der<'a>>,
    #[serde(borrow)]
    pub(super) der: Der<'a>,
}

/// Octets, in base64 with its padding (RFC 4648 §4).
pub(super) struct Der<'a>(Cow<'a, [u8]>);

impl<'a> Der<'a> {
    pub(super) const fn of(octets: &'a [u8]) -> Self {
        Self(Cow::Borrowed(octets))
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for Der<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Der<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Der<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let octets = STANDARD.decode(text).map_err(|_| E::custom("not base64"))?;
        Ok(Der(Cow::Owned(octets)))
    }
}
