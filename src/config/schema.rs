//! Every key that a configuration may have, with the type of its value: data, and the walk that holds a text to it.
//!
//! What the contract names and this version does not have is known too ([`LATER`]), and refused by its name.

use toml::de::{DeTable, DeValue};

use super::problem::{Place, Places, Problem};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Integer,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// The path of a file; a relative one is relative to the configuration file.
    File,
    /// A list of paths of files.
    Files,
    /// The path of a folder; a relative one is relative to the configuration file.
    Folder,
    /// Four numbers.
    Rectangle,
    /// The number of a page, or `"last"`.
    Page,
    /// A time with its offset, not in quotes.
    Time,
}

impl Kind {
    const fn wanted(self) -> &'static str {
        match self {
            Self::Flag => "true or false",
            Self::Integer => "a whole number",
            Self::Text => "a text in quotes",
            Self::Texts => "a list of texts",
            Self::File => "the path of a file, in quotes",
            Self::Files => "a list of paths of files, in quotes",
            Self::Folder => "the path of a folder, in quotes",
            Self::Rectangle => "a list of four numbers",
            Self::Page => "the number of a page, or \"last\"",
            Self::Time => "a time with its offset, like 2027-01-01T00:00:00Z",
        }
    }

    fn fits(self, value: &DeValue<'_>) -> bool {
        match self {
            Self::Flag => value.is_bool(),
            Self::Integer => value.is_integer(),
            Self::Text => value.is_str(),
            Self::Texts => value.as_array().is_some_and(|all| all.iter().all(|one| one.get_ref().is_str())),
            Self::File | Self::Folder => is_path(value),
            Self::Files => value.as_array().is_some_and(|all| all.iter().all(|one| is_path(one.get_ref()))),
            Self::Rectangle => value.as_array().is_some_and(|all| {
                all.len() == 4 && all.iter().all(|one| one.get_ref().is_integer() || one.get_ref().is_float())
            }),
            Self::Page => value.is_integer() || value.as_str() == Some("last"),
            Self::Time => value
                .as_datetime()
                .is_some_and(|time| time.date.is_some() && time.time.is_some() && time.offset.is_some()),
        }
    }
}

fn is_path(value: &DeValue<'_>) -> bool {
    value.as_str().is_some_and(|path| !path.is_empty() && !path.contains('\0'))
}

/// Every key; `*` stands for a name that the operator chooses.
pub const KEYS: &[(&str, Kind)] = &[
    ("demo", Kind::Flag),
    ("server.listen", Kind::Text),
    ("server.certificate-file", Kind::File),
    ("server.key-file", Kind::File),
    ("limits.body-bytes", Kind::Integer),
    ("limits.bodies-bytes", Kind::Integer),
    ("limits.at-once", Kind::Integer),
    ("limits.waiting", Kind::Integer),
    ("limits.deadline-seconds", Kind::Integer),
    ("limits.header-seconds", Kind::Integer),
    ("limits.body-seconds", Kind::Integer),
    ("limits.connections", Kind::Integer),
    ("limits.per-caller", Kind::Integer),
    ("outbound.offline", Kind::Flag),
    ("outbound.allow-hosts", Kind::Texts),
    ("outbound.proxy", Kind::Text),
    ("outbound.https-roots-file", Kind::File),
    ("outbound.cache-folder", Kind::Folder),
    ("outbound.cache-bytes", Kind::Integer),
    ("outbound.rounds", Kind::Integer),
    ("outbound.requests", Kind::Integer),
    ("outbound.seconds", Kind::Integer),
    ("outbound.bytes", Kind::Integer),
    ("trust.anchors.*.certificate-file", Kind::File),
    ("trust.anchors.*.sunset", Kind::Time),
    ("trust.evidence-files", Kind::Files),
    ("trust.folder", Kind::Folder),
    ("trust.refresh-hours", Kind::Integer),
    ("trust.lists.*.scheme", Kind::Text),
    ("trust.lists.*.url", Kind::Text),
    ("trust.lists.*.file", Kind::File),
    ("trust.lists.*.territories", Kind::Texts),
    ("trust.lists.*.grace-days", Kind::Integer),
    ("trust.lists.*.signers.*.sha256", Kind::Text),
    ("trust.lists.*.signers.*.certificate-file", Kind::File),
    ("trust.lists.*.signers.*.from", Kind::Time),
    ("trust.lists.*.signers.*.until", Kind::Time),
    ("trust.supplementary.*.certificate-file", Kind::File),
    ("trust.supplementary.*.from", Kind::Time),
    ("trust.supplementary.*.until", Kind::Time),
    ("trust.history.*.sha256", Kind::Text),
    ("trust.history.*.kind", Kind::Text),
    ("trust.history.*.status", Kind::Text),
    ("trust.history.*.uses", Kind::Texts),
    ("trust.history.*.from", Kind::Time),
    ("trust.history.*.until", Kind::Time),
    ("trust.history.*.source", Kind::Text),
    ("trust.history.*.documented-on", Kind::Time),
    ("policies.offered", Kind::Texts),
    ("policies.files.*", Kind::File),
    ("mandants.files.*", Kind::File),
    ("profiles.*.key", Kind::Text),
    ("profiles.*.format", Kind::Text),
    ("profiles.*.packaging", Kind::Text),
    ("profiles.*.level", Kind::Text),
    ("profiles.*.policy", Kind::Text),
    ("profiles.*.reason", Kind::Text),
    ("profiles.*.location", Kind::Text),
    ("profiles.*.contact", Kind::Text),
    ("profiles.*.appearance.kind", Kind::Text),
    ("profiles.*.appearance.field", Kind::Text),
    ("profiles.*.appearance.page", Kind::Page),
    ("profiles.*.appearance.rectangle", Kind::Rectangle),
    ("profiles.*.appearance.text", Kind::Texts),
    ("keys.*.algorithm", Kind::Text),
    ("keys.*.store", Kind::Text),
    ("keys.*.key-file", Kind::File),
    ("keys.*.certificate-file", Kind::File),
    ("keys.*.pkcs12-file", Kind::File),
    ("keys.*.password-file", Kind::File),
    ("callers.*.token-sha256", Kind::Text),
    ("callers.*.roles", Kind::Texts),
    ("callers.*.profiles", Kind::Texts),
    ("journal.sqlite-file", Kind::File),
];

