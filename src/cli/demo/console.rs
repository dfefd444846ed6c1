//! What the demo says on standard output: what it is, and lines that work when they are pasted into another terminal,
//! from any folder. Everything that is no command is a comment of the shell.

use std::net::SocketAddr;
use std::path::Path;

use super::Demo;
use super::settings::PROFILE;
use crate::reporting::{Label, Texts};

/// What the lines need to know.
#[derive(Debug)]
pub(in crate::cli) struct Lines<'a> {
    /// The demo.
    pub(in crate::cli) demo: &'a Demo,
    /// The data folder, whole.
    pub(in crate::cli) data: &'a Path,
    /// Where the service listens now.
    pub(in crate::cli) address: SocketAddr,
    /// This program.
    pub(in crate::cli) program: &'a Path,
}

/// The text, each line ended by a line feed.
pub(in crate::cli) fn lines(about: &Lines<'_>, texts: &Texts) -> String {
    let Lines { demo, data, address, program } = about;
    let folder = demo.folder.display().to_string();
    let state = if demo.made { Label::DemoMade } else { Label::DemoUsed };
    let mut said = vec![
        comment(&texts.fill(state, &[("folder", folder.clone())])),
        comment(&texts.fill(Label::Ready, &[("address", address.to_string())])),
    ];
    if let Some(ends) = demo.ends_soon {
        let arguments = [("time", texts.time(ends)), ("folder", folder)];
        said.push(comment(&texts.fill(Label::DemoEnds, &arguments)));
    }
    let sealed = demo.folder.join("sealed.pdf");
    let language = texts.language().code();
    let blocks = [
        (
            Label::DemoValidate,
            format!("{} -w '\\n' '{}'", curl(demo), url(*address, &format!("validations?lang={language}"))),
        ),
        (
            Label::DemoSeal,
            format!(
                "{} -f -w '%{{http_code}}\\n' -o {} '{}'",
                curl(demo),
                quoted(&sealed),
                url(*address, &format!("seals?profile={PROFILE}"))
            ),
        ),
        (
            Label::DemoCheck,
            format!("{} validate --data {} --lang {language} {}", quoted(program), quoted(data), quoted(&sealed)),
        ),
    ];
    for (label, command) in blocks {
        said.extend([String::new(), comment(texts.label(label)), command]);
    }
    said.push(String::new());
    said.join("\n")
}

/// What both calls have in common. A proxy of the environment is left out: it does not see this machine as we do.
fn curl(demo: &Demo) -> String {
    let file = |name: &str| quoted(&demo.folder.join(name));
    format!(
        "curl -sS --noproxy '*' --cacert {} -H \"Authorization: Bearer $(cat {})\" -H 'Content-Type: application/pdf' \
         --data-binary @{}",
        file("tls-root.pem"),
        file("token"),
        file("sample.pdf")
    )
}

fn url(address: SocketAddr, rest: &str) -> String {
    format!("https://{address}/v1/{rest}")
}

/// A line that the shell passes over.
fn comment(text: &str) -> String {
    format!("# {}", text.replace(['\n', '\r'], " "))
}

/// A path as one word of the shell (POSIX 2.2.2): in single quotes, where it is not plain.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::reporting::Language;

    #[test]
    fn paths_are_one_word_of_the_shell() {
        for (path, word) in [
            ("/tmp/a-b_c.d/e+f", "/tmp/a-b_c.d/e+f"),
            ("/tmp/a b", "'/tmp/a b'"),
            ("/tmp/it's", "'/tmp/it'\\''s'"),
            ("/tmp/$(x)", "'/tmp/$(x)'"),
            ("~/x", "'~/x'"),
        ] {
            assert_eq!(quoted(&PathBuf::from(path)), word);
        }
    }

    #[test]
    fn all_that_is_said_is_a_comment_or_a_command() {
        let demo = Demo {
            folder: PathBuf::from("/data/demo"),
            made: true,
            ends_soon: Some(crate::time::Timestamp::from_unix(1_800_000_000)),
        };
        for language in Language::ALL {
            let about = Lines {
                demo: &demo,
                data: Path::new("/data"),
                address: "[::1]:1234".parse().unwrap(),
                program: Path::new("/bin/sigillum"),
            };
            let text = lines(&about, Texts::of(*language));
            for line in text.lines() {
                let good = ["# ", "curl ", "/bin/sigillum "].iter().any(|start| line.starts_with(start));
                assert!(line.is_empty() || good, "{line}");
            }
            assert_eq!(text.lines().filter(|line| line.starts_with("curl ")).count(), 2);
            assert!(
                text.contains("https://[::1]:1234/v1/seals?profile=demo") && text.contains("DEMO")
                    || text.contains("DÉMO")
            );
        }
    }
}
