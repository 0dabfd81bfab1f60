//! Files made to hurt, and files that are something else.

use super::*;

fn refused(bytes: &[u8]) -> Unreadable {
    read_book(bytes, &form()).unwrap_err()
}

/// The template with one part changed.
fn with_part(part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    repacked(&write_xlsx(&form()).unwrap(), |name, text| {
        Some(if name == part { change(text) } else { text })
    })
}

const DAMAGED: Unreadable = Unreadable::NotAWorkbook(Other::Damaged);

#[test]
fn another_kind_of_file_is_named() {
    let book = write_xlsx(&form()).unwrap();
    let other = repacked(&book, |name, text| (!name.starts_with("xl/")).then_some(text));
    let binary = repacked(&book, |name, text| {
        Some(if name == "_rels/.rels" {
            text.replace("workbook.xml", "workbook.bin")
        } else {
            text
        })
    });
    let ole = |word: &str| {
        let word = word.encode_utf16().flat_map(u16::to_le_bytes);
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".iter().copied().chain(word).collect::<Vec<u8>>()
    };
    let mut ods = ZipWriter::new(Cursor::new(Vec::new()));
    ods.start_file("mimetype", SimpleFileOptions::default()).unwrap();
    ods.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    let ods = ods.finish().unwrap().into_inner();
    let mut damaged = book.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0);
    for (bytes, kind) in [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".as_slice(), Other::Unknown),
        (b"\x9b DRMONE  This Document is encrypted", Other::Unknown),
        (b"", Other::Empty),
        (b"PK", Other::Damaged),
        (b"PK\x03\x04", Other::Damaged),
        (&ole("EncryptedPackage"), Other::Encrypted),
        (&ole("Workbook"), Other::OldBook),
        (&ole("Book"), Other::OldBook),
        (&ole("WordDocument"), Other::Unknown),
        (&ole("HwpSummaryInformation"), Other::Unknown),
        (&binary, Other::BinaryBook),
        (&ods, Other::OpenDocument),
        (b"\r\n<html><table>", Other::Markup),
        (b"\xEF\xBB\xBF<?xml version=\"1.0\"?>", Other::Markup),
        ("지표코드,값\nFIRMS,1\n".as_bytes(), Other::Text),
        (b"\xFF\xFEa\0,\0", Other::Text),
        (&book[..book.len() - 10], Other::Damaged),
        (&book[..book.len() / 2], Other::Damaged),
        (&other, Other::Unknown),
        (&damaged, Other::Damaged),
    ] {
        assert_eq!(refused(bytes), Unreadable::NotAWorkbook(kind));
    }
    let large = vec![b' '; usize::try_from(MAX_UPLOAD).unwrap() + 1];
    assert_eq!(refused(&large), Unreadable::TooLarge { limit: MAX_UPLOAD });
}

/// An archive with one entry of spaces.
fn spaces(bytes: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(6));
    writer.start_file("_rels/.rels", options).unwrap();
    writer.write_all(&vec![b' '; bytes]).unwrap();
    writer.finish().unwrap().into_inner()
}

/// An archive of one megabyte that unpacks to a gibibyte. In the packed form of equal bytes a zero
/// byte stands for four times the longest repetition, 1,032 bytes, so more zeros make a larger one
/// without packing it.
fn bomb() -> Vec<u8> {
    let mut bytes = spaces(1024 * 1024);
    let more = vec![0; 1024 * 1024 * 1024 / 1032];
    let zeros = bytes.windows(64).position(|window| window == [0; 64]).unwrap();
    bytes.splice(zeros..zeros, more.iter().copied());
    let find = |bytes: &[u8], tag| bytes.windows(4).rposition(|it| it == tag).unwrap();
    let (listing, end) = (find(&bytes, b"PK\x01\x02"), find(&bytes, b"PK\x05\x06"));
    let longer = u32::try_from(more.len()).unwrap();
    let grown = [(18, 1), (22, 1032), (listing + 20, 1), (listing + 24, 1032), (end + 16, 1)];
    for (field, times) in grown {
        let old = u32::from_le_bytes(bytes[field..field + 4].try_into().unwrap());
        bytes[field..field + 4].copy_from_slice(&(old + longer * times).to_le_bytes());
    }
    bytes
}

#[test]
fn a_bomb_is_refused() {
    let bytes = bomb();
    assert!(bytes.len() < 1_100_000);
    // A single text of that length is not even unpacked to the limit.
    assert_eq!(refused(&bytes), DAMAGED);
    let long = with_part(TOTALS_XML, |text| {
        text.replacen("<sheetData>", &format!("<sheetData>{}", "<row/>".repeat(100_000)), 1)
    });
    let mut book = book::Book::open_within(&long, 600_000).unwrap();
    let read = book.rows(layout::Tab::Totals, &mut |_, _| Ok(book::Next::Row));
    assert_eq!(read, Err(Unreadable::TooLarge { limit: 600_000 }));
}

