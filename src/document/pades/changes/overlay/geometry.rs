//! Points, matrices and a mask of what is painted opaquely (ISO 32000-2 §8.3, §8.5.3).

/// A point in the space of a page.
pub(super) type Point = (f64, f64);

/// A transformation matrix as `cm` writes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// This one first, then `next`.
    pub(super) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, next.0);
        Self([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }

    pub(super) fn apply(self, (x, y): Point) -> Point {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// How much longer a line gets, about.
    pub(super) fn scale(self) -> f64 {
        let [a, b, c, d, _, _] = self.0;
        (a * d - b * c).abs().sqrt()
    }
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) bottom: f64,
    pub(super) right: f64,
    pub(super) top: f64,
}

impl Area {
    /// A rectangle of which two opposite corners are given.
    pub(super) fn of([a, b, c, d]: [f64; 4]) -> Self {
        Self { left: a.min(c), bottom: b.min(d), right: a.max(c), top: b.max(d) }
    }

    /// The smallest rectangle around some points.
    pub(super) fn around(points: &[Point]) -> Option<Self> {
        let (x, y) = points.first()?;
        let start = Self { left: *x, bottom: *y, right: *x, top: *y };
        Some(points.iter().fold(start, |area, (x, y)| Self {
            left: area.left.min(*x),
            bottom: area.bottom.min(*y),
            right: area.right.max(*x),
            top: area.top.max(*y),
        }))
    }

    pub(super) fn corners(self) -> [Point; 4] {
        [(self.left, self.bottom), (self.right, self.bottom), (self.right, self.top), (self.left, self.top)]
    }

    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.top - self.bottom
    }

    /// What two have in common; none where that has no area.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let met = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (met.width() > 0.0 && met.height() > 0.0).then_some(met)
    }

    /// The point at these fractions of width and height.
    pub(super) fn at(self, x: f64, y: f64) -> Point {
        (self.left + x * self.width(), self.bottom + y * self.height())
    }
}

/// Cells along each side of a mask.
const CELLS: u16 = 192;

/// How opaquely each cell of a rectangle is painted.
#[derive(Debug)]
pub(super) struct Mask {
    area: Area,
    cells: Vec<f64>,
    painted: bool,
}

impl Mask {
    pub(super) fn new(area: Area) -> Self {
        let count = usize::from(CELLS).saturating_mul(usize::from(CELLS));
        Self { area, cells: vec![0.0; count], painted: false }
    }

    /// Whether anything was painted.
    pub(super) const fn is_painted(&self) -> bool {
        self.painted
    }

    pub(super) const fn area(&self) -> Area {
        self.area
    }

    /// Paints the inside of closed polygons within `clip`.
    pub(super) fn fill(&mut self, polygons: &[Vec<Point>], even_odd: bool, clip: Area, alpha: f64) {
        if self.area.meet(clip).is_none() {
            return;
        }
        for row in 0..CELLS {
            let y = self.area.bottom + (f64::from(row) + 0.5) * self.area.height() / f64::from(CELLS);
            if y < clip.bottom || y > clip.top {
                continue;
            }
            let mut crossings: Vec<(f64, i32)> = Vec::new();
            for polygon in polygons {
                let closing = polygon.last().into_iter().zip(polygon.first());
                for ((x1, y1), (x2, y2)) in polygon.iter().zip(polygon.iter().skip(1)).chain(closing) {
                    if (*y1 <= y) != (*y2 <= y) {
                        let x = x1 + (y - y1) / (y2 - y1) * (x2 - x1);
                        crossings.push((x, if y1 < y2 { 1 } else { -1 }));
                    }
                }
            }
            crossings.sort_by(|one, other| one.0.total_cmp(&other.0));
            let mut winding = 0_i32;
            for (from, to) in crossings.iter().zip(crossings.iter().skip(1)) {
                winding = if even_odd { winding ^ 1 } else { winding.saturating_add(from.1) };
                if winding != 0 {
                    self.span(row, from.0.max(clip.left), to.0.min(clip.right), alpha);
                }
            }
        }
    }

