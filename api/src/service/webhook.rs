//! Webhooks 웹훅: made, changed, disabled, enabled and deleted by who manages the client whose rights decide what is sent;
//! and how far each has come, which the sender ([`crate::http::webhooks`]) notes beside them. A secret is told once, in the
//! answer of the call that made it.

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use entity::webhook::{self, WebhookState, WebhookStop};
use entity::{api_client, webhook_delivery};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, Statement,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::sight;
use super::write::{Author, Removed, Write};
use crate::auth::webhook_key::{Secret, WebhookKey};
use crate::config::WebhookSettings;
use crate::database::Store;
use crate::domain::access::{self, Object};
use crate::domain::api_client::may_grant;
use crate::domain::principal::{Principal, Scopes};
use crate::domain::webhook::{Addresses, MAX_EACH, Refused, WebhookAction, allows};
use crate::error::{Error, UserError};
use crate::input;
use crate::input::types::{Id, List, OneLine, Prose, Within};
use crate::input::{Call, InputErrors, unknown};
use crate::read::{Act, stream};
use crate::service::change;

/// What an operator has set for webhooks.
#[derive(Debug)]
pub struct Webhooks {
    /// Where they may be sent to.
    pub addresses: Addresses,
    /// From what their secrets follow.
    pub key: WebhookKey,
}

impl Webhooks {
    /// Reads the key, which stands beside the `signing` ones and is made at the first start; none where webhooks are off.
    ///
    /// # Errors
    /// Internal.
    pub fn open(settings: &WebhookSettings, signing: &Path) -> Result<Option<Self>, Error> {
        let addresses = settings.addresses();
        if addresses.is_off() {
            return Ok(None);
        }
        Ok(Some(Self { addresses, key: WebhookKey::open(&settings.key_file(signing))? }))
    }

    /// The secrets with which a message is signed now, the newest first.
    ///
    /// # Errors
    /// Internal, if they follow from another key than that of this server.
    pub fn secrets(&self, of: &webhook::Model, now: DateTime<Utc>) -> Result<Vec<Secret>, Error> {
        if of.secret_key != self.key.name {
            return Err(Error::internal("the webhook's secret follows from another key"));
        }
        let last = of.previous_secret_ends_at.filter(|until| now < *until);
        let rotations = [Some(of.secret_rotations), last.map(|_| of.secret_rotations - 1)];
        Ok(rotations.into_iter().flatten().map(|at| self.key.secret(of.id, at)).collect())
    }
}

/// A webhook with the secret that the call made, if it made one.
#[derive(Debug)]
pub struct Issued {
    /// Key of the webhook.
    pub id: Uuid,
    /// The secret; never to be had again.
    pub secret: Option<String>,
}

input! {
    /// 웹훅 등록. A webhook.
    mutation CreateWebhook {
        /// 클라이언트. Client whose rights decide what is sent.
        client: Id<api_client::Entity>,
        /// 이름. Name for people, one line of at most 100 characters.
        name: OneLine,
        /// 수신 주소. Address that takes changes by POST: `https://`, 500 characters at most.
        url: String,
        /// 유형. Names of the types whose changes are sent, e.g. `Meeting`; all if there is none.
        types: List<String, 0, 100> = "[]",
        /// 이 커서 다음부터. Cursor of `changes` after which it begins; from now on if left out.
        after: Option<String>,
    }
}

input! {
    /// 웹훅 수정. What changes of a webhook; what is left out stays.
    mutation AmendWebhook on webhook::Entity {
        /// 이름. Name for people.
        name: Option<OneLine>,
        /// 수신 주소. Address that takes changes.
        url: Option<String>,
        /// 유형. Names of the types whose changes are sent; all if there is none.
        types: Option<List<String, 0, 100>>,
    }
}

input! {
    /// 웹훅 비밀키 교체. A webhook to be given a new secret.
    mutation RotateWebhookSecret on webhook::Entity {
        /// 이전 비밀키 유지 시간. Hours for which messages are signed with the last secret as well.
        overlap_hours: Within<0, 168> = "24",
    }
}