#[test]
fn millions_of_small_tags_and_of_equal_ranges_are_refused() {
    // Each of them costs time, however few bytes it is sent or unpacked with.
    let runs = with_part("xl/sharedStrings.xml", |text| {
        text.replacen("<si>", &format!("<si>{}", "<r><t>a</t></r>".repeat(3_500_000)), 1)
    });
    assert_eq!(refused(&runs), Unreadable::TooLarge { limit: MAX_EXPANDED });
    let ranges = with_part(PARTS_XML, |text| {
        let ranges = "<mergeCell ref=\"A1:XFD1048576\"/>".repeat(5_000);
        text.replacen("</sheetData>", &format!("</sheetData><mergeCells>{ranges}</mergeCells>"), 1)
    });
    assert!(matches!(refused(&ranges), Unreadable::TooManyMerged { .. }));
}

#[test]
fn what_an_archive_declares_is_not_believed() {
    let mut bytes = spaces(3_000_000);
    let listing = bytes.windows(4).rposition(|it| it == b"PK\x01\x02").unwrap();
    for field in [22, listing + 24] {
        bytes[field..field + 4].copy_from_slice(&1_u32.to_le_bytes());
    }
    assert!(book::Book::open_within(&bytes, 2_999_999).is_err());
}

#[test]
fn parts_are_counted_together_and_what_is_not_read_is_not() {
    let book = write_xlsx(&form()).unwrap();
    assert!(book::Book::open_within(&book, 60_000).is_ok());
    let limit = Unreadable::TooLarge { limit: 6_000 };
    assert_eq!(book::Book::open_within(&book, 6_000).err(), Some(limit));
    let mut archive = zip::ZipWriter::new_append(Cursor::new(book)).unwrap();
    for number in 0..300 {
        archive
            .start_file(format!("xl/media/image{number}.png"), SimpleFileOptions::default())
            .unwrap();
        archive.write_all(&[7; 10_000]).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(book::Book::open_within(&bytes, 60_000).is_ok(), "pictures are not unpacked");
}

#[test]
fn an_archive_of_many_entries_is_refused() {
    for entries in [MAX_ENTRIES + 1, 2 * MAX_ENTRIES + 1] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..entries {
            writer.start_file(format!("{number}"), SimpleFileOptions::default()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        assert_eq!(refused(&bytes), DAMAGED);
    }
}

#[test]
fn tables_and_nesting_have_limits() {
    let styles = with_part("xl/styles.xml", |text| {
        text.replacen("</cellXfs>", &format!("{}</cellXfs>", "<xf/>".repeat(100_000)), 1)
    });
    assert_eq!(refused(&styles), DAMAGED);
    // As many as Excel itself has are read.
    let styles = with_part("xl/styles.xml", |text| {
        text.replacen("</cellXfs>", &format!("{}</cellXfs>", "<xf/>".repeat(65_490)), 1)
    });
    assert!(read_book(&styles, &form()).is_ok());
    let strings = with_part("xl/sharedStrings.xml", |text| {
        text.replacen("</sst>", &format!("{}</sst>", "<si/>".repeat(2_000_000)), 1)
    });
    assert_eq!(refused(&strings), DAMAGED);
    // What a table declares reserves nothing.
    let declared = with_part("xl/sharedStrings.xml", |text| {
        text.replacen("<sst ", "<sst uniqueCount=\"99999999999\" count2=\"x\" ", 1)
    });
    assert_eq!(read_book(&declared, &form()).map(|(placed, _)| placed.len()), Ok(5));
    for nested in
        ["<a>".repeat(100), "<a>".repeat(1_000_000), format!("<!--{}-->", "x".repeat(2_000_000))]
    {
        let bytes = with_part(TOTALS_XML, |text| {
            text.replacen("<sheetData>", &format!("{nested}<sheetData>"), 1)
        });
        assert_eq!(refused(&bytes), DAMAGED);
    }
    let doctype = with_part("xl/sharedStrings.xml", |text| {
        text.replacen("<sst ", "<!DOCTYPE x [<!ENTITY a \"b\">]><sst ", 1)
    });
    assert_eq!(refused(&doctype), Unreadable::NotAWorkbook(Other::DocumentType));
}

#[test]
fn positions_beyond_any_sheet_do_no_harm() {
    for position in ["ZZZZZZZZZZZZZZ1", "A99999999999999999999", "A0", "가1", "XFE1048577", ""] {
        let bytes = with_part(TOTALS_XML, |text| {
            text.replacen(
                "<sheetData>",
                &format!("<sheetData><row><c r=\"{position}\"><v>1</v></c></row>"),
                1,
            )
        });
        let _ = read_book(&bytes, &form());
    }
    let bytes = with_part(TOTALS_XML, |text| {
        let at = text.find("<dimension ref=\"").unwrap();
        format!("{}<dimension ref=\"D9:A1\"/>{}", &text[..at], &text[at..])
    });
    let _ = read_book(&bytes, &form());
}
