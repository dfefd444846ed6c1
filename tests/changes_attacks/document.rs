//! A clean signed document, made byte by byte, and how updates are appended to it. The same each time: the key signs
//! with RSA PKCS #1 v1.5, which draws no randomness, and nothing says when.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::support::sign::{Signer, sha256};

pub(crate) const CATALOG: &str = "/Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Outlines 11 0 R /Lang (de)";
pub(crate) const PAGE: &str = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
                    /Resources << /Font << /F1 9 0 R >> /XObject << /X1 10 0 R >> >>";
pub(crate) const FORM: &str = "/DA (/F1 10 Tf 0 g) /DR << /Font << /F1 9 0 R >> >> /SigFlags 3";
pub(crate) const NAME: &str =
    "/Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [72 600 272 620] /P 3 0 R /F 4 /DA (/F1 10 Tf 0 g)";
pub(crate) const SIGNED: &str = "/Type /Annot /Subtype /Widget /FT /Sig /T (S1) /Rect [0 0 0 0] /P 3 0 R /F 132";
pub(crate) const FREE: &str =
    "/Type /Annot /Subtype /Widget /FT /Sig /T (Free) /Rect [300 50 400 80] /P 3 0 R /F 4";
pub(crate) const FIELDS: &str = "6 0 R 8 0 R 14 0 R 17 0 R";
pub(crate) const ANNOTS: &str = "6 0 R 8 0 R 14 0 R 15 0 R 17 0 R";
pub(crate) const ROW: &str = "BT /F1 12 Tf 72 700 Td (Total 100 CHF) Tj ET q 1 0 0 1 72 500 cm /X1 Do Q";

/// A file that can be appended to.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) startxref: usize,
}

impl File {
    /// Appends objects, a table and a trailer with `more` in it.
    pub(crate) fn update(&mut self, objects: &[(u32, String)], more: &str) {
        self.update_with(objects, more, None);
    }

    /// The same with an entry for object 19, which does not stand here.
    fn update_with(&mut self, objects: &[(u32, String)], more: &str, beyond: Option<usize>) {
        let mut entries: BTreeMap<u32, usize> = beyond.map(|offset| (19, offset)).into_iter().collect();
        for (number, body) in objects {
            entries.insert(*number, self.bytes.len());
            self.bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        self.table(&entries, more);
    }

    /// Appends a table with these entries, and a trailer.
    pub(crate) fn table(&mut self, entries: &BTreeMap<u32, usize>, more: &str) {
        let at = self.bytes.len();
        let mut text = String::from("xref\n");
        if self.startxref == 0 {
            text.push_str("0 1\n0000000000 65535 f \n");
        }
        for (number, offset) in entries {
            writeln!(text, "{number} 1\n{offset:010} 00000 n ").unwrap();
        }
        let back = if self.startxref == 0 { String::new() } else { format!("/Prev {}", self.startxref) };
        let root = if more.contains("/Root") { "" } else { "/Root 1 0 R" };
        let identifier = "73696769".repeat(4);
        let own = if more.contains("/ID") { String::new() } else { format!("/ID [<{identifier}> <{identifier}>]") };
        write!(text, "trailer\n<< /Size 60 {root} {back} {more} {own} >>\n").unwrap();
        write!(text, "startxref\n{at}\n%%EOF\n").unwrap();
        self.bytes.extend_from_slice(text.as_bytes());
        self.startxref = at;
    }

    /// Appends a revision that signs: `value` is the object of the signature dictionary.
    pub(crate) fn sign(
        &mut self,
        signer: &Signer,
        value: u32,
        reference: &str,
        objects: &[(u32, String)],
        trailer: &str,
    ) {
        const HOLE: usize = 1800;
        const RANGE: usize = 40;
        let head = format!(
            "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached {reference} /ByteRange [{:RANGE$}] /Contents ",
            ""
        );
        let dictionary = format!("{head}<{}> >>", "0".repeat(2 * HOLE));
        let mut all = vec![(value, dictionary)];
        all.extend_from_slice(objects);
        let start = self.bytes.len() + format!("{value} 0 obj\n").len();
        self.update(&all, trailer);
        let gap = start + head.len();
        let after = gap + 2 * HOLE + 2;
        let range = format!("0 {gap} {after} {}", self.bytes.len() - after);
        let at = start + head.rfind('[').unwrap() + 1;
        self.bytes[at..at + range.len()].copy_from_slice(range.as_bytes());
        let cms = signer.cms(&sha256(&[&self.bytes[..gap], &self.bytes[after..]]));
        let hex: String = cms.iter().map(|octet| format!("{octet:02x}")).collect();
        self.bytes[gap + 1..gap + 1 + hex.len()].copy_from_slice(hex.as_bytes());
    }
}

pub(crate) fn dict(entries: &str) -> String {
    format!("<< {entries} >>")
}

pub(crate) fn stream(entries: &str, data: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{data}\nendstream", data.len())
}

pub(crate) fn form_stream(data: &str) -> String {
    stream("/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 9 0 R >> >>", data)
}

/// What is special about a document.
#[derive(Clone, Default)]
pub(crate) struct Base {
    /// The P of a certification.
    pub(crate) level: Option<u32>,
    /// More entries of the catalog.
    pub(crate) catalog: &'static str,
    /// Objects that are other than usual, or come besides.
    pub(crate) objects: Objects,
    /// More entries of the field that is signed.
    pub(crate) field: &'static str,
    /// More entries of the trailers.
    pub(crate) trailer: &'static str,
    /// An entry of the table for object 19, and from where the object stands.
    pub(crate) beyond: Option<usize>,
}

/// Objects by their numbers.
pub(crate) type Objects = Vec<(u32, String)>;

impl Base {
    /// Certified with this P.
    pub(crate) fn certified(level: u32) -> Self {
        Self { level: Some(level), ..Self::default() }
    }

