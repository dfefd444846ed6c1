//! The header (ISO 32000-2 §7.5.2), anywhere in the first KiB (annex I).

use super::finding::FindingCode;
use super::finding::Findings;
use crate::syntax::pdf::to_u64;

/// Where the header stands and which version it names. The catalog's `/Version` may name a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes from the start of the file to `%PDF-`; 0 where there is none.
    pub offset: u64,
    /// The digit before the point; 0 where the version is unreadable.
    pub major: u8,
    /// The digit behind the point.
    pub minor: u8,
}

const WINDOW: usize = 1024;

/// Finds and reads the header.
pub(super) fn read(bytes: &[u8], findings: &mut Findings) -> Header {
    let window = bytes.get(..WINDOW.min(bytes.len())).unwrap_or_default();
    let Some(start) = memchr::memmem::find(window, b"%PDF-") else {
        findings.add(FindingCode::MissingHeader, Some(0), None);
        return Header { offset: 0, major: 0, minor: 0 };
    };
    if start > 0 {
        findings.add(FindingCode::JunkBeforeHeader, Some(0), None);
    }
    let version = bytes.get(start.saturating_add(5)..).unwrap_or_default();
    let (major, minor) = match version {
        [major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', rest @ ..]
            if !rest.first().is_some_and(u8::is_ascii_alphanumeric) =>
        {
            (major & 0x0f, minor & 0x0f)
        }
        _ => (0, 0),
    };
    if !matches!((major, minor), (1, 0..=7) | (2, 0)) {
        findings.add(FindingCode::UnusualHeaderVersion, Some(start), None);
    }
    Header { offset: to_u64(start), major, minor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_and_odd_versions_are_told() {
        let mut findings = Findings::default();
        assert_eq!(read(b"%PDF-1.7\n", &mut findings), Header { offset: 0, major: 1, minor: 7 });
        assert!(findings.to_vec().is_empty());
        assert_eq!(read(b"junk%PDF-2.0\n", &mut findings), Header { offset: 4, major: 2, minor: 0 });
        assert!(findings.has(FindingCode::JunkBeforeHeader));
        assert_eq!(read(b"%PDF-1.55\n", &mut findings).major, 0);
        assert!(findings.has(FindingCode::UnusualHeaderVersion));
        assert_eq!(read(b"nothing", &mut findings).offset, 0);
        assert!(findings.has(FindingCode::MissingHeader));
    }
}
