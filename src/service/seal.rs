//! The use case "seal a document": the second walk, step by step. Nothing leaves that our own validator did not pass
//! and the journal does not know.

use std::sync::Arc;

use tokio::time::Instant;

use super::own::OwnEvidence;
use super::ports::{Begun, Kept, Repeatable, SealStep, Signer, Steps, Ticket};
use super::{Caller, Parts, Service, ServiceError};
use crate::crypto::{DigestAlgorithm, DigestState, digest};
use crate::document::{Kind, MediaType, sniff};
use crate::journal::{Act, Entry};
use crate::limits::CancelFlag;
use crate::sealing::{
    DocumentName, Original, Prepared, Released, SealError, SealIdentity, SealProfile, SignerUnfit, Terms,
    check_signer, sealed_again,
};
use crate::time::Timestamp;
use crate::validation::{Attempt, CheckId, Evidence, Moment};

/// How long the answer to an idempotent request is kept, in seconds (contract: 24 hours).
const KEPT: i64 = 24 * 60 * 60;

/// What is asked.
#[derive(Debug)]
pub struct SealRequest {
    /// The profile by its name.
    pub profile: String,
    /// The key of a request that may be repeated.
    pub idempotency_key: Option<String>,
    /// The document.
    pub document: Vec<u8>,
    /// Its name, for the reference of a detached seal of XML.
    pub name: Option<DocumentName>,
}

/// What is answered.
#[derive(Debug)]
pub struct SealAnswer {
    /// Names the seal; it stands in the journal.
    pub seal_id: String,
    /// What kind of document the sealed one is.
    pub media_type: MediaType,
    /// The sealed document; of a detached seal the signature document.
    pub document: Vec<u8>,
}

/// A profile and the key that it names.
#[derive(Clone)]
pub struct Sealer {
    /// How the seal is made.
    pub profile: Arc<SealProfile>,
    /// The key.
    pub signer: Arc<dyn Signer>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("profile", &self.profile.name).finish_non_exhaustive()
    }
}

impl Service {
    /// Seals a document. What was begun is finished, also where nobody waits for it any more.
    ///
    /// # Errors
    /// [`ServiceError`]; then nothing was released.
    pub async fn seal(self: &Arc<Self>, caller: &Caller, request: SealRequest) -> Result<SealAnswer, ServiceError> {
        let Some(sealer) = self.parts.sealers.get(&request.profile).cloned() else {
            return Err(ServiceError::UnknownProfile(request.profile));
        };
        if !caller.may_seal_with(&request.profile) {
            return Err(ServiceError::Forbidden(format!("profile {}", request.profile)));
        }
        let service = Arc::clone(self);
        let caller = caller.name.clone();
        tokio::spawn(async move { service.begin(&caller, &sealer, request).await })
            .await
            .map_err(|_| ServiceError::Internal("seal"))?
    }

    /// Answers what was answered before, or does it.
    async fn begin(&self, caller: &str, sealer: &Sealer, request: SealRequest) -> Result<SealAnswer, ServiceError> {
        let Some(key) = request.idempotency_key.clone() else {
            self.step(SealStep::Begun);
            return self.make(caller, sealer, Came { document: request.document, name: request.name }, None).await;
        };
        let now = self.parts.clock.now();
        let lease = i64::try_from(self.parts.capacity.deadline.as_secs()).unwrap_or(i64::MAX);
        let (request_sha256, came) = self
            .bench
            .run(move |_| {
                let came = Came { document: request.document, name: request.name };
                (fingerprint(&request.profile, &came), came)
            })
            .await?;
        let repeatable = Repeatable {
            caller: caller.to_owned(),
            key,
            request_sha256,
            now,
            // Two blocking parts, each with the deadline for its turn and for itself; what is fetched, and what is
            // judged by it; and the key.
            runs_until: now.plus_seconds(lease.saturating_mul(12).saturating_add(60)),
        };
        let begun = self.parts.journal.begin(repeatable).await;
        match begun.map_err(|error| ServiceError::JournalUnavailable(error.0))? {
            Begun::Running => Err(ServiceError::InProgress),
            Begun::Mismatch => Err(ServiceError::IdempotencyMismatch),
            Begun::Done { seal_id, appended } => {
                let media_type = match sniff(&came.document) {
                    Some(Kind::Xml) => MediaType::Xml,
                    Some(Kind::Pdf) | None => MediaType::Pdf,
                };
                let document =
                    sealed_again(came.document, &appended).ok_or(ServiceError::Internal("kept answer"))?;
                Ok(SealAnswer { seal_id, media_type, document })
            }
            Begun::First(ticket) => {
                self.step(SealStep::Begun);
                let made = self.make(caller, sealer, came, Some(ticket.clone())).await;
                if made.is_err()
                    && let Err(error) = self.parts.journal.abandon(ticket).await
                {
                    // It runs out by itself; until then the key answers "in progress".
                    tracing::warn!(cause = %error, "an idempotency key could not be given up");
                }
                made
            }
        }
    }

