//! Octets of the canonical form, escaped (Canonical XML 1.0 §2.3).

use std::ops::Range;

/// Takes octets in order: a digest, or a buffer.
pub trait Sink {
    /// Takes the next octets.
    fn octets(&mut self, octets: &[u8]);
}

impl Sink for Vec<u8> {
    fn octets(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn octets(&mut self, octets: &[u8]) {
        (**self).octets(octets);
    }
}

/// Collects short pieces before the sink sees them. What stands in the text of the document just as it is to be written
/// is only noted: pieces that follow one another there are one.
pub(super) struct Output<'s, S: Sink + ?Sized> {
    sink: &'s mut S,
    buffer: Vec<u8>,
    text: &'s str,
    run: Range<usize>,
}

const BUFFER: usize = 4 << 10;

impl<'s, S: Sink + ?Sized> Output<'s, S> {
    pub(super) fn new(sink: &'s mut S, text: &'s str) -> Self {
        Self { sink, buffer: Vec::with_capacity(BUFFER), text, run: 0..0 }
    }

    /// A part of the text of the document as it is.
    pub(super) fn source(&mut self, place: Range<usize>) {
        if self.run.end == place.start {
            self.run.end = place.end;
        } else {
            self.end_run();
            self.run = place;
        }
    }

    /// Text as it is.
    pub(super) fn raw(&mut self, text: &str) {
        if !self.run.is_empty() {
            self.end_run();
        }
        self.write(text);
    }

    fn end_run(&mut self) {
        let run = self.text.get(std::mem::take(&mut self.run)).unwrap_or_default();
        self.write(run);
    }

    fn write(&mut self, text: &str) {
        if text.len() > BUFFER.saturating_sub(self.buffer.len()) {
            self.hand_over();
            if text.len() > BUFFER {
                self.sink.octets(text.as_bytes());
                return;
            }
        }
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Character data.
    pub(super) fn text(&mut self, text: &str) {
        let special = |bytes: &[u8]| {
            let at = memchr::memchr3(b'&', b'<', b'>', bytes);
            let before = at.map_or(bytes, |at| bytes.get(..at).unwrap_or_default());
            memchr::memchr(b'\r', before).or(at)
        };
        self.escaped(text, special, |byte| match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&#xD;",
        });
    }

    /// An attribute value, between its quotes.
    pub(super) fn attribute(&mut self, value: &str) {
        let special =
            |bytes: &[u8]| bytes.iter().position(|byte| matches!(byte, b'&' | b'<' | b'"' | b'\t' | b'\n' | b'\r'));
        self.escaped(value, special, |byte| match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'"' => "&quot;",
            b'\t' => "&#x9;",
            b'\n' => "&#xA;",
            _ => "&#xD;",
        });
    }

    fn escaped(
        &mut self,
        text: &str,
        special: impl Fn(&[u8]) -> Option<usize>,
        escape: impl Fn(u8) -> &'static str,
    ) {
        let mut rest = text;
        while let Some(at) = special(rest.as_bytes()) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.raw(before);
            self.raw(from.bytes().next().map_or("", &escape));
            rest = from.get(1..).unwrap_or_default();
        }
        self.raw(rest);
    }

    /// Hands over what is left.
    pub(super) fn flush(&mut self) {
        self.end_run();
        self.hand_over();
    }

    fn hand_over(&mut self) {
        if !self.buffer.is_empty() {
            self.sink.octets(&self.buffer);
            self.buffer.clear();
        }
    }
}
