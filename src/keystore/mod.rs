//! Keys that seal, kept in files, and what else needs the system's randomness: identifiers.
//!
//! [`FileSigner`] opens a key once, at the start: the private key (PKCS #8, RFC 5958; or PKCS #12, RFC 7292), its
//! certificate and what leads from it towards an anchor. It opens nothing that does not belong together, and no
//! private file that others than its owner may read. A test signature is made and verified before anything else is.
//!
//! Not here: whether the certificate may seal (its validity, usage and path are judged under the profile's policy
//! with every seal), keys in hardware or at a provider, the key of TLS. The buffers of `p12-keystore` and *ring* are not
//! overwritten when they are dropped; ours are.

mod chain;
mod error;
mod file;
mod identifiers;
mod private_file;

pub use error::{FileFault, KeystoreError, KeystoreFault};
pub use file::FileSigner;
pub use identifiers::RandomIdentifiers;
