//! Time-stamps (RFC 3161 §2.4): the token, what it states, and the answer of a time-stamping authority.
//!
//! Not checked here: the signature, whether the imprint is that of anything, the time.

use std::fmt;

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::time::Timestamp;

use super::algorithm::AlgorithmIdentifier;
use super::cms::CmsError;
use super::cms::SignedData;
use super::extension::Extension;
use super::general_name::GeneralName;
use super::oid;

/// A time-stamp token: signed data over a [`TstInfo`].
#[derive(Clone, Debug)]
pub struct TimestampToken {
    /// The signature over it.
    pub signed_data: SignedData,
    /// What is stated.
    pub tst_info: TstInfo,
}

/// `TSTInfo`: these digests existed at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TstInfo {
    /// `version`: 1.
    pub version: i64,
    /// The policy of the authority.
    pub policy: Oid,
    /// With which digest the imprint was made.
    pub imprint_algorithm: AlgorithmIdentifier,
    /// The imprint.
    pub imprint: Box<[u8]>,
    /// The content octets of the token's serial number.
    pub serial: Box<[u8]>,
    /// The time.
    pub gen_time: Timestamp,
    /// How far from it the true time may be.
    pub accuracy: Option<Accuracy>,
    /// Tokens of this authority can be ordered by time, whatever their accuracy.
    pub ordering: bool,
    /// The content octets of the nonce.
    pub nonce: Option<Box<[u8]>>,
    /// The name of the authority.
    pub tsa: Option<GeneralName>,
    /// The extensions.
    pub extensions: Vec<Extension>,
}

/// Accuracy; what is absent is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy {
    /// Seconds.
    pub seconds: u64,
    /// Thousandths of a second.
    pub millis: u64,
    /// Millionths of a second.
    pub micros: u64,
}

/// `TimeStampResp`: the answer of an authority.
#[derive(Clone, Debug)]
pub struct TimestampResponse {
    /// `PKIStatus`: 0 granted, 1 granted with modifications, 2 rejected, 3 waiting, 4 and 5 about revocation.
    pub status: i64,
    /// What the authority says about it, for people.
    pub status_text: Vec<String>,
    /// `PKIFailureInfo` as a set of bit numbers (bit `1 << n`), where it was refused.
    pub failure: Option<u32>,
    /// The token, where it was granted.
    pub token: Option<TimestampToken>,
}

/// Why bytes are no time-stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampError {
    /// The signed data cannot be read.
    Cms(CmsError),
    /// The content is of another type.
    ContentType(Oid),
    /// There is no content.
    NoContent,
    /// `TSTInfo` or the answer cannot be read.
    Encoding(DerError),
}

impl TimestampToken {
    /// Parses a token at the start of `bytes` (see [`SignedData::parse`] for what follows it).
    ///
    /// # Errors
    /// [`TimestampError`].
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, TimestampError> {
        let signed_data = SignedData::parse(bytes, depth).map_err(TimestampError::Cms)?;
        if signed_data.encap_content_type.content() != oid::TST_INFO {
            return Err(TimestampError::ContentType(signed_data.encap_content_type));
        }
        let content = signed_data.encap_content.as_deref().ok_or(TimestampError::NoContent)?;
        let tst_info = TstInfo::parse(content, depth)?;
        Ok(Self { signed_data, tst_info })
    }
}

impl TstInfo {
    /// Parses a `TSTInfo` that is all of `bytes`.
    ///
    /// # Errors
    /// Where the bytes are none.
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, DerError> {
        let outer = Tlv::parse_all(bytes, depth)?;
        let mut fields = outer.sequence()?;
        let version = fields.expect(tag::INTEGER)?.integer()?;
        let policy = fields.expect(tag::OID)?.oid()?;
        let mut message_imprint = fields.expect(tag::SEQUENCE)?.reader()?;
        let imprint_algorithm = AlgorithmIdentifier::read(&mut message_imprint)?;
        let imprint = message_imprint.expect(tag::OCTET_STRING)?.octets()?.into();
        message_imprint.finish()?;
        let serial = fields.expect(tag::INTEGER)?.content.into();
        let gen_time = fields.expect(tag::GENERALIZED_TIME)?.time()?;
        let accuracy = match fields.optional(tag::SEQUENCE)? {
            Some(accuracy) => Some(Accuracy::from_tlv(&accuracy)?),
            None => None,
        };
        let ordering = match fields.optional(tag::BOOLEAN)? {
            Some(flag) => flag.boolean()?,
            None => false,
        };
        let nonce = fields.optional(tag::INTEGER)?.map(|nonce| nonce.content.into());
        let tsa = read_tsa(&mut fields)?;
        let extensions = match fields.optional(tag::context_constructed(1))? {
            Some(extensions) => Extension::read_list(&extensions)?,
            None => Vec::new(),
        };
        fields.finish()?;
        Ok(Self {
            version,
            policy,
            imprint_algorithm,
            imprint,
            serial,
            gen_time,
            accuracy,
            ordering,
            nonce,
            tsa,
            extensions,
        })
    }
}

