//! `sigillum journal` as it is written.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::super::arguments::Lang;
use crate::journal::Head;
use crate::reporting::Language;

#[derive(Debug, Subcommand)]
pub(in super::super) enum Journal {
    /// Verifies that no record was changed, removed, moved or put in
    Verify(Verify),
    /// Lists the records, without verifying them
    List(List),
}

#[derive(Args, Debug)]
pub(in super::super) struct Verify {
    /// Head that was kept elsewhere: the journal has to contain it
    #[arg(long, value_name = "NUMBER:HASH")]
    pub(super) head: Option<Head>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Args, Debug)]
pub(in super::super) struct List {
    /// Number of the first record
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) from: u64,
    /// Records at the most [default: all]
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Args, Debug)]
pub(super) struct Common {
    /// Database file [default: that of the configuration, or journal.sqlite in the data folder]
    #[arg(value_name = "FILE", conflicts_with_all = ["config", "data"])]
    pub(super) file: Option<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Form,
    /// Language of the texts
    #[arg(long, value_enum, default_value = "de")]
    lang: Lang,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    Text,
    Json,
}

impl Journal {
    /// The language that was asked for.
    pub(in super::super) fn language(&self) -> Language {
        self.common().lang.into()
    }

    /// The database file, where one is named.
    pub(super) fn file(&self) -> Option<&Path> {
        self.common().file.as_deref()
    }

    pub(super) const fn common(&self) -> &Common {
        match self {
            Self::Verify(options) => &options.common,
            Self::List(options) => &options.common,
        }
    }
}
