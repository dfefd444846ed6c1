//! The number of an enterprise (UID; UIDG SR 431.03, UIDV SR 431.031): as certificates write it, and its check digit.

/// The weights of the first eight digits.
const WEIGHTS: [u32; 8] = [5, 4, 3, 2, 7, 6, 5, 4];

/// Register schemes of EN 319 412-1 §5.1.4 under which a UID is written: `NTRCH-` for the register, `VATCH-` for the tax.
const PREFIXES: [&str; 2] = ["NTRCH-", "VATCH-"];

/// What may follow the number: the value added tax in three languages.
const SUFFIXES: [&str; 3] = ["MWST", "TVA", "IVA"];

/// A UID: `CHE` and nine digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uid {
    /// `CHE-123.456.789`.
    pub number: String,
    /// Whether its last digit fits the others.
    pub check_digit_holds: bool,
}

impl Uid {
    /// Reads an `organizationIdentifier`; `None` where it is no UID.
    #[must_use]
    pub fn read(identifier: &str) -> Option<Self> {
        let upper = identifier.trim().to_uppercase();
        let rest = PREFIXES.iter().find_map(|prefix| upper.strip_prefix(prefix))?;
        let bare: String = rest.chars().filter(|c| !matches!(c, '-' | '.') && !c.is_whitespace()).collect();
        let number = SUFFIXES.iter().find_map(|suffix| bare.strip_suffix(suffix)).unwrap_or(&bare);
        let digits = number.strip_prefix("CHE")?;
        let values: Vec<u32> = digits.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
        let (last, first) = values.split_last().filter(|(_, first)| first.len() == WEIGHTS.len())?;
        let sum: u32 = first.iter().zip(WEIGHTS).map(|(digit, weight)| digit.saturating_mul(weight)).sum();
        let check = 11_u32.saturating_sub(sum.checked_rem(11).unwrap_or(0));
        let mut written = String::from("CHE");
        for (index, digit) in digits.chars().enumerate() {
            if let Some(mark) = [(0, '-'), (3, '.'), (6, '.')].iter().find(|(at, _)| *at == index) {
                written.push(mark.1);
            }
            written.push(digit);
        }
        // 11 stands for 0; with 10 there is no number.
        Some(Self { number: written, check_digit_holds: check != 10 && check.checked_rem(11) == Some(*last) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_swiss_list_hold() {
        for number in ["101.654.423", "109.357.012", "112.210.349", "221.032.573", "113.846.892"] {
            for prefix in ["NTRCH", "VATCH"] {
                let uid = Uid::read(&format!("{prefix}-CHE-{number}")).unwrap();
                assert_eq!((uid.number.as_str(), uid.check_digit_holds), (&*format!("CHE-{number}"), true));
            }
        }
    }

    #[test]
    fn one_number_is_written_in_many_ways() {
        for text in
            ["NTRCH-CHE-113.846.892", "vatch-che113846892", "VATCH-CHE-113.846.892 MWST", "NTRCH-CHE 113846892TVA"]
        {
            assert_eq!(Uid::read(text).unwrap().number, "CHE-113.846.892", "{text}");
        }
    }

    #[test]
    fn a_wrong_digit_is_seen_and_what_is_no_uid_is_none() {
        assert!(!Uid::read("NTRCH-CHE-113.846.893").unwrap().check_digit_holds);
        assert!(!Uid::read("NTRCH-CHE-666.666.660").unwrap().check_digit_holds);
        // 11 - (sum mod 11) is 10: no number of these eight digits exists.
        let ten = (0..10).filter(|last| {
            Uid::read(&format!("NTRCH-CHE-000.000.03{last}")).is_some_and(|uid| uid.check_digit_holds)
        });
        assert_eq!(ten.count(), 0);
        for text in [
            "",
            "CHE-113.846.892",
            "VATAT-U64741248",
            "NTRCH-CHE-113.846.89",
            "NTRCH-CHE-113.846.8921",
            "NTRCH-CHE-11a.846.892",
        ] {
            assert_eq!(Uid::read(text), None, "{text}");
        }
    }
}
