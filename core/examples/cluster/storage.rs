//! What a server keeps on its disk: a log file, and the snapshot that the log starts from.
//!
//! ```text
//! DIR/log                    the base, then every write since, one record each
//! DIR/snapshot-INDEX-TERM    the state machine at the base
//! DIR/incoming               what has arrived of a leader's snapshot
//! ```
//!
//! The first record of the log names the snapshot. So a compaction, and the installation of a leader's snapshot, happen
//! in one moment: when the new log takes the place of the old one. Before that, the new snapshot is a file that nobody
//! knows, and after it the old one is.

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use raftarium_core::{
    Boot, ChunkRequest, DurableState, Entry, EntryId, HardState, Membership, NodeId, Persist, ReceivedChunk,
};
use serde::{Deserialize, Serialize};

use crate::log_file::{Corrupt, Found, LogFile, Records, sync_dir};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How much of a snapshot is sent at once.
const CHUNK: u64 = 64 << 10;

#[derive(Serialize, Deserialize)]
enum Record {
    /// The beginning of every log file.
    Base {
        id: NodeId,
        boot: Boot,
        hard_state: HardState,
        base: EntryId,
        membership: Membership,
        snapshot: Option<SnapshotFile>,
    },
    /// The server was started.
    Life(Boot),
    /// What a `Persist` asked for.
    Write { hard_state: Option<HardState>, entries: Vec<Entry> },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct SnapshotFile {
    bytes: u64,
    checksum: u32,
}

pub(crate) struct Storage {
    dir: PathBuf,
    id: NodeId,
    boot: Boot,
    log: LogFile,
    /// What is on the disk.
    state: DurableState,
    snapshot: Option<SnapshotFile>,
    incoming: Option<File>,
}

impl Storage {
    /// Makes the files of a new server. `membership` is nobody's, if the server is going to join a cluster.
    pub(crate) fn create(dir: &Path, id: NodeId, membership: Membership) -> Result<()> {
        let path = dir.join("log");
        if path.exists() {
            return Err(format!("{}: exists; {id} was made before", path.display()).into());
        }
        fs::create_dir_all(dir)?;
        sync_dir(dir)?;
        let (hard_state, base, snapshot) = (HardState::default(), EntryId::ZERO, None);
        let first = Record::Base { id, boot: Boot(0), hard_state, base, membership, snapshot };
        LogFile::create(&path, &[postcard::to_allocvec(&first)?])?;
        Ok(())
    }

    /// Reads what the last life left behind, and begins a new one. The second is the snapshot that the log starts from.
    pub(crate) fn open(dir: &Path, id: NodeId) -> Result<(Self, Option<Vec<u8>>)> {
        let path = dir.join("log");
        if !path.exists() {
            return Err(format!(
                "{}: not found. `init` makes a new server; one that has lost its disk must come back under a new id, \
                 since nobody knows any more whom it voted for and what it promised to keep",
                path.display()
            )
            .into());
        }
        let Found { log, records, torn } = LogFile::open(&path)?;
        if torn > 0 {
            eprintln!("{}: the last record was never complete; its {torn} bytes are dropped", path.display());
        }
        let mut storage = Self::replay(dir, id, log, records)?;
        storage.sweep()?;
        let snapshot = storage.read_snapshot()?;
        storage.boot = Boot(storage.boot.0 + 1);
        storage.append(&Record::Life(storage.boot))?;
        Ok((storage, snapshot))
    }

    fn replay(dir: &Path, id: NodeId, log: LogFile, records: Records) -> Result<Self> {
        let file = log.path().to_owned();
        let corrupt = |nth, at, found| Corrupt { file: file.clone(), record: nth + 1, at, found };
        let mut storage: Option<Self> = None;
        let mut log = Some(log);
        for (nth, (at, bytes)) in records.into_iter().enumerate() {
            let record = postcard::from_bytes(&bytes);
            let record =
                record.map_err(|error| corrupt(nth, at, format!("it is not what is written here: {error}")))?;
            match (record, &mut storage) {
                (Record::Base { id, boot, hard_state, base, membership, snapshot }, None) => {
                    let state = DurableState { hard_state, base, membership, entries: vec![], applied: base.index };
                    let log = log.take().expect("the first record comes once");
                    storage = Some(Self { dir: dir.to_owned(), id, boot, log, state, snapshot, incoming: None });
                }
                (Record::Life(boot), Some(storage)) => storage.boot = boot,
                (Record::Write { hard_state, entries }, Some(storage)) => storage.state.write(hard_state, &entries),
                (Record::Base { .. }, Some(_)) => return Err(corrupt(nth, at, "a second base".into()).into()),
                (Record::Life(_) | Record::Write { .. }, None) => {
                    return Err(corrupt(nth, at, "it is not the base that every log begins with".into()).into());
                }
            }
        }
        let storage =
            storage.ok_or_else(|| corrupt(0, 0, "there is none, and every log begins with its base".into()))?;
        if storage.id != id {
            return Err(format!("{}: belongs to {}, and this is {id}", file.display(), storage.id).into());
        }
        Ok(storage)
    }

