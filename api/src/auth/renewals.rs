//! Callers of connections that stay open, asked for anew every second: all of a server by a few statements,
//! however many they are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use sea_orm::DatabaseConnection;

use super::token::{Claims, Refusal};
use super::{Access, Found};
use crate::domain::principal::Client;
use crate::error::Error;

/// How often all are asked for.
const ROUND: Duration = Duration::from_secs(1);
/// A caller that nobody has wanted to know of for so long is asked for no more.
const FORGOTTEN: Duration = Duration::from_secs(5);

/// Issuer and id of a token, and whose it is.
type Key = (String, String, String);

/// Those who are asked for.
#[derive(Debug, Default)]
pub struct Renewals(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    known: HashMap<Key, Known>,
    is_running: bool,
}

#[derive(Debug)]
struct Known {
    claims: Claims,
    wanted: Instant,
    /// What was found in the last round; none before the first.
    last: Option<Result<Arc<Client>, Refusal>>,
}

fn key(claims: &Claims) -> Key {
    (claims.issuer.clone(), claims.id.clone(), claims.client_id.clone())
}

impl Renewals {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the last round found of a caller; none if there was none yet. It is asked for from now on.
    pub fn last(
        &self,
        access: &Arc<Access>,
        db: &DatabaseConnection,
        claims: Claims,
    ) -> Option<Result<Arc<Client>, Refusal>> {
        let mut state = self.state();
        let wanted = Instant::now();
        let known = state.known.entry(key(&claims));
        let known = known.or_insert_with(|| Known { claims, wanted, last: None });
        known.wanted = wanted;
        let last = known.last.clone();
        if !state.is_running {
            state.is_running = true;
            tokio::spawn(rounds(Arc::downgrade(access), db.clone()));
        }
        last
    }

    /// Those who are still wanted; ends the rounds if nobody is.
    fn wanted(&self) -> Vec<Claims> {
        let mut state = self.state();
        state.known.retain(|_, known| known.wanted.elapsed() < FORGOTTEN);
        state.is_running = !state.known.is_empty();
        state.known.values().map(|known| known.claims.clone()).collect()
    }

    fn found(&self, claims: &Claims, last: Result<Arc<Client>, Refusal>) {
        if let Some(known) = self.state().known.get_mut(&key(claims)) {
            known.last = Some(last);
        }
    }
}

async fn rounds(access: Weak<Access>, db: DatabaseConnection) {
    loop {
        tokio::time::sleep(ROUND).await;
        let Some(access) = access.upgrade() else { return };
        let wanted = access.renewals.wanted();
        if wanted.is_empty() {
            return;
        }
        match round(&access, &db, wanted).await {
            Ok(()) => {}
            // It may be back at the next round; until then what was known holds.
            Err(error) => tracing::error!(error.cause = %error, "token.not_renewed"),
        }
    }
}

async fn round(access: &Access, db: &DatabaseConnection, wanted: Vec<Claims>) -> Result<(), Error> {
    let found = super::look_up_all(db, &wanted).await?;
    for claims in wanted {
        let row = found.rows.get(&super::name_of(&claims)).cloned();
        let row = row.map(|row| Found { is_revoked: found.revoked.contains(&claims.id), ..row });
        let last = access.judge(claims.clone(), row).map(Arc::new);
        access.renewals.found(&claims, last);
    }
    Ok(())
}
