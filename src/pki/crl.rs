//! Certificate revocation lists (RFC 5280 §5), read in BER.
//!
//! A list may have a million entries, so they are not kept apart: their bytes are walked once when the list is
//! parsed (which refuses a malformed frame and finds critical entry extensions that are unknown) and again for
//! each question. Lists of the field with a `GeneralizedTime` before 2050, or with an empty
//! `revokedCertificates`, are read although RFC 5280 §5.1.2 forbids both.
//!
//! Not checked here: the signature, who may sign it, whether it is fresh, whether its scope covers a certificate.

mod entries;

use std::fmt;

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::time::Timestamp;

use super::algorithm::AlgorithmIdentifier;
use super::algorithm::read_signature_value;
use super::certificate::AuthorityKeyIdentifier;
use super::distribution_point::DistributionPointName;
use super::distribution_point::ReasonFlags;
use super::extension::Extension;
use super::extension::duplicates;
use super::extension::read_known;
use super::extension::unknown_critical;
use super::name::Name;
use super::oid;
use super::serial::same_serial;
use super::serial::shortest;
use entries::Scanned;
use entries::scan;
use entries::with_serial;

pub use entries::{CrlEntries, CrlEntry, RevocationReason};

/// A CRL as parsed.
#[derive(Clone)]
pub struct Crl {
    der: Box<[u8]>,
    tbs: std::ops::Range<usize>,
    revoked: std::ops::Range<usize>,
    depth: u32,
    /// `version` as people count it: 1 where absent, else one more than the field.
    pub version: i64,
    /// `tbsCertList.signature`, the algorithm inside what is signed.
    pub inner_signature_algorithm: AlgorithmIdentifier,
    /// Who issued it.
    pub issuer: Name,
    /// When.
    pub this_update: Timestamp,
    /// When the next one is out at the latest.
    pub next_update: Option<Timestamp>,
    /// How many entries there are.
    pub entry_count: usize,
    /// Whether any entry names the issuer of its certificate (§5.3.3), which is for indirect lists only.
    pub names_certificate_issuers: bool,
    /// `signatureAlgorithm`, beside the signature.
    pub signature_algorithm: AlgorithmIdentifier,
    /// The octets of the signature value; none where it is not made of whole octets (no key makes such a one).
    pub signature: Box<[u8]>,
    /// All extensions in the order sent.
    pub extensions: Vec<Extension>,
    /// Critical extensions of the list, and of any entry, that this module does not read. Who validates must not
    /// use the list (RFC 5280 §5.2, §5.3).
    pub unknown_critical_extensions: Vec<Oid>,
    /// Extensions that are there more than once. The first one is read.
    pub duplicate_extensions: Vec<Oid>,
    /// Extensions that this module reads but whose value is malformed. Their fields say that they are absent.
    pub malformed_extensions: Vec<Oid>,
    /// `cRLNumber` (§5.2.3), content octets.
    pub crl_number: Option<Box<[u8]>>,
    /// `deltaCRLIndicator` (§5.2.4): the number of the base (content octets); there only in a delta.
    pub delta_base_number: Option<Box<[u8]>>,
    /// `issuingDistributionPoint` (§5.2.5).
    pub issuing_distribution_point: Option<IssuingDistributionPoint>,
    /// `authorityKeyIdentifier` (§5.2.1).
    pub authority_key_identifier: Option<AuthorityKeyIdentifier>,
    /// `expiredCertsOnCRL` (X.509 §9.5.2.8): certificates that expired after this time stay on the list.
    pub expired_certs_on_crl: Option<Timestamp>,
}

/// `issuingDistributionPoint`: what the list covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuingDistributionPoint {
    /// The place of the list.
    pub name: Option<DistributionPointName>,
    /// It covers certificates of end entities only.
    pub only_user_certs: bool,
    /// It covers certificates of CAs only.
    pub only_ca_certs: bool,
    /// It covers these reasons only.
    pub only_some_reasons: Option<ReasonFlags>,
    /// It has entries for certificates of other issuers.
    pub indirect: bool,
    /// It covers attribute certificates only.
    pub only_attribute_certs: bool,
}

/// Why bytes are no CRL, or a question about it has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrlError {
    /// The encoding cannot be read.
    Encoding(DerError),
    /// An extension of an entry is malformed, so nobody can say whose entry it is or what it means.
    EntryExtension(Oid),
}

