//! The Swiss class of a signature, as tables of rules with the article beside each (`ZertES` SR 943.03, `VZertES` SR 943.032,
//! OR SR 220). The list does not say "qualified" or "regulated": both are issued by a `CA/QC` service, and the certificate
//! decides. There is no qualified seal in Swiss law.
//!
//! The stages in their order: what ends the question ([`GATES`]), the status of the issuer ([`STATUS`]), the time
//! ([`TIME`]), contradictions ([`CONTRADICTIONS`]), what each class asks for ([`QUALIFIED`], [`REGULATED`], [`SEAL`]), what
//! OR art. 14(2bis) asks for besides ([`HANDWRITING`]). Contradictions are named, never guessed away.
//!
//! Not judged here: whether an attribute of the certificate is true, whether a limit or a scope of use allows the signature
//! (`ZertES` art. 7(3)); both are shown as the certificate has them.

use super::certificate::Content;
use super::facts::{Facts, Governing, Lists, RevocationFacts, governing, is_overdue_at, list_trust};
use super::reason::LegalReason;
use super::time::{Qualified, over_signature};
use crate::pki::Certificate;
use crate::time::Timestamp;
use crate::trust::{ListTrust, Period, Scheme, Service, ServiceKind, ServiceStatus};
use crate::validation::verdict::Verdict;

/// The class of a signature under Swiss law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwissClass {
    /// It cannot be said.
    NotDetermined,
    /// Advanced, at best (`ZertES` art. 2 let. b).
    Advanced,
    /// A regulated seal (let. d).
    RegulatedSeal,
    /// A regulated signature (let. c).
    RegulatedSignature,
    /// A qualified signature (let. e).
    QualifiedSignature,
}

impl SwissClass {
    /// Every class.
    pub const ALL: [Self; 5] = [
        Self::QualifiedSignature,
        Self::RegulatedSignature,
        Self::RegulatedSeal,
        Self::Advanced,
        Self::NotDetermined,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QualifiedSignature => "qualified-electronic-signature",
            Self::RegulatedSignature => "regulated-electronic-signature",
            Self::RegulatedSeal => "regulated-electronic-seal",
            Self::Advanced => "advanced",
            Self::NotDetermined => "not-determined",
        }
    }

    /// The class of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// What Swiss law makes of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swiss {
    /// The class.
    pub class: SwissClass,
    /// Equal to handwriting (OR art. 14(2bis)).
    pub equals_handwriting: bool,
    /// Why, in the order of the rules.
    pub reasons: Vec<LegalReason>,
}

/// What a rule leads to where it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// The class is this.
    To(SwissClass),
    /// The class asked for is not reached.
    NotReached,
    /// It is said, and changes nothing.
    Nowhere,
}

/// One rule: where it applies, it is a reason.
pub struct Rule {
    /// The reason that it is.
    pub reason: LegalReason,
    /// The article.
    pub article: &'static str,
    /// What follows.
    pub leads: Leads,
    applies: fn(&Case<'_>) -> bool,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule").field("reason", &self.reason).field("article", &self.article).finish_non_exhaustive()
    }
}

/// A signature under one entry of the list.
struct Case<'c> {
    facts: &'c Facts<'c>,
    lists: &'c dyn Lists,
    signer: Option<&'c Certificate>,
    content: Content,
    found: Option<Governing<'c>>,
    /// The entry by which it is judged.
    service: Option<&'c Service>,
    stamps: Vec<Qualified>,
}

const UNDETERMINED: Leads = Leads::To(SwissClass::NotDetermined);
const ADVANCED: Leads = Leads::To(SwissClass::Advanced);