input! {
    /// 웹훅 사용 중지. A webhook to be disabled.
    mutation DisableWebhook on webhook::Entity {
        /// 사유. Why.
        reason: Option<Prose>,
    }
}

input! {
    /// 웹훅 사용 재개. A webhook to be enabled.
    mutation EnableWebhook on webhook::Entity {}
}

input! {
    /// 웹훅 삭제. A webhook to be deleted.
    mutation DeleteWebhook on webhook::Entity {}
}

input! {
    /// 웹훅 시험. A webhook to be tested.
    mutation TestWebhook on webhook::Entity {}
}

input! {
    /// 웹훅 재전송. A webhook to be set to another place in the feed.
    mutation ReplayWebhook on webhook::Entity {
        /// 이 커서 다음부터. Cursor of `changes` after which it goes on; changes that were sent before are sent again.
        after: String,
    }
}

/// What is set of webhooks.
///
/// # Errors
/// User error, if they are off.
fn on<'a>(act: &Act<'a>) -> Result<&'a Webhooks, Error> {
    act.webhooks.ok_or_else(|| {
        let (ko, en) =
            ("이 서버는 웹훅을 쓰지 않도록 설정되어 있습니다.", "Webhooks are off on this server.");
        Error::User(vec![UserError::at("idempotencyKey", "WEBHOOKS_OFF", ko, en)])
    })
}

fn check_url(set: &Webhooks, url: &str, faults: &mut InputErrors) {
    let Err(refused) = set.addresses.check(url) else { return };
    let (ko, en) = match refused {
        Refused::Form => (
            "https://로 시작하는 500자 이하의 주소여야 하며, 사용자 이름이나 #을 넣을 수 없습니다.",
            "Write https://, a host in small letters and a path: no user, no fragment, 500 characters at most.",
        ),
        Refused::Scheme => ("https://여야 합니다.", "It must be https://."),
        Refused::Port => {
            ("포트는 443 또는 1024 이상이어야 합니다.", "The port is 443, or 1024 or above.")
        }
        Refused::Host => (
            "운영자가 허용하지 않은 주소입니다.",
            "The operator of this server does not let this host be sent to.",
        ),
        Refused::Address => {
            ("공개된 인터넷의 주소가 아닙니다.", "This is not an address of the public internet.")
        }
    };
    faults.add("url", refused.code(), ko, en);
}

fn check_types(act: &Act<'_>, types: &[String], faults: &mut InputErrors) -> String {
    let mut known: Vec<&str> = Vec::new();
    for (at, name) in types.iter().enumerate() {
        match act.catalog.fed().find(|ty| ty.name == name) {
            Some(ty) if !known.contains(&ty.name) => known.push(ty.name),
            Some(_) => {}
            None => {
                let text = ("변경 내역에 그런 유형이 없습니다.", "The feed has no such type.");
                let names = act.catalog.fed().map(|ty| ty.name);
                faults.0.push(unknown(&format!("types.{at}"), text, name, names));
            }
        }
    }
    known.join(" ")
}

/// Who could not give a client its scopes has what it sees sent nowhere.
fn check_rights(principal: &Principal, client: &api_client::Model, faults: &mut InputErrors) {
    let scopes = Scopes::known(&client.scopes);
    if principal.client().is_some_and(|caller| !may_grant(caller, scopes)) {
        faults.add(
            "client",
            "SCOPE_NOT_GRANTABLE",
            "자신에게 없는 권한 범위를 가진 클라이언트입니다.",
            "The client has a scope that you do not have.",
        );
    }
}

/// The place in the feed that a cursor names.
async fn place(
    write: &Write<'_>,
    act: &Act<'_>,
    cursor: &str,
    faults: &mut InputErrors,
) -> Result<i64, Error> {
    act.places.open(write.reads()).await?;
    let Some(position) = stream::place(cursor, act.places)? else {
        faults.add(
            "after",
            "INVALID_CURSOR",
            "`changes`의 커서가 아닙니다.",
            "This is not a cursor of `changes`.",
        );
        return Ok(0);
    };
    match change::check_kept(write.reads(), position).await {
        Err(Error::Argument { code, message, .. }) => {
            faults.add("after", code, message.ko, message.en);
            Ok(position)
        }
        kept => kept.map(|()| position),
    }
}

