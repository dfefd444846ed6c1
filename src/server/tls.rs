//! TLS of the listener: versions 1.2 and 1.3 (RFC 5246, RFC 8446) by rustls with ring, HTTP/1.1 only.
//!
//! Client certificates are not asked for yet.

use std::fmt;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring as by_ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

/// Why the listener has no TLS.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// The chain is not PEM, or holds no certificate.
    Certificates,
    /// The key is not PEM, or is no private key.
    Key,
    /// Key and certificate do not fit, or cannot be used.
    Refused(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificates => f.write_str("the certificate file holds no PEM certificate"),
            Self::Key => f.write_str("the key file holds no PEM private key"),
            Self::Refused(error) => write!(f, "certificate and key cannot be used: {error}"),
        }
    }
}

impl std::error::Error for TlsError {}

/// The configuration of the listener from its certificate chain (its own first) and its key, both PEM.
///
/// # Errors
/// [`TlsError`].
pub fn configuration(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| TlsError::Certificates)?;
    if chain.is_empty() {
        return Err(TlsError::Certificates);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Key)?;
    let mut configuration = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Refused)?;
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    configuration.ignore_client_order = true;
    configuration.ticketer = by_ring::Ticketer::new().map_err(TlsError::Refused)?;
    Ok(Arc::new(configuration))
}

/// Ring with AES-128 first: as strong as the keys that are agreed on, and the cheapest for large bodies.
fn provider() -> CryptoProvider {
    let mut provider = by_ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| !format!("{:?}", suite.suite()).contains("AES_128_GCM"));
    provider
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_and_key_have_to_fit() {
        let made = |name: &str| {
            let key = rcgen::KeyPair::generate().unwrap();
            let certificate = rcgen::CertificateParams::new([name.to_owned()]).unwrap().self_signed(&key).unwrap();
            (certificate.pem(), key.serialize_pem())
        };
        let (chain, key) = made("localhost");
        let good = configuration(chain.as_bytes(), key.as_bytes()).unwrap();
        assert_eq!(good.alpn_protocols, [b"http/1.1".to_vec()]);
        let (_, other) = made("localhost");
        assert!(matches!(configuration(chain.as_bytes(), other.as_bytes()), Err(TlsError::Refused(_))));
        assert!(matches!(configuration(b"", key.as_bytes()), Err(TlsError::Certificates)));
        assert!(matches!(configuration(chain.as_bytes(), b"x"), Err(TlsError::Key)));
    }

    #[test]
    fn the_cheapest_suite_comes_first_and_none_is_lost() {
        let suites = provider().cipher_suites;
        assert_eq!(suites.len(), by_ring::default_provider().cipher_suites.len());
        assert!(format!("{:?}", suites[0].suite()).contains("AES_128_GCM"));
    }
}
