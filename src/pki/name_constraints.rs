//! Name constraints (RFC 5280 §4.2.1.10): which names a CA may certify.
//!
//! Evaluated for mail addresses (those of RFC 9598, which are `otherName`s, too: §6 there), DNS names, URIs, IP addresses and distinguished names. For the other forms
//! (`otherName`, `x400Address`, `ediPartyName`, `registeredID`) the standard defines no subtrees: a constraint
//! on one of them together with a name of that form (`otherName`: of that type) is a violation. Constraints are
//! applied alike whether the extension is critical or not.

use std::fmt;

use crate::syntax::der::DerError;
use crate::syntax::der::Reader;
use crate::syntax::der::Tlv;
use crate::syntax::der::tag;

use super::general_name::GeneralName;
use super::name::Name;
use super::oid;

/// The subtrees in which all names of all following certificates have to be, or must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameConstraints {
    /// Permitted subtrees. A form that none of them has is not restricted.
    pub permitted: Vec<Subtree>,
    /// Excluded subtrees.
    pub excluded: Vec<Subtree>,
}

/// One subtree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// The base.
    pub base: GeneralName,
    /// `minimum` is 0 and `maximum` absent, as RFC 5280 demands. Nothing else can be evaluated.
    pub whole: bool,
}

/// A name that the constraints do not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintViolation {
    /// The name.
    pub name: GeneralName,
    /// Why it is not allowed.
    pub kind: ViolationKind,
}

/// Why a name is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ViolationKind {
    /// There are permitted subtrees of its form, and it is in none.
    NotPermitted,
    /// It is in an excluded subtree.
    Excluded,
    /// The form, or the form of the subtree's base, cannot be evaluated.
    Unsupported,
    /// The certificate has so many names and the constraints so many subtrees that they were not all compared.
    TooMany,
}

impl fmt::Display for ConstraintViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.kind {
            ViolationKind::NotPermitted => "is in no permitted subtree",
            ViolationKind::Excluded => "is in an excluded subtree",
            ViolationKind::Unsupported => "has a constraint that cannot be evaluated",
            ViolationKind::TooMany => "was not compared: too many names and constraints",
        };
        write!(f, "{} {why}", self.name)
    }
}

impl std::error::Error for ConstraintViolation {}

impl NameConstraints {
    pub(crate) fn from_tlv(tlv: &Tlv<'_>) -> Result<Self, DerError> {
        let mut fields = tlv.sequence()?;
        let permitted = read_subtrees(&mut fields, 0)?;
        let excluded = read_subtrees(&mut fields, 1)?;
        fields.finish()?;
        Ok(Self { permitted, excluded })
    }

    /// Checks the names of one certificate: its subject (where it is not empty), its alternative names and,
    /// where those have no mail address, the `emailAddress` attributes of the subject.
    ///
    /// `left` is what the comparisons may still cost: one for each subtree that a name is compared with, and one
    /// more for each 64 octets of the name. What they cost is taken from it.
    ///
    /// # Errors
    /// The first name that is not allowed, or for which nothing was left.
    pub fn check(
        &self,
        subject: &Name,
        alternative: &[GeneralName],
        left: &mut u64,
    ) -> Result<(), ConstraintViolation> {
        if !subject.is_empty() {
            self.check_one(&GeneralName::Directory(subject.clone()), left)?;
        }
        if !alternative.iter().any(|name| matches!(name, GeneralName::Rfc822(_))) {
            for address in subject.all(oid::EMAIL_ADDRESS) {
                self.check_one(&GeneralName::Rfc822(address.to_owned()), left)?;
            }
        }
        alternative.iter().try_for_each(|name| self.check_one(name, left))
    }

