//! Files of the National Assembly's open data: rows out of JSON, JSON lines and XML, whatever they are wrapped in.

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use serde_json::Value;

use crate::domain::bill_feed::Row;
use crate::error::Error;

/// Names of the elements and members that hold a row.
const ROWS: [&str; 2] = ["row", "item"];
/// Deepest nesting that is read.
const DEPTH: usize = 16;

fn unreadable(ko: &str, en: &str) -> Error {
    Error::input(format!("파일을 읽을 수 없습니다: {ko}"), format!("the file cannot be read: {en}"))
}

/// The rows of a file.
///
/// # Errors
/// Input, if it is none of the forms, or holds no row.
pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, Error> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| unreadable("UTF-8이 아닙니다.", "it is not UTF-8"))?
        .trim_start_matches('\u{feff}')
        .trim();
    let mut rows = Vec::new();
    if text.starts_with('<') {
        xml(text, &mut rows)?;
    } else {
        // One value, or a line each.
        for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            let value = value
                .map_err(|error| unreadable("JSON이 올바르지 않습니다.", &error.to_string()))?;
            json(&value, false, 0, &mut rows);
        }
    }
    if rows.is_empty() {
        return Err(unreadable("의안 행이 없습니다.", "it holds no row of a bill"));
    }
    Ok(rows)
}

/// Collects objects that are rows: those of a list, and those below a member that holds rows.
fn json(value: &Value, is_row: bool, depth: usize, rows: &mut Vec<Row>) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items {
                json(item, is_row, depth + 1, rows);
            }
        }
        Value::Object(fields) => {
            let named = |name: &str| fields.keys().any(|field| field.eq_ignore_ascii_case(name));
            if is_row || named("BILL_NO") {
                rows.push(
                    fields
                        .iter()
                        .map(|(name, value)| (name.to_ascii_uppercase(), shown(value)))
                        .collect(),
                );
                return;
            }
            for (name, value) in fields {
                json(value, ROWS.contains(&name.as_str()), depth + 1, rows);
            }
        }
        _ => {}
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Collects elements that are rows, each with its children as fields.
fn xml(text: &str, rows: &mut Vec<Row>) -> Result<(), Error> {
    let broken =
        |error: &dyn std::fmt::Display| unreadable("XML이 올바르지 않습니다.", &error.to_string());
    let mut reader = Reader::from_str(text);
    let mut row: Option<Row> = None;
    let mut field: Option<(String, String)> = None;
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(unreadable("너무 깊습니다.", "it is nested too deeply"));
                }
                let name = tag.local_name().as_ref().to_owned();
                if row.is_none() {
                    row = ROWS.contains(&name.as_str()).then(Row::new);
                } else {
                    field = Some((name.to_ascii_uppercase(), String::new()));
                }
            }
            Event::Text(piece) => {
                if let Some((_, text)) = &mut field {
                    text.push_str(&piece.xml10_content());
                }
            }
            Event::CData(piece) => {
                if let Some((_, text)) = &mut field {
                    text.push_str(&piece.xml10_content());
                }
            }
            Event::GeneralRef(name) => {
                let Some((_, text)) = &mut field else { continue };
                let character = name.resolve_char_ref().map_err(|error| broken(&error))?;
                match (character, name.as_ref()) {
                    (Some(character), _) => text.push(character),
                    (None, "amp") => text.push('&'),
                    (None, "lt") => text.push('<'),
                    (None, "gt") => text.push('>'),
                    (None, "quot") => text.push('"'),
                    (None, "apos") => text.push('\''),
                    (None, _) => {
                        return Err(unreadable(
                            "알 수 없는 개체 참조가 있습니다.",
                            "it has an unknown entity",
                        ));
                    }
                }
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if let (Some((name, text)), Some(row)) = (field.take(), &mut row) {
                    row.insert(name, text);
                } else if ROWS.contains(&tag.local_name().as_ref()) {
                    rows.extend(row.take());
                }
            }
            Event::DocType(_) => return Err(unreadable("DTD가 있습니다.", "it has a DTD")),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_of_every_wrapping() {
        let json = r#"{"ALLBILL":[{"head":[{"list_total_count":1},{"RESULT":{"CODE":"INFO-000"}}]},{"row":[{"BILL_NO":2213001,"PROC_DT":null,"bill_name":"법률안"}]}]}"#;
        let xml = "<?xml version=\"1.0\"?><ALLBILL><head><list_total_count>1</list_total_count></head><row><BILL_NO>2213001</BILL_NO><PROC_DT/><BILL_NAME><![CDATA[법률안]]></BILL_NAME></row></ALLBILL>";
        for text in [
            json,
            xml,
            r#"[{"BILL_NO":"2213001","BILL_NAME":"법률안"}]"#,
            "{\"BILL_NO\":\"2213001\",\"BILL_NAME\":\"법률안\"}\n",
        ] {
            let rows = rows(text.as_bytes()).unwrap();
            assert_eq!(rows.len(), 1, "{text}");
            assert_eq!(rows[0]["BILL_NO"], "2213001");
            assert_eq!(rows[0]["BILL_NAME"], "법률안");
        }
        let two = "{\"BILL_NO\":\"1\"}\n{\"BILL_NO\":\"2\"}";
        assert_eq!(rows(two.as_bytes()).unwrap().len(), 2);
        let escaped = "<r><row><BILL_NAME>가 &amp; 나 &#65;</BILL_NAME></row></r>";
        assert_eq!(rows(escaped.as_bytes()).unwrap()[0]["BILL_NAME"], "가 & 나 A");
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        for text in [
            "",
            "{",
            "[]",
            "<a><b></a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<r><row><A>&b;</A></row></r>",
            "plain",
        ] {
            assert!(rows(text.as_bytes()).is_err(), "{text}");
        }
        assert!(rows(&[0xff, 0xfe]).is_err());
        let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        assert!(rows(deep.as_bytes()).is_err());
        assert!(rows("[".repeat(100_000).as_bytes()).is_err());
    }
}
