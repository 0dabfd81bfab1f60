//! What a workbook must pass before it is opened: an archive of bounded size, whose parts cannot
//! make the reader reserve or copy memory out of proportion to their size.
//!
//! Sizes are counted while unpacking, through one small buffer; what the archive declares is not
//! believed. The parts that the reader loads whole are looked at as well: the reader reserves what
//! the string table declares, and gives each cell style its own copy of its font's name, and each
//! sheet one of its path.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{MAX_ENTRIES, MAX_EXPANDED, MAX_RATIO, MAX_UPLOAD, RATIO_FREE, Unreadable};

/// Bytes unpacked at a time.
const BUFFER: usize = 64 * 1024;
/// Longest package relationships, in bytes.
const MAX_RELATIONS: usize = 64 * 1024;
/// Most strings that the string table may declare: every cell of a full sheet.
const MAX_STRINGS: u64 = 2_000_000;
/// Most tags in the string table; a string has at least four.
const MAX_STRING_TAGS: u64 = 8_000_000;

/// Refuses an archive that is no workbook, or too large.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    check_within(bytes, MAX_EXPANDED)
}

/// The same with another limit for the bytes unpacked.
pub(super) fn check_within(bytes: &[u8], limit: u64) -> Result<(), Unreadable> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_UPLOAD {
        return Err(Unreadable::TooLarge { limit: MAX_UPLOAD });
    }
    if !bytes.starts_with(b"PK\x03\x04") || listed_entries(bytes) > 2 * MAX_ENTRIES {
        return Err(Unreadable::NotAWorkbook);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotAWorkbook)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Unreadable::NotAWorkbook);
    }
    let mut buffer = vec![0; BUFFER];
    let mut expanded = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| Unreadable::NotAWorkbook)?;
        let packed = entry.compressed_size();
        let mut inspection =
            Inspection::of(entry.name().map_err(|_| Unreadable::NotAWorkbook)?.as_ref());
        let mut size = 0;
        loop {
            let read = entry.read(&mut buffer).map_err(|_| Unreadable::NotAWorkbook)?;
            if read == 0 {
                break;
            }
            let count = u64::try_from(read).unwrap_or(u64::MAX);
            size += count;
            expanded += count;
            let is_bomb = size > RATIO_FREE && size > packed.saturating_mul(MAX_RATIO);
            if is_bomb || expanded > limit {
                return Err(Unreadable::TooLarge { limit });
            }
            inspection.take(&buffer[..read])?;
        }
        inspection.finish()?;
    }
    Ok(())
}

/// Entries in the archive's directory, counted before the directory is loaded. Packed bytes look
/// like one now and then, hence the margin where this is compared.
fn listed_entries(bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|byte| *byte == b'P') {
        rest = &rest[start..];
        count += usize::from(rest.starts_with(b"PK\x01\x02"));
        rest = &rest[1..];
    }
    count
}

/// What is looked at in one part.
enum Inspection {
    /// Nothing: it is read in a stream, or not at all.
    None,
    /// Where the workbook is; must be the usual place, so that the other parts are known by name.
    Relations(Vec<u8>),
    /// Many small tags at most.
    Tags(Tags),
    /// The string table.
    Strings(Strings),
}

impl Inspection {
    fn of(name: &str) -> Self {
        let tags = |bytes, count, length| {
            Self::Tags(Tags { bytes, count, length, at: At::Text, current: 0 })
        };
        // The reader finds parts whatever their case and slashes.
        match name.replace('\\', "/").to_ascii_lowercase().as_str() {
            "_rels/.rels" => Self::Relations(Vec::new()),
            "xl/workbook.xml" | "xl/_rels/workbook.xml.rels" | "xl/theme/theme1.xml" => {
                tags(1024 * 1024, 20_000, 4096)
            }
            "xl/styles.xml" => tags(10 * 1024 * 1024, 50_000, 1024),
            "xl/sharedstrings.xml" => Self::Strings(Strings::default()),
            _ => Self::None,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let is_fit = match self {
            Self::None => true,
            Self::Relations(held) => {
                held.extend_from_slice(bytes);
                held.len() <= MAX_RELATIONS && is_plain_text(bytes)
            }
            Self::Tags(tags) => is_plain_text(bytes) && tags.take(bytes),
            Self::Strings(strings) => is_plain_text(bytes) && strings.take(bytes),
        };
        is_fit.then_some(()).ok_or(Unreadable::NotAWorkbook)
    }

    fn finish(self) -> Result<(), Unreadable> {
        let is_fit = match self {
            Self::None | Self::Tags(_) => true,
            Self::Relations(held) => is_usual_place(&String::from_utf8_lossy(&held)),
            Self::Strings(strings) => strings.is_modest(true),
        };
        is_fit.then_some(()).ok_or(Unreadable::NotAWorkbook)
    }
}

/// XML 1.0 knows no other control characters; this also refuses the encodings in which a tag would
/// not be found by its bytes.
fn is_plain_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// Whether the package says that its workbook is `xl/workbook.xml`, in plain words.
fn is_usual_place(relations: &str) -> bool {
    relations.split('<').filter(|tag| tag.contains("relationships/officeDocument")).all(|tag| {
        let mut targets = tag.split("Target=").skip(1);
        let target = targets.next().and_then(|rest| {
            let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            rest[1..].split(quote).next()
        });
        let target = target.map(|path| path.strip_prefix('/').unwrap_or(path));
        target == Some("xl/workbook.xml") && targets.next().is_none()
    })
}

/// Where in a part's text the count stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Text,
    /// After `<`.
    Opening,
    /// In a tag; the reader lets end tags have attributes too.
    Tag,
    /// In an attribute, until this quote.
    Value(u8),
    /// In a declaration, after a `?` or not.
    Declaration(bool),
}

