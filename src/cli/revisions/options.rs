//! `sigillum revisions` as it is written.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::arguments::Lang;
use crate::reporting::Language;

#[derive(Args, Debug)]
pub(in super::super) struct Revisions {
    /// Document
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Folder for the bytes of each signed revision (revision-S1.pdf …) or, of XML, of each signed octet stream
    /// (octets-S1-1.xml …); made where it is missing, nothing is overwritten
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(super) output_dir: Option<PathBuf>,
    /// Says what later revisions changed, by page; of XML, what each signature leaves out
    #[arg(long)]
    pub(super) diff: bool,
    /// Opens an encrypted PDF; what is written stays encrypted
    #[arg(long, value_name = "TEXT", conflicts_with = "password_file")]
    pub(super) password: Option<OsString>,
    /// The same from a file, or from standard input (-)
    #[arg(long, value_name = "FILE|-")]
    pub(super) password_file: Option<PathBuf>,
    /// What a detached XML signature signs (repeatable); name=FILE where the name matters
    #[arg(long, value_name = "FILE")]
    pub(super) content: Vec<OsString>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Form,
    /// Language of the texts [default: de; en for JSON]
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    Text,
    Json,
}

impl Revisions {
    /// The language that was asked for, or that the form has.
    pub(in super::super) fn language(&self) -> Language {
        match (self.lang, self.format) {
            (Some(lang), _) => lang.into(),
            (None, Form::Json) => Language::En,
            (None, Form::Text) => Language::De,
        }
    }
}
