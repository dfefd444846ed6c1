//! Validation of the signer's certificate (EN 319 102-1 §5.2.6, XCV).
//!
//! [`chains`] collects the facts: every path to an anchor, and for each certificate below the anchor whether revocation
//! data are required of it and what was found. [`status`] judges one chain for a time and gives the **set** of
//! objections (`x509status`): no doubt ends the walk, since long-term and past validation answer each by its own row,
//! for every certificate. So an expired signer never hides a revoked CA, nor a stale CRL of a CA an early expiry.
//!
//! The order is that of the decision: first the rules that no time can heal (RFC 5280 §6.1, what the key is for), then
//! the walk from the signer up, each certificate with its status, validity, freshness and algorithms.

use std::rc::Rc;

use crate::limits::{Budget, LimitExceeded};
use crate::syntax::url::HttpUrl;
use crate::time::Timestamp;
use crate::validation::block::algorithms::{Item, of_certificate, of_value, weaknesses};
use crate::validation::block::usage::usage;
use crate::validation::check::{CheckId, Context, Level, Role};
use crate::validation::ledger::{Decision, Ledger};
use crate::validation::message::{Message, Term};
use crate::validation::need::{Attempt, NeedKind};
use crate::validation::path::{Candidate, Holder, Inputs, PathFault, build, ranked, validity};
use crate::validation::policy::Policy;
use crate::validation::process::Case;
use crate::validation::revocation::{Datum, Duty, Findings, Part, Status, findings, fresh, not_required, select};

/// One path with what is known of each certificate. Facts: nothing here depends on the time for which is judged.
#[derive(Debug)]
pub(in crate::validation) struct Chain {
    /// All certificates, the signer first, the anchor last where there is one.
    pub(in crate::validation) path: Vec<Rc<Holder>>,
    /// Whether the last one is an anchor.
    pub(in crate::validation) anchored: bool,
    /// When trust in the anchor ends, where an operator said so.
    pub(in crate::validation) sunset: Option<Timestamp>,
    /// Where the anchor is one of a trust list: the place of the listed certificate nearest to the signer, which governs
    /// the path, and from when on it has a status. A CA that is listed itself is not covered by the entry of its root.
    pub(in crate::validation) since: Option<(usize, Timestamp)>,
    /// The certificates below the anchor, the signer first. Where the signer is the anchor itself: the signer, if its
    /// issuer is at hand, for what revocation data say of it; else none.
    pub(in crate::validation) links: Vec<Link>,
    /// The rules of RFC 5280 §6.1 that the path breaks at any time.
    pub(in crate::validation) faults: Vec<PathFault>,
    /// Where no path leads to an anchor: every certificate whose issuer is not at hand.
    pub(in crate::validation) open: Vec<Rc<Holder>>,
}

/// A certificate of a path below the anchor.
#[derive(Debug)]
pub(in crate::validation) struct Link {
    /// The certificate.
    pub(in crate::validation) holder: Rc<Holder>,
    /// Why no revocation data are required of this certificate.
    pub(in crate::validation) not_required: Option<Term>,
    /// What revocation data say.
    pub(in crate::validation) findings: Rc<Findings>,
    /// How it was signed; none where the algorithm is not known.
    pub(in crate::validation) items: Option<Vec<Item>>,
    /// Whether it is an anchor: then it is believed beyond its validity, whoever issued it, and only revocation data
    /// that are there speak against it.
    pub(in crate::validation) is_anchor: bool,
}

impl Chain {
    /// The signer.
    pub(in crate::validation) fn signer(&self) -> Option<&Rc<Holder>> {
        self.path.first()
    }

    /// The CAs below the anchor.
    pub(in crate::validation) fn cas(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().skip(1)
    }

    /// What stands against the anchor where it has to be believed at `time`.
    pub(in crate::validation) fn without_status(&self, time: Timestamp) -> Option<Message> {
        let (index, since) = self.since.filter(|(_, since)| time < *since)?;
        let subject = self.path.get(index)?.subject.clone();
        Some(Message::NoStatusAtTime { subject, time, since })
    }

    /// Whether a certificate is the anchor of this chain.
    pub(in crate::validation) fn is_anchor(&self, holder: &Holder) -> bool {
        self.anchored && self.path.last().is_some_and(|anchor| anchor.fingerprint == holder.fingerprint)
    }
}

