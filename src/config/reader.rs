//! Reading a section, once the walk over the schema has seen the types. A getter answers nothing where the key is not
//! there or has the wrong type; the latter has been said already.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Place, Problem};
use crate::time::Timestamp;

/// A text, and what was found wrong with it so far.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) folder: &'a std::path::Path,
    pub(super) problems: RefCell<Vec<Problem>>,
}

/// A section.
#[derive(Clone)]
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    /// With dots; empty for the whole text.
    path: String,
    /// Where it begins.
    at: usize,
    table: Option<&'a DeTable<'a>>,
}

impl<'a> Section<'a> {
    pub(super) const fn root(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, path: String::new(), at: 0, table: Some(table) }
    }

    /// Says that something is wrong with a key, or with the section where the key is not there.
    pub(super) fn problem(&self, key: &str, reason: &str) {
        let at = self.value(key).map_or(self.at, |value| value.span().start);
        let reason = match (key, &*self.path) {
            ("", "") => reason.to_owned(),
            ("", path) => format!("{path}: {reason}"),
            (key, _) => format!("{}: {reason}", self.dotted(key)),
        };
        let place = Place::of(self.source.text, at);
        self.source.problems.borrow_mut().push(Problem { place, reason });
    }

    /// A section in this one; empty where it is not there.
    pub(super) fn section(&self, key: &str) -> Self {
        let table = self.value(key).and_then(|value| value.get_ref().as_table());
        Self { source: self.source, path: self.dotted(key), at: self.key_at(key), table }
    }

    /// The sections in this one, with their names.
    pub(super) fn sections(&self) -> impl Iterator<Item = (String, Self)> {
        let names = self.table.into_iter().flatten();
        names
            .filter(|(_, value)| value.get_ref().is_table())
            .map(|(name, _)| (name.get_ref().to_string(), self.section(name.get_ref())))
    }

    /// The keys of this section whose values are texts.
    pub(super) fn texts_by_name(&self) -> impl Iterator<Item = (String, String)> {
        let all = self.table.into_iter().flatten();
        all.filter_map(|(name, value)| Some((name.get_ref().to_string(), value.get_ref().as_str()?.to_owned())))
    }

    pub(super) const fn is_there(&self) -> bool {
        self.table.is_some()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key)?.get_ref().as_bool()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key)?.get_ref().as_str()
    }

    /// A text that has to be there.
    pub(super) fn needed_text(&self, key: &str) -> Option<&'a str> {
        self.needed(key)?.get_ref().as_str()
    }

    /// One of these, by its name.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(key, &format!("must be one of: {}", names.join(", ")));
        }
        found
    }

    /// The path of a file, made absolute by the folder of the configuration.
    pub(super) fn file(&self, key: &str) -> Option<PathBuf> {
        self.text(key).filter(|path| !path.is_empty()).map(|path| self.source.folder.join(path))
    }

    /// A list of paths, made absolute the same way; empty where it is not there.
    pub(super) fn files(&self, key: &str) -> Vec<PathBuf> {
        self.texts(key).into_iter().map(|path| self.source.folder.join(path)).collect()
    }

    pub(super) fn needed_file(&self, key: &str) -> Option<PathBuf> {
        self.needed(key)?;
        self.file(key)
    }

    /// A list of texts; empty where it is not there.
    pub(super) fn texts(&self, key: &str) -> Vec<&'a str> {
        let all = self.value(key).and_then(|value| value.get_ref().as_array()).into_iter().flatten();
        all.filter_map(|one| one.get_ref().as_str()).collect()
    }

    /// A whole number within bounds; `default` where it is not there.
    pub(super) fn integer(&self, key: &str, bounds: RangeInclusive<u64>, default: u64) -> u64 {
        let Some(value) = self.value(key).and_then(|value| value.get_ref().as_integer()) else {
            return default;
        };
        match u64::from_str_radix(value.as_str(), value.radix()).ok().filter(|number| bounds.contains(number)) {
            Some(number) => number,
            None => {
                self.problem(key, &format!("must be from {} to {}", bounds.start(), bounds.end()));
                default
            }
        }
    }

    /// A list of numbers; empty where it is not there.
    pub(super) fn numbers(&self, key: &str) -> Vec<f64> {
        let all = self.value(key).and_then(|value| value.get_ref().as_array()).into_iter().flatten();
        all.filter_map(|one| match one.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => None,
        })
        .collect()
    }

    pub(super) fn time(&self, key: &str) -> Option<Timestamp> {
        let written = self.value(key)?.get_ref().as_datetime()?.to_string();
        let time = Timestamp::from_rfc3339(&written).ok();
        if time.is_none() {
            self.problem(key, "is not a time (RFC 3339)");
        }
        time
    }

    /// A key that has to be there.
    pub(super) fn needed(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let value = self.value(key);
        if value.is_none() {
            let what = if self.path.is_empty() { format!("[{key}]") } else { key.to_owned() };
            self.problem("", &format!("{what} is missing"));
        }
        value
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entry(key).map(|(_, value)| value)
    }

    fn key_at(&self, key: &str) -> usize {
        self.entry(key).map_or(self.at, |(key, _)| key.span().start)
    }

    fn entry(&self, key: &str) -> Option<(&'a Spanned<toml::de::DeString<'a>>, &'a Spanned<DeValue<'a>>)> {
        self.table?.iter().find(|(name, _)| name.get_ref() == key)
    }

    fn dotted(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
