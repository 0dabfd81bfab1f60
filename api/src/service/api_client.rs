//! Clients of the API 클라이언트: made, changed, given new secrets, shut out and let in again. The same for
//! the command line and for mutations; a secret is told once, in the answer of the call that made it.

use chrono::SubsecRound;
use entity::api_client::{self, ClientState, RateTier};
use entity::{institution, revoked_token};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, Set, Statement,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::Event;
use super::named::stays;
use super::write::{Author, Write};
use crate::auth::known::LEASE;
use crate::auth::secret::{self, Hashing};
use crate::database::Store;
use crate::domain::access::{self, Object};
use crate::domain::api_client::{
    Barred, ClientAction, Facts, MAX_ORIGINS, allows, barred, is_operator, is_origin, may_grant,
    may_grant_tier,
};
use crate::domain::canonical::hex;
use crate::domain::fold;
use crate::domain::principal::{Principal, Scope, Scopes};
use crate::domain::rate::Who;
use crate::error::{Error, UserError};
use crate::input;
use crate::input::Call;
use crate::input::types::{List, OneLine, Prose};

/// A client with the secret that the call made, if it made one.
#[derive(Debug)]
pub struct Issued {
    /// Key of the client.
    pub id: Uuid,
    /// Name with which it signs in.
    pub client_id: String,
    /// The secret; never to be had again.
    pub secret: Option<String>,
}

input! {
    /// 클라이언트 등록. A client.
    mutation CreateApiClient {
        /// 소속 기관. Code of its institution.
        institution: String,
        /// 이름. Name for people, one line of at most 100 characters.
        name: OneLine,
        /// 권한 범위. Scopes it may ask for, e.g. `program:read`.
        scopes: List<String, 0, 100>,
        /// 허용 출처. Origins of web pages that may use it, at most 10.
        origins: List<String, 0, 100> = "[]",
        /// 이용 등급. ELEVATED is granted by the institutions that run the programme.
        rate_tier: RateTier = "STANDARD",
    }
}

input! {
    /// 클라이언트 수정. What changes of a client; what is left out stays.
    mutation UpdateApiClient on api_client::Entity {
        /// 이름. Name for people.
        name: Option<OneLine>,
        /// 권한 범위. Scopes it may ask for; its tokens lose at once what is taken away.
        scopes: Option<List<String, 0, 100>>,
        /// 허용 출처. Origins of web pages that may use it.
        origins: Option<List<String, 0, 100>>,
        /// 이용 등급. How much it may ask for.
        rate_tier: Option<RateTier>,
    }
}

input! {
    /// 비밀키 교체. A client to be given a new secret.
    mutation RotateApiClientSecret on api_client::Entity {
        /// 이전 비밀키 폐기. Whether the last secret and the tokens obtained so far end now; otherwise the secret stays valid until the next rotation.
        drop_others: bool = "false",
    }
}

input! {
    /// 클라이언트 사용 중지. A client to be disabled.
    mutation DisableApiClient on api_client::Entity {
        /// 사유. Why.
        reason: Option<Prose>,
    }
}

input! {
    /// 클라이언트 사용 재개. A client to be enabled.
    mutation EnableApiClient on api_client::Entity {}
}

fn checked_scopes(words: &[String], principal: &Principal, errors: &mut Vec<UserError>) -> Scopes {
    let known: Vec<&str> = Scope::ALL.into_iter().map(Scope::code).collect();
    let mut scopes = Vec::new();
    for word in words {
        match Scope::from_code(word) {
            Some(scope) => scopes.push(scope),
            None => errors.push(UserError::at(
                "scopes",
                "UNKNOWN_SCOPE",
                format!("`{word}` 권한 범위가 없습니다. 쓸 수 있는 것: {}", known.join(", ")),
                format!("There is no scope {word}. Known: {}", known.join(", ")),
            )),
        }
    }
    let scopes: Scopes = scopes.into_iter().collect();
    if words.is_empty() {
        errors.push(UserError::at(
            "scopes",
            "NO_SCOPE",
            "권한 범위를 하나 이상 지정해 주십시오.",
            "Give at least one scope.",
        ));
    }
    grantable(principal, scopes, errors);
    scopes
}

