//! The references in an object, without reading its values: for walks over all that a document reaches.

use super::ObjectId;
use super::Pdf;
use super::Place;
use super::RevisionIndex;
use super::Span;
use super::lexer;
use super::lexer::Lexer;
use super::lexer::Token;
use super::parser;
use super::to_u64;
use super::to_usize;
use crate::limits::Budget;
use crate::limits::LimitExceeded;

impl Pdf<'_> {
    /// Adds the references in object `id` as of `at` to `found`, those in a stream's dictionary but not in its data,
    /// and says which bytes were looked at. `None` where the object does not stand by itself in the file, under its
    /// own number and generation at the place that its entry names: then it has to be read.
    ///
    /// # Errors
    /// Only where a limit was reached.
    pub fn references(
        &self,
        id: ObjectId,
        at: RevisionIndex,
        found: &mut Vec<ObjectId>,
        budget: &mut Budget,
    ) -> Result<Option<Span>, LimitExceeded> {
        let Some(Place::InFile { offset, generation }) = self.entry(id.number, at).map(|entry| entry.place) else {
            return Ok(None);
        };
        let head = parser::head(self.bytes, to_usize(offset));
        let Some(head) =
            head.filter(|head| head.id == id && generation == id.generation && to_u64(head.start) == offset)
        else {
            return Ok(None);
        };
        let mut lexer = Lexer::new(self.bytes, head.body);
        // The two tokens before, where they are numbers.
        let mut before: [Option<&[u8]>; 2] = [None, None];
        let end = loop {
            let lexeme = lexer.next_token();
            let [second, first] = before;
            match lexeme.token {
                Token::End => break lexeme.start,
                Token::Keyword(b"R") => {
                    if let (Some(number), Some(generation)) = (second, first)
                        && let Some(number) = lexer::digits(number).and_then(|number| u32::try_from(number).ok())
                        && let Some(generation) =
                            lexer::digits(generation).and_then(|found| u16::try_from(found).ok())
                    {
                        found.push(ObjectId { number, generation });
                    }
                    before = [None, None];
                }
                Token::Keyword(text) if text.starts_with(b"stream") || parser::ends_object(text) => {
                    break lexeme.start;
                }
                Token::Number(text) => before = [first, Some(text)],
                _ => before = [None, None],
            }
        };
        let looked_at = end.saturating_sub(head.start);
        budget.spend((to_u64(looked_at) >> 9).saturating_add(1))?;
        Ok(Some(Span { start: to_u64(head.start), end: to_u64(end) }))
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::pdf::sample::Sample;
    use crate::syntax::pdf::sample::budget;
    use crate::syntax::pdf::sample::id;

    #[test]
    fn references_are_those_that_the_parser_sees() {
        let text = "<</A 4 0 R/B[1 2 0 R 3(5 0 R)<36>/6 0/R 7 0]/C<</D 8 0 R>>>>";
        let file = Sample::new().pages().object(3, text).object_stream(9, &[(4, "[3 0 R]")]);
        let file = file.xref_stream(10, &[(4, 9, 0)], "");
        let pdf = file.open();
        let mut found = Vec::new();
        let span = pdf.references(id(3), pdf.latest(), &mut found, &mut budget()).expect("within limits");
        assert_eq!(found, vec![id(4), id(2), id(8)]);
        assert!(span.is_some_and(|span| span.end > span.start));
        for number in [4, 77] {
            let span = pdf.references(id(number), pdf.latest(), &mut found, &mut budget());
            assert_eq!(span, Ok(None), "{number}");
        }
    }
}
