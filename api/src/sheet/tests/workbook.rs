//! What is wrong with a workbook, each at its sheet and cell.

use super::*;

fn template() -> Vec<u8> {
    write_xlsx(&form()).unwrap()
}

fn text(body: &str) -> String {
    format!("<is><t>{body}</t></is>")
}

/// Reads the template with other content in some cells of a sheet.
fn read_planted(part: &str, cells: &[(&str, &str, &str)]) -> Found {
    read_book(&planted(&template(), part, cells), &form()).unwrap()
}

#[test]
fn what_is_no_plain_value_is_named_by_its_cell() {
    for (cell, attributes, body, piece) in [
        ("G5", "", "<f>SUM(A1:A2)</f>", "계산된 값이 저장되지 않은 수식"),
        ("G5", "", "<f>SUM(A1:A2)</f><v></v>", "계산된 값이 저장되지 않은 수식"),
        ("G5", "", "<f>SUM(A1:A2)</f><v>0</v>", "계산된 값이 저장되지 않은 수식"),
        ("I5", "", "<f>HYPERLINK(\"x\")</f><v/>", "계산된 값이 저장되지 않은 수식"),
        ("G5", "t=\"e\"", "<f>1/0</f><v>#DIV/0!</v>", "#DIV/0!"),
        ("G5", "t=\"e\"", "<v>#N/A</v>", "#N/A"),
        ("G5", "t=\"e\"", "<v>#SPILL!</v>", "#SPILL!"),
        ("G5", "t=\"d\"", "<v>2026-09-30</v>", "2026-09-30"),
        ("G6", "", "<v>9007199254740993</v>", "15자리"),
        ("G6", "", "<v>1E+15</v>", "15자리"),
        ("G6", "t=\"inlineStr\"", "<is><t>1.23457E+17</t></is>", "지수"),
        ("J5", "t=\"inlineStr\"", &text(&"가".repeat(4_001)), "4001자"),
    ] {
        let (placed, problems) = read_planted(TOTALS_XML, &[(cell, attributes, body)]);
        assert_problems(&problems, &[(&format!("합계 {cell}"), piece)]);
        assert_eq!(problems[0].severity, Severity::Error);
        let code = if cell.ends_with('5') { "FIRMS" } else { "SPENT" };
        assert_eq!(problems[0].indicator.as_deref(), Some(code));
        let faulty: Vec<_> = placed.iter().filter(|it| it.is_faulty).collect();
        assert_eq!((faulty.len(), &*faulty[0].cell.indicator), (1, code), "handed on as faulty");
    }
    let parts =
        [("D6", "", "<f>1+1</f>"), ("A7", "", "<f>A1</f>"), ("E8", "t=\"e\"", "<v>#REF!</v>")];
    let (placed, problems) = read_planted(PARTS_XML, &parts);
    assert_problems(
        &problems,
        &[("내역 D6", "계산된 값"), ("내역 A7", "계산된 값"), ("내역 E8", "#REF!")],
    );
    // Without its region the second part has no address left.
    assert_eq!(places(&placed), ["합계 G5", "합계 G6", "내역 D6", "내역 E8"]);
    assert!(placed[2].is_faulty && placed[3].is_faulty);
}

#[test]
fn a_formula_counts_with_what_it_came_to() {
    let (placed, problems) = read_planted(
        TOTALS_XML,
        &[
            ("B5", "t=\"str\"", "<f>\"a\"</f><v>a</v>"),
            ("G5", "", "<f>SUM(A1:A2)</f><v>12</v>"),
            ("G6", "t=\"str\"", "<f>TEXT(1,\"0\")</f><v>1,234</v>"),
            ("G7", "", "<f t=\"shared\" si=\"0\"/><v>0.1</v>"),
            ("G9", "t=\"b\"", "<f>TRUE()</f><v>1</v>"),
            ("I7", "t=\"str\"", "<f>IF(A1=\"\",\"\",1)</f><v></v>"),
        ],
    );
    let found: Vec<_> = placed[..4].iter().map(|it| it.cell.value.as_str()).collect();
    assert_eq!(found, ["12", "1234", "0.1", "예"]);
    assert_problems(
        &problems,
        &[("합계 G5", "12"), ("합계 G6", "1,234"), ("합계 G7", "0.1"), ("합계 G9", "예")],
    );
    assert!(problems.iter().all(|it| it.severity == Severity::Info), "{problems:?}");
    assert!(problems[0].message.en.contains("12"));
    let (placed, problems) = read_planted(
        PARTS_XML,
        &[("A6", "t=\"str\"", "<f>A9</f><v>서울특별시</v>"), ("D6", "", "<f>3</f><v>3</v>")],
    );
    assert_eq!(placed[2].cell, cell(["FIRMS", "KR-11", "", ""], "VALUE", "3"));
    assert_eq!(problems.len(), 2);
}

