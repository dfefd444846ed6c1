//! Format checking (EN 319 102-1 §5.2.2): whether the signature has the form that its kind demands.

use crate::document::{ByteRangeDefect, FormatDefect, Signature, SubFilter};
use crate::pki::{AttributeError, AttributeFault, SignedData};
use crate::syntax::der::Oid;
use crate::validation::check::CheckId;
use crate::validation::ledger::Ledger;
use crate::validation::message::{Message, Term};

/// id-data (RFC 5652 §4).
const ID_DATA: &str = "1.2.840.113549.1.7.1";
/// id-ct-TSTInfo (RFC 3161 §2.4.2).
const ID_TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

/// The checks of place and form, from the defects that the examination found.
pub(in crate::validation) fn place(ledger: &mut Ledger<'_>, signature: &Signature) {
    const OF_PDF: &[CheckId] = &[
        CheckId::SignatureReadable,
        CheckId::FormatKnown,
        CheckId::InSignatureField,
        CheckId::NotDuplicated,
        CheckId::ByteRange,
        CheckId::ByteRangeCollision,
        CheckId::ContentsPadding,
    ];
    let in_pdf = signature.sub_filter != SubFilter::NotPdf;
    const OF_XML: &[CheckId] = &[CheckId::SignatureReadable, CheckId::NotDuplicated];
    let ids = if in_pdf { OF_PDF } else { OF_XML };
    let mut broken = Vec::new();
    for defect in &signature.defects {
        let (id, detail) = describe(defect, signature);
        broken.push(id);
        ledger.broken(id, None, detail);
    }
    for id in ids {
        if !broken.contains(id) {
            ledger.passed(*id);
        }
    }
    match signature.limit {
        None => ledger.passed(CheckId::WithinLimits),
        Some(exceeded) => limit(ledger, exceeded),
    }
    if !in_pdf {
        return;
    }
    if signature.changes.has_violation() {
        ledger.broken(CheckId::ChangesPermitted, None, None);
    } else if signature.changes.permitted {
        ledger.passed(CheckId::ChangesPermitted);
    } else {
        ledger.not_run(CheckId::ChangesPermitted);
    }
}

/// Notes that a limit ended the work on this signature.
pub(in crate::validation) fn limit(ledger: &mut Ledger<'_>, exceeded: crate::limits::LimitExceeded) {
    let detail = Message::LimitReached { limit: exceeded.limit.name().to_owned(), maximum: exceeded.maximum };
    ledger.broken(CheckId::WithinLimits, None, Some(detail));
}

fn describe(defect: &FormatDefect, signature: &Signature) -> (CheckId, Option<Message>) {
    match defect {
        FormatDefect::Unreadable { what, offset } => {
            let detail = Message::Malformed { what: (*what).to_owned(), offset: *offset };
            (CheckId::SignatureReadable, Some(detail))
        }
        FormatDefect::Key(key) => {
            (CheckId::SignatureReadable, Some(Message::KeyMissing { key: (*key).to_owned() }))
        }
        FormatDefect::UnknownSubFilter => {
            let format = signature.sub_filter.name().unwrap_or("-").to_owned();
            (CheckId::FormatKnown, Some(Message::UnknownFormat { format }))
        }
        FormatDefect::NotInField => (CheckId::InSignatureField, None),
        FormatDefect::SeveralFields => (CheckId::NotDuplicated, Some(Message::Duplicate { what: Term::Field })),
        FormatDefect::DuplicateKey => {
            (CheckId::NotDuplicated, Some(Message::Duplicate { what: Term::DictionaryKey }))
        }
        FormatDefect::Repeated(element) => {
            (CheckId::NotDuplicated, Some(Message::ElementRepeated { element: (*element).to_owned() }))
        }
        FormatDefect::ByteRange(defect) => (CheckId::ByteRange, Some(byte_range(*defect))),
        FormatDefect::Collision(other) => {
            (CheckId::ByteRangeCollision, Some(Message::CollidesWith { other: other.clone() }))
        }
        FormatDefect::TrailingContents { bytes } => {
            (CheckId::ContentsPadding, Some(Message::TrailingContents { bytes: *bytes }))
        }
    }
}

