//! The cache's folder: a file for each piece, named after the question that it answers.
//!
//! A file is a line with the form, the question, the end of its life, its length and the SHA-256 of all of that and the
//! content; then the content. It is written beside and moved to its place, so it is there whole or not at all. What is
//! damaged, has ended or is of another form is deleted and not used; that is never an error. Several processes may
//! share a folder; its bound then holds for what each of them sees.

#![expect(clippy::disallowed_methods, reason = "this module is the adapter that reads and writes the cache folder")]

use std::fs;
use std::fs::File;
use std::io;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::crypto::{DigestAlgorithm, DigestState};
use crate::limits::GatherLimits;
use crate::syntax::hex::hex;
use crate::time::Timestamp;

/// The form, at the head of each file.
const FORM: &str = "sigillum-evidence/1";

/// The end of each file's name, and of one that is being written.
const ENDING: &str = ".evidence";
const UNFINISHED: &str = ".unfinished";

/// Octets of a head.
const HEAD_LENGTH: usize = 512;

/// Files at most.
const FILES: usize = 20_000;

/// A piece with the end of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) until: Timestamp,
    pub(super) content: Vec<u8>,
}

/// The folder.
#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    most_bytes: u64,
    /// Bytes in the folder as far as is known; counted when first written to.
    size: Mutex<Option<u64>>,
}

impl Disk {
    pub(super) fn new(folder: PathBuf, most_bytes: u64) -> Self {
        Self { folder, most_bytes, size: Mutex::new(None) }
    }

    /// The piece that answers a question, where its life has not ended.
    pub(super) fn read(&self, question: [u8; 32], now: Timestamp) -> Option<Entry> {
        let path = self.path(question);
        let most = GatherLimits::CRL_BYTES.saturating_add(1 << 10);
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(most).read_to_end(&mut bytes)).ok()?;
        let entry = parse(question, &bytes).filter(|entry| now < entry.until);
        if entry.is_none() {
            self.drop_damaged(question);
        }
        entry
    }

    /// Deletes what is no good.
    pub(super) fn drop_damaged(&self, question: [u8; 32]) {
        // Where it cannot be deleted it is not used all the same.
        let _ = fs::remove_file(self.path(question));
    }

    /// Writes a piece.
    pub(super) fn write(&self, question: [u8; 32], entry: &Entry, now: Timestamp) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let head = head(question, entry);
        let path = self.path(question);
        let unfinished = self.folder.join(format!("{}-{}{UNFINISHED}", hex(&question), std::process::id()));
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(head.as_bytes())?;
            file.write_all(&entry.content)?;
            fs::rename(&unfinished, &path)
        });
        if let Err(error) = written {
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        let added = u64::try_from(head.len().saturating_add(entry.content.len())).unwrap_or(u64::MAX);
        *size = match *size {
            Some(before) if before.saturating_add(added) <= self.most_bytes => Some(before.saturating_add(added)),
            _ => Some(self.tidy(now)?),
        };
        Ok(())
    }

    /// Deletes what is no good any more, and then the oldest until the rest fits; the bytes that are left.
    fn tidy(&self, now: Timestamp) -> io::Result<u64> {
        let mut files: Vec<(SystemTime, PathBuf, u64)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !name.ends_with(ENDING) && !name.ends_with(UNFINISHED) {
                continue;
            }
            let Ok(about) = entry.metadata() else { continue };
            let modified = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if name.ends_with(UNFINISHED) {
                // Of a process that ended; one that is at work takes less than a minute.
                if modified.elapsed().is_ok_and(|age| age.as_secs() > 60) {
                    let _ = fs::remove_file(entry.path());
                }
            } else if end(&entry.path()).is_none_or(|until| until <= now) {
                let _ = fs::remove_file(entry.path());
            } else {
                files.push((modified, entry.path(), about.len()));
            }
        }
        files.sort();
        let mut size: u64 = files.iter().map(|(.., length)| length).sum();
        let mut left = files.len();
        for (_, path, length) in files {
            if size <= self.most_bytes && left <= FILES {
                break;
            }
            let _ = fs::remove_file(path);
            size = size.saturating_sub(length);
            left = left.saturating_sub(1);
        }
        Ok(size)
    }

    fn path(&self, question: [u8; 32]) -> PathBuf {
        self.folder.join(format!("{}{ENDING}", hex(&question)))
    }
}

