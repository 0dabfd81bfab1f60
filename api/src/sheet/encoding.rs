//! The text of a CSV file, whatever program wrote it.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EUC_KR, Encoding, UTF_16BE, UTF_16LE};

use super::Unreadable;

/// Bytes looked at to tell UTF-16 without a mark.
const SAMPLE: usize = 4096;

/// The text, and the name of its encoding. A byte-order mark decides; else zeros between letters tell UTF-16,
/// and what is not UTF-8 is taken for CP949, the code page of Korean Windows. No byte is guessed.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), Unreadable> {
    let whole = |encoding, skipped| whole(encoding, bytes, skipped).map(Cow::Owned);
    let found = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => (Cow::Borrowed(text), "UTF-8"),
            Err(error) => return Err(Unreadable::Encoding { offset: 3 + error.valid_up_to() }),
        },
        [0xFF, 0xFE, ..] => (whole(UTF_16LE, 2)?, "UTF-16LE"),
        [0xFE, 0xFF, ..] => (whole(UTF_16BE, 2)?, "UTF-16BE"),
        _ => match wide(bytes) {
            Some((encoding, name)) => (whole(encoding, 0)?, name),
            None => match std::str::from_utf8(bytes) {
                Ok(text) => (Cow::Borrowed(text), "UTF-8"),
                Err(error) => {
                    let offset = error.valid_up_to();
                    let before = std::str::from_utf8(&bytes[..offset]).unwrap_or_default();
                    // Syllables in UTF-8 before the first bad byte: it is damaged, no other encoding.
                    if before.contains(|letter| matches!(letter, '가'..='힣')) {
                        return Err(Unreadable::Encoding { offset });
                    }
                    (whole(EUC_KR, 0)?, "CP949")
                }
            },
        },
    };
    match found.0.find('\0') {
        Some(offset) => Err(Unreadable::Encoding { offset }),
        None => Ok(found),
    }
}

/// The kind of UTF-16 that zeros at every other place tell.
fn wide(bytes: &[u8]) -> Option<(&'static Encoding, &'static str)> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros =
        |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (high, low) = (zeros(0), zeros(1));
    // Delimiters and line ends alone make a tenth of the letters of a Korean table; a syllable may have a zero too.
    match high.max(low) * 20 >= sample.len() {
        true if low > high => Some((UTF_16LE, "UTF-16LE")),
        true if high > low => Some((UTF_16BE, "UTF-16BE")),
        _ => None,
    }
}

/// Bytes of one encoding as text, every one of them.
fn whole(encoding: &'static Encoding, bytes: &[u8], skipped: usize) -> Result<String, Unreadable> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let rest = &bytes[skipped..];
    let mut text = String::new();
    text.reserve(
        decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or_default(),
    );
    let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::Malformed(length, after) => {
            let back = usize::from(length) + usize::from(after);
            Err(Unreadable::Encoding { offset: skipped + read.saturating_sub(back) })
        }
        DecoderResult::OutputFull => Err(Unreadable::Encoding { offset: skipped + read }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, is_little: bool) -> Vec<u8> {
        let bytes = |unit: u16| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn each_encoding_is_known_and_a_bad_byte_is_named() {
        let text = "지표코드,값\r\n똠방각하,1\r\n";
        let cp949 = EUC_KR.encode(text).0.into_owned();
        let (little, big) = (utf16(text, true), utf16(text, false));
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (format!("\u{FEFF}{text}").into_bytes(), "UTF-8"),
            (cp949.clone(), "CP949"),
            ([&[0xFF, 0xFE][..], &little].concat(), "UTF-16LE"),
            ([&[0xFE, 0xFF][..], &big].concat(), "UTF-16BE"),
            (little, "UTF-16LE"),
            (big, "UTF-16BE"),
        ] {
            assert_eq!(decode(&bytes), Ok((Cow::Borrowed(text), name)), "{name}");
        }
        assert_eq!(decode(b"a,b\n"), Ok((Cow::Borrowed("a,b\n"), "UTF-8")));
        assert_eq!(decode(b""), Ok((Cow::Borrowed(""), "UTF-8")));
        let mut damaged = text.as_bytes().to_vec();
        damaged.insert(12, 0xFF);
        for (bytes, offset) in [
            (damaged, 12),
            ([&cp949[..], &[0xFF, b'1']].concat(), cp949.len()),
            (vec![0xEF, 0xBB, 0xBF, b'a', 0xC1], 4),
            ([&[0xFF, 0xFE][..], &utf16("a", true), &[0x00, 0xD8]].concat(), 4),
            (b"FIRMS\0,1,2,3,4,5,6,7,8,9,10,11,12".to_vec(), 5),
        ] {
            assert_eq!(decode(&bytes), Err(Unreadable::Encoding { offset }), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn korean_text_comes_back_from_each(text in "지표코드,값\n[가-힣a-z0-9 ,]{0,60}") {
            let cp949 = EUC_KR.encode(&text).0.into_owned();
            for bytes in [text.as_bytes().to_vec(), cp949, utf16(&text, true), utf16(&text, false)] {
                prop_assert_eq!(&decode(&bytes).unwrap().0, &text);
            }
        }
    }
}
