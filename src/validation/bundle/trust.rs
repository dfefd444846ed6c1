//! What was believed, as members of a bundle: anchors, the trust lists themselves with the pins that they were verified
//! with and the time at which that was, and what is accepted beside the lists. A list is verified again when it is read.

use std::sync::Arc;

use super::error::BundleError;
use super::form::{
    AnchorForm, Der, DocumentedForm, ListForm, RefusalForm, SignerForm, SupplementaryForm, TrustForm,
};
use super::time;
use crate::crypto::{Digest, DigestAlgorithm};
use crate::pki::Certificate;
use crate::syntax::hex::octets;
use crate::time::Timestamp;
use crate::trust::{
    DocumentedStatus, ListSigner, Listing, RefusedList, Scheme, ServiceKind, ServiceStatus, SupplementaryAnchor,
    TrustAnchor, TrustStore, Uses,
};

pub(super) fn form(trust: &TrustStore) -> TrustForm<'_> {
    TrustForm {
        demo: trust.is_demo(),
        anchors: trust.anchors().iter().map(anchor_form).collect(),
        lists: trust.listings().iter().map(list_form).collect(),
        supplementary: trust.supplementary().iter().map(supplementary_form).collect(),
        history: trust.history().iter().map(documented_form).collect(),
    }
}

fn anchor_form(anchor: &TrustAnchor) -> AnchorForm<'_> {
    AnchorForm { sunset: anchor.sunset.map(text), der: Der::of(anchor.certificate.der()) }
}

fn list_form(listing: &Listing) -> ListForm<'_> {
    let signer = |signer: &ListSigner| SignerForm {
        sha256: signer.sha256.to_string(),
        from: signer.from.map(text),
        until: signer.until.map(text),
    };
    let refusal = |refused: &RefusedList| RefusalForm {
        code: refused.code.clone(),
        detail: refused.detail.clone(),
        for_want_of_a_signer: refused.is_for_want_of_a_signer,
    };
    ListForm {
        name: listing.name.clone(),
        scheme: listing.scheme.name().to_owned(),
        signers: listing.signers_of_list().iter().map(signer).collect(),
        taken_at: listing.taken_at.map(text),
        list: listing.list.as_ref().map(|list| Der::of(list.bytes())),
        refusal: listing.refusal.as_ref().map(refusal),
        grace_seconds: (listing.grace_seconds != 0).then_some(listing.grace_seconds),
        announced_by: listing.announcement().map(|one| one.by.clone()),
    }
}

fn supplementary_form(anchor: &SupplementaryAnchor) -> SupplementaryForm<'_> {
    SupplementaryForm {
        name: anchor.name.clone(),
        from: text(anchor.from),
        until: anchor.until.map(text),
        der: Der::of(anchor.certificate.der()),
    }
}

fn documented_form(one: &DocumentedStatus) -> DocumentedForm {
    DocumentedForm {
        name: one.name.clone(),
        certificate_sha256: one.certificate.to_string(),
        kind: one.kind_name().to_owned(),
        status: one.status_name().to_owned(),
        uses: one.use_names().into_iter().map(str::to_owned).collect(),
        from: text(one.from),
        until: one.until.map(text),
        source: one.source.clone(),
        documented_on: text(one.documented_on),
    }
}

fn documented(form: &DocumentedForm) -> Result<DocumentedStatus, BundleError> {
    const MEMBER: &str = "trust.history";
    let refused = BundleError::Value { member: MEMBER };
    let sha256 = octets(&form.certificate_sha256).and_then(|raw| Digest::from_bytes(DigestAlgorithm::Sha256, &raw));
    let Some(certificate) = sha256 else { return Err(refused) };
    let kind = match form.kind.as_str() {
        "CA/QC" => ServiceKind::CaQc,
        "TSA/QTST" => ServiceKind::Qtst,
        _ => return Err(refused),
    };
    let status = match form.status.as_str() {
        "granted" => ServiceStatus::Granted,
        "withdrawn" => ServiceStatus::Withdrawn,
        _ => return Err(refused),
    };
    let has = |name: &str| form.uses.iter().any(|one| one == name);
    Ok(DocumentedStatus {
        name: form.name.clone(),
        certificate,
        kind,
        status,
        uses: Uses { signatures: has("signatures"), seals: has("seals"), web: false },
        from: time(MEMBER, &form.from)?,
        until: optional(MEMBER, form.until.as_deref())?,
        source: form.source.clone(),
        documented_on: time(MEMBER, &form.documented_on)?,
    })
}

