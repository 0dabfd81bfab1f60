//! Numbers as people see them, merged cells, and what else spreadsheets write into workbooks.

use super::*;

fn template() -> Vec<u8> {
    write_xlsx(&form()).unwrap()
}

/// The template with some formats beside its own, and cells that have them: the style's attribute is planted
/// with the cell, from the number of styles that there were.
fn formatted(part: &str, cells: &[(&str, &str, &str)]) -> Vec<u8> {
    let codes: Vec<&str> = cells.iter().map(|(_, code, _)| *code).collect();
    let mut first = 0;
    let book = template();
    let mut archive = ZipArchive::new(Cursor::new(&book)).unwrap();
    let mut styles = String::new();
    archive.by_name("xl/styles.xml").unwrap().read_to_string(&mut styles).unwrap();
    let formats = styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap();
    first += formats.matches("<xf ").count();
    let book = repacked(&book, |name, text| {
        if name != "xl/styles.xml" {
            return Some(text);
        }
        let escaped =
            |code: &str| code.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let added: String = (900..)
            .zip(&codes)
            .map(|(id, code)| {
                format!("<numFmt numFmtId=\"{id}\" formatCode=\"{}\"/>", escaped(code))
            })
            .collect();
        let used: String =
            (900..).zip(&codes).map(|(id, _)| format!("<xf numFmtId=\"{id}\"/>")).collect();
        let text = text.replacen("</numFmts>", &format!("{added}</numFmts>"), 1);
        assert!(text.contains(&added));
        Some(text.replacen("</cellXfs>", &format!("{used}</cellXfs>"), 1))
    });
    repacked(&book, |name, mut text| {
        if name == part {
            for (index, (cell, _, body)) in cells.iter().enumerate() {
                let start = text.find(&format!("<c r=\"{cell}\"")).unwrap();
                let tag_end = start + text[start..].find('>').unwrap();
                let end = match text[..tag_end].ends_with('/') {
                    true => tag_end + 1,
                    false => tag_end + text[tag_end..].find("</c>").unwrap() + 4,
                };
                let style = first + index;
                text = format!(
                    "{}<c r=\"{cell}\" s=\"{style}\">{body}</c>{}",
                    &text[..start],
                    &text[end..]
                );
            }
        }
        Some(text)
    })
}

#[test]
fn a_number_is_what_its_format_shows() {
    for (code, value, taken, told) in [
        ("0%", "0.9", "90", None),
        ("0.0%", "0.913", "91.3", None),
        ("0.00%;[Red]-0.00%", "-0.0715", "-7.15", None),
        ("0\"%\"", "90", "90", None),
        ("0\\%", "90", "90", None),
        ("General", "91.299999999999997", "91.3", None),
        // What sums of fractions leave behind, which no cell shows.
        ("General", "99.9999999999986", "100", Some("칸에 보이는 대로 100")),
        ("General", "-91.3000000000001", "-91.3", Some("칸에 보이는 대로 -91.3")),
        ("General", "33.3333333333333", "33.3333333333333", None),
        ("0.0", "91.25", "91.3", Some("칸에 보이는 대로 91.3")),
        ("0%", "0.91299999999999992", "91.3", Some("91%(으)로 보이는 칸이라, 저장된 값 91.3%")),
        ("0%", "0.905", "90.5", Some("91%(으)로 보이는")),
        ("0.0%", "0.905", "90.5", None),
        ("0", "90.5", "90.5", Some("91(으)로 보이는")),
        ("0.0", "90.5", "90.5", None),
        ("#,##0", "1234.5", "1234.5", Some("1235(으)로 보이는")),
        ("0.00E+00", "1234.5", "1234.5", Some("1.23E+03(으)로 보이는")),
        ("0.00E+00", "1230", "1230", None),
        ("##0.0E+0", "12300", "12300", None),
        ("0E+0", "0.05", "0.05", None),
        ("# ?/?", "0.5", "0.5", None),
        ("# ?/?", "12.3", "12.3", Some("12 2/7(으)로 보이는")),
        ("# ?/8", "0.3", "0.3", Some("2/8(으)로 보이는")),
        ("@", "90.5", "90.5", None),
        (";;;", "90.5", "90.5", Some("보이지 않는 칸이라")),
        ("0.0;[Red]0.0", "-5.5", "-5.5", Some("5.5(으)로 보이는")),
        ("0.0;\"-\"", "0", "0", None),
        ("0%", "0.91255", "91", Some("칸에 보이는 대로 91")),
        ("0.00", "91.25", "91.25", None),
        ("General", "91.25", "91.25", None),
        ("_-* #,##0.0_-", "1234.5", "1234.5", None),
        ("[>1]0;0%", "0.5", "50", None),
    ] {
        let body = format!("<v>{value}</v>");
        for (part, sheet, at) in [(TOTALS_XML, "합계", "G8"), (PARTS_XML, "내역", "G6")] {
            let (placed, problems) =
                read_book(&formatted(part, &[(at, code, &body)]), &form()).unwrap();
            let rate = placed.iter().find(|it| it.cell.indicator == "RATE").unwrap();
            assert_eq!(
                (rate.cell.value.as_str(), rate.is_faulty),
                (taken, false),
                "{code} {value}"
            );
            let place = format!("{sheet} {at}");
            let expected: Vec<_> = told.map(|piece| (place.as_str(), piece)).into_iter().collect();
            assert_problems(&problems, &expected);
            assert!(problems.iter().all(|it| it.severity == Severity::Info));
        }
    }
}

