//! Where a CRL is and what it covers: `DistributionPoint` (RFC 5280 §4.2.1.13), shared by certificates
//! (`cRLDistributionPoints`, `freshestCRL`) and CRLs (`issuingDistributionPoint`).

use crate::syntax::der::DerError;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use super::general_name::GeneralName;
use super::name::Name;

/// A place that a certificate names for its CRL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionPoint {
    /// Where.
    pub name: Option<DistributionPointName>,
    /// For which reasons the CRL there speaks; all where absent.
    pub reasons: Option<ReasonFlags>,
    /// Who signs it; the issuer of the certificate where empty.
    pub crl_issuer: Vec<GeneralName>,
}

/// The name of a distribution point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DistributionPointName {
    /// One place under several names.
    Full(Vec<GeneralName>),
    /// A relative name (its SET, as sent, with the tag of a SET), to be put after the name of who signs the CRL.
    RelativeToIssuer(Box<[u8]>),
}

/// Reasons for a revocation, as a set (RFC 5280 §4.2.1.13 `ReasonFlags`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonFlags(u32);

impl ReasonFlags {
    /// All eight reasons, `keyCompromise` (1) to `aACompromise` (8).
    pub const ALL: Self = Self(0x1fe);

    /// Whether the reason of bit number `bit` is in the set.
    #[must_use]
    pub const fn contains(self, bit: u8) -> bool {
        bit < 32 && self.0 & (1 << bit) != 0
    }

    /// The reasons in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The reasons in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all eight reasons are in the set.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 & Self::ALL.0 == Self::ALL.0
    }

    /// Whether none of the eight reasons is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 & Self::ALL.0 == 0
    }

    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        tlv.with_tag(tag::BIT_STRING).named_bits().map(Self)
    }
}

impl DistributionPoint {
    /// The URIs of the full name.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        let names = match &self.name {
            Some(DistributionPointName::Full(names)) => names.as_slice(),
            _ => &[],
        };
        names.iter().filter_map(GeneralName::uri)
    }

    /// `CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint`.
    pub(crate) fn read_list(value: &Tlv<'_>) -> Result<Vec<Self>, DerError> {
        let mut inner = value.sequence()?;
        let mut points = vec![Self::read(&mut inner)?];
        while !inner.is_empty() {
            points.push(Self::read(&mut inner)?);
        }
        Ok(points)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        let mut fields = reader.expect(tag::SEQUENCE)?.reader()?;
        let name = DistributionPointName::read_optional(&mut fields)?;
        let reasons = fields.optional(tag::context(1))?.map(|tlv| ReasonFlags::from_tlv(&tlv)).transpose()?;
        let crl_issuer = match fields.optional(tag::context_constructed(2))? {
            Some(names) => GeneralName::read_list(&names)?,
            None => Vec::new(),
        };
        fields.finish()?;
        Ok(Self { name, reasons, crl_issuer })
    }
}

impl DistributionPointName {
    /// `distributionPoint [0] DistributionPointName OPTIONAL` (explicit, since it is a choice).
    pub(crate) fn read_optional(fields: &mut Reader<'_>) -> Result<Option<Self>, DerError> {
        let Some(wrapper) = fields.optional(tag::context_constructed(0))? else {
            return Ok(None);
        };
        let mut inner = wrapper.reader()?;
        let choice = inner.next_tlv()?;
        inner.finish()?;
        match choice.tag {
            0xa0 => GeneralName::read_list(&choice).map(|names| Some(Self::Full(names))),
            0xa1 => {
                let rdn = crate::syntax::der::value(tag::SET, choice.content);
                Ok(Some(Self::RelativeToIssuer(rdn.into())))
            }
            _ => Err(choice.malformed()),
        }
    }

    /// The names of the point, where the CRL is signed by `issuer`.
    ///
    /// # Errors
    /// Where a relative name is malformed.
    pub fn names(&self, issuer: &Name, depth: u32) -> Result<Vec<GeneralName>, DerError> {
        match self {
            Self::Full(names) => Ok(names.clone()),
            Self::RelativeToIssuer(rdn) => {
                let name = Name::extended(issuer, &Tlv::parse_all(rdn, depth)?, depth)?;
                Ok(vec![GeneralName::Directory(name)])
            }
        }
    }
}
