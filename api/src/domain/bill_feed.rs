//! The National Assembly's open data of bills, read: several rows of one bill become what they tell of it. What is not
//! understood is told as it stands, and never guessed.
//!
//! Sources: field names and strings of the Assembly's feeds (lists of bill stages and results).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::bill::{BillResult, ProposerKind};
use entity::bill_event::BillStage;

/// A row of the feed: values by field name, in capitals.
pub type Row = BTreeMap<String, String>;

/// What of a row was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// Field.
    pub field: String,
    /// Value as it stands.
    pub value: String,
}

/// A stage that the rows tell of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Stage.
    pub stage: BillStage,
    /// Day; none where the feed only tells that it stands there.
    pub on: Option<String>,
    /// As the feed prints it.
    pub raw: String,
    /// Result that it brought.
    pub result: Option<BillResult>,
}

/// What the rows of one bill tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// Number.
    pub number: String,
    /// Id.
    pub source_id: Option<String>,
    /// Second id, of a bill that was sent back.
    pub second_source_id: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Who proposed it.
    pub proposer_kind: Option<ProposerKind>,
    /// Proposer as named.
    pub proposer: Option<String>,
    /// Committee in charge.
    pub committee: Option<String>,
    /// Date proposed.
    pub proposed_on: Option<String>,
    /// Result as it is printed.
    pub result_text: Option<String>,
    /// Whether that is none that is known.
    pub is_result_unmapped: bool,
    /// Stages in the order of the procedure.
    pub reached: Vec<Reached>,
    /// What was not understood.
    pub unmapped: Vec<Unmapped>,
}

const NUMBER: &[&str] = &["BILL_NO"];
const ID: &[&str] = &["BILL_ID"];
const TITLE: &[&str] = &["BILL_NAME", "BILL_NM"];
const KIND: &[&str] = &["PROPOSER_KIND", "PPSR_KIND", "PROPOSER_KIND_CD"];
const PROPOSER: &[&str] = &["PROPOSER", "PPSR", "PPSR_NM", "RST_PROPOSER"];
const COMMITTEE: &[&str] = &["COMMITTEE", "JRCMIT_NM", "COMMITTEE_NM", "CURR_COMMITTEE"];
const PROPOSED: &[&str] = &["PPSL_DT", "PROPOSE_DT"];
const STAGE: &[&str] = &["PROC_STAGE_CD", "PROC_STAGE", "CURR_STAGE"];
const RESULT: &[&str] = &["RGS_CONF_RSLT", "PROC_RESULT", "PROC_RESULT_CD"];
const COMMITTEE_RESULT: &[&str] = &["JRCMIT_PROC_RSLT", "CMT_PROC_RSLT", "CMT_PROC_RESULT_CD"];
const DECIDED: &[&str] = &["RGS_RSLN_DT", "PROC_DT"];

/// Stages by the fields of their dates, with what the feed calls them, in the order of the procedure.
const DATED: [(BillStage, &[&str], &str); 9] = [
    (BillStage::Received, PROPOSED, "접수"),
    (
        BillStage::CommitteeReceived,
        &["COMMITTEE_DT", "JRCMIT_CMMT_DT", "BDG_CMMT_DT"],
        "소관위접수",
    ),
    (BillStage::CommitteeReview, &["CMT_PRESENT_DT", "JRCMIT_PRSNT_DT"], "소관위심사"),
    (BillStage::CommitteeDecided, &["CMT_PROC_DT", "JRCMIT_PROC_DT"], "소관위심사보고"),
    (BillStage::JudiciaryRequested, &["LAW_SUBMIT_DT", "LAW_CMMT_DT"], "체계자구의뢰"),
    (
        BillStage::JudiciaryReview,
        &["LAW_PRESENT_DT", "LAW_PRSNT_DT", "LAW_PROC_DT"],
        "체계자구심사",
    ),
    (BillStage::PlenaryReady, &["RGS_PRSNT_DT"], "본회의부의안건"),
    (BillStage::Transferred, &["GVRN_TRSF_DT"], "정부이송"),
    (BillStage::Promulgated, &["PROM_DT"], "공포"),
];

