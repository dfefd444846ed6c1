//! Answers against the description.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::http::{HeaderMap, StatusCode};
use jsonschema::Validator;
use serde_json::{Value, json};

/// The description, closed: no member and no value that it does not name.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut value = serde_json::from_str(sigillum::server::DESCRIPTION).expect("the description is JSON");
    close(&mut value);
    value
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Objects have no members besides those named, and texts no values besides those that there are now.
fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(values) = members.remove("x-values") {
                members.insert("enum".to_owned(), values);
            }
            let named = members.get("type") == Some(&json!("object")) && members.contains_key("properties");
            if named && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn resolve(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let pointer = reference.strip_prefix('#').expect("a reference into the description");
            STRICT.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
        }
        None => value,
    }
}

fn validates(name: &str, schema: &Value, value: &Value) {
    let key = format!("{name} {schema}");
    let known = VALIDATORS.lock().unwrap().get(&key).cloned();
    let validator = known.unwrap_or_else(|| {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": STRICT["components"],
        });
        let made = Arc::new(jsonschema::validator_for(&whole).unwrap_or_else(|error| panic!("{name}: {error}")));
        VALIDATORS.lock().unwrap().insert(key, Arc::clone(&made));
        made
    });
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name} is not as described:\n{}\n{value:#}", errors.join("\n"));
}

/// Holds an answer against the description.
///
/// # Panics
/// Where the description does not have it.
pub(crate) fn check(method: &str, path: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
    let name = format!("{method} {path} {}", status.as_u16());
    let operation = STRICT["paths"].get(path).map(|item| item.get(method.to_ascii_lowercase()));
    let responses = &STRICT["components"]["responses"];
    let described = match operation {
        None => responses.get("NotFound").filter(|_| status == StatusCode::NOT_FOUND),
        Some(None) => responses.get("MethodNotAllowed").filter(|_| status == StatusCode::METHOD_NOT_ALLOWED),
        Some(Some(operation)) => operation["responses"].get(status.as_str()).map(resolve),
    };
    let described =
        described.unwrap_or_else(|| panic!("{name} is not described: {}", String::from_utf8_lossy(body)));
    for (header, description) in described.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let description = resolve(description);
        match headers.get(header) {
            Some(value) => {
                validates(&format!("{name}: {header}"), &description["schema"], &json!(value.to_str().unwrap()));
            }
            None => assert_ne!(description["required"], json!(true), "{name} has no {header}"),
        }
    }
    let content_type = headers.get("content-type").expect("a content type").to_str().unwrap();
    // The boundary is another one each time.
    let content_type = content_type.split_once("; boundary=").map_or(content_type, |(kind, _)| kind);
    let content = described["content"].get(content_type);
    let content = content.unwrap_or_else(|| panic!("{name}: {content_type} is not described"));
    if let Some(schema) = content.get("schema") {
        let value: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{name}: {error}"));
        validates(&name, schema, &value);
    }
}

/// The codes of problems that the description names.
pub(crate) fn codes() -> Vec<String> {
    let codes = &STRICT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    codes.as_array().expect("codes").iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_description_is_closed_and_holds_together() {
    assert_eq!(STRICT["openapi"], "3.1.1");
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    found.push(reference.to_owned());
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(&STRICT, &mut found);
    assert!(found.len() > 100);
    for reference in &found {
        assert!(STRICT.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for kind in ["schemas", "responses", "headers"] {
        for name in STRICT["components"][kind].as_object().unwrap().keys() {
            let pointer = format!("#/components/{kind}/{name}");
            // What is at no address is there for every address that is not.
            assert!(name == "NotFound" || found.contains(&pointer), "{pointer} is used nowhere");
        }
    }
}

#[test]
fn what_is_not_described_is_found() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-request-id", "r"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=1"),
        ("content-type", "application/json"),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    let good = br#"{"status":"live"}"#;
    check("GET", "/health/live", StatusCode::OK, &headers, good);
    let refused = |method: &'static str, path: &'static str, status, headers: HeaderMap, body: &'static [u8]| {
        std::panic::catch_unwind(move || check(method, path, status, &headers, body)).is_err()
    };
    assert!(refused("GET", "/health/live", StatusCode::OK, headers.clone(), br#"{"status":"dead"}"#));
    assert!(refused("GET", "/health/live", StatusCode::OK, headers.clone(), br#"{"status":"live","more":1}"#));
    assert!(refused("GET", "/health/live", StatusCode::ACCEPTED, headers.clone(), good));
    assert!(refused("GET", "/health/other", StatusCode::OK, headers.clone(), good));
    let mut without = headers.clone();
    without.remove("cache-control");
    assert!(refused("GET", "/health/live", StatusCode::OK, without, good));
    headers.insert("content-type", "text/plain".parse().unwrap());
    assert!(refused("GET", "/health/live", StatusCode::OK, headers, good));
}
