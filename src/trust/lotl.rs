//! The list of lists of the European Union: who signs it now (TS 119 615 §4.1).
//!
//! Its signers change by **pivots**: former issues of it, each signed by somebody who was announced before, whose pointer
//! to the list of lists itself announces the next ones. `SchemeInformationURI` names them, the newest first, among the
//! notices of the Official Journal that announced signers too. Whoever is pinned is from one of these notices: pivots
//! from before it are signed by others and lead nowhere, the walk begins at the first that somebody pinned signed. From
//! there on each is demanded to be signed by whom the one before announces; whoever is announced no more is believed no
//! more.
//!
//! Which national lists follow from it is in [`super::announced`].

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::announced::Territories;
use super::list::{Pointer, TrustList};
use super::listing::{ListRole, Listing};
use super::service::Scheme;
use super::verify::{ListSigner, Refusal, VerifiedTrustList};
use crate::time::Timestamp;

/// Pivots that are followed. Five in seven years were the most.
pub const PIVOTS: usize = 32;
/// Octets of a pivot. Real ones have 300,000.
pub const PIVOT_BYTES: usize = 8 << 20;

/// A former issue of a list of lists, as it came. It proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pivot {
    /// Where it is.
    pub location: String,
    /// When it was taken up: a signer of it is looked for among the pins of that time.
    pub taken_at: Timestamp,
    /// The issue itself.
    pub bytes: Arc<[u8]>,
}

/// Why pivots lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PivotError {
    /// One of them is refused: which, from the oldest, and why.
    Refused {
        /// Its place, from 1.
        number: usize,
        /// Why.
        refusal: Refusal,
    },
    /// One of them has no pointer to the list of lists itself, or several that may be meant: which, from 1.
    NoPointer(usize),
    /// One is named twice, or stands twice in the chain: they go round in a circle.
    Twice,
    /// There are too many.
    TooMany,
    /// One is larger than it may be.
    TooLarge,
    /// One is somewhere else than the list of lists.
    Elsewhere,
    /// What names them cannot be read.
    Unreadable(Refusal),
}

/// A list of lists as it is configured, and what was learned of its signers.
#[derive(Clone, Debug, PartialEq)]
pub struct ListOfLists {
    /// Where it is; empty where it is in a file.
    pub location: String,
    /// Which national lists are followed.
    pub territories: Territories,
    /// Who is pinned; pivots lead from there to who signs it now.
    pub pins: Vec<ListSigner>,
    /// The pivots that led there, the oldest first.
    pub pivots: Vec<Pivot>,
    /// Who was believed before the last of them: it is a list of lists itself, and may be the one that is in force.
    before: Vec<ListSigner>,
    /// The sequence number of the last of them.
    number: Option<u64>,
}

/// Where pivots led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Who signs the list of lists now.
    pub signers: Vec<ListSigner>,
    /// Who signed the last pivot.
    pub before: Vec<ListSigner>,
    /// The sequence number of the last pivot; none where none led anywhere.
    pub sequence_number: Option<u64>,
}

/// Follows pivots from the signers that are trusted to those who sign the list of lists now. `pivots` has the oldest
/// first; `location` is where the list of lists is.
///
/// # Errors
/// [`PivotError`] for the first pivot that leads no further: nobody is trusted then that was not before.
pub fn follow_pivots(trusted: &[ListSigner], location: &str, pivots: &[Pivot]) -> Result<Followed, PivotError> {
    if pivots.len() > PIVOTS {
        return Err(PivotError::TooMany);
    }
    let mut followed = Followed { signers: trusted.to_vec(), before: trusted.to_vec(), sequence_number: None };
    let mut known: Option<VerifiedTrustList> = None;
    let mut locations = BTreeSet::new();
    for (number, pivot) in (1..).zip(pivots) {
        if !locations.insert(pivot.location.as_str()) {
            return Err(PivotError::Twice);
        }
        let refused = |refusal| PivotError::Refused { number, refusal };
        let issue = match verified(pivot, &followed.signers) {
            // From before whoever is pinned was announced.
            Err(Refusal::SignerNotPinned(_)) if known.is_none() => continue,
            issue => issue.map_err(refused)?,
        };
        if let Some(known) = &known {
            if known.sha256() == issue.sha256() {
                return Err(PivotError::Twice);
            }
            issue.may_follow(known).map_err(refused)?;
        }
        let pointer = issue.pointer_to_itself(location).ok_or(PivotError::NoPointer(number))?;
        let signers = pointer.signers.iter().map(|one| ListSigner::of(one)).collect();
        followed = Followed {
            before: std::mem::replace(&mut followed.signers, signers),
            signers: followed.signers,
            sequence_number: Some(issue.list().sequence_number),
        };
        known = Some(issue);
    }
    Ok(followed)
}

fn verified(pivot: &Pivot, signers: &[ListSigner]) -> Result<VerifiedTrustList, Refusal> {
    let issue = VerifiedTrustList::verify(Arc::clone(&pivot.bytes), Scheme::Eu, signers, pivot.taken_at)?;
    if issue.list().is_list_of_lists() { Ok(issue) } else { Err(Refusal::NotAListOfLists) }
}

impl Listing {
    /// A list of lists of which nothing is at hand yet.
    #[must_use]
    pub fn of_lists(name: String, location: String, pins: Vec<ListSigner>, territories: Territories) -> Self {
        let lists = ListOfLists {
            location,
            territories,
            pins: pins.clone(),
            pivots: Vec::new(),
            before: Vec::new(),
            number: None,
        };
        Self { role: ListRole::OfLists(Box::new(lists)), ..Self::new(name, Scheme::Eu, pins) }
    }

