//! The embedded default: a demo that `sigillum serve` makes in its data folder and that every command uses which is
//! given no configuration. It is an ordinary configuration with what it names; everything in it says DEMO.
//!
//! It is made once and never made anew by itself: what has expired is said, with the folder to delete. Only the CRLs of its
//! CAs are issued anew, whenever it is used to serve, to seal or to validate and while it serves; and what a demo of an
//! earlier version lacks is added then.

mod console;
mod crl;
mod folder;
mod lacking;
mod list;
mod pair;
mod pki;
mod qualified;
mod sample;
mod sealed;
mod settings;
mod stamp;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files;
use super::files::ReadFailure;
use crate::crypto::{DigestAlgorithm, SystemRandomness, digest};
use crate::pki::Certificate;
use crate::time::Timestamp;

pub(super) use console::{Lines, lines};

/// The folder of the demo in the data folder. The journal is beside it, so that it stays where the demo is deleted.
const FOLDER: &str = "demo";

/// The journal in the data folder.
pub(super) const JOURNAL: &str = "journal.sqlite";

/// Its configuration.
const CONFIGURATION: &str = "sigillum.toml";

/// The certificates whose end is the end of the demo.
const CERTIFICATES: [&str; 5] = ["root.pem", "issuing.pem", "seal.pem", "tls-root.pem", "tls.pem"];

/// How long before its end the demo begins to say so: 30 days.
const WARNING_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Bytes of a file of the demo.
const FILE_BYTES: u64 = 1 << 20;

/// A demo that is there and valid.
#[derive(Clone, Debug)]
pub(super) struct Demo {
    /// Where it is.
    pub(super) folder: PathBuf,
    /// Whether it was made just now.
    pub(super) made: bool,
    /// When it ends, where that is soon.
    pub(super) ends_soon: Option<Timestamp>,
}

/// Why there is no demo to be used.
#[derive(Debug)]
pub(super) enum DemoError {
    /// There is none in this folder.
    Missing,
    /// It ended.
    Expired(Timestamp),
    /// The system refuses something.
    System(io::Error),
    /// It could not be made, or what is there is not what was made: what.
    Broken(String),
}

impl Demo {
    /// Its configuration.
    pub(super) fn configuration(&self) -> PathBuf {
        self.folder.join(CONFIGURATION)
    }
}

/// Where a demo is in a data folder.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// The configuration of a demo, where there is one, whether it has ended or not.
pub(super) fn configuration(data: &Path) -> Result<Option<PathBuf>, DemoError> {
    let file = folder(data).join(CONFIGURATION);
    Ok(folder::is_file(&file)?.then_some(file))
}

/// The demo of a data folder; makes it where there is none.
pub(super) fn make_or_use(data: &Path, now: Timestamp) -> Result<Demo, DemoError> {
    let made = folder::make_once(data, FOLDER, || files(now))?;
    in_use(data, now).map(|demo| Demo { made, ..demo })
}

/// The demo of a data folder, where there is one, to be used: with CRLs that hold for a while, and all that a demo of this
/// version has.
pub(super) fn in_use(data: &Path, now: Timestamp) -> Result<Demo, DemoError> {
    let demo = existing(data, now)?;
    crl::renew(data, &demo.folder, now)?;
    lacking::add(data, &demo.folder, now)?;
    Ok(demo)
}

/// Issues the CRLs of a demo anew where it is time. Says how many.
pub(super) fn renew(data: &Path, now: Timestamp) -> Result<usize, DemoError> {
    crl::renew(data, &folder(data), now)
}

/// The demo of a data folder, where there is one.
pub(super) fn existing(data: &Path, now: Timestamp) -> Result<Demo, DemoError> {
    if configuration(data)?.is_none() {
        return Err(DemoError::Missing);
    }
    let folder = folder(data);
    let ends = ends(&folder)?;
    if ends < now {
        return Err(DemoError::Expired(ends));
    }
    let ends_soon = (ends < now.plus_seconds(WARNING_SECONDS)).then_some(ends);
    Ok(Demo { folder, made: false, ends_soon })
}

/// The first end of all certificates.
fn ends(folder: &Path) -> Result<Timestamp, DemoError> {
    let mut ends: Option<Timestamp> = None;
    for name in CERTIFICATES {
        for certificate in certificates(&folder.join(name))? {
            let end = certificate.not_after();
            ends = Some(ends.map_or(end, |ends| ends.min(end)));
        }
    }
    ends.ok_or_else(|| DemoError::Broken(CERTIFICATES.join(", ")))
}

fn certificates(file: &Path) -> Result<Vec<Arc<Certificate>>, DemoError> {
    pair::certificates(&read(file)?).ok_or_else(|| DemoError::Broken(file.display().to_string()))
}