    /// Removes old snapshots, and what a crash left half done.
    fn sweep(&self) -> Result<()> {
        let snapshot = self.snapshot.map(|_| self.snapshot_path());
        let incoming = self.incoming.as_ref().map(|_| self.dir.join("incoming"));
        let wanted = [Some(self.log.path().to_owned()), snapshot, incoming];
        for file in fs::read_dir(&self.dir)? {
            let path = file?.path();
            if !wanted.contains(&Some(path.clone())) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    pub(crate) fn state(&self) -> &DurableState {
        &self.state
    }

    pub(crate) fn boot(&self) -> Boot {
        self.boot
    }

    /// Does what a [`Persist`] asks for. When this returns, all of it is durable; after a crash, all or nothing.
    pub(crate) fn write(&mut self, write: &Persist<'_>) -> Result<()> {
        self.state.write(write.hard_state, &[]);
        if let Some(installed) = write.snapshot {
            let state = &mut self.state;
            state.entries.retain(|entry| installed.keep_suffix && entry.id.index > installed.last.index);
            (state.base, state.applied) = (installed.last, installed.last.index);
            state.membership = installed.membership.clone();
            state.write(None, write.entries);
            let incoming = self.incoming.take().ok_or("a snapshot is to be installed of which nothing has arrived")?;
            incoming.sync_all()?;
            fs::rename(self.dir.join("incoming"), self.snapshot_path())?;
            return self.start_from(&fs::read(self.snapshot_path())?);
        }
        self.state.write(None, write.entries);
        self.append(&Record::Write { hard_state: write.hard_state, entries: write.entries.to_vec() })
    }

    /// The state machine at `base` is `data`: the log before it is not needed any more.
    pub(crate) fn compact(&mut self, base: EntryId, membership: Membership, data: &[u8]) -> Result<()> {
        let state = &mut self.state;
        state.entries.retain(|entry| entry.id.index > base.index);
        (state.base, state.applied, state.membership) = (base, base.index, membership);
        let mut file = File::create(self.snapshot_path())?;
        file.write_all(data)?;
        file.sync_all()?;
        self.start_from(data)
    }

    /// The file of the new snapshot is there, and durable: a new log that names it takes the place of the old one.
    fn start_from(&mut self, data: &[u8]) -> Result<()> {
        sync_dir(self.log.path())?;
        self.snapshot = Some(SnapshotFile { bytes: data.len() as u64, checksum: crc32fast::hash(data) });
        let DurableState { hard_state, base, ref membership, ref entries, applied: _ } = self.state;
        let (id, boot, membership, snapshot) = (self.id, self.boot, membership.clone(), self.snapshot);
        let first = Record::Base { id, boot, hard_state, base, membership, snapshot };
        let rest = Record::Write { hard_state: None, entries: entries.clone() };
        let records = [postcard::to_allocvec(&first)?, postcard::to_allocvec(&rest)?];
        self.log = LogFile::create(self.log.path().to_owned().as_path(), &records)?;
        self.sweep()
    }

    /// A part of a leader's snapshot has arrived.
    pub(crate) fn keep_chunk(&mut self, chunk: &ReceivedChunk) -> Result<()> {
        if chunk.offset == 0 {
            self.incoming = Some(File::create(self.dir.join("incoming"))?);
        }
        let file = self.incoming.as_mut().ok_or("a part of a snapshot whose beginning is not here")?;
        file.write_all(&chunk.data)?;
        Ok(())
    }

    /// A part of the snapshot, and whether nothing comes after it; nothing, if there is a newer snapshot now.
    pub(crate) fn read_chunk(&self, request: &ChunkRequest) -> Result<Option<(Vec<u8>, bool)>> {
        let Some(snapshot) = self.snapshot.filter(|_| request.last == self.state.base) else { return Ok(None) };
        let mut file = File::open(self.snapshot_path())?;
        file.seek(SeekFrom::Start(request.offset))?;
        let mut data = vec![];
        file.take(CHUNK).read_to_end(&mut data)?;
        let done = request.offset + data.len() as u64 >= snapshot.bytes;
        Ok(Some((data, done)))
    }

    /// The snapshot that the log starts from.
    pub(crate) fn read_snapshot(&self) -> Result<Option<Vec<u8>>> {
        let Some(SnapshotFile { bytes, checksum }) = self.snapshot else { return Ok(None) };
        let file = self.snapshot_path();
        let data = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let computed = crc32fast::hash(&data);
        if data.len() as u64 != bytes || computed != checksum {
            let found = format!(
                "the log says that it has {bytes} bytes with checksum {checksum:08x}, and there are {} with {computed:08x}",
                data.len()
            );
            return Err(Corrupt { file, record: 0, at: 0, found }.into());
        }
        Ok(Some(data))
    }

    fn append(&mut self, record: &Record) -> Result<()> {
        Ok(self.log.append(&postcard::to_allocvec(record)?)?)
    }

    fn snapshot_path(&self) -> PathBuf {
        let EntryId { index, term } = self.state.base;
        self.dir.join(format!("snapshot-{index}-{term}"))
    }
}

/// What a write does to the state on the disk.
trait Written {
    fn write(&mut self, hard_state: Option<HardState>, entries: &[Entry]);
}

impl Written for DurableState {
    fn write(&mut self, hard_state: Option<HardState>, entries: &[Entry]) {
        self.hard_state = hard_state.unwrap_or(self.hard_state);
        if let Some(first) = entries.first() {
            // The first replaces the entry at its index, and all after it.
            self.entries.retain(|entry| entry.id.index < first.id.index);
            self.entries.extend_from_slice(entries);
        }
    }
}
