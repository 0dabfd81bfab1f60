//! Global ids: opaque to callers; inside, the two-letter tag of a type and a UUID, in 24 characters of
//! base64url without padding. A tag is never reused for another type.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Length of an encoded id.
const LENGTH: usize = 24;

/// The id of a row.
pub fn encode(tag: [u8; 2], key: Uuid) -> String {
    let mut text = String::with_capacity(LENGTH);
    write(tag, key.as_bytes(), &mut text);
    text
}

/// Writes the id of a row to the end of `out`.
pub fn write(tag: [u8; 2], key: &[u8; 16], out: &mut String) {
    let mut bytes = [0; 18];
    bytes[..2].copy_from_slice(&tag);
    bytes[2..].copy_from_slice(key);
    URL_SAFE_NO_PAD.encode_string(bytes, out);
}

/// Tag and key of an id; none if the text is no id of ours.
pub fn decode(text: &str) -> Option<([u8; 2], Uuid)> {
    if text.len() != LENGTH {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (tag, key) = bytes.split_first_chunk::<2>()?;
    Some((*tag, Uuid::from_slice(key).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_round_trips_and_other_text_is_refused() {
        let key = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);
        let id = encode(*b"ME", key);
        assert_eq!(decode(&id), Some((*b"ME", key)));
        for text in ["", "1", "ME", &id[..23], "!!!!!!!!!!!!!!!!!!!!!!!!"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