/// Extensions of a list that [`Crl`] reads.
const READ: &[&[u8]] = &[
    oid::CRL_NUMBER,
    oid::DELTA_CRL_INDICATOR,
    oid::ISSUING_DISTRIBUTION_POINT,
    oid::AUTHORITY_KEY_IDENTIFIER,
    oid::EXPIRED_CERTS_ON_CRL,
];

impl Crl {
    /// Parses one `CertificateList` that is all of `bytes`.
    ///
    /// # Errors
    /// [`CrlError::Encoding`] where it cannot be read, entries included.
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, CrlError> {
        let outer = Tlv::parse_all(bytes, depth)?;
        let mut fields = outer.sequence()?;
        let tbs = fields.expect(tag::SEQUENCE)?;
        let signature_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let signature = read_signature_value(&mut fields)?;
        fields.finish()?;

        let mut fields = tbs.reader()?;
        let version = match fields.optional(tag::INTEGER)? {
            Some(version) => version.integer()?.saturating_add(1),
            None => 1,
        };
        let inner_signature_algorithm = AlgorithmIdentifier::read(&mut fields)?;
        let issuer = Name::read(&mut fields)?;
        let this_update = fields.next_tlv()?.time()?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(fields.next_tlv()?.time()?),
            _ => None,
        };
        let mut scanned = Scanned::default();
        let mut revoked = 0..0;
        if let Some(list) = fields.optional(tag::SEQUENCE)? {
            scanned = scan(&list)?;
            revoked = list.offset..list.offset.saturating_add(list.raw.len());
        }
        let extensions = match fields.optional(tag::context_constructed(0))? {
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let extensions = Extension::read_all(&mut inner)?;
                inner.finish()?;
                extensions
            }
            None => Vec::new(),
        };
        fields.finish()?;

        let mut unknown_critical_extensions = unknown_critical(&extensions, READ);
        unknown_critical_extensions.append(&mut scanned.unknown_critical);
        let mut crl = Self {
            der: bytes.into(),
            tbs: tbs.offset..tbs.offset.saturating_add(tbs.raw.len()),
            revoked,
            depth,
            version,
            inner_signature_algorithm,
            issuer,
            this_update,
            next_update,
            entry_count: scanned.count,
            names_certificate_issuers: scanned.names_issuers,
            signature_algorithm,
            signature,
            unknown_critical_extensions,
            duplicate_extensions: duplicates(&extensions),
            malformed_extensions: Vec::new(),
            crl_number: None,
            delta_base_number: None,
            issuing_distribution_point: None,
            authority_key_identifier: None,
            expired_certs_on_crl: None,
            extensions: Vec::new(),
        };
        crl.malformed_extensions =
            read_known(&extensions, READ, depth, |extension, value| crl.read_extension(&extension.oid, value));
        crl.extensions = extensions;
        Ok(crl)
    }

    /// The whole list.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The exact bytes that are signed (`tbsCertList`).
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        // The range was taken from these very bytes when they were parsed.
        self.der.get(self.tbs.clone()).unwrap_or_default()
    }

    /// Whether this is a delta: it says what changed since a base, and means nothing without one.
    #[must_use]
    pub fn is_delta(&self) -> bool {
        let says_so = |oid: &Oid| oid.content() == oid::DELTA_CRL_INDICATOR;
        self.delta_base_number.is_some() || self.malformed_extensions.iter().any(says_so)
    }

    /// All entries in the order sent.
    #[must_use]
    pub fn entries(&self) -> CrlEntries<'_> {
        CrlEntries::of(self.der.get(self.revoked.clone()).unwrap_or_default(), self.depth)
    }

    /// The entry of the certificate that `issuer` issued under `serial` (content octets). Where there are several,
    /// the first one that is no hold and no removal, or else the first one.
    ///
    /// The bytes of the list are looked through for the number first, at the speed of memory; only where they have it
    /// somewhere is found out whose entry that is in. Nothing is copied.
    ///
    /// # Errors
    /// [`CrlError`] where an entry with this serial number, or in an indirect list one before it that could change whose
    /// it is, cannot be read: then nobody can say what the list says.
    pub fn find(&self, issuer: &Name, serial: &[u8]) -> Result<Option<CrlEntry>, CrlError> {
        let mut found: Option<CrlEntry> = None;
        let mut first_final = |entry: CrlEntry| {
            if !entry.certificate_issuer.as_ref().unwrap_or(&self.issuer).matches(issuer) {
                return None;
            }
            if entry.is_final() {
                return Some(entry);
            }
            found.get_or_insert(entry);
            None
        };
        let list = self.der.get(self.revoked.clone()).unwrap_or_default();
        if self.names_certificate_issuers {
            if memchr::memmem::find(list, shortest(serial)).is_none() {
                return Ok(None);
            }
            let mut entries = self.entries();
            while let Some(raw) = entries.next_raw()? {
                if same_serial(raw.serial, serial)
                    && let Some(last) = first_final(entries.read(&raw)?)
                {
                    return Ok(Some(last));
                }
            }
        } else {
            for raw in with_serial(list, serial, self.depth) {
                if let Some(last) = first_final(raw?.read(None)?) {
                    return Ok(Some(last));
                }
            }
        }
        Ok(found)
    }

    fn read_extension(&mut self, oid: &Oid, value: &Tlv<'_>) -> Result<(), DerError> {
        match oid.content() {
            oid::CRL_NUMBER => self.crl_number = Some(integer(value)?),
            oid::DELTA_CRL_INDICATOR => self.delta_base_number = Some(integer(value)?),
            oid::ISSUING_DISTRIBUTION_POINT => {
                self.issuing_distribution_point = Some(IssuingDistributionPoint::from_tlv(value)?);
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_identifier = Some(AuthorityKeyIdentifier::from_tlv(value)?);
            }
            oid::EXPIRED_CERTS_ON_CRL if value.tag == tag::GENERALIZED_TIME => {
                self.expired_certs_on_crl = Some(value.time()?);
            }
            _ => return Err(value.malformed()),
        }
        Ok(())
    }
}

