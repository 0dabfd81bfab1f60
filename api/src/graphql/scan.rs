//! A linear look at a document's text, before any parser descends into it: parsers recurse and keep what
//! they read, so what is too large is refused here, where it costs next to nothing.

use std::borrow::Cow;

use super::limits::{MAX_ALIASES, MAX_DIRECTIVES, MAX_FRAGMENTS};
use crate::error::{Error, Message};

/// Longest document, in bytes.
pub const MAX_DOCUMENT: usize = 64 * 1024;
/// Deepest nesting of brackets in a document.
pub const MAX_NESTING: usize = 40;
/// Most tokens of a document.
pub const MAX_TOKENS: usize = 6_000;
/// Most mentions of the fields `__schema` and `__type`; tools ask for one.
pub const MAX_INTROSPECTIONS: usize = 50;

/// What the text holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    tokens: usize,
    nesting: usize,
    aliases: usize,
    directives: usize,
    fragments: usize,
    introspections: usize,
}

/// Length of the string that begins `bytes`, quotes included; of what is left if it never ends.
fn string(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\"\"\"") {
        let mut at = 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return bytes.len();
    }
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn count(text: &str) -> Count {
    let bytes = text.as_bytes();
    let mut count = Count::default();
    let (mut depth, mut parens, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let length = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += rest
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .unwrap_or(rest.len());
                continue;
            }
            b'"' => string(rest),
            b'.' if rest.starts_with(b"...") => 3,
            b'_' | b'-' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                let is_inner = |byte: &u8| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')
                };
                let is_name = byte.is_ascii_alphabetic() || *byte == b'_';
                let is_part = |byte: &u8| {
                    if is_name {
                        byte.is_ascii_alphanumeric() || *byte == b'_'
                    } else {
                        is_inner(byte)
                    }
                };
                let length =
                    1 + rest[1..].iter().position(|byte| !is_part(byte)).unwrap_or(rest.len() - 1);
                count.fragments += usize::from(depth == 0 && &rest[..length] == b"fragment");
                count.introspections +=
                    usize::from(matches!(&rest[..length], b"__schema" | b"__type"));
                length
            }
            _ => 1,
        };
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                parens += usize::from(*byte == b'(');
                count.nesting = count.nesting.max(depth);
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                parens = parens.saturating_sub(usize::from(*byte == b')'));
            }
            // Within parentheses a colon names an argument, a variable's type or a field of an object.
            b':' if parens == 0 => count.aliases += 1,
            b'@' => count.directives += 1,
            _ => {}
        }
        count.tokens += 1;
        at += length;
    }
    count
}

/// A code unit of four hexadecimal digits after `\u`.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(digits, 16).ok()
}