fn grantable(principal: &Principal, scopes: Scopes, errors: &mut Vec<UserError>) {
    if let Principal::Client(grantor) = principal
        && !may_grant(grantor, scopes)
    {
        errors.push(not_allowed(Barred::Scopes));
    }
}

/// What to say to a caller who is barred from an action.
pub fn not_allowed(barred: Barred) -> UserError {
    match barred {
        Barred::Scopes => UserError::at(
            "scopes",
            "SCOPE_NOT_GRANTABLE",
            "자신에게 없는 권한 범위는 줄 수 없습니다.",
            "You cannot grant a scope that you do not have.",
        ),
        Barred::ByOperator => UserError::at(
            "id",
            "SHUT_OUT_BY_OPERATOR",
            "사업을 주관하는 기관이 사용을 중지한 클라이언트입니다.",
            "An operator disabled this client; only an operator can enable it.",
        ),
        Barred::ByOwner => UserError::at(
            "id",
            "DISABLED_BY_OWNER",
            "소속 기관이 사용을 중지한 클라이언트이므로 그 기관만 다시 사용하게 할 수 있습니다.",
            "Its own institution disabled this client; only that institution can enable it.",
        ),
        Barred::Separation => separate("id"),
    }
}

/// What to say to who would act in the name of another institution.
fn separate(field: &str) -> UserError {
    UserError::at(
        field,
        "SEPARATION_OF_DUTIES",
        "다른 기관의 이름으로 제출·검토·작성·관리하는 권한은 그 기관이나 서버 운영자(명령줄)만 줄 수 있습니다. 다른 기관에는 program:read와 audit:read만 줄 수 있습니다.",
        "Only the institution itself, or the command line, gives a client scopes to act in its name. To clients of other institutions you can give program:read and audit:read.",
    )
}

fn checked_tier(
    tier: RateTier,
    known: RateTier,
    principal: &Principal,
    errors: &mut Vec<UserError>,
) {
    if let Principal::Client(grantor) = principal
        && tier != known
        && !may_grant_tier(grantor, tier)
    {
        errors.push(UserError::at(
            "rateTier",
            "RATE_TIER_NOT_GRANTABLE",
            "확대 등급은 사업을 주관하는 기관만 줄 수 있습니다.",
            "Only the institutions that run the programme grant this tier.",
        ));
    }
}

fn checked_origins(origins: &[String], errors: &mut Vec<UserError>) -> String {
    if origins.len() > MAX_ORIGINS {
        errors.push(UserError::at(
            "origins",
            "TOO_MANY_ORIGINS",
            format!("허용 출처는 {MAX_ORIGINS}개까지입니다."),
            format!("At most {MAX_ORIGINS} origins."),
        ));
    }
    for origin in origins.iter().filter(|origin| !is_origin(origin)) {
        let shown: String = origin.chars().take(60).collect();
        errors.push(UserError::at(
            "origins",
            "INVALID_ORIGIN",
            format!("{shown}: https://dash.example.kr 형식이어야 합니다."),
            format!("{shown}: write an origin like https://dash.example.kr."),
        ));
    }
    origins.join(" ")
}

/// The text of a list by which it stands in a column.
fn settled<T>(value: T, errors: Vec<UserError>) -> Result<T, Error> {
    if errors.is_empty() { Ok(value) } else { Err(Error::User(errors)) }
}