    fn check_one(&self, name: &GeneralName, left: &mut u64) -> Result<(), ConstraintViolation> {
        let violation = |kind| ConstraintViolation { name: name.clone(), kind };
        let trees = self.permitted.len().saturating_add(self.excluded.len());
        let cost = trees.saturating_mul(octets(name).checked_div(64).unwrap_or(0).saturating_add(1));
        let cost = u64::try_from(cost).unwrap_or(u64::MAX);
        *left = left.checked_sub(cost).ok_or_else(|| violation(ViolationKind::TooMany))?;

        let is_mail = name.is_smtp_utf8_mailbox();
        let of_form = |tree: &&Subtree| {
            same_form(&tree.base, name) || (is_mail && matches!(tree.base, GeneralName::Rfc822(_)))
        };
        let mut restricted = false;
        let mut permitted = false;
        for tree in self.permitted.iter().filter(of_form) {
            restricted = true;
            permitted |=
                contains(tree, name, Side::Permitted).ok_or_else(|| violation(ViolationKind::Unsupported))?;
        }
        for tree in self.excluded.iter().filter(of_form) {
            match contains(tree, name, Side::Excluded) {
                Some(false) => {}
                Some(true) => return Err(violation(ViolationKind::Excluded)),
                None => return Err(violation(ViolationKind::Unsupported)),
            }
        }
        if restricted && !permitted {
            return Err(violation(ViolationKind::NotPermitted));
        }
        Ok(())
    }
}

fn read_subtrees(fields: &mut Reader<'_>, number: u8) -> Result<Vec<Subtree>, DerError> {
    let Some(list) = fields.optional(tag::context_constructed(number))? else {
        return Ok(Vec::new());
    };
    // An empty list is against the standard (SIZE (1..MAX)) but in use, and restricts nothing.
    let mut list_reader = list.reader()?;
    let mut trees = Vec::new();
    while !list_reader.is_empty() {
        let mut subtree = list_reader.expect(tag::SEQUENCE)?.reader()?;
        let base = GeneralName::read(&mut subtree)?;
        let minimum = subtree.optional(tag::context(0))?;
        let maximum = subtree.optional(tag::context(1))?;
        subtree.finish()?;
        let from_zero = match minimum {
            Some(minimum) => minimum.integer()? == 0,
            None => true,
        };
        trees.push(Subtree { base, whole: from_zero && maximum.is_none() });
    }
    Ok(trees)
}

