//! Finding the signature dictionaries: through the fields of the interactive form (ISO 32000-2 §12.7.3, §12.7.4),
//! and those in force that no field names.
//!
//! A field inherits `FT` and `V` from its ancestors. Circles and repeated objects are walked once.

use std::collections::HashSet;

use crate::limits::{Budget, Limit, LimitExceeded, Limits};
use crate::syntax::pdf::{Dict, Object, ObjectError, ObjectId, Pdf};

/// A signature dictionary, and who names it.
#[derive(Debug)]
pub(crate) struct Found {
    /// The dictionary.
    pub(crate) dict: Dict,
    /// Its object; none where it is the direct value of a field.
    pub(crate) object: Option<ObjectId>,
    /// The fields that name it.
    pub(crate) fields: Vec<Field>,
}

/// A signature field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The full name: partial names joined with dots (§12.7.4.2).
    pub(crate) name: String,
    /// The dictionary of the field.
    pub(crate) dict: Dict,
}

/// What was found, and what could not be looked at.
#[derive(Debug, Default)]
pub(crate) struct Located {
    /// The signatures.
    pub(crate) found: Vec<Found>,
    /// Codes and objects of what could not be read on the way: said in the report, never silence.
    pub(crate) obstacles: Vec<(&'static str, Option<ObjectId>)>,
}

/// Finds every signature dictionary of the document as it stands now. `catalog` is its catalog, or why that cannot be
/// read.
///
/// # Errors
/// Only where a limit is reached: then nobody can say how many signatures there are.
pub(crate) fn locate(
    pdf: &Pdf<'_>,
    catalog: Result<&Dict, ObjectError>,
    limits: &Limits,
    budget: &mut Budget,
) -> Result<Located, LimitExceeded> {
    let mut walk = Walk { pdf, limits, located: Located::default(), seen: HashSet::new(), fields: 0 };
    match catalog {
        Ok(catalog) => walk.form(catalog, budget)?,
        Err(error) => walk.obstacle("catalog-unreadable", error)?,
    }
    walk.orphans(budget)?;
    let most = usize::try_from(limits.signatures).unwrap_or(usize::MAX);
    if walk.located.found.len() > most {
        return Err(LimitExceeded { limit: Limit::Signatures, maximum: u64::from(limits.signatures) });
    }
    Ok(walk.located)
}

struct Walk<'p, 'a> {
    pdf: &'p Pdf<'a>,
    limits: &'p Limits,
    located: Located,
    seen: HashSet<ObjectId>,
    fields: u32,
}

/// A field to be visited, with what it inherits.
struct Visit {
    object: Object,
    depth: u32,
    prefix: String,
    inherited_type: Option<Vec<u8>>,
    inherited_value: Option<Object>,
}

impl Walk<'_, '_> {
    fn form(&mut self, catalog: &Dict, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let latest = self.pdf.latest();
        let Some(form) = catalog.get(b"AcroForm") else {
            return Ok(());
        };
        let form = match self.pdf.resolve(form, latest, budget) {
            Ok(form) => form,
            Err(error) => return self.obstacle("form-unreadable", error),
        };
        let Some(fields) = form.as_dict().and_then(|form| form.get(b"Fields")) else {
            return Ok(());
        };
        let fields = match self.pdf.resolve(fields, latest, budget) {
            Ok(fields) => fields,
            Err(error) => return self.obstacle("form-unreadable", error),
        };
        let mut open: Vec<Visit> = Vec::new();
        for object in fields.as_array().unwrap_or_default().iter().rev() {
            open.push(Visit {
                object: object.clone(),
                depth: 0,
                prefix: String::new(),
                inherited_type: None,
                inherited_value: None,
            });
        }
        while let Some(visit) = open.pop() {
            self.field(visit, &mut open, budget)?;
        }
        Ok(())
    }

