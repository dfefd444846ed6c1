//! Filters (ISO 32000-2 §7.4): what a stream's bytes stand for.
//!
//! Everything that a filter produces is taken from one budget while it is produced, so that a bomb stops there.
//! Image codecs are not decoded.

mod ascii;
mod flate;
mod lzw;
mod predictor;
mod runlength;

use std::borrow::Cow;

use super::Dict;
use super::Object;
use super::Value;
use crate::limits::Budget;
use crate::limits::LimitExceeded;
use crate::syntax::pdf::to_u64;
use predictor::Predictor;

/// Filters in one stream. Two are common, three are seen.
const MOST_FILTERS: usize = 16;

/// How much room a decoder asks for at once.
const CHUNK: usize = 64 << 10;

/// One filter with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Flate(Option<Predictor>),
    Lzw {
        early_change: bool,
        predictor: Option<Predictor>,
    },
    Ascii85,
    AsciiHex,
    RunLength,
    /// Decryption, which has happened before (§7.6.6).
    Crypt,
}

/// Why a stream cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilterError {
    /// A filter that is not decoded here.
    Unsupported,
    /// Parameters that mean nothing, or data of which nothing can be decoded.
    Unusable,
    /// A limit was reached.
    Limit(LimitExceeded),
}

impl From<LimitExceeded> for FilterError {
    fn from(error: LimitExceeded) -> Self {
        Self::Limit(error)
    }
}

/// What a filter made.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) data: Vec<u8>,
    /// The input was damaged or incomplete; `data` is what came before.
    pub(super) damaged: bool,
}

/// The filters that a stream dictionary names, first applied first. `resolve` follows references.
///
/// # Errors
/// [`FilterError::Unsupported`], [`FilterError::Unusable`], or what `resolve` returns.
pub(super) fn filters<E: From<FilterError>>(
    dict: &Dict,
    mut resolve: impl FnMut(&Object) -> Result<Object, E>,
) -> Result<Vec<Filter>, E> {
    let Some(named) = dict.get(b"Filter") else { return Ok(Vec::new()) };
    let named = one_or_more(resolve(named)?);
    if named.len() > MOST_FILTERS {
        return Err(FilterError::Unusable.into());
    }
    let parameters = match dict.get(b"DecodeParms") {
        Some(parameters) => one_or_more(resolve(parameters)?),
        None => Vec::new(),
    };
    let mut filters = Vec::with_capacity(named.len());
    for (index, name) in named.iter().enumerate() {
        let name = resolve(name)?;
        let parameters = parameters.get(index).map(&mut resolve).transpose()?;
        let parameters = parameters.as_ref().and_then(Object::as_dict);
        let mut number = |key: &[u8], default: i64| match parameters.and_then(|dict| dict.get(key)) {
            Some(value) => Ok(resolve(value)?.as_i64().unwrap_or(default)),
            None => Ok::<i64, E>(default),
        };
        filters.push(match name.as_name() {
            Some(b"FlateDecode" | b"Fl") => Filter::Flate(Predictor::read(&mut number)?),
            Some(b"LZWDecode" | b"LZW") => Filter::Lzw {
                early_change: number(b"EarlyChange", 1)? != 0,
                predictor: Predictor::read(&mut number)?,
            },
            Some(b"ASCII85Decode" | b"A85") => Filter::Ascii85,
            Some(b"ASCIIHexDecode" | b"AHx") => Filter::AsciiHex,
            Some(b"RunLengthDecode" | b"RL") => Filter::RunLength,
            Some(b"Crypt") => Filter::Crypt,
            Some(_) => return Err(FilterError::Unsupported.into()),
            None => return Err(FilterError::Unusable.into()),
        });
    }
    Ok(filters)
}

fn one_or_more(object: Object) -> Vec<Object> {
    match object.value {
        Value::Array(elements) => elements.to_vec(),
        Value::Null => Vec::new(),
        _ => vec![object],
    }
}

/// Applies `filters` to `raw`.
///
/// # Errors
/// A limit, or [`FilterError::Unusable`] where nothing at all can be decoded.
pub(super) fn decode(filters: &[Filter], raw: Cow<'_, [u8]>, budget: &mut Budget) -> Result<Decoded, FilterError> {
    budget.spend(to_u64(raw.len()) >> 10)?;
    let mut data = raw;
    let mut damaged = false;
    for filter in filters {
        let made = match *filter {
            Filter::Flate(predictor) => predicted(flate::decode(&data, budget)?, predictor, budget)?,
            Filter::Lzw { early_change, predictor } => {
                predicted(lzw::decode(&data, early_change, budget)?, predictor, budget)?
            }
            Filter::Ascii85 => ascii::decode_85(&data, budget)?,
            Filter::AsciiHex => ascii::decode_hex(&data, budget)?,
            Filter::RunLength => runlength::decode(&data, budget)?,
            Filter::Crypt => continue,
        };
        if made.damaged && made.data.is_empty() {
            return Err(FilterError::Unusable);
        }
        damaged |= made.damaged;
        data = Cow::Owned(made.data);
    }
    Ok(Decoded { data: data.into_owned(), damaged })
}

fn predicted(decoded: Decoded, predictor: Option<Predictor>, budget: &mut Budget) -> Result<Decoded, FilterError> {
    let Some(predictor) = predictor else { return Ok(decoded) };
    budget.spend(to_u64(decoded.data.len()) >> 9)?;
    let (data, odd) = predictor.undo(decoded.data)?;
    Ok(Decoded { data, damaged: decoded.damaged || odd })
}

/// Offset as the budget counts it: what was produced since `before`.
fn spend_produced(budget: &mut Budget, before: usize, after: usize) -> Result<(), LimitExceeded> {
    budget.spend_decoded(to_u64(after.saturating_sub(before)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;
    use crate::limits::Limits;
    use crate::syntax::pdf::finding::Findings;
    use crate::syntax::pdf::parser::Parser;

    fn chain(text: &[u8]) -> Result<Vec<Filter>, FilterError> {
        let mut findings = Findings::default();
        let object = Parser::in_file(text, 0, None, 100, &mut findings).value().expect("within limits");
        filters(object.as_dict().expect("a dictionary"), |object| Ok(object.clone()))
    }

    #[test]
    fn chains_are_read_in_order() {
        assert_eq!(chain(b"<<>>"), Ok(vec![]));
        assert_eq!(
            chain(b"<</Filter[/ASCII85Decode/LZWDecode]/DecodeParms[null<</EarlyChange 0>>]>>"),
            Ok(vec![Filter::Ascii85, Filter::Lzw { early_change: false, predictor: None }])
        );
        assert_eq!(chain(b"<</Filter/DCTDecode>>"), Err(FilterError::Unsupported));
        assert_eq!(chain(b"<</Filter 1>>"), Err(FilterError::Unusable));
        assert!(chain(&[&b"<</Filter["[..], &b"/Crypt".repeat(17), b"]>>"].concat()).is_err());
    }

    #[test]
    fn one_budget_counts_all_filters() {
        let mut budget = Budget::new(&Limits { decoded_bytes: 5, ..Limits::DEFAULT });
        let twice = [Filter::AsciiHex, Filter::AsciiHex];
        let decoded = decode(&twice, Cow::Borrowed(b"34 31>"), &mut budget).expect("3 bytes");
        assert_eq!(decoded.data, b"A");
        let error = decode(&twice, Cow::Borrowed(b"3431>"), &mut budget).err();
        assert!(matches!(error, Some(FilterError::Limit(limit)) if limit.limit == Limit::DecodedBytes));
    }
}
