//! Distinguished names (RFC 5280 §4.1.2.4): their attributes as text, and the comparison of §7.1.
//!
//! Names are read in BER too, since CMS brings them so. What the comparison does not do: the normalization
//! forms of Unicode (RFC 4518 §2.3); names that differ in them alone do not match.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::syntax::der::DerError;
use crate::syntax::der::Oid;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;
use crate::syntax::hex::hex;

use super::oid;
use super::text;

/// A distinguished name: a sequence of relative names, each a set of attributes.
///
/// `==` compares the bytes; [`Name::matches`] compares as RFC 5280 does.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    der: Box<[u8]>,
    attributes: Vec<NameAttribute>,
    has_empty_rdn: bool,
    /// The same for all names that match: most that do not are told apart by it.
    print: u64,
}

/// One attribute of a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameAttribute {
    /// Which attribute.
    pub oid: Oid,
    /// The value as text; `#` and the encoding in hexadecimal where it is no string (RFC 4514 §2.4).
    pub value: String,
    /// What `value` is of what was sent.
    pub form: ValueForm,
    /// The value as sent, with tag and length, where `value` has not all of it: with [`ValueForm::Lossy`].
    pub raw: Option<Box<[u8]>>,
    /// The number of the relative name that it belongs to, from 0.
    pub rdn: usize,
}

/// How the text of a [`NameAttribute`] came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueForm {
    /// Text, exactly as sent.
    Text,
    /// A string type, but with octets that are no text of it.
    Lossy,
    /// No string.
    Binary,
}

impl Name {
    /// Parses a whole `Name` (the SEQUENCE with tag and length).
    ///
    /// # Errors
    /// Where the bytes are no name, or something follows it.
    pub fn parse(bytes: &[u8], depth: u32) -> Result<Self, DerError> {
        Self::from_tlv(&Tlv::parse_all(bytes, depth)?)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        Self::from_tlv(&reader.expect(tag::SEQUENCE)?)
    }

    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut sequence = tlv.sequence()?;
        let mut attributes = Vec::new();
        let mut rdn = 0_usize;
        let mut has_empty_rdn = false;
        while !sequence.is_empty() {
            let set = sequence.expect(tag::SET)?;
            has_empty_rdn |= set.content.is_empty();
            read_rdn(&set, rdn, &mut attributes)?;
            rdn = rdn.saturating_add(1);
        }
        let print = print(&attributes);
        Ok(Self { der: tlv.raw.into(), attributes, has_empty_rdn, print })
    }

    /// A name that is relative to `base` (RFC 5280 §4.2.1.13 `nameRelativeToCRLIssuer`): `base` and one more
    /// relative name, given as its SET.
    pub(crate) fn extended(base: &Self, rdn: &Tlv<'_>, depth: u32) -> Result<Self, DerError> {
        let mut content = Tlv::parse_all(&base.der, depth)?.content.to_vec();
        content.extend(crate::syntax::der::value(tag::SET, rdn.content));
        Self::parse(&crate::syntax::der::value(tag::SEQUENCE, &content), depth)
    }

    /// The name as sent, with tag and length.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// All attributes in the order sent.
    #[must_use]
    pub fn attributes(&self) -> &[NameAttribute] {
        &self.attributes
    }

    /// Whether the name has no attributes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Whether one of its relative names has no attributes, against X.501 §9.3. Such a name is kept, but it matches
    /// nothing but its own bytes, and is in no subtree.
    #[must_use]
    pub const fn has_empty_rdn(&self) -> bool {
        self.has_empty_rdn
    }

    /// The text of the attribute `oid` (content octets, see [`oid`]): of the last one where there are several,
    /// which is the most specific.
    #[must_use]
    pub fn last(&self, oid: &[u8]) -> Option<&str> {
        self.all(oid).last()
    }

    /// The texts of all attributes `oid` (content octets).
    pub fn all(&self, oid: &[u8]) -> impl Iterator<Item = &str> {
        let of_type = move |attribute: &&NameAttribute| attribute.oid.content() == oid;
        self.attributes.iter().filter(of_type).map(|attribute| attribute.value.as_str())
    }

    /// `commonName`.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.last(oid::COMMON_NAME)
    }

    /// `givenName`.
    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        self.last(oid::GIVEN_NAME)
    }

    /// `surname`.
    #[must_use]
    pub fn surname(&self) -> Option<&str> {
        self.last(oid::SURNAME)
    }

    /// `pseudonym`.
    #[must_use]
    pub fn pseudonym(&self) -> Option<&str> {
        self.last(oid::PSEUDONYM)
    }

    /// `serialNumber` of the person or thing (ETSI EN 319 412-1 §5.1.3), not of the certificate.
    #[must_use]
    pub fn serial_number(&self) -> Option<&str> {
        self.last(oid::SERIAL_NUMBER)
    }

    /// `organizationName`.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.last(oid::ORGANIZATION)
    }

    /// `organizationIdentifier` (ETSI EN 319 412-1 §5.1.4), such as `VATCH-CHE-123.456.789`.
    #[must_use]
    pub fn organization_identifier(&self) -> Option<&str> {
        self.last(oid::ORGANIZATION_IDENTIFIER)
    }

    /// `countryName`: two letters of ISO 3166-1.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.last(oid::COUNTRY)
    }

    /// The name as text (RFC 4514): what `to_string` gives, for which the room is known in advance.
    #[must_use]
    pub fn to_text(&self) -> String {
        use fmt::Write;
        let mut text = String::with_capacity(self.der.len());
        // Writing to a String cannot fail.
        let _ = write!(text, "{self}");
        text
    }

    /// Whether two names are the same by RFC 5280 §7.1: the bytes are equal, or the relative names are equal in
    /// order, their attributes in any order; strings of any type are compared without regard to case and to
    /// the amount of white space, all else by its bytes.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        if self.der == other.der {
            return true;
        }
        if self.has_empty_rdn || other.has_empty_rdn || self.print != other.print {
            return false;
        }
        let mut ours = self.rdns();
        let mut theirs = other.rdns();
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(one), Some(another)) if same_rdn(one, another) => {}
                _ => return false,
            }
        }
    }

    /// A number that is the same for all names that match: for tables. Names that do not match may share it.
    pub(crate) const fn print(&self) -> u64 {
        self.print
    }

    /// Whether this name is in the subtree `base` (RFC 5280 §4.2.1.10): `base` is its beginning, or it itself.
    /// An empty base contains every name.
    #[must_use]
    pub fn is_within_subtree(&self, base: &Self) -> bool {
        if self.has_empty_rdn || base.has_empty_rdn {
            return false;
        }
        let mut ours = self.rdns();
        base.rdns().all(|wanted| ours.next().is_some_and(|rdn| same_rdn(rdn, wanted)))
    }

    /// The relative names, each with its attributes.
    pub fn rdns(&self) -> impl DoubleEndedIterator<Item = &[NameAttribute]> {
        relative(&self.attributes)
    }
}

