//! The command line as it is written (contract, section 1). What is not there yet is known here all the same, so
//! that it is refused by its name and not as something unheard of.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::journal::Journal;
use super::revisions::Revisions;
use super::trust::Trust;
use crate::reporting::Language;
use crate::syntax::url::HostRule;
use crate::time::{TimeError, Timestamp};

/// Validates electronic signatures and seals on PDF and XML documents, and applies seals.
#[derive(Debug, Parser)]
#[command(name = "sigillum", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "data")]
    pub(super) config: Option<PathBuf>,
    /// Data folder of the embedded default [default: $XDG_DATA_HOME/sigillum or ~/.local/share/sigillum]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Validates files, prints one report per file in argument order
    Validate(Box<Validate>),
    /// Runs the HTTPS service; without --config a demo, which is made in the data folder
    Serve(Serve),
    /// Lists the signed revisions, writes their bytes, says what differs
    Revisions(Revisions),
    /// Applies a seal
    Seal(Seal),
    /// Adds evidence to a signature (not there yet)
    Augment(Later),
    /// Shows the trust lists, checks them, looks for newer ones
    #[command(subcommand)]
    Trust(Trust),
    /// Verifies and lists the journal
    #[command(subcommand)]
    Journal(Journal),
    /// Checks a configuration
    #[command(subcommand)]
    Config(Config),
}

impl Command {
    /// The name as it is typed.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Validate(_) => "validate",
            Self::Serve(_) => "serve",
            Self::Revisions(_) => "revisions",
            Self::Seal(_) => "seal",
            Self::Augment(_) => "augment",
            Self::Trust(_) => "trust",
            Self::Journal(_) => "journal",
            Self::Config(_) => "config",
        }
    }
}

/// The arguments of a command that is not there yet: whatever they are.
#[derive(Args, Debug)]
pub(super) struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(super) struct Serve {
    /// Where it listens instead of where the configuration says; a demo on loopback addresses only
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// Language of the texts
    #[arg(long, value_enum, default_value = "de")]
    pub(super) lang: Lang,
}

#[derive(Args, Debug)]
pub(super) struct Seal {
    /// Document
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Where the sealed document is written; nothing may be there yet
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: PathBuf,
    /// Profile of the configuration; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Language of the texts
    #[arg(long, value_enum, default_value = "de")]
    pub(super) lang: Lang,
}

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Refuses a wrong configuration with file, line and reason
    Check {
        /// Language of the texts; the reasons are in English
        #[arg(long, value_enum, default_value = "de")]
        lang: Lang,
    },
}

#[derive(Args, Debug)]
pub(super) struct Validate {
    /// Documents, or folders that are walked
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Policy by its name: default, strict, archive, no-revocation, or one of the configuration
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(super) policy: String,
    /// Kind of document by its name, whose requirements alone are looked at: one of those that are built in, or of the
    /// configuration (docs/classes.md). It changes neither the verdict nor the exit code
    #[arg(long, value_name = "NAME")]
    pub(super) mandant: Option<String>,
    /// Time for which is judged (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) at: Option<Timestamp>,
    /// Certificate that is trusted as a root (PEM or DER; repeatable); then nothing else is trusted. Without it: what the
    /// configuration says, else the data folder
    #[arg(long, value_name = "FILE")]
    pub(super) trust_anchor: Vec<PathBuf>,
    /// Trust list (TS 119 612) whose services are trusted (repeatable); each with a --trust-list-signer. Then nothing else
    /// is trusted but what --trust-anchor names
    #[arg(long, value_name = "FILE")]
    pub(super) trust_list: Vec<PathBuf>,
    /// Who signs the trust list at the same place: a certificate (PEM or DER), or its SHA-256
    #[arg(long, value_name = "FILE|SHA256")]
    pub(super) trust_list_signer: Vec<OsString>,
    /// Certificates, CRL or OCSP responses (PEM or DER), or an evidence bundle, of which only these are used (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(super) evidence: Vec<PathBuf>,
    /// Writes the evidence bundle: all that the report rests on; nothing may be there yet. With one document
    #[arg(long, value_name = "FILE")]
    pub(super) evidence_out: Option<PathBuf>,
    /// Judges a document again from its evidence bundle: anchors, policy, times and evidence are the bundle's, and the
    /// network is not used
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "policy", "at", "trust_anchor", "trust_list", "trust_list_signer", "evidence", "allow_host", "config", "data",
    ])]
    pub(super) replay: Option<PathBuf>,
    /// What a detached XML signature signs (repeatable); its name, where that is not the file's, before it
    #[arg(long, value_name = "[NAME=]FILE")]
    pub(super) content: Vec<OsString>,
    /// Opens an encrypted PDF
    #[arg(long, value_name = "TEXT", conflicts_with = "password_file")]
    pub(super) password: Option<OsString>,
    /// The same from a file, or from standard input (-)
    #[arg(long, value_name = "FILE|-")]
    pub(super) password_file: Option<PathBuf>,
    /// No network at all
    #[arg(long)]
    pub(super) offline: bool,
    /// Evidence may be fetched from this host, also where it is loopback or private (repeatable)
    #[arg(long, value_name = "HOST[:PORT]", value_parser = host)]
    pub(super) allow_host: Vec<HostRule>,
    /// Form of the report
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
    /// Folder for the reports (not there yet)
    #[arg(long, value_name = "DIR")]
    pub(super) output_dir: Option<PathBuf>,
    /// Language of the texts [default: de; en for JSON]
    #[arg(long, value_enum)]
    pub(super) lang: Option<Lang>,
    /// Files judged at the same time [default: number of cores]
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroU16>,
}

