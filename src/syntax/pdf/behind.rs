//! Dictionaries in the bytes after the last revision. They are in force for no reader that follows the
//! cross-reference information, but a reader that searches the file finds them: who looks for signatures has to too.

use super::Dict;
use super::ObjectId;
use super::Pdf;
use super::Value;
use super::finding::Findings;
use super::parser;
use super::parser::Parser;
use super::to_u64;
use crate::limits::Budget;
use crate::limits::LimitExceeded;

impl Pdf<'_> {
    /// The objects after the last revision that are dictionaries with all these keys at top level, in the order of the
    /// file. Their strings are not decrypted.
    ///
    /// # Errors
    /// Only where a limit was reached.
    pub fn dicts_behind_end(
        &self,
        keys: &[&[u8]],
        budget: &mut Budget,
    ) -> Result<Vec<(ObjectId, Dict)>, LimitExceeded> {
        let trailing = self.trailing();
        let mut dicts = Vec::new();
        if trailing.blank {
            return Ok(dicts);
        }
        let scan = self.scan(budget)?;
        for found in scan.objects.iter().filter(|found| to_u64(found.offset) >= trailing.span.start) {
            budget.spend(1)?;
            let Some(head) = parser::head(self.bytes, found.offset) else { continue };
            let mut ignored = Findings::default();
            let mut parser = Parser::in_file(self.bytes, head.body, None, self.limits.nesting, &mut ignored);
            if let Ok(object) = parser.value()
                && let Value::Dict(dict) = object.value
                && keys.iter().all(|key| dict.has(key))
            {
                dicts.push((found.id, dict));
            }
        }
        Ok(dicts)
    }
}
