//! Reads the files of a key: bounded, overwritten when dropped, and, where they hold a secret, closed to others.
//!
//! On systems without Unix modes nothing is known of who may read a file, and nothing is refused for it.

#![expect(clippy::disallowed_methods, reason = "this module is where the key store reads files")]

use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::error::FileFault;
use super::error::KeystoreFault;

/// The longest file that is read: a PKCS #12 file with a chain has some 10 KiB.
const LONGEST: u64 = 1 << 20;

/// What a file that holds a secret contains. Only its owner may have rights on it.
pub(super) fn secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeystoreFault> {
    read(path, closed_to_others).map_err(|fault| KeystoreFault::File { path: path.to_owned(), fault })
}

/// What a file that anybody may read contains.
pub(super) fn public(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeystoreFault> {
    read(path, |_| Ok(())).map_err(|fault| KeystoreFault::File { path: path.to_owned(), fault })
}

fn read(
    path: &Path,
    allowed: impl Fn(&fs::Metadata) -> Result<(), FileFault>,
) -> Result<Zeroizing<Vec<u8>>, FileFault> {
    // Asked before it is opened, since opening a pipe waits, and again of what was opened.
    if !fs::metadata(path).map_err(FileFault::System)?.is_file() {
        return Err(FileFault::NotAFile);
    }
    let file = File::open(path).map_err(FileFault::System)?;
    let metadata = file.metadata().map_err(FileFault::System)?;
    if !metadata.is_file() {
        return Err(FileFault::NotAFile);
    }
    allowed(&metadata)?;
    if metadata.len() > LONGEST {
        return Err(FileFault::TooLarge(LONGEST));
    }
    // With room from the start, so that growing leaves no copy behind.
    let room = usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1);
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    file.take(LONGEST.saturating_add(1)).read_to_end(&mut content).map_err(FileFault::System)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(FileFault::TooLarge(LONGEST));
    }
    Ok(content)
}

#[cfg(unix)]
fn closed_to_others(metadata: &fs::Metadata) -> Result<(), FileFault> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(FileFault::OpenToOthers(mode)) }
}

#[cfg(not(unix))]
fn closed_to_others(_metadata: &fs::Metadata) -> Result<(), FileFault> {
    Ok(())
}
