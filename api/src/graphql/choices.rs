//! What the schema has beside the features: scalars, directions, and the enums of arguments.

use entity::{Choice, ChoiceValue};

/// Scalars: name, description, specification.
pub const SCALARS: &[(&str, &str, Option<&str>)] = &[
    (
        "Date",
        "날짜. Calendar date in Asia/Seoul, `2026-07-01` (RFC 3339 full-date).",
        Some("https://www.rfc-editor.org/rfc/rfc3339#section-5.6"),
    ),
    (
        "DateTime",
        "시각. Instant with its offset, shown in Asia/Seoul: `2026-07-01T14:00:00+09:00` (RFC 3339).",
        Some("https://www.rfc-editor.org/rfc/rfc3339#section-5.6"),
    ),
    (
        "JSON",
        "JSON 값. Object whose members follow the columns of a table, which may change without notice (RFC 8259).",
        Some("https://www.rfc-editor.org/rfc/rfc8259"),
    ),
    (
        "KRW",
        "금액(원). Exact amount of Korean won as a JSON integer of up to 63 bits; input may also be a string of digits. Read it with a parser that keeps integers beyond 2^53.",
        Some("https://www.rfc-editor.org/rfc/rfc8259#section-6"),
    ),
    (
        "PartialDate",
        "부분 날짜. Date known to the year, month or day: `2026`, `2026-07`, `2026-07-01` (EDTF level 0). Filters compare at the precision of the value given.",
        Some("https://www.loc.gov/standards/datetime/"),
    ),
    (
        "Period",
        "기간. Month, quarter, half or year: `2026-07`, `2026-Q3`, `2026-H2`, `2026`.",
        None,
    ),
    ("Quarter", "분기. Quarter of the calendar year, `2026-Q2`, with bounds in Asia/Seoul.", None),
    (
        "Upload",
        "올린 파일. A file that came with the request as `multipart/form-data`: null in the variables, where the request's map puts it.",
        Some("https://github.com/jaydenseric/graphql-multipart-request-spec"),
    ),
];

/// Direction of an order.
pub const ORDER_DIRECTION: (&str, &str, &[(&str, &str)]) = (
    "OrderDirection",
    "정렬 방향. Texts are ordered by code point (가나다); rows without a value are the least.",
    &[("ASC", "오름차순. Least first."), ("DESC", "내림차순. Greatest first.")],
);

/// How a case is counted under a region that changed.
pub const REGION_BASIS: &Choice = &Choice {
    name: "RegionBasis",
    description: "지역 기준. Which division a fact is counted under when divisions changed.",
    values: &[
        ChoiceValue {
            code: "AS_REPORTED",
            description: "보고 당시. The division it was reported under.",
        },
        ChoiceValue { code: "CURRENT", description: "현행. The division that exists now." },
    ],
};

/// How a period of a series went.
pub const PERIOD_STATUS: &Choice = &Choice {
    name: "SeriesPeriodStatus",
    description: "회차 이행 상태. How a period of a series went.",
    values: &[
        ChoiceValue { code: "HELD", description: "개최. A meeting was held." },
        ChoiceValue {
            code: "UNDATED",
            description: "날짜 미상. The period is over; a meeting is on record that may have been held in it.",
        },
        ChoiceValue {
            code: "NOT_ON_RECORD",
            description: "기록 없음. The period is over; whether a meeting was held is not known.",
        },
        ChoiceValue {
            code: "MISSED",
            description: "미개최. It is on record that no meeting was held.",
        },
        ChoiceValue { code: "DUE", description: "예정. The period is not over." },
    ],
};

/// Why a case was found similar.
pub const SIMILARITY: &Choice = &Choice {
    name: "SimilarityReason",
    description: "유사 근거. Why a case was found similar.",
    values: &[
        ChoiceValue { code: "SAME_INDUSTRY", description: "업종 동일. Same KSIC code." },
        ChoiceValue {
            code: "SAME_SECTION", description: "업종 대분류 동일. Same KSIC section."
        },
        ChoiceValue { code: "SAME_SIZE", description: "규모 동일. Same size." },
        ChoiceValue { code: "SAME_REGION", description: "지역 동일. Same region." },
        ChoiceValue { code: "VERIFIED", description: "검증됨. Shown by documents or more." },
    ],
};

/// What of a case may be withheld.
pub const WITHHELD: &Choice = &Choice {
    name: "WithheldField",
    description: "비공개 항목. What of a case is withheld from the caller.",
    values: &[
        ChoiceValue { code: "COMPANY", description: "기업. Company and its name." },
        ChoiceValue {
            code: "REGION",
            description: "지역. Region: shown as NATIONWIDE, since fewer than three published cases share region and KSIC section.",
        },
        ChoiceValue { code: "DISTRICT", description: "시·군·구. District: null." },
        ChoiceValue {
            code: "INDUSTRY", description: "업종. KSIC division: its section is shown."
        },
        ChoiceValue {
            code: "SIZE",
            description: "기업 규모. Size: null, since fewer than three published cases share region, KSIC section and size.",
        },
        ChoiceValue {
            code: "INVESTMENT",
            description: "투자액. Own investment: null; its band is shown.",
        },
        ChoiceValue {
            code: "PUBLIC_SUPPORT",
            description: "지원금. Public support: null; its band is shown.",
        },
        ChoiceValue {
            code: "OWNER",
            description: "제출 기관. Owner: null, since it is the company.",
        },
        ChoiceValue {
            code: "SUPPLIER",
            description: "공급기업. Supplier and its name: null, since it is the company.",
        },
    ],
};

