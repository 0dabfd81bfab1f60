//! The numbers of a submission: plausible, the same each time, parts that add up to their totals.

use crate::domain::quarter::Quarter;
use crate::seed::numbers::Numbers;
use crate::service::submission::draft::SubmissionValue;
use crate::sheet;

use super::programmes::VOUCHER;

/// An institution that grants vouchers, and its usual figures of a quarter.
pub struct Reporter {
    /// Code.
    pub code: &'static str,
    /// Budget, in won.
    pub allocated: u64,
    /// Companies.
    pub companies: u64,
    /// How they spread over the sizes of [`SIZES`].
    sizes: [u64; 4],
}

/// An institution that trains, and its usual figures of a quarter.
pub struct Trainer {
    /// Code.
    pub code: &'static str,
    /// People.
    pub trainees: u64,
    /// Courses.
    sessions: u64,
    sizes: [u64; 4],
}

/// Those who report on vouchers.
pub const REPORTERS: [Reporter; 5] = [
    Reporter { code: "KOSME", allocated: 6_200_000_000, companies: 140, sizes: [1, 5, 8, 1] },
    Reporter { code: "KIBO", allocated: 4_100_000_000, companies: 90, sizes: [1, 6, 6, 2] },
    Reporter { code: "SEMAS", allocated: 3_000_000_000, companies: 210, sizes: [9, 3, 1, 0] },
    Reporter { code: "TIPA", allocated: 5_400_000_000, companies: 120, sizes: [1, 5, 7, 2] },
    Reporter { code: "KISED", allocated: 2_200_000_000, companies: 60, sizes: [3, 7, 2, 0] },
];

/// Those who report on training.
pub const TRAINERS: [Trainer; 3] = [
    Trainer { code: "KOSME", trainees: 620, sessions: 30, sizes: [1, 5, 8, 2] },
    Trainer { code: "SEMAS", trainees: 900, sessions: 48, sizes: [9, 3, 1, 0] },
    Trainer { code: "KIBO", trainees: 280, sessions: 16, sizes: [1, 6, 6, 2] },
];

const SIZES: [&str; 4] = ["SMALL_MERCHANT", "SMALL", "MEDIUM", "MID_MARKET"];
/// Regions with their weights.
const REGIONS: [(&str, u64); 9] = [
    ("KR-11", 24),
    ("KR-26", 10),
    ("KR-27", 8),
    ("KR-28", 9),
    ("KR-30", 6),
    ("KR-41", 30),
    ("KR-43", 5),
    ("KR-46", 5),
    ("KR-48", 7),
];
/// Sections of KSIC with their weights.
const INDUSTRIES: [(&str, u64); 5] = [("C", 12), ("G", 5), ("I", 2), ("J", 7), ("M", 4)];
/// What amounts are rounded to, in won.
const MILLION: u64 = 1_000_000;

/// What is particular about figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    Usual,
    /// As first handed in, before they were put right.
    Early,
    /// Far more companies than usual, with the reason.
    Surge,
    /// More executed than allocated, and far fewer companies: a draft that cannot be handed in.
    Broken,
    /// Put right long after: less was executed.
    Restated,
}

/// A usual figure in the quarter of that place: two percent more each quarter.
pub fn grown(usual: u64, at: usize) -> u64 {
    usual * (100 + 2 * at as u64) / 100
}

/// The total in as many parts as there are weights, in whole units; they add up to it.
fn split(total: u64, unit: u64, weights: &[u64]) -> Vec<u64> {
    let whole = weights.iter().sum::<u64>().max(1);
    let units = total / unit;
    let (mut weight, mut given) = (0, 0);
    let mut parts: Vec<u64> = weights
        .iter()
        .map(|one| {
            weight += one;
            let upto = units * weight / whole;
            let part = upto - given;
            given = upto;
            part * unit
        })
        .collect();
    if let Some(last) = parts.iter_mut().max() {
        *last += total % unit;
    }
    parts
}

/// A form being filled in.
struct Form(Vec<sheet::Cell>);

