//! Names become addresses. A trait, so that tests answer what no honest name server would.

use std::io;
use std::net::IpAddr;

use crate::service::ports::Pending;

/// Finds the addresses of a name.
pub trait Resolve: Send + Sync {
    /// The addresses.
    fn resolve<'a>(&'a self, name: &'a str) -> Pending<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the system.
#[derive(Clone, Copy, Debug)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Pending<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
