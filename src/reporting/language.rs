//! The languages of texts, and how each writes a point in time. Not a general localisation: no plural rules, no
//! grouping of digits; the sentences are worded so that they need neither.

use crate::time::Timestamp;

/// A language that the texts exist in: the three official ones of the Confederation's acts, and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// German, in Swiss spelling.
    De,
    /// French.
    Fr,
    /// Italian.
    It,
    /// English.
    En,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::De, Self::Fr, Self::It, Self::En];

    /// The code of ISO 639-1.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::Fr => "fr",
            Self::It => "it",
            Self::En => "en",
        }
    }

    /// The language with this code of ISO 639-1.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|language| language.code() == code)
    }

    /// A point in time for people, in UTC; the fraction of a second stays where the source had one.
    #[must_use]
    pub fn time(self, time: Timestamp) -> String {
        let written = time.to_string();
        let Some((date, clock)) = written.strip_suffix('Z').and_then(|text| text.split_once('T')) else {
            return written;
        };
        let mut parts = date.splitn(3, '-');
        let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
            return written;
        };
        match self {
            Self::De | Self::It => format!("{day}.{month}.{year}, {clock} UTC"),
            Self::Fr => format!("{day}.{month}.{year} à {clock} UTC"),
            Self::En => format!("{date} {clock} UTC"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_a_time_its_own_way() {
        let noon = Timestamp::from_rfc3339("2026-11-21T12:00:00Z").unwrap();
        assert_eq!(Language::De.time(noon), "21.11.2026, 12:00:00 UTC");
        assert_eq!(Language::Fr.time(noon), "21.11.2026 à 12:00:00 UTC");
        assert_eq!(Language::It.time(noon), "21.11.2026, 12:00:00 UTC");
        assert_eq!(Language::En.time(noon), "2026-11-21 12:00:00 UTC");
        let fraction = Timestamp::from_rfc3339("2026-11-21T12:00:00.250Z").unwrap();
        assert_eq!(Language::De.time(fraction), "21.11.2026, 12:00:00.250 UTC");
        let far = Timestamp::from_unix(i64::MAX);
        assert_eq!(Language::En.time(far), "9999-12-31 23:59:59 UTC");
    }

    #[test]
    fn codes_are_found_again() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(*language));
        }
        assert_eq!(Language::from_code("rm"), None);
    }
}