/// A text without its spaces, to be compared.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a value says nothing.
fn is_blank(text: &str) -> bool {
    matches!(folded(text).as_str(), "" | "-" | "null" | "NULL" | "없음")
}

/// A day as feeds write it: `2026-01-05`, `20260105`, `2026.1.5.`, `2026/01/05`, with or without a time behind it.
pub fn day(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let (year, month, date) = match digits.as_slice() {
        [whole, ..] if whole.len() == 8 || whole.len() == 14 => {
            (whole.get(..4)?, whole.get(4..6)?, whole.get(6..8)?)
        }
        [year, month, date, ..] if year.len() == 4 && month.len() <= 2 && date.len() <= 2 => {
            (*year, *month, *date)
        }
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?)?;
    (1948..=2999).contains(&year.parse::<i32>().ok()?).then(|| day.to_string())
}

/// A text that stands for nothing that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown;

/// A result as feeds print it; none where nothing is decided yet.
///
/// # Errors
/// It is none that is known.
pub fn result(text: &str) -> Result<Option<BillResult>, Unknown> {
    use BillResult as R;
    Ok(Some(match folded(text).as_str() {
        "" | "-" | "계류" | "계류의안" => return Ok(None),
        "원안가결" => R::PassedAsProposed,
        "수정가결" | "수정안가결" => R::PassedAmended,
        "가결" => R::Passed,
        "대안반영폐기" => R::AbsorbedInAlternative,
        "수정안반영폐기" => R::AbsorbedInAmendment,
        "부결" => R::Rejected,
        "폐기" => R::Discarded,
        "철회" | "철수" => R::Withdrawn,
        "임기만료폐기" => R::ExpiredTermEnd,
        "회기불계속폐기" => R::ExpiredSession,
        _ => return Err(Unknown),
    }))
}

/// A stage as feeds print it; a result that stands in its place is none.
fn stage(text: &str) -> Option<BillStage> {
    use BillStage as S;
    Some(match folded(text).as_str() {
        "접수" => S::Received,
        "소관위접수" => S::CommitteeReceived,
        "소관위심사" => S::CommitteeReview,
        "소관위심사보고" => S::CommitteeDecided,
        "체계자구의뢰" => S::JudiciaryRequested,
        "체계자구심사" => S::JudiciaryReview,
        "부의가능안건" | "본회의부의안건" => S::PlenaryReady,
        "본회의불부의" => S::PlenaryNotTabled,
        "본회의의결" => S::PlenaryDecided,
        "의안정리" => S::TextFinalised,
        "정부이송" => S::Transferred,
        "재의요구" => S::ReconsiderationRequested,
        "재의(가결)" | "재의(부결)" => S::ReconsiderationDecided,
        "공포" => S::Promulgated,
        "대안반영폐기" | "수정안반영폐기" | "철회" | "철수" | "폐기" | "임기만료폐기" | "부결" => {
            S::ClosedWithoutEnactment
        }
        _ => return None,
    })
}

fn proposer_kind(text: &str) -> Option<ProposerKind> {
    Some(match folded(text).as_str() {
        "의원" | "F01" => ProposerKind::Member,
        "위원장" | "F02" => ProposerKind::CommitteeChair,
        "정부" | "F03" => ProposerKind::Government,
        "의장" | "F04" => ProposerKind::Speaker,
        "기타" | "F05" => ProposerKind::Other,
        _ => return None,
    })
}

/// The number of a row, by which rows of one bill are told.
pub fn number(row: &Row) -> Option<&str> {
    first(row, NUMBER).map(|(_, value)| value)
}

/// Whether a row is of a bill for a law: feeds hold motions, budgets and elections as well.
pub fn is_law(row: &Row) -> bool {
    let kind = first(row, &["BILL_KIND", "BILL_KND", "BILL_KIND_CD"]);
    kind.is_none_or(|(_, kind)| matches!(folded(kind).as_str(), "법률안" | "B04"))
}

