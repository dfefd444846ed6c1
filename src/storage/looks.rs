//! How the last look for a newer list went, beside the list: one line, `sigillum-look/1`, when, how, and why it went wrong.
//! It decides nothing, and what cannot be read is as if it were not there.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is the adapter that reads and writes the folder of lists"
)]

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;

use super::lists::ListFolder;
use crate::time::Timestamp;
use crate::trust::{Look, LookOutcome};

/// The first word.
const FORM: &str = "sigillum-look/1";
/// Octets of a note, and characters of the reason in it.
const BYTES: u64 = 1 << 10;
const REASON: usize = 200;

impl ListFolder {
    /// How the last look for a newer list went, as far as that was noted.
    #[must_use]
    pub fn last_look(&self, name: &str) -> Option<Look> {
        let mut text = String::new();
        File::open(self.place(name, "look")).ok()?.take(BYTES).read_to_string(&mut text).ok()?;
        read(text.strip_suffix('\n')?)
    }

    pub(super) fn note_look(&self, name: &str, look: &Look) -> io::Result<()> {
        let reason = look.reason.iter().flat_map(|reason| reason.chars()).filter(|c| !c.is_control());
        let line =
            format!("{FORM} {} {} {}", look.at, look.outcome.name(), reason.take(REASON).collect::<String>());
        let _lock = self.lock(name)?;
        let beside = self.place(name, "look-new");
        let written = fs::write(&beside, format!("{}\n", line.trim_end()));
        let written = written.and_then(|()| fs::rename(&beside, self.place(name, "look")));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
        }
        written
    }
}

fn read(line: &str) -> Option<Look> {
    let mut words = line.splitn(4, ' ');
    words.next().filter(|word| *word == FORM)?;
    let at = Timestamp::from_rfc3339(words.next()?).ok()?;
    let outcome = LookOutcome::from_name(words.next()?)?;
    Some(Look { at, outcome, reason: words.next().map(ToOwned::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::ports::KeepLists;

    #[test]
    fn a_look_is_noted_and_read_again() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = ListFolder::new(temporary.path().join("lists"));
        assert_eq!(folder.last_look("ch"), None);
        let at = Timestamp::from_unix(1_800_000_000);
        for outcome in LookOutcome::ALL {
            for reason in [None, Some("http-status-503"), Some("No space left on device (os error 28)")] {
                let look = Look { at, outcome, reason: reason.map(ToOwned::to_owned) };
                folder.note("ch", &look).unwrap();
                assert_eq!(folder.last_look("ch"), Some(look));
            }
        }
        let long = Some(format!("two\nlines{}", "x".repeat(5_000)));
        folder.note("ch", &Look { at, outcome: LookOutcome::Failed, reason: long }).unwrap();
        let reason = folder.last_look("ch").unwrap().reason.unwrap();
        assert!(reason.starts_with("twolinesx") && reason.len() == REASON);
        for broken in ["", "\n", "sigillum-look/1\n", "sigillum-look/2 2026-01-01T00:00:00Z new\n", "a\u{0}"] {
            fs::write(folder.place("ch", "look"), broken).unwrap();
            assert_eq!(folder.last_look("ch"), None, "{broken:?}");
        }
    }

    #[test]
    fn a_lock_that_somebody_holds_is_not_waited_for_for_ever() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = ListFolder::new(temporary.path().to_owned());
        let _held = folder.lock("ch").unwrap();
        let look = Look { at: Timestamp::from_unix(1_800_000_000), outcome: LookOutcome::New, reason: None };
        assert!(folder.note("ch", &look).unwrap_err().0.contains("holds the lock"));
        // That of another list is free.
        folder.note("at", &look).unwrap();
    }
}
