//! Whether a change is permitted, as one signature sees it: by its own restraints and those of every signature
//! before it (ISO 32000-2 §12.8.2.2, §12.8.2.4, §12.7.5.5).

use std::sync::Arc;

use super::Located;
use super::finding::{Class, Kind};
use super::guard::{Guard, Guards};
use crate::document::facts::{ChangeFinding, Changes, ChangesLevel, FieldLock, FieldLockAction};

/// Most findings that a report lists; what is not permitted comes first.
const MOST_LISTED: usize = 1_000;

/// What one signature restricts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Restraints {
    /// The P of a certification.
    pub(crate) doc_mdp: Option<u8>,
    /// Locks of fields, with the P of each.
    pub(crate) locks: Vec<FieldLock>,
    /// They could not be read: nothing but validation data is permitted.
    pub(crate) unreadable: bool,
}

impl Restraints {
    /// These and those of another signature together.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.doc_mdp = least(self.doc_mdp, other.doc_mdp);
        self.locks.extend(other.locks.iter().cloned());
        self.unreadable |= other.unreadable;
        self
    }

    /// The access permissions that are in force.
    fn level(&self) -> Option<u8> {
        self.locks.iter().fold(self.doc_mdp, |level, lock| least(level, lock.doc_mdp))
    }

    /// Whether a change of this kind is permitted; `field` is the full name of the field whose change it is.
    pub(super) fn permits(&self, kind: Kind, field: Option<&str>, guards: Guards) -> bool {
        let level = self.level();
        let locked = match field.filter(|name| !name.is_empty()) {
            Some(name) => self.locks.iter().any(|lock| covers(lock, name)),
            // A field whose name is not known may be one that is locked.
            None => {
                !self.locks.is_empty() && matches!(kind, Kind::FormField | Kind::Signature | Kind::SignatureField)
            }
        };
        match kind.class() {
            Class::Ltv => true,
            _ if self.unreadable && guards.hold(Guard::Readable) => false,
            Class::Metadata => true,
            Class::Information => level.is_none() || !guards.hold(Guard::Information),
            Class::Signature | Class::FormFilling => {
                (level.is_none_or(|level| level >= 2) || !guards.hold(Guard::Level))
                    && !(locked && guards.hold(Guard::Lock))
            }
            Class::Annotation => level == Some(3) || !guards.hold(Guard::Marks),
            Class::Forbidden | Class::Unknown => false,
        }
    }
}

