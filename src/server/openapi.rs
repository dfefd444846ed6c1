//! `GET /openapi.json`: this interface described (OpenAPI 3.1), the same document for everybody.

use axum::http::header;
use axum::response::IntoResponse;

/// The description.
pub const DESCRIPTION: &str = include_str!("openapi.json");

pub(super) async fn get() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION)
}
