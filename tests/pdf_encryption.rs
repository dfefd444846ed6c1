//! Files that qpdf encrypts in every way it knows are decrypted to what they were, with the user's and with the
//! owner's password and with no other; the generated and DSS files that are encrypted and signed open, and their
//! `/Contents` stays what is written.

#![expect(clippy::disallowed_methods, reason = "a test writes temporary files")]

mod pdf_support;

use sigillum::syntax::pdf::CryptMethod;
use sigillum::syntax::pdf::EncryptedReason;
use sigillum::syntax::pdf::Object;
use sigillum::syntax::pdf::ObjectId;
use sigillum::syntax::pdf::PasswordOwner;
use sigillum::syntax::pdf::Pdf;
use sigillum::syntax::pdf::PdfError;

const TITLE: &[u8] = b"Verf\xfcgung (Entwurf) \\ 7";
const CONTENT: &[u8] = b"BT /F1 12 Tf (a page that nobody may read) Tj ET";
const METADATA: &[u8] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>";

/// A file with a title, a page with content, and metadata.
fn plain() -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    let stream = |entries: &str, data: &[u8]| {
        [format!("<</Length {}{entries}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
    };
    let bodies = [
        b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 9 9]>>".to_vec(),
        stream("", CONTENT),
        b"<</Title(Verf\xfcgung \\(Entwurf\\) \\\\ 7)/Author<>>>".to_vec(),
        stream("/Type/Metadata/Subtype/XML", METADATA),
    ];
    for body in bodies {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", offsets.len()).bytes());
        file.extend(body);
        file.extend(b"\nendobj\n");
    }
    let section = file.len();
    file.extend(b"xref\n0 7\n0000000000 65535 f \n");
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let id = "<00112233445566778899aabbccddeeff>";
    file.extend(format!("trailer\n<</Size 7/Root 1 0 R/Info 5 0 R/ID[{id}{id}]>>\n").bytes());
    file.extend(format!("startxref\n{section}\n%%EOF\n").bytes());
    file
}

fn follow(pdf: &Pdf<'_>, object: &Object) -> Object {
    let (_, mut budget) = pdf_support::usual();
    pdf.resolve(object, pdf.latest(), &mut budget).expect("readable").into_owned()
}

fn entry(pdf: &Pdf<'_>, object: &Object, key: &[u8]) -> Object {
    follow(pdf, object.as_dict().and_then(|dict| dict.get(key)).expect("there"))
}

/// Title, content and metadata of a file.
fn texts(pdf: &Pdf<'_>) -> [Vec<u8>; 3] {
    let (_, mut budget) = pdf_support::usual();
    let trailer = pdf.trailer(pdf.latest());
    let info = follow(pdf, trailer.get(b"Info").expect("there"));
    let root = follow(pdf, trailer.get(b"Root").expect("there"));
    let pages = entry(pdf, &root, b"Pages");
    let page = follow(pdf, &entry(pdf, &pages, b"Kids").as_array().expect("an array")[0]);
    let mut data =
        |object: Object| pdf.stream_data(object.as_stream().expect("a stream"), &mut budget).expect("read");
    let title = entry(pdf, &info, b"Title").as_string().expect("a string").bytes.clone();
    assert!(entry(pdf, &info, b"Author").as_string().is_some_and(|author| author.bytes.is_empty()));
    [title, data(entry(pdf, &page, b"Contents")), data(entry(pdf, &root, b"Metadata"))]
}

