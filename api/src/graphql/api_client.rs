//! Clients of the API and what is done with them; `service::api_client` does it.

use entity::api_client::{ClientState, Column as C, RateTier};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::mutation::{ERRORS, Fields, Mutation, row};
use crate::domain::access::{self, Needs, Object};
use crate::domain::api_client::{ClientAction, Facts, allows, barred};
use crate::domain::principal::Scopes;
use crate::error::{Error, Message, denied_message};
use crate::input::Tagged;
use crate::mutation;
use crate::read::Reader;
use crate::read::model::{Args, Column, Guard, Scalar, Shape, Source, Type};
use crate::read::sql::Sql;
use crate::service::api_client::{
    self as service, CreateApiClient, DisableApiClient, EnableApiClient, Issued,
    RotateApiClientSecret, UpdateApiClient,
};

const TAG: [u8; 2] = entity::api_client::Entity::TAG;
/// Mutations that make a secret, which takes a core and some memory.
pub const MAKE_SECRETS: [&str; 2] = ["createApiClient", "rotateApiClientSecret"];

/// The types declared here.
pub fn types() -> Vec<Type> {
    let ty = Type::rows::<entity::api_client::Entity>(
        "ApiClient",
        TAG,
        Guard::Client,
        "API 클라이언트. Program of a partner agency that signs in with a secret of its own. Seen with `access:admin`: all by the institutions that run the programme, its own by every other.",
    );
    let institution = Column { source: Source::Expression(institution_key), scalar: Scalar::Text };
    let can = vec![
        ty.input(C::State),
        institution,
        text("scopes"),
        ty.input(C::DisabledByOperator),
        ty.input(C::DisabledByOwner),
    ];
    vec![
        ty.owned(&[C::InstitutionId])
            .column("clientId", C::ClientId, "클라이언트 ID. Name with which it signs in (RFC 6749).")
            .column("name", C::Name, "이름. Name for people.")
            .one("institution", C::InstitutionId, "Institution", "소속 기관. Institution on whose behalf it acts.")
            .computed("scopes", "[String!]!", vec![text("scopes")], words, "권한 범위. Scopes it may ask for, e.g. `program:read`.")
            .computed("origins", "[String!]!", vec![text("origins")], words, "허용 출처. Origins of web pages that may use it.")
            .choice("rateTier", C::RateTier, RateTier::CHOICE, "이용 등급. How much it may ask for each minute.")
            .choice("state", C::State, ClientState::CHOICE, "상태. Whether it may sign in.")
            .column("disabledAt", C::DisabledAt, "중지 시각. When it was shut out.")
            .column("disabledReason", C::DisabledReason, "중지 사유. Why it was shut out.")
            .column("isDisabledByOperator", C::DisabledByOperator, "주관 기관의 중지. Whether an institution that runs the programme shut it out; only such a one lets it in again.")
            .column("isDisabledByOwner", C::DisabledByOwner, "소속 기관의 중지. Whether its own institution disabled it; only that institution enables it then.")
            .column("secretCreatedAt", C::SecretCreatedAt, "비밀키 발급 시각. When its newest secret was made.")
            .column("previousSecretCreatedAt", C::PreviousSecretCreatedAt, "이전 비밀키 발급 시각. When the secret before was made, while that is still valid.")
            .expression("lastUsedAt", Scalar::DateTime, "DateTime", last_used_at, "최근 사용. When it last got a token.")
            .computed("viewerCan", "ApiClientActions!", can, viewer_can, "가능한 작업. What the caller may do with it now, and if not, why.")
            .column("version", C::Version, "판. Version, counted up by each write; a write names the version it saw.")
            .column("createdAt", C::CreatedAt, "생성 시각. Instant of creation.")
            .column("updatedAt", C::UpdatedAt, "수정 시각. Instant of the last write.")
            .sorted(&["name"])
            .orderable("NAME", "name")
            .list("apiClients"),
    ]
}

fn text(column: &'static str) -> Column {
    Column { source: Source::Column(column), scalar: Scalar::Text }
}

/// A key as text, which a computed field can read.
fn institution_key(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    sql.key_as_text(alias, "institution_id");
    Ok(())
}

fn last_used_at(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let event = sql.alias();
    sql.push("(SELECT ").column(&event, "at").push(" FROM audit_event ").push(&event);
    sql.push(" WHERE ").column(&event, "client_id").push(" = ").column(alias, "id");
    sql.push(" AND ").column(&event, "action").push(" = 'token.issue' AND ");
    sql.column(&event, "outcome").push(" = 'DONE' ORDER BY ");
    sql.column(&event, "seq").push(" DESC LIMIT 1)");
    Ok(())
}

/// The words of a text.
pub fn words(_: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let text = values.first().and_then(Value::as_str).unwrap_or_default();
    Ok(text.split(' ').filter(|word| !word.is_empty()).collect())
}

