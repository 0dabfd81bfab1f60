//! Tests of the whole module, and what they share.

mod delimited;
mod formats;
mod hostile;
mod marked;
mod round_trip;
mod workbook;

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;

/// Parts of a workbook that has a sheet of parts, by sheet.
pub(super) const TOTALS_XML: &str = "xl/worksheets/sheet2.xml";
pub(super) const PARTS_XML: &str = "xl/worksheets/sheet3.xml";

pub(super) fn named(code: &str, name: &str) -> Named {
    Named { code: code.into(), name: name.into() }
}

pub(super) fn indicator(code: &str, kind: Kind) -> Indicator {
    Indicator {
        code: code.into(),
        name: format!("{code} 지표"),
        definition: None,
        unit: "개".into(),
        kind,
        decimals: u32::from(matches!(kind, Kind::Decimal | Kind::Percent)),
        range: None,
        is_required: true,
        by_region: true,
        by_size: true,
        by_industry: true,
        previous: None,
    }
}

pub(super) fn cell(address: [&str; 4], state: &str, value: &str) -> Cell {
    let [indicator, region, size, industry] = address.map(str::to_owned);
    Cell {
        indicator,
        region,
        size,
        industry,
        state: state.into(),
        value: value.into(),
        ..Cell::default()
    }
}

/// A form with one indicator of each kind.
pub(super) fn form() -> Form {
    Form {
        institution: named("KOSME", "중소벤처기업진흥공단"),
        programme: named("AI-VOUCHER", "AI 바우처 지원"),
        quarter: "2026-Q3".into(),
        due_on: "2026-10-12 (월)".into(),
        status: "작성 중".into(),
        version: 3,
        indicators: vec![
            indicator("FIRMS", Kind::Integer),
            indicator("SPENT", Kind::Krw),
            indicator("HOURS", Kind::Decimal),
            indicator("RATE", Kind::Percent),
            indicator("AUDITED", Kind::Boolean),
            indicator("NOTE", Kind::Text),
        ],
        regions: vec![named("KR-11", "서울특별시"), named("KR-26", "부산광역시")],
        sizes: vec![named("SMALL", "소기업"), named("MEDIUM", "중기업")],
        industries: vec![named("C", "제조업"), named("J", "정보통신업")],
        cells: vec![
            cell(["FIRMS", "", "", ""], "VALUE", "12"),
            cell(["FIRMS", "KR-11", "", ""], "VALUE", "7"),
            cell(["FIRMS", "KR-26", "", ""], "VALUE", "5"),
            cell(["SPENT", "", "", ""], "VALUE", "9007199254740993"),
            cell(["SPENT", "KR-11", "SMALL", "C"], "NOT_APPLICABLE", ""),
        ],
        comments: Vec::new(),
    }
}

/// What a reading hands on, and its problems.
pub(super) type Found = (Vec<Placed>, Vec<Problem>);

pub(super) fn read_book(bytes: &[u8], form: &Form) -> Result<Found, Unreadable> {
    let mut placed = Vec::new();
    let reading = read_xlsx(bytes, form, &mut |it| placed.push(it))?;
    Ok((answers(placed), reading.problems))
}

pub(super) fn read_text(bytes: &[u8], form: &Form) -> Result<Found, Unreadable> {
    let mut placed = Vec::new();
    let reading = read_csv(bytes, form, &mut |it| placed.push(it))?;
    Ok((answers(placed), reading.problems))
}

/// What is handed on but for blanks.
fn answers(placed: Vec<Placed>) -> Vec<Placed> {
    placed.into_iter().filter(|it| it.is_faulty || !is_blank(&it.cell)).collect()
}

/// Whether an answer says nothing.
pub(super) fn is_blank(cell: &Cell) -> bool {
    [&cell.state, &cell.value, &cell.reason, &cell.comment, &cell.evidence_note]
        .iter()
        .all(|it| it.is_empty())
}

/// The Korean sentence.
pub(super) fn korean(text: &Text) -> &str {
    &text.ko
}

/// Places of the values.
pub(super) fn places(placed: &[Placed]) -> Vec<String> {
    placed.iter().map(|it| it.place().to_string()).collect()
}

/// Answers in an order of their own, for comparison.
pub(super) fn sorted<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Vec<Cell> {
    let mut cells: Vec<Cell> = cells.into_iter().cloned().collect();
    cells.sort_by(|a, b| {
        let key =
            |it: &Cell| [&it.indicator, &it.region, &it.size, &it.industry].map(String::clone);
        key(a).cmp(&key(b))
    });
    cells
}

pub(super) fn cells(placed: &[Placed]) -> Vec<Cell> {
    sorted(placed.iter().map(|it| &it.cell))
}

/// Errors with the place each names, and a piece of each message.
pub(super) fn assert_problems(problems: &[Problem], expected: &[(&str, &str)]) {
    let found: Vec<String> = problems
        .iter()
        .map(|it| it.place.as_ref().map_or("-".to_owned(), ToString::to_string))
        .collect();
    let places: Vec<&str> = expected.iter().map(|(place, _)| *place).collect();
    assert_eq!(found, places, "{problems:#?}");
    for (problem, (_, piece)) in problems.iter().zip(expected) {
        assert!(problem.message.ko.contains(piece), "{piece} in {:?}", problem.message);
    }
}

/// The parts of an archive, changed and packed again.
pub(super) fn repacked(bytes: &[u8], change: impl Fn(&str, String) -> Option<String>) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(1));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        if let Some(text) = change(&name, text) {
            writer.start_file(name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook with other content in one cell, which keeps its style: attributes and body of `<c>`.
pub(super) fn planted(bytes: &[u8], part: &str, cells: &[(&str, &str, &str)]) -> Vec<u8> {
    repacked(bytes, |name, mut text| {
        if name == part {
            for (cell, attributes, body) in cells {
                let start = text.find(&format!("<c r=\"{cell}\"")).unwrap();
                let tag_end = start + text[start..].find('>').unwrap();
                let end = match text[..tag_end].ends_with('/') {
                    true => tag_end + 1,
                    false => tag_end + text[tag_end..].find("</c>").unwrap() + 4,
                };
                let tag = &text[start..tag_end];
                let style = tag.find(" s=\"").map_or("", |at| {
                    let close = at + 4 + tag[at + 4..].find('"').unwrap() + 1;
                    &tag[at..close]
                });
                let new = format!("<c r=\"{cell}\"{style} {attributes}>{body}</c>");
                text = format!("{}{new}{}", &text[..start], &text[end..]);
            }
        }
        Some(text)
    })
}
