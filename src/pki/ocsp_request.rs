//! OCSP requests (RFC 6960 §4.1, in the profile of RFC 5019 §2.1.1): one certificate, named by digests that whoever
//! asks has computed. A request proves nothing; what an answer is worth is judged by its own signature.

use crate::syntax::der::write::{explicit, null, octet_string, sequence};
use crate::syntax::der::{Oid, tag, value, write};

use super::oid;

/// Octets of a nonce (RFC 9654 §2.1): at least 32 in a request, at most 128.
const NONCE_LENGTH: std::ops::RangeInclusive<usize> = 32..=128;

/// The one certificate that a request asks about: a `CertID` with its digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    /// The algorithm of the digests.
    pub hash_algorithm: Oid,
    /// The digest of the issuer's name (DER).
    pub issuer_name_hash: Box<[u8]>,
    /// The digest of the issuer's public key.
    pub issuer_key_hash: Box<[u8]>,
    /// The content octets of the serial number.
    pub serial: Box<[u8]>,
}

impl OcspRequest {
    /// The request in DER, without a nonce: such an answer can be made in advance, and kept (RFC 5019 §2.1.1).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.encoded(&[])
    }

    /// The request in DER with a nonce (RFC 9654). Nothing where the nonce has a length that is not allowed.
    #[must_use]
    pub fn to_der_with_nonce(&self, nonce: &[u8]) -> Option<Vec<u8>> {
        if !NONCE_LENGTH.contains(&nonce.len()) {
            return None;
        }
        let extension = sequence(&[&write::oid(oid::OCSP_NONCE), &octet_string(&octet_string(nonce))]);
        Some(self.encoded(&explicit(2, &sequence(&[&extension]))))
    }

    fn encoded(&self, extensions: &[u8]) -> Vec<u8> {
        let algorithm = sequence(&[&write::oid(self.hash_algorithm.content()), &null()]);
        let name = octet_string(&self.issuer_name_hash);
        let key = octet_string(&self.issuer_key_hash);
        let certificate = sequence(&[&algorithm, &name, &key, &value(tag::INTEGER, &self.serial)]);
        let list = sequence(&[&sequence(&[&certificate])]);
        sequence(&[&sequence(&[&list, extensions])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> OcspRequest {
        OcspRequest {
            hash_algorithm: Oid::from_content(oid::SHA1),
            issuer_name_hash: [1; 20].into(),
            issuer_key_hash: [2; 20].into(),
            serial: [1, 2].into(),
        }
    }

    #[test]
    fn a_nonce_has_a_length_that_is_allowed() {
        let with = request().to_der_with_nonce(&[7; 32]).unwrap();
        assert!(with.windows(36).any(|window| window[..4] == [4, 34, 4, 32] && window[4..] == [7; 32]));
        assert!(with.len() > request().to_der().len());
        for length in [0, 31, 129] {
            assert_eq!(request().to_der_with_nonce(&vec![7; length]), None, "{length}");
        }
    }
}
