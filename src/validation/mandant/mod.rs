//! Mandants: what kind of document asks for which signatures, as data. Built in are those of [`Mandant::builtin`]; a canton
//! has its own in files of the same form.
//!
//! A mandant is satisfied by what a report says, and changes nothing in it. It states a fact about a document and a set of
//! rules that was chosen: what follows in a procedure, its law says. What a mandant asks for and this program cannot check
//! is named as not done, and then the mandant is not satisfied.

mod form;

use std::sync::{Arc, LazyLock};

use super::qualification::{SwissClass, SwissLegal};
use super::report::{Answer, Report, SignatureReport, TimeQuality};
use crate::document::{ChangesLevel, MediaType};

pub use form::MandantError;

/// The rules for one kind of document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandant {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is taken from.
    pub basis: String,
    formats: Vec<MediaType>,
    minimum: usize,
    maximum: Option<usize>,
    all_valid: bool,
    certification: bool,
    changes: Vec<ChangesLevel>,
    every: Option<Demand>,
    some: Vec<Demand>,
    not_done: Vec<String>,
    notes: Vec<MandantNote>,
}

/// What is asked of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Demand {
    classes: Vec<SwissClass>,
    time: TimeQuality,
    count: usize,
}

/// What a mandant has to say besides, whatever the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MandantNote {
    /// EÖBV (SR 211.435.1) art. 19(2): registries check deeds with the validator of the Confederation.
    FederalValidator,
}

impl MandantNote {
    /// Every note.
    pub const ALL: [Self; 1] = [Self::FederalValidator];

    /// The code in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FederalValidator => "registries-use-federal-validator",
        }
    }
}

/// What a mandant asks for and the document does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// Documents of this kind are of another format.
    Format,
    /// There are fewer signatures.
    TooFewSignatures,
    /// There are more signatures.
    TooManySignatures,
    /// Not every signature is valid, or more than is permitted came later.
    NotValid,
    /// There is no Swiss trust list that would say what class a signature has.
    NoList,
    /// A signature has another class.
    Class,
    /// The time of a signature is not good enough.
    Time,
    /// A signature that has to be there is not.
    SignatureMissing,
    /// Later changes are of another kind.
    Changes,
    /// A signature certifies the document, where it has to approve it.
    Certified,
    /// Something that it asks for cannot be checked here.
    NotDone,
}

impl Unmet {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Format,
        Self::TooFewSignatures,
        Self::TooManySignatures,
        Self::NotValid,
        Self::NoList,
        Self::Class,
        Self::Time,
        Self::SignatureMissing,
        Self::Changes,
        Self::Certified,
        Self::NotDone,
    ];

    /// The code in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Format => "format-not-accepted",
            Self::TooFewSignatures => "too-few-signatures",
            Self::TooManySignatures => "too-many-signatures",
            Self::NotValid => "signature-not-valid",
            Self::NoList => "no-trust-list",
            Self::Class => "class-not-accepted",
            Self::Time => "time-not-accepted",
            Self::SignatureMissing => "signature-missing",
            Self::Changes => "changes-not-accepted",
            Self::Certified => "certified-instead-of-approved",
            Self::NotDone => "checks-not-done",
        }
    }
}

/// What a document has of a mandant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MandantResult {
    /// The mandant.
    pub name: String,
    /// What it lacks; nothing where it is satisfied.
    pub unmet: Vec<Unmet>,
    /// Checks that it asks for and that are not done here.
    pub not_done: Vec<String>,
    /// What is to be said besides.
    pub notes: Vec<MandantNote>,
}

impl MandantResult {
    /// Whether the document has all that the mandant asks for.
    #[must_use]
    pub const fn is_satisfied(&self) -> bool {
        self.unmet.is_empty()
    }

    /// Whether the document may be of this kind all the same: it has the format and as many signatures as such documents have.
    #[must_use]
    pub fn may_be_meant(&self) -> bool {
        !self.unmet.contains(&Unmet::Format) && !self.unmet.contains(&Unmet::TooFewSignatures)
    }
}

