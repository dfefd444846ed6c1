//! Who calls. What he may do, the service says ([`crate::service::Caller`]).
//!
//! Callers are known by bearer token (RFC 6750), in the header Authorization only. Client certificates are not there
//! yet: the listener asks for none.

mod token;

pub use token::CallersError;
pub(super) use token::{Callers, Turn};