#[test]
fn a_number_in_a_date_format_is_a_problem() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number_with_format(0, 0, 46_295, &format).unwrap();
    sheet.set_name("합계").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mut found = Vec::new();
    let mut book = book::Book::open(&bytes).unwrap();
    book.rows(layout::Tab::Totals, &mut |_, cells| {
        found.extend(cells);
        Ok(book::Next::Row)
    })
    .unwrap();
    assert_eq!(found, [(0, content::Content::Date("2026-09-30".into()))]);
}

#[test]
fn every_kind_of_input_is_understood() {
    let (placed, problems) = read_planted(
        TOTALS_XML,
        &[
            ("F5", "t=\"inlineStr\"", "<is><t>해당없음</t></is>"),
            ("G5", "", "<v>1E+3</v>"),
            ("G6", "t=\"inlineStr\"", "<is><t>12,345,678,901,234,567,890</t></is>"),
            ("F7", "t=\"inlineStr\"", "<is><t>모름</t></is>"),
            ("G7", "", "<v>0.1</v>"),
            ("G8", "t=\"inlineStr\"", "<is><t>12.5%</t></is>"),
            ("G9", "t=\"b\"", "<v>1</v>"),
            ("G10", "", "<v>3.0</v>"),
            ("I10", "", "<v>20260930</v>"),
        ],
    );
    assert_eq!(problems, []);
    let found: Vec<[&str; 4]> = placed[..6]
        .iter()
        .map(|it| {
            [&it.cell.indicator, &it.cell.state, &it.cell.value, &it.cell.comment].map(|it| &**it)
        })
        .collect();
    assert_eq!(
        found,
        [
            ["FIRMS", "NOT_APPLICABLE", "1000", ""],
            ["SPENT", "VALUE", "12345678901234567890", ""],
            ["HOURS", "모름", "0.1", ""],
            ["RATE", "", "12.5", ""],
            ["AUDITED", "", "예", ""],
            ["NOTE", "", "3", "20260930"],
        ]
    );
}

#[test]
fn codes_are_taken_alone_by_name_or_both_and_unknown_ones_raw() {
    let (placed, problems) = read_planted(
        PARTS_XML,
        &[
            ("A6", "t=\"inlineStr\"", "<is><t> KR-26 </t></is>"),
            ("A7", "t=\"inlineStr\"", "<is><t>서울특별시</t></is>"),
            ("B7", "t=\"inlineStr\"", "<is><t>SMALL  소기업</t></is>"),
            ("A8", "t=\"inlineStr\"", "<is><t>KR-99</t></is>"),
            ("E8", "t=\"inlineStr\"", "<is><t>미 확보</t></is>"),
        ],
    );
    assert_eq!(problems, []);
    assert_eq!(
        cells(&placed[2..]),
        [
            cell(["FIRMS", "KR-11", "SMALL", ""], "VALUE", "5"),
            cell(["FIRMS", "KR-26", "", ""], "VALUE", "7"),
            cell(["SPENT", "KR-99", "SMALL", "C"], "MISSING", ""),
        ]
    );
}

#[test]
fn an_address_that_is_there_twice_names_both_places() {
    let twice = [("A7", "t=\"inlineStr\"", "<is><t>KR-11</t></is>")];
    let (placed, problems) = read_planted(PARTS_XML, &twice);
    assert_problems(&problems, &[("내역 D7", "내역 D6 칸과 내역 D7 칸")]);
    assert_eq!(placed.len(), 5, "both are handed on");

    let twice = [("A6", "t=\"inlineStr\"", "<is><t>FIRMS</t></is>")];
    let (_, problems) = read_planted(TOTALS_XML, &twice);
    assert_problems(&problems, &[("합계 G6", "합계 G5 칸과 합계 G6 칸")]);
}