macro_rules! rules {
    ($($(#[$doc:meta])* $visibility:vis $table:ident: $leads:expr => { $($reason:ident, $article:literal, $applies:expr;)* })*) => {
        $($(#[$doc])* $visibility const $table: &[Rule] = &[
            $(Rule { reason: LegalReason::$reason, article: $article, leads: $leads, applies: $applies }),*
        ];)*
    };
}

/// What ends the question. The first one that applies decides.
pub const GATES: &[Rule] = &[
    gate(LegalReason::NotPassed, "ZertES 2 let. b", UNDETERMINED, |case| case.facts.verdict != Verdict::Passed),
    gate(LegalReason::CertificateRevoked, "ZertES 2 let. b", UNDETERMINED, |case| {
        case.facts.revocation == RevocationFacts::Revoked
    }),
    gate(LegalReason::NotListed, "ZertES 2 let. g, 5(2), 20", ADVANCED, |case| case.found.is_none()),
    gate(LegalReason::ListRefused, "ZertES 5(2)", UNDETERMINED, |case| case.trust() == ListTrust::Refused),
    gate(LegalReason::ListUnverified, "ZertES 5(2)", UNDETERMINED, |case| case.trust() == ListTrust::Unverified),
    gate(LegalReason::IssuerNotListed, "ZertES 5(2)", ADVANCED, |case| !case.is_issued_as_listed()),
    gate(LegalReason::NoCaService, "ZertES 2 let. g", ADVANCED, |case| !case.service.is_some_and(issues)),
    gate(LegalReason::TransitionEnded, "VZertES 17", ADVANCED, |case| {
        case.is_issued_before_2017() && case.facts.best_signature_time >= END_OF_TRANSITION
    }),
];

rules! {
    /// The status of the issuer when the certificate was issued and when the signature is proven to have existed. All that
    /// apply are named.
    pub STATUS: UNDETERMINED => {
        ListOverdue, "ZertES 5(2)", |case| case.with_service(|service| is_overdue_at(service, case.lists, case.time()));
        UnknownCriticalExtension, "TS 119 612 5.5.9", |case| [case.at_issuance(), case.at_time()]
            .into_iter()
            .flatten()
            .any(|period| period.has_unknown_critical_extension);
        NoStatusAtIssuance, "ZertES 2 let. g", |case| case.at_issuance().is_none();
        NotGrantedAtIssuance, "ZertES 2 let. g", |case| case.at_issuance().is_some_and(|period| !is_granted(period));
        NoStatusAtTime, "ZertES 2 let. g", |case| case.at_time().is_none();
        NotGrantedAtTime, "ZertES 2 let. g", |case| case.at_time().is_some_and(|period| !is_granted(period));
    }

    /// The certificate has to be valid when the signature is made. All that apply are named.
    pub TIME: UNDETERMINED => {
        OutsideValidity, "ZertES 2 let. c, d", |case| case.signer.is_none_or(|signer| {
            case.time() < signer.not_before() || case.time() > signer.not_after()
        });
        ShortTermWithoutTimestamp, "ZertES 2 let. c, d; EN 319 412-1 5.2", |case| {
            case.signer.is_some_and(Certificate::is_valassured_short_term)
                && !case.facts.stamps.iter().any(|stamp| stamp.passed && stamp.covers_signature)
        };
    }

    /// What contradicts itself. All that apply are named.
    pub CONTRADICTIONS: UNDETERMINED => {
        HolderUnclear, "ZertES 7(2) let. c", |case| !case.content.is_person && !case.content.is_organisation;
        SeveralTypes, "ZertES 2 let. c, d", |case| case.content.types > 1;
        WebType, "VZertES 4(1)", |case| case.content.types == 1 && case.content.web;
        SealTypeOfPerson, "ZertES 2 let. d", |case| {
            case.content.types == 1 && case.content.eseal && case.content.is_person
        };
        SignatureTypeOfOrganisation, "ZertES 2 let. c", |case| {
            case.content.types == 1 && case.content.esign && case.content.is_organisation
        };
        ServiceNotForSignatures, "ZertES 5(2)", |case| {
            case.content.is_person && !case.at_time().is_some_and(|period| period.uses.signatures)
        };
        ServiceNotForSeals, "ZertES 5(2)", |case| {
            case.content.is_organisation && !case.at_time().is_some_and(|period| period.uses.seals)
        };
        NoteInOtherLanguage, "ZertES 7(2) let. b, 8", |case| {
            case.content.note.in_other_language && !case.content.note.is_english()
        };
        NoteNegated, "ZertES 7(2) let. b, 8", |case| case.content.note.negated;
        ContradictoryNotes, "ZertES 8", |case| case.content.note.qualified && case.content.note.regulated;
        LegalPersonsNoteOfPerson, "ZertES 2 let. c, d", |case| {
            case.content.is_person && case.content.note.legal_persons
        };
        QualifiedNoteOfOrganisation, "ZertES 8", |case| {
            case.content.is_organisation && case.content.note.qualified
        };
        OtherLegislation, "ZertES 20", |case| case.content.is_of_other_legislation;
        TimestampUnit, "ZertES 2 let. j", |case| case.content.is_timestamp_unit;
        AuthenticationCertificate, "VZertES 4(1) let. b", |case| case.content.is_for_authentication;
        CaCertificate, "ZertES 7", |case| case.content.is_ca;
        NoSigningUsage, "VZertES 4(1)", |case| !case.content.may_sign;
    }

    /// What a qualified signature asks for; each that applies is missing.
    pub QUALIFIED: Leads::NotReached => {
        NoNote, "ZertES 7(2) let. b, 8", |case| !case.content.note.qualified;
        NoSscd, "ZertES 2 let. c, 6", |case| !case.content.has_device;
        NoQc, "ZertES 2 let. h, 8", |case| !case.content.is_called_qualified;
        NoNonRepudiation, "ZertES 8", |case| !case.content.binds;
    }

    /// What a regulated signature asks for.
    pub REGULATED: Leads::NotReached => {
        NoNote, "ZertES 7(2) let. b", |case| !case.content.note.regulated;
        NoSscd, "ZertES 2 let. c, 6", |case| !case.content.has_device;
    }

    /// What a regulated seal asks for. Nobody asks for `QcCompliance`: real ones do not have it.
    pub SEAL: Leads::NotReached => {
        NoOrganizationIdentifier, "ZertES 2 let. d, 7(2) let. e", |case| !case.content.has_identifier;
        NoUid, "ZertES 2 let. d; UIDG 3(1) let. c", |case| case.content.has_identifier && case.content.uid.is_none();
        NoSealType, "ZertES 2 let. d", |case| !case.content.eseal && !case.content.note.legal_persons;
        NoSscd, "ZertES 2 let. d, 6", |case| !case.content.has_device;
    }

    /// What a qualified signature needs to be equal to handwriting.
    pub HANDWRITING: Leads::NotReached => {
        NoQualifiedTimestamp, "OR 14(2bis); ZertES 2 let. j", |case| case.stamps.is_empty();
        QualifiedTimestampAfterValidity, "OR 14(2bis); ZertES 2 let. c", |case| {
            !case.stamps.is_empty() && case.timely().is_none()
        };
        RevocationNotShown, "OR 14(2bis); ZertES 2 let. e", |case| case.facts.revocation == RevocationFacts::Open;
        ChangesNotPermitted, "OR 14(2bis)", |case| !case.facts.changes_permitted;
    }

    /// What is said besides.
    pub REMARKS: Leads::Nowhere => {
        ListOverdueNow, "ZertES 5(2)", |case| case.with_service(|service| {
            case.lists.list_of(service).is_some_and(|list| list.was_due_before(case.facts.at))
                && !is_overdue_at(service, case.lists, case.time())
        });
        IssuedBefore2017, "VZertES 17", |case| case.is_issued_before_2017();
        IssuingServiceWithdrawnSince, "ZertES 2 let. g", |case| {
            case.at_time().is_some_and(is_granted)
                && case.with_service(|service| service.at(case.facts.at).is_none_or(|period| !is_granted(period)))
        };
        TimestampServiceWithdrawnSince, "ZertES 2 let. j", |case| {
            !case.stamps.is_empty() && case.stamps.iter().all(|stamp| stamp.withdrawn_since)
        };
        RemoteKeyService, "ZertES 5(2)", |case| case.found.as_ref().is_some_and(|found| {
            found.services.iter().any(|service| {
                service.at(case.time()).is_some_and(|period| {
                    period.kind == ServiceKind::RemoteQscd && period.status == ServiceStatus::Granted
                })
            })
        });
        QcStatementMalformed, "EN 319 412-5 4", |case| case.content.has_malformed_statement;
        UidCheckDigit, "UIDV 2", |case| case.content.uid.as_ref().is_some_and(|uid| !uid.check_digit_holds);
    }
}

/// Where the list names an authority by the certificate of its root: the root, and the authority that is meant. Who is
/// issued by another one below that root is not listed.
const NAMED_BY_ROOT: &[(&str, &str)] = &[("Swiss Government Root CA IV", "Swiss Government Regulated CA 02")];

/// 2017-01-01, 00:00 in Switzerland: `ZertES` of 2016 comes into force.
const START_OF_ACT: Timestamp = Timestamp::from_unix(1_483_225_200);

/// 2020-01-01, 00:00 in Switzerland: certificates under the former law are good no more.
const END_OF_TRANSITION: Timestamp = Timestamp::from_unix(1_577_833_200);

const fn gate(reason: LegalReason, article: &'static str, leads: Leads, applies: fn(&Case<'_>) -> bool) -> Rule {
    Rule { reason, article, leads, applies }
}

/// The class of a signature by the lists of `scheme`: Switzerland's, or a demo that is read like one.
#[must_use]
pub fn swiss(facts: &Facts<'_>, scheme: Scheme, lists: &dyn Lists) -> Swiss {
    swiss_by(facts, scheme, lists, over_signature(facts, scheme, lists))
}

/// The same by the qualified time-stamps that were found.
pub(super) fn swiss_by(facts: &Facts<'_>, scheme: Scheme, lists: &dyn Lists, stamps: Vec<Qualified>) -> Swiss {
    let signer = facts.path.first().copied();
    let content = signer.map(Content::of).unwrap_or_default();
    let found = governing(&facts.path, scheme, lists);
    let mut case = Case { facts, lists, signer, content, found, service: None, stamps };
    let entries = case.entries();
    let mut outcomes: Vec<Swiss> = Vec::new();
    for entry in entries {
        case.service = entry;
        let outcome = judge(&case);
        if outcomes.iter().all(|other| other.class != outcome.class) {
            outcomes.push(outcome);
        }
    }
    match <[Swiss; 1]>::try_from(outcomes) {
        Ok([outcome]) => outcome,
        // There is always an entry, so these are several: they contradict each other.
        Err(_) => Swiss {
            class: SwissClass::NotDetermined,
            equals_handwriting: false,
            reasons: vec![LegalReason::ServicesConflict],
        },
    }
}

/// The authority that the listed certificate of a root stands for.
pub(super) fn named_by_root(listed: &Certificate) -> Option<&'static str> {
    let name = listed.subject().common_name()?;
    NAMED_BY_ROOT.iter().find(|(root, _)| *root == name).map(|(_, authority)| *authority)
}

