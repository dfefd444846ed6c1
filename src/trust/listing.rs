//! A list as a store holds it: what is configured, the last good list, and why a newer one was not taken.

use std::sync::Arc;

use super::announced::Announcement;
use super::look::Look;
use super::lotl::{ListOfLists, Pivot, PivotError};
use super::service::Scheme;
use super::verify::{ListRemark, ListSigner, Refusal, VerifiedTrustList};
use crate::time::Timestamp;

/// A configured list and what is at hand of it.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The name in the configuration.
    pub name: String,
    /// Under whose law it stands.
    pub scheme: Scheme,
    /// Who may sign it.
    pub signers: Vec<ListSigner>,
    /// The last good list; none where there never was one.
    pub list: Option<Arc<VerifiedTrustList>>,
    /// When that was taken up: its signer was looked for among the pins of that time.
    pub taken_at: Option<Timestamp>,
    /// Why what came last was not taken; none where it was.
    pub refusal: Option<RefusedList>,
    /// How the last look for a newer one went; none where nobody has looked yet.
    pub last_look: Option<Look>,
    /// Which part it has among the lists.
    pub role: ListRole,
    /// For how many seconds after its next update was due the operator still believes it.
    pub grace_seconds: i64,
}

/// Which part a list has among the lists.
#[derive(Clone, Debug, PartialEq)]
pub enum ListRole {
    /// It is configured by itself.
    Own,
    /// It is a list of lists, whose pointers are followed.
    OfLists(Box<ListOfLists>),
    /// A list of lists announces it.
    Announced(Box<Announcement>),
}

/// A list that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedList {
    /// The code of the refusal.
    pub code: String,
    /// The same with what is known of it, for a log.
    pub detail: String,
    /// Whether it may be good, and only nobody could say so.
    pub is_for_want_of_a_signer: bool,
}

impl From<&PivotError> for RefusedList {
    fn from(error: &PivotError) -> Self {
        Self { code: error.code().to_owned(), detail: error.to_string(), is_for_want_of_a_signer: false }
    }
}

impl From<&Refusal> for RefusedList {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code().to_owned(),
            detail: refusal.to_string(),
            is_for_want_of_a_signer: refusal.is_for_want_of_a_signer(),
        }
    }
}

/// How a list stands (TS 119 612 §5.3.15, §5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListState {
    /// Verified, and its next update is not due.
    Current,
    /// Verified, and its next update is due.
    Overdue,
    /// Nobody could verify it: no pin counts, or there is none yet.
    Unverified,
    /// What came was refused, and there is no older one that is good.
    Refused,
}

impl ListState {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Overdue => "overdue",
            Self::Unverified => "unverified",
            Self::Refused => "refused",
        }
    }
}

/// What a report says of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListSummary {
    /// The name in the configuration.
    pub name: String,
    /// Under whose law it stands.
    pub scheme: Scheme,
    /// `SchemeTerritory`; none where there is no list.
    pub territory: Option<String>,
    /// Its sequence number.
    pub sequence_number: Option<u64>,
    /// When it was issued.
    pub issue_time: Option<Timestamp>,
    /// When its next update is due; none also of a closed list.
    pub next_update: Option<Timestamp>,
    /// SHA-256 of it, lowercase hex.
    pub sha256: Option<String>,
    /// The name of the list of lists that announces it; none of one that is configured.
    pub announced_by: Option<String>,
    /// How it stands.
    pub state: ListState,
    /// The code of the refusal of what came last.
    pub reason: Option<String>,
    /// Until when the operator believes it beyond its next update, where that was granted.
    pub grace_until: Option<Timestamp>,
    /// What is not as it should be, and stands in nobody's way.
    pub remarks: Vec<ListRemark>,
}

impl Listing {
    /// A list of which nothing is at hand yet.
    #[must_use]
    pub const fn new(name: String, scheme: Scheme, signers: Vec<ListSigner>) -> Self {
        let (role, last_look) = (ListRole::Own, None);
        Self { name, scheme, signers, list: None, taken_at: None, refusal: None, last_look, role, grace_seconds: 0 }
    }

