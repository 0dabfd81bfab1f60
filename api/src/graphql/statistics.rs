//! Statistics: declarations; `service::statistics` computes them.

use futures_util::FutureExt;

use crate::domain::access::Object;
use crate::read::catalog::{Root, RootKind};
use crate::read::model::{Arg, Shape};
use crate::read::weight;
use crate::service::statistics;

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

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    vec![
        Root {
            name: "feedbackStatistics",
            description: "환류 통계. How recommendations were answered and delivered, by group.".into(),
            ty: "FeedbackStatistics!".into(),
            args: vec![
                Arg { name: "groupBy", ty: "FeedbackGroup!".into(), default: Some("ADDRESSEE"), description: "기준. What to group by.".into() },
                Arg::new("from", "PartialDate", "시작. Raised from this date."),
                Arg::new("to", "PartialDate", "끝. Raised until the end of this date, month or year."),
                illustrative(),
            ],
            kind: RootKind::Statistic(Object::Content, weight::STATISTIC, |reader, args| statistics::feedback(reader, args).boxed()),
        },
        Root {
            name: "adoptionCaseStatistics",
            description: "도입 사례 통계. Published cases by group. Counts under 3 are hidden from the public, with a second one where the first could be found by subtraction.".into(),
            ty: "AdoptionCaseStatistics!".into(),
            args: vec![
                Arg { name: "groupBy", ty: "AdoptionCaseGroup!".into(), default: Some("REGION"), description: "기준. What to group by.".into() },
                Arg { name: "regionBasis", ty: "RegionBasis!".into(), default: Some("AS_REPORTED"), description: "지역 기준. Which division a case counts under.".into() },
                illustrative(),
            ],
            kind: RootKind::Statistic(Object::AdoptionCase, weight::STATISTIC, |reader, args| statistics::adoption_cases(reader, args).boxed()),
        },
    ]
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "FeedbackStatistics",
        description: "환류 통계. Recommendations by group; each rate comes with its base.",
        fields: &[
            ("groupBy", "FeedbackGroup!", "기준. What it is grouped by."),
            ("rows", "[FeedbackStatisticsRow!]!", "행. Groups, the largest first."),
            ("total", "FeedbackStatisticsRow!", "합계. All groups together; its key is null."),
            ("computedAt", "DateTime!", "산출 시각. When it was computed."),
            (
                "dataVersion",
                "Int!",
                "자료 판. Stands for the last change you may see: the same as long as nothing has changed. It has no order.",
            ),
        ],
    },
    Shape {
        name: "FeedbackStatisticsRow",
        description: "환류 통계 행. Recommendations of one group.",
        fields: &[
            ("key", "String", "키. Code of the group; null where none is given."),
            ("label", "LocalizedText", "명칭. Name of the group."),
            (
                "raised",
                "Int!",
                "건의 수. Recommendations on record, each once: a published total by those of its items that are on record, one raised again by the first.",
            ),
            (
                "items",
                "Int!",
                "과제 건수. Items they stand for; of a published total, those not on record by themselves count under it.",
            ),
            ("answered", "Int!", "회신 수. Recommendations answered."),
            (
                "answeredOnTime",
                "Int!",
                "기한 내 회신 수. Answered by the due date, where one was set.",
            ),
            (
                "answeredWithDueDate",
                "Int!",
                "기한 있는 회신 수. Base of the on-time rate: answers with a due date of which it is known whether they met it.",
            ),
            (
                "medianDays",
                "Float",
                "회신 소요 일수 중앙값. Median days from raising to the first answer; null without answers dated to the day.",
            ),
            ("delivered", "Int!", "이행 완료 수. Recommendations delivered."),
            ("withEffect", "Int!", "성과 있는 건의 수. Recommendations with an effect on record."),
            ("overdue", "Int!", "기한 경과 수. Recommendations whose answer is due and not given."),
        ],
    },
    Shape {
        name: "AdoptionCaseStatistics",
        description: "도입 사례 통계. Published cases by group.",
        fields: &[
            ("groupBy", "AdoptionCaseGroup!", "기준. What it is grouped by."),
            ("rows", "[AdoptionCaseStatisticsRow!]!", "행. Groups by their codes."),
            ("total", "Int", "합계. All cases; null where that would tell of one company."),
            ("computedAt", "DateTime!", "산출 시각. When it was computed."),
            (
                "dataVersion",
                "Int!",
                "자료 판. Stands for the last change you may see: the same as long as nothing has changed. It has no order.",
            ),
        ],
    },
    Shape {
        name: "AdoptionCaseStatisticsRow",
        description: "도입 사례 통계 행. Cases of one group.",
        fields: &[
            (
                "key",
                "String",
                "키. Code of the group; null where none is given or it is not published.",
            ),
            ("label", "LocalizedText", "명칭. Name of the group."),
            ("count", "Int", "사례 수. Cases; null where hidden."),
            (
                "isHidden",
                "Boolean!",
                "비공개 여부. Whether the count is hidden to protect companies.",
            ),
        ],
    },
];