fn judge(case: &Case<'_>) -> Swiss {
    let class = |class, reasons| Swiss { class, equals_handwriting: false, reasons };
    if let Some(gate) = GATES.iter().find(|gate| (gate.applies)(case)) {
        let Leads::To(reached) = gate.leads else { return class(SwissClass::NotDetermined, vec![gate.reason]) };
        return class(reached, vec![gate.reason]);
    }
    let status = applying(STATUS, case);
    if !status.is_empty() {
        return class(SwissClass::NotDetermined, status);
    }
    for stage in [TIME, CONTRADICTIONS] {
        let found = applying(stage, case);
        if !found.is_empty() {
            return class(SwissClass::NotDetermined, with(found, applying(REMARKS, case)));
        }
    }
    let note = case.content.note;
    let (asked, rules) = if case.content.is_organisation {
        (SwissClass::RegulatedSeal, SEAL)
    } else if note.regulated {
        (SwissClass::RegulatedSignature, REGULATED)
    } else {
        (SwissClass::QualifiedSignature, QUALIFIED)
    };
    let missing = applying(rules, case);
    if !missing.is_empty() {
        return class(SwissClass::Advanced, with(missing, applying(REMARKS, case)));
    }
    if asked != SwissClass::QualifiedSignature {
        return class(asked, applying(REMARKS, case));
    }
    let short = applying(HANDWRITING, case);
    Swiss { class: asked, equals_handwriting: short.is_empty(), reasons: with(short, applying(REMARKS, case)) }
}

