//! The test PKI over plain HTTP on loopback: what a report needs, by GET.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sigillum::crypto::{DigestAlgorithm, digest};
use sigillum::pki::{Certificate, Crl, OcspResponse, pem};
use sigillum::time::Timestamp;
use sigillum::validation::{NeedKind, Report};

use super::support::sign::der;

/// Evidence besides that of the document.
#[derive(Clone, Default)]
pub(crate) struct Supplied {
    pub(crate) certificates: Vec<Arc<Certificate>>,
    pub(crate) crls: Vec<Crl>,
    pub(crate) ocsp_responses: Vec<OcspResponse>,
    pub(crate) asked: Vec<String>,
}

/// A running test PKI.
pub(crate) struct Live {
    address: String,
}

const DEPTH: u32 = 64;

impl Live {
    /// Where `SIGILLUM_PKI` says (`127.0.0.1:19080`); none where it says nothing.
    #[expect(clippy::disallowed_methods, reason = "the developer switches by the environment")]
    pub(crate) fn from_environment() -> Option<Self> {
        std::env::var("SIGILLUM_PKI").ok().map(|address| Self { address })
    }

    /// The wall clock, by which the PKI answers.
    #[expect(clippy::disallowed_methods, reason = "the PKI answers by the wall clock")]
    pub(crate) fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap())
    }

    /// Fetches what was not asked for before; whether anything new came.
    pub(crate) fn fetch(&self, report: &Report, supplied: &mut Supplied) -> bool {
        let mut new = false;
        for need in &report.needs {
            for url in &need.urls {
                let key = format!("{:?} {} {url}", need.kind, need.certificate_sha256);
                if supplied.asked.contains(&key) {
                    continue;
                }
                supplied.asked.push(key);
                new |= self.fetch_one(need.kind, &need.certificate_sha256, url, report, supplied).is_some();
            }
        }
        new
    }

    fn fetch_one(
        &self,
        kind: NeedKind,
        of: &str,
        url: &str,
        report: &Report,
        supplied: &mut Supplied,
    ) -> Option<()> {
        match kind {
            NeedKind::Issuer => {
                let bytes = self.get(url)?;
                let der = pem::objects(&bytes).map_or(bytes, |mut objects| objects.remove(0).der);
                supplied.certificates.push(Arc::new(Certificate::parse(&der).ok()?));
            }
            NeedKind::Crl => supplied.crls.push(Crl::parse(&self.get(url)?, DEPTH).ok()?),
            NeedKind::Ocsp => {
                let request = STANDARD.encode(ocsp_request(of, report)?);
                let escaped = request.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
                let bytes = self.get(&format!("{}/{escaped}", url.trim_end_matches('/')))?;
                supplied.ocsp_responses.push(OcspResponse::parse(&bytes, DEPTH).ok()?);
            }
        }
        Some(())
    }

    fn get(&self, url: &str) -> Option<Vec<u8>> {
        let path = url.strip_prefix(&format!("http://{}", self.address))?;
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let head = format!("GET {path} HTTP/1.0\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
        answer.get(9..12).filter(|status| *status == b"200")?;
        answer.get(end + 4..).map(<[u8]>::to_vec)
    }
}

/// An OCSP request (RFC 6960 §4.1.1) for the certificate with this SHA-256; its issuer stands next in a path.
fn ocsp_request(of: &str, report: &Report) -> Option<Vec<u8>> {
    let stamps = report.signatures.iter().flat_map(|one| &one.timestamps).chain(&report.document_timestamps);
    let mut paths = report.signatures.iter().map(|one| &one.path).chain(stamps.map(|one| &one.path));
    let (own, issuer) = paths.find_map(|path| {
        let index = path.iter().position(|element| element.sha256 == of)?;
        Some((&path.get(index)?.certificate, &path.get(index + 1)?.certificate))
    })?;
    let sha1 = |bytes: &[u8]| der::tlv(0x04, digest(DigestAlgorithm::Sha1, bytes).as_bytes());
    let algorithm = der::sequence(&[der::oid("1.3.14.3.2.26"), der::tlv(0x05, &[])]);
    let serial = der::tlv(0x02, own.serial());
    let cert_id = der::sequence(&[algorithm, sha1(own.issuer().der()), sha1(key_bits(issuer.spki())?), serial]);
    let list = der::sequence(&[der::sequence(&[cert_id])]);
    Some(der::sequence(&[der::sequence(&[list])]))
}

/// The octets of the key: the BIT STRING at the end of a `SubjectPublicKeyInfo`, without the count of unused bits.
fn key_bits(spki: &[u8]) -> Option<&[u8]> {
    let members = content(spki)?;
    let algorithm = members.len() - after(members)?.len();
    content(members.get(algorithm..)?)?.get(1..)
}

fn header(tlv: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*tlv.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let octets = tlv.get(2..2 + (first & 0x7f))?;
    Some((2 + octets.len(), octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet))))
}

fn content(tlv: &[u8]) -> Option<&[u8]> {
    let (start, length) = header(tlv)?;
    tlv.get(start..start + length)
}

fn after(tlv: &[u8]) -> Option<&[u8]> {
    let (start, length) = header(tlv)?;
    tlv.get(start + length..)
}
