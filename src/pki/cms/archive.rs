//! What archive time-stamps are over.
//!
//! * Version 3 (ETSI EN 319 122-1 §5.5.3): the type of the content, its digest, the fields of the signer, and an index of
//!   digests (§5.5.2, `ats-hash-index-v3`; TS 101 733 V2.2.1 §6.4.2, `ATSHashIndex`) that names the certificates,
//!   revocation data and unsigned attributes that are covered.
//! * Version 2 (TS 101 733 §6.4.1, annex K): everything as sent, in its order: `encapContentInfo`, the content where it is
//!   elsewhere, `certificates`, `crls`, and the fields of the signer with the unsigned attributes that were there when the
//!   time-stamp was made.
//!
//! Nothing is digested here.

use crate::syntax::der::DerError;
use crate::syntax::der::Reader;
use crate::syntax::der::tag;
use crate::syntax::der::value;
use crate::syntax::der::write;

use crate::pki::oid;

use super::SignedData;
use super::attributes::Attribute;
use super::attributes::AttributeError;
use super::attributes::only;
use super::signer::SignerInfo;

/// The index of digests that stands in an archive time-stamp token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashIndex {
    /// The value as sent.
    pub raw: Box<[u8]>,
    /// Which digest, as sent; none means SHA-256, where the older form leaves it out.
    pub algorithm: Option<Box<[u8]>>,
    /// One for each of the certificates.
    pub certificates: Vec<Box<[u8]>>,
    /// One for each of the revocation data.
    pub revocations: Vec<Box<[u8]>>,
    /// One for each of the unsigned attributes, or of their values.
    pub unsigned: Vec<Box<[u8]>>,
    /// Whether `unsigned` is about each value with its type; in the older form it is about whole attributes.
    pub of_values: bool,
}

impl HashIndex {
    /// The index in the unsigned attributes of the token's signer; none where there is none.
    ///
    /// # Errors
    /// Where it is there more than once, or cannot be read.
    pub fn of(token: &SignerInfo) -> Result<Option<Self>, AttributeError> {
        let attributes = &token.unsigned_attributes;
        let index =
            only(attributes, oid::ATS_HASH_INDEX_V3, |tlv| Self::read(tlv.raw, &mut tlv.sequence()?, true))?;
        match index {
            Some(index) => Ok(Some(index)),
            None => only(attributes, oid::ATS_HASH_INDEX, |tlv| Self::read(tlv.raw, &mut tlv.sequence()?, false)),
        }
    }

    fn read(raw: &[u8], fields: &mut Reader<'_>, of_values: bool) -> Result<Self, DerError> {
        let mut algorithm = None;
        let mut first = fields.expect(tag::SEQUENCE)?;
        // An algorithm begins with its identifier, a list of digests with a digest or with nothing.
        if first.reader()?.peek() == Some(tag::OID) {
            algorithm = Some(first.raw.into());
            first = fields.expect(tag::SEQUENCE)?;
        } else if of_values {
            return Err(first.malformed());
        }
        let certificates = digests(&mut first.reader()?)?;
        let revocations = digests(&mut fields.expect(tag::SEQUENCE)?.reader()?)?;
        let unsigned = digests(&mut fields.expect(tag::SEQUENCE)?.reader()?)?;
        fields.finish()?;
        Ok(Self { raw: raw.into(), algorithm, certificates, revocations, unsigned, of_values })
    }
}

fn digests(list: &mut Reader<'_>) -> Result<Vec<Box<[u8]>>, DerError> {
    let mut digests = Vec::new();
    while !list.is_empty() {
        digests.push(list.expect(tag::OCTET_STRING)?.octets()?.into());
    }
    Ok(digests)
}

impl SignedData {
    /// What the archive time-stamp is over; `content` is the digest of the content, with the digest of the time-stamp.
    ///
    /// # Errors
    /// Where the fields of the signer cannot be read again.
    pub fn archived(&self, signer: &SignerInfo, content: &[u8], index: &HashIndex) -> Result<Vec<u8>, DerError> {
        let content_type = write::oid(self.encap_content_type.content());
        Ok([&content_type, content, &signer.covered_fields()?, &index.raw].concat())
    }

