//! What is exported imports again unchanged.

use proptest::prelude::*;

use super::*;
use crate::domain::fold;

/// Texts that files are known to damage.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("="),
        Just("+"),
        Just("-"),
        Just("@"),
        Just("'"),
        Just("\""),
        Just(","),
        Just(";"),
        Just("\t"),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just(" "),
        Just("한글"),
        Just("가"),
        Just("😀"),
        Just("_x000D_"),
        Just("_x005F_"),
        Just("&amp;"),
        Just("<b>"),
        Just("\u{1}"),
        Just("\u{A0}"),
        Just("12"),
        Just("1e5"),
        Just("값"),
        Just("해당 없음"),
        Just("0 확인"),
        Just("TRUE"),
        Just("KR-11"),
        Just("\u{FEFF}"),
        Just("CMD|' /C calc'!A0"),
        Just("#N/A"),
    ];
    // What shows nothing is no text.
    let shown = |text: String| if fold::is_blank(&text) { String::new() } else { text };
    proptest::collection::vec(piece, 0..6).prop_map(move |pieces| shown(pieces.concat()))
}

fn whole() -> impl Strategy<Value = String> {
    prop_oneof![
        (-1000..1000_i64).prop_map(|it| it.to_string()),
        any::<i64>().prop_map(|it| it.to_string()),
        any::<u128>().prop_map(|it| it.to_string()),
        (9_007_199_254_740_990..9_007_199_254_740_999_i64).prop_map(|it| it.to_string()),
        (999_999_999_999_990..1_000_000_000_000_010_i64).prop_map(|it| it.to_string()),
    ]
}

fn decimal() -> impl Strategy<Value = String> {
    // As many digits as a column holds, and few with many places: those a spreadsheet keeps and shows none of.
    let digits = prop_oneof![any::<u64>(), 0..100_u64, 0..1_000_000_000_000_u64];
    (any::<bool>(), digits, 0..20_usize).prop_map(|(is_negative, digits, places)| {
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let sign = if is_negative && digits.bytes().any(|it| it != b'0') { "-" } else { "" };
        format!("{sign}{whole}{point}{fraction}")
    })
}

fn value(kind: Kind) -> BoxedStrategy<String> {
    match kind {
        // What a caller saved in a draft may be no whole number even there.
        Kind::Integer | Kind::Decimal | Kind::Krw | Kind::Percent => {
            prop_oneof![whole(), decimal()].boxed()
        }
        Kind::Boolean => prop_oneof![Just("예".to_owned()), Just("아니요".to_owned())].boxed(),
        Kind::Text => text().boxed(),
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Integer),
        Just(Kind::Decimal),
        Just(Kind::Krw),
        Just(Kind::Percent),
        Just(Kind::Boolean),
        Just(Kind::Text),
    ]
}

fn list(prefix: &'static str) -> impl Strategy<Value = Vec<Named>> {
    proptest::collection::vec(text(), 0..4).prop_map(move |names| {
        let names = (1..).zip(names);
        names.map(|(number, name)| Named { code: format!("{prefix}-{number}"), name }).collect()
    })
}

/// An answer for an indicator as a whole.
fn total(code: String, kind: Kind) -> impl Strategy<Value = Cell> {
    let state =
        proptest::sample::select(vec!["", "VALUE", "ZERO_CONFIRMED", "NOT_APPLICABLE", "MISSING"]);
    let value = prop_oneof![value(kind), Just(String::new())];
    (state, value, text(), text(), text()).prop_map(
        move |(state, value, reason, comment, evidence_note)| Cell {
            indicator: code.clone(),
            state: state.into(),
            value,
            reason,
            comment,
            evidence_note,
            ..Cell::default()
        },
    )
}

/// An answer for a part; the sheet of parts holds its state and value only.
fn part(code: String, kind: Kind, codes: [Vec<String>; 3]) -> BoxedStrategy<Cell> {
    let [regions, sizes, industries] = codes.map(|mut codes| {
        codes.push(String::new());
        proptest::sample::select(codes)
    });
    let answer = prop_oneof![
        4 => value(kind).prop_map(|value| ("VALUE", value)),
        1 => Just(("ZERO_CONFIRMED", "0".to_owned())),
        1 => Just(("NOT_APPLICABLE", String::new())),
        1 => Just(("MISSING", String::new())),
    ];
    (regions, sizes, industries, answer, text())
        .prop_map(move |(region, size, industry, (state, value), reason)| Cell {
            indicator: code.clone(),
            region,
            size,
            industry,
            state: state.into(),
            value,
            // A state without a value has room for its reason.
            reason: if state == "VALUE" { String::new() } else { reason },
            ..Cell::default()
        })
        .boxed()
}

