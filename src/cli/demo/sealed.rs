//! What the demo seals when it is made: its trust list, and a sample with a time-stamp. By the stages through which every
//! seal goes ([`crate::sealing`]), so that nothing is there that our own validator did not pass; but without a record in
//! the journal, which begins when the demo is used.

use std::sync::Arc;

use super::DemoError;
use super::pair::Pair;
use super::settings;
use super::stamp;
use crate::document::Packaging;
use crate::limits::{CancelFlag, Limits};
use crate::pki::Certificate;
use crate::sealing::{
    Appearance, Formats, Original, Prefixes, SealIdentity, SealLevel, SealProfile, Terms, check_signer,
};
use crate::time::Timestamp;
use crate::trust::{TrustAnchor, TrustStore};
use crate::validation::{Evidence, Moment, Policy};

/// Octets of a time-stamp token, and some.
const ROOM: usize = 2_048;

/// Under what it is judged.
pub(super) struct Under {
    pub(super) trust: TrustStore,
    pub(super) evidence: Evidence,
    pub(super) now: Timestamp,
}

/// Signs a trust list as TS 119 612 §5.7.1 wants it: enveloped, in exclusive canonical form. Who signs is believed here as
/// in a configuration: because he is pinned.
pub(super) fn list(content: String, signer: &Pair, now: Timestamp) -> Result<Vec<u8>, DemoError> {
    let anchor = TrustAnchor { certificate: Arc::clone(&signer.certificate), sunset: None };
    let under = Under { trust: TrustStore::new(vec![anchor]).marked_demo(), evidence: Evidence::new(), now };
    let profile = SealProfile { formats: Formats::Xades, prefixes: Prefixes::Used, ..profile()? };
    let (identity, terms) = (signer.identity(Vec::new()), under.terms(&profile));
    sealed(content.into_bytes(), (signer, &identity), &profile, None, &terms)
}

/// Seals a PDF, with a time-stamp of this unit; nothing where the seal cannot seal now.
pub(super) fn document(
    document: Vec<u8>,
    seal: &Pair,
    chain: Vec<Arc<Certificate>>,
    unit: &Pair,
    under: Under,
) -> Result<Option<Vec<u8>>, DemoError> {
    let level = SealLevel::T { room: ROOM };
    let profile = SealProfile { formats: Formats::Pades, level, ..profile()? };
    let (identity, terms) = (seal.identity(chain), under.terms(&profile));
    if check_signer(&identity, &terms).is_err() {
        return Ok(None);
    }
    sealed(document, (seal, &identity), &profile, Some(unit), &terms).map(Some)
}

fn sealed(
    document: Vec<u8>,
    (seal, identity): (&Pair, &SealIdentity),
    profile: &SealProfile,
    unit: Option<&Pair>,
    terms: &Terms,
) -> Result<Vec<u8>, DemoError> {
    fn broken(error: impl std::fmt::Display) -> DemoError {
        DemoError::Broken(error.to_string())
    }
    let now = terms.moment.at;
    let original = Original::judge(document, terms).map_err(broken)?;
    let prepared = original.prepare(identity, profile, now, terms).map_err(broken)?;
    let value = seal.sign(prepared.signed_attributes())?;
    let sealed = match unit {
        Some(unit) => prepared.embed_stamped(&value, &stamp::token(unit, &value, now)?),
        None => prepared.embed_value(&value),
    };
    Ok(sealed.map_err(broken)?.release(terms).map_err(broken)?.into_bytes())
}

impl Under {
    fn terms(self, profile: &SealProfile) -> Terms {
        Terms {
            policy: Arc::clone(&profile.policy),
            trust: Arc::new(self.trust),
            evidence: Arc::new(self.evidence),
            moment: Moment { at: self.now, clock: self.now },
            limits: Limits::DEFAULT,
            cancel: CancelFlag::default(),
        }
    }
}

fn profile() -> Result<SealProfile, DemoError> {
    let policy = Policy::builtin(settings::POLICY).ok_or_else(|| DemoError::Broken(settings::POLICY.to_owned()))?;
    Ok(SealProfile {
        name: settings::PROFILE.to_owned(),
        policy: Arc::new(policy),
        formats: Formats::All,
        packaging: Packaging::Enveloped,
        prefixes: Prefixes::All,
        level: SealLevel::B,
        appearance: Appearance::Invisible,
        reason: Some(settings::CLAIM.to_owned()),
        location: Some(settings::CLAIM.to_owned()),
        contact: None,
    })
}
