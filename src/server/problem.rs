//! Why there is no result, as an answer: the only place that makes `application/problem+json` (RFC 9457).
//!
//! A handler gives a [`Problem`]; what surrounds every request ([`super::around`]) writes it in the language of the
//! caller with the identifier of the request. A problem names codes, limits, positions and names of the
//! configuration; it never holds content, a file name, a subject, a token or a value that the caller sent.

use axum::body::Body;
use axum::http::header;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::document::{Fault, OpenError};
use crate::reporting::{Detail, DocumentError, Language, Show, Texts};
use crate::sealing::SealError;
use crate::service::{NoRevision, ServiceError};

/// The media type of RFC 9457.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// When a caller who was turned away for load should come back, in seconds.
const COME_BACK: u64 = 1;

/// What went wrong, with its code and status of the contract, section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    InProgress,
    SigningForbidden,
    BodyTooLarge,
    UnsupportedMediaType,
    IdempotencyMismatch,
    NotAppendable,
    RateLimited,
    Internal,
    SealNotReleased,
    Overloaded,
    SignerUnavailable,
    JournalUnavailable,
    /// A document that cannot be read: the codes of section 4.
    Document(&'static str),
}

impl Code {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::InProgress => "in-progress",
            Self::SigningForbidden => "signing-forbidden",
            Self::BodyTooLarge => "body-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::IdempotencyMismatch => "idempotency-mismatch",
            Self::NotAppendable => "not-appendable",
            Self::RateLimited => "rate-limited",
            Self::Internal => "internal",
            Self::SealNotReleased => "seal-not-released",
            Self::Overloaded => "overloaded",
            Self::SignerUnavailable => "signer-unavailable",
            Self::JournalUnavailable => "journal-unavailable",
            Self::Document(code) => code,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::InProgress | Self::SigningForbidden => StatusCode::CONFLICT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IdempotencyMismatch | Self::NotAppendable | Self::Document(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal | Self::SealNotReleased => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Overloaded | Self::SignerUnavailable | Self::JournalUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// Whether the same request may succeed in a moment.
    const fn passes(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::Overloaded
                | Self::InProgress
                | Self::SignerUnavailable
                | Self::JournalUnavailable
        )
    }
}

/// Why there is no result.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) code: Code,
    more: Box<More>,
}

