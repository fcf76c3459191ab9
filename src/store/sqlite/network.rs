//! Whether a file lies on a network file system. SQLite's locks and its shared memory need every
//! process to see the same file through one kernel; across hosts that is not so, and databases break.

use std::path::Path;

/// File systems that several hosts can mount at once. Shares between a machine and its own guests
/// (9p, virtiofs, vboxsf) are left out: one host writes there.
const KINDS: &[&str] = &[
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "panfs",
    "pvfs2",
    "smb2",
    "smb3",
    "smbfs",
    "wekafs",
];

/// The same through FUSE, known by the subtype after `fuse.`.
const FUSE_KINDS: &[&str] = &[
    "afp",
    "ceph",
    "cephfs",
    "curlftpfs",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "juicefs",
    "moosefs",
    "mfs",
    "rclone",
    "s3fs",
    "sshfs",
    "goofys",
    "blobfuse",
    "blobfuse2",
    "seaweedfs",
    "quobyte",
];

/// Kind of network file system that holds `path` (canonical), as the system tells; `None` for a local
/// one or where the system does not tell.
pub(super) fn kind(path: &Path) -> Option<String> {
    let table = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = file_system(&table, path)?;
    is_network(kind).then(|| kind.to_owned())
}

fn is_network(kind: &str) -> bool {
    match kind.strip_prefix("fuse.") {
        Some(subtype) => FUSE_KINDS.contains(&subtype),
        None => KINDS.contains(&kind),
    }
}

/// File system of the mount that holds `path`: the one with the longest mount point, and of several
/// on the same point the last. Lines as in proc(5):
/// `id parent major:minor root mount-point options [tag…] - kind source options`.
fn file_system<'a>(mountinfo: &'a str, path: &Path) -> Option<&'a str> {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (mount, file_system) = line.split_once(" - ")?;
        let point = unescape(mount.split(' ').nth(4)?);
        path.starts_with(&point).then(|| (Path::new(&point).components().count(), file_system))
    });
    // max_by_key gives the last of equals.
    let (_, file_system) = mounts.max_by_key(|&(depth, _)| depth)?;
    file_system.split(' ').next()
}

/// Undoes the kernel's `\040` for a space, and likewise for tab, newline and backslash.
fn unescape(field: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    escapes.iter().fold(field.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:30 / /home rw,relatime shared:5 master:1 - nfs4 server:/home rw,vers=4.2
31 30 0:31 / /home/ann/local\\040disk rw - xfs /dev/sdb rw
32 27 0:32 / /mnt/laptop rw - fuse.sshfs ann@laptop: rw
33 27 0:33 / /mnt/over rw - nfs server:/x rw
34 27 0:34 / /mnt/over rw - tmpfs tmpfs rw
";

    fn found(path: &str) -> Option<&'static str> {
        file_system(TABLE, Path::new(path)).filter(|kind| is_network(kind))
    }

    #[test]
    fn the_longest_mount_point_decides() {
        assert_eq!(found("/home/ann/studies.db"), Some("nfs4"));
        assert_eq!(found("/home/ann/local disk/studies.db"), None);
        assert_eq!(found("/mnt/laptop/a/studies.db"), Some("fuse.sshfs"));
        assert_eq!(found("/srv/studies.db"), None);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_another_folder() {
        assert_eq!(found("/homes/studies.db"), None);
    }

    #[test]
    fn the_last_mount_on_a_point_hides_those_before() {
        assert_eq!(found("/mnt/over/studies.db"), None);
    }

    #[test]
    fn a_table_of_nonsense_tells_nothing() {
        assert_eq!(file_system("x\n - \n1 2 3 - ext4", Path::new("/a")), None);
    }
}