impl Form {
    fn put(&mut self, cell: sheet::Cell) -> &mut sheet::Cell {
        self.0.push(cell);
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    fn total(&mut self, indicator: &str, value: impl ToString) -> &mut sheet::Cell {
        self.put(sheet::Cell {
            indicator: indicator.to_owned(),
            value: value.to_string(),
            ..sheet::Cell::default()
        })
    }

    fn by_region(&mut self, indicator: &str, quarter: Quarter, parts: &[u64]) {
        for ((region, _), value) in REGIONS.iter().zip(parts) {
            self.total(indicator, value).region = in_quarter(region, quarter).to_owned();
        }
    }

    fn by_size(&mut self, indicator: &str, parts: &[u64]) {
        for (size, value) in SIZES.iter().zip(parts) {
            self.total(indicator, value).size = (*size).to_owned();
        }
    }
}

/// A region under the name it has in a quarter: Jeonnam and Gwangju are one since 2026-07-01.
fn in_quarter(region: &'static str, quarter: Quarter) -> &'static str {
    if region == "KR-46" && (quarter.year(), quarter.number()) >= (2026, 3) {
        "JEONNAM_GWANGJU"
    } else {
        region
    }
}

/// Weights that differ a little from institution to institution.
fn weights(of: &[(&str, u64)], numbers: &mut Numbers) -> Vec<u64> {
    of.iter().map(|(_, weight)| weight + numbers.below(4)).collect()
}

/// The cells of an institution for a programme in a quarter, by its place.
pub fn cells(
    programme: &str,
    institution: &str,
    (quarter, at): (Quarter, usize),
    turn: Turn,
) -> Vec<SubmissionValue> {
    let mut form = Form(Vec::new());
    let mut numbers = Numbers::named(&format!("{programme}/{institution}/{quarter}"));
    if programme == VOUCHER {
        if let Some(one) = REPORTERS.iter().find(|one| one.code == institution) {
            voucher(&mut form, &mut numbers, one, (quarter, at), turn);
        }
    } else if let Some(one) = TRAINERS.iter().find(|one| one.code == institution) {
        training(&mut form, &mut numbers, one, (quarter, at), turn);
    }
    form.0.into_iter().map(value).collect()
}

/// A cell as an officer would save it.
fn value(cell: sheet::Cell) -> SubmissionValue {
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let code = |text: &str| serde_json::Value::from(text);
    SubmissionValue {
        indicator: cell.indicator,
        region: text(cell.region),
        size: serde_json::from_value(code(&cell.size)).ok(),
        industry: text(cell.industry),
        state: serde_json::from_value(code(&cell.state)).ok(),
        value: text(cell.value),
        reason: text(cell.reason),
        comment: text(cell.comment),
        evidence_note: text(cell.evidence_note),
        clear: false,
    }
}

/// Up to two percent more or less.
fn about(usual: u64, numbers: &mut Numbers) -> u64 {
    usual * (98 + numbers.below(5)) / 100
}

fn tenths(value: u64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn voucher(
    form: &mut Form,
    numbers: &mut Numbers,
    one: &Reporter,
    (quarter, at): (Quarter, usize),
    turn: Turn,
) {
    let allocated = about(grown(one.allocated, at), numbers) / (10 * MILLION) * (10 * MILLION);
    let usual = allocated / 100 * (82 + numbers.below(9)) / MILLION * MILLION;
    let executed = match turn {
        Turn::Usual | Turn::Surge => usual,
        Turn::Early => usual - 45 * MILLION,
        Turn::Broken => allocated + 80 * MILLION,
        Turn::Restated => usual - 120 * MILLION,
    };
    let typical = about(grown(one.companies, at), numbers);
    let companies = match turn {
        Turn::Usual | Turn::Early | Turn::Restated => typical,
        Turn::Surge => typical * 17 / 10,
        Turn::Broken => typical * 4 / 10,
    };
    form.total("BUDGET_ALLOCATED", allocated);
    form.total("BUDGET_EXECUTED", executed).evidence_note = format!("{quarter} 집행 내역서(예시)");
    let regions = weights(&REGIONS, numbers);
    form.by_region("BUDGET_EXECUTED", quarter, &split(executed, MILLION, &regions));
    let counted = form.total("COMPANIES_SUPPORTED", companies);
    if turn == Turn::Surge {
        counted.comment =
            "(예시) 추가경정예산으로 온라인 판매 지원 공고를 두 차례 더 냄".to_owned();
    }
    form.by_region("COMPANIES_SUPPORTED", quarter, &split(companies, 1, &regions));
    form.by_size("COMPANIES_SUPPORTED", &split(companies, 1, &one.sizes));
    let industries = split(companies, 1, &weights(&INDUSTRIES, numbers));
    for ((industry, _), value) in INDUSTRIES.iter().zip(&industries) {
        form.total("COMPANIES_SUPPORTED", value).industry = (*industry).to_owned();
    }
    form.total("SATISFACTION", tenths(830 + numbers.below(70)));
    form.total("HIRES", typical * (39 + numbers.below(4)) / 100);
    saving(form, numbers, one, at, typical);
    form.total("HAS_AI_ETHICS_TRAINING", numbers.below(4) > 0);
    if numbers.below(3) == 0 {
        let remark = numbers.pick(&[
            "(예시) 공급기업 선정이 늦어 일부 기업의 착수가 다음 분기로 넘어감",
            "(예시) 지역 설명회 6회 개최, 신청이 전 분기보다 늘어남",
            "(예시) 데이터 정비 컨설팅을 함께 지원해 도입 기간이 줄어듦",
        ]);
        form.total("REMARKS", remark);
    }
}

/// What was saved: not known to everybody. The survey that asks companies was not yet there in the first quarter, and two
/// institutions alone tried it out in the second: figures that nobody reported, and too few to be published.
fn saving(form: &mut Form, numbers: &mut Numbers, one: &Reporter, at: usize, companies: u64) {
    let saved = companies * (29 + numbers.below(3)) / 10 * MILLION;
    match (one.code, at) {
        ("KISED", _) | (_, 0) | ("KIBO" | "SEMAS", 1) => {}
        ("KIBO", 5) => {
            let cell = form.total("COST_SAVING", "");
            cell.state = "MISSING".to_owned();
            cell.reason = "(예시) 기업 설문을 다음 분기에 함".to_owned();
        }
        _ => {
            form.total("COST_SAVING", saved);
        }
    }
}

fn training(
    form: &mut Form,
    numbers: &mut Numbers,
    one: &Trainer,
    (quarter, at): (Quarter, usize),
    turn: Turn,
) {
    let usual = about(grown(one.trainees, at), numbers);
    let trainees = if turn == Turn::Early { usual - 12 } else { usual };
    form.total("SESSIONS", about(grown(one.sessions, at), numbers));
    form.total("TRAINEES", trainees);
    let regions = weights(&REGIONS, numbers);
    form.by_region("TRAINEES", quarter, &split(trainees, 1, &regions));
    form.by_size("TRAINEES", &split(trainees, 1, &one.sizes));
    form.total("COMPLETION_RATE", tenths(880 + numbers.below(60)));
    form.total("TRAINING_COST", usual * (405 + numbers.below(20)) / 1000 * MILLION);
    if numbers.below(3) == 0 {
        form.total("REMARKS", "(예시) 야간·주말 과정을 늘려 소규모 기업의 참여가 많아짐");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_add_up(
            total in 0_u64..100_000_000_000, unit in prop::sample::select(vec![1, MILLION]),
            weights in prop::collection::vec(0_u64..40, 1..20)
        ) {
            let parts = split(total, unit, &weights);
            prop_assert_eq!(parts.len(), weights.len());
            if weights.iter().any(|weight| *weight > 0) {
                prop_assert_eq!(parts.iter().sum::<u64>(), total);
            }
        }
    }

    #[test]
    fn figures_are_the_same_each_time() {
        let quarter = "2026-Q2".parse().unwrap();
        let shown = |turn| {
            let cells = cells(VOUCHER, "KOSME", (quarter, 6), turn);
            cells.into_iter().map(|given| format!("{given:?}")).collect::<Vec<_>>()
        };
        assert_eq!(shown(Turn::Usual), shown(Turn::Usual));
        assert_ne!(shown(Turn::Usual), shown(Turn::Restated));
        assert_eq!(in_quarter("KR-46", quarter), "KR-46");
        assert_eq!(in_quarter("KR-46", quarter.next()), "JEONNAM_GWANGJU");
    }
}