/// Bands of amounts, as they are shown where the amount is withheld.
pub const AMOUNT_BAND: &Choice = &Choice {
    name: "AmountBand",
    description: "금액 구간. Band of an amount in KRW; the lower bound belongs to it, the upper to the next.",
    values: &[
        ChoiceValue { code: "NONE", description: "없음. None." },
        ChoiceValue { code: "UNDER_10M", description: "1천만 원 미만. Below KRW 10 million." },
        ChoiceValue {
            code: "FROM_10M",
            description: "1천만 원 이상 5천만 원 미만. KRW 10 to 50 million.",
        },
        ChoiceValue {
            code: "FROM_50M",
            description: "5천만 원 이상 1억 원 미만. KRW 50 to 100 million.",
        },
        ChoiceValue {
            code: "FROM_100M",
            description: "1억 원 이상 5억 원 미만. KRW 100 to 500 million.",
        },
        ChoiceValue {
            code: "FROM_500M",
            description: "5억 원 이상 10억 원 미만. KRW 500 million to 1 billion.",
        },
        ChoiceValue { code: "FROM_1B", description: "10억 원 이상. KRW 1 billion and more." },
    ],
};

/// Kinds of facts that the search tells apart.
pub const SEARCH_TYPE: &Choice = &Choice {
    name: "SearchType",
    description: "검색 대상. Kinds of rows to search.",
    values: &[
        ChoiceValue { code: "INSTITUTION", description: "기관. Institutions." },
        ChoiceValue { code: "PERSON", description: "인물. Persons." },
        ChoiceValue { code: "BODY", description: "협의체. Bodies." },
        ChoiceValue { code: "MEETING", description: "회의. Meetings." },
        ChoiceValue { code: "AGENDA_ITEM", description: "안건. Agenda items." },
        ChoiceValue { code: "STATEMENT", description: "발언. Statements." },
        ChoiceValue { code: "BARRIER", description: "애로. Barriers." },
        ChoiceValue { code: "RECOMMENDATION", description: "건의. Recommendations." },
        ChoiceValue { code: "OPINION_ROUND", description: "의견수렴. Opinion rounds." },
        ChoiceValue { code: "POLICY_PLAN", description: "계획. Plans." },
        ChoiceValue { code: "POLICY_TASK", description: "과제. Tasks." },
        ChoiceValue { code: "LEGISLATIVE_INITIATIVE", description: "입법과제. Initiatives." },
        ChoiceValue { code: "BILL", description: "법률안. Bills." },
        ChoiceValue { code: "ADOPTION_CASE", description: "도입 사례. Adoption cases." },
        ChoiceValue { code: "PROGRAMME", description: "사업. Programmes." },
        ChoiceValue { code: "INDICATOR", description: "지표. Indicators." },
        ChoiceValue { code: "DOCUMENT", description: "자료. Documents." },
        ChoiceValue { code: "OBSERVATION", description: "수치. Published figures." },
        ChoiceValue { code: "ACTIVITY", description: "기관 활동. Activities of institutions." },
        ChoiceValue { code: "APPOINTMENT", description: "위촉·참여. Seats in bodies." },
        ChoiceValue { code: "ATTENDANCE", description: "참석. Attendances." },
        ChoiceValue { code: "BILL_EVENT", description: "입법 단계. Stage events of bills." },
        ChoiceValue { code: "EFFECT", description: "성과. Effects of recommendations." },
        ChoiceValue { code: "INDUSTRY", description: "산업분류. Industries." },
        ChoiceValue { code: "MEETING_SERIES", description: "회의 계열. Series of meetings." },
        ChoiceValue { code: "MEMBERSHIP", description: "소속. Posts of persons." },
        ChoiceValue { code: "MILESTONE", description: "이정표. Milestones of tasks." },
        ChoiceValue { code: "OUTCOME", description: "사례 성과. Outcomes of cases." },
        ChoiceValue { code: "PROVISION", description: "조문. Provisions of bills." },
        ChoiceValue {
            code: "RECOMMENDATION_ANSWER",
            description: "건의 회신. Answers to recommendations.",
        },
        ChoiceValue { code: "REGION", description: "지역. Regions." },
        ChoiceValue { code: "TOPIC", description: "주제. Topics." },
        ChoiceValue { code: "VENUE", description: "장소. Venues." },
    ],
};

/// Enums that stand in arguments and shapes only.
pub const ARGUMENT_ENUMS: &[&Choice] = &[
    REGION_BASIS,
    PERIOD_STATUS,
    SIMILARITY,
    WITHHELD,
    SEARCH_TYPE,
    entity::attendance::AttendanceVisibility::CHOICE,
    super::results::COMPLETENESS,
    super::results::WAITS_FOR,
    super::results::REMINDER,
    super::results::BREAKDOWN,
    super::viewer::VIEWER_KIND,
    super::viewer::STANDING,
];

/// Arguments of the query's root that name a row by its code, and the type of the row.
pub const ARGUMENT_CODES: &[(&str, &str)] = &[
    ("bodies", "Body"),
    ("institution", "Institution"),
    ("programme", "Programme"),
    ("to.ksic", "Industry"),
    ("to.region", "Region"),
];

/// A field of an input object: name, type, description.
pub type InputField = (&'static str, &'static str, &'static str);

/// An input object: name, description, fields.
pub type Input = (&'static str, &'static str, &'static [InputField]);

/// Input objects of arguments and mutations.
pub const INPUTS: &[&[Input]] = &[SIMILAR_CASE];

const SIMILAR_CASE: &[Input] = &[(
    "SimilarCaseInput",
    "유사 사례 비교 기준. The company that cases are compared with.",
    &[
        ("ksic", "String", "업종. KSIC section letter or two-digit division, 11th revision."),
        ("size", "BusinessSize", "기업 규모. Size."),
        ("region", "String", "지역. Code of the region."),
    ],
)];
