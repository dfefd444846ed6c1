//! What was believed, as members of a bundle: anchors, the trust lists themselves with the pins that they were verified
//! with and the time at which that was, and what is accepted beside the lists. A list is verified again when it is read.

use std::sync::Arc;

use super::error::BundleError;
use super::form::{AnchorForm, Der, ListForm, RefusalForm, SignerForm, SupplementaryForm, TrustForm};
use super::time;
use crate::crypto::{Digest, DigestAlgorithm};
use crate::pki::Certificate;
use crate::syntax::hex::octets;
use crate::time::Timestamp;
use crate::trust::{ListSigner, Listing, RefusedList, Scheme, SupplementaryAnchor, TrustAnchor, TrustStore};

pub(super) fn form(trust: &TrustStore) -> TrustForm<'_> {
    TrustForm {
        demo: trust.is_demo(),
        anchors: trust.anchors().iter().map(anchor_form).collect(),
        lists: trust.listings().iter().map(list_form).collect(),
        supplementary: trust.supplementary().iter().map(supplementary_form).collect(),
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
        signers: listing.signers.iter().map(signer).collect(),
        taken_at: listing.taken_at.map(text),
        list: listing.list.as_ref().map(|list| Der::of(list.bytes())),
        refusal: listing.refusal.as_ref().map(refusal),
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
    let trust = TrustStore::new(anchors).with_supplementary(supplementary).with_lists(lists);
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
    Ok(Listing { refusal, ..listing })
}

fn certificate(der: &Der<'_>, list: &'static str, number: usize) -> Result<Arc<Certificate>, BundleError> {
    Certificate::parse(der.octets()).map(Arc::new).map_err(|_| BundleError::Object { list, number })
}

fn optional(member: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, BundleError> {
    text.map(|text| time(member, text)).transpose()
}
