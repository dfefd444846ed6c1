//! Octets of the canonical form, escaped (Canonical XML 1.0 §2.3).

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

/// Collects short pieces before the sink sees them.
pub(super) struct Output<'s, S: Sink + ?Sized> {
    sink: &'s mut S,
    buffer: Vec<u8>,
}

const BUFFER: usize = 16 << 10;

impl<'s, S: Sink + ?Sized> Output<'s, S> {
    pub(super) fn new(sink: &'s mut S) -> Self {
        Self { sink, buffer: Vec::with_capacity(BUFFER) }
    }

    /// Text as it is.
    pub(super) fn raw(&mut self, text: &str) {
        if text.len() > BUFFER.saturating_sub(self.buffer.len()) {
            self.flush();
            if text.len() > BUFFER {
                self.sink.octets(text.as_bytes());
                return;
            }
        }
        self.buffer.extend_from_slice(text.as_bytes());
    }

    /// Character data.
    pub(super) fn text(&mut self, text: &str) {
        self.escaped(text, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'\r' => Some("&#xD;"),
            _ => None,
        });
    }

    /// An attribute value, between its quotes.
    pub(super) fn attribute(&mut self, value: &str) {
        self.escaped(value, |byte| match byte {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'"' => Some("&quot;"),
            b'\t' => Some("&#x9;"),
            b'\n' => Some("&#xA;"),
            b'\r' => Some("&#xD;"),
            _ => None,
        });
    }

    fn escaped(&mut self, text: &str, escape: impl Fn(u8) -> Option<&'static str>) {
        let mut rest = text;
        while let Some((at, written)) =
            rest.bytes().enumerate().find_map(|(at, byte)| escape(byte).map(|written| (at, written)))
        {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.raw(before);
            self.raw(written);
            rest = from.get(1..).unwrap_or_default();
        }
        self.raw(rest);
    }

    /// Hands over what is left.
    pub(super) fn flush(&mut self) {
        if !self.buffer.is_empty() {
            self.sink.octets(&self.buffer);
            self.buffer.clear();
        }
    }
}
