//! Verification of the chain, offline and record by record: memory does not grow with the journal.
//!
//! What is found is the first fault only: behind it, nothing can be said any more.

use super::record::{Hash, Head};

/// A record as it was found: it proves nothing.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// The number under which it was found.
    pub number: u64,
    /// What stands for the hash of the record before.
    pub previous: &'a [u8],
    /// What stands for the line.
    pub line: &'a [u8],
    /// What stands for its hash.
    pub hash: &'a [u8],
}

/// What is wrong, and at which record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number of the record.
    pub number: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// This one is missing, and all up to the one before `until`, which was found instead; at the end, up to the head.
    Missing {
        /// The next number that is there, or the first that was never given.
        until: u64,
    },
    /// This number stands where it does not belong: a second time, or in another order.
    OutOfPlace,
    /// It does not follow the record before it: one of the two was exchanged, moved or put in.
    NotLinked,
    /// It was changed: its hash is not that of what it says.
    Changed,
    /// It is another record than the one whose head was kept: the chain was rewritten.
    NotTheKeptHead,
    /// It stands behind the last record that the journal knows of: it was put in, or the head was set back.
    BehindHead,
    /// The journal does not say which record is the last one.
    HeadMissing,
}

impl Fault {
    /// The name in outputs; stable.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::OutOfPlace => "out-of-place",
            Self::NotLinked => "not-linked",
            Self::Changed => "changed",
            Self::NotTheKeptHead => "not-the-kept-head",
            Self::BehindHead => "behind-head",
            Self::HeadMissing => "head-missing",
        }
    }
}

/// Verifies a chain, one record after the other, from the first on.
#[derive(Clone, Debug)]
pub struct Verifier {
    kept: Option<Head>,
    head: Head,
}

impl Verifier {
    /// Before the first record. `kept` is a head that was kept elsewhere, which the chain has to contain.
    #[must_use]
    pub const fn new(kept: Option<Head>) -> Self {
        Self { kept, head: Head::GENESIS }
    }

    /// Takes the next record, in the order in which they stand.
    ///
    /// # Errors
    /// [`Broken`] where it cannot be the next one; then nothing more is to be taken.
    pub fn take(&mut self, stored: &Stored<'_>) -> Result<(), Broken> {
        let number = stored.number;
        let broken = |fault| Err(Broken { number, fault });
        match self.head.number.checked_add(1) {
            Some(expected) if number > expected => {
                return Err(Broken { number: expected, fault: Fault::Missing { until: number } });
            }
            Some(expected) if number == expected => {}
            _ => return broken(Fault::OutOfPlace),
        }
        let previous = self.head.hash;
        if stored.previous != previous.as_bytes() {
            return broken(Fault::NotLinked);
        }
        let hash = Hash::of(number, &previous, stored.line);
        if stored.hash != hash.as_bytes() {
            return broken(Fault::Changed);
        }
        self.head = Head { number, hash };
        if self.kept.is_some_and(|kept| kept.number == number && kept.hash != hash) {
            return broken(Fault::NotTheKeptHead);
        }
        Ok(())
    }

    /// After the last record. `last` is what the journal itself says of its end.
    ///
    /// # Errors
    /// [`Broken`] where records are missing at the end, or are there that the journal does not know of.
    pub fn finish(self, last: Head) -> Result<Head, Broken> {
        let Self { kept, head } = self;
        let kept = kept.unwrap_or(Head::GENESIS);
        let known = last.number.max(kept.number);
        if known > head.number {
            let number = head.number.saturating_add(1);
            return Err(Broken { number, fault: Fault::Missing { until: known.saturating_add(1) } });
        }
        if kept.number == 0 && kept != Head::GENESIS {
            return Err(Broken { number: 0, fault: Fault::NotTheKeptHead });
        }
        if last.number < head.number {
            return Err(Broken { number: last.number.saturating_add(1), fault: Fault::BehindHead });
        }
        if last == head { Ok(head) } else { Err(Broken { number: head.number, fault: Fault::NotLinked }) }
    }
}

