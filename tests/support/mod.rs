//! What several integration tests need: outside test material, exceptions with reasons, seeded mutations,
//! and a signer.
//!
//! Outside material is not part of the project. It is found by `SIGILLUM_SHARED`, else beside the project.
//! A test that uses it reports through [`suite`] how many cases it ran, or through [`skipped`] that it ran
//! none; `tests/run` reads these lines and fails where the material is there and a suite ran nothing.

#![allow(dead_code, unreachable_pub, reason = "each test binary includes this module and uses a part of it")]

#[cfg(feature = "service")]
pub mod authority;
pub mod exceptions;
pub mod issue;
pub mod judges;
#[cfg(feature = "service")]
pub mod listed;
#[cfg(feature = "service")]
pub mod made_list;
pub mod pdf;
#[cfg(feature = "service")]
pub mod revoke;
pub mod rng;
pub mod seal;
pub mod seeds;
pub mod sign;
pub mod table;
pub mod test_pki;
#[cfg(feature = "service")]
pub mod validation;
pub mod website;
pub mod xades;
pub mod xmlsec;

use std::path::{Path, PathBuf};

/// The folder of outside material, where it is there: it has a folder `data`.
pub fn shared() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the material is")]
    let named = std::env::var_os("SIGILLUM_SHARED");
    let path = named.map_or_else(|| project().join("../shared"), PathBuf::from);
    path.join("data").is_dir().then_some(path)
}

/// The project's own folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reports that the suite `name` ran `cases` cases.
///
/// # Panics
/// Where it ran none: a suite that finds its material and tests nothing is broken.
pub fn suite(name: &str, cases: usize) {
    assert!(cases > 0, "{name}: no case");
    println!("{name}: {cases} cases");
}

/// Reports that the suite `name` was not run, since the outside material is not there.
pub fn skipped(name: &str) {
    println!("SKIPPED {name}: shared data not found");
}

/// Runs an ignored test of this binary in a process of its own; what it printed.
///
/// # Panics
/// Where it fails.
pub fn alone(test: &str) -> String {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let output = command.args([test, "--exact", "--ignored", "--nocapture"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let passed = output.status.success() && text.contains("1 passed");
    assert!(passed, "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The bytes of a file, or a panic that names it.
pub fn read(path: &Path) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "tests read files")]
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text of a file, or a panic that names it.
pub fn read_text(path: &Path) -> String {
    String::from_utf8(read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below `folder` whose name passes `wanted`, in byte order of the path.
pub fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        #[expect(clippy::disallowed_methods, reason = "tests read folders")]
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_str().is_some_and(&wanted) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}
