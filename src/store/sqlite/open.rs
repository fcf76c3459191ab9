//! Opening a file: what it is, where it lies, what may be done with it.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use super::error::Failure;
use super::schema::{self, MIGRATIONS};
use super::{SqliteOptions, SqliteStore, copy, network, retry};
use crate::store::{StoreError, StoreLocation};

/// Bytes of the smallest page, and so of the smallest database.
const SMALLEST: u64 = 512;

/// Statements kept prepared; the store has about forty.
const STATEMENTS: usize = 64;

impl SqliteStore {
    /// Opens the file to read and write; makes it if it does not exist or is empty. An older schema is
    /// brought up to date, after a [copy](crate::store::Store::copy_of_older) of the file was made.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`], [`StoreError::ReadOnly`], [`StoreError::NotADatabase`],
    /// [`StoreError::NewerSchema`], [`StoreError::NetworkFileSystem`], [`StoreError::Locked`],
    /// [`StoreError::DiskFull`], [`StoreError::Corrupt`].
    pub fn open(path: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self, StoreError> {
        Self::open_at(&StoreLocation::file(path.as_ref()), options)
    }

    /// As [`open`](Self::open), at a location.
    pub(super) fn open_at(
        location: &StoreLocation,
        options: &SqliteOptions,
    ) -> Result<Self, StoreError> {
        place(location, options)
            .and_then(|file| writable(&file, options, OpenFlags::SQLITE_OPEN_CREATE))
            .map_err(|failure| match failure.code() {
                // The file is open, but its log cannot be made beside it.
                Some(ErrorCode::CannotOpen) => Failure::ReadOnly,
                _ => failure,
            })
            .map(|opened| Self::with(opened, location, options))
            .map_err(|failure| failure.at(location, options.busy_timeout))
    }

    /// Opens a file that exists: to read and write where that is allowed, else to read only (then
    /// methods that write fail with [`StoreError::ReadOnly`]).
    ///
    /// A file that nothing can be written beside, as on a read-only medium, is read as if nobody ever
    /// changed it; if a writer comes after all, open it again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and as [`open`](Self::open).
    pub fn open_existing(
        path: impl AsRef<Path>,
        options: &SqliteOptions,
    ) -> Result<Self, StoreError> {
        Self::open_existing_at(&StoreLocation::file(path.as_ref()), options)
    }

    /// As [`open_existing`](Self::open_existing), at a location.
    pub(super) fn open_existing_at(
        location: &StoreLocation,
        options: &SqliteOptions,
    ) -> Result<Self, StoreError> {
        existing(location, options)
            .and_then(|file| match writable(&file, options, OpenFlags::empty()) {
                Err(failure) if is_unwritable(&failure) => {
                    readable(&file, options).map(|connection| (connection, None))
                }
                result => result,
            })
            .map(|opened| Self::with(opened, location, options))
            .map_err(|failure| failure.at(location, options.busy_timeout))
    }

    /// A store in memory, gone with this value.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`] if memory runs out.
    pub fn in_memory() -> Result<Self, StoreError> {
        let (path, options) = (Path::new(":memory:"), SqliteOptions::default());
        let location = &StoreLocation::file(path);
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
            .and_then(|mut connection| {
                settle(&connection)?;
                schema::migrate(&mut connection, MIGRATIONS, &mut |_| Ok(()))?;
                Ok(connection)
            })
            .map(|connection| Self::with((connection, None), location, &options))
            .map_err(|failure| failure.at(location, options.busy_timeout))
    }

    /// Whether only reading is possible.
    pub fn is_read_only(&self) -> bool {
        self.connection.is_readonly(MAIN_DB).unwrap_or(true)
    }

    fn with(
        (connection, copy_of_older): (Connection, Option<PathBuf>),
        location: &StoreLocation,
        options: &SqliteOptions,
    ) -> Self {
        let (location, busy_timeout) = (location.clone(), options.busy_timeout);
        Self { connection, location, busy_timeout, copy_of_older }
    }
}

/// Checks the place of a file that may not be there yet.
fn place(location: &StoreLocation, options: &SqliteOptions) -> Result<PathBuf, Failure> {
    match existing(location, options) {
        Err(Failure::Refused(StoreError::NotFound { .. })) => {}
        result => return result,
    }
    let file = absolute(location)?;
    let folder = file.parent().unwrap_or(&file);
    if !folder.is_dir() {
        return Err(Failure::CannotOpen(format!("its folder {} does not exist", folder.display())));
    }
    check_network(location, folder, options)?;
    Ok(file)
}

/// Checks the place of a file that should be there.
fn existing(location: &StoreLocation, options: &SqliteOptions) -> Result<PathBuf, Failure> {
    let file = absolute(location)?;
    match fs::metadata(&file) {
        Ok(found) if found.is_dir() => return Err(Failure::CannotOpen("it is a folder".into())),
        Ok(found) if !found.is_file() => {
            return Err(Failure::CannotOpen("it is not a regular file".into()));
        }
        // SQLite would take it for an empty one and write over it.
        Ok(found) if (1..SMALLEST).contains(&found.len()) => {
            return Err(Failure::NotADatabase(format!("it has only {} bytes", found.len())));
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(StoreError::NotFound { location: location.clone() }.into());
        }
        Err(error) => return Err(Failure::CannotOpen(error.to_string())),
    }
    check_network(location, &file, options)?;
    Ok(file)
}

/// The path from the root: SQLite would take `:memory:` and the like for other things.
fn absolute(location: &StoreLocation) -> Result<PathBuf, Failure> {
    // As other programs write it, where it would often mean another file than it says.
    let Some(path) = location.path() else {
        return Err(Failure::CannotOpen("a file is written sqlite:FILE, without `//`".into()));
    };
    std::path::absolute(path).map_err(|error| Failure::CannotOpen(error.to_string()))
}

fn check_network(
    location: &StoreLocation,
    place: &Path,
    options: &SqliteOptions,
) -> Result<(), Failure> {
    if options.allow_network {
        return Ok(());
    }
    let kind = fs::canonicalize(place).ok().and_then(|p| network::kind(&p));
    match kind {
        None => Ok(()),
        Some(kind) => {
            Err(StoreError::NetworkFileSystem { location: location.clone(), kind }.into())
        }
    }
}

/// A connection that writes, its schema up to date; and the copy of an older one.
fn writable(
    file: &Path,
    options: &SqliteOptions,
    more: OpenFlags,
) -> Result<(Connection, Option<PathBuf>), Failure> {
    let mut connection = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE | more)?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(Failure::ReadOnly);
    }
    let copy = retry::retry(options.busy_timeout, || {
        // First, before anything is written: it may be another program's.
        schema::version(&connection, MIGRATIONS)?;
        settle(&connection)?;
        log_ahead(&connection)?;
        bring_up_to_date(&mut connection, file)
    })?;
    Ok((connection, copy))
}

