//! What a signer's key may be used for (EN 319 102-1 §5.2.6, X.509 constraints; RFC 5280 §4.2.1.3, §4.2.1.12;
//! RFC 3161 §2.3).

use crate::validation::check::{CheckId, Context};
use crate::validation::message::Message;
use crate::validation::path::Holder;
use crate::validation::policy::{KeyUse, Policy};

/// id-kp-timeStamping (RFC 3161 §2.3).
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// What is wrong with the use of the signer's key.
pub(super) fn usage(signer: &Holder, context: Context, policy: &Policy) -> Vec<(CheckId, Message)> {
    let mut wrong = Vec::new();
    let subject = || signer.subject.clone();
    if let Some(usage) = signer.certificate.key_usage() {
        let allowed = policy.signer_key_usage().iter().any(|wanted| match wanted {
            KeyUse::DigitalSignature => usage.digital_signature(),
            KeyUse::NonRepudiation => usage.non_repudiation(),
        });
        if !allowed {
            let detail = Message::KeyUsageIs { subject: subject(), usage: usage.names().join(", ") };
            wrong.push((CheckId::SignerKeyUsage, detail));
        }
    }
    if context == Context::Timestamp {
        let alone = signer.certificate.extended_key_usage().is_some_and(|usage| {
            usage.critical && matches!(usage.oids.as_slice(), [only] if only.is(TIME_STAMPING))
        });
        if !alone {
            wrong.push((CheckId::SignerExtendedKeyUsage, Message::Certificate { subject: subject() }));
        }
    }
    wrong
}
