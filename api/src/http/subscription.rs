//! A running subscription, over whatever connection: waits for the feed, asks again who calls, and gives
//! what that caller may see at that time. A caller who is slow to read is read for slowly: nothing waits in
//! memory but the events of one look.

use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::sync::watch;

use super::Shared;
use super::admission::{Kind, admit, admit_look};
use super::caller::Caller;
use crate::error::Error;
use crate::graphql::engine::Prepared;
use crate::graphql::request::{GraphQlError, Response};
use crate::metrics::METRICS;
use crate::read::stream::Event;

/// How long a subscription waits when it could not be served.
const PAUSE: Duration = Duration::from_millis(250);

/// A running subscription.
pub struct Subscription {
    shared: Shared,
    caller: Caller,
    prepared: Prepared,
    position: i64,
    end: watch::Receiver<i64>,
}

/// A look takes no longer than a query may.
async fn in_time<T>(
    shared: &Shared,
    look: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let longest = shared.settings.limits.query_timeout();
    tokio::time::timeout(longest, shared.app.pulse().during(look))
        .await
        .unwrap_or(Err(Error::Timeout))
}

impl Subscription {
    /// Begins.
    ///
    /// # Errors
    /// Input; rate limited; unavailable; internal.
    pub async fn begin(
        shared: Shared,
        mut caller: Caller,
        prepared: Prepared,
    ) -> Result<Self, Error> {
        let admitted = admit(&shared, &mut caller, Kind::Read).await?;
        // Watching begins before the position is taken, so that no change falls between the two.
        let end = shared.app.engine.feed.watch();
        let call = caller.call(Utc::now());
        let since = Instant::now();
        let begun = in_time(&shared, shared.app.engine.subscribe(&prepared, &call)).await;
        let outcome = begun.as_ref().err().map_or("OK", Error::code);
        METRICS.operation("subscription", outcome, 0, since.elapsed());
        let position = begun?;
        admitted.end(0);
        Ok(Self { shared, caller, prepared, position, end })
    }

    /// Waits for the next events, each as the JSON of one answer.
    ///
    /// # Errors
    /// Unauthenticated, once the caller's token has ended or was revoked; time-out; internal.
    pub async fn next(&mut self) -> Result<Vec<String>, Error> {
        let mut is_told = false;
        loop {
            let position = self.position;
            let end = *self
                .end
                .wait_for(|end| *end > position)
                .await
                .map_err(|_| Error::internal("the feed has ended"))?;
            // The turn may be long in coming, and the token end meanwhile.
            let admitted = admit_look(&self.shared, &self.caller).await;
            let now = Utc::now();
            let app = &self.shared.app;
            let look = async {
                let renewal = app.access.renew(&app.db, &self.caller.principal, now);
                self.caller.principal = renewal.await?;
                let call = self.caller.call(now);
                app.engine.events(&self.prepared, &call, position, end).await
            };
            let found = match in_time(&self.shared, look).await {
                // Whoever listens goes on where it was once the database is back.
                Err(Error::Unavailable { cause, .. }) => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(error.cause = %cause, "subscription.waits");
                    }
                    drop(admitted);
                    tokio::time::sleep(PAUSE).await;
                    app.pulse().until_there().await;
                    continue;
                }
                found => found?,
            };
            self.position = found.position;
            self.caller.allowance = admitted.end(found.actual);
            if !found.events.is_empty() {
                let language = self.caller.language;
                let answers = found.events.into_iter().map(|Event { data, errors, .. }| {
                    let errors = errors.into_iter().map(GraphQlError::from).collect();
                    let answer = Response { data: Some(data), errors, ..Response::default() };
                    answer.into_json(language, &self.caller.request_id)
                });
                return Ok(answers.collect());
            }
        }
    }
}
