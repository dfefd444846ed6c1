//! The document security store (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4.2): certificates and revocation data that
//! the document brings along. Nothing of it is believed here.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::facts::DocumentFinding;
use crate::document::signature::EmbeddedEvidence;
use crate::limits::{Budget, LimitExceeded};
use crate::pki::Certificate;
use crate::syntax::pdf::{Dict, Object, ObjectError, Pdf};

/// Reads the document security store of the latest revision, whose catalog is `catalog`; what cannot be read is a
/// finding.
///
/// # Errors
/// Where a limit is reached.
pub(crate) fn embedded(
    pdf: &Pdf<'_>,
    catalog: Option<&Dict>,
    findings: &mut Vec<DocumentFinding>,
    budget: &mut Budget,
) -> Result<EmbeddedEvidence, LimitExceeded> {
    let mut evidence = EmbeddedEvidence::default();
    // Stores hold the same certificates again and again.
    let mut parsed: HashMap<Vec<u8>, Arc<Certificate>> = HashMap::new();
    let latest = pdf.latest();
    let store = match catalog.map(|catalog| catalog.get(b"DSS")) {
        Some(Some(store)) => Some(pdf.resolve(store, latest, budget)),
        Some(None) => return Ok(evidence),
        None => None,
    };
    let store = match store {
        Some(Ok(store)) => store,
        Some(Err(ObjectError::Limit(limit))) => return Err(limit),
        Some(Err(_)) | None => {
            findings.push(DocumentFinding { code: "security-store-unreadable", offset: None, object: None });
            return Ok(evidence);
        }
    };
    let Some(store) = store.as_dict() else {
        return Ok(evidence);
    };
    for key in [&b"Certs"[..], b"CRLs", b"OCSPs"] {
        let Some(array) = store.get(key) else { continue };
        let array = match pdf.resolve(array, latest, budget) {
            Ok(array) => array,
            Err(ObjectError::Limit(limit)) => return Err(limit),
            Err(_) => {
                findings.push(DocumentFinding { code: "security-store-unreadable", offset: None, object: None });
                continue;
            }
        };
        for element in array.as_array().unwrap_or_default() {
            budget.spend(2)?;
            let mut end = u64::MAX;
            let data = pdf.resolve(element, latest, budget).and_then(|object| match object.as_stream() {
                Some(stream) => {
                    end = stream.raw_span().end;
                    pdf.stream_data(stream, budget).map(Some)
                }
                None => Ok(None),
            });
            match data {
                Ok(Some(data)) if key == b"CRLs" => {
                    evidence.crls.push(data.into());
                    evidence.crl_ends.push(end);
                }
                Ok(Some(data)) if key == b"OCSPs" => {
                    evidence.ocsp_responses.push(data.into());
                    evidence.ocsp_ends.push(end);
                }
                Ok(Some(data)) => {
                    let known = parsed.get(&data).map(Arc::clone);
                    match known.map_or_else(|| Certificate::parse(&data).map(Arc::new), Ok) {
                        Ok(certificate) => {
                            parsed.entry(data).or_insert_with(|| Arc::clone(&certificate));
                            evidence.certificates.push(certificate);
                            evidence.certificate_ends.push(end);
                        }
                        Err(_) => findings.push(unreadable(element)),
                    }
                }
                Err(ObjectError::Limit(limit)) => return Err(limit),
                Ok(None) | Err(_) => findings.push(unreadable(element)),
            }
        }
    }
    Ok(evidence)
}

fn unreadable(element: &Object) -> DocumentFinding {
    let object = element.as_reference().map(|id| id.to_string());
    DocumentFinding { code: "security-store-unreadable", offset: None, object }
}