#[test]
fn a_percentage_a_date_and_thousands_are_told_where_none_are_asked_for() {
    for (at, code, value, taken, severity, piece) in [
        ("G5", "0%", "0.9", "0.9", Severity::Error, "90%로 보이는"),
        ("G6", "0.0%", "12", "12", Severity::Error, "1200%로 보이는"),
        ("G7", "0%", "0.5", "0.5", Severity::Error, "50%로 보이는"),
        ("G5", "yyyy-mm-dd", "46295", "2026-09-30", Severity::Error, "날짜(2026-09-30)"),
        ("G5", "[h]:mm", "1.5", "36:00", Severity::Error, "시간(36:00)"),
        ("G5", "h:mm", "0.5", "12:00", Severity::Error, "시간(12:00)"),
        ("G5", "yyyy-mm-dd h:mm", "46295.75", "2026-09-30 18:00:00", Severity::Error, "날짜"),
        // What is no whole number is taken as the cell shows it, where it shows one.
        ("G5", "0", "10.4", "10", Severity::Info, "칸에 보이는 대로 10"),
        ("G5", "General", "300.0000000001", "300", Severity::Info, "칸에 보이는 대로 300"),
        ("G6", "#,##0", "3333.5", "3334", Severity::Info, "칸에 보이는 대로 3334"),
        ("G6", "#,##0,", "1234567", "1234567", Severity::Warning, "1235(으)로 보이는"),
        ("G6", "#,##0,", "3300000000", "3300000000", Severity::Warning, "3300000(으)로 보이는"),
        ("G6", "0.0,", "5000", "5000", Severity::Warning, "5(으)로 보이는"),
        ("G6", "#,##0.0,,", "-3300000000", "-3300000000", Severity::Warning, "-3300(으)로 보이는"),
        // Where the cell says that they are thousands, they are told if it shows less than the number.
        ("G6", "#,##0,,\"백만원\"", "1200000", "1200000", Severity::Info, "1백만원(으)로 보이는"),
    ] {
        let book = formatted(TOTALS_XML, &[(at, code, &format!("<v>{value}</v>"))]);
        let (placed, problems) = read_book(&book, &form()).unwrap();
        let place = format!("합계 {at}");
        assert_problems(&problems, &[(&place, piece)]);
        assert_eq!(problems[0].severity, severity);
        let it = placed.iter().find(|it| it.place().to_string() == place).unwrap();
        assert_eq!(
            (it.cell.value.as_str(), it.is_faulty),
            (taken, severity == Severity::Error),
            "{code}"
        );
    }
    let said = formatted(TOTALS_XML, &[("G6", "#,##0.0,,\"백만\"", "<v>3300000000</v>")]);
    assert_eq!(read_book(&said, &form()).unwrap().1, vec![]);
    // A unit may say that percentages are asked for, whatever the type.
    for unit in ["%", "퍼센트"] {
        let mut form = form();
        form.indicators[0].unit = unit.to_owned();
        let book = formatted(TOTALS_XML, &[("G5", "0%", "<v>0.4</v>")]);
        let (placed, problems) = read_book(&book, &form).unwrap();
        assert_eq!((placed[0].cell.value.as_str(), problems), ("40", vec![]), "{unit}");
    }
    // What shows its fraction is refused later; what is exact is not talked about; texts are what is seen.
    let book = formatted(
        TOTALS_XML,
        &[
            ("G5", "0.0", "<v>1.5</v>"),
            ("G6", "#,##0,", "<v>0</v>"),
            ("G10", "0%", "<v>0.9</v>"),
            ("I5", "yyyy-mm-dd", "<v>46295</v>"),
        ],
    );
    let (placed, problems) = read_book(&book, &form()).unwrap();
    assert_eq!(problems, []);
    let values: Vec<_> = placed.iter().map(|it| it.cell.value.as_str()).take(3).collect();
    assert_eq!((values, &*placed[0].cell.comment), (vec!["1.5", "0", "90%"], "2026-09-30"));
}