fn relative(attributes: &[NameAttribute]) -> impl DoubleEndedIterator<Item = &[NameAttribute]> {
    attributes.chunk_by(|one, next| one.rdn == next.rdn)
}

/// A number that is the same for names that match: of each relative name the least and the greatest of what its
/// attributes give, since their order does not count, nor how often one stands there.
fn print(attributes: &[NameAttribute]) -> u64 {
    let mut whole = DefaultHasher::new();
    for rdn in relative(attributes) {
        let (least, greatest) = rdn
            .iter()
            .map(attribute_print)
            .fold((u64::MAX, 0), |(least, greatest), print| (least.min(print), greatest.max(print)));
        (rdn.len(), least, greatest).hash(&mut whole);
    }
    whole.finish()
}

fn attribute_print(attribute: &NameAttribute) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&attribute.oid, attribute.form).hash(&mut hasher);
    match attribute.form {
        ValueForm::Text => text::folded_in_pieces(&attribute.value, |piece| hasher.write(piece)),
        ValueForm::Lossy => attribute.raw.hash(&mut hasher),
        ValueForm::Binary => attribute.value.hash(&mut hasher),
    }
    hasher.finish()
}

fn read_rdn(set: &Tlv<'_>, rdn: usize, attributes: &mut Vec<NameAttribute>) -> Result<(), DerError> {
    let mut members = set.reader()?;
    while !members.is_empty() {
        let mut fields = members.expect(tag::SEQUENCE)?.reader()?;
        let oid = fields.expect(tag::OID)?.oid()?;
        let sent = fields.next_tlv()?;
        fields.finish()?;
        let (value, form) = match text::decode(&sent)? {
            Some(text) if text.lossy => (text.value, ValueForm::Lossy),
            Some(text) => (text.value, ValueForm::Text),
            None => (hexadecimal(sent.raw), ValueForm::Binary),
        };
        let raw = (form == ValueForm::Lossy).then(|| sent.raw.into());
        attributes.push(NameAttribute { oid, value, form, raw, rdn });
    }
    Ok(())
}

/// More attributes than this in one relative name are compared in the order sent only: real ones have one or
/// two, and the comparison of sets costs the square.
const SET_COMPARED_UP_TO: usize = 16;