    fn field(&mut self, visit: Visit, open: &mut Vec<Visit>, budget: &mut Budget) -> Result<(), LimitExceeded> {
        budget.spend(1)?;
        self.fields = self.fields.saturating_add(1);
        if self.fields > self.limits.form_fields {
            return Err(LimitExceeded { limit: Limit::FormFields, maximum: u64::from(self.limits.form_fields) });
        }
        if visit.depth > self.limits.nesting {
            return Err(LimitExceeded { limit: Limit::Nesting, maximum: u64::from(self.limits.nesting) });
        }
        if let Some(id) = visit.object.as_reference()
            && !self.seen.insert(id)
        {
            self.located.obstacles.push(("field-repeated", Some(id)));
            return Ok(());
        }
        let latest = self.pdf.latest();
        let object = match self.pdf.resolve(&visit.object, latest, budget) {
            Ok(object) => object,
            Err(error) => return self.obstacle("field-unreadable", error),
        };
        let Some(dict) = object.as_dict() else {
            return Ok(());
        };
        let partial = dict.get(b"T").map(|name| self.pdf.resolve(name, latest, budget));
        let partial = match partial {
            Some(Ok(name)) => name.as_string().map(|name| text_string(&name.bytes)),
            Some(Err(error)) => return self.obstacle("field-unreadable", error),
            None => None,
        };
        let name = match partial {
            Some(partial) if visit.prefix.is_empty() => partial,
            Some(partial) => format!("{}.{partial}", visit.prefix),
            None => visit.prefix,
        };
        let field_type = self.name_of(dict, b"FT", budget)?.or(visit.inherited_type);
        let value = dict.get(b"V").cloned().or(visit.inherited_value);
        let kids = dict.get(b"Kids").map(|kids| self.pdf.resolve(kids, latest, budget));
        let kids = match kids {
            Some(Ok(kids)) => kids.as_array().map(<[Object]>::to_vec).unwrap_or_default(),
            Some(Err(error)) => return self.obstacle("field-unreadable", error),
            None => Vec::new(),
        };
        if field_type.as_deref() == Some(b"Sig")
            && let Some(value) = &value
        {
            let dict = object.into_owned().into_dict().unwrap_or_default();
            self.value(value, Field { name: name.clone(), dict }, budget)?;
        }
        for kid in kids.into_iter().rev() {
            open.push(Visit {
                object: kid,
                depth: visit.depth.saturating_add(1),
                prefix: name.clone(),
                inherited_type: field_type.clone(),
                inherited_value: value.clone(),
            });
        }
        Ok(())
    }

    /// Takes down the value of a signature field. A widget that is a kid of the field inherits the value: the same
    /// name and the same object are one field.
    fn value(&mut self, value: &Object, field: Field, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let id = value.as_reference();
        if let Some(id) = id
            && let Some(found) = self.located.found.iter_mut().find(|found| found.object == Some(id))
        {
            if found.fields.iter().all(|other| other.name != field.name) {
                found.fields.push(field);
            }
            return Ok(());
        }
        match self.pdf.resolve(value, self.pdf.latest(), budget) {
            Ok(object) if object.is_null() => Ok(()),
            Ok(object) => {
                let dict = object.into_owned().into_dict().unwrap_or_default();
                if id.is_none()
                    && self.located.found.iter().any(|found| {
                        found.object.is_none() && found.fields.iter().any(|other| other.name == field.name)
                    })
                {
                    return Ok(());
                }
                self.located.found.push(Found { dict, object: id, fields: vec![field] });
                Ok(())
            }
            Err(ObjectError::Limit(limit)) => Err(limit),
            Err(_) => {
                // The field has a value that nobody can read: a signature all the same.
                self.located.found.push(Found { dict: Dict::default(), object: id, fields: vec![field] });
                Ok(())
            }
        }
    }

    /// Signature dictionaries in force that no field names. A MAC dictionary (ISO/TS 32004 `/AuthCode`) is none.
    fn orphans(&mut self, budget: &mut Budget) -> Result<(), LimitExceeded> {
        let latest = self.pdf.latest();
        let known: Vec<ObjectId> = self.located.found.iter().filter_map(|found| found.object).collect();
        let ids = match self.pdf.find_dicts_with(&[b"ByteRange", b"Contents"], &known, latest, budget) {
            Ok(ids) => ids,
            Err(error) => return self.obstacle("objects-not-searched", error),
        };
        let integrity = self.pdf.trailer(latest).get_reference(b"AuthCode");
        for id in ids {
            if Some(id) == integrity || self.located.found.iter().any(|found| found.object == Some(id)) {
                continue;
            }
            match self.pdf.object(id, latest, budget) {
                Ok(object) => {
                    let dict = object.into_dict().unwrap_or_default();
                    self.located.found.push(Found { dict, object: Some(id), fields: Vec::new() });
                }
                Err(error) => self.obstacle("objects-not-searched", error)?,
            }
        }
        self.behind_end(budget)
    }

