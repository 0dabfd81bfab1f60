//! Turns at what there is little of, such as connections that read: so many at a time, and fair between those
//! who want one.
//!
//! Each caller's wishes wait in order, unless they are far too many, and callers take turns: who asks a hundred times waits behind itself. One
//! caller, and all that have not signed in together, have a share of the places at most; who has signed in goes
//! first, but of four turns one is for those who have not. The waiting is bounded in number and in time, so
//! that beyond what can be served the answer is a quick no.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::domain::rate::Who;
use crate::error::Error;

/// Of so many turns one is for those who have not signed in, if any of them waits.
const ROUND: u32 = 4;
/// A queue is long that holds so many times what its caller may have at a time.
const LONG: usize = 4;
/// Seconds after which a caller that found no place may ask again.
const RETRY_AFTER: u64 = 1;

/// How many, how long.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Turns at a time.
    pub places: usize,
    /// Of them, those of one caller at most.
    pub each: usize,
    /// Of them, those of all who have not signed in at most.
    pub anonymous: usize,
    /// Most that wait.
    pub waiting: usize,
    /// Of them, those of one caller at most.
    pub waiting_each: usize,
    /// Longest that one waits.
    pub patience: Duration,
}

impl Bounds {
    /// So many turns, of which one caller, and all who have not signed in together, get `percent` at most, and
    /// one at least.
    pub fn shared(places: usize, percent: usize) -> Self {
        let places = places.max(1);
        let share = (places * percent / 100).clamp(1, places);
        Self {
            places,
            each: share,
            anonymous: share,
            waiting: 2_048,
            waiting_each: 512,
            patience: Duration::from_secs(1),
        }
    }
}

/// Why there is no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// The caller has as many wishes waiting as it may.
    Own,
    /// Everybody together has, or the wait was too long.
    All,
}

impl From<Busy> for Error {
    fn from(busy: Busy) -> Self {
        match busy {
            Busy::Own => Self::RateLimited { retry_after: RETRY_AFTER },
            Busy::All => Self::unavailable(""),
        }
    }
}

/// The turns at one thing.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bounds: Bounds,
    state: Mutex<State>,
}

/// A turn; over when it is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    who: Who,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    anonymous: usize,
    running: HashMap<Who, usize>,
    queues: HashMap<Who, VecDeque<(u64, oneshot::Sender<Turn>)>>,
    /// Callers with wishes that wait, the next one first: who has signed in, who has not.
    order: [VecDeque<Who>; 2],
    waiting: usize,
    number: u64,
    /// Turns in a row of those who have signed in.
    row: u32,
}

impl State {
    fn may(&self, bounds: &Bounds, who: &Who) -> bool {
        self.taken < bounds.places
            && self.running.get(who).is_none_or(|running| *running < bounds.each)
            && (who.has_signed_in() || self.anonymous < bounds.anonymous)
    }

    fn enter(&mut self, who: &Who) {
        self.taken += 1;
        self.anonymous += usize::from(!who.has_signed_in());
        *self.running.entry(who.clone()).or_default() += 1;
    }

    fn leave(&mut self, who: &Who) {
        self.taken -= 1;
        self.anonymous -= usize::from(!who.has_signed_in());
        if let Some(running) = self.running.get_mut(who) {
            *running -= 1;
            if *running == 0 {
                self.running.remove(who);
            }
        }
    }

    /// Whose turn is next, if there is a place for it.
    fn next(&mut self, bounds: &Bounds) -> Option<(Who, oneshot::Sender<Turn>)> {
        let first = usize::from(self.row + 1 >= ROUND);
        for rank in [first, 1 - first] {
            let is_full = rank == 1 && self.anonymous >= bounds.anonymous;
            if is_full || self.taken >= bounds.places {
                continue;
            }
            for _ in 0..self.order[rank].len() {
                let who = self.order[rank].pop_front()?;
                if !self.may(bounds, &who) {
                    self.order[rank].push_back(who);
                    continue;
                }
                let Some(queue) = self.queues.get_mut(&who) else { continue };
                // Where a caller asks for far more than it gets, its newest wish goes first: it is answered soon and the
                // oldest are refused, instead of all of them being answered late.
                let is_long = queue.len() > LONG * bounds.each;
                let next = if is_long { queue.pop_back() } else { queue.pop_front() };
                if queue.is_empty() {
                    self.queues.remove(&who);
                } else {
                    self.order[rank].push_back(who.clone());
                }
                let Some((_, sender)) = next else { continue };
                self.waiting -= 1;
                self.row = if rank == 0 { self.row + 1 } else { 0 };
                return Some((who, sender));
            }
        }
        None
    }

