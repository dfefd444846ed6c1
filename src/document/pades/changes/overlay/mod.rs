//! Whether something that an update puts on a page hides signed text or images there, whatever else permits it.
//!
//! Looked at are widgets and annotations that came, were moved or unhidden. Their appearance is painted into a mask of
//! its rectangle; where that is opaque anywhere, the content of the page as it was before the update (and the
//! appearances of the annotations that were there) is laid out, and each glyph and image is tested against the mask.
//! Text and thin lines over text only touch it. A glyph counts as hidden where more than half of it is, an image where
//! a square of the size of a digit is.
//!
//! Not seen: text of a font whose glyphs are made to look like areas, soft masks of a graphics state (taken for opaque).

mod content;
mod fonts;
mod geometry;

use self::content::{Canvas, Interpreter, Paint, area_of, matrix_of};
use self::geometry::{Area, Mask, Matrix, Point};
use super::fault::Fault;
use super::guard::Guard;
use super::pass::{Pass, Spot};
use super::role::Role;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, Pdf, RevisionIndex, Stream};

/// An annotation that is seen where it was not before.
#[derive(Clone, Debug)]
pub(super) struct OverlayTask {
    pub(super) annotation: ObjectId,
    pub(super) spot: Spot,
}

/// What is hidden of an image counts where it is a square of this side, in points: what a digit of a scanned page needs.
const SQUARE: f64 = 6.0;

impl Pass<'_, '_, '_> {
    /// Judges one annotation on the page that names it.
    pub(super) fn overlay(&mut self, task: &OverlayTask, budget: &mut Budget) -> Result<(), Fault> {
        let value = self.pair.pdf.object(task.annotation, self.pair.new, budget)?;
        let Some(dict) = value.as_dict() else { return Ok(()) };
        let Some(page) = self.page_under(task) else { return Ok(()) };
        if self.was_seen_there(task, dict, budget)? {
            return Ok(());
        }
        let Some(mask) = mask_of(self.pair.pdf, dict, self.pair.new, budget)? else { return Ok(()) };
        if !self.layouts.contains_key(&page) {
            let before = self.pair.pdf.object(page, self.pair.old, budget)?;
            let mut layout = Layout::default();
            if let Some(page) = before.as_dict() {
                layout.page(self.pair.pdf, page, self.pair.old, budget)?;
            }
            self.layouts.insert(page, layout);
        }
        let hidden = match self.layouts.get(&page) {
            Some(layout) => layout.is_hidden_by(&mask, task.annotation, budget)?,
            None => false,
        };
        if hidden {
            self.refuse(Guard::Overlay, task.spot.clone());
        }
        Ok(())
    }

    /// Whether the annotation was on its page before, in the same rectangle and not hidden.
    fn was_seen_there(&self, task: &OverlayTask, new: &Dict, budget: &mut Budget) -> Result<bool, Fault> {
        let old = self.pair.pdf.object(task.annotation, self.pair.old, budget)?;
        let (Some(old), true) = (old.as_dict(), self.is_on_page(task.annotation)) else { return Ok(false) };
        let rectangle = |dict: &Dict, at, budget: &mut Budget| -> Result<Option<Area>, Fault> {
            let value = dict
                .get(b"Rect")
                .map_or(Ok(Object::NULL), |value| self.pair.pdf.resolve_owned(value, at, budget))?;
            Ok(area_of(&direct(self.pair.pdf, value, at, budget)?))
        };
        let flags = self.pair.old_entry(old, b"F", budget)?.as_i64().unwrap_or(0);
        let (before, after) = (rectangle(old, self.pair.old, budget)?, rectangle(new, self.pair.new, budget)?);
        let inside = match (before, after) {
            (Some(before), Some(after)) => {
                before.left <= after.left
                    && before.bottom <= after.bottom
                    && before.right >= after.right
                    && before.top >= after.top
            }
            _ => false,
        };
        Ok(inside && flags & (2 | 32) == 0)
    }

    fn is_on_page(&self, annotation: ObjectId) -> bool {
        self.graph.nodes_of(annotation.number).any(|index| {
            self.graph.node(index).is_some_and(|node| node.role == Role::Annotation && node.id == annotation)
        })
    }

    /// The page of the older revision on which an annotation is seen.
    fn page_under(&self, task: &OverlayTask) -> Option<ObjectId> {
        let mut on_page = self.graph.nodes_of(task.annotation.number);
        let listed = on_page.find(|index| {
            self.graph.node(*index).is_some_and(|node| node.role == Role::Annotation && node.id == task.annotation)
        });
        let mut index = listed.or(task.spot.node)?;
        for _ in 0..8 {
            let node = self.graph.node(index)?;
            if node.role == Role::PageTree {
                return Some(node.id);
            }
            index = node.parent()?;
        }
        None
    }
}

