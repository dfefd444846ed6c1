//! Which addresses may be asked (RFC 6890 and the registries of special-purpose addresses of the IANA).
//!
//! Evidence is fetched from public addresses. What an operator names may also be private or loopback. Nothing is ever
//! fetched from the rest: link-local addresses, where clouds keep the secrets of a machine, multicast, and addresses that
//! carry another one inside, unless that one may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who is behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everybody can reach it.
    Public,
    /// Loopback, private or shared.
    Private,
    /// Nobody that may be asked.
    Never,
}

pub(super) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // "This network", link-local with the metadata service of clouds, multicast, reserved, broadcast.
        [0, ..] | [169, 254, ..] | [224..=255, ..] => Reach::Never,
        // The agent of Azure and the metadata service of Alibaba, both outside the link-local range.
        [168, 63, 129, 16] | [100, 100, 100, 200] => Reach::Never,
        // IETF protocol assignments, the 6to4 relay, documentation, benchmarking.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18 | 19, ..] => {
            Reach::Never
        }
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // IPv4-mapped: the system connects to the address inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] => reach_v4(inside(high, low)),
        // NAT64: networks without IPv4 put every public address there.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] if reach_v4(inside(high, low)) == Reach::Public => Reach::Public,
        // The metadata services of AWS and Google.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Reach::Never,
        [0xfc00..=0xfdff, ..] => Reach::Private,
        // IETF protocol assignments with Teredo, documentation, 6to4.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Never,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Never,
    }
}

fn inside(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_range_is_known() {
        for (addresses, expected) in [
            ("1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 192.0.1.1 198.17.0.1", Reach::Public),
            ("2606:4700::1 2a00::1 64:ff9b::808:808 ::ffff:8.8.8.8", Reach::Public),
            (
                "127.0.0.1 10.1.2.3 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 ::1 fc00::1 fd12::1",
                Reach::Private,
            ),
            ("::ffff:127.0.0.1 ::ffff:10.0.0.1", Reach::Private),
            ("0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 224.0.0.1 255.255.255.255 240.0.0.1", Reach::Never),
            ("192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 198.19.0.1 192.0.0.1 192.88.99.1", Reach::Never),
            ("168.63.129.16 100.100.100.200 fd00:ec2::254 fd20:ce::254", Reach::Never),
            (":: fe80::1 fec0::1 ff02::1 2001:db8::1 2001::1 2002:7f00:1:: 3fff::1 100::1 4000::1", Reach::Never),
            ("64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 ::127.0.0.1 ::ffff:169.254.169.254", Reach::Never),
        ] {
            for address in addresses.split(' ') {
                assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
            }
        }
    }
}
