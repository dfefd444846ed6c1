//! ASN.1 in BER and DER (X.690): a cursor over borrowed bytes that copies nothing.
//!
//! Signed objects of real documents come in BER too (indefinite lengths, constructed strings, a SET in any
//! order), so the reader accepts BER and says with [`Tlv::is_der_length`] and [`is_der`] what is not DER.
//! It checks that every length stays inside its parent; it does not check types: that is for who reads a value.
//! What we write ourselves is DER: [`mod@write`].

mod canonical;
mod oid;
mod reader;
pub mod write;

pub use canonical::{to_der, value};
pub use oid::Oid;
pub use reader::{DerError, DerErrorKind, Reader, Tlv, is_der};

/// Tags of the universal class (X.680 §8.4), as their identifier octet without the constructed bit.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0a;
    /// `UTF8String`.
    pub const UTF8_STRING: u8 = 0x0c;
    /// `PrintableString`.
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// `NumericString`.
    pub const NUMERIC_STRING: u8 = 0x12;
    /// `TeletexString`.
    pub const TELETEX_STRING: u8 = 0x14;
    /// `IA5String`.
    pub const IA5_STRING: u8 = 0x16;
    /// `UTCTime`.
    pub const UTC_TIME: u8 = 0x17;
    /// `GeneralizedTime`.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// `VisibleString`.
    pub const VISIBLE_STRING: u8 = 0x1a;
    /// `UniversalString`.
    pub const UNIVERSAL_STRING: u8 = 0x1c;
    /// `BMPString`.
    pub const BMP_STRING: u8 = 0x1e;
    /// SEQUENCE, constructed.
    pub const SEQUENCE: u8 = 0x30;
    /// SET, constructed.
    pub const SET: u8 = 0x31;

    /// `[number]` of the context class, primitive.
    #[must_use]
    pub const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// `[number]` of the context class, constructed.
    #[must_use]
    pub const fn context_constructed(number: u8) -> u8 {
        0xa0 | number
    }
}