fn same_rdn(one: &[NameAttribute], other: &[NameAttribute]) -> bool {
    let same_in_order = || one.iter().zip(other).all(|(a, b)| same_attribute(a, b));
    let contained = |these: &[NameAttribute], those: &[NameAttribute]| {
        these.iter().all(|a| those.iter().any(|b| same_attribute(a, b)))
    };
    one.len() == other.len()
        && (same_in_order() || (one.len() <= SET_COMPARED_UP_TO && contained(one, other) && contained(other, one)))
}

fn same_attribute(one: &NameAttribute, other: &NameAttribute) -> bool {
    if one.oid != other.oid || one.form != other.form {
        return false;
    }
    match one.form {
        ValueForm::Text => one.value == other.value || text::equal_folded(&one.value, &other.value),
        ValueForm::Lossy => one.raw == other.raw,
        ValueForm::Binary => one.value == other.value,
    }
}

fn hexadecimal(octets: &[u8]) -> String {
    format!("#{}", hex(octets))
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

impl fmt::Display for Name {
    /// RFC 4514: the most specific relative name first, short names where there are any. Control characters
    /// and those that turn the direction of writing are escaped too, since people read this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, rdn) in self.rdns().rev().enumerate() {
            if number > 0 {
                f.write_str(",")?;
            }
            for (number, attribute) in rdn.iter().enumerate() {
                if number > 0 {
                    f.write_str("+")?;
                }
                match short_name(&attribute.oid) {
                    Some(name) => f.write_str(name)?,
                    None => attribute.oid.fmt(f)?,
                }
                f.write_str("=")?;
                match attribute.form {
                    ValueForm::Binary => f.write_str(&attribute.value)?,
                    ValueForm::Text | ValueForm::Lossy => write_escaped(f, &attribute.value)?,
                }
            }
        }
        Ok(())
    }
}

fn short_name(of: &Oid) -> Option<&'static str> {
    Some(match of.content() {
        oid::COMMON_NAME => "CN",
        oid::SURNAME => "SN",
        oid::SERIAL_NUMBER => "serialNumber",
        oid::COUNTRY => "C",
        oid::LOCALITY => "L",
        oid::STATE => "ST",
        oid::STREET => "STREET",
        oid::ORGANIZATION => "O",
        oid::ORGANIZATIONAL_UNIT => "OU",
        oid::TITLE => "title",
        oid::POSTAL_CODE => "postalCode",
        oid::GIVEN_NAME => "givenName",
        oid::INITIALS => "initials",
        oid::GENERATION_QUALIFIER => "generationQualifier",
        oid::DN_QUALIFIER => "dnQualifier",
        oid::PSEUDONYM => "pseudonym",
        oid::ORGANIZATION_IDENTIFIER => "organizationIdentifier",
        oid::DOMAIN_COMPONENT => "DC",
        oid::USER_ID => "UID",
        oid::EMAIL_ADDRESS => "emailAddress",
        _ => return None,
    })
}

fn write_escaped(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let mut written = 0;
    for (start, character) in value.char_indices() {
        let end = start.saturating_add(character.len_utf8());
        let by_octets = match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => false,
            '#' if start == 0 => false,
            ' ' if start == 0 || end == value.len() => false,
            '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
            control if control.is_control() => true,
            _ => continue, // stands for itself, and is written with its like
        };
        f.write_str(value.get(written..start).unwrap_or_default())?;
        written = end;
        if by_octets {
            write_octets(f, character)?;
        } else {
            write!(f, "\\{character}")?;
        }
    }
    f.write_str(value.get(written..).unwrap_or_default())
}

