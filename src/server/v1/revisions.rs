//! `POST /v1/revisions?signature=`: a signed document in, the bytes that this signature covers out.
//!
//! Without `signature` it is the only one of the document. Of a PDF the answer is the beginning of what was sent, as it was:
//! also of an encrypted document, whose password is needed to find the signatures. Of an XML document it is what the
//! reference of the signature digests, octet by octet; of several references `multipart/mixed` (RFC 2046 §5.1.3) with a
//! part for each, in their order. Octets are called octets whatever they are: nobody is to show them by accident.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Response;
use tokio::task::spawn_blocking;

use crate::crypto::{DigestAlgorithm, DigestState};
use crate::reporting::Detail;
use crate::server::app::{App, Held, Trace};
use crate::server::body;
use crate::server::multipart;
use crate::server::multipart::{Form, Takes};
use crate::server::problem::Problem;
use crate::server::wire;
use crate::server::wire::{Content, Parameters};
use crate::service::{Covered, RevisionRequest, Role, ServiceError};

/// What a body may be.
const TYPES: &str = "application/pdf, application/xml, text/xml, application/octet-stream, multipart/form-data";

/// What the answer is: a revision, a stream, several streams.
const PDF: &str = "application/pdf";
const OCTETS: &str = "application/octet-stream";
const STREAMS: &str = "multipart/mixed";

pub(in crate::server) async fn post(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let known = app.callers.of(&head.headers)?;
    let trace = head.extensions.get::<Arc<Trace>>().cloned().unwrap_or_default();
    Trace::note(&trace.caller, &known.caller.name);
    known.demand(Role::Validator)?;
    let turn = known.begin().await?;

    // Everything that can be refused before the body is read.
    let parameters = Parameters::read(&head.uri, &["signature", "lang"])?;
    wire::language_named(&parameters)?;
    wire::demand_one_accepted(&head.headers, &[PDF, OCTETS, STREAMS])?;
    let signature = parameters.get("signature").map(str::to_owned);
    if signature.as_deref() == Some("") {
        return Err(Problem::bad(Detail::InvalidValue, "signature"));
    }
    let content = Content::read(&head.headers, TYPES)?;
    let received = body::read(body, &app.room, &app.limits).await?;
    let form = match &content {
        Content::Parts(boundary) => {
            multipart::read(received.bytes, boundary, Takes::Content, &app.service.parts().limits).await?
        }
        Content::Document | Content::Xml => Form { document: received.bytes, ..Form::default() },
    };

    let Form { document, contents, password, .. } = form;
    let request = RevisionRequest { document, password, contents, signature };
    let service = Arc::clone(&app.service);
    let finding = async move {
        let answer = service.revision(&known.caller, request).await?;
        Trace::note(&trace.document_sha256, &answer.document_sha256);
        Ok::<_, ServiceError>(answer)
    };
    let (answered, held) = app.finish(Held::new(received.room, turn), finding).await;
    let answer = answered?;
    let (kind, name, content) = match answer.covered {
        Covered::Revision(content) => (PDF.to_owned(), file_name(&answer.signature, None), content),
        Covered::Streams(streams) => match <[Vec<u8>; 1]>::try_from(streams) {
            Ok([only]) => (OCTETS.to_owned(), file_name(&answer.signature, Some(1)), only),
            Err(streams) => {
                let signature = answer.signature.clone();
                let writing = spawn_blocking(move || mixed(&signature, streams));
                let (boundary, content) = writing.await.map_err(|_| Problem::internal())?;
                (format!("{STREAMS}; boundary={boundary}"), file_name(&answer.signature, Some(0)), content)
            }
        },
    };
    let media_type = [PDF, OCTETS, STREAMS].into_iter().find(|one| kind.starts_with(one)).unwrap_or(OCTETS);
    wire::demand_accepted(&head.headers, media_type)?;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Problem::internal());
    let (kind, disposition) = (value(&kind)?, value(&disposition(&name))?);
    let mut response = Response::new(body::holding(content, held));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// The name for the answer. The id is ours: letters and numbers, with full stops between them.
fn file_name(signature: &str, stream: Option<usize>) -> String {
    match stream {
        None => format!("revision-{signature}.pdf"),
        Some(0) => format!("octets-{signature}"),
        Some(number) => format!("octets-{signature}-{number}"),
    }
}

fn disposition(name: &str) -> String {
    format!("attachment; filename=\"{name}\"")
}

/// Several streams as one body, and the boundary between them. It is made of the digest of all octets, so that nobody can
/// write a document that has it among its octets.
fn mixed(signature: &str, streams: Vec<Vec<u8>>) -> (String, Vec<u8>) {
    let mut state = DigestState::new(DigestAlgorithm::Sha256);
    for stream in &streams {
        state.update(&stream.len().to_be_bytes());
        state.update(stream);
    }
    let boundary = state.finish().to_string();
    let size = streams.iter().map(|stream| stream.len().saturating_add(256)).fold(0_usize, usize::saturating_add);
    let mut body = Vec::with_capacity(size);
    for (number, stream) in (1..).zip(streams) {
        let disposition = disposition(&file_name(signature, Some(number)));
        let head = format!("--{boundary}\r\nContent-Type: {OCTETS}\r\nContent-Disposition: {disposition}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&stream);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, body)
}
