//! What a certificate says of itself that a Swiss class rests on (`ZertES` art. 7 and 8): holder, note, statements, use.
//! What its issuer says is not yet true: the list decides whether the issuer is one who may say it.

use super::uid::Uid;
use crate::pki::{Certificate, oid};

/// What stands in a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// surname and givenName, or a pseudonym.
    pub(super) is_person: bool,
    /// An organisation, and nothing of a person.
    pub(super) is_organisation: bool,
    /// `organizationIdentifier` is there.
    pub(super) has_identifier: bool,
    /// The UID, where the identifier is one.
    pub(super) uid: Option<Uid>,
    /// How many types of EN 319 412-5 §4.2.3 it has.
    pub(super) types: usize,
    pub(super) esign: bool,
    pub(super) eseal: bool,
    pub(super) web: bool,
    /// `QcCompliance`, or the policy that stands for it.
    pub(super) is_called_qualified: bool,
    /// `QcSSCD`.
    pub(super) has_device: bool,
    /// `QcCClegislation` is there, and Switzerland is not among its countries.
    pub(super) is_of_other_legislation: bool,
    /// A statement, or all of them, cannot be read.
    pub(super) has_malformed_statement: bool,
    pub(super) note: Note,
    /// digitalSignature or nonRepudiation.
    pub(super) may_sign: bool,
    /// nonRepudiation.
    pub(super) binds: bool,
    /// The purpose `timeStamping`.
    pub(super) is_timestamp_unit: bool,
    /// The purpose `clientAuth`, without nonRepudiation.
    pub(super) is_for_authentication: bool,
    /// A CA.
    pub(super) is_ca: bool,
}

impl Content {
    pub(super) fn of(certificate: &Certificate) -> Self {
        let subject = certificate.subject();
        let has = |attribute: &[u8]| subject.all(attribute).any(|value| !value.trim().is_empty());
        let (surname, given, pseudonym) = (has(oid::SURNAME), has(oid::GIVEN_NAME), has(oid::PSEUDONYM));
        let statements = certificate.qc_statements();
        let unreadable =
            || certificate.malformed_extensions().iter().any(|one| one.content() == oid::QC_STATEMENTS);
        let types = statements.map(|all| all.types.as_slice()).unwrap_or_default();
        let is_type = |wanted: &[u8]| types.iter().any(|one| one.content() == wanted);
        let mut distinct: Vec<&[u8]> = types.iter().map(crate::syntax::der::Oid::content).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let usage = certificate.key_usage();
        let binds = usage.is_some_and(|usage| usage.non_repudiation());
        let purposes = certificate.extended_key_usage();
        let for_purpose = |purpose| purposes.is_some_and(|purposes| purposes.contains(purpose));
        let legislation = statements.map(|all| all.legislation.as_slice()).unwrap_or_default();
        let swiss = legislation.iter().any(|country| country.trim().eq_ignore_ascii_case("CH"));
        Self {
            is_person: (surname && given) || pseudonym,
            is_organisation: has(oid::ORGANIZATION) && !surname && !given && !pseudonym,
            has_identifier: has(oid::ORGANIZATION_IDENTIFIER),
            uid: subject.organization_identifier().and_then(Uid::read),
            types: distinct.len(),
            esign: is_type(oid::QC_TYPE_ESIGN),
            eseal: is_type(oid::QC_TYPE_ESEAL),
            web: is_type(oid::QC_TYPE_WEB),
            is_called_qualified: statements.is_some_and(|all| all.compliance)
                || certificate.certificate_policies().iter().any(|one| one.oid.content() == oid::POLICY_QCP_N_QSCD),
            has_device: statements.is_some_and(|all| all.sscd),
            is_of_other_legislation: !legislation.is_empty() && !swiss,
            has_malformed_statement: statements.is_some_and(|all| !all.malformed.is_empty() || all.unreadable > 0)
                || unreadable(),
            note: Note::of(certificate),
            may_sign: binds || usage.is_some_and(|usage| usage.digital_signature()),
            binds,
            is_timestamp_unit: for_purpose(oid::EKU_TIME_STAMPING),
            is_for_authentication: for_purpose(oid::EKU_CLIENT_AUTH) && !binds,
            is_ca: certificate.basic_constraints().is_some_and(|basic| basic.ca),
        }
    }
}

