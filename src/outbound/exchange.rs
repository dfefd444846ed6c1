//! One question over HTTP/1.1: GET for certificates and CRLs; for OCSP GET where the request is short and POST where it
//! is not or GET is not answered (RFC 5019 §5, RFC 6960 appendix A). Bounded in time, length, and where it may lead.
//!
//! What a server says of its answer's type is not looked at (many say wrong things): whether it is what was asked for,
//! reading it shows. Compressed answers are refused, since nobody asked for them and their length says nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Patience;
use super::connect::{Connector, Peer, Pool, Sender};
use super::failure::Failed;
use super::guard::{Grade, Guard};
use crate::syntax::url::{Host, HttpUrl, Scheme};
use crate::validation::{FetchOutcome, NeedKind, Vouched};

/// How often an answer may lead on.
const REDIRECTIONS: u32 = 3;

/// Octets of an OCSP request with its place that go into a URL (RFC 5019 §5).
const GET_LENGTH: usize = 255;

/// Exchanges at the same time, altogether and with one host.
const AT_ONCE: usize = 32;
const AT_ONCE_EACH: usize = 8;

/// Answers that are being read, together, in KiB: 128 MiB.
const READING_KIB: usize = 128 << 10;

/// Asks over HTTP.
pub(super) struct Exchange {
    pub(super) connector: Connector,
    pub(super) guard: Guard,
    pub(super) patience: Patience,
    pool: Pool,
    turns: Arc<Semaphore>,
    turns_each: Mutex<HashMap<(Host, u16), Weak<Semaphore>>>,
    reading: Arc<Semaphore>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) kind: NeedKind,
    /// The media types that are wanted.
    pub(super) wanted: &'static str,
    pub(super) url: HttpUrl,
    pub(super) grade: Grade,
    pub(super) ocsp_request: Option<Arc<[u8]>>,
    pub(super) most_bytes: u64,
}

/// A request on its way.
struct Asking<'q> {
    question: &'q Question,
    url: HttpUrl,
    grade: Grade,
    post: Option<Bytes>,
}

impl Exchange {
    pub(super) fn new(connector: Connector, guard: Guard, patience: Patience) -> Self {
        Self {
            connector,
            guard,
            patience,
            pool: Pool::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            turns_each: Mutex::default(),
            reading: Arc::new(Semaphore::new(READING_KIB)),
        }
    }

    /// Asks, and reads the answer with `read`; counts its requests.
    pub(super) async fn ask<T>(
        &self,
        question: &Question,
        requests: &mut u32,
        read: impl Fn(&[u8]) -> Result<T, FetchOutcome>,
    ) -> Result<(T, u64), Failed> {
        let _turns = self.turns(&question.url).await?;
        let whole = match question.kind {
            NeedKind::Crl => self.patience.list,
            _ => self.patience.small,
        };
        let asked = async {
            let Some(ocsp) = &question.ocsp_request else {
                let asking = Asking { question, url: question.url.clone(), grade: question.grade, post: None };
                return self.answer(asking, requests, &read).await;
            };
            let post = Some(Bytes::copy_from_slice(ocsp));
            let posted = Asking { question, url: question.url.clone(), grade: question.grade, post };
            let Some(url) = in_url(&question.url, ocsp) else {
                return self.answer(posted, requests, &read).await;
            };
            let got = Asking { question, url, grade: question.grade, post: None };
            match self.answer(got, requests, &read).await {
                // It answers, but not to GET.
                Err(failed) if asks_for_post(&failed) => self.answer(posted, requests, &read).await,
                answer => answer,
            }
        };
        timeout(whole, asked).await.unwrap_or(Err(Failed::answer(FetchOutcome::Timeout)))
    }

