//! Verified trust lists in a folder: one file for each, replaced whole. What lies there is believed no more than what
//! comes from the network: whoever loads it verifies it again, with the pins of the configuration.
//!
//! A file is one line, `sigillum-list/1` and when the list was taken up, and then the list. Before a list of lists stand the
//! pivots that led to its signers, the oldest first: the line is `sigillum-lists/1`, the time, and how many there are; each
//! has a line with its length, when it was taken up and where it was, then its octets and an end of line. Several processes may use one
//! folder: each holds the lock of a list while it looks whether its own follows what is there, and replaces it.

#![expect(
    clippy::disallowed_methods,
    reason = "this module is the adapter that reads and writes the folder of lists"
)]

use std::fs;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::service::ports::{KeepLists, ListUnkept};
use crate::time::Timestamp;
use crate::trust::{LIST_BYTES, Listing, Look, PIVOT_BYTES, PIVOTS, Pivot};

/// The first word of a file.
const FORM: &str = "sigillum-list/1";
/// That of a file with pivots.
const PIVOTS_FORM: &str = "sigillum-lists/1";
/// Octets of the first line.
const LINE: usize = 64;
/// Octets of the line of a pivot: a list keeps so many of a text.
const PIVOT_LINE: usize = 4_096 + 64;

/// How often, and after which wait each time, a lock that somebody else holds is tried again: 10 s in all. Whoever holds
/// it writes one file.
const TRIES: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(50);

/// A folder of lists.
#[derive(Clone, Debug)]
pub struct ListFolder(PathBuf);

/// A list as it was kept.
#[derive(Clone, Debug)]
pub struct KeptList {
    /// When it was taken up.
    pub taken_at: Timestamp,
    /// The list.
    pub bytes: Arc<[u8]>,
    /// Of a list of lists: the pivots that led to who signed it.
    pub pivots: Vec<Pivot>,
}

impl ListFolder {
    /// The folder at this place; it is made when something is kept.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// What is kept under a name.
    ///
    /// # Errors
    /// Where it cannot be read, or is not of the form.
    pub fn load(&self, name: &str) -> io::Result<Option<KeptList>> {
        let file = match File::open(self.place(name, "list")) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut content = Vec::new();
        let pivots = PIVOTS.saturating_mul(PIVOT_BYTES.saturating_add(PIVOT_LINE));
        let most = LIST_BYTES.saturating_add(u64::try_from(pivots.saturating_add(LINE)).unwrap_or(u64::MAX));
        file.take(most.saturating_add(1)).read_to_end(&mut content)?;
        read(&content).map(Some).ok_or_else(|| io::Error::other("not a list that was kept"))
    }

    /// Whether something is kept under a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.place(name, "list").exists()
    }

    fn keep_list(&self, listing: &Listing) -> io::Result<()> {
        let (Some(list), Some(taken_at)) = (&listing.list, listing.taken_at) else { return Ok(()) };
        let _lock = self.lock(&listing.name)?;
        // What another process kept meanwhile is not replaced by something older.
        if let Ok(Some(kept)) = self.load(&listing.name)
            && let Ok(before) = listing.kept(&kept.pivots, kept.bytes, kept.taken_at)
            && let Some(known) = &before.list
            && (is_no_newer(listing, &before) || list.may_follow(known).is_err())
        {
            return Ok(());
        }
        // Whoever holds the lock is alone here, and writes over what a process left that was ended.
        let beside = self.place(&listing.name, "list-new");
        let pivots = listing.list_of_lists().map_or(&[][..], |lists| &lists.pivots);
        let written = write(&beside, taken_at, pivots, list.bytes()).and_then(|()| {
            fs::rename(&beside, self.place(&listing.name, "list"))?;
            File::open(&self.0)?.sync_all()
        });
        if written.is_err() {
            // What is half written is of no use to anybody.
            let _ = fs::remove_file(&beside);
        }
        written
    }

    pub(super) fn place(&self, name: &str, end: &str) -> PathBuf {
        self.0.join(format!("{name}.{end}"))
    }

    /// Whether this very list is kept already: then nobody has to be able to write.
    fn has_kept(&self, listing: &Listing) -> bool {
        let kept = self.load(&listing.name).ok().flatten();
        let pivots = listing.list_of_lists().map_or(0, |lists| lists.pivots.len());
        kept.zip(listing.list.as_ref())
            .is_some_and(|(kept, list)| *kept.bytes == **list.bytes() && pivots <= kept.pivots.len())
    }

    /// The lock of a list. It ends with its file, also where the process is ended.
    pub(super) fn lock(&self, name: &str) -> io::Result<File> {
        fs::create_dir_all(&self.0)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(self.place(name, "lock"))?;
        for _ in 0..TRIES {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "another process holds the lock of this list"))
    }
}

