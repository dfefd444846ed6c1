//! Addresses of evidence: `http` and `https` URLs (RFC 3986) as certificates name them, and `HOST[:PORT]` as operators do.
//!
//! Strict, since what is read here decides who is asked: no user information, no white space or control characters,
//! hosts of ASCII in lower case, IPv4 in dotted decimal only (a host that ends in a number and is none is refused: the
//! resolvers of systems read `127.1` and `0x7f000001` as addresses). A fragment is dropped. Nothing is resolved here.

use std::fmt;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

/// Octets of a URL. Real ones stay below 300.
const URL_LENGTH: usize = 2_048;

/// Octets of a host name (RFC 1035 §2.3.4).
const NAME_LENGTH: usize = 253;

/// Octets of a label.
const LABEL_LENGTH: usize = 63;

/// The schemes that evidence is fetched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// The word in a URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port where a URL names none.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A name, in lower case, without a dot at its end.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// An `http` or `https` URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpUrl {
    /// The scheme.
    pub scheme: Scheme,
    /// The host.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// Path and query; begins with `/`.
    pub target: String,
}

/// Why a text is not such a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It is one of another scheme.
    Scheme,
    /// It is none.
    Malformed,
}

impl HttpUrl {
    /// Parses a URL.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > URL_LENGTH || !text.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(UrlError::Malformed);
        }
        let (scheme, rest) = text.split_once(':').ok_or(UrlError::Malformed)?;
        let scheme = match &*scheme.to_ascii_lowercase() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(UrlError::Scheme),
        };
        let rest = rest.strip_prefix("//").ok_or(UrlError::Malformed)?;
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).ok_or(UrlError::Malformed)?;
        let (host, port) = authority_parts(authority)?;
        Ok(Self { scheme, host, port: port.unwrap_or(scheme.default_port()), target: target(rest)? })
    }

    /// Where `location` leads from here (RFC 9110 §10.2.2): a whole URL, or a path from the root of the same host. Other
    /// relative references are refused.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn redirected(&self, location: &str) -> Result<Self, UrlError> {
        if location.starts_with('/') && !location.starts_with("//") {
            if location.len() > URL_LENGTH || !location.bytes().all(|octet| octet.is_ascii_graphic()) {
                return Err(UrlError::Malformed);
            }
            return Ok(Self { target: target(location)?, ..self.clone() });
        }
        Self::parse(location)
    }

    /// `HOST`, or `HOST:PORT` where the port is not that of the scheme: the header field of that name.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme.name(), self.authority(), self.target)
    }
}

/// `HOST[:PORT]`, as an operator names who may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostRule {
    host: Host,
    port: Option<u16>,
}

impl HostRule {
    /// Parses `HOST` or `HOST:PORT`; an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// [`UrlError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (host, port) = authority_parts(text)?;
        Ok(Self { host, port })
    }

    /// Whether a URL lies there. A rule without a port means the ports 80 and 443.
    #[must_use]
    pub fn covers(&self, host: &Host, port: u16) -> bool {
        let usual = [Scheme::Http, Scheme::Https].map(Scheme::default_port);
        self.host == *host && self.port.map_or_else(|| usual.contains(&port), |own| own == port)
    }
}

fn authority_parts(authority: &str) -> Result<(Host, Option<u16>), UrlError> {
    let (host, port) = if let Some(inner) = authority.strip_prefix('[') {
        let (address, port) = inner.split_once(']').ok_or(UrlError::Malformed)?;
        let address = address.parse::<Ipv6Addr>().map_err(|_| UrlError::Malformed)?;
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':').ok_or(UrlError::Malformed)?),
        };
        (Host::Address(IpAddr::V6(address)), port)
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (self::host(host)?, Some(port)),
            None => (self::host(authority)?, None),
        }
    };
    // A colon with nothing after it means the usual port (RFC 3986 §3.2.3).
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|octet| octet.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port != 0).ok_or(UrlError::Malformed)?)
        }
        Some(_) => return Err(UrlError::Malformed),
    };
    Ok((host, port))
}

