//! Algorithms, digests, keys, the verification of signature values and signing. The only module that names crypto crates.
//!
//! Verification goes through one trait, [`SignatureVerifier`], with one shipped implementation, [`Verifier`]:
//! *ring* where it knows the algorithm, the key and has the message; else RustCrypto's curves and hashes, and
//! for RSA and DSA the modular arithmetic of `crypto-bigint` under our own encodings (RFC 8017, FIPS 186-4),
//! also where only the digest of the message is at hand.
//!
//! Signing is *ring*'s alone: a [`SoftwareKey`] holds a private key in memory for one [`SealAlgorithm`] and hands out
//! no value that does not verify. Files of keys are the key store's. Randomness is an argument
//! ([`SystemRandomness`]), which adapters make.
//!
//! What it holds: the algorithm and the type of the key have to agree (RFC 4055 for keys restricted to PSS);
//! signature values are read strictly (DER for ECDSA and DSA, exact lengths for all else); RSA encodings are
//! built and compared, never parsed; curves are named, never described by the key itself (CVE-2020-0601).
//!
//! What it does **not** do: judge. MD5 verifies here; whether MD5 is believed at some time is the policy's
//! question, and whose key it is that of the path. [`SignatureValid`] says only that this key made this
//! signature over that message.

mod algorithm;
mod curve;
mod digest;
mod identifier;
mod key;
mod random;
mod sign;
mod uri;
mod verify;

pub use algorithm::{AlgorithmError, AlgorithmFamily, SignatureAlgorithm};
pub use curve::Curve;
pub use digest::{Digest, DigestAlgorithm, DigestState, digest};
pub use key::{KeyError, KeyKind, PublicKey};
pub use random::{RandomnessMissing, SystemRandomness};
pub use sign::{SealAlgorithm, SigningError, SoftwareKey, SoftwareKeyError};
pub use verify::{Message, SignatureValid, SignatureVerifier, Verifier, VerifyError, recover_pkcs1_digest_info};
