//! Updates of the usual document: objects that they write anew.

use super::document::{
    ANNOTS, CATALOG, FIELDS, FORM, FREE, NAME, Objects, PAGE, ROW, SIGNED, dict, form_stream, stream,
};

/// An update that must be flagged: name, objects, more of the trailer, the code that names it, under which P.
pub(crate) type Attack = (&'static str, Objects, &'static str, &'static str, Option<u32>);

/// An update that is honest: name, objects, more of the trailer, under which P.
pub(crate) type Honest = (&'static str, Objects, &'static str, Option<u32>);

/// Updates that must be flagged: name, objects, more of the trailer, the code that names it, under which P.
pub(crate) fn attacks() -> Vec<Attack> {
    let page = |rest: &str| dict(&format!("{PAGE} {rest}"));
    let annots = |rest: &str| page(&format!("/Annots [{ANNOTS} {rest}]"));
    let catalog = |rest: &str| dict(&format!("{CATALOG} {rest}"));
    let form = |rest: &str| dict(&format!("{FORM} {rest}"));
    let name = |rest: &str| dict(&format!("{NAME} {rest}"));
    let cover = "1 g 0 0 200 20 re f";
    let mark = |rest: &str| dict(&format!("/Type /Annot /P 3 0 R {rest}"));
    vec![
        (
            "content replaced",
            vec![(4, stream("", "BT /F1 12 Tf 72 700 Td (Total 999 CHF) Tj ET"))],
            "",
            "page-content",
            None,
        ),
        (
            "content added",
            vec![
                (3, dict(&format!("{} /Annots [{ANNOTS}]", PAGE.replace("4 0 R", "[4 0 R 40 0 R]")))),
                (40, stream("", "1 g")),
            ],
            "",
            "page-content",
            Some(3),
        ),
        ("font replaced", vec![(9, dict("/Type /Font /Subtype /Type1 /BaseFont /Symbol"))], "", "resources", None),
        ("form of the page replaced", vec![(10, form_stream("0 0 99 99 re f"))], "", "resources", None),
        (
            "page size",
            vec![(3, dict(&format!("{} /Annots [{ANNOTS}]", PAGE.replace("842", "400"))))],
            "",
            "page",
            None,
        ),
        ("page turned", vec![(3, annots("] /Rotate 90 /X ["))], "", "page", None),
        (
            "page added",
            vec![
                (2, dict("/Type /Pages /Kids [3 0 R 40 0 R] /Count 2")),
                (40, dict("/Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]")),
            ],
            "",
            "page-tree",
            Some(3),
        ),
        (
            "page exchanged",
            vec![(2, dict("/Type /Pages /Kids [40 0 R] /Count 1")), (40, page("/Rotate 180"))],
            "",
            "page",
            None,
        ),
        ("page removed", vec![(2, dict("/Type /Pages /Kids [] /Count 0"))], "", "page-tree", None),
        (
            "open action",
            vec![(1, catalog("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"))],
            "",
            "action",
            None,
        ),
        (
            "additional actions",
            vec![(1, catalog("/AA << /WC << /S /JavaScript /JS (x) >> >>"))],
            "",
            "action",
            None,
        ),
        ("page action", vec![(3, annots("] /AA << /O << /S /URI /URI (http://x) >> >> /X ["))], "", "action", None),
        (
            "embedded file",
            vec![
                (1, catalog("/Names << /EmbeddedFiles << /Names [(a) 40 0 R] >> >>")),
                (40, dict("/Type /Filespec /F (a)")),
            ],
            "",
            "names",
            None,
        ),
        (
            "named script",
            vec![(1, catalog("/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"))],
            "",
            "names",
            None,
        ),
        ("layers", vec![(1, catalog("/OCProperties << /OCGs [] /D << >> >>"))], "", "optional-content", None),
        (
            "bookmarks",
            vec![
                (11, dict("/Type /Outlines /First 40 0 R /Last 40 0 R /Count 1")),
                (40, dict("/Title (x) /Parent 11 0 R")),
            ],
            "",
            "outline",
            None,
        ),
        ("language", vec![(1, dict(&CATALOG.replace("(de)", "(en)")))], "", "catalog", None),
        ("certified later", vec![(1, catalog("/Perms << /DocMDP 20 0 R >>"))], "", "permissions", None),
        ("form script", vec![(5, form(&format!("/Fields [{FIELDS}] /CO [6 0 R]")))], "", "form-defaults", None),
        (
            "form font",
            vec![
                (
                    5,
                    dict(&format!(
                        "/DA (/F1 10 Tf 0 g) /DR << /Font << /F1 40 0 R >> >> /SigFlags 3 /Fields [{FIELDS}]"
                    )),
                ),
                (40, dict("/Type /Font /Subtype /Type1 /BaseFont /Symbol")),
            ],
            "",
            "form-defaults",
            None,
        ),
        ("XFA", vec![(5, form(&format!("/Fields [{FIELDS}] /XFA (x)")))], "", "form-defaults", None),
        (
            "appearances anew",
            vec![(5, form(&format!("/Fields [{FIELDS}] /NeedAppearances true")))],
            "",
            "form-defaults",
            None,
        ),
        (
            "field added",
            vec![
                (5, form(&format!("/Fields [{FIELDS} 40 0 R]"))),
                (40, mark("/Subtype /Widget /FT /Tx /T (new) /Rect [72 690 272 710]")),
            ],
            "",
            "field-added",
            None,
        ),
        ("field removed", vec![(5, form("/Fields [8 0 R 14 0 R 17 0 R]"))], "", "field-removed", None),
        (
            "field moved",
            vec![(
                6,
                dict(&format!(
                    "{} /V (Muster) /AP << /N 13 0 R >>",
                    NAME.replace("[72 600 272 620]", "[72 690 272 710]")
                )),
            )],
            "",
            "field-changed",
            None,
        ),
        (
            "field renamed",
            vec![(6, dict(&format!("{} /V (Muster) /AP << /N 13 0 R >>", NAME.replace("(name)", "(amen)"))))],
            "",
            "field-changed",
            None,
        ),
        (
            "field with an action",
            vec![(6, name("/V (Muster) /AP << /N 13 0 R >> /A << /S /JavaScript /JS (x) >>"))],
            "",
            "action",
            None,
        ),
        (
            "appearance without value",
            vec![(13, form_stream("BT /F1 10 Tf 2 5 Td (Anders) Tj ET"))],
            "",
            "field-appearance",
            None,
        ),
        (
            "appearance replaced without value",
            vec![(6, name("/V (Muster) /AP << /N 40 0 R >>")), (40, form_stream("BT (Anders) Tj ET"))],
            "",
            "field-appearance",
            None,
        ),
        (
            "value that is no text",
            vec![(6, name("/V << /S /JavaScript >> /AP << /N 13 0 R >>"))],
            "",
            "field-changed",
            None,
        ),
        (
            "checkbox with other looks",
            vec![(
                17,
                dict(
                    "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R /V /On /AS /On /AP << /N << /Off 13 0 R /On 13 0 R >> >>",
                ),
            )],
            "",
            "field-appearance",
            None,
        ),
        ("signature removed", vec![(8, dict(SIGNED))], "", "signature-removed", None),
        (
            "forged signature",
            vec![
                (14, dict(&format!("{FREE} /V 40 0 R"))),
                (
                    40,
                    dict(
                        "/Type /Sig /Filter /A /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00>",
                    ),
                ),
            ],
            "",
            "signature-changed",
            None,
        ),
        (
            "signature field that shows something",
            vec![
                (5, form(&format!("/Fields [{FIELDS} 40 0 R]"))),
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Widget /FT /Sig /T (E) /Rect [72 400 272 420] /AP << /N 41 0 R >>")),
                (41, form_stream(cover)),
            ],
            "",
            "field-added",
            None,
        ),
        (
            "note without permission",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Text /Rect [500 600 520 620]"))],
            "",
            "annotation-added",
            None,
        ),
        (
            "note under P = 2",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Text /Rect [500 600 520 620]"))],
            "",
            "annotation-added",
            Some(2),
        ),
        (
            "opaque stamp over text",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Stamp /Rect [70 695 270 715] /AP << /N 41 0 R >>")),
                (41, form_stream(cover)),
            ],
            "",
            "overlay",
            Some(3),
        ),
        (
            "square with a background over text",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Square /IC [1 1 1] /Rect [70 695 270 715]"))],
            "",
            "overlay",
            Some(3),
        ),
        (
            "thick line over text",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Ink /Rect [70 695 270 715] /AP << /N 41 0 R >>")),
                (41, form_stream("20 w 0 10 m 200 10 l S")),
            ],
            "",
            "overlay",
            Some(3),
        ),
        (
            "note moved over text",
            vec![(15, mark("/Subtype /Stamp /Rect [70 695 270 715] /Contents (Notiz)"))],
            "",
            "field-changed",
            Some(3),
        ),
        (
            "link",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Link /Rect [500 600 520 620] /A << /S /URI /URI (http://x) >>")),
            ],
            "",
            "action",
            Some(3),
        ),
        (
            "attached file",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /FileAttachment /Rect [500 600 520 620]"))],
            "",
            "embedded-files",
            Some(3),
        ),
        (
            "mark with a layer",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Stamp /Rect [500 600 520 620] /AP << /N 41 0 R >>")),
                (41, stream("/Subtype /Form /BBox [0 0 1 1] /OC << /Type /OCG >>", "")),
            ],
            "",
            "optional-content",
            Some(3),
        ),
        (
            "store with foreign data",
            vec![(1, catalog("/DSS << /Certs [40 0 R] /Evil (x) >>")), (40, stream("", "x"))],
            "",
            "security-store-form",
            None,
        ),
        (
            "page content as validation data",
            vec![(1, catalog("/DSS << /Certs [4 0 R] >>")), (4, stream("", "BT (Total 999 CHF) Tj ET"))],
            "",
            "page-content",
            None,
        ),
        (
            "metadata with entities",
            vec![(1, catalog("/Metadata 40 0 R")), (40, stream("/Type /Metadata /Subtype /XML", "<!DOCTYPE x>"))],
            "",
            "metadata-form",
            None,
        ),
        (
            "information with a script",
            vec![(12, dict("/Title << /S /JavaScript /JS (x) >>"))],
            "/Info 12 0 R",
            "metadata-form",
            None,
        ),
        (
            "information of a certified document",
            vec![(12, dict("/Title (Anderes) /Producer (a)"))],
            "/Info 12 0 R",
            "document-information",
            Some(3),
        ),
        (
            "another catalog",
            vec![
                (40, dict("/Type /Catalog /Pages 41 0 R /AcroForm 5 0 R")),
                (41, dict("/Type /Pages /Kids [] /Count 0")),
            ],
            "/Info 12 0 R /Root 40 0 R",
            "page-tree",
            None,
        ),
    ]
}