    fn give_up(&mut self, who: &Who, number: u64) {
        let Some(queue) = self.queues.get_mut(who) else { return };
        let before = queue.len();
        queue.retain(|(waiting, _)| *waiting != number);
        self.waiting -= before - queue.len();
        if queue.is_empty() {
            self.queues.remove(who);
            self.order[rank(who)].retain(|waiting| waiting != who);
        }
    }
}

fn rank(who: &Who) -> usize {
    usize::from(!who.has_signed_in())
}

/// A wish that waits; taken back when it is dropped.
struct Wish<'a> {
    turns: &'a Turns,
    who: &'a Who,
    number: u64,
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        self.turns.state().give_up(self.who, self.number);
    }
}

impl Turns {
    /// Nobody's turn yet.
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Shared { bounds, state: Mutex::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn, as soon as it is the caller's.
    ///
    /// # Errors
    /// Busy: at once if too many wait, or after the longest wait.
    pub async fn take(&self, who: &Who) -> Result<Turn, Busy> {
        let patience = self.0.bounds.patience;
        match tokio::time::timeout(patience, self.wait(who)).await {
            Ok(turn) => turn,
            Err(_) => Err(Busy::All),
        }
    }

    /// A turn, however long it takes.
    ///
    /// # Errors
    /// Busy, if too many wait.
    pub async fn wait(&self, who: &Who) -> Result<Turn, Busy> {
        let bounds = &self.0.bounds;
        let (number, heard) = {
            let mut state = self.state();
            // Where there is a place that it may have, nobody waits who may have it as well.
            if state.may(bounds, who) {
                state.enter(who);
                return Ok(Turn { turns: self.clone(), who: who.clone() });
            }
            if state.queues.get(who).is_some_and(|queue| queue.len() >= bounds.waiting_each) {
                return Err(Busy::Own);
            }
            if state.waiting >= bounds.waiting {
                return Err(Busy::All);
            }
            let (sender, heard) = oneshot::channel();
            state.number += 1;
            let number = state.number;
            state.waiting += 1;
            let queue = state.queues.entry(who.clone()).or_default();
            queue.push_back((number, sender));
            if queue.len() == 1 {
                state.order[rank(who)].push_back(who.clone());
            }
            (number, heard)
        };
        let _wish = Wish { turns: self, who, number };
        heard.await.map_err(|_| Busy::All)
    }

    /// How many have a turn, and how many wait for one.
    pub fn load(&self) -> (usize, usize) {
        let state = self.state();
        (state.taken, state.waiting)
    }

    /// Whether nobody has a turn or waits for one.
    pub fn is_idle(&self) -> bool {
        self.load() == (0, 0)
    }

    /// Gives free places to those who wait.
    fn call_next(&self) {
        loop {
            let called = {
                let mut state = self.state();
                state.next(&self.0.bounds).inspect(|(who, _)| state.enter(who))
            };
            let Some((who, sender)) = called else { return };
            // Who has gone meanwhile gives its turn back by dropping it.
            drop(sender.send(Turn { turns: self.clone(), who }));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.state().leave(&self.who);
        self.turns.call_next();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn bounds() -> Bounds {
        Bounds { waiting: 6, waiting_each: 4, ..Bounds::shared(2, 50) }
    }

    fn client(name: &str) -> Who {
        Who::Client(name.into())
    }

    fn nobody(last: u8) -> Who {
        Who::Address(Some(std::net::Ipv4Addr::new(192, 0, 2, last).into()))
    }

    #[tokio::test]
    async fn callers_take_turns_and_each_waits_behind_itself() {
        let turns = Turns::new(Bounds { each: 2, ..bounds() });
        let (busy, other) = (client("busy"), client("other"));
        let first = turns.take(&busy).await.unwrap();
        let second = turns.take(&busy).await.unwrap();
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(turns.take(&busy))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        let mut late = Box::pin(turns.take(&other));
        assert!((&mut late).now_or_never().is_none());
        drop(first);
        assert!((&mut waiting[0]).now_or_never().is_some(), "the first that waits is the first");
        drop(second);
        assert!(
            (&mut late).now_or_never().is_some(),
            "another one waits for one turn, not for all"
        );
    }

    #[tokio::test]
    async fn of_far_too_many_the_newest_is_first() {
        let turns = Turns::new(Bounds { waiting: 20, waiting_each: 20, ..bounds() });
        let own = client("own");
        let held = turns.take(&own).await.unwrap();
        let mut waiting: Vec<_> = (0..LONG + 1).map(|_| Box::pin(turns.take(&own))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        drop(held);
        let newest = waiting.pop().unwrap().now_or_never().unwrap();
        drop(newest);
        assert!((&mut waiting[0]).now_or_never().is_some(), "and then they are in order again");
    }

    #[tokio::test]
    async fn a_share_stays_free_for_others() {
        let turns = Turns::new(bounds());
        let held = turns.take(&nobody(1)).await.unwrap();
        assert!(turns.take(&nobody(2)).now_or_never().is_none(), "all without a token share one");
        let own = turns.take(&client("own")).now_or_never().unwrap().unwrap();
        assert!(turns.take(&client("own")).now_or_never().is_none());
        drop((held, own));
        let state = turns.state();
        assert_eq!((state.taken, state.anonymous, state.waiting), (0, 0, 0));
        assert!(state.running.is_empty() && state.queues.is_empty());
        assert!(state.order.iter().all(VecDeque::is_empty));
    }

    #[tokio::test]
    async fn who_signed_in_goes_first_and_nobody_starves() {
        let turns = Turns::new(Bounds { each: 1, waiting: 20, ..bounds() });
        let mut held =
            vec![turns.take(&client("a")).await.unwrap(), turns.take(&client("b")).await.unwrap()];
        let whos: Vec<Who> =
            ["c", "d", "e", "f", "g"].map(client).into_iter().chain([nobody(1)]).collect();
        let mut waiting: Vec<_> = whos.iter().map(|who| (who, Box::pin(turns.take(who)))).collect();
        waiting.reverse();
        for (_, one) in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        let mut order = Vec::new();
        for _ in 0..6 {
            held.remove(0);
            for (who, one) in &mut waiting {
                if order.contains(who) {
                    continue;
                }
                if let Some(turn) = one.now_or_never() {
                    order.push(who);
                    held.push(turn.unwrap());
                }
            }
        }
        assert_eq!(order.iter().position(|who| !who.has_signed_in()), Some(3), "{order:?}");
    }

    #[tokio::test]
    async fn waiting_has_a_bound_in_number_and_time() {
        let turns = Turns::new(Bounds { patience: Duration::from_millis(50), ..bounds() });
        let _held = turns.take(&nobody(1)).await.unwrap();
        let (one, two) = (nobody(1), nobody(2));
        let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(turns.take(&one))).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(turns.take(&one).now_or_never().unwrap().unwrap_err(), Busy::Own);
        let mut others: Vec<_> = (0..2).map(|_| Box::pin(turns.take(&two))).collect();
        for one in &mut others {
            assert!(one.now_or_never().is_none());
        }
        assert_eq!(turns.take(&two).now_or_never().unwrap().unwrap_err(), Busy::All);
        // Who leaves makes room.
        others.pop();
        assert!(turns.take(&two).now_or_never().is_none());
        assert_eq!(waiting.remove(0).await.unwrap_err(), Busy::All, "and none waits for ever");
    }
}
