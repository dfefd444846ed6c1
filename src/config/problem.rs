//! What is wrong with a configuration, and where.

use std::collections::BTreeMap;
use std::fmt;

/// A place in a text, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The start of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place of a byte in a text. An offset beyond the end is the end.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let mut at = Self::START;
        for (_, c) in text.char_indices().take_while(|(position, _)| *position < offset) {
            if c == '\n' {
                at = Self { line: at.line.saturating_add(1), column: 1 };
            } else {
                at.column = at.column.saturating_add(1);
            }
        }
        at
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, as a sentence without a full stop. Never a secret.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// Where each key and section of a configuration stands, by its path with dots (`keys.seal.key-file`).
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    /// Where a key stands; where it is not there, its section; else the start of the text.
    #[must_use]
    pub fn of(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.0.get(path) {
                return *place;
            }
            match path.rsplit_once('.') {
                Some((section, _)) => path = section,
                None => return Place::START,
            }
        }
    }

    pub(super) fn note(&mut self, path: String, place: Place) {
        self.0.entry(path).or_insert(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "ä = 1\nbc = 2";
        let places = [0, 2, 6, 7, 8, 10, 99].map(|offset| Place::of(text, offset).to_string());
        assert_eq!(places, ["1:1", "1:2", "1:6", "2:1", "2:2", "2:4", "2:7"]);
    }

    #[test]
    fn a_key_that_is_not_there_stands_at_its_section() {
        let mut places = Places::default();
        places.note("keys.seal".to_owned(), Place { line: 4, column: 2 });
        assert_eq!(places.of("keys.seal.key-file").line, 4);
        assert_eq!(places.of("journal.sqlite-file"), Place::START);
    }
}