    async fn make(
        &self,
        caller: &str,
        sealer: &Sealer,
        came: Came,
        ticket: Option<Ticket>,
    ) -> Result<SealAnswer, ServiceError> {
        let seal_id = self.new_id()?;
        // What is at hand is taken once, and only added to, so that no earlier signature is judged by less than before.
        let mut own = self.own_evidence();
        let mut laid = self.prepare(sealer, came, own.evidence()).await?;
        let prepared = loop {
            let (unfit, original) = match laid {
                Laid::Out(prepared) => break *prepared,
                Laid::Unfit(unfit, original) => (unfit, original),
            };
            if own.fetch(&unfit.needs).await {
                laid = self.prepare_again(sealer, original, own.evidence()).await?;
                continue;
            }
            for Attempt { kind, url, outcome, .. } in own.attempts() {
                tracing::warn!(kind = kind.name(), %url, outcome = outcome.name(), "fetched for our certificate");
            }
            self.journal_refusal(&seal_id, caller, sealer, &unfit, &original).await?;
            return Err(ServiceError::SignerUnfit(unfit));
        };
        let evidence = Arc::clone(own.evidence());
        self.step(SealStep::Prepared);
        let signing = sealer.signer.sign(prepared.signed_attributes());
        let value = tokio::time::timeout(self.parts.capacity.deadline, signing)
            .await
            .map_err(|_| ServiceError::SignerUnavailable("no answer in time".to_owned()))?
            .map_err(|error| ServiceError::SignerUnavailable(error.0))?;
        self.step(SealStep::Signed);
        let released = self.release(sealer, prepared, value, &evidence).await?;
        self.step(SealStep::Released);
        let entry = entry(&seal_id, caller, sealer, &released, self.parts.clock.now());
        let kept = ticket.map(|ticket| Kept {
            ticket,
            appended: released.addition(),
            until: self.parts.clock.now().plus_seconds(KEPT),
        });
        let journaled = self.parts.journal.append(entry, kept).await;
        journaled.map_err(|error| ServiceError::JournalUnavailable(error.0))?;
        self.step(SealStep::Journaled);
        Ok(SealAnswer { seal_id, media_type: released.media_type(), document: released.into_bytes() })
    }

    /// Writes down that our own certificate could not seal. Where that cannot be written, this is said instead.
    async fn journal_refusal(
        &self,
        id: &str,
        caller: &str,
        sealer: &Sealer,
        unfit: &SignerUnfit,
        original: &Original,
    ) -> Result<(), ServiceError> {
        let entry = Entry {
            id: id.to_owned(),
            time: self.parts.clock.now(),
            act: Act::SealRefused,
            caller: caller.to_owned(),
            document_sha256: original.sha256(),
            document_size: u64::try_from(original.size()).unwrap_or(u64::MAX),
            result_sha256: None,
            profile: Some(sealer.profile.name.clone()),
            policy: sealer.profile.policy.reference().clone(),
            verdict: unfit.verdict.total_indication(),
            reason: unfit.check.map(CheckId::name),
            certificate_sha256: Some(certificate_sha256(sealer)),
        };
        let journaled = self.parts.journal.append(entry, None).await;
        journaled.map_err(|error| ServiceError::JournalUnavailable(error.0))
    }

    /// Opens and judges the document as it came and our own certificate, and lays out the update.
    async fn prepare(&self, sealer: &Sealer, came: Came, evidence: &Arc<Evidence>) -> Result<Laid, ServiceError> {
        let laying = self.laying(sealer, evidence);
        let work = move |cancel| {
            let laying = laying.until(cancel);
            let original = Original::judge(came.document, &laying.terms).map_err(ServiceError::Document)?;
            let original = original.named(came.name);
            laying.step(SealStep::Opened);
            laying.lay_out(Box::new(original), JudgedBy::These)
        };
        self.bench.run(work).await?
    }

    /// The same for a document that was opened, by more evidence.
    async fn prepare_again(
        &self,
        sealer: &Sealer,
        original: Box<Original>,
        evidence: &Arc<Evidence>,
    ) -> Result<Laid, ServiceError> {
        let laying = self.laying(sealer, evidence);
        let work = move |cancel| laying.until(cancel).lay_out(original, JudgedBy::Less);
        let now = Instant::now();
        let latest = now.checked_add(self.parts.capacity.deadline).unwrap_or(now);
        self.bench.go_on(latest, work).await?
    }

    fn laying(&self, sealer: &Sealer, evidence: &Arc<Evidence>) -> Laying {
        Laying {
            terms: self.terms(sealer, evidence),
            profile: Arc::clone(&sealer.profile),
            identity: Arc::clone(sealer.signer.identity()),
            steps: self.parts.steps.clone(),
        }
    }

