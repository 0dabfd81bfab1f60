//! What the schema shows of statistics: the root field, the shapes of its answer, and the enums of its arguments.

use super::{GROUPS, MAX_DIMENSIONS, MAX_GROUPS, Measure, MeasureKind, Statistics};
use crate::domain::principal::Principal;
use crate::read::catalog::{Root, RootKind};
use crate::read::model::{Arg, Shape, Type};
use crate::read::scope;

/// Shapes that the answers of all statistics share.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "StatisticKey",
        description: "통계 기준값. What a group stands for in one dimension.",
        fields: &[
            ("dimension", "String!", "차원. Name of the dimension."),
            (
                "code",
                "String",
                "코드. Code of the value, or the period as `2026-07`, `2026-Q3`, `2026-H2`, `2026`; null where the rows have none, and of the group of all others.",
            ),
            ("label", "LocalizedText", "명칭. Name of the value; null where it has none."),
            (
                "subjectId",
                "ID",
                "대상 ID. ID of the row that it stands for, which no other group of the dimension has; codes may meet: two programmes may have indicators of one code.",
            ),
            (
                "revision",
                "Int",
                "개정 번호. Revision of an indicator, each of which is a group by itself; null elsewhere.",
            ),
            ("startsOn", "Date", "시작일. First day of a period."),
            ("endsOn", "Date", "종료일. Last day of a period."),
        ],
    },
    Shape {
        name: "StatisticState",
        description: "집계 상태. A state that counted rows are in.",
        fields: &[
            ("code", "String!", "코드. Code of the state."),
            ("label", "LocalizedText!", "명칭. Name of the state."),
        ],
    },
    Shape {
        name: "AmountMeasure",
        description: "금액·수량 통계. Figures of an exact number that may be great, as text, whatever its size. Means and quartiles have up to four more decimals.",
        fields: &[
            (
                "unit",
                "String!",
                "단위. Unit: KRW, 건 and so on. Empty without values, and where values of several units or decimal places meet, which have no figures but `count`.",
            ),
            ("count", "Int!", "값 수. Rows with a value that the caller may see: the base."),
            (
                "sum",
                "String",
                "합계. Sum; null without values, and of values that are not summed, such as percentages.",
            ),
            ("mean", "String", "평균. Mean."),
            ("median", "String", "중앙값. Median."),
            (
                "lowerQuartile",
                "String",
                "제1사분위수. First quartile, interpolated between neighbours.",
            ),
            ("upperQuartile", "String", "제3사분위수. Third quartile, likewise."),
            ("min", "String", "최솟값. Least."),
            ("max", "String", "최댓값. Greatest."),
        ],
    },
    Shape {
        name: "NumberMeasure",
        description: "수치 통계. Figures of a small number, such as days or percent, as JSON numbers.",
        fields: &[
            ("unit", "String!", "단위. Unit: days, percent and so on."),
            ("count", "Int!", "값 수. Rows with a value that the caller may see: the base."),
            ("sum", "Float", "합계. Sum; null without values."),
            ("mean", "Float", "평균. Mean."),
            ("median", "Float", "중앙값. Median."),
            (
                "lowerQuartile",
                "Float",
                "제1사분위수. First quartile, interpolated between neighbours.",
            ),
            ("upperQuartile", "Float", "제3사분위수. Third quartile, likewise."),
            ("min", "Float", "최솟값. Least."),
            ("max", "Float", "최댓값. Greatest."),
        ],
    },
    Shape {
        name: "ShareMeasure",
        description: "비율 통계. A part with its base; a rate never comes without it.",
        fields: &[
            ("part", "Int!", "해당 수. Rows counted."),
            ("base", "Int!", "기준 수. Rows that they are a part of."),
            (
                "percent",
                "Float",
                "비율(%). The part in percent of the base, to one decimal; null without a base.",
            ),
        ],
    },
];

/// Text that lasts as long as the catalogue, which is made once and never dropped.
fn kept(text: String) -> &'static str {
    text.leak()
}

type ShapeFields = Vec<(&'static str, &'static str, &'static str)>;

fn shape(name: String, description: String, fields: ShapeFields) -> Shape {
    Shape { name: kept(name), description: kept(description), fields: fields.leak() }
}

fn measure_type(measure: &Measure) -> &'static str {
    match measure.kind {
        MeasureKind::Count(_) | MeasureKind::Distinct(..) => "Int!",
        MeasureKind::Share { .. } => "ShareMeasure!",
        MeasureKind::Number(number) if number.is_exact => "AmountMeasure!",
        MeasureKind::Number(_) => "NumberMeasure!",
    }
}

