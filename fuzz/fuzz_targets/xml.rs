#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "the list of all targets and the other ones")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::xml(data));