fn forms() -> impl Strategy<Value = Form> {
    let lists = (list("R"), list("S"), list("I"));
    let kinds = proptest::collection::vec((kind(), text()), 0..5);
    (lists, kinds, text()).prop_flat_map(|((regions, sizes, industries), kinds, name)| {
        let codes = |list: &[Named]| list.iter().map(|it| it.code.clone()).collect::<Vec<_>>();
        let all = [codes(&regions), codes(&sizes), codes(&industries)];
        let indicators: Vec<Indicator> = (1..)
            .zip(&kinds)
            .map(|(number, (kind, name))| Indicator {
                name: name.clone(),
                by_region: number % 2 == 0,
                definition: (number % 3 == 0).then(|| name.clone()),
                previous: Some(name.clone()),
                ..indicator(&format!("P{number}"), *kind)
            })
            .collect();
        let cells: Vec<_> = indicators
            .iter()
            .map(|it| {
                let parts = part(it.code.clone(), it.kind, all.clone());
                (total(it.code.clone(), it.kind), proptest::collection::vec(parts, 0..6))
            })
            .collect();
        cells.prop_map(move |answers| {
            let mut seen = std::collections::HashSet::new();
            let cells = answers.into_iter().flat_map(|(total, parts)| {
                parts.into_iter().filter(|it| !plan::is_total(it)).chain([total])
            });
            let cells = cells
                // A value that is none says nothing; in the sheet of parts its row is blank.
                .filter(|it| {
                    !it.is_blank()
                        && (it.state != "VALUE" || plan::is_total(it) || !it.value.is_empty())
                })
                .filter(|it| {
                    seen.insert(
                        [&it.indicator, &it.region, &it.size, &it.industry].map(String::clone),
                    )
                })
                .collect();
            Form {
                institution: Named { code: "INST".into(), name: name.clone() },
                indicators: indicators.clone(),
                regions: regions.clone(),
                sizes: sizes.clone(),
                industries: industries.clone(),
                cells,
                ..form()
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_workbook_comes_back_unchanged(form in forms()) {
        let (placed, problems) = read_book(&write_xlsx(&form).unwrap(), &form).unwrap();
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(cells(&placed), sorted(&form.cells));

        // So does the workbook that is sent back with marks, at the places it was uploaded from.
        let notes: Vec<Problem> = placed
            .iter()
            .map(|it| Problem {
                place: Some(it.place()),
                indicator: None,
                message: Text::new(it.cell.value.clone(), ""),
                severity: Severity::Error,
                is_justified: false,
            })
            .collect();
        let marked = mark_xlsx(&form, &placed, &notes, korean).unwrap();
        prop_assert_eq!(read_book(&marked, &form).unwrap(), (placed, vec![]));
    }

    #[test]
    fn csv_comes_back_unchanged(form in forms(), texts in (text(), text(), text())) {
        let mut form = form;
        for cell in &mut form.cells {
            (cell.reason, cell.comment, cell.evidence_note) = texts.clone();
        }
        form.cells.retain(|it| !it.is_blank());
        let (placed, problems) = read_text(&write_csv(&form).unwrap(), &form).unwrap();
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(cells(&placed), sorted(&form.cells));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_text(&bytes, &form());
        let _ = read_book(&bytes, &form());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(지표코드|지역|FIRMS|값|[,;\\t\"'\n\r]|1|=|.){0,60}") {
        let _ = read_text(text.as_bytes(), &form());
    }
}

#[test]
fn the_sample_form_comes_back() {
    let form = form();
    let (placed, problems) = read_book(&write_xlsx(&form).unwrap(), &form).unwrap();
    assert_eq!(problems, []);
    assert_eq!(cells(&placed), sorted(&form.cells));
    assert_eq!(places(&placed), ["합계 G5", "합계 G6", "내역 D6", "내역 D7", "내역 E8"]);
}
