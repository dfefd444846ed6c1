//! Room for bodies: all that are in flight together have a limit, counted before they are read.
//!
//! A body has its room from its announcement (or, where its length is not announced, piece by piece) until the work on
//! it is done and the answer has left. What a document takes besides while it is worked on is bounded by how many are
//! worked on at the same time, not here.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Code, Problem};
use crate::reporting::Detail;

/// Bytes of the unit in which room is counted.
const UNIT: u64 = 1024;

/// The room that there is.
#[derive(Debug)]
pub(super) struct Room(Arc<Semaphore>);

/// Room that a body has; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    room: Arc<Semaphore>,
    units: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Room for `bytes` bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let units = usize::try_from(bytes / UNIT).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(units)))
    }

    /// Room for a body of `bytes` bytes.
    pub(super) fn reserve(&self, bytes: u64) -> Result<Reservation, Problem> {
        let mut reservation = Reservation { room: Arc::clone(&self.0), units: None };
        reservation.grow(bytes)?;
        Ok(reservation)
    }
}

impl Reservation {
    /// Room for `bytes` more.
    pub(super) fn grow(&mut self, bytes: u64) -> Result<(), Problem> {
        let full = || Problem::new(Code::Overloaded, Detail::NoRoom);
        let units = u32::try_from(bytes.div_ceil(UNIT)).map_err(|_| full())?;
        let more = Arc::clone(&self.room).try_acquire_many_owned(units).map_err(|_| full())?;
        match &mut self.units {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    /// Keeps room for `bytes` only, where there is more.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        let keep = usize::try_from(UNIT).map_or(0, |unit| bytes.div_ceil(unit));
        if let Some(held) = &mut self.units
            && let Some(left_over) = held.num_permits().checked_sub(keep)
        {
            drop(held.split(left_over));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_grown_shrunk_and_given_back() {
        let room = Room::new(10 * UNIT);
        let mut first = room.reserve(4 * UNIT).unwrap();
        assert!(room.reserve(7 * UNIT).is_err());
        first.grow(5 * UNIT + 1).unwrap();
        assert!(room.reserve(1).is_err());
        first.shrink_to(1);
        let second = room.reserve(9 * UNIT).unwrap();
        assert_eq!(room.reserve(1).unwrap_err().code, Code::Overloaded);
        drop((first, second));
        assert!(room.reserve(10 * UNIT).is_ok());
        assert!(room.reserve(u64::MAX).is_err());
        assert!(room.reserve(0).is_ok());
    }
}