/// The role of the certificate at a place of the path.
pub(in crate::validation) const fn role(index: usize) -> Role {
    if index == 0 { Role::Signer } else { Role::Ca }
}

/// Whether the policy demands revocation data of the certificate at `index`, and the certificate is one of which any
/// are to be had.
pub(in crate::validation) fn required(policy: &Policy, context: Context, index: usize, link: &Link) -> bool {
    link.not_required.is_none()
        && !link.is_anchor
        && policy.level_of(context, role(index), CheckId::RevocationKnown) == Level::Fail
}

/// The algorithms with which a part of a datum is signed, and the certificates that stand beside the path for its sake.
pub(in crate::validation) fn part_items(part: &Part) -> Vec<Item> {
    let key = |holder: &Holder| holder.key.as_ref().map(|key| key.kind());
    let mut items = of_value(part.algorithm, key(&part.signer), Term::RevocationData);
    for pair in part.signer_path.windows(2) {
        if let [holder, issuer] = pair
            && let Ok(algorithm) = holder.algorithm
        {
            items.extend(of_value(algorithm, key(issuer), Term::RevocationData));
        }
    }
    items
}

/// The paths of `signer`: those to anchors that are trusted at the validation time, where there are none those to
/// anchors whose trust has ended, where there are none either the longest that ends anywhere.
pub(in crate::validation) fn chains(
    signer: &Rc<Holder>,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<Rc<[Chain]>, LimitExceeded> {
    if let Some(known) = case.chains.borrow().get(&signer.fingerprint) {
        return Ok(Rc::clone(known));
    }
    let at = case.moment.at;
    let paths = build(signer, at, case.evidence, case.trust, &case.keys, budget)?;
    let inputs = Inputs { time: at, rules: case.policy.path() };
    let level = |check| case.policy.level_of(Context::Signature, Role::Ca, check);
    let mut chains = Vec::new();
    for Candidate { path, result } in ranked(paths.complete, inputs, level, budget)? {
        chains.push(chain(path.holders().to_vec(), Some((path.sunset(), result.faults)), case, budget)?);
    }
    if chains.is_empty() {
        chains.push(Chain { open: paths.open, ..chain(paths.end.holders, None, case, budget)? });
    }
    let chains: Rc<[Chain]> = chains.into();
    case.chains.borrow_mut().insert(signer.fingerprint, Rc::clone(&chains));
    Ok(chains)
}

/// `judged`: where the path leads to an anchor, when trust in that ended, and what the rules say of the path.
fn chain(
    path: Vec<Rc<Holder>>,
    judged: Option<(Option<Timestamp>, Vec<PathFault>)>,
    case: &Case<'_>,
    budget: &mut Budget,
) -> Result<Chain, LimitExceeded> {
    let anchored = judged.is_some();
    let (sunset, faults) = judged.unwrap_or_default();
    let below = match path.split_last() {
        Some((_, below)) if anchored => below,
        _ => &path,
    };
    let mut links = Vec::with_capacity(below.len());
    for (index, holder) in below.iter().enumerate() {
        let issuer = path.get(index.saturating_add(1)).cloned();
        let findings = match &issuer {
            Some(issuer) => findings(holder, issuer, case, budget)?,
            None => Rc::default(),
        };
        links.push(Link {
            not_required: not_required(holder, if index == 0 { Duty::Signs } else { Duty::Issues }),
            items: of_certificate(holder, issuer.as_deref()),
            holder: Rc::clone(holder),
            findings,
            is_anchor: false,
        });
    }
    if let (true, [signer]) = (anchored, path.as_slice()) {
        links.extend(listed(signer, case, budget)?);
    }
    let timeless = |fault: &PathFault| !matches!(fault.check, CheckId::CaValidity | CheckId::AnchorTrusted);
    let faults = faults.into_iter().filter(timeless).collect();
    let begins = |holder: &Rc<Holder>| case.trust.believed_since(&holder.certificate);
    let governs = || path.iter().enumerate().find_map(|(index, holder)| Some((index, begins(holder)?)));
    let since = path.last().filter(|anchor| anchored && begins(anchor).is_some()).and_then(|_| governs());
    // A listed CA is believed; what is at hand and says that it is revoked is believed more.
    if let (Some(anchor), Some(_), true) = (path.last(), since, path.len() > 1) {
        let speaks_against = |link: &Link| {
            select(&link.findings, |_| true).is_some_and(|datum| !matches!(datum.status, Status::Good))
        };
        links.extend(listed(anchor, case, budget)?.filter(speaks_against));
    }
    Ok(Chain { path, anchored, sunset, since, links, faults, open: Vec::new() })
}

/// A signer that is an anchor, as a single unit of a trust list is, or a listed CA: with its revocation data, where its
/// issuer is at hand.
fn listed(signer: &Rc<Holder>, case: &Case<'_>, budget: &mut Budget) -> Result<Option<Link>, LimitExceeded> {
    if signer.certificate.is_self_issued() {
        return Ok(None);
    }
    let named = case.trust.named(signer.certificate.issuer()).map(|anchor| &anchor.certificate);
    let brought = case.evidence.certificates().iter();
    let brought = brought.filter(|one| one.subject().matches(signer.certificate.issuer()));
    for issuer in named.chain(brought).map(|certificate| case.keys.holder(certificate)) {
        if case.keys.issued(&issuer, signer, budget)? {
            let findings = findings(signer, &issuer, case, budget)?;
            let holder = Rc::clone(signer);
            return Ok(Some(Link {
                holder,
                not_required: None,
                findings,
                items: Some(Vec::new()),
                is_anchor: true,
            }));
        }
    }
    Ok(None)
}

/// What stands against a chain at a time, and what could answer it.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Objection {
    /// The check that does not hold.
    pub(in crate::validation) check: CheckId,
    /// What it is about, for who may answer it.
    pub(in crate::validation) ground: Ground,
    /// The place of the certificate in the path.
    pub(in crate::validation) index: usize,
    /// The certificate, as reports name it.
    pub(in crate::validation) object: Option<String>,
    /// What was found.
    pub(in crate::validation) detail: Option<Message>,
    /// What the policy makes of it.
    pub(in crate::validation) level: Level,
    /// Whether a later process has answered it.
    pub(in crate::validation) answered: bool,
}

