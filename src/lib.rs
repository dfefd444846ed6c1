//! sigillum validates electronic signatures and seals, and applies them: the library under the service and the
//! command line.
//!
//! **Validation is one pure function over facts, which returns a report and a list of what it still needs.**
//! Below [`service`] there is no I/O, no async, no clock, no randomness and no global state, so that a verdict
//! can be replayed years later from its evidence.
//!
//! ```text
//! Document::open(bytes, …) -> Document              structure: what is where
//! examine(&Document, …)    -> Examination           facts, once: digests of every signed range, coverage, signatures as parsed
//! validate(&Examination, &Evidence, &TrustStore, &Policy, Moment, …) -> Outcome { report }   its needs are fetched, and it is judged again
//! ```
//!
//! # What each module is for
//!
//! A module uses only what stands above it in this list; `tests/architecture.rs` holds that up.
//!
//! * [`limits`], [`time`]: what a request may cost; points in time.
//! * [`syntax`]: bytes ⇄ trees: DER, PDF. Grammars only.
//! * [`crypto`]: the only module that names crypto crates: algorithms, digests, keys, verification.
//! * [`pki`]: X.509, CMS, CRL, OCSP, RFC 3161 as parsed. A value of it proves nothing.
//! * [`document`]: where signatures are and which bytes they cover.
//! * [`trust`]: who is believed: trust lists as parsed, as verified, and the store of anchors and services.
//! * [`validation`]: the decision, in the chapters of ETSI EN 319 102-1.
//! * [`sealing`]: a seal in stages, the last of which only our own validator lets it reach.
//! * [`journal`]: what was done, as a chain of records.
//! * [`reporting`]: a report as JSON and as text for people.
//! * [`service`] (feature `service`): the use cases.
//! * [`clock`], [`config`], [`telemetry`] (feature `service`): time, configuration, log.
//! * [`keystore`] (feature `service`): the keys that seal, kept in files; identifiers.
//! * [`outbound`] (feature `service`): evidence over the network.
//! * [`storage`] (feature `service`): the journal in a SQLite file, verified trust lists in a folder.
//! * [`server`] (feature `service`): the service over HTTPS.
//! * [`cli`] (feature `service`): the command line.
//!
//! # Words
//!
//! A plain noun ([`pki::Certificate`]) is parsed and proves nothing. A proven thing has a type of its own with
//! one maker ([`crypto::SignatureValid`]). What a signer merely says begins with `claimed_`.
//! **Parse** makes a type from bytes, **verify** proves it against a key or an issuer, **validate** judges it
//! under a policy.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::string_slice,
        clippy::indexing_slicing,
        clippy::as_conversions
    )
)]

pub mod limits;
pub mod time;

#[cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]
pub mod crypto;
#[cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]
pub mod document;
pub mod journal;
#[cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]
pub mod pki;
pub mod reporting;
pub mod sealing;
#[cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]
pub mod syntax;
pub mod trust;
pub mod validation;

#[cfg(feature = "service")]
pub mod cli;
#[cfg(feature = "service")]
pub mod clock;
#[cfg(feature = "service")]
pub mod config;
#[cfg(feature = "service")]
pub mod keystore;
#[cfg(feature = "service")]
pub mod outbound;
#[cfg(feature = "service")]
pub mod server;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "service")]
pub mod storage;
#[cfg(feature = "service")]
pub mod telemetry;