/// Length of the escape of a character that begins `bytes`; none if it stands for no character.
fn escape(bytes: &[u8]) -> Option<usize> {
    if let Some(rest) = bytes.strip_prefix(b"\\u{") {
        let length = rest.iter().position(|byte| *byte == b'}')?;
        let digits = std::str::from_utf8(&rest[..length]).ok();
        let digits = digits.filter(|text| text.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        let value = u32::from_str_radix(digits, 16).ok()?;
        return char::from_u32(value).map(|_| length + 4);
    }
    match unit(bytes)? {
        0xD800..=0xDBFF => matches!(unit(bytes.get(6..)?)?, 0xDC00..=0xDFFF).then_some(12),
        0xDC00..=0xDFFF => None,
        _ => Some(6),
    }
}

/// The text as a parser reads it that knows no escapes beyond `\uXXXX`: what it does not know is covered by as
/// many letters, so that all else keeps its place.
///
/// # Errors
/// Where an escape stands that is no character's: half of a surrogate pair, or beyond Unicode.
pub fn covered(text: &str) -> Result<Cow<'_, str>, usize> {
    if !text.contains("\\u") {
        return Ok(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let mut covered = text.to_owned();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b'#' => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                at += end.unwrap_or(rest.len());
            }
            b'"' if rest.starts_with(b"\"\"\"") => at += string(rest),
            b'"' => {
                let end = at + string(rest).min(rest.len());
                while let Some(found) = bytes[at..end].iter().position(|byte| *byte == b'\\') {
                    at += found;
                    if bytes.get(at + 1) != Some(&b'u') {
                        at = (at + 2).min(end);
                        continue;
                    }
                    let length = escape(&bytes[at..end]).ok_or(at)?;
                    if length != 6 {
                        covered.replace_range(at..at + length, &"x".repeat(length));
                    }
                    at += length;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    Ok(Cow::Owned(covered))
}

fn too_large(what_ko: &str, what_en: &str, most: usize) -> Error {
    Error::TooLarge(Message::new(
        format!("질의의 {what_ko} 한도({most})를 넘었습니다."),
        format!("The document has too many {what_en} (at most {most})."),
    ))
}

/// Refuses a text that is larger than any honest document.
///
/// # Errors
/// Too large; parse, if it holds a NUL.
pub fn check(text: &str) -> Result<(), Error> {
    if text.len() > MAX_DOCUMENT {
        return Err(Error::TooLarge(Message::new(
            format!("질의가 너무 깁니다(한도 {MAX_DOCUMENT}바이트)."),
            format!("The document is too long (at most {MAX_DOCUMENT} bytes)."),
        )));
    }
    if text.contains('\0') {
        return Err(Error::Parse(Message::new(
            "질의에 NUL 문자가 있습니다.",
            "The document holds a NUL character.",
        )));
    }
    let count = count(text);
    for (found, most, ko, en) in [
        (count.tokens, MAX_TOKENS, "토큰", "tokens"),
        (count.nesting, MAX_NESTING, "괄호 단계", "levels of brackets"),
        (count.aliases, MAX_ALIASES, "별칭(alias)", "aliases"),
        (count.directives, MAX_DIRECTIVES, "지시어", "directives"),
        (count.fragments, MAX_FRAGMENTS, "조각(fragment)", "fragments"),
        (count.introspections, MAX_INTROSPECTIONS, "인트로스펙션 필드", "fields of introspection"),
    ] {
        if found > most {
            return Err(too_large(ko, en, most));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_counts_is_counted() {
        let text = "query A($x: Int = 1 @d) { a: b(c: {d: \"}:@#\"}) @skip(if: true) ...F } # {:@\n\
                    fragment F on T { \"\"\"x\"\"\" e: f }";
        let expected = Count {
            tokens: 45,
            nesting: 3,
            aliases: 2,
            directives: 2,
            fragments: 1,
            introspections: 0,
        };
        assert_eq!(count(text), expected);
        assert_eq!(count("{ a(x: -1.5e+3, y: [1 2]) }").tokens, 14);
        let asks =
            "{ __schema { types { __typename } } a: __type(name: \"__type\") { name } } # __type";
        assert_eq!(count(asks).introspections, 2);
    }

    #[test]
    fn strings_end_where_they_end() {
        for (text, length) in [
            (r#""a" b"#, 3),
            (r#""a\"b" c"#, 6),
            ("\"a\nb", 2),
            ("\"\"\"a\"b\"\"\" c", 9),
            ("\"\"\"a\\\"\"\"b\"\"\"", 12),
            ("\"never", 6),
            ("\"\\", 2),
        ] {
            assert_eq!(string(text.as_bytes()).min(text.len()), length, "{text}");
        }
    }

    #[test]
    fn escapes_are_of_characters() {
        for (text, expected) in [
            (r#"{ a(b: "plain") }"#, Ok(r#"{ a(b: "plain") }"#)),
            (r#"{ a(b: "\uD83D\uDE00!") }"#, Ok(r#"{ a(b: "xxxxxxxxxxxx!") }"#)),
            (r#"{ a(b: "\u{1F600}\u00e9") }"#, Ok(r#"{ a(b: "xxxxxxxxx\u00e9") }"#)),
            (r#"{ a(b: "\\uD83D") } # "\uD83D"#, Ok(r#"{ a(b: "\\uD83D") } # "\uD83D"#)),
            (r#"{ a(b: """\uD83D""") }"#, Ok(r#"{ a(b: """\uD83D""") }"#)),
            (r#"{ a(b: "\uD83D") }"#, Err(8)),
            (r#"{ a(b: "\uDE00") }"#, Err(8)),
            (r#"{ a(b: "x\uD83D\u0041") }"#, Err(9)),
            (r#"{ a(b: "\uDE00\uD83D") }"#, Err(8)),
            (r#"{ a(b: "\u{D83D}") }"#, Err(8)),
            (r#"{ a(b: "\u{110000}") }"#, Err(8)),
            (r#"{ a(b: "\u{}") }"#, Err(8)),
            (r#"{ a(b: "\u{+1}") }"#, Err(8)),
            (r#"{ a(b: "\u+123") }"#, Err(8)),
            (r#"{ a(b: "\u12"#, Err(8)),
        ] {
            assert_eq!(covered(text).as_deref(), expected.as_ref().copied(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_covered_in_its_length(text in r#"([a"\\u{}#D8E0\n]|\\u|\\uD83D)*"#) {
            if let Ok(covered) = covered(&text) {
                prop_assert_eq!(covered.len(), text.len());
            }
        }

        #[test]
        fn any_text_is_looked_at_to_its_end(text: String) {
            let _ = count(&text);
        }

        /// A parser that was not stopped here finds no more than was counted.
        #[test]
        fn documents_are_counted_as_the_parser_reads_them(fields in 1_usize..60, aliased in 0_usize..60) {
            let mut text = String::from("{");
            for at in 0..fields {
                if at < aliased {
                    text.push_str(&format!(" k{at}: __typename @skip(if: false)"));
                } else {
                    text.push_str(" __typename");
                }
            }
            text.push('}');
            let counted = count(&text);
            let aliased = aliased.min(fields);
            prop_assert_eq!((counted.aliases, counted.directives), (aliased, aliased));
            prop_assert_eq!(counted.tokens, 2 + fields + aliased * 9);
        }
    }
}
