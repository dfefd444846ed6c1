//! `multipart/form-data` (RFC 7578, RFC 2046 §5.1) as `POST /v1/validations` takes it: `document`, `content` …,
//! `evidence` …, `password`; and as `POST /v1/revisions` does: `document`, `content` …, `password`.
//!
//! The body has been read and is bounded; the document stays where it is in memory. File names are not looked at, but
//! that of a `content`, which may be the name that a signature calls it by.
//! Nothing is decoded: a part with another transfer encoding than `7bit`, `8bit` or `binary` is refused. An unknown
//! part is refused, not skipped: it might be what the caller's wish depends on.

use memchr::memmem;
use tokio::task::spawn_blocking;

use super::problem::{Code, Problem};
use super::wire::{malformed, parameter, plain};
use crate::limits::Limits;
use crate::reporting::Detail;
use crate::service::{Given, GivenContent, Unusable};

/// Parts of one body: a document, its password, and more evidence than a long-lived document needs.
const PARTS: usize = 64;

/// Bytes of the head of a part.
const HEAD_BYTES: usize = 4 << 10;

/// Bytes of one piece of evidence: 16 MiB, some times the largest CRL of the Swiss issuers.
const EVIDENCE_BYTES: usize = 16 << 20;

/// Bytes of a password. ISO 32000-2 §7.6.4.3.3 uses the first 127 of them.
const PASSWORD_BYTES: usize = 1024;

/// Bytes of a body that is taken apart where it was received: the work of some tens of microseconds.
const SHORT_BYTES: usize = 256 << 10;

/// Which parts a call takes besides the document and its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// What detached signatures sign.
    Content,
    /// The same, and evidence.
    Evidence,
}

/// What the parts hold.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) document: Vec<u8>,
    pub(super) contents: Vec<GivenContent>,
    pub(super) given: Given,
    pub(super) password: Option<Vec<u8>>,
}

/// Takes a body apart; a long one on another thread, so that other requests go on meanwhile.
pub(super) async fn read(body: Vec<u8>, boundary: &str, takes: Takes, limits: &Limits) -> Result<Form, Problem> {
    if body.len() <= SHORT_BYTES {
        return take_apart(body, boundary, takes, limits);
    }
    let (boundary, limits) = (boundary.to_owned(), limits.clone());
    let taking = spawn_blocking(move || take_apart(body, &boundary, takes, &limits));
    taking.await.map_err(|_| Problem::internal())?
}

fn take_apart(mut body: Vec<u8>, boundary: &str, takes: Takes, limits: &Limits) -> Result<Form, Problem> {
    let mut form = Form::default();
    let mut document = None;
    let mut pieces = 0_usize;
    for part in parts(&body, boundary)? {
        let content = body.get(part.start..part.end).unwrap_or_default();
        match part.name.as_str() {
            "document" if document.is_some() => return Err(Problem::bad(Detail::Repeated, "document")),
            "document" => document = Some((part.start, part.end)),
            "evidence" if takes == Takes::Evidence => {
                pieces = pieces.saturating_add(1);
                at_most("evidence", content, EVIDENCE_BYTES)?;
                form.given.take(content, limits).map_err(|unusable| unusable_evidence(pieces, unusable))?;
            }
            "password" if form.password.is_some() => return Err(Problem::bad(Detail::Repeated, "password")),
            "password" => {
                at_most("password", content, PASSWORD_BYTES)?;
                form.password = Some(content.to_vec());
            }
            "content" => {
                form.contents.push(GivenContent { name: part.file_name, bytes: content.to_vec() });
            }
            other => return Err(Problem::bad(Detail::UnknownPart, plain(other))),
        }
    }
    let (start, end) = document.ok_or_else(|| Problem::bad(Detail::MissingPart, "document"))?;
    body.truncate(end);
    body.drain(..start);
    form.document = body;
    Ok(form)
}

/// A part by its name, and where its content lies.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    name: String,
    file_name: Option<String>,
    start: usize,
    end: usize,
}

/// The parts in their order.
fn parts(body: &[u8], boundary: &str) -> Result<Vec<Part>, Problem> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    let from = |at: usize| body.get(at..).unwrap_or_default();
    // What stands before the first delimiter is no part; the first one may begin the body.
    let opening = delimiter.strip_prefix("\r\n").unwrap_or(&delimiter).as_bytes();
    let mut at = if body.starts_with(opening) {
        opening.len()
    } else {
        finder.find(body).map(|found| found.saturating_add(delimiter.len())).ok_or_else(malformed)?
    };
    let mut parts = Vec::new();
    loop {
        if from(at).starts_with(b"--") {
            return Ok(parts);
        }
        if parts.len() >= PARTS {
            let args = [("maximum", PARTS.to_string())];
            return Err(Problem::with(Code::BadRequest, Detail::TooManyParts, args));
        }
        // After the delimiter its line may be padded with blanks (RFC 2046 §5.1.1).
        let padding = from(at).iter().take_while(|octet| matches!(octet, b' ' | b'\t')).count();
        at = at.saturating_add(padding);
        if !from(at).starts_with(b"\r\n") {
            return Err(malformed());
        }
        // The head begins with that line end, so that a part without any head has one too.
        let window = from(at).get(..HEAD_BYTES).unwrap_or_else(|| from(at));
        let head = memmem::find(window, b"\r\n\r\n").ok_or_else(malformed)?;
        let start = at.saturating_add(head).saturating_add(4);
        // The content may be empty: then its delimiter begins with the end of the head.
        let search = start.saturating_sub(2);
        let found = finder.find(from(search)).ok_or_else(malformed)?;
        let end = search.saturating_add(found);
        let (name, file_name) = names(window.get(..head).unwrap_or_default())?;
        parts.push(Part { name, file_name, start: start.min(end), end });
        at = end.saturating_add(delimiter.len());
    }
}

