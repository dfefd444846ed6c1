//! The entries of a CRL (RFC 5280 §5.1.2.6, §5.3), walked over the bytes of the list.

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::time::Timestamp;

use crate::pki::extension::BorrowedExtension;
use crate::pki::general_name::GeneralName;
use crate::pki::name::Name;
use crate::pki::oid;
use crate::pki::serial::same_serial;
use crate::pki::serial::shortest;

use super::CrlError;

/// One entry of a CRL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlEntry {
    /// The content octets of the serial number.
    pub serial: Box<[u8]>,
    /// When it was revoked.
    pub revoked_at: Timestamp,
    /// Why; absent means unspecified.
    pub reason: Option<RevocationReason>,
    /// Since when the key was or might have been in wrong hands, as the issuer knows (§5.3.2).
    pub invalid_since: Option<Timestamp>,
    /// The issuer of the certificate, in an indirect list, from this entry or the last one before that names
    /// one; absent means the issuer of the list.
    pub certificate_issuer: Option<Name>,
}

/// Why a certificate was revoked (RFC 5280 §5.3.1). Codes are those of `CRLReason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// 0.
    Unspecified,
    /// 1.
    KeyCompromise,
    /// 2.
    CaCompromise,
    /// 3.
    AffiliationChanged,
    /// 4.
    Superseded,
    /// 5.
    CessationOfOperation,
    /// 6: may be lifted again.
    CertificateHold,
    /// 8: in a delta, the entry of the base is void.
    RemoveFromCrl,
    /// 9.
    PrivilegeWithdrawn,
    /// 10.
    AaCompromise,
    /// A code that the standard does not have.
    Other(i64),
}

/// Extensions of an entry that [`CrlEntry`] reads.
const READ_IN_ENTRIES: &[&[u8]] = &[oid::REASON_CODE, oid::INVALIDITY_DATE, oid::CERTIFICATE_ISSUER];

/// What walking all entries once tells.
#[derive(Default)]
pub(super) struct Scanned {
    /// How many there are.
    pub(super) count: usize,
    /// Unknown critical extensions; a few different ones, since one is enough to refuse the list.
    pub(super) unknown_critical: Vec<Oid>,
    /// Whether any entry has `certificateIssuer`.
    pub(super) names_issuers: bool,
}

/// Walks all entries.
pub(super) fn scan(list: &Tlv<'_>) -> Result<Scanned, DerError> {
    let mut entries = list.reader()?;
    let mut scanned = Scanned::default();
    while !entries.is_empty() {
        let entry = RawEntry::read_frame(&mut entries)?;
        scanned.count = scanned.count.saturating_add(1);
        let Some(extensions) = entry.extensions else { continue };
        let mut list = extensions.reader()?;
        while !list.is_empty() {
            let extension = BorrowedExtension::read(&mut list)?;
            scanned.names_issuers |= extension.oid == oid::CERTIFICATE_ISSUER;
            let unknown = &mut scanned.unknown_critical;
            if extension.critical && !READ_IN_ENTRIES.contains(&extension.oid) && unknown.len() < 16 {
                let oid = Oid::from_content(extension.oid);
                if !unknown.contains(&oid) {
                    unknown.push(oid);
                }
            }
        }
    }
    Ok(scanned)
}

/// Walks the entries of a [`super::Crl`]. Ends after the first error.
#[derive(Clone, Debug)]
pub struct CrlEntries<'a> {
    rest: Reader<'a>,
    depth: u32,
    certificate_issuer: Option<Name>,
}

impl<'a> CrlEntries<'a> {
    /// The entries of `revokedCertificates`, or none where there are no bytes. The frame was walked when the list
    /// was parsed.
    pub(super) fn of(list: &'a [u8], depth: u32) -> Self {
        let rest = Tlv::parse_all(list, depth).and_then(|list| list.reader());
        let rest = rest.unwrap_or_else(|_| Reader::new(&[], depth));
        Self { rest, depth, certificate_issuer: None }
    }

    /// What the entry that came last says.
    pub(super) fn read(&self, raw: &RawEntry<'_>) -> Result<CrlEntry, CrlError> {
        raw.read(self.certificate_issuer.clone())
    }

    /// The next entry, with `certificate_issuer` brought up to it.
    pub(super) fn next_raw(&mut self) -> Result<Option<RawEntry<'a>>, CrlError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let entry = RawEntry::read_frame(&mut self.rest)?;
        if let Some(extensions) = &entry.extensions {
            let mut list = extensions.reader()?;
            while !list.is_empty() {
                let extension = BorrowedExtension::read(&mut list)?;
                if extension.oid == oid::CERTIFICATE_ISSUER {
                    let issuer = certificate_issuer(&extension.value, self.depth);
                    self.certificate_issuer = Some(issuer.map_err(|_| bad_extension(extension.oid))?);
                }
            }
        }
        Ok(Some(entry))
    }
}

impl Iterator for CrlEntries<'_> {
    type Item = Result<CrlEntry, CrlError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.next_raw().and_then(|raw| raw.map(|raw| self.read(&raw)).transpose());
        if entry.is_err() {
            self.rest = Reader::new(&[], self.depth);
        }
        entry.transpose()
    }
}

