//! The use case "can it be used": whether a record could be written and whether the seals' own certificates pass now.

use std::sync::Arc;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::Service;
use super::ports::JournalUnavailable;
use crate::sealing::check_signer;

/// Whether the service could do its work now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Why no record could be written; nothing where one could.
    pub journal: Option<JournalUnavailable>,
    /// The profiles, by name, whose certificate does not pass their policy now.
    pub unfit: Vec<String>,
}

impl Readiness {
    /// Whether everything that it does could be done.
    #[must_use]
    pub const fn complete(&self) -> bool {
        self.journal.is_none() && self.unfit.is_empty()
    }
}

impl Service {
    /// Looks at journal and certificates. Takes no turn from the documents; the answer should be kept for a moment by
    /// whoever asks often, since certificates cost public-key operations.
    pub async fn ready(&self) -> Readiness {
        let journal = match timeout(self.parts().capacity.deadline, self.parts().journal.ready()).await {
            Ok(ready) => ready.err(),
            Err(_) => Some(JournalUnavailable("no answer in time".to_owned())),
        };
        let evidence = self.parts().evidence.current();
        let sealers = self.parts().sealers.iter();
        let cases: Vec<_> = sealers
            .map(|(name, sealer)| {
                (name.clone(), Arc::clone(sealer.signer.identity()), self.terms(sealer, &evidence))
            })
            .collect();
        let names: Vec<String> = cases.iter().map(|(name, ..)| name.clone()).collect();
        let look = move || {
            let unfit = cases.into_iter().filter(|(_, identity, terms)| check_signer(identity, terms).is_err());
            unfit.map(|(name, ..)| name).collect()
        };
        // Where the look itself breaks down, no certificate is known to pass.
        let unfit = spawn_blocking(look).await.unwrap_or(names);
        Readiness { journal, unfit }
    }
}
