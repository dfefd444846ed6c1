//! Gathering of evidence: the adapter against servers that do what no honest one does, the rounds over real documents,
//! and the program. Servers listen on loopback; names are answered by the tests.

#![cfg(feature = "service")]

mod adapter;
mod faults;
mod program;
mod rounds;
mod seals;
#[path = "../support/mod.rs"]
mod support;
mod world;
