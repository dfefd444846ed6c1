//! `LZWDecode` (ISO 32000-2 §7.4.4): codes of 9 to 12 bits, most significant bit first.

use weezl::BitOrder;
use weezl::LzwStatus;
use weezl::decode::Decoder;

use super::CHUNK;
use super::Decoded;
use crate::limits::Budget;
use crate::limits::LimitExceeded;

/// Decodes `data` up to its end, its damage, or the end of the budget. `early_change`: codes grow one code early.
pub(super) fn decode(data: &[u8], early_change: bool, budget: &mut Budget) -> Result<Decoded, LimitExceeded> {
    let mut decoder = if early_change {
        Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    } else {
        Decoder::new(BitOrder::Msb, 8)
    };
    let mut out = Vec::new();
    let mut chunk = vec![0; CHUNK.min(data.len().saturating_mul(8).max(256))];
    let mut rest = data;
    loop {
        let result = decoder.decode_bytes(rest, &mut chunk);
        super::spend_produced(budget, 0, result.consumed_out)?;
        out.extend_from_slice(chunk.get(..result.consumed_out).unwrap_or_default());
        rest = rest.get(result.consumed_in..).unwrap_or_default();
        match result.status {
            Ok(LzwStatus::Done) => return Ok(Decoded { data: out, damaged: false }),
            Ok(LzwStatus::Ok) if result.consumed_in > 0 || result.consumed_out > 0 => {}
            Ok(_) | Err(_) => return Ok(Decoded { data: out, damaged: true }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn the_example_of_the_standard() {
        // ISO 32000-2 §7.4.4.2, example 1.
        let mut budget = Budget::new(&Limits::DEFAULT);
        let packed = [0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01];
        for early_change in [true, false] {
            let decoded = decode(&packed, early_change, &mut budget).expect("within budget");
            assert_eq!(decoded.data, [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
            assert!(!decoded.damaged);
        }
        assert!(decode(&packed[..5], true, &mut budget).expect("within budget").damaged);
    }

    #[test]
    fn early_change_moves_the_switch_of_code_width() {
        let text: Vec<u8> = (0..3_000_u32).map(|number| (number.wrapping_mul(number) >> 3) as u8).collect();
        let tiff = weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&text).expect("encodes");
        let late = weezl::encode::Encoder::new(BitOrder::Msb, 8).encode(&text).expect("encodes");
        assert_ne!(tiff, late);
        let mut budget = Budget::new(&Limits::DEFAULT);
        assert_eq!(decode(&tiff, true, &mut budget).expect("within budget").data, text);
        assert_eq!(decode(&late, false, &mut budget).expect("within budget").data, text);
    }
}
