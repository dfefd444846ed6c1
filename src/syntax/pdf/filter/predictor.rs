//! Predictor functions (ISO 32000-2 §7.4.4.4): TIFF 2 (TIFF 6.0 §14) and those of PNG (W3C PNG §9).

use super::FilterError;

/// The parameters of a predictor that does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax::pdf) struct Predictor {
    png: bool,
    colors: u32,
    bits: u32,
    /// Bytes of one row, without PNG's tag.
    row: usize,
    /// Bytes of one pixel, at least 1.
    pixel: usize,
}

impl Predictor {
    /// Reads the parameters with `number(key, default)`. `None` where nothing is predicted.
    ///
    /// # Errors
    /// [`FilterError::Unusable`] for parameters outside their ranges, or what `number` returns.
    pub(super) fn read<E: From<FilterError>>(
        number: &mut impl FnMut(&[u8], i64) -> Result<i64, E>,
    ) -> Result<Option<Self>, E> {
        let png = match number(b"Predictor", 1)? {
            1 => return Ok(None),
            2 => false,
            10..=15 => true,
            _ => return Err(FilterError::Unusable.into()),
        };
        let colors = number(b"Colors", 1)?;
        let bits = number(b"BitsPerComponent", 8)?;
        let columns = number(b"Columns", 1)?;
        Self::new(png, colors, bits, columns).map(Some).ok_or_else(|| FilterError::Unusable.into())
    }

    fn new(png: bool, colors: i64, bits: i64, columns: i64) -> Option<Self> {
        let colors = u32::try_from(colors).ok().filter(|colors| (1..=32).contains(colors))?;
        let bits = u32::try_from(bits).ok().filter(|bits| matches!(bits, 1 | 2 | 4 | 8 | 16))?;
        let columns = u64::try_from(columns).ok().filter(|columns| *columns > 0)?;
        let pixel_bits = u64::from(colors.checked_mul(bits)?);
        let row = usize::try_from(pixel_bits.checked_mul(columns)?.div_ceil(8)).ok()?;
        let pixel = usize::try_from(pixel_bits.div_ceil(8)).ok()?;
        Some(Self { png, colors, bits, row, pixel })
    }

    /// The data before prediction, and whether a row was incomplete or had an unknown tag.
    pub(super) fn undo(self, data: Vec<u8>) -> Result<(Vec<u8>, bool), FilterError> {
        if self.png { Ok(self.undo_png(&data)) } else { self.undo_tiff(data) }
    }

    fn undo_png(self, data: &[u8]) -> (Vec<u8>, bool) {
        let mut out: Vec<u8> = Vec::with_capacity(data.len());
        let mut odd = false;
        // A row may be claimed to be longer than all data: nothing of its length is allocated.
        for tagged in data.chunks(self.row.saturating_add(1)) {
            let Some((tag, row)) = tagged.split_first() else { continue };
            odd |= row.len() < self.row;
            let (done, start) = (out.len(), out.len());
            let above_start = done.checked_sub(self.row);
            out.extend_from_slice(row);
            let (before, current) = out.split_at_mut(start);
            let above = above_start.and_then(|start| before.get(start..)).unwrap_or_default();
            match tag {
                0 => {}
                1 => sub(current, self.pixel),
                2 => up(current, above),
                3 => average(current, above, self.pixel),
                4 => paeth_row(current, above, self.pixel),
                _ => odd = true,
            }
        }
        (out, odd)
    }

    fn undo_tiff(self, mut data: Vec<u8>) -> Result<(Vec<u8>, bool), FilterError> {
        let mut odd = false;
        for row in data.chunks_mut(self.row.max(1)) {
            odd |= row.len() < self.row;
            match self.bits {
                8 => sub(row, self.pixel),
                16 => sub_16(row, self.pixel),
                bits => sub_bits(row, bits, self.colors)?,
            }
        }
        Ok((data, odd))
    }
}

fn sub(row: &mut [u8], pixel: usize) {
    for index in pixel..row.len() {
        let left = index.checked_sub(pixel).and_then(|index| row.get(index)).copied().unwrap_or(0);
        if let Some(byte) = row.get_mut(index) {
            *byte = byte.wrapping_add(left);
        }
    }
}

fn up(row: &mut [u8], above: &[u8]) {
    for (byte, above) in row.iter_mut().zip(above) {
        *byte = byte.wrapping_add(*above);
    }
}

fn average(row: &mut [u8], above: &[u8], pixel: usize) {
    for index in 0..row.len() {
        let left = index.checked_sub(pixel).and_then(|index| row.get(index)).copied().unwrap_or(0);
        let up = above.get(index).copied().unwrap_or(0);
        if let Some(byte) = row.get_mut(index) {
            *byte = byte.wrapping_add(left.midpoint(up));
        }
    }
}