impl Objection {
    /// Whether it still decides against the chain.
    pub(in crate::validation) fn is_open(&self) -> bool {
        self.level == Level::Fail && !self.answered
    }

    /// The decision that it is.
    pub(in crate::validation) fn decision(&self) -> Decision {
        Decision { check: self.check, detail: self.detail.clone() }
    }

    /// Notes it in the report.
    pub(in crate::validation) fn note(self, ledger: &mut Ledger<'_>) {
        if self.answered {
            ledger.set_aside(self.check, self.object, self.detail);
        } else {
            ledger.broken_at(self.level, self.check, self.object, self.detail);
        }
    }
}

/// What an objection is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::validation) enum Ground {
    /// A rule that no time heals.
    Rule,
    /// The anchor's trust has ended.
    Sunset,
    /// The certificate (the signer's or that of a CA) is revoked since.
    Revoked(Timestamp),
    /// The time is outside the validity of the certificate.
    OutOfBounds,
    /// No acceptable revocation data are there.
    Missing,
    /// The certificate is on hold since.
    OnHold(Timestamp),
    /// The revocation data that decide are not fresh.
    Stale,
    /// The certificate is signed with an algorithm that is not reliable.
    Algorithms,
    /// The revocation data are signed with an algorithm that is not reliable.
    RevocationAlgorithms,
    /// Who signed the revocation data is outside his validity.
    RevocationIssuer,
    /// The algorithms of the signature itself are not reliable (SAV).
    Signature,
}

/// For which times a chain is judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::validation) struct Times {
    /// The validation time.
    pub(in crate::validation) at: Timestamp,
    /// When revocation data have to be fresh.
    pub(in crate::validation) fresh: Timestamp,
    /// When what was signed was made: of a time-stamp the time that it states, of a signature the validation time.
    pub(in crate::validation) made: Timestamp,
}