/// What the contract has and this version does not: refused by its name.
pub const LATER: &[&str] = &["profiles.*.timestamp", "callers.*.client-certificate", "journal.postgresql"];

/// Keys under which somebody may want to write a secret, and what to write instead.
const SECRETS: &[(&str, &str)] = &[
    ("keys.*.key", "key-file"),
    ("keys.*.password", "password-file"),
    ("keys.*.pin", "password-file"),
    ("server.key", "key-file"),
    ("callers.*.token", "token-sha256"),
];

/// Characters of a name.
const NAME_LENGTH: usize = 64;

/// Holds a document to [`KEYS`]: what is unknown, of the wrong type, not there yet or badly named becomes a problem,
/// and the place of everything is noted.
pub(super) fn hold(text: &str, root: &DeTable<'_>, places: &mut Places, problems: &mut Vec<Problem>) {
    Walk { text, places, problems }.section(root, &mut Vec::new());
}

/// Whether a word may be a name: letters, digits, `_` and `-`, beginning with a letter or digit.
fn is_name(word: &str) -> bool {
    word.len() <= NAME_LENGTH
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

struct Walk<'a> {
    text: &'a str,
    places: &'a mut Places,
    problems: &'a mut Vec<Problem>,
}

impl Walk<'_> {
    fn section(&mut self, table: &DeTable<'_>, path: &mut Vec<String>) {
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            self.key(key.span().start, value, path);
            path.pop();
        }
    }

    fn key(&mut self, key_at: usize, value: &toml::Spanned<DeValue<'_>>, path: &mut Vec<String>) {
        let place = Place::of(self.text, key_at);
        self.places.note(path.join("."), place);
        let dotted = path.join(".");
        let leaf = KEYS.iter().find(|(pattern, _)| matches(pattern, path) == Some(Match::Whole));
        let named = patterns().any(|pattern| {
            pattern.split('.').nth(path.len().saturating_sub(1)) == Some("*") && matches(pattern, path).is_some()
        });
        if named && !path.last().is_some_and(|name| is_name(name)) {
            let rule = "a name has up to 64 letters, digits, \"_\" and \"-\", and begins with a letter or digit";
            return self.problem(place, rule.to_owned());
        }
        if let Some((_, kind)) = leaf {
            if !kind.fits(value.get_ref()) {
                let place = Place::of(self.text, value.span().start);
                self.problem(place, format!("{dotted} must be {}", kind.wanted()));
            }
        } else if LATER.iter().any(|pattern| matches(pattern, path) == Some(Match::Whole)) {
            self.problem(place, format!("{dotted} is not there yet"));
        } else if let Some((_, instead)) =
            SECRETS.iter().find(|(pattern, _)| matches(pattern, path) == Some(Match::Whole))
        {
            self.problem(place, format!("{dotted}: a secret does not stand here; use {instead}"));
        } else if !KEYS.iter().any(|(pattern, _)| matches(pattern, path).is_some()) {
            self.problem(place, format!("{dotted} is not known; known here: {}", known(path).join(", ")));
        } else if let Some(table) = value.get_ref().as_table() {
            self.section(table, path);
        } else {
            self.problem(place, format!("{dotted} must be a section: [{dotted}]"));
        }
    }

    fn problem(&mut self, place: Place, reason: String) {
        self.problems.push(Problem { place, reason });
    }
}

/// How a path fits a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    /// It is the key.
    Whole,
    /// It is a section above the key.
    Above,
}

fn matches(pattern: &str, path: &[String]) -> Option<Match> {
    let mut wanted = pattern.split('.');
    for word in path {
        let next = wanted.next()?;
        if next != "*" && next != word {
            return None;
        }
    }
    Some(if wanted.next().is_none() { Match::Whole } else { Match::Above })
}

fn patterns() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(pattern, _)| *pattern)
}

/// The keys and sections that are known beside the last word of `path`.
fn known(path: &[String]) -> Vec<&'static str> {
    let above = path.get(..path.len().saturating_sub(1)).unwrap_or_default();
    let mut words: Vec<&str> = patterns()
        .filter(|pattern| matches(pattern, above) == Some(Match::Above))
        .filter_map(|pattern| pattern.split('.').nth(above.len()))
        .collect();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_both_known_and_not_there_yet() {
        for (key, _) in KEYS {
            let path: Vec<String> = key.split('.').map(ToOwned::to_owned).collect();
            assert!(LATER.iter().all(|later| matches(later, &path) != Some(Match::Whole)), "{key}");
        }
    }

    #[test]
    fn a_path_fits_a_key_or_a_section_above_it() {
        let path = |text: &str| text.split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
        assert_eq!(matches("keys.*.store", &path("keys.seal.store")), Some(Match::Whole));
        assert_eq!(matches("keys.*.store", &path("keys.seal")), Some(Match::Above));
        assert_eq!(matches("keys.*.store", &path("keys.seal.store.more")), None);
        assert_eq!(matches("keys.*.store", &path("callers.seal")), None);
    }
}
