//! The one check, rule by rule.

use entity::validation_rule::MissingStrategy;
use proptest::prelude::*;

use super::*;

fn indicator(code: &str, value_type: ValueType, decimals: u32) -> Indicator {
    Indicator {
        code: code.to_owned(),
        name_ko: "지표".to_owned(),
        value_type,
        decimals,
        aggregation: Aggregation::Sum,
        range: Range {
            minimum: (value_type == ValueType::Percent).then_some(0),
            maximum: None,
            severity: Severity::Error,
        },
        is_required: false,
        by_region: true,
        by_size: true,
        by_industry: true,
    }
}

fn number(scaled: i64) -> Entry {
    Entry {
        state: ValueState::Value,
        value: Some(scaled.to_string()),
        scaled: Some(scaled),
        reason: None,
        comment: None,
        evidence_note: None,
    }
}

fn without(state: ValueState, reason: Option<&str>) -> Entry {
    Entry { state, value: None, scaled: None, reason: reason.map(str::to_owned), ..number(0) }
}

fn at(text: &str) -> Cell {
    text.parse().unwrap()
}

fn cells(entries: Vec<(&str, Entry)>) -> Cells {
    entries.into_iter().map(|(cell, entry)| (at(cell), entry)).collect()
}

/// What a check finds: cell, rule and severity.
fn found(indicators: &[Indicator], rules: &[Rule], cells: &Cells) -> Vec<String> {
    told(indicators, rules, &BTreeMap::new(), &BTreeMap::new(), cells)
}

fn told(
    indicators: &[Indicator],
    rules: &[Rule],
    previous: &BTreeMap<String, i64>,
    history: &BTreeMap<String, Vec<i64>>,
    cells: &Cells,
) -> Vec<String> {
    let form = Form { indicators, rules, previous, history };
    let name =
        |problem: Problem| format!("{} {} {}", problem.cell, problem.rule, problem.severity.code());
    check(&form, cells).into_iter().map(name).collect()
}

#[test]
fn a_required_total_must_be_there_even_without_a_value() {
    let must = [Indicator { is_required: true, ..indicator("A", ValueType::Integer, 0) }];
    assert_eq!(found(&must, &[], &Cells::new()), ["A REQUIRED ERROR"]);
    assert_eq!(found(&must, &[], &cells(vec![("A", number(0))])), Vec::<String>::new());
    let missing = without(ValueState::Missing, Some("집계 중"));
    assert_eq!(found(&must, &[], &cells(vec![("A", missing)])), Vec::<String>::new());
}

#[test]
fn parts_of_each_pattern_make_up_the_total() {
    let one = [indicator("A", ValueType::Krw, 0)];
    let missing = || without(ValueState::Missing, Some("미제출"));
    let table: Vec<(Vec<(&str, Entry)>, bool)> = vec![
        (vec![("A", number(10))], true),
        (vec![("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", number(6))], true),
        (vec![("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", number(5))], false),
        // Two patterns count the same twice, each on its own.
        (vec![("A", number(10)), ("A/KR-11//", number(10)), ("A//SMALL/", number(10))], true),
        (vec![("A", number(10)), ("A/KR-11//", number(10)), ("A//SMALL/", number(9))], false),
        // Sections hold divisions.
        (
            vec![
                ("A", number(3)),
                ("A///C", number(3)),
                ("A///10", number(1)),
                ("A///11", number(2)),
            ],
            true,
        ),
        (vec![("A", number(3)), ("A///C", number(3)), ("A///10", number(2))], false),
        // What is missing can only add.
        (vec![("A", number(10)), ("A/KR-11//", number(4)), ("A/KR-26//", missing())], true),
        (vec![("A", number(10)), ("A/KR-11//", number(11)), ("A/KR-26//", missing())], false),
        // There is no total to make up.
        (vec![("A/KR-11//", number(4))], false),
        (vec![("A", missing()), ("A/KR-11//", number(4))], false),
        // Beyond what fits into one number.
        (
            vec![
                ("A", number(i64::MAX)),
                ("A/KR-11//", number(i64::MAX)),
                ("A/KR-26//", number(1)),
            ],
            false,
        ),
        (
            vec![
                ("A", number(i64::MIN)),
                ("A/KR-11//", number(i64::MAX)),
                ("A/KR-26//", number(1)),
            ],
            false,
        ),
    ];
    for (entries, fits) in table {
        let shown = format!("{:?}", entries.iter().map(|(cell, _)| *cell).collect::<Vec<_>>());
        let expected: &[&str] = if fits { &[] } else { &["A SUM ERROR"] };
        assert_eq!(found(&one, &[], &cells(entries)), expected, "{shown}");
    }
    let average = [Indicator { aggregation: Aggregation::Average, ..one[0].clone() }];
    let parts = cells(vec![("A", number(10)), ("A/KR-11//", number(90))]);
    assert_eq!(found(&average, &[], &parts), Vec::<String>::new());
}