/// Updates that are honest.
pub(crate) fn honest() -> Vec<Honest> {
    let name = |rest: &str| dict(&format!("{NAME} {rest}"));
    let annots = |rest: &str| dict(&format!("{PAGE} /Annots [{ANNOTS} {rest}]"));
    let mark = |rest: &str| dict(&format!("/Type /Annot /P 3 0 R {rest}"));
    let filled = vec![
        (6, name("/V (Beispiel) /AP << /N 40 0 R >>")),
        (40, form_stream("BT /F1 10 Tf 2 5 Td (Beispiel) Tj ET")),
    ];
    vec![
        ("filled in", filled.clone(), "", None),
        ("filled in under P = 2", filled, "", Some(2)),
        (
            "box ticked",
            vec![(
                17,
                dict(
                    "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R /V /On /AS /On /AP << /N << /Off 10 0 R /On 13 0 R >> >>",
                ),
            )],
            "",
            None,
        ),
        (
            "written otherwise",
            vec![
                (
                    3,
                    dict(&format!(
                        "/Annots [{ANNOTS}] {}",
                        PAGE.replace("842", "842.0").replace("4 0 R ", "40 0 R ")
                    )),
                ),
                (40, stream("", ROW)),
            ],
            "",
            Some(1),
        ),
        ("unused object freed", vec![(18, "null".to_owned())], "", Some(1)),
        ("unused object added", vec![(40, dict("/Nothing /Here"))], "", Some(1)),
        (
            "validation data",
            vec![
                (1, dict(&format!("{CATALOG} /DSS << /Certs [40 0 R] /VRI << /AB << /Cert [40 0 R] >> >> >>"))),
                (40, stream("", "x")),
            ],
            "",
            None,
        ),
        ("information", vec![(12, dict("/Title (Anderes) /ModDate (D:20260702000000Z)"))], "/Info 12 0 R", None),
        (
            "date of modification",
            vec![(12, dict("/Title (Vertrag) /Producer (b) /ModDate (D:20260702000000Z)"))],
            "/Info 12 0 R",
            Some(1),
        ),
        (
            "note under P = 3",
            vec![(3, annots("40 0 R")), (40, mark("/Subtype /Text /Rect [500 600 520 620] /Contents (x)"))],
            "",
            Some(3),
        ),
        (
            "highlighter over text under P = 3",
            vec![
                (3, annots("40 0 R")),
                (
                    40,
                    mark(
                        "/Subtype /Highlight /QuadPoints [70 715 270 715 70 695 270 695] /Rect [70 695 270 715] /AP << /N 41 0 R >>",
                    ),
                ),
                (
                    41,
                    stream(
                        "/Subtype /Form /BBox [0 0 200 20] /Resources << /ExtGState << /G << /BM /Multiply >> >> >>",
                        "/G gs 1 1 0 rg 0 0 200 20 re f",
                    ),
                ),
            ],
            "",
            Some(3),
        ),
        (
            "text over text under P = 3",
            vec![
                (3, annots("40 0 R")),
                (40, mark("/Subtype /Stamp /Rect [70 695 270 715] /AP << /N 41 0 R >>")),
                (41, form_stream("BT /F1 10 Tf 2 5 Td (Kopie) Tj ET 0 0 200 20 re S")),
            ],
            "",
            Some(3),
        ),
    ]
}
