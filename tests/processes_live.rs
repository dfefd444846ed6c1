//! The processes with the test PKI running: `SIGILLUM_TEST_PKI` names its server. It answers with the time of the wall
//! clock, so that is the time for which is judged.
//!
//! | what | where |
//! |---|---|
//! | the generated sets through gathering and the adapter, each file exact; the same offline | `live` |
//! | the same through the program, with the network, offline, and with a listener in the PKI's place | `program` |
//! | each responder that misbehaves, each time-stamping authority that does | `modes` |

#![cfg(feature = "service")]

mod support;

#[path = "processes/live.rs"]
mod live;
#[path = "processes/modes.rs"]
mod modes;
#[path = "processes/program.rs"]
mod program;
#[path = "processes/truth.rs"]
mod truth;

/// The server does one thing at a time, and one of its modes takes twenty seconds: each test has its turn.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
