//! What a certificate says of its holder and its own limits, for people to read (`ZertES` art. 7(3); `VeÜ-VwV` art. 12 and EÖBV
//! art. 14 ask for "attributes"): shown as claimed. `VZertES` art. 14(2): of function and authority the commercial register
//! alone decides.

use super::uid::Uid;
use crate::pki::{Certificate, QcLimit, oid};

/// Notices and policies of a certificate that are shown.
const SHOWN: usize = 32;

/// What a certificate says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateClaims {
    /// The UID of the organisation, where its identifier is one.
    pub uid: Option<Uid>,
    /// A function or title.
    pub function: Option<String>,
    /// A pseudonym, marked as such.
    pub pseudonym: Option<String>,
    /// Upper limits of transactions.
    pub limits: Vec<QcLimit>,
    /// The texts of its notices, as they stand: the note, and scopes of use.
    pub notices: Vec<String>,
    /// Its policies, dotted. No class follows from them.
    pub policies: Vec<String>,
    /// Whether a statement of it cannot be read.
    pub malformed_statement: bool,
}

impl CertificateClaims {
    /// Reads them.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        let subject = certificate.subject();
        let policies = certificate.certificate_policies();
        let statements = certificate.qc_statements();
        let mut notices: Vec<String> = Vec::new();
        for text in policies.iter().flat_map(|policy| &policy.explicit_texts).take(SHOWN) {
            if !notices.contains(text) {
                notices.push(text.clone());
            }
        }
        Self {
            uid: subject.organization_identifier().and_then(Uid::read),
            function: subject.last(oid::TITLE).map(str::to_owned),
            pseudonym: subject.pseudonym().map(str::to_owned),
            limits: statements.map(|all| all.limits.clone()).unwrap_or_default(),
            notices,
            policies: policies.iter().take(SHOWN).map(|policy| policy.oid.to_string()).collect(),
            malformed_statement: statements.is_some_and(|all| !all.malformed.is_empty() || all.unreadable > 0)
                || certificate.malformed_extensions().iter().any(|one| one.content() == oid::QC_STATEMENTS),
        }
    }
}