    /// What is configured of a list of lists; none of another list.
    #[must_use]
    pub fn list_of_lists(&self) -> Option<&ListOfLists> {
        match &self.role {
            ListRole::OfLists(lists) => Some(lists),
            _ => None,
        }
    }

    /// The same after these pivots, the oldest first, which come after those that were followed before.
    ///
    /// # Errors
    /// [`PivotError`] for the first that leads no further.
    pub fn following(&self, pivots: &[Pivot]) -> Result<Self, PivotError> {
        let ListRole::OfLists(lists) = &self.role else { return Ok(self.clone()) };
        let mut lists = lists.clone();
        lists.pivots.extend_from_slice(pivots);
        let followed = follow_pivots(&lists.pins, &lists.location, &lists.pivots)?;
        lists.before = followed.before;
        lists.number = followed.sequence_number;
        Ok(Self { signers: followed.signers, role: ListRole::OfLists(lists), ..self.clone() })
    }

    /// The pivots that a list of lists names after the last that was followed, the newest first. It is not verified here.
    ///
    /// # Errors
    /// [`PivotError`] where it cannot be read, or names too many, or one twice.
    pub fn unfollowed(&self, bytes: &[u8]) -> Result<Vec<String>, PivotError> {
        let ListRole::OfLists(lists) = &self.role else { return Ok(Vec::new()) };
        let list = VerifiedTrustList::claimed(bytes).map_err(PivotError::Unreadable)?;
        let mut named: Vec<String> = Vec::new();
        for location in pivot_locations(&list) {
            if named.contains(&location) {
                return Err(PivotError::Twice);
            }
            named.push(location);
        }
        let followed = |location: &String| lists.pivots.iter().any(|pivot| pivot.location == *location);
        let named: Vec<String> = named.into_iter().take_while(|location| !followed(location)).collect();
        if named.len().saturating_add(lists.pivots.len()) > PIVOTS {
            return Err(PivotError::TooMany);
        }
        Ok(named)
    }

    /// Whether a pivot is signed by somebody who is believed now: the walk begins there.
    ///
    /// # Errors
    /// Why it is none that anybody could follow.
    pub fn begins_at(&self, pivot: &Pivot) -> Result<bool, Refusal> {
        match verified(pivot, &self.signers) {
            Ok(_) => Ok(true),
            Err(Refusal::SignerNotPinned(_)) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }
}

impl ListOfLists {
    /// Who may have signed these octets: whoever is believed now; of the last pivot itself, whoever was before.
    pub(super) fn signers_of<'s>(&'s self, now: &'s [ListSigner], bytes: &[u8]) -> &'s [ListSigner] {
        match self.pivots.last() {
            Some(last) if self.number.is_some() && *last.bytes == *bytes => &self.before,
            _ => now,
        }
    }

    /// Whether it may be the list of lists.
    pub(super) fn admits(&self, list: &VerifiedTrustList) -> Result<(), Refusal> {
        let found = list.list().sequence_number;
        match self.number {
            _ if !list.list().is_list_of_lists() => Err(Refusal::NotAListOfLists),
            Some(known) if found < known => Err(Refusal::Older { known, found }),
            _ => Ok(()),
        }
    }
}

/// Where the pivots of a list of lists are, in the order written: the newest first.
#[must_use]
pub fn pivot_locations(list: &TrustList) -> Vec<String> {
    let is_list = |uri: &&String| uri.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("xml"));
    list.information_uris.iter().filter(is_list).cloned().collect()
}

impl VerifiedTrustList {
    /// The pointer to the list of lists itself, where it names who signs it: the one to this location, else the only one.
    #[must_use]
    pub fn pointer_to_itself(&self, location: &str) -> Option<&Pointer> {
        let own = self.list().territory.as_str();
        let all = || self.programs().filter(|pointer| pointer.territory == own);
        let mut others = all();
        match (all().find(|pointer| pointer.location == location), others.next(), others.next()) {
            (Some(exact), ..) => Some(exact),
            (None, only, None) => only,
            _ => None,
        }
    }

    /// The pointers to the national lists: of a list of lists.
    pub fn national(&self) -> impl Iterator<Item = &Pointer> {
        let own = self.list().territory.as_str();
        self.programs()
            .filter(move |pointer| pointer.territory != own && Scheme::Eu.has_territory(&pointer.territory))
    }

    fn programs(&self) -> impl Iterator<Item = &Pointer> {
        self.list().pointers.iter().filter(|pointer| pointer.is_for_programs() && !pointer.signers.is_empty())
    }
}

impl PivotError {
    /// The code of the contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "pivot-refused",
            Self::NoPointer(_) => "pivot-without-pointer",
            Self::Twice => "pivot-twice",
            Self::TooMany => "too-many-pivots",
            Self::TooLarge => "pivot-too-large",
            Self::Elsewhere => "pivot-elsewhere",
            Self::Unreadable(refusal) => refusal.code(),
        }
    }
}

impl fmt::Display for PivotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { number, refusal } => write!(f, "{}: {number}: {refusal}", self.code()),
            Self::NoPointer(number) => write!(f, "{}: {number}", self.code()),
            Self::Unreadable(refusal) => refusal.fmt(f),
            _ => f.write_str(self.code()),
        }
    }
}

impl std::error::Error for PivotError {}
