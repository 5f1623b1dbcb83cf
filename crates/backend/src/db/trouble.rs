//! Which failures of the database pass: a client is told to come again (503), and nothing is stored by halves.
//!
//! SQLite's codes are numbers (the low byte is the kind, <https://sqlite.org/rescode.html>), PostgreSQL's SQLSTATEs have
//! five characters (its manual, appendix A).

use sea_orm::{DbErr, RuntimeErr, sqlx};

const FULL: &str = "This server's disk is full, so nothing was stored; try again later.";
const BUSY: &str = "The database is busy; try again in a moment.";
const SILENT: &str = "The database does not answer.";

/// What a client is told of a failure that passes; `None`: a fault of ours.
pub fn passing(error: &DbErr) -> Option<&'static str> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => of_driver(error),
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Some(SILENT),
        _ => None,
    }
}

fn of_driver(error: &sqlx::Error) -> Option<&'static str> {
    match error {
        sqlx::Error::Database(error) => of_code(&error.code()?),
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => Some(SILENT),
        _ => None,
    }
}

fn of_code(code: &str) -> Option<&'static str> {
    if code.len() == 5 {
        return match code {
            "53100" => Some(FULL),
            // Lock not available, serialization failure, deadlock.
            "55P03" | "40001" | "40P01" => Some(BUSY),
            // Out of resources, shutting down or starting, connection lost.
            _ if ["53", "57P", "08"].iter().any(|class| code.starts_with(class)) => Some(SILENT),
            _ => None,
        };
    }
    match code.parse::<u32>().ok()? & 0xff {
        13 => Some(FULL),
        // BUSY, LOCKED.
        5 | 6 => Some(BUSY),
        // IOERR, CANTOPEN.
        10 | 14 => Some(SILENT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::sqlite_full("13", Some(FULL))]
    #[case::sqlite_busy("5", Some(BUSY))]
    #[case::sqlite_busy_while_recovering("261", Some(BUSY))]
    #[case::sqlite_write_failed("778", Some(SILENT))]
    #[case::sqlite_damaged("11", None)]
    #[case::sqlite_unique("2067", None)]
    #[case::postgres_full("53100", Some(FULL))]
    #[case::postgres_too_many("53300", Some(SILENT))]
    #[case::postgres_restarts("57P01", Some(SILENT))]
    #[case::postgres_deadlock("40P01", Some(BUSY))]
    #[case::postgres_unique("23505", None)]
    fn codes(#[case] code: &str, #[case] told: Option<&str>) {
        assert_eq!(of_code(code), told);
    }
}
