//! The use case "can it be used": whether a record could be written and whether the seals' own certificates pass now.

use std::sync::Arc;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::own::OwnEvidence;
use super::ports::JournalUnavailable;
use super::{Sealer, Service};
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
        // Together they may fetch as much as one document.
        let mut own = self.own_evidence();
        let mut unfit = Vec::new();
        for (name, sealer) in &self.parts().sealers {
            if !self.is_fit(sealer, &mut own).await {
                unfit.push(name.clone());
            }
        }
        Readiness { journal, unfit }
    }

    /// Whether the profile's certificate passes its policy now, by what is at hand and what is fetched. Where the look
    /// itself breaks down, it is not known to pass.
    async fn is_fit(&self, sealer: &Sealer, own: &mut OwnEvidence) -> bool {
        loop {
            let (identity, terms) = (Arc::clone(sealer.signer.identity()), self.terms(sealer, own.evidence()));
            match spawn_blocking(move || check_signer(&identity, &terms)).await {
                Ok(Ok(())) => return true,
                Ok(Err(unfit)) if !unfit.needs.is_empty() => {
                    if !own.fetch(&unfit.needs).await {
                        return false;
                    }
                }
                Ok(Err(_)) | Err(_) => return false,
            }
        }
    }
}
