//! CSV of both shapes, and what is wrong with it.

use super::*;

fn read(text: &str) -> Found {
    read_text(text.as_bytes(), &form()).unwrap()
}

#[test]
fn the_long_shape_is_written_for_spreadsheets() {
    let mut form = form();
    form.cells.truncate(2);
    form.cells[1].comment = "=1+1\n\"끝\"".into();
    let bytes = write_csv(&form).unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    let mut lines = text.split("\r\n");
    assert_eq!(
        lines.next(),
        Some("\u{FEFF}지표코드,지표명,지역,규모,업종,구분,값,사유,의견,증빙,기관,사업,분기,판")
    );
    assert_eq!(lines.next(), Some("FIRMS,FIRMS 지표,,,,값,12,,,,KOSME,AI-VOUCHER,2026-Q3,3"));
    assert_eq!(lines.next(), Some("SPENT,SPENT 지표,,,,,,,,,KOSME,AI-VOUCHER,2026-Q3,3"));
    assert_eq!(
        lines.nth(4),
        Some("FIRMS,FIRMS 지표,KR-11,,,값,7,,\"'=1+1\n\"\"끝\"\"\",,KOSME,AI-VOUCHER,2026-Q3,3")
    );
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
fn what_korean_excel_writes_is_read() {
    let expected = [
        cell(["FIRMS", "", "", ""], "VALUE", "1234"),
        cell(["FIRMS", "KR-11", "", ""], "VALUE", "7"),
    ];
    let long = "지표코드,지역,구분,값\r\nFIRMS,,값,\"1,234\"\r\nFIRMS,서울특별시,값,7\r\n";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let cp949 = |text: &str| encoding_rs::EUC_KR.encode(text).0.into_owned();
    let tabs = long.replace("\"1,234\"", "1234").replace(',', "\t");
    for (bytes, encoding) in [
        (cp949(long), "CP949"),
        (utf16(&format!("\u{FEFF}{tabs}")), "UTF-16LE"),
        (utf16(long), "UTF-16LE"),
        (long.replace("\r\n", "\r").into_bytes(), "UTF-8"),
        (format!("sep=,\r\n{long}").into_bytes(), "UTF-8"),
        (
            cp949(&format!(
                "SEP=;,,\r\n{}",
                long.replace("\"1,234\"", "\"1234\"").replace(',', ";")
            )),
            "CP949",
        ),
        (format!("\r\n,,,\r\n , \r\n{long},,,,\r\n").into_bytes(), "UTF-8"),
        (long.replace("\r\n", ",,,;\r\n").replace(";\r", "\r").into_bytes(), "UTF-8"),
        (long.replace("지표코드", " 지표 코드 ").into_bytes(), "UTF-8"),
        (
            long.replace("지역", "\u{200B}\u{110C}\u{1175}\u{110B}\u{1167}\u{11A8}").into_bytes(),
            "UTF-8",
        ),
        (long.replace("FIRMS", "\"=\"\"firms\"\"\"").into_bytes(), "UTF-8"),
    ] {
        let mut placed = Vec::new();
        let reading = read_csv(&bytes, &form(), &mut |it| placed.push(it)).unwrap();
        placed.retain(|it| !is_blank(&it.cell));
        assert_eq!((reading.problems, reading.encoding), (vec![], Some(encoding)));
        assert_eq!(cells(&placed), expected, "{}", String::from_utf8_lossy(&bytes));
    }
    let (placed, _) = read(&format!("sep=,\n\n{long}"));
    assert_eq!(places(&placed), ["CSV D3", "CSV D4"], "the line is not shown, the blank one is");
}

#[test]
fn a_row_says_whose_form_it_is() {
    let own = String::from_utf8(write_csv(&form()).unwrap()).unwrap();
    let reading = read_csv(own.as_bytes(), &form(), &mut |_| {}).unwrap();
    assert_eq!((reading.version, reading.problems), (Some(3), vec![]));
    for (after, cells) in [
        ("NIPA,AI-VOUCHER,2026-Q3,3", &["K2"][..]),
        ("KOSME,OTHER,2026-Q3,3", &["L2"]),
        (",,2026-Q4,", &["M2"]),
        ("NIPA,OTHER,2026-Q4,3", &["K2", "L2", "M2"]),
    ] {
        let before = "KOSME,AI-VOUCHER,2026-Q3,3";
        // A row of another form is told, and nothing of it is taken.
        let reading = read_csv(own.replacen(before, after, 1).as_bytes(), &form(), &mut |_| {});
        let reading = reading.unwrap();
        let told: Vec<String> =
            reading.problems.iter().map(|it| it.place.as_ref().unwrap().cell.clone()).collect();
        assert_eq!((told, reading.lost), (cells.iter().map(|it| (*it).to_owned()).collect(), 1));
        // All of them are another form.
        match read_text(own.replace(before, after).as_bytes(), &form()) {
            Err(Unreadable::OtherForm { expected, found }) => {
                assert_eq!(expected, "KOSME / AI-VOUCHER / 2026-Q3");
                assert_ne!(expected, found);
            }
            it => panic!("{it:?}"),
        }
    }
    for same in ["ｋｏｓｍｅ,ai-voucher,2026q3,３", "K\u{200B}OSME,AI 바우처지원,2026-q3\u{FEFF},3"]
    {
        let other = own.replace("KOSME,AI-VOUCHER,2026-Q3,3", same);
        let reading = read_csv(other.as_bytes(), &form(), &mut |_| {}).unwrap();
        assert_eq!((reading.version, reading.problems), (Some(3), vec![]), "{same}");
    }
    let old = own.replace("2026-Q3,3", "2026-Q3,2");
    let reading = read_csv(old.as_bytes(), &form(), &mut |_| {}).unwrap();
    assert_eq!((reading.version, reading.problems.len()), (Some(2), 1));
    assert!(reading.problems[0].message.en.contains("version 2"));
    let names = own.replace("KOSME,AI-VOUCHER", "중소벤처기업진흥공단,AI 바우처 지원");
    assert!(read_text(names.as_bytes(), &form()).is_ok());
    // Rows and files that do not say it are taken; so is the wide shape with it.
    let blank = own.replace("KOSME,AI-VOUCHER,2026-Q3,3", "");
    assert_eq!(read_text(blank.as_bytes(), &form()).unwrap().1, []);
    let wide = "기관,사업,분기,판,지역,FIRMS\nKOSME,AI-VOUCHER,2026-Q3,3,KR-11,7\n";
    let (placed, problems) = read(wide);
    assert_eq!((places(&placed), problems), (vec!["CSV F2".to_owned()], vec![]));
}

#[test]
fn totals_that_are_not_there_stand_nowhere() {
    let at = |it: &Placed| it.at("").map_or_else(|| "-".to_owned(), |place| place.cell);
    let mut placed = Vec::new();
    read_csv("지표코드,값\nFIRMS,1\nNOTE,\n".as_bytes(), &form(), &mut |it| placed.push(it))
        .unwrap();
    let found: Vec<_> =
        placed.iter().map(|it| format!("{} {}", it.cell.indicator, at(it))).collect();
    assert_eq!(found, ["FIRMS B2", "NOTE B3", "SPENT -", "HOURS -", "RATE -", "AUDITED -"]);
    let mut placed = Vec::new();
    read_csv("지역,FIRMS,SPENT\nKR-11,1,\n,3,\n".as_bytes(), &form(), &mut |it| placed.push(it))
        .unwrap();
    let found: Vec<_> = placed[2..].iter().map(at).collect();
    assert_eq!(found, ["C3", "-", "-", "-", "-"]);
}

#[test]
fn each_part_of_an_answer_has_its_cell() {
    let (placed, _) = read("값,지역,지표코드,사유,구분\n1,KR-99,FIRMS,x,값\n");
    for (part, at) in [
        ("indicator", "C2"),
        ("region", "B2"),
        ("size", "A2"),
        ("state", "E2"),
        ("value", "A2"),
        ("reason", "D2"),
        ("comment", "A2"),
    ] {
        assert_eq!(placed[0].at(part).unwrap().cell, at, "{part}");
    }
    let (placed, _) = read("규모,지역,SPENT,FIRMS\nSMALL,KR-99,,2\n");
    for (part, at) in [("indicator", "D1"), ("region", "B2"), ("size", "A2"), ("industry", "D2")] {
        assert_eq!(placed[0].at(part).unwrap().cell, at, "{part}");
    }
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
    let bad = |bytes: &[u8]| match refused(bytes) {
        Unreadable::BadHeader { place, found, expected } => (place.cell, found, expected.en),
        other => panic!("{other:?}"),
    };
    for (text, cell, found, expected) in [
        ("a,b\n1,2\n", "A1", "a", "'지표코드' belongs there"),
        ("지표코드,값,금액\n", "C1", "금액", "headings are: 지표코드"),
        ("지표코드,값,값\n", "C1", "값", "twice"),
        ("지역,FIRMS,FIRMS\n", "C1", "FIRMS", "twice"),
        ("지역,FIRM,SPENT\nKR-11,1,2\n", "B1", "FIRM", "codes of the form"),
        ("지표,지표명,구분,값\nFIRMS,,값,1\n", "A1", "지표", "'지표코드' belongs there"),
        ("지표코드,구분,수치\nFIRMS,값,1\n", "C1", "수치", "'값' belongs there"),
        ("\n;;\n비고;x;y\n", "A3", "비고", "'지표코드' belongs there"),
    ] {
        let told = bad(text.as_bytes());
        assert_eq!((told.0.as_str(), told.1.as_str()), (cell, found), "{text}");
        assert!(told.2.contains(expected), "{told:?}");
    }
    for (text, at, piece) in [
        ("", 1, "write 지표코드"),
        ("지표코드,의견\n", 1, "a column '값' is needed"),
        ("\n의견,지표코드\n", 2, "a column '값' is needed"),
        // A file that begins with its answers, long and wide.
        ("FIRMS,기업 수,,,,값,10\n", 1, "write 지표코드"),
        ("FIRMS,10\nSPENT,\"1,000\"\n", 1, "or 지역, 규모, 업종"),
        ("KR-11,,,10,20\n", 1, "write 지표코드"),
    ] {
        match refused(text.as_bytes()) {
            Unreadable::NoHeading { row, wanted } => {
                assert_eq!(row, at, "{text}");
                assert!(wanted.en.contains(piece), "{wanted:?}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(refused(b"FIRMS,\xFF\n"), Unreadable::Encoding { offset: 6 });
    assert_eq!(refused(&write_xlsx(&form()).unwrap()), Unreadable::NotText);
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
