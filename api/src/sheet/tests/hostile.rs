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

#[test]
fn another_kind_of_file_is_no_workbook() {
    let book = write_xlsx(&form()).unwrap();
    let other = repacked(&book, |name, text| (!name.starts_with("xl/")).then_some(text));
    let mut damaged = book.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0);
    for bytes in [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".as_slice(),
        b"",
        b"PK",
        b"PK\x03\x04",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 an encrypted or old workbook",
        "지표코드,값\nFIRMS,1\n".as_bytes(),
        &book[..book.len() - 10],
        &book[..book.len() / 2],
        &other,
        &damaged,
    ] {
        assert_eq!(refused(bytes), Unreadable::NotAWorkbook);
    }
    let large = vec![b' '; usize::try_from(MAX_UPLOAD).unwrap() + 1];
    assert_eq!(refused(&large), Unreadable::TooLarge { limit: MAX_UPLOAD });
}

/// An archive with one entry of spaces.
fn spaces(bytes: usize) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(6));
    writer.start_file("xl/worksheets/sheet1.xml", options).unwrap();
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
    assert_eq!(refused(&bytes), Unreadable::TooLarge { limit: MAX_EXPANDED });
}

#[test]
fn what_an_archive_declares_is_not_believed() {
    let mut bytes = spaces(3_000_000);
    let listing = bytes.windows(4).rposition(|it| it == b"PK\x01\x02").unwrap();
    for field in [22, listing + 24] {
        bytes[field..field + 4].copy_from_slice(&1_u32.to_le_bytes());
    }
    assert!(guard::check_within(&bytes, 2_999_999).is_err());
}

#[test]
fn parts_are_counted_together() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..4 {
        writer.start_file(format!("{number}.xml"), SimpleFileOptions::default()).unwrap();
        writer.write_all(&[b' '; 1000]).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(guard::check_within(&bytes, 4000), Ok(()));
    assert_eq!(guard::check_within(&bytes, 3999), Err(Unreadable::TooLarge { limit: 3999 }));
}

#[test]
fn an_archive_of_many_entries_is_refused() {
    for entries in [MAX_ENTRIES + 1, 2 * MAX_ENTRIES + 1] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..entries {
            writer.start_file(format!("{number}"), SimpleFileOptions::default()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        assert_eq!(refused(&bytes), Unreadable::NotAWorkbook);
    }
}

#[test]
fn a_string_table_cannot_reserve_what_it_likes() {
    let strings = "xl/sharedStrings.xml";
    for count in ["99999999999", "2000001", "00000000000000002000001", "18446744073709551616"] {
        for quote in ['"', '\''] {
            let bytes = with_part(strings, |text| {
                let space = " ".repeat(40);
                text.replacen(
                    "<sst ",
                    &format!("<sst uniqueCount {space}={quote}{count}{quote} "),
                    1,
                )
            });
            assert_eq!(refused(&bytes), Unreadable::NotAWorkbook, "{count}");
        }
    }
    let far = with_part(strings, |text| {
        let space = " ".repeat(200_000);
        text.replacen("<sst ", &format!("<sst uniqueCount{space}=\"99999999999\" "), 1)
    });
    assert_eq!(refused(&far), Unreadable::NotAWorkbook);
    // At any offset of the buffer it is seen.
    for shift in (65_400..65_540).step_by(7) {
        let bytes = with_part(strings, |text| {
            let space = " ".repeat(shift);
            text.replacen("<sst ", &format!("<sst {space}uniqueCount=\"99999999999\" "), 1)
        });
        assert_eq!(refused(&bytes), Unreadable::NotAWorkbook);
    }
    // As a text it is harmless.
    let mut form = form();
    form.cells[0].comment = "uniqueCount 와 uniqueCount=\"12\"".into();
    assert!(read_book(&write_xlsx(&form).unwrap(), &form).is_ok());
}

#[test]
fn styles_and_sheets_cannot_multiply_a_long_text() {
    let name = "x".repeat(2_000);
    let long_font = format!("<font><name val=\"{name}\"/></font></fonts>");
    let hidden = [
        long_font.clone(),
        // What would hide the long name from a count that knows no comments or declarations.
        format!("<!-- \" -->{long_font}"),
        format!("<?a > <b x=\" ?>{long_font}"),
        format!("<font><name val=\"{}\"/></font></fonts>", "x>".repeat(1_000)),
        format!("<font><name val=\"{}\"/></font></fonts>", "<a>'".repeat(1_000)),
    ];
    for font in hidden {
        let bytes = with_part("xl/styles.xml", |text| text.replacen("</fonts>", &font, 1));
        assert_eq!(refused(&bytes), Unreadable::NotAWorkbook);
    }
    let many = "<xf/>".repeat(50_000);
    let bytes = with_part("xl/styles.xml", |text| {
        text.replacen("</cellXfs>", &format!("{many}</cellXfs>"), 1)
    });
    assert_eq!(refused(&bytes), Unreadable::NotAWorkbook);
    let many = "<sheet name=\"a\" r:id=\"rId1\"/>".repeat(20_000);
    let bytes = with_part("xl/workbook.xml", |text| {
        text.replacen("</sheets>", &format!("{many}</sheets>"), 1)
    });
    assert_eq!(refused(&bytes), Unreadable::NotAWorkbook);
}

#[test]
fn the_workbook_must_be_at_its_usual_place() {
    for target in ["xl/other.xml", "./xl/workbook.xml", "xl/workbook.xml\" Target=\"evil.xml"] {
        let bytes = with_part("_rels/.rels", |text| {
            assert!(text.contains("Target=\"xl/workbook.xml\""));
            text.replace("xl/workbook.xml", target)
        });
        assert_eq!(refused(&bytes), Unreadable::NotAWorkbook, "{target}");
    }
    let absolute =
        with_part("_rels/.rels", |text| text.replace("\"xl/workbook.xml\"", "'/xl/workbook.xml'"));
    assert!(read_book(&absolute, &form()).is_ok());
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