/// The entries with this serial number in a list in which no entry names an issuer. The others are stepped over by
/// their lengths, and only up to where the octets of the number stand somewhere.
pub(super) fn with_serial<'a>(
    list: &'a [u8],
    serial: &'a [u8],
    depth: u32,
) -> impl Iterator<Item = Result<RawEntry<'a>, DerError>> {
    let content = Tlv::parse_all(list, depth).map_or(&[][..], |list| list.content);
    // An INTEGER is primitive, so its octets stand together, and octets that could be left out stand before them.
    let finder = memchr::memmem::Finder::new(shortest(serial));
    let mut rest = content;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            // Where the number stands next; there is nothing to step over up to there.
            let place = finder.find(rest)?;
            let mut stepped = 0_usize;
            loop {
                let length = match entry_length(rest, depth) {
                    Ok(length) => length,
                    Err(error) => {
                        rest = &[];
                        return Some(Err(error));
                    }
                };
                let (entry, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                rest = after;
                stepped = stepped.saturating_add(entry.len());
                if stepped > place {
                    if first_integer(entry).is_none_or(|number| same_serial(number, serial)) {
                        match RawEntry::read_frame(&mut Reader::new(entry, depth)) {
                            Ok(raw) if same_serial(raw.serial, serial) => return Some(Ok(raw)),
                            Ok(_) => {}
                            Err(error) => {
                                rest = &[];
                                return Some(Err(error));
                            }
                        }
                    }
                    break;
                }
                if rest.is_empty() {
                    return None;
                }
            }
        }
        None
    })
}

/// The octets that the entry at the front takes.
fn entry_length(bytes: &[u8], depth: u32) -> Result<usize, DerError> {
    let short = match bytes {
        [tag::SEQUENCE, length @ ..=0x7f, ..] => Some(usize::from(*length).saturating_add(2)),
        [tag::SEQUENCE, 0x81, length, ..] => Some(usize::from(*length).saturating_add(3)),
        _ => None,
    };
    match short {
        Some(length) => Ok(length),
        None => Reader::new(bytes, depth).next_tlv().map(|entry| entry.raw.len()),
    }
}

/// The content of the INTEGER at the front of an entry, where both have short lengths: most have. No copy and no walk
/// through the entry.
fn first_integer(entry: &[u8]) -> Option<&[u8]> {
    match entry {
        [tag::SEQUENCE, ..=0x7f, tag::INTEGER, length @ ..=0x7f, rest @ ..] => rest.get(..usize::from(*length)),
        _ => None,
    }
}

/// `certificateIssuer` (§5.3.3): the one directory name in it.
fn certificate_issuer(value: &[u8], depth: u32) -> Result<Name, DerError> {
    let value = Tlv::parse_all(value, depth)?;
    let names = GeneralName::read_list(&value)?;
    let mut directories = names.into_iter().filter_map(|name| match name {
        GeneralName::Directory(name) => Some(name),
        _ => None,
    });
    match (directories.next(), directories.next()) {
        (Some(name), None) => Ok(name),
        _ => Err(value.malformed()),
    }
}

/// The frame of an entry.
pub(super) struct RawEntry<'a> {
    pub(super) serial: &'a [u8],
    date: Tlv<'a>,
    extensions: Option<Tlv<'a>>,
}

impl<'a> RawEntry<'a> {
    fn read_frame(entries: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut fields = entries.expect(tag::SEQUENCE)?.reader()?;
        let serial = fields.expect(tag::INTEGER)?.content;
        let date = fields.next_tlv()?;
        let extensions = fields.optional(tag::SEQUENCE)?;
        fields.finish()?;
        Ok(Self { serial, date, extensions })
    }

    pub(super) fn read(&self, certificate_issuer: Option<Name>) -> Result<CrlEntry, CrlError> {
        let mut entry = CrlEntry {
            serial: self.serial.into(),
            revoked_at: self.date.time()?,
            reason: None,
            invalid_since: None,
            certificate_issuer,
        };
        if let Some(extensions) = &self.extensions {
            let mut list = extensions.reader()?;
            while !list.is_empty() {
                let extension = BorrowedExtension::read(&mut list)?;
                entry.read_extension(&extension).map_err(|_| bad_extension(extension.oid))?;
            }
        }
        Ok(entry)
    }
}

impl CrlEntry {
    /// Whether the revocation is for good: neither a hold nor the removal of one.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self.reason, Some(RevocationReason::CertificateHold | RevocationReason::RemoveFromCrl))
    }

    fn read_extension(&mut self, extension: &BorrowedExtension<'_>) -> Result<(), DerError> {
        match extension.oid {
            oid::REASON_CODE => {
                let code = Tlv::parse_all(&extension.value, 1)?;
                if code.tag != tag::ENUMERATED {
                    return Err(code.malformed());
                }
                self.reason = Some(RevocationReason::from_code(code.integer()?));
            }
            oid::INVALIDITY_DATE => self.invalid_since = Some(Tlv::parse_all(&extension.value, 1)?.time()?),
            _ => {}
        }
        Ok(())
    }
}

fn bad_extension(oid: &[u8]) -> CrlError {
    CrlError::EntryExtension(Oid::from_content(oid))
}

impl RevocationReason {
    /// The reason of a code.
    #[must_use]
    pub const fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            other => Self::Other(other),
        }
    }

    /// The name in the words of RFC 5280.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
            Self::Other(_) => "other",
        }
    }
}
