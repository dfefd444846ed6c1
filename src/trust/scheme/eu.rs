//! The European Union: the URIs of TS 119 612 §5.5 and annex D.5, among them those of before 2016-07-01, which stand in
//! the history of services.

use super::{Information, Table};
use crate::trust::service::{Qualifier, ServiceKind, ServiceStatus};

/// Who has a list that the Commission's list of lists points to: the member states, with `EL` for Greece, those of the
/// EEA, the closed list of the United Kingdom, and the list of lists itself.
pub(super) const TERRITORIES: [&str; 32] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "EU", "FI", "FR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "UK",
];

pub(super) const TABLE: Table = Table {
    kinds: &[
        ("uri.etsi.org/TrstSvc/Svctype/CA/QC", ServiceKind::CaQc),
        ("uri.etsi.org/TrstSvc/Svctype/TSA/QTST", ServiceKind::Qtst),
        ("uri.etsi.org/TrstSvc/Svctype/RemoteQSCDManagement/Q", ServiceKind::RemoteQscd),
        ("uri.etsi.org/TrstSvc/Svctype/RemoteQSigCDManagement/Q", ServiceKind::RemoteQscd),
        ("uri.etsi.org/TrstSvc/Svctype/RemoteQSealCDManagement/Q", ServiceKind::RemoteQscd),
        ("uri.etsi.org/TrstSvc/Svctype/Certstatus/OCSP", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/Certstatus/OCSP/QC", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/Certstatus/CRL", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/Certstatus/CRL/QC", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/EDS/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/EDS/REM/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/PSES/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/QESValidation/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/EAA/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/ElectronicArchiving/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/Ledgers/Q", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/CA/PKC", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/NationalRootCA-QC", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/TSA", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/TSA/TSS-QC", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/TSA/TSS-AdESQCandQES", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/EDS", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/EDS/REM", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/PSES", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/AdESValidation", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/AdESGeneration", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/RA", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/RA/nothavingPKIid", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/ACA", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/SignaturePolicyAuthority", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/Archiv", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/Archiv/nothavingPKIid", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/IdV", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/IdV/nothavingPKIid", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/KEscrow", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/KEscrow/nothavingPKIid", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/PPwd", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/PPwd/nothavingPKIid", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/TLIssuer", ServiceKind::Other),
        ("uri.etsi.org/TrstSvc/Svctype/unspecified", ServiceKind::Other),
    ],
    statuses: &[
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted", ServiceStatus::Granted),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn", ServiceStatus::Withdrawn),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/undersupervision", ServiceStatus::UnderSupervision),
        (
            "uri.etsi.org/TrstSvc/TrustedList/Svcstatus/supervisionincessation",
            ServiceStatus::SupervisionInCessation,
        ),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/supervisionceased", ServiceStatus::SupervisionCeased),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/supervisionrevoked", ServiceStatus::SupervisionRevoked),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/accredited", ServiceStatus::Accredited),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/accreditationceased", ServiceStatus::AccreditationCeased),
        ("uri.etsi.org/TrstSvc/TrustedList/Svcstatus/accreditationrevoked", ServiceStatus::AccreditationRevoked),
        (
            "uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel",
            ServiceStatus::RecognisedAtNationalLevel,
        ),
        (
            "uri.etsi.org/TrstSvc/TrustedList/Svcstatus/deprecatedatnationallevel",
            ServiceStatus::DeprecatedAtNationalLevel,
        ),
        // The form of the lists of before TS 119 612: it stands in the history of services.
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/undersupervision",
            ServiceStatus::UnderSupervision,
        ),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/supervisionincessation",
            ServiceStatus::SupervisionInCessation,
        ),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/supervisionceased",
            ServiceStatus::SupervisionCeased,
        ),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/supervisionrevoked",
            ServiceStatus::SupervisionRevoked,
        ),
        ("uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/accredited", ServiceStatus::Accredited),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/accreditationceased",
            ServiceStatus::AccreditationCeased,
        ),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/accreditationrevoked",
            ServiceStatus::AccreditationRevoked,
        ),
    ],
    information: &[
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures", Information::Signatures),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals", Information::Seals),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication", Information::Web),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/RootCA-QC", Information::Other),
    ],
    qualifiers: &[
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCStatement", Qualifier::QcStatement),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/NotQualified", Qualifier::NotQualified),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCWithQSCD", Qualifier::QcWithQscd),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCNoQSCD", Qualifier::QcNoQscd),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCQSCDStatusAsInCert", Qualifier::QcQscdStatusAsInCert),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCQSCDManagedOnBehalf", Qualifier::QcQscdManagedOnBehalf),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCWithSSCD", Qualifier::QcWithSscd),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCNoSSCD", Qualifier::QcNoSscd),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCSSCDStatusAsInCert", Qualifier::QcSscdStatusAsInCert),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCForLegalPerson", Qualifier::QcForLegalPerson),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCForESig", Qualifier::QcForESig),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCForESeal", Qualifier::QcForESeal),
        ("uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/QCForWSA", Qualifier::QcForWsa),
        // The form of the lists of before TS 119 612.
        ("uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/SvcInfoExt/QCWithSSCD", Qualifier::QcWithSscd),
        ("uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/SvcInfoExt/QCNoSSCD", Qualifier::QcNoSscd),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/SvcInfoExt/QCSSCDStatusAsInCert",
            Qualifier::QcSscdStatusAsInCert,
        ),
        (
            "uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/SvcInfoExt/QCForLegalPerson",
            Qualifier::QcForLegalPerson,
        ),
    ],
};