fn byte_range(defect: ByteRangeDefect) -> Message {
    match defect {
        ByteRangeDefect::Form => Message::ByteRangeForm {},
        ByteRangeDefect::Start => Message::ByteRangeStart {},
        ByteRangeDefect::BeyondEnd { end, size } => Message::ByteRangeBeyondEnd { end, size },
        ByteRangeDefect::Gap { start, end } => Message::ByteRangeGap { start, end },
        ByteRangeDefect::End { end } => Message::ByteRangeEnd { end },
        ByteRangeDefect::OtherRevision => Message::ByteRangeRevision {},
    }
}

/// What kind of content a CMS has to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::validation) enum Content {
    /// None: it is detached, and the content is data.
    Detached,
    /// A digest of the byte range (`adbe.pkcs7.sha1`).
    Encapsulated,
    /// A `TSTInfo`.
    TimestampInfo,
}

impl Content {
    /// What the `SubFilter` demands.
    pub(in crate::validation) fn of(sub_filter: &SubFilter) -> Self {
        match sub_filter {
            SubFilter::Pkcs7Sha1 => Self::Encapsulated,
            SubFilter::Rfc3161 => Self::TimestampInfo,
            _ => Self::Detached,
        }
    }
}

/// The checks of a CMS: one signer, the content, and the attributes that bind it (RFC 5652 §5.3, §11).
pub(in crate::validation) fn cms(ledger: &mut Ledger<'_>, cms: &SignedData, content: Content) {
    let signers = cms.signers.len();
    ledger.check(
        CheckId::SingleSigner,
        if signers == 1 {
            Ok(())
        } else {
            Err(Some(Message::SignerCount { count: u64::try_from(signers).unwrap_or(u64::MAX) }))
        },
    );
    ledger.check(
        CheckId::Encapsulation,
        match (content, &cms.encap_content) {
            (Content::Detached, None) | (Content::Encapsulated | Content::TimestampInfo, Some(_)) => Ok(()),
            (Content::Detached, Some(_)) => Err(Some(Message::UnexpectedContent {})),
            (Content::Encapsulated | Content::TimestampInfo, None) => Err(Some(Message::MissingContent {})),
        },
    );
    let wanted = match content {
        Content::Detached | Content::Encapsulated => ID_DATA,
        Content::TimestampInfo => ID_TST_INFO,
    };
    ledger.check(CheckId::ContentType, content_type(cms, wanted));
    let Some(signed) = cms.signers.first().and_then(|signer| signer.signed_attributes.as_ref()) else {
        return;
    };
    ledger.check(
        CheckId::MessageDigestOnce,
        match signed.message_digest() {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Some(Message::AttributeMissing { attribute: "message-digest".to_owned() })),
            Err(error) => Err(Some(attribute(&error, "message-digest"))),
        },
    );
}

/// The type of the content is the one that its place demands, and the content-type attribute says the same.
fn content_type(cms: &SignedData, wanted: &str) -> Result<(), Option<Message>> {
    let content = &cms.encap_content_type;
    let differs = |attribute: &Oid| {
        Err(Some(Message::ContentTypeDiffers { attribute: attribute.to_string(), content: content.to_string() }))
    };
    let Some(signer) = cms.signers.first() else {
        return Ok(());
    };
    match signer.signed_attributes.as_ref().map(|signed| signed.content_type()) {
        // Without signed attributes the content has to be data (§5.3).
        None if wanted == ID_DATA && content.is(ID_DATA) => Ok(()),
        None => Err(Some(Message::AttributeMissing { attribute: "content-type".to_owned() })),
        Some(Ok(Some(attribute))) if attribute == *content && attribute.is(wanted) => Ok(()),
        Some(Ok(Some(attribute))) => differs(&attribute),
        Some(Ok(None)) => Err(Some(Message::AttributeMissing { attribute: "content-type".to_owned() })),
        Some(Err(error)) => Err(Some(self::attribute(&error, "content-type"))),
    }
}

/// What is wrong with an attribute.
pub(in crate::validation) fn attribute(error: &AttributeError, name: &str) -> Message {
    let attribute = name.to_owned();
    match error.fault {
        AttributeFault::Repeated => Message::AttributeRepeated { attribute },
        _ => Message::AttributeMalformed { attribute },
    }
}
