//! What law makes of a signature, and what its certificate says of its holder.

use serde::Serialize;

use crate::reporting::{Show, Texts};
use crate::validation::qualification::{CertificateClaims, European, FourChecks, LegalReason, SwissLegal};
use crate::validation::{CheckResult, SignatureReport};

/// By scheme; absent is what there is no list of.
#[derive(Serialize)]
pub(super) struct LegalView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ch: Option<SwissView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eu: Option<EuropeanView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    demo: Option<SwissView>,
}

impl<'a> LegalView<'a> {
    pub(super) fn new(signature: &'a SignatureReport, texts: &Texts) -> Self {
        let swiss = |legal: &SwissLegal| SwissView::new(signature, legal, texts);
        let legal = &signature.legal;
        Self {
            ch: legal.ch.as_ref().map(swiss),
            eu: legal.eu.as_ref().map(EuropeanView::new),
            demo: legal.demo.as_ref().map(swiss),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SwissView {
    class: &'static str,
    equals_handwriting: bool,
    reasons: Vec<&'static str>,
    four_checks: FourChecksView,
}

impl SwissView {
    fn new(signature: &SignatureReport, legal: &SwissLegal, texts: &Texts) -> Self {
        Self {
            class: legal.judged.class.name(),
            equals_handwriting: legal.judged.equals_handwriting,
            reasons: codes(&legal.judged.reasons),
            four_checks: FourChecksView::new(signature, legal, texts),
        }
    }
}

#[derive(Serialize)]
struct FourChecksView {
    integrity: CheckedView,
    identity: CheckedView,
    validity: CheckedView,
    time: CheckedView,
}

#[derive(Serialize)]
struct CheckedView {
    result: &'static str,
    text: String,
}

impl FourChecksView {
    fn new(signature: &SignatureReport, legal: &SwissLegal, texts: &Texts) -> Self {
        let FourChecks { integrity, identity, validity, time, revocation_is_open: _ } = legal.four_checks;
        let said = texts.four_checks(signature, legal, Show::Verbatim);
        let [of_integrity, of_identity, of_validity, of_time] = said;
        let view = |result: CheckResult, text| CheckedView { result: result.name(), text };
        Self {
            integrity: view(integrity, of_integrity),
            identity: view(identity, of_identity),
            validity: view(validity, of_validity),
            time: view(time, of_time),
        }
    }
}

#[derive(Serialize)]
struct EuropeanView<'a> {
    class: &'a str,
    reasons: Vec<&'static str>,
}

impl<'a> EuropeanView<'a> {
    fn new(legal: &'a European) -> Self {
        Self { class: legal.class, reasons: codes(&legal.reasons) }
    }
}

fn codes(reasons: &[LegalReason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.name()).collect()
}

/// What the certificate says, as claimed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClaimsView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<UidView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pseudonym: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<LimitView<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notices: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    policies: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UidView<'a> {
    number: &'a str,
    check_digit_holds: bool,
}

#[derive(Serialize)]
struct LimitView<'a> {
    currency: &'a str,
    amount: i64,
    exponent: i64,
}

impl<'a> ClaimsView<'a> {
    /// Nothing where there is nothing to say.
    pub(super) fn new(claims: &'a CertificateClaims) -> Option<Self> {
        let limit = |limit: &'a crate::pki::QcLimit| LimitView {
            currency: &limit.currency,
            amount: limit.amount,
            exponent: limit.exponent,
        };
        let uid = claims.uid.as_ref();
        (*claims != CertificateClaims::default()).then(|| Self {
            uid: uid.map(|uid| UidView { number: &uid.number, check_digit_holds: uid.check_digit_holds }),
            function: claims.function.as_deref(),
            pseudonym: claims.pseudonym.as_deref(),
            limits: claims.limits.iter().map(limit).collect(),
            notices: &claims.notices,
            policies: &claims.policies,
        })
    }
}
