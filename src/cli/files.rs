//! Files and folders: the only place of the command line that touches the file system, the demo's folder apart. Every
//! read is bounded; a file that is written is there whole or not at all.

#![expect(clippy::disallowed_methods, reason = "this module is where the command line reads files and folders")]

use std::ffi::OsString;
use std::fs;
use std::fs::{File, OpenOptions};
use std::io;
use std::io::Read;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process;
use std::time::SystemTime;

/// How much of a file decides what it is.
pub(super) const HEAD: u64 = 1024;

/// Why a file is not at hand.
#[derive(Debug)]
pub(super) enum ReadFailure {
    /// The system refuses it.
    System(io::Error),
    /// It is longer than allowed; its size, where it is known.
    TooLarge(Option<u64>),
}

impl From<io::Error> for ReadFailure {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Reads a file of at most `limit` bytes. `wanted` sees its first KiB; where it says no, nothing more is read
/// and there is no content.
pub(super) fn read(
    path: &Path,
    limit: u64,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, ReadFailure> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    // A pipe has no size; it is bounded while it is read.
    let size = metadata.is_file().then_some(metadata.len());
    let mut content = Vec::new();
    Read::by_ref(&mut file).take(HEAD.min(limit.saturating_add(1))).read_to_end(&mut content)?;
    if !wanted(&content) {
        return Ok(None);
    }
    if let Some(size) = size {
        if size > limit {
            return Err(ReadFailure::TooLarge(Some(size)));
        }
        let rest = usize::try_from(size).unwrap_or(0).saturating_sub(content.len());
        // One more, so that the end is seen without growing.
        content
            .try_reserve_exact(rest.saturating_add(1))
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    }
    rest(&mut file, limit, content).map(Some)
}

/// Reads standard input, at most `limit` bytes.
pub(super) fn read_standard_input(limit: u64) -> Result<Vec<u8>, ReadFailure> {
    rest(&mut io::stdin().lock(), limit, Vec::new())
}

fn rest(source: &mut impl Read, limit: u64, mut content: Vec<u8>) -> Result<Vec<u8>, ReadFailure> {
    let length = |content: &[u8]| u64::try_from(content.len()).unwrap_or(u64::MAX);
    let left = limit.saturating_add(1).saturating_sub(length(&content));
    source.take(left).read_to_end(&mut content)?;
    if length(&content) > limit { Err(ReadFailure::TooLarge(None)) } else { Ok(content) }
}

/// What changes where a file is changed: when it was, its size, and on Unix the file itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    number: u64,
}

/// The stamp of a file.
pub(super) fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let number = 0;
    Ok(Stamp { modified: metadata.modified().ok(), size: metadata.len(), number })
}

/// Whether a path names a folder (also through a link).
pub(super) fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Whether a path names a file (also through a link).
pub(super) fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether anything is at a path, also a link that leads nowhere.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Makes a folder where there is none. Fails with [`io::ErrorKind::AlreadyExists`] where something else is there.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_folder(path) => Ok(()),
        made => made,
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Files, and links to files, in byte order of the path.
    pub(super) files: Vec<PathBuf>,
    /// Folders that could not be read.
    pub(super) unreadable: Vec<(PathBuf, io::Error)>,
    /// How many entries are neither file nor folder, or are links to folders, which are not followed.
    pub(super) skipped: u64,
}

/// Walks a folder with all folders in it.
pub(super) fn walk(folder: &Path) -> Walk {
    let mut walk = Walk::default();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if let Err(error) = enter(&folder, &mut walk, &mut open) {
            walk.unreadable.push((folder, error));
        }
    }
    walk.files.sort_unstable_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    walk
}

fn enter(folder: &Path, walk: &mut Walk, open: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            open.push(entry.path());
        } else if kind.is_file() {
            walk.files.push(entry.path());
        } else if kind.is_symlink() {
            // A link that leads nowhere is listed, so that somebody hears of it.
            match fs::metadata(entry.path()) {
                Ok(target) if !target.is_file() => walk.skipped = walk.skipped.saturating_add(1),
                Ok(_) | Err(_) => walk.files.push(entry.path()),
            }
        } else {
            walk.skipped = walk.skipped.saturating_add(1);
        }
    }
    Ok(())
}

/// A file that is to be written: first beside its place, then moved there, where nothing may be yet.
#[derive(Debug)]
pub(super) struct Output {
    file: File,
    beside: PathBuf,
    place: PathBuf,
}

impl Output {
    /// Prepares to write `place`. Fails with [`io::ErrorKind::AlreadyExists`] where something is there.
    pub(super) fn prepare(place: &Path) -> io::Result<Self> {
        if is_there(place) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        for attempt in 0..100 {
            let mut beside = OsString::from(".");
            beside.push(name);
            beside.push(format!(".{}-{attempt}", process::id()));
            let beside = place.with_file_name(beside);
            match OpenOptions::new().write(true).create_new(true).open(&beside) {
                Ok(file) => return Ok(Self { file, beside, place: place.to_owned() }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("no free name beside the file"))
    }

    /// The number of the user who writes, where the system has such numbers.
    pub(super) fn user(&self) -> Option<u32> {
        #[cfg(unix)]
        return self.file.metadata().ok().map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata));
        #[cfg(not(unix))]
        None
    }

    /// Writes the content and puts the file in its place, where still nothing may be.
    pub(super) fn publish(mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.sync_all()?;
        match fs::hard_link(&self.beside, &self.place) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // A file system without links: between the look and the move somebody else could come.
            Err(_) if is_there(&self.place) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(&self.beside, &self.place),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Where it was moved, it is gone already; where it cannot be removed, it is whole or empty under its own name.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("out.pdf");
        drop(Output::prepare(&place).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let (first, second) = (Output::prepare(&place).unwrap(), Output::prepare(&place).unwrap());
        assert_eq!(first.user(), Some(std::os::unix::fs::MetadataExt::uid(&fs::metadata(folder.path()).unwrap())));
        first.publish(b"first").unwrap();
        assert_eq!(second.publish(b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&place).unwrap(), b"first");
        assert_eq!(Output::prepare(&place).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Output::prepare(&folder.path().join("gone").join("out.pdf")).is_err());
        assert!(Output::prepare(Path::new("/")).is_err());
    }

    #[test]
    fn a_folder_is_made_once_and_takes_no_place_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("out");
        make_folder(&place).unwrap();
        make_folder(&place).unwrap();
        assert!(is_folder(&place) && is_there(&place));
        let file = folder.path().join("file");
        fs::write(&file, b"x").unwrap();
        assert_eq!(make_folder(&file).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(make_folder(&folder.path().join("gone").join("out")).is_err());
    }
}
