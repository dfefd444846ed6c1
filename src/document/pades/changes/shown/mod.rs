//! Whether a field that was filled in shows its value (ISO 32000-2 §12.7.4.3; buttons §12.7.5.2.3).
//!
//! The text that the appearance of each widget of the field shows is read ([`text`]) and compared with the value, white
//! space aside: that shows as room between glyphs, or not at all. A check box or radio button has to be in the state that
//! its value names. What cannot be read (a font that does not say what its glyphs mean, drawn glyphs, images, values that
//! a format script of the document rewrites, passwords, list boxes, an appearance without text) is reported as not compared, and judged as the
//! filling in that it is.
//!
//! Not seen: what the glyphs of a font look like, colours, text outside the box, and what lines and rectangles draw.

mod encoding;
mod font;
mod text;

use std::collections::BTreeSet;

use super::fault::Fault;
use super::finding::Kind;
use super::guard::Guard;
use super::pass::{Pass, Spot, as_plain_dict};
use crate::document::pades::locate::text_string;
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectId, Stream, Value};

/// How far up entries of fields are inherited.
const HIGHEST: u32 = 16;

/// `Ff` of text fields: the value is a password, or the name of a file (table 231).
const CONCEALED: i64 = 1 << 13 | 1 << 20;
/// `Ff` of buttons: it keeps no value (table 229).
const PUSH_BUTTON: i64 = 1 << 16;
/// `Ff` of choices: one value is shown (table 233).
const COMBO: i64 = 1 << 17;

/// What a comparison finds.
enum Agreement {
    Agrees,
    Disagrees,
    Unknown,
}

