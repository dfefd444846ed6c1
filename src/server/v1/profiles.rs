//! `GET /v1/profiles`: the profiles that the caller may seal with.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;

use crate::crypto::{DigestAlgorithm, digest};
use crate::document::MediaType;
use crate::server::app::{App, Trace};
use crate::server::body;
use crate::server::problem::Problem;
use crate::server::wire;
use crate::server::wire::Parameters;
use crate::service::Role;

#[derive(Serialize)]
struct Profiles<'a> {
    profiles: Vec<ProfileView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProfileView<'a> {
    name: &'a str,
    policy: &'a str,
    media_types: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packaging: Option<&'static str>,
    certificate_sha256: String,
}

pub(in crate::server) async fn get(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let known = app.callers.of(request.headers())?;
    if let Some(trace) = request.extensions().get::<Arc<Trace>>() {
        Trace::note(&trace.caller, &known.caller.name);
    }
    known.demand(Role::Sealer)?;
    let _turn = known.begin().await?;
    let parameters = Parameters::read(request.uri(), &["lang"])?;
    wire::language_named(&parameters)?;
    wire::demand_accepted(request.headers(), "application/json")?;
    let sealers = app.service.parts().sealers.iter().filter(|(name, _)| known.caller.may_seal_with(name));
    let profiles = sealers
        .map(|(name, sealer)| {
            let certificate = sealer.signer.identity().certificate.der();
            let sealed = [MediaType::Pdf, MediaType::Xml].into_iter();
            let sealed: Vec<_> = sealed.filter(|kind| sealer.profile.formats.include(*kind)).collect();
            ProfileView {
                name,
                policy: &sealer.profile.policy.reference().name,
                packaging: sealed.contains(&MediaType::Xml).then(|| sealer.profile.packaging.name()),
                media_types: sealed.into_iter().map(MediaType::name).collect(),
                certificate_sha256: digest(DigestAlgorithm::Sha256, certificate).to_string(),
            }
        })
        .collect();
    body::json(&Profiles { profiles })
}
