//! Points in time, as signed objects state them.
//!
//! A [`Timestamp`] is a count of seconds since 1970-01-01T00:00:00Z with an optional fraction that is kept as
//! its source wrote it, so that a report repeats it exactly (RFC 3339, the form of all times of a report).
//! It is made from ASN.1 `UTCTime` and `GeneralizedTime` (X.680 §46, §47; RFC 5280 §4.1.2.5), from a PDF date
//! (ISO 32000-2 §7.9.4) or from RFC 3339 text.
//!
//! This module never reads the clock: times are arguments everywhere below the service.

use std::cmp::Ordering;
use std::fmt;

use time::{Date, Month, OffsetDateTime, Time};

/// A point in time in UTC: whole seconds, and the fraction where the source had one.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
    /// How many digits of the fraction the source wrote (0 to 9).
    digits: u8,
}

/// Why a text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeError {
    /// The text does not have the form that its standard demands.
    Form,
    /// A field is outside its range (month 13, day 32, hour 24, an offset of more than a day).
    Range,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("the text does not have the form of a time"),
            Self::Range => f.write_str("a field of the time is out of range"),
        }
    }
}

impl std::error::Error for TimeError {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timestamp {}

impl Timestamp {
    /// The time `seconds` after 1970-01-01T00:00:00Z (before it where negative).
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self { seconds, nanos: 0, digits: 0 }
    }

    /// Seconds since 1970-01-01T00:00:00Z, without the fraction.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// This time moved by `seconds`; stays at the end of the range instead of wrapping.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(seconds), ..self }
    }

    /// A calendar date and time in UTC; `None` where a field is out of range.
    #[must_use]
    pub fn from_utc(year: i32, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        let time = Time::from_hms(hour, minute, second.min(59)).ok()?;
        if second > 60 {
            return None;
        }
        Some(Self::from_unix(OffsetDateTime::new_utc(date, time).unix_timestamp()))
    }

    /// Parses the content octets of an ASN.1 `UTCTime`: `YYMMDDhhmm[ss](Z|±hhmm)`; years 50 to 99 are 19xx
    /// (RFC 5280 §4.1.2.5.1).
    ///
    /// # Errors
    /// [`TimeError`] where form or range is wrong.
    pub fn from_utc_time(octets: &[u8]) -> Result<Self, TimeError> {
        let mut text = Text(octets);
        let short = text.number(2)?;
        let year = if short >= 50 { 1900 + short } else { 2000 + short };
        text.rest_of_asn1(year)
    }

    /// Parses the content octets of an ASN.1 `GeneralizedTime`: `YYYYMMDDhh[mm[ss[.f…]]](Z|±hhmm)`.
    /// A time without zone is local time by X.680 and refused: nobody could say when it was.
    ///
    /// # Errors
    /// [`TimeError`] where form or range is wrong.
    pub fn from_generalized_time(octets: &[u8]) -> Result<Self, TimeError> {
        let mut text = Text(octets);
        let year = text.number(4)?;
        text.rest_of_asn1(year)
    }

    /// Parses a PDF date `D:YYYYMMDDHHmmSSOHH'mm'` (ISO 32000-2 §7.9.4): everything after the year may be
    /// missing, the `D:` too; a date without zone is taken as UTC.
    ///
    /// # Errors
    /// [`TimeError`] where form or range is wrong.
    pub fn from_pdf_date(octets: &[u8]) -> Result<Self, TimeError> {
        let mut text = Text(octets.strip_prefix(b"D:").unwrap_or(octets));
        let year = text.number(4)?;
        let mut fields = [1, 1, 0, 0, 0];
        for field in &mut fields {
            if !text.0.first().is_some_and(u8::is_ascii_digit) {
                break;
            }
            *field = text.number(2)?;
        }
        let [month, day, hour, minute, second] = fields;
        let local = calendar(year, month, day, hour, minute, second)?;
        let sign = match text.next() {
            None | Some(b'Z') => return Ok(local),
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return Err(TimeError::Form),
        };
        let hours = text.number(2)?;
        if text.0.first() == Some(&b'\'') {
            text.next();
        }
        let minutes = if text.0.first().is_some_and(u8::is_ascii_digit) { text.number(2)? } else { 0 };
        shift(local, sign, hours, minutes)
    }

    /// Parses RFC 3339 text such as `2026-11-22T12:00:00Z` or `2026-11-22T13:00:00.5+01:00`.
    ///
    /// # Errors
    /// [`TimeError`] where form or range is wrong.
    pub fn from_rfc3339(text: &str) -> Result<Self, TimeError> {
        let mut text = Text(text.as_bytes());
        let year = text.number(4)?;
        text.expect(b"-")?;
        let month = text.number(2)?;
        text.expect(b"-")?;
        let day = text.number(2)?;
        text.expect(b"Tt ")?;
        let hour = text.number(2)?;
        text.expect(b":")?;
        let minute = text.number(2)?;
        text.expect(b":")?;
        let second = text.number(2)?;
        let mut local = calendar(year, month, day, hour, minute, second)?;
        text.fraction(&mut local)?;
        let sign = match text.next() {
            Some(b'Z' | b'z') if text.0.is_empty() => return Ok(local),
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(TimeError::Form),
        };
        let hours = text.number(2)?;
        text.expect(b":")?;
        let minutes = text.number(2)?;
        if !text.0.is_empty() {
            return Err(TimeError::Form);
        }
        shift(local, sign, hours, minutes)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; a time beyond year 9999 is written as the last one that RFC 3339 can say.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = OffsetDateTime::from_unix_timestamp(self.seconds.clamp(-62_135_596_800, 253_402_300_799))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            moment.year(),
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second()
        )?;
        if self.digits > 0 {
            let nanos = format!("{:09}", self.nanos);
            write!(f, ".{}", nanos.get(..usize::from(self.digits)).unwrap_or(&nanos))?;
        }
        f.write_str("Z")
    }
}

