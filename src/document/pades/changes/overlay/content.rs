//! What a content stream paints and where (ISO 32000-2 §8, §9): fills, images and text as far as it has to be known
//! whether one hides the other. Colours, clips other than rectangles and exotic blend modes are taken for the worse.

use std::collections::HashMap;

use super::super::fault::Fault;
use super::super::tokens::{MOST_OPERANDS, Token, Tokens};
use super::fonts::{Font, number};
use super::geometry::{Area, Matrix, Point};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, Pdf, RevisionIndex, Stream};

/// Forms in forms.
const DEEPEST: u32 = 12;
/// Lines thinner than this are lines; thicker ones are areas.
const THIN: f64 = 4.0;

/// Something painted, in the space of the page.
pub(super) enum Paint<'p> {
    /// A filled area.
    Area { polygons: &'p [Vec<Point>], even_odd: bool, clip: Area, alpha: f64 },
    /// An image: where the corners of its square lie, and its stream.
    Image { matrix: Matrix, clip: Area, alpha: f64, stream: Option<&'p Stream> },
    /// A glyph.
    Glyph { corners: [Point; 4], drawn: bool, clip: Area, alpha: f64 },
}

/// Takes what is painted.
pub(super) trait Canvas {
    fn paint(&mut self, paint: Paint<'_>, budget: &mut Budget) -> Result<(), Fault>;
}

/// The state of the graphics.
#[derive(Clone, Debug)]
struct State {
    matrix: Matrix,
    clip: Area,
    fill_alpha: f64,
    stroke_alpha: f64,
    mild: bool,
    line_width: f64,
    font: Font,
    size: f64,
    character: f64,
    word: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    invisible: bool,
}

/// Interprets content streams of one revision.
pub(super) struct Interpreter<'i, 'a> {
    pub(super) pdf: &'i Pdf<'a>,
    pub(super) at: RevisionIndex,
    pub(super) canvas: &'i mut dyn Canvas,
    pub(super) budget: &'i mut Budget,
    fonts: HashMap<crate::syntax::pdf::ObjectId, Font>,
}

impl<'i, 'a> Interpreter<'i, 'a> {
    pub(super) fn new(
        pdf: &'i Pdf<'a>,
        at: RevisionIndex,
        canvas: &'i mut dyn Canvas,
        budget: &'i mut Budget,
    ) -> Self {
        Self { pdf, at, canvas, budget, fonts: HashMap::new() }
    }

    /// Runs `data` with `resources`, within `clip`.
    pub(super) fn run(
        &mut self,
        data: &[u8],
        resources: &Dict,
        matrix: Matrix,
        clip: Area,
        alpha: f64,
    ) -> Result<(), Fault> {
        let state = State {
            matrix,
            clip,
            fill_alpha: alpha,
            stroke_alpha: alpha,
            mild: false,
            line_width: 1.0,
            font: Font::default(),
            size: 0.0,
            character: 0.0,
            word: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            invisible: false,
        };
        self.stream(data, resources, state, 0)
    }

    fn follow(&mut self, value: &Object) -> Result<Object, Fault> {
        Ok(self.pdf.resolve_owned(value, self.at, self.budget)?)
    }

    fn entry(&mut self, dict: &Dict, key: &[u8]) -> Result<Object, Fault> {
        dict.get(key).map_or(Ok(Object::NULL), |value| self.follow(value))
    }

    /// A resource by its kind and name, not followed.
    fn resource(&mut self, resources: &Dict, kind: &[u8], name: &[u8]) -> Result<Object, Fault> {
        let names = self.entry(resources, kind)?;
        Ok(names.as_dict().and_then(|names| names.get(name)).cloned().unwrap_or(Object::NULL))
    }

    fn stream(&mut self, data: &[u8], resources: &Dict, start: State, depth: u32) -> Result<(), Fault> {
        let base_alpha = start.fill_alpha;
        let mut state = start;
        let mut saved: Vec<State> = Vec::new();
        let mut operands: Vec<Token> = Vec::new();
        let mut path = Path::default();
        let mut clipping = false;
        let (mut text, mut line) = (Matrix::IDENTITY, Matrix::IDENTITY);
        let mut tokens = Tokens::new(data);
        while let Some(operator) = tokens.operation(&mut operands, MOST_OPERANDS) {
            self.budget.spend(1)?;
            let numbers: Vec<f64> = operands
                .iter()
                .filter_map(|operand| if let Token::Number(number) = operand { Some(*number) } else { None })
                .collect();
            match (operator.as_slice(), numbers.as_slice()) {
                (b"q", _) if saved.len() < 256 => saved.push(state.clone()),
                (b"Q", _) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                (b"cm", [a, b, c, d, e, f]) => state.matrix = Matrix([*a, *b, *c, *d, *e, *f]).then(state.matrix),
                (b"w", [width]) => state.line_width = *width,
                (b"gs", _) => {
                    if let Some(Token::Name(name)) = operands.first() {
                        self.graphics_state(resources, &name.clone(), &mut state, base_alpha)?;
                    }
                }
                (b"m", [x, y]) => path.start(state.matrix.apply((*x, *y))),
                (b"l", [x, y]) => path.line(state.matrix.apply((*x, *y))),
                (b"c", [a, b, c, d, e, f]) => path.curve(
                    state.matrix.apply((*a, *b)),
                    state.matrix.apply((*c, *d)),
                    state.matrix.apply((*e, *f)),
                ),
                (b"v", [c, d, e, f]) => {
                    let from = path.current();
                    path.curve(from, state.matrix.apply((*c, *d)), state.matrix.apply((*e, *f)));
                }
                (b"y", [a, b, e, f]) => {
                    let to = state.matrix.apply((*e, *f));
                    path.curve(state.matrix.apply((*a, *b)), to, to);
                }
                (b"re", [x, y, width, height]) => {
                    let corners = Area::of([*x, *y, x + width, y + height]).corners();
                    path.polygon(corners.map(|corner| state.matrix.apply(corner)).to_vec());
                }
                (b"W" | b"W*", _) => clipping = true,
                (b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"n", _) => {
                    self.paint_path(&path, &operator, &state)?;
                    if clipping {
                        let around = path.around();
                        // What is clipped away is not painted; an empty clip hides everything.
                        let clip = around.and_then(|around| around.meet(state.clip));
                        state.clip = clip.unwrap_or(Area { left: 0.0, bottom: 0.0, right: 0.0, top: 0.0 });
                    }
                    clipping = false;
                    path = Path::default();
                }
                (b"sh", _) => {
                    let polygons = [state.clip.corners().to_vec()];
                    self.area(&polygons, false, &state, state.fill_alpha)?;
                }
                (b"BI", _) => {
                    for token in tokens.by_ref() {
                        if token == Token::Operator(b"ID".to_vec()) {
                            break;
                        }
                    }
                    tokens.skip_image();
                    let (matrix, clip, alpha) = (state.matrix, state.clip, state.fill_alpha);
                    self.canvas.paint(Paint::Image { matrix, clip, alpha, stream: None }, self.budget)?;
                }
                (b"Do", _) => {
                    if let Some(Token::Name(name)) = operands.first() {
                        let name = name.clone();
                        self.object(resources, &name, &state, depth)?;
                    }
                }
                (b"BT", _) => (text, line) = (Matrix::IDENTITY, Matrix::IDENTITY),
                (b"Tc", [spacing]) => state.character = *spacing,
                (b"Tw", [spacing]) => state.word = *spacing,
                (b"Tz", [percent]) => state.stretch = percent / 100.0,
                (b"TL", [leading]) => state.leading = *leading,
                (b"Ts", [rise]) => state.rise = *rise,
                (b"Tr", [mode]) => state.invisible = *mode > 2.5 && *mode < 3.5 || *mode > 6.5,
                (b"Tf", [size]) => {
                    state.size = *size;
                    if let Some(Token::Name(name)) = operands.first() {
                        let font = self.resource(resources, b"Font", &name.clone())?;
                        state.font = self.font(&font)?;
                    }
                }
                (b"Td", [x, y]) => {
                    line = Matrix([1.0, 0.0, 0.0, 1.0, *x, *y]).then(line);
                    text = line;
                }
                (b"TD", [x, y]) => {
                    state.leading = -y;
                    line = Matrix([1.0, 0.0, 0.0, 1.0, *x, *y]).then(line);
                    text = line;
                }
                (b"Tm", [a, b, c, d, e, f]) => {
                    line = Matrix([*a, *b, *c, *d, *e, *f]);
                    text = line;
                }
                (b"T*", _) => {
                    line = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading]).then(line);
                    text = line;
                }
                (b"Tj" | b"TJ" | b"'" | b"\"", _) => {
                    if matches!(operator.as_slice(), b"'" | b"\"") {
                        line = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading]).then(line);
                        text = line;
                    }
                    for operand in &operands {
                        match operand {
                            Token::String(codes) => self.show(codes, &state, &mut text)?,
                            Token::Array(elements) => {
                                for element in elements {
                                    match element {
                                        Token::String(codes) => self.show(codes, &state, &mut text)?,
                                        Token::Number(back) => {
                                            let by = -back / 1000.0 * state.size * state.stretch;
                                            text = Matrix([1.0, 0.0, 0.0, 1.0, by, 0.0]).then(text);
                                        }
                                        _ => {}
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn graphics_state(
        &mut self,
        resources: &Dict,
        name: &[u8],
        state: &mut State,
        base_alpha: f64,
    ) -> Result<(), Fault> {
        let named = self.resource(resources, b"ExtGState", name)?;
        let named = self.follow(&named)?;
        let Some(dict) = named.as_dict() else { return Ok(()) };
        if let Some(alpha) = number(&self.entry(dict, b"ca")?) {
            state.fill_alpha = base_alpha * alpha.clamp(0.0, 1.0);
        }
        if let Some(alpha) = number(&self.entry(dict, b"CA")?) {
            state.stroke_alpha = base_alpha * alpha.clamp(0.0, 1.0);
        }
        if let Some(width) = number(&self.entry(dict, b"LW")?) {
            state.line_width = width;
        }
        let mode = self.entry(dict, b"BM")?;
        if let Some(mode) = mode.as_name() {
            // A highlighter: what is below is seen through it.
            state.mild = matches!(mode, b"Multiply" | b"Darken");
        }
        Ok(())
    }

    fn font(&mut self, font: &Object) -> Result<Font, Fault> {
        if let Some(id) = font.as_reference() {
            if let Some(known) = self.fonts.get(&id) {
                return Ok(known.clone());
            }
            let read = Font::read(self.pdf, font, self.at, self.budget)?;
            self.fonts.insert(id, read.clone());
            return Ok(read);
        }
        Ok(Font::read(self.pdf, font, self.at, self.budget)?)
    }

    fn area(&mut self, polygons: &[Vec<Point>], even_odd: bool, state: &State, alpha: f64) -> Result<(), Fault> {
        let points: usize = polygons.iter().map(Vec::len).sum();
        self.budget.spend(u64::try_from(points).unwrap_or(u64::MAX))?;
        let alpha = if state.mild { alpha * 0.3 } else { alpha };
        let paint = Paint::Area { polygons, even_odd, clip: state.clip, alpha };
        self.canvas.paint(paint, self.budget)
    }

    fn paint_path(&mut self, path: &Path, operator: &[u8], state: &State) -> Result<(), Fault> {
        if matches!(operator, b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*") {
            let even_odd = operator.ends_with(b"*");
            self.area(&path.polygons, even_odd, state, state.fill_alpha)?;
        }
        let width = state.line_width.abs() * state.matrix.scale();
        if matches!(operator, b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*") && width > THIN {
            let mut lines = Vec::new();
            for polygon in &path.polygons {
                for (from, to) in polygon.iter().zip(polygon.iter().skip(1)) {
                    lines.push(thick(*from, *to, width));
                }
            }
            self.area(&lines, false, state, state.stroke_alpha)?;
        }
        Ok(())
    }

    /// A form or an image.
    fn object(&mut self, resources: &Dict, name: &[u8], state: &State, depth: u32) -> Result<(), Fault> {
        let named = self.resource(resources, b"XObject", name)?;
        let object = self.follow(&named)?;
        let Some(stream) = object.as_stream() else { return Ok(()) };
        if self.entry(stream.dict(), b"Subtype")?.as_name() == Some(b"Image") {
            let (matrix, clip, alpha) = (state.matrix, state.clip, state.fill_alpha);
            let alpha = if state.mild { alpha * 0.3 } else { alpha };
            return self.canvas.paint(Paint::Image { matrix, clip, alpha, stream: Some(stream) }, self.budget);
        }
        if depth >= DEEPEST {
            return Err(Fault::Unreadable(named.as_reference()));
        }
        let data = self.pdf.stream_data(stream, self.budget)?;
        let own = self.entry(stream.dict(), b"Resources")?;
        let matrix = matrix_of(&self.entry(stream.dict(), b"Matrix")?).then(state.matrix);
        let mut inner = State { matrix, ..state.clone() };
        if let Some(bounds) = area_of(&self.entry(stream.dict(), b"BBox")?) {
            let corners = bounds.corners().map(|corner| matrix.apply(corner));
            let Some(clip) = Area::around(&corners).and_then(|around| around.meet(state.clip)) else {
                return Ok(());
            };
            inner.clip = clip;
        }
        let resources = own.as_dict().unwrap_or(resources).clone();
        self.stream(&data, &resources, inner, depth.saturating_add(1))
    }

    fn show(&mut self, codes: &[u8], state: &State, text: &mut Matrix) -> Result<(), Fault> {
        let step = if state.font.composite { 2 } else { 1 };
        for code in codes.chunks(step) {
            self.budget.spend(1)?;
            let code = code.iter().fold(0_u32, |code, octet| code.wrapping_shl(8) | u32::from(*octet));
            let width = state.font.width(code) / 1000.0 * state.size;
            let space = !state.font.composite && code == 32;
            if !state.invisible && !space {
                let (bottom, top) = (-0.2 * state.size + state.rise, 0.75 * state.size + state.rise);
                let matrix = text.then(state.matrix);
                let corners = Area::of([0.0, bottom, width * state.stretch, top]).corners();
                let corners = corners.map(|corner| matrix.apply(corner));
                let (drawn, clip, alpha) = (state.font.drawn, state.clip, state.fill_alpha);
                self.canvas.paint(Paint::Glyph { corners, drawn, clip, alpha }, self.budget)?;
            }
            let spacing = state.character + if space { state.word } else { 0.0 };
            *text = Matrix([1.0, 0.0, 0.0, 1.0, (width + spacing) * state.stretch, 0.0]).then(*text);
        }
        Ok(())
    }
}

/// A path in the space of the page, curves flattened.
#[derive(Default)]
struct Path {
    polygons: Vec<Vec<Point>>,
}

impl Path {
    fn start(&mut self, point: Point) {
        self.polygons.push(vec![point]);
    }

    fn line(&mut self, point: Point) {
        match self.polygons.last_mut() {
            Some(polygon) => polygon.push(point),
            None => self.start(point),
        }
    }

    fn polygon(&mut self, mut points: Vec<Point>) {
        points.extend(points.first().copied());
        self.polygons.push(points);
    }

    fn current(&self) -> Point {
        self.polygons.last().and_then(|polygon| polygon.last()).copied().unwrap_or((0.0, 0.0))
    }

    fn curve(&mut self, one: Point, two: Point, to: Point) {
        let from = self.current();
        for step in 1..=8_u8 {
            let t = f64::from(step) / 8.0;
            let at = |a: f64, b: f64, c: f64, d: f64| {
                let u = 1.0 - t;
                u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
            };
            self.line((at(from.0, one.0, two.0, to.0), at(from.1, one.1, two.1, to.1)));
        }
    }

    fn around(&self) -> Option<Area> {
        let points: Vec<Point> = self.polygons.iter().flatten().copied().collect();
        Area::around(&points)
    }
}

/// A line as the area that it paints.
fn thick((x1, y1): Point, (x2, y2): Point, width: f64) -> Vec<Point> {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx.hypot(dy).max(1e-6);
    let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
    vec![(x1 + nx, y1 + ny), (x2 + nx, y2 + ny), (x2 - nx, y2 - ny), (x1 - nx, y1 - ny)]
}

/// Four numbers as a rectangle.
pub(super) fn area_of(value: &Object) -> Option<Area> {
    let numbers: Vec<f64> = value.as_array()?.iter().map(number).collect::<Option<_>>()?;
    <[f64; 4]>::try_from(numbers).ok().map(Area::of)
}

/// Six numbers as a matrix; the identity where there are none.
pub(super) fn matrix_of(value: &Object) -> Matrix {
    let numbers = value.as_array().and_then(|numbers| numbers.iter().map(number).collect::<Option<Vec<f64>>>());
    numbers.and_then(|numbers| <[f64; 6]>::try_from(numbers).ok()).map_or(Matrix::IDENTITY, Matrix)
}
