//! The sets with known truth, and whether a report says what is true.

#![allow(dead_code, reason = "two test binaries include this module, and one of them uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sigillum::pki::Certificate;
use sigillum::trust::{TrustAnchor, TrustStore};
use sigillum::validation::Report;

use super::support;
use super::support::test_pki;

/// A set with known truth.
pub(crate) struct Set {
    /// Who is believed.
    pub(crate) trust: Arc<TrustStore>,
    /// The certificates that are given.
    pub(crate) intermediates: Vec<Arc<Certificate>>,
    pub(crate) files: Vec<Truth>,
}

/// What is true of one file.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// What has to be given besides: names and files.
    pub(crate) contents: Vec<(String, PathBuf)>,
    is_xml: bool,
    truth: Value,
}

/// What a report says, from the value or from its JSON.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) answer: String,
    pub(crate) signatures: Vec<One>,
}

/// What is said of one signature.
#[derive(Debug)]
pub(crate) struct One {
    /// With the sub-indication: `INDETERMINATE/TRY_LATER`.
    pub(crate) verdict: String,
    pub(crate) reason: String,
    pub(crate) integrity: String,
    pub(crate) format: String,
    /// The verdicts on its counter-signatures.
    pub(crate) counters: Vec<String>,
}

impl Set {
    /// The PDF files of a set.
    pub(crate) fn load(shared: &Path, name: &str) -> Self {
        Self::of(shared, name, "pdf.json", false)
    }

    /// The XML files of a set.
    pub(crate) fn xml(shared: &Path, name: &str) -> Self {
        Self::of(shared, name, "xml.json", true)
    }

    fn of(shared: &Path, name: &str, list: &str, is_xml: bool) -> Self {
        let folder = shared.join("data").join(name);
        let truth: Value = serde_json::from_slice(&support::read(&folder.join(list))).unwrap();
        let anchors =
            ["peers/root.pem", "peers/root2.pem"].map(|name| test_pki::certificates(shared, name)).concat();
        let anchors = anchors.into_iter().map(|certificate| TrustAnchor { certificate, sunset: None });
        let file = |truth: &Value| {
            let name = text(truth, "file").to_owned();
            let more = truth["detached_more"].as_array().into_iter().flatten();
            let contents = std::iter::once(&truth["detached_data"]).chain(more).filter_map(Value::as_str);
            let place = |content: &str| {
                let places = ["xml", "."].map(|part| folder.join(part).join(content));
                (content.to_owned(), places.into_iter().find(|place| place.is_file()).unwrap())
            };
            let contents = contents.map(place).collect();
            Truth { path: folder.join(&name), name, contents, is_xml, truth: truth.clone() }
        };
        Self {
            trust: Arc::new(TrustStore::new(anchors.collect())),
            intermediates: test_pki::certificates(shared, "intermediates.pem"),
            files: truth["files"].as_array().unwrap().iter().map(file).collect(),
        }
    }
}

impl Said {
    pub(crate) fn of(report: &Report) -> Self {
        let one = |one: &sigillum::validation::SignatureReport| One {
            verdict: verdict(one.verdict.total_indication(), one.verdict.sub_indication()),
            reason: one.reason.code().to_owned(),
            integrity: one.integrity.name().to_owned(),
            format: one.format.to_owned(),
            counters: one
                .counter_signatures
                .iter()
                .map(|one| verdict(one.verdict.total_indication(), one.verdict.sub_indication()))
                .collect(),
        };
        Self {
            answer: report.summary.answer.name().to_owned(),
            signatures: report.signatures.iter().map(one).collect(),
        }
    }

    pub(crate) fn of_json(report: &Value) -> Self {
        let one = |one: &Value| One {
            verdict: verdict(text(one, "indication"), one["subIndication"].as_str()),
            reason: text(&one["reason"], "code").to_owned(),
            integrity: text(one, "integrity").to_owned(),
            format: text(one, "format").to_owned(),
            counters: one["counterSignatures"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| verdict(text(one, "indication"), one["subIndication"].as_str()))
                .collect(),
        };
        Self {
            answer: text(&report["summary"], "answer").to_owned(),
            signatures: report["signatures"].as_array().into_iter().flatten().map(one).collect(),
        }
    }

    /// Where a change after signing decides.
    fn is_changed(&self, found: &str) -> bool {
        let by_change = |one: &One| one.reason == "fc-changes-permitted" && one.integrity == "intact";
        found == "TOTAL-FAILED/FORMAT_FAILURE" && self.signatures.iter().any(by_change)
    }
}

impl Truth {
    pub(crate) fn is_contested(&self) -> bool {
        self.truth["contested"] == true
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.truth["password"].as_str()
    }

