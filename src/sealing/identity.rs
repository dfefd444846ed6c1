//! Who seals: a certificate, what leads from it to an anchor, and how its key signs.

use std::sync::Arc;

use crate::crypto::SealAlgorithm;
use crate::pki::Certificate;

/// Who seals. The key itself is elsewhere.
#[derive(Clone, Debug)]
pub struct SealIdentity {
    /// The certificate of the seal.
    pub certificate: Arc<Certificate>,
    /// The certificates between it and the anchor, in order, the anchor itself left out. They go into the signature.
    pub chain: Vec<Arc<Certificate>>,
    /// How the key signs.
    pub algorithm: SealAlgorithm,
}
