//! OCSP answers (RFC 6960 §4.2), read in BER.
//!
//! Not checked here: the signature, who may answer for an issuer, whether a certificate is meant by a
//! [`CertId`] (that takes digests), whether an answer is fresh.

use std::fmt;

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::der::value;
use crate::syntax::der::write;
use crate::time::Timestamp;

use super::algorithm::AlgorithmIdentifier;
use super::algorithm::read_signature_value;
use super::crl::RevocationReason;
use super::extension::Extension;
use super::extension::duplicates;
use super::extension::unknown_critical;
use super::name::Name;
use super::oid;

/// `OCSPResponse`: the status of the answer, and the answer.
#[derive(Clone, Debug)]
pub struct OcspResponse {
    /// The whole `OCSPResponse` as sent.
    pub raw: Box<[u8]>,
    /// The status of the answer, not of any certificate.
    pub status: OcspStatus,
    /// The answer; only where the status is successful.
    pub basic: Option<BasicOcsp>,
}

/// `OCSPResponseStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OcspStatus {
    /// 0.
    Successful,
    /// 1: the request was malformed.
    MalformedRequest,
    /// 2.
    InternalError,
    /// 3.
    TryLater,
    /// 5: the request has to be signed.
    SigRequired,
    /// 6.
    Unauthorized,
    /// Any other code.
    Other(i64),
}

/// `BasicOCSPResponse`: a signed answer.
#[derive(Clone, Debug)]
pub struct BasicOcsp {
    /// The whole `BasicOCSPResponse` as sent.
    pub raw: Box<[u8]>,
    /// The exact bytes that are signed (`tbsResponseData`).
    pub tbs: Box<[u8]>,
    /// `version` as people count it: 1 where absent, else one more than the field. The standard has no other than 1.
    pub version: i64,
    /// Who answers.
    pub responder_id: ResponderId,
    /// When it was signed.
    pub produced_at: Timestamp,
    /// The answers, one for each certificate.
    pub responses: Vec<SingleResponse>,
    /// The octets of the nonce: the OCTET STRING's own where it is one (RFC 8954), else the value as sent.
    pub nonce: Option<Box<[u8]>>,
    /// All extensions of the answer.
    pub extensions: Vec<Extension>,
    /// Critical extensions of the answer that this module does not read. Who validates must not use the answer (RFC
    /// 6960 §4.4). Those of a single one are in [`SingleResponse::unknown_critical_extensions`].
    pub unknown_critical_extensions: Vec<Oid>,
    /// Extensions of the answer that are there more than once. The first one is read.
    pub duplicate_extensions: Vec<Oid>,
    /// The algorithm of the signature.
    pub signature_algorithm: AlgorithmIdentifier,
    /// The octets of the signature value; none where it is not made of whole octets (no key makes such a one).
    pub signature: Box<[u8]>,
    /// Certificates that came along, as sent.
    pub certificates: Vec<Box<[u8]>>,
}

/// How a responder names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponderId {
    /// By its subject.
    Name(Name),
    /// By the SHA-1 digest of its public key (the BIT STRING's octets without the count of unused bits).
    KeyHash(Box<[u8]>),
}

/// `SingleResponse`: what is said about one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleResponse {
    /// Which certificate.
    pub cert_id: CertId,
    /// What its status is.
    pub status: CertStatus,
    /// The time for which this is known to be right.
    pub this_update: Timestamp,
    /// When newer information is there at the latest.
    pub next_update: Option<Timestamp>,
    /// `archiveCutoff` (§4.4.4): answers are given for certificates that expired after this.
    pub archive_cutoff: Option<Timestamp>,
    /// The positive statement (Common PKI `CertHash`): the responder knows a certificate with this digest.
    pub cert_hash: Option<CertHash>,
    /// Extensions that this module reads but whose value is malformed, or that are there more than once. Their fields
    /// say that they are absent, or what the last one says.
    pub malformed_extensions: Vec<Oid>,
    /// Critical extensions that this module does not read.
    pub unknown_critical_extensions: Vec<Oid>,
    /// All extensions.
    pub extensions: Vec<Extension>,
}

