//! `POST /v1/validations`: a document in, a report out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use tokio::task::spawn_blocking;

use crate::reporting;
use crate::reporting::{Addition, Detail, Envelope, Language, Rendering};
use crate::server::app::{App, Held, Trace};
use crate::server::auth::Turn;
use crate::server::body;
use crate::server::multipart;
use crate::server::multipart::{Form, Takes};
use crate::server::problem::{Code, Problem};
use crate::server::wire;
use crate::server::wire::{Content, Parameters};
use crate::service::{Caller, Role, Service, ServiceError, Validated, Validation};
use crate::time::Timestamp;
use crate::validation::bundle;
use crate::validation::bundle::BUNDLE_MEDIA_TYPE;
use crate::validation::mandant::Mandant;

/// What a body may be.
const TYPES: &str = "application/pdf, application/xml, text/xml, application/octet-stream, multipart/form-data";

/// The policy where none is named.
const POLICY: &str = "default";

/// Signatures up to which a report is written where the request is; longer ones are written beside, so that other
/// requests go on.
const WRITTEN_AT_ONCE: usize = 16;

/// What is asked, the document apart.
struct Asked {
    content: Content,
    policy: String,
    at: Option<Timestamp>,
    wanted: Wanted,
    language: Language,
}

/// What is wanted besides the report.
struct Wanted {
    additions: Vec<Addition>,
    bundle: bool,
    mandant: Option<Arc<Mandant>>,
}

pub(in crate::server) async fn post(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let known = app.callers.of(&head.headers)?;
    let trace = head.extensions.get::<Arc<Trace>>().cloned().unwrap_or_default();
    Trace::note(&trace.caller, &known.caller.name);
    known.demand(Role::Validator)?;
    let turn = known.begin().await?;
    let asked = Asked::read(&head, &known.caller, &app)?;
    let (form, held) = receive(body, &asked, &app, turn).await?;

    let validation = Validation {
        document: form.document,
        contents: form.contents,
        policy: asked.policy,
        at: asked.at,
        password: form.password,
        certificates: form.given.certificates,
        crls: form.given.crls,
        ocsp_responses: form.given.ocsp_responses,
    };
    let service = Arc::clone(&app.service);
    let answering = answer(service, known.caller, validation, asked.wanted, asked.language, trace);
    let (answered, mut held) = app.finish(held, answering).await;
    let json = answered?.into_bytes();
    held.room.shrink_to(json.len());
    let mut response = Response::new(body::holding(json, held));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}

/// Reads the body and takes it apart, where it has parts.
async fn receive(body: Body, asked: &Asked, app: &App, turn: Turn) -> Result<(Form, Held), Problem> {
    let received = body::read(body, &app.room, &app.limits).await?;
    let form = match &asked.content {
        Content::Parts(boundary) => {
            multipart::read(received.bytes, boundary, Takes::Evidence, &app.service.parts().limits).await?
        }
        Content::Document | Content::Xml => Form { document: received.bytes, ..Form::default() },
    };
    Ok((form, Held::new(received.room, turn)))
}

/// Validates, and writes the report. The report is in the journal before it is written.
async fn answer(
    service: Arc<Service>,
    caller: Arc<Caller>,
    validation: Validation,
    wanted: Wanted,
    language: Language,
    trace: Arc<Trace>,
) -> Result<String, Problem> {
    let mut validated = service.validate(&caller, validation).await?;
    service.assess(&mut validated.report, wanted.mandant.as_deref());
    Trace::note(&trace.document_sha256, &validated.report.document.sha256);
    Trace::note(&trace.result_id, &validated.report_id);
    let signatures = validated.report.signatures.len().saturating_add(validated.report.document_timestamps.len());
    let at_once = signatures <= WRITTEN_AT_ONCE && !wanted.bundle;
    let write = move |Validated { report_id, report, basis }: Validated| {
        let envelope = Envelope { report_id: &report_id, document_name: None };
        let bundle = wanted.bundle.then(|| basis.bundle(&report)).transpose().map_err(|_| bundle_too_large())?;
        let rendering = bundle.as_deref().map(|octets| Rendering { media_type: BUNDLE_MEDIA_TYPE, octets });
        let renderings: Vec<Rendering<'_>> = rendering.into_iter().collect();
        Ok(reporting::to_json_with(&report, &envelope, &wanted.additions, &renderings, language))
    };
    if at_once {
        return write(validated);
    }
    spawn_blocking(move || write(validated)).await.map_err(|_| ServiceError::Internal("report"))?
}

fn bundle_too_large() -> Problem {
    let args = [("maximum", bundle::MAXIMUM_BYTES.to_string())];
    let problem = Problem::with(Code::Document("limit-exceeded"), Detail::BundleTooLarge, args);
    problem.limited("bundle-bytes", bundle::MAXIMUM_BYTES)
}

impl Asked {
    /// Everything that can be refused before the body is read.
    fn read(head: &Parts, caller: &Caller, app: &App) -> Result<Self, Problem> {
        let parameters = Parameters::read(&head.uri, &["policy", "at", "lang", "with", "mandant"])?;
        wire::demand_accepted(&head.headers, "application/json")?;
        let mandant = parameters
            .get("mandant")
            .map(|name| app.service.mandant(name).ok_or_else(|| Problem::bad(Detail::InvalidValue, "mandant")))
            .transpose()?;
        let policy = parameters.get("policy").unwrap_or(POLICY);
        if !app.service.parts().policies.contains_key(policy) {
            return Err(Problem::new(Code::BadRequest, Detail::UnknownPolicy));
        }
        let at = parameters
            .get("at")
            .map(|text| Timestamp::from_rfc3339(text).map_err(|_| Problem::bad(Detail::InvalidValue, "at")))
            .transpose()?;
        if at.is_some() && !caller.holds(Role::Archivist) {
            let args = [("role", Role::Archivist.name().to_owned())];
            return Err(Problem::with(Code::Forbidden, Detail::RoleMissing, args));
        }
        let wanted = Wanted { mandant, ..wanted(&parameters)? };
        let named = wire::language_named(&parameters)?;
        let language = named.unwrap_or_else(|| wire::language(&head.headers, &head.uri));
        let content = Content::read(&head.headers, TYPES)?;
        Ok(Self { content, policy: policy.to_owned(), at, wanted, language })
    }
}

/// What is wanted besides: `with=certificates,bundle`; the others of the contract are not there yet.
fn wanted(parameters: &Parameters) -> Result<Wanted, Problem> {
    let mut wanted = Wanted { additions: Vec::new(), bundle: false, mandant: None };
    for name in parameters.get("with").into_iter().flat_map(|with| with.split(',')) {
        match name {
            "certificates" => wanted.additions.push(Addition::Certificates),
            "bundle" => wanted.bundle = true,
            "pdf" | "etsi" | "html" => return Err(Problem::not_yet(format!("with={name}"))),
            _ => return Err(Problem::bad(Detail::InvalidValue, "with")),
        }
    }
    Ok(wanted)
}
