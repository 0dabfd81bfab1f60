//! The workbook that goes back with its problems marked.

use super::*;

fn error(sheet: &str, cell: &str, message: &str) -> Problem {
    let place = Place { sheet: sheet.into(), cell: cell.into() };
    let message = Text::new(message, format!("en {message}"));
    Problem {
        place: Some(place),
        indicator: None,
        message,
        severity: Severity::Error,
        is_justified: false,
    }
}

/// An answer at a place.
fn at(sheet: &'static str, row: u32, column: u16, cell: Cell) -> Placed {
    Placed { cell, is_faulty: false, is_brief: false, spots: Spots::of(sheet, row, column) }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Cells of a sheet as text; sheets count from one.
fn grid(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    use calamine::Reader;
    let mut book = calamine::Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// Fill colour of a cell, by the styles it points to.
fn fill(bytes: &[u8], sheet: &str, row: u32, column: u32) -> Option<calamine::Color> {
    use calamine::Reader;
    let mut book = calamine::Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let styles = book.worksheet_style(sheet).unwrap();
    let style = styles.get((row, column)).unwrap();
    style.fill.as_ref().and_then(calamine::Fill::get_color)
}

#[test]
fn problems_are_listed_linked_coloured_and_noted() {
    let form = form();
    let (mut placed, _) = read_book(&write_xlsx(&form).unwrap(), &form).unwrap();
    placed[0].cell.value = "열둘".into();
    let mut warning = error("내역", "E8", "크게 달라졌습니다.");
    warning.severity = Severity::Warning;
    let problems = [
        error("합계", "G5", "수가 아닙니다."),
        error("합계", "G5", "합이 다릅니다."),
        error("합계", "H9", "사유가 없습니다."),
        error("내역", "D40", "수식입니다."),
        warning,
        Problem { place: None, severity: Severity::Warning, ..error("합계", "G5", "=전체") },
    ];
    let marked = mark_xlsx(&form, &placed, &problems, korean).unwrap();

    let findings = grid(&marked, "점검 결과");
    assert_eq!(findings[2][0], "오류 4건, 경고 2건. 오류를 모두 고쳐야 제출할 수 있습니다.");
    assert_eq!(findings[4], ["번호", "시트", "셀", "구분", "내용"]);
    assert_eq!(findings[5], ["1", "합계", "G5", "오류", "수가 아닙니다."]);
    assert_eq!(findings[9], ["5", "내역", "E8", "경고", "크게 달라졌습니다."]);
    assert_eq!(findings[10], ["6", "-", "", "경고", "=전체"]);
    let sheet = part(&marked, "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<hyperlink ").count(), 5);
    assert!(sheet.contains("location=\"'내역'!E8\""), "{sheet}");
    assert!(!sheet.contains("<f>"));

    let red = fill(&marked, "점검 결과", 5, 3);
    let amber = fill(&marked, "점검 결과", 9, 3);
    assert!(red.is_some() && amber.is_some() && red != amber);
    for (sheet, row, column, colour) in
        [("합계", 4, 6, &red), ("합계", 8, 7, &red), ("내역", 39, 3, &red), ("내역", 7, 4, &amber)]
    {
        assert_eq!(&fill(&marked, sheet, row, column), colour, "{sheet} {row} {column}");
    }
    assert!(![&red, &amber].contains(&&fill(&marked, "합계", 5, 6)));
    let notes = part(&marked, "xl/comments1.xml");
    assert!(notes.contains("[오류] 수가 아닙니다.\n[오류] 합이 다릅니다."), "{notes}");

    // It is the same form, with what was uploaded in it.
    assert_eq!(read_book(&marked, &form).unwrap(), (placed, vec![]));
}

#[test]
fn what_was_uploaded_keeps_its_row_even_where_rows_are_left_blank() {
    let form = form();
    let placed = [
        at("합계", 4, 6, cell(["FIRMS", "", "", ""], "값?", "x")),
        at("합계", 10, 6, cell(["NEW", "", "", ""], "VALUE", "=1+1")),
        at("내역", 8, 3, cell(["FIRMS", "KR-11", "", ""], "VALUE", "1")),
        at("내역", 19, 3, cell(["FIRMS", "KR-11", "", ""], "VALUE", "2")),
        at("내역", 20, 9, cell(["NEWER", "어디", "", ""], "VALUE", "'3")),
    ];
    let marked = mark_xlsx(&form, &placed, &[], korean).unwrap();
    let (again, problems) = read_book(&marked, &form).unwrap();
    let bare = |placed: &[Placed]| {
        placed.iter().map(|it| (it.place(), it.cell.clone())).collect::<Vec<_>>()
    };
    assert_eq!(bare(&again), bare(&placed));
    assert_problems(&problems, &[("내역 D20", "내역 D9")]);
}

#[test]
fn marks_follow_a_column_that_stood_elsewhere_and_a_csv_row() {
    let form = form();
    let moved = [at("내역", 5, 0, cell(["SPENT", "KR-11", "", ""], "VALUE", "1"))];
    let problems = [error("내역", "A6", "하나"), error("내역", "A9", "둘")];
    let marked = mark_xlsx(&form, &moved, &problems, korean).unwrap();
    let findings = grid(&marked, "점검 결과");
    assert_eq!([&findings[5][2], &findings[6][2]], ["E6", "E9"]);

    let (placed, _) = read_text(
        "지표코드,지역,구분,값\nSPENT,,값,1\n\nFIRMS,KR-11,값,2\nFIRMS,KR-11,값,3\n".as_bytes(),
        &form,
    )
    .unwrap();
    let problems = [
        error("CSV", "D2", "하나"),
        error("CSV", "B4", "둘"),
        error("CSV", "D5", "셋"),
        error("CSV", "A9", "넷"),
    ];
    let marked = mark_xlsx(&form, &placed, &problems, korean).unwrap();
    let findings = grid(&marked, "점검 결과");
    assert_eq!(findings[6][1..3], ["CSV", "B4"]);
    let links = part(&marked, "xl/worksheets/sheet1.xml");
    for link in ["'합계'!G6", "'내역'!D6", "'내역'!D7"] {
        assert!(links.contains(&format!("location=\"{link}\"")), "{link}");
    }
    let (again, problems) = read_book(&marked, &form).unwrap();
    assert_eq!(cells(&again), cells(&placed));
    assert_eq!(problems.len(), 1, "the address is still there twice");
}

#[test]
fn nothing_on_the_way_out_is_a_formula() {
    let mut form = form();
    form.institution.name = "=cmd".into();
    for it in &mut form.indicators {
        it.name = "=1+1".into();
        it.unit = "=1".into();
        it.previous = Some("=2".into());
        it.definition = Some("@x".into());
    }
    form.regions[0].name = "=3".into();
    form.cells[0].comment = "=HYPERLINK(\"http://x\")".into();
    form.cells[1].value = "=4".into();
    let bytes = mark_xlsx(&form, &[], &[error("합계", "G5", "=5")], korean).unwrap();
    for bytes in [bytes, write_xlsx(&form).unwrap()] {
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            assert!(!name.contains("worksheets/sheet") || !text.contains("<f>"), "{name}");
        }
    }
    let text = String::from_utf8(write_csv(&form).unwrap()).unwrap();
    let is_formula = |field: &str| field.trim_start_matches('"').starts_with(['=', '@', '+']);
    assert!(!text.split([',', '\n']).any(is_formula), "{text}");
}
