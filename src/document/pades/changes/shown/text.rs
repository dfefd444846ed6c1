//! The text that a content stream shows (ISO 32000-2 §9.4), with the forms in it.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::fault::Fault;
use super::super::tokens::{MOST_OPERANDS, Token, Tokens};
use super::font::Font;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, Pdf, RevisionIndex, Stream};

/// Forms in forms.
const DEEPEST: u32 = 8;
/// Bytes of text that are read at the most.
const MOST: usize = 1 << 20;

/// What is shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The text, in the order of the stream.
    pub(super) text: String,
    /// Some glyphs say not what they mean.
    pub(super) unread: bool,
    /// There are images or curves, which may be anything.
    pub(super) drawn: bool,
}

/// Reads an appearance; names that its own resources do not know are those of the form.
pub(super) fn shown(
    pdf: &Pdf<'_>,
    at: RevisionIndex,
    stream: &Stream,
    defaults: Option<&Dict>,
    budget: &mut Budget,
) -> Result<Shown, Fault> {
    let none = Dict::default();
    let defaults = defaults.unwrap_or(&none);
    let mut reader = Reader { pdf, at, defaults, budget, fonts: HashMap::new(), shown: Shown::default() };
    reader.form(stream, defaults, &State::default(), 0)?;
    Ok(reader.shown)
}

#[derive(Clone, Default)]
struct State {
    /// None where it cannot be read.
    font: Option<Rc<Font>>,
    invisible: bool,
}

struct Reader<'r, 'a> {
    pdf: &'r Pdf<'a>,
    at: RevisionIndex,
    defaults: &'r Dict,
    budget: &'r mut Budget,
    fonts: HashMap<ObjectId, Option<Rc<Font>>>,
    shown: Shown,
}

impl Reader<'_, '_> {
    fn entry(&mut self, dict: &Dict, key: &[u8]) -> Result<Object, Fault> {
        match dict.get(key) {
            Some(value) => Ok(self.pdf.resolve_owned(value, self.at, self.budget)?),
            None => Ok(Object::NULL),
        }
    }

    fn form(&mut self, stream: &Stream, outer: &Dict, state: &State, depth: u32) -> Result<(), Fault> {
        let data = self.pdf.stream_data(stream, self.budget)?;
        let own = self.entry(stream.dict(), b"Resources")?;
        let resources = own.as_dict().unwrap_or(outer).clone();
        self.run(&data, &resources, state.clone(), depth)
    }

    fn run(&mut self, data: &[u8], resources: &Dict, start: State, depth: u32) -> Result<(), Fault> {
        let mut state = start;
        let mut saved: Vec<State> = Vec::new();
        let mut operands: Vec<Token> = Vec::new();
        let mut tokens = Tokens::new(data);
        while let Some(operator) = tokens.operation(&mut operands, MOST_OPERANDS) {
            self.budget.spend(1)?;
            match (operator.as_slice(), operands.as_slice()) {
                (b"q", _) if saved.len() < 256 => saved.push(state.clone()),
                (b"Q", _) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                (b"Tf", [Token::Name(name), ..]) => state.font = self.font(resources, name)?,
                (b"Tr", [Token::Number(mode)]) => state.invisible = *mode > 2.5 && *mode < 3.5 || *mode > 6.5,
                (b"Tj" | b"TJ" | b"'" | b"\"", operands) => self.show_all(operands, &state),
                (b"c" | b"v" | b"y" | b"sh", _) => self.shown.drawn = true,
                (b"BI", _) => {
                    self.shown.drawn = true;
                    if tokens.by_ref().any(|token| token == Token::Operator(b"ID".to_vec())) {
                        tokens.skip_image();
                    }
                }
                (b"Do", [Token::Name(name)]) => self.object(resources, name, &state, depth)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn object(&mut self, resources: &Dict, name: &[u8], state: &State, depth: u32) -> Result<(), Fault> {
        let names = self.entry(resources, b"XObject")?;
        let object = match names.as_dict() {
            Some(names) => self.entry(names, name)?,
            None => Object::NULL,
        };
        let Some(stream) = object.as_stream() else { return Ok(()) };
        if self.entry(stream.dict(), b"Subtype")?.as_name() == Some(b"Image") || depth >= DEEPEST {
            self.shown.drawn = true;
            return Ok(());
        }
        self.form(stream, resources, state, depth.saturating_add(1))
    }

    fn font(&mut self, resources: &Dict, name: &[u8]) -> Result<Option<Rc<Font>>, Fault> {
        let mut named = Object::NULL;
        for resources in [resources, self.defaults] {
            let fonts = self.entry(resources, b"Font")?;
            if let Some(font) = fonts.as_dict().and_then(|fonts| fonts.get(name)) {
                named = font.clone();
                break;
            }
        }
        let id = named.as_reference();
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Ok(known.clone());
        }
        let font = self.pdf.resolve_owned(&named, self.at, self.budget)?;
        let read = match font.as_dict() {
            Some(font) => Font::read(self.pdf, self.at, font, self.budget)?.map(Rc::new),
            None => None,
        };
        if let Some(id) = id {
            self.fonts.insert(id, read.clone());
        }
        Ok(read)
    }

    fn show_all(&mut self, operands: &[Token], state: &State) {
        for operand in operands {
            match operand {
                Token::String(codes) => self.show(codes, state),
                Token::Array(elements) => self.show_all(elements, state),
                _ => {}
            }
        }
    }

    fn show(&mut self, codes: &[u8], state: &State) {
        if state.invisible || codes.is_empty() {
            return;
        }
        let read = state.font.as_ref().is_some_and(|font| font.decode(codes, &mut self.shown.text));
        if !read || self.shown.text.len() > MOST {
            self.shown.unread = true;
        }
    }
}