    /// A turn among all, and among those with the same host.
    async fn turns(&self, url: &HttpUrl) -> Result<[OwnedSemaphorePermit; 2], Failed> {
        let each = {
            let mut known = self.turns_each.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, turns| turns.strong_count() > 0);
            let place = (url.host.clone(), url.port);
            known.get(&place).and_then(Weak::upgrade).unwrap_or_else(|| {
                let turns = Arc::new(Semaphore::new(AT_ONCE_EACH));
                known.insert(place, Arc::downgrade(&turns));
                turns
            })
        };
        let turns = async { Ok([each.acquire_owned().await?, Arc::clone(&self.turns).acquire_owned().await?]) };
        match timeout(self.patience.small, turns).await {
            Ok(Ok(turns)) => Ok(turns),
            Ok(Err::<_, tokio::sync::AcquireError>(_)) | Err(_) => Err(Failed::answer(FetchOutcome::Busy)),
        }
    }

    /// The answer, wherever on the same host it leads.
    async fn answer<T>(
        &self,
        mut asking: Asking<'_>,
        requests: &mut u32,
        read: impl Fn(&[u8]) -> Result<T, FetchOutcome>,
    ) -> Result<(T, u64), Failed> {
        for _ in 0..=REDIRECTIONS {
            *requests = requests.saturating_add(1);
            let peer = Peer::of(&asking.url, asking.grade);
            let (response, sender) = self.send(&asking, &peer).await?;
            if response.status().is_redirection() {
                asking = self.led_on(asking, &response)?;
                continue;
            }
            if response.status() != StatusCode::OK {
                return Err(Failed::answer(FetchOutcome::HttpStatus(response.status().as_u16())));
            }
            let (bytes, _room) = self.body(response, asking.question.most_bytes).await?;
            self.pool.keep(peer, sender);
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            return read(&bytes).map(|content| (content, length)).map_err(Failed::answer);
        }
        Err(Failed::answer(FetchOutcome::RedirectRefused))
    }

    /// Sends a request, on a connection that is kept or on a new one. One that is kept may have ended without our
    /// knowing: then a new one.
    async fn send(&self, asking: &Asking<'_>, peer: &Peer) -> Result<(Response<Incoming>, Sender), Failed> {
        if let Some(mut sender) = self.pool.take(peer)
            && let Ok(response) = self.sent(asking, &mut sender).await
        {
            return Ok((response, sender));
        }
        let mut sender = self.connector.connect(peer).await?;
        let response = self.sent(asking, &mut sender).await?;
        Ok((response, sender))
    }

    async fn sent(&self, asking: &Asking<'_>, sender: &mut Sender) -> Result<Response<Incoming>, Failed> {
        let request = self.request(asking).ok_or(Failed::answer(FetchOutcome::RefusedUrl))?;
        let sent = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        match timeout(self.patience.head, sent).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(_)) => Err(Failed::host(FetchOutcome::ConnectionBroken)),
            Err(_) => Err(Failed::host(FetchOutcome::Timeout)),
        }
    }

    fn request(&self, asking: &Asking<'_>) -> Option<Request<Full<Bytes>>> {
        // A proxy is told the whole URL (RFC 9112 §3.2.2); where there is a tunnel it is not the proxy that is asked.
        let whole = self.connector.proxy.is_some() && asking.url.scheme == Scheme::Http;
        let uri = if whole { asking.url.to_string() } else { asking.url.target.clone() };
        let wanted = asking.question.wanted;
        let request = Request::builder()
            .uri(uri)
            .header(HOST, HeaderValue::try_from(asking.url.authority()).ok()?)
            .header(USER_AGENT, HeaderValue::from_static(env!("CARGO_PKG_NAME")))
            .header(ACCEPT, HeaderValue::from_static(wanted));
        let request = match &asking.post {
            None => request.method(Method::GET).body(Full::default()),
            Some(body) => request
                .method(Method::POST)
                .header(CONTENT_TYPE, HeaderValue::from_static("application/ocsp-request"))
                .body(Full::new(body.clone())),
        };
        request.ok()
    }

    /// Where a redirection leads: the same host, never from https to http. A POST is not made a GET.
    fn led_on<'q>(&self, asking: Asking<'q>, response: &Response<Incoming>) -> Result<Asking<'q>, Failed> {
        let refused = || Failed::answer(FetchOutcome::RedirectRefused);
        let keeps_method =
            matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let moved = matches!(response.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND);
        if !keeps_method && (asking.post.is_some() || !moved) {
            return Err(refused());
        }
        let location =
            response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).ok_or_else(refused)?;
        let url = asking.url.redirected(location).map_err(|_| refused())?;
        let same = asking.url.scheme == url.scheme && asking.url.port == url.port;
        let usual = |url: &HttpUrl, scheme: Scheme| url.scheme == scheme && url.port == scheme.default_port();
        let secured = usual(&asking.url, Scheme::Http) && usual(&url, Scheme::Https);
        if url.host != asking.url.host || !(same || secured) {
            return Err(refused());
        }
        // The host is the same, so who vouched for it still does; whether https can be asked is another question.
        let vouched = match asking.grade {
            Grade::Public => Vouched::ByAnchor,
            Grade::Named => Vouched::ByNobody,
        };
        let grade = self.guard.admit(&url, vouched).map_err(Failed::answer)?;
        Ok(Asking { url, grade, ..asking })
    }

    /// The body, and the room that it takes while it is read.
    async fn body(
        &self,
        response: Response<Incoming>,
        most: u64,
    ) -> Result<(Vec<u8>, Vec<OwnedSemaphorePermit>), Failed> {
        let encoded = response.headers().get_all(CONTENT_ENCODING).iter();
        if encoded.into_iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(Failed::answer(FetchOutcome::EncodingRefused));
        }
        let mut body = response.into_body();
        if body.size_hint().lower() > most {
            return Err(Failed::answer(FetchOutcome::TooLarge));
        }
        let (mut bytes, mut rooms, mut held): (Vec<u8>, Vec<_>, usize) = (Vec::new(), Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Failed::answer(FetchOutcome::ConnectionBroken))?;
            let Ok(data) = frame.into_data() else { continue };
            let length = bytes.len().saturating_add(data.len());
            if u64::try_from(length).unwrap_or(u64::MAX) > most {
                return Err(Failed::answer(FetchOutcome::TooLarge));
            }
            if length > held {
                // As a vector grows: twice as much each time.
                let more = length.max(held.saturating_mul(2)).saturating_sub(held).div_ceil(1 << 10);
                let more = u32::try_from(more).unwrap_or(u32::MAX);
                let room = Arc::clone(&self.reading).try_acquire_many_owned(more);
                rooms.push(room.map_err(|_| Failed::answer(FetchOutcome::Busy))?);
                held = held.saturating_add(usize::try_from(more).unwrap_or(usize::MAX).saturating_mul(1 << 10));
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, rooms))
    }
}

