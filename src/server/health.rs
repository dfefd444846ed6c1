//! `GET /health/live` and `GET /health/ready`, for whoever operates the service. They need no token and tell names of
//! the configuration only.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::app::App;
use super::body;
use super::problem::{Code, Problem};
use crate::reporting::Detail;
use crate::service::ServiceError;

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

/// It runs.
pub(super) async fn live() -> Result<Response, Problem> {
    body::json(&Status { status: "live" })
}

/// It can do its work: a record could be written, and the certificates of the seals pass now.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let readiness = app.readiness().await;
    if let Some(unavailable) = readiness.journal {
        return Err(ServiceError::JournalUnavailable(unavailable.0).into());
    }
    if !readiness.unfit.is_empty() {
        let args = [("profiles", readiness.unfit.join(", "))];
        return Err(Problem::with(Code::SignerUnavailable, Detail::ProfilesUnfit, args));
    }
    body::json(&Status { status: "ready" })
}