/// Makes a client. The same key for the same content gives the client made before, without its secret.
///
/// # Errors
/// Forbidden; user errors; busy; internal.
pub async fn create(
    db: &Store,
    hashing: &Hashing,
    author: Author<'_>,
    new: CreateApiClient,
) -> Result<Issued, Error> {
    let institution = institution::Entity::find()
        .filter(institution::Column::Code.eq(fold::code(&new.institution)))
        .one(db)
        .await?;
    let owner = institution.as_ref().map(|institution| institution.id);
    // Who may not make clients learns nothing of what is wrong with this one.
    access::may_write(author.principal, Object::ApiClient, owner)?;
    let mut errors = Vec::new();
    let scopes = checked_scopes(&new.scopes, author.principal, &mut errors);
    let origins = checked_origins(&new.origins, &mut errors);
    checked_tier(new.rate_tier, RateTier::Standard, author.principal, &mut errors);
    if owner.is_some_and(|owner| !access::may_act_for(author.principal, owner, scopes)) {
        errors.push(separate("scopes"));
    }
    if owner.is_none() {
        // Nobody gets to act for the institution that stays by the code of another.
        let (ko, en) = match stays(&**db, &fold::code(&new.institution)).await? {
            Some(_) => (
                "다른 기관에 통합된 기관입니다. 통합 기관의 코드를 적어 주십시오.",
                "It was merged into another institution; name that by its own code.",
            ),
            None => ("그런 코드의 기관이 없습니다.", "There is no institution of that code."),
        };
        errors.push(UserError::at("institution", "UNKNOWN_INSTITUTION", ko, en));
    }
    let owner = settled(owner, errors)?.ok_or(Error::NotFound)?;
    new.call.sound()?;
    // A hash takes a core and 19 MiB: it is made for who may have it, and before the lock of a write is taken.
    let made = secret::generate()?;
    let hash = hashing.hash(&Who::author(&author), made.clone()).await?;
    let id = Uuid::now_v7();
    let model = api_client::Model {
        id,
        client_id: format!("{}-{}", new.institution.to_lowercase(), hex(&secret::random::<8>()?)),
        name: new.name.into(),
        institution_id: owner,
        scopes: scopes.to_string(),
        origins,
        rate_tier: new.rate_tier,
        state: ClientState::Active,
        disabled_at: None,
        disabled_reason: None,
        disabled_by_operator: false,
        disabled_by_owner: false,
        token_generation: 0,
        secret_hash: hash,
        secret_created_at: author.now.trunc_subsecs(6),
        previous_secret_hash: None,
        previous_secret_created_at: None,
        secret_by_other: is_other(author.principal, owner),
        version: 1,
        created_at: author.now,
        updated_at: author.now,
    };
    let client_id = model.client_id.clone();
    let mut write = Write::attempt(db, author, &new.call).await?;
    if let Some(id) = write.repeats::<api_client::Entity>(&new.call, id).await? {
        let known = find(write.reads(), id).await?;
        return Ok(Issued { id, client_id: known.client_id, secret: None });
    }
    write.add_with::<api_client::Entity>("create", id, model).await?;
    write.commit().await?;
    Ok(Issued { id, client_id, secret: Some(made) })
}

async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<api_client::Model, Error> {
    api_client::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound)
}

/// The client of that name; none if there is none.
///
/// # Errors
/// Internal.
pub async fn by_client_id(
    db: &DatabaseConnection,
    client_id: &str,
) -> Result<Option<(api_client::Model, institution::Model)>, Error> {
    let found = api_client::Entity::find()
        .filter(api_client::Column::ClientId.eq(client_id))
        .find_also_related(institution::Entity)
        .one(db)
        .await?;
    Ok(found.and_then(|(client, institution)| Some((client, institution?))))
}

/// The client, if the caller may act on it at all.
///
/// # Errors
/// Not found, if the caller may not see it; forbidden.
async fn visible(
    db: &impl ConnectionTrait,
    principal: &Principal,
    id: Uuid,
) -> Result<api_client::Model, Error> {
    access::may_begin(principal, Object::ApiClient.into())?;
    let client = find(db, id).await?;
    let is_visible = match access::rows(principal, Object::ApiClient) {
        access::Rows::All => true,
        access::Rows::Own(own) | access::Rows::OnlyOwn(own) => own == client.institution_id,
        access::Rows::Published | access::Rows::None => false,
    };
    match access::may_write(principal, Object::ApiClient, Some(client.institution_id)) {
        Ok(()) if is_visible => Ok(client),
        _ => Err(Error::NotFound),
    }
}

