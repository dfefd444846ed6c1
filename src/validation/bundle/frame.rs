//! What is around the content: the version, the digest over the content, and the bounds that hold before anything of it
//! is parsed.

use serde_json::ser::PrettyFormatter;

use super::BundleError;
use super::form::ContentForm;
use crate::crypto::{DigestAlgorithm, digest};
use serde::Serialize;

/// Bytes of a bundle: 128 MiB. Three quarters of it are evidence: three times what may be fetched for one document.
pub const MAXIMUM_BYTES: u64 = 128 << 20;

/// Levels of nesting in the content: it has 4.
const DEPTH: u32 = 8;

/// Characters of a version that is repeated.
const VERSION_CHARACTERS: usize = 16;

const BEGIN: &[u8] = b"{\"schema\":\"sigillum-bundle/";
const VERSION: &[u8] = b"1";
const DIGEST: &[u8] = b"\",\"sha256\":\"";
const CONTENT: &[u8] = b"\",\"content\":\n";
const END: &[u8] = b"}\n";

/// Whether content says of itself that it is a bundle, of whatever version.
#[must_use]
pub fn is_bundle(octets: &[u8]) -> bool {
    octets.starts_with(BEGIN)
}

/// The bundle with this content.
pub(super) fn close(content: &ContentForm<'_>) -> Result<Vec<u8>, BundleError> {
    let mut inner = Vec::with_capacity(64 << 10);
    let mut serializer = serde_json::Serializer::with_formatter(&mut inner, PrettyFormatter::with_indent(b" "));
    // Texts, numbers and octets only: there is nothing in it that JSON could not say.
    content.serialize(&mut serializer).map_err(|error| form(&error))?;
    inner.push(b'\n');
    let digest = digest(DigestAlgorithm::Sha256, &inner).to_string();
    let whole = [BEGIN, VERSION, DIGEST, digest.as_bytes(), CONTENT, &inner, END].concat();
    demand_size(&whole)?;
    Ok(whole)
}

/// The content of a bundle that is whole.
pub(super) fn open(octets: &[u8]) -> Result<ContentForm<'_>, BundleError> {
    demand_size(octets)?;
    let rest = octets.strip_prefix(BEGIN).ok_or(BundleError::NotABundle)?;
    let rest = match rest.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix(DIGEST)) {
        Some(rest) => rest,
        None => return Err(BundleError::UnknownVersion(version(rest))),
    };
    let (stated, rest) = rest.split_at_checked(64).ok_or(BundleError::Damaged)?;
    let inner = rest.strip_prefix(CONTENT).and_then(|rest| rest.strip_suffix(END)).ok_or(BundleError::Damaged)?;
    if digest(DigestAlgorithm::Sha256, inner).to_string().as_bytes() != stated {
        return Err(BundleError::Damaged);
    }
    demand_depth(inner)?;
    serde_json::from_slice(inner).map_err(|error| form(&error))
}

fn demand_size(octets: &[u8]) -> Result<(), BundleError> {
    let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    if size <= MAXIMUM_BYTES { Ok(()) } else { Err(BundleError::TooLarge { maximum: MAXIMUM_BYTES }) }
}

/// Looks at brackets and braces outside of texts. What is not well-formed is refused by the parser.
fn demand_depth(octets: &[u8]) -> Result<(), BundleError> {
    let mut depth = 0_u32;
    let mut rest = octets.iter();
    while let Some(octet) = rest.next() {
        match octet {
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(octet) = rest.next() {
                    match octet {
                        b'"' => break,
                        b'\\' => _ = rest.next(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        if depth > DEPTH {
            return Err(BundleError::TooDeep);
        }
    }
    Ok(())
}

/// What stands in the place of the version, where it can be repeated.
fn version(rest: &[u8]) -> String {
    let harmless = |octet: &&u8| octet.is_ascii_alphanumeric() || matches!(**octet, b'.' | b'-');
    rest.iter().take(VERSION_CHARACTERS).take_while(harmless).map(|octet| char::from(*octet)).collect()
}

/// The parser counts the lines of the content; in the file there is one before.
fn form(error: &serde_json::Error) -> BundleError {
    let said = error.to_string();
    let cause = said.split(" at line ").next().unwrap_or_default().to_owned();
    BundleError::Form { line: error.line().saturating_add(1), cause }
}