/// Makes a webhook.
///
/// # Errors
/// Forbidden; not found; user errors; internal.
pub async fn create(act: &Act<'_>, input: CreateWebhook) -> Result<Issued, Error> {
    let CreateWebhook { call, client, name, url, types, after } = input;
    let mut write = Write::attempt(act.db, act.author, &call).await?;
    let principal = act.author.principal;
    if !sight::sees::<api_client::Entity>(&write, act, client.0).await? {
        return Err(Error::NotFound);
    }
    // Held, so that of two that are made at once the second counts the first.
    let found = api_client::Entity::find_by_id(client.0).lock_exclusive();
    let client = found.one(write.reads()).await?.ok_or(Error::NotFound)?;
    access::may_write(principal, Object::ApiClient, Some(client.institution_id))?;
    let id = Uuid::now_v7();
    if let Some(id) = write.repeats::<webhook::Entity>(&call, id).await? {
        return Ok(Issued { id, secret: None });
    }
    let set = on(act)?;
    let mut faults = InputErrors::default();
    check_rights(principal, &client, &mut faults);
    check_url(set, &url, &mut faults);
    let types = check_types(act, &types, &mut faults);
    let of_client = webhook::Entity::find().filter(webhook::Column::ClientId.eq(client.id));
    if of_client.count(write.reads()).await? >= MAX_EACH {
        faults.add(
            "client",
            "TOO_MANY_WEBHOOKS",
            format!("클라이언트마다 웹훅은 {MAX_EACH}개까지입니다."),
            format!("A client has at most {MAX_EACH} webhooks."),
        );
    }
    let position = match after {
        Some(cursor) => place(&write, act, &cursor, &mut faults).await?,
        None => change::last(write.reads()).await?,
    };
    faults.settle()?;
    let now = act.author.now.trunc_subsecs(6);
    let model = webhook::Model {
        id,
        client_id: client.id,
        institution_id: client.institution_id,
        name: name.into(),
        url,
        types,
        state: WebhookState::Enabled,
        disabled_at: None,
        disabled_because: None,
        disabled_reason: None,
        secret_rotations: 0,
        secret_key: set.key.name.clone(),
        secret_created_at: now,
        previous_secret_ends_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    write.add_with::<webhook::Entity>("create", id, model).await?;
    let delivery = webhook_delivery::Model {
        id,
        position,
        generation: 0,
        cursor: None,
        delivered_at: None,
        failures: 0,
        failing_since: None,
        waiting_since: None,
        next_attempt_at: None,
        attempted_at: None,
        status: None,
        error: None,
        ping_id: None,
    };
    let delivery = delivery.into_active_model().reset_all();
    webhook_delivery::Entity::insert(delivery).exec_without_returning(write.parts()).await?;
    write.commit().await?;
    Ok(Issued { id, secret: Some(set.key.secret(id, 0).text()) })
}

/// Opens the write of a call about a webhook; none if the call was made before.
async fn open<'a>(
    act: &Act<'a>,
    call: &Call,
    action: WebhookAction,
) -> Result<Option<(Write<'a>, webhook::Model)>, Error> {
    let write = Write::attempt(act.db, act.author, call).await?;
    let is_repeated = write.repeats::<webhook::Entity>(call, call.id).await?.is_some();
    let found = webhook::Entity::find_by_id(call.id).one(write.reads()).await?;
    let Some(found) = found else {
        // It may be the call that has deleted it.
        return if is_repeated { Ok(None) } else { Err(Error::NotFound) };
    };
    if !sight::sees::<webhook::Entity>(&write, act, call.id).await? {
        return Err(Error::NotFound);
    }
    access::may_write(act.author.principal, Object::ApiClient, Some(found.institution_id))?;
    if is_repeated {
        return Ok(None);
    }
    if found.version != call.version {
        return Err(Error::Conflict);
    }
    if !allows(found.state, action) {
        let (ko, en) = match found.state {
            WebhookState::Enabled => ("사용 중인 웹훅입니다.", "The webhook is enabled."),
            WebhookState::Disabled => ("사용 중지된 웹훅입니다.", "The webhook is disabled."),
        };
        return Err(Error::User(vec![UserError::at("id", "WRONG_STATE", ko, en)]));
    }
    Ok(Some((write, found)))
}

