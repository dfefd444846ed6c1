//! A folder with a configuration that names lists on the network, and the program that runs with it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use sigillum::crypto::{DigestAlgorithm, digest};

use crate::support::pdf::MadePdf;
use crate::support::sign::Signer;

/// How long anything may take on a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

const TOKEN: &str = "token-of-the-test";

/// Where everything of one test lies.
pub(crate) struct Scene {
    pub(crate) folder: PathBuf,
    _temporary: tempfile::TempDir,
}

/// A list of the configuration: its name and its URL.
pub(crate) type Listed = (String, String);

impl Scene {
    /// Lists of the scheme `demo`, kept in `kept`, signed by the one who has this certificate.
    pub(crate) fn new(lists: &[Listed], kept: Option<&Path>, pin: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let key = rcgen::KeyPair::generate().unwrap();
        let names = ["127.0.0.1".to_owned()];
        let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        fs::write(folder.join("tls.pem"), certificate.pem()).unwrap();
        fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
        let mut pdf = MadePdf::new([]);
        Signer::p256().sign(&mut pdf, "S");
        fs::write(folder.join("document.pdf"), pdf.bytes()).unwrap();
        let scene = Self { folder, _temporary: temporary };
        scene.configure("sigillum.toml", lists, kept, pin);
        scene
    }

    /// Writes a configuration beside the others.
    pub(crate) fn configure(&self, name: &str, lists: &[Listed], kept: Option<&Path>, pin: &str) {
        let kept = kept.map_or_else(|| self.folder.join("lists"), Path::to_owned);
        let hosts: Vec<String> =
            lists.iter().map(|(_, url)| format!("{:?}", url.split('/').nth(2).unwrap())).collect();
        let token = digest(DigestAlgorithm::Sha256, TOKEN.as_bytes());
        let mut text = format!(
            "[server]\ncertificate-file = \"tls.pem\"\nkey-file = \"tls.key\"\n\
             [journal]\nsqlite-file = \"journal.sqlite\"\n[outbound]\nallow-hosts = [{}]\n\
             [policies]\noffered = [\"default\", \"no-revocation\"]\n\
             [callers.test]\ntoken-sha256 = \"{token}\"\nroles = [\"validator\"]\n[trust]\nfolder = {kept:?}\n",
            hosts.join(", ")
        );
        for (name, url) in lists {
            text += &format!(
                "[trust.lists.{name}]\nscheme = \"demo\"\nurl = \"{url}\"\n\
                 [trust.lists.{name}.signers.one]\nsha256 = \"{pin}\"\n"
            );
        }
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// The program with a configuration of this folder.
    pub(crate) fn command(&self, configuration: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigillum"));
        command.args(arguments).arg("--config").arg(self.folder.join(configuration));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `sigillum trust refresh`: exit code and what it printed, a line for each list.
    pub(crate) fn refresh(&self) -> (Option<i32>, Vec<String>) {
        let output = self.command("sigillum.toml", &["trust", "refresh", "--lang", "en"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text.lines().map(ToOwned::to_owned).collect())
    }

    /// `sigillum trust show`: each list as it says.
    pub(crate) fn shown(&self) -> Lists {
        let output = self.command("sigillum.toml", &["trust", "show", "--format", "json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Lists(serde_json::from_slice(&output.stdout).unwrap())
    }

    /// The same for people.
    pub(crate) fn text(&self, language: &str) -> String {
        let output = self.command("sigillum.toml", &["trust", "show", "--lang", language]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the service.
    pub(crate) fn serve(&self) -> Running {
        let mut child = self.command("sigillum.toml", &["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let (output, log) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        for read in [Box::new(output) as Box<dyn std::io::Read + Send>, Box::new(log)] {
            let lines = Arc::clone(&lines);
            thread::spawn(move || {
                for line in BufReader::new(read).lines().map_while(Result::ok) {
                    lines.lock().unwrap().push(line);
                }
            });
        }
        let address = until("the service is ready", || {
            let lines = lines.lock().unwrap();
            lines.iter().find_map(|line| address_of(line))
        });
        Running { child, address, lines, folder: self.folder.clone() }
    }
}

/// What follows `"address":"` in the line that says that the service is ready.
fn address_of(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("\"address\":\"")?;
    line.contains("ready").then(|| rest.split('"').next().map(ToOwned::to_owned)).flatten()
}

/// Waits for something.
///
/// # Panics
/// Where it does not come.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: it never was so");
        thread::sleep(Duration::from_millis(50));
    }
}

/// `GET /v1/trust`, or what `trust show` prints.
#[derive(Debug)]
pub(crate) struct Lists(pub(crate) Value);

impl Lists {
    pub(crate) fn list(&self, name: &str) -> &Value {
        let lists = self.0["lists"].as_array().unwrap();
        lists.iter().find(|list| list["name"] == name).unwrap_or_else(|| panic!("{name}: {}", self.0))
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.list(name)["sequenceNumber"].as_u64()
    }

    /// Outcome and reason of the last look.
    pub(crate) fn last_look(&self, name: &str) -> (String, String) {
        let look = &self.list(name)["lastLook"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&look["outcome"]), text(&look["reason"]))
    }
}

/// A service that runs.
pub(crate) struct Running {
    child: Child,
    address: String,
    pub(crate) lines: Arc<Mutex<Vec<String>>>,
    folder: PathBuf,
}

impl Running {
    /// Status and answer.
    fn ask(&self, path: &str, more: &[&str]) -> (u16, String) {
        let mut command = Command::new("curl");
        command.args(["-sS", "--noproxy", "*", "--max-time", "120", "-w", "\n%{http_code}", "--cacert"]);
        command.arg(self.folder.join("tls.pem")).args(["-H", &format!("Authorization: Bearer {TOKEN}")]);
        let output = command.args(more).arg(format!("https://{}{path}", self.address)).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    /// `GET /v1/trust`.
    pub(crate) fn trust(&self) -> Lists {
        let (status, body) = self.ask("/v1/trust", &[]);
        assert_eq!(status, 200, "{body}");
        Lists(serde_json::from_str(&body).unwrap())
    }

    /// Validates the document: the report.
    ///
    /// # Panics
    /// Where it is not answered.
    pub(crate) fn validated(&self) -> Value {
        let document = format!("@{}", self.folder.join("document.pdf").display());
        let more = ["-H", "Content-Type: application/pdf", "--data-binary", &document];
        let (status, body) = self.ask("/v1/validations?policy=no-revocation", &more);
        assert_eq!(status, 200, "{body}");
        let report: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(report["signatures"].as_array().map(Vec::len), Some(1), "{body}");
        report
    }

    /// Asks it to end, as a system does.
    pub(crate) fn end(mut self) {
        let signal = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(signal.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
