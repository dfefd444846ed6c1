//! The service over HTTP: through the real router, and where sockets matter through real TLS.
//!
//! Every answer that a test receives is held against the description (`/openapi.json`), read strictly: what it does
//! not name must not be there.

mod limits;
mod live;
mod log;
mod refusals;
mod revisions;
mod seals;
mod shutdown;
mod sockets;
mod spec;
#[path = "../support/mod.rs"]
mod support;
mod trust;
mod validations;
mod world;
