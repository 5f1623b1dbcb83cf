//! What may be said of others: k-anonymity, coarse speeds, coarse places.
//!
//! A participant is a household. The viewer is not counted among the k, and an aggregate below k says nothing.
//! Surprise: a cell with enough households may be held back too, when a suppressed one would follow from the
//! published total by subtraction.

use std::collections::BTreeSet;

/// The smallest number of households behind a public figure (api.md §0; a setting, this is its default).
pub const DEFAULT_K: u64 = 3;

/// How many households took part, not counting the viewer's own.
pub fn participants<H: Ord>(households: impl IntoIterator<Item = H>, viewer: Option<&H>) -> u64 {
    households.into_iter().filter(|h| Some(h) != viewer).collect::<BTreeSet<_>>().len() as u64
}

/// Which cells of a published list say nothing, from the participants of each.
///
/// First those below `k`. Then, as long as what is hidden could be got by subtraction from a total (one hidden cell
/// alone, or hidden cells with fewer than `k` households together), the smallest of the others. Empty cells hide
/// nobody: they have no figures, and need no company.
pub fn suppressed_cells(participants: &[u64], k: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = participants.iter().map(|&n| n < k).collect();
    loop {
        let cells = participants.iter().zip(&hidden).filter(|&(&n, &hidden)| hidden && n > 0);
        let (count, households) = cells.fold((0, 0_u64), |(c, sum), (&n, _)| (c + 1, sum.saturating_add(n)));
        if count == 0 || (count > 1 && households >= k) {
            return hidden;
        }
        let open = participants.iter().enumerate().filter(|&(i, &n)| n > 0 && !hidden[i]);
        let Some((next, _)) = open.min_by_key(|&(_, &n)| n) else { return hidden };
        hidden[next] = true;
    }
}

/// A speed as it is told of others: the nearest of 1, 2, 5, 10, 20, 50 … in Mbit/s (nearest by ratio).
pub fn coarse_speed(mbps: f64) -> Option<f64> {
    if !mbps.is_finite() || mbps < 0.0 {
        return None;
    }
    // What is slower than 0.1 Mbit/s is as good as nothing.
    if mbps < 0.1 {
        return Some(0.0);
    }
    let decade = 10_f64.powi(mbps.log10().floor() as i32);
    // The borders are the geometric means of neighbours: √2, √10, √50.
    let lead = mbps / decade;
    let step = if lead < 2_f64.sqrt() {
        1.0
    } else if lead < 10_f64.sqrt() {
        2.0
    } else if lead < 50_f64.sqrt() {
        5.0
    } else {
        10.0
    };
    Some(crate::stats::round(step * decade, 6))
}

/// A coordinate as it is stored: to 0.01°, about a kilometre.
pub fn coarse_degrees(degrees: f64) -> Option<f64> {
    degrees.is_finite().then(|| crate::stats::round(degrees, 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::each_household_once(&["a", "b", "a"], None, 2)]
    #[case::the_viewer_does_not_count(&["a", "b", "a"], Some("a"), 1)]
    #[case::a_viewer_from_elsewhere(&["a", "b"], Some("z"), 2)]
    #[case::nobody(&[], Some("z"), 0)]
    fn participants_are_households(#[case] all: &[&str], #[case] viewer: Option<&str>, #[case] count: u64) {
        assert_eq!(participants(all.iter().copied(), viewer.as_ref()), count);
    }

    #[rstest]
    #[case::all_large(&[3, 4, 5], &[false, false, false])]
    #[case::one_small_takes_the_smallest_with_it(&[1, 9, 4], &[true, false, true])]
    #[case::two_small_that_hide_each_other(&[1, 2, 9], &[true, true, false])]
    #[case::two_small_that_are_too_few_together(&[1, 1, 9, 4], &[true, true, false, true])]
    #[case::an_empty_cell_hides_nobody(&[0, 9, 4], &[true, false, false])]
    #[case::an_empty_cell_is_no_company(&[0, 2, 9], &[true, true, true])]
    #[case::nothing_else_to_hide(&[2], &[true])]
    #[case::no_cells(&[], &[])]
    fn cells_are_held_back(#[case] participants: &[u64], #[case] hidden: &[bool]) {
        assert_eq!(suppressed_cells(participants, 3), hidden);
    }

    #[rstest]
    #[case::nothing(0.0, Some(0.0))]
    #[case::just_below_a_decade(9.9, Some(10.0))]
    #[case::ninety_four(94.0, Some(100.0))]
    #[case::fifty(50.0, Some(50.0))]
    #[case::thirty(30.0, Some(20.0))]
    #[case::forty(40.0, Some(50.0))]
    #[case::half_a_megabit(0.5, Some(0.5))]
    #[case::a_gigabit(941.0, Some(1000.0))]
    #[case::no_number(f64::NAN, None)]
    #[case::negative(-4.0, None)]
    fn speeds_are_told_in_1_2_5(#[case] mbps: f64, #[case] told: Option<f64>) {
        assert_eq!(coarse_speed(mbps), told);
    }

    #[test]
    fn places_are_stored_to_a_hundredth() {
        assert_eq!(coarse_degrees(48.137_154), Some(48.14));
        assert_eq!(coarse_degrees(-0.127_6), Some(-0.13));
        assert_eq!(coarse_degrees(f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn nobody_follows_by_subtraction(cells in prop::collection::vec(0_u64..8, 0..12), k in 1_u64..6) {
            let hidden = suppressed_cells(&cells, k);
            let inside: Vec<u64> =
                cells.iter().zip(&hidden).filter(|&(&n, &h)| h && n > 0).map(|(&n, _)| n).collect();
            let shown = cells.iter().zip(&hidden).filter(|&(_, &h)| !h);
            for (&n, _) in shown.clone() {
                prop_assert!(n >= k);
            }
            let safe = inside.is_empty() || (inside.len() > 1 && inside.iter().sum::<u64>() >= k);
            prop_assert!(safe || shown.count() == 0);
        }

        #[test]
        fn a_told_speed_is_within_a_factor_of_1_6_and_rises(a in 0.1..1e6_f64, b in 0.1..1e6_f64) {
            let (low, high) = (a.min(b), a.max(b));
            let (told_low, told_high) = (coarse_speed(low).unwrap(), coarse_speed(high).unwrap());
            prop_assert!(told_low <= told_high);
            prop_assert!((told_low / low) < 1.6 && (low / told_low) < 1.6);
        }

        #[test]
        fn no_number_panics(value in any::<f64>()) {
            let _ = (coarse_speed(value), coarse_degrees(value));
        }
    }
}