/// Everything that stands against `chain`: `x509status`. The first open one decides.
pub(in crate::validation) fn status(
    chain: &Chain,
    times: Times,
    context: Context,
    case: &Case<'_>,
) -> Vec<Objection> {
    let mut walk =
        Walk { policy: case.policy, attempts: case.evidence.attempts(), context, objections: Vec::new() };
    if let Some(last) = chain.path.last()
        && !chain.anchored
    {
        let detail = if case.trust.is_empty() {
            Message::NoAnchors {}
        } else {
            Message::PathEndsAt { subject: last.subject.clone(), issuer: last.certificate.issuer().to_string() }
        };
        let index = chain.path.len().saturating_sub(1);
        walk.object(CheckId::ChainToAnchor, Ground::Rule, index, last, Some(detail));
    }
    let detail = chain.without_status(times.made.min(times.at));
    if let Some((detail, (index, _))) = detail.zip(chain.since)
        && let Some(listed) = chain.path.get(index)
    {
        walk.object(CheckId::ChainToAnchor, Ground::Rule, index, listed, Some(detail));
    }
    for fault in &chain.faults {
        let index = chain.path.iter().position(|one| one.sha256 == fault.certificate_sha256).unwrap_or(0);
        if let Some(holder) = chain.path.get(index) {
            walk.object(fault.check, Ground::Rule, index, holder, Some(fault.detail.clone()));
        }
    }
    if let Some(signer) = chain.signer() {
        for (check, detail) in usage(signer, context, case.policy) {
            walk.object(check, Ground::Rule, 0, signer, Some(detail));
        }
    }
    if let (Some(sunset), Some(anchor)) = (chain.sunset, chain.path.last())
        && times.at >= sunset
    {
        let detail = Message::AnchorEnded { subject: anchor.subject.clone(), until: sunset };
        walk.object(CheckId::AnchorTrusted, Ground::Sunset, 0, anchor, Some(detail));
    }
    for (index, link) in chain.links.iter().enumerate() {
        walk.link(index, link, chain, times);
    }
    // A signer that is an anchor is believed, also after its validity; what it signed has to lie within.
    if let [signer] = chain.path.as_slice()
        && chain.anchored
        && let Err(detail) = validity(signer, times.made)
    {
        walk.object(CheckId::SignerValidityNotRevoked, Ground::OutOfBounds, 0, signer, Some(detail));
    }
    walk.objections
}

struct Walk<'w> {
    policy: &'w Policy,
    attempts: &'w [Attempt],
    context: Context,
    objections: Vec<Objection>,
}

