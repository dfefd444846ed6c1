//! A case of the truth table as a point in its axes: a base, and where it differs.

use std::collections::BTreeMap;

/// Every axis with its values, the first of them that of all bases that do not say otherwise.
pub(crate) const AXES: &[(&str, &[&str])] = &[
    (
        "holder",
        &[
            "person",
            "pseudonym",
            "person-in-organisation",
            "organisation",
            "organisation-vat",
            "organisation-suffix",
            "organisation-no-identifier",
            "organisation-foreign",
            "organisation-bad-digit",
            "surname-only",
            "given-name-only",
            "nameless",
        ],
    ),
    (
        "note",
        &[
            "qualified",
            "regulated",
            "legal-persons",
            "none",
            "upper",
            "within",
            "bmp",
            "second-policy",
            "german",
            "french",
            "italian",
            "german+english",
            "both",
            "negated",
            "non",
            "unqualified",
            "unreadable",
        ],
    ),
    ("compliance", &["yes", "no"]),
    ("policies", &["own", "qcp-n-qscd", "qcp-n", "qcp-l-qscd"]),
    ("legislation", &["ch", "none", "ch-lower", "at", "at+ch"]),
    ("sscd", &["yes", "no"]),
    ("type", &["esign", "eseal", "web", "esign+eseal", "none"]),
    ("malformed", &["no", "pds", "sscd", "compliance", "type", "frame", "extension"]),
    ("usage", &["nr", "ds", "ds+nr", "encipher", "absent"]),
    ("purpose", &["none", "client", "client+mail", "mail", "adobe", "stamping"]),
    ("ca", &["no", "yes"]),
    ("term", &["long", "short", "short-now", "expired", "future"]),
    ("country", &["CH", "ch", "AT", "LI", "none"]),
    (
        "issuer",
        &["listed", "unlisted", "between", "root-02", "root-01", "root-02-deeper", "root-itself", "root-03"],
    ),
    (
        "service",
        &[
            "ca-qc",
            "qtst",
            "remote",
            "other",
            "unknown",
            "ca-qc+remote",
            "ca-qc+qtst",
            "kind-changed",
            "two-by-use",
            "two-conflict",
            "critical",
        ],
    ),
    ("uses", &["both", "signatures", "seals", "none", "web"]),
    (
        "status",
        &[
            "granted",
            "withdrawn-only",
            "withdrawn-between",
            "withdrawn-before",
            "withdrawn-later",
            "late",
            "after",
            "gap-issuance",
            "gap-time",
            "gap-between",
            "unknown",
            "accredited",
            "from-issuance",
            "until-time",
            "documented",
        ],
    ),
    ("scheme", &["ch", "eu", "demo"]),
    (
        "list",
        &["current", "overdue", "overdue-later", "overdue-grace", "closed", "unverified", "pin-expired", "refused"],
    ),
    (
        "stamp",
        &[
            "qualified",
            "none",
            "supplementary",
            "eu",
            "content",
            "failed",
            "document",
            "second-qualified",
            "late-qualified",
            "withdrawn-before",
            "withdrawn-since",
            "not-yet",
            "status-unknown",
            "ca-only",
            "between",
            "root",
            "root-no-purpose",
            "root-listed-03",
            "no-purpose",
            "not-critical",
            "more-purposes",
            "unit",
            "unit-expired",
            "unit-expired-since",
            "gap-hour",
            "list-overdue",
            "list-unverified",
        ],
    ),
    ("claimed", &["within", "none", "early", "late"]),
    (
        "era",
        &[
            "now",
            "2018",
            "2018-2020",
            "transition",
            "transition-last",
            "transition-over",
            "transition-long-over",
            "2017-first",
        ],
    ),
    ("verdict", &["passed", "indeterminate", "failed"]),
    ("revocation", &["shown", "open", "revoked"]),
    ("changes", &["permitted", "forbidden", "unknown"]),
];

/// The bases of the truth table.
const BASES: &[(&str, &[(&str, &str)])] = &[
    ("qes", &[]),
    ("regulated", &[("note", "regulated"), ("compliance", "no"), ("legislation", "none")]),
    (
        "seal",
        &[
            ("holder", "organisation"),
            ("note", "legal-persons"),
            ("compliance", "no"),
            ("legislation", "none"),
            ("type", "eseal"),
            ("usage", "ds"),
        ],
    ),
];

/// A point in the axes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point(BTreeMap<&'static str, &'static str>);

impl Point {
    /// A base and where it differs, as the table writes it.
    ///
    /// # Panics
    /// Where the table names what there is not.
    pub(crate) fn read(base: &str, differs: &str) -> Self {
        let mut point = Self(AXES.iter().map(|(axis, values)| (*axis, values[0])).collect());
        let (_, own) = BASES.iter().find(|(name, _)| *name == base).unwrap_or_else(|| panic!("no base {base}"));
        own.iter().for_each(|(axis, value)| point.set(axis, value));
        for difference in differs.split("; ").filter(|one| !one.is_empty()) {
            let (axis, value) = difference.split_once('=').expect("axis=value");
            assert_ne!(point.0.get(axis), Some(&value), "{base}: {difference} is no difference");
            point.set(axis, value);
        }
        point
    }

    /// Moves along an axis.
    pub(crate) fn set(&mut self, axis: &str, value: &str) {
        let (axis, values) =
            AXES.iter().find(|(name, _)| *name == axis).unwrap_or_else(|| panic!("no axis {axis}"));
        let value = values.iter().find(|one| **one == value).unwrap_or_else(|| panic!("{axis} has no {value}"));
        self.0.insert(axis, value);
    }

    /// Where it stands in an axis.
    pub(crate) fn at(&self, axis: &str) -> &'static str {
        self.0.get(axis).copied().unwrap_or_else(|| panic!("no axis {axis}"))
    }
}
