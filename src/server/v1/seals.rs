//! `POST /v1/seals?profile=`: a document in, the sealed document out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::document::OpenError;
use crate::reporting::Detail;
use crate::server::app::{App, Held, Trace};
use crate::server::body;
use crate::server::problem::{Code, Problem};
use crate::server::wire;
use crate::server::wire::{Content, Parameters};
use crate::service::{Role, SealRequest, ServiceError};

/// What a body may be.
const TYPES: &str = "application/pdf, application/octet-stream";

const SEAL_ID: HeaderName = HeaderName::from_static("sigillum-seal-id");

pub(in crate::server) async fn post(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let known = app.callers.of(&head.headers)?;
    let trace = head.extensions.get::<Arc<Trace>>().cloned().unwrap_or_default();
    Trace::note(&trace.caller, &known.caller.name);
    known.demand(Role::Sealer)?;
    let turn = known.begin().await?;

    // Everything that can be refused before the body is read.
    let parameters = Parameters::read(&head.uri, &["profile", "lang"])?;
    wire::language_named(&parameters)?;
    wire::demand_accepted(&head.headers, "application/pdf")?;
    let profile = parameters.get("profile").ok_or_else(|| Problem::bad(Detail::MissingParameter, "profile"))?;
    if !app.service.parts().sealers.contains_key(profile) {
        return Err(Problem::new(Code::BadRequest, Detail::UnknownProfile));
    }
    if !known.caller.may_seal_with(profile) {
        return Err(Problem::new(Code::Forbidden, Detail::ProfileForbidden));
    }
    let idempotency_key = wire::idempotency_key(&head.headers)?;
    match Content::read(&head.headers, TYPES)? {
        Content::Document => {}
        Content::Xml => return Err(ServiceError::Document(OpenError::UnsupportedFormat).into()),
        Content::Parts(_) => {
            let args = [("types", TYPES.to_owned())];
            return Err(Problem::with(Code::UnsupportedMediaType, Detail::MediaType, args));
        }
    }
    let received = body::read(body, &app.room, &app.limits).await?;

    let request = SealRequest { profile: profile.to_owned(), idempotency_key, document: received.bytes };
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
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(SEAL_ID, seal_id);
    Ok(response)
}