/// The note that a certificate is a regulated or a qualified one (`ZertES` art. 7(2) let. b, art. 8), by the texts of its notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// "qualified certificate".
    pub(super) qualified: bool,
    /// "regulated certificate".
    pub(super) regulated: bool,
    /// "regulated certificate for legal persons".
    pub(super) legal_persons: bool,
    /// One of them after a negation.
    pub(super) negated: bool,
    /// One of them in German, French or Italian.
    pub(super) in_other_language: bool,
}

/// The same notes in the official languages.
const OTHER_LANGUAGES: [&str; 8] = [
    "qualifiziertes zertifikat",
    "qualifizierte zertifikat",
    "geregeltes zertifikat",
    "geregelte zertifikat",
    "certificat qualifié",
    "certificat réglementé",
    "certificato qualificato",
    "certificato regolamentato",
];

/// Words that turn a note round, where they stand one or two words before it.
const NEGATIONS: [&str; 6] = ["not", "non", "no", "never", "nor", "without"];

impl Note {
    fn of(certificate: &Certificate) -> Self {
        let texts = certificate.certificate_policies().iter().flat_map(|policy| &policy.explicit_texts);
        texts.fold(Self::default(), |all, text| all.or(Self::in_text(text)))
    }

    fn in_text(text: &str) -> Self {
        let folded = text.to_lowercase();
        let words: Vec<&str> =
            folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let mut note = Self {
            in_other_language: {
                let spaced = folded.split_whitespace().collect::<Vec<_>>().join(" ");
                OTHER_LANGUAGES.iter().any(|phrase| spaced.contains(phrase))
            },
            ..Self::default()
        };
        for (at, pair) in words.windows(2).enumerate() {
            let [kind, what] = pair else { continue };
            if !what.starts_with("certificate") {
                continue;
            }
            let before = words.get(at.saturating_sub(2)..at).unwrap_or_default();
            let negated = before.iter().any(|word| NEGATIONS.contains(word));
            match *kind {
                "qualified" | "regulated" if negated => note.negated = true,
                "qualified" => note.qualified = true,
                "regulated" => {
                    note.regulated = true;
                    let after = words.get(at.saturating_add(2)..at.saturating_add(5));
                    note.legal_persons |= after == Some(&["for", "legal", "persons"][..]);
                }
                _ => {}
            }
        }
        note
    }

    const fn or(self, other: Self) -> Self {
        Self {
            qualified: self.qualified || other.qualified,
            regulated: self.regulated || other.regulated,
            legal_persons: self.legal_persons || other.legal_persons,
            negated: self.negated || other.negated,
            in_other_language: self.in_other_language || other.in_other_language,
        }
    }

    /// Whether an English note is there.
    pub(super) const fn is_english(self) -> bool {
        self.qualified || self.regulated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_of_real_certificates_are_read() {
        let read = Note::in_text;
        assert!(read("qualified certificate").qualified);
        let bit = "This is a regulated certificate for legal persons as defined by the Swiss federal law SR 943.03 ZertES";
        assert_eq!(read(bit), Note { regulated: true, legal_persons: true, ..Note::default() });
        let unit =
            "This is a regulated certificate of the Swiss Government Regulated CA 02 CPS for timestamping purposes";
        assert_eq!(read(unit), Note { regulated: true, ..Note::default() });
        let issuing = "This is an issuing CA for regulated certificates as defined by the Swiss federal law";
        assert!(read(issuing).regulated);
    }

    #[test]
    fn other_words_negations_and_languages_are_told_apart() {
        let read = Note::in_text;
        assert_eq!(read("unqualified certificate"), Note::default());
        for text in ["This is not a qualified certificate", "non-qualified certificate", "no regulated certificate"]
        {
            assert_eq!(read(text), Note { negated: true, ..Note::default() }, "{text}");
        }
        for text in ["Qualifiziertes  Zertifikat", "certificat qualifié", "Certificato\nregolamentato"] {
            assert_eq!(read(text), Note { in_other_language: true, ..Note::default() }, "{text}");
        }
        assert!(read("Ce n'est pas ici").eq(&Note::default()));
    }
}