/// A certificate by its issuer and serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertId {
    /// The digest of the two hashes.
    pub hash_algorithm: AlgorithmIdentifier,
    /// The digest of the issuer's name (DER).
    pub issuer_name_hash: Box<[u8]>,
    /// The digest of the issuer's public key (as in [`ResponderId::KeyHash`]).
    pub issuer_key_hash: Box<[u8]>,
    /// The content octets of the serial number.
    pub serial: Box<[u8]>,
}

/// The status of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertStatus {
    /// Not revoked, as far as the responder knows. It need not know the certificate.
    Good,
    /// Revoked.
    Revoked {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Option<RevocationReason>,
    },
    /// The responder does not know it.
    Unknown,
}

/// The digest of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertHash {
    /// With which digest.
    pub algorithm: AlgorithmIdentifier,
    /// The digest of the whole certificate.
    pub value: Box<[u8]>,
}

/// Why bytes are no OCSP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspError {
    /// The encoding cannot be read.
    Encoding(DerError),
    /// The answer is of another type than basic.
    ResponseType(Oid),
    /// The status is successful and there is no answer.
    NoResponse,
}

const READ: &[&[u8]] = &[oid::OCSP_NONCE, oid::OCSP_EXTENDED_REVOKE];
const READ_IN_SINGLE: &[&[u8]] = &[oid::OCSP_ARCHIVE_CUTOFF, oid::OCSP_CERT_HASH];

impl OcspResponse {
    /// Parses one `OCSPResponse` that is all of `bytes`.
    ///
    /// # Errors
    /// [`OcspError`].
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, OcspError> {
        let outer = Tlv::parse_all(bytes, depth)?;
        let mut fields = outer.sequence()?;
        let status = OcspStatus::from_code(fields.expect(tag::ENUMERATED)?.integer()?);
        let response = fields.optional(tag::context_constructed(0))?;
        fields.finish()?;
        let basic = match response {
            Some(wrapper) => Some(read_response_bytes(&wrapper, depth)?),
            None if status == OcspStatus::Successful => return Err(OcspError::NoResponse),
            None => None,
        };
        Ok(Self { raw: bytes.into(), status, basic })
    }

    /// The response that a `BasicOCSPResponse` stands for, as CAdES keeps it (EN 319 122-1 §5.4.2).
    ///
    /// # Errors
    /// [`OcspError`].
    pub fn of_basic(bytes: &[u8], depth: u32) -> Result<Self, OcspError> {
        let inner = write::sequence(&[&write::oid(oid::OCSP_BASIC), &write::octet_string(bytes)]);
        let raw = write::sequence(&[&value(tag::ENUMERATED, &[0]), &write::explicit(0, &inner)]);
        let basic = Some(BasicOcsp::parse(bytes, depth)?);
        Ok(Self { raw: raw.into(), status: OcspStatus::Successful, basic })
    }
}

fn read_response_bytes(wrapper: &Tlv<'_>, depth: u32) -> Result<BasicOcsp, OcspError> {
    let mut inner = wrapper.reader()?;
    let mut fields = inner.expect(tag::SEQUENCE)?.reader()?;
    inner.finish()?;
    let oid = fields.expect(tag::OID)?.oid()?;
    if oid.content() != oid::OCSP_BASIC {
        return Err(OcspError::ResponseType(oid));
    }
    let octets = fields.expect(tag::OCTET_STRING)?.octets()?;
    fields.finish()?;
    BasicOcsp::parse(&octets, depth)
}

impl OcspStatus {
    /// Every word of [`OcspStatus::word`].
    pub const WORDS: [&'static str; 7] =
        ["successful", "malformed-request", "internal-error", "try-later", "sig-required", "unauthorized", "other"];

    /// The word for how a request went.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::MalformedRequest => "malformed-request",
            Self::InternalError => "internal-error",
            Self::TryLater => "try-later",
            Self::SigRequired => "sig-required",
            Self::Unauthorized => "unauthorized",
            Self::Other(_) => "other",
        }
    }

    /// The name in the words of RFC 6960 §4.2.1; a code that it does not have as a number.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Successful => "successful".to_owned(),
            Self::MalformedRequest => "malformedRequest".to_owned(),
            Self::InternalError => "internalError".to_owned(),
            Self::TryLater => "tryLater".to_owned(),
            Self::SigRequired => "sigRequired".to_owned(),
            Self::Unauthorized => "unauthorized".to_owned(),
            Self::Other(code) => code.to_string(),
        }
    }

    const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Successful,
            1 => Self::MalformedRequest,
            2 => Self::InternalError,
            3 => Self::TryLater,
            5 => Self::SigRequired,
            6 => Self::Unauthorized,
            other => Self::Other(other),
        }
    }
}

