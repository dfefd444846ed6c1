//! What the caller trusts and gives as evidence: files with certificates, CRLs and OCSP responses, and evidence bundles.
//!
//! A file that cannot be used in whole is refused ([`service::Given`]). Nothing is verified here; an anchor is believed
//! because the caller says so.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::system_error;
use super::files;
use super::files::ReadFailure;
use crate::crypto::{Digest, DigestAlgorithm};
use crate::limits::Limits;
use crate::reporting::{Label, Show, Texts};
use crate::service;
use crate::service::{Given, GivenContent, Unusable};
use crate::syntax::hex::octets;
use crate::time::Timestamp;
use crate::trust::{LIST_BYTES, ListSigner, Listing, Refusal, Scheme, TrustAnchor, VerifiedTrustList};
use crate::validation::bundle;
use crate::validation::bundle::{Bundle, BundleError};

/// Bytes of one such file: 16 MiB, some times the largest CRL of the Swiss issuers.
const FILE_BYTES: u64 = 16 << 20;

/// Bytes of a file that may be an evidence bundle.
const BUNDLE_BYTES: u64 = bundle::MAXIMUM_BYTES;

/// Bytes of a password. ISO 32000-2 §7.6.4.3.3 uses the first 127 of them.
const PASSWORD_BYTES: u64 = 1024;

/// Why a file cannot be used.
enum Refused {
    Read(ReadFailure),
    Content(Unusable),
    List(Refusal),
    ListOfLists,
}

/// The certificates of these files, as anchors.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn anchors(files: &[PathBuf], texts: &Texts) -> Result<Vec<TrustAnchor>, String> {
    let mut anchors = Vec::new();
    for file in files {
        let refuse = |refused| sentence("--trust-anchor", file, refused, texts);
        let content = content(file).map_err(refuse)?;
        let certificates =
            service::certificates(&content).map_err(|unusable| refuse(Refused::Content(unusable)))?;
        anchors.extend(certificates.into_iter().map(|certificate| TrustAnchor { certificate, sunset: None }));
    }
    Ok(anchors)
}

/// The trust lists in these files, each verified with the signer at its place: a fingerprint, or the file of a
/// certificate.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn lists(
    files: &[PathBuf],
    signers: &[OsString],
    now: Timestamp,
    texts: &Texts,
) -> Result<Vec<Listing>, String> {
    if files.len() != signers.len() {
        return Err(texts.label(Label::ListWithoutSigner).to_owned());
    }
    let mut lists = Vec::with_capacity(files.len());
    for (file, signer) in files.iter().zip(signers) {
        let pins = pins(signer).map_err(|refused| sentence(LIST_SIGNER, Path::new(signer), refused, texts))?;
        let refuse = |refused| sentence("--trust-list", file, refused, texts);
        let read = files::read(file, LIST_BYTES, |_| true).map(Option::unwrap_or_default);
        let bytes: Arc<[u8]> = read.map_err(|failure| refuse(Refused::Read(failure)))?.into();
        // What is no list of any scheme is refused by the first.
        let scheme = VerifiedTrustList::claimed_scheme(&bytes).unwrap_or(Scheme::Ch);
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let listing = Listing::new(name, scheme, pins).restored(bytes, now);
        let listing = listing.map_err(|refusal| refuse(Refused::List(refusal)))?;
        // No service stands in it: who gives it expects what does not follow.
        if listing.list.as_ref().is_some_and(|list| list.list().is_list_of_lists()) {
            return Err(refuse(Refused::ListOfLists));
        }
        lists.push(listing);
    }
    Ok(lists)
}

const LIST_SIGNER: &str = "--trust-list-signer";

/// The pin that a text is: a SHA-256 in hexadecimal digits, else the file of certificates.
fn pins(signer: &OsStr) -> Result<Vec<ListSigner>, Refused> {
    let fingerprint = signer.to_str().and_then(octets);
    if let Some(sha256) = fingerprint.and_then(|octets| Digest::from_bytes(DigestAlgorithm::Sha256, &octets)) {
        return Ok(vec![ListSigner { sha256, from: None, until: None }]);
    }
    let content = content(Path::new(signer))?;
    let certificates = service::certificates(&content).map_err(Refused::Content)?;
    Ok(certificates.iter().map(|certificate| ListSigner::of(certificate)).collect())
}

/// The evidence in these files.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn evidence(files: &[PathBuf], limits: &Limits, texts: &Texts) -> Result<Given, String> {
    let mut given = Given::default();
    for file in files {
        let refuse = |refused| sentence("--evidence", file, refused, texts);
        let content = evidence_content(file).map_err(refuse)?;
        given.take(&content, limits).map_err(|unusable| refuse(Refused::Content(unusable)))?;
    }
    Ok(given)
}

/// The evidence bundle in a file, to judge again from it.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn bundle(file: &Path, texts: &Texts) -> Result<Bundle, String> {
    let refuse = |refused| sentence("--replay", file, refused, texts);
    let content = files::read(file, BUNDLE_BYTES, |_| true).map(Option::unwrap_or_default);
    let content = content.map_err(|failure| refuse(Refused::Read(failure)))?;
    Bundle::read(&content).map_err(|error| refuse(Refused::Content(Unusable::Bundle(error))))
}

