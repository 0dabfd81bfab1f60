//! The parts of a workbook: an archive whose entries are unpacked as they are read, all within one limit.
//!
//! What the archive declares is not believed: bytes are counted while unpacking, and no piece of XML may be
//! longer than [`MAX_PIECE`]. Parts that nothing asks for (pictures, macros) are not unpacked.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use quick_xml::XmlVersion;
use quick_xml::encoding::DecodingReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{MAX_ENTRIES, MAX_UPLOAD, Other, Unreadable};

/// Longest tag, text or comment, in bytes. A cell's text has 32,767 characters at most.
const MAX_PIECE: usize = 1024 * 1024;
/// What a tag costs of the bytes that may be unpacked, beside its own: millions of small ones take seconds.
const TAG: u64 = 32;
/// Deepest nesting of tags.
const MAX_DEPTH: usize = 64;
/// Longest text that is held of an element, in bytes; the rest is dropped.
pub(super) const MAX_HELD: usize = 200_000;

pub(super) const DAMAGED: Unreadable = Unreadable::NotAWorkbook(Other::Damaged);

/// A workbook's archive.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Entries by name: spreadsheets find them whatever their case.
    entries: HashMap<String, usize>,
    /// Bytes that may still be unpacked.
    left: Rc<Cell<u64>>,
    limit: u64,
}

impl<'a> Archive<'a> {
    /// Opens an archive of which so many bytes may be unpacked.
    pub(super) fn open(bytes: &'a [u8], limit: u64) -> Result<Self, Unreadable> {
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_UPLOAD {
            return Err(Unreadable::TooLarge { limit: MAX_UPLOAD });
        }
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(Unreadable::NotAWorkbook(other(bytes)));
        }
        if listed_entries(bytes) > 2 * MAX_ENTRIES {
            return Err(DAMAGED);
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
        if zip.len() > MAX_ENTRIES {
            return Err(DAMAGED);
        }
        let mut entries = HashMap::new();
        for index in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(index) {
                entries.entry(folded(&name)).or_insert(index);
            }
        }
        Ok(Self { zip, entries, left: Rc::new(Cell::new(limit)), limit })
    }

    /// Whether there is such a part.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(&folded(name))
    }

    /// Opens a part; none if there is none of that name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Xml<'_>>, Unreadable> {
        let Some(index) = self.entries.get(&folded(name)).copied() else { return Ok(None) };
        let entry = self.zip.by_index(index).map_err(|error| closed(&error))?;
        // Told before it is read: then it is a fault of reading like any other.
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(Unreadable::NotAWorkbook(Other::Packed));
        }
        let entry: Box<dyn Read + '_> = Box::new(entry);
        let counted = Counted { inner: entry, left: self.left.clone() };
        let pieces =
            Pieces { inner: DecodingReader::new(BufReader::new(counted)), left: MAX_PIECE };
        let mut reader = Reader::from_reader(pieces);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        Ok(Some(Xml {
            reader,
            buffer: Vec::with_capacity(1024),
            depth: 0,
            left: self.left.clone(),
            limit: self.limit,
        }))
    }

    /// Whether a part holds these bytes, as they are or in UTF-16.
    pub(super) fn mentions(&mut self, name: &str, word: &str) -> Result<bool, Unreadable> {
        let Some(mut part) = self.part(name)? else { return Ok(false) };
        let source = part.reader.get_mut();
        let mut held: Vec<u8> = Vec::new();
        loop {
            source.left = MAX_PIECE;
            let read = match source.fill_buf() {
                Ok(bytes) => {
                    held.extend_from_slice(bytes);
                    bytes.len()
                }
                Err(_) => return Err(part.fault()),
            };
            if read == 0 {
                return Ok(false);
            }
            source.consume(read);
            if held.windows(word.len()).any(|window| window == word.as_bytes()) {
                return Ok(true);
            }
            let kept = held.len().saturating_sub(word.len());
            held.drain(..kept);
        }
    }
}

/// Why a part cannot be opened.
fn closed(error: &ZipError) -> Unreadable {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Unreadable::NotAWorkbook(Other::Encrypted)
        }
        ZipError::UnsupportedArchive(_) => Unreadable::NotAWorkbook(Other::Packed),
        _ => DAMAGED,
    }
}

