//! CSV of both shapes, and what is wrong with it.

use super::*;

fn read(text: &str) -> Reading {
    read_text(text.as_bytes(), &form()).unwrap()
}

fn places(placed: &[Placed]) -> Vec<String> {
    placed.iter().map(|it| it.place.to_string()).collect()
}

#[test]
fn the_long_shape_is_written_for_spreadsheets() {
    let mut form = form();
    form.cells.truncate(2);
    form.cells[1].comment = "=1+1\n\"끝\"".into();
    let bytes = write_csv(&form).unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("\u{FEFF}지표코드,지표명,지역,규모,업종,구분,값,사유,의견,증빙"));
    assert_eq!(lines.next(), Some("FIRMS,FIRMS 지표,,,,값,12,,,"));
    assert_eq!(lines.next(), Some("SPENT,SPENT 지표,,,,,,,,"));
    assert_eq!(lines.nth(4), Some("FIRMS,FIRMS 지표,KR-11,,,값,7,,\"'=1+1\n\"\"끝\"\"\","));
    assert_eq!((lines.next(), lines.next()), (Some(""), None));
}

#[test]
fn both_shapes_and_every_delimiter_are_read() {
    let expected = [
        cell(["FIRMS", "", "", ""], "VALUE", "12"),
        cell(["FIRMS", "KR-11", "", ""], "VALUE", "7"),
        cell(["SPENT", "KR-11", "", ""], "ZERO_CONFIRMED", "0"),
    ];
    let long =
        "지표코드,값,구분,지역\nFIRMS,12,값,\nFIRMS,7,VALUE,서울특별시\nSPENT,0,0확인,KR-11\n";
    let wide = "지역,규모,업종,FIRMS,SPENT\n,,,12,\nKR-11 서울특별시,,,7,0 확인\n";
    for text in [long, wide] {
        for delimiter in [",", "\t", ";"] {
            for (mark, end) in [("", "\n"), ("\u{FEFF}", "\r\n")] {
                let text = text.replace(',', delimiter).replace('\n', end);
                let (placed, problems) = read(&format!("{mark}{text}"));
                assert_eq!(problems, []);
                assert_eq!(cells(&placed), expected);
            }
        }
    }
    let (placed, problems) = read("FIRMS,SPENT\n1,2\n");
    assert_eq!((placed.len(), problems), (2, vec![]), "totals alone need no other column");
}

#[test]
fn rows_are_counted_as_a_spreadsheet_shows_them() {
    let text = "\n지표코드,구분,값,의견\r\n\r\nFIRMS,값,1,\"두\n줄\"\n\n\nSPENT,값,2,\nNOTE,값,3,x";
    let (placed, problems) = read(text);
    assert_eq!(problems, []);
    assert_eq!(places(&placed), ["CSV C4", "CSV C7", "CSV C8"]);
    let (placed, _) = read("지역,FIRMS\n,1\n\nKR-11,2");
    assert_eq!(places(&placed), ["CSV B2", "CSV B4"]);
}

#[test]
fn what_is_wrong_is_named_by_its_cell() {
    let head = "지표코드,지표명,지역,규모,업종,구분,값,사유,의견,증빙";
    let long = "가".repeat(4_001);
    for (row, place, piece) in [
        ("SPENT,,,,,값,1.23457E+17,,,".to_owned(), "CSV G2", "지수"),
        (",,,,,값,1,,,".to_owned(), "CSV A2", "지표코드가 비어"),
        (format!("NOTE,,,,,값,1,,,{long}"), "CSV J2", "4001자"),
        (format!("NOTE,,,,,값,{long},,,"), "CSV G2", "4001자"),
        ("NOTE,,,,,값,1,,,,x".to_owned(), "CSV K2", "제목이 없는 열"),
    ] {
        let (_, problems) = read(&format!("{head}\n{row}\n"));
        assert_problems(&problems, &[(place, piece)]);
    }
    let (placed, problems) =
        read(&format!("{head}\nFIRMS,,KR-11,,,값,1,,,\nFIRMS,,서울특별시,,,값,2,,,\n"));
    assert_problems(&problems, &[("CSV G3", "CSV G2 칸과 CSV G3 칸")]);
    assert_eq!(placed.len(), 2);

    let (_, problems) = read("지역,FIRMS,SPENT,\nKR-11,1,,\nKR-11,2,1e20,x\n");
    assert_problems(
        &problems,
        &[("CSV C3", "지수"), ("CSV D3", "제목이 없는 열"), ("CSV B3", "CSV B2")],
    );
}

