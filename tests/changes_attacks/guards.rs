//! Updates that abuse one condition of a rule each, with documents that have what the attack needs.

use super::document::{
    ANNOTS, Base, CATALOG, FIELDS, FORM, FREE, NAME, Objects, PAGE, ROW, SIGNED, dict, form_stream, stream,
};

/// An update that must be flagged: name, document, objects, more of the trailer, the code that names it.
pub(crate) type Abuse = (&'static str, Base, Objects, &'static str, &'static str);

/// The attacks, in the order of the guards that they abuse.
pub(crate) fn abuses() -> Vec<Abuse> {
    let mut all = restrained();
    all.extend(of_pages());
    all.extend(of_evidence());
    all.extend(of_fields());
    all.extend(of_appearances());
    all.extend(of_annotations());
    all.extend(of_the_file());
    all
}

fn usual() -> Base {
    Base::default()
}

fn catalog(rest: &str) -> String {
    usual().catalog(rest)
}

fn page(rest: &str) -> String {
    dict(&format!("{PAGE} /Annots [{ANNOTS}] {rest}"))
}

fn name(rest: &str) -> String {
    dict(&format!("{NAME} {rest}"))
}

fn form(rest: &str) -> String {
    dict(&format!("{FORM} {rest}"))
}

fn text(shown: &str) -> String {
    form_stream(&format!("BT /F1 10 Tf 2 5 Td ({shown}) Tj ET"))
}

/// The field filled with a value, with an appearance of its own.
fn filled(value: &str, appearance: String) -> Objects {
    vec![(6, name(&format!("/V ({value}) /AP << /N 40 0 R >>"))), (40, appearance)]
}

fn restrained() -> Vec<Abuse> {
    let honest = || filled("Beispiel", text("Beispiel"));
    let locked = |field| Base { field, ..usual() };
    let xmp = stream("/Type /Metadata /Subtype /XML", "<x/>");
    vec![
        ("filled in under P = 1", Base::certified(1), honest(), "", "form-field"),
        (
            "locked field filled in",
            locked("/Lock << /Type /SigFieldLock /Action /Include /Fields [(name)] >>"),
            honest(),
            "",
            "form-field",
        ),
        (
            "field filled in under the P of a lock",
            locked("/Lock << /Type /SigFieldLock /Action /Include /Fields [(other)] /P 1 >>"),
            honest(),
            "",
            "form-field",
        ),
        (
            "permissions that cannot be read",
            locked("/Lock << /Type /SigFieldLock /Action /Nothing >>"),
            vec![(1, catalog("/Metadata 40 0 R")), (40, xmp)],
            "",
            "metadata",
        ),
    ]
}

fn of_pages() -> Vec<Abuse> {
    let tree = "/StructTreeRoot 21 0 R /MarkInfo << /Marked true >>";
    let root = |rest: &str| dict(&format!("/Type /StructTreeRoot /ParentTree 23 0 R {rest}"));
    let element = dict("/Type /StructElem /S /P /P 21 0 R /Pg 3 0 R /K 0");
    let numbers = |leads: &str| dict(&format!("/Nums [0 [{leads}]]"));
    let tagged = || Base {
        catalog: tree,
        objects: vec![
            (21, root("/K [22 0 R 24 0 R]")),
            (22, element.clone()),
            (23, numbers("22 0 R")),
            (24, dict("/Type /StructElem /S /H1 /P 21 0 R /Pg 3 0 R /K 1")),
        ],
        ..usual()
    };
    vec![
        (
            "font of the page alone",
            Base {
                objects: vec![
                    (3, page("").replace("/F1 9 0 R", "/F1 9 0 R /F2 30 0 R")),
                    (30, dict("/Type /Font /Subtype /Type1 /BaseFont /Courier")),
                ],
                ..usual()
            },
            vec![(30, dict("/Type /Font /Subtype /Type1 /BaseFont /Symbol"))],
            "",
            "resources",
        ),
        ("version that is none", usual(), vec![(1, catalog("/Version /9.9"))], "", "catalog"),
        (
            "page added without being counted",
            usual(),
            vec![
                (2, dict("/Type /Pages /Kids [3 0 R 40 0 R] /Count 1")),
                (40, dict("/Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]")),
            ],
            "",
            "page-tree",
        ),
        (
            "pages counted otherwise",
            usual(),
            vec![(2, dict("/Type /Pages /Kids [3 0 R] /Count 0"))],
            "",
            "page-tree",
        ),
        (
            "page that is none any more",
            usual(),
            vec![(3, page("").replace("/Type /Page ", "/Type /Template "))],
            "",
            "page-tree",
        ),
        (
            "file beside the catalog",
            usual(),
            vec![(1, catalog("/AF [40 0 R]")), (40, dict("/Type /Filespec /F (a) /AFRelationship /Source"))],
            "",
            "embedded-files",
        ),
        (
            "roles of the structure",
            tagged(),
            vec![(21, root("/K [22 0 R 24 0 R] /RoleMap << /P /Artifact >>"))],
            "",
            "structure",
        ),
        (
            "element that names content",
            tagged(),
            vec![
                (21, root("/K [22 0 R 24 0 R 40 0 R]")),
                (40, dict("/Type /StructElem /S /P /P 21 0 R /Pg 3 0 R /K 2 /Alt (anders)")),
            ],
            "",
            "structure",
        ),
        ("parent tree that leads elsewhere", tagged(), vec![(23, numbers("24 0 R"))], "", "structure"),
    ]
}

fn of_evidence() -> Vec<Abuse> {
    let with = |catalog| Base { catalog, ..usual() };
    let stored = || Base { catalog: "/DSS << /Certs [25 0 R] >>", objects: vec![(25, stream("", "x"))], ..usual() };
    let extension = |level| {
        format!(
            "/Extensions << /ADBE << /Type /DeveloperExtensions /BaseVersion /1.7 /ExtensionLevel {level} >> >>"
        )
    };
    let extended =
        || with("/Extensions << /ADBE << /Type /DeveloperExtensions /BaseVersion /1.7 /ExtensionLevel 8 >> >>");
    vec![
        (
            "store that lists a form",
            usual(),
            vec![(1, catalog("/DSS << /Certs [40 0 R] >>")), (40, form_stream("1 g"))],
            "",
            "security-store-form",
        ),
        ("store taken away", stored(), vec![(1, catalog(""))], "", "security-store-form"),
        (
            "extension with a foreign entry",
            usual(),
            vec![(1, catalog(&extension("8 /Script (x)")))],
            "",
            "security-store-form",
        ),
        ("extension of a lower level", extended(), vec![(1, catalog(&extension("3")))], "", "security-store-form"),
        (
            "metadata that are no XML",
            usual(),
            vec![(1, catalog("/Metadata 40 0 R")), (40, stream("/Type /Metadata /Subtype /HTML", "<p/>"))],
            "",
            "metadata-form",
        ),
        (
            "metadata that cannot be decoded",
            usual(),
            vec![
                (1, catalog("/Metadata 40 0 R")),
                (40, stream("/Type /Metadata /Subtype /XML /Filter /Unheard", "<x/>")),
            ],
            "",
            "not-analysed",
        ),
    ]
}

fn of_fields() -> Vec<Abuse> {
    let without_form = dict(&CATALOG.replace("/AcroForm 5 0 R ", ""));
    let hidden = || Base {
        objects: vec![
            (5, form(&format!("/Fields [{FIELDS} 16 0 R]"))),
            (16, name("/V (x) /AP << /N 13 0 R >>").replace("(name)", "(hidden)").replace("72 600", "72 400")),
        ],
        ..usual()
    };
    vec![
        ("form taken away", usual(), vec![(1, without_form)], "", "field-removed"),
        (
            "flags taken back",
            usual(),
            vec![(5, form(&format!("/Fields [{FIELDS}]")).replace("/SigFlags 3", "/SigFlags 0"))],
            "",
            "form-defaults",
        ),
        ("fields that are no list", usual(), vec![(5, form("/Fields 7"))], "", "field-changed"),
        ("field named twice", usual(), vec![(5, form(&format!("/Fields [{FIELDS} 6 0 R]")))], "", "field-added"),
        (
            "widget taken from its page",
            Base::certified(3),
            vec![(3, page("").replace("[6 0 R 8 0 R", "[8 0 R"))],
            "",
            "field-removed",
        ),
        (
            "signature field with a foreign entry",
            usual(),
            vec![
                (5, form(&format!("/Fields [{FIELDS} 40 0 R]"))),
                (40, dict("/Type /Annot /Subtype /Widget /FT /Sig /T (E) /Rect [0 0 0 0] /PMD (x)")),
            ],
            "",
            "field-added",
        ),
        (
            "widget without a field",
            Base::certified(3),
            vec![
                (3, page("").replace("17 0 R]", "17 0 R 40 0 R]")),
                (40, dict("/Type /Annot /Subtype /Widget /P 3 0 R /Rect [72 400 272 420] /AP << /N 13 0 R >>")),
            ],
            "",
            "field-added",
        ),
        (
            "field put on a page",
            hidden(),
            vec![(3, page("").replace("17 0 R]", "17 0 R 16 0 R]"))],
            "",
            "field-changed",
        ),
        (
            "field that becomes a password",
            usual(),
            vec![(6, name("/V (Muster) /AP << /N 13 0 R >> /Ff 8192"))],
            "",
            "field-changed",
        ),
        (
            "field hidden",
            usual(),
            vec![(6, name("/V (Muster) /AP << /N 13 0 R >>").replace("/F 4", "/F 6"))],
            "",
            "field-changed",
        ),
        (
            "signature moved",
            usual(),
            vec![(8, dict(&format!("{} /V 20 0 R", SIGNED.replace("[0 0 0 0]", "[300 300 400 330]"))))],
            "",
            "field-changed",
        ),
        (
            "signature field with an action",
            usual(),
            vec![(14, dict(&format!("{FREE} /AA << /E << /S /URI /URI (http://x) >> >>")))],
            "",
            "action",
        ),
    ]
}

fn of_appearances() -> Vec<Abuse> {
    let seen = |rest: &str| {
        format!("/Type /Annot /Subtype /Widget /FT /Sig /T (S1) /Rect [300 100 500 120] /P 3 0 R /F 132 {rest}")
    };
    let visible = || Base {
        field: "/AP << /N 26 0 R >>",
        objects: vec![(26, text("Anna Muster")), (8, dict(SIGNED))],
        ..usual()
    };
    let inner = "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 9 0 R >> >>";
    let shows = "BT /F1 10 Tf 2 5 Td (Beispiel) Tj ET";
    let choice = |rest: &str| {
        dict(&format!(
            "/Type /Annot /Subtype /Widget /FT /Ch /T (place) /Rect [72 540 272 556] /P 3 0 R /F 4 /Ff 131072 \
             /Opt [[(b) (Bern)] [(z) (Zug)]] {rest}"
        ))
    };
    let chosen = || Base {
        objects: vec![
            (5, form(&format!("/Fields [{FIELDS} 16 0 R]"))),
            (3, page("").replace("17 0 R]", "17 0 R 16 0 R]")),
            (16, choice("/V (b) /AP << /N 27 0 R >>")),
            (27, text("Bern")),
        ],
        ..usual()
    };
    let ticked = |rest: &str| {
        dict(&format!(
            "/Type /Annot /Subtype /Widget /FT /Btn /T (yes) /Rect [72 560 82 570] /P 3 0 R \
             /AP << /N << /Off 10 0 R /On 13 0 R >> >> {rest}"
        ))
    };
    vec![
        (
            "appearance that shows another value",
            usual(),
            filled("Beispiel", text("Anders")),
            "",
            "appearance-disagrees",
        ),
        (
            "appearance that shows more than the value",
            usual(),
            filled("100", text("100'000")),
            "",
            "appearance-disagrees",
        ),
        (
            "appearance in an inner form",
            usual(),
            {
                let mut objects = filled(
                    "Beispiel",
                    stream(
                        "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /XObject << /In 41 0 R >> >>",
                        "/In Do",
                    ),
                );
                objects.push((41, text("Anders")));
                objects
            },
            "",
            "appearance-disagrees",
        ),
        (
            "choice that shows another one",
            chosen(),
            vec![(16, choice("/V (z) /AP << /N 40 0 R >>")), (40, text("Uri"))],
            "",
            "appearance-disagrees",
        ),
        ("box shown ticked that is not", usual(), vec![(17, ticked("/V /No /AS /On"))], "", "appearance-disagrees"),
        (
            "box in a state that there is not",
            usual(),
            vec![(17, ticked("/V /Yes /AS /Yes"))],
            "",
            "appearance-disagrees",
        ),
        (
            "appearance that acts",
            usual(),
            filled("Beispiel", stream(&format!("{inner} /AA << /O << /S /JavaScript /JS (x) >> >>"), shows)),
            "",
            "action",
        ),
        (
            "appearance with external content",
            usual(),
            filled("Beispiel", stream(&format!("{inner} /OPI << /2.0 << /F (x) >> >>"), shows)),
            "",
            "embedded-files",
        ),
        (
            "appearance in a layer",
            usual(),
            filled("Beispiel", stream(&format!("{inner} /OC << /Type /OCG /Name (x) >>"), shows)),
            "",
            "optional-content",
        ),
        ("appearance taken away", usual(), vec![(6, name("/V (Beispiel)"))], "", "field-appearance"),
        ("another appearance of a signature", visible(), vec![(26, text("Beat Beispiel"))], "", "field-changed"),
        (
            "appearance of a signature where there was none",
            usual(),
            vec![(8, dict(&seen("/V 20 0 R /AP << /N 40 0 R >>"))), (40, text("Beat Beispiel"))],
            "",
            "field-changed",
        ),
    ]
}

fn of_annotations() -> Vec<Abuse> {
    let mark = |rest: &str| dict(&format!("/Type /Annot /P 3 0 R {rest}"));
    let added = |rest: &str| vec![(3, page("").replace("17 0 R]", "17 0 R 40 0 R]")), (40, mark(rest))];
    let link = |rest: &str| mark(&format!("/Subtype /Link {rest}"));
    let linked = || Base {
        level: Some(3),
        objects: vec![
            (3, page("").replace("17 0 R]", "17 0 R 28 0 R]")),
            (28, link("/Rect [72 300 272 320] /A << /S /URI /URI (https://example.org) >>")),
        ],
        ..usual()
    };
    vec![
        (
            "link without an action",
            Base::certified(3),
            added("/Subtype /Link /Rect [500 600 520 620]"),
            "",
            "action",
        ),
        (
            "mark with a foreign entry",
            Base::certified(3),
            added("/Subtype /Stamp /Rect [500 600 520 620] /RichMediaContent << >>"),
            "",
            "action",
        ),
        (
            "link moved",
            linked(),
            vec![(28, link("/Rect [72 200 272 220] /A << /S /URI /URI (https://example.org) >>"))],
            "",
            "field-changed",
        ),
        (
            "link that leads elsewhere",
            linked(),
            vec![(28, link("/Rect [72 300 272 320] /A << /S /URI /URI (https://example.net) >>"))],
            "",
            "action",
        ),
    ]
}

fn of_the_file() -> Vec<Abuse> {
    let identified =
        || Base { trailer: "/ID 29 0 R", objects: vec![(29, "[<73696769> <73696769>]".to_owned())], ..usual() };
    vec![
        (
            "identifier written anew",
            identified(),
            vec![(29, "[<00000000> <00000000>]".to_owned())],
            "/Info 12 0 R /ID 29 0 R",
            "trailer",
        ),
        (
            "data in the trailer",
            usual(),
            vec![(40, stream("/Type /ObjStm", "x"))],
            "/Info 12 0 R /Foreign 40 0 R",
            "trailer",
        ),
        (
            "reference of another generation",
            Base { objects: vec![(18, dict("/S /JavaScript /JS (x)"))], ..usual() },
            vec![(1, catalog("/OpenAction 18 5 R"))],
            "",
            "shadowed-object",
        ),
        (
            "same content twice in one list",
            usual(),
            vec![(3, page("").replace("/Contents 4 0 R", "/Contents [4 0 R 4 0 R]")), (4, stream("", ROW))],
            "",
            "page-content",
        ),
    ]
}
