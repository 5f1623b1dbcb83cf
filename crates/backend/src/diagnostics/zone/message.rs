//! Reading a question and answering it with as many bytes. Pure.
//!
//! An answer is the question with other flags and nothing behind it: names of the zone exist and have no records (a
//! NODATA that nobody keeps, RFC 2308 §2.2.3), all else is refused. So nothing is amplified, and there is little to
//! get wrong.

/// What arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// In lower case, without the last dot.
    pub name: String,
    /// Where the question ends.
    end: usize,
}

/// Longest name (RFC 1035 §2.3.4).
const LONGEST: usize = 253;

/// Reads a query with one question of class IN; `None` is not answered at all, so that two servers never talk to each
/// other in circles.
pub(super) fn read(bytes: &[u8]) -> Option<Asked> {
    let head = bytes.get(..12)?;
    let is_query = head[2] & 0xf8 == 0 && head[4..6] == [0, 1];
    if !is_query {
        return None;
    }
    let (mut name, mut at) = (String::new(), 12);
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        // Longer ones are pointers, which no first name can have.
        let label = (length < 64).then(|| bytes.get(at..at + length)).flatten()?;
        if !name.is_empty() {
            name.push('.');
        }
        name.extend(label.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
        if name.len() > LONGEST {
            return None;
        }
        at += length;
    }
    let end = at + 4;
    (bytes.get(at + 2..end)? == [0, 1]).then_some(Asked { name, end })
}

/// The label right below the zone of a name within it; `""` is the zone itself.
pub(super) fn within<'a>(name: &'a str, zone: &str) -> Option<&'a str> {
    let below = name.strip_suffix(zone)?;
    if below.is_empty() { Some("") } else { below.strip_suffix('.')?.rsplit('.').next() }
}

/// The answer: NODATA for the zone's names, REFUSED (code 5) for others; never longer than the question.
pub(super) fn answer(bytes: &[u8], asked: &Asked, is_ours: bool) -> Vec<u8> {
    let mut out = bytes[..asked.end].to_vec();
    // QR and AA, RD as it was asked; no recursion here.
    out[2] = 0x80 | (bytes[2] & 0x01) | if is_ours { 0x04 } else { 0 };
    out[3] = if is_ours { 0 } else { 5 };
    out[6..12].fill(0);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn question(name: &str) -> Vec<u8> {
        let mut bytes = vec![7, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
        for label in name.split('.').filter(|label| !label.is_empty()) {
            bytes.push(label.len() as u8);
            bytes.extend(label.as_bytes());
        }
        bytes.extend([0, 0, 28, 0, 1]);
        // EDNS, as every resolver sends it.
        bytes.extend([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn an_answer_repeats_the_question_and_no_more() {
        let bytes = question("aBc.Leak.example.net");
        let asked = read(&bytes).unwrap();
        assert_eq!(asked.name, "abc.leak.example.net");
        let ours = answer(&bytes, &asked, true);
        assert!(ours.len() < bytes.len(), "nothing is amplified");
        assert_eq!(ours[..12], [7, 9, 0x85, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(ours[12..], bytes[12..ours.len()], "with the letters' case, which resolvers compare");
        assert_eq!(answer(&bytes, &asked, false)[2..4], [0x81, 5]);
    }

    #[rstest]
    #[case::a_name("x.leak.example.net", Some("x"))]
    #[case::deeper("y.x.leak.example.net", Some("x"))]
    #[case::the_zone("leak.example.net", Some(""))]
    #[case::another("example.net", None)]
    #[case::alike("xleak.example.net", None)]
    fn names_of_the_zone(#[case] name: &str, #[case] label: Option<&str>) {
        assert_eq!(within(name, "leak.example.net"), label);
    }

    #[test]
    fn what_is_no_question_is_not_answered() {
        let good = question("x.example.net");
        for length in 0..good.len() - 11 {
            assert_eq!(read(&good[..length]), None, "cut to {length}");
        }
        for (at, byte) in [(2, 0x81), (2, 0x28), (5, 2), (12, 0xc0)] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            assert_eq!(read(&bytes), None, "byte {at}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Some(asked) = read(&bytes) {
                prop_assert!(answer(&bytes, &asked, true).len() <= bytes.len());
            }
        }
    }
}
