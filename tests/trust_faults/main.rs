//! Trust lists when things go wrong, through the program and on real sockets and disks: servers that fail in every way,
//! a disk that is full or cannot be written, processes that share a folder and are ended in the middle.

#![cfg(feature = "service")]
#![expect(clippy::disallowed_methods, reason = "these tests make the folders that the program looks into")]

mod announced;
mod disk;
mod list;
mod processes;
mod scene;
mod servers;
#[path = "../support/mod.rs"]
mod support;
