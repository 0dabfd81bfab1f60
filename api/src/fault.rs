//! What a database's error means for the caller: decided here, for every path, and nowhere else.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use tokio::sync::Notify;

/// When a connection was last found cut.
static DOUBTED_AT: Mutex<Option<Instant>> = Mutex::new(None);
/// Tells those who ask whether a database is there that one was.
static DOUBTED: Notify = Notify::const_new();

/// Notes that a connection was found cut: others may be as well, and do not know it.
pub fn doubt() {
    *DOUBTED_AT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    DOUBTED.notify_waiters();
}

/// Waits until a connection is found cut.
pub async fn doubted() {
    DOUBTED.notified().await;
}

/// Whether a connection that has not been used for so long may have been cut.
pub fn is_doubtful(idle: Duration) -> bool {
    let at = *DOUBTED_AT.lock().unwrap_or_else(PoisonError::into_inner);
    at.is_some_and(|at| at.elapsed() <= idle)
}

/// What an error of the database means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The database cannot serve now, and may later; why, in words that hold no secret.
    Unavailable(&'static str),
    /// The same, since the connection was lost.
    Cut(&'static str),
    /// Name or password are wrong, or there is no such database: nothing that passes by itself.
    Settings(&'static str),
    /// The statement ran into its time-out, or was cancelled since its caller has gone.
    Timeout,
    /// The statement is wrong, or was refused for what it says.
    Statement,
}

impl Fault {
    /// The cause, in words that hold no secret.
    pub fn why(self) -> &'static str {
        match self {
            Self::Unavailable(why) | Self::Cut(why) | Self::Settings(why) => why,
            Self::Timeout | Self::Statement => "the database does not answer as it should",
        }
    }
}

/// What an error of the pool or of a statement means.
pub fn of(error: &DbErr) -> Fault {
    match error {
        DbErr::ConnectionAcquire(_) => Fault::Unavailable("no connection to the database is free"),
        DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => match cause {
            RuntimeErr::SqlxError(error) => of_driver(error),
            _ => Fault::Statement,
        },
        _ => Fault::Statement,
    }
}

/// What an error of the driver means.
pub fn of_driver(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed => {
            Fault::Cut("the database cannot be reached")
        }
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            Fault::Unavailable("no connection to the database is free")
        }
        sqlx::Error::Configuration(_) | sqlx::Error::Tls(_) => {
            Fault::Settings("the connection to the database is not set up right")
        }
        sqlx::Error::Database(told) => {
            let code = told.code().unwrap_or_default();
            // SQLSTATEs have five characters; SQLite's numbers may have as many, but none so large.
            if told.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
                of_sqlstate(&code)
            } else {
                of_sqlite(code.parse().unwrap_or(0))
            }
        }
        _ => Fault::Statement,
    }
}

/// By the codes of PostgreSQL (its manual, appendix A).
fn of_sqlstate(code: &str) -> Fault {
    Fault::Unavailable(match code {
        "57014" => return Fault::Timeout,
        "28000" | "28P01" => {
            return Fault::Settings("the database refuses the user or its password");
        }
        "3D000" => return Fault::Settings("the server has no database of that name"),
        "53100" => "the disk of the database is full",
        "53300" => "the database has as many connections as it may",
        "57P01" | "57P02" => return Fault::Cut("the database ended the connection"),
        "57P03" => "the database is starting or stopping",
        "25006" => "the database takes no writes: it is a standby or was made read-only",
        // Two writes in each other's way, of which one had to give in: the same call may go through next.
        "40001" | "40P01" | "55P03" => "other writes are in the way",
        _ if code.starts_with("08") => return Fault::Cut("the database cannot be reached"),
        _ if code.starts_with("53") => "the database lacks resources",
        _ if code.starts_with("57P") => return Fault::Cut("the database ended the connection"),
        // 58: what the operating system refuses the server, such as reading its disk; 25P03 and 25P04 end
        // transactions that stood idle or took too long.
        _ if code.starts_with("58") => "the disk of the database fails",
        "25P03" | "25P04" => return Fault::Cut("the database ended the connection"),
        _ => return Fault::Statement,
    })
}

/// By the codes of SQLite; the low byte is the kind.
fn of_sqlite(code: u32) -> Fault {
    Fault::Unavailable(match code & 0xff {
        9 => return Fault::Timeout,
        5 | 6 | 15 => "another program or call holds the database file",
        8 => "the database file cannot be written",
        10 => "the disk of the database fails",
        13 => "the disk of the database is full",
        14 => "the database file cannot be opened",
        _ => return Fault::Statement,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        for code in ["53100", "53300", "57P03", "25006", "58030", "40P01"] {
            assert!(matches!(of_sqlstate(code), Fault::Unavailable(_)), "{code}");
        }
        for code in ["08006", "08P01", "57P01", "57P02", "57P05", "25P03"] {
            assert!(matches!(of_sqlstate(code), Fault::Cut(_)), "{code}");
        }
        for code in ["28P01", "28000", "3D000"] {
            assert!(matches!(of_sqlstate(code), Fault::Settings(_)), "{code}");
        }
        for code in ["42P01", "23505", "22021", "42501", ""] {
            assert_eq!(of_sqlstate(code), Fault::Statement, "{code}");
        }
        assert_eq!(of_sqlstate("57014"), Fault::Timeout);
        // With extended codes: SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_FSYNC, SQLITE_READONLY_DBMOVED.
        for code in [5, 517, 6, 8, 1032, 10, 1034, 13, 14] {
            assert!(matches!(of_sqlite(code), Fault::Unavailable(_)), "{code}");
        }
        for code in [0, 1, 11, 19, 2067] {
            assert_eq!(of_sqlite(code), Fault::Statement, "{code}");
        }
        assert_eq!(of_sqlite(9), Fault::Timeout);
    }
}
