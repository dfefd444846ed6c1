//! `GET /v1/policies`: what may be named with `policy=`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;

use crate::server::app::{App, Trace};
use crate::server::body;
use crate::server::problem::Problem;
use crate::server::wire;
use crate::server::wire::Parameters;
use crate::service::Role;

#[derive(Serialize)]
struct Policies<'a> {
    policies: Vec<PolicyView<'a>>,
}

#[derive(Serialize)]
struct PolicyView<'a> {
    name: &'a str,
    version: &'a str,
    sha256: &'a str,
}

pub(in crate::server) async fn get(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let known = app.callers.of(request.headers())?;
    if let Some(trace) = request.extensions().get::<Arc<Trace>>() {
        Trace::note(&trace.caller, &known.caller.name);
    }
    known.demand(Role::Validator)?;
    let _turn = known.begin().await?;
    let parameters = Parameters::read(request.uri(), &["lang"])?;
    wire::language_named(&parameters)?;
    wire::demand_accepted(request.headers(), "application/json")?;
    let policies = app.service.parts().policies.iter();
    let policies = policies
        .map(|(name, policy)| {
            let reference = policy.reference();
            PolicyView { name, version: &reference.version, sha256: &reference.sha256 }
        })
        .collect();
    body::json(&Policies { policies })
}
