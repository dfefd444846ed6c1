//! What is seen of a seal: lines of text in a form XObject (ISO 32000-2 §12.5.5, §8.10), set in Helvetica.
//!
//! Helvetica is one of the standard fonts and not embedded: plain, but no PDF/A. A file that has to stay PDF/A (ISO
//! 19005) takes an invisible seal; fonts are not embedded yet. What WinAnsiEncoding does not have is refused.

use super::SealError;
use super::winansi;
use crate::syntax::pdf::{Dict, Name, Number, Object, ObjectId, Update, Value};

/// The largest size of the text in points; it is made smaller to fit.
const LARGEST: f64 = 10.0;
/// The smallest that can still be read.
const SMALLEST: f64 = 3.0;
/// Distance between lines, in sizes.
const LEADING: f64 = 1.2;
/// Space around the text, in points.
const MARGIN: f64 = 2.0;

/// Left, bottom, right, top in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle(pub(super) [f64; 4]);

impl Rectangle {
    pub(super) const NONE: Self = Self([0.0; 4]);

    pub(super) fn width(self) -> f64 {
        self.0[2] - self.0[0]
    }

    pub(super) fn height(self) -> f64 {
        self.0[3] - self.0[1]
    }

    /// Whether something can be shown in it.
    pub(super) fn is_area(self) -> bool {
        self.0.iter().all(|edge| edge.is_finite() && edge.abs() < 1e9) && self.width() > 0.0 && self.height() > 0.0
    }

    /// The array.
    pub(super) fn value(self) -> Value {
        self.0.map(|edge| number(edge).into()).to_vec().into()
    }
}

/// Adds an appearance of the size of `place` with `lines`, and gives the dictionary that names it.
pub(super) fn add(update: &mut Update<'_, '_>, place: Rectangle, lines: &[String]) -> Result<Dict, SealError> {
    let content = content(place, lines)?;
    let form = Dict::default()
        .with(b"Type", Name::from(&b"XObject"[..]))
        .with(b"Subtype", Name::from(&b"Form"[..]))
        .with(b"BBox", Rectangle([0.0, 0.0, place.width(), place.height()]).value());
    let form = if content.is_empty() {
        form.with(b"Resources", Dict::default())
    } else {
        let font = helvetica(update)?;
        form.with(b"Resources", Dict::default().with(b"Font", Dict::default().with(b"F1", font)))
    };
    let id = update.allocate()?;
    update.add_stream(id, form, &content);
    Ok(Dict::default().with(b"N", id))
}

fn helvetica(update: &mut Update<'_, '_>) -> Result<ObjectId, SealError> {
    let font = Dict::default()
        .with(b"Type", Name::from(&b"Font"[..]))
        .with(b"Subtype", Name::from(&b"Type1"[..]))
        .with(b"BaseFont", Name::from(&b"Helvetica"[..]))
        .with(b"Encoding", Name::from(&b"WinAnsiEncoding"[..]));
    let id = update.allocate()?;
    update.add(id, &font.into());
    Ok(id)
}

/// The operators that show the lines, from the top down; as large as fits.
fn content(place: Rectangle, lines: &[String]) -> Result<Vec<u8>, SealError> {
    let lines: Option<Vec<Vec<u8>>> = lines.iter().map(|line| winansi::encode(line)).collect();
    let lines = lines.ok_or(SealError::Place { cause: "text-not-in-font" })?;
    let widest = lines.iter().map(|line| winansi::width(line)).max().unwrap_or(0);
    if widest == 0 {
        return Ok(Vec::new());
    }
    let count = u32::try_from(lines.len()).map(f64::from).unwrap_or(f64::INFINITY);
    let (width, height) = (place.width() - 2.0 * MARGIN, place.height() - 2.0 * MARGIN);
    let size = LARGEST.min(height / (count * LEADING)).min(width * 1000.0 / f64::from(widest));
    if size.is_nan() || size < SMALLEST {
        return Err(SealError::Place { cause: "text-too-long" });
    }
    let mut out = Vec::new();
    let mut operator = |operands: &[Value], name: &str| {
        for operand in operands {
            out.extend_from_slice(&crate::syntax::pdf::text(operand));
            out.push(b' ');
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'\n');
    };
    operator(&[], "q");
    operator(&[], "BT");
    operator(&[Name::from(&b"F1"[..]).into(), number(size)], "Tf");
    operator(&[number(size * LEADING)], "TL");
    operator(&[number(0.0)], "g");
    operator(&[number(MARGIN), number(place.height() - MARGIN - size)], "Td");
    for line in lines {
        let hex = crate::syntax::pdf::PdfString { bytes: line, hex: false };
        operator(&[hex.into()], "Tj");
        operator(&[], "T*");
    }
    operator(&[], "ET");
    operator(&[], "Q");
    Ok(out)
}

/// A number; callers have seen that it is finite.
fn number(number: f64) -> Value {
    Number::rounded(number).map_or(Value::from(0), Value::Number)
}

/// The rectangle that an array of four numbers is, its corners in order (§7.9.5).
pub(super) fn rectangle(elements: &[Object]) -> Option<Rectangle> {
    let edges: Vec<f64> =
        elements.iter().map(|edge| edge.as_number().and_then(Number::as_f64)).collect::<Option<_>>()?;
    let [x0, y0, x1, y1] = <[f64; 4]>::try_from(edges).ok()?;
    Some(Rectangle([x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rectangle: [f64; 4], lines: &[&str]) -> Result<String, SealError> {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        content(Rectangle(rectangle), &lines).map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn text_is_made_to_fit() {
        let large = shown([10.0, 10.0, 210.0, 60.0], &["Kanton (Muster)", "Siegel"]).unwrap();
        assert!(large.starts_with("q\nBT\n/F1 10 Tf\n12 TL\n0 g\n2 38 Td\n"), "{large}");
        assert!(large.contains("(Kanton \\(Muster\\)) Tj\nT*\n(Siegel) Tj"), "{large}");
        let narrow = shown([0.0, 0.0, 50.0, 50.0], &["Staatskanzlei"]).unwrap();
        let size: f64 = narrow.split(' ').nth(1).and_then(|size| size.parse().ok()).unwrap();
        assert!(size < 10.0 && size * f64::from(winansi::width(b"Staatskanzlei")) / 1000.0 <= 46.01, "{narrow}");
        assert_eq!(
            shown([0.0, 0.0, 9.0, 9.0], &["Staatskanzlei"]),
            Err(SealError::Place { cause: "text-too-long" })
        );
        assert_eq!(shown([0.0, 0.0, 90.0, 9.0], &["łódź"]), Err(SealError::Place { cause: "text-not-in-font" }));
        assert_eq!(shown([0.0; 4], &[]).as_deref(), Ok(""));
    }

    #[test]
    fn rectangles() {
        let of = |edges: [f64; 4]| {
            let array = Rectangle(edges).value();
            let Value::Array(elements) = array else { panic!("an array") };
            rectangle(&elements).unwrap()
        };
        assert_eq!(of([30.0, 40.0, 10.0, 20.0]), Rectangle([10.0, 20.0, 30.0, 40.0]));
        assert!(of([1.5, 2.0, 3.0, 4.0]).is_area() && !of([1.0, 2.0, 1.0, 4.0]).is_area());
        assert!(
            !Rectangle([f64::NAN, 0.0, 1.0, 1.0]).is_area() && !Rectangle([0.0, 0.0, f64::INFINITY, 1.0]).is_area()
        );
        assert!(rectangle(&[]).is_none());
    }
}
