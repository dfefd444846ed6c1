//! Joining base references (Canonical XML 1.1 §2.4 and appendix A: RFC 3986 §5.2 with bases that may be relative, so
//! that leading `..` stay).

/// A reference in its parts (RFC 3986 appendix B).
#[derive(Clone, Copy, Debug, Default)]
struct Parts<'r> {
    scheme: Option<&'r str>,
    authority: Option<&'r str>,
    path: &'r str,
    query: Option<&'r str>,
}

fn parts(reference: &str) -> Parts<'_> {
    // A fragment is no part of a base (RFC 3986 §5.1).
    let rest = reference.split_once('#').map_or(reference, |(before, _)| before);
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, after)) if is_scheme(scheme) => (Some(scheme), after),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(after) => {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, path) = after.split_at_checked(end).unwrap_or((after, ""));
            (Some(authority), path)
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query }
}

/// Whether this is the scheme of a URI (RFC 3986 §3.1).
fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Whether a namespace name is absolute: has a scheme.
pub(super) fn is_absolute(name: &str) -> bool {
    name.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme))
}

/// `reference` as seen from `base`.
pub(super) fn join(base: &str, reference: &str) -> String {
    let (from, to) = (parts(base), parts(reference));
    let (scheme, authority, path, query) = if to.scheme.is_some() {
        (to.scheme, to.authority, without_dots(to.path), to.query)
    } else if to.authority.is_some() {
        (from.scheme, to.authority, without_dots(to.path), to.query)
    } else if to.path.is_empty() {
        (from.scheme, from.authority, without_dots(from.path), to.query.or(from.query))
    } else if to.path.starts_with('/') {
        (from.scheme, from.authority, without_dots(to.path), to.query)
    } else {
        let folder = from.path.rsplit_once('/').map(|(folder, _)| folder);
        let merged = match folder {
            Some(folder) => {
                // A base that ends in `..` is a folder without its slash.
                let last = if from.path.ends_with("/..") { from.path } else { folder };
                format!("{last}/{}", to.path)
            }
            None if from.path == ".." => format!("../{}", to.path),
            None if from.authority.is_some() => format!("/{}", to.path),
            None => to.path.to_owned(),
        };
        (from.scheme, from.authority, without_dots(&merged), to.query)
    };
    let mut joined = String::new();
    if let Some(scheme) = scheme {
        joined.push_str(scheme);
        joined.push(':');
    }
    if let Some(authority) = authority {
        joined.push_str("//");
        joined.push_str(authority);
    }
    joined.push_str(&path);
    if let Some(query) = query {
        joined.push('?');
        joined.push_str(query);
    }
    joined
}

/// Appendix A: like RFC 3986 §5.2.4, but `..` that lead out of a relative path stay, empty segments go, and a path that
/// ends in `..` ends in `../`.
fn without_dots(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut folder = false;
    for segment in path.split('/') {
        folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => match kept.last() {
                Some(&"..") => kept.push(".."),
                Some(_) => {
                    kept.pop();
                }
                None if absolute => {}
                None => kept.push(".."),
            },
            _ => kept.push(segment),
        }
    }
    let mut joined = if absolute { "/".to_owned() } else { String::new() };
    joined.push_str(&kept.join("/"));
    if folder && !kept.is_empty() {
        joined.push('/');
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_joined() {
        for (base, reference, joined) in [
            ("http://a/b/c/d?q", "g", "http://a/b/c/g"),
            ("http://a/b/c/d?q", "../g", "http://a/b/g"),
            ("http://a/b/c/d?q", "../../../g", "http://a/g"),
            ("http://a/b/c/d?q", "", "http://a/b/c/d?q"),
            ("http://a/b/c/d?q", "?y", "http://a/b/c/d?y"),
            ("http://a/b/c/d?q", "/g", "http://a/g"),
            ("http://a/b/c/d?q", "//g", "http://g"),
            ("http://a/b/c/d?q", "g:h", "g:h"),
            ("http://a", "b", "http://a/b"),
            ("../x", "y", "../y"),
            ("..", "..", "../../"),
            ("../..", "x", "../../x"),
            ("a/b", "..", ""),
            ("a/b/", "..", "a/"),
            ("/a//b", "c", "/a/c"),
            ("", "a", "a"),
        ] {
            assert_eq!(join(base, reference), joined, "{base} + {reference}");
        }
    }

    #[test]
    fn absolute_names_have_a_scheme() {
        for name in ["http://a", "urn:a", "x:y", "a+b.c-d:e"] {
            assert!(is_absolute(name), "{name}");
        }
        for name in ["a", "/a", "//a", "1:a", ":a", "a/b:c", "../a"] {
            assert!(!is_absolute(name), "{name}");
        }
    }
}
