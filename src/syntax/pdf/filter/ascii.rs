//! `ASCIIHexDecode` and `ASCII85Decode` (ISO 32000-2 §7.4.2, §7.4.3).

use super::CHUNK;
use super::Decoded;
use crate::limits::Budget;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::lexer;

/// Decodes hexadecimal digits up to `>`; a missing `>` counts as damage.
pub(super) fn decode_hex(data: &[u8], budget: &mut Budget) -> Result<Decoded, LimitExceeded> {
    let end = memchr::memchr(b'>', data);
    let digits = data.get(..end.unwrap_or(data.len())).unwrap_or_default();
    super::spend_produced(budget, 0, digits.len().div_ceil(2))?;
    let (data, clean) = lexer::decode_hex(digits);
    Ok(Decoded { data, damaged: !clean || end.is_none() })
}

/// Decodes base 85 up to `~>`; a missing `~>` counts as damage.
pub(super) fn decode_85(data: &[u8], budget: &mut Budget) -> Result<Decoded, LimitExceeded> {
    let data = data.strip_prefix(b"<~").unwrap_or(data);
    let end = memchr::memchr(b'~', data);
    let digits = data.get(..end.unwrap_or(data.len())).unwrap_or_default();
    let mut out = Vec::new();
    let mut damaged = end.is_none();
    let (mut group, mut count) = (0_u32, 0_u32);
    let mut counted = 0;
    for byte in digits {
        match byte {
            b'!'..=b'u' => {
                let digit = u32::from(byte.wrapping_sub(b'!'));
                damaged |= group.checked_mul(85).and_then(|group| group.checked_add(digit)).is_none();
                group = group.wrapping_mul(85).wrapping_add(digit);
                count = count.wrapping_add(1);
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            byte => damaged |= !lexer::is_white(*byte),
        }
        if out.len() >= CHUNK.saturating_add(counted) {
            super::spend_produced(budget, counted, out.len())?;
            counted = out.len();
        }
    }
    if count > 0 {
        // A last group of n digits stands for n - 1 bytes; it is filled up with the highest digit.
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        let keep = usize::try_from(count.saturating_sub(1)).unwrap_or(0);
        out.extend(group.to_be_bytes().iter().take(keep));
        damaged |= count == 1;
    }
    super::spend_produced(budget, counted, out.len())?;
    Ok(Decoded { data: out, damaged })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn base_85() {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let mut decode = |data: &[u8]| decode_85(data, &mut budget).map(|made| (made.data, made.damaged));
        assert_eq!(decode(b"87cURD]i,\"Ebo80~>"), Ok((b"Hello World!".to_vec(), false)));
        assert_eq!(decode(b"<~87cUR\nD]i,\"Ebo7~>"), Ok((b"Hello World".to_vec(), false)));
        assert_eq!(decode(b"z!!~>"), Ok((vec![0; 5], false)));
        assert_eq!(decode(b"87cUR"), Ok((b"Hell".to_vec(), true)));
        assert!(decode(b"uuuuu~>").is_ok_and(|(_, damaged)| damaged));
    }

    #[test]
    fn hexadecimal() {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let mut decode = |data: &[u8]| decode_hex(data, &mut budget).map(|made| (made.data, made.damaged));
        assert_eq!(decode(b"41 4\r2 5>rest"), Ok((b"ABP".to_vec(), false)));
        assert_eq!(decode(b"41"), Ok((b"A".to_vec(), true)));
    }

    #[test]
    fn zeros_stop_at_the_budget() {
        let mut budget = Budget::new(&Limits { decoded_bytes: 1 << 20, ..Limits::DEFAULT });
        assert!(decode_85(&b"z".repeat(1 << 20), &mut budget).is_err());
    }
}
