//! What each fuzz target does with its bytes: one function per parser.
//!
//! The files in `fuzz_targets/` give them to the fuzzer; `tests/fuzz_replay.rs` runs them with a stable compiler over seeds
//! and seeded mutations. A target does not only look for panics: it asserts what must hold of whatever was parsed.

use sigillum::syntax::der::{Reader, Tlv, is_der};

/// Which fixtures are the seeds of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seeds {
    /// ASN.1: certificates, keys and signatures.
    Der,
}

/// A target: its name, its seeds, what it does.
pub(crate) type Target = (&'static str, Seeds, fn(&[u8]));

/// Every target.
pub(crate) const ALL: &[Target] = &[("der", Seeds::Der, der)];

/// Nesting that the targets allow.
const DEPTH: u32 = 64;

/// The cursor over ASN.1: values lie inside their parents, one after the other, and nothing is lost between them.
pub(crate) fn der(data: &[u8]) {
    let _ = is_der(data, DEPTH);
    let mut readers = vec![Reader::new(data, DEPTH)];
    while let Some(reader) = readers.last_mut() {
        if reader.is_empty() {
            readers.pop();
            continue;
        }
        let before = reader.rest();
        let Ok(value) = reader.next_tlv() else {
            readers.pop();
            continue;
        };
        assert!(!value.raw.is_empty(), "a value without octets: the walk would never end");
        assert_eq!(before.len(), value.raw.len() + reader.rest().len(), "octets are lost between values");
        assert!(
            before.starts_with(value.raw) && data[value.offset..].starts_with(value.raw),
            "a value at a wrong place"
        );
        assert!(value.content.len() < value.raw.len(), "content without a header");
        typed(&value);
        if value.is_constructed()
            && let Ok(inner) = value.reader()
        {
            readers.push(inner);
        }
        assert!(readers.len() <= 2 + usize::try_from(DEPTH).unwrap(), "deeper than allowed");
    }
}

/// Reads a value as every type: none may panic, and what it gives is no longer than the value.
fn typed(value: &Tlv<'_>) {
    let _ = (value.oid(), value.boolean(), value.time(), value.wrapped());
    if let Ok(bits) = value.bit_string() {
        assert!(bits.len() <= value.content.len());
    }
    if let Ok(octets) = value.octets() {
        assert!(octets.len() <= value.content.len());
    }
    if value.integer().is_ok() {
        assert!(value.content.len() <= 9, "an integer that cannot fit");
    }
}
