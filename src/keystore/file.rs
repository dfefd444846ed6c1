//! Keys in files: PKCS #8 (PEM or DER) beside a file of certificates, and PKCS #12.
//!
//! ECDSA on P-256 signs where it is asked, in less than a tenth of a millisecond with the verification of the value;
//! everything else takes milliseconds and is sent to a thread for blocking work.

#![expect(clippy::disallowed_methods, reason = "the key store draws the randomness that signing needs")]

use std::path::Path;
use std::sync::Arc;

use p12_keystore::CertificateBag;
use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::chain;
use super::error::KeystoreError;
use super::error::KeystoreFault;
use super::private_file;
use crate::config;
use crate::crypto::PublicKey;
use crate::crypto::SealAlgorithm;
use crate::crypto::SoftwareKey;
use crate::crypto::SoftwareKeyError;
use crate::crypto::SystemRandomness;
use crate::pki::Certificate;
use crate::pki::pem;
use crate::pki::pem::Label;
use crate::sealing::SealIdentity;
use crate::service::ports::Pending;
use crate::service::ports::Signer;
use crate::service::ports::SignerUnavailable;

/// How many certificates a file may have.
const MOST_CERTIFICATES: usize = 16;
/// The longest message that is signed where it is asked; signed attributes have some hundred bytes.
const SHORT_MESSAGE: usize = 1 << 16;

/// A key from a file.
#[derive(Debug)]
pub struct FileSigner {
    name: String,
    identity: Arc<SealIdentity>,
    key: Arc<SoftwareKey>,
    randomness: SystemRandomness,
}

/// What stands in the files of a key.
struct Material {
    key: SoftwareKey,
    certificate: Certificate,
    others: Vec<Certificate>,
}

impl FileSigner {
    /// Opens the key `name` of the configuration, and tries it.
    ///
    /// # Errors
    /// [`KeystoreError`] where a file cannot be read or is open to others, or where key, certificates and algorithm do
    /// not belong together.
    pub fn open(name: &str, key: &config::Key) -> Result<Self, KeystoreError> {
        let randomness = SystemRandomness::new();
        Self::read(name, key, randomness).map_err(|fault| KeystoreError { key: name.to_owned(), fault })
    }

    fn read(name: &str, key: &config::Key, randomness: SystemRandomness) -> Result<Self, KeystoreFault> {
        let material = match &key.store {
            config::KeyStore::Pkcs8 { key_file, certificate_file } => {
                pkcs8(key_file, certificate_file, key.algorithm, &randomness)?
            }
            config::KeyStore::Pkcs12 { file, password_file } => {
                pkcs12(file, password_file, key.algorithm, &randomness)?
            }
        };
        // *ring* finds out that the numbers of an RSA key do not fit together when it signs.
        material.key.sign(b"a trial of the key", &randomness).map_err(KeystoreFault::Trial)?;
        let chain = chain::ordered(&material.certificate, material.others)?;
        let identity =
            SealIdentity { certificate: Arc::new(material.certificate), chain, algorithm: key.algorithm };
        Ok(Self { name: name.to_owned(), identity: Arc::new(identity), key: Arc::new(material.key), randomness })
    }

    /// Whether signing is too slow for the thread that serves others meanwhile.
    fn is_slow(&self, message: &[u8]) -> bool {
        self.key.algorithm() != SealAlgorithm::EcdsaP256Sha256 || message.len() > SHORT_MESSAGE
    }
}

impl Signer for FileSigner {
    fn identity(&self) -> &Arc<SealIdentity> {
        &self.identity
    }

    fn sign<'a>(&'a self, message: &'a [u8]) -> Pending<'a, Result<Vec<u8>, SignerUnavailable>> {
        Box::pin(async move {
            let unavailable = |cause: &str| SignerUnavailable(format!("key {}: {cause}", self.name));
            let signed = match Handle::try_current() {
                Ok(runtime) if self.is_slow(message) => {
                    let (key, randomness, message) =
                        (Arc::clone(&self.key), self.randomness.clone(), message.to_vec());
                    let signed = runtime.spawn_blocking(move || key.sign(&message, &randomness)).await;
                    signed.map_err(|_| unavailable("its thread ended before it had signed"))?
                }
                _ => self.key.sign(message, &self.randomness),
            };
            signed.map_err(|error| unavailable(&error.to_string()))
        })
    }
}

/// A private key in one file, its certificate and those above it in another.
fn pkcs8(
    key_file: &Path,
    certificate_file: &Path,
    algorithm: SealAlgorithm,
    randomness: &SystemRandomness,
) -> Result<Material, KeystoreFault> {
    let key = private_key(key_file)?;
    let mut certificates = certificates(certificate_file)?.into_iter();
    let certificate = certificates.next().ok_or(KeystoreFault::NoCertificate)?;
    let key = own_key(&key, &certificate, algorithm, randomness)?;
    Ok(Material { key, certificate, others: certificates.collect() })
}

