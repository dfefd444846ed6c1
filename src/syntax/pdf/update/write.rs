//! Values as text (ISO 32000-2 §7.3).

use crate::syntax::pdf::ObjectId;
use crate::syntax::pdf::PdfString;
use crate::syntax::pdf::Value;
use crate::syntax::pdf::lexer;

/// A value as text, as [`Source::set`](super::Source::set) and its like take it. A stream is written as its
/// dictionary.
#[must_use]
pub fn text(of: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    value(of, &mut out);
    out
}

/// `12 0 obj` and an end of line.
pub(super) fn head(id: ObjectId, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{} {} obj\n", id.number, id.generation).as_bytes());
}

/// Writes a value. It is delimited from what stands before it only where it begins with a delimiter.
pub(super) fn value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => out.extend_from_slice(number.text()),
        Value::String(string) => self::string(string, out),
        Value::Name(name) => self::name(name.as_bytes(), out),
        Value::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                self::value(&element.value, out);
            }
            out.push(b']');
        }
        Value::Dict(dict) => self::dict(dict, out),
        Value::Stream(stream) => self::dict(stream.dict(), out),
        Value::Reference(id) => {
            out.extend_from_slice(format!("{} {} R", id.number, id.generation).as_bytes());
        }
    }
}

fn dict(dict: &crate::syntax::pdf::Dict, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<<");
    for (key, object) in dict.iter() {
        name(key.as_bytes(), out);
        out.push(b' ');
        value(&object.value, out);
    }
    out.extend_from_slice(b">>");
}

/// Writes a name with its slash; what is no regular printable character as `#xx` (§7.3.5).
pub(super) fn name(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    for byte in bytes {
        if byte.is_ascii_graphic() && *byte != b'#' && !lexer::is_delimiter(*byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

fn string(string: &PdfString, out: &mut Vec<u8>) {
    if string.hex {
        out.push(b'<');
        for byte in &string.bytes {
            out.extend_from_slice(format!("{byte:02x}").as_bytes());
        }
        out.push(b'>');
        return;
    }
    out.push(b'(');
    for byte in &string.bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(*byte),
        }
    }
    out.push(b')');
}
