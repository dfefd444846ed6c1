//! Why a comparison could not be made.

use crate::limits::LimitExceeded;
use crate::syntax::pdf::{ObjectError, ObjectId};

/// Why a comparison could not be made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// A limit was reached: nothing more can be analysed.
    Limit(LimitExceeded),
    /// An object cannot be read: what it is part of is unknown.
    Unreadable(Option<ObjectId>),
}

impl From<LimitExceeded> for Fault {
    fn from(limit: LimitExceeded) -> Self {
        Self::Limit(limit)
    }
}

impl From<ObjectError> for Fault {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Limit(limit) => Self::Limit(limit),
            ObjectError::Malformed { object, .. } => Self::Unreadable(object),
            ObjectError::Circular { object } | ObjectError::UnsupportedFilter { object } => {
                Self::Unreadable(Some(object))
            }
        }
    }
}