/// Whether the state of a client allows an action to the caller.
///
/// # Errors
/// User error, if it does not.
fn allowed(
    client: &api_client::Model,
    principal: &Principal,
    action: ClientAction,
) -> Result<(), Error> {
    let facts = Facts {
        state: client.state,
        disabled_by_operator: client.disabled_by_operator,
        disabled_by_owner: client.disabled_by_owner,
        scopes: Scopes::known(&client.scopes),
        owner: client.institution_id,
    };
    if !allows(&facts, principal, action) {
        return Err(Error::User(vec![wrong_state(client.state)]));
    }
    match barred(principal, &facts, action) {
        Some(barred) => Err(Error::User(vec![not_allowed(barred)])),
        None => Ok(()),
    }
}

/// Opens the write of a call about a client; none if the call was made before, and what it did holds everywhere.
async fn open<'a>(
    db: &Store,
    author: Author<'a>,
    call: &Call,
    action: ClientAction,
) -> Result<Option<(Write<'a>, api_client::Model)>, Error> {
    let write = Write::attempt(db, author, call).await?;
    let client = visible(write.reads(), author.principal, call.id).await?;
    if write.repeats::<api_client::Entity>(call, call.id).await?.is_some() {
        drop(write);
        // The first one may not have been answered yet.
        db.rest(LEASE).await;
        return Ok(None);
    }
    if client.version != call.version {
        return Err(Error::Conflict);
    }
    allowed(&client, author.principal, action)?;
    Ok(Some((write, client)))
}

/// Writes the client of a call, and commits.
async fn finish(
    mut write: Write<'_>,
    call: &Call,
    change: impl FnOnce(&mut Map<String, Value>) + Send,
) -> Result<Uuid, Error> {
    write.update::<api_client::Entity>(call.id, call.version, change).await?;
    write.shuts_out();
    write.commit().await?;
    Ok(call.id)
}

/// Whether the caller is of another institution than `owner`; the command line is of none.
fn is_other(principal: &Principal, owner: Uuid) -> bool {
    principal.client().is_some_and(|caller| caller.institution.id != owner)
}

/// Whether the caller is of the client's own institution.
fn is_owner(principal: &Principal, client: &api_client::Model) -> bool {
    principal.client().is_some_and(|caller| caller.institution.id == client.institution_id)
}

/// What to say where the state does not allow an action.
pub fn wrong_state(state: ClientState) -> UserError {
    let (ko, en) = match state {
        ClientState::Active => ("사용 중인 클라이언트입니다.", "The client is active."),
        ClientState::Disabled => ("사용 중지된 클라이언트입니다.", "The client is disabled."),
    };
    UserError::at("id", "WRONG_STATE", ko, en)
}

fn set(row: &mut Map<String, Value>, column: &str, value: impl Into<Value>) {
    row.insert(column.to_owned(), value.into());
}

