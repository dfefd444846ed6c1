//! What a request says of itself: parameters, media types, languages, keys. Everything in it is from a stranger.

use axum::extract::Query;
use axum::http::header;
use axum::http::{HeaderMap, HeaderName, Uri};

use super::problem::{Code, Problem};
use crate::reporting::{Detail, Language};

/// Bytes of an idempotency key.
const KEY_BYTES: usize = 255;

/// Bytes of a boundary of multipart (RFC 2046 §5.1.1).
const BOUNDARY_BYTES: usize = 70;

/// The parameters of an address, each at most once, none unknown.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads them; `known` are the names that there are.
    pub(super) fn read(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let query = uri.query().unwrap_or_default();
        let pairs = if query.contains(['%', '+']) {
            let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
                .map_err(|_| Problem::bad(Detail::InvalidValue, "query"))?;
            pairs
        } else {
            // Nothing to decode: only to be taken apart.
            let pairs = query.split('&').filter(|pair| !pair.is_empty());
            let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(Problem::bad(Detail::UnknownParameter, plain(name)));
            }
            if pairs.iter().take(at).any(|(earlier, _)| earlier == name) {
                return Err(Problem::bad(Detail::Repeated, plain(name)));
            }
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A name of the caller's, where it is harmless to repeat it.
pub(super) fn plain(name: &str) -> &str {
    let harmless = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    if (1..=32).contains(&name.len()) && name.bytes().all(harmless) { name } else { "?" }
}

/// What the body is said to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// `application/pdf`, or `application/octet-stream`, which the content itself explains.
    Document,
    /// `application/xml` or `text/xml`.
    Xml,
    /// `multipart/form-data` with its boundary.
    Parts(String),
}

impl Content {
    /// Reads Content-Type. Nothing that was coded for its transfer is taken: what it decodes to has no bound.
    pub(super) fn read(headers: &HeaderMap, accepted: &str) -> Result<Self, Problem> {
        let refuse =
            || Problem::with(Code::UnsupportedMediaType, Detail::MediaType, [("types", accepted.to_owned())]);
        let codings = headers.get_all(header::CONTENT_ENCODING);
        if codings.iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(Problem::new(Code::UnsupportedMediaType, Detail::ContentEncoding));
        }
        let value = single(headers, &header::CONTENT_TYPE)?.ok_or_else(refuse)?;
        let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
        match kind.trim().to_ascii_lowercase().as_str() {
            "application/pdf" | "application/octet-stream" => Ok(Self::Document),
            "application/xml" | "text/xml" => Ok(Self::Xml),
            "multipart/form-data" => {
                let boundary = parameter(parameters, "boundary").unwrap_or_default();
                let good = (1..=BOUNDARY_BYTES).contains(&boundary.len()) && boundary.is_ascii();
                if good { Ok(Self::Parts(boundary)) } else { Err(malformed()) }
            }
            _ => Err(refuse()),
        }
    }
}

/// The body is no well-formed multipart.
pub(super) fn malformed() -> Problem {
    Problem::new(Code::BadRequest, Detail::MultipartMalformed)
}

/// The value of a parameter of a header: `; name=value` or `; name="value"` (RFC 9110 §5.6.6). A name that stands
/// there twice has none.
pub(super) fn parameter(text: &str, name: &str) -> Option<String> {
    let mut found = None;
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches(|c: char| c == ';' || c.is_ascii_whitespace());
        let value = if let Some(quoted) = after.strip_prefix('"') {
            let mut value = String::new();
            let mut characters = quoted.chars();
            loop {
                match characters.next()? {
                    '"' => break,
                    '\\' => value.push(characters.next()?),
                    other => value.push(other),
                }
            }
            rest = characters.as_str();
            value
        } else {
            let (value, left) = after.split_once(';').unwrap_or((after, ""));
            rest = left;
            value.trim().to_owned()
        };
        if key.eq_ignore_ascii_case(name) && found.replace(value).is_some() {
            return None;
        }
    }
    found
}

