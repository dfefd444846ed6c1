//! The text of a mandant (TOML). What is not known is refused: it might be what somebody relies on.

use std::fmt;

use serde::Deserialize;

use super::{Demand, Mandant, MandantNote};
use crate::document::{ChangesLevel, MediaType};
use crate::validation::qualification::SwissClass;
use crate::validation::report::TimeQuality;

/// Octets of a text.
const MAXIMUM: usize = 64 << 10;

/// Signatures that a mandant may ask for, or demands that it may have.
const MOST: usize = 100;

/// Why a text is no mandant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MandantError {
    /// It is longer than such texts may be.
    TooLong,
    /// It is not written like one.
    Syntax(toml::de::Error),
    /// A word is not known where it stands.
    Unknown {
        /// The key.
        key: &'static str,
        /// The word.
        word: String,
    },
    /// A value is out of its bounds.
    Bounds {
        /// The key.
        key: &'static str,
    },
    /// It asks for nothing.
    Empty,
}

impl fmt::Display for MandantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {MAXIMUM} bytes"),
            Self::Syntax(error) => f.write_str(error.message()),
            Self::Unknown { key, word } => write!(f, "{key}: {word} is not known"),
            Self::Bounds { key } => write!(f, "{key}: out of bounds"),
            Self::Empty => f.write_str("neither `every` nor `some` asks for anything"),
        }
    }
}

impl std::error::Error for MandantError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Form {
    name: String,
    version: String,
    basis: String,
    formats: Vec<String>,
    minimum: usize,
    #[serde(default)]
    maximum: Option<usize>,
    #[serde(default = "yes")]
    all_valid: bool,
    #[serde(default = "yes")]
    certification: bool,
    changes: Vec<String>,
    #[serde(default)]
    every: Option<DemandForm>,
    #[serde(default)]
    some: Vec<DemandForm>,
    #[serde(default)]
    not_done: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemandForm {
    classes: Vec<String>,
    time: String,
    #[serde(default = "one")]
    count: usize,
}

const fn yes() -> bool {
    true
}

const fn one() -> usize {
    1
}

impl Mandant {
    /// Reads a mandant.
    ///
    /// # Errors
    /// Where the text is none, or has a word that is not known.
    pub fn parse(text: &str) -> Result<Self, MandantError> {
        if text.len() > MAXIMUM {
            return Err(MandantError::TooLong);
        }
        let form: Form = toml::from_str(text).map_err(MandantError::Syntax)?;
        if form.name.is_empty() || !form.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(MandantError::Bounds { key: "name" });
        }
        if form.minimum == 0 || form.minimum > MOST {
            return Err(MandantError::Bounds { key: "minimum" });
        }
        if form.maximum.is_some_and(|most| most < form.minimum) {
            return Err(MandantError::Bounds { key: "maximum" });
        }
        if form.some.len() > MOST {
            return Err(MandantError::Bounds { key: "some" });
        }
        if form.not_done.len() > MOST {
            return Err(MandantError::Bounds { key: "not-done" });
        }
        if form.every.is_none() && form.some.is_empty() {
            return Err(MandantError::Empty);
        }
        if form.formats.is_empty() {
            return Err(MandantError::Bounds { key: "formats" });
        }
        Ok(Self {
            name: form.name,
            version: form.version,
            basis: form.basis,
            formats: words("formats", form.formats, format)?,
            minimum: form.minimum,
            maximum: form.maximum,
            all_valid: form.all_valid,
            certification: form.certification,
            changes: words("changes", form.changes, changes)?,
            every: form.every.map(demand).transpose()?,
            some: form.some.into_iter().map(demand).collect::<Result<_, _>>()?,
            not_done: form.not_done,
            notes: words("notes", form.notes, |word| {
                MandantNote::ALL.into_iter().find(|note| note.name() == word)
            })?,
        })
    }
}

fn words<T>(
    key: &'static str,
    words: Vec<String>,
    known: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, MandantError> {
    let read = |word: String| known(&word).ok_or(MandantError::Unknown { key, word });
    words.into_iter().map(read).collect()
}

fn demand(form: DemandForm) -> Result<Demand, MandantError> {
    if form.classes.is_empty() {
        return Err(MandantError::Bounds { key: "classes" });
    }
    if form.count == 0 || form.count > MOST {
        return Err(MandantError::Bounds { key: "count" });
    }
    // A mandant cannot be content with what cannot be said.
    let class = |word: &str| SwissClass::from_name(word).filter(|class| *class != SwissClass::NotDetermined);
    let time = [TimeQuality::Qualified, TimeQuality::Timestamp, TimeQuality::Claimed, TimeQuality::None]
        .into_iter()
        .find(|quality| quality.name() == form.time);
    Ok(Demand {
        classes: words("classes", form.classes, class)?,
        time: time.ok_or(MandantError::Unknown { key: "time", word: form.time })?,
        count: form.count,
    })
}

fn format(word: &str) -> Option<MediaType> {
    match word {
        "pdf" => Some(MediaType::Pdf),
        "xml" => Some(MediaType::Xml),
        _ => None,
    }
}

/// Levels of change that may be accepted; a forbidden or unknown one may not.
fn changes(word: &str) -> Option<ChangesLevel> {
    [
        ChangesLevel::None,
        ChangesLevel::Ltv,
        ChangesLevel::Signature,
        ChangesLevel::Metadata,
        ChangesLevel::FormFilling,
        ChangesLevel::Annotation,
    ]
    .into_iter()
    .find(|level| level.name() == word)
}