#[test]
fn a_wrong_sum_shows_both_figures() {
    let one = [indicator("A", ValueType::Decimal, 1)];
    let parts = cells(vec![("A", number(125)), ("A/KR-11//", number(100))]);
    let form = Form {
        indicators: &one,
        rules: &[],
        previous: &BTreeMap::new(),
        history: &BTreeMap::new(),
    };
    let problems = check(&form, &parts);
    assert_eq!(problems.len(), 1);
    let message = &problems[0].message;
    for text in [&message.ko, &message.en] {
        assert!(text.contains("12.5") && text.contains("10"), "{text}");
    }
    assert_eq!(problems[0].value.as_deref(), Some("125"));
}

#[test]
fn a_cell_is_broken_down_and_reasoned_as_its_indicator_says() {
    let whole = Indicator {
        by_region: false,
        by_size: false,
        by_industry: false,
        aggregation: Aggregation::None,
        ..indicator("A", ValueType::Integer, 0)
    };
    for (allowed, part) in [
        (Indicator { by_region: true, ..whole.clone() }, "A/KR-11//"),
        (Indicator { by_size: true, ..whole.clone() }, "A//SMALL/"),
        (Indicator { by_industry: true, ..whole.clone() }, "A///C"),
    ] {
        let parts = cells(vec![(part, number(1))]);
        assert_eq!(found(&[allowed], &[], &parts), Vec::<String>::new(), "{part}");
        let refused = format!("{part} BREAKDOWN ERROR");
        assert_eq!(found(std::slice::from_ref(&whole), &[], &parts), [refused], "{part}");
    }
    for (state, reason, fits) in [
        (ValueState::Missing, None, false),
        (ValueState::Missing, Some("집계 중"), true),
        (ValueState::NotApplicable, None, false),
        (ValueState::NotApplicable, Some("대상 아님"), true),
    ] {
        let seen =
            found(std::slice::from_ref(&whole), &[], &cells(vec![("A", without(state, reason))]));
        assert_eq!(seen.is_empty(), fits, "{state:?} {reason:?} {seen:?}");
    }
    assert_eq!(
        found(std::slice::from_ref(&whole), &[], &cells(vec![("A", number(0))])),
        Vec::<String>::new()
    );
    let percent = [indicator("P", ValueType::Percent, 1)];
    assert_eq!(found(&percent, &[], &cells(vec![("P", number(-1))])), ["P RANGE ERROR"]);
    assert_eq!(found(&percent, &[], &cells(vec![("P", number(1205))])), Vec::<String>::new());
    let debt = [indicator("A", ValueType::Krw, 0)];
    assert_eq!(found(&debt, &[], &cells(vec![("A", number(-1))])), Vec::<String>::new());
}

