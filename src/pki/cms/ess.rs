//! Which certificate the signer means, under its signature: `signing-certificate` and `signing-certificate-v2`
//! (RFC 2634 §5.4, RFC 5035). The first reference is the signer's own; the others restrict its path.

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use crate::pki::algorithm::AlgorithmIdentifier;
use crate::pki::general_name::GeneralName;
use crate::pki::name::Name;
use crate::pki::oid;

/// Either version of the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningCertificate {
    /// The references in the order sent; at least one.
    pub ids: Vec<EssCertId>,
    /// The policies under which the certificates are meant; empty where absent.
    pub policies: Vec<Oid>,
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EssCertId {
    /// The digest: SHA-1 in version 1; SHA-256 where version 2 names none.
    pub digest_algorithm: AlgorithmIdentifier,
    /// The digest of the whole certificate.
    pub hash: Box<[u8]>,
    /// The issuer and serial number of it, where they are named.
    pub issuer_serial: Option<IssuerSerial>,
}

/// `IssuerSerial` (RFC 5035 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSerial {
    /// The issuer: by the standard one directory name.
    pub issuer: Vec<GeneralName>,
    /// The content octets of the serial number.
    pub serial: Box<[u8]>,
}

impl IssuerSerial {
    /// The issuer, where it is one directory name as the standard demands.
    #[must_use]
    pub fn issuer_name(&self) -> Option<&Name> {
        match self.issuer.as_slice() {
            [GeneralName::Directory(name)] => Some(name),
            _ => None,
        }
    }

    /// Parses an `IssuerSerial` that is all of `bytes` (XAdES has it in `IssuerSerialV2`).
    ///
    /// # Errors
    /// Where the bytes are none.
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, DerError> {
        Self::from_tlv(&Tlv::parse_all(bytes, depth)?)
    }

    fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
        let issuer = GeneralName::read_list(&fields.expect(tag::SEQUENCE)?)?;
        let serial = fields.expect(tag::INTEGER)?.content.into();
        fields.finish()?;
        Ok(Self { issuer, serial })
    }
}

impl SigningCertificate {
    pub(crate) fn v1(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        Self::read(tlv, |_| Ok(AlgorithmIdentifier::without_parameters(oid::SHA1)))
    }

    pub(crate) fn v2(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        Self::read(tlv, |fields| match fields.optional(tag::SEQUENCE)? {
            Some(algorithm) => AlgorithmIdentifier::from_tlv(&algorithm),
            None => Ok(AlgorithmIdentifier::without_parameters(oid::SHA256)),
        })
    }

    fn read(
        tlv: &Tlv<'_>,
        algorithm: impl Fn(&mut Reader<'_>) -> Result<AlgorithmIdentifier, DerError>,
    ) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
        let certificates = fields.expect(tag::SEQUENCE)?;
        let mut list = certificates.reader()?;
        if list.is_empty() {
            return Err(certificates.malformed());
        }
        let mut ids = Vec::new();
        while !list.is_empty() {
            let mut id = list.expect(tag::SEQUENCE)?.reader()?;
            let digest_algorithm = algorithm(&mut id)?;
            let hash = id.expect(tag::OCTET_STRING)?.octets()?.into();
            let issuer_serial = match id.optional(tag::SEQUENCE)? {
                Some(issuer_serial) => Some(IssuerSerial::from_tlv(&issuer_serial)?),
                None => None,
            };
            id.finish()?;
            ids.push(EssCertId { digest_algorithm, hash, issuer_serial });
        }
        let mut policies = Vec::new();
        if let Some(list) = fields.optional(tag::SEQUENCE)? {
            let mut list = list.reader()?;
            while !list.is_empty() {
                policies.push(list.expect(tag::SEQUENCE)?.reader()?.expect(tag::OID)?.oid()?);
            }
        }
        fields.finish()?;
        Ok(Self { ids, policies })
    }
}