/// Brings the schema up to date. The copy of an older one is kept only if that succeeds: on a full disk
/// it would be in the way.
fn bring_up_to_date(connection: &mut Connection, file: &Path) -> Result<Option<PathBuf>, Failure> {
    let mut kept = None;
    let migrated = schema::migrate(connection, MIGRATIONS, &mut |version| {
        // Another connection, since this one holds the write lock: nobody changes what is copied.
        let source = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        kept = Some(copy::make(&source, file, version)?);
        Ok(())
    });
    if let (Err(_), Some(copy)) = (&migrated, &kept) {
        let _ = fs::remove_file(copy);
    }
    migrated.map(|()| kept)
}

/// Turns the write-ahead log on; it stays on with the file.
fn log_ahead(connection: &Connection) -> Result<(), Failure> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))?;
    if mode == "wal" {
        Ok(())
    } else {
        Err(Failure::CannotOpen(format!(
            "its file system cannot hold a write-ahead log (journal mode stays {mode})"
        )))
    }
}

/// A connection that only reads.
fn readable(file: &Path, options: &SqliteOptions) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    match read_with(file, flags, options) {
        Err(failure) if is_unwritable(&failure) => {}
        result => return result,
    }
    // Even reading shares memory in a file beside the database, unless nobody else can be there.
    let mut log = OsString::from(file);
    log.push("-wal");
    let log = PathBuf::from(log);
    if fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
        return Err(Failure::CannotOpen(format!(
            "its folder cannot be written, and changes not yet folded in wait in {}; copy both files \
             to a folder that can",
            log.display()
        )));
    }
    let flags = flags | OpenFlags::SQLITE_OPEN_URI;
    read_with(Path::new(&immutable(file)), flags, options)
}

fn read_with(
    file: &Path,
    flags: OpenFlags,
    options: &SqliteOptions,
) -> Result<Connection, Failure> {
    let connection = connect(file, flags)?;
    let found = retry::retry(options.busy_timeout, || {
        settle(&connection)?;
        schema::version(&connection, MIGRATIONS)
    })?;
    match found {
        0 => Err(Failure::NotADatabase("it is empty".into())),
        found if found < MIGRATIONS.len() => Err(Failure::CannotOpen(format!(
            "its schema version {found} must be brought up to {}, but it cannot be written",
            MIGRATIONS.len()
        ))),
        _ => Ok(connection),
    }
}

/// Whether the file might still be read.
fn is_unwritable(failure: &Failure) -> bool {
    matches!(failure, Failure::ReadOnly)
        || matches!(
            failure.code(),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
        )
}

fn connect(file: &Path, flags: OpenFlags) -> Result<Connection, Failure> {
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen) => unopenable(file),
            _ => error.into(),
        })?;
    // Whole transactions are done again instead (`retry`).
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Why a file cannot be opened or made, in the system's words: SQLite has none. Only for a file that
/// SQLite could not open: closing one that it uses in this process would drop its locks.
fn unopenable(file: &Path) -> Failure {
    let exists = file.exists();
    let attempt = if exists { fs::File::open(file) } else { fs::File::create_new(file) };
    match attempt {
        Ok(_) => Failure::CannotOpen("the database engine cannot open it".into()),
        Err(error) => match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem if !exists => {
                Failure::ReadOnly
            }
            _ => Failure::CannotOpen(error.to_string()),
        },
    }
}

/// How this connection behaves; see the module's head for what `NORMAL` promises. Functions that a
/// prepared file could call from its views and triggers are not trusted.
fn settle(connection: &Connection) -> Result<(), Failure> {
    // Otherwise every new value bound to a statement may have it planned again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;",
    )?)
}

/// URI of a file nobody can change.
fn immutable(file: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                uri.push(byte.into());
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}