#[test]
fn a_total_far_from_its_own_past_is_an_outlier() {
    let one = [indicator("A", ValueType::Integer, 0)];
    // history, now, whether it stands out
    let table: [(&[i64], i64, bool); 13] = [
        (&[100, 100, 100], 1_000_000, false),
        (&[98, 100, 102, 104], 101, false),
        // Median 101, usual distance 2: more than 10 and more than 20.2 away.
        (&[98, 100, 102, 104], 121, false),
        (&[98, 100, 102, 104], 122, true),
        (&[98, 100, 102, 104], 81, false),
        (&[98, 100, 102, 104], 80, true),
        // Median 100, usual distance 20: more than 100 away.
        (&[60, 80, 100, 120, 140], 200, false),
        (&[60, 80, 100, 120, 140], 201, true),
        (&[100, 100, 100, 100], 120, false),
        (&[100, 100, 100, 100], 121, true),
        (&[0, 0, 0, 0], 0, false),
        (&[0, 0, 0, 0], 1, true),
        (&[i64::MAX, i64::MAX, i64::MAX, i64::MAX], i64::MIN, true),
    ];
    for (past, now, stands_out) in table {
        let history = BTreeMap::from([("A".to_owned(), past.to_vec())]);
        let seen = told(&one, &[], &BTreeMap::new(), &history, &cells(vec![("A", number(now))]));
        let expected: &[&str] = if stands_out { &["A OUTLIER WARNING"] } else { &[] };
        assert_eq!(seen, expected, "{past:?} {now}");
        // Parts have no past of their own.
        let parts = cells(vec![("A", without(ValueState::Missing, Some("미제출")))]);
        assert_eq!(told(&one, &[], &BTreeMap::new(), &history, &parts), Vec::<String>::new());
    }
}

fn rule(code: &str, expression: &str, severity: Severity) -> Rule {
    let (message, skip) = (Text::new("고치십시오.", "Put it right."), MissingStrategy::SkipIfAny);
    Rule::compile(code, expression, "A", severity, skip, message, &["A", "B"]).unwrap()
}

#[test]
fn rules_of_the_programme_are_asked_with_exact_figures() {
    let both = [indicator("A", ValueType::Decimal, 1), indicator("B", ValueType::Krw, 0)];
    let rules = [
        rule("R1", "A <= B", Severity::Error),
        rule("R2", "abs(change(A, prev_A)) <= 50", Severity::Warning),
        rule("R3", "A / (B - 10) < 100", Severity::Error),
    ];
    let previous = BTreeMap::from([("A".to_owned(), 100)]);
    let ask = |a, b| {
        let values = cells(vec![("A", number(a)), ("B", number(b))]);
        told(&both, &rules, &previous, &BTreeMap::new(), &values)
    };
    assert_eq!(ask(100, 11), Vec::<String>::new());
    // 11.1 is more than 11, though 111 parts of ten are not compared with 11.
    assert_eq!(ask(111, 11), ["A R1 ERROR"]);
    assert_eq!(ask(151, 20), ["A R2 WARNING"]);
    // What cannot be evaluated is a warning, whatever the rule's own severity.
    assert_eq!(ask(100, 10), ["A R3 WARNING"]);
    // A part has no say, and what is missing is skipped.
    let parts = cells(vec![("A/KR-11//", number(999)), ("B", number(1))]);
    let whole = [Indicator { aggregation: Aggregation::None, ..both[0].clone() }, both[1].clone()];
    assert_eq!(told(&whole, &rules, &previous, &BTreeMap::new(), &parts), Vec::<String>::new());
}

#[test]
fn a_comment_answers_a_warning() {
    let one = [indicator("A", ValueType::Integer, 0)];
    let history = BTreeMap::from([("A".to_owned(), vec![1, 1, 1, 1])]);
    let form = Form { indicators: &one, rules: &[], previous: &BTreeMap::new(), history: &history };
    for (comment, is_justified) in [(None, false), (Some("신규 사업"), true)] {
        let comment = comment.map(str::to_owned);
        let problems = check(&form, &cells(vec![("A", Entry { comment, ..number(9) })]));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].is_justified, is_justified);
    }
}

