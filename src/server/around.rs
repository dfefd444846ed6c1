//! What surrounds every request: its identifier, its line in the log, the headers of every answer, the form of every
//! problem, and the end of whatever breaks down inside.
//!
//! The log names identifiers, digests, names of the configuration, and the template of the path: never the address
//! as it was sent, a header, a token, content, a file name or a subject.

#![expect(clippy::disallowed_methods, reason = "the time that a request takes is measured here")]

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::app::{App, Trace};
use super::problem::{Code, Problem};
use super::wire;
use crate::reporting::Detail;

/// Bytes of an address: the longest that is of use has about 200.
const ADDRESS_BYTES: usize = 2048;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Surrounds a request on its way through the router.
pub(super) async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("-", MatchedPath::as_str);
    surround(&app, route, request, |request| next.run(request)).await
}

/// Surrounds a request that `answer` answers; `route` is the template of its path.
pub(super) async fn surround<F>(
    app: &App,
    route: &str,
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let started = Instant::now();
    let request_id = given_id(request.headers()).unwrap_or_else(|| app.ids.next());
    let language = wire::language(request.headers(), request.uri());
    let method = method_name(request.method());
    let trace = Arc::new(Trace::default());
    request.extensions_mut().insert(Arc::clone(&trace));
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());

    let span = tracing::info_span!("request", request_id);
    let answering = async {
        if address > ADDRESS_BYTES {
            let args = [("maximum", ADDRESS_BYTES.to_string())];
            return Problem::with(Code::BadRequest, Detail::AddressTooLong, args).into_response();
        }
        unbroken(answer(request)).await.unwrap_or_else(|_| Problem::internal().into_response())
    };
    let mut response = answering.instrument(span.clone()).await;
    let mut code = None;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        code = Some(problem.code.name());
        if let Some(cause) = problem.cause() {
            span.in_scope(|| tracing::warn!(cause, code, "no result"));
        }
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = problem.answer(language, &request_id);
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
    }
    secure(response.headers_mut(), &request_id);
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(
        request_id,
        method,
        route,
        status = response.status().as_u16(),
        milliseconds,
        caller = said(&trace.caller),
        code,
        document_sha256 = said(&trace.document_sha256),
        result_id = said(&trace.result_id),
        "answered"
    );
    response
}

/// The answer where there is nothing.
pub(super) async fn nothing_there() -> Problem {
    Problem::new(Code::NotFound, Detail::NotFound)
}

/// The answer where there are other methods.
pub(super) async fn other_methods() -> Problem {
    Problem::new(Code::MethodNotAllowed, Detail::MethodNotAllowed)
}

/// Whether an identifier may be taken over: 1 to 64 of `A-Z a-z 0-9 . _ -`.
pub(super) fn is_request_id(text: &str) -> bool {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn given_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    is_request_id(text).then(|| text.to_owned())
}

/// The headers of every answer. None of them may be kept by anybody on the way, and browsers come back by TLS only.
fn secure(headers: &mut HeaderMap, request_id: &str) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
}

/// The method, where it is one that is known: anything may be sent as one.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

fn said(place: &OnceLock<String>) -> Option<&str> {
    place.get().map(String::as_str)
}

/// Does the work; where it breaks down, says so instead of ending the connection. The place is logged by the hook
/// that [`crate::telemetry`] sets.
async fn unbroken<T>(work: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut work = pin!(work);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(polled) => polled.map(Ok),
        Err(breakdown) => std::task::Poll::Ready(Err(breakdown)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_breaks_down_is_caught() {
        assert_eq!(unbroken(async { 1 }).await.unwrap(), 1);
        let broken = async {
            tokio::task::yield_now().await;
            panic!("here");
        };
        assert!(unbroken::<u8>(broken).await.is_err());
    }

    #[test]
    fn only_plain_identifiers_are_taken_over() {
        for good in ["a", "A-1_b.c", &"x".repeat(64)] {
            assert!(is_request_id(good));
        }
        for bad in ["", "a b", "ä", "a\"", &"x".repeat(65)] {
            assert!(!is_request_id(bad));
        }
    }
}