/// What an annotation paints opaquely; none where it paints nothing so.
fn mask_of(
    pdf: &Pdf<'_>,
    annotation: &Dict,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<Option<Mask>, Fault> {
    let entry = |dict: &Dict, key: &[u8], budget: &mut Budget| match dict.get(key) {
        Some(value) => pdf.resolve_owned(value, at, budget),
        None => Ok(Object::NULL),
    };
    // Hidden; or not on the screen and not printed either (§12.5.3).
    let flags = entry(annotation, b"F", budget)?.as_i64().unwrap_or(0);
    if flags & 2 != 0 || flags & 32 != 0 && flags & 4 == 0 {
        return Ok(None);
    }
    let Some(rectangle) = area_of(&direct(pdf, entry(annotation, b"Rect", budget)?, at, budget)?) else {
        return Ok(None);
    };
    if rectangle.width() <= 0.0 || rectangle.height() <= 0.0 {
        return Ok(None);
    }
    budget.spend(200)?;
    let mut canvas = Painted { pdf, at, mask: Mask::new(rectangle) };
    let appearance = entry(annotation, b"AP", budget)?;
    let normal = match appearance.as_dict() {
        Some(appearance) => entry(appearance, b"N", budget)?,
        None => Object::NULL,
    };
    let mut streams = Vec::new();
    if normal.as_stream().is_some() {
        streams.push(normal);
    } else if let Some(states) = normal.as_dict() {
        for (_, state) in states.iter() {
            streams.push(pdf.resolve_owned(state, at, budget)?);
        }
    } else if has_background(pdf, annotation, at, budget)? {
        let polygons = [rectangle.corners().to_vec()];
        canvas.mask.fill(&polygons, false, rectangle, 1.0);
    }
    for stream in streams.iter().filter_map(Object::as_stream) {
        appearance_stream(pdf, stream, rectangle, &mut canvas, at, budget)?;
    }
    Ok(Some(canvas.mask).filter(Mask::is_painted))
}

/// Paints an appearance into its rectangle (§12.5.5, algorithm 8).
fn appearance_stream(
    pdf: &Pdf<'_>,
    stream: &Stream,
    rectangle: Area,
    canvas: &mut dyn Canvas,
    at: RevisionIndex,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let dict = stream.dict();
    let entry = |key: &[u8], budget: &mut Budget| match dict.get(key) {
        Some(value) => pdf.resolve_owned(value, at, budget),
        None => Ok(Object::NULL),
    };
    let bounds = direct(pdf, entry(b"BBox", budget)?, at, budget)?;
    let Some(bounds) = area_of(&bounds) else { return Ok(()) };
    let matrix = matrix_of(&direct(pdf, entry(b"Matrix", budget)?, at, budget)?);
    let corners = bounds.corners().map(|corner| matrix.apply(corner));
    let Some(around) = Area::around(&corners).filter(|around| around.width() > 0.0 && around.height() > 0.0) else {
        return Ok(());
    };
    let (x, y) = (rectangle.width() / around.width(), rectangle.height() / around.height());
    let fit = Matrix([x, 0.0, 0.0, y, rectangle.left - around.left * x, rectangle.bottom - around.bottom * y]);
    let data = pdf.stream_data(stream, budget)?;
    let resources = entry(b"Resources", budget)?;
    let none = Dict::default();
    let resources = resources.as_dict().unwrap_or(&none);
    Interpreter::new(pdf, at, canvas, budget).run(&data, resources, matrix.then(fit), rectangle, 1.0)
}

/// Annotations that readers give a background where they have no appearance.
fn has_background(pdf: &Pdf<'_>, annotation: &Dict, at: RevisionIndex, budget: &mut Budget) -> Result<bool, Fault> {
    let colour = |dict: &Dict, key: &[u8], budget: &mut Budget| -> Result<bool, Fault> {
        let value = dict.get(key).map_or(Ok(Object::NULL), |value| pdf.resolve_owned(value, at, budget))?;
        Ok(value.as_array().is_some_and(|colour| !colour.is_empty()))
    };
    Ok(match annotation.get_name(b"Subtype") {
        Some(b"Square" | b"Circle" | b"Polygon" | b"Redact") => colour(annotation, b"IC", budget)?,
        Some(b"FreeText") => colour(annotation, b"C", budget)?,
        Some(b"Widget") => {
            let characteristics =
                annotation.get(b"MK").map_or(Ok(Object::NULL), |value| pdf.resolve_owned(value, at, budget))?;
            match characteristics.as_dict() {
                Some(dict) => colour(dict, b"BG", budget)?,
                None => false,
            }
        }
        _ => false,
    })
}

/// An array with its elements followed.
fn direct(pdf: &Pdf<'_>, value: Object, at: RevisionIndex, budget: &mut Budget) -> Result<Object, Fault> {
    let Some(elements) = value.as_array().filter(|elements| elements.len() <= 6) else { return Ok(value) };
    let mut followed = Vec::with_capacity(elements.len());
    for element in elements {
        followed.push(pdf.resolve_owned(element, at, budget)?);
    }
    Ok(Object { value: followed.into(), span: None })
}

/// The canvas of what came: areas and images become a mask.
struct Painted<'p, 'a> {
    pdf: &'p Pdf<'a>,
    at: RevisionIndex,
    mask: Mask,
}

impl Canvas for Painted<'_, '_> {
    fn paint(&mut self, paint: Paint<'_>, budget: &mut Budget) -> Result<(), Fault> {
        match paint {
            Paint::Area { polygons, even_odd, clip, alpha } => {
                let points: usize = polygons.iter().map(Vec::len).sum();
                budget.spend(u64::try_from(points).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(40))?;
                self.mask.fill(polygons, even_odd, clip, alpha);
            }
            Paint::Image { matrix, clip, alpha, stream } => {
                budget.spend(4_000)?;
                let opacity = match stream {
                    Some(stream) => self.opacity(stream, budget)?,
                    None => Opacity::Full,
                };
                let square = Area::of([0.0, 0.0, 1.0, 1.0]).corners().map(|corner| matrix.apply(corner));
                match opacity {
                    Opacity::None => {}
                    Opacity::Full => self.mask.fill(&[square.to_vec()], false, clip, alpha),
                    Opacity::Samples { width, height, data } => {
                        let Some(back) = inverse(matrix) else { return Ok(()) };
                        let sample = |point: Point| {
                            let (x, y) = back.apply(point);
                            let column = cell(x, width);
                            let row = cell(1.0 - y, height);
                            let (Some(column), Some(row)) = (column, row) else { return 0.0 };
                            let index = row.saturating_mul(width).saturating_add(column);
                            data.get(index).map_or(0.0, |sample| f64::from(*sample) / 255.0 * alpha)
                        };
                        self.mask.paint(clip, &sample);
                    }
                }
            }
            Paint::Glyph { corners, drawn, clip, alpha } => {
                // A drawn font may paint anything; other text is only text.
                if drawn {
                    budget.spend(40)?;
                    self.mask.fill(&[corners.to_vec()], false, clip, alpha);
                }
            }
        }
        Ok(())
    }
}

/// How much of an image is opaque.
enum Opacity {
    None,
    Full,
    Samples { width: usize, height: usize, data: Vec<u8> },
}

impl Painted<'_, '_> {
    fn opacity(&self, image: &Stream, budget: &mut Budget) -> Result<Opacity, Fault> {
        let dict = image.dict();
        let entry = |dict: &Dict, key: &[u8], budget: &mut Budget| match dict.get(key) {
            Some(value) => self.pdf.resolve_owned(value, self.at, budget),
            None => Ok(Object::NULL),
        };
        let stencil = entry(dict, b"ImageMask", budget)?.as_bool() == Some(true);
        let soft = entry(dict, b"SMask", budget)?;
        let hard = entry(dict, b"Mask", budget)?;
        let (mask, bits) = match (soft.as_stream(), hard.as_stream()) {
            _ if stencil => (image, 1),
            (Some(soft), _) => (soft, entry(soft.dict(), b"BitsPerComponent", budget)?.as_i64().unwrap_or(8)),
            (None, Some(hard)) => (hard, 1),
            (None, None) => return Ok(Opacity::Full),
        };
        let size = |key: &[u8], budget: &mut Budget| -> Result<usize, Fault> {
            let value = entry(mask.dict(), key, budget)?.as_i64();
            Ok(value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0))
        };
        let (width, height) = (size(b"Width", budget)?, size(b"Height", budget)?);
        if width == 0 || height == 0 {
            return Ok(Opacity::None);
        }
        // What cannot be decoded is taken for opaque.
        let Ok(data) = self.pdf.stream_data(mask, budget) else { return Ok(Opacity::Full) };
        let decode = direct(self.pdf, entry(mask.dict(), b"Decode", budget)?, self.at, budget)?;
        let inverted =
            decode.as_array().and_then(<[Object]>::first).and_then(fonts::number).is_some_and(|first| first > 0.5);
        match bits {
            8 if data.len() >= width.saturating_mul(height) => {
                let data = data.into_iter().map(|alpha| if inverted { !alpha } else { alpha }).collect();
                Ok(Opacity::Samples { width, height, data })
            }
            1 => {
                // A sample of 0 paints, in a stencil and in an explicit mask alike; a soft mask of one bit is opaque at 1.
                let paints = if soft.as_stream().is_some() && !stencil { 1 } else { u8::from(inverted) };
                let line = width.div_ceil(8);
                let mut samples =
                    Vec::with_capacity(width.saturating_mul(height).min(data.len().saturating_mul(8)));
                for row in data.chunks(line.max(1)).take(height) {
                    samples.extend((0..width).map(|column| {
                        let octet = row.get(column / 8).copied().unwrap_or(0);
                        let shift = u32::try_from(7_usize.saturating_sub(column % 8)).unwrap_or(0);
                        let bit = octet.wrapping_shr(shift) & 1;
                        if bit == paints { 255 } else { 0 }
                    }));
                }
                Ok(Opacity::Samples { width, height, data: samples })
            }
            _ => Ok(Opacity::Full),
        }
    }
}

