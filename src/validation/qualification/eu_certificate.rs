//! What a certificate and an entry of a national list say together of qualification, type and device (ETSI TS 119 615 §4.4):
//! the certificate first, overruled by qualifiers of the entry where their criteria are met.

use crate::pki::{Certificate, oid};
use crate::time::Timestamp;
use crate::trust::{Criteria, Period, Qualifier};

/// Regulation (EU) No 910/2014 applies from here on: 2016-07-01, 00:00 in Brussels.
pub(super) const EIDAS: Timestamp = Timestamp::from_unix(1_467_324_000);

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Signature,
    Seal,
    Web,
    Unknown,
}

/// What is made of a certificate at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Qualification {
    pub(super) qualified: bool,
    pub(super) kind: Type,
    pub(super) device: bool,
    /// The entry contradicts itself, and decided less for it.
    pub(super) inconsistent: bool,
}

/// A certificate as it says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) is_post: bool,
    qualified: bool,
    pub(super) kind: Type,
    device: bool,
}

impl Said {
    pub(super) fn by(certificate: &Certificate) -> Self {
        let statements = certificate.qc_statements();
        let policy =
            |wanted: &[u8]| certificate.certificate_policies().iter().any(|one| one.oid.content() == wanted);
        let is_post = certificate.not_before() >= EIDAS;
        let european = statements.is_none_or(|all| all.legislation.is_empty());
        let compliance = statements.is_some_and(|all| all.compliance);
        let (qcp, qcp_plus) = (policy(oid::POLICY_QCP_PUBLIC), policy(oid::POLICY_QCP_PUBLIC_SSCD));
        let qualified = european && (compliance || (!is_post && (qcp || qcp_plus)));
        let mut types: Vec<&[u8]> = statements
            .map(|all| all.types.iter().map(crate::syntax::der::Oid::content).collect())
            .unwrap_or_default();
        types.sort_unstable();
        types.dedup();
        let kind = match types.as_slice() {
            _ if !is_post => {
                if qualified {
                    Type::Signature
                } else {
                    Type::Unknown
                }
            }
            [] => {
                if compliance {
                    Type::Signature
                } else {
                    Type::Unknown
                }
            }
            [one] if *one == oid::QC_TYPE_ESIGN => Type::Signature,
            [one] if *one == oid::QC_TYPE_ESEAL => Type::Seal,
            [one] if *one == oid::QC_TYPE_WEB => Type::Web,
            _ => Type::Unknown,
        };
        let device = statements.is_some_and(|all| all.sscd) || (!is_post && qcp_plus);
        Self { is_post, qualified, kind, device }
    }
}

