//! The bytes of a histogram in a rollup row: LEB128 counts and index steps, then the exact moments.
//!
//! A row of one test is about a dozen bytes. Reading refuses whatever the writer cannot have written; a broken
//! row is an error of that row, never a panic.

use super::{LogHistogram, MAX_INDEX, MAX_VALUE, MIN_INDEX};

/// The layout's version, the first byte.
const VERSION: u8 = 1;

/// Why bytes are no histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end too early.
    #[error("the histogram ends too early")]
    Truncated,
    /// Another version than this program writes.
    #[error("the histogram has the unknown version {0}")]
    Version(u8),
    /// Contradicts itself, or holds what cannot have been recorded.
    #[error("the histogram contradicts itself")]
    Inconsistent,
}

impl LogHistogram {
    /// The histogram as bytes for a rollup row.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put(&mut out, self.zeros);
        put(&mut out, self.buckets.len() as u64);
        let mut previous = i32::from(MIN_INDEX) - 1;
        for &(index, count) in &self.buckets {
            put(&mut out, (i32::from(index) - previous) as u64);
            put(&mut out, count);
            previous = i32::from(index);
        }
        // One value says all four moments.
        let moments = [self.min, self.max, self.sum, self.sum_of_squares];
        let kept = match self.count {
            0 => 0,
            1 => 1,
            _ => moments.len(),
        };
        for moment in &moments[..kept] {
            out.extend_from_slice(&moment.to_le_bytes());
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut rest = Bytes(bytes);
        let version = rest.take(1)?[0];
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let mut h = Self { zeros: rest.number()?, ..Self::new() };
        h.count = h.zeros;
        let buckets = rest.number()?;
        if buckets > (i32::from(MAX_INDEX) - i32::from(MIN_INDEX) + 1) as u64 {
            return Err(DecodeError::Inconsistent);
        }
        let mut index = i64::from(MIN_INDEX) - 1;
        for _ in 0..buckets {
            let step = rest.number()?;
            let count = rest.number()?;
            if step == 0 || step > 4096 || count == 0 {
                return Err(DecodeError::Inconsistent);
            }
            index += step as i64;
            if index > i64::from(MAX_INDEX) {
                return Err(DecodeError::Inconsistent);
            }
            h.count = h.count.checked_add(count).ok_or(DecodeError::Inconsistent)?;
            h.buckets.push((index as i16, count));
        }
        h.read_moments(&mut rest)?;
        if rest.0.is_empty() { Ok(h) } else { Err(DecodeError::Inconsistent) }
    }

    fn read_moments(&mut self, rest: &mut Bytes) -> Result<(), DecodeError> {
        match self.count {
            0 => return Ok(()),
            1 => {
                let value = rest.float()?;
                (self.min, self.max, self.sum, self.sum_of_squares) = (value, value, value, value * value);
            }
            _ => {
                (self.min, self.max) = (rest.float()?, rest.float()?);
                (self.sum, self.sum_of_squares) = (rest.float()?, rest.float()?);
            }
        }
        let plausible = self.min <= self.max && self.max <= MAX_VALUE;
        if plausible { Ok(()) } else { Err(DecodeError::Inconsistent) }
    }
}

/// LEB128: seven bits a byte, the lowest first.
fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7F) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// What is still to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(DecodeError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    fn number(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                return Err(DecodeError::Inconsistent);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::Inconsistent)
    }

    /// A moment: finite and not negative, as every recorded value is.
    fn float(&mut self) -> Result<f64, DecodeError> {
        let mut raw = [0; 8];
        raw.copy_from_slice(self.take(8)?);
        let value = f64::from_le_bytes(raw);
        if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(DecodeError::Inconsistent) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_row_of_one_test_is_small() {
        let h: LogHistogram = [93.7].into_iter().collect();
        assert!(h.to_bytes().len() <= 16, "{}", h.to_bytes().len());
        assert_eq!(LogHistogram::new().to_bytes(), [VERSION, 0, 0]);
    }

    #[rstest]
    #[case::nothing(&[], DecodeError::Truncated)]
    #[case::another_version(&[9, 0, 0], DecodeError::Version(9))]
    #[case::cut_short(&[1, 0, 2, 1], DecodeError::Truncated)]
    #[case::an_empty_bucket(&[1, 0, 1, 1, 0], DecodeError::Inconsistent)]
    #[case::an_endless_number(&[1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], DecodeError::Inconsistent)]
    #[case::more_buckets_than_there_are(&[1, 0, 255, 255, 3], DecodeError::Inconsistent)]
    #[case::bytes_left_over(&[1, 0, 0, 7], DecodeError::Inconsistent)]
    fn broken_bytes_are_refused(#[case] bytes: &[u8], #[case] why: DecodeError) {
        assert_eq!(LogHistogram::from_bytes(bytes), Err(why));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(values in prop::collection::vec(prop_oneof![Just(0.0), 0.0..1e10_f64], 0..200)) {
            let h: LogHistogram = values.into_iter().collect();
            prop_assert_eq!(LogHistogram::from_bytes(&h.to_bytes()), Ok(h));
        }

        #[test]
        fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..120), versioned in any::<bool>()) {
            if let (true, Some(first)) = (versioned, bytes.first_mut()) { *first = VERSION; }
            if let Ok(h) = LogHistogram::from_bytes(&bytes) {
                let _ = (h.quantile(0.5), h.mean(), h.sample_sd(), h.median_interval());
                let mut twice = h.clone();
                twice.merge(&h);
            }
        }
    }
}