#[test]
fn a_row_without_a_code_is_a_problem_only_with_an_answer() {
    let blank = [("A6", "t=\"inlineStr\"", "<is><t> </t></is>")];
    let (_, problems) = read_planted(TOTALS_XML, &blank);
    assert_problems(&problems, &[("합계 A6", "지표코드가 비어")]);
    let blank = [("A7", "t=\"inlineStr\"", "<is><t></t></is>")];
    assert_eq!(read_planted(TOTALS_XML, &blank).1, []);
}

#[test]
fn columns_of_parts_may_be_moved_or_left_out() {
    let change = |cell, code: &str| (cell, "t=\"inlineStr\"", text(code));
    let moved =
        [change("D4", "SPENT"), change("E4", "FIRMS"), change("F4", ""), change("G4", "UNKNOWN")];
    let moved: Vec<_> = moved.iter().map(|it| (it.0, it.1, it.2.as_str())).collect();
    let (placed, problems) = read_planted(PARTS_XML, &moved);
    assert_eq!(problems, []);
    assert_eq!(placed[2].cell, cell(["SPENT", "KR-11", "", ""], "VALUE", "7"));
    assert_eq!(placed[4].cell, cell(["FIRMS", "KR-11", "SMALL", "C"], "NOT_APPLICABLE", ""));

    let mut with_value = moved.clone();
    with_value.push(("F6", "", "<v>1</v>"));
    with_value.push(("F7", "", "<v>1</v>"));
    with_value.push(("G6", "", "<v>2</v>"));
    let (placed, problems) = read_planted(PARTS_XML, &with_value);
    assert_problems(&problems, &[("내역 F6", "제목이 없는 열")]);
    assert_eq!(placed[3].cell, cell(["UNKNOWN", "KR-11", "", ""], "VALUE", "2"));
}

#[test]
fn a_changed_heading_is_refused_with_its_place() {
    for (part, at, sheet, heading) in [
        (TOTALS_XML, "G4", "합계", "금액"),
        (TOTALS_XML, "A4", "합계", ""),
        (PARTS_XML, "E4", "내역", "FIRMS"),
    ] {
        let book = planted(&template(), part, &[(at, "t=\"inlineStr\"", &text(heading))]);
        let place = Place { sheet: sheet.into(), cell: at.into() };
        match read_book(&book, &form()) {
            Err(Unreadable::BadHeader { place: at, found, .. }) => {
                assert_eq!((at, found.as_str()), (place, heading));
            }
            other => panic!("{other:?}"),
        }
    }
    let no_dimension: Vec<_> = ["A4", "B4", "C4"]
        .into_iter()
        .map(|at| (at, "t=\"inlineStr\"", "<is><t></t></is>"))
        .collect();
    let book = planted(&template(), PARTS_XML, &no_dimension);
    assert!(matches!(read_book(&book, &form()), Err(Unreadable::BadHeader { .. })));
}

#[test]
fn the_form_of_somebody_else_is_refused() {
    let other = |change: fn(&mut Form)| {
        let mut other = form();
        change(&mut other);
        read_book(&template(), &other)
    };
    for change in [
        (|it| it.institution.code = "NIPA".into()) as fn(&mut Form),
        |it| it.programme.code = "OTHER".into(),
        |it| it.quarter = "2026-Q4".into(),
    ] {
        let Err(Unreadable::OtherForm { expected, found }) = other(change) else {
            panic!("taken");
        };
        assert_eq!(found, "KOSME / AI-VOUCHER / 2026-Q3");
        assert_ne!(expected, found);
    }
    let (placed, problems) = other(|it| it.version = 4).unwrap();
    assert_eq!((placed.len(), problems.len()), (5, 1));
    assert_eq!(problems[0].severity, Severity::Warning);
    assert!(problems[0].message.ko.contains("3판"));
    let reading = read_xlsx(&template(), &form(), &mut |_| {}).unwrap();
    assert_eq!((reading.version, reading.encoding), (Some(3), None));

    let layout = planted(
        &template(),
        "xl/worksheets/sheet4.xml",
        &[("B5", "t=\"inlineStr\"", "<is><t>9</t></is>")],
    );
    assert!(matches!(read_book(&layout, &form()), Err(Unreadable::OtherForm { .. })));
}