/// The qualifiers of a period that apply to a certificate.
pub(super) fn captured(period: &Period, certificate: &Certificate) -> Vec<Qualifier> {
    let applying = period.qualifications.iter().filter(|one| meets(certificate, &one.criteria) == Some(true));
    let mut all: Vec<Qualifier> = applying.flat_map(|one| one.qualifiers.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether the entry is listed for the type of the certificate; one that is not known passes.
pub(super) fn covers(period: &Period, kind: Type, qualifiers: &[Qualifier]) -> bool {
    let listed = |kind: Type| match kind {
        Type::Signature => period.uses.signatures && !qualifiers.contains(&Qualifier::QcForLegalPerson),
        Type::Seal => period.uses.seals,
        Type::Web => period.uses.web,
        Type::Unknown => true,
    };
    let overrules = match named(qualifiers).as_slice() {
        [one] => listed(*one),
        _ => false,
    };
    listed(kind) || overrules
}

/// What certificate and entry say together.
pub(super) fn together(said: Said, period: &Period, qualifiers: &[Qualifier]) -> Qualification {
    let has = |one| qualifiers.contains(&one);
    let is_post = period.from >= EIDAS;
    let named = named(qualifiers);
    let clash = has(Qualifier::QcStatement) && has(Qualifier::NotQualified);
    let qualified = match () {
        () if clash => false,
        () if has(Qualifier::NotQualified) => false,
        () if has(Qualifier::QcStatement) => true,
        () => said.qualified,
    };
    let uncovered = |kind: &Type| !covers(period, *kind, &[]);
    let clash_of_types = named.len() > 1
        || (has(Qualifier::QcForLegalPerson) && has(Qualifier::QcForESig))
        || (is_post && named.iter().any(uncovered))
        || (!is_post && named.iter().any(|kind| matches!(kind, Type::Seal | Type::Web)));
    let kind = match named.as_slice() {
        _ if clash_of_types => Type::Unknown,
        _ if !qualified => said.kind,
        [one] => *one,
        _ if !is_post => Type::Signature,
        _ => said.kind,
    };
    let clash_of_devices = devices_clash(qualifiers, is_post);
    let device = match () {
        () if clash_of_devices => false,
        () if !qualified => said.device,
        () => device(qualifiers, is_post).unwrap_or(said.device),
    };
    Qualification { qualified, kind, device, inconsistent: clash || clash_of_types || clash_of_devices }
}

/// The types that qualifiers name.
fn named(qualifiers: &[Qualifier]) -> Vec<Type> {
    let types = qualifiers.iter().filter_map(|one| match one {
        Qualifier::QcForESig => Some(Type::Signature),
        Qualifier::QcForESeal => Some(Type::Seal),
        Qualifier::QcForWsa => Some(Type::Web),
        _ => None,
    });
    types.collect()
}

/// What qualifiers say of the device; `None` where the certificate is to be asked.
fn device(qualifiers: &[Qualifier], is_post: bool) -> Option<bool> {
    let has = |one| qualifiers.contains(&one);
    if is_post {
        if has(Qualifier::QcNoQscd) {
            return Some(false);
        }
        return (has(Qualifier::QcWithQscd) || has(Qualifier::QcQscdManagedOnBehalf)).then_some(true);
    }
    if has(Qualifier::QcNoSscd) {
        return Some(false);
    }
    has(Qualifier::QcWithSscd).then_some(true)
}

fn devices_clash(qualifiers: &[Qualifier], is_post: bool) -> bool {
    let any = |all: &[Qualifier]| all.iter().any(|one| qualifiers.contains(one));
    let yes = any(&[Qualifier::QcWithQscd, Qualifier::QcQscdManagedOnBehalf, Qualifier::QcWithSscd]);
    let no = any(&[Qualifier::QcNoQscd, Qualifier::QcNoSscd]);
    let as_in_certificate = any(&[Qualifier::QcQscdStatusAsInCert, Qualifier::QcSscdStatusAsInCert]);
    let of_before = any(&[Qualifier::QcWithSscd, Qualifier::QcNoSscd, Qualifier::QcSscdStatusAsInCert]);
    let of_now = any(&[
        Qualifier::QcWithQscd,
        Qualifier::QcQscdManagedOnBehalf,
        Qualifier::QcNoQscd,
        Qualifier::QcQscdStatusAsInCert,
    ]);
    (yes && no) || (as_in_certificate && (yes || no)) || (is_post && of_before && !of_now)
}

/// Whether a certificate meets criteria; `None` where one of them is not known, and then it meets nothing around it.
fn meets(certificate: &Certificate, criteria: &Criteria) -> Option<bool> {
    let each =
        |list: &[Criteria]| -> Option<Vec<bool>> { list.iter().map(|one| meets(certificate, one)).collect() };
    Some(match criteria {
        Criteria::All(list) => each(list)?.into_iter().all(|one| one),
        Criteria::AtLeastOne(list) => each(list)?.into_iter().any(|one| one),
        Criteria::None(list) => !each(list)?.into_iter().any(|one| one),
        Criteria::KeyUsage(bits) => {
            let names = certificate.key_usage().map(crate::pki::KeyUsage::names).unwrap_or_default();
            bits.iter().all(|(bit, wanted)| {
                KEY_USAGE.get(usize::from(*bit)).is_some_and(|name| names.contains(name) == *wanted)
            })
        }
        Criteria::PolicySet(all) => all
            .iter()
            .all(|wanted| certificate.certificate_policies().iter().any(|one| one.oid.to_string() == *wanted)),
        Criteria::ExtendedKeyUsage(all) => all.iter().all(|wanted| {
            certificate
                .extended_key_usage()
                .is_some_and(|usage| usage.oids.iter().any(|one| one.to_string() == *wanted))
        }),
        Criteria::SubjectAttributes(all) => all
            .iter()
            .all(|wanted| certificate.subject().attributes().iter().any(|one| one.oid.to_string() == *wanted)),
        Criteria::Unknown => return None,
    })
}

/// The bits of keyUsage by their numbers (RFC 5280 §4.2.1.3).
const KEY_USAGE: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];
