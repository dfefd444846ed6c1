//! The name under which a detached seal refers to its document.

/// Characters of a name.
const LONGEST: usize = 255;

/// The name of a document, as the reference of a detached seal has it: one segment of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentName(String);

impl DocumentName {
    /// `None` where `name` is empty, `.` or `..`, too long, or has a slash, a backslash or a control character.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let is_plain = !name.chars().any(|character| character.is_control() || matches!(character, '/' | '\\'));
        let fits = !matches!(name, "" | "." | "..") && name.chars().count() <= LONGEST;
        (is_plain && fits).then(|| Self(name.to_owned()))
    }

    /// As given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a relative reference (RFC 3986 §4.2): all but unreserved characters are percent-encoded (§2.1).
    pub(super) fn uri(&self) -> String {
        self.0.bytes().fold(String::with_capacity(self.0.len()), |mut uri, octet| {
            if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
                uri.push(char::from(octet));
            } else {
                uri.push_str(&format!("%{octet:02X}"));
            }
            uri
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_segment_and_its_uri_leads_nowhere_else() {
        for wrong in ["", ".", "..", "a/b", "a\\b", "a\nb", "\u{7f}", &"x".repeat(256)] {
            assert_eq!(DocumentName::new(wrong), None, "{wrong}");
        }
        for (name, uri) in [
            ("a-1_2.~xml", "a-1_2.~xml"),
            ("Verfügung 1.xml", "Verf%C3%BCgung%201.xml"),
            ("#id", "%23id"),
            ("http:x?y&z\"<", "http%3Ax%3Fy%26z%22%3C"),
        ] {
            assert_eq!(DocumentName::new(name).unwrap().uri(), uri);
        }
    }
}