/// A file of the demo.
fn read(file: &Path) -> Result<Vec<u8>, DemoError> {
    match files::read(file, FILE_BYTES, |_| true) {
        Ok(content) => Ok(content.unwrap_or_default()),
        Err(ReadFailure::System(error)) => Err(DemoError::System(error)),
        Err(ReadFailure::TooLarge(_)) => Err(DemoError::Broken(file.display().to_string())),
    }
}

/// The files of a new demo.
fn files(now: Timestamp) -> Result<Vec<(&'static str, Vec<u8>)>, DemoError> {
    let pki = pki::make(now).map_err(|error| DemoError::Broken(error.to_string()))?;
    let sample = sample::make().map_err(|error| DemoError::Broken(error.to_string()))?;
    let token = token()?;
    let sha256 = digest(DigestAlgorithm::Sha256, token.as_bytes()).to_string();
    let mut files = vec![
        ("root.pem", pki.root.into_bytes()),
        ("root.key", pki.root_key.into_bytes()),
        ("root.crl", pki.root_crl.into_bytes()),
        ("issuing.pem", pki.issuing.clone().into_bytes()),
        ("issuing.key", pki.issuing_key.into_bytes()),
        ("issuing.crl", pki.issuing_crl.into_bytes()),
        ("seal.pem", format!("{}{}", pki.seal, pki.issuing).into_bytes()),
        ("seal.key", pki.seal_key.into_bytes()),
        ("tls-root.pem", pki.tls_root.into_bytes()),
        ("tls.pem", pki.tls.into_bytes()),
        ("tls.key", pki.tls_key.into_bytes()),
        ("token", token.into_bytes()),
        ("sample.pdf", sample),
        (CONFIGURATION, settings::text(&sha256).into_bytes()),
    ];
    let has = |wanted: &str| {
        let found = files.iter().find(|(name, _)| *name == wanted);
        Ok(found.map(|(_, content)| content.clone()))
    };
    let more = lacking::made(&has, now)?;
    files.extend(more);
    Ok(files)
}

/// A bearer token: 256 random bits, as hexadecimal digits.
fn token() -> Result<String, DemoError> {
    #[expect(clippy::disallowed_methods, reason = "the demo's token is drawn here")]
    let random = SystemRandomness::new();
    let octets: [u8; 32] = random.octets().map_err(|error| DemoError::Broken(error.to_string()))?;
    Ok(octets.iter().map(|octet| format!("{octet:02x}")).collect())
}

impl From<io::Error> for DemoError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no demo"),
            Self::Expired(since) => write!(f, "expired on {since}"),
            Self::System(error) => error.fmt(f),
            Self::Broken(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_is_made_once_warns_and_ends() {
        let temporary = tempfile::tempdir().unwrap();
        let now = Timestamp::from_rfc3339("2026-11-21T12:00:00Z").unwrap();
        assert!(matches!(existing(temporary.path(), now), Err(DemoError::Missing)));
        let first = make_or_use(temporary.path(), now).unwrap();
        assert!(first.made && first.ends_soon.is_none());
        let token = files::read(&first.folder.join("token"), 1000, |_| true).unwrap().unwrap();
        assert!(token.len() == 64 && token.iter().all(u8::is_ascii_hexdigit), "no line end: it goes into a header");
        let again = make_or_use(temporary.path(), now).unwrap();
        assert!(!again.made);
        assert_eq!(files::read(&again.folder.join("token"), 1000, |_| true).unwrap().unwrap(), token);

        let end = now.plus_seconds(pki::VALIDITY_SECONDS);
        let before = end.plus_seconds(-WARNING_SECONDS);
        assert!(existing(temporary.path(), before).unwrap().ends_soon.is_none());
        assert_eq!(existing(temporary.path(), before.plus_seconds(1)).unwrap().ends_soon, Some(end));
        assert!(existing(temporary.path(), end).is_ok());
        let late = make_or_use(temporary.path(), end.plus_seconds(1));
        assert!(matches!(late, Err(DemoError::Expired(at)) if at == end));
    }

    #[test]
    fn what_is_not_what_was_made_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let now = Timestamp::from_unix(1_800_000_000);
        let demo = make_or_use(temporary.path(), now).unwrap();
        std::fs::remove_file(demo.folder.join("tls.pem")).unwrap();
        assert!(matches!(existing(temporary.path(), now), Err(DemoError::System(_))));
        #[expect(clippy::disallowed_methods, reason = "the test breaks a file")]
        std::fs::write(demo.folder.join("tls.pem"), "nothing").unwrap();
        assert!(matches!(existing(temporary.path(), now), Err(DemoError::Broken(_))));
    }
}
