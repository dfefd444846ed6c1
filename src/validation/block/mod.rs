//! The basic building blocks of ETSI EN 319 102-1 §5.2, each in its own file.

pub(super) mod acceptance;
pub(super) mod algorithms;
pub(super) mod certificates;
pub(super) mod context;
pub(super) mod cryptography;
pub(super) mod format;
pub(super) mod identification;
pub(super) mod references;
mod usage;