/// The first of some fields that says something.
fn first<'r>(row: &'r Row, fields: &[&'static str]) -> Option<(&'static str, &'r str)> {
    fields.iter().find_map(|field| {
        row.get(*field).map(|value| (*field, value.trim())).filter(|(_, value)| !is_blank(value))
    })
}

/// Rows of one bill under one id as one row: what they disagree on is told, and left out where it is of the procedure.
fn merged(rows: &[&Row], unmapped: &mut Vec<Unmapped>) -> Row {
    let mut whole = Row::new();
    let mut disputed = Vec::new();
    for row in rows {
        for (field, value) in row.iter().filter(|(_, value)| !is_blank(value)) {
            let Some(known) = whole.get(field) else {
                whole.insert(field.clone(), value.clone());
                continue;
            };
            let is_date = field.ends_with("_DT");
            let is_same = if is_date {
                day(known).is_some() && day(known) == day(value)
            } else {
                folded(known) == folded(value)
            };
            // Of several proposers, the first stands.
            let matters = is_date
                || field.ends_with("RSLT")
                || RESULT.contains(&&**field)
                || STAGE.contains(&&**field);
            if !is_same && matters {
                unmapped
                    .push(Unmapped { field: field.clone(), value: format!("{known} / {value}") });
                disputed.push(field.clone());
            }
        }
    }
    for field in disputed {
        whole.remove(&field);
    }
    whole
}

/// What the rows of one bill tell. Of two ids, the later proposed is that of the reconsideration.
pub fn told(rows: &[&Row]) -> Told {
    let mut told = Told::default();
    let mut by_id: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_id.entry(first(row, ID).map_or("", |(_, id)| id)).or_default().push(row);
    }
    // A row that names no id is of the bill itself.
    if by_id.len() > 1
        && let Some(nameless) = by_id.remove("")
        && let Some(mut known) = by_id.first_entry()
    {
        known.get_mut().extend(nameless);
    }
    let mut wholes: Vec<Row> =
        by_id.values().map(|rows| merged(rows, &mut told.unmapped)).collect();
    wholes.sort_by_key(|row| first(row, PROPOSED).and_then(|(_, value)| day(value)));
    let mut wholes = wholes.into_iter();
    let Some(main) = wholes.next() else { return told };
    told.main(&main);
    if let Some(second) = wholes.next() {
        told.second(&second);
    }
    for more in wholes {
        let value = first(&more, ID).map_or("", |(_, id)| id).to_owned();
        told.unmapped.push(Unmapped { field: "BILL_ID".to_owned(), value });
    }
    told.reached.sort_by_key(|reached| super::bill::order(Some(reached.stage)));
    told
}

impl Told {
    fn unmapped(&mut self, field: &str, value: &str) {
        self.unmapped.push(Unmapped { field: field.to_owned(), value: value.to_owned() });
    }