/// The URL for an OCSP request by GET: the place, a slash, the request in base64, escaped. Nothing where that is too
/// long, or the place has a query.
fn in_url(place: &HttpUrl, request: &[u8]) -> Option<HttpUrl> {
    let mut target = place.target.clone();
    if target.contains('?') {
        return None;
    }
    if !target.ends_with('/') {
        target.push('/');
    }
    for character in STANDARD.encode(request).chars() {
        match character {
            '+' => target.push_str("%2B"),
            '/' => target.push_str("%2F"),
            '=' => target.push_str("%3D"),
            other => target.push(other),
        }
    }
    let url = HttpUrl { target, ..place.clone() };
    (url.to_string().len() <= GET_LENGTH).then_some(url)
}

/// Whether a responder that failed by GET may know POST.
fn asks_for_post(failed: &Failed) -> bool {
    !failed.whole_host
        && matches!(
            failed.outcome,
            FetchOutcome::HttpStatus(_) | FetchOutcome::Unreadable | FetchOutcome::OcspStatus("malformed-request")
        )
}

/// How long is waited.
impl Patience {
    /// A connection in 2 s, the head of the answer in 3 s; small answers in 4 s, lists in 10 s.
    pub const DEFAULT: Self = Self {
        connection: Duration::from_secs(2),
        head: Duration::from_secs(3),
        small: Duration::from_secs(4),
        list: Duration::from_secs(10),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_request_goes_into_the_url() {
        let place = HttpUrl::parse("http://ocsp.example.ch").unwrap();
        let url = in_url(&place, &[0xfb, 0xff, 0xfe, 1]).unwrap();
        assert_eq!(url.to_string(), "http://ocsp.example.ch/%2B%2F%2F%2BAQ%3D%3D");
        let deeper = HttpUrl::parse("http://ocsp.example.ch/a/").unwrap();
        assert_eq!(in_url(&deeper, &[0]).unwrap().target, "/a/AA%3D%3D");
        assert_eq!(in_url(&place, &[0; 200]), None);
        assert_eq!(in_url(&HttpUrl::parse("http://ocsp.example.ch/?a").unwrap(), &[0]), None);
    }
}
