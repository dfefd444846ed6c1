//! Services of trust lists as a validator uses them: what a scheme's table made of the URIs of a list (ETSI TS 119 612
//! §5.5), for each period of a service's history. A service here comes from a list whose signature was verified.
//!
//! What a legal class needs of a service is not here: `validation::qualification` says it.

use std::sync::Arc;

use crate::pki::{Certificate, Name};
use crate::time::Timestamp;

/// Under whose law a list stands: the key of the report's `legal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Switzerland: `ZertES`.
    Ch,
    /// The European Union: Regulation (EU) No 910/2014.
    Eu,
    /// A list made for demonstration: read as a Swiss one, worth nothing.
    Demo,
}

impl Scheme {
    /// The scheme of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ch, Self::Eu, Self::Demo].into_iter().find(|scheme| scheme.name() == name)
    }

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ch => "ch",
            Self::Eu => "eu",
            Self::Demo => "demo",
        }
    }
}

/// What kind of service it is (TS 119 612 §5.5.1), by the table of its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceKind {
    /// `CA/QC`: issues qualified certificates (Switzerland: or regulated ones).
    CaQc,
    /// `TSA/QTST`: issues qualified time-stamps.
    Qtst,
    /// `RemoteQSCDManagement/Q`: keeps keys for their holders. Issues nothing.
    RemoteQscd,
    /// Known to the table, without meaning for a class: its URI stands in the service.
    Other,
    /// No table of the scheme knows its URI: shown as ignored.
    Unknown,
}

/// A status (TS 119 612 §5.5.4), by the table of its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceStatus {
    /// `granted`.
    Granted,
    /// `withdrawn`.
    Withdrawn,
    /// `undersupervision`, before 2016-07-01.
    UnderSupervision,
    /// `supervisionincessation`, before 2016-07-01.
    SupervisionInCessation,
    /// `supervisionceased`, before 2016-07-01.
    SupervisionCeased,
    /// `supervisionrevoked`, before 2016-07-01.
    SupervisionRevoked,
    /// `accredited`, before 2016-07-01.
    Accredited,
    /// `accreditationceased`, before 2016-07-01.
    AccreditationCeased,
    /// `accreditationrevoked`, before 2016-07-01.
    AccreditationRevoked,
    /// `recognisedatnationallevel`.
    RecognisedAtNationalLevel,
    /// `deprecatedatnationallevel`.
    DeprecatedAtNationalLevel,
    /// No table of the scheme knows its URI. Never good.
    Unknown,
}

/// What its certificates are for (`AdditionalServiceInformation`, TS 119 612 §5.5.9.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// `ForeSignatures`.
    pub signatures: bool,
    /// `ForeSeals`.
    pub seals: bool,
    /// `ForWebSiteAuthentication`.
    pub web: bool,
}

/// A qualifier (TS 119 612 §5.5.9.2.3): what a list says of certificates beyond what stands in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qualifier {
    /// `QCStatement`: qualified.
    QcStatement,
    /// `NotQualified`.
    NotQualified,
    /// `QCWithQSCD`.
    QcWithQscd,
    /// `QCNoQSCD`.
    QcNoQscd,
    /// `QCQSCDStatusAsInCert`.
    QcQscdStatusAsInCert,
    /// `QCQSCDManagedOnBehalf`.
    QcQscdManagedOnBehalf,
    /// `QCWithSSCD`, before 2016-07-01.
    QcWithSscd,
    /// `QCNoSSCD`, before 2016-07-01.
    QcNoSscd,
    /// `QCSSCDStatusAsInCert`, before 2016-07-01.
    QcSscdStatusAsInCert,
    /// `QCForLegalPerson`.
    QcForLegalPerson,
    /// `QCForESig`.
    QcForESig,
    /// `QCForESeal`.
    QcForESeal,
    /// `QCForWSA`.
    QcForWsa,
}

/// One period in a service's life: the current instance or one of its history.
#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    /// When it begins (`StatusStartingTime`). It lasts until the next one begins.
    pub from: Timestamp,
    /// The kind of service.
    pub kind: ServiceKind,
    /// `ServiceTypeIdentifier` as written.
    pub kind_uri: String,
    /// The status.
    pub status: ServiceStatus,
    /// `ServiceStatus` as written.
    pub status_uri: String,
    /// What its certificates are for.
    pub uses: Uses,
    /// Qualifiers with what they apply to, in their order.
    pub qualifications: Vec<Qualification>,
    /// A critical extension that is not understood (TS 119 612 §5.5.9): the period then has no meaning for a class.
    pub has_unknown_critical_extension: bool,
}

/// Qualifiers and the criteria that a certificate has to meet for them to apply (TS 119 612 §5.5.9.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Qualification {
    /// The qualifiers.
    pub qualifiers: Vec<Qualifier>,
    /// Which certificates they are about.
    pub criteria: Criteria,
}

/// `CriteriaList` (TS 119 612 §5.5.9.2.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Criteria {
    /// All of these.
    All(Vec<Criteria>),
    /// At least one of these.
    AtLeastOne(Vec<Criteria>),
    /// None of these.
    None(Vec<Criteria>),
    /// The bits of `keyUsage` (by their number in RFC 5280 §4.2.1.3) are set or not set as told.
    KeyUsage(Vec<(u8, bool)>),
    /// All of these certificate policies (dotted decimal) are there.
    PolicySet(Vec<String>),
    /// All of these extended key usages (dotted decimal) are there.
    ExtendedKeyUsage(Vec<String>),
    /// All of these attributes (dotted decimal) are in the subject.
    SubjectAttributes(Vec<String>),
    /// A criterion that is not known: no certificate meets it, nor what is around it.
    Unknown,
}

/// A service of a verified list.
#[derive(Clone, Debug)]
pub struct Service {
    /// Under whose law.
    pub scheme: Scheme,
    /// `SchemeTerritory` of its list.
    pub territory: String,
    /// The sequence number of its list.
    pub sequence_number: u64,
    /// `TSPName`, English where there is one.
    pub provider: String,
    /// `TSPTradeName`s: registration numbers such as `VATCH-CHE-…` are here.
    pub trade_names: Vec<String>,
    /// `ServiceName`, English where there is one.
    pub name: String,
    /// Its certificates. A service without any is known by subject and key identifier.
    pub certificates: Vec<Arc<Certificate>>,
    /// Its subject names, where written.
    pub subjects: Vec<Name>,
    /// Its subject key identifiers, where written.
    pub key_identifiers: Vec<Vec<u8>>,
    /// Its periods, the oldest first; never empty.
    pub periods: Vec<Period>,
}

impl Service {
    /// The period that rules at `time`. `None` before the first: then the list says nothing of the service.
    #[must_use]
    pub fn at(&self, time: Timestamp) -> Option<&Period> {
        self.periods.iter().rev().find(|period| period.from <= time)
    }

    /// The current period.
    #[must_use]
    pub fn current(&self) -> Option<&Period> {
        self.periods.last()
    }
}