/// The rest of a text that is being read.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn expect(&mut self, any_of: &[u8]) -> Result<(), TimeError> {
        match self.next() {
            Some(octet) if any_of.contains(&octet) => Ok(()),
            _ => Err(TimeError::Form),
        }
    }

    fn number(&mut self, digits: usize) -> Result<i32, TimeError> {
        let mut value = 0_i32;
        for _ in 0..digits {
            match self.next() {
                Some(digit @ b'0'..=b'9') => {
                    value = value.saturating_mul(10).saturating_add(i32::from(digit.saturating_sub(b'0')));
                }
                _ => return Err(TimeError::Form),
            }
        }
        Ok(value)
    }

    /// Reads `.digits` or `,digits` where it is there.
    fn fraction(&mut self, of: &mut Timestamp) -> Result<(), TimeError> {
        if !matches!(self.0.first(), Some(b'.' | b',')) {
            return Ok(());
        }
        self.next();
        let mut digits = 0_u8;
        let mut nanos = 0_u32;
        while let Some(digit @ b'0'..=b'9') = self.0.first().copied() {
            self.next();
            if digits < 9 {
                nanos = nanos.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')));
                digits = digits.saturating_add(1);
            }
        }
        if digits == 0 {
            return Err(TimeError::Form);
        }
        for _ in digits..9 {
            nanos = nanos.saturating_mul(10);
        }
        of.nanos = nanos;
        of.digits = digits;
        Ok(())
    }

    fn rest_of_asn1(&mut self, year: i32) -> Result<Timestamp, TimeError> {
        let month = self.number(2)?;
        let day = self.number(2)?;
        let hour = self.number(2)?;
        let mut minute = 0;
        let mut second = 0;
        if self.0.first().is_some_and(u8::is_ascii_digit) {
            minute = self.number(2)?;
            if self.0.first().is_some_and(u8::is_ascii_digit) {
                second = self.number(2)?;
            }
        }
        let mut local = calendar(year, month, day, hour, minute, second)?;
        self.fraction(&mut local)?;
        let sign = match self.next() {
            Some(b'Z') if self.0.is_empty() => return Ok(local),
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(TimeError::Form),
        };
        let hours = self.number(2)?;
        let minutes = self.number(2)?;
        if !self.0.is_empty() {
            return Err(TimeError::Form);
        }
        shift(local, sign, hours, minutes)
    }
}

fn calendar(year: i32, month: i32, day: i32, hour: i32, minute: i32, second: i32) -> Result<Timestamp, TimeError> {
    let small = |value: i32| u8::try_from(value).map_err(|_| TimeError::Range);
    Timestamp::from_utc(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?)
        .ok_or(TimeError::Range)
}

/// Local time with an offset east of Greenwich (`sign` 1) or west (`sign` -1) to UTC.
fn shift(local: Timestamp, sign: i64, hours: i32, minutes: i32) -> Result<Timestamp, TimeError> {
    if hours > 23 || minutes > 59 {
        return Err(TimeError::Range);
    }
    let offset = i64::from(hours).saturating_mul(3600).saturating_add(i64::from(minutes).saturating_mul(60));
    Ok(local.plus_seconds(sign.saturating_mul(offset).saturating_neg()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(time: Result<Timestamp, TimeError>) -> String {
        time.unwrap().to_string()
    }

    #[test]
    fn asn1_times_are_read_in_utc() {
        assert_eq!(text(Timestamp::from_utc_time(b"260902000000Z")), "2026-09-02T00:00:00Z");
        assert_eq!(text(Timestamp::from_utc_time(b"500101000000Z")), "1950-01-01T00:00:00Z");
        assert_eq!(text(Timestamp::from_utc_time(b"2609020000+0200")), "2026-09-01T22:00:00Z");
        assert_eq!(text(Timestamp::from_generalized_time(b"20260902010203.250Z")), "2026-09-02T01:02:03.250Z");
        assert_eq!(Timestamp::from_generalized_time(b"20260902010203"), Err(TimeError::Form));
        assert_eq!(Timestamp::from_utc_time(b"261302000000Z"), Err(TimeError::Range));
    }

    #[test]
    fn pdf_dates_may_be_cut_short() {
        assert_eq!(text(Timestamp::from_pdf_date(b"D:2026")), "2026-01-01T00:00:00Z");
        assert_eq!(text(Timestamp::from_pdf_date(b"D:20260902120000+02'00'")), "2026-09-02T10:00:00Z");
        assert_eq!(text(Timestamp::from_pdf_date(b"20260902120000-01'30")), "2026-09-02T13:30:00Z");
        assert_eq!(Timestamp::from_pdf_date(b"yesterday"), Err(TimeError::Form));
    }

    #[test]
    fn rfc3339_round_trips_with_its_fraction() {
        for written in ["2026-11-21T12:00:00Z", "1999-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z"] {
            assert_eq!(text(Timestamp::from_rfc3339(written)), written);
        }
        assert_eq!(text(Timestamp::from_rfc3339("2026-11-21T12:00:00+01:00")), "2026-11-21T11:00:00Z");
        assert_eq!(Timestamp::from_rfc3339("2026-11-21"), Err(TimeError::Form));
        assert_eq!(Timestamp::from_rfc3339("2026-11-21T12:00:00Zx"), Err(TimeError::Form));
    }

    #[test]
    fn a_later_fraction_is_later() {
        let early = Timestamp::from_rfc3339("2026-11-21T12:00:00.1Z").unwrap();
        let late = Timestamp::from_rfc3339("2026-11-21T12:00:00.15Z").unwrap();
        assert!(early < late);
    }
}