/// That the caller takes an answer of this type (RFC 9110 §12.5.1): the most specific range that fits decides.
pub(super) fn demand_accepted(headers: &HeaderMap, media_type: &'static str) -> Result<(), Problem> {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    let family = media_type.split_once('/').map_or("", |(family, _)| family);
    let mut best: Option<(u8, bool)> = None;
    for range in values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
        let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
        let range = range.trim().to_ascii_lowercase();
        let rank = match range.split_once('/') {
            Some(_) if range == media_type => 2,
            Some((kind, "*")) if kind == family => 1,
            Some(("*", "*")) => 0,
            _ => continue,
        };
        let wanted = weight(parameters) > 0;
        best = match best {
            Some((known, was)) if known > rank || (known == rank && was) => Some((known, was)),
            _ => Some((rank, wanted)),
        };
    }
    match best {
        Some((_, true)) => Ok(()),
        _ => Err(Problem::with(Code::NotAcceptable, Detail::NotAcceptable, [("types", media_type.to_owned())])),
    }
}

/// That the caller takes an answer of one of these types.
pub(super) fn demand_one_accepted(headers: &HeaderMap, types: &[&'static str]) -> Result<(), Problem> {
    if types.iter().any(|one| demand_accepted(headers, one).is_ok()) {
        return Ok(());
    }
    Err(Problem::with(Code::NotAcceptable, Detail::NotAcceptable, [("types", types.join(", "))]))
}

/// The weight `q` in thousandths (RFC 9110 §12.4.2); what has no weight has all of it, what has a wrong one none.
fn weight(parameters: &str) -> u16 {
    let Some(q) = parameter(parameters, "q") else { return 1000 };
    let (whole, fraction) = q.split_once('.').unwrap_or((&q, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|octet| octet.is_ascii_digit()) {
        return 0;
    }
    match whole {
        "1" => 1000,
        "0" => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// The language that is asked for with `lang`, where the parameter is there.
pub(super) fn language_named(parameters: &Parameters) -> Result<Option<Language>, Problem> {
    let Some(code) = parameters.get("lang") else { return Ok(None) };
    Language::from_code(code).map(Some).ok_or_else(|| Problem::bad(Detail::InvalidValue, "lang"))
}

/// The language of an answer: `lang`, else the one of Accept-Language with the highest weight that there is, else
/// English, which programs read.
pub(super) fn language(headers: &HeaderMap, uri: &Uri) -> Language {
    let pairs = uri.query().unwrap_or_default().split('&');
    let named = pairs.filter_map(|pair| pair.strip_prefix("lang=")).find_map(Language::from_code);
    named.or_else(|| accepted_language(headers)).unwrap_or(Language::En)
}

fn accepted_language(headers: &HeaderMap) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    let values = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    for range in values.flat_map(|value| value.split(',')) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let Some(language) = Language::from_code(&primary) else { continue };
        let weight = weight(parameters);
        if weight > 0 && best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// The key of a request that may be repeated.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    const NAME: HeaderName = HeaderName::from_static("idempotency-key");
    let Some(key) = single(headers, &NAME)? else { return Ok(None) };
    let good = (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(|octet| octet.is_ascii_graphic());
    if good { Ok(Some(key.to_owned())) } else { Err(Problem::bad(Detail::InvalidValue, "Idempotency-Key")) }
}

/// The value of a header that may be there once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(Problem::bad(Detail::Repeated, name.as_str()));
    }
    value.map(|value| value.to_str().map_err(|_| Problem::bad(Detail::InvalidValue, name.as_str()))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn parameters_are_known_and_come_once() {
        let read = |query: &str| Parameters::read(&format!("/x?{query}").parse().unwrap(), &["at", "policy"]);
        let good = read("policy=no%2Drevocation&at=2026-01-01T00:00:00%2B01:00").unwrap();
        assert_eq!(good.get("policy"), Some("no-revocation"));
        assert_eq!(good.get("at"), Some("2026-01-01T00:00:00+01:00"));
        assert_eq!(good.get("lang"), None);
        assert!(read("").unwrap().0.is_empty());
        for bad in ["other=1", "policy=a&policy=a", "policy=a&%70olicy=b", "=", "Policy=a"] {
            assert_eq!(read(bad).unwrap_err().code, Code::BadRequest, "{bad}");
        }
    }

    #[test]
    fn names_are_only_repeated_where_they_are_harmless() {
        assert_eq!(plain("colour"), "colour");
        for odd in ["", "a b", "<a>", "ü", &"a".repeat(33)] {
            assert_eq!(plain(odd), "?");
        }
    }

    #[test]
    fn the_body_is_what_it_is_said_to_be() {
        let read = |value: &'static str| Content::read(&headers(&[("content-type", value)]), "x");
        assert_eq!(read("application/pdf").unwrap(), Content::Document);
        assert_eq!(read("Application/Octet-Stream; charset=binary").unwrap(), Content::Document);
        assert_eq!(read("text/xml;charset=utf-8").unwrap(), Content::Xml);
        assert_eq!(read("multipart/form-data; boundary=abc").unwrap(), Content::Parts("abc".into()));
        assert_eq!(
            read("multipart/form-data; x=1; boundary=\"a\\\"; c\"").unwrap(),
            Content::Parts("a\"; c".into())
        );
        for bad in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a"] {
            assert_eq!(read(bad).unwrap_err().code, Code::BadRequest, "{bad}");
        }
        for bad in ["text/plain", "", "application/json", "multipart/mixed; boundary=a"] {
            assert_eq!(read(bad).unwrap_err().code, Code::UnsupportedMediaType, "{bad}");
        }
        assert_eq!(Content::read(&headers(&[]), "x").unwrap_err().code, Code::UnsupportedMediaType);
        let coded = headers(&[("content-type", "application/pdf"), ("content-encoding", "gzip")]);
        assert_eq!(Content::read(&coded, "x").unwrap_err().code, Code::UnsupportedMediaType);
        let twice = headers(&[("content-type", "application/pdf"), ("content-type", "application/pdf")]);
        assert_eq!(Content::read(&twice, "x").unwrap_err().code, Code::BadRequest);
    }

    #[test]
    fn parameters_of_headers_are_read_quoted_or_not() {
        assert_eq!(parameter("; a=1; name=\"x;=y\"; b=2", "name").as_deref(), Some("x;=y"));
        assert_eq!(parameter("; a=1; b=2", "b").as_deref(), Some("2"));
        assert_eq!(parameter("; a=1; a=2", "a"), None);
        assert_eq!(parameter("; a=\"open", "a"), None);
        assert_eq!(parameter("", "a"), None);
    }

    #[test]
    fn the_most_specific_range_decides() {
        let json = |values: &[&'static str]| {
            let pairs: Vec<_> = values.iter().map(|value| ("accept", *value)).collect();
            demand_accepted(&headers(&pairs), "application/json").is_ok()
        };
        assert!(json(&[]));
        for good in
            ["*/*", "application/*", "Application/JSON", "text/html, */*;q=0.1", "application/json; q=0.001"]
        {
            assert!(json(&[good]), "{good}");
        }
        assert!(json(&["application/pdf", "application/json"]));
        for bad in [
            "application/pdf",
            "text/*",
            "application/json;q=0",
            "*/*, application/json;q=0.0",
            "",
            "application/json;q=2",
            "application/json;q=0.0001",
        ] {
            assert!(!json(&[bad]), "{bad}");
        }
    }

    #[test]
    fn the_language_is_named_or_preferred_or_english() {
        let of = |query: &str, accepted: &'static str| {
            language(&headers(&[("accept-language", accepted)]), &format!("/x?{query}").parse().unwrap())
        };
        assert_eq!(of("lang=it", "de"), Language::It);
        assert_eq!(of("lang=xx", "de"), Language::De);
        assert_eq!(of("", "rm, fr-CH;q=0.8, de;q=0.9"), Language::De);
        assert_eq!(of("", "fr;q=0, *"), Language::En);
        assert_eq!(of("", ";;q=,,"), Language::En);
    }

    #[test]
    fn a_key_is_short_and_visible() {
        let key = |value: &'static str| idempotency_key(&headers(&[("idempotency-key", value)]));
        assert_eq!(key("a-1").unwrap().as_deref(), Some("a-1"));
        assert!(key("").is_err() && key("a b").is_err());
        assert!(idempotency_key(&headers(&[])).unwrap().is_none());
        assert!(idempotency_key(&headers(&[("idempotency-key", "a"), ("idempotency-key", "b")])).is_err());
        let mut long = HeaderMap::new();
        long.insert("idempotency-key", HeaderValue::from_str(&"a".repeat(256)).unwrap());
        assert!(idempotency_key(&long).is_err());
        long.insert("idempotency-key", HeaderValue::from_str(&"a".repeat(255)).unwrap());
        assert!(idempotency_key(&long).unwrap().is_some());
    }
}
