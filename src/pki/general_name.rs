//! `GeneralName` (RFC 5280 §4.2.1.6).

use std::fmt;

use crate::limits::Limits;
use crate::syntax::der::DerError;
use crate::syntax::der::DerErrorKind;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::hex::write_hex;

use super::name::Name;
use super::oid;
use super::text;

/// How deep the value of an `otherName` may be nested.
const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// A name of one of nine forms. Texts of `IA5String` hold characters outside ASCII only where the octets do,
/// which no form allows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneralName {
    /// `otherName`: its type and the explicitly tagged value as sent.
    Other {
        /// The type.
        oid: Oid,
        /// `[0]` and what it holds.
        value: Box<[u8]>,
    },
    /// `rfc822Name`: a mail address.
    Rfc822(String),
    /// `dNSName`.
    Dns(String),
    /// `x400Address`, as sent.
    X400(Box<[u8]>),
    /// `directoryName`.
    Directory(Name),
    /// `ediPartyName`, as sent.
    EdiParty(Box<[u8]>),
    /// `uniformResourceIdentifier`.
    Uri(String),
    /// `iPAddress`: 4 or 16 octets, in a name constraint 8 or 32. Other lengths are kept.
    IpAddress(Box<[u8]>),
    /// `registeredID`.
    RegisteredId(Oid),
}

impl GeneralName {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        Self::from_tlv(&reader.next_tlv()?)
    }

    /// All names of a `GeneralNames`, whatever the tag of the sequence. An empty one is refused
    /// (`SIZE (1..MAX)`).
    pub(crate) fn read_list(sequence: &Tlv<'_>) -> Result<Vec<Self>, DerError> {
        let mut inner = sequence.reader()?;
        let mut names = vec![Self::read(&mut inner)?];
        while !inner.is_empty() {
            names.push(Self::read(&mut inner)?);
        }
        Ok(names)
    }

    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        Ok(match tlv.tag {
            0xa0 => {
                let mut fields = tlv.reader()?;
                let oid = fields.expect(tag::OID)?.oid()?;
                let value = fields.expect(0xa0)?.raw.into();
                fields.finish()?;
                Self::Other { oid, value }
            }
            0x81 | 0xa1 => Self::Rfc822(text::ia5(&tlv.octets()?)),
            0x82 | 0xa2 => Self::Dns(text::ia5(&tlv.octets()?)),
            0xa3 => Self::X400(tlv.raw.into()),
            0xa4 => {
                let mut inner = tlv.reader()?;
                let name = Name::read(&mut inner)?;
                inner.finish()?;
                Self::Directory(name)
            }
            0xa5 => Self::EdiParty(tlv.raw.into()),
            0x86 | 0xa6 => Self::Uri(text::ia5(&tlv.octets()?)),
            0x87 | 0xa7 => Self::IpAddress(tlv.octets()?.into()),
            0x88 => Self::RegisteredId(tlv.with_tag(tag::OID).oid()?),
            found => {
                return Err(DerError { offset: tlv.offset, kind: DerErrorKind::UnexpectedTag { found } });
            }
        })
    }

    /// The URI where it is one.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Uri(uri) => Some(uri),
            _ => None,
        }
    }

    /// Whether it is a `SmtpUTF8Mailbox`, readable or not.
    #[must_use]
    pub fn is_smtp_utf8_mailbox(&self) -> bool {
        matches!(self, Self::Other { oid, .. } if oid.content() == oid::SMTP_UTF8_MAILBOX)
    }

    /// The mail address of a `SmtpUTF8Mailbox` (RFC 9598 §3), which is an `otherName`; `None` where it is none, or
    /// cannot be read.
    #[must_use]
    pub fn smtp_utf8_mailbox(&self) -> Option<String> {
        let Self::Other { value, .. } = self else { return None };
        if !self.is_smtp_utf8_mailbox() {
            return None;
        }
        let wrapper = Tlv::parse_all(value, DEPTH).ok()?;
        let mut inner = wrapper.reader().ok()?;
        let octets = inner.expect(tag::UTF8_STRING).ok()?.octets().ok()?.into_owned();
        inner.finish().ok()?;
        String::from_utf8(octets).ok()
    }

    /// The distinguished name where it is one.
    #[must_use]
    pub const fn directory(&self) -> Option<&Name> {
        match self {
            Self::Directory(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for GeneralName {
    /// The form and the name, such as `DNS:zh.ch` (the words of OpenSSL).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { oid, .. } => write!(f, "othername:{oid}"),
            Self::Rfc822(text) => write!(f, "email:{}", text.escape_debug()),
            Self::Dns(text) => write!(f, "DNS:{}", text.escape_debug()),
            Self::X400(_) => f.write_str("X400Name"),
            Self::Directory(name) => write!(f, "DirName:{name}"),
            Self::EdiParty(_) => f.write_str("EdiPartyName"),
            Self::Uri(text) => write!(f, "URI:{}", text.escape_debug()),
            Self::IpAddress(octets) => write_address(f, octets),
            Self::RegisteredId(oid) => write!(f, "RID:{oid}"),
        }
    }
}

fn write_address(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        return write!(f, "IP:{}", std::net::Ipv4Addr::from(v4));
    }
    if let Ok(v6) = <[u8; 16]>::try_from(octets) {
        return write!(f, "IP:{}", std::net::Ipv6Addr::from(v6));
    }
    f.write_str("IP:")?;
    write_hex(f, octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<GeneralName, DerError> {
        GeneralName::from_tlv(&Tlv::parse_all(bytes, 8).unwrap())
    }

    #[test]
    fn every_form_is_read_and_written() {
        for (bytes, written) in [
            (&b"\x82\x05zh.ch"[..], "DNS:zh.ch"),
            (b"\x81\x04a@zh", "email:a@zh"),
            (b"\x86\x08http://a", "URI:http://a"),
            (b"\x87\x04\xc0\x00\x02\x01", "IP:192.0.2.1"),
            (b"\x87\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", "IP:2001:db8::1"),
            (b"\x87\x02\xc0\x00", "IP:c000"),
            (b"\x88\x02\x2a\x03", "RID:1.2.3"),
            (b"\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00", "othername:1.2.3"),
            (b"\xa4\x02\x30\x00", "DirName:"),
            (b"\xa3\x00", "X400Name"),
            (b"\xa5\x00", "EdiPartyName"),
        ] {
            assert_eq!(read(bytes).unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_no_general_name_is_refused() {
        for bytes in [&[0x89, 0][..], &[0x80, 0], &[0xa4, 0], &[0xa4, 4, 0x30, 0, 0x30, 0], &[0x88, 0], &[0x30, 0]]
        {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
        assert!(GeneralName::read_list(&Tlv::parse_all(&[0x30, 0], 8).unwrap()).is_err());
    }

    #[test]
    fn octets_above_127_stay_visible() {
        let GeneralName::Dns(text) = read(b"\x82\x02z\xfc").unwrap() else { panic!() };
        assert!(!text.is_ascii());
    }
}
