//! Who may be asked: deny by default. A host is asked where the operator names it, or where a certificate vouches for it;
//! only the former may have addresses that are not public.

use super::address::{Reach, reach};
use crate::syntax::url::{Host, HostRule, HttpUrl, Scheme};
use crate::validation::{FetchOutcome, Vouched};

use std::net::IpAddr;

/// The rules.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// What the operator names.
    pub(super) allowed: Vec<HostRule>,
    /// Whether there are roots to check servers against.
    pub(super) https: bool,
}

/// What addresses a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Grade {
    /// Public ones.
    Public,
    /// Private and loopback ones too.
    Named,
}

impl Grade {
    /// Whether an address may be asked.
    pub(super) fn permits(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self == Self::Named,
            Reach::Never => false,
        }
    }
}

impl Guard {
    /// Whether a URL may be asked at all, and at what addresses. An address in the URL is held to the rule at once, since
    /// behind a proxy nothing else would.
    pub(super) fn admit(&self, url: &HttpUrl, vouched: Vouched) -> Result<Grade, FetchOutcome> {
        let grade = if self.allowed.iter().any(|rule| rule.covers(&url.host, url.port)) {
            Grade::Named
        } else if vouched == Vouched::ByAnchor {
            Grade::Public
        } else {
            return Err(FetchOutcome::RefusedHost);
        };
        match &url.host {
            Host::Address(address) if !grade.permits(*address) => Err(FetchOutcome::RefusedAddress),
            _ if url.scheme == Scheme::Https && !self.https => Err(FetchOutcome::RefusedHttps),
            _ => Ok(grade),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_operator_opens_private_addresses_and_nobody_all() {
        let allowed = ["127.0.0.1:19080", "ca.example.ch", "169.254.169.254"];
        let allowed = allowed.map(|rule| HostRule::parse(rule).unwrap()).to_vec();
        let guard = Guard { allowed, https: false };
        let admit = |url, vouched| guard.admit(&HttpUrl::parse(url).unwrap(), vouched);
        use Vouched::{ByAnchor, ByNobody};
        for (url, vouched, expected) in [
            ("http://127.0.0.1:19080/x", ByNobody, Ok(Grade::Named)),
            ("http://127.0.0.1:19081/x", ByNobody, Err(FetchOutcome::RefusedHost)),
            ("http://127.0.0.1:19081/x", ByAnchor, Err(FetchOutcome::RefusedAddress)),
            ("http://[::ffff:127.0.0.1]/x", ByAnchor, Err(FetchOutcome::RefusedAddress)),
            ("http://ca.example.ch/x", ByNobody, Ok(Grade::Named)),
            ("http://other.example.ch/x", ByAnchor, Ok(Grade::Public)),
            ("http://other.example.ch/x", ByNobody, Err(FetchOutcome::RefusedHost)),
            ("http://169.254.169.254/x", ByAnchor, Err(FetchOutcome::RefusedAddress)),
            ("https://other.example.ch/x", ByAnchor, Err(FetchOutcome::RefusedHttps)),
        ] {
            assert_eq!(admit(url, vouched), expected, "{url} {vouched:?}");
        }
    }
}