#[test]
fn what_qpdf_encrypts() {
    const SUITE: &str = "pdf_encryption (qpdf)";
    if pdf_support::run("qpdf", &["--version"], 10).is_none() {
        println!("SKIPPED {SUITE}: qpdf is not installed");
        return;
    }
    let folder = std::env::temp_dir().join(format!("sigillum-pdf-encryption-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (source, target) = (folder.join("plain.pdf"), folder.join("encrypted.pdf"));
    std::fs::write(&source, plain()).expect("written");
    let ways: &[(&[&str], CryptMethod, u8)] = &[
        (&["40"], CryptMethod::Rc4, 2),
        (&["128", "--use-aes=n"], CryptMethod::Rc4, 3),
        (&["128", "--force-V4"], CryptMethod::Rc4, 4),
        (&["128", "--use-aes=y"], CryptMethod::Aes128, 4),
        (&["128", "--use-aes=y", "--cleartext-metadata"], CryptMethod::Aes128, 4),
        (&["256", "--force-R5"], CryptMethod::Aes256, 5),
        (&["256"], CryptMethod::Aes256, 6),
        (&["256", "--cleartext-metadata"], CryptMethod::Aes256, 6),
    ];
    let mut cases = 0;
    for (way, method, revision) in ways {
        for streams in ["--object-streams=disable", "--object-streams=generate"] {
            for user in ["", "user"] {
                let mut arguments = vec!["--allow-weak-crypto", streams];
                arguments.extend([source.to_str().expect("UTF-8"), target.to_str().expect("UTF-8")]);
                arguments.extend(["--encrypt", user, "owner"].iter().chain(*way).chain(&["--"]));
                let (code, output) = pdf_support::run("qpdf", &arguments, 20).expect("qpdf runs");
                assert!(code == 0 || code == 3, "{way:?}: {code} {output}");
                let bytes = std::fs::read(&target).expect("written");
                check(&bytes, user, *method, *revision, way.contains(&"--cleartext-metadata"));
                cases += 1;
            }
        }
    }
    std::fs::remove_dir_all(&folder).expect("our own folder");
    println!("{SUITE}: {cases} cases");
    assert!(cases > 0);
}

fn check(bytes: &[u8], user: &str, method: CryptMethod, revision: u8, clear_metadata: bool) {
    let open = |password: Option<&[u8]>| {
        let (limits, mut budget) = pdf_support::usual();
        Pdf::open(bytes, password, &limits, &mut budget)
    };
    let what = format!("revision {revision}, {method:?}, user password {user:?}");
    for (password, owner) in [(user, PasswordOwner::User), ("owner", PasswordOwner::Owner)] {
        let pdf = open(Some(password.as_bytes())).unwrap_or_else(|error| panic!("{what}: {error}"));
        let facts = pdf.encryption().expect("encrypted");
        assert_eq!((facts.streams, facts.strings, facts.revision), (method, method, revision), "{what}");
        assert_eq!((facts.opened_by, facts.metadata), (owner, !clear_metadata), "{what}");
        assert_eq!(texts(&pdf), [TITLE.to_vec(), CONTENT.to_vec(), METADATA.to_vec()], "{what}");
        assert_eq!(pdf.findings(), vec![], "{what}");
    }
    let wrong = Some(PdfError::Encrypted(EncryptedReason::WrongPassword));
    assert_eq!(open(Some(b"wrong")).err(), wrong, "{what}");
    let needed = Some(PdfError::Encrypted(EncryptedReason::PasswordNeeded));
    assert_eq!(open(None).err(), if user.is_empty() { None } else { needed }, "{what}");
}

#[test]
fn signatures_of_encrypted_files() {
    const SUITE: &str = "pdf_encryption (signed)";
    let Some(shared) = pdf_support::shared(SUITE) else { return };
    let mut cases = 0;
    for (name, bytes, password) in pdf_support::generated(&shared) {
        let (limits, mut budget) = pdf_support::usual();
        let pdf = Pdf::open(&bytes, password.as_deref().map(str::as_bytes), &limits, &mut budget)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        if pdf.encryption().is_none() {
            assert!(password.is_none(), "{name}");
            continue;
        }
        let signatures =
            pdf.find_dicts_with(&[b"ByteRange", b"Contents"], &[], pdf.latest(), &mut budget).expect("found");
        assert!(!signatures.is_empty(), "{name}");
        for id in signatures {
            check_signature(&pdf, id, &name);
            cases += 1;
        }
    }
    println!("{SUITE}: {cases} cases");
    assert!(cases > 0);
}

/// `/Contents` is DER as written in the file, and the other strings are decrypted.
fn check_signature(pdf: &Pdf<'_>, id: ObjectId, name: &str) {
    let (_, mut budget) = pdf_support::usual();
    let signature = pdf.object(id, pdf.latest(), &mut budget).expect("readable");
    let dict = signature.as_dict().expect("a dictionary");
    let contents = dict.get(b"Contents").expect("there");
    let string = contents.as_string().expect("a string");
    assert!(string.hex && string.bytes.first() == Some(&0x30), "{name}");
    let span = contents.span.expect("in the file");
    let written =
        &pdf.bytes()[usize::try_from(span.start).expect("fits")..usize::try_from(span.end).expect("fits")];
    assert_eq!(
        (written.first(), written.last(), written.len()),
        (Some(&b'<'), Some(&b'>'), 2 * string.bytes.len() + 2)
    );
    if let Some(date) = dict.get_string(b"M") {
        assert!(date.bytes.starts_with(b"D:20"), "{name}: {date:?}");
    }
}