/// A part's name as names are compared.
fn folded(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
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

/// What a file is that is no archive.
pub(super) fn other(bytes: &[u8]) -> Other {
    let has = |word: &str| {
        let word: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(word.len()).any(|window| window == word)
    };
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = &start[..start.len().min(512)];
    match start {
        [] => Other::Empty,
        _ if start.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") => {
            // Documents of Word and Hangul (.doc, .hwp) come in the same container.
            if has("EncryptedPackage") {
                Other::Encrypted
            } else if has("Workbook") || has("Book") {
                Other::OldBook
            } else {
                Other::Unknown
            }
        }
        _ if start.trim_ascii_start().starts_with(b"<") => Other::Markup,
        [b'P', b'K', ..] => Other::Damaged,
        _ if super::encoding::decode(bytes).is_ok() => Other::Text,
        _ => Other::Unknown,
    }
}

/// Counts what is unpacked.
struct Counted<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        match self.left.get().checked_sub(count) {
            Some(left) => self.left.set(left),
            None => {
                self.left.set(0);
                return Err(io::Error::other("too large"));
            }
        }
        Ok(read)
    }
}

/// Lets no more than so many bytes through, until it is told to go on.
struct Pieces<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Pieces<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("too long a piece"));
        }
        let bytes = self.inner.fill_buf()?;
        Ok(&bytes[..bytes.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}

type Source<'z> = Pieces<DecodingReader<BufReader<Counted<Box<dyn Read + 'z>>>>>;

/// A part that is read tag by tag.
pub(super) struct Xml<'z> {
    reader: Reader<Source<'z>>,
    buffer: Vec<u8>,
    depth: usize,
    left: Rc<Cell<u64>>,
    limit: u64,
}

impl Xml<'_> {
    /// The next event, nothing at the end. An empty tag is a start and an end.
    pub(super) fn next(&mut self) -> Result<Option<Event<'_>>, Unreadable> {
        self.reader.get_mut().left = MAX_PIECE;
        self.buffer.clear();
        let (left, limit) = (&self.left, self.limit);
        let event =
            self.reader.read_event_into(&mut self.buffer).map_err(|_| fault(left, limit))?;
        match &event {
            Event::Start(_) if self.depth == MAX_DEPTH => return Err(DAMAGED),
            Event::Start(_) => {
                self.depth += 1;
                left.set(left.get().saturating_sub(TAG));
                if left.get() == 0 {
                    return Err(Unreadable::TooLarge { limit });
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            // Nothing that Excel writes or opens has one.
            Event::DocType(_) => return Err(Unreadable::NotAWorkbook(Other::DocumentType)),
            Event::Eof => return Ok(None),
            _ => {}
        }
        Ok(Some(event))
    }

    /// How many tags are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The text up to the end of the tag that has just been opened, of that tag alone.
    pub(super) fn text(&mut self) -> Result<String, Unreadable> {
        let (end, mut text) = (self.depth, String::new());
        loop {
            let depth = self.depth;
            let event = self.next()?.ok_or(DAMAGED)?;
            match event {
                Event::End(_) if depth == end => return Ok(text),
                _ if depth > end || text.len() > MAX_HELD => {}
                Event::Text(piece) => text.push_str(&piece.xml10_content()),
                Event::CData(piece) => text.push_str(&piece.xml10_content()),
                Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|_| DAMAGED)? {
                    Some(letter) => text.push(letter),
                    None => text.push_str(match &*name {
                        "lt" => "<",
                        "gt" => ">",
                        "amp" => "&",
                        "quot" => "\"",
                        "apos" => "'",
                        _ => return Err(DAMAGED),
                    }),
                },
                _ => {}
            }
        }
    }

    /// Goes on behind the end of the tag that has just been opened.
    pub(super) fn skip(&mut self) -> Result<(), Unreadable> {
        let end = self.depth;
        while self.depth >= end {
            self.next()?.ok_or(DAMAGED)?;
        }
        Ok(())
    }

    fn fault(&self) -> Unreadable {
        fault(&self.left, self.limit)
    }
}

/// What a reading that failed has failed of.
fn fault(left: &Cell<u64>, limit: u64) -> Unreadable {
    if left.get() == 0 { Unreadable::TooLarge { limit } } else { DAMAGED }
}

/// An attribute of a tag, whatever its prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Unreadable> {
    for found in tag.attributes().with_checks(false) {
        let found = found.map_err(|_| DAMAGED)?;
        if found.key.local_name().as_ref() == name && !found.key.as_ref().starts_with("xmlns") {
            let value = found.normalized_value(XmlVersion::Implicit1_0).map_err(|_| DAMAGED)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}
