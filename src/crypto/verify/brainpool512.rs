//! ECDSA on brainpoolP512r1 (RFC 5639 §3.7), for which there is no crate: verification only.
//!
//! A short Weierstrass curve y² = x³ + ax + b of prime order over a prime field, in homogeneous coordinates with
//! the complete addition of Renes, Costello and Batina (EUROCRYPT 2016, algorithm 1): one formula for every pair
//! of points, so there is no case to forget. The numbers are those of `crypto-bigint`.
//! Everything here is public, so time may tell it; **never use it with a private key.**

use crypto_bigint::Odd;
use crypto_bigint::U512;
use crypto_bigint::const_monty_params;
use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::modular::ConstMontyParams;

const_monty_params!(
    Field,
    U512,
    "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
    "The field: p."
);
const_monty_params!(
    Order,
    U512,
    "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069",
    "The order of the group: n = q in RFC 5639."
);

const LIMBS: usize = U512::LIMBS;
type Element = ConstMontyForm<Field, LIMBS>;
type Scalar = ConstMontyForm<Order, LIMBS>;

/// p, odd as it is prime.
const FIELD: &Odd<U512> = Field::PARAMS.modulus();
/// n, likewise.
const ORDER: &Odd<U512> = Order::PARAMS.modulus();

/// Octets of a coordinate and of a scalar.
const LEN: usize = 64;

const A: Element = element(
    "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
);
const B: Element = element(
    "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
);
/// 3b, which the addition needs.
const B3: Element = B.double().add(&B);
const GENERATOR: Point = Point {
    x: element(
        "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822",
    ),
    y: element(
        "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892",
    ),
    z: Element::ONE,
};

const fn element(hex: &str) -> Element {
    Element::new(&U512::from_be_hex(hex))
}

/// (x/z, y/z); the point at infinity has z = 0.
#[derive(Clone, Copy)]
struct Point {
    x: Element,
    y: Element,
    z: Element,
}

impl Point {
    const INFINITY: Self = Self { x: Element::ZERO, y: Element::ONE, z: Element::ZERO };

    /// Algorithm 1 of Renes, Costello and Batina. Holds for every pair of points, since the order is odd.
    fn add(&self, other: &Self) -> Self {
        let xx = self.x.mul(&other.x);
        let yy = self.y.mul(&other.y);
        let zz = self.z.mul(&other.z);
        // The mixed products x₁y₂ + x₂y₁, x₁z₂ + x₂z₁, y₁z₂ + y₂z₁.
        let xy = self.x.add(&self.y).mul(&other.x.add(&other.y)).sub(&xx.add(&yy));
        let xz = self.x.add(&self.z).mul(&other.x.add(&other.z)).sub(&xx.add(&zz));
        let yz = self.y.add(&self.z).mul(&other.y.add(&other.z)).sub(&yy.add(&zz));

        let sum = A.mul(&xz).add(&B3.mul(&zz));
        let low = yy.sub(&sum);
        let high = yy.add(&sum);
        let azz = A.mul(&zz);
        let slope = xx.double().add(&xx).add(&azz);
        let rest = B3.mul(&xz).add(&A.mul(&xx.sub(&azz)));
        Self {
            x: xy.mul(&low).sub(&yz.mul(&rest)),
            y: low.mul(&high).add(&slope.mul(&rest)),
            z: yz.mul(&high).add(&xy.mul(&slope)),
        }
    }
}

/// The point that SEC 1 `octets` name, as 4 ‖ x ‖ y; `None` where it is none of the curve.
pub(in crate::crypto) fn decode_point(octets: &[u8]) -> Option<Box<[u8]>> {
    let (form, coordinates) = octets.split_first()?;
    let (x, y) = match (form, coordinates.len()) {
        (4, 128) => {
            let (x, y) = coordinates.split_at_checked(LEN)?;
            (coordinate(x)?, coordinate(y)?)
        }
        (2 | 3, LEN) => {
            let x = coordinate(coordinates)?;
            (x, y_of(&x, *form))
        }
        _ => return None,
    };
    if y.square() != equation(&x) {
        return None;
    }
    let mut point = vec![4];
    point.extend_from_slice(x.retrieve().to_be_bytes().as_ref());
    point.extend_from_slice(y.retrieve().to_be_bytes().as_ref());
    Some(point.into())
}