impl KeepLists for ListFolder {
    fn note(&self, name: &str, look: &Look) -> Result<(), ListUnkept> {
        self.note_look(name, look).map_err(|error| ListUnkept(error.to_string()))
    }

    fn keep(&self, listing: &Listing) -> Result<(), ListUnkept> {
        if self.has_kept(listing) {
            return Ok(());
        }
        self.keep_list(listing).map_err(|error| ListUnkept(error.to_string()))
    }
}

/// Whether a listing has the very list that was kept, and no pivots besides.
fn is_no_newer(listing: &Listing, before: &Listing) -> bool {
    let sha256 = |listing: &Listing| listing.list.as_ref().map(|list| list.sha256().to_owned());
    let pivots = |listing: &Listing| listing.list_of_lists().map_or(0, |lists| lists.pivots.len());
    sha256(listing) == sha256(before) && pivots(listing) <= pivots(before)
}

fn write(place: &Path, taken_at: Timestamp, pivots: &[Pivot], bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(place)?;
    if pivots.is_empty() {
        writeln!(file, "{FORM} {taken_at}")?;
    } else {
        writeln!(file, "{PIVOTS_FORM} {taken_at} {}", pivots.len())?;
    }
    for pivot in pivots {
        writeln!(file, "{} {} {}", pivot.bytes.len(), pivot.taken_at, pivot.location)?;
        file.write_all(&pivot.bytes)?;
        file.write_all(b"\n")?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

fn read(content: &[u8]) -> Option<KeptList> {
    let (line, mut rest) = line(content, LINE)?;
    let mut words = line.split(' ');
    let (form, taken_at) = (words.next()?, Timestamp::from_rfc3339(words.next()?).ok()?);
    let number: usize = match (form, words.next(), words.next()) {
        (FORM, None, None) => 0,
        (PIVOTS_FORM, Some(number), None) => number.parse().ok().filter(|number| *number <= PIVOTS)?,
        _ => return None,
    };
    let mut pivots = Vec::with_capacity(number);
    for _ in 0..number {
        let (head, after) = line_of_pivot(rest)?;
        let bytes = after.get(..head.length)?;
        rest = after.get(head.length..)?.strip_prefix(b"\n")?;
        pivots.push(Pivot { location: head.location, taken_at: head.taken_at, bytes: bytes.into() });
    }
    Some(KeptList { taken_at, bytes: rest.into(), pivots })
}

struct PivotLine {
    length: usize,
    taken_at: Timestamp,
    location: String,
}

fn line_of_pivot(content: &[u8]) -> Option<(PivotLine, &[u8])> {
    let (line, rest) = line(content, PIVOT_LINE)?;
    let mut words = line.splitn(3, ' ');
    let length = words.next()?.parse().ok().filter(|length| *length <= PIVOT_BYTES)?;
    let taken_at = Timestamp::from_rfc3339(words.next()?).ok()?;
    Some((PivotLine { length, taken_at, location: words.next()?.to_owned() }, rest))
}

/// The first line, and what stands after it.
fn line(content: &[u8], most: usize) -> Option<(&str, &[u8])> {
    let end = content.iter().take(most).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(content.get(..end)?).ok()?;
    Some((line, content.get(end.checked_add(1)?..)?))
}