impl IssuingDistributionPoint {
    fn from_tlv(value: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = value.sequence()?;
        let name = DistributionPointName::read_optional(&mut fields)?;
        let only_user_certs = flag(&mut fields, 1)?;
        let only_ca_certs = flag(&mut fields, 2)?;
        let reasons = fields.optional(tag::context(3))?;
        let indirect = flag(&mut fields, 4)?;
        let only_attribute_certs = flag(&mut fields, 5)?;
        fields.finish()?;
        let only_some_reasons = match reasons {
            Some(reasons) => Some(ReasonFlags::from_tlv(&reasons)?),
            None => None,
        };
        Ok(Self { name, only_user_certs, only_ca_certs, only_some_reasons, indirect, only_attribute_certs })
    }
}

/// `[number] IMPLICIT BOOLEAN DEFAULT FALSE`.
fn flag(fields: &mut Reader<'_>, number: u8) -> Result<bool, DerError> {
    match fields.optional(tag::context(number))? {
        Some(flag) => flag.with_tag(tag::BOOLEAN).boolean(),
        None => Ok(false),
    }
}

fn integer(value: &Tlv<'_>) -> Result<Box<[u8]>, DerError> {
    if value.tag == tag::INTEGER && !value.content.is_empty() {
        Ok(value.content.into())
    } else {
        Err(value.malformed())
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, {}, {} entries)", self.issuer, self.this_update, self.entry_count)
    }
}

impl From<DerError> for CrlError {
    fn from(error: DerError) -> Self {
        Self::Encoding(error)
    }
}

impl fmt::Display for CrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => write!(f, "no revocation list: {error}"),
            Self::EntryExtension(oid) => write!(f, "the extension {oid} of an entry is malformed"),
        }
    }
}

