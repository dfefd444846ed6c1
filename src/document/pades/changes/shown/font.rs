//! What the codes of a font mean (ISO 32000-2 §9.10): by its ToUnicode map, else by the encoding of a simple font.

use std::collections::HashMap;

use super::super::fault::Fault;
use super::super::tokens::{Token, Tokens};
use super::encoding::{Encoding, of_name};
use crate::limits::Budget;
use crate::syntax::pdf::{Dict, Object, ObjectError, Pdf, RevisionIndex};

/// Entries of a map that are read at the most.
const MOST: usize = 70_000;

/// A font whose codes can be read.
pub(super) struct Font {
    /// Codes have two bytes.
    composite: bool,
    base: Option<Encoding>,
    map: HashMap<u32, String>,
    /// Codes of which the font says other than its base encoding, and not what.
    unknown: Vec<u32>,
}

impl Font {
    /// Reads a font; none where its codes mean nothing to us.
    pub(super) fn read(
        pdf: &Pdf<'_>,
        at: RevisionIndex,
        font: &Dict,
        budget: &mut Budget,
    ) -> Result<Option<Self>, Fault> {
        let follow = |dict: &Dict, key: &[u8], budget: &mut Budget| -> Result<Object, Fault> {
            match dict.get(key).map(|value| pdf.resolve_owned(value, at, budget)) {
                Some(Ok(value)) => Ok(value),
                Some(Err(ObjectError::Limit(limit))) => Err(limit.into()),
                // What cannot be read says nothing.
                Some(Err(_)) | None => Ok(Object::NULL),
            }
        };
        let mut read = Self { composite: false, base: None, map: HashMap::new(), unknown: Vec::new() };
        let encoding = follow(font, b"Encoding", budget)?;
        let subtype = follow(font, b"Subtype", budget)?;
        match subtype.as_name() {
            Some(b"Type0") if matches!(encoding.as_name(), Some(b"Identity-H" | b"Identity-V")) => {
                read.composite = true;
            }
            Some(b"Type1" | b"MMType1" | b"TrueType") => {
                let name = follow(font, b"BaseFont", budget)?;
                let descriptor = follow(font, b"FontDescriptor", budget)?;
                let flags = descriptor.as_dict().and_then(|dict| dict.get_int(b"Flags")).unwrap_or(32);
                let symbolic = flags & 4 != 0 || flags & 32 == 0;
                let pictures = name.as_name().is_some_and(is_pictures);
                let named = encoding.as_name().or_else(|| encoding.as_dict()?.get_name(b"BaseEncoding"));
                read.base = match named.and_then(Encoding::named) {
                    _ if pictures => None,
                    Some(encoding) => Some(encoding),
                    None if named.is_none() && !symbolic => Some(Encoding::Standard),
                    None => None,
                };
                if let Some(dict) = encoding.as_dict() {
                    let differences = follow(dict, b"Differences", budget)?;
                    read.differences(differences.as_array().unwrap_or_default(), budget)?;
                }
            }
            _ => return Ok(None),
        }
        let to_unicode = follow(font, b"ToUnicode", budget)?;
        if let Some(stream) = to_unicode.as_stream() {
            let data = pdf.stream_data(stream, budget)?;
            read.cmap(&data, budget)?;
        }
        let means_something = read.base.is_some() || !read.map.is_empty();
        Ok(Some(read).filter(|_| means_something))
    }

    /// Appends what the codes mean; `false` where one means nothing to us.
    pub(super) fn decode(&self, codes: &[u8], text: &mut String) -> bool {
        let step = if self.composite { 2 } else { 1 };
        let mut all = true;
        for code in codes.chunks(step) {
            let code = code.iter().fold(0_u32, |code, octet| code.wrapping_shl(8) | u32::from(*octet));
            if let Some(meaning) = self.map.get(&code) {
                text.push_str(meaning);
                continue;
            }
            let letter = self.base.filter(|_| !self.unknown.contains(&code)).and_then(|base| base.letter(code));
            match letter {
                Some(letter) => text.push(letter),
                None => all = false,
            }
        }
        all
    }