fn write_octets(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    character.encode_utf8(&mut [0; 4]).bytes().try_for_each(|octet| write!(f, "\\{octet:02x}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::syntax::der::value;

    /// A name of one attribute per relative name, as (type, tag, value).
    pub(crate) fn name(attributes: &[(&[u8], u8, &[u8])]) -> Name {
        let rdns: Vec<u8> = attributes.iter().flat_map(|one| value(tag::SET, &attribute(one))).collect();
        Name::parse(&value(tag::SEQUENCE, &rdns), 8).unwrap()
    }

    fn attribute((oid, tag, octets): &(&[u8], u8, &[u8])) -> Vec<u8> {
        value(tag::SEQUENCE, &[value(tag::OID, oid), value(*tag, octets)].concat())
    }

    const UTF8: u8 = tag::UTF8_STRING;
    const PRINTABLE: u8 = tag::PRINTABLE_STRING;

    #[test]
    fn a_name_is_written_as_rfc_4514_says() {
        let name = name(&[
            (oid::COUNTRY, PRINTABLE, b"CH"),
            (oid::ORGANIZATION, UTF8, "Kanton Zürich, Amt".as_bytes()),
            (oid::COMMON_NAME, UTF8, b" #1\x07 "),
            (&[0x2a, 0x03], 0x02, &[5]),
        ]);
        assert_eq!(name.to_string(), "1.2.3=#020105,CN=\\ #1\\07\\ ,O=Kanton Zürich\\, Amt,C=CH");
        assert_eq!(name.country(), Some("CH"));
        assert_eq!(name.common_name(), Some(" #1\u{7} "));
        assert_eq!(name.surname(), None);
    }

    #[test]
    fn a_name_that_turns_the_direction_of_writing_shows_it() {
        let name = name(&[(oid::COMMON_NAME, UTF8, "a\u{202e}b".as_bytes())]);
        assert_eq!(name.to_string(), "CN=a\\e2\\80\\aeb");
    }

    #[test]
    fn names_match_across_string_types_case_and_white_space() {
        let one = name(&[(oid::COUNTRY, PRINTABLE, b"CH"), (oid::ORGANIZATION, PRINTABLE, b"Some  Org")]);
        let same = name(&[
            (oid::COUNTRY, UTF8, b"ch"),
            (oid::ORGANIZATION, tag::BMP_STRING, b"\0 \0s\0O\0m\0e\0 \0o\0r\0g"),
        ]);
        assert!(one.matches(&same) && same.matches(&one) && one != same);
        let turned = name(&[(oid::ORGANIZATION, PRINTABLE, b"Some  Org"), (oid::COUNTRY, PRINTABLE, b"CH")]);
        assert!(!one.matches(&turned), "the order of relative names counts");
        let shorter = name(&[(oid::COUNTRY, PRINTABLE, b"CH")]);
        assert!(!one.matches(&shorter) && !shorter.matches(&one));
        let other_type = name(&[(oid::COUNTRY, PRINTABLE, b"CH"), (oid::COMMON_NAME, PRINTABLE, b"Some Org")]);
        assert!(!one.matches(&other_type));
    }

    #[test]
    fn text_that_was_replaced_matches_only_itself() {
        let one = name(&[(oid::COMMON_NAME, UTF8, b"a\xff")]);
        let other = name(&[(oid::COMMON_NAME, UTF8, b"a\xfe")]);
        assert_eq!(one.common_name(), other.common_name());
        assert!(!one.matches(&other));
    }

    #[test]
    fn the_attributes_of_one_relative_name_are_a_set() {
        let (cn, sn) = ((oid::COMMON_NAME, UTF8, &b"A"[..]), (oid::SURNAME, UTF8, &b"B"[..]));
        let both = |members: &[(&[u8], u8, &[u8])]| {
            let content: Vec<u8> = members.iter().flat_map(attribute).collect();
            Name::parse(&value(tag::SEQUENCE, &value(tag::SET, &content)), 8).unwrap()
        };
        assert!(both(&[cn, sn]).matches(&both(&[sn, cn])));
        assert!(!both(&[cn, cn]).matches(&both(&[cn, sn])));
        assert_eq!(both(&[cn, sn]).to_string(), "CN=A+SN=B");
        assert!(!both(&[cn, sn]).matches(&name(&[cn, sn])));
    }

    #[test]
    fn a_subtree_is_a_beginning() {
        let base = name(&[(oid::COUNTRY, PRINTABLE, b"CH"), (oid::ORGANIZATION, PRINTABLE, b"Bund")]);
        let inside = name(&[
            (oid::COUNTRY, PRINTABLE, b"ch"),
            (oid::ORGANIZATION, UTF8, b"bund"),
            (oid::COMMON_NAME, UTF8, b"x"),
        ]);
        assert!(inside.is_within_subtree(&base) && base.is_within_subtree(&base));
        assert!(!base.is_within_subtree(&inside));
        assert!(base.is_within_subtree(&name(&[])));
        assert!(name(&[]).is_empty());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bytes in [&[0x31, 0][..], &[0x30, 2, 0x30, 0], &[0x30, 0, 0], &[0x30, 4, 0x31, 2, 0x30, 0]] {
            assert!(Name::parse(bytes, 8).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_relative_name_without_attributes_matches_only_itself() {
        let plain = name(&[(oid::COUNTRY, PRINTABLE, b"CH")]);
        let content = Tlv::parse_all(plain.der(), 8).unwrap().content;
        let odd = Name::parse(&value(tag::SEQUENCE, &[content, &[0x31, 0]].concat()), 8).unwrap();
        assert!(odd.has_empty_rdn() && odd.matches(&odd.clone()));
        assert!(!odd.matches(&plain) && !plain.matches(&odd));
        assert!(!odd.is_within_subtree(&plain) && !plain.is_within_subtree(&odd));
    }
}