impl BasicOcsp {
    /// Parses one `BasicOCSPResponse` that is all of `bytes`: the form in `revocation-values`.
    ///
    /// # Errors
    /// [`OcspError`].
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, OcspError> {
        let outer = Tlv::parse_all(bytes, depth)?;
        let mut fields = outer.sequence()?;
        let tbs = fields.expect(tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let signature = read_signature_value(&mut fields)?;
        let mut certificates = Vec::new();
        if let Some(wrapper) = fields.optional(tag::context_constructed(0))? {
            let mut inner = wrapper.reader()?;
            let mut list = inner.expect(tag::SEQUENCE)?.reader()?;
            inner.finish()?;
            while !list.is_empty() {
                certificates.push(list.expect(tag::SEQUENCE)?.raw.into());
            }
        }
        fields.finish()?;

        let mut fields = tbs.reader()?;
        let version = match fields.optional(tag::context_constructed(0))? {
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let version = inner.expect(tag::INTEGER)?.integer()?.saturating_add(1);
                inner.finish()?;
                version
            }
            None => 1,
        };
        let responder_id = ResponderId::read(&mut fields)?;
        let produced_at = fields.expect(tag::GENERALIZED_TIME)?.time()?;
        let mut list = fields.expect(tag::SEQUENCE)?.reader()?;
        let mut responses = Vec::new();
        while !list.is_empty() {
            responses.push(SingleResponse::read(&mut list, depth)?);
        }
        let extensions = read_explicit_extensions(&mut fields, 1)?;
        fields.finish()?;
        Ok(Self {
            raw: bytes.into(),
            tbs: tbs.raw.into(),
            version,
            responder_id,
            produced_at,
            responses,
            nonce: nonce(&extensions, depth),
            unknown_critical_extensions: unknown_critical(&extensions, READ),
            duplicate_extensions: duplicates(&extensions),
            extensions,
            signature_algorithm,
            signature,
            certificates,
        })
    }
}

fn nonce(extensions: &[Extension], depth: u32) -> Option<Box<[u8]>> {
    let nonce = extensions.iter().find(|extension| extension.oid.content() == oid::OCSP_NONCE)?;
    Some(match nonce.tlv(depth) {
        Ok(tlv) if tlv.tag == tag::OCTET_STRING => tlv.content.into(),
        _ => nonce.value.as_ref().into(),
    })
}

/// `[number] EXPLICIT Extensions OPTIONAL`.
fn read_explicit_extensions(fields: &mut Reader<'_>, number: u8) -> Result<Vec<Extension>, DerError> {
    let Some(wrapper) = fields.optional(tag::context_constructed(number))? else {
        return Ok(Vec::new());
    };
    let mut inner = wrapper.reader()?;
    let extensions = Extension::read_all(&mut inner)?;
    inner.finish()?;
    Ok(extensions)
}

impl ResponderId {
    fn read(fields: &mut Reader<'_>) -> Result<Self, DerError> {
        let choice = fields.next_tlv()?;
        match choice.tag {
            0xa1 => {
                let mut inner = choice.reader()?;
                let name = Name::read(&mut inner)?;
                inner.finish()?;
                Ok(Self::Name(name))
            }
            0xa2 => {
                let mut inner = choice.reader()?;
                let hash = inner.expect(tag::OCTET_STRING)?.octets()?.into();
                inner.finish()?;
                Ok(Self::KeyHash(hash))
            }
            _ => Err(choice.malformed()),
        }
    }
}

