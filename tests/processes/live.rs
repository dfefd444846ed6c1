//! The generated sets through `service::gathered` and the adapter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigillum::clock::SystemClock;
use sigillum::limits::{CancelFlag, GatherLimits, Limits};
use sigillum::outbound::{Outbound, Settings, SystemResolver};
use sigillum::service::ports::{Answered, Asked, Fetch, Pending};
use sigillum::service::{Gather, GivenContent, ValidationRequest, gathered, judge};
use sigillum::syntax::url::HostRule;
use sigillum::trust::TrustStore;
use sigillum::validation::{Evidence, Moment, NeedKind, Policy, Report};

use super::TURN;
use super::support;
use super::support::exceptions::Exceptions;
use super::support::test_pki;
use super::truth::{Said, Set, Truth};

/// The adapter, which may ask the server.
pub(crate) fn outbound(server: &str) -> Outbound {
    let settings = Settings { allow_hosts: vec![HostRule::parse(server).unwrap()], ..Settings::default() };
    Outbound::new(settings, Arc::new(SystemResolver), Arc::new(SystemClock)).unwrap()
}

/// Fails the test when it is called.
pub(crate) struct Forbidden;

impl Fetch for Forbidden {
    fn fetch(&self, asked: Asked) -> Pending<'_, Answered> {
        panic!("asked for {}", asked.url)
    }
}

/// What a document is judged under, as of now.
pub(crate) fn request(set: &Set, trust: &Arc<TrustStore>, password: Option<&str>) -> ValidationRequest {
    let now = test_pki::now();
    ValidationRequest {
        contents: Vec::new(),
        password: password.map(|password| password.as_bytes().to_vec()),
        policy: Policy::builtin("default").unwrap().into(),
        trust: Arc::clone(trust),
        certificates: set.intermediates.clone(),
        crls: Vec::new(),
        ocsp_responses: Vec::new(),
        moment: Moment { at: now, clock: now },
        limits: Limits::DEFAULT,
    }
}

/// The same for a file, with what it needs besides.
fn request_for(set: &Set, file: &Truth) -> ValidationRequest {
    ValidationRequest { contents: given(file), ..request(set, &set.trust, file.password()) }
}

/// What has to be given for a file.
pub(crate) fn given(file: &Truth) -> Vec<GivenContent> {
    let given =
        |(name, path): &(String, PathBuf)| GivenContent { name: Some(name.clone()), bytes: support::read(path) };
    file.contents.iter().map(given).collect()
}

/// The report before anything was fetched, and after.
pub(crate) async fn reports(
    document: &[u8],
    request: &ValidationRequest,
    gather: &Gather,
) -> Result<(Report, Report), String> {
    let judged = judge(document, request, &Evidence::new(), &CancelFlag::default());
    let (case, report) = judged.map_err(|error| format!("not readable: {error}"))?;
    let offline = Gather { fetch: Arc::new(Forbidden), limits: GatherLimits::OFFLINE };
    let (case, first) = gathered(case, report.clone(), &request.limits, &offline, &SystemClock).await;
    assert!(first.gathering.is_empty());
    let (_, last) = gathered(case, report, &request.limits, gather, &SystemClock).await;
    Ok((first, last))
}

#[tokio::test]
async fn the_generated_set_comes_out_exactly() {
    run("test PKI generated set", Set::load, "generated", "tests/processes/exceptions.tsv").await;
}

#[tokio::test]
async fn the_set_of_another_signer_comes_out_exactly() {
    run("test PKI generated set (DSS)", Set::load, "generated-dss", "tests/processes/exceptions-dss.tsv").await;
}

#[tokio::test]
async fn the_generated_xml_comes_out_exactly() {
    run("test PKI generated XML", Set::xml, "generated", "tests/xml_signatures/generated.tsv").await;
}

#[tokio::test]
async fn the_xml_of_another_signer_comes_out_exactly() {
    run("test PKI generated XML (DSS)", Set::xml, "generated-dss", "tests/xml_signatures/generated-dss.tsv").await;
}

async fn run(suite: &str, load: fn(&Path, &str) -> Set, name: &str, exceptions: &str) {
    let (Some(shared), Some(server)) = (support::shared(), test_pki::server()) else {
        support::skipped(suite);
        return;
    };
    let _turn = TURN.lock().await;
    let set = load(&shared, name);
    let gather = Gather { fetch: Arc::new(outbound(&server)), limits: GatherLimits::DEFAULT };
    let mut exceptions = Exceptions::load(&support::project().join(exceptions));
    let (mut exact, mut accepted, mut without) = (0, Vec::new(), BTreeMap::<&str, usize>::new());
    for file in set.files.iter().filter(|file| !file.is_contested()) {
        let request = request_for(&set, file);
        let outcome = match reports(&support::read(&file.path), &request, &gather).await {
            Ok((first, last)) => {
                let (offline, online) = (Said::of(&first), Said::of(&last));
                let falsely = |said: &Said| said.answer == "valid" && file.is_bad();
                if falsely(&offline) || falsely(&online) {
                    accepted.push(file.name.clone());
                }
                let waited = offline_is_right(file, &offline, &first, &last, &server);
                let result = file.agrees(&online).and_then(|()| file.has_level(&online));
                result.and(waited.map(|way| *without.entry(way).or_default() += 1))
            }
            Err(failure) => Err(failure),
        };
        exact += usize::from(outcome.is_ok());
        exceptions.check(&file.name, outcome);
    }
    println!("{suite}: exact {exact}, accepted falsely {}, offline {without:?}", accepted.len());
    let cases = exceptions.finish();
    assert!(accepted.is_empty(), "accepted falsely: {accepted:?}");
    support::suite(suite, cases);
}

/// Without a network: the truth; or INDETERMINATE, and all that was fetched afterwards is a need.
fn offline_is_right(
    file: &Truth,
    said: &Said,
    first: &Report,
    last: &Report,
    server: &str,
) -> Result<&'static str, String> {
    let Err(difference) = file.agrees(said) else { return Ok("exact") };
    if file.is_complete() {
        return Err(format!("offline, though all is embedded: {difference}"));
    }
    if said.answer != "cannot-tell" {
        return Err(format!("offline: {difference}"));
    }
    let place = format!("http://{server}/");
    let needed: BTreeSet<(&str, &str)> =
        first.needs.iter().flat_map(|need| need.urls.iter().map(|url| (need.kind.name(), url.as_str()))).collect();
    let kinds = |kind: NeedKind| matches!(kind, NeedKind::Ocsp | NeedKind::Crl);
    if !first.needs.iter().all(|need| kinds(need.kind) && need.urls.iter().all(|url| url.starts_with(&place))) {
        return Err(format!("offline: other needs than revocation data of the PKI: {:?}", first.needs));
    }
    let fetched = last.gathering.iter().filter(|attempt| attempt.outcome.is_success());
    let fetched: BTreeSet<(&str, &str)> = fetched.map(|one| (one.kind.name(), one.url.as_str())).collect();
    if fetched.is_empty() || !fetched.is_subset(&needed) {
        return Err(format!("offline {needed:?} is needed, but {fetched:?} was what helped"));
    }
    Ok("indeterminate with the right need")
}