#[test]
fn unknown_codes_are_handed_on_raw() {
    let (placed, problems) = read("지표코드,지역,구분,값\nFIRM,KR-1,모름,열둘\n");
    assert_eq!(problems, []);
    assert_eq!(placed[0].cell, cell(["FIRM", "KR-1", "", ""], "모름", "열둘"));
}

#[test]
fn the_value_is_judged_by_its_kind_wherever_the_code_stands() {
    let (placed, problems) = read("값,지표코드\n\"1,234\",FIRMS\n\"1,234\",NOTE\n");
    assert_eq!(problems, []);
    let values: Vec<_> = placed.iter().map(|it| it.cell.value.as_str()).collect();
    assert_eq!(values, ["1234", "1,234"]);
}

#[test]
fn a_file_that_is_not_such_a_table_is_refused() {
    let refused = |bytes: &[u8]| read_text(bytes, &form()).unwrap_err();
    let cp949 = b"\xC1\xF6\xC7\xA5\xC4\xDA\xB5\xE5,\xB0\xAA\r\n";
    let utf16: Vec<u8> = "A,B\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(cp949), Unreadable::Encoding);
    assert_eq!(refused(&utf16), Unreadable::Encoding);
    let bad = |cell: &str, found: &str| Unreadable::BadHeader {
        place: Place { sheet: "CSV".into(), cell: cell.into() },
        found: found.into(),
    };
    assert_eq!(refused(b""), bad("A1", ""));
    assert_eq!(refused(b"a,b\n1,2\n"), bad("A1", "a"));
    assert_eq!(refused("지표코드,값,금액\n".as_bytes()), bad("C1", "금액"));
    assert_eq!(refused("지표코드,값,값\n".as_bytes()), bad("C1", "값"));
    assert_eq!(refused("지역,FIRMS,FIRMS\n".as_bytes()), bad("C1", "FIRMS"));
    assert_eq!(refused("지표코드,의견\n".as_bytes()), bad("A1", "지표코드"));
    let wide = format!("지역,FIRMS\nKR-11{}1\n", ",".repeat(MAX_COLUMNS));
    assert_eq!(refused(wide.as_bytes()), Unreadable::TooManyColumns { limit: MAX_COLUMNS });
    let wide = format!("지역,FIRMS\nKR-11{}\n", ",".repeat(MAX_COLUMNS * MAX_TEXT + 2));
    assert_eq!(refused(wide.as_bytes()), Unreadable::TooManyColumns { limit: MAX_COLUMNS });
    let long = format!("지역,FIRMS\n{}", "KR-11,1\n".repeat(MAX_PART_ROWS + 2));
    assert_eq!(refused(long.as_bytes()), Unreadable::TooManyRows { limit: MAX_PART_ROWS });
    let long = format!("지표코드,값\n{}", "F,1\n".repeat(MAX_LONG_ROWS + 1));
    assert_eq!(refused(long.as_bytes()), Unreadable::TooManyRows { limit: MAX_LONG_ROWS });
    let large = vec![b' '; usize::try_from(MAX_UPLOAD).unwrap() + 1];
    assert_eq!(refused(&large), Unreadable::TooLarge { limit: MAX_UPLOAD });
}