#[derive(Clone, Debug)]
struct More {
    said: Said,
    offset: Option<u64>,
    limit: Option<(&'static str, u64)>,
    /// For the log, not for the caller.
    cause: Option<String>,
    close: bool,
}

#[derive(Clone, Debug)]
enum Said {
    Detail(Detail, Vec<(&'static str, String)>),
    Document(DocumentError),
}

impl Problem {
    pub(super) fn new(code: Code, detail: Detail) -> Self {
        Self::with(code, detail, [])
    }

    pub(super) fn with(code: Code, detail: Detail, args: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let said = Said::Detail(detail, args.into_iter().collect());
        Self { code, more: Box::new(More { said, offset: None, limit: None, cause: None, close: false }) }
    }

    /// A request that is wrong because of `name`: a parameter, a header, a part.
    pub(super) fn bad(detail: Detail, name: &str) -> Self {
        Self::with(Code::BadRequest, detail, [("name", name.to_owned())])
    }

    /// Something of the contract that this version does not have.
    pub(super) fn not_yet(what: impl Into<String>) -> Self {
        Self::with(Code::BadRequest, Detail::NotThereYet, [("what", what.into())])
    }

    pub(super) fn internal() -> Self {
        Self::new(Code::Internal, Detail::Internal)
    }

    /// A limit that was reached, by its name and its number.
    pub(super) fn limited(mut self, name: &'static str, maximum: u64) -> Self {
        self.more.limit = Some((name, maximum));
        self
    }

    /// After this problem the connection ends, since what comes next on it cannot be told.
    pub(super) fn closing(mut self) -> Self {
        self.more.close = true;
        self
    }

    /// What the log is told of it.
    pub(super) fn cause(&self) -> Option<&str> {
        self.more.cause.as_deref()
    }

    fn caused(mut self, cause: impl Into<String>) -> Self {
        self.more.cause = Some(cause.into());
        self
    }

    fn document(error: &OpenError) -> Self {
        let (offset, limit) = (error.offset(), error.limit());
        let said = Said::Document(DocumentError { offset, limit, ..DocumentError::new(error.code()) });
        let more = More { said, offset, limit, cause: None, close: false };
        Self { code: Code::Document(error.code()), more: Box::new(more) }
    }

    /// The answer, as it leaves.
    pub(super) fn answer(self, language: Language, request_id: &str) -> Response {
        let texts = Texts::of(language);
        let detail = match &self.more.said {
            Said::Detail(detail, args) => texts.problem_detail(*detail, args),
            Said::Document(error) => texts.document_error(error, Show::Verbatim),
        };
        let status = self.code.status();
        let name = self.code.name();
        let form = Form {
            kind: format!("urn:sigillum:problem:{name}"),
            title: texts.problem_title(name),
            status: status.as_u16(),
            detail,
            code: name,
            request_id,
            offset: self.more.offset,
            limit: self.more.limit.map(|(name, _)| name),
            maximum: self.more.limit.map(|(_, maximum)| maximum),
        };
        // Writing strings and numbers to memory cannot fail; if it did, status and headers would still say it.
        let mut response = Response::new(Body::from(serde_json::to_vec(&form).unwrap_or_default()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if self.code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.code.passes() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(COME_BACK));
        }
        if self.more.close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// Carries the problem outwards, where it is written.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.code.status();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: String,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u64>,
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match error {
            // The handlers ask for role and profile first and say which; the service asks again.
            ServiceError::Forbidden(_) => Self::new(Code::Forbidden, Detail::ProfileForbidden),
            ServiceError::UnknownPolicy(_) => Self::new(Code::BadRequest, Detail::UnknownPolicy),
            ServiceError::UnknownProfile(_) => Self::new(Code::BadRequest, Detail::UnknownProfile),
            ServiceError::Document(error) => Self::document(&error),
            ServiceError::Revision(error) => Self::revision(error),
            ServiceError::Seal(error) => Self::seal(error),
            ServiceError::SignerUnfit(unfit) => {
                let check = unfit.check.map_or("unknown", |check| check.name());
                Self::with(Code::SignerUnavailable, Detail::SignerUnfit, [("check", check.to_owned())])
            }
            ServiceError::SignerUnavailable(cause) => {
                Self::new(Code::SignerUnavailable, Detail::SignerUnavailable).caused(cause)
            }
            ServiceError::NotReleased(reason) => {
                let args = [("cause", reason.cause.to_owned())];
                Self::with(Code::SealNotReleased, Detail::NotReleased, args).caused(reason.cause)
            }
            ServiceError::JournalUnavailable(cause) => {
                Self::new(Code::JournalUnavailable, Detail::JournalUnavailable).caused(cause)
            }
            ServiceError::InProgress => Self::new(Code::InProgress, Detail::InProgress),
            ServiceError::IdempotencyMismatch => Self::new(Code::IdempotencyMismatch, Detail::IdempotencyMismatch),
            ServiceError::Overloaded => Self::new(Code::Overloaded, Detail::NoTurn),
            ServiceError::Internal(place) => Self::internal().caused(place),
        }
    }
}

/// Ids of signatures that a problem names at the most.
const IDS: usize = 50;

impl Problem {
    fn revision(error: NoRevision) -> Self {
        match error {
            NoRevision::NoSuchSignature => Self::new(Code::NotFound, Detail::NoSuchSignature),
            NoRevision::Several(mut ids) => {
                if ids.len() > IDS {
                    ids.truncate(IDS);
                    ids.push("…".to_owned());
                }
                Self::with(Code::BadRequest, Detail::SeveralSignatures, [("ids", ids.join(", "))])
            }
            // The document can be read, but not what was signed of it.
            NoRevision::Unknown(id) => {
                Self::with(Code::Document("malformed-pdf"), Detail::RevisionUnknown, [("id", id)])
            }
            NoRevision::Shapeless(id) => {
                Self::with(Code::Document("malformed-xml"), Detail::SignatureShapeless, [("id", id)])
            }
            NoRevision::NoOctets(id, number, fault) => {
                let args = [("id", id), ("number", number.to_string())];
                match fault {
                    // The caller may give it.
                    Fault::NotGiven => Self::with(Code::BadRequest, Detail::ContentMissing, args),
                    Fault::Unsupported(_) => {
                        Self::with(Code::Document("unsupported-format"), Detail::TransformRefused, args)
                    }
                    _ => Self::with(Code::Document("malformed-xml"), Detail::ReferenceUnknown, args),
                }
            }
        }
    }

    fn seal(error: SealError) -> Self {
        match error {
            SealError::Open(error) => Self::document(&error),
            SealError::Limit(limit) => Self::document(&OpenError::Limit(limit)),
            SealError::NotAppendable { cause, offset } => {
                let args = [("cause", cause.to_owned())];
                let mut problem = Self::with(Code::NotAppendable, Detail::NotAppendable, args);
                problem.more.offset = offset;
                problem
            }
            SealError::Place { cause } => {
                Self::with(Code::NotAppendable, Detail::NoPlace, [("cause", cause.to_owned())])
            }
            SealError::Forbidden { by } => {
                Self::with(Code::SigningForbidden, Detail::SigningForbidden, [("by", by.to_owned())])
            }
            // What the key gave does not fit what it was given: ours, not the caller's.
            SealError::Value { cause } => Self::internal().caused(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Limit, LimitExceeded};
    use crate::reporting::PROBLEM_CODES;
    use crate::sealing::{NotReleased, SignerUnfit};
    use crate::validation::{CheckId, Doubt, Verdict};

    async fn written(problem: Problem, language: Language) -> (StatusCode, serde_json::Value, bool) {
        let response = problem.answer(language, "r-1");
        let (head, body) = response.into_parts();
        let octets = axum::body::to_bytes(body, 1 << 16).await.unwrap();
        assert_eq!(head.headers[header::CONTENT_TYPE], "application/problem+json");
        let retry = head.headers.contains_key(header::RETRY_AFTER);
        (head.status, serde_json::from_slice(&octets).unwrap(), retry)
    }

    #[tokio::test]
    async fn every_error_of_the_service_has_its_code_and_status() {
        let limit = LimitExceeded { limit: Limit::XrefEntries, maximum: 7 };
        let cases = [
            (ServiceError::Forbidden("x".into()), 403, "forbidden", false),
            (ServiceError::UnknownPolicy("x".into()), 400, "bad-request", false),
            (ServiceError::UnknownProfile("x".into()), 400, "bad-request", false),
            (ServiceError::Document(OpenError::NotADocument), 422, "not-a-document", false),
            (ServiceError::Document(OpenError::UnsupportedFormat), 422, "unsupported-format", false),
            (ServiceError::Document(OpenError::MalformedPdf { offset: Some(9) }), 422, "malformed-pdf", false),
            (ServiceError::Document(OpenError::MalformedXml { offset: None }), 422, "malformed-xml", false),
            (ServiceError::Document(OpenError::ForbiddenXml { offset: 9 }), 422, "forbidden-xml", false),
            (ServiceError::Document(OpenError::Encrypted), 422, "encrypted", false),
            (ServiceError::Document(OpenError::Limit(limit)), 422, "limit-exceeded", false),
            (ServiceError::Seal(SealError::Open(OpenError::Encrypted)), 422, "encrypted", false),
            (ServiceError::Seal(SealError::Limit(limit)), 422, "limit-exceeded", false),
            (
                ServiceError::Seal(SealError::NotAppendable { cause: "repaired", offset: Some(9) }),
                422,
                "not-appendable",
                false,
            ),
            (ServiceError::Seal(SealError::Place { cause: "no-such-field" }), 422, "not-appendable", false),
            (ServiceError::Seal(SealError::Forbidden { by: "lock" }), 409, "signing-forbidden", false),
            (ServiceError::Seal(SealError::Value { cause: "size" }), 500, "internal", false),
            (
                ServiceError::SignerUnfit(SignerUnfit {
                    check: Some(CheckId::SignerValidity),
                    verdict: Verdict::Indeterminate(Doubt::OutOfBoundsNoPoe),
                    needs: Vec::new(),
                }),
                503,
                "signer-unavailable",
                true,
            ),
            (ServiceError::SignerUnavailable("token pulled".into()), 503, "signer-unavailable", true),
            (
                ServiceError::NotReleased(NotReleased { cause: "prefix", report: None }),
                500,
                "seal-not-released",
                false,
            ),
            (ServiceError::JournalUnavailable("disk full".into()), 503, "journal-unavailable", true),
            (ServiceError::InProgress, 409, "in-progress", true),
            (ServiceError::IdempotencyMismatch, 422, "idempotency-mismatch", false),
            (ServiceError::Overloaded, 503, "overloaded", true),
            (ServiceError::Internal("here"), 500, "internal", false),
        ];
        for (error, status, code, comes_back) in cases {
            let said = error.to_string();
            let problem = Problem::from(error);
            for language in Language::ALL {
                let (got, body, retry) = written(problem.clone(), *language).await;
                assert_eq!((got.as_u16(), retry), (status, comes_back), "{said}");
                assert_eq!(body["status"], status);
                assert_eq!(body["code"], code);
                assert_eq!(body["type"], format!("urn:sigillum:problem:{code}"));
                assert_eq!(body["requestId"], "r-1");
                assert!(PROBLEM_CODES.contains(&code));
                let detail = body["detail"].as_str().unwrap();
                assert!(!detail.contains('{') && detail.ends_with('.'), "{detail}");
                // Causes are for the log.
                assert!(!detail.contains("token pulled") && !detail.contains("disk full"), "{detail}");
            }
        }
    }

    #[tokio::test]
    async fn offset_and_limit_are_members_where_they_apply() {
        let problem = Problem::from(ServiceError::Document(OpenError::MalformedPdf { offset: Some(9) }));
        let (_, body, _) = written(problem, Language::En).await;
        assert_eq!((&body["offset"], body.get("limit")), (&9.into(), None));
        let limit = LimitExceeded { limit: Limit::XrefEntries, maximum: 7 };
        let (_, body, _) = written(Problem::from(ServiceError::Seal(SealError::Limit(limit))), Language::En).await;
        assert_eq!((&body["limit"], &body["maximum"]), (&"xref-entries".into(), &7.into()));
    }

    #[test]
    fn every_code_has_a_title() {
        let codes = [
            Code::BadRequest,
            Code::Unauthenticated,
            Code::Forbidden,
            Code::NotFound,
            Code::MethodNotAllowed,
            Code::NotAcceptable,
            Code::InProgress,
            Code::SigningForbidden,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
            Code::IdempotencyMismatch,
            Code::NotAppendable,
            Code::RateLimited,
            Code::Internal,
            Code::SealNotReleased,
            Code::Overloaded,
            Code::SignerUnavailable,
            Code::JournalUnavailable,
        ];
        for code in codes {
            assert!(PROBLEM_CODES.contains(&code.name()), "{}", code.name());
        }
        assert_eq!(codes.len() + 7, PROBLEM_CODES.len(), "a code has a title that nobody gives");
    }
}
