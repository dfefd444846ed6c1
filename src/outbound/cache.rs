//! What was fetched is kept as long as whoever made it says that nothing newer is there, and no longer than a day; in
//! memory, and in a folder where there is one. Kept is a datum like any other: each report judges it anew.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::disk::{Disk, Entry};
use crate::service::Gathered;
use crate::time::Timestamp;
use crate::validation::NeedKind;

/// Seconds that anything is kept at most. A day: who says that he is right for a year is asked again all the same.
const LONGEST: i64 = 86_400;

/// Bytes kept in memory, and pieces.
const MEMORY_BYTES: u64 = 64 << 20;
const MEMORY_PIECES: usize = 4_096;

/// A piece that is at hand.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) content: Arc<Gathered>,
    pub(super) bytes: u64,
    until: Timestamp,
}

/// What is at hand.
#[derive(Debug)]
pub(super) struct Cache {
    memory: Mutex<HashMap<[u8; 32], Piece>>,
    disk: Option<Arc<Disk>>,
}

impl Cache {
    pub(super) fn new(folder: Option<(PathBuf, u64)>) -> Self {
        let disk = folder.map(|(folder, bytes)| Arc::new(Disk::new(folder, bytes)));
        Self { memory: Mutex::default(), disk }
    }

    /// What is at hand for a question, where its life has not ended at `now`.
    pub(super) async fn find(&self, question: [u8; 32], kind: NeedKind, now: Timestamp) -> Option<Piece> {
        if let Some(piece) = self.remembered(question, now) {
            return Some(piece);
        }
        let disk = Arc::clone(self.disk.as_ref()?);
        let read = spawn_blocking(move || {
            let entry = disk.read(question, now)?;
            match Gathered::read(kind, &entry.content) {
                Ok(content) => Some((content, entry)),
                Err(_) => {
                    disk.drop_damaged(question);
                    None
                }
            }
        });
        let (content, entry) = read.await.ok().flatten()?;
        let bytes = u64::try_from(entry.content.len()).unwrap_or(u64::MAX);
        let piece = Piece { content: Arc::new(content), bytes, until: entry.until };
        self.remember(question, piece.clone(), now);
        Some(piece)
    }

    /// Keeps what was fetched at `now`.
    pub(super) async fn keep(&self, question: [u8; 32], content: &Arc<Gathered>, bytes: Vec<u8>, now: Timestamp) {
        let Some(until) = content.until().map(|until| until.min(now.plus_seconds(LONGEST))) else { return };
        if until <= now {
            return;
        }
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.remember(question, Piece { content: Arc::clone(content), bytes: length, until }, now);
        if let Some(disk) = self.disk.clone() {
            let written = spawn_blocking(move || disk.write(question, &Entry { until, content: bytes }, now)).await;
            if !matches!(written, Ok(Ok(()))) {
                tracing::warn!("fetched evidence could not be written to the cache folder");
            }
        }
    }

    fn remembered(&self, question: [u8; 32], now: Timestamp) -> Option<Piece> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let piece = memory.get(&question)?.clone();
        if now < piece.until {
            return Some(piece);
        }
        memory.remove(&question);
        None
    }

    fn remember(&self, question: [u8; 32], piece: Piece, now: Timestamp) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.insert(question, piece);
        let size = |memory: &HashMap<_, Piece>| memory.values().map(|piece| piece.bytes).sum::<u64>();
        if memory.len() <= MEMORY_PIECES && size(&memory) <= MEMORY_BYTES {
            return;
        }
        memory.retain(|_, piece| now < piece.until);
        while memory.len() > MEMORY_PIECES || size(&memory) > MEMORY_BYTES {
            let Some(soonest) = memory.iter().min_by_key(|(_, piece)| piece.until).map(|(question, _)| *question)
            else {
                return;
            };
            memory.remove(&soonest);
        }
    }
}
