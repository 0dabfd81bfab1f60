//! Partial dates in SQL.

use chrono::NaiveDate;

use super::sql::Sql;

/// Adds the condition that a partial date lies before a day, whichever of the days it may mean it is: a
/// month is past once it is over.
pub fn is_past(sql: &mut Sql, alias: &str, column: &str, day: NaiveDate) {
    // The first comparison says less, and an index answers it.
    sql.push("(").column(alias, column).push(" < ").bind(day.to_string()).push(" AND ");
    sql.column(alias, column).push(" < substr(").bind(day.to_string()).push(", 1, length(");
    sql.column(alias, column).push(")))");
}
