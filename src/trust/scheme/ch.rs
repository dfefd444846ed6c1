//! Switzerland: the URIs of the list of the Swiss Accreditation Service (ZertES art. 5(2)), as they stand in it. It
//! has URIs of its own for kinds and statuses, and writes those of ETSI for `AdditionalServiceInformation` with
//! `https` and a trailing slash. Qualifiers do not occur in it; where one does, it has no meaning.

use super::{Information, Table};
use crate::trust::service::{ServiceKind, ServiceStatus};

pub(super) const TERRITORY: &str = "CH";

pub(super) const TABLE: Table = Table {
    kinds: &[
        ("uri.tsl-switzerland.ch/TrstSvc/Svctype/CA/QC", ServiceKind::CaQc),
        ("uri.tsl-switzerland.ch/TrstSvc/Svctype/TSA/QTST", ServiceKind::Qtst),
        ("uri.tsl-switzerland.ch/TrstSvc/Svctype/RemoteQSCDManagement/Q", ServiceKind::RemoteQscd),
    ],
    statuses: &[
        ("uri.tsl-switzerland.ch/TrstSvc/TrustedList/Svcstatus/granted", ServiceStatus::Granted),
        ("uri.tsl-switzerland.ch/TrstSvc/TrustedList/Svcstatus/withdrawn", ServiceStatus::Withdrawn),
    ],
    information: &[
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures", Information::Signatures),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals", Information::Seals),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication", Information::Web),
    ],
    qualifiers: &[],
};
