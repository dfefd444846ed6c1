//! Seeded randomness: the same seed gives the same mutations on every machine.

/// xorshift64* (Marsaglia 2003; Vigna 2016). For tests only.
pub struct Rng(u64);

impl Rng {
    /// A generator for this seed.
    pub fn new(seed: u64) -> Self {
        // The state must not be 0; neighbouring seeds are spread.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`; 0 where the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[7]
    }
}

/// A copy of `bytes` with one to four changes: bits flipped, bytes set, pieces removed, doubled, moved or cut off,
/// decimal digits changed, lengths of ASN.1 disturbed.
pub fn mutate(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    const TELLING: &[u8] =
        &[0x00, 0x01, 0x20, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xff, b'<', b'>', b'(', b'[', b'/'];
    let mut out = bytes.to_vec();
    for _ in 0..=rng.below(4) {
        if out.is_empty() {
            out.push(rng.byte());
            continue;
        }
        let at = rng.below(out.len());
        let length = 1 + rng.below((out.len() - at).min(64));
        match rng.below(9) {
            0 => out[at] ^= 1 << rng.below(8),
            1 => out[at] = rng.byte(),
            2 => out[at] = TELLING[rng.below(TELLING.len())],
            3 => drop(out.drain(at..at + length)),
            4 => {
                let piece = out[at..at + length].to_vec();
                let to = rng.below(out.len());
                out.splice(to..to, piece);
            }
            5 => {
                let piece: Vec<_> = out.drain(at..at + length).collect();
                let to = rng.below(out.len() + 1);
                out.splice(to..to, piece);
            }
            6 => out.truncate(at),
            7 => {
                if let Some(digit) = out[at..].iter().position(u8::is_ascii_digit) {
                    out[at + digit] = b'0' + u8::try_from(rng.below(10)).unwrap();
                }
            }
            _ => out[at] = out[at].wrapping_add(if rng.below(2) == 0 { 1 } else { 255 }),
        }
    }
    out
}
