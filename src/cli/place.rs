//! Where the embedded default keeps its data.

#![expect(clippy::disallowed_methods, reason = "this module reads the environment for the command line")]

use std::env;
use std::path::{Path, PathBuf};

/// The folder of `--data`, else `$XDG_DATA_HOME/sigillum`, else `~/.local/share/sigillum` (XDG Base Directory
/// Specification 0.8: a path that is not absolute does not count). None where there is no home either.
pub(super) fn data_folder(option: Option<&Path>) -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = || absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
    option.map(Path::to_owned).or_else(|| usual().map(|data| data.join("sigillum")))
}
