//! What a file is, by its content; its name has to say the same. To add a kind: a line in [`KINDS`].

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use zip::ZipArchive;

/// By what a content is known.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// It begins with one of these.
    Begins(&'static [&'static [u8]]),
    /// An archive (ZIP) that has this part.
    Part(&'static str),
    /// An archive (ZIP) whose part `mimetype` says this.
    Says(&'static str),
    /// A compound file (as of older office programs) that holds this.
    Compound(&'static [u8]),
    /// Text in UTF-8 or CP949, of which no byte is NUL, or in UTF-16 with its mark.
    Text,
}

/// Extension, media type (RFC 6838) and what its content is known by: documents and pictures that people open and read,
/// nothing that runs.
const KINDS: &[(&str, &str, Sign)] = &[
    ("pdf", "application/pdf", Sign::Begins(&[b"%PDF-"])),
    ("hwp", "application/x-hwp", Sign::Compound(b"HWP Document File")),
    ("hwpx", "application/hwp+zip", Sign::Says("application/hwp+zip")),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Sign::Part("word/document.xml"),
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Sign::Part("xl/workbook.xml"),
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Sign::Part("ppt/presentation.xml"),
    ),
    (
        "odt",
        "application/vnd.oasis.opendocument.text",
        Sign::Says("application/vnd.oasis.opendocument.text"),
    ),
    (
        "ods",
        "application/vnd.oasis.opendocument.spreadsheet",
        Sign::Says("application/vnd.oasis.opendocument.spreadsheet"),
    ),
    (
        "odp",
        "application/vnd.oasis.opendocument.presentation",
        Sign::Says("application/vnd.oasis.opendocument.presentation"),
    ),
    ("png", "image/png", Sign::Begins(&[b"\x89PNG\r\n\x1a\n"])),
    ("jpg", "image/jpeg", Sign::Begins(&[b"\xff\xd8\xff"])),
    ("jpeg", "image/jpeg", Sign::Begins(&[b"\xff\xd8\xff"])),
    ("tif", "image/tiff", Sign::Begins(&[b"II*\0", b"MM\0*"])),
    ("tiff", "image/tiff", Sign::Begins(&[b"II*\0", b"MM\0*"])),
    ("csv", "text/csv", Sign::Text),
    ("txt", "text/plain", Sign::Text),
];

/// First bytes of a compound file.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Most parts of an archive that is looked into.
const MAX_PARTS: usize = 20_000;
/// Bytes that are looked at at a time.
const PIECE: usize = 64 * 1024;

/// Extensions of the kinds that are taken.
pub fn extensions() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(extension, ..)| *extension)
}

/// Whether a name ends like a kind that is taken.
pub fn is_known(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, end)| end);
    extensions().any(|kind| kind.eq_ignore_ascii_case(extension))
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It holds nothing.
    Empty,
    /// Its name ends like no kind that is taken.
    Unknown,
    /// It is not what its name says.
    Mismatch,
}

/// The media type of a file that is kept under `path` and called `name`.
///
/// # Errors
/// The system's own; in the answer, why it is not taken.
pub fn of(path: &Path, name: &str) -> io::Result<Result<&'static str, Refused>> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(Err(Refused::Empty));
    }
    let extension = name.rsplit_once('.').map_or("", |(_, end)| end);
    let known = KINDS.iter().find(|(kind, ..)| kind.eq_ignore_ascii_case(extension));
    let Some((_, media_type, sign)) = known else { return Ok(Err(Refused::Unknown)) };
    let fits = match sign {
        Sign::Begins(starts) => {
            let head = head(&mut file)?;
            starts.iter().any(|start| head.starts_with(start))
        }
        Sign::Part(part) => archive(file)?.is_some_and(|zip| zip.index_for_name(part).is_some()),
        Sign::Says(expected) => archive(file)?.is_some_and(|mut zip| {
            let mut said = String::new();
            let most = expected.len() as u64 + 2;
            let part = zip.by_name("mimetype").ok();
            part.is_some_and(|part| part.take(most).read_to_string(&mut said).is_ok())
                && said.trim_end() == *expected
        }),
        Sign::Compound(needle) => {
            head(&mut file)?.starts_with(COMPOUND) && count(&mut file, needle, 1)? > 0
        }
        Sign::Text => {
            let head = head(&mut file)?;
            let is_wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
            is_wide || count(&mut file, b"\0", 1)? == 0
        }
    };
    Ok(if fits { Ok(media_type) } else { Err(Refused::Mismatch) })
}

