//! Statements of qualified certificates (RFC 3739 §3.2.6, ETSI EN 319 412-5): what the issuer says the
//! certificate is. Whether it is that is for the trust list and the qualification rules.

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use super::oid;
use super::text;

/// `qcStatements`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QcStatements {
    /// All statements in the order sent.
    pub statements: Vec<QcStatement>,
    /// Statements whose information is malformed. They count in `statements` only.
    pub malformed: Vec<Oid>,
    /// Members of the list that are no statement at all. They were passed over.
    pub unreadable: usize,
    /// `QcCompliance` (§4.2.1).
    pub compliance: bool,
    /// `QcSSCD` (§4.2.2): the key is in a qualified signature or seal creation device.
    pub sscd: bool,
    /// `QcType` (§4.2.3): the types, see [`oid::QC_TYPE_ESIGN`] and its neighbours; empty where absent.
    pub types: Vec<Oid>,
    /// `QcCClegislation` (§4.2.4): countries (two letters, as sent) under whose law it is qualified; absent means
    /// the law of the European Union.
    pub legislation: Vec<String>,
    /// `QcLimitValue` (§4.3.2).
    pub limits: Vec<QcLimit>,
    /// `QcRetentionPeriod` (§4.3.3): years for which the issuer keeps its records after expiry.
    pub retention_years: Option<u64>,
    /// `QcPDS` (§4.3.4).
    pub pds: Vec<PdsLocation>,
    /// The semantics identifiers of `id-qcs-pkixQCSyntax-v2` (EN 319 412-1 §5.1), such as
    /// [`oid::SEMANTICS_NATURAL`].
    pub semantics: Vec<Oid>,
}

/// One statement as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QcStatement {
    /// Which statement.
    pub oid: Oid,
    /// Its information, with tag and length.
    pub info: Option<Box<[u8]>>,
}

/// `QcEuLimitValue`: transactions up to `amount` · 10^`exponent` of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QcLimit {
    /// The currency by ISO 4217: three letters, or the number as text.
    pub currency: String,
    /// The amount.
    pub amount: i64,
    /// The power of ten.
    pub exponent: i64,
}

/// Where the PKI disclosure statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdsLocation {
    /// The URL.
    pub url: String,
    /// The language by ISO 639-1, two letters as sent.
    pub language: String,
}

impl QcStatements {
    /// Whether the statement (content octets) is there, malformed or not.
    #[must_use]
    pub fn contains(&self, statement: &[u8]) -> bool {
        self.statements.iter().any(|one| one.oid.content() == statement)
    }

    pub(crate) fn from_tlv(value: &Tlv<'_>) -> Result<Self, DerError> {
        let mut list = value.sequence()?;
        let mut all = Self::default();
        while !list.is_empty() {
            // One broken statement does not spoil the others.
            let Ok((oid, info, whole)) = statement(&list.next_tlv()?) else {
                all.unreadable = all.unreadable.saturating_add(1);
                continue;
            };
            if !whole || all.read_one(&oid, info.as_ref()).is_none() {
                all.malformed.push(oid.clone());
            }
            all.statements.push(QcStatement { oid, info: info.map(|info| info.raw.into()) });
        }
        Ok(all)
    }

    /// `None` where the information is malformed; nothing of it is taken over then.
    fn read_one(&mut self, statement: &Oid, info: Option<&Tlv<'_>>) -> Option<()> {
        match statement.content() {
            oid::QC_COMPLIANCE => self.compliance |= without_information(info)?,
            oid::QC_SSCD => self.sscd |= without_information(info)?,
            oid::QC_TYPE => self.types.extend(list(info?, |reader| reader.expect(tag::OID)?.oid()).ok()?),
            oid::QC_CC_LEGISLATION => self.legislation.extend(list(info?, text::expect).ok()?),
            oid::QC_LIMIT_VALUE => self.limits.push(limit(info?).ok()?),
            oid::QC_RETENTION_PERIOD => {
                let years = info.filter(|info| info.tag == tag::INTEGER)?.integer().ok()?;
                self.retention_years = Some(u64::try_from(years).ok()?);
            }
            oid::QC_PDS => self.pds.extend(list(info?, location).ok()?),
            oid::QC_SYNTAX_V2 => self.semantics.extend(semantics(info)?),
            _ => {}
        }
        Some(())
    }
}

/// A statement: which, its information, and whether nothing follows that.
fn statement<'a>(member: &Tlv<'a>) -> Result<(Oid, Option<Tlv<'a>>, bool), DerError> {
    let mut fields = member.sequence()?;
    let oid = fields.expect(tag::OID)?.oid()?;
    let info = if fields.is_empty() { None } else { Some(fields.next_tlv()?) };
    Ok((oid, info, fields.is_empty()))
}

/// A statement that says all by being there. Some issuers write a NULL after it.
fn without_information(info: Option<&Tlv<'_>>) -> Option<bool> {
    info.is_none_or(|info| info.tag == tag::NULL && info.content.is_empty()).then_some(true)
}

/// `SEQUENCE SIZE (1..MAX) OF` something.
fn list<'a, T>(
    info: &Tlv<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<T, DerError>,
) -> Result<Vec<T>, DerError> {
    let mut inner = info.sequence()?;
    let mut members = vec![read(&mut inner)?];
    while !inner.is_empty() {
        members.push(read(&mut inner)?);
    }
    Ok(members)
}

fn limit(info: &Tlv<'_>) -> Result<QcLimit, DerError> {
    let mut fields = info.sequence()?;
    let currency = match fields.optional(tag::INTEGER)? {
        Some(number) => number.integer()?.to_string(),
        None => text::expect(&mut fields)?,
    };
    let amount = fields.expect(tag::INTEGER)?.integer()?;
    let exponent = fields.expect(tag::INTEGER)?.integer()?;
    fields.finish()?;
    Ok(QcLimit { currency, amount, exponent })
}

fn location(reader: &mut Reader<'_>) -> Result<PdsLocation, DerError> {
    let mut fields = reader.expect(tag::SEQUENCE)?.reader()?;
    let url = text::expect(&mut fields)?;
    let language = text::expect(&mut fields)?;
    fields.finish()?;
    Ok(PdsLocation { url, language })
}

/// `SemanticsInformation` (RFC 3739 §3.2.6.1): the identifier is optional, and so is the whole.
fn semantics(info: Option<&Tlv<'_>>) -> Option<Option<Oid>> {
    let Some(info) = info else { return Some(None) };
    let mut fields = info.sequence().ok()?;
    let oid = fields.optional(tag::OID).ok()?;
    fields.optional(tag::SEQUENCE).ok()?;
    fields.finish().ok()?;
    Some(match oid {
        Some(oid) => Some(oid.oid().ok()?),
        None => None,
    })
}
