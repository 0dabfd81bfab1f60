//! Webhooks and what is done with them; `service::webhook` does it.

use entity::webhook::{Column as C, WebhookState, WebhookStop};
use serde_json::{Map, Value};

use super::mutation::{ERRORS, Fields, Mutation, deleted, row};
use crate::domain::access::{Needs, Object};
use crate::error::Error;
use crate::input::Tagged;
use crate::mutation;
use crate::read::Reader;
use crate::read::model::{Args, Column, Guard, Scalar, Source, Type};
use crate::read::sql::Sql;
use crate::service::webhook::{
    self as service, AmendWebhook, CreateWebhook, DeleteWebhook, DisableWebhook, EnableWebhook,
    Issued, ReplayWebhook, RotateWebhookSecret, TestWebhook,
};

const TAG: [u8; 2] = entity::webhook::Entity::TAG;

/// The types declared here.
pub fn types() -> Vec<Type> {
    let types = Column { source: Source::Column("types"), scalar: Scalar::Text };
    let ty = Type::rows::<entity::webhook::Entity>(
        "Webhook",
        TAG,
        Guard::Client,
        "웹훅. Address of a partner agency to which changes are sent, as its client may see them. Seen as its client is.",
    );
    vec![
        ty.owned(&[C::InstitutionId])
            .column("name", C::Name, "이름. Name for people.")
            .one("client", C::ClientId, "ApiClient", "클라이언트. Client whose rights decide what is sent.")
            .one("institution", C::InstitutionId, "Institution", "소속 기관. Institution of the client.")
            .column("url", C::Url, "수신 주소. Address that takes changes by POST.")
            .computed("types", "[String!]!", vec![types], super::api_client::words, "유형. Names of the types whose changes are sent; all if there is none.")
            .choice("state", C::State, WebhookState::CHOICE, "상태. Whether changes are sent.")
            .column("disabledAt", C::DisabledAt, "중지 시각. When it was disabled.")
            .choice("disabledBecause", C::DisabledBecause, WebhookStop::CHOICE, "중지 구분. Why it was disabled.")
            .column("disabledReason", C::DisabledReason, "중지 사유. Reason given by who disabled it.")
            .column("secretCreatedAt", C::SecretCreatedAt, "비밀키 발급 시각. When its secret was made.")
            .column("previousSecretEndsAt", C::PreviousSecretEndsAt, "이전 비밀키 만료. Until when messages are signed with the secret before as well.")
            .expression("deliveredCursor", Scalar::Text, "String", delivery::<0>, "전송된 커서. Cursor of the last change that was delivered; null if none was.")
            .expression("deliveredAt", Scalar::DateTime, "DateTime", delivery::<1>, "최근 전송. When a change was last delivered.")
            .expression("attemptedAt", Scalar::DateTime, "DateTime", delivery::<2>, "최근 시도. When something was last sent.")
            .expression("attemptStatus", Scalar::Int, "Int", delivery::<3>, "최근 응답 코드. HTTP status of the last answer; null if there was none.")
            .expression("attemptError", Scalar::Text, "String", delivery::<4>, "최근 오류. What was wrong at the last attempt: STATUS, TIMEOUT, CONNECTION, HOST_NOT_ALLOWED or another reason of an address, SECRET_KEY; null if nothing was.")
            .expression("failures", Scalar::Int, "Int!", failures, "연속 실패 횟수. Failures one after the other; 0 if the last attempt succeeded.")
            .expression("firstFailedAt", Scalar::DateTime, "DateTime", delivery::<6>, "실패 시작. When the first of them was.")
            .expression("waitingChangeAt", Scalar::DateTime, "DateTime", delivery::<7>, "지연 기준 시각. When the change that could not be delivered was made; null if none waits.")
            .expression("nextAttemptAt", Scalar::DateTime, "DateTime", delivery::<8>, "다음 시도. When it is tried again after a failure.")
            .column("version", C::Version, "판. Version, counted up by each write; a write names the version it saw.")
            .column("createdAt", C::CreatedAt, "생성 시각. Instant of creation.")
            .column("updatedAt", C::UpdatedAt, "수정 시각. Instant of the last write.")
            .sorted(&["name"])
            .orderable("NAME", "name")
            .list("webhooks")
            .unfiltered(&["failures"]),
    ]
}