/// The one private key of a file, which may hold its certificates too.
fn private_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeystoreFault> {
    let file = private_file::secret(path)?;
    let objects = pem::objects(&file).map_err(|error| KeystoreFault::Pem { path: path.to_owned(), error })?;
    let mut keys = Vec::new();
    let mut others = Vec::new();
    for object in objects {
        let der = Zeroizing::new(object.der);
        match object.label {
            // DER has no label.
            Label::Other(label) if matches!(label.as_str(), "PRIVATE KEY" | "UNKNOWN") => keys.push(der),
            Label::Other(label) if label.ends_with("PRIVATE KEY") => others.push(label),
            _ => {}
        }
    }
    let count = keys.len().saturating_add(others.len());
    match (keys.pop(), others.pop()) {
        _ if count > 1 => Err(KeystoreFault::SeveralPrivateKeys(count)),
        (Some(key), _) => Ok(key),
        (None, Some(label)) if label.starts_with("ENCRYPTED") => Err(KeystoreFault::EncryptedPrivateKey),
        (None, Some(label)) => Err(KeystoreFault::NotPkcs8(label)),
        (None, None) => Err(KeystoreFault::NoPrivateKey),
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, KeystoreFault> {
    let file = private_file::public(path)?;
    let objects = pem::objects(&file).map_err(|error| KeystoreFault::Pem { path: path.to_owned(), error })?;
    if let Some(other) = objects.iter().find(|object| object.label != Label::Certificate) {
        return Err(KeystoreFault::NotACertificate(match &other.label {
            Label::Other(label) => label.clone(),
            label => format!("{label:?}"),
        }));
    }
    parsed(&objects.iter().map(|object| object.der.as_slice()).collect::<Vec<_>>())
}

/// A PKCS #12 file. Of its certificates, that of the key is found by its public key.
fn pkcs12(
    file: &Path,
    password_file: &Path,
    algorithm: SealAlgorithm,
    randomness: &SystemRandomness,
) -> Result<Material, KeystoreFault> {
    let bytes = private_file::secret(file)?;
    let password = private_file::secret(password_file)?;
    let password = std::str::from_utf8(&password).map_err(|_| KeystoreFault::PasswordNotText)?;
    let password = password.strip_suffix('\n').map_or(password, |line| line.strip_suffix('\r').unwrap_or(line));
    let archive = Pkcs12Archive::from_pkcs12(&bytes, password).map_err(|error| match error {
        Pkcs12Error::MacError(_) => KeystoreFault::WrongPassword,
        error => KeystoreFault::Pkcs12(error.to_string()),
    })?;
    let private = match archive.keys.as_slice() {
        [] => return Err(KeystoreFault::NoPrivateKey),
        [one] => one,
        several => return Err(KeystoreFault::SeveralPrivateKeys(several.len())),
    };
    // Key and certificate are tied by an identifier (RFC 7292 §4.2), where the maker of the file gave them one.
    let tied = |bag: &CertificateBag| {
        private.local_key_id.as_ref().is_some_and(|id| bag.local_key_id.as_deref() == Some(id.as_ref()))
    };
    let (mut own, mut others): (Vec<_>, Vec<_>) = archive.certs.iter().partition(|bag| tied(bag));
    if own.is_empty() {
        std::mem::swap(&mut own, &mut others);
    }
    let read = |bags: &[&CertificateBag]| parsed(&bags.iter().map(|bag| bag.cert.as_der()).collect::<Vec<_>>());
    let (own, mut others) = (read(&own)?, read(&others)?);
    let several = own.len() > 1;
    let (mut found, mut fault) = (Vec::new(), KeystoreFault::NoCertificate);
    for certificate in own {
        match own_key(private.key.as_der(), &certificate, algorithm, randomness) {
            Ok(_) if found.iter().any(|(_, other)| *other == certificate) => {}
            Ok(key) => found.push((key, certificate)),
            Err(_) if several => others.push(certificate),
            Err(error) => fault = error,
        }
    }
    match (found.len(), found.pop()) {
        (1, Some((key, certificate))) => Ok(Material { key, certificate, others }),
        (0, _) | (_, None) => Err(fault),
        (count, _) => Err(KeystoreFault::SeveralCertificates(count)),
    }
}

/// The private key of the certificate.
fn own_key(
    private: &[u8],
    certificate: &Certificate,
    algorithm: SealAlgorithm,
    randomness: &SystemRandomness,
) -> Result<SoftwareKey, KeystoreFault> {
    let public = PublicKey::from_spki(certificate.spki()).map_err(KeystoreFault::PublicKey)?;
    SoftwareKey::from_pkcs8(private, algorithm, &public, randomness).map_err(|error| match error {
        SoftwareKeyError::Encrypted => KeystoreFault::EncryptedPrivateKey,
        error => KeystoreFault::PrivateKey(error),
    })
}

fn parsed(certificates: &[&[u8]]) -> Result<Vec<Certificate>, KeystoreFault> {
    if certificates.len() > MOST_CERTIFICATES {
        return Err(KeystoreFault::TooManyCertificates(certificates.len()));
    }
    let numbered = certificates.iter().zip(1_usize..);
    numbered
        .map(|(der, number)| Certificate::parse(der).map_err(|error| KeystoreFault::Certificate { number, error }))
        .collect()
}