fn text(time: Timestamp) -> String {
    time.to_string()
}

/// The store that a bundle has.
pub(super) fn store(form: &TrustForm<'_>) -> Result<TrustStore, BundleError> {
    let numbered = (1..).zip(&form.anchors);
    let anchors = numbered.map(|(number, anchor)| {
        let certificate = certificate(&anchor.der, "trust.anchors", number)?;
        Ok(TrustAnchor { certificate, sunset: optional("trust.anchors", anchor.sunset.as_deref())? })
    });
    let anchors = anchors.collect::<Result<_, BundleError>>()?;
    let supplementary = (1..).zip(&form.supplementary).map(|(number, one)| {
        const MEMBER: &str = "trust.supplementary";
        Ok(SupplementaryAnchor {
            name: one.name.clone(),
            certificate: certificate(&one.der, MEMBER, number)?,
            from: time(MEMBER, &one.from)?,
            until: optional(MEMBER, one.until.as_deref())?,
        })
    });
    let supplementary = supplementary.collect::<Result<_, BundleError>>()?;
    let lists = (1..).zip(&form.lists).map(|(number, list)| listing(list, number));
    let lists = lists.collect::<Result<_, BundleError>>()?;
    let history = form.history.iter().map(documented).collect::<Result<_, BundleError>>()?;
    let trust = TrustStore::new(anchors).with_history(history).with_supplementary(supplementary).with_lists(lists);
    Ok(if form.demo { trust.marked_demo() } else { trust })
}

fn listing(form: &ListForm<'_>, number: usize) -> Result<Listing, BundleError> {
    const MEMBER: &str = "trust.lists";
    let refused = BundleError::Object { list: MEMBER, number };
    let scheme = Scheme::from_name(&form.scheme).ok_or(BundleError::Value { member: MEMBER })?;
    let signer = |signer: &SignerForm| {
        let sha256 = octets(&signer.sha256).and_then(|raw| Digest::from_bytes(DigestAlgorithm::Sha256, &raw));
        Ok(ListSigner {
            sha256: sha256.ok_or(BundleError::Value { member: MEMBER })?,
            from: optional(MEMBER, signer.from.as_deref())?,
            until: optional(MEMBER, signer.until.as_deref())?,
        })
    };
    let signers = form.signers.iter().map(signer).collect::<Result<_, BundleError>>()?;
    let listing = Listing::new(form.name.clone(), scheme, signers);
    let listing = match &form.announced_by {
        Some(by) => listing.announced_by(by),
        None => listing,
    };
    let listing = match (&form.list, optional(MEMBER, form.taken_at.as_deref())?) {
        (Some(list), Some(taken_at)) => {
            listing.restored(Arc::from(list.octets()), taken_at).map_err(|_| refused)?
        }
        (None, None) => listing,
        _ => return Err(BundleError::Value { member: MEMBER }),
    };
    let refusal = form.refusal.as_ref().map(|refusal| RefusedList {
        code: refusal.code.clone(),
        detail: refusal.detail.clone(),
        is_for_want_of_a_signer: refusal.for_want_of_a_signer,
    });
    Ok(Listing { refusal, grace_seconds: form.grace_seconds.unwrap_or_default(), ..listing })
}

fn certificate(der: &Der<'_>, list: &'static str, number: usize) -> Result<Arc<Certificate>, BundleError> {
    Certificate::parse(der.octets()).map(Arc::new).map_err(|_| BundleError::Object { list, number })
}

fn optional(member: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, BundleError> {
    text.map(|text| time(member, text)).transpose()
}