/// Changes a client.
///
/// # Errors
/// Not found; conflict; forbidden; user errors; internal.
pub async fn update(
    db: &Store,
    author: Author<'_>,
    changes: UpdateApiClient,
) -> Result<Uuid, Error> {
    let Some((write, client)) = open(db, author, &changes.call, ClientAction::Update).await? else {
        return Ok(changes.call.id);
    };
    let mut errors = Vec::new();
    let scopes =
        changes.scopes.as_ref().map(|words| checked_scopes(words, author.principal, &mut errors));
    let origins = changes.origins.as_ref().map(|origins| checked_origins(origins, &mut errors));
    if let Some(tier) = changes.rate_tier {
        // A tier that it has already may stay, or be given up.
        checked_tier(tier, client.rate_tier, author.principal, &mut errors);
    }
    let known = Scopes::known(&client.scopes);
    let added = scopes.iter().flat_map(|wanted| wanted.iter());
    let added: Scopes = added.filter(|scope| !known.has(*scope)).collect();
    if !access::may_act_for(author.principal, client.institution_id, added) {
        errors.push(separate("scopes"));
    } else if client.secret_by_other && access::acts(added) {
        // Who made its secret would act in its institution's name.
        errors.push(UserError::at(
            "scopes",
            "SEPARATION_OF_DUTIES",
            "다른 기관이 발급한 비밀키로 쓰이는 클라이언트입니다. rotateApiClientSecret으로 비밀키를 먼저 새로 발급하십시오.",
            "Another institution made the secret of this client. Make a new one first with rotateApiClientSecret.",
        ));
    }
    settled((), errors)?;
    let UpdateApiClient { call, name, rate_tier, .. } = changes;
    finish(write, &call, |row| {
        if let Some(name) = name {
            set(row, "name", &*name);
        }
        if let Some(scopes) = scopes {
            set(row, "scopes", scopes.to_string());
        }
        if let Some(origins) = origins {
            set(row, "origins", origins);
        }
        if let Some(tier) = rate_tier {
            set(row, "rate_tier", tier.code());
        }
    })
    .await
}

/// Ends the tokens that a client has: those of the generation from now on alone count. A count rather than
/// an instant, since tokens tell whole seconds and the clocks of servers differ.
fn end_tokens(row: &mut Map<String, Value>) {
    let generation = row.get("token_generation").and_then(Value::as_i64).unwrap_or_default();
    set(row, "token_generation", generation + 1);
}

/// Gives a client a new secret. The last one stays valid until the next rotation, unless `drop_others`, which
/// also ends the tokens that were got with it.
///
/// # Errors
/// Not found; conflict; forbidden; user errors; busy; internal.
pub async fn rotate_secret(
    db: &Store,
    hashing: &Hashing,
    author: Author<'_>,
    RotateApiClientSecret { call, drop_others }: RotateApiClientSecret,
) -> Result<Issued, Error> {
    const ACTION: ClientAction = ClientAction::RotateSecret;
    // A hash takes a core and 19 MiB: it is made for who may have it, and before the lock of a write is taken.
    let seen = visible(db, author.principal, call.id).await?;
    let made = if seen.version == call.version {
        allowed(&seen, author.principal, ACTION)?;
        let made = secret::generate()?;
        let hash = hashing.hash(&Who::author(&author), made.clone()).await?;
        Some((made, hash))
    } else {
        None
    };
    let Some((write, client)) = open(db, author, &call, ACTION).await? else {
        return Ok(Issued { id: call.id, client_id: seen.client_id, secret: None });
    };
    let (made, hash) = made.ok_or(Error::Conflict)?;
    let now = serde_json::to_value(author.now.trunc_subsecs(6)).map_err(Error::internal)?;
    let by_other = is_other(author.principal, client.institution_id);
    // Its own institution's new secret is the only one, if another institution made the last.
    let drop_others = drop_others || client.secret_by_other && !by_other;
    let id = finish(write, &call, |row| {
        let last = ["secret_hash", "secret_created_at"]
            .map(|column| row.get(column).cloned().unwrap_or_default());
        let [last_hash, last_at] = if drop_others { [Value::Null, Value::Null] } else { last };
        set(row, "previous_secret_hash", last_hash);
        set(row, "previous_secret_created_at", last_at);
        set(row, "secret_hash", hash);
        set(row, "secret_created_at", now);
        set(row, "secret_by_other", by_other || client.secret_by_other && !drop_others);
        if drop_others {
            end_tokens(row);
        }
    })
    .await?;
    Ok(Issued { id, client_id: client.client_id, secret: Some(made) })
}

