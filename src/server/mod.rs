//! The service over HTTPS (contract, section 3): TLS, who calls, limits, one file per address, problems.
//!
//! [`Server::bind`] takes a [`Service`] and [`Settings`] and gives a [`Bound`] listener, which serves until it is told to
//! stop. [`router`] is what is served, without sockets.
//!
//! Connections are accepted by the `listener`, served on `lanes` (threads, one for each core, each with a reactor of its
//! own), and each is a `connection`: a short document is worked on where it was received, a long one beside, on a blocking
//! thread.
//!
//! Every request goes the same way: `around` it (identifier, log, headers of every answer, form of every problem);
//! the handler of its address, which refuses what it can before a byte of the body is read (who, role, turn,
//! parameters, types, size, room); the body; the use case; the answer. What is not there yet of the contract is
//! answered with 404, or with 400 where it is a parameter.

mod app;
mod around;
mod auth;
mod body;
mod connection;
mod health;
mod lanes;
mod listener;
mod multipart;
mod openapi;
mod patience;
mod problem;
mod rest;
mod room;
mod tls;
mod v1;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::config::{CallerEntry, ServiceLimits};
use crate::service::Service;
use app::App;
use auth::Callers;
use connection::Connection;
use lanes::Lanes;

pub use auth::CallersError;
pub use listener::Bound;
pub use openapi::DESCRIPTION;
pub use tls::{TlsError, configuration};

/// What the server is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// TLS: see [`configuration`].
    pub tls: Arc<rustls::ServerConfig>,
    /// What a request may cost.
    pub limits: ServiceLimits,
    /// Who may call.
    pub callers: BTreeMap<String, CallerEntry>,
}

/// The server.
#[derive(Debug)]
pub struct Server;

/// Why the server cannot begin.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerError {
    /// The callers cannot be told apart.
    Callers(CallersError),
    /// The address cannot be listened on.
    Listen(io::Error),
    /// The threads that serve connections cannot be started.
    Threads(io::Error),
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callers(error) => error.fmt(f),
            Self::Listen(error) => write!(f, "the address cannot be listened on: {error}"),
            Self::Threads(error) => write!(f, "the threads that serve connections cannot be started: {error}"),
        }
    }
}

impl std::error::Error for ServerError {}

impl Server {
    /// Listens, and does not serve yet: [`Bound::run`] does.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn bind(settings: Settings, service: Arc<Service>) -> Result<Bound, ServerError> {
        let app = app(&settings.callers, settings.limits, service).map_err(ServerError::Callers)?;
        let listener = TcpListener::bind(settings.listen).await.map_err(ServerError::Listen)?;
        let (stop, stopping) = watch::channel(());
        let connection = Connection {
            tls: TlsAcceptor::from(settings.tls),
            app: Arc::clone(&app),
            router: routes(Arc::clone(&app)),
            head_time: app.limits.header_time,
            answer_time: app.limits.body_time,
            stopping,
        };
        let lanes = Lanes::start(&connection).map_err(ServerError::Threads)?;
        Ok(Bound { listener, lanes, app, stop })
    }
}

/// What is served, without sockets.
///
/// # Errors
/// [`CallersError`].
pub fn router(
    callers: &BTreeMap<String, CallerEntry>,
    limits: ServiceLimits,
    service: Arc<Service>,
) -> Result<Router, CallersError> {
    app(callers, limits, service).map(routes)
}

fn app(
    callers: &BTreeMap<String, CallerEntry>,
    limits: ServiceLimits,
    service: Arc<Service>,
) -> Result<Arc<App>, CallersError> {
    let callers = Callers::new(callers, limits.per_caller)?;
    Ok(Arc::new(App::new(service, callers, limits)))
}

/// What most requests ask for.
const VALIDATIONS: &str = "/v1/validations";

/// Answers a request: a validation at once, all else through the router, whose layers cost what a small part of a
/// validation costs.
async fn answer(app: Arc<App>, router: Router, request: Request) -> Response {
    if request.method() == Method::POST && request.uri().path() == VALIDATIONS {
        let own = Arc::clone(&app);
        let post = |request| async { v1::validations::post(State(own), request).await.into_response() };
        return around::surround(&app, VALIDATIONS, request, post).await;
    }
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route(VALIDATIONS, post(v1::validations::post))
        .route("/v1/seals", post(v1::seals::post))
        .route("/v1/revisions", post(v1::revisions::post))
        .route("/v1/policies", get(v1::policies::get))
        .route("/v1/profiles", get(v1::profiles::get))
        .route("/v1/trust", get(v1::trust::get))
        .route("/v1/trust/services", get(v1::trust::services))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/openapi.json", get(openapi::get))
        .fallback(around::nothing_there)
        .method_not_allowed_fallback(around::other_methods)
        .layer(from_fn_with_state(Arc::clone(&app), around::around))
        .with_state(app)
}
