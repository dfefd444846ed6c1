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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::lacking::Written;
    use crate::cli::demo::pair::certificates;
    use crate::cli::demo::{files, pki};
    use crate::sealing::{Prepared, SealError};

    /// The seal of a demo, its unit, and one of another demo.
    struct World {
        files: Vec<Written>,
        now: Timestamp,
        seal: Pair,
        unit: Pair,
        strange: Pair,
    }

    impl World {
        fn new() -> Self {
            let now = Timestamp::from_unix(1_800_000_000);
            let files = files(now).unwrap();
            let pair = |files: &[Written], certificate, key| {
                Pair::read(certificate, of(files, certificate), of(files, key)).unwrap()
            };
            let (seal, unit) = (pair(&files, "seal.pem", "seal.key"), pair(&files, "tsa.pem", "tsa.key"));
            let strange = pki::make(now).unwrap();
            let strange = pki::unit(&strange.issuing_key, now, now.plus_seconds(86_400)).unwrap();
            let strange = Pair::read("", strange.certificate.as_bytes(), strange.key.as_bytes()).unwrap();
            Self { files, now, seal, unit, strange }
        }

        fn profile(&self, level: SealLevel) -> SealProfile {
            let policy = Arc::new(Policy::builtin("no-revocation").unwrap());
            SealProfile { level, policy, ..profile().unwrap() }
        }

        fn terms(&self, profile: &SealProfile) -> Terms {
            let certificate = certificates(of(&self.files, "root.pem")).unwrap().remove(0);
            let trust = TrustStore::new(vec![TrustAnchor { certificate, sunset: None }]);
            Under { trust, evidence: Evidence::new(), now: self.now }.terms(profile)
        }

        /// A document, prepared, with the value of the seal.
        fn prepared(&self, level: SealLevel, document: &[u8]) -> Result<(Prepared, Vec<u8>), SealError> {
            let profile = self.profile(level);
            let terms = self.terms(&profile);
            let chain = certificates(of(&self.files, "seal.pem")).unwrap().split_off(1);
            let original = Original::judge(document.to_vec(), &terms).unwrap();
            let prepared = original.prepare(&self.seal.identity(chain), &profile, self.now, &terms)?;
            let value = self.seal.sign(prepared.signed_attributes()).unwrap();
            Ok((prepared, value))
        }

        fn sample(&self, level: SealLevel) -> (Prepared, Vec<u8>) {
            self.prepared(level, of(&self.files, "sample.pdf")).unwrap()
        }
    }

    fn of<'f>(files: &'f [Written], name: &str) -> &'f [u8] {
        &files.iter().find(|(known, _)| *known == name).unwrap().1
    }

    #[test]
    fn a_time_stamp_goes_where_it_belongs_and_nowhere_else() {
        let world = World::new();
        let level = SealLevel::T { room: ROOM };
        let token = |unit: &Pair, value: &[u8]| stamp::token(unit, value, world.now).unwrap();
        let refused = |sealed: Result<crate::sealing::Sealed, SealError>| match sealed {
            Err(SealError::Value { cause }) => cause,
            other => panic!("{other:?}"),
        };
        let (prepared, value) = world.sample(level);
        assert_eq!(refused(prepared.embed_value(&value)), "timestamp");
        let (prepared, value) = world.sample(SealLevel::B);
        assert_eq!(refused(prepared.embed_stamped(&value, &token(&world.unit, &value))), "format");
        let (prepared, value) = world.sample(level);
        assert_eq!(refused(prepared.embed_stamped(&value, &token(&world.unit, b"another value"))), "timestamp");
        let (prepared, value) = world.sample(level);
        assert_eq!(
            refused(prepared.embed_stamped(&value, &[token(&world.unit, &value), vec![0]].concat())),
            "timestamp"
        );
        let (prepared, value) = world.sample(level);
        assert_eq!(refused(prepared.embed_stamped(&value, b"no token")), "timestamp");
        let (prepared, value) = world.sample(SealLevel::T { room: 100 });
        assert_eq!(refused(prepared.embed_stamped(&value, &token(&world.unit, &value))), "size");
        let (prepared, value) = world.sample(level);
        let other = world.seal.sign(b"something else").unwrap();
        assert_eq!(refused(prepared.embed_stamped(&other, &token(&world.unit, &value))), "signature");
        let xml = world.prepared(level, b"<a></a>").map(|_| ());
        assert!(matches!(xml, Err(SealError::Open(_))), "{xml:?}");
    }

    #[test]
    fn what_has_a_time_stamp_that_does_not_pass_is_not_released() {
        let world = World::new();
        let level = SealLevel::T { room: ROOM };
        let terms = world.terms(&world.profile(level));
        let sealed = |unit: &Pair, time: Timestamp| {
            let (prepared, value) = world.sample(level);
            prepared.embed_stamped(&value, &stamp::token(unit, &value, time).unwrap()).unwrap().release(&terms)
        };
        let released = sealed(&world.unit, world.now).unwrap();
        assert_eq!(released.report().signatures[0].format, "PAdES-BASELINE-T");
        // Of a unit that nobody here trusts; and from a time at which it was not valid yet.
        for refused in [sealed(&world.strange, world.now), sealed(&world.unit, world.now.plus_seconds(-86_400))] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused.cause, "level" | "own-signature"), "{}", refused.cause);
        }
    }
}
