//! `POST /v1/seals?profile=`: a document in, the sealed document out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::document::{Kind, MediaType, sniff};
use crate::reporting::Detail;
use crate::sealing::DocumentName;
use crate::server::app::{App, Held, Trace};
use crate::server::body;
use crate::server::problem::{Code, Problem};
use crate::server::wire;
use crate::server::wire::{Content, Parameters};
use crate::service::{Role, SealRequest, ServiceError};

/// What a body may be.
const TYPES: &str = "application/pdf, application/xml, text/xml, application/octet-stream";

/// What is answered.
const PDF: &str = MediaType::Pdf.name();
const XML: &str = MediaType::Xml.name();

const SEAL_ID: HeaderName = HeaderName::from_static("sigillum-seal-id");

pub(in crate::server) async fn post(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let known = app.callers.of(&head.headers)?;
    let trace = head.extensions.get::<Arc<Trace>>().cloned().unwrap_or_default();
    Trace::note(&trace.caller, &known.caller.name);
    known.demand(Role::Sealer)?;
    let turn = known.begin().await?;

    // Everything that can be refused before the body is read.
    let parameters = Parameters::read(&head.uri, &["profile", "name", "lang"])?;
    wire::language_named(&parameters)?;
    let name = parameters.get("name").map(|name| DocumentName::new(name).ok_or_else(invalid_name)).transpose()?;
    let profile = parameters.get("profile").ok_or_else(|| Problem::bad(Detail::MissingParameter, "profile"))?;
    if !app.service.parts().sealers.contains_key(profile) {
        return Err(Problem::new(Code::BadRequest, Detail::UnknownProfile));
    }
    if !known.caller.may_seal_with(profile) {
        return Err(Problem::new(Code::Forbidden, Detail::ProfileForbidden));
    }
    let idempotency_key = wire::idempotency_key(&head.headers)?;
    match Content::read(&head.headers, TYPES)? {
        Content::Document => wire::demand_one_accepted(&head.headers, &[PDF, XML])?,
        Content::Xml => wire::demand_accepted(&head.headers, XML)?,
        Content::Parts(_) => {
            let args = [("types", TYPES.to_owned())];
            return Err(Problem::with(Code::UnsupportedMediaType, Detail::MediaType, args));
        }
    }
    let received = body::read(body, &app.room, &app.limits).await?;
    // The content itself says what is answered.
    match sniff(&received.bytes) {
        Some(Kind::Pdf) => wire::demand_accepted(&head.headers, PDF)?,
        Some(Kind::Xml) => wire::demand_accepted(&head.headers, XML)?,
        None => {}
    }

    let request = SealRequest { profile: profile.to_owned(), idempotency_key, document: received.bytes, name };
    let service = Arc::clone(&app.service);
    let sealing = async move {
        let answer = service.seal(&known.caller, request).await?;
        Trace::note(&trace.result_id, &answer.seal_id);
        Ok::<_, ServiceError>(answer)
    };
    let (answered, held) = app.finish(Held::new(received.room, turn), sealing).await;
    let answer = answered?;
    let seal_id = HeaderValue::from_str(&answer.seal_id).map_err(|_| Problem::internal())?;
    let mut response = Response::new(body::holding(answer.document, held));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.media_type.name()));
    headers.insert(SEAL_ID, seal_id);
    Ok(response)
}

fn invalid_name() -> Problem {
    Problem::bad(Detail::InvalidValue, "name")
}
