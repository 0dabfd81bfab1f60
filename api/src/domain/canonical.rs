//! Canonical JSON: what hashes are made of, written here rather than by a crate, so that what was hashed once is
//! hashed the same by every later release, whatever columns, crates or features it has.
//!
//! Keys in the order of their code points, no white space; of text only `"`, `\` and what is below U+0020 is
//! escaped, in the shortest way; whole numbers without an exponent.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// SHA-256 of a text, in hexadecimal.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// A value in its one form.
pub fn json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// Fields in the order given, which is the writer's to fix.
pub fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> String {
    let mut out = String::from("{");
    for (at, (name, value)) in fields.into_iter().enumerate() {
        field(&mut out, at, name, &value);
    }
    out.push('}');
    out
}

fn field(out: &mut String, at: usize, name: &str, value: &Value) {
    if at > 0 {
        out.push(',');
    }
    text(out, name);
    out.push(':');
    write(out, value);
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(said) => text(out, said),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (at, (name, value)) in sorted.into_iter().enumerate() {
                field(out, at, name, value);
            }
            out.push('}');
        }
    }
}

fn text(out: &mut String, said: &str) {
    out.push('"');
    for c in said.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn fixed_vectors() {
        let table = [
            (json!(null), "null"),
            (
                json!([true, false, -1, 0, 18_446_744_073_709_551_615_u64, 1.5]),
                "[true,false,-1,0,18446744073709551615,1.5]",
            ),
            (
                json!({ "나": 1, "가": { "b": [], "a": {} }, "B": "x", "b": null }),
                "{\"B\":\"x\",\"b\":null,\"가\":{\"a\":{},\"b\":[]},\"나\":1}",
            ),
            (
                json!("\"\\/\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}\u{2028}😀"),
                "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\u{2028}😀\"",
            ),
        ];
        for (value, expected) in table {
            assert_eq!(json(&value), expected);
        }
        assert_eq!(object([("b", json!(1)), ("a", json!("가"))]), "{\"b\":1,\"a\":\"가\"}");
        assert_eq!(
            digest("{\"a\":1}"),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }

    proptest! {
        /// What hashes were made of so far was written by the crate, whose maps were sorted.
        #[test]
        fn any_text_is_written_as_it_was(said in any::<String>(), name in any::<String>()) {
            let value = json!({ "z": [said.clone()], name: said });
            let sorted: std::collections::BTreeMap<String, Value> =
                value.as_object().unwrap().clone().into_iter().collect();
            prop_assert_eq!(json(&value), serde_json::to_string(&sorted).unwrap());
        }
    }
}
