//! Why a key cannot be opened: its name in the configuration, and the cause. Nothing secret, and no name of a person.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::crypto::Digest;
use crate::crypto::KeyError;
use crate::crypto::SigningError;
use crate::crypto::SoftwareKeyError;
use crate::pki::CertificateError;
use crate::pki::pem::PemError;

/// A key of the configuration cannot be opened.
#[derive(Debug)]
pub struct KeystoreError {
    /// The name of the key in the configuration.
    pub key: String,
    /// Why.
    pub fault: KeystoreFault,
}

/// Why a key cannot be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeystoreFault {
    /// A file cannot be read, or should not be.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        fault: FileFault,
    },
    /// A file with keys or certificates is neither PEM nor DER.
    Pem {
        /// Which.
        path: PathBuf,
        /// Why.
        error: PemError,
    },
    /// The file for the key holds none.
    NoPrivateKey,
    /// The file for the key holds several, which need names: how many.
    SeveralPrivateKeys(usize),
    /// The private key is encrypted; the configuration has no password for it.
    EncryptedPrivateKey,
    /// The private key is not in PKCS #8: what the file says that it is.
    NotPkcs8(String),
    /// The private key cannot be used.
    PrivateKey(SoftwareKeyError),
    /// The password is not that of the PKCS #12 file.
    WrongPassword,
    /// The password is no text in UTF-8.
    PasswordNotText,
    /// The PKCS #12 file cannot be read: why.
    Pkcs12(String),
    /// There is no certificate. In a PKCS #12 file: none for the key.
    NoCertificate,
    /// There are several certificates for the key: how many.
    SeveralCertificates(usize),
    /// There are more certificates than are looked at: how many.
    TooManyCertificates(usize),
    /// Something stands among the certificates that is none: what the file says that it is.
    NotACertificate(String),
    /// A certificate cannot be read.
    Certificate {
        /// Its place in the file, from 1.
        number: usize,
        /// Why.
        error: CertificateError,
    },
    /// The public key of the certificate cannot be used.
    PublicKey(KeyError),
    /// A certificate does not stand between that of the key and an anchor: its SHA-256.
    Unrelated(Digest),
    /// The key made no good signature when it was tried.
    Trial(SigningError),
}

/// Why a file cannot be read, or should not be.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileFault {
    /// The system says so.
    System(io::Error),
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// It is longer than such a file ever is: the longest that is read, in bytes.
    TooLarge(u64),
    /// Others than its owner may read or write it: the bits of its mode.
    OpenToOthers(u32),
}

impl fmt::Display for KeystoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}: {}", self.key, self.fault)
    }
}

impl std::error::Error for KeystoreError {}

impl fmt::Display for KeystoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, fault } => write!(f, "{}: {fault}", path.display()),
            Self::Pem { path, error } => write!(f, "{}: {error}", path.display()),
            Self::NoPrivateKey => f.write_str("there is no private key in its file"),
            Self::SeveralPrivateKeys(count) => write!(f, "there are {count} private keys in its file, not one"),
            Self::EncryptedPrivateKey => f.write_str(
                "the private key is encrypted; put it unencrypted into a file of mode 600, or use PKCS #12",
            ),
            Self::NotPkcs8(label) => {
                write!(f, "the private key is a {label}, not PKCS #8; `openssl pkcs8 -topk8 -nocrypt` converts it")
            }
            Self::PrivateKey(error) => write!(f, "{error}"),
            Self::WrongPassword => f.write_str("the password is not that of the PKCS #12 file"),
            Self::PasswordNotText => f.write_str("the password is not in UTF-8"),
            Self::Pkcs12(error) => write!(f, "the PKCS #12 file cannot be read: {error}"),
            Self::NoCertificate => f.write_str("there is no certificate for it"),
            Self::SeveralCertificates(count) => write!(f, "there are {count} certificates for it, not one"),
            Self::TooManyCertificates(count) => write!(f, "there are {count} certificates beside it, too many"),
            Self::NotACertificate(label) => write!(f, "among its certificates stands a {label}"),
            Self::Certificate { number, error } => write!(f, "certificate {number}: {error}"),
            Self::PublicKey(error) => write!(f, "its certificate: {error}"),
            Self::Unrelated(sha256) => {
                write!(
                    f,
                    "the certificate with the SHA-256 {sha256} does not lead from its certificate to an anchor"
                )
            }
            Self::Trial(error) => write!(f, "{error}"),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "{error}"),
            Self::NotAFile => f.write_str("not a file"),
            Self::TooLarge(limit) => write!(f, "longer than {limit} bytes"),
            Self::OpenToOthers(mode) => {
                write!(f, "mode {mode:03o} lets others than its owner at it; `chmod 600` closes it")
            }
        }
    }
}