/// Disables a client; its tokens are refused at once, and stay so when it is enabled again. Its institution and an
/// operator disable it apart from each other.
///
/// # Errors
/// Not found; conflict; forbidden; user errors; internal.
pub async fn disable(
    db: &Store,
    author: Author<'_>,
    DisableApiClient { call, reason }: DisableApiClient,
) -> Result<Uuid, Error> {
    let Some((write, client)) = open(db, author, &call, ClientAction::Disable).await? else {
        return Ok(call.id);
    };
    let by_operator = is_operator(author.principal) || client.disabled_by_operator;
    let by_owner = is_owner(author.principal, &client) || client.disabled_by_owner;
    let now = serde_json::to_value(author.now.trunc_subsecs(6)).map_err(Error::internal)?;
    finish(write, &call, |row| {
        set(row, "state", ClientState::Disabled.code());
        set(row, "disabled_at", now);
        set(row, "disabled_reason", reason.map(String::from));
        set(row, "disabled_by_operator", by_operator);
        set(row, "disabled_by_owner", by_owner);
        end_tokens(row);
    })
    .await
}

/// Enables a client as far as it is the caller's to do: an operator for the operators, its institution for itself, the
/// command line for both. It is active again once nobody keeps it disabled.
///
/// # Errors
/// Not found; conflict; forbidden; user errors; internal.
pub async fn enable(
    db: &Store,
    author: Author<'_>,
    EnableApiClient { call }: EnableApiClient,
) -> Result<Uuid, Error> {
    let Some((write, client)) = open(db, author, &call, ClientAction::Enable).await? else {
        return Ok(call.id);
    };
    let is_system = *author.principal == Principal::System;
    let by_operator = client.disabled_by_operator && !is_operator(author.principal);
    let by_owner = client.disabled_by_owner && !is_system && !is_owner(author.principal, &client);
    finish(write, &call, |row| {
        if !by_operator && !by_owner {
            set(row, "state", ClientState::Active.code());
            set(row, "disabled_at", Value::Null);
            set(row, "disabled_reason", Value::Null);
        }
        set(row, "disabled_by_operator", by_operator);
        set(row, "disabled_by_owner", by_owner);
    })
    .await
}

/// Puts a token on the list of revoked ones until it would have ended, and takes those off whose time is
/// over.
///
/// # Errors
/// Internal.
pub async fn revoke_token(
    db: &Store,
    author: Author<'_>,
    client: &api_client::Model,
    jti: &str,
    expires_at: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    let mut write = Write::begin(db, author).await?;
    revoked_token::Entity::delete_many()
        .filter(revoked_token::Column::ExpiresAt.lt(author.now - chrono::Duration::hours(1)))
        .exec(write.reads())
        .await?;
    let row = revoked_token::ActiveModel { jti: Set(jti.to_owned()), expires_at: Set(expires_at) };
    revoked_token::Entity::insert(row)
        .on_conflict_do_nothing_on([revoked_token::Column::Jti])
        .exec_without_returning(write.reads())
        .await?;
    write.note(Event {
        action: "token.revoke",
        subject_type: "ApiClient",
        subject_id: Some(client.id),
        institution_id: Some(client.institution_id),
        after: Some(serde_json::json!({ "jti": jti }).to_string()),
        ..Event::default()
    });
    write.shuts_out();
    write.commit().await?;
    Ok(())
}

/// Whether an active client lists the origin.
///
/// # Errors
/// Internal.
pub async fn allows_origin(db: &DatabaseConnection, origin: &str) -> Result<bool, Error> {
    // An origin has none of the signs that mean something in a pattern.
    if !is_origin(origin) {
        return Ok(false);
    }
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT 1 FROM api_client WHERE state = 'ACTIVE' AND ' ' || origins || ' ' LIKE $1 LIMIT 1",
        [format!("% {origin} %").into()],
    );
    Ok(db.query_one_raw(statement).await?.is_some())
}
