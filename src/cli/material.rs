//! What the caller trusts and gives as evidence: files with certificates, CRLs and OCSP responses.
//!
//! A file that cannot be used in whole is refused, also where only one of its objects is wrong: whoever names a
//! file means all of it. Nothing is verified here; an anchor is believed because the caller says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents::system_error;
use super::files;
use super::files::ReadFailure;
use crate::limits::Limits;
use crate::pki::pem;
use crate::pki::{Certificate, Crl, OcspResponse};
use crate::reporting::{Label, Show, Texts};
use crate::trust::TrustAnchor;

/// Bytes of one such file: 16 MiB, some times the largest CRL of the Swiss issuers.
const FILE_BYTES: u64 = 16 << 20;

/// Bytes of a password. ISO 32000-2 §7.6.4.3.3 uses the first 127 of them.
const PASSWORD_BYTES: u64 = 1024;

/// Evidence that the caller gives, in the order of the files.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) certificates: Vec<Arc<Certificate>>,
    pub(super) crls: Vec<Crl>,
    pub(super) ocsp_responses: Vec<OcspResponse>,
}

/// Why a file cannot be used.
enum Unusable {
    Read(ReadFailure),
    NotPemOrDer,
    /// The object with this number, from 1.
    Object(usize),
}

/// The certificates of these files, as anchors.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn anchors(files: &[PathBuf], texts: &Texts) -> Result<Vec<TrustAnchor>, String> {
    let mut anchors = Vec::new();
    for file in files {
        let refuse = |unusable| sentence("--trust-anchor", file, unusable, texts);
        for (number, object) in objects(file).map_err(refuse)? {
            let certificate = match object.label {
                pem::Label::Certificate => Certificate::parse(&object.der).ok(),
                _ => None,
            };
            let certificate = Arc::new(certificate.ok_or_else(|| refuse(Unusable::Object(number)))?);
            anchors.push(TrustAnchor { certificate, sunset: None });
        }
    }
    Ok(anchors)
}

/// The evidence in these files.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(super) fn evidence(files: &[PathBuf], limits: &Limits, texts: &Texts) -> Result<Given, String> {
    let mut given = Given::default();
    for file in files {
        let refuse = |unusable| sentence("--evidence", file, unusable, texts);
        for (number, object) in objects(file).map_err(refuse)? {
            let taken = match object.label {
                pem::Label::Certificate => {
                    Certificate::parse(&object.der).ok().map(|parsed| given.certificates.push(Arc::new(parsed)))
                }
                pem::Label::Crl => {
                    Crl::parse(&object.der, limits.der_depth).ok().map(|parsed| given.crls.push(parsed))
                }
                pem::Label::OcspResponse => OcspResponse::parse(&object.der, limits.der_depth)
                    .ok()
                    .map(|parsed| given.ocsp_responses.push(parsed)),
                _ => None,
            };
            taken.ok_or_else(|| refuse(Unusable::Object(number)))?;
        }
    }
    Ok(given)
}

/// The password in a file, or on standard input where the file is `-`; one line end after it is not part of it.
///
/// # Errors
/// A sentence on why there is none.
pub(super) fn password(file: &Path, texts: &Texts) -> Result<Vec<u8>, String> {
    let content = if file.as_os_str() == "-" {
        files::read_standard_input(PASSWORD_BYTES)
    } else {
        files::read(file, PASSWORD_BYTES, |_| true).map(Option::unwrap_or_default)
    };
    let mut password =
        content.map_err(|failure| sentence("--password-file", file, Unusable::Read(failure), texts))?;
    if password.last() == Some(&b'\n') {
        password.pop();
        if password.last() == Some(&b'\r') {
            password.pop();
        }
    }
    Ok(password)
}

/// The objects of a file, numbered from 1.
fn objects(file: &Path) -> Result<impl Iterator<Item = (usize, pem::PemObject)>, Unusable> {
    let content = files::read(file, FILE_BYTES, |_| true).map_err(Unusable::Read)?.unwrap_or_default();
    let objects = pem::objects(&content).map_err(|error| match error {
        pem::PemError::Unfinished(number) | pem::PemError::Base64(number) => Unusable::Object(number),
        _ => Unusable::NotPemOrDer,
    })?;
    Ok((1..).zip(objects))
}

fn sentence(option: &str, file: &Path, unusable: Unusable, texts: &Texts) -> String {
    let reason = match unusable {
        Unusable::Read(ReadFailure::System(error)) => texts.document_error(&system_error(&error), Show::Visible),
        Unusable::Read(ReadFailure::TooLarge(_)) => {
            let maximum = if option == "--password-file" { PASSWORD_BYTES } else { FILE_BYTES };
            texts.fill(Label::FileTooLarge, &[("maximum", maximum.to_string())])
        }
        Unusable::NotPemOrDer => texts.label(Label::NotPemOrDer).to_owned(),
        Unusable::Object(number) => texts.fill(Label::UnusableObject, &[("number", number.to_string())]),
    };
    let file = file.to_string_lossy().into_owned();
    texts.fill(Label::UnusableFile, &[("option", option.to_owned()), ("file", file), ("reason", reason)])
}