fn octets(name: &GeneralName) -> usize {
    match name {
        GeneralName::Directory(name) => name.der().len(),
        GeneralName::Rfc822(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => text.len(),
        GeneralName::Other { value, .. } => value.len(),
        _ => 0, // compared at a fixed cost, or not at all
    }
}

fn same_form(one: &GeneralName, other: &GeneralName) -> bool {
    match (one, other) {
        (GeneralName::Other { oid: one, .. }, GeneralName::Other { oid: other, .. }) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// On which side a subtree stands: a wildcard DNS name is permitted where every name it stands for is, and
/// excluded where one of them is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

/// Whether `name` is in the subtree; `None` where that cannot be told.
fn contains(tree: &Subtree, name: &GeneralName, side: Side) -> Option<bool> {
    if !tree.whole {
        return None;
    }
    match (&tree.base, name) {
        (GeneralName::Directory(base), GeneralName::Directory(name)) => {
            let comparable = !base.has_empty_rdn() && !name.has_empty_rdn();
            comparable.then(|| name.is_within_subtree(base))
        }
        (GeneralName::Rfc822(base), GeneralName::Rfc822(name)) => mailbox_within(ascii(name)?, ascii(base)?),
        (GeneralName::Rfc822(base), name @ GeneralName::Other { .. }) => {
            let address = name.smtp_utf8_mailbox()?;
            let (_, host) = address.rsplit_once('@')?;
            host.is_ascii().then_some(())?;
            mailbox_within(&address, ascii(base)?)
        }
        (GeneralName::Dns(base), GeneralName::Dns(name)) => Some(dns_within(ascii(name)?, ascii(base)?, side)),
        (GeneralName::Uri(base), GeneralName::Uri(name)) => uri_within(ascii(name)?, ascii(base)?),
        (GeneralName::IpAddress(base), GeneralName::IpAddress(name)) => address_within(name, base),
        _ => None,
    }
}

fn ascii(text: &str) -> Option<&str> {
    text.is_ascii().then_some(text)
}

/// A base with `@` is one mailbox; one that begins with a dot is every host of the domain; else it is one host.
fn mailbox_within(name: &str, base: &str) -> Option<bool> {
    let (local, host) = name.rsplit_once('@')?;
    if local.is_empty() || host.is_empty() {
        return None;
    }
    Some(match base.rsplit_once('@') {
        Some((base_local, base_host)) => local == base_local && host.eq_ignore_ascii_case(base_host),
        None => host_within(host, base),
    })
}

/// A base that begins with a dot is every host of the domain, but not the domain itself; else it is one host.
/// An empty base is every host.
fn host_within(host: &str, base: &str) -> bool {
    base.is_empty() || if base.starts_with('.') { ends_with(host, base) } else { host.eq_ignore_ascii_case(base) }
}

/// A base is the domain itself and all below it; one that begins with a dot (outside the standard, but in use)
/// is all below it.
fn dns_within(name: &str, base: &str, side: Side) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    if base.is_empty() {
        return true;
    }
    if let (Some(parent), Side::Excluded) = (name.strip_prefix("*."), side) {
        let base_parent = base.trim_start_matches('.').split_once('.').map_or("", |(_, parent)| parent);
        if parent.eq_ignore_ascii_case(base_parent) {
            return true;
        }
    }
    if base.starts_with('.') {
        return ends_with(name, base);
    }
    name.eq_ignore_ascii_case(base)
        || name
            .len()
            .checked_sub(base.len())
            .and_then(|start| name.get(..start))
            .is_some_and(|labels| labels.ends_with('.') && ends_with(name, base))
}

fn ends_with(text: &str, end: &str) -> bool {
    let tail = text.len().checked_sub(end.len()).filter(|start| *start > 0).and_then(|start| text.get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// The constraint is on the host. A URI without a host, or whose host is an address, cannot be judged.
fn uri_within(name: &str, base: &str) -> Option<bool> {
    let (_, rest) = name.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host_and_port.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => host,
        _ => host_and_port,
    };
    if host.is_empty() || host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok() {
        return None;
    }
    Some(host_within(host.strip_suffix('.').unwrap_or(host), base))
}

/// A base is an address and a mask of the same length; an address of the other family is outside.
fn address_within(name: &[u8], base: &[u8]) -> Option<bool> {
    if !matches!(name.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return None;
    }
    let (network, mask) = base.split_at_checked(base.len() / 2)?;
    if network.len() != name.len() {
        return Some(false);
    }
    let same_bits = |((name, network), mask): ((&u8, &u8), &u8)| name & mask == network & mask;
    Some(name.iter().zip(network).zip(mask).all(same_bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::name::tests::name;
    use crate::syntax::der::value;

    fn constraints(permitted: &[GeneralName], excluded: &[GeneralName]) -> NameConstraints {
        let trees =
            |bases: &[GeneralName]| bases.iter().map(|base| Subtree { base: base.clone(), whole: true }).collect();
        NameConstraints { permitted: trees(permitted), excluded: trees(excluded) }
    }

    fn kind(constraints: &NameConstraints, of: GeneralName) -> Option<ViolationKind> {
        constraints.check(&name(&[]), &[of], &mut 250_000).err().map(|violation| violation.kind)
    }

    fn dns(text: &str) -> GeneralName {
        GeneralName::Dns(text.into())
    }

    fn mail(text: &str) -> GeneralName {
        GeneralName::Rfc822(text.into())
    }

    fn uri(text: &str) -> GeneralName {
        GeneralName::Uri(text.into())
    }

    fn ip(octets: &[u8]) -> GeneralName {
        GeneralName::IpAddress(octets.into())
    }

    fn person(common_name: &str) -> Name {
        name(&[
            (oid::COUNTRY, tag::PRINTABLE_STRING, b"CH"),
            (oid::COMMON_NAME, tag::UTF8_STRING, common_name.as_bytes()),
        ])
    }

    const NOT_PERMITTED: Option<ViolationKind> = Some(ViolationKind::NotPermitted);
    const EXCLUDED: Option<ViolationKind> = Some(ViolationKind::Excluded);
    const UNSUPPORTED: Option<ViolationKind> = Some(ViolationKind::Unsupported);

    #[test]
    fn dns_names_are_compared_by_labels() {
        let zh = constraints(&[dns("zh.ch")], &[]);
        for (text, expected) in [
            ("zh.ch", None),
            ("WWW.ZH.CH", None),
            ("a.b.zh.ch.", None),
            ("*.zh.ch", None),
            ("azh.ch", NOT_PERMITTED),
            ("ch", NOT_PERMITTED),
            ("zh.ch.example", NOT_PERMITTED),
            ("z\u{fc}.zh.ch", UNSUPPORTED),
        ] {
            assert_eq!(kind(&zh, dns(text)), expected, "{text}");
        }
        let not_zh = constraints(&[], &[dns("www.zh.ch")]);
        assert_eq!(kind(&not_zh, dns("a.www.zh.ch")), EXCLUDED);
        assert_eq!(kind(&not_zh, dns("*.zh.ch")), EXCLUDED, "it stands for www.zh.ch too");
        assert_eq!(kind(&not_zh, dns("zh.ch")), None);
        assert_eq!(kind(&constraints(&[dns(".zh.ch")], &[]), dns("zh.ch")), NOT_PERMITTED);
        assert_eq!(kind(&constraints(&[], &[dns("")]), dns("a")), EXCLUDED);
    }

    #[test]
    fn mail_addresses_are_compared_by_mailbox_host_or_domain() {
        let cases = [
            ("a@zh.ch", "a@ZH.ch", None),
            ("a@zh.ch", "A@zh.ch", NOT_PERMITTED),
            ("zh.ch", "a@zh.ch", None),
            ("zh.ch", "a@b.zh.ch", NOT_PERMITTED),
            (".zh.ch", "a@b.zh.ch", None),
            (".zh.ch", "a@zh.ch", NOT_PERMITTED),
            (".zh.ch", "a@azh.ch", NOT_PERMITTED),
            ("zh.ch", "zh.ch", UNSUPPORTED),
            ("zh.ch", "@zh.ch", UNSUPPORTED),
        ];
        for (base, address, expected) in cases {
            assert_eq!(kind(&constraints(&[mail(base)], &[]), mail(address)), expected, "{base} {address}");
        }
    }

    #[test]
    fn the_mail_address_of_the_subject_counts_where_no_alternative_has_one() {
        let subject = name(&[(oid::EMAIL_ADDRESS, tag::IA5_STRING, b"a@evil.example")]);
        let zh = constraints(&[mail("zh.ch")], &[]);
        assert_eq!(zh.check(&subject, &[], &mut 250_000).unwrap_err().kind, ViolationKind::NotPermitted);
        assert!(zh.check(&subject, &[mail("a@zh.ch")], &mut 250_000).is_ok());
    }

    #[test]
    fn mail_addresses_outside_ascii_are_under_the_constraints_of_the_others() {
        let mailbox = |text: &str| GeneralName::Other {
            oid: crate::syntax::der::Oid::from_content(oid::SMTP_UTF8_MAILBOX),
            value: value(tag::context_constructed(0), &value(tag::UTF8_STRING, text.as_bytes())).into(),
        };
        let zh = constraints(&[mail("zh.ch")], &[]);
        let cases = [
            ("j\u{fc}rg@zh.ch", None),
            ("j\u{fc}rg@evil.example", NOT_PERMITTED),
            ("j\u{fc}rg", UNSUPPORTED),
            ("j\u{fc}rg@z\u{fc}ri.ch", UNSUPPORTED),
        ];
        for (text, expected) in cases {
            assert_eq!(kind(&zh, mailbox(text)), expected, "{text}");
        }
        assert_eq!(kind(&constraints(&[], &[mail("zh.ch")]), mailbox("j\u{fc}rg@zh.ch")), EXCLUDED);
        assert_eq!(kind(&constraints(&[dns("zh.ch")], &[]), mailbox("j\u{fc}rg@evil.example")), None);
    }

    #[test]
    fn uris_are_compared_by_host() {
        let cases = [
            ("zh.ch", "https://zh.ch/a", None),
            ("zh.ch", "https://u:p@ZH.ch:8443?x=://evil", None),
            ("zh.ch", "https://www.zh.ch/", NOT_PERMITTED),
            (".zh.ch", "https://www.zh.ch/", None),
            (".zh.ch", "https://evil.example/#.zh.ch", NOT_PERMITTED),
            ("zh.ch", "https://192.0.2.1/", UNSUPPORTED),
            ("zh.ch", "https://[2001:db8::1]:1/", UNSUPPORTED),
            ("zh.ch", "urn:isbn:1", UNSUPPORTED),
            ("zh.ch", "https:///a", UNSUPPORTED),
        ];
        for (base, text, expected) in cases {
            assert_eq!(kind(&constraints(&[uri(base)], &[]), uri(text)), expected, "{base} {text}");
        }
    }

    #[test]
    fn addresses_are_compared_under_the_mask() {
        let net = constraints(&[ip(&[192, 0, 2, 0, 255, 255, 255, 0])], &[]);
        assert_eq!(kind(&net, ip(&[192, 0, 2, 9])), None);
        assert_eq!(kind(&net, ip(&[192, 0, 3, 9])), NOT_PERMITTED);
        assert_eq!(kind(&net, ip(&[0; 16])), NOT_PERMITTED);
        assert_eq!(kind(&net, ip(&[192, 0, 2])), UNSUPPORTED);
        assert_eq!(kind(&constraints(&[], &[ip(&[0; 7])]), ip(&[1; 4])), UNSUPPORTED);
    }

    #[test]
    fn distinguished_names_are_compared_by_their_beginning() {
        let swiss = GeneralName::Directory(name(&[(oid::COUNTRY, tag::UTF8_STRING, b"ch")]));
        let permitted = constraints(std::slice::from_ref(&swiss), &[]);
        assert!(permitted.check(&person("A"), &[], &mut 250_000).is_ok());
        assert!(permitted.check(&name(&[]), &[], &mut 250_000).is_ok());
        let german = name(&[(oid::COUNTRY, tag::PRINTABLE_STRING, b"DE")]);
        assert_eq!(permitted.check(&german, &[], &mut 250_000).unwrap_err().kind, ViolationKind::NotPermitted);
        assert_eq!(kind(&permitted, GeneralName::Directory(german)), NOT_PERMITTED);
        let excluded = constraints(&[], &[swiss]);
        assert_eq!(excluded.check(&person("A"), &[], &mut 250_000).unwrap_err().kind, ViolationKind::Excluded);
    }

    #[test]
    fn what_cannot_be_evaluated_is_a_violation_only_where_it_meets_a_name() {
        let other = GeneralName::RegisteredId(crate::syntax::der::Oid::from_content(&[0x2a, 3]));
        let on_other = constraints(std::slice::from_ref(&other), &[]);
        assert_eq!(kind(&on_other, other), UNSUPPORTED);
        assert_eq!(kind(&on_other, dns("zh.ch")), None);
        let mut with_minimum = constraints(&[], &[dns("evil.example")]);
        with_minimum.excluded[0].whole = false;
        assert_eq!(kind(&with_minimum, dns("zh.ch")), UNSUPPORTED);
        assert_eq!(kind(&with_minimum, mail("a@zh.ch")), None);
    }

    #[test]
    fn the_work_is_bounded() {
        let many = constraints(&vec![dns("zh.ch"); 1_000], &[]);
        let violation = many.check(&name(&[]), &vec![dns("zh.ch"); 1_000], &mut 250_000).unwrap_err();
        assert_eq!(violation.kind, ViolationKind::TooMany);
    }
}
