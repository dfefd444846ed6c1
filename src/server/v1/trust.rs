//! `GET /v1/trust` and `GET /v1/trust/services`: what the service believes now.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use crate::reporting;
use crate::server::app::{App, Trace};
use crate::server::body;
use crate::server::problem::Problem;
use crate::server::wire;
use crate::server::wire::Parameters;
use crate::service::Role;

pub(in crate::server) async fn get(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    answer(&app, request, |app| {
        let parts = app.service.parts();
        reporting::trust_to_json(&app.service.trust(), parts.clock.now())
    })
    .await
}

pub(in crate::server) async fn services(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, request, |app| reporting::services_to_json(&app.service.trust())).await
}

async fn answer(app: &App, request: Request, content: impl FnOnce(&App) -> String) -> Result<Response, Problem> {
    let (head, _) = request.into_parts();
    let known = app.callers.of(&head.headers)?;
    if let Some(trace) = head.extensions.get::<Arc<Trace>>() {
        Trace::note(&trace.caller, &known.caller.name);
    }
    known.demand(Role::Validator)?;
    let _turn = known.begin().await?;
    let parameters = Parameters::read(&head.uri, &["lang"])?;
    wire::language_named(&parameters)?;
    wire::demand_accepted(&head.headers, "application/json")?;
    Ok(body::json_text(content(app)))
}
