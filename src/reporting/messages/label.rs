//! The fixed pieces of the text report and of the command line, with the names of their arguments.

macro_rules! labels {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($arg:literal),*];)*) => {
        /// A fixed piece of text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Label { $($(#[$doc])* $variant),* }

        impl Label {
            /// Every label with the names of its arguments.
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

labels! {
    // The text report.
    /// Before why a document is not valid.
    MainReason = "main-reason" [];
    /// Before what can be done.
    Remedy = "remedy" [];
    /// Before the name of the file.
    File = "file" [];
    /// Size and digest of the file.
    FileFacts = "file-facts" ["size", "sha256"];
    /// Before time and policy of the validation.
    Validated = "validated" [];
    /// The time for which was judged, and the policy.
    ValidatedFor = "validated-for" ["time", "policy", "version"];
    /// How many anchors were trusted.
    Anchors = "anchors" ["count"];
    /// No anchor was trusted, and which option gives one.
    NoAnchors = "no-anchors" [];
    /// Before a trust list that is current.
    TrustList = "trust-list" [];
    /// A trust list that is current.
    ListCurrent = "list-current" ["name", "number", "issued", "next"];
    /// A trust list whose next update is due.
    ListOverdue = "list-overdue" ["name", "number", "issued", "next"];
    /// A trust list that nobody could verify yet.
    ListUnverified = "list-unverified" ["name", "reason"];
    /// A trust list that was refused.
    ListRefused = "list-refused" ["name", "reason"];
    /// An anchor that is accepted beside the lists.
    SupplementaryAnchor = "supplementary-anchor" ["name", "sha256"];
    /// What the operator documents of a service for the time before its list begins.
    DocumentedStatus = "documented-status" ["name", "status", "from", "sha256", "source", "date"];
    /// How many lists that a list of lists announces are current.
    ListsAnnounced = "lists-announced" ["count", "name"];
    /// That an overdue list is still believed.
    ListGraceUntil = "list-grace-until" ["name", "until"];
    /// That a list is not as its version demands.
    ListRemarked = "list-remarked" ["name", "remark"];
    /// Before a caution.
    Caution = "caution" [];
    /// What was trusted is a demo.
    Demo = "demo" [];
    /// The policy did not look at revocation.
    RevocationNotChecked = "revocation-not-checked" ["policy"];
    /// Heads a signature.
    Signature = "signature" ["id"];
    /// Heads a signature of a named field.
    SignatureInField = "signature-in-field" ["id", "field"];
    /// Heads a document time-stamp.
    DocumentTimestamp = "document-timestamp" ["id"];
    /// Before the signer.
    Signer = "signer" [];
    /// The signer is not known.
    SignerUnknown = "signer-unknown" [];
    /// The signer of a signature whose path leads to no anchor, or whose integrity is not proven.
    SignerUnproven = "signer-unproven" ["name"];
    /// Before the class.
    Class = "class" [];
    /// Before the class in the European Union.
    EuClass = "eu-class" [];
    /// Heads the class that a list for demonstration would give.
    DemoClass = "demo-class" [];
    /// The class with what the written form asks for.
    ClassIs = "class-is" ["class", "handwriting"];
    /// The same of a demo.
    DemoClassIs = "demo-class-is" ["class"];
    /// Equal to handwriting.
    EqualsHandwriting = "equals-handwriting" [];
    /// Not equal to handwriting.
    NotHandwriting = "not-handwriting" [];
    /// Before the reasons of a class.
    ClassReason = "class-reason" [];
    /// Before the quality of the time.
    TimeQuality = "time-quality" [];
    /// Before the four checks, each.
    CheckIntegrity = "check-integrity" [];
    /// Identity.
    CheckIdentity = "check-identity" [];
    /// Validity and class.
    CheckValidity = "check-validity" [];
    /// Time.
    CheckTime = "check-time" [];
    /// Before what the certificate says of its holder.
    Claims = "claims" [];
    /// A function, as claimed.
    ClaimedFunction = "claimed-function" ["function"];
    /// A pseudonym, as claimed.
    ClaimedPseudonym = "claimed-pseudonym" ["pseudonym"];
    /// A UID.
    ClaimedUid = "claimed-uid" ["uid"];
    /// A UID with a wrong check digit.
    ClaimedUidWrong = "claimed-uid-wrong" ["uid"];
    /// A limit of transactions.
    ClaimedLimit = "claimed-limit" ["amount", "exponent", "currency"];
    /// A notice.
    ClaimedNotice = "claimed-notice" ["text"];
    /// Before the kinds of document.
    Mandant = "mandant" [];
    /// A kind of document that fits.
    MandantSatisfied = "mandant-satisfied" ["name"];
    /// A kind of document that does not.
    MandantUnmet = "mandant-unmet" ["name", "unmet"];
    /// What is not done of it.
    MandantNotDone = "mandant-not-done" ["name", "checks"];
    /// Before the claimed signing time.
    ClaimedTime = "claimed-time" [];
    /// The claimed signing time, and that it is a claim.
    ClaimedTimeIs = "claimed-time-is" ["time"];
    /// Nothing is claimed.
    NoClaimedTime = "no-claimed-time" [];
    /// Before the proven time.
    ProvenTime = "proven-time" [];
    /// The time that a time-stamp proves.
    ProvenTimeIs = "proven-time-is" ["time", "timestamp"];
    /// Before the verdict.
    Verdict = "verdict" [];
    /// Before the integrity.
    Integrity = "integrity" [];
    /// Before the coverage.
    Coverage = "coverage" [];
    /// Before a place of an XML document that nobody signed.
    NotCovered = "not-covered" [];
    /// Before the later changes.
    Changes = "changes" [];
    /// The changes are permitted.
    ChangesPermitted = "changes-permitted" ["level"];
    /// The changes are not known to be permitted.
    ChangesNotPermitted = "changes-not-permitted" ["level"];
    /// Before the reason.
    Reason = "reason" [];
    /// Before what else does not hold.
    AlsoNotHolding = "also-not-holding" [];
    /// Before the path.
    Path = "path" [];
    /// Marks the anchor in a path.
    TrustAnchor = "trust-anchor" ["name"];
    /// There is no path.
    NoPath = "no-path" [];
    /// Before the format and the algorithms.
    Format = "format" [];
    /// Signature algorithm, digest algorithm, key.
    AlgorithmsAre = "algorithms-are" ["signature", "digest", "bits"];
    /// Before a time-stamp.
    Timestamp = "timestamp" [];
    /// A time-stamp: its id, verdict, stated time and authority.
    TimestampIs = "timestamp-is" ["id", "verdict", "time", "authority"];
    /// Before a counter-signature.
    CounterSignature = "counter-signature" [];
    /// A counter-signature: its id, verdict and signer.
    CounterSignatureIs = "counter-signature-is" ["id", "verdict", "signer"];
    /// The time of a time-stamp, or its authority, cannot be read.
    Unreadable = "unreadable" [];
    /// Before the authority of a time-stamp.
    Authority = "authority" [];
    /// Before the time that a time-stamp states.
    StatedTime = "stated-time" [];
    /// Before a warning.
    Warning = "warning" [];
    /// Before a finding of the file.
    Finding = "finding" [];
    /// Before what could not be fetched.
    NotFetched = "not-fetched" [];
    /// Where a finding is: bytes from the start.
    AtOffset = "at-offset" ["offset"];
    /// Where a finding is: an object.
    AtObject = "at-object" ["object"];
    /// Where a change was made: the revision.
    InRevision = "in-revision" ["revision"];
    /// Where a change is seen: the page.
    OnPage = "on-page" ["page"];
    /// How many more there are than are listed.
    AndMore = "and-more" ["count"];
    /// Heads a file that could not be read.
    NotRead = "not-read" ["reason"];
    /// A limit and its number.
    LimitIs = "limit-is" ["limit", "maximum"];
    /// What the operating system says.
    SystemSays = "system-says" ["cause"];

    // The command line.
    /// An option or command that this version does not have yet.
    NotYet = "not-yet" ["what"];
    /// A policy that nobody knows.
    UnknownPolicy = "unknown-policy" ["policy"];
    /// A kind of document that nobody knows, and those that are known.
    UnknownMandant = "unknown-mandant" ["mandant", "known"];
    /// A file named by an option that cannot be used.
    UnusableFile = "unusable-file" ["option", "file", "reason"];
    /// After the number of services.
    Services = "services" [];
    /// After a list: when somebody looked for a newer one last, and how that went.
    LastLook = "last-look" ["time", "how"];
    /// No list is on the network.
    NoListToRefresh = "no-list-to-refresh" [];
    /// A trust list was refused, and why.
    UnusableList = "unusable-list" ["cause"];
    /// Why a list of lists is of no use on the command line.
    ListOfListsGiven = "list-of-lists-given" [];
    /// The same of a list that is shown.
    ListRemark = "list-remark" ["remark"];
    /// Until when a list that is shown is believed.
    ListGrace = "list-grace" ["until"];
    /// That lists in files are remembered nowhere.
    FileListsForgotten = "file-lists-forgotten" [];
    /// Trust lists and their signers are not as many.
    ListWithoutSigner = "list-without-signer" [];
    /// A file that is longer than such files may be.
    FileTooLarge = "file-too-large" ["maximum"];
    /// A file without certificates.
    NotPemOrDer = "not-pem-or-der" [];
    /// An object of a file that is not of the kind wanted, or cannot be parsed.
    UnusableObject = "unusable-object" ["number"];
    /// A file that is no evidence bundle.
    BundleNone = "bundle-none" [];
    /// An evidence bundle of another version.
    BundleVersion = "bundle-version" ["version"];
    /// An evidence bundle whose digest does not match.
    BundleDamaged = "bundle-damaged" [];
    /// An evidence bundle that cannot be used for another reason.
    BundleUnusable = "bundle-unusable" ["cause"];
    /// An evidence bundle that could not be written.
    BundleUnwritten = "bundle-unwritten" ["cause"];
    /// Anchors, policy and times are those of an evidence bundle.
    Replayed = "replayed" ["anchors", "policy", "version", "at", "clock"];
    /// The evidence bundle was made by another program, or version of it.
    ReplayedByOther = "replayed-by-other" ["name", "version"];
    /// An option that is for one document only.
    OneDocument = "one-document" ["option"];
    /// How many files of folders were skipped.
    Skipped = "skipped" ["count"];
    /// How many files came out how.
    Totals = "totals" ["files", "valid", "not-valid", "cannot-tell", "no-signature", "unread"];
    /// Progress.
    Progress = "progress" ["done", "all"];
    /// The result could not be written.
    OutputFailed = "output-failed" ["cause"];
    /// The file that is to be written is there already.
    OutputExists = "output-exists" ["file"];

    // The demo and the service.
    /// The demo was made, and where.
    DemoMade = "demo-made" ["folder"];
    /// The demo was there already, and where.
    DemoUsed = "demo-used" ["folder"];
    /// The demo is valid for a short while only.
    DemoEnds = "demo-ends" ["time", "folder"];
    /// The demo is no longer valid.
    DemoExpired = "demo-expired" ["time", "folder"];
    /// There is no demo in a folder, and what makes one.
    DemoMissing = "demo-missing" ["folder"];
    /// The demo could not be made or read.
    DemoFailed = "demo-failed" ["folder", "cause"];
    /// There is no usual place for a data folder.
    NoDataFolder = "no-data-folder" [];
    /// A demo does not listen there.
    DemoAddress = "demo-address" ["address"];
    /// Before the line that validates the sample.
    DemoValidate = "demo-validate" [];
    /// Before the line that seals the sample.
    DemoSeal = "demo-seal" [];
    /// Before the line that validates the sealed sample.
    DemoCheck = "demo-check" [];
    /// The service is there, and where.
    Ready = "ready" ["address"];
    /// The service could not be started.
    NotStarted = "not-started" ["cause"];
    /// The configuration is good.
    ConfigurationGood = "configuration-good" ["file"];

    // Sealing.
    /// The document is sealed.
    SealedAs = "sealed-as" ["file", "id"];
    /// The document is not sealed: the code and the reason.
    NotSealed = "not-sealed" ["code", "reason"];
    /// There is no profile of this name, and which there are.
    UnknownProfile = "unknown-profile" ["profile", "known"];
    /// No profile was named, and there is not exactly one.
    ProfileNeeded = "profile-needed" ["known"];

    // The journal.
    /// The journal cannot be read.
    JournalUnread = "journal-unread" ["file", "cause"];
    /// The chain of the journal is whole.
    JournalIntact = "journal-intact" ["count", "head"];
    /// The chain of the journal is broken.
    JournalBroken = "journal-broken" ["reason"];
    /// Records are missing.
    RecordsMissing = "records-missing" ["number", "last"];
    /// A record stands where it does not belong.
    RecordOutOfPlace = "record-out-of-place" ["number"];
    /// A record does not follow the one before.
    RecordNotLinked = "record-not-linked" ["number"];
    /// A record was changed.
    RecordChanged = "record-changed" ["number"];
    /// A record is another one than was kept.
    RecordNotTheKeptHead = "record-not-the-kept-head" ["number"];
    /// A record stands behind the head.
    RecordBehindHead = "record-behind-head" ["number"];
    /// The journal names no head.
    JournalHeadMissing = "journal-head-missing" [];
    // What was signed, and what came after it.
    /// Heads the list of signed revisions.
    RevisionsAre = "revisions-are" ["signed", "revisions"];
    /// Heads the list of signed octet streams of an XML document.
    StreamsAre = "streams-are" ["signatures", "streams"];
    /// Before a signed octet stream.
    StreamRow = "stream" [];
    /// A stream: the number of its reference, the URI, size and digest.
    StreamIs = "stream-is" ["number", "uri", "facts"];
    /// A stream that has another digest than was signed.
    StreamDiffers = "stream-differs" ["number", "uri", "facts"];
    /// A stream that there is not, and why.
    StreamNotKnown = "stream-not-known" ["number", "uri", "reason"];
    /// It leads to nothing.
    StreamNotFound = "stream-not-found" [];
    /// It leads to several elements.
    StreamAmbiguous = "stream-ambiguous" [];
    /// It leads out of the document.
    StreamNotGiven = "stream-not-given" [];
    /// It names something that is not evaluated.
    StreamRefused = "stream-refused" ["what"];
    /// A transform has no result.
    StreamFailed = "stream-failed" ["what"];
    /// A limit was reached.
    StreamLimit = "stream-limit" ["limit", "maximum"];
    /// An XML signature is not as its schema says.
    SignatureNotReadable = "signature-not-readable" [];
    /// A signature leaves nothing out.
    NothingLeftOut = "nothing-left-out" [];
    /// Nothing is signed.
    NothingSigned = "nothing-signed" [];
    /// Before the number of a revision.
    RevisionRow = "revision" [];
    /// Which revision was signed cannot be told.
    RevisionNotKnown = "revision-not-known" [];
    /// Before the four numbers of a byte range.
    ByteRange = "byte-range" [];
    /// Before size and digest of the bytes of a revision.
    SignedBytes = "signed-bytes" [];
    /// Before the file that was written.
    WrittenTo = "written-to" [];
    /// Heads a later revision.
    RevisionNumber = "revision-number" ["revision"];
    /// Heads what follows the last revision.
    BehindTheEnd = "behind-the-end" [];
    /// Before the signatures that stand before a revision.
    AfterSignatures = "after-signatures" [];
    /// Before the signatures that end a revision.
    SignedWith = "signed-with" [];
    /// Heads what differs on a page.
    PageNumber = "page-number" ["page"];
    /// Heads what differs and belongs to no page.
    NoPage = "no-page" [];
    /// A thing and what happened to it.
    Difference = "difference" ["thing", "direction"];
    /// The same of a thing with a name.
    NamedDifference = "named-difference" ["thing", "name", "direction"];
    /// A value as it was.
    ValueBefore = "value-before" ["value"];
    /// A value as it is.
    ValueAfter = "value-after" ["value"];
    /// There is no value.
    NoValue = "no-value" [];
    /// A text of the document.
    TextValue = "text-value" ["text"];
    /// A stream, by its bytes.
    StreamValue = "stream-value" ["size", "sha256"];
    /// An image, by its samples and bytes.
    ImageValue = "image-value" ["width", "height", "size", "sha256"];
    /// For which signatures a difference is not permitted.
    NotPermittedFor = "not-permitted-for" ["ids"];
    /// Nothing came after the first signature.
    NoDifferences = "no-differences" [];
    /// Not all could be analysed.
    DifferencesIncomplete = "differences-incomplete" [];
}
