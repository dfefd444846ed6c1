//! `RunLengthDecode` (ISO 32000-2 §7.4.5).

use super::CHUNK;
use super::Decoded;
use crate::limits::Budget;
use crate::limits::LimitExceeded;

/// Decodes `data` up to the end mark 128; a missing one counts as damage.
pub(super) fn decode(data: &[u8], budget: &mut Budget) -> Result<Decoded, LimitExceeded> {
    let mut out = Vec::new();
    let mut counted = 0;
    let mut rest = data;
    let damaged = loop {
        rest = match rest {
            [128, ..] => break false,
            [length @ 0..=127, tail @ ..] => {
                let Some((literal, tail)) = tail.split_at_checked(usize::from(*length).saturating_add(1)) else {
                    out.extend_from_slice(tail);
                    break true;
                };
                out.extend_from_slice(literal);
                tail
            }
            [length, byte, tail @ ..] => {
                let count = 257_usize.saturating_sub(usize::from(*length));
                out.resize(out.len().saturating_add(count), *byte);
                tail
            }
            [] | [_] => break true,
        };
        if out.len() >= CHUNK.saturating_add(counted) {
            super::spend_produced(budget, counted, out.len())?;
            counted = out.len();
        }
    };
    super::spend_produced(budget, counted, out.len())?;
    Ok(Decoded { data: out, damaged })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn literals_and_runs() {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let mut decode = |data: &[u8]| decode(data, &mut budget).map(|made| (made.data, made.damaged));
        assert_eq!(decode(&[2, b'a', b'b', b'c', 254, b'x', 128, 9]), Ok((b"abcxxx".to_vec(), false)));
        assert_eq!(decode(&[2, b'a']), Ok((b"a".to_vec(), true)));
        assert_eq!(decode(&[200]), Ok((vec![], true)));
    }
}
