//! What the tests of several forms share.

pub(super) mod sample;