fn head(question: [u8; 32], entry: &Entry) -> String {
    let facts = facts(question, entry);
    let mut state = DigestState::new(DigestAlgorithm::Sha256);
    state.update(facts.as_bytes());
    state.update(&entry.content);
    format!("{facts} {}\n", state.finish())
}

fn facts(question: [u8; 32], entry: &Entry) -> String {
    format!("{FORM} {} {} {}", hex(&question), entry.until, entry.content.len())
}

/// The piece in a file, where all of it is as it was written.
fn parse(question: [u8; 32], bytes: &[u8]) -> Option<Entry> {
    let end = bytes.iter().take(HEAD_LENGTH).position(|octet| *octet == b'\n')?;
    let (line, content) = (bytes.get(..=end)?, bytes.get(end.checked_add(1)?..)?);
    let entry = Entry { until: until(std::str::from_utf8(line).ok()?)?, content: content.to_vec() };
    (head(question, &entry).as_bytes() == line).then_some(entry)
}

fn until(line: &str) -> Option<Timestamp> {
    Timestamp::from_rfc3339(line.split(' ').nth(2)?).ok()
}

/// The end of life that a file states.
fn end(path: &Path) -> Option<Timestamp> {
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(256).read_to_end(&mut start)).ok()?;
    until(String::from_utf8_lossy(&start).lines().next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_780_000_000);

    fn entry(seconds: i64, length: usize) -> Entry {
        Entry { until: NOW.plus_seconds(seconds), content: vec![7; length] }
    }

    #[test]
    fn a_piece_is_there_until_its_life_ends() {
        let folder = tempfile::tempdir().unwrap();
        let disk = || Disk::new(folder.path().join("cache"), 1 << 20);
        assert_eq!(disk().read([1; 32], NOW), None);
        disk().write([1; 32], &entry(60, 100), NOW).unwrap();
        assert_eq!(disk().read([1; 32], NOW), Some(entry(60, 100)));
        assert_eq!(disk().read([2; 32], NOW), None);
        assert_eq!(disk().read([1; 32], NOW.plus_seconds(60)), None);
        assert_eq!(disk().read([1; 32], NOW), None, "it was deleted");
    }

    #[test]
    fn every_damage_is_noticed_and_the_file_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path().to_owned(), 1 << 20);
        disk.write([1; 32], &entry(60, 40), NOW).unwrap();
        let whole = fs::read(disk.path([1; 32])).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(disk.path([1; 32]), &damaged).unwrap();
            assert_eq!(disk.read([1; 32], NOW), None, "octet {at}");
            assert!(!disk.path([1; 32]).exists());
            fs::write(disk.path([1; 32]), &whole[..at]).unwrap();
            assert_eq!(disk.read([1; 32], NOW), None, "cut at {at}");
        }
        // The answer to another question under this name.
        fs::write(disk.path([2; 32]), &whole).unwrap();
        assert_eq!(disk.read([2; 32], NOW), None);
    }

    #[test]
    fn the_folder_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path().to_owned(), 10_000);
        fs::write(folder.path().join("note.txt"), "not ours").unwrap();
        disk.write([0; 32], &entry(1, 10), NOW).unwrap();
        for number in 1..50 {
            disk.write([number; 32], &entry(60, 900), NOW.plus_seconds(2)).unwrap();
        }
        let files = || fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        let size: u64 = files().map(|file| file.metadata().unwrap().len()).sum();
        assert!(size <= 10_000 + 8, "{size}");
        assert!(files().count() > 5 && folder.path().join("note.txt").exists());
        assert!(!disk.path([0; 32]).exists(), "it had ended");
        assert!(disk.path([49; 32]).exists());
    }
}
