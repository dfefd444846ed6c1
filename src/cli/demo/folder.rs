//! The folder of the demo, made once: under a lock, beside its place, and moved there when all of it is written. A
//! folder that was left half made is never used. Nobody but its owner can read it.

#![expect(clippy::disallowed_methods, reason = "this module is where the demo is written")]

use std::ffi::OsString;
use std::fs;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::io::Write;
use std::path::Path;

/// The place beside the folder, while it is made.
const UNFINISHED: &str = ".demo-unfinished";

/// Held while the folder is made.
const LOCK: &str = ".lock";

/// Whether a file is there.
pub(super) fn is_file(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes `parent`/`name` with these files, unless it is there: then nothing is made, and the answer is no. `files` is
/// asked only where they are needed.
pub(super) fn make_once<E: From<io::Error>>(
    parent: &Path,
    name: &str,
    files: impl FnOnce() -> Result<Vec<(&'static str, Vec<u8>)>, E>,
) -> Result<bool, E> {
    folder(parent, true)?;
    locked(parent, || {
        let place = parent.join(name);
        if fs::symlink_metadata(&place).is_ok() {
            return Ok(false);
        }
        let unfinished = parent.join(UNFINISHED);
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let files = files()?;
        folder(&unfinished, false)?;
        for (name, content) in files {
            write(&unfinished.join(name), &content)?;
        }
        File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &place)?;
        File::open(parent)?.sync_all()?;
        Ok(true)
    })
}

/// Does something that no other process does in this data folder at the same time.
pub(super) fn locked<T, E: From<io::Error>>(parent: &Path, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(parent.join(LOCK))?;
    lock.lock()?;
    work()
}

/// Puts a file with this content in the place of one that is there, at once and for good. Under the lock.
pub(super) fn replace(place: &Path, content: &[u8]) -> io::Result<()> {
    let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let mut beside = OsString::from(".new-");
    beside.push(name);
    let beside = folder.join(beside);
    // What a process that was ended left here is nobody's.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write(&beside, content)?;
    fs::rename(&beside, place)?;
    File::open(folder)?.sync_all()
}

fn folder(path: &Path, with_parents: bool) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(with_parents);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn files(count: &Cell<u32>) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
        count.set(count.get() + 1);
        Ok(vec![("a", b"1".to_vec())])
    }

    #[test]
    fn a_folder_is_made_once_and_is_the_owners() {
        let temporary = tempfile::tempdir().unwrap();
        let parent = temporary.path().join("new").join("er");
        let count = Cell::new(0);
        assert!(make_once(&parent, "demo", || files(&count)).unwrap());
        assert!(!make_once(&parent, "demo", || files(&count)).unwrap());
        assert_eq!(count.get(), 1);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&parent), mode(&parent.join("demo")), mode(&parent.join("demo/a"))),
            (0o700, 0o700, 0o600)
        );
        assert!(!parent.join(UNFINISHED).exists());
    }

    #[test]
    fn what_was_left_half_made_is_not_used_and_goes_away() {
        let temporary = tempfile::tempdir().unwrap();
        let parent = temporary.path();
        let broken = make_once(parent, "demo", || Err::<Vec<_>, _>(io::Error::other("no")));
        assert!(broken.is_err() && !parent.join("demo").exists());
        fs::create_dir(parent.join(UNFINISHED)).unwrap();
        fs::write(parent.join(UNFINISHED).join("half"), "x").unwrap();
        assert!(make_once(parent, "demo", || files(&Cell::new(0))).unwrap());
        let names: Vec<_> =
            fs::read_dir(parent.join("demo")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a"]);
    }

    #[test]
    fn a_file_is_replaced_whole_and_stays_the_owners() {
        let temporary = tempfile::tempdir().unwrap();
        let place = temporary.path().join("a.crl");
        write(&place, b"old").unwrap();
        // Left by one that was ended.
        fs::write(temporary.path().join(".new-a.crl"), "half").unwrap();
        replace(&place, b"new").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_at_once_make_one() {
        let temporary = tempfile::tempdir().unwrap();
        let made = std::thread::scope(|scope| {
            let each = || make_once(temporary.path(), "demo", || files(&Cell::new(0))).unwrap();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(each)).collect();
            threads.into_iter().filter(|_| true).map(|thread| thread.join().unwrap()).filter(|made| *made).count()
        });
        assert_eq!(made, 1);
    }
}