impl SingleResponse {
    fn read(list: &mut Reader<'_>, depth: u32) -> Result<Self, DerError> {
        let mut fields = list.expect(tag::SEQUENCE)?.reader()?;
        let cert_id = CertId::read(&mut fields)?;
        let status = CertStatus::read(&mut fields)?;
        let this_update = fields.expect(tag::GENERALIZED_TIME)?.time()?;
        let next_update = match fields.optional(tag::context_constructed(0))? {
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let time = inner.expect(tag::GENERALIZED_TIME)?.time()?;
                inner.finish()?;
                Some(time)
            }
            None => None,
        };
        let extensions = read_explicit_extensions(&mut fields, 1)?;
        fields.finish()?;
        let mut response = Self {
            cert_id,
            status,
            this_update,
            next_update,
            archive_cutoff: None,
            cert_hash: None,
            malformed_extensions: duplicates(&extensions),
            unknown_critical_extensions: unknown_critical(&extensions, READ_IN_SINGLE),
            extensions: Vec::new(),
        };
        for extension in &extensions {
            if extension.tlv(depth).and_then(|value| response.read_extension(&extension.oid, &value)).is_err()
                && READ_IN_SINGLE.contains(&extension.oid.content())
            {
                response.malformed_extensions.push(extension.oid.clone());
            }
        }
        response.extensions = extensions;
        Ok(response)
    }

    fn read_extension(&mut self, oid: &Oid, value: &Tlv<'_>) -> Result<(), DerError> {
        match oid.content() {
            oid::OCSP_ARCHIVE_CUTOFF => self.archive_cutoff = Some(value.time()?),
            oid::OCSP_CERT_HASH => {
                let mut fields = value.sequence()?;
                let algorithm = AlgorithmIdentifier::read(&mut fields)?;
                let hash = fields.expect(tag::OCTET_STRING)?.octets()?.into();
                fields.finish()?;
                self.cert_hash = Some(CertHash { algorithm, value: hash });
            }
            _ => {}
        }
        Ok(())
    }
}

impl CertId {
    fn read(fields: &mut Reader<'_>) -> Result<Self, DerError> {
        let mut inner = fields.expect(tag::SEQUENCE)?.reader()?;
        let hash_algorithm = AlgorithmIdentifier::read(&mut inner)?;
        let issuer_name_hash = inner.expect(tag::OCTET_STRING)?.octets()?.into();
        let issuer_key_hash = inner.expect(tag::OCTET_STRING)?.octets()?.into();
        let serial = inner.expect(tag::INTEGER)?.content.into();
        inner.finish()?;
        Ok(Self { hash_algorithm, issuer_name_hash, issuer_key_hash, serial })
    }
}

impl CertStatus {
    fn read(fields: &mut Reader<'_>) -> Result<Self, DerError> {
        let choice = fields.next_tlv()?;
        match choice.tag {
            0x80 if choice.content.is_empty() => Ok(Self::Good),
            0x82 if choice.content.is_empty() => Ok(Self::Unknown),
            0xa1 => {
                let mut inner = choice.reader()?;
                let at = inner.expect(tag::GENERALIZED_TIME)?.time()?;
                let reason = match inner.optional(tag::context_constructed(0))? {
                    Some(wrapper) => {
                        let mut code = wrapper.reader()?;
                        let reason = code.expect(tag::ENUMERATED)?.integer()?;
                        code.finish()?;
                        Some(RevocationReason::from_code(reason))
                    }
                    None => None,
                };
                inner.finish()?;
                Ok(Self::Revoked { at, reason })
            }
            _ => Err(choice.malformed()),
        }
    }
}

impl From<DerError> for OcspError {
    fn from(error: DerError) -> Self {
        Self::Encoding(error)
    }
}

impl fmt::Display for OcspError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => write!(f, "no OCSP answer: {error}"),
            Self::ResponseType(oid) => write!(f, "no basic OCSP answer: the type is {oid}"),
            Self::NoResponse => f.write_str("no OCSP answer: the status is successful and there is none"),
        }
    }
}

