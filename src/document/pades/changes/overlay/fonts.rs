//! How wide the glyphs of a font are (ISO 32000-2 §9.2.4, §9.7.4.3): enough to know where text stands.

use std::collections::BTreeMap;

use crate::limits::{Budget, LimitExceeded};
use crate::syntax::pdf::{Dict, Number, Object, ObjectError, Pdf, RevisionIndex};

/// Widths of a font, in thousandths of its size.
#[derive(Clone, Debug)]
pub(super) struct Font {
    /// Codes have two bytes.
    pub(super) composite: bool,
    /// Glyphs are painted by content streams.
    pub(super) drawn: bool,
    widths: BTreeMap<u32, f64>,
    default: f64,
}

impl Default for Font {
    fn default() -> Self {
        // About the average of the standard fonts.
        Self { composite: false, drawn: false, widths: BTreeMap::new(), default: 500.0 }
    }
}

impl Font {
    /// The width of the glyph of a code.
    pub(super) fn width(&self, code: u32) -> f64 {
        self.widths.get(&code).copied().unwrap_or(self.default)
    }

    /// Reads a font; what is missing has the default width.
    pub(super) fn read(
        pdf: &Pdf<'_>,
        font: &Object,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<Self, LimitExceeded> {
        let reader = Reader { pdf, at };
        let mut read = Self::default();
        let font = reader.follow(font, budget)?;
        let Some(dict) = font.as_dict() else { return Ok(read) };
        match reader.entry(dict, b"Subtype", budget)?.as_name() {
            Some(b"Type0") => {
                read.composite = true;
                let descendants = reader.entry(dict, b"DescendantFonts", budget)?;
                let first = descendants.as_array().and_then(<[Object]>::first).cloned().unwrap_or(Object::NULL);
                let descendant = reader.follow(&first, budget)?;
                if let Some(dict) = descendant.as_dict() {
                    read.default = number(&reader.entry(dict, b"DW", budget)?).unwrap_or(1000.0);
                    let widths = reader.entry(dict, b"W", budget)?;
                    read.cid_widths(&reader, &widths, budget)?;
                }
            }
            kind => {
                read.drawn = kind == Some(b"Type3");
                let scale = if read.drawn { reader.font_scale(dict, budget)? } else { 1.0 };
                let first = number(&reader.entry(dict, b"FirstChar", budget)?).unwrap_or(0.0);
                let widths = reader.entry(dict, b"Widths", budget)?;
                for (index, width) in widths.as_array().unwrap_or_default().iter().enumerate().take(256) {
                    let width = reader.follow(width, budget)?;
                    let code = (0_u32..512).find(|code| (f64::from(*code) - first).abs() < 0.5);
                    let code = code.and_then(|code| code.checked_add(u32::try_from(index).ok()?));
                    if let (Some(code), Some(width)) = (code, number(&width)) {
                        read.widths.insert(code, width * scale);
                    }
                }
            }
        }
        Ok(read)
    }

    /// The array of widths by CID: `c [w w …]` or `c c w`.
    fn cid_widths(
        &mut self,
        reader: &Reader<'_, '_>,
        widths: &Object,
        budget: &mut Budget,
    ) -> Result<(), LimitExceeded> {
        let mut pending: Vec<f64> = Vec::new();
        for element in widths.as_array().unwrap_or_default() {
            budget.spend(1)?;
            let element = reader.follow(element, budget)?;
            if let Some(list) = element.as_array() {
                let start = pending.pop().and_then(whole);
                for (index, width) in list.iter().enumerate() {
                    let code = start.and_then(|start| start.checked_add(u32::try_from(index).ok()?));
                    if let (Some(code), Some(width)) = (code, number(width)) {
                        self.widths.insert(code, width);
                    }
                }
                pending.clear();
            } else if let Some(value) = number(&element) {
                pending.push(value);
                if let [from, to, width] = pending.as_slice() {
                    if let (Some(from), Some(to)) = (whole(*from), whole(*to)) {
                        budget.spend(u64::from(to.saturating_sub(from)) >> 4)?;
                        for code in from..=to.min(from.saturating_add(65_535)) {
                            self.widths.insert(code, *width);
                        }
                    }
                    pending.clear();
                }
            }
        }
        Ok(())
    }
}

struct Reader<'r, 'a> {
    pdf: &'r Pdf<'a>,
    at: RevisionIndex,
}

impl Reader<'_, '_> {
    fn follow(&self, value: &Object, budget: &mut Budget) -> Result<Object, LimitExceeded> {
        match self.pdf.resolve_owned(value, self.at, budget) {
            Ok(value) => Ok(value),
            Err(ObjectError::Limit(limit)) => Err(limit),
            // A font that cannot be read has glyphs of the default width.
            Err(_) => Ok(Object::NULL),
        }
    }

    fn entry(&self, dict: &Dict, key: &[u8], budget: &mut Budget) -> Result<Object, LimitExceeded> {
        dict.get(key).map_or(Ok(Object::NULL), |value| self.follow(value, budget))
    }

    /// What a unit of a drawn font is in thousandths.
    fn font_scale(&self, dict: &Dict, budget: &mut Budget) -> Result<f64, LimitExceeded> {
        let matrix = self.entry(dict, b"FontMatrix", budget)?;
        let first = matrix.as_array().and_then(<[Object]>::first).and_then(number);
        Ok(first.unwrap_or(0.001).abs() * 1000.0)
    }
}

/// A number, where a value is one.
pub(super) fn number(value: &Object) -> Option<f64> {
    value.as_number().and_then(Number::as_f64).filter(|number| number.is_finite())
}

fn whole(value: f64) -> Option<u32> {
    format!("{value:.0}").parse().ok()
}
