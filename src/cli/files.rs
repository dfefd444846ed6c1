//! Files and folders: the only place of the command line that touches the file system. Every read is bounded.

#![expect(clippy::disallowed_methods, reason = "this module is where the command line reads files and folders")]

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    file.by_ref().take(HEAD.min(limit.saturating_add(1))).read_to_end(&mut content)?;
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

/// Whether a path names a folder (also through a link).
pub(super) fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
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