impl Validate {
    /// The language that was asked for, or that the form has.
    pub(super) fn language(&self) -> Language {
        match (self.lang, self.format) {
            (Some(lang), _) => lang.into(),
            (None, Format::Json) => Language::En,
            (None, _) => Language::De,
        }
    }

    /// Whether the options themselves say who is trusted.
    pub(super) fn says_who_is_trusted(&self) -> bool {
        !self.trust_anchor.is_empty() || !self.trust_list.is_empty() || !self.trust_list_signer.is_empty()
    }

    /// The first option in use that is not there yet, as it is typed.
    pub(super) fn not_yet(&self) -> Option<String> {
        let options = [
            (self.output_dir.is_some(), "--output-dir"),
            (self.format == Format::Etsi, "--format etsi"),
            (self.format == Format::Pdf, "--format pdf"),
            (self.format == Format::Html, "--format html"),
        ];
        options.iter().find(|(used, _)| *used).map(|(_, option)| (*option).to_owned())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Etsi,
    Pdf,
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Lang {
    De,
    Fr,
    It,
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::De => Self::De,
            Lang::Fr => Self::Fr,
            Lang::It => Self::It,
            Lang::En => Self::En,
        }
    }
}

fn time(text: &str) -> Result<Timestamp, TimeError> {
    Timestamp::from_rfc3339(text)
}

fn host(text: &str) -> Result<HostRule, &'static str> {
    HostRule::parse(text).map_err(|_| "must be a host, or host:port")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn validate(options: &[&str]) -> Result<Validate, clap::Error> {
        let words = ["sigillum", "validate"].iter().chain(options);
        match Arguments::try_parse_from(words)?.command {
            Command::Validate(validate) => Ok(*validate),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_of_the_contract_is_read() {
        let all = validate(&[
            "a.pdf",
            "--policy",
            "no-revocation",
            "--at",
            "2026-11-21T12:00:00Z",
            "--trust-anchor",
            "r.pem",
            "--trust-anchor",
            "r2.pem",
            "--evidence",
            "e.pem",
            "--password-file",
            "-",
            "--offline",
            "--allow-host",
            "127.0.0.1:19080",
            "--allow-host",
            "[::1]",
            "--format",
            "json",
            "--lang",
            "fr",
            "--jobs",
            "3",
            "b.pdf",
        ])
        .unwrap();
        assert_eq!(all.files, [PathBuf::from("a.pdf"), PathBuf::from("b.pdf")]);
        assert_eq!((all.trust_anchor.len(), all.evidence.len(), all.allow_host.len()), (2, 1, 2));
        assert_eq!(all.at, Timestamp::from_rfc3339("2026-11-21T12:00:00Z").ok());
        assert_eq!(all.language(), Language::Fr);
        assert_eq!(all.not_yet(), None);
        assert_eq!(validate(&["a.pdf"]).unwrap().language(), Language::De);
        assert_eq!(validate(&["a.pdf", "--format", "json"]).unwrap().language(), Language::En);
    }

    #[test]
    fn what_is_not_there_yet_is_named() {
        for option in ["--output-dir x", "--format etsi", "--format pdf", "--format html"] {
            let words: Vec<&str> = option.split(' ').chain(["a.pdf"]).collect();
            let found = validate(&words).unwrap().not_yet().unwrap();
            assert!(option.starts_with(&found), "{option}: {found}");
        }
    }

    #[test]
    fn wrong_use_is_refused() {
        for options in [
            &["a.pdf", "--jobs", "0"][..],
            &["a.pdf", "--at", "yesterday"],
            &["a.pdf", "--format", "xml"],
            &["a.pdf", "--lang", "rm"],
            &["a.pdf", "--password", "x", "--password-file", "y"],
            &["a.pdf", "--allow-host", "http://h/"],
            &["a.pdf", "--nonsense"],
            &[],
        ] {
            assert!(validate(options).is_err(), "{options:?}");
        }
    }

    #[test]
    fn the_other_commands_are_read() {
        let parsed = |line: &str| Arguments::try_parse_from(line.split(' '));
        let Command::Serve(serve) = parsed("sigillum serve --listen [::1]:0 --lang it").unwrap().command else {
            panic!("not serve");
        };
        assert_eq!((serve.listen.unwrap().port(), Language::from(serve.lang)), (0, Language::It));
        let Command::Seal(seal) = parsed("sigillum seal a.pdf -o b.pdf --profile x").unwrap().command else {
            panic!("not seal");
        };
        assert_eq!((seal.output, Language::from(seal.lang)), (PathBuf::from("b.pdf"), Language::De));
        let Command::Revisions(revisions) = parsed("sigillum revisions a.pdf -o out --diff").unwrap().command
        else {
            panic!("not revisions");
        };
        assert_eq!(revisions.language(), Language::De);
        let Command::Revisions(revisions) = parsed("sigillum revisions a.pdf --format json").unwrap().command
        else {
            panic!("not revisions");
        };
        assert_eq!(revisions.language(), Language::En);
        assert!(matches!(parsed("sigillum config check --config x").unwrap().command, Command::Config(_)));
        for wrong in [
            "sigillum serve --config x --data y",
            "sigillum serve --listen localhost:1",
            "sigillum seal a.pdf --profile x",
            "sigillum config",
            "sigillum revisions",
            "sigillum revisions a.pdf b.pdf",
            "sigillum revisions a.pdf -o",
            "sigillum revisions a.pdf --format etsi",
            "sigillum revisions a.pdf --password x --password-file y",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn commands_that_come_later_take_whatever_follows() {
        for words in ["augment a.pdf -o b.pdf --level LT", "augment"] {
            let parsed = Arguments::try_parse_from(["sigillum"].into_iter().chain(words.split(' '))).unwrap();
            assert!(words.starts_with(parsed.command.name()), "{words}");
        }
    }
}
