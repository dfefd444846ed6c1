//! The one word and the one sentence about a document, from the verdicts on its signatures.

use super::message::Message;
use super::process::is_valid;
use super::report::{Answer, DocumentVerdict, Reason, SignatureReport, Summary};
use super::verdict::Verdict;

/// The verdict and the summary: the worst signature decides. Document time-stamps do not count.
pub(super) fn summarise(signatures: &[SignatureReport]) -> (DocumentVerdict, Summary) {
    let count = |wanted: fn(&SignatureReport) -> bool| signatures.iter().filter(|one| wanted(one)).count();
    let failed = count(|one| matches!(one.verdict, Verdict::Failed(_)));
    let indeterminate = count(|one| matches!(one.verdict, Verdict::Indeterminate(_)));
    let passed = count(|one| one.verdict == Verdict::Passed);
    let verdict = match (signatures.is_empty(), failed, indeterminate) {
        (true, _, _) => DocumentVerdict::NoSignature,
        (_, 1.., _) => DocumentVerdict::TotalFailed,
        (_, 0, 1..) => DocumentVerdict::Indeterminate,
        (_, 0, 0) => DocumentVerdict::TotalPassed,
    };
    let answer = match verdict {
        DocumentVerdict::NoSignature => Answer::NoSignature,
        DocumentVerdict::TotalFailed => Answer::NotValid,
        DocumentVerdict::TotalPassed if signatures.iter().all(is_valid) => Answer::Valid,
        DocumentVerdict::TotalPassed | DocumentVerdict::Indeterminate => Answer::CannotTell,
    };
    let worst = signatures
        .iter()
        .find(|one| matches!(one.verdict, Verdict::Failed(_)))
        .or_else(|| signatures.iter().find(|one| matches!(one.verdict, Verdict::Indeterminate(_))));
    let main_reason = worst.map(|one| Reason { check: one.reason.check, detail: one.reason.detail.clone() });
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let total = number(signatures.len());
    let message = match (answer, signatures) {
        (Answer::NoSignature, _) => Message::SummaryNoSignature {},
        (Answer::Valid, [one]) => Message::SummaryValidOne {
            signer: one.signer.as_ref().map(|signer| signer.display_name().to_owned()).unwrap_or_default(),
        },
        (Answer::Valid, _) => Message::SummaryValidMany { count: total },
        (Answer::NotValid, [_]) => Message::SummaryNotValidOne {},
        (Answer::NotValid, _) => Message::SummaryNotValidMany { failed: number(failed), count: total },
        (Answer::CannotTell, [_]) => Message::SummaryCannotTellOne {},
        (Answer::CannotTell, _) => {
            Message::SummaryCannotTellMany { indeterminate: number(indeterminate), count: total }
        }
    };
    let summary =
        Summary { answer, message, signatures: signatures.len(), passed, failed, indeterminate, main_reason };
    (verdict, summary)
}