    /// Signature dictionaries after the last revision: no reader that follows the cross-reference information sees
    /// them, one that searches the file does.
    fn behind_end(&mut self, budget: &mut Budget) -> Result<(), LimitExceeded> {
        for (id, dict) in self.pdf.dicts_behind_end(&[b"ByteRange", b"Contents"], budget)? {
            self.located.found.push(Found { dict, object: Some(id), fields: Vec::new() });
        }
        Ok(())
    }

    fn name_of(&mut self, dict: &Dict, key: &[u8], budget: &mut Budget) -> Result<Option<Vec<u8>>, LimitExceeded> {
        let Some(value) = dict.get(key) else {
            return Ok(None);
        };
        match self.pdf.resolve(value, self.pdf.latest(), budget) {
            Ok(value) => Ok(value.as_name().map(<[u8]>::to_vec)),
            Err(ObjectError::Limit(limit)) => Err(limit),
            Err(_) => Ok(None),
        }
    }

    fn obstacle(&mut self, code: &'static str, error: ObjectError) -> Result<(), LimitExceeded> {
        match error {
            ObjectError::Limit(limit) => Err(limit),
            ObjectError::Malformed { object, .. } => {
                self.located.obstacles.push((code, object));
                Ok(())
            }
            ObjectError::Circular { object } | ObjectError::UnsupportedFilter { object } => {
                self.located.obstacles.push((code, Some(object)));
                Ok(())
            }
        }
    }
}

/// A text string (ISO 32000-2 §7.9.2.2): UTF-16 or UTF-8 with its mark, else PDFDocEncoding, of which the ASCII
/// part and Latin-1 are read as they are.
pub(crate) fn text_string(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return utf16(rest, u16::from_be_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]) {
        return String::from_utf8_lossy(rest).into_owned();
    }
    bytes.iter().map(|octet| pdf_doc_encoding(*octet)).collect()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// ISO 32000-2 annex D.3; code points that it leaves open are read as Latin-1.
fn pdf_doc_encoding(octet: u8) -> char {
    const UPPER: [char; 33] = [
        '\u{2022}', '\u{2020}', '\u{2021}', '\u{2026}', '\u{2014}', '\u{2013}', '\u{0192}', '\u{2044}', '\u{2039}',
        '\u{203a}', '\u{2212}', '\u{2030}', '\u{201e}', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{201a}',
        '\u{2122}', '\u{fb01}', '\u{fb02}', '\u{0141}', '\u{0152}', '\u{0160}', '\u{0178}', '\u{017d}', '\u{0131}',
        '\u{0142}', '\u{0153}', '\u{0161}', '\u{017e}', '\u{fffd}', '\u{20ac}',
    ];
    const LOWER: [char; 8] =
        ['\u{02d8}', '\u{02c7}', '\u{02c6}', '\u{02d9}', '\u{02dd}', '\u{02db}', '\u{02da}', '\u{02dc}'];
    let from = |table: &[char], start: u8| {
        octet.checked_sub(start).and_then(|index| table.get(usize::from(index)).copied())
    };
    match octet {
        0x18..=0x1f => from(&LOWER, 0x18),
        0x80..=0xa0 => from(&UPPER, 0x80),
        _ => None,
    }
    .unwrap_or(char::from(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_are_read_in_their_encoding() {
        assert_eq!(text_string(b"Z\xfcrich"), "Zürich");
        assert_eq!(text_string(b"\xfe\xff\0Z\0\xfc"), "Zü");
        assert_eq!(text_string(b"\xff\xfeZ\0\xfc\0"), "Zü");
        assert_eq!(text_string("\u{feff}Zü".as_bytes()), "Zü");
        assert_eq!(text_string(b"\x80\xa0\x18"), "\u{2022}\u{20ac}\u{2d8}");
    }
}