#[test]
fn a_missing_sheet_is_named() {
    for name in ["합계", "내역", "코드"] {
        let book = repacked(&template(), |part, text| {
            Some(if part == "xl/workbook.xml" {
                text.replace(&format!("name=\"{name}\""), "name=\"다른 이름\"")
            } else {
                text
            })
        });
        assert_eq!(read_book(&book, &form()), Err(Unreadable::NoSheet(name.into())));
    }
    let mut plain = form();
    plain.cells.truncate(1);
    for it in &mut plain.indicators {
        (it.by_region, it.by_size, it.by_industry) = (false, false, false);
    }
    let (placed, problems) = read_book(&write_xlsx(&plain).unwrap(), &plain).unwrap();
    assert_eq!((placed.len(), problems), (1, vec![]), "without parts there is no such sheet");
}

#[test]
fn columns_and_rows_have_a_limit() {
    let wide = repacked(&template(), |part, text| {
        Some(if part == PARTS_XML {
            text.replacen("</row>", "<c r=\"GS1\"><v>1</v></c></row>", 1)
        } else {
            text
        })
    });
    let refused = Err(Unreadable::TooManyColumns { limit: MAX_COLUMNS });
    assert_eq!(read_book(&wide, &form()), refused);
    let long = with_part_rows(&template(), MAX_PART_ROWS + 1, 1);
    assert_eq!(read_book(&long, &form()), Err(Unreadable::TooManyRows { limit: MAX_PART_ROWS }));
}

#[test]
fn a_full_sheet_is_read_through() {
    let mut full = form();
    full.indicators = (0..40).map(|it| indicator(&format!("P{it}"), Kind::Integer)).collect();
    full.cells.clear();
    let bytes = with_part_rows(&write_xlsx(&full).unwrap(), MAX_PART_ROWS, 40);
    let mut count = 0_u64;
    let mut sum = 0_u64;
    let reading = read_xlsx(&bytes, &full, &mut |it| {
        if is_blank(&it.cell) {
            return;
        }
        count += 1;
        sum += it.cell.value.parse::<u64>().unwrap();
    })
    .unwrap();
    assert_eq!((count, sum, reading.problems.len()), (400_000, 400_000, 0));
}

#[test]
fn problems_have_a_limit_and_the_last_says_so() {
    let mut bytes = with_part_rows(&template(), 2_000, 1);
    bytes = repacked(&bytes, |part, text| {
        Some(if part == PARTS_XML { text.replace("<v>1</v>", "<f>1</f>") } else { text })
    });
    let (_, problems) = read_book(&bytes, &form()).unwrap();
    assert_eq!(problems.len(), MAX_PROBLEMS);
    assert!(problems[MAX_PROBLEMS - 1].message.ko.contains("이상"));
    // Remarks are fewer, and crowd out no error.
    bytes = repacked(&bytes, |part, text| {
        let text = text.replace("<f>1</f>", "<f>1</f><v>1</v>");
        let error = "<f>1</f><v>1</v></c></row></sheetData>";
        Some(if part == PARTS_XML {
            text.replace(error, "<f>1</f></c></row></sheetData>")
        } else {
            text
        })
    });
    let (_, problems) = read_book(&bytes, &form()).unwrap();
    assert_eq!(problems.len(), MAX_INFOS + 1);
    assert_eq!(problems[0].severity, Severity::Error);
    assert!(problems[MAX_INFOS].message.ko.contains("더 있지만"));
}

/// The sheet of parts with some rows, each a region of its own with ones in the first columns.
fn with_part_rows(book: &[u8], rows: usize, columns: u16) -> Vec<u8> {
    repacked(book, |part, text| {
        if part != PARTS_XML {
            return Some(text);
        }
        let start = text.find("<row r=\"6\"").unwrap();
        let end = text.find("</sheetData>").unwrap();
        let mut body = String::new();
        for row in 6..6 + rows {
            body.push_str(&format!(
                "<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>R{row}</t></is></c>"
            ));
            for column in 3..3 + columns {
                let name = layout::column_name(column);
                body.push_str(&format!("<c r=\"{name}{row}\"><v>1</v></c>"));
            }
            body.push_str("</row>");
        }
        Some(format!("{}{body}{}", &text[..start], &text[end..]))
    })
}