/// The name of a part and of its file, from its head.
fn names(head: &[u8]) -> Result<(String, Option<String>), Problem> {
    let text = std::str::from_utf8(head).map_err(|_| malformed())?;
    let mut found = None;
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let (field, value) = line.split_once(':').ok_or_else(malformed)?;
        match field.to_ascii_lowercase().as_str() {
            "content-disposition" => {
                let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
                let name = parameter(parameters, "name");
                if !kind.trim().eq_ignore_ascii_case("form-data") || found.is_some() {
                    return Err(malformed());
                }
                found = Some((name.ok_or_else(malformed)?, parameter(parameters, "filename")));
            }
            "content-transfer-encoding"
                if !matches!(value.trim().to_ascii_lowercase().as_str(), "7bit" | "8bit" | "binary") =>
            {
                return Err(malformed());
            }
            _ => {}
        }
    }
    found.ok_or_else(malformed)
}

fn at_most(name: &'static str, content: &[u8], maximum: usize) -> Result<(), Problem> {
    if content.len() <= maximum {
        return Ok(());
    }
    let args = [("name", name.to_owned()), ("maximum", maximum.to_string())];
    let number = u64::try_from(maximum).unwrap_or(u64::MAX);
    Err(Problem::with(Code::BadRequest, Detail::PartTooLarge, args).limited("part-bytes", number))
}

fn unusable_evidence(piece: usize, unusable: Unusable) -> Problem {
    let number = ("number", piece.to_string());
    match unusable {
        Unusable::NotPemOrDer => Problem::with(Code::BadRequest, Detail::EvidenceUnreadable, [number]),
        Unusable::Object(object) => {
            Problem::with(Code::BadRequest, Detail::EvidenceObject, [number, ("object", object.to_string())])
        }
        Unusable::Bundle(error) => {
            let cause = ("cause", error.code().to_owned());
            Problem::with(Code::BadRequest, Detail::EvidenceBundle, [number, cause])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;

    fn field(name: &str, content: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n{content}\r\n")
    }

    fn form(body: &str) -> Result<Form, Problem> {
        take_apart(body.as_bytes().to_vec(), "b", Takes::Evidence, &Limits::DEFAULT)
    }

    #[test]
    fn the_parts_come_apart() {
        let body = format!(
            "preamble\r\n{}{}{}{}--b--\r\nepilogue",
            field("evidence", testdata::LEAF),
            field("document", "%PDF-1.7\r\n--a\r\n\r\n--"),
            field("password", "geheim "),
            field("evidence", testdata::CRL),
        );
        let form = form(&body).unwrap();
        assert_eq!(form.document, b"%PDF-1.7\r\n--a\r\n\r\n--");
        assert_eq!(form.password.as_deref(), Some(&b"geheim "[..]));
        assert_eq!((form.given.certificates.len(), form.given.crls.len()), (1, 1));
    }

    #[test]
    fn a_call_takes_its_own_parts_only() {
        let of_content = |body: &str| take_apart(body.as_bytes().to_vec(), "b", Takes::Content, &Limits::DEFAULT);
        let document = field("document", "x");
        for own in ["password", "content"] {
            assert!(of_content(&format!("{document}{}--b--", field(own, "x"))).is_ok(), "{own}");
        }
        let body = format!("{document}{}--b--", field("evidence", testdata::LEAF));
        assert_eq!(of_content(&body).map(|form| form.document).unwrap_err().code, Code::BadRequest);
    }

    #[test]
    fn an_empty_part_is_empty() {
        assert_eq!(form(&format!("{}--b--", field("document", ""))).unwrap().document, b"");
        // Without the line end before the delimiter: the one that ends the head is it.
        let tight = "--b\r\nContent-Disposition: form-data; name=document\r\n\r\n--b--";
        assert_eq!(form(tight).unwrap().document, b"");
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let document = field("document", "x");
        for bad in [
            "",
            "--b",
            "--b--",
            "text",
            &document,
            &format!("{document}--c--"),
            &format!("--b\r\n\r\nx\r\n{document}--b--"),
            &format!("--bb\r\n{document}--b--").replacen("--b\r\n", "--bx\r\n", 1),
            &format!("{document}{document}--b--"),
            &format!("{}--b--", field("password", "x")),
            &format!("{document}{}--b--", field("other", "x")),
            &format!("{document}{}--b--", field("evidence", "x")),
            &format!("{document}{}--b--", field("evidence", &format!("{}{}", testdata::LEAF, testdata::CMS))),
            &format!("{document}{0}{0}--b--", field("password", "x")),
            &format!("{document}{}--b--", field("password", &"x".repeat(PASSWORD_BYTES + 1))),
            &document.replace("form-data", "attachment"),
            &format!("{}--b--", document.replace("; name=\"document\"", "")),
            &format!("{}--b--", document.replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n")),
            &format!("{}--b--", document.replace("filename=\"x\"", &format!("x=\"{}\"", "y".repeat(HEAD_BYTES)))),
            &format!("{}--b--", field("evidence", testdata::LEAF).repeat(PARTS + 1)),
        ] {
            assert_eq!(form(bad).map(|form| form.document).unwrap_err().code, Code::BadRequest, "{bad:.200}");
        }
        assert!(form(&format!("{document}--b--")).is_ok());
    }

    #[test]
    fn no_prefix_of_a_body_is_taken_for_a_whole_one() {
        let body = format!("{}{}--b--", field("document", "abc"), field("evidence", testdata::LEAF));
        for length in 0..body.len() - 2 {
            assert!(form(&body[..length]).is_err(), "{length}");
        }
    }
}