fn viewer_can(reader: &Reader<'_>, values: &[Value], _: &Args) -> Result<Value, Error> {
    let state: ClientState = serde_json::from_value(values.first().cloned().unwrap_or_default())
        .map_err(Error::internal)?;
    let owner: Option<Uuid> =
        values.get(1).and_then(Value::as_str).and_then(|key| key.parse().ok());
    let denied = access::may_write(reader.principal, Object::ApiClient, owner).err();
    let flag = |at: usize| values.get(at).and_then(Value::as_bool).unwrap_or_default();
    let facts = Facts {
        state,
        disabled_by_operator: flag(3),
        disabled_by_owner: flag(4),
        scopes: Scopes::known(values.get(2).and_then(Value::as_str).unwrap_or_default()),
        owner: owner.unwrap_or_default(),
    };
    let mut can = Map::new();
    for action in ClientAction::ALL {
        let reason = match denied {
            Some(denied) => Some(denied_message(denied)),
            None if allows(&facts, reader.principal, action) => {
                let barred = barred(reader.principal, &facts, action);
                barred.map(|barred| service::not_allowed(barred).message)
            }
            None => Some(service::wrong_state(state).message),
        };
        let name = match action {
            ClientAction::Update => "update",
            ClientAction::RotateSecret => "rotateSecret",
            ClientAction::Disable => "disable",
            ClientAction::Enable => "enable",
        };
        can.insert(name.to_owned(), permission(reason));
    }
    Ok(Value::Object(can))
}

/// Whether something may be done, and if not, why.
pub fn permission(reason: Option<Message>) -> Value {
    let allowed = reason.is_none();
    json!({ "isAllowed": allowed, "reason": reason.map(|text| json!({ "ko": text.ko, "en": text.en })) })
}

/// The shapes declared here.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "Permission",
        description: "작업 가능 여부. Whether the caller may do something now, and if not, why.",
        fields: &[
            ("isAllowed", "Boolean!", "가능 여부. Whether it may be done."),
            ("reason", "LocalizedText", "불가 사유. Why not; null if it may be done."),
        ],
    },
    Shape {
        name: "ApiClientActions",
        description: "클라이언트 작업. What the caller may do with a client.",
        fields: &[
            ("update", "Permission!", "수정. Change it."),
            ("rotateSecret", "Permission!", "비밀키 교체. Give it a new secret."),
            ("disable", "Permission!", "사용 중지. Shut it out."),
            ("enable", "Permission!", "사용 재개. Let it in again."),
        ],
    },
];

const CLIENT: Fields =
    &[("apiClient", "ApiClient", "클라이언트. The client; null if nothing was done."), ERRORS];
const SECRET: Fields = &[
    ("apiClient", "ApiClient", "클라이언트. The client; null if nothing was done."),
    (
        "clientSecret",
        "String",
        "비밀키. The secret, shown this once and never again; null if none was made.",
    ),
    ERRORS,
];

const ADMINISTERS: Needs = Needs::Write(Object::ApiClient);

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            CreateApiClient,
            ADMINISTERS,
            SECRET,
            "클라이언트 등록. Creates a client with its first secret; for another institution with `program:read` and `audit:read` only.",
            |act, input| issued(service::create(act.db, act.hashing, act.author, input).await)
        ),
        mutation!(
            UpdateApiClient,
            ADMINISTERS,
            CLIENT,
            "클라이언트 수정. Changes a client; scopes to act with are added to those of one's own institution only.",
            |act, input| row("apiClient", service::update(act.db, act.author, input).await)
        ),
        mutation!(
            RotateApiClientSecret,
            ADMINISTERS,
            SECRET,
            "비밀키 교체. Gives a client a new secret beside the last one; one that acts for another institution gets it from that institution only, whose first one ends what others made.",
            |act, input| issued(
                service::rotate_secret(act.db, act.hashing, act.author, input).await
            )
        ),
        mutation!(
            DisableApiClient,
            ADMINISTERS,
            CLIENT,
            "클라이언트 사용 중지. Disables a client and permanently invalidates its tokens. An operator can disable also a client that its own institution disabled.",
            |act, input| row("apiClient", service::disable(act.db, act.author, input).await)
        ),
        mutation!(
            EnableApiClient,
            ADMINISTERS,
            CLIENT,
            "클라이언트 사용 재개. Enables a client. One that an operator disabled is enabled by an operator only, and one that its own institution disabled by that institution only; it is active once neither keeps it disabled.",
            |act, input| row("apiClient", service::enable(act.db, act.author, input).await)
        ),
    ]
}

fn issued(issued: Result<Issued, Error>) -> Result<Map<String, Value>, Error> {
    let Issued { id, secret, .. } = issued?;
    let mut payload = row("apiClient", Ok(id))?;
    payload.insert("clientSecret".to_owned(), secret.into());
    Ok(payload)
}
