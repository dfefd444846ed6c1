//! The national lists that a list of lists announces (TS 119 615 §4.2): where each is, and who signs it. Each is
//! believed for the territory, and of the type, for which it is announced.
//!
//! What is announced no more is dropped, and said; so is a list whose signer is announced no more.

use std::collections::{BTreeMap, BTreeSet};

use super::list::Pointer;
use super::listing::{ListRole, Listing, RefusedList};
use super::scheme::normalised;
use super::service::Scheme;
use super::verify::{ListSigner, Refusal, VerifiedTrustList};
use crate::syntax::url::HttpUrl;

/// Which national lists are followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Territories {
    /// All that are announced.
    #[default]
    All,
    /// Those of these territories.
    These(BTreeSet<String>),
}

/// A list as a list of lists announces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The name of the list of lists in the configuration.
    pub by: String,
    /// Where it is; none where it is not announced, or nowhere that could be asked.
    pub location: Option<HttpUrl>,
    /// For which territory.
    pub territory: String,
    /// `TSLType`; empty where it is not announced.
    pub type_uri: String,
}

impl Territories {
    /// Whether the list of a territory is followed.
    #[must_use]
    pub fn has(&self, territory: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(territory),
        }
    }
}

impl Announcement {
    /// Whether a list is the one that is announced.
    pub(super) fn admits(&self, list: &VerifiedTrustList) -> Result<(), Refusal> {
        let list = list.list();
        if list.territory != self.territory {
            return Err(Refusal::Territory(list.territory.clone()));
        }
        if self.type_uri.is_empty() || normalised(&self.type_uri) == normalised(&list.type_uri) {
            Ok(())
        } else {
            Err(Refusal::Type(list.type_uri.clone()))
        }
    }
}

/// The name under which a national list stands. Names that an operator chooses have no dot.
#[must_use]
pub fn announced_name(by: &str, territory: &str) -> String {
    format!("{by}.{territory}")
}

impl Listing {
    /// The same as one that a list of lists of this name announces, where nothing else is known of that; itself where its
    /// name is none of such a list.
    #[must_use]
    pub fn announced_by(self, by: &str) -> Self {
        let territory = self.name.strip_prefix(by).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
        let Some(territory) = territory else { return self };
        let announcement = Announcement { by: by.to_owned(), location: None, territory, type_uri: String::new() };
        Self { role: ListRole::Announced(Box::new(announcement)), ..self }
    }

    /// How this list is announced; none of one that is configured.
    #[must_use]
    pub const fn announcement(&self) -> Option<&Announcement> {
        match &self.role {
            ListRole::Announced(announcement) => Some(announcement),
            _ => None,
        }
    }

    /// The lists that follow from a list of lists, by their territories; `before` has those that did before, as they
    /// stand.
    #[must_use]
    pub fn announces(&self, before: &[Self]) -> Vec<Self> {
        let ListRole::OfLists(lists) = &self.role else { return Vec::new() };
        let mut pointers: BTreeMap<&str, Vec<&Pointer>> = BTreeMap::new();
        for pointer in self.list.iter().flat_map(|list| list.national()) {
            if lists.territories.has(&pointer.territory) {
                pointers.entry(&pointer.territory).or_default().push(pointer);
            }
        }
        let own = |listing: &&Self| listing.announcement().is_some_and(|one| one.by == self.name);
        let before: BTreeMap<&str, &Self> = before
            .iter()
            .filter(own)
            .filter_map(|listing| Some((listing.announcement()?.territory.as_str(), listing)))
            .collect();
        let mut territories: BTreeSet<&str> = pointers.keys().chain(before.keys()).copied().collect();
        if let Territories::These(these) = &lists.territories {
            territories.extend(these.iter().map(String::as_str));
        }
        territories
            .into_iter()
            .map(|territory| {
                let pointers = pointers.get(territory).map_or(&[][..], Vec::as_slice);
                self.announced(territory, pointers, before.get(territory).copied())
            })
            .collect()
    }

    fn announced(&self, territory: &str, pointers: &[&Pointer], before: Option<&Self>) -> Self {
        let announcement = Announcement {
            by: self.name.clone(),
            location: None,
            territory: territory.to_owned(),
            type_uri: String::new(),
        };
        let name = announced_name(&self.name, territory);
        let nowhere = |code: Option<&str>| Self {
            role: ListRole::Announced(Box::new(announcement.clone())),
            grace_seconds: self.grace_seconds,
            refusal: code.map(refused),
            ..Self::new(name.clone(), Scheme::Eu, Vec::new())
        };
        let pointer = match pointers {
            [pointer] => pointer,
            // Nobody knows yet what is announced.
            [] if self.list.is_none() => return before.cloned().unwrap_or_else(|| nowhere(None)),
            [] => return nowhere(Some("not-announced")),
            _ => return nowhere(Some("announced-twice")),
        };
        let Ok(location) = HttpUrl::parse(&pointer.location) else { return nowhere(Some("location")) };
        let announcement =
            Announcement { location: Some(location), type_uri: pointer.type_uri.clone(), ..announcement.clone() };
        let fresh = Self {
            signers: pointer.signers.iter().map(|one| ListSigner::of(one)).collect(),
            role: ListRole::Announced(Box::new(announcement)),
            ..nowhere(None)
        };
        match before {
            Some(before) if before.signers == fresh.signers && before.role == fresh.role => {
                Self { grace_seconds: fresh.grace_seconds, ..before.clone() }
            }
            Some(Self { list: Some(list), taken_at: Some(taken_at), .. }) => fresh
                .restored(std::sync::Arc::clone(list.bytes()), *taken_at)
                .unwrap_or_else(|refusal| Self { refusal: Some((&refusal).into()), ..fresh }),
            _ => fresh,
        }
    }
}

fn refused(code: &str) -> RefusedList {
    RefusedList { code: code.to_owned(), detail: code.to_owned(), is_for_want_of_a_signer: false }
}