impl std::error::Error for OcspError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;
    use crate::pki::testdata::explicit;
    use crate::pki::testdata::octets;
    use crate::pki::testdata::replaced;
    use crate::pki::testdata::seq;
    use crate::syntax::der::value;

    const DEPTH: u32 = 16;

    fn basic() -> BasicOcsp {
        OcspResponse::parse(&testdata::der(testdata::OCSP), DEPTH).unwrap().basic.unwrap()
    }

    #[test]
    fn an_answer_is_read() {
        let basic = basic();
        assert!(matches!(&basic.responder_id, ResponderId::Name(name) if name.common_name() == Some("Root")));
        let [good, revoked] = basic.responses.as_slice() else { panic!() };
        assert_eq!(good.status, CertStatus::Good);
        assert_eq!(good.cert_id.hash_algorithm.oid.content(), oid::SHA256);
        assert_eq!((good.cert_id.serial.as_ref(), good.cert_id.issuer_name_hash.len()), (&[1, 2][..], 32));
        let CertStatus::Revoked { at, reason } = revoked.status else { panic!() };
        assert_eq!(
            (at.to_string().as_str(), reason),
            ("2026-03-01T12:00:00Z", Some(RevocationReason::KeyCompromise))
        );
        assert_eq!(revoked.cert_id.hash_algorithm.oid.content(), oid::SHA1);
        assert_eq!(good.this_update.plus_seconds(3 * 86_400), good.next_update.unwrap());
        assert_eq!(good.this_update, basic.produced_at);
        assert_eq!((basic.certificates.len(), basic.nonce.as_ref().unwrap().len()), (1, 16));
        assert!(basic.raw[4..].starts_with(&basic.tbs) && basic.unknown_critical_extensions.is_empty());
        assert!(BasicOcsp::parse(&basic.raw, DEPTH).is_ok());
    }

    #[test]
    fn an_answer_without_an_answer_has_a_status() {
        for (code, status) in
            [(1, OcspStatus::MalformedRequest), (3, OcspStatus::TryLater), (4, OcspStatus::Other(4))]
        {
            let response = OcspResponse::parse(&[0x30, 3, 0x0a, 1, code], DEPTH).unwrap();
            assert!(response.status == status && response.basic.is_none());
        }
        assert!(matches!(OcspResponse::parse(&[0x30, 3, 0x0a, 1, 0], DEPTH), Err(OcspError::NoResponse)));
    }

    #[test]
    fn another_type_of_answer_is_refused() {
        let other = replaced(
            &testdata::der(testdata::OCSP),
            &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1],
            &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 9],
        );
        assert!(matches!(OcspResponse::parse(&other, DEPTH), Err(OcspError::ResponseType(_))));
    }

    fn single(extensions: &[Vec<u8>]) -> SingleResponse {
        let algorithm = seq(&[&testdata::oid(oid::SHA1)]);
        let id = seq(&[&algorithm, &octets(&[1; 20]), &octets(&[2; 20]), &testdata::int(&[5])]);
        let date = value(tag::GENERALIZED_TIME, b"20260901000000Z");
        let bytes = seq(&[&id, &[0x82, 0], &date, &explicit(1, &seq(&[&extensions.concat()]))]);
        SingleResponse::read(&mut Reader::new(&bytes, DEPTH), DEPTH).unwrap()
    }

    fn extension(oid: &[u8], inner: &[u8]) -> Vec<u8> {
        seq(&[&testdata::oid(oid), &octets(inner)])
    }

    #[test]
    fn the_positive_statement_and_the_archive_cutoff_are_read() {
        let hash = seq(&[&seq(&[&testdata::oid(oid::SHA256)]), &octets(&[7; 32])]);
        let cutoff = value(tag::GENERALIZED_TIME, b"20200101000000Z");
        let response =
            single(&[extension(oid::OCSP_CERT_HASH, &hash), extension(oid::OCSP_ARCHIVE_CUTOFF, &cutoff)]);
        assert_eq!(response.status, CertStatus::Unknown);
        assert_eq!(response.cert_hash.unwrap().value.as_ref(), [7; 32]);
        assert_eq!(response.archive_cutoff.unwrap().to_string(), "2020-01-01T00:00:00Z");
        assert!(response.malformed_extensions.is_empty());
    }

    #[test]
    fn a_malformed_positive_statement_is_named() {
        let response = single(&[extension(oid::OCSP_CERT_HASH, &octets(&[7; 32])), extension(&[0x2a, 3], &[9])]);
        assert_eq!(response.cert_hash, None);
        assert_eq!(response.malformed_extensions, [Oid::from_content(oid::OCSP_CERT_HASH)]);
    }
}