impl Walk<'_> {
    fn object(&mut self, check: CheckId, ground: Ground, index: usize, holder: &Holder, detail: Option<Message>) {
        let level = self.policy.level_of(self.context, role(index), check);
        if level != Level::Ignore {
            let object = Some(format!("sha256:{}", holder.sha256));
            self.objections.push(Objection { check, ground, index, object, detail, level, answered: false });
        }
    }

    /// `subXCV` for one certificate.
    fn link(&mut self, index: usize, link: &Link, chain: &Chain, times: Times) {
        let holder = &link.holder;
        let is_signer = index == 0;
        let datum = select(&link.findings, |_| true);
        let expired = validity(holder, times.at);
        if let Some(datum) = datum
            && let Status::Revoked { time, .. } = datum.status
            && time <= times.at
        {
            let check = if is_signer { CheckId::SignerNotRevoked } else { CheckId::CaNotRevoked };
            let detail = Message::RevokedAt { subject: holder.subject.clone(), time };
            self.object(check, Ground::Revoked(time), index, holder, Some(detail));
        }
        if let Err(detail) = expired
            && !link.is_anchor
        {
            let check = match (is_signer, self.is_known(link, chain, times.at)) {
                (false, _) => CheckId::CaValidity,
                (true, true) => CheckId::SignerValidityNotRevoked,
                (true, false) => CheckId::SignerValidity,
            };
            self.object(check, Ground::OutOfBounds, index, holder, Some(detail));
        }
        match datum {
            None if link.not_required.is_none() && !link.is_anchor => {
                self.object(
                    CheckId::RevocationKnown,
                    Ground::Missing,
                    index,
                    holder,
                    Some(missing(link, self.attempts)),
                );
            }
            None => {}
            Some(datum) => self.datum(index, link, datum, chain, times),
        }
        self.algorithms(
            CheckId::PathAlgorithms,
            Ground::Algorithms,
            index,
            holder,
            link.items.as_deref(),
            times.at,
        );
    }

    /// What is wrong with the revocation data that decide, whether they say good or not.
    fn datum(&mut self, index: usize, link: &Link, datum: &Datum, chain: &Chain, times: Times) {
        let holder = &link.holder;
        match datum.status {
            Status::OnHold { since } if since <= times.at => {
                let detail = Message::OnHoldSince { subject: holder.subject.clone(), time: since };
                self.object(CheckId::NotOnHold, Ground::OnHold(since), index, holder, Some(detail));
            }
            Status::Good | Status::OnHold { .. } => {
                if let Err(detail) = fresh(datum, times.fresh, self.policy.revocation().maximum_age) {
                    self.object(CheckId::RevocationFresh, Ground::Stale, index, holder, Some(detail));
                }
            }
            // What is revoked stays revoked.
            Status::Revoked { .. } => {}
        }
        for part in &datum.parts {
            let items = part_items(part);
            let check = CheckId::RevocationAlgorithms;
            self.algorithms(check, Ground::RevocationAlgorithms, index, holder, Some(&items), times.at);
            if index == 0
                && !chain.is_anchor(&part.signer)
                && let Err(detail) = validity(&part.signer, times.at)
            {
                self.object(
                    CheckId::RevocationIssuerValidity,
                    Ground::RevocationIssuer,
                    index,
                    holder,
                    Some(detail),
                );
            }
        }
    }

    /// Whether it is known that a signer outside his validity is not revoked, or that he is, by data whose issuer is
    /// still to be believed; or whether no data are required of his certificate.
    fn is_known(&self, link: &Link, chain: &Chain, at: Timestamp) -> bool {
        let enforced = |check| self.policy.level_of(self.context, Role::Signer, check) == Level::Fail;
        link.not_required.is_some()
            || select(&link.findings, |_| true).is_some_and(|datum| {
                !enforced(CheckId::RevocationIssuerValidity)
                    || datum
                        .parts
                        .iter()
                        .all(|part| chain.is_anchor(&part.signer) || validity(&part.signer, at).is_ok())
            })
    }

    fn algorithms(
        &mut self,
        check: CheckId,
        ground: Ground,
        index: usize,
        holder: &Holder,
        items: Option<&[Item]>,
        at: Timestamp,
    ) {
        let Some(items) = items else {
            let oid = holder.certificate.signature_algorithm().oid.to_string();
            let detail = Message::AlgorithmNotListed { algorithm: oid, place: Term::Certificate };
            self.object(check, ground, index, holder, Some(detail));
            return;
        };
        for weakness in weaknesses(self.policy, items, at) {
            let before = self.objections.len();
            self.object(check, ground, index, holder, Some(weakness.detail));
            if let Some(noted) = self.objections.get_mut(before) {
                noted.level = noted.level.min(weakness.level);
            }
        }
    }
}

/// Why there is no acceptable datum: the reason of the best one that was not, else that there is none.
fn missing(link: &Link, attempts: &[Attempt]) -> Message {
    if let Some(rejected) = link.findings.rejected.first() {
        return rejected.reason.clone();
    }
    let subject = link.holder.subject.clone();
    match attempts.iter().rfind(|attempt| is_about(attempt, &link.holder)) {
        Some(Attempt { url, outcome, .. }) if !outcome.is_success() => Message::RevocationNotObtained {
            subject,
            host: HttpUrl::parse(url).map_or_else(|_| url.clone(), |url| url.authority()),
            outcome: outcome.term(),
            word: outcome.name(),
        },
        _ => Message::NoRevocationData { subject },
    }
}

/// Whether revocation data of this certificate were asked for. One CRL may be that of several certificates.
fn is_about(attempt: &Attempt, holder: &Holder) -> bool {
    let names = || {
        holder.certificate.crl_distribution_points().iter().any(|point| point.uris().any(|url| url == attempt.url))
    };
    match attempt.kind {
        NeedKind::Issuer => false,
        NeedKind::Ocsp => attempt.certificate_sha256 == holder.sha256,
        NeedKind::Crl => attempt.certificate_sha256 == holder.sha256 || names(),
    }
}