    /// `encapContentInfo` as sent: what an archive time-stamp of version 2 is over first.
    ///
    /// # Errors
    /// Where the message cannot be read again.
    pub fn encap_content_info(&self) -> Result<&[u8], DerError> {
        let (content, _) = self.sent_parts()?;
        Ok(content)
    }

    /// What an archive time-stamp of version 2 is over after the content, where it covers those unsigned attributes
    /// for which `covered` has `true`, in their order; the time-stamp itself and later ones are not among them. There are
    /// two readings: with tag and length of the set of unsigned attributes, as §6.4.1 has it, and without, as annex K had
    /// it before V2.2.1, which recommends to try both.
    ///
    /// # Errors
    /// Where the message cannot be read again.
    pub fn archived_v2(&self, signer: &SignerInfo, covered: &[bool]) -> Result<[Vec<u8>; 2], DerError> {
        let (_, evidence) = self.sent_parts()?;
        let before = [evidence.concat(), signer.covered_fields()?].concat();
        let sent = signer.sent_attributes()?;
        let kept = sent.iter().zip(covered).filter(|(_, covered)| **covered).map(|(raw, _)| *raw);
        let attributes = kept.collect::<Vec<_>>().concat();
        let framed = value(tag::context_constructed(1), &attributes);
        Ok([[&*before, &framed].concat(), [before, attributes].concat()])
    }

    /// `encapContentInfo`, and `certificates` and `crls` as far as they are there: as sent.
    fn sent_parts(&self) -> Result<(&[u8], Vec<&[u8]>), DerError> {
        let mut content_info = Reader::new(&self.raw, super::attributes::DEPTH).expect(tag::SEQUENCE)?.reader()?;
        content_info.expect(tag::OID)?;
        let mut wrapper = content_info.expect(tag::context_constructed(0))?.reader()?;
        let mut fields = wrapper.expect(tag::SEQUENCE)?.reader()?;
        fields.expect(tag::INTEGER)?;
        fields.expect(tag::SET)?;
        let content = fields.expect(tag::SEQUENCE)?.raw;
        let mut evidence = Vec::new();
        for number in [0, 1] {
            evidence.extend(fields.optional(tag::context_constructed(number))?.map(|part| part.raw));
        }
        Ok((content, evidence))
    }

    /// Each of the certificates as the index names them: as sent.
    pub fn indexed_certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().chain(&self.attribute_certificates).map(|one| &**one)
    }

    /// Each of the revocation data as the index names them: `RevocationInfoChoice` as sent, beside what it holds.
    pub fn indexed_revocations(&self) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
        let other =
            |of_type: &[u8], raw: &[u8]| value(tag::context_constructed(1), &[&write::oid(of_type), raw].concat());
        let crls = self.crls.iter().map(|crl| (crl.to_vec(), &**crl));
        let responses = self.ocsp_responses.iter();
        let responses = responses.map(move |raw| (other(oid::REVOCATION_OCSP_RESPONSE, raw), &**raw));
        let basic = self.basic_ocsp_responses.iter().map(move |raw| (other(oid::OCSP_BASIC, raw), &**raw));
        let others = self.other_revocations.iter();
        let others = others.map(move |one| (other(one.oid.content(), &one.raw), &*one.raw));
        crls.chain(responses).chain(basic).chain(others)
    }
}

impl SignerInfo {
    /// The fields from `version` to `signature` as sent, one after the other, without the unsigned attributes.
    fn covered_fields(&self) -> Result<Vec<u8>, DerError> {
        let mut whole = Reader::new(&self.raw, super::attributes::DEPTH);
        let mut fields = whole.expect(tag::SEQUENCE)?.reader()?;
        let mut covered = Vec::new();
        while !fields.is_empty() {
            let field = fields.next_tlv()?;
            if field.tag != tag::context_constructed(1) {
                covered.extend_from_slice(field.raw);
            }
        }
        Ok(covered)
    }