fn applying(rules: &[Rule], case: &Case<'_>) -> Vec<LegalReason> {
    rules.iter().filter(|rule| (rule.applies)(case)).map(|rule| rule.reason).collect()
}

fn with(mut reasons: Vec<LegalReason>, more: Vec<LegalReason>) -> Vec<LegalReason> {
    reasons.extend(more);
    reasons
}

fn is_granted(period: &Period) -> bool {
    period.kind == ServiceKind::CaQc && period.status == ServiceStatus::Granted
}

/// Whether a service is or was one that issues certificates.
fn issues(service: &Service) -> bool {
    service.periods.iter().any(|period| period.kind == ServiceKind::CaQc)
}

impl<'c> Case<'c> {
    /// The entries by which it has to be judged: those that issue certificates, and of them those that are listed for what
    /// the holder is, where there is one. Never none: without an entry it is judged by none.
    fn entries(&self) -> Vec<Option<&'c Service>> {
        let services = self.found.iter().flat_map(|found| found.services.iter().copied());
        let issuing: Vec<&Service> = services.clone().filter(|service| issues(service)).collect();
        let covering: Vec<Option<&Service>> =
            issuing.iter().copied().filter(|service| self.is_covered(service)).map(Some).collect();
        if !covering.is_empty() {
            return covering;
        }
        if !issuing.is_empty() {
            return issuing.into_iter().map(Some).collect();
        }
        vec![services.into_iter().next()]
    }

    fn is_covered(&self, service: &Service) -> bool {
        let uses =
            service.at(self.time()).or_else(|| service.current()).map(|period| period.uses).unwrap_or_default();
        (self.content.is_person && uses.signatures) || (self.content.is_organisation && uses.seals)
    }

    fn with_service(&self, holds: impl Fn(&Service) -> bool) -> bool {
        self.service.is_some_and(holds)
    }

    const fn time(&self) -> Timestamp {
        self.facts.best_signature_time
    }

    fn at_issuance(&self) -> Option<&'c Period> {
        self.service?.at(self.signer?.not_before())
    }

    fn at_time(&self) -> Option<&'c Period> {
        self.service?.at(self.time())
    }

    fn trust(&self) -> ListTrust {
        self.service.map_or(ListTrust::Unverified, |service| list_trust(service, self.lists))
    }

    fn is_issued_before_2017(&self) -> bool {
        self.signer.is_some_and(|signer| signer.not_before() < START_OF_ACT)
    }

    /// Whether the signer is issued by what is listed: directly, or by the authority that the certificate of a root stands
    /// for.
    fn is_issued_as_listed(&self) -> bool {
        let Some(found) = &self.found else { return false };
        let Some(listed) = self.facts.path.get(found.index) else { return false };
        let above = self.facts.path.get(1).filter(|_| found.index == 2);
        match named_by_root(listed) {
            None => found.index == 1,
            Some(authority) => above.is_some_and(|issuer| issuer.subject().common_name() == Some(authority)),
        }
    }

    /// A qualified time-stamp that was made while the certificate was valid.
    fn timely(&self) -> Option<&Qualified> {
        let until = self.signer?.not_after();
        self.stamps.iter().find(|stamp| stamp.time <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dates_of_the_transition_are_midnight_in_switzerland() {
        let time = |text| Timestamp::from_rfc3339(text).unwrap();
        assert_eq!(START_OF_ACT, time("2017-01-01T00:00:00+01:00"));
        assert_eq!(END_OF_TRANSITION, time("2020-01-01T00:00:00+01:00"));
    }

    #[test]
    fn a_class_has_one_name() {
        for class in SwissClass::ALL {
            assert_eq!(SwissClass::from_name(class.name()), Some(class));
            assert!(!class.name().contains("qualified-electronic-seal"));
        }
    }
}