    /// Puts the value in its place and has our own validator judge the result.
    async fn release(
        &self,
        sealer: &Sealer,
        prepared: Prepared,
        value: Vec<u8>,
        evidence: &Arc<Evidence>,
    ) -> Result<Released, ServiceError> {
        let terms = self.terms(sealer, evidence);
        let steps = self.parts.steps.clone();
        let work = move |cancel| {
            let terms = Terms { cancel, ..terms };
            let sealed = prepared.embed_value(&value).map_err(ServiceError::Seal)?;
            if let Some(steps) = &steps {
                steps.taken(SealStep::Embedded);
            }
            sealed.release(&terms).map_err(ServiceError::NotReleased)
        };
        self.bench.run(work).await?
    }

    /// Evidence for our own certificates, as it is at hand now.
    pub(super) fn own_evidence(&self) -> OwnEvidence {
        let Parts { evidence, gather, capacity, .. } = &self.parts;
        OwnEvidence::new(evidence.current(), gather, &self.trust(), capacity.deadline)
    }

    /// The profile's policy, for now; the clock is read anew each time.
    pub(super) fn terms(&self, sealer: &Sealer, evidence: &Arc<Evidence>) -> Terms {
        let now = self.parts.clock.now();
        Terms {
            policy: Arc::clone(&sealer.profile.policy),
            trust: self.trust(),
            evidence: Arc::clone(evidence),
            moment: Moment { at: now, clock: now },
            limits: self.parts.limits.clone(),
            cancel: CancelFlag::default(),
        }
    }

    fn step(&self, step: SealStep) {
        if let Some(steps) = &self.parts.steps {
            steps.taken(step);
        }
    }
}

/// The document as it came.
struct Came {
    document: Vec<u8>,
    name: Option<DocumentName>,
}

/// How far it came before the key signs.
enum Laid {
    /// The update is laid out.
    Out(Box<Prepared>),
    /// Our own certificate cannot seal now; and the document that it was for.
    Unfit(SignerUnfit, Box<Original>),
}

/// What it takes to lay a seal out.
struct Laying {
    terms: Terms,
    profile: Arc<SealProfile>,
    identity: Arc<SealIdentity>,
    steps: Option<Arc<dyn Steps>>,
}

impl Laying {
    fn until(self, cancel: CancelFlag) -> Self {
        Self { terms: Terms { cancel, ..self.terms }, ..self }
    }

    fn step(&self, step: SealStep) {
        if let Some(steps) = &self.steps {
            steps.taken(step);
        }
    }

    /// Judges our own certificate, and with it lays out the update.
    fn lay_out(&self, mut original: Box<Original>, judged: JudgedBy) -> Result<Laid, ServiceError> {
        let Self { terms, profile, identity, .. } = self;
        if let Err(unfit) = check_signer(identity, terms) {
            return Ok(Laid::Unfit(unfit, original));
        }
        self.step(SealStep::SignerValidated);
        if judged == JudgedBy::Less {
            original.judge_again(terms);
        }
        let prepared = original.prepare(identity, profile, terms.moment.at, terms);
        prepared.map(|prepared| Laid::Out(Box::new(prepared))).map_err(|error| match error {
            SealError::Open(error) => ServiceError::Document(error),
            error => ServiceError::Seal(error),
        })
    }
}

/// By which evidence the document was judged as it came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JudgedBy {
    /// By that of these terms.
    These,
    /// By less.
    Less,
}

/// SHA-256 over what is asked and over the document. Neither names of profiles nor those of documents have control
/// characters.
fn fingerprint(profile: &str, came: &Came) -> String {
    let mut state = DigestState::new(DigestAlgorithm::Sha256);
    state.update(profile.as_bytes());
    if let Some(name) = &came.name {
        state.update(&[1]);
        state.update(name.as_str().as_bytes());
    }
    state.update(&[0]);
    state.update(&came.document);
    state.finish().to_string()
}

fn entry(seal_id: &str, caller: &str, sealer: &Sealer, released: &Released, time: Timestamp) -> Entry {
    Entry {
        id: seal_id.to_owned(),
        time,
        act: Act::Seal,
        caller: caller.to_owned(),
        document_sha256: released.original_sha256().to_owned(),
        document_size: u64::try_from(released.original_size()).unwrap_or(u64::MAX),
        result_sha256: Some(released.sha256().to_owned()),
        profile: Some(sealer.profile.name.clone()),
        policy: released.report().policy.clone(),
        verdict: "TOTAL-PASSED",
        reason: None,
        certificate_sha256: Some(certificate_sha256(sealer)),
    }
}

fn certificate_sha256(sealer: &Sealer) -> String {
    digest(DigestAlgorithm::Sha256, sealer.signer.identity().certificate.der()).to_string()
}
