//! Where a command gets its configuration from (contract, section 1): the file of `--config`, else the embedded default
//! in the folder of `--data`, else that in its usual place.

use std::io;
use std::path;
use std::path::PathBuf;

use super::compose;
use super::compose::{Loaded, Refused};
use super::demo;
use super::demo::{Demo, DemoError};
use super::exit::Exit;
use super::trusted::{DataLists, Trusting};
use super::{say, say_lines, terminal};
use crate::reporting::{Label, Texts};
use crate::time::Timestamp;
use crate::trust::TrustStore;

/// What the command line says of it.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A configuration file.
    Configuration(PathBuf),
    /// A data folder, whole; and whether it was named.
    Data(PathBuf, Named),
    /// There is no usual place: the environment names no home.
    Nowhere,
}

/// Whether a data folder was named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Here,
    Usual,
}

impl Source {
    /// From the options `--config` and `--data`, of which at most one is given.
    pub(super) fn of(config: Option<PathBuf>, data: Option<PathBuf>) -> io::Result<Self> {
        Ok(match (config, data, terminal::data_folder()) {
            (Some(file), ..) => Self::Configuration(file),
            (None, Some(folder), _) => Self::Data(path::absolute(folder)?, Named::Here),
            (None, None, Some(folder)) => Self::Data(folder, Named::Usual),
            (None, None, None) => Self::Nowhere,
        })
    }

    /// The configuration of a command that cannot do without one. Says why there is none.
    pub(super) fn needed(&self, now: Timestamp, texts: &Texts) -> Result<Loaded, Exit> {
        let file = match self {
            Self::Configuration(file) => file.clone(),
            Self::Data(data, _) => {
                let demo = demo::existing(data, now);
                demo.map(|demo| demo.configuration()).map_err(|error| refused_demo(data, &error, texts))?
            }
            Self::Nowhere => return Err(nowhere(texts)),
        };
        compose::load(&file).map_err(refused)
    }

    /// What is said of trust and of the network, for a command that looks at trust lists: a configuration needs no more
    /// than that. Without one, what the data folder has, and the Swiss list, which the program knows.
    pub(super) fn trusting(&self, texts: &Texts) -> Result<Trusting, Exit> {
        match self {
            Self::Configuration(file) => compose::load_trust(file).map_err(refused),
            Self::Data(data, _) => {
                let demo = demo::configuration(data).map_err(|error| refused_demo(data, &error, texts))?;
                let own = demo.map(|file| compose::load_trust(&file)).transpose().map_err(refused)?;
                Ok(own.unwrap_or_else(Trusting::nothing).with_data(data, DataLists::All))
            }
            Self::Nowhere => Err(nowhere(texts)),
        }
    }

    /// What is believed by a command that can do without a configuration: what this one says, and what lies in the data
    /// folder.
    pub(super) fn trust(&self, loaded: Option<&Loaded>) -> Result<TrustStore, Refused> {
        let own = loaded.map_or_else(Trusting::nothing, Loaded::trusting);
        match self {
            Self::Data(data, _) => own.with_data(data, DataLists::Kept).trust(),
            _ => own.trust(),
        }
    }

    /// The same for a command that seals: the CRLs of a demo are issued anew where it is time.
    pub(super) fn to_seal_with(&self, now: Timestamp, texts: &Texts) -> Result<Loaded, Exit> {
        if let Self::Data(data, _) = self {
            demo::in_use(data, now).map_err(|error| refused_demo(data, &error, texts))?;
        }
        self.needed(now, texts)
    }

    /// The configuration of a command that can do without one: nothing where the usual place has none. The demo may have
    /// ended: what was sealed with it can still be judged. Its CRLs are issued anew where it is time; where they cannot
    /// be, this is said, and what is there is used.
    pub(super) fn to_validate_with(&self, now: Timestamp, texts: &Texts) -> Result<Option<Loaded>, Exit> {
        let file = match self {
            Self::Configuration(file) => file.clone(),
            Self::Data(data, named) => match demo::configuration(data) {
                Ok(Some(file)) => {
                    if let Err(error @ (DemoError::System(_) | DemoError::Broken(_))) = demo::in_use(data, now) {
                        let _ = refused_demo(data, &error, texts);
                    }
                    file
                }
                Ok(None) if *named == Named::Usual || Trusting::has_lists(data) => return Ok(None),
                Ok(None) => return Err(refused_demo(data, &DemoError::Missing, texts)),
                Err(error) => return Err(refused_demo(data, &error, texts)),
            },
            Self::Nowhere => return Ok(None),
        };
        compose::load(&file).map(Some).map_err(refused)
    }

    /// The file of the journal; nothing where there is no usual place. It is not looked for.
    pub(super) fn journal(&self) -> Result<Option<PathBuf>, Exit> {
        match self {
            Self::Configuration(file) => {
                compose::load(file).map(|loaded| Some(loaded.journal().to_owned())).map_err(refused)
            }
            Self::Data(data, _) => Ok(Some(data.join(demo::JOURNAL))),
            Self::Nowhere => Ok(None),
        }
    }

    /// The demo of a command that makes one where there is none; nothing where a configuration is named.
    pub(super) fn demo(&self, now: Timestamp, texts: &Texts) -> Result<Option<(PathBuf, Demo)>, Exit> {
        match self {
            Self::Configuration(_) => Ok(None),
            Self::Data(data, _) => match demo::make_or_use(data, now) {
                Ok(demo) => Ok(Some((data.clone(), demo))),
                Err(error) => Err(refused_demo(data, &error, texts)),
            },
            Self::Nowhere => Err(nowhere(texts)),
        }
    }
}

/// Says each problem on its own line, and ends for wrong configuration.
pub(super) fn refused(refused: Refused) -> Exit {
    say_lines(&refused.0);
    Exit::Configuration
}

fn refused_demo(data: &path::Path, error: &DemoError, texts: &Texts) -> Exit {
    let folder = demo::folder(data).display().to_string();
    match error {
        DemoError::Missing => say(&texts.fill(Label::DemoMissing, &[("folder", folder)])),
        DemoError::Expired(since) => {
            let arguments = [("time", texts.time(*since)), ("folder", folder)];
            say(&texts.fill(Label::DemoExpired, &arguments));
        }
        DemoError::System(_) | DemoError::Broken(_) => {
            say(&texts.fill(Label::DemoFailed, &[("folder", folder), ("cause", error.to_string())]));
            return Exit::Internal;
        }
    }
    Exit::Configuration
}

fn nowhere(texts: &Texts) -> Exit {
    say(texts.label(Label::NoDataFolder));
    Exit::Configuration
}