fn host(text: &str) -> Result<Host, UrlError> {
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok(Host::Address(IpAddr::V4(address)));
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let label = |label: &str| {
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_';
        !label.is_empty()
            && label.len() <= LABEL_LENGTH
            && label.bytes().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let number = last.starts_with("0x") || last.bytes().all(|octet| octet.is_ascii_digit());
    if name.len() > NAME_LENGTH || !name.split('.').all(label) || number {
        return Err(UrlError::Malformed);
    }
    Ok(Host::Name(name))
}

fn target(rest: &str) -> Result<String, UrlError> {
    let rest = rest.split('#').next().unwrap_or_default();
    if rest.contains(['\\', '"', '<', '>', '^', '`', '{', '|', '}']) {
        return Err(UrlError::Malformed);
    }
    Ok(if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_written() {
        for (text, written) in [
            ("http://crl.example.ch/a.crl", "http://crl.example.ch/a.crl"),
            ("HTTP://CRL.Example.CH./a?b=c#d", "http://crl.example.ch/a?b=c"),
            ("http://h", "http://h/"),
            ("https://h:443/x", "https://h/x"),
            ("https://h:8443?q", "https://h:8443/?q"),
            ("http://127.0.0.1:19080/x", "http://127.0.0.1:19080/x"),
            ("http://[::1]:80/", "http://[::1]/"),
            ("http://h:/x", "http://h/x"),
            ("http://a_b.ch/", "http://a_b.ch/"),
        ] {
            assert_eq!(HttpUrl::parse(text).unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "http://user@h/",
            "http://h\\@evil/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://h/a b",
            "http://h/\u{e4}",
            "http://h\u{3002}ch/",
            "http://h:0/",
            "http://h:65536/",
            "http://h:+1/",
            "http://[::1/",
            "http://[::1]x/",
            "http://[fe80::1%25eth0]/",
            "http:///x",
            "http:/h/x",
            "http://-a/",
            "http://a..b/",
            "http://h%41/",
            "h/x",
            "",
        ] {
            assert_eq!(HttpUrl::parse(text), Err(UrlError::Malformed), "{text}");
        }
        assert_eq!(HttpUrl::parse("ldap://h/cn=x"), Err(UrlError::Scheme));
        assert_eq!(HttpUrl::parse("file:///etc/passwd"), Err(UrlError::Scheme));
        assert_eq!(HttpUrl::parse(&format!("http://h/{}", "x".repeat(URL_LENGTH))), Err(UrlError::Malformed));
    }

    #[test]
    fn redirections_are_whole_or_from_the_root() {
        let from = HttpUrl::parse("http://h:8080/a/b?c").unwrap();
        assert_eq!(from.redirected("/d?e").unwrap().to_string(), "http://h:8080/d?e");
        assert_eq!(from.redirected("https://other/f").unwrap().to_string(), "https://other/f");
        for odd in ["b", "//other/x", "../x", "/a b", ""] {
            assert!(from.redirected(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_rule_without_a_port_means_the_usual_ones() {
        let covers = |rule: &str, url: &str| {
            let url = HttpUrl::parse(url).unwrap();
            HostRule::parse(rule).unwrap().covers(&url.host, url.port)
        };
        assert!(covers("Example.ch", "http://example.ch/x") && covers("example.ch", "https://example.ch/x"));
        assert!(!covers("example.ch", "http://example.ch:8080/") && !covers("example.ch", "http://a.example.ch/"));
        assert!(
            covers("127.0.0.1:19080", "http://127.0.0.1:19080/x") && !covers("127.0.0.1:1", "http://127.0.0.1/")
        );
        assert!(covers("[::1]:5", "http://[::1]:5/"));
        for odd in ["http://h", "h/x", "h:x", "", "h:0", "*.ch", "::1"] {
            assert!(HostRule::parse(odd).is_err(), "{odd}");
        }
    }
}
