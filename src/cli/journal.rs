//! `sigillum journal`: verifies and lists the journal of a data folder, offline, also while a service writes it.
//!
//! `verify` ends with 0 where the chain is whole, with 1 where it is broken, with 4 where it cannot be read. `list`
//! shows what stands there and proves nothing.

mod options;

use std::io;
use std::io::Write;
use std::path::Path;

use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::runtime;

use super::exit::Exit;
use super::source::Source;
use super::{say, wrong_use};
use crate::journal::{Broken, Fault, Head};
use crate::reporting::{Label, Texts, escaped};
use crate::storage::sqlite::{JournalFile, ReadError, Seen};
use options::{Form, List, Verify};

pub(super) use options::Journal;

/// Runs the command on the file that is named, else on the journal of the configuration or of the data folder.
pub(super) fn run(options: &Journal, source: &Source, texts: &Texts) -> Exit {
    let file = match options.file() {
        Some(file) => file.to_owned(),
        None => match source.journal() {
            Ok(Some(file)) => file,
            Ok(None) => return wrong_use(texts.label(Label::NoDataFolder)),
            Err(exit) => return exit,
        },
    };
    let file = &file;
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&texts.fill(Label::SystemSays, &[("cause", error.to_string())]));
            return Exit::Internal;
        }
    };
    let output = &mut io::BufWriter::new(io::stdout().lock());
    let ended = runtime.block_on(async {
        match options {
            Journal::Verify(options) => verify(options, file, output, texts).await,
            Journal::List(options) => list(options, file, output, texts).await,
        }
    });
    match ended.and_then(|exit| output.flush().map(|()| exit).map_err(Ended::Output)) {
        Ok(exit) => exit,
        Err(Ended::Unread(error)) => {
            let args = [("file", file.display().to_string()), ("cause", error.to_string())];
            say(&texts.fill(Label::JournalUnread, &args));
            Exit::Unread
        }
        // Nobody reads any more, as with `| head`.
        Err(Ended::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Unread,
        Err(Ended::Output(error)) => {
            say(&texts.fill(Label::OutputFailed, &[("cause", error.to_string())]));
            Exit::Internal
        }
    }
}

/// Why there is no answer.
enum Ended {
    /// The journal cannot be read.
    Unread(ReadError),
    /// The answer cannot be written.
    Output(io::Error),
}

impl From<ReadError> for Ended {
    fn from(error: ReadError) -> Self {
        Self::Unread(error)
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

async fn verify(options: &Verify, file: &Path, output: &mut impl Write, texts: &Texts) -> Result<Exit, Ended> {
    let result = JournalFile::open(file).await?.verify(options.head).await;
    let (line, exit) = match (result, options.common.format) {
        (Ok(head), Form::Json) => (json_of(&head), Exit::Valid),
        (Ok(head), Form::Text) => {
            let args = [("count", head.number.to_string()), ("head", head.to_string())];
            (texts.fill(Label::JournalIntact, &args), Exit::Valid)
        }
        (Err(ReadError::Broken(Broken { number, fault })), Form::Json) => {
            (json!({ "intact": false, "record": number, "fault": fault.name() }).to_string(), Exit::NotValid)
        }
        (Err(ReadError::Broken(broken)), Form::Text) => (text_of(broken, texts), Exit::NotValid),
        (Err(error), _) => return Err(error.into()),
    };
    writeln!(output, "{line}")?;
    Ok(exit)
}

fn json_of(head: &Head) -> String {
    json!({ "intact": true, "records": head.number, "head": head.to_string() }).to_string()
}

fn text_of(Broken { number, fault }: Broken, texts: &Texts) -> String {
    let mut args = vec![("number", number.to_string())];
    let label = match fault {
        Fault::Missing { until } => {
            args.push(("last", until.saturating_sub(1).to_string()));
            Label::RecordsMissing
        }
        Fault::OutOfPlace => Label::RecordOutOfPlace,
        Fault::NotLinked => Label::RecordNotLinked,
        Fault::Changed => Label::RecordChanged,
        Fault::NotTheKeptHead => Label::RecordNotTheKeptHead,
        Fault::BehindHead => Label::RecordBehindHead,
        Fault::HeadMissing => Label::JournalHeadMissing,
    };
    if matches!(fault, Fault::HeadMissing) {
        args.clear();
    }
    texts.fill(Label::JournalBroken, &[("reason", texts.fill(label, &args))])
}

async fn list(options: &List, file: &Path, output: &mut impl Write, texts: &Texts) -> Result<Exit, Ended> {
    let mut journal = JournalFile::open(file).await?;
    let (mut from, mut left) = (options.from, options.limit.unwrap_or(u64::MAX));
    loop {
        let page = journal.records(from, left).await?;
        for seen in &page {
            match options.common.format {
                Form::Json => writeln!(output, "{}", json_line(seen))?,
                Form::Text => writeln!(output, "{}", escaped(&text_line(seen, texts)))?,
            }
        }
        left = left.saturating_sub(u64::try_from(page.len()).unwrap_or(u64::MAX));
        match page.last().and_then(|seen| seen.number.checked_add(1)) {
            Some(next) if left > 0 => from = next,
            _ => return Ok(Exit::Valid),
        }
    }
}

/// A record as JSON: what it says exactly as it was hashed, where it is JSON.
fn json_line(seen: &Seen) -> String {
    let (number, previous, hash) = (seen.number, hex(&seen.previous), hex(&seen.hash));
    let line = String::from_utf8_lossy(&seen.line);
    // A line break can stand between members, but a record is one line.
    let sound =
        line.starts_with('{') && !line.contains('\n') && serde_json::from_slice::<IgnoredAny>(&seen.line).is_ok();
    let said = if sound { format!(r#""record":{line}"#) } else { format!(r#""unreadable":{}"#, json!(line)) };
    format!(r#"{{"number":{number},"previous":"{previous}","hash":"{hash}",{said}}}"#)
}

/// A record for people: number, time, what was done, for whom, with which result, and the identifiers.
fn text_line(seen: &Seen, texts: &Texts) -> String {
    let Ok(Value::Object(said)) = serde_json::from_slice(&seen.line) else {
        return format!("{}  {}", seen.number, texts.label(Label::Unreadable));
    };
    let text = |member: &str| said.get(member).and_then(Value::as_str).unwrap_or("-");
    let columns = ["time", "act", "caller", "verdict", "id", "documentSha256"].map(text).join("  ");
    let result = said.get("resultSha256").and_then(Value::as_str).map(|result| format!("  {result}"));
    format!("{}  {columns}{}", seen.number, result.unwrap_or_default())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