/// Writes the webhook of a call, and commits.
async fn finish(
    mut write: Write<'_>,
    call: &Call,
    told: Map<String, Value>,
    change: impl FnOnce(&mut Map<String, Value>) + Send,
) -> Result<Uuid, Error> {
    write.update_as::<webhook::Entity>(call.action, call.id, call.version, change, told).await?;
    write.commit().await?;
    Ok(call.id)
}

fn set(row: &mut Map<String, Value>, column: &str, value: impl Into<Value>) {
    row.insert(column.to_owned(), value.into());
}

fn instant(at: DateTime<Utc>) -> Result<Value, Error> {
    serde_json::to_value(at.trunc_subsecs(6)).map_err(Error::internal)
}

/// Has a delivery tried at once, however often it has failed.
async fn retry(write: &Write<'_>, id: Uuid) -> Result<(), Error> {
    use webhook_delivery::Column as C;
    webhook_delivery::Entity::update_many()
        .col_expr(C::Failures, 0.into())
        .col_expr(C::FailingSince, Option::<DateTime<Utc>>::None.into())
        .col_expr(C::NextAttemptAt, Option::<DateTime<Utc>>::None.into())
        // What is on its way to where it was sent to before tells nothing of it now.
        .col_expr(C::Generation, Expr::col(C::Generation).add(1))
        .filter(C::Id.eq(id))
        .exec(write.parts())
        .await?;
    Ok(())
}

/// Changes a webhook.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn amend(act: &Act<'_>, input: AmendWebhook) -> Result<Uuid, Error> {
    let AmendWebhook { call, name, url, types } = input;
    let Some((write, found)) = open(act, &call, WebhookAction::Other).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    if let Some(url) = &url {
        check_url(on(act)?, url, &mut faults);
        let client = api_client::Entity::find_by_id(found.client_id).one(write.reads()).await?;
        check_rights(act.author.principal, &client.ok_or(Error::NotFound)?, &mut faults);
        retry(&write, call.id).await?;
    }
    let types = types.map(|types| check_types(act, &types, &mut faults));
    faults.settle()?;
    finish(write, &call, Map::new(), |row| {
        if let Some(name) = name {
            set(row, "name", &*name);
        }
        if let Some(url) = url {
            set(row, "url", url);
        }
        if let Some(types) = types {
            set(row, "types", types);
        }
    })
    .await
}

/// Gives a webhook a new secret; messages are signed with the last one as well for a time.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn rotate_secret(act: &Act<'_>, input: RotateWebhookSecret) -> Result<Issued, Error> {
    let RotateWebhookSecret { call, overlap_hours } = input;
    let Some((write, found)) = open(act, &call, WebhookAction::Other).await? else {
        return Ok(Issued { id: call.id, secret: None });
    };
    let key = &on(act)?.key;
    let now = act.author.now;
    let is_signing = found.secret_key == key.name && overlap_hours.0 > 0;
    let until = is_signing.then(|| now + Duration::hours(overlap_hours.0.into()));
    let until = until.map(instant).transpose()?.unwrap_or_default();
    let rotations = found.secret_rotations.checked_add(1).ok_or(Error::Conflict)?;
    let made = instant(now)?;
    let id = finish(write, &call, Map::new(), |row| {
        set(row, "secret_rotations", rotations);
        set(row, "secret_key", &*key.name);
        set(row, "secret_created_at", made);
        set(row, "previous_secret_ends_at", until);
    })
    .await?;
    Ok(Issued { id, secret: Some(key.secret(id, rotations).text()) })
}