    /// The catalog with these further entries.
    pub(crate) fn catalog(&self, rest: &str) -> String {
        let certified = if self.level.is_some() { "/Perms << /DocMDP 20 0 R >>" } else { "" };
        dict(&format!("{CATALOG} {certified} {} {rest}", self.catalog))
    }

    /// The document, signed.
    pub(crate) fn signed(&self, signer: &Signer) -> File {
        let mut file = File { bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), startxref: 0 };
        let usual = [
            (1, self.catalog("").replace("/Perms << /DocMDP 20 0 R >>", "")),
            (2, dict("/Type /Pages /Kids [3 0 R] /Count 1")),
            (3, dict(&format!("{PAGE} /Annots [{ANNOTS}]"))),
            (4, stream("", ROW)),
            (5, dict(&format!("{FORM} /Fields [{FIELDS}]"))),
            (6, dict(&format!("{NAME} /V (Muster) /AP << /N 13 0 R >>"))),
            (8, dict(SIGNED)),
            (9, dict("/Type /Font /Subtype /Type1 /BaseFont /Helvetica")),
            (10, form_stream("0 0 10 10 re f")),
            (11, dict("/Type /Outlines")),
            (12, dict("/Title (Vertrag) /Producer (a)")),
            (13, form_stream("BT /F1 10 Tf 2 5 Td (Muster) Tj ET")),
            (14, dict(FREE)),
            (15, dict("/Type /Annot /Subtype /Text /Rect [500 700 520 720] /Contents (Notiz) /P 3 0 R")),
            (
                17,
                dict(
                    "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R /V /Off /AS /Off /AP << /N << /Off 10 0 R /On 13 0 R >> >>",
                ),
            ),
            (18, dict("/Never /Used")),
        ];
        let mut objects: BTreeMap<u32, String> = usual.into();
        objects.extend(self.objects.iter().cloned());
        let objects: Objects = objects.into_iter().collect();
        let trailer = format!("/Info 12 0 R {}", self.trailer);
        file.update_with(&objects, &trailer, self.beyond);
        let reference = self.level.map_or_else(String::new, |level| {
            format!(
                "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P {level} >> >>]"
            )
        });
        let objects = [(1, self.catalog("")), (8, dict(&format!("{SIGNED} {} /V 20 0 R", self.field)))];
        file.sign(signer, 20, &reference, &objects, &trailer);
        file
    }
}
