//! Who the caller is to this API.

use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::domain::principal::{Principal, Scope, Scopes, Standing};
use crate::error::Error;
use crate::read::Reader;
use crate::read::catalog::{Root, RootKind};
use crate::read::model::Shape;
use crate::read::row::show_instant;
use entity::api_client::RateTier;
use entity::{Choice, ChoiceValue};

/// What a caller is.
pub const VIEWER_KIND: &Choice = &Choice {
    name: "ViewerKind",
    description: "호출자 종류. What the caller is.",
    values: &[
        ChoiceValue { code: "ANONYMOUS", description: "익명. Nobody has signed in." },
        ChoiceValue { code: "CLIENT", description: "클라이언트. A program with a token." },
        ChoiceValue { code: "SYSTEM", description: "시스템. The system itself." },
    ],
};

/// What an institution is to the programme.
pub const STANDING: &Choice = &Choice {
    name: "InstitutionStanding",
    description: "사업 내 지위. What the caller's institution is to the programme.",
    values: &[
        ChoiceValue {
            code: "OPERATOR",
            description: "주관. Runs the programme: ministry and secretariat.",
        },
        ChoiceValue { code: "PARTNER", description: "참여. Takes part in it." },
    ],
};

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "Viewer",
        description: "호출자. The caller: who it is, what it may ask for, how much of it is left.",
        fields: &[
            ("kind", "ViewerKind!", "호출자 종류. What the caller is."),
            ("clientId", "String", "클라이언트 ID. Name with which it signed in."),
            ("institution", "Institution", "소속 기관. Institution on whose behalf it acts."),
            (
                "standing",
                "InstitutionStanding",
                "사업 내 지위. What that institution is to the programme.",
            ),
            ("scopes", "[String!]!", "권한 범위. Scopes of its token."),
            ("issuer", "String", "토큰 발급자. Who issued its token."),
            ("tokenExpiresAt", "DateTime", "토큰 만료 시각. When its token ends."),
            ("rateTier", "RateTier", "이용 등급. How much it may ask for each minute."),
            (
                "allowance",
                "Allowance",
                "남은 한도. What it may still ask for; null if it is not limited.",
            ),
        ],
    },
    Shape {
        name: "Allowance",
        description: "한도. What a caller may ask for: cost points of its client, or of its address if it has no token. One a request, and one a row read or a millisecond that a connection to the database was held, whichever are more.",
        fields: &[
            ("limit", "Int!", "분당 한도. What may be asked for in a minute."),
            ("remaining", "Int!", "남은 양. What is left now, before this request's own cost."),
            ("reset", "Int!", "회복까지(초). Seconds until all is left again."),
        ],
    },
];

/// The root fields declared here.
pub fn roots() -> Vec<Root> {
    vec![Root {
        name: "viewer",
        description:
            "호출자 정보. Who you are to this API, with your scopes, institution and limits.".into(),
        ty: "Viewer!".into(),
        args: Vec::new(),
        kind: RootKind::Known(|reader, _| async move { viewer(reader) }.boxed()),
    }]
}

fn codes(scopes: Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::code).collect()
}

fn viewer(reader: &Reader<'_>) -> Result<Value, Error> {
    let allowance = reader.marks.allowance.map(|allowance| {
        json!({ "limit": allowance.limit, "remaining": allowance.remaining, "reset": allowance.reset })
    });
    Ok(match reader.principal {
        Principal::Anonymous => {
            json!({ "kind": "ANONYMOUS", "scopes": [], "allowance": allowance })
        }
        Principal::System => json!({ "kind": "SYSTEM", "scopes": codes(Scopes::all()) }),
        Principal::Client(client) => json!({
            "kind": "CLIENT",
            "clientId": client.client_id,
            "institution": client.institution.id,
            "standing": match client.institution.standing {
                Standing::Operator => "OPERATOR",
                Standing::Partner => "PARTNER",
            },
            "scopes": codes(client.scopes),
            "issuer": client.token.issuer,
            "tokenExpiresAt": show_instant(client.token.expires_at),
            "rateTier": match client.tier {
                RateTier::Standard => "STANDARD",
                RateTier::Elevated => "ELEVATED",
            },
            "allowance": allowance,
        }),
    })
}
