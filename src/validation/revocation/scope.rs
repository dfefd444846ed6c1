//! Whether a CRL is one for a certificate, and for which reasons (RFC 5280 §6.3.3 (b), (d), (e)).

use crate::limits::Limits;
use crate::pki::Certificate;
use crate::pki::Crl;
use crate::pki::DistributionPoint;
use crate::pki::GeneralName;
use crate::pki::IssuingDistributionPoint;
use crate::pki::Name;
use crate::pki::ReasonFlags;

const DEPTH: u32 = Limits::DEFAULT.der_depth;

/// Whether the CRL is by its issuer one to ask for this certificate: the certificate's own issuer made it, or whom a
/// distribution point of the certificate names. What is not is no finding; what is may still not cover it.
pub(super) fn concerns(crl: &Crl, certificate: &Certificate) -> bool {
    crl.issuer.matches(certificate.issuer())
        || certificate.crl_distribution_points().iter().any(|point| names_issuer(point, &crl.issuer))
}

/// The reasons for which the CRL speaks of the certificate: of each distribution point of the certificate that the CRL
/// fits, and of the CRLs of its issuer that no point names (last paragraph of §6.3.3). None where it fits none.
pub(super) fn covered(crl: &Crl, certificate: &Certificate) -> Option<ReasonFlags> {
    let scope = crl.issuing_distribution_point.as_ref();
    if !scope.is_none_or(|scope| covers_kind(scope, certificate)) {
        return None;
    }
    let own = DistributionPoint { name: None, reasons: None, crl_issuer: Vec::new() };
    let points = certificate.crl_distribution_points().iter().chain(std::iter::once(&own));
    let reasons = points.filter(|point| fits(point, crl, certificate)).map(|point| {
        let of_list = scope.and_then(|scope| scope.only_some_reasons).unwrap_or(ReasonFlags::ALL);
        of_list.intersection(point.reasons.unwrap_or(ReasonFlags::ALL))
    });
    reasons.reduce(ReasonFlags::union).filter(|reasons| !reasons.is_empty())
}

/// (b) (2) (ii) to (iv).
fn covers_kind(scope: &IssuingDistributionPoint, certificate: &Certificate) -> bool {
    let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.ca);
    !(scope.only_attribute_certs || (scope.only_user_certs && is_ca) || (scope.only_ca_certs && !is_ca))
}

/// (b) (1) and (b) (2) (i).
fn fits(point: &DistributionPoint, crl: &Crl, certificate: &Certificate) -> bool {
    let scope = crl.issuing_distribution_point.as_ref();
    let made_by_whom_it_names = if point.crl_issuer.is_empty() {
        crl.issuer.matches(certificate.issuer())
    } else {
        names_issuer(point, &crl.issuer) && scope.is_some_and(|scope| scope.indirect)
    };
    if !made_by_whom_it_names {
        return false;
    }
    let Some(place) = scope.and_then(|scope| scope.name.as_ref()) else {
        return true;
    };
    let Ok(of_list) = place.names(&crl.issuer, DEPTH) else {
        return false;
    };
    let of_point = match &point.name {
        Some(name) => name.names(&crl.issuer, DEPTH).unwrap_or_default(),
        None if point.crl_issuer.is_empty() => vec![GeneralName::Directory(certificate.issuer().clone())],
        None => point.crl_issuer.clone(),
    };
    of_list.iter().any(|one| of_point.iter().any(|other| same(one, other)))
}

fn names_issuer(point: &DistributionPoint, issuer: &Name) -> bool {
    point.crl_issuer.iter().any(|name| matches!(name, GeneralName::Directory(name) if name.matches(issuer)))
}

fn same(one: &GeneralName, other: &GeneralName) -> bool {
    match (one, other) {
        (GeneralName::Directory(one), GeneralName::Directory(other)) => one.matches(other),
        _ => one == other,
    }
}

/// Whether two lists have the same scope, as a delta and its base must (§5.2.4): both none, or the same.
pub(super) fn same_scope(one: &Crl, other: &Crl) -> bool {
    match (&one.issuing_distribution_point, &other.issuing_distribution_point) {
        (None, None) => true,
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}
