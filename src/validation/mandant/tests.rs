//! Mandants as texts; what documents have of them is tested on whole reports (`tests/legal.rs`).

use super::*;

#[test]
fn those_that_are_built_in_are_read() {
    assert_eq!(Mandant::builtin().len(), BUILTIN.len());
    for text in BUILTIN {
        let mandant = Mandant::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(!mandant.basis.is_empty() && !mandant.version.is_empty());
        assert_eq!(mandant.name == "notarial-deed", !mandant.not_done.is_empty());
    }
}

#[test]
fn what_is_not_known_or_out_of_bounds_is_refused() {
    let good = BUILTIN[0];
    assert!(Mandant::parse(good).is_ok());
    for (from, to) in [
        ("version = ", "colour = "),
        ("name = \"qualified\"", "name = \"a b\""),
        ("minimum = 1", "minimum = 0"),
        ("minimum = 1", "minimum = 3\nmaximum = 2"),
        ("formats = [\"pdf\", \"xml\"]", "formats = []"),
        ("formats = [\"pdf\", \"xml\"]", "formats = [\"odt\"]"),
        ("\"signature\"]", "\"forbidden\"]"),
        ("\"signature\"]", "\"unknown\"]"),
        ("qualified-electronic-signature", "qualified-electronic-seal"),
        ("qualified-electronic-signature", "not-determined"),
        ("time = \"qualified\"", "time = \"good\""),
        ("[every]", "[some-of-them]"),
    ] {
        assert!(good.contains(from), "{from}");
        assert!(Mandant::parse(&good.replacen(from, to, 1)).is_err(), "{to}");
    }
    let (head, _) = good.split_once("[every]").unwrap();
    assert_eq!(Mandant::parse(head), Err(MandantError::Empty));
    assert_eq!(Mandant::parse(&format!("{good}# {}", "x".repeat(70_000))), Err(MandantError::TooLong));
}
