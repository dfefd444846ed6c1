//! What has to be done again and again while the service runs: the demo issues its CRLs anew before they run out, and
//! evidence files that have changed are read anew.
//!
//! What cannot be done is said in the log and tried again; until then what was there stays. A CRL that runs out is not
//! believed any more, so nothing passes because of a file that is too old.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use super::compose;
use super::demo;
use super::files;
use super::files::Stamp;
use crate::clock;
use crate::service::StandingEvidence;
use crate::time::Timestamp;

/// How often it is looked: a minute after a CRL was fetched, it counts.
const PERIOD: Duration = Duration::from_secs(60);

/// What is looked after.
pub(super) struct Upkeep {
    /// The data folder of a demo.
    demo: Option<PathBuf>,
    evidence_files: Vec<PathBuf>,
    evidence: Arc<StandingEvidence>,
    /// As the files were when they were read; nothing where one could not be looked at.
    read: Option<Vec<Stamp>>,
}

impl Upkeep {
    /// Looks after these. They are read anew at the first turn, since they may have changed after they were read.
    pub(super) const fn new(
        demo: Option<PathBuf>,
        evidence_files: Vec<PathBuf>,
        evidence: Arc<StandingEvidence>,
    ) -> Self {
        Self { demo, evidence_files, evidence, read: None }
    }

    /// Does it until it is dropped.
    pub(super) async fn keep(mut self) {
        let mut turns = interval(PERIOD);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            let turn = spawn_blocking(move || {
                self.turn(clock::now());
                self
            });
            match turn.await {
                Ok(again) => self = again,
                Err(_) => {
                    tracing::error!("upkeep broke down; evidence is not read anew any more");
                    return;
                }
            }
        }
    }

    /// Does it once.
    fn turn(&mut self, now: Timestamp) {
        if let Some(data) = &self.demo {
            match demo::renew(data, now) {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "CRLs of the demo were issued anew"),
                Err(error) => tracing::warn!(cause = %error, "the CRLs of the demo could not be issued anew"),
            }
        }
        let stamps: Option<Vec<Stamp>> = self.evidence_files.iter().map(|file| files::stamp(file).ok()).collect();
        if stamps.is_some() && stamps == self.read {
            return;
        }
        match compose::evidence(&self.evidence_files) {
            Ok(evidence) => {
                self.evidence.replace(evidence);
                self.read = stamps;
            }
            Err(reasons) => {
                for cause in reasons {
                    tracing::warn!(%cause, "evidence could not be read anew");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata;

    #[expect(clippy::disallowed_methods, reason = "the test makes the files that it names")]
    fn write(file: &PathBuf, content: &str) {
        std::fs::write(file, content).unwrap();
    }

    #[test]
    fn files_that_change_are_read_anew_and_broken_ones_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.crl");
        let evidence = Arc::new(StandingEvidence::default());
        let mut upkeep = Upkeep::new(None, vec![file.clone()], Arc::clone(&evidence));
        let now = Timestamp::from_unix(1_800_000_000);
        let mut counts = |content: Option<&str>| {
            if let Some(content) = content {
                write(&file, content);
            }
            upkeep.turn(now);
            let current = evidence.current();
            (current.crls().len(), current.certificates().len())
        };
        assert_eq!(counts(None), (0, 0), "it is not there yet");
        assert_eq!(counts(Some(testdata::CRL)), (1, 0));
        assert_eq!(counts(None), (1, 0));
        assert_eq!(counts(Some("broken")), (1, 0));
        assert_eq!(counts(Some(&format!("{}{}", testdata::CRL, testdata::CA))), (1, 1));
    }

    #[test]
    fn the_demo_has_a_crl_that_holds_at_any_time() {
        let data = tempfile::tempdir().unwrap();
        let start = Timestamp::from_unix(1_800_000_000);
        let demo = demo::make_or_use(data.path(), start).unwrap();
        let files: Vec<PathBuf> = ["root.crl", "issuing.crl"].map(|name| demo.folder.join(name)).into();
        let evidence = Arc::new(StandingEvidence::default());
        let mut upkeep = Upkeep::new(Some(data.path().to_owned()), files, Arc::clone(&evidence));
        for hour in 0..24 * 30 {
            let now = start.plus_seconds(hour * 3600);
            upkeep.turn(now);
            let current = evidence.current();
            assert_eq!(current.crls().len(), 2);
            for (crl, _) in current.crls() {
                assert!(crl.this_update < now && crl.next_update.is_some_and(|end| end > now.plus_seconds(86400)));
            }
        }
    }
}