fn inverse(matrix: Matrix) -> Option<Matrix> {
    let [a, b, c, d, e, f] = matrix.0;
    let determinant = a * d - b * c;
    if determinant.abs() < 1e-12 {
        return None;
    }
    Some(Matrix([
        d / determinant,
        -b / determinant,
        -c / determinant,
        a / determinant,
        (c * f - d * e) / determinant,
        (b * e - a * f) / determinant,
    ]))
}

/// Which of `count` cells a fraction lies in.
fn cell(fraction: f64, count: usize) -> Option<usize> {
    if !(0.0..1.0).contains(&fraction) {
        return None;
    }
    let number = |index: usize| u32::try_from(index).map_or(f64::MAX, f64::from);
    let wanted = fraction * number(count);
    // Halving finds the cell without a cast.
    let (mut low, mut high) = (0_usize, count);
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if number(middle) <= wanted { low = middle } else { high = middle }
    }
    Some(low)
}

/// What a page showed: where its glyphs and images stand, and the annotation that each belongs to.
#[derive(Debug, Default)]
pub(super) struct Layout {
    owner: Option<ObjectId>,
    glyphs: Vec<(Option<ObjectId>, Area)>,
    images: Vec<(Option<ObjectId>, Area)>,
}

/// Most glyphs and images of a page; more than that are not analysed.
const MOST_SHOWN: usize = 1_000_000;