/// What detached XML signatures sign: `FILE`, whose name is that of the file, or `NAME=FILE`.
///
/// # Errors
/// A sentence on why a file cannot be read.
pub(super) fn contents(given: &[OsString], limits: &Limits, texts: &Texts) -> Result<Vec<GivenContent>, String> {
    let mut contents = Vec::with_capacity(given.len());
    for one in given {
        let named = one.to_str().and_then(|text| text.split_once('='));
        let (name, file) = match named {
            Some((name, file)) => (Some(name.to_owned()), Path::new(file)),
            None => {
                let file = Path::new(one);
                (file.file_name().and_then(OsStr::to_str).map(str::to_owned), file)
            }
        };
        let read = files::read(file, limits.file_bytes, |_| true).map(Option::unwrap_or_default);
        let bytes = read.map_err(|failure| sentence("--content", file, Refused::Read(failure), texts))?;
        contents.push(GivenContent { name, bytes });
    }
    Ok(contents)
}

/// The password of the options `--password` and `--password-file`, of which at most one is given.
///
/// # Errors
/// A sentence on why a file has none.
pub(super) fn given_password(
    text: Option<&OsStr>,
    file: Option<&Path>,
    texts: &Texts,
) -> Result<Option<Vec<u8>>, String> {
    match (text, file) {
        (Some(text), _) => Ok(Some(text.as_encoded_bytes().to_vec())),
        (None, Some(file)) => password(file, texts).map(Some),
        (None, None) => Ok(None),
    }
}

/// The password in a file, or on standard input where the file is `-`; one line end after it is not part of it.
///
/// # Errors
/// A sentence on why there is none.
fn password(file: &Path, texts: &Texts) -> Result<Vec<u8>, String> {
    let content = if file.as_os_str() == "-" {
        files::read_standard_input(PASSWORD_BYTES)
    } else {
        files::read(file, PASSWORD_BYTES, |_| true).map(Option::unwrap_or_default)
    };
    let mut password =
        content.map_err(|failure| sentence("--password-file", file, Refused::Read(failure), texts))?;
    if password.last() == Some(&b'\n') {
        password.pop();
        if password.last() == Some(&b'\r') {
            password.pop();
        }
    }
    Ok(password)
}

fn content(file: &Path) -> Result<Vec<u8>, Refused> {
    files::read(file, FILE_BYTES, |_| true).map(Option::unwrap_or_default).map_err(Refused::Read)
}

/// Evidence bundles may be larger than other files.
fn evidence_content(file: &Path) -> Result<Vec<u8>, Refused> {
    let content =
        files::read(file, BUNDLE_BYTES, |_| true).map(Option::unwrap_or_default).map_err(Refused::Read)?;
    let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
    if size > FILE_BYTES && !bundle::is_bundle(&content) {
        return Err(Refused::Read(ReadFailure::TooLarge(Some(size))));
    }
    Ok(content)
}

fn sentence(option: &str, file: &Path, refused: Refused, texts: &Texts) -> String {
    let reason = match refused {
        Refused::Read(ReadFailure::System(error)) => texts.document_error(&system_error(&error), Show::Visible),
        Refused::Read(ReadFailure::TooLarge(_)) => {
            let maximum = match option {
                "--password-file" => PASSWORD_BYTES,
                "--replay" => BUNDLE_BYTES,
                "--content" => Limits::DEFAULT.file_bytes,
                "--trust-list" => LIST_BYTES,
                _ => FILE_BYTES,
            };
            texts.fill(Label::FileTooLarge, &[("maximum", maximum.to_string())])
        }
        Refused::Content(Unusable::NotPemOrDer) => texts.label(Label::NotPemOrDer).to_owned(),
        Refused::Content(Unusable::Object(number)) => {
            texts.fill(Label::UnusableObject, &[("number", number.to_string())])
        }
        Refused::Content(Unusable::Bundle(error)) => refused_bundle(&error, texts),
        Refused::ListOfLists => texts.label(Label::ListOfListsGiven).to_owned(),
        Refused::List(refusal) => texts.fill(Label::UnusableList, &[("cause", refusal.to_string())]),
    };
    let file = file.to_string_lossy().into_owned();
    texts.fill(Label::UnusableFile, &[("option", option.to_owned()), ("file", file), ("reason", reason)])
}

fn refused_bundle(error: &BundleError, texts: &Texts) -> String {
    match error {
        BundleError::NotABundle => texts.label(Label::BundleNone).to_owned(),
        BundleError::UnknownVersion(version) => texts.fill(Label::BundleVersion, &[("version", version.clone())]),
        BundleError::Damaged => texts.label(Label::BundleDamaged).to_owned(),
        other => texts.fill(Label::BundleUnusable, &[("cause", other.to_string())]),
    }
}