/// Columns of what became of a webhook's deliveries.
const DELIVERY: [&str; 9] = [
    "cursor",
    "delivered_at",
    "attempted_at",
    "status",
    "error",
    "failures",
    "failing_since",
    "waiting_since",
    "next_attempt_at",
];

fn delivery<const AT: usize>(
    _: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    _: &Args,
    _: &Args,
) -> Result<(), Error> {
    let come = sql.alias();
    sql.push("(SELECT ").column(&come, DELIVERY[AT]).push(" FROM webhook_delivery ").push(&come);
    sql.push(" WHERE ").column(&come, "id").push(" = ").column(alias, "id").push(")");
    Ok(())
}

fn failures(
    reader: &Reader<'_>,
    sql: &mut Sql,
    alias: &str,
    args: &Args,
    level: &Args,
) -> Result<(), Error> {
    sql.push("coalesce(");
    delivery::<5>(reader, sql, alias, args, level)?;
    sql.push(", 0)");
    Ok(())
}

const WEBHOOK: Fields =
    &[("webhook", "Webhook", "웹훅. The webhook; null if nothing was done."), ERRORS];
const SECRET: Fields = &[
    ("webhook", "Webhook", "웹훅. The webhook; null if nothing was done."),
    (
        "secret",
        "String",
        "비밀키. The secret (`whsec_`), shown this once and never again; null if none was made.",
    ),
    ERRORS,
];
const DELETED: Fields = &[
    ("deletedId", "ID", "삭제된 식별자. Id of the webhook that is gone; null if nothing was done."),
    ERRORS,
];

const ADMINISTERS: Needs = Needs::Write(Object::ApiClient);

/// The mutations declared here.
pub fn mutations() -> Vec<Mutation> {
    vec![
        mutation!(
            CreateWebhook,
            ADMINISTERS,
            SECRET,
            "웹훅 등록. Has changes sent to an address, each as it is made, as a client may see them.",
            |act, input| issued(service::create(act, input).await)
        ),
        mutation!(
            AmendWebhook,
            ADMINISTERS,
            WEBHOOK,
            "웹훅 수정. Changes a webhook.",
            |act, input| row("webhook", service::amend(act, input).await)
        ),
        mutation!(
            RotateWebhookSecret,
            ADMINISTERS,
            SECRET,
            "웹훅 비밀키 교체. Gives a webhook a new secret; messages bear the signatures of both for a time.",
            |act, input| issued(service::rotate_secret(act, input).await)
        ),
        mutation!(
            DisableWebhook,
            ADMINISTERS,
            WEBHOOK,
            "웹훅 사용 중지. Disables a webhook, which keeps its place in the feed.",
            |act, input| row("webhook", service::disable(act, input).await)
        ),
        mutation!(
            EnableWebhook,
            ADMINISTERS,
            WEBHOOK,
            "웹훅 사용 재개. Enables a webhook, which goes on where it stopped.",
            |act, input| row("webhook", service::enable(act, input).await)
        ),
        mutation!(
            DeleteWebhook,
            ADMINISTERS,
            DELETED,
            "웹훅 삭제. Deletes a webhook.",
            |act, input| deleted::<entity::webhook::Entity>(service::delete(act, input).await)
        ),
        mutation!(
            TestWebhook,
            ADMINISTERS,
            WEBHOOK,
            "웹훅 시험. Has a message `webhook.ping` sent, also by a disabled webhook; `attemptedAt`, `attemptStatus` and `attemptError` tell what became of it.",
            |act, input| row("webhook", service::test(act, input).await)
        ),
        mutation!(
            ReplayWebhook,
            ADMINISTERS,
            WEBHOOK,
            "웹훅 재전송. Has changes sent again, or left out, by setting a webhook to another place in the feed.",
            |act, input| row("webhook", service::replay(act, input).await)
        ),
    ]
}

fn issued(issued: Result<Issued, Error>) -> Result<Map<String, Value>, Error> {
    let Issued { id, secret } = issued?;
    let mut payload = row("webhook", Ok(id))?;
    payload.insert("secret".to_owned(), secret.into());
    Ok(payload)
}
