//! The schema, and how an older one is brought up to date.

use rusqlite::{Connection, TransactionBehavior};

use super::error::Failure;

/// Marks a file as surmise's in its header (`PRAGMA application_id`): "SRMS".
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"SRMS");

/// Step `k` leads from schema version `k` to `k + 1`. A released step never changes; what is new
/// becomes a further step.
pub(super) const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001_initial.sql"), include_str!("migrations/0002_events.sql")];

/// Checks that the database is empty or surmise's and no newer than `migrations`, without writing.
/// Gives its schema version: 0 if it is empty.
pub(super) fn version(connection: &Connection, migrations: &[&str]) -> Result<usize, Failure> {
    // One statement, hence one state of the file: another process may be making it just now.
    let (application, version, objects): (i32, i64, i64) = connection.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    if application == 0 && version == 0 && objects == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        return Err(Failure::NotADatabase(match application {
            0 => "it holds another program's tables".into(),
            id => format!("it belongs to another program (application id {id})"),
        }));
    }
    match usize::try_from(version) {
        Ok(known) if known <= migrations.len() => Ok(known),
        Ok(_) => Err(Failure::NewerSchema { found: version, supported: migrations.len() as i64 }),
        Err(_) => Err(Failure::NotADatabase(format!("its schema version is {version}"))),
    }
}

/// Brings the schema up to date in one transaction. Safe against other processes doing the same: the
/// version is read again under the lock. Before a database that holds something is changed, `keep` is
/// told its version, while nobody can change it.
pub(super) fn migrate(
    connection: &mut Connection,
    migrations: &[&str],
    keep: &mut dyn FnMut(usize) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if version(connection, migrations)? == migrations.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = version(&transaction, migrations)?;
    if known == migrations.len() {
        return Ok(()); // Another process was faster.
    }
    if known > 0 {
        keep(known)?;
    }
    for statements in &migrations[known..] {
        transaction.execute_batch(statements)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", migrations.len() as i64)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);";
    const SECOND: &str = "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'kept';";

    fn migrate_alone(c: &mut Connection, migrations: &[&str]) -> Result<(), Failure> {
        migrate(c, migrations, &mut |_| Ok(()))
    }

    #[test]
    fn a_copy_is_asked_for_once_and_not_of_an_empty_database() {
        let mut asked = Vec::new();
        let mut c = empty();
        let third = "CREATE TABLE b (x INTEGER) STRICT;";
        for migrations in [&[FIRST][..], &[FIRST, SECOND, third], &[FIRST, SECOND, third]] {
            migrate(&mut c, migrations, &mut |version| {
                asked.push(version);
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(asked, [1]);
        let more = [FIRST, SECOND, third, "CREATE TABLE c (x INTEGER) STRICT;"];
        let refused = migrate(&mut c, &more, &mut |_| Err(Failure::ReadOnly));
        assert!(matches!(refused, Err(Failure::ReadOnly)));
        assert_eq!(version(&c, &more).unwrap(), 3);
    }

    fn empty() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn an_older_schema_is_brought_up_to_date_with_its_rows() {
        let mut c = empty();
        migrate_alone(&mut c, &[FIRST]).unwrap();
        assert_eq!(version(&c, &[FIRST, SECOND]).unwrap(), 1);
        migrate_alone(&mut c, &[FIRST, SECOND]).unwrap();
        assert_eq!(version(&c, &[FIRST, SECOND]).unwrap(), 2);
        let row: (i64, String) =
            c.query_row("SELECT x, y FROM a", [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        assert_eq!(row, (1, "kept".into()));
        // Up to date: nothing happens again.
        migrate_alone(&mut c, &[FIRST, SECOND]).unwrap();
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_and_the_rows_before_it() {
        let mut c = empty();
        migrate_alone(&mut c, &[FIRST]).unwrap();
        let broken = "UPDATE a SET x = 2; INSERT INTO missing VALUES (1);";
        assert!(matches!(migrate_alone(&mut c, &[FIRST, broken]), Err(Failure::Sql(_))));
        assert_eq!(version(&c, &[FIRST, SECOND]).unwrap(), 1);
        let x: i64 = c.query_row("SELECT x FROM a", [], |r| r.get(0)).unwrap();
        assert_eq!(x, 1);
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let mut c = empty();
        migrate_alone(&mut c, &[FIRST, SECOND]).unwrap();
        match migrate_alone(&mut c, &[FIRST]) {
            Err(Failure::NewerSchema { found, supported }) => {
                assert_eq!((found, supported), (2, 1))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn another_programs_database_is_refused_untouched() {
        let mut c = empty();
        c.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
        assert!(matches!(migrate_alone(&mut c, MIGRATIONS), Err(Failure::NotADatabase(_))));
        let mut c = empty();
        c.pragma_update(None, "application_id", 7).unwrap();
        assert!(matches!(migrate_alone(&mut c, MIGRATIONS), Err(Failure::NotADatabase(_))));
        let objects: i64 =
            c.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap();
        assert_eq!(objects, 0);
    }
}