/// How many tags a part has, and how long they are. Comments and the like could hide tags from this
/// count, and no program writes them into these parts, so they are refused.
struct Tags {
    bytes: usize,
    count: usize,
    length: usize,
    at: At,
    current: usize,
}

impl Tags {
    fn take(&mut self, bytes: &[u8]) -> bool {
        match self.bytes.checked_sub(bytes.len()) {
            Some(left) => self.bytes = left,
            None => return false,
        }
        bytes.iter().all(|byte| self.step(*byte))
    }

    fn step(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (At::Text, b'<') => {
                self.current = 0;
                match self.count.checked_sub(1) {
                    Some(left) => self.count = left,
                    None => return false,
                }
                At::Opening
            }
            (At::Text, _) => return true,
            (At::Opening, b'!') => return false,
            (At::Opening, b'?') => At::Declaration(true),
            (At::Declaration(true), b'>') => At::Text,
            (At::Declaration(_), _) => At::Declaration(byte == b'?'),
            (At::Opening | At::Tag, b'>') => At::Text,
            (At::Opening | At::Tag, b'"' | b'\'') => At::Value(byte),
            (At::Opening | At::Tag, _) => At::Tag,
            (At::Value(quote), _) if byte == quote => At::Tag,
            (at @ At::Value(_), _) => at,
        };
        self.current += 1;
        self.current <= self.length
    }
}

/// The string table: how many tags it has, and how many strings it declares.
#[derive(Default)]
struct Strings {
    tags: u64,
    /// The last bytes, in which a declaration may begin.
    tail: Vec<u8>,
}

/// Attribute of the string table by which the reader reserves memory.
const DECLARATION: &[u8] = b"uniqueCount";
/// Bytes within which the attribute's value must end.
const DECLARATION_LENGTH: usize = 128;

impl Strings {
    fn take(&mut self, bytes: &[u8]) -> bool {
        let tags = bytes.iter().filter(|byte| **byte == b'<').count();
        self.tags += u64::try_from(tags).unwrap_or(u64::MAX);
        self.tail.extend_from_slice(bytes);
        if !self.is_modest(false) {
            return false;
        }
        let kept = self.tail.len().saturating_sub(DECLARATION_LENGTH);
        self.tail.drain(..kept);
        self.tags <= MAX_STRING_TAGS
    }

    /// Whether every declaration in the held bytes is within the limit; one that has not ended is
    /// left for later, unless this is the end.
    fn is_modest(&self, is_end: bool) -> bool {
        let mut rest = self.tail.as_slice();
        while let Some(start) = rest.iter().position(|byte| *byte == DECLARATION[0]) {
            rest = &rest[start..];
            if let Some(after) = rest.strip_prefix(DECLARATION)
                && (is_end || rest.len() >= DECLARATION_LENGTH)
                && !is_modest_count(&after[..after.len().min(DECLARATION_LENGTH)])
            {
                return false;
            }
            rest = &rest[1..];
        }
        true
    }
}

/// Whether an attribute's value, of which the bytes after the name are given, is a number within
/// the limit; also where this is no attribute but text. One too long to be seen whole is not.
fn is_modest_count(after: &[u8]) -> bool {
    let text = String::from_utf8_lossy(after);
    let text = text.trim_start();
    let Some(value) = text.strip_prefix('=').map(str::trim_start) else {
        return !text.is_empty();
    };
    let Some(quote) = value.chars().next() else {
        return false;
    };
    if !matches!(quote, '"' | '\'') {
        return true;
    }
    match value[1..].split_once(quote) {
        Some((count, _)) => count
            .trim()
            .parse()
            .map_or(!count.bytes().any(|byte| byte.is_ascii_digit()), |count: u64| {
                count <= MAX_STRINGS
            }),
        None => false,
    }
}
