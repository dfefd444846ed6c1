//! Where things are kept: adapters of [`crate::service::ports::Journal`].
//!
//! * [`sqlite`]: one file in a data folder, for one machine.

pub mod sqlite;