impl Layout {
    /// Lays out a page with the annotations that were on it.
    fn page(&mut self, pdf: &Pdf<'_>, page: &Dict, at: RevisionIndex, budget: &mut Budget) -> Result<(), Fault> {
        let contents =
            page.get(b"Contents").map_or(Ok(Object::NULL), |value| pdf.resolve_owned(value, at, budget))?;
        let parts: Vec<Object> = match contents.as_array() {
            Some(parts) => parts.to_vec(),
            None => vec![contents],
        };
        let mut data = Vec::new();
        for part in &parts {
            let part = pdf.resolve_owned(part, at, budget)?;
            if let Some(stream) = part.as_stream() {
                data.extend(pdf.stream_data(stream, budget)?);
                data.push(b'\n');
            }
        }
        let resources = inherited_resources(pdf, page, at, budget)?;
        let everywhere = Area { left: -1e6, bottom: -1e6, right: 1e6, top: 1e6 };
        Interpreter::new(pdf, at, self, budget).run(&data, &resources, Matrix::IDENTITY, everywhere, 1.0)?;
        let annotations =
            page.get(b"Annots").map_or(Ok(Object::NULL), |value| pdf.resolve_owned(value, at, budget))?;
        for annotation in annotations.as_array().unwrap_or_default() {
            self.owner = annotation.as_reference();
            let annotation = pdf.resolve_owned(annotation, at, budget)?;
            if let Some(dict) = annotation.as_dict() {
                self.annotation(pdf, dict, at, budget)?;
            }
        }
        Ok(())
    }

