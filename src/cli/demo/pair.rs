//! A certificate of the demo with its key.

use std::sync::Arc;

use super::DemoError;
use crate::crypto::{PublicKey, SealAlgorithm, SoftwareKey, SystemRandomness};
use crate::pki::{Certificate, pem};
use crate::sealing::SealIdentity;

/// The algorithm of every key of the demo.
const ALGORITHM: SealAlgorithm = SealAlgorithm::EcdsaP256Sha256;

/// A certificate and its key.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) certificate: Arc<Certificate>,
    key: SoftwareKey,
    random: SystemRandomness,
}

impl Pair {
    /// Of two texts in PEM; of several certificates the first one. `name` is said where they are none, or do not belong
    /// together.
    pub(super) fn read(name: &str, certificate: &[u8], key: &[u8]) -> Result<Self, DemoError> {
        let read = || {
            let certificate = certificates(certificate)?.into_iter().next()?;
            #[expect(clippy::disallowed_methods, reason = "the keys of the demo sign here")]
            let random = SystemRandomness::new();
            let public = PublicKey::from_spki(certificate.spki()).ok()?;
            let key = pem::objects(key).ok()?.into_iter().next()?;
            let key = SoftwareKey::from_pkcs8(&key.der, ALGORITHM, &public, &random).ok()?;
            Some(Self { certificate, key, random })
        };
        read().ok_or_else(|| DemoError::Broken(name.to_owned()))
    }

    /// Who seals with it.
    pub(super) fn identity(&self, chain: Vec<Arc<Certificate>>) -> SealIdentity {
        SealIdentity { certificate: Arc::clone(&self.certificate), chain, algorithm: ALGORITHM }
    }

    /// The value over a message, in the form that CMS wants.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DemoError> {
        self.key.sign(message, &self.random).map_err(|error| DemoError::Broken(error.to_string()))
    }

    /// Octets that nobody can foresee.
    pub(super) fn octets<const N: usize>(&self) -> Result<[u8; N], DemoError> {
        self.random.octets().map_err(|error| DemoError::Broken(error.to_string()))
    }

    /// The algorithm of its signatures, as CMS names it.
    pub(super) fn algorithm_identifier(&self) -> Vec<u8> {
        ALGORITHM.algorithm_identifier()
    }
}

/// The certificates of a text in PEM.
pub(super) fn certificates(text: &[u8]) -> Option<Vec<Arc<Certificate>>> {
    let objects = pem::objects(text).ok()?;
    objects.iter().map(|object| Certificate::parse(&object.der).map(Arc::new).ok()).collect()
}