/// The mandants that are built in: name and text.
const BUILTIN: [&str; 7] = [
    include_str!("builtin/qualified.toml"),
    include_str!("builtin/regulated-seal.toml"),
    include_str!("builtin/mixed.toml"),
    include_str!("builtin/official-gazette.toml"),
    include_str!("builtin/criminal-records-extract.toml"),
    include_str!("builtin/debt-collection-extract.toml"),
    include_str!("builtin/notarial-deed.toml"),
];

impl Mandant {
    /// Those that are built in, in their order.
    #[must_use]
    pub fn builtin() -> &'static [Arc<Self>] {
        // The files are part of the program, and a test parses them.
        static ALL: LazyLock<Vec<Arc<Mandant>>> =
            LazyLock::new(|| BUILTIN.iter().filter_map(|text| Mandant::parse(text).ok()).map(Arc::new).collect());
        &ALL
    }

    /// Checks that it asks for and that are not done here.
    #[must_use]
    pub fn not_done(&self) -> &[String] {
        &self.not_done
    }

    /// What a document has of it, by its report.
    #[must_use]
    pub fn assess(&self, report: &Report) -> MandantResult {
        let signatures = &report.signatures;
        let mut unmet = Vec::new();
        let mut lacks = |what, is_lacking: bool| {
            if is_lacking {
                unmet.push(what);
            }
        };
        let demo = report.trust.demo;
        let meets_class = |one: &SignatureReport, demand: &Demand| {
            legal_of(one, demo).is_some_and(|legal| demand.classes.contains(&legal.judged.class))
        };
        // The better a quality is, the smaller it is.
        let meets_time = |one: &SignatureReport, demand: &Demand| {
            legal_of(one, demo).map_or(one.time_quality, |legal| legal.time_quality) <= demand.time
        };
        let every = self.every.as_ref();
        lacks(Unmet::Format, !self.formats.contains(&report.document.media_type));
        lacks(Unmet::TooFewSignatures, signatures.len() < self.minimum);
        lacks(Unmet::TooManySignatures, self.maximum.is_some_and(|most| signatures.len() > most));
        lacks(Unmet::NotValid, self.all_valid && report.summary.answer != Answer::Valid);
        let is_of_a_class = |one: &&SignatureReport| legal_of(one, demo).is_some();
        lacks(Unmet::NoList, !signatures.iter().all(|one| is_of_a_class(&one)));
        let mut classed = signatures.iter().filter(is_of_a_class);
        lacks(Unmet::Class, every.is_some_and(|demand| classed.any(|one| !meets_class(one, demand))));
        lacks(Unmet::Time, every.is_some_and(|demand| signatures.iter().any(|one| !meets_time(one, demand))));
        let has = |demand: &Demand| {
            let good = signatures
                .iter()
                .filter(|one| super::process::is_valid(one) && meets_class(one, demand) && meets_time(one, demand));
            good.count() >= demand.count
        };
        lacks(Unmet::SignatureMissing, !self.some.iter().all(has));
        let changed = signatures.iter().filter_map(|one| one.changes.as_ref());
        lacks(
            Unmet::Changes,
            changed.into_iter().any(|changes| !changes.permitted || !self.changes.contains(&changes.level)),
        );
        lacks(Unmet::Certified, !self.certification && signatures.iter().any(|one| one.doc_mdp.is_some()));
        lacks(Unmet::NotDone, !self.not_done.is_empty());
        MandantResult { name: self.name.clone(), unmet, not_done: self.not_done.clone(), notes: self.notes.clone() }
    }
}

/// What Swiss law makes of a signature; a demo's word counts in a demo alone.
fn legal_of(signature: &SignatureReport, is_demo: bool) -> Option<&SwissLegal> {
    let demo = signature.legal.demo.as_ref().filter(|_| is_demo);
    signature.legal.ch.as_ref().or(demo)
}

#[cfg(test)]
mod tests;