    fn span(&mut self, row: u16, left: f64, right: f64, alpha: f64) {
        let width = self.area.width() / f64::from(CELLS);
        let base = usize::from(row).saturating_mul(usize::from(CELLS));
        for column in 0..CELLS {
            let x = self.area.left + (f64::from(column) + 0.5) * width;
            if x >= left
                && x <= right
                && let Some(cell) = self.cells.get_mut(base.saturating_add(usize::from(column)))
            {
                // What is painted over again gets denser.
                *cell = 1.0 - (1.0 - *cell) * (1.0 - alpha);
                self.painted = true;
            }
        }
    }

    /// Paints cell by cell: `alpha` says how opaque each point is.
    pub(super) fn paint(&mut self, clip: Area, alpha: &dyn Fn(Point) -> f64) {
        for row in 0..CELLS {
            for column in 0..CELLS {
                let at = |index: u16| (f64::from(index) + 0.5) / f64::from(CELLS);
                let point = self.area.at(at(column), at(row));
                if point.0 < clip.left || point.0 > clip.right || point.1 < clip.bottom || point.1 > clip.top {
                    continue;
                }
                let alpha = alpha(point);
                let index = usize::from(row).saturating_mul(usize::from(CELLS)).saturating_add(usize::from(column));
                if alpha > 0.0
                    && let Some(cell) = self.cells.get_mut(index)
                {
                    *cell = 1.0 - (1.0 - *cell) * (1.0 - alpha);
                    self.painted = true;
                }
            }
        }
    }

    /// Whether a point is painted over so that nothing below can be made out.
    pub(super) fn hides(&self, (x, y): Point) -> bool {
        let index = |value: f64, from: f64, length: f64| {
            let cell = (value - from) / length * f64::from(CELLS);
            if !(0.0..f64::from(CELLS)).contains(&cell) {
                return None;
            }
            // Halving finds the cell without a cast.
            let (mut low, mut high) = (0_u16, CELLS);
            while high.saturating_sub(low) > 1 {
                let middle = low.midpoint(high);
                if f64::from(middle) <= cell { low = middle } else { high = middle }
            }
            Some(low)
        };
        let column = index(x, self.area.left, self.area.width());
        let row = index(y, self.area.bottom, self.area.height());
        let (Some(column), Some(row)) = (column, row) else { return false };
        let position = usize::from(row).saturating_mul(usize::from(CELLS)).saturating_add(usize::from(column));
        self.cells.get(position).is_some_and(|alpha| *alpha >= 0.7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_rectangle_hides_what_is_inside() {
        let area = Area::of([0.0, 0.0, 100.0, 50.0]);
        let mut mask = Mask::new(area);
        let square = vec![Area::of([10.0, 10.0, 40.0, 40.0]).corners().to_vec()];
        mask.fill(&square, false, area, 1.0);
        assert!(mask.hides((20.0, 20.0)) && !mask.hides((50.0, 20.0)) && !mask.hides((20.0, 45.0)));
        assert!(!mask.hides((200.0, 20.0)));
    }

    #[test]
    fn thin_layers_add_up_and_holes_stay_open() {
        let area = Area::of([0.0, 0.0, 100.0, 100.0]);
        let mut mask = Mask::new(area);
        let outer = area.corners().to_vec();
        let inner = Area::of([40.0, 40.0, 60.0, 60.0]).corners().to_vec();
        mask.fill(&[outer.clone(), inner.clone()], true, area, 0.4);
        assert!(!mask.hides((10.0, 10.0)));
        mask.fill(&[outer.clone(), inner.clone()], true, area, 0.4);
        mask.fill(&[outer, inner], true, area, 0.4);
        assert!(mask.hides((10.0, 10.0)) && !mask.hides((50.0, 50.0)));
    }

    #[test]
    fn matrices_are_applied_in_order() {
        let moved = Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]).then(Matrix([1.0, 0.0, 0.0, 1.0, 5.0, 7.0]));
        assert_eq!(moved.apply((1.0, 1.0)), (7.0, 9.0));
        assert!((moved.scale() - 2.0).abs() < 1e-9);
    }
}
