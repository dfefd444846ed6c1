//! Where things are kept: adapters of [`crate::service::ports::Journal`] and [`crate::service::ports::KeepLists`].
//!
//! * [`sqlite`]: one file in a data folder, for one machine.
//! * [`lists`]: verified trust lists in a folder.

pub mod lists;
mod looks;
pub mod sqlite;
