//! The service on a full disk and on one that cannot be written; the steps are in `serve_disk.sh`.

#![cfg(feature = "service")]

mod support;

use std::process::Command;

#[test]
fn nothing_leaves_without_room_for_its_record_and_it_recovers_by_itself() {
    const SUITE: &str = "serve disk";
    let possible = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        // Not every machine lets programs mount: tests/run says that the suite was skipped.
        support::skipped(SUITE);
        return;
    }
    let script = support::project().join("tests/serve_disk.sh");
    let mut command = Command::new("unshare");
    command.args(["-rm", "bash"]).arg(script).arg(env!("CARGO_BIN_EXE_sigillum"));
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("all of it held"), "{said}");
    support::suite(SUITE, 11);
}