/// Verifies a whole chain against `last`, what is known of its end.
///
/// # Errors
/// The first fault.
pub fn verify<'a>(records: impl IntoIterator<Item = Stored<'a>>, last: Head) -> Result<Head, Broken> {
    let mut verifier = Verifier::new(None);
    for record in records {
        verifier.take(&record)?;
    }
    verifier.finish(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A record that can be tampered with.
    #[derive(Clone, Debug, PartialEq)]
    struct Row {
        number: u64,
        previous: Vec<u8>,
        line: Vec<u8>,
        hash: Vec<u8>,
    }

    fn chain(lines: impl IntoIterator<Item = String>) -> (Vec<Row>, Head) {
        let mut head = Head::GENESIS;
        let mut rows = Vec::new();
        for line in lines {
            let record = head.next(line).unwrap();
            head = record.head();
            rows.push(row(record));
        }
        (rows, head)
    }

    fn row(record: super::super::Record) -> Row {
        let (number, previous, line, hash) = record.into_parts();
        Row { number, previous: previous.as_bytes().to_vec(), line: line.into(), hash: hash.as_bytes().to_vec() }
    }

    fn run(rows: &[Row], last: Head, kept: Option<Head>) -> Result<Head, Broken> {
        let mut verifier = Verifier::new(kept);
        for Row { number, previous, line, hash } in rows {
            verifier.take(&Stored { number: *number, previous, line, hash })?;
        }
        verifier.finish(last)
    }

    fn numbered(length: u64) -> (Vec<Row>, Head) {
        chain((1..=length).map(|number| format!("{{\"n\":{number}}}")))
    }

    fn broken(number: u64, fault: Fault) -> Result<Head, Broken> {
        Err(Broken { number, fault })
    }

    #[test]
    fn an_unbroken_chain_ends_at_its_head() {
        assert_eq!(run(&[], Head::GENESIS, None), Ok(Head::GENESIS));
        let (rows, head) = numbered(20);
        assert_eq!(run(&rows, head, None), Ok(head));
        assert_eq!(head.number, 20);
        let stored = rows.iter().map(|Row { number, previous, line, hash }| Stored {
            number: *number,
            previous,
            line,
            hash,
        });
        assert_eq!(verify(stored, head), Ok(head));
    }

    #[test]
    fn a_kept_head_has_to_be_in_the_chain() {
        let (rows, head) = numbered(9);
        let (_, early) = numbered(4);
        for kept in [Head::GENESIS, early, head] {
            assert_eq!(run(&rows, head, Some(kept)), Ok(head), "{kept}");
        }
        // Rewritten from record 3 on, by somebody who can compute hashes and sets the journal's own head too.
        let (rewritten, new_head) =
            chain((1..=9).map(|number| format!("{{\"n\":{}}}", if number == 3 { 33 } else { number })));
        assert_eq!(run(&rewritten, new_head, None), Ok(new_head), "which is not seen without a kept head");
        assert_eq!(run(&rewritten, new_head, Some(early)), broken(4, Fault::NotTheKeptHead));
        assert_eq!(run(&rewritten, new_head, Some(head)), broken(9, Fault::NotTheKeptHead));
        // Cut off, likewise.
        assert_eq!(run(&rows[..4], early, None), Ok(early), "which is not seen without a kept head");
        assert_eq!(run(&rows[..4], early, Some(head)), broken(5, Fault::Missing { until: 10 }));
        let no_genesis = Head { number: 0, ..head };
        assert_eq!(run(&rows, head, Some(no_genesis)), broken(0, Fault::NotTheKeptHead));
    }

    #[test]
    fn the_end_is_compared_with_what_the_journal_says_of_it() {
        let (rows, head) = numbered(9);
        let (_, early) = numbered(4);
        assert_eq!(run(&rows[..4], head, None), broken(5, Fault::Missing { until: 10 }));
        assert_eq!(run(&[], head, None), broken(1, Fault::Missing { until: 10 }));
        assert_eq!(run(&rows, early, None), broken(5, Fault::BehindHead));
        assert_eq!(run(&rows, Head { hash: early.hash, ..head }, None), broken(9, Fault::NotLinked));
    }

    #[test]
    fn a_record_moved_with_its_number_is_found() {
        let (mut rows, head) = numbered(9);
        rows.swap(3, 6);
        assert_eq!(run(&rows, head, None), broken(4, Fault::Missing { until: 7 }));
        let (mut rows, head) = numbered(9);
        rows.insert(5, rows[4].clone());
        assert_eq!(run(&rows, head, None), broken(5, Fault::OutOfPlace));
        let (mut rows, head) = numbered(9);
        rows[0].number = 0;
        assert_eq!(run(&rows, head, None), broken(0, Fault::OutOfPlace));
    }

    #[test]
    fn a_good_record_at_a_wrong_place_is_found() {
        // Record 4 said again, with a hash of its own, and all that follow numbered anew.
        let (rows, head) = numbered(9);
        let after_four = Head { number: 4, hash: Hash::from_bytes(&rows[3].hash).unwrap() };
        let mut forged = rows.clone();
        for later in &mut forged[4..] {
            later.number += 1;
        }
        forged.insert(4, row(after_four.next("{\"n\":4}".to_owned()).unwrap()));
        let shifted = Head { number: 10, ..head };
        assert_eq!(run(&forged, shifted, None), broken(6, Fault::NotLinked));
        // Two records change places and keep the numbers of the places.
        let mut swapped = rows;
        swapped.swap(3, 6);
        (swapped[3].number, swapped[6].number) = (4, 7);
        assert_eq!(run(&swapped, head, None), broken(4, Fault::NotLinked));
    }

    #[derive(Clone, Debug)]
    enum Tampering {
        Change { field: u8, octet: usize, bit: u8 },
        Shorten { field: u8 },
        Remove,
        Swap { with: usize },
        Duplicate { to: usize },
        Renumber { to: u64 },
    }

    fn tampering() -> impl Strategy<Value = Tampering> {
        prop_oneof![
            (0..3_u8, any::<usize>(), 0..8_u8).prop_map(|(field, octet, bit)| Tampering::Change {
                field,
                octet,
                bit
            }),
            (0..3_u8).prop_map(|field| Tampering::Shorten { field }),
            Just(Tampering::Remove),
            any::<usize>().prop_map(|with| Tampering::Swap { with }),
            any::<usize>().prop_map(|to| Tampering::Duplicate { to }),
            prop_oneof![0..40_u64, any::<u64>()].prop_map(|to| Tampering::Renumber { to }),
        ]
    }

    fn field(row: &mut Row, field: u8) -> &mut Vec<u8> {
        match field {
            0 => &mut row.previous,
            1 => &mut row.line,
            _ => &mut row.hash,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever one thing is done to one record, it is found, and not behind the first place that differs.
        #[test]
        fn any_single_tampering_is_found(
            lines in proptest::collection::vec("[ -~é]{1,40}", 1..30),
            at in any::<usize>(),
            tampering in tampering(),
        ) {
            let (rows, head) = chain(lines);
            let at = at % rows.len();
            let mut forged = rows.clone();
            match tampering {
                Tampering::Change { field: which, octet, bit } => {
                    let octets = field(&mut forged[at], which);
                    let octet = octet % octets.len();
                    octets[octet] ^= 1 << bit;
                }
                Tampering::Shorten { field: which } => {
                    field(&mut forged[at], which).pop();
                }
                Tampering::Remove => {
                    forged.remove(at);
                }
                Tampering::Swap { with } => forged.swap(at, with % rows.len()),
                Tampering::Duplicate { to } => forged.insert(to % (rows.len() + 1), rows[at].clone()),
                Tampering::Renumber { to } => forged[at].number = to,
            }
            let result = run(&forged, head, None);
            if forged == rows {
                prop_assert_eq!(result, Ok(head));
            } else {
                let first = forged.iter().zip(&rows).take_while(|(forged, row)| forged == row).count();
                let Broken { number, fault } = result.unwrap_err();
                // Numbers count from 1. A record out of place is named by the number that it bears.
                let named = match fault {
                    Fault::OutOfPlace => forged[first].number,
                    _ => first as u64 + 1,
                };
                prop_assert_eq!(number, named, "{:?}", fault);
                prop_assert_eq!(run(&forged, head, Some(head)).is_err(), true);
            }
        }
    }
}
