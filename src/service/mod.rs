//! The use cases: what callers ask for, put together from the core. The only place that will fetch and loop.

mod validate;

pub use validate::{ValidationRequest, validate};
