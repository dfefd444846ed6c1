//! `POST /v1/revisions?signature=`: a signed document in, the bytes that this signature covers out.
//!
//! Without `signature` it is the only one of the document. The answer is the beginning of what was sent, as it was: also
//! of an encrypted document, whose password is needed to find the signatures.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Response;

use crate::document::OpenError;
use crate::reporting::Detail;
use crate::server::app::{App, Held, Trace};
use crate::server::body;
use crate::server::multipart;
use crate::server::multipart::{Form, Takes};
use crate::server::problem::Problem;
use crate::server::wire;
use crate::server::wire::{Content, Parameters};
use crate::service::{RevisionRequest, Role, ServiceError};

/// What a body may be.
const TYPES: &str = "application/pdf, application/octet-stream, multipart/form-data";

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
    wire::demand_accepted(&head.headers, "application/pdf")?;
    let signature = parameters.get("signature").map(str::to_owned);
    if signature.as_deref() == Some("") {
        return Err(Problem::bad(Detail::InvalidValue, "signature"));
    }
    let content = Content::read(&head.headers, TYPES)?;
    if content == Content::Xml {
        return Err(ServiceError::Document(OpenError::UnsupportedFormat).into());
    }
    let received = body::read(body, &app.room, &app.limits).await?;
    let form = match &content {
        Content::Parts(boundary) => {
            multipart::read(received.bytes, boundary, Takes::Document, &app.service.parts().limits)?
        }
        Content::Document | Content::Xml => Form { document: received.bytes, ..Form::default() },
    };

    let request = RevisionRequest { document: form.document, password: form.password, signature };
    let service = Arc::clone(&app.service);
    let finding = async move {
        let answer = service.revision(&known.caller, request).await?;
        Trace::note(&trace.document_sha256, &answer.document_sha256);
        Ok::<_, ServiceError>(answer)
    };
    let (answered, held) = app.finish(Held::new(received.room, turn), finding).await;
    let answer = answered?;
    // The id is ours: a letter and a number.
    let disposition = format!("attachment; filename=\"revision-{}.pdf\"", answer.signature);
    let disposition = HeaderValue::from_str(&disposition).map_err(|_| Problem::internal())?;
    let mut response = Response::new(body::holding(answer.content, held));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}