/// The shapes of the answer of a type's statistics.
pub fn shapes(ty: &Type, of: &Statistics) -> [Shape; 2] {
    let name = ty.name;
    let korean = of.description.split('.').next().unwrap_or_default();
    let row = kept(format!("{name}StatisticsRow!"));
    let rows = kept(format!("[{row}]!"));
    let dimensions = kept(format!("[{name}Dimension!]!"));
    let mut fields: ShapeFields = vec![
        (
            "keys",
            "[StatisticKey!]!",
            "기준값. What the group stands for, in the order of `groupBy`; empty in the total.",
        ),
        ("count", "Int!", "행 수. Rows in the group."),
    ];
    fields.extend(of.measures.iter().map(|one| (one.name, measure_type(one), one.description)));
    fields.push((
        "isOther",
        "Boolean!",
        "기타 여부. Whether it is the group of all that `first` left out.",
    ));
    [
        shape(
            format!("{name}Statistics"),
            format!(
                "{korean}. Rows of the list that the caller may see, counted exactly, by group."
            ),
            vec![
                ("groupBy", dimensions, "기준. What it is grouped by."),
                (
                    "rows",
                    rows,
                    "행. Groups in the order asked for; the group of all others, if any, is the last.",
                ),
                ("total", row, "합계. All rows together, each once."),
                (
                    "groupCount",
                    "Int!",
                    "그룹 수. Groups with rows, those in the group of all others included.",
                ),
                (
                    "isOverlapping",
                    "Boolean!",
                    "중복 집계 여부. Whether a row may count in several groups: then they add up to more than the total.",
                ),
                ("base", "Int!", "모집단. Rows counted, each once."),
                (
                    "states",
                    "[StatisticState!]!",
                    "집계 상태. States that the counted rows are in; empty for rows without a state.",
                ),
                (
                    "dataVersion",
                    "Int!",
                    "자료 판. Stands for the last change you may see: the same as long as nothing has changed. It has no order.",
                ),
                ("computedAt", "DateTime!", "산출 시각. When it was computed."),
            ],
        ),
        shape(format!("{name}StatisticsRow"), format!("{korean} 행. Rows of one group."), fields),
    ]
}

/// An enum or an input of its arguments: name, description, values.
pub type Listed = (String, String, Vec<(String, String)>);

/// The dimensions of a type's statistics, and what their groups are ordered by.
pub fn enums(ty: &Type, of: &Statistics) -> [Listed; 2] {
    let korean = of.description.split('.').next().unwrap_or_default();
    let dimensions =
        of.dimensions.iter().map(|one| (one.name.to_owned(), one.description.clone())).collect();
    let mut orders = vec![
        (
            "KEY".to_owned(),
            "기준값 순. By the values of the dimensions: codes of an enum as they are declared, other codes and periods ascending; none last."
                .to_owned(),
        ),
        ("COUNT".to_owned(), "행 수 순. By the number of rows.".to_owned()),
    ];
    for measure in &of.measures {
        let term = measure.description.split('.').next().unwrap_or_default();
        for (suffix, _) in measure.orders() {
            let what = suffix.trim_start_matches('_').to_lowercase();
            let english = if what.is_empty() {
                measure.name.to_owned()
            } else {
                format!("{}.{what}", measure.name)
            };
            orders.push((
                format!("{}{suffix}", measure.upper()),
                format!("{term} 순. By `{english}`; groups without a value last."),
            ));
        }
    }
    [
        (
            format!("{}Dimension", ty.name),
            format!("{korean}의 기준. What its rows are grouped by."),
            dimensions,
        ),
        (
            format!("{}StatisticsOrderField", ty.name),
            format!("{korean}의 정렬 기준. What its groups are ordered by."),
            orders,
        ),
    ]
}

/// Whether illustrations count as well.
pub fn illustrative() -> Arg {
    Arg {
        name: "includeIllustrative",
        ty: "Boolean!".into(),
        default: Some("false"),
        description:
            "예시 자료 포함. Whether illustrative rows count; facts and user entries always do."
                .into(),
    }
}

/// The field at the root.
pub fn root(ty: &Type, of: &Statistics) -> Root {
    let name = ty.name;
    let mut args = vec![
        Arg::new("where", format!("{name}Filter"), "조건. Rows to count, as in the list."),
        Arg {
            name: "groupBy",
            ty: format!("[{name}Dimension!]!"),
            default: Some("[]"),
            description: format!("기준. At most {MAX_DIMENSIONS} dimensions; none gives the total alone."),
        },
        Arg::new(
            "orderBy",
            format!("[{name}StatisticsOrder!]"),
            "정렬. By precedence, closed by the keys; by the keys alone if left out.",
        ),
        Arg::new(
            "first",
            "Int",
            format!("그룹 수. The first so many groups; all others together are the last row, `isOther`. At most {MAX_GROUPS}; {GROUPS} if left out."),
        ),
        Arg {
            name: "zeroFill",
            ty: "Boolean!".into(),
            default: Some("false"),
            description: "0 채움. Adds groups without rows: all codes, regions and industry sections, and the periods in between; at the end, unless in the order of keys. None where `first` left groups out, or they would exceed 5,000.".into(),
        },
    ];
    if of.has_region_basis() {
        args.push(Arg {
            name: "regionBasis",
            ty: "RegionBasis!".into(),
            default: Some("AS_REPORTED"),
            description: "지역 기준. Which division a row counts under.".into(),
        });
    }
    if ty.columns.contains_key("origin") {
        args.push(illustrative());
    }
    args.extend(of.args.clone());
    let is_open = scope::barred(&Principal::Anonymous, ty, None).is_none();
    let end = if is_open { "!" } else { "" };
    Root {
        name: of.root,
        description: of.description.to_owned(),
        ty: format!("{name}Statistics{end}"),
        args,
        kind: RootKind::Statistics(ty.name),
    }
}