fn read_tsa(fields: &mut Reader<'_>) -> Result<Option<GeneralName>, DerError> {
    let Some(wrapper) = fields.optional(tag::context_constructed(0))? else {
        return Ok(None);
    };
    let mut inner = wrapper.reader()?;
    let name = GeneralName::read(&mut inner)?;
    inner.finish()?;
    Ok(Some(name))
}

impl Accuracy {
    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.reader()?;
        let mut number = |of_tag| match fields.optional(of_tag)? {
            Some(number) => u64::try_from(number.integer()?).map_err(|_| number.malformed()),
            None => Ok(0),
        };
        let accuracy = Self {
            seconds: number(tag::INTEGER)?,
            millis: number(tag::context(0))?,
            micros: number(tag::context(1))?,
        };
        fields.finish()?;
        Ok(accuracy)
    }
}

impl TimestampResponse {
    /// Parses an answer that is all of `bytes`.
    ///
    /// # Errors
    /// [`TimestampError`].
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, TimestampError> {
        let outer = Tlv::parse_all(bytes, depth)?;
        let mut fields = outer.sequence()?;
        let mut status_info = fields.expect(tag::SEQUENCE)?.reader()?;
        let status = status_info.expect(tag::INTEGER)?.integer()?;
        let mut status_text = Vec::new();
        if let Some(texts) = status_info.optional(tag::SEQUENCE)? {
            let mut texts = texts.reader()?;
            while !texts.is_empty() {
                status_text.push(super::text::expect(&mut texts)?);
            }
        }
        let failure = match status_info.optional(tag::BIT_STRING)? {
            Some(bits) => Some(bits.named_bits()?),
            None => None,
        };
        status_info.finish()?;
        let token = match fields.optional(tag::SEQUENCE)? {
            Some(token) => Some(TimestampToken::parse(token.raw, depth)?),
            None => None,
        };
        fields.finish()?;
        Ok(Self { status, status_text, failure, token })
    }
}

impl From<DerError> for TimestampError {
    fn from(error: DerError) -> Self {
        Self::Encoding(error)
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cms(error) => write!(f, "no time-stamp: {error}"),
            Self::ContentType(oid) => write!(f, "no time-stamp: the content type is {oid}"),
            Self::NoContent => f.write_str("no time-stamp: there is no content"),
            Self::Encoding(error) => write!(f, "no time-stamp: {error}"),
        }
    }
}

impl std::error::Error for TimestampError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;
    use crate::syntax::der::value;

    const DEPTH: u32 = 32;

    #[test]
    fn a_token_is_read() {
        let token = TimestampToken::parse(&testdata::der(testdata::TIMESTAMP), DEPTH).unwrap();
        let info = token.tst_info;
        assert_eq!((info.version, info.policy.to_string().as_str()), (1, "1.2.3.4"));
        assert_eq!((info.imprint_algorithm.oid.content(), info.imprint.len()), (oid::SHA256, 32));
        assert_eq!(info.accuracy, Some(Accuracy { seconds: 1, millis: 500, micros: 0 }));
        assert!(info.ordering && info.nonce.is_some() && info.extensions.is_empty());
        assert_eq!(info.tsa.unwrap().directory().unwrap().common_name(), Some("Anna tsa"));
        let attributes = token.signed_data.signers[0].signed_attributes.as_ref().unwrap();
        assert_eq!(attributes.content_type().unwrap().unwrap().content(), oid::TST_INFO);
        assert_eq!(attributes.claimed_signing_time().unwrap(), Some(info.gen_time));
    }

    #[test]
    fn an_answer_is_read_with_its_token() {
        let response = TimestampResponse::parse(&testdata::der(testdata::TIMESTAMP_RESPONSE), DEPTH).unwrap();
        assert_eq!((response.status, response.failure), (0, None));
        assert!(response.token.is_some());
    }

    #[test]
    fn a_refusal_says_why() {
        let texts = value(0x30, &value(0x0c, b"bad"));
        let info = value(0x30, &[&[0x02, 1, 2], &texts[..], &[0x03, 2, 5, 0x20]].concat());
        let response = TimestampResponse::parse(&value(0x30, &info), DEPTH).unwrap();
        assert_eq!((response.status, response.status_text[0].as_str()), (2, "bad"));
        assert_eq!(response.failure, Some(1 << 2));
        assert!(response.token.is_none());
    }

    #[test]
    fn a_signature_over_something_else_is_no_token() {
        let signature = testdata::der(testdata::CMS);
        assert!(matches!(TimestampToken::parse(&signature, DEPTH), Err(TimestampError::ContentType(_))));
        let certificate = testdata::der(testdata::LEAF);
        assert!(matches!(TimestampToken::parse(&certificate, DEPTH), Err(TimestampError::Cms(_))));
    }
}
