//! `FlateDecode` (ISO 32000-2 §7.4.4): zlib (RFC 1950).

use flate2::Decompress;
use flate2::FlushDecompress;
use flate2::Status;

use super::CHUNK;
use super::Decoded;
use crate::limits::Budget;
use crate::limits::LimitExceeded;

/// Decodes `data` up to its end, its damage, or the end of the budget. A wrong checksum counts as damage.
pub(super) fn decode(data: &[u8], budget: &mut Budget) -> Result<Decoded, LimitExceeded> {
    let mut inflate = Decompress::new(true);
    let mut out = Vec::new();
    let mut rest = data;
    loop {
        // Text compresses to a third; small streams need not pay for a big buffer.
        out.reserve(data.len().saturating_mul(4).clamp(256, CHUNK));
        let (read_before, made_before) = (inflate.total_in(), out.len());
        let status = inflate.decompress_vec(rest, &mut out, FlushDecompress::None);
        super::spend_produced(budget, made_before, out.len())?;
        let read = usize::try_from(inflate.total_in().saturating_sub(read_before)).unwrap_or(rest.len());
        rest = rest.get(read..).unwrap_or_default();
        match status {
            Ok(Status::StreamEnd) => return Ok(Decoded { data: out, damaged: false }),
            Ok(Status::Ok | Status::BufError) if read > 0 || out.len() > made_before => {}
            Ok(Status::Ok | Status::BufError) | Err(_) => return Ok(Decoded { data: out, damaged: true }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::limits::Limits;

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).expect("into memory");
        encoder.finish().expect("into memory")
    }

    #[test]
    fn whole_damaged_and_cut_data() {
        let mut budget = Budget::new(&Limits::DEFAULT);
        let text = b"some text, some text, some more text".repeat(10_000);
        let mut packed = deflate(&text);
        let decoded = decode(&packed, &mut budget).expect("within budget");
        assert_eq!((decoded.data == text, decoded.damaged), (true, false));
        let cut = decode(&packed[..packed.len() / 2], &mut budget).expect("within budget");
        assert!(cut.damaged && !cut.data.is_empty() && text.starts_with(&cut.data));
        if let Some(last) = packed.last_mut() {
            *last ^= 1;
        }
        let decoded = decode(&packed, &mut budget).expect("within budget");
        assert_eq!((decoded.data == text, decoded.damaged), (true, true));
        assert!(decode(b"", &mut budget).expect("nothing to do").damaged);
    }

    #[test]
    fn a_bomb_stops_at_the_budget() {
        let packed = deflate(&vec![0; 10 << 20]);
        let mut budget = Budget::new(&Limits { decoded_bytes: 1 << 20, ..Limits::DEFAULT });
        assert!(decode(&packed, &mut budget).is_err());
    }
}