#[test]
fn problems_come_by_cell_and_rule_and_errors_are_kept() {
    let one = [Indicator {
        aggregation: Aggregation::None,
        by_size: false,
        ..indicator("A", ValueType::Percent, 0)
    }];
    let rules = [rule("R1", "A > 5", Severity::Warning)];
    let known = [one[0].clone(), indicator("B", ValueType::Krw, 0)];
    let values =
        cells(vec![("A//SMALL/", number(-1)), ("A", number(1)), ("A/KR-11//", number(-1))]);
    let expected = [
        "A R1 WARNING",
        "A//SMALL/ BREAKDOWN ERROR",
        "A//SMALL/ RANGE ERROR",
        "A/KR-11// RANGE ERROR",
    ];
    assert_eq!(found(&known, &rules, &values), expected);
    let many: Cells = (0..MAX_PROBLEMS + 500)
        .map(|place| {
            (Cell { region: Some(format!("R{place:05}")), ..Cell::total("A") }, number(-1))
        })
        .chain([(Cell::total("A"), number(1))])
        .collect();
    let seen = found(&known, &rules, &many);
    assert_eq!(seen.len(), MAX_PROBLEMS);
    assert!(seen.iter().all(|problem| problem.ends_with("RANGE ERROR")), "{:?}", &seen[..2]);
}

#[test]
fn an_entry_says_one_thing() {
    use ValueState as S;
    let krw = indicator("A", ValueType::Krw, 0);
    let yes_no = indicator("A", ValueType::Boolean, 0);
    let text = indicator("A", ValueType::Text, 0);
    let made = |indicator: &Indicator, state, value: Option<&str>| {
        entry(indicator, state, value, None, None, None)
            .map(|entry| (entry.state, entry.value, entry.scaled))
            .map_err(|_| ())
    };
    let given = |state, value: &str, scaled| Ok((state, Some(value.to_owned()), scaled));
    assert_eq!(made(&krw, None, Some(" 1,234 ")), given(S::Value, "1234", Some(1234)));
    assert_eq!(made(&krw, None, Some("0")), given(S::Value, "0", Some(0)));
    assert_eq!(made(&krw, Some(S::Value), Some("5")), given(S::Value, "5", Some(5)));
    assert_eq!(made(&krw, Some(S::ZeroConfirmed), None), given(S::ZeroConfirmed, "0", Some(0)));
    assert_eq!(
        made(&krw, Some(S::ZeroConfirmed), Some("0")),
        given(S::ZeroConfirmed, "0", Some(0))
    );
    assert_eq!(made(&krw, Some(S::Missing), None), Ok((S::Missing, None, None)));
    assert_eq!(made(&krw, Some(S::NotApplicable), Some(" ")), Ok((S::NotApplicable, None, None)));
    assert_eq!(made(&yes_no, None, Some("예")), given(S::Value, "true", Some(1)));
    assert_eq!(made(&text, None, Some(" 첫째\n둘째 ")), given(S::Value, "첫째\n둘째", None));
    let longest = "가".repeat(MAX_TEXT);
    assert_eq!(made(&text, None, Some(&longest)), given(S::Value, &longest, None));
    for (of, state, value) in [
        (&krw, None, None),
        (&krw, None, Some("")),
        (&krw, Some(S::Value), None),
        (&krw, None, Some("1.5")),
        (&krw, None, Some("많음")),
        (&krw, Some(S::ZeroConfirmed), Some("3")),
        (&krw, Some(S::Missing), Some("3")),
        (&krw, Some(S::NotApplicable), Some("0")),
        (&yes_no, Some(S::ZeroConfirmed), None),
        (&text, Some(S::ZeroConfirmed), None),
        (&text, None, Some("a\u{0}b")),
        (&text, None, Some("a\u{1b}b")),
        (&text, None, Some(&*format!("{longest}가"))),
    ] {
        assert_eq!(made(of, state, value), Err(()), "{state:?} {value:?}");
    }
    let noted =
        entry(&krw, None, Some("1"), Some(" ".into()), Some(" 의견 ".into()), None).unwrap();
    assert_eq!((noted.reason, noted.comment.as_deref()), (None, Some("의견")));
}