fn disabled(row: &mut Map<String, Value>, at: Value, because: WebhookStop, reason: Option<String>) {
    set(row, "state", WebhookState::Disabled.code());
    set(row, "disabled_at", at);
    set(row, "disabled_because", because.code());
    set(row, "disabled_reason", reason);
}

/// Disables a webhook; it keeps its place in the feed.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn disable(act: &Act<'_>, input: DisableWebhook) -> Result<Uuid, Error> {
    let DisableWebhook { call, reason } = input;
    let Some((write, _)) = open(act, &call, WebhookAction::Disable).await? else {
        return Ok(call.id);
    };
    let at = instant(act.author.now)?;
    finish(write, &call, Map::new(), |row| {
        disabled(row, at, WebhookStop::Requested, reason.map(String::from));
    })
    .await
}

/// Enables a webhook; it goes on where it stopped.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn enable(act: &Act<'_>, input: EnableWebhook) -> Result<Uuid, Error> {
    let EnableWebhook { call } = input;
    let Some((write, found)) = open(act, &call, WebhookAction::Enable).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    check_url(on(act)?, &found.url, &mut faults);
    if !faults.0.is_empty() {
        let (ko, en) = ("수신 주소를 먼저 고쳐 주십시오.", "Amend its url first.");
        return Err(Error::User(vec![UserError::at("id", "URL_NOT_ALLOWED", ko, en)]));
    }
    retry(&write, call.id).await?;
    finish(write, &call, Map::new(), |row| {
        set(row, "state", WebhookState::Enabled.code());
        for column in ["disabled_at", "disabled_because", "disabled_reason"] {
            set(row, column, Value::Null);
        }
    })
    .await
}

/// Deletes a webhook.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn delete(act: &Act<'_>, input: DeleteWebhook) -> Result<Uuid, Error> {
    let DeleteWebhook { call } = input;
    let Some((mut write, _)) = open(act, &call, WebhookAction::Other).await? else {
        return Ok(call.id);
    };
    webhook_delivery::Entity::delete_by_id(call.id).exec(write.parts()).await?;
    match write.withdraw::<webhook::Entity>(call.id).await? {
        Removed::Done => write.commit().await?,
        Removed::Kept => return Err(Error::Conflict),
    };
    Ok(call.id)
}

/// Has a message sent that tells of no change, whether the webhook is enabled or not.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn test(act: &Act<'_>, input: TestWebhook) -> Result<Uuid, Error> {
    let TestWebhook { call } = input;
    let Some((write, _)) = open(act, &call, WebhookAction::Other).await? else {
        return Ok(call.id);
    };
    on(act)?;
    webhook_delivery::Entity::update_many()
        .col_expr(webhook_delivery::Column::PingId, Uuid::now_v7().into())
        .filter(webhook_delivery::Column::Id.eq(call.id))
        .exec(write.parts())
        .await?;
    finish(write, &call, Map::new(), |_| {}).await
}

/// Sets a webhook to another place in the feed.
///
/// # Errors
/// Forbidden; not found; conflict; user errors; internal.
pub async fn replay(act: &Act<'_>, input: ReplayWebhook) -> Result<Uuid, Error> {
    use webhook_delivery::Column as C;
    let ReplayWebhook { call, after } = input;
    let Some((write, _)) = open(act, &call, WebhookAction::Other).await? else {
        return Ok(call.id);
    };
    let mut faults = InputErrors::default();
    let position = place(&write, act, &after, &mut faults).await?;
    faults.settle()?;
    webhook_delivery::Entity::update_many()
        .col_expr(C::Position, position.into())
        .col_expr(C::WaitingSince, Option::<DateTime<Utc>>::None.into())
        .filter(C::Id.eq(call.id))
        .exec(write.parts())
        .await?;
    retry(&write, call.id).await?;
    let told = Map::from_iter([("after".to_owned(), after.into())]);
    finish(write, &call, told, |_| {}).await
}

async fn begin(db: &Store, now: DateTime<Utc>) -> Result<Write<'static>, Error> {
    let principal = &Principal::System;
    Write::begin(db, Author { principal, request_id: "webhooks", address: None, now }).await
}

