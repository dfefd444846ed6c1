//! Bodies: read once into one piece of memory, within the limits of size, room and time; and sent while their room is
//! still held.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Response;
use http_body_util::BodyExt;
use serde::Serialize;
use tokio::time::timeout;

use super::problem::{Code, Problem};
use super::room::{Reservation, Room};
use crate::config::ServiceLimits;
use crate::reporting::Detail;

/// Bytes by which a body of unannounced length grows at first.
const STEP: usize = 64 << 10;

/// A body that was read.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) bytes: Vec<u8>,
    pub(super) room: Reservation,
}

/// Reads a body. One that announces too much is refused before a byte of it is read.
pub(super) async fn read(body: Body, room: &Room, limits: &ServiceLimits) -> Result<Received, Problem> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|bytes| bytes > limits.body_bytes) {
        return Err(too_large(limits));
    }
    let reading = async {
        match announced {
            Some(bytes) => read_announced(body, bytes, room).await,
            None => read_growing(body, room, limits).await,
        }
    };
    match timeout(limits.body_time, reading).await {
        Ok(received) => received,
        Err(_) => {
            let args = [("seconds", limits.body_time.as_secs().to_string())];
            Err(Problem::with(Code::BadRequest, Detail::BodyTooSlow, args).closing())
        }
    }
}

async fn read_announced(mut body: Body, announced: u64, room: &Room) -> Result<Received, Problem> {
    let room = room.reserve(announced)?;
    let capacity = usize::try_from(announced).map_err(|_| broken())?;
    let mut bytes = Vec::with_capacity(capacity);
    while let Some(frame) = body.frame().await {
        // Trailers are no part of the content; hyper gives no more data than was announced.
        if let Ok(data) = frame.map_err(|_| broken())?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(Received { bytes, room })
}

async fn read_growing(mut body: Body, room: &Room, limits: &ServiceLimits) -> Result<Received, Problem> {
    let mut room = room.reserve(0)?;
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
        let length = bytes.len().saturating_add(data.len());
        if u64::try_from(length).unwrap_or(u64::MAX) > limits.body_bytes {
            return Err(too_large(limits).closing());
        }
        if length > bytes.capacity() {
            // Doubled, so that it is seldom moved; what is taken is what is counted.
            let wanted = length.max(bytes.capacity().saturating_mul(2)).max(STEP);
            let more = wanted.saturating_sub(bytes.capacity());
            room.grow(u64::try_from(more).unwrap_or(u64::MAX))?;
            bytes.reserve_exact(wanted.saturating_sub(bytes.len()));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Received { bytes, room })
}

/// A short answer in JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Response, Problem> {
    let octets = serde_json::to_vec(value).map_err(|_| Problem::internal())?;
    let mut response = Response::new(Body::from(octets));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// An answer of JSON that is written already.
pub(super) fn json_text(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A body to send that holds `held` until its last byte has been handed to the connection.
pub(super) fn holding(bytes: Vec<u8>, held: impl Send + 'static) -> Body {
    Body::from(Bytes::from_owner(Holding { bytes, _held: held }))
}

struct Holding<T> {
    bytes: Vec<u8>,
    _held: T,
}

impl<T> AsRef<[u8]> for Holding<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn too_large(limits: &ServiceLimits) -> Problem {
    let args = [("maximum", limits.body_bytes.to_string())];
    Problem::with(Code::BodyTooLarge, Detail::BodyTooLarge, args).limited("body-bytes", limits.body_bytes)
}

fn broken() -> Problem {
    Problem::new(Code::BadRequest, Detail::BodyBroken).closing()
}