/// The template with merged ranges in a sheet.
fn merged(part: &str, ranges: &[&str], cells: &[(&str, &str, &str)]) -> Found {
    let book = repacked(&planted(&template(), part, cells), |name, text| {
        if name != part {
            return Some(text);
        }
        let ranges: String = ranges.iter().map(|it| format!("<mergeCell ref=\"{it}\"/>")).collect();
        Some(match text.contains("</mergeCells>") {
            true => text.replacen("</mergeCells>", &format!("{ranges}</mergeCells>"), 1),
            false => text.replacen(
                "</sheetData>",
                &format!("</sheetData><mergeCells>{ranges}</mergeCells>"),
                1,
            ),
        })
    });
    read_book(&book, &form()).unwrap()
}

fn text(body: &str) -> String {
    format!("<is><t>{body}</t></is>")
}

#[test]
fn what_is_merged_is_of_each_row() {
    let inline = "t=\"inlineStr\"";
    let (small, medium) = (text("SMALL"), text("MEDIUM"));
    let rows = [
        ("B6", inline, &*small),
        ("B7", inline, &*medium),
        ("A7", inline, "<is><t>KR-26</t></is>"),
        ("B8", inline, "<is><t></t></is>"),
        ("C8", inline, "<is><t>J</t></is>"),
        ("E8", "", "<v>8</v>"),
    ];
    let (placed, problems) = merged(PARTS_XML, &["A6:A8"], &rows);
    assert_eq!(problems, []);
    assert_eq!(
        cells(&placed[2..]),
        [
            cell(["FIRMS", "KR-11", "MEDIUM", ""], "VALUE", "5"),
            cell(["FIRMS", "KR-11", "SMALL", ""], "VALUE", "7"),
            cell(["SPENT", "KR-11", "", "J"], "VALUE", "8"),
        ],
        "what a merged cell hides does not count"
    );
    // A record that is two rows high is one record.
    let high = ["A6:A7", "B6:B7", "C6:C7", "D6:D7"];
    let (placed, problems) = merged(PARTS_XML, &high, &rows[..2]);
    assert_eq!((problems, placed[2].cell.value.as_str(), placed.len()), (vec![], "7", 4));
    // A value of two parts, or of two indicators, is nobody's.
    for range in ["D6:D7", "D6:E6"] {
        let (_, problems) = merged(PARTS_XML, &[range], &[]);
        assert_problems(&problems, &[("내역 D6", range)]);
        assert_eq!(problems[0].severity, Severity::Error);
    }
    let (_, problems) = merged(TOTALS_XML, &["G5:G6"], &[]);
    assert_problems(&problems, &[("합계 G5", "G5:G6")]);
    // A note of several totals is of each; one beside a blank row is not an answer.
    let (placed, problems) =
        merged(TOTALS_XML, &["I5:I7"], &[("I5", inline, "<is><t>함께</t></is>")]);
    assert_eq!(problems, []);
    let notes: Vec<_> = placed[..2].iter().map(|it| it.cell.comment.as_str()).collect();
    assert_eq!((notes, placed.len()), (vec!["함께", "함께"], 5));
}