impl Pass<'_, '_, '_> {
    /// Looks at the widgets of a field that was filled in.
    pub(super) fn shown(&mut self, spot: &Spot, budget: &mut Budget) -> Result<(), Fault> {
        let mut widgets: BTreeSet<ObjectId> = spot.object.into_iter().collect();
        widgets.extend(self.widgets_of(spot.context));
        for id in widgets {
            budget.spend(1)?;
            let value = self.pair.pdf.object(id, self.pair.new, budget)?;
            let Some(widget) = as_plain_dict(&value) else { continue };
            let appearance = self.pair.new_entry(widget, b"AP", budget)?;
            let Some(appearance) = as_plain_dict(&appearance) else { continue };
            let spot = spot.of(Some(id));
            match self.agreement(id, widget, appearance, spot.context, budget)? {
                Agreement::Agrees => {}
                Agreement::Disagrees => self.refuse(Guard::AppearanceAgrees, spot),
                Agreement::Unknown => self.note(Kind::AppearanceNotCompared, spot),
            }
        }
        Ok(())
    }

    /// The objects of one field.
    fn widgets_of(&mut self, context: u32) -> Vec<ObjectId> {
        if self.widgets.is_empty() {
            for (id, context) in &self.graph.widgets {
                self.widgets.entry(*context).or_default().push(*id);
            }
        }
        self.widgets.get(&context).cloned().unwrap_or_default()
    }

    fn agreement(
        &self,
        id: ObjectId,
        widget: &Dict,
        appearance: &Dict,
        context: u32,
        budget: &mut Budget,
    ) -> Result<Agreement, Fault> {
        let value = self.inherited(widget, b"V", budget)?;
        let flags = self.inherited(widget, b"Ff", budget)?.as_i64().unwrap_or(0);
        let normal = self.pair.new_entry(appearance, b"N", budget)?;
        let field_type = self.names.get(context).field_type.as_slice();
        let wanted = match field_type {
            b"Btn" => return self.state(widget, &normal, &value, flags, budget),
            b"Tx" if flags & CONCEALED == 0 => self.text_of(&value, budget)?,
            b"Ch" if flags & COMBO != 0 => self.choice(widget, &value, budget)?,
            _ => None,
        };
        let (Some(wanted), Some(stream)) = (wanted, normal.as_stream()) else { return Ok(Agreement::Unknown) };
        let formats = self.inherited(widget, b"AA", budget)?;
        if as_plain_dict(&formats).is_some_and(|actions| actions.has(b"F"))
            || self.is_made_by_readers(id, widget, budget)?
        {
            return Ok(Agreement::Unknown);
        }
        self.compare(&wanted, stream, budget)
    }

    fn compare(&self, wanted: &str, stream: &Stream, budget: &mut Budget) -> Result<Agreement, Fault> {
        let form = self.form_of_new(budget)?;
        let defaults = match as_plain_dict(&form) {
            Some(form) => self.pair.new_entry(form, b"DR", budget)?,
            None => Object::NULL,
        };
        let shown = text::shown(self.pair.pdf, self.pair.new, stream, as_plain_dict(&defaults), budget)?;
        let same = squeezed(&shown.text) == squeezed(wanted);
        Ok(if shown.unread || same && shown.drawn || !same && squeezed(&shown.text).is_empty() {
            Agreement::Unknown
        } else if same {
            Agreement::Agrees
        } else {
            Agreement::Disagrees
        })
    }

    /// Whether the appearance is the old one and the form says that readers have to make new ones.
    fn is_made_by_readers(&self, id: ObjectId, widget: &Dict, budget: &mut Budget) -> Result<bool, Fault> {
        let form = self.form_of_new(budget)?;
        let Some(form) = as_plain_dict(&form) else { return Ok(false) };
        if self.pair.new_entry(form, b"NeedAppearances", budget)?.as_bool() != Some(true) {
            return Ok(false);
        }
        let before = self.pair.pdf.object(id, self.pair.old, budget)?;
        let Some(before) = as_plain_dict(&before) else { return Ok(false) };
        let (old, new) = (super::equal::entry(before, b"AP"), super::equal::entry(widget, b"AP"));
        self.pair.same(&old, &new, budget)
    }

    fn form_of_new(&self, budget: &mut Budget) -> Result<Object, Fault> {
        let catalog = self.pair.pdf.catalog(self.pair.new, budget)?;
        self.pair.new_entry(&catalog, b"AcroForm", budget)
    }

    /// A check box or radio button is in the state that its value names, and off where it has none of that name.
    fn state(
        &self,
        widget: &Dict,
        normal: &Object,
        value: &Object,
        flags: i64,
        budget: &mut Budget,
    ) -> Result<Agreement, Fault> {
        let Some(states) = as_plain_dict(normal).filter(|_| flags & PUSH_BUTTON == 0) else {
            return Ok(Agreement::Unknown);
        };
        let state = self.pair.new_entry(widget, b"AS", budget)?;
        let state = state.as_name().unwrap_or(b"Off");
        let wanted = value.as_name().filter(|name| states.has(name)).unwrap_or(b"Off");
        Ok(if state == wanted { Agreement::Agrees } else { Agreement::Disagrees })
    }

    /// An entry of a field, own or inherited, as of the newer revision.
    fn inherited(&self, widget: &Dict, key: &[u8], budget: &mut Budget) -> Result<Object, Fault> {
        let mut field = widget.clone();
        for _ in 0..HIGHEST {
            budget.spend(1)?;
            let found = self.pair.new_entry(&field, key, budget)?;
            if !found.is_null() {
                return Ok(found);
            }
            match as_plain_dict(&self.pair.new_entry(&field, b"Parent", budget)?) {
                Some(parent) => field = parent.clone(),
                None => break,
            }
        }
        Ok(Object::NULL)
    }

    /// The text that a value is; none where it is no text.
    fn text_of(&self, value: &Object, budget: &mut Budget) -> Result<Option<String>, Fault> {
        Ok(match &value.value {
            Value::Null => Some(String::new()),
            Value::String(text) => Some(text_string(&text.bytes)),
            Value::Stream(stream) => Some(text_string(&self.pair.pdf.stream_data(stream, budget)?)),
            _ => None,
        })
    }

    /// What a choice shows of its value: the name of the option (§12.7.5.4).
    fn choice(&self, widget: &Dict, value: &Object, budget: &mut Budget) -> Result<Option<String>, Fault> {
        let Some(wanted) = self.text_of(value, budget)? else { return Ok(None) };
        let options = self.inherited(widget, b"Opt", budget)?;
        for option in options.as_array().unwrap_or_default() {
            budget.spend(1)?;
            let option = self.pair.in_new(option, budget)?;
            if let Some([export, name]) = option.as_array() {
                let export = self.pair.in_new(export, budget)?;
                if self.text_of(&export, budget)?.as_ref() == Some(&wanted) {
                    let name = self.pair.in_new(name, budget)?;
                    return self.text_of(&name, budget);
                }
            }
        }
        Ok(Some(wanted))
    }
}

/// Text without white space, and with one sort of quotation marks and hyphens: encodings differ in them.
fn squeezed(text: &str) -> String {
    let kept =
        text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control() && *letter != '\u{feff}');
    kept.map(|letter| match letter {
        '\u{2018}' | '\u{2019}' | '`' => '\'',
        '\u{ad}' | '\u{2010}' | '\u{2011}' => '-',
        other => other,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_says_nothing() {
        assert_eq!(squeezed(" a\u{a0}b\r\nc "), "abc");
        assert_eq!(squeezed("100\u{2019}000"), squeezed("100'000"));
        assert_ne!(squeezed("100"), squeezed("1000"));
    }
}
