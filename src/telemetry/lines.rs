//! The form of a line: time, level, message and fields, target, and the innermost span with its fields.
//!
//! Written straight into one buffer of the thread: a line is written for each request.

#![expect(clippy::disallowed_methods, reason = "a line says when it was written")]

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::time::Timestamp;

/// Writes lines to a place.
#[derive(Debug)]
pub(super) struct Lines<W>(pub(super) W);

/// The fields of a span as members of an object, each with a comma behind it.
struct Members(Vec<u8>);

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut members = Vec::with_capacity(64);
            attributes.record(&mut Writing(&mut members));
            span.extensions_mut().insert(Members(members));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(members) = span.extensions_mut().get_mut::<Members>()
        {
            values.record(&mut Writing(&mut members.0));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        LINE.with(|line| {
            // Whoever logs while a line is made (a value that logs as it is shown) has a buffer of his own.
            match line.try_borrow_mut() {
                Ok(mut line) => self.line(&mut line, event, &context),
                Err(_) => self.line(&mut Vec::new(), event, &context),
            }
        });
    }
}

impl<W: for<'a> MakeWriter<'a>> Lines<W> {
    fn line<S>(&self, line: &mut Vec<u8>, event: &Event<'_>, context: &Context<'_, S>)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        line.clear();
        let about = event.metadata();
        line.extend_from_slice(b"{\"timestamp\":\"");
        time(line);
        line.extend_from_slice(b"\",\"level\":\"");
        line.extend_from_slice(about.level().as_str().as_bytes());
        line.extend_from_slice(b"\",");
        event.record(&mut Writing(line));
        line.extend_from_slice(b"\"target\":");
        text(line, about.target());
        if let Some(span) = context.event_span(event) {
            line.extend_from_slice(b",\"span\":{");
            if let Some(members) = span.extensions().get::<Members>() {
                line.extend_from_slice(&members.0);
            }
            line.extend_from_slice(b"\"name\":");
            text(line, span.name());
            line.push(b'}');
        }
        line.extend_from_slice(b"}\n");
        // Where the place is gone there is nobody to tell.
        let _ = self.0.make_writer_for(about).write_all(line);
    }
}

/// The time, to the microsecond (RFC 3339).
fn time(line: &mut Vec<u8>) {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(0));
    // Writing to memory does not fail.
    let _ = write!(line, "{seconds}");
    line.pop_if(|last| *last == b'Z');
    let _ = write!(line, ".{:06}Z", since.subsec_micros());
}

/// A text with its quotation marks. Letters, digits and most signs stand for themselves.
fn text(line: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~') && octet != b'"' && octet != b'\\') {
        line.push(b'"');
        line.extend_from_slice(text.as_bytes());
        line.push(b'"');
    } else {
        // Texts can all be said in JSON, and memory takes them.
        let _ = serde_json::to_writer(line, text);
    }
}

/// Writes fields as members, each with a comma behind it.
struct Writing<'a>(&'a mut Vec<u8>);

impl Writing<'_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Vec<u8>)) {
        text(self.0, field.name());
        self.0.push(b':');
        value(self.0);
        self.0.push(b',');
    }

    /// A value that JSON writes as Rust does.
    fn plain(&mut self, field: &Field, value: impl fmt::Display) {
        self.member(field, |line| {
            let _ = write!(line, "{value}");
        });
    }
}

impl Visit for Writing<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, |line| text(line, value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // What is no number has none in JSON.
        self.member(field, |line| _ = serde_json::to_writer(line, &value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, |line| text(line, &format!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing::Level;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_an_object_with_all_that_was_said() {
        let kept = Kept::default();
        let place = kept.clone();
        let log = crate::telemetry::to(Level::INFO, move || place.clone());
        tracing::subscriber::with_default(log, || {
            let span = tracing::info_span!("outer", request_id = "r-\"1\"", late = tracing::field::Empty);
            let odd = "a \"b\" \\ \n ü \u{1}";
            tracing::info!(odd, yes = true, count = 7_u64, less = -7, half = 0.5, none = f64::NAN, "said");
            span.record("late", 1.5);
            span.in_scope(|| {
                tracing::warn!(absent = None::<&str>, present = Some("here"), shown = %odd, "inside");
                tracing::debug!("not said");
            });
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let odd = "a \"b\" \\ \n ü \u{1}";
        let [first, second] = &lines[..] else { panic!("{text}") };
        for line in [first, second] {
            let time = line["timestamp"].as_str().unwrap();
            assert!(time.len() == 27 && Timestamp::from_rfc3339(time).is_ok(), "{time}");
        }
        let target = module_path!();
        let expected = json!({
            "timestamp": first["timestamp"], "level": "INFO", "message": "said", "odd": odd, "yes": true, "count": 7,
            "less": -7, "half": 0.5, "none": null, "target": target,
        });
        assert_eq!(*first, expected);
        let expected = json!({
            "timestamp": second["timestamp"], "level": "WARN", "message": "inside", "present": "here", "shown": odd,
            "target": target, "span": { "name": "outer", "request_id": "r-\"1\"", "late": 1.5 },
        });
        assert_eq!(*second, expected);
    }
}