/// Notes how far a webhook has come, and disables it if it cannot go on; unless somebody has changed it meanwhile, or it has
/// come further.
///
/// # Errors
/// Unavailable; internal.
pub async fn note(
    db: &Store,
    come: webhook_delivery::Model,
    stops: Option<WebhookStop>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    use webhook_delivery::Column as C;
    let mut write = begin(db, now).await?;
    let webhook_delivery::Model { id, position, generation, .. } = come;
    let mut active = come.into_active_model().reset_all();
    // A test that was asked for meanwhile stays asked for.
    active.ping_id = sea_orm::ActiveValue::NotSet;
    let noted = webhook_delivery::Entity::update_many()
        .set(active)
        .filter(C::Id.eq(id))
        .filter(C::Generation.eq(generation))
        .filter(C::Position.lte(position))
        .exec(write.parts())
        .await?;
    let because = stops.filter(|_| noted.rows_affected == 1);
    let found = webhook::Entity::find_by_id(id).one(write.reads()).await?;
    let enabled = found.filter(|it| it.state == WebhookState::Enabled);
    if let Some((because, found)) = because.zip(enabled) {
        let at = instant(now)?;
        let change = |row: &mut Map<String, Value>| disabled(row, at, because, None);
        write
            .update_as::<webhook::Entity>("webhook.stop", id, found.version, change, Map::new())
            .await?;
        tracing::warn!(webhook.id = %id, because = because.code(), "webhook.stopped");
    }
    write.commit().await?;
    Ok(())
}

/// Notes what became of a test; a receiver that answers well again is sent to at once.
///
/// # Errors
/// Unavailable; internal.
pub async fn note_test(
    db: &Store,
    (id, ping): (Uuid, Uuid),
    (status, error): (Option<i32>, Option<String>),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    use webhook_delivery::Column as C;
    let write = begin(db, now).await?;
    let is_well = error.is_none();
    let mut update = webhook_delivery::Entity::update_many()
        .col_expr(C::AttemptedAt, now.into())
        .col_expr(C::Status, status.into())
        .col_expr(C::Error, error.into())
        .filter(C::Id.eq(id));
    if is_well {
        update = update.col_expr(C::NextAttemptAt, Option::<DateTime<Utc>>::None.into());
    }
    update.exec(write.parts()).await?;
    webhook_delivery::Entity::update_many()
        .col_expr(C::PingId, Option::<Uuid>::None.into())
        .filter(C::Id.eq(id))
        .filter(C::PingId.eq(ping))
        .exec(write.parts())
        .await?;
    write.commit().await?;
    Ok(())
}

/// Webhooks for which there is something to do, those that waited longest first.
///
/// # Errors
/// Unavailable; internal.
pub async fn due(
    db: &impl ConnectionTrait,
    end: i64,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(webhook::Model, webhook_delivery::Model)>, Error> {
    let sql = "SELECT d.id FROM webhook_delivery d JOIN webhook w ON w.id = d.id \
               JOIN api_client c ON c.id = w.client_id \
               WHERE c.state = 'ACTIVE' AND (d.ping_id IS NOT NULL OR w.state = 'ENABLED' \
               AND d.position < $1 AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= $2)) \
               ORDER BY COALESCE(d.attempted_at, w.created_at), d.id LIMIT $3";
    let values = [end.into(), now.trunc_subsecs(6).into(), most.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let mut ids = Vec::new();
    for row in db.query_all_raw(statement).await? {
        ids.push(row.try_get_by_index::<Uuid>(0)?);
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = webhook::Entity::find().filter(webhook::Column::Id.is_in(ids.clone()));
    let rows = rows.all(db).await?;
    let mut rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let come = webhook_delivery::Entity::find();
    let come = come.filter(webhook_delivery::Column::Id.is_in(ids.clone())).all(db).await?;
    let mut come: HashMap<Uuid, _> = come.into_iter().map(|row| (row.id, row)).collect();
    // In their order: whoever waited longest has a place first, however slow the others are.
    Ok(ids.iter().filter_map(|id| rows.remove(id).zip(come.remove(id))).collect())
}