    /// The same with what was taken up before: it is verified again for the time at which that was.
    ///
    /// # Errors
    /// [`Refusal`] where it is not, or is no longer, good.
    pub fn restored(&self, bytes: Arc<[u8]>, taken_at: Timestamp) -> Result<Self, Refusal> {
        let list = self.verified(bytes, taken_at)?;
        Ok(Self { list: Some(Arc::new(list)), taken_at: Some(taken_at), refusal: None, ..self.clone() })
    }

    /// The same with what was kept of it: of a list of lists, the pivots are followed again from whoever is pinned.
    ///
    /// # Errors
    /// Why none of it can be used.
    pub fn kept(&self, pivots: &[Pivot], bytes: Arc<[u8]>, taken_at: Timestamp) -> Result<Self, RefusedList> {
        let pinned = match &self.role {
            ListRole::OfLists(lists) => {
                let (location, pins) = (lists.location.clone(), lists.pins.clone());
                let pinned = Self::of_lists(self.name.clone(), location, pins, lists.territories.clone());
                let pinned = Self { grace_seconds: self.grace_seconds, ..pinned };
                pinned.following(pivots).map_err(|error| RefusedList::from(&error))?
            }
            _ => self.clone(),
        };
        pinned.restored(bytes, taken_at).map_err(|refusal| RefusedList::from(&refusal))
    }

    /// Who may have signed the list that is here.
    #[must_use]
    pub fn signers_of_list(&self) -> &[ListSigner] {
        match (&self.role, &self.list) {
            (ListRole::OfLists(lists), Some(list)) => lists.signers_of(&self.signers, list.bytes()),
            _ => &self.signers,
        }
    }

    fn verified(&self, bytes: Arc<[u8]>, at: Timestamp) -> Result<VerifiedTrustList, Refusal> {
        let signers = match &self.role {
            ListRole::OfLists(lists) => lists.signers_of(&self.signers, &bytes),
            _ => &self.signers,
        };
        let list = VerifiedTrustList::verify(bytes, self.scheme, signers, at)?;
        match &self.role {
            ListRole::Own => Ok(()),
            ListRole::OfLists(lists) => lists.admits(&list),
            ListRole::Announced(announcement) => announcement.admits(&list),
        }?;
        Ok(list)
    }

    /// The same after something came: taken where it is verified and follows what is known, else kept with the reason.
    #[must_use]
    pub fn after(&self, bytes: Arc<[u8]>, at: Timestamp) -> Self {
        let verified = self.verified(bytes, at).and_then(|list| match &self.list {
            Some(known) => list.may_follow(known).map(|()| list),
            None => Ok(list),
        });
        match verified {
            Ok(list) => {
                let same = self.list.as_ref().filter(|known| known.sha256() == list.sha256()).cloned();
                let taken_at = if same.is_some() { self.taken_at } else { Some(at) };
                Self { list: same.or_else(|| Some(Arc::new(list))), taken_at, refusal: None, ..self.clone() }
            }
            Err(refusal) => Self { refusal: Some((&refusal).into()), ..self.clone() },
        }
    }

    /// How it stands at a time.
    #[must_use]
    pub fn state(&self, at: Timestamp) -> ListState {
        match (&self.list, &self.refusal) {
            (Some(list), _) if list.is_overdue(at) => ListState::Overdue,
            (Some(_), _) => ListState::Current,
            (None, Some(refusal)) if !refusal.is_for_want_of_a_signer => ListState::Refused,
            (None, _) => ListState::Unverified,
        }
    }

    /// What a report says of it.
    #[must_use]
    pub fn summary(&self, at: Timestamp) -> ListSummary {
        let said = self.list.as_ref().map(|list| list.list());
        ListSummary {
            name: self.name.clone(),
            scheme: self.scheme,
            territory: said.map(|list| list.territory.clone()),
            sequence_number: said.map(|list| list.sequence_number),
            issue_time: said.map(|list| list.issue_time),
            next_update: said.and_then(|list| list.next_update),
            sha256: self.list.as_ref().map(|list| list.sha256().to_owned()),
            announced_by: self.announcement().map(|one| one.by.clone()),
            state: self.state(at),
            reason: self.refusal.as_ref().map(|refusal| refusal.code.clone()),
            grace_until: said
                .and_then(|list| list.next_update)
                .filter(|_| self.grace_seconds > 0)
                .map(|next| next.plus_seconds(self.grace_seconds)),
            remarks: self.list.as_ref().map(|list| list.remarks().to_vec()).unwrap_or_default(),
        }
    }
}