fn head(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(16).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head)
}

/// How often a file holds some bytes, counted up to `most`.
fn count(file: &mut File, needle: &[u8], most: usize) -> io::Result<usize> {
    let mut found = 0;
    let mut window = Vec::with_capacity(2 * PIECE);
    while found < most && file.take(PIECE as u64).read_to_end(&mut window)? > 0 {
        found += window.windows(needle.len()).filter(|piece| *piece == needle).count();
        // What may begin here and end in the next piece.
        let kept = window.len().min(needle.len() - 1);
        window.drain(..window.len() - kept);
    }
    file.rewind()?;
    Ok(found)
}

/// An archive; none if it is no sound one, or has more parts than any document.
fn archive(mut file: File) -> io::Result<Option<ZipArchive<File>>> {
    // The parts are counted before their directory is loaded.
    let is_one = head(&mut file)?.starts_with(b"PK\x03\x04")
        && count(&mut file, b"PK\x01\x02", MAX_PARTS)? < MAX_PARTS;
    Ok(is_one.then(|| ZipArchive::new(file).ok()).flatten())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Refused, of};

    fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_file_is_what_it_holds_and_its_name_says_so() {
        let hwp =
            [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 70_000], b"HWP Document File V5"]
                .concat();
        let doc = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 70_000]].concat();
        let many = b"PK\x01\x02".repeat(30_000);
        let bomb = [b"PK\x03\x04".as_slice(), &many].concat();
        for (name, content, expected) in [
            ("보도자료.pdf", b"%PDF-1.7\n".to_vec(), Ok("application/pdf")),
            ("REPORT.PDF", b"%PDF-1.7\n".to_vec(), Ok("application/pdf")),
            ("report.pdf", b"<html>".to_vec(), Err(Refused::Mismatch)),
            ("report.pdf", Vec::new(), Err(Refused::Empty)),
            ("회의록.hwp", hwp.clone(), Ok("application/x-hwp")),
            ("회의록.hwp", doc, Err(Refused::Mismatch)),
            ("회의록.hwpx", zip(&[("mimetype", "application/hwp+zip")]), Ok("application/hwp+zip")),
            ("회의록.hwpx", zip(&[("mimetype", "application/epub+zip")]), Err(Refused::Mismatch)),
            ("회의록.hwpx", zip(&[("mimetype", &"x".repeat(1_000_000))]), Err(Refused::Mismatch)),
            (
                "table.xlsx",
                zip(&[("xl/workbook.xml", "")]),
                Ok("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ),
            ("table.xlsx", zip(&[("word/document.xml", "")]), Err(Refused::Mismatch)),
            ("table.xlsx", bomb, Err(Refused::Mismatch)),
            ("table.xlsx", b"PK\x03\x04".to_vec(), Err(Refused::Mismatch)),
            ("values.csv", "기관,값\n".into(), Ok("text/csv")),
            ("values.csv", b"\xb1\xe2\xb0\xfc,1\n".to_vec(), Ok("text/csv")),
            ("values.csv", b"\xff\xfea\0,\0".to_vec(), Ok("text/csv")),
            ("values.csv", b"a\0b".to_vec(), Err(Refused::Mismatch)),
            ("photo.jpg", b"\xff\xd8\xff\xe0".to_vec(), Ok("image/jpeg")),
            ("page.html", b"<html>".to_vec(), Err(Refused::Unknown)),
            ("run.exe", b"MZ".to_vec(), Err(Refused::Unknown)),
            ("no extension", b"%PDF-".to_vec(), Err(Refused::Unknown)),
        ] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&content).unwrap();
            assert_eq!(of(file.path(), name).unwrap(), expected, "{name}");
        }
    }
}