fn paeth_row(row: &mut [u8], above: &[u8], pixel: usize) {
    for index in 0..row.len() {
        let before = index.checked_sub(pixel);
        let left = before.and_then(|index| row.get(index)).copied().unwrap_or(0);
        let up_left = before.and_then(|index| above.get(index)).copied().unwrap_or(0);
        let up = above.get(index).copied().unwrap_or(0);
        if let Some(byte) = row.get_mut(index) {
            *byte = byte.wrapping_add(paeth(left, up, up_left));
        }
    }
}

fn paeth(left: u8, up: u8, up_left: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(up_left));
    let estimate = a.saturating_add(b).saturating_sub(c);
    let distance = |value: i16| estimate.saturating_sub(value).unsigned_abs();
    if distance(a) <= distance(b) && distance(a) <= distance(c) {
        left
    } else if distance(b) <= distance(c) {
        up
    } else {
        up_left
    }
}

fn sub_16(row: &mut [u8], pixel: usize) {
    for index in (pixel..row.len()).step_by(2) {
        let word = |row: &[u8], at: usize| -> Option<u16> {
            Some(u16::from_be_bytes([*row.get(at)?, *row.get(at.checked_add(1)?)?]))
        };
        let left = index.checked_sub(pixel).and_then(|at| word(row, at));
        let (Some(left), Some(here)) = (left, word(row, index)) else { return };
        let sum = here.wrapping_add(left).to_be_bytes();
        if let Some(place) = row.get_mut(index..).and_then(|rest| rest.first_chunk_mut::<2>()) {
            *place = sum;
        }
    }
}

/// Components of 1, 2 or 4 bits: each is added to the one of the same colour in the pixel before.
fn sub_bits(row: &mut [u8], bits: u32, colors: u32) -> Result<(), FilterError> {
    let mask = 0xff_u8.checked_shr(8_u32.saturating_sub(bits)).ok_or(FilterError::Unusable)?;
    let colors = usize::try_from(colors).map_err(|_| FilterError::Unusable)?;
    let mut left = vec![0_u8; colors];
    let mut color = 0_usize;
    for byte in row {
        let mut made = 0_u8;
        let mut shift = 8_u32;
        while let Some(next) = shift.checked_sub(bits) {
            shift = next;
            let component = byte.checked_shr(shift).unwrap_or(0) & mask;
            if let Some(left) = left.get_mut(color) {
                *left = left.wrapping_add(component) & mask;
                made |= left.checked_shl(shift).unwrap_or(0);
            }
            color = color.saturating_add(1);
            if color >= colors {
                color = 0;
            }
        }
        *byte = made;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undo(png: bool, colors: i64, bits: i64, columns: i64, data: &[u8]) -> (Vec<u8>, bool) {
        Predictor::new(png, colors, bits, columns).expect("parameters").undo(data.to_vec()).expect("undone")
    }

    #[test]
    fn every_png_row() {
        let data = [0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        let rows = [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5];
        assert_eq!(undo(true, 1, 8, 3, &data), (rows.to_vec(), false));
        assert_eq!(undo(true, 1, 8, 3, &[9, 1, 2, 3]), (vec![1, 2, 3], true));
        assert_eq!(undo(true, 1, 8, 1 << 40, &[2, 1]), (vec![1], true));
    }

    #[test]
    fn tiff_of_every_depth() {
        assert_eq!(undo(false, 1, 8, 3, &[1, 1, 1, 5, 1, 1]), (vec![1, 2, 3, 5, 6, 7], false));
        assert_eq!(undo(false, 3, 8, 2, &[1, 2, 3, 1, 1, 1]), (vec![1, 2, 3, 2, 3, 4], false));
        assert_eq!(undo(false, 1, 16, 2, &[0, 255, 0, 1]), (vec![0, 255, 1, 0], false));
        assert_eq!(undo(false, 1, 4, 4, &[0x11, 0x11]), (vec![0x12, 0x34], false));
        assert_eq!(undo(false, 2, 4, 2, &[0x12, 0x11]), (vec![0x12, 0x23], false));
        assert_eq!(undo(false, 1, 1, 8, &[0b1100_0001]), (vec![0b1000_0001], false));
    }

    #[test]
    fn impossible_parameters_are_refused() {
        assert!(Predictor::new(true, 0, 8, 1).is_none());
        assert!(Predictor::new(true, 1, 7, 1).is_none());
        assert!(Predictor::new(true, 1, 8, 0).is_none());
        assert!(Predictor::new(true, 32, 16, i64::MAX).is_none());
    }
}