#[test]
fn a_receipt_can_be_recomputed_by_others() {
    let noted = Entry { comment: Some("\"줄\n\"".to_owned()), ..number(5) };
    let values = cells(vec![
        ("B", without(ValueState::Missing, Some("집계 중"))),
        ("A/KR-11//", noted),
        ("A", number(5)),
    ]);
    let lines = concat!(
        "[\"A\",\"VALUE\",\"5\",null,null,null]\n",
        "[\"A/KR-11//\",\"VALUE\",\"5\",null,\"\\\"줄\\n\\\"\",null]\n",
        "[\"B\",\"MISSING\",null,\"집계 중\",null,null]\n",
    );
    let by_hand: String = Sha256::digest(lines).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(content_hash(&values, &Evidence::new()), by_hand);
    let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(content_hash(&Cells::new(), &Evidence::new()), of_nothing);
    let file =
        |of: Option<&str>, name: &str| ((of.map(str::to_owned), name.to_owned()), "ab".to_owned());
    let files = Evidence::from_iter([file(Some("A"), "1.pdf"), file(None, "2.pdf")]);
    let lines =
        format!("{lines}[\"FILE\",null,\"2.pdf\",\"ab\"]\n[\"FILE\",\"A\",\"1.pdf\",\"ab\"]\n");
    let by_hand: String = Sha256::digest(lines).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(content_hash(&values, &files), by_hand);
}

proptest! {
    #[test]
    fn a_split_adds_up_and_a_changed_split_does_not(
        parts in prop::collection::vec(-(1_i64 << 53)..(1_i64 << 53), 1..12), off in 1_i64..1000
    ) {
        let one = [indicator("A", ValueType::Krw, 0)];
        let split = |total| -> Cells {
            let part = |(place, value): (usize, &i64)| {
                (Cell { region: Some(format!("KR-{place:02}")), ..Cell::total("A") }, number(*value))
            };
            let mut cells: Cells = parts.iter().enumerate().map(part).collect();
            cells.insert(Cell::total("A"), number(total));
            cells
        };
        let total = parts.iter().sum::<i64>();
        prop_assert_eq!(found(&one, &[], &split(total)), Vec::<String>::new());
        prop_assert_eq!(found(&one, &[], &split(total + off)), ["A SUM ERROR"]);
    }

    #[test]
    fn different_values_have_different_hashes(one in "\\PC{0,6}", other in "\\PC{0,6}", third in "\\PC{0,6}") {
        let hash = |value: &str, reason: &str| {
            let said = Entry { value: Some(value.to_owned()), reason: Some(reason.to_owned()), ..number(0) };
            content_hash(&cells(vec![("A", said)]), &Evidence::new())
        };
        prop_assert_eq!(hash(&one, &other) == hash(&one, &third), other == third);
        prop_assert_eq!(hash(&one, &other) == hash(&other, &one), one == other);
    }

    #[test]
    fn any_text_makes_an_entry_or_none(value in "\\PC{0,20}", code in 0_usize..5) {
        let states = [
            None, Some(ValueState::Value), Some(ValueState::ZeroConfirmed),
            Some(ValueState::NotApplicable), Some(ValueState::Missing),
        ];
        for value_type in [ValueType::Krw, ValueType::Percent, ValueType::Boolean, ValueType::Text] {
            let of = indicator("A", value_type, 0);
            if let Ok(made) = entry(&of, states[code], Some(&value), None, None, None) {
                let again = entry(&of, Some(made.state), made.value.as_deref(), None, None, None);
                prop_assert_eq!(again, Ok(made));
            }
        }
    }
}