/// Each part in another way that the format allows.
#[test]
fn what_excel_allows_is_read() {
    let book = template();
    let expected = read_book(&book, &form()).unwrap();
    let utf16 = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let mut archive = ZipArchive::new(Cursor::new(&book)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer
            .write_all(&utf16(&text.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"")))
            .unwrap();
    }
    let wide = writer.finish().unwrap().into_inner();
    assert_eq!(read_book(&wide, &form()).unwrap(), expected);

    let other_names = repacked(&book, |name, text| {
        let text = text
            .replace("Target=\"xl/workbook.xml\"", "Target=\"/XL/Book.xml\"")
            .replace("Target=\"sharedStrings.xml\"", "Target=\"../shared/Texts.xml\"")
            .replace("Target=\"styles.xml\"", "Target=\"/xl/looks.xml\"");
        let _ = name;
        Some(text)
    });
    let other_names = renamed(&other_names, |name| match name {
        "xl/workbook.xml" => "xl/book.xml".into(),
        "xl/_rels/workbook.xml.rels" => "xl/_rels/Book.xml.rels".into(),
        "xl/sharedStrings.xml" => "shared/texts.xml".into(),
        "xl/styles.xml" => "xl/looks.xml".into(),
        other => other.to_owned(),
    });
    assert_eq!(read_book(&other_names, &form()).unwrap(), expected);

    // Prefixes and the namespaces of the strict kind.
    let strict = repacked(&book, |name, text| {
        let text = text
            .replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            .replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            );
        Some(if name.starts_with("xl/worksheets/sheet") || name == "xl/sharedStrings.xml" {
            let text = text.replace("</", "\u{1}").replace('<', "<x:").replace('\u{1}', "</x:");
            text.replace("<x:?", "<?").replace(" xmlns=", " xmlns:x=")
        } else {
            text
        })
    });
    assert_eq!(read_book(&strict, &form()).unwrap(), expected);

    // Runs of a text belong together, its pronunciation does not; what else a cell holds is left alone.
    let runs = "<is><r><rPr><b/></rPr><t>서울</t></r><r><t xml:space=\"preserve\">특별시</t></r>\
        <rPh sb=\"0\" eb=\"1\"><t>seoul</t></rPh><phoneticPr fontId=\"1\"/></is><extLst><ext><v>9</v></ext></extLst>";
    let book = planted(&book, PARTS_XML, &[("A7", "t=\"inlineStr\"", runs)]);
    let book = planted(
        &book,
        TOTALS_XML,
        &[("I5", "t=\"str\"", "<v>a_x000D_&amp;&#xAC00;<![CDATA[<b>]]></v>")],
    );
    let book = repacked(&book, |name, text| {
        Some(if name == PARTS_XML {
            // Sheets may be hidden, filtered, in any order, and their rows without numbers.
            text.replacen("<sheetData>", "<!-- x --><sheetPr filterMode=\"1\"/><sheetData>", 1)
        } else if name == "xl/workbook.xml" {
            text.replacen(
                "<sheet ",
                "<sheet name=\"매크로\" sheetId=\"77\" r:id=\"rId99\"/><sheet ",
                1,
            )
        } else {
            text
        })
    });
    let (placed, _) = read_book(&book, &form()).unwrap();
    assert_eq!(placed[0].cell.comment, "a\r&가<b>");
    assert_eq!(placed[3].cell.region, "KR-11");
}

fn renamed(bytes: &[u8], name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut held = Vec::new();
        entry.read_to_end(&mut held).unwrap();
        writer.start_file(name(&entry.name().unwrap()), SimpleFileOptions::default()).unwrap();
        writer.write_all(&held).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
