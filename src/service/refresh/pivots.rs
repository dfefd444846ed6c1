//! Looking for a list of lists: the pivots that it names are fetched, the newest first, back to the first that somebody
//! signed who is believed already. What is older is of no use; from there on they are followed.
//!
//! A pivot is looked for at the server of the list of lists only: what names it is not verified yet.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::{Refresh, Refreshed, WITHIN};
use crate::syntax::url::HttpUrl;
use crate::trust::{Listing, PIVOT_BYTES, Pivot, PivotError, Refusal};
use crate::validation::FetchOutcome;

/// How long all pivots together are waited for.
const ALL_WITHIN: Duration = Duration::from_secs(300);

/// Why there are no pivots to follow.
enum NoPivots {
    Refused(PivotError),
    Failed(FetchOutcome),
}

impl fmt::Display for NoPivots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Failed(outcome) => f.write_str(&outcome.name()),
        }
    }
}

impl Refresh {
    /// What follows from a list of lists that came.
    pub(super) async fn look_by_pivots(
        &self,
        place: &HttpUrl,
        listing: Listing,
        bytes: Arc<[u8]>,
    ) -> (Refreshed, Option<Listing>) {
        let now = self.clock.now();
        let (own, came) = (listing.clone(), Arc::clone(&bytes));
        let first = spawn_blocking(move || (own.after(Arc::clone(&came), now), own.unfollowed(&came))).await;
        let Ok((first, unfollowed)) = first else { return (Refreshed::Failed(FetchOutcome::Unreadable), None) };
        let is_believed = first.refusal.is_none();
        // Bad in itself, whoever signed it.
        if first.refusal.as_ref().is_some_and(|refusal| !is_for_pivots(&refusal.code)) {
            return self.taken(listing, Some(first)).await;
        }
        let unfollowed = match unfollowed {
            Ok(unfollowed) if unfollowed.is_empty() => return self.taken(listing, Some(first)).await,
            Ok(unfollowed) => unfollowed,
            Err(error) => return self.taken(listing.clone(), Some(refused(listing, &error))).await,
        };
        let fetched = self.pivots(place, &listing, unfollowed);
        match timeout(ALL_WITHIN, fetched).await.unwrap_or(Err(NoPivots::Failed(FetchOutcome::Timeout))) {
            Ok(pivots) => {
                let own = listing.clone();
                let after = spawn_blocking(move || match own.following(&pivots) {
                    Ok(following) => {
                        let after = following.after(bytes, now);
                        // What does not lead to a list is not remembered.
                        if after.refusal.is_some() { Listing { refusal: after.refusal, ..own } } else { after }
                    }
                    Err(error) => refused(own, &error),
                });
                self.taken(listing, after.await.ok()).await
            }
            // It is signed by somebody who is believed, and what was before them is not to be had.
            Err(cause) if is_believed => match self.taken(listing, Some(first)).await {
                (Refreshed::New | Refreshed::Same, after) => (Refreshed::WithoutPivots(cause.to_string()), after),
                other => other,
            },
            Err(NoPivots::Refused(error)) => self.taken(listing.clone(), Some(refused(listing, &error))).await,
            Err(NoPivots::Failed(outcome)) => (Refreshed::Failed(outcome), None),
        }
    }

    /// The pivots from the first that somebody signed who is believed, the oldest first; all where there is none such.
    async fn pivots(
        &self,
        place: &HttpUrl,
        listing: &Listing,
        newest_first: Vec<String>,
    ) -> Result<Vec<Pivot>, NoPivots> {
        let mut pivots = Vec::new();
        let mut number = newest_first.len();
        for location in newest_first {
            let url = HttpUrl::parse(&location).ok().filter(|url| is_beside(url, place));
            let url = url.ok_or(NoPivots::Refused(PivotError::Elsewhere))?;
            let bytes = self.fetch.fetch_list(&url, WITHIN).await.map_err(NoPivots::Failed)?;
            if bytes.len() > PIVOT_BYTES {
                return Err(NoPivots::Refused(PivotError::TooLarge));
            }
            let pivot = Pivot { location, taken_at: self.clock.now(), bytes };
            let (own, candidate) = (listing.clone(), pivot.clone());
            let begins = spawn_blocking(move || own.begins_at(&candidate)).await;
            let begins = begins.map_err(|_| NoPivots::Failed(FetchOutcome::Unreadable))?;
            pivots.push(pivot);
            match begins {
                Ok(true) => break,
                Ok(false) => {}
                Err(refusal) => return Err(NoPivots::Refused(PivotError::Refused { number, refusal })),
            }
            number = number.saturating_sub(1);
        }
        pivots.reverse();
        Ok(pivots)
    }
}

/// Whether a refusal may end where pivots are followed.
fn is_for_pivots(code: &str) -> bool {
    code == Refusal::SIGNER_NOT_PINNED
}

fn is_beside(url: &HttpUrl, place: &HttpUrl) -> bool {
    (url.scheme, &url.host, url.port) == (place.scheme, &place.host, place.port)
}

fn refused(listing: Listing, error: &PivotError) -> Listing {
    Listing { refusal: Some(error.into()), ..listing }
}
