//! `X509SubjectName` of a list (XML Signature 1.1 §4.5.4: RFC 4514) as names that can be compared.

use crate::pki::Name;
use crate::syntax::der::Oid;
use crate::syntax::der::{tag, value};

/// Characters of a name that is read.
const LENGTH: usize = 4_096;

/// Short names of attributes with their object identifiers (content octets): RFC 4514 §3, and those that lists use.
const ATTRIBUTES: &[(&str, &[u8])] = &[
    ("CN", &[0x55, 4, 3]),
    ("SN", &[0x55, 4, 4]),
    ("SURNAME", &[0x55, 4, 4]),
    ("SERIALNUMBER", &[0x55, 4, 5]),
    ("C", &[0x55, 4, 6]),
    ("L", &[0x55, 4, 7]),
    ("ST", &[0x55, 4, 8]),
    ("S", &[0x55, 4, 8]),
    ("STREET", &[0x55, 4, 9]),
    ("O", &[0x55, 4, 10]),
    ("OU", &[0x55, 4, 11]),
    ("T", &[0x55, 4, 12]),
    ("TITLE", &[0x55, 4, 12]),
    ("DESCRIPTION", &[0x55, 4, 13]),
    ("POSTALCODE", &[0x55, 4, 17]),
    ("GIVENNAME", &[0x55, 4, 42]),
    ("ORGANIZATIONIDENTIFIER", &[0x55, 4, 97]),
    ("UID", &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1]),
    ("DC", &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25]),
    ("E", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1]),
    ("EMAILADDRESS", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1]),
];

/// The names that a text can mean: RFC 4514 writes the last relative name first, and many lists do not. Empty where it
/// is no name, or has an attribute that is not known.
pub(super) fn names(text: &str) -> Vec<Name> {
    let Some(mut sets) = relative_names(text) else { return Vec::new() };
    let mut found = Vec::new();
    for _ in 0..2 {
        sets.reverse();
        if let Ok(name) = Name::parse(&value(tag::SEQUENCE, &sets.concat()), 8) {
            found.push(name);
        }
    }
    found.dedup();
    found
}

/// Each relative name as its SET.
fn relative_names(text: &str) -> Option<Vec<Vec<u8>>> {
    if text.len() > LENGTH {
        return None;
    }
    let mut sets = Vec::new();
    for relative in split(text, &[',', ';'])? {
        let mut attributes = Vec::new();
        for attribute in split(&relative, &['+'])? {
            attributes.push(pair(&attribute)?);
        }
        sets.push(value(tag::SET, &attributes.concat()));
    }
    (!sets.is_empty()).then_some(sets)
}

/// The parts between separators that are not escaped or quoted.
fn split(text: &str, separators: &[char]) -> Option<Vec<String>> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for one in text.chars() {
        if escaped {
            escaped = false;
        } else if one == '\\' {
            escaped = true;
        } else if one == '"' {
            quoted = !quoted;
        } else if !quoted && separators.contains(&one) {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        part.push(one);
    }
    parts.push(part);
    (!quoted && !escaped).then_some(parts)
}

/// `AttributeTypeAndValue`, its value as a `UTF8String`.
fn pair(text: &str) -> Option<Vec<u8>> {
    let (kind, written) = text.split_once('=')?;
    let kind = kind.trim().to_ascii_uppercase();
    let oid = match ATTRIBUTES.iter().find(|(name, _)| *name == kind) {
        Some((_, content)) => Oid::from_content(content),
        None => Oid::from_dotted(kind.strip_prefix("OID.").unwrap_or(&kind))?,
    };
    let plain = unescaped(written.trim())?;
    let parts = [value(tag::OID, oid.content()), value(tag::UTF8_STRING, plain.as_bytes())];
    Some(value(tag::SEQUENCE, &parts.concat()))
}

fn unescaped(text: &str) -> Option<String> {
    if text.starts_with('#') {
        return None;
    }
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let mut octets = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(one) = rest.next() {
        let taken = if one == '\\' { rest.next()? } else { one };
        if one == '\\' && taken.is_ascii_hexdigit() {
            let (high, low) = (taken.to_digit(16)?, rest.next()?.to_digit(16)?);
            octets.push(u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()?);
        } else {
            octets.extend(taken.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_one_of(text: &str, wanted: &[&str]) -> bool {
        names(text)
            .iter()
            .any(|name| name.attributes().iter().map(|one| one.value.as_str()).eq(wanted.iter().copied()))
    }

    #[test]
    fn both_orders_are_meant() {
        let text = "CN=Swisscom Diamant CA 2, OU=Digital Certificate Services, O=Swisscom, C=ch";
        assert!(is_one_of(text, &["ch", "Swisscom", "Digital Certificate Services", "Swisscom Diamant CA 2"]));
        assert!(is_one_of("C=CH,O=a,CN=b", &["CH", "a", "b"]));
        assert!(is_one_of("OID.2.5.4.97=NTRCH-1,2.5.4.3=b", &["NTRCH-1", "b"]));
    }

    #[test]
    fn escapes_are_read() {
        assert!(is_one_of(r#"O="a, b", C=CH"#, &["CH", "a, b"]));
        assert!(is_one_of(r"O=a\, \C3\A9\+b, C=CH", &["CH", "a, é+b"]));
        assert_eq!(names("CN=a+O=b, C=CH")[0].rdns().count(), 2);
    }

    #[test]
    fn what_is_no_name_is_none() {
        for text in ["", "CN", "X=a", "CN=#0401", "CN=\"a", "CN=a\\", "CN=\\C3"] {
            assert!(names(text).is_empty(), "{text}");
        }
        assert!(names(&format!("CN={}", "a".repeat(5_000))).is_empty());
    }
}