    fn differences(&mut self, differences: &[Object], budget: &mut Budget) -> Result<(), Fault> {
        let mut code = 0_u32;
        for one in differences.iter().take(MOST) {
            budget.spend(1)?;
            if let Some(number) = one.as_i64() {
                code = u32::try_from(number).unwrap_or(u32::MAX);
            } else if let Some(name) = one.as_name() {
                match of_name(name) {
                    Some(letter) => {
                        self.map.insert(code, letter.to_string());
                    }
                    None => self.unknown.push(code),
                }
                code = code.saturating_add(1);
            }
        }
        Ok(())
    }

    /// A ToUnicode map: its `bfchar` and `bfrange` sections (§9.10.3).
    fn cmap(&mut self, data: &[u8], budget: &mut Budget) -> Result<(), Fault> {
        let mut operands: Vec<Token> = Vec::new();
        let mut tokens = Tokens::new(data);
        while let Some(operator) = tokens.operation(&mut operands, MOST) {
            budget.spend(u64::try_from(operands.len()).unwrap_or(u64::MAX))?;
            match operator.as_slice() {
                b"endbfchar" => {
                    for pair in operands.chunks(2) {
                        if let [Token::String(code), Token::String(meaning)] = pair {
                            self.means(number(code), meaning, 0);
                        }
                    }
                }
                b"endbfrange" => {
                    for triple in operands.chunks(3) {
                        let [Token::String(from), Token::String(to), meaning] = triple else { continue };
                        let (from, to) = (number(from), number(to));
                        for (index, code) in (0_u32..).zip(from..=to.min(from.saturating_add(65_535))) {
                            budget.spend(1)?;
                            match meaning {
                                Token::String(meaning) => self.means(code, meaning, index),
                                Token::Array(list) => {
                                    let one = usize::try_from(index).ok().and_then(|index| list.get(index));
                                    if let Some(Token::String(meaning)) = one {
                                        self.means(code, meaning, 0);
                                    }
                                }
                                _ => {}
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes the meaning of a code: UTF-16, of which the last unit grows by `add`.
    fn means(&mut self, code: u32, meaning: &[u8], add: u32) {
        let mut units: Vec<u16> = meaning
            .chunks(2)
            .map(|pair| pair.iter().fold(0_u16, |unit, octet| unit.wrapping_shl(8) | u16::from(*octet)))
            .collect();
        if let (Some(last), Ok(add)) = (units.last_mut(), u16::try_from(add)) {
            *last = last.wrapping_add(add);
        }
        if self.map.len() < MOST {
            self.map.insert(code, String::from_utf16_lossy(&units));
        }
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0_u32, |number, octet| number.wrapping_shl(8) | u32::from(*octet))
}

/// The standard fonts whose glyphs are no letters (§9.6.2.2), whatever their encoding says.
fn is_pictures(name: &[u8]) -> bool {
    let name = name.split(|octet| *octet == b'+').next_back().unwrap_or(name);
    name.starts_with(b"Symbol") || name.starts_with(b"ZapfDingbats") || name.starts_with(b"Wingdings")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn maps_are_read() {
        let mut font = Font { composite: true, base: None, map: HashMap::new(), unknown: Vec::new() };
        let data = b"2 beginbfchar <0001> <0041> <0002> <00660069> endbfchar \
                     2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<0078> <0079>] endbfrange";
        font.cmap(data, &mut Budget::new(&Limits::DEFAULT)).expect("within limits");
        let mut text = String::new();
        assert!(font.decode(b"\0\x01\0\x02\0\x10\0\x12\0\x21", &mut text));
        assert_eq!(text, "Afiacy");
        assert!(!font.decode(b"\0\x99", &mut text), "a code that the map does not know");
    }
}