fn least(one: Option<u8>, other: Option<u8>) -> Option<u8> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whether a lock covers the field `name`: the field itself, or one of its descendants.
pub(crate) fn covers(lock: &FieldLock, name: &str) -> bool {
    let named = lock.fields.iter().any(|field| {
        name.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    match lock.action {
        FieldLockAction::All => true,
        FieldLockAction::Include => named,
        FieldLockAction::Exclude => !named,
    }
}

/// A change with what reports say of it, but for whether it is permitted.
pub(super) struct Told<'l> {
    pub(super) located: &'l Located,
    finding: ChangeFinding,
}

impl<'l> Told<'l> {
    pub(super) fn of(located: &'l Located) -> Self {
        let finding = ChangeFinding {
            revision: located.revision,
            object: located.object.map(|id| id.to_string().into()),
            path: Arc::clone(&located.path),
            kind: located.kind.reported(),
            permitted: false,
            page: Some(u64::from(located.page)).filter(|page| *page > 0),
            code: located.kind.name(),
        };
        Self { located, finding }
    }
}

/// What a signature with these restraints sees: `found` came after its revision.
pub(super) fn judge<'t>(
    found: impl Iterator<Item = &'t Told<'t>>,
    restraints: &Restraints,
    guards: Guards,
    [later_revisions, trailing_bytes]: [u64; 2],
) -> Changes {
    let mut findings: Vec<(ChangeFinding, Class)> = found
        .map(|Told { located, finding }| {
            let permitted = restraints.permits(located.kind, located.field.as_deref(), guards);
            (ChangeFinding { permitted, ..finding.clone() }, located.kind.class())
        })
        .collect();
    let level = |class: Class| findings.iter().any(|(_, one)| *one == class);
    // What is forbidden is certain, also where more could not be analysed.
    let level = if level(Class::Forbidden) {
        ChangesLevel::Forbidden
    } else {
        findings.iter().map(|(_, class)| class.level()).max().unwrap_or(ChangesLevel::None)
    };
    let permitted = findings.iter().all(|(finding, _)| finding.permitted);
    findings.sort_by_key(|(finding, _)| (finding.permitted, finding.revision));
    findings.truncate(MOST_LISTED);
    let mut findings: Vec<ChangeFinding> = findings.into_iter().map(|(finding, _)| finding).collect();
    findings.sort_by_key(|finding| finding.revision);
    Changes { level, permitted, later_revisions, trailing_bytes, findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(action: FieldLockAction, fields: &[&str]) -> FieldLock {
        FieldLock { action, fields: fields.iter().map(|name| (*name).to_owned()).collect(), doc_mdp: None }
    }

    #[test]
    fn a_name_covers_its_descendants_behind_a_dot_only() {
        let include = lock(FieldLockAction::Include, &["name", "a.b"]);
        for (name, covered) in
            [("name", true), ("name.first", true), ("name2", false), ("nam", false), ("a.b", true), ("a", false)]
        {
            assert_eq!(covers(&include, name), covered, "{name}");
            assert_eq!(covers(&lock(FieldLockAction::Exclude, &["name", "a.b"]), name), !covered, "{name}");
            assert!(covers(&lock(FieldLockAction::All, &[]), name));
        }
    }

    #[test]
    fn levels_permit_what_the_table_says() {
        let with = |doc_mdp| Restraints { doc_mdp, ..Restraints::default() };
        for (kind, permitted) in [
            (Kind::SecurityStore, [true; 4]),
            (Kind::DocumentTimestamp, [true; 4]),
            (Kind::Metadata, [true; 4]),
            (Kind::DocumentInformation, [true, false, false, false]),
            (Kind::Signature, [true, false, true, true]),
            (Kind::FormField, [true, false, true, true]),
            (Kind::AnnotationAdded, [false, false, false, true]),
            (Kind::PageContent, [false; 4]),
            (Kind::NotAnalysed, [false; 4]),
        ] {
            for (level, permitted) in [None, Some(1), Some(2), Some(3)].into_iter().zip(permitted) {
                assert_eq!(
                    with(level).permits(kind, Some("field"), Guards::all()),
                    permitted,
                    "{} {level:?}",
                    kind.name()
                );
            }
        }
        let unreadable = Restraints { unreadable: true, ..Restraints::default() };
        assert!(
            unreadable.permits(Kind::SecurityStore, None, Guards::all())
                && !unreadable.permits(Kind::Signature, None, Guards::all())
        );
        let mut locked = with(None);
        locked.locks.push(FieldLock { doc_mdp: Some(1), ..lock(FieldLockAction::Include, &["x"]) });
        assert!(!locked.permits(Kind::FormField, Some("y"), Guards::all()), "the lock's P");
        let named = Restraints { locks: vec![lock(FieldLockAction::Include, &["x"])], ..Restraints::default() };
        assert!(
            named.permits(Kind::FormField, Some("y"), Guards::all())
                && named.permits(Kind::SecurityStore, None, Guards::all())
        );
        for unknown in [None, Some("")] {
            assert!(!named.permits(Kind::FormField, unknown, Guards::all()), "a field that may be the locked one");
            assert!(
                !named.permits(Kind::Signature, unknown, Guards::all())
                    && !named.permits(Kind::SignatureField, unknown, Guards::all())
            );
        }
        assert!(
            !with(Some(3)).and(&with(Some(1))).permits(Kind::FormField, None, Guards::all()),
            "restraints add up"
        );
    }
}