/// `Some` where r and s (without leading zeros) are a signature over `digest` by the key 4 ‖ x ‖ y.
pub(super) fn verify(point: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> Option<()> {
    let (x, y) = point.get(1..)?.split_at_checked(LEN)?;
    let key = Point { x: coordinate(x)?, y: coordinate(y)?, z: Element::ONE };
    let r = number(r)?;
    let s = number(s)?;
    let in_range = |scalar: &U512| *scalar != U512::ZERO && scalar < ORDER.as_ref();
    if !in_range(&r) || !in_range(&s) {
        return None;
    }
    // The order has 512 bits, so no digest is longer.
    let z = number(digest.get(..LEN).unwrap_or(digest))?.rem_vartime(ORDER.as_nz_ref());
    let w = Scalar::new(&s).invert_vartime().into_option()?;
    let u1 = Scalar::new(&z).mul(&w).retrieve();
    let u2 = Scalar::new(&r).mul(&w).retrieve();
    let sum = multiply_and_add(&u1, &GENERATOR, &u2, &key);
    // At infinity z is zero and has no inverse.
    let x = sum.x.mul(&sum.z.invert_vartime().into_option()?).retrieve();
    (x.rem_vartime(ORDER.as_nz_ref()) == r).then_some(())
}

/// u1 · P + u2 · Q, both scalars bit by bit together.
fn multiply_and_add(u1: &U512, p: &Point, u2: &U512, q: &Point) -> Point {
    let both = p.add(q);
    let mut sum = Point::INFINITY;
    for bit in (0..U512::BITS).rev() {
        sum = sum.add(&sum);
        match (u1.bit_vartime(bit), u2.bit_vartime(bit)) {
            (true, true) => sum = sum.add(&both),
            (true, false) => sum = sum.add(p),
            (false, true) => sum = sum.add(q),
            (false, false) => {}
        }
    }
    sum
}

/// x³ + ax + b.
fn equation(x: &Element) -> Element {
    x.square().add(&A).mul(x).add(&B)
}

/// The y of a compressed point: `form` 2 is the even one, 3 the odd one. A square root is a power, since
/// p ≡ 3 (mod 4); whether it is one is seen when the point is checked.
fn y_of(x: &Element, form: u8) -> Element {
    // (p + 1) / 4
    let exponent = FIELD.as_ref().shr_vartime(2).wrapping_add(&U512::ONE);
    let root = equation(x).pow_vartime(&exponent);
    let is_odd = bool::from(root.retrieve().is_odd());
    if is_odd == (form == 3) { root } else { root.neg() }
}

/// A coordinate of 64 octets that is less than p.
fn coordinate(octets: &[u8]) -> Option<Element> {
    let value = number(octets)?;
    (&value < FIELD.as_ref()).then(|| Element::new(&value))
}

/// At most 64 octets.
fn number(octets: &[u8]) -> Option<U512> {
    let mut padded = [0; LEN];
    let start = LEN.checked_sub(octets.len())?;
    padded.get_mut(start..)?.copy_from_slice(octets);
    Some(U512::from_be_slice(&padded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &Point, other: &Point) -> bool {
        one.x.mul(&other.z) == other.x.mul(&one.z) && one.y.mul(&other.z) == other.y.mul(&one.z)
    }

    fn multiple(scalar: &U512) -> Point {
        multiply_and_add(scalar, &GENERATOR, &U512::ZERO, &Point::INFINITY)
    }

    #[test]
    fn the_generator_is_on_the_curve_and_has_the_order() {
        assert_eq!(GENERATOR.y.square(), equation(&GENERATOR.x));
        assert_eq!(multiple(ORDER.as_ref()).z, Element::ZERO);
        let before = multiple(&ORDER.as_ref().wrapping_sub(&U512::ONE));
        assert!(same(&before, &Point { y: GENERATOR.y.neg(), ..GENERATOR }));
        assert_eq!(before.add(&GENERATOR).z, Element::ZERO);
    }

    #[test]
    fn addition_is_complete() {
        let infinity = &Point::INFINITY;
        assert!(same(&GENERATOR.add(infinity), &GENERATOR));
        assert!(same(&infinity.add(&GENERATOR), &GENERATOR));
        assert_eq!(infinity.add(infinity).z, Element::ZERO);
        let double = GENERATOR.add(&GENERATOR);
        assert!(same(&double, &multiple(&U512::from_u8(2))));
        let triple = double.add(&GENERATOR);
        assert!(same(&triple, &GENERATOR.add(&double)));
        assert!(same(&triple.add(&double), &multiple(&U512::from_u8(5))));
        assert!(same(
            &multiply_and_add(&U512::from_u8(2), &GENERATOR, &U512::ONE, &triple),
            &multiple(&U512::from_u8(5))
        ));
    }

    #[test]
    fn a_compressed_point_has_the_y_of_its_form() {
        let y_is_odd = bool::from(GENERATOR.y.retrieve().is_odd());
        let x = GENERATOR.x.retrieve().to_be_bytes();
        for form in [2, 3] {
            let compressed = [&[form], x.as_ref()].concat();
            let point = decode_point(&compressed).unwrap();
            assert_eq!(decode_point(&point).as_ref(), Some(&point));
            let is_generator = coordinate(&point[65..]) == Some(GENERATOR.y);
            assert_eq!(is_generator, y_is_odd == (form == 3));
        }
        let beyond = [&[2], FIELD.as_ref().to_be_bytes().as_ref()].concat();
        assert_eq!(decode_point(&beyond), None);
    }

    #[test]
    fn r_and_s_out_of_range_are_refused() {
        let one = [1_u8];
        let order = ORDER.as_ref().to_be_bytes();
        let point = decode_point(&[&[2], GENERATOR.x.retrieve().to_be_bytes().as_ref()].concat()).unwrap();
        for (r, s) in [(&[][..], &one[..]), (&one, &[]), (order.as_ref(), &one), (&one, order.as_ref())] {
            assert_eq!(verify(&point, &[7; 64], r, s), None);
        }
        assert_eq!(verify(&point, &[7; 64], &[1; 65], &one), None);
    }
}