    /// The day of the first of some fields that says something.
    fn day(&mut self, row: &Row, fields: &[&'static str]) -> Option<String> {
        let (field, value) = first(row, fields)?;
        let day = day(value);
        if day.is_none() {
            self.unmapped(field, value);
        }
        day
    }

    fn main(&mut self, row: &Row) {
        let text = |fields: &[&'static str]| first(row, fields).map(|(_, value)| value.to_owned());
        self.number = text(NUMBER).unwrap_or_default();
        self.source_id = text(ID);
        self.title = text(TITLE);
        self.proposer = text(PROPOSER);
        self.committee = text(COMMITTEE);
        if let Some((field, value)) = first(row, KIND) {
            self.proposer_kind = proposer_kind(value);
            if self.proposer_kind.is_none() {
                self.unmapped(field, value);
            }
        }
        self.proposed_on = first(row, PROPOSED).and_then(|(_, value)| day(value));
        let mut put_off = None;
        if let Some((field, value)) = first(row, COMMITTEE_RESULT) {
            match folded(value).as_str() {
                "보류" | "심사미료" | "회송" => put_off = Some(BillResult::Held),
                // What a committee decides is the plenary's to confirm.
                _ if result(value).is_ok() => {}
                _ => self.unmapped(field, value),
            }
        }
        for (stage, fields, raw) in DATED {
            let Some(on) = self.day(row, fields) else { continue };
            let decides = stage == BillStage::CommitteeDecided;
            let raw = match (stage, first(row, COMMITTEE_RESULT)) {
                (BillStage::CommitteeDecided, Some((_, result))) => format!("{raw} ({result})"),
                (BillStage::Promulgated, _) => promulgated(row),
                _ => raw.to_owned(),
            };
            let result = put_off.filter(|_| decides);
            self.reached.push(Reached { stage, on: Some(on), raw, result });
        }
        self.decided(row);
        self.standing(row);
    }

    /// The result, with the stage at which it fell.
    fn decided(&mut self, row: &Row) {
        let Some((field, value)) = first(row, RESULT) else { return };
        self.result_text = Some(value.to_owned());
        let Ok(result) = result(value) else {
            self.is_result_unmapped = true;
            self.unmapped(field, value);
            return;
        };
        let Some(result) = result else { return };
        let Some(on) = self.day(row, DECIDED) else {
            // Without its day it is no event.
            self.unmapped(field, value);
            return;
        };
        let plenary = matches!(
            result,
            BillResult::PassedAsProposed | BillResult::PassedAmended | BillResult::Passed
        ) || (result == BillResult::Rejected
            && first(row, &["RGS_RSLN_DT"]).is_some());
        let stage =
            if plenary { BillStage::PlenaryDecided } else { BillStage::ClosedWithoutEnactment };
        self.reached.push(Reached {
            stage,
            on: Some(on),
            raw: value.to_owned(),
            result: Some(result),
        });
    }

    /// Where the feed says that it stands, if no date tells it.
    fn standing(&mut self, row: &Row) {
        let Some((field, value)) = first(row, STAGE) else { return };
        let Some(stage) = stage(value) else { return self.unmapped(field, value) };
        let is_told = self.reached.iter().any(|reached| reached.stage == stage);
        // What needs a result is told by its result, and never by its stage alone.
        if !is_told && !super::bill::results(stage).1 {
            self.reached.push(Reached { stage, on: None, raw: value.to_owned(), result: None });
        }
    }

    /// The row of a bill that was sent back.
    fn second(&mut self, row: &Row) {
        self.second_source_id = first(row, ID).map(|(_, id)| id.to_owned());
        if let Some(on) = self.day(row, PROPOSED) {
            let (stage, raw) = (BillStage::ReconsiderationRequested, "재의요구".to_owned());
            self.reached.push(Reached { stage, on: Some(on), raw, result: None });
        }
        let Some((field, value)) = first(row, RESULT).or_else(|| first(row, STAGE)) else { return };
        let result = match folded(value).as_str() {
            "재의(가결)" | "가결" | "원안가결" => BillResult::Passed,
            "재의(부결)" | "부결" => BillResult::Rejected,
            "" | "-" | "계류" | "재의요구" => return,
            _ => return self.unmapped(field, value),
        };
        let Some(on) = self.day(row, DECIDED) else { return self.unmapped(field, value) };
        let stage = BillStage::ReconsiderationDecided;
        self.reached.push(Reached {
            stage,
            on: Some(on),
            raw: value.to_owned(),
            result: Some(result),
        });
    }
}

fn promulgated(row: &Row) -> String {
    let number = first(row, &["PROM_NO"]).map(|(_, value)| format!(" 제{value}호"));
    let law = first(row, &["PROM_LAW_NM"]).map(|(_, value)| format!(" {value}"));
    format!("공포{}{}", number.unwrap_or_default(), law.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[(&str, &str)]) -> Row {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn days_are_read_as_feeds_write_them() {
        for (text, day_is) in [
            ("2026-01-05", Some("2026-01-05")),
            (" 20260105 ", Some("2026-01-05")),
            ("2026.1.5.", Some("2026-01-05")),
            ("2026. 01. 05", Some("2026-01-05")),
            ("2026/01/05", Some("2026-01-05")),
            ("2026-01-05 00:00:00", Some("2026-01-05")),
            ("20260105093000", Some("2026-01-05")),
            ("2026-02-30", None),
            ("2026-13-01", None),
            ("26-01-05", None),
            ("1월 5일", None),
            ("0000-00-00", None),
            ("", None),
        ] {
            assert_eq!(day(text).as_deref(), day_is, "{text}");
        }
    }

    #[test]
    fn results_are_mapped_by_their_text_alone() {
        assert_eq!(result("수정안 가결"), Ok(Some(BillResult::PassedAmended)));
        assert_eq!(result("대안반영폐기"), Ok(Some(BillResult::AbsorbedInAlternative)));
        assert_eq!(result("계류"), Ok(None));
        assert_eq!(result("E04"), Err(Unknown));
        assert_eq!(result("본회의 보류"), Err(Unknown));
    }

    #[test]
    fn several_rows_of_a_bill_are_one() {
        let (one, other) = (
            row(&[
                ("BILL_NO", "2213001"),
                ("BILL_ID", "A"),
                ("PPSL_DT", "20260105"),
                ("PROPOSER", "갑"),
            ]),
            row(&[
                ("BILL_NO", "2213001"),
                ("BILL_ID", "A"),
                ("PPSL_DT", "2026-01-05"),
                ("PROPOSER", "을"),
                ("COMMITTEE_DT", "2026.1.7"),
            ]),
        );
        let told = told(&[&one, &other]);
        assert_eq!(told.unmapped, []);
        assert_eq!(told.proposer.as_deref(), Some("갑"));
        let stages: Vec<_> =
            told.reached.iter().map(|it| (it.stage, it.on.clone().unwrap())).collect();
        assert_eq!(
            stages,
            [
                (BillStage::Received, "2026-01-05".to_owned()),
                (BillStage::CommitteeReceived, "2026-01-07".to_owned())
            ]
        );
        let disputed =
            row(&[("BILL_NO", "2213001"), ("BILL_ID", "A"), ("COMMITTEE_DT", "2026-01-08")]);
        let told = super::told(&[&one, &other, &disputed]);
        assert_eq!(told.unmapped.len(), 1);
        assert!(!told.reached.iter().any(|it| it.stage == BillStage::CommitteeReceived));
    }

    #[test]
    fn a_second_id_is_the_reconsideration() {
        let (first, second) = (
            row(&[
                ("BILL_NO", "2213002"),
                ("BILL_ID", "B"),
                ("PPSL_DT", "2026-01-05"),
                ("PROC_RESULT", "원안가결"),
                ("RGS_RSLN_DT", "2026-02-01"),
                ("GVRN_TRSF_DT", "2026-02-05"),
            ]),
            row(&[
                ("BILL_NO", "2213002"),
                ("BILL_ID", "A"),
                ("PPSL_DT", "2026-02-15"),
                ("PROC_RESULT", "재의(부결)"),
                ("PROC_DT", "2026-03-01"),
            ]),
        );
        let told = told(&[&second, &first]);
        assert_eq!(
            (told.source_id.as_deref(), told.second_source_id.as_deref()),
            (Some("B"), Some("A"))
        );
        let stages: Vec<_> = told.reached.iter().map(|it| (it.stage, it.result)).collect();
        assert_eq!(
            stages,
            [
                (BillStage::Received, None),
                (BillStage::PlenaryDecided, Some(BillResult::PassedAsProposed)),
                (BillStage::Transferred, None),
                (BillStage::ReconsiderationRequested, None),
                (BillStage::ReconsiderationDecided, Some(BillResult::Rejected)),
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_told_and_not_guessed() {
        let strange = row(&[
            ("BILL_NO", "2213003"),
            ("PPSL_DT", "soon"),
            ("PROC_RESULT", "기타 처리"),
            ("PROC_DT", "2026-02-01"),
            ("PROPOSER_KIND", "위원"),
            ("PROC_STAGE_CD", "공람"),
        ]);
        let told = told(&[&strange]);
        assert!(told.is_result_unmapped);
        assert_eq!(told.result_text.as_deref(), Some("기타 처리"));
        assert_eq!(told.reached, []);
        let fields: Vec<&str> = told.unmapped.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["PROPOSER_KIND", "PPSL_DT", "PROC_RESULT", "PROC_STAGE_CD"]);
    }
}
