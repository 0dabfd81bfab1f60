//! What is done with clients of the API, as the command line does it: each call has a key of its own.

use aiplus::auth::secret::Hashing;
use aiplus::database::Store;
use aiplus::domain::principal::Author;
use aiplus::error::Error;
use aiplus::input::Call;
use aiplus::service::api_client as service;
pub use aiplus::service::api_client::*;
use entity::api_client::RateTier;
use uuid::Uuid;

use super::results::key;

/// A client to be made.
#[derive(Debug, Clone)]
pub struct NewClient {
    pub institution: String,
    pub name: String,
    pub scopes: Vec<String>,
    pub origins: Vec<String>,
    pub rate_tier: RateTier,
}

/// What changes of a client.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub origins: Option<Vec<String>>,
    pub rate_tier: Option<RateTier>,
}

pub async fn create(
    db: &Store,
    hashing: &Hashing,
    author: Author<'_>,
    new: &NewClient,
    key: &str,
) -> Result<Issued, Error> {
    let NewClient { institution, name, scopes, origins, rate_tier } = new.clone();
    let call = Call::of::<CreateApiClient>((Uuid::nil(), 0), key);
    let input = CreateApiClient {
        call,
        institution,
        name: name.as_str().into(),
        scopes: scopes.into(),
        origins: origins.into(),
        rate_tier,
    };
    service::create(db, hashing, author, input).await
}

pub async fn update(
    db: &Store,
    author: Author<'_>,
    id: Uuid,
    version: i32,
    changes: Changes,
) -> Result<(), Error> {
    let Changes { name, scopes, origins, rate_tier } = changes;
    let input = UpdateApiClient {
        call: Call::of::<UpdateApiClient>((id, version), key()),
        name: name.map(|name| name.as_str().into()),
        scopes: scopes.map(Into::into),
        origins: origins.map(Into::into),
        rate_tier,
    };
    service::update(db, author, input).await.map(drop)
}

pub async fn rotate_secret(
    db: &Store,
    hashing: &Hashing,
    author: Author<'_>,
    id: Uuid,
    version: i32,
    drop_others: bool,
) -> Result<Issued, Error> {
    let call = Call::of::<RotateApiClientSecret>((id, version), key());
    let input = RotateApiClientSecret { call, drop_others };
    service::rotate_secret(db, hashing, author, input).await
}

pub async fn disable(
    db: &Store,
    author: Author<'_>,
    id: Uuid,
    version: i32,
    reason: Option<String>,
) -> Result<(), Error> {
    let call = Call::of::<DisableApiClient>((id, version), key());
    let reason = reason.map(|reason| reason.as_str().into());
    service::disable(db, author, DisableApiClient { call, reason }).await.map(drop)
}

pub async fn enable(db: &Store, author: Author<'_>, id: Uuid, version: i32) -> Result<(), Error> {
    let call = Call::of::<EnableApiClient>((id, version), key());
    service::enable(db, author, EnableApiClient { call }).await.map(drop)
}