impl std::error::Error for CrlError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::name::tests::name;
    use crate::pki::testdata;
    use crate::pki::testdata::explicit;
    use crate::pki::testdata::int;
    use crate::pki::testdata::octets;
    use crate::pki::testdata::seq;
    use crate::syntax::der::value;

    const DEPTH: u32 = 16;

    fn crl() -> Crl {
        Crl::parse(&testdata::der(testdata::CRL), DEPTH).unwrap()
    }

    fn time(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    fn ca(common_name: &str) -> Name {
        name(&[(oid::COMMON_NAME, tag::UTF8_STRING, common_name.as_bytes())])
    }

    #[test]
    fn the_fields_are_read() {
        let crl = crl();
        assert_eq!((crl.version, crl.entry_count), (2, 3));
        assert_eq!(crl.issuer.common_name(), Some("Root"));
        assert_eq!(crl.this_update.plus_seconds(30 * 86_400), crl.next_update.unwrap());
        assert_eq!(crl.crl_number.as_deref(), Some(&[5][..]));
        assert!(!crl.is_delta());
        assert_eq!(crl.expired_certs_on_crl, Some(time("2026-01-01T00:00:00Z")));
        assert!(crl.authority_key_identifier.as_ref().unwrap().key_id.is_some());
        let scope = crl.issuing_distribution_point.as_ref().unwrap();
        assert!(scope.only_user_certs && scope.indirect && !scope.only_ca_certs && !scope.only_attribute_certs);
        assert!(scope.only_some_reasons.unwrap().contains(1) && scope.name.is_some());
        assert!(crl.unknown_critical_extensions.is_empty() && crl.malformed_extensions.is_empty());
        assert!(crl.der()[4..].starts_with(crl.tbs()) && crl.der().ends_with(&crl.signature));
        assert_eq!(crl.inner_signature_algorithm, crl.signature_algorithm);
    }

    #[test]
    fn entries_are_found_by_issuer_and_serial_number() {
        let crl = crl();
        let found = crl.find(&crl.issuer, &[0, 1, 2]).unwrap().unwrap();
        assert_eq!(found.revoked_at, time("2026-03-01T12:00:00Z"));
        assert_eq!(found.reason, Some(RevocationReason::KeyCompromise));
        let held = crl.find(&crl.issuer, &[1, 4]).unwrap().unwrap();
        assert!(held.reason == Some(RevocationReason::CertificateHold) && !held.is_final());
        assert_eq!(crl.find(&crl.issuer, &[1, 5]).unwrap().unwrap().reason, None);
        assert_eq!(crl.find(&crl.issuer, &[1, 6]), Ok(None));
        assert_eq!(crl.find(&ca("Other"), &[1, 2]), Ok(None));
        let serials: Vec<_> = crl.entries().map(|entry| entry.unwrap().serial).collect();
        assert_eq!(serials, [[1, 2].into(), [1, 4].into(), Box::from([1, 5])]);
    }

    fn extension(oid: &[u8], critical: bool, inner: &[u8]) -> Vec<u8> {
        let flag = if critical { value(tag::BOOLEAN, &[0xff]) } else { Vec::new() };
        seq(&[&testdata::oid(oid), &flag, &octets(inner)])
    }

    fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
        let date = value(tag::UTC_TIME, b"260301120000Z");
        let list = if extensions.is_empty() { Vec::new() } else { seq(&[&extensions.concat()]) };
        seq(&[&int(serial), &date, &list])
    }

    fn list(entries: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
        let algorithm = seq(&[&testdata::oid(&[0x2a, 3])]);
        let date = value(tag::GENERALIZED_TIME, b"20260901000000Z");
        let revoked = seq(&[&entries.concat()]);
        let wrapped = if extensions.is_empty() { Vec::new() } else { explicit(0, &seq(&[&extensions.concat()])) };
        let issuer = ca("Root");
        let tbs = seq(&[&int(&[1]), &algorithm, issuer.der(), &date, &revoked, &wrapped]);
        seq(&[&tbs, &algorithm, &[0x03, 0x02, 0x00, 0xaa]])
    }

    fn certificate_issuer(of: &Name) -> Vec<u8> {
        extension(oid::CERTIFICATE_ISSUER, true, &seq(&[&explicit(4, of.der())]))
    }

    #[test]
    fn the_issuer_of_an_entry_holds_until_the_next_one() {
        let (other, third) = (ca("Other"), ca("Third"));
        let entries = [
            entry(&[1], &[]),
            entry(&[2], &[certificate_issuer(&other)]),
            entry(&[3], &[]),
            entry(&[1], &[certificate_issuer(&third)]),
        ];
        let crl = Crl::parse(&list(&entries, &[]), DEPTH).unwrap();
        assert!(crl.find(&ca("Root"), &[1]).unwrap().is_some());
        assert!(crl.find(&ca("ROOT"), &[3]).unwrap().is_none());
        assert!(crl.find(&other, &[3]).unwrap().is_some());
        assert!(crl.find(&other, &[1]).unwrap().is_none());
        assert!(crl.find(&third, &[1]).unwrap().is_some());
    }

    #[test]
    fn a_final_revocation_goes_before_a_hold() {
        let hold = extension(oid::REASON_CODE, false, &value(tag::ENUMERATED, &[6]));
        let crl = Crl::parse(&list(&[entry(&[1], &[hold]), entry(&[1], &[])], &[]), DEPTH).unwrap();
        assert!(crl.find(&crl.issuer, &[1]).unwrap().unwrap().is_final());
    }

    #[test]
    fn a_list_against_the_standard_is_read_all_the_same() {
        let crl = Crl::parse(&list(&[], &[]), DEPTH).unwrap();
        assert_eq!((crl.entry_count, crl.this_update), (0, time("2026-09-01T00:00:00Z")));
        assert_eq!(crl.find(&crl.issuer, &[1]), Ok(None));
        assert_eq!(crl.next_update, None);
    }

    #[test]
    fn unknown_critical_extensions_are_named_wherever_they_are() {
        let odd = [0x2a, 3, 4];
        let in_entry = list(&[entry(&[1], &[]), entry(&[2], &[extension(&odd, true, &[5, 0])])], &[]);
        let in_list = list(&[], &[extension(&odd, true, &[5, 0])]);
        for bytes in [in_entry, in_list] {
            assert_eq!(Crl::parse(&bytes, DEPTH).unwrap().unknown_critical_extensions, [Oid::from_content(&odd)]);
        }
        let harmless = list(&[entry(&[2], &[extension(&odd, false, &[5, 0])])], &[]);
        assert!(Crl::parse(&harmless, DEPTH).unwrap().unknown_critical_extensions.is_empty());
    }

    #[test]
    fn entries_of_every_length_are_stepped_over() {
        let long = |octets: usize| extension(&[0x2a, 3, 4], false, &octets_of(octets));
        let entries: Vec<Vec<u8>> = [0, 100, 200, 300, 70_000, 0]
            .into_iter()
            .zip(1_u8..)
            .map(|(octets, number)| entry(&[0x55, number], &[long(octets)]))
            .collect();
        let crl = Crl::parse(&list(&entries, &[]), DEPTH).unwrap();
        for number in 1..=6 {
            let found = crl.find(&crl.issuer, &[0x55, number]).unwrap();
            assert_eq!(found.map(|entry| entry.serial), Some([0x55, number].into()));
            assert!(crl.find(&crl.issuer, &[0, 0x55, number]).unwrap().is_some(), "as the same integer");
        }
        assert_eq!(crl.find(&crl.issuer, &[0x55, 7]), Ok(None));
        assert_eq!(crl.find(&crl.issuer, &[0x77]), Ok(None), "it stands in an extension");
        assert_eq!(crl.find(&crl.issuer, &[]), Ok(None));
    }

    fn octets_of(length: usize) -> Vec<u8> {
        octets(&vec![0x77; length])
    }

    #[test]
    fn a_delta_is_one_even_where_its_number_is_malformed() {
        let delta = |inner: &[u8]| {
            Crl::parse(&list(&[], &[extension(oid::DELTA_CRL_INDICATOR, true, inner)]), DEPTH).unwrap()
        };
        assert!(delta(&int(&[4])).is_delta());
        let odd = delta(&[0x05, 0x00]);
        assert!(odd.is_delta() && odd.delta_base_number.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_a_missing_entry() {
        let bad_reason = extension(oid::REASON_CODE, false, &[0x05, 0x00]);
        let crl = Crl::parse(&list(&[entry(&[1], &[bad_reason])], &[]), DEPTH).unwrap();
        assert!(matches!(crl.find(&crl.issuer, &[1]), Err(CrlError::EntryExtension(_))));
        assert_eq!(crl.find(&crl.issuer, &[2]), Ok(None));
        let bad_issuer = extension(oid::CERTIFICATE_ISSUER, true, &[0x05, 0x00]);
        let crl = Crl::parse(&list(&[entry(&[1], &[bad_issuer]), entry(&[2], &[])], &[]), DEPTH).unwrap();
        assert!(matches!(crl.find(&crl.issuer, &[2]), Err(CrlError::EntryExtension(_))));
        assert_eq!(crl.entries().count(), 1, "the walk ends with the error");
        assert!(Crl::parse(&list(&[int(&[1])], &[]), DEPTH).is_err());
    }
}