    /// The unsigned attributes, each as sent, in the order of [`SignerInfo::unsigned_attributes`].
    fn sent_attributes(&self) -> Result<Vec<&[u8]>, DerError> {
        let mut whole = Reader::new(&self.raw, super::attributes::DEPTH);
        let mut fields = whole.expect(tag::SEQUENCE)?.reader()?;
        while !fields.is_empty() {
            let field = fields.next_tlv()?;
            if field.tag != tag::context_constructed(1) {
                continue;
            }
            let mut members = field.reader()?;
            let mut sent = Vec::new();
            while !members.is_empty() {
                sent.push(members.next_tlv()?.raw);
            }
            return Ok(sent);
        }
        Ok(Vec::new())
    }
}

impl Attribute {
    /// What the index names: each value behind the type, or the whole attribute; with the values that it covers.
    #[must_use]
    pub fn indexed(&self, of_values: bool) -> Vec<(Vec<u8>, Vec<&[u8]>)> {
        let of_type = write::oid(self.oid.content());
        if of_values {
            return self.values.iter().map(|value| ([&*of_type, value].concat(), vec![&**value])).collect();
        }
        let values = value(tag::SET, &self.values.concat());
        let all = self.values.iter().map(|value| &**value).collect();
        vec![(write::sequence(&[&of_type, &values]), all)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::testdata::octets;
    use crate::pki::testdata::oid as object;
    use crate::pki::testdata::seq;
    use crate::syntax::der::Tlv;

    fn read(bytes: &[u8], of_values: bool) -> Result<HashIndex, DerError> {
        let tlv = Tlv::parse_all(bytes, 8)?;
        HashIndex::read(tlv.raw, &mut tlv.sequence()?, of_values)
    }

    #[test]
    fn the_older_form_may_leave_out_the_algorithm() {
        let lists = [seq(&[&octets(b"c")]), seq(&[]), seq(&[&octets(b"u"), &octets(b"v")])];
        let algorithm = seq(&[&object(oid::SHA256)]);
        let short = seq(&[&lists[0], &lists[1], &lists[2]]);
        let long = seq(&[&algorithm, &lists[0], &lists[1], &lists[2]]);
        let index = read(&short, false).unwrap();
        assert_eq!((index.algorithm.as_deref(), index.unsigned.len()), (None, 2));
        assert_eq!(&*index.raw, short);
        assert_eq!(read(&long, false).unwrap().algorithm.as_deref(), Some(&algorithm[..]));
        assert_eq!(read(&long, true).unwrap().certificates, [Box::from(&b"c"[..])]);
        assert!(read(&short, true).is_err(), "the newer form names it");
        let more = seq(&[&algorithm, &lists[0], &lists[1], &lists[2], &lists[1]]);
        assert!(read(&more, true).is_err());
        let wrong = seq(&[&algorithm, &seq(&[&seq(&[])]), &lists[1], &lists[2]]);
        assert!(read(&wrong, true).is_err());
    }

    #[test]
    fn an_attribute_is_named_whole_or_by_each_value() {
        let attribute = Attribute {
            oid: crate::syntax::der::Oid::from_content(oid::SIGNATURE_TIMESTAMP),
            values: vec![octets(b"one").into(), octets(b"two").into()],
        };
        let whole = attribute.indexed(false);
        assert_eq!((whole.len(), whole[0].1.len()), (1, 2));
        let parsed = Tlv::parse_all(&whole[0].0, 8).unwrap();
        assert_eq!(parsed.tag, tag::SEQUENCE);
        let each = attribute.indexed(true);
        assert_eq!(each.len(), 2);
        assert_eq!(each[1].0, [object(oid::SIGNATURE_TIMESTAMP), octets(b"two")].concat());
    }
}
