//! The tables of the schemes: which URI of a list means what, under whose law (ETSI TS 119 612 §5.5, annex D).
//!
//! URIs are compared after [`normalised`]: without `http://` or `https://`, without trailing slashes. What no table
//! knows has no meaning and is shown as ignored; nothing is guessed from the look of a URI.

mod ch;
mod eu;

use super::service::{Qualifier, Scheme, ServiceKind, ServiceStatus, Uses};

/// What `AdditionalServiceInformation` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Information {
    /// For signatures.
    Signatures,
    /// For seals.
    Seals,
    /// For authentication of web sites.
    Web,
    /// Known, without meaning for a class.
    Other,
}

/// The tables of one scheme. Keys are normalised.
pub(super) struct Table {
    kinds: &'static [(&'static str, ServiceKind)],
    statuses: &'static [(&'static str, ServiceStatus)],
    information: &'static [(&'static str, Information)],
    qualifiers: &'static [(&'static str, Qualifier)],
}

impl Scheme {
    /// The scheme by the territory that a list is for (TS 119 612 §5.3.10).
    #[must_use]
    pub fn of_territory(territory: &str) -> Option<Self> {
        match territory {
            ch::TERRITORY => Some(Self::Ch),
            DEMO_TERRITORY => Some(Self::Demo),
            other => eu::TERRITORIES.contains(&other).then_some(Self::Eu),
        }
    }

    /// Whether a list of this territory can stand under it.
    #[must_use]
    pub fn has_territory(self, territory: &str) -> bool {
        Self::of_territory(territory) == Some(self)
    }

    /// The territories that lists of this scheme can be for, in order.
    #[must_use]
    pub fn territories(self) -> Vec<&'static str> {
        match self {
            Self::Ch => vec![ch::TERRITORY],
            Self::Demo => vec![DEMO_TERRITORY],
            Self::Eu => eu::TERRITORIES.to_vec(),
        }
    }

    const fn table(self) -> &'static Table {
        match self {
            Self::Ch | Self::Demo => &ch::TABLE,
            Self::Eu => &eu::TABLE,
        }
    }

    /// What kind of service a `ServiceTypeIdentifier` names.
    #[must_use]
    pub fn kind(self, uri: &str) -> ServiceKind {
        find(self.table().kinds, uri).unwrap_or(ServiceKind::Unknown)
    }

    /// Which status a `ServiceStatus` names.
    #[must_use]
    pub fn status(self, uri: &str) -> ServiceStatus {
        find(self.table().statuses, uri).unwrap_or(ServiceStatus::Unknown)
    }

    /// What the URI of an `AdditionalServiceInformation` says; none where no table knows it.
    #[must_use]
    pub fn information(self, uri: &str) -> Option<Information> {
        find(self.table().information, uri)
    }

    /// Which qualifier a URI names.
    #[must_use]
    pub fn qualifier(self, uri: &str) -> Option<Qualifier> {
        find(self.table().qualifiers, uri)
    }
}

/// `SchemeTerritory` of a list made for demonstration: a code that ISO 3166 leaves to its users.
pub const DEMO_TERRITORY: &str = "ZZ";

impl Uses {
    /// The same, and this.
    pub(super) const fn and(mut self, information: Information) -> Self {
        match information {
            Information::Signatures => self.signatures = true,
            Information::Seals => self.seals = true,
            Information::Web => self.web = true,
            Information::Other => {}
        }
        self
    }
}

/// A URI without its scheme and trailing slashes: the form in which tables have it.
#[must_use]
pub fn normalised(uri: &str) -> &str {
    let uri = uri.trim();
    let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://")).unwrap_or(uri);
    rest.trim_end_matches('/')
}

fn find<T: Copy>(table: &[(&str, T)], uri: &str) -> Option<T> {
    let uri = normalised(uri);
    table.iter().find(|(key, _)| *key == uri).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_trailing_slash_make_no_difference() {
        for uri in [
            "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures",
            "https://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures/",
            " http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures\n",
        ] {
            for scheme in [Scheme::Ch, Scheme::Eu, Scheme::Demo] {
                assert_eq!(scheme.information(uri), Some(Information::Signatures), "{uri}");
            }
        }
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(Scheme::Ch.kind("http://uri.etsi.org/TrstSvc/Svctype/CA/QC"), ServiceKind::Unknown);
        assert_eq!(Scheme::Eu.kind("https://uri.tsl-switzerland.ch/TrstSvc/Svctype/CA/QC"), ServiceKind::Unknown);
        assert_eq!(Scheme::Ch.kind("ftp://uri.tsl-switzerland.ch/TrstSvc/Svctype/CA/QC"), ServiceKind::Unknown);
        assert_eq!(Scheme::Ch.kind("https://uri.tsl-switzerland.ch/trstsvc/svctype/ca/qc"), ServiceKind::Unknown);
        assert_eq!(
            Scheme::Eu.status("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/great"),
            ServiceStatus::Unknown
        );
        assert_eq!(Scheme::Ch.kind("https://uri.tsl-switzerland.ch/TrstSvc/Svctype/CA/QC/"), ServiceKind::CaQc);
        assert_eq!(Scheme::Eu.kind("https://uri.etsi.org/TrstSvc/Svctype/CA/QC/"), ServiceKind::CaQc);
    }

    #[test]
    fn territories_belong_to_one_scheme() {
        assert_eq!(Scheme::of_territory("CH"), Some(Scheme::Ch));
        assert_eq!(Scheme::of_territory("AT"), Some(Scheme::Eu));
        assert_eq!(Scheme::of_territory("ZZ"), Some(Scheme::Demo));
        assert_eq!(Scheme::of_territory("US"), None);
        assert!(!Scheme::Demo.has_territory("CH") && !Scheme::Ch.has_territory("ZZ"));
    }
}
