//! An older revision is what the file was before anything was appended: cut off behind the end of a revision, a file
//! opens with exactly the revisions up to that one, and with the same objects.
//!
//! Every file of the corpus and of the generated ones that opens without being rebuilt is cut at every end.
//! Exceptions: `pdf_revisions_exceptions.tsv`.

mod pdf_support;

use std::collections::BTreeSet;

use sigillum::syntax::pdf::FindingCode;
use sigillum::syntax::pdf::Pdf;
use sigillum::syntax::pdf::RevisionIndex;

#[test]
fn a_file_cut_off_is_its_older_revision() {
    const SUITE: &str = "pdf_revisions";
    let Some(shared) = pdf_support::shared(SUITE) else { return };
    let corpus = pdf_support::corpus(&shared).into_iter().map(|(path, bytes)| (path, bytes, None));
    let generated = pdf_support::generated(&shared).into_iter();
    let generated = generated.map(|(name, bytes, password)| (format!("generated/{name}"), bytes, password));
    let exceptions = pdf_support::exceptions("pdf_revisions_exceptions.tsv");
    let (mut cases, mut older, mut wrong, mut failed) = (0, 0, Vec::new(), BTreeSet::new());
    for (path, bytes, password) in corpus.chain(generated) {
        let password = password.as_deref().map(str::as_bytes);
        let (limits, mut budget) = pdf_support::usual();
        let Ok(pdf) = Pdf::open(&bytes, password, &limits, &mut budget) else { continue };
        if pdf.findings().iter().any(|finding| finding.code == FindingCode::XrefRebuilt) {
            continue;
        }
        for (position, revision) in pdf.revisions().iter().enumerate() {
            cases += 1;
            older += usize::from(position + 1 < pdf.revisions().len());
            let end = usize::try_from(revision.end()).expect("fits");
            if let Err(what) = compare(&pdf, RevisionIndex::new(position), &bytes[..end], password) {
                failed.insert(path.clone());
                if !exceptions.contains_key(&path) {
                    wrong.push(format!("{path}, revision {position} (ends at {end}): {what}"));
                }
            }
        }
    }
    println!("{SUITE}: {cases} cases, {older} of them older revisions, {} exceptions", failed.len());
    assert!(older > 0);
    let passed: Vec<_> = exceptions.keys().filter(|path| !failed.contains(*path)).collect();
    assert!(passed.is_empty(), "exceptions that pass: {passed:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare(pdf: &Pdf<'_>, at: RevisionIndex, cut: &[u8], password: Option<&[u8]>) -> Result<(), String> {
    let (limits, mut budget) = pdf_support::usual();
    let older =
        Pdf::open(cut, password, &limits, &mut budget).map_err(|error| format!("does not open: {error}"))?;
    if older.findings().iter().any(|finding| finding.code == FindingCode::XrefRebuilt) {
        return Err("has to be rebuilt".to_owned());
    }
    let ends = |pdf: &Pdf<'_>| pdf.revisions().iter().map(|revision| revision.end()).collect::<Vec<_>>();
    let expected: Vec<_> = ends(pdf).into_iter().take(at.get() + 1).collect();
    if ends(&older) != expected {
        return Err(format!("ends {:?} instead of {expected:?}", ends(&older)));
    }
    let one: Vec<_> = pdf.object_numbers(at).collect();
    let other: Vec<_> = older.object_numbers(older.latest()).collect();
    if one != other {
        return Err("other objects".to_owned());
    }
    Ok(())
}
