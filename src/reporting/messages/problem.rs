//! What an answer over HTTP says where there is no result: a title for each code, and a sentence for each cause.

/// The codes of the contract, section 3, that have a title. Those of section 4 have their sentence as errors of a
/// document, and a title too.
pub const PROBLEM_CODES: &[&str] = &[
    "bad-request",
    "unauthenticated",
    "forbidden",
    "not-found",
    "method-not-allowed",
    "not-acceptable",
    "in-progress",
    "signing-forbidden",
    "body-too-large",
    "unsupported-media-type",
    "idempotency-mismatch",
    "not-appendable",
    "rate-limited",
    "internal",
    "seal-not-released",
    "overloaded",
    "signer-unavailable",
    "journal-unavailable",
    "not-a-document",
    "unsupported-format",
    "malformed-pdf",
    "malformed-xml",
    "forbidden-xml",
    "encrypted",
    "limit-exceeded",
];

macro_rules! details {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($arg:literal),*];)*) => {
        /// A cause, said in one sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Detail { $($(#[$doc])* $variant),* }

        impl Detail {
            /// Every cause with the names of its arguments.
            pub const ALL: &'static [(Self, &'static [&'static str])] =
                &[$((Self::$variant, &[$($arg),*])),*];

            /// The name under which the language files have it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

details! {
    /// The address is longer than addresses may be.
    AddressTooLong = "address-too-long" ["maximum"];
    /// A parameter that nobody knows.
    UnknownParameter = "unknown-parameter" ["name"];
    /// A parameter or header given more than once.
    Repeated = "repeated" ["name"];
    /// A parameter or header whose value has not its form.
    InvalidValue = "invalid-value" ["name"];
    /// A parameter that has to be there.
    MissingParameter = "missing-parameter" ["name"];
    /// Something that this version does not have yet.
    NotThereYet = "not-there-yet" ["what"];
    /// There is no policy of this name.
    UnknownPolicy = "unknown-policy" [];
    /// There is no profile of this name.
    UnknownProfile = "unknown-profile" [];
    /// The body did not arrive in time.
    BodyTooSlow = "body-too-slow" ["seconds"];
    /// The body broke off.
    BodyBroken = "body-broken" [];
    /// The body is not `multipart/form-data` as it should be.
    MultipartMalformed = "multipart-malformed" [];
    /// More parts than there may be.
    TooManyParts = "too-many-parts" ["maximum"];
    /// A part that nobody knows.
    UnknownPart = "unknown-part" ["name"];
    /// A part that has to be there.
    MissingPart = "missing-part" ["name"];
    /// A part that is longer than it may be.
    PartTooLarge = "part-too-large" ["name", "maximum"];
    /// Evidence that is neither PEM nor DER.
    EvidenceUnreadable = "evidence-unreadable" ["number"];
    /// An object of the evidence that is of another kind or cannot be parsed.
    EvidenceObject = "evidence-object" ["number", "object"];
    /// Evidence that is an evidence bundle which is refused.
    EvidenceBundle = "evidence-bundle" ["number", "cause"];
    /// The evidence bundle that was asked for would be too large.
    BundleTooLarge = "bundle-too-large" ["maximum"];
    /// No token.
    TokenMissing = "token-missing" [];
    /// A token that nobody knows.
    TokenUnknown = "token-unknown" [];
    /// The caller does not hold a role.
    RoleMissing = "role-missing" ["role"];
    /// The caller may not seal with this profile.
    ProfileForbidden = "profile-forbidden" [];
    /// The document has no signature, or none with this id.
    NoSuchSignature = "no-such-signature" [];
    /// Several signatures, and none was named.
    SeveralSignatures = "several-signatures" ["ids"];
    /// The byte range of the signature breaks a rule.
    RevisionUnknown = "revision-unknown" ["id"];
    /// An XML signature is not as its schema says.
    SignatureShapeless = "signature-shapeless" ["id"];
    /// A reference leads to content that was not given.
    ContentMissing = "content-missing" ["id", "number"];
    /// A reference names a transform or a pointer that is not evaluated.
    TransformRefused = "transform-refused" ["id", "number"];
    /// A reference leads nowhere, to more than one element, or its transforms have no result.
    ReferenceUnknown = "reference-unknown" ["id", "number"];
    /// Nothing is there.
    NotFound = "not-found" [];
    /// The address knows other methods only.
    MethodNotAllowed = "method-not-allowed" [];
    /// The answer is made in these types only.
    NotAcceptable = "not-acceptable" ["types"];
    /// The body has to be of one of these types.
    MediaType = "media-type" ["types"];
    /// The body is encoded for its transfer.
    ContentEncoding = "content-encoding" [];
    /// The body is longer than bodies may be.
    BodyTooLarge = "body-too-large" ["maximum"];
    /// The caller has too many requests running.
    RateLimited = "rate-limited" ["maximum"];
    /// All bodies together take as much room as they may.
    NoRoom = "no-room" [];
    /// Too many documents are being worked on.
    NoTurn = "no-turn" [];
    /// The same request is being worked on.
    InProgress = "in-progress" [];
    /// The key was used for another request.
    IdempotencyMismatch = "idempotency-mismatch" [];
    /// Nothing can be appended to the document honestly.
    NotAppendable = "not-appendable" ["cause"];
    /// The place that the profile names is not in the document.
    NoPlace = "no-place" ["cause"];
    /// A certification or a lock forbids a further signature.
    SigningForbidden = "signing-forbidden" ["by"];
    /// Our own validator did not pass the result.
    NotReleased = "not-released" ["cause"];
    /// Our own certificate may not seal now.
    SignerUnfit = "signer-unfit" ["check"];
    /// The certificates of these profiles may not seal now.
    ProfilesUnfit = "profiles-unfit" ["profiles"];
    /// The key could not sign.
    SignerUnavailable = "signer-unavailable" [];
    /// The journal could not be written.
    JournalUnavailable = "journal-unavailable" [];
    /// Our own failure.
    Internal = "internal" [];
}
