//! What a seal adds to a document: with it and the document as it came the result can be made again, byte for byte.
//!
//! Of a PDF it is what was appended. Of XML it is what was put before the end tag of the root element; or the signature
//! document, without the document where that stands in it. So nothing of the document itself has to be kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::{Digest, DigestAlgorithm, DigestState};
use crate::document::{Kind, sniff};

/// Octets before those of the seal: what kind of addition it is, and a place.
const HEAD: usize = 9;

/// Where the seal of an XML document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the document, from here on.
    Within(usize),
    /// Around the document, which stands from here on in base64.
    Around(usize),
    /// Apart from it.
    Apart,
}

impl Place {
    /// What an XML document becomes with these octets of a seal.
    pub(super) fn sealed(self, document: Vec<u8>, seal: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Within(at) => inserted(document, at, seal),
            Self::Around(at) => {
                let (before, after) = seal.split_at_checked(at)?;
                let whole = base64_len(document.len())?.checked_add(seal.len())?;
                let mut text = String::with_capacity(whole);
                text.push_str(std::str::from_utf8(before).ok()?);
                STANDARD.encode_string(&document, &mut text);
                text.push_str(std::str::from_utf8(after).ok()?);
                Some(text.into_bytes())
            }
            Self::Apart => Some(seal.to_vec()),
        }
    }

    /// The octets of the seal in a sealed document: `length` of them.
    pub(super) fn seal(self, sealed: &[u8], length: usize) -> Option<Vec<u8>> {
        match self {
            Self::Within(at) => Some(sealed.get(at..at.checked_add(length)?)?.to_vec()),
            Self::Around(at) => {
                let after = sealed.len().checked_sub(length.checked_sub(at)?)?;
                Some([sealed.get(..at)?, sealed.get(after..)?].concat())
            }
            Self::Apart => Some(sealed.to_vec()),
        }
    }

    /// SHA-256 of the document in a sealed document, as it can be taken out again; none where it stands apart.
    pub(super) fn document_sha256(self, sealed: &[u8], length: usize) -> Option<Digest> {
        let mut state = DigestState::new(DigestAlgorithm::Sha256);
        match self {
            Self::Within(at) => {
                state.update(sealed.get(..at)?);
                state.update(sealed.get(at.checked_add(length)?..)?);
            }
            Self::Around(at) => {
                let after = sealed.len().checked_sub(length.checked_sub(at)?)?;
                state.update(&STANDARD.decode(sealed.get(at..after)?).ok()?);
            }
            Self::Apart => return None,
        }
        Some(state.finish())
    }

    /// As it is kept, with the octets of the seal.
    pub(super) fn addition(self, seal: &[u8]) -> Vec<u8> {
        let (kind, at) = match self {
            Self::Within(at) => (b'w', at),
            Self::Around(at) => (b'a', at),
            Self::Apart => (b'd', 0),
        };
        let at = u64::try_from(at).unwrap_or(u64::MAX).to_be_bytes();
        [&[kind][..], &at, seal].concat()
    }
}

/// The sealed document, made again of the document as it came and of [`Released::addition`]. `None` where the two do
/// not belong together.
///
/// [`Released::addition`]: super::Released::addition
#[must_use]
pub fn sealed_again(document: Vec<u8>, addition: &[u8]) -> Option<Vec<u8>> {
    if sniff(&document) != Some(Kind::Xml) {
        let mut document = document;
        document.extend_from_slice(addition);
        return Some(document);
    }
    let (head, seal) = addition.split_at_checked(HEAD)?;
    let (kind, at) = head.split_first()?;
    let at = usize::try_from(u64::from_be_bytes(at.try_into().ok()?)).ok()?;
    let place = match kind {
        b'w' => Place::Within(at),
        b'a' => Place::Around(at),
        b'd' => Place::Apart,
        _ => return None,
    };
    place.sealed(document, seal)
}

/// How long base64 of so many octets is.
pub(super) fn base64_len(octets: usize) -> Option<usize> {
    base64::encoded_len(octets, true)
}

/// `octets` put into `document`. What is behind is moved, not copied.
fn inserted(mut document: Vec<u8>, at: usize, octets: &[u8]) -> Option<Vec<u8>> {
    let size = document.len();
    if at > size {
        return None;
    }
    let whole = size.checked_add(octets.len())?;
    document.reserve_exact(octets.len());
    document.resize(whole, 0);
    document.copy_within(at..size, at.checked_add(octets.len())?);
    document.get_mut(at..at.checked_add(octets.len())?)?.copy_from_slice(octets);
    Some(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest;

    #[test]
    fn the_result_is_made_again() {
        let xml = b"<a>1</a>".to_vec();
        for (place, seal, result) in [
            (Place::Within(4), &b"<s/>"[..], &b"<a>1<s/></a>"[..]),
            (Place::Within(8), b"<!---->", b"<a>1</a><!---->"),
            (Place::Around(3), b"<s></s>", b"<s>PGE+MTwvYT4=</s>"),
            (Place::Apart, b"<s/>", b"<s/>"),
        ] {
            assert_eq!(place.sealed(xml.clone(), seal).as_deref(), Some(result));
            assert_eq!(sealed_again(xml.clone(), &place.addition(seal)).as_deref(), Some(result));
            assert_eq!(place.seal(result, seal.len()).as_deref(), Some(seal));
            let sha256 = (place != Place::Apart).then(|| digest(DigestAlgorithm::Sha256, &xml));
            assert_eq!(place.document_sha256(result, seal.len()), sha256);
        }
        assert_eq!(sealed_again(b"%PDF-1.7".to_vec(), b"w1").as_deref(), Some(&b"%PDF-1.7w1"[..]));
    }

    #[test]
    fn what_does_not_belong_together_has_no_result() {
        let xml = || b"<a>1</a>".to_vec();
        for addition in [&b""[..], b"w", b"x\0\0\0\0\0\0\0\0s", b"w\0\0\0\0\0\0\0\x09s", b"a\0\0\0\0\0\0\0\x02s"] {
            assert_eq!(sealed_again(xml(), addition), None, "{}", addition.escape_ascii());
        }
    }
}
