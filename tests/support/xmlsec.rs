//! What xmlsec1 says of XML that was sealed.

use super::project;
use std::path::Path;
use std::process::Command;

/// Whether xmlsec1 is at hand: where outside judges are.
#[must_use]
pub fn is_here() -> bool {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the judges are")]
    let judges = std::env::var_os("SIGILLUM_JUDGES_PYTHON").is_some();
    judges
}

/// Verifies the seal whose document element or last signature has the identifier `id`, in the folder of what it refers to.
/// `Err` holds what was said.
pub fn verify(file: &Path, id: &str) -> Result<(), String> {
    let folder = file.parent().expect("a folder");
    let ids = [
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        "http://www.w3.org/2000/09/xmldsig#:Object",
        "http://www.w3.org/2000/09/xmldsig#:Signature",
    ];
    let output = Command::new("xmlsec1")
        .current_dir(folder)
        .args(["--verify", "--node-id", id, "--verification-time", "2026-07-01 12:30:00"])
        .args(["--enabled-reference-uris", "empty,same-doc,local,remote", "--trusted-pem"])
        .arg(project().join("fixtures/bench/root.pem"))
        .args(ids.iter().flat_map(|id| ["--id-attr:Id", *id]))
        .arg(file)
        .output()
        .expect("xmlsec1, which tests/run installs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// The identifier of the signature element of a seal: the last one that begins like ours, in any encoding.
#[must_use]
pub fn id_of(sealed: &[u8]) -> String {
    const MARKER: &[u8] = b"Id=\"sigillum-";
    let ascii: Vec<u8> = sealed.iter().copied().filter(|octet| *octet != 0).collect();
    let at = ascii.windows(MARKER.len()).rposition(|window| window == MARKER).expect("an identifier");
    // `sigillum-` and 32 digits.
    String::from_utf8(ascii[at + 4..at + 45].to_vec()).expect("ASCII")
}
