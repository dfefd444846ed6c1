//! Object streams (ISO 32000-2 §7.5.7), decoded once and kept.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use super::lexer;
use super::lexer::Lexer;
use super::lexer::Token;

/// Decoded bytes that are kept. Files rarely have more than a few MiB of them.
const KEPT: usize = 32 << 20;

/// A decoded object stream. `/Extends` is for readers that search by number and does not matter here.
#[derive(Debug)]
pub(super) struct ObjectStream {
    data: Vec<u8>,
    /// Object numbers and where each object begins in `data`.
    index: Vec<(u32, usize)>,
}

impl ObjectStream {
    /// Reads the pairs in front of `first`. `None` where there is nothing usable.
    pub(super) fn new(data: Vec<u8>, count: u64, first: usize) -> Option<Self> {
        let head = data.get(..first)?;
        let mut lexer = Lexer::new(head, 0);
        let mut index = Vec::new();
        for _ in 0..count {
            let (Token::Number(number), Token::Number(offset)) =
                (lexer.next_token().token, lexer.next_token().token)
            else {
                break;
            };
            let number = lexer::digits(number).and_then(|number| u32::try_from(number).ok())?;
            let offset = lexer::digits(offset).and_then(|offset| usize::try_from(offset).ok())?;
            index.push((number, first.checked_add(offset)?));
        }
        Some(Self { data, index })
    }

    /// The number and the bytes, from its first one to the end of the stream, of the object at `position`.
    pub(super) fn at(&self, position: u32) -> Option<(u32, &[u8])> {
        let (number, start) = self.index.get(usize::try_from(position).ok()?)?;
        Some((*number, self.data.get(*start..)?))
    }

    /// The bytes of the last object with that number.
    pub(super) fn find(&self, number: u32) -> Option<&[u8]> {
        let (_, start) = self.index.iter().rev().find(|(found, _)| *found == number)?;
        self.data.get(*start..)
    }

    /// The object numbers in order.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.index.iter().map(|(number, _)| *number).collect()
    }

    fn size(&self) -> usize {
        self.data.len().saturating_add(self.index.len().saturating_mul(16))
    }
}

/// The streams that were decoded last, by where they stand in the file.
#[derive(Debug, Default)]
pub(super) struct StreamCache {
    kept: HashMap<usize, Arc<ObjectStream>>,
    /// The keys of `kept`, oldest first.
    order: VecDeque<usize>,
    size: usize,
    /// Streams that are being decoded: one that needs itself is a circle.
    pub(super) loading: Vec<u32>,
}

impl StreamCache {
    pub(super) fn get(&self, offset: usize) -> Option<Arc<ObjectStream>> {
        self.kept.get(&offset).map(Arc::clone)
    }

    pub(super) fn keep(&mut self, offset: usize, stream: Arc<ObjectStream>) {
        self.size = self.size.saturating_add(stream.size());
        self.kept.insert(offset, stream);
        self.order.push_back(offset);
        while self.size > KEPT && self.order.len() > 1 {
            if let Some(dropped) = self.order.pop_front().and_then(|oldest| self.kept.remove(&oldest)) {
                self.size = self.size.saturating_sub(dropped.size());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_position_and_number() {
        let stream = ObjectStream::new(b"7 0 9 3 12 4".to_vec(), 9, 6).map(|stream| stream.numbers());
        assert_eq!(stream, Some(vec![7]), "a pair that is cut off ends the index");
        let stream = ObjectStream::new(b"7 0 9 3 12 true".to_vec(), 2, 8).expect("an index");
        assert_eq!(stream.at(1), Some((9, &b"true"[..])));
        assert_eq!(stream.find(7), Some(&b"12 true"[..]));
        assert_eq!(stream.at(2), None);
        assert!(ObjectStream::new(b"7 0".to_vec(), 1, 9).is_none());
    }

    #[test]
    fn the_cache_is_bounded() {
        let mut cache = StreamCache::default();
        for offset in 0..3 {
            let data = vec![b' '; KEPT / 2];
            cache.keep(offset, Arc::new(ObjectStream { data, index: Vec::new() }));
        }
        assert!(cache.get(0).is_none());
        assert!(cache.get(1).is_some() && cache.get(2).is_some());
    }
}
