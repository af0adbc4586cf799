//! A file of records that are only ever appended, each with checksums.
//!
//! ```text
//! "raftlog1"  { length: u32 | checksum of the length: u32 | checksum of the bytes: u32 | bytes }*
//! ```
//!
//! A write that a crash cut off leaves a record that is shorter than it says. Nobody was told that it is durable, so it is
//! dropped. Anything else that is wrong was right once, and others may count on it: it is never dropped, and never
//! repaired. The length has a checksum of its own, because a wrong length would look like a write that was cut off.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"raftlog1";
const HEADER: usize = 12;

pub(crate) struct LogFile {
    file: File,
    path: PathBuf,
    bytes: u64,
}

/// What is wrong with a file.
#[derive(Debug)]
pub(crate) struct Corrupt {
    pub(crate) file: PathBuf,
    /// Counted from 1; 0 if it is none of the records.
    pub(crate) record: usize,
    pub(crate) at: usize,
    pub(crate) found: String,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, record, at, found } = self;
        write!(f, "{}: ", file.display())?;
        if *record > 0 {
            write!(f, "record {record}, at byte {at}: ")?;
        }
        write!(f, "{found}. ")?;
        write!(f, "Nothing is repaired, since others may count on what was there: ")?;
        write!(f, "remove this server from the cluster, and add an empty one under a new id")
    }
}

impl std::error::Error for Corrupt {}

/// Records, each with the byte that it starts at.
pub(crate) type Records = Vec<(usize, Vec<u8>)>;

/// What was found in a file.
pub(crate) struct Found {
    pub(crate) log: LogFile,
    pub(crate) records: Records,
    /// How many bytes there were of a record that was never complete.
    pub(crate) torn: usize,
}

impl LogFile {
    /// Makes a file of these records, under another name until all of it is durable: a crash leaves the old file or the
    /// new one.
    pub(crate) fn create(path: &Path, records: &[Vec<u8>]) -> io::Result<Self> {
        let new = path.with_extension("new");
        let mut bytes = MAGIC.to_vec();
        records.iter().for_each(|record| bytes.extend(framed(record)));
        let mut file = File::create(&new)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        sync_dir(path)?;
        Ok(Self { file, path: path.to_owned(), bytes: bytes.len() as u64 })
    }

    /// Reads all records. What was never complete is cut off.
    pub(crate) fn open(path: &Path) -> Result<Found, Box<dyn std::error::Error>> {
        let mut file = OpenOptions::new().read(true).append(true).open(path)?;
        let mut bytes = vec![];
        file.read_to_end(&mut bytes)?;
        let (records, end) =
            scan(&bytes).map_err(|(record, at, found)| Corrupt { file: path.into(), record, at, found })?;
        let torn = bytes.len() - end;
        if torn > 0 {
            file.set_len(end as u64)?;
            file.sync_all()?;
        }
        Ok(Found { log: Self { file, path: path.to_owned(), bytes: end as u64 }, records, torn })
    }

    /// Appends a record; when this returns, it is durable. After an error nobody knows what is on the disk, and the
    /// process must end.
    pub(crate) fn append(&mut self, record: &[u8]) -> io::Result<()> {
        let framed = framed(record);
        self.file.write_all(&framed)?;
        self.file.sync_data()?;
        self.bytes += framed.len() as u64;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A rename, or a new file, is durable when its folder is.
pub(crate) fn sync_dir(file: &Path) -> io::Result<()> {
    File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn framed(record: &[u8]) -> Vec<u8> {
    let length = u32::try_from(record.len()).expect("a write is far smaller than 4 GiB").to_le_bytes();
    let checksums = [crc32fast::hash(&length).to_le_bytes(), crc32fast::hash(record).to_le_bytes()];
    [&length[..], &checksums[0], &checksums[1], record].concat()
}

type Wrong = (usize, usize, String);

/// The records, and where the last one ends that is complete.
fn scan(bytes: &[u8]) -> Result<(Records, usize), Wrong> {
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
        return Err((0, 0, "it does not begin with \"raftlog1\"".into()));
    };
    let mut records = vec![];
    loop {
        let (record, at) = (records.len() + 1, bytes.len() - rest.len());
        let Some((header, after)) = rest.split_at_checked(HEADER) else { return Ok((records, at)) };
        let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
        let (length, of_length, of_bytes) = (number(0), number(4), number(8));
        let computed = crc32fast::hash(&header[..4]);
        if computed != of_length {
            let found = format!(
                "the checksum of its length is {of_length:08x}, and the length that is there has {computed:08x}"
            );
            return Err((record, at, found));
        }
        let Some((payload, after)) = after.split_at_checked(length as usize) else { return Ok((records, at)) };
        let computed = crc32fast::hash(payload);
        if computed != of_bytes {
            let found =
                format!("its checksum is {of_bytes:08x}, and the {length} bytes that are there have {computed:08x}");
            return Err((record, at, found));
        }
        records.push((at, payload.to_vec()));
        rest = after;
    }
}