    /// Whether the document has all that it takes (EN 319 142-1: level LT).
    pub(crate) fn is_complete(&self) -> bool {
        let level = text(&self.truth, "level");
        level.ends_with("-B-LT") || level.ends_with("-B-LTA")
    }

    /// Whether to call the file valid is wrong in any case.
    pub(crate) fn is_bad(&self) -> bool {
        ["invalid", "indeterminate", "none"].contains(&text(&self.truth, "verdict"))
    }

    /// Whether the report says what is true, with the exact sub-indication.
    pub(crate) fn agrees(&self, said: &Said) -> Result<(), String> {
        let found: Vec<&str> = said.signatures.iter().map(|one| one.verdict.as_str()).collect();
        let fits = |wanted: &str| {
            let whole = wanted.contains('/');
            found.iter().any(|one| *one == wanted || (!whole && one.split('/').next() == Some(wanted)))
        };
        let answer = said.answer.as_str();
        let right = match text(&self.truth, "verdict") {
            "valid" => answer == "valid",
            "none" => answer == "no-signature" || found.iter().all(|one| *one == "TOTAL-FAILED/FORMAT_FAILURE"),
            "changed" => found.first().is_some_and(|one| *one == "TOTAL-PASSED" || said.is_changed(one)),
            "invalid" if !self.is_xml && text(&self.truth, "etsi") == "TOTAL-PASSED" => {
                answer == "not-valid" && found.iter().any(|one| said.is_changed(one))
            }
            "indeterminate" => answer == "cannot-tell" && self.wanted().into_iter().any(fits),
            "invalid" => answer != "valid" && self.wanted().into_iter().any(fits),
            _ => false,
        };
        if right && self.countersigned(said) {
            return Ok(());
        }
        let reasons: Vec<&str> = said.signatures.iter().map(|one| one.reason.as_str()).collect();
        let (verdict, etsi) = (text(&self.truth, "verdict"), text(&self.truth, "etsi"));
        Err(format!("{answer} {found:?} by {reasons:?}, but the truth is {verdict} {etsi}"))
    }

    /// Whether there are as many counter-signatures as there should be, each of them right where the file is.
    fn countersigned(&self, said: &Said) -> bool {
        let wanted = self.truth["counter_signatures"].as_u64().unwrap_or(0);
        let found: Vec<&String> = said.signatures.iter().flat_map(|one| &one.counters).collect();
        let passed = found.iter().all(|one| *one == "TOTAL-PASSED");
        found.len() as u64 == wanted && (passed || text(&self.truth, "verdict") != "valid")
    }

    /// Whether the first signature has the level of the truth.
    pub(crate) fn has_level(&self, said: &Said) -> Result<(), String> {
        let also = &self.truth["level_also"];
        let also = also.as_str().into_iter().chain(also.as_array().into_iter().flatten().filter_map(Value::as_str));
        let wanted = self.truth["level"].as_str().into_iter().chain(also).map(|level| match level {
            "PAdES-B-B" => "PAdES-BASELINE-B",
            "PAdES-B-T" => "PAdES-BASELINE-T",
            "PAdES-B-LT" => "PAdES-BASELINE-LT",
            "PAdES-B-LTA" => "PAdES-BASELINE-LTA",
            "PKCS7-B" => "PKCS7",
            "XAdES-B-B" => "XAdES-BASELINE-B",
            "XAdES-B-T" => "XAdES-BASELINE-T",
            "XAdES-B-LT" => "XAdES-BASELINE-LT",
            "XAdES-B-LTA" => "XAdES-BASELINE-LTA",
            "XMLDSIG" => "XMLDSig",
            "none" => "UNKNOWN",
            other => other,
        });
        let wanted: Vec<&str> = wanted.collect();
        match said.signatures.first().map(|one| one.format.as_str()) {
            // What cannot be read has no level.
            Some("UNKNOWN") if said.signatures.iter().any(|one| one.integrity == "broken") => Ok(()),
            Some(format) if !wanted.is_empty() && !wanted.contains(&format) => {
                Err(format!("{format}, but the truth is {wanted:?}"))
            }
            _ => Ok(()),
        }
    }

    fn wanted(&self) -> Vec<&str> {
        let also = self.truth["etsi_also"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let wanted = self.truth["etsi"].as_str().into_iter().chain(also);
        // A signature in a wrapped XML document may be right, but not the document.
        wanted.filter(|wanted| *wanted != "TOTAL-PASSED" || !self.is_bad()).collect()
    }
}

fn verdict(indication: &str, sub: Option<&str>) -> String {
    sub.map_or_else(|| indication.to_owned(), |sub| format!("{indication}/{sub}"))
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}
