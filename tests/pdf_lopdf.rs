//! Our reader and lopdf 0.47 see the same objects in every file that both read: the corpus (with the empty user
//! password) and the generated files (with theirs).
//!
//! Compared are the objects in force in the latest revision: which there are, their values, the raw bytes of
//! streams (decoded ones where the file is encrypted). Files in which the two differ are named with the reason in
//! `pdf_lopdf_differences.tsv`; a file that is named there and does not differ fails.

mod pdf_support;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use lopdf::Document;
use lopdf::LoadOptions;
use sigillum::limits::Budget;
use sigillum::syntax::pdf::Dict;
use sigillum::syntax::pdf::Object;
use sigillum::syntax::pdf::ObjectId;
use sigillum::syntax::pdf::Pdf;
use sigillum::syntax::pdf::Place;
use sigillum::syntax::pdf::Value;

#[test]
fn lopdf_sees_the_same_objects() {
    const SUITE: &str = "pdf_lopdf";
    let Some(shared) = pdf_support::shared(SUITE) else { return };
    let corpus = pdf_support::corpus(&shared).into_iter().map(|(path, bytes)| (path, bytes, None));
    let generated = pdf_support::generated(&shared).into_iter();
    let generated = generated.map(|(name, bytes, password)| (format!("generated/{name}"), bytes, password));
    let known = pdf_support::exceptions("pdf_lopdf_differences.tsv");
    let (mut differing, mut unexpected) = (BTreeSet::new(), Vec::new());
    let (mut files, mut objects) = (0, 0);
    for (path, bytes, password) in corpus.chain(generated) {
        let (limits, mut budget) = pdf_support::usual();
        let Ok(pdf) = Pdf::open(&bytes, password.as_deref().map(str::as_bytes), &limits, &mut budget) else {
            continue;
        };
        let options = match password {
            Some(password) => LoadOptions::with_password(&password),
            None => LoadOptions::default(),
        };
        let options = LoadOptions { max_decompressed_size: Some(64 << 20), ..options };
        let Ok(theirs) = Document::load_mem_with_options(&bytes, options) else { continue };
        if theirs.is_encrypted() && theirs.encryption_state.is_none() {
            continue; // lopdf has no key and shows no objects
        }
        files += 1;
        objects += theirs.objects.len();
        let differences = compare(&pdf, &theirs, &mut budget);
        if !differences.is_empty() {
            differing.insert(path.clone());
            if !known.contains_key(&path) {
                let shown: Vec<_> = differences.iter().take(3).cloned().collect();
                unexpected.push(format!("{path}: {} differ: {}", differences.len(), shown.join("; ")));
            }
        }
    }
    println!("{SUITE}: {files} cases with {objects} objects, {} differ, {} known", differing.len(), known.len());
    assert!(files > 0);
    let gone: Vec<_> = known.keys().filter(|path| !differing.contains(*path)).collect();
    assert!(gone.is_empty(), "named as different, but equal: {gone:?}");
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

fn compare(pdf: &Pdf<'_>, theirs: &Document, budget: &mut Budget) -> Vec<String> {
    let at = pdf.latest();
    let mut ours = BTreeMap::new();
    for (number, entry) in pdf.object_numbers(at) {
        let generation = if let Place::InFile { generation, .. } = entry.place { generation } else { 0 };
        match pdf.object(ObjectId { number, generation }, at, budget) {
            Ok(object) => drop(ours.insert((number, generation), object)),
            Err(error) => return vec![format!("{number} {generation}: {error}")],
        }
    }
    let mut differences = Vec::new();
    let encrypt = pdf.trailer(at).get_reference(b"Encrypt").map(|id| (id.number, id.generation));
    for (id, object) in &ours {
        let structure = object.as_stream().and_then(|stream| stream.dict().get_name(b"Type"));
        if matches!(structure, Some(b"XRef" | b"ObjStm")) || object.is_null() || Some(*id) == encrypt {
            continue; // lopdf drops them
        }
        match theirs.objects.get(id) {
            None => differences.push(format!("{id:?}: only ours {:?}", short(&object.value))),
            Some(other) => {
                if let Err(what) = same(pdf, object, other, theirs.was_encrypted(), budget) {
                    differences.push(format!("{id:?}: {what}"));
                }
            }
        }
    }
    for (id, object) in &theirs.objects {
        if !ours.contains_key(id) && !matches!(object, lopdf::Object::Null) {
            differences.push(format!("{id:?}: only theirs {:?}", short(object)));
        }
    }
    differences
}

fn short(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").chars().take(120).collect()
}

fn same(
    pdf: &Pdf<'_>,
    ours: &Object,
    theirs: &lopdf::Object,
    encrypted: bool,
    budget: &mut Budget,
) -> Result<(), String> {
    let equal = match (&ours.value, theirs) {
        (Value::Null, lopdf::Object::Null) => true,
        (Value::Bool(one), lopdf::Object::Boolean(other)) => one == other,
        (Value::Number(one), lopdf::Object::Integer(other)) => one.as_i64() == Some(*other),
        #[expect(clippy::cast_possible_truncation, reason = "lopdf keeps 32 bits")]
        (Value::Number(one), lopdf::Object::Real(other)) => {
            one.as_f64().is_some_and(|one| (one as f32 - other).abs() <= other.abs() * 1e-6)
        }
        (Value::String(one), lopdf::Object::String(other, _)) => one.bytes == *other,
        (Value::Name(one), lopdf::Object::Name(other)) => one.as_bytes() == other,
        (Value::Reference(one), lopdf::Object::Reference(other)) => (one.number, one.generation) == *other,
        (Value::Array(one), lopdf::Object::Array(other)) => {
            for (one, other) in one.iter().zip(other) {
                same(pdf, one, other, encrypted, budget)?;
            }
            one.len() == other.len()
        }
        (Value::Dict(one), lopdf::Object::Dictionary(other)) => same_dict(pdf, one, other, &[], encrypted, budget)?,
        (Value::Stream(one), lopdf::Object::Stream(other)) => {
            // lopdf writes there what it found, which the comparison of the data shows.
            same_dict(pdf, one.dict(), &other.dict, b"Length", encrypted, budget)?;
            if encrypted {
                match (pdf.stream_data(one, budget), other.decompressed_content()) {
                    (Ok(one), Ok(other)) => one == other,
                    _ => true,
                }
            } else {
                let span = one.raw_span();
                let raw = usize::try_from(span.start).expect("fits")..usize::try_from(span.end).expect("fits");
                if pdf.bytes()[raw.clone()] != *other.content {
                    return Err(format!("stream of {} and {} bytes", raw.len(), other.content.len()));
                }
                true
            }
        }
        _ => false,
    };
    if equal { Ok(()) } else { Err(format!("{} / {}", short(&ours.value), short(theirs))) }
}

fn same_dict(
    pdf: &Pdf<'_>,
    ours: &Dict,
    theirs: &lopdf::Dictionary,
    except: &[u8],
    encrypted: bool,
    budget: &mut Budget,
) -> Result<bool, String> {
    for (key, value) in ours.iter().filter(|(key, _)| key.as_bytes() != except) {
        let value = ours.get(key.as_bytes()).unwrap_or(value);
        match theirs.get(key.as_bytes()) {
            Ok(other) => same(pdf, value, other, encrypted, budget).map_err(|what| format!("{key:?}: {what}"))?,
            Err(_) => return Err(format!("{key:?} only ours")),
        }
    }
    match theirs.iter().find(|(key, _)| *key != except && !ours.has(key)) {
        Some((key, _)) => Err(format!("/{} only theirs", key.escape_ascii())),
        None => Ok(true),
    }
}