    fn annotation(
        &mut self,
        pdf: &Pdf<'_>,
        annotation: &Dict,
        at: RevisionIndex,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let entry = |dict: &Dict, key: &[u8], budget: &mut Budget| match dict.get(key) {
            Some(value) => pdf.resolve_owned(value, at, budget),
            None => Ok(Object::NULL),
        };
        let rectangle = area_of(&direct(pdf, entry(annotation, b"Rect", budget)?, at, budget)?);
        let flags = entry(annotation, b"F", budget)?.as_i64().unwrap_or(0);
        let Some(rectangle) = rectangle.filter(|_| flags & 2 == 0) else { return Ok(()) };
        let appearance = entry(annotation, b"AP", budget)?;
        let Some(appearance) = appearance.as_dict() else { return Ok(()) };
        let mut normal = entry(appearance, b"N", budget)?;
        if normal.as_stream().is_none()
            && let (Some(states), Some(state)) = (normal.as_dict(), annotation.get_name(b"AS"))
        {
            normal = entry(states, state, budget)?;
        }
        match normal.as_stream() {
            Some(stream) => appearance_stream(pdf, stream, rectangle, self, at, budget),
            None => Ok(()),
        }
    }

    /// Whether a mask hides a glyph or an image of anything but the annotation `own`.
    fn is_hidden_by(&self, mask: &Mask, own: ObjectId, budget: &mut Budget) -> Result<bool, Fault> {
        let shown = self.glyphs.len().saturating_add(self.images.len());
        budget.spend(u64::try_from(shown).unwrap_or(u64::MAX) >> 6)?;
        for (_, glyph) in self.glyphs.iter().filter(|(owner, _)| *owner != Some(own)) {
            if glyph.meet(mask.area()).is_some() {
                budget.spend(2)?;
                if fraction(mask, *glyph, 5) > 0.5 {
                    return Ok(true);
                }
            }
        }
        for (_, image) in self.images.iter().filter(|(owner, _)| *owner != Some(own)) {
            if let Some(common) = image.meet(mask.area()) {
                budget.spend(1_500)?;
                if hides_square(mask, common) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

impl Canvas for Layout {
    fn paint(&mut self, paint: Paint<'_>, _budget: &mut Budget) -> Result<(), Fault> {
        if self.glyphs.len().saturating_add(self.images.len()) >= MOST_SHOWN {
            return Err(Fault::Unreadable(self.owner));
        }
        let (corners, clip, glyph) = match paint {
            Paint::Area { .. } => return Ok(()),
            Paint::Glyph { corners, clip, .. } => (corners, clip, true),
            Paint::Image { matrix, clip, .. } => {
                (Area::of([0.0, 0.0, 1.0, 1.0]).corners().map(|corner| matrix.apply(corner)), clip, false)
            }
        };
        if let Some(area) = Area::around(&corners).and_then(|area| area.meet(clip)) {
            if glyph { &mut self.glyphs } else { &mut self.images }.push((self.owner, area));
        }
        Ok(())
    }
}

/// Whether a whole square of some size is hidden within an area; of a smaller area all of it.
fn hides_square(mask: &Mask, area: Area) -> bool {
    const STEPS: u8 = 64;
    let side = SQUARE.min(area.width()).min(area.height());
    let (right, up) = (area.width() - side, area.height() - side);
    let at = |index: u8| f64::from(index) / f64::from(STEPS);
    (0..=STEPS).flat_map(|row| (0..=STEPS).map(move |column| (column, row))).any(|(column, row)| {
        let (left, bottom) = (area.left + right * at(column), area.bottom + up * at(row));
        let square = Area { left, bottom, right: left + side, top: bottom + side };
        mask.hides(square.at(0.5, 0.5)) && fraction(mask, square, 3) > 0.99
    })
}

/// How much of an area a mask hides, by `count` times `count` points.
fn fraction(mask: &Mask, area: Area, count: u8) -> f64 {
    let mut hidden = 0_u32;
    for row in 0..count {
        for column in 0..count {
            let at = |index: u8| (f64::from(index) + 0.5) / f64::from(count);
            if mask.hides(area.at(at(column), at(row))) {
                hidden = hidden.saturating_add(1);
            }
        }
    }
    f64::from(hidden) / (f64::from(count) * f64::from(count))
}

/// The resources of a page, own or inherited (§7.7.3.4).
fn inherited_resources(pdf: &Pdf<'_>, page: &Dict, at: RevisionIndex, budget: &mut Budget) -> Result<Dict, Fault> {
    let mut node = page.clone();
    for _ in 0..32 {
        if let Some(resources) = node.get(b"Resources") {
            let resources = pdf.resolve_owned(resources, at, budget)?;
            return Ok(resources.as_dict().cloned().unwrap_or_default());
        }
        let parent =
            node.get(b"Parent").map_or(Ok(Object::NULL), |parent| pdf.resolve_owned(parent, at, budget))?;
        match parent.as_dict() {
            Some(parent) => node = parent.clone(),
            None => break,
        }
    }
    Ok(Dict::default())
}
