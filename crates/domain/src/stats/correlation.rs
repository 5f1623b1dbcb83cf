//! How two figures hang together: Pearson's r of the values, Spearman's ρ of their ranks.

/// Pearson's r of pairs, −1 to 1; none with fewer than two pairs or where one side never changes.
pub fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let pairs: Vec<_> = pairs.iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    if pairs.len() < 2 {
        return None;
    }
    let n = pairs.len() as f64;
    let mean_x = pairs.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = pairs.iter().map(|p| p.1).sum::<f64>() / n;
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xy += (x - mean_x) * (y - mean_y);
        xx += (x - mean_x) * (x - mean_x);
        yy += (y - mean_y) * (y - mean_y);
    }
    let r = xy / (xx.sqrt() * yy.sqrt());
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

/// Spearman's rank coefficient, −1 to 1; equal values share their mean rank.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let pairs: Vec<_> = pairs.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let ranked: Vec<_> = ranks(&xs).into_iter().zip(ranks(&ys)).collect();
    pearson(&ranked)
}

/// The rank of each value, ties sharing the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let tied = order[first..].iter().take_while(|&&i| values[i] == values[order[first]]).count().max(1);
        let shared = first as f64 + (tied - 1) as f64 / 2.0;
        for &i in &order[first..first + tied] {
            ranks[i] = shared;
        }
        first += tied;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::too_few(&[(1.0, 1.0)], None, None)]
    #[case::one_side_never_changes(&[(1.0, 5.0), (2.0, 5.0)], None, None)]
    #[case::together(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)], Some(1.0), Some(1.0))]
    #[case::against(&[(1.0, 6.0), (2.0, 4.0), (3.0, 2.0)], Some(-1.0), Some(-1.0))]
    #[case::bent_but_rising(&[(1.0, 1.0), (2.0, 8.0), (3.0, 27.0), (4.0, 64.0)], Some(0.9513), Some(1.0))]
    #[case::ties_share_a_rank(&[(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (3.0, 3.0)], Some(0.8528), Some(0.8333))]
    fn both_coefficients(#[case] pairs: &[(f64, f64)], #[case] r: Option<f64>, #[case] rho: Option<f64>) {
        let near = |got: Option<f64>, want: Option<f64>| match (got, want) {
            (Some(got), Some(want)) => (got - want).abs() < 1e-3,
            (got, want) => got == want,
        };
        assert!(near(pearson(pairs), r), "{:?}", pearson(pairs));
        assert!(near(spearman(pairs), rho), "{:?}", spearman(pairs));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_all_lies_within_one(pairs in prop::collection::vec(any::<(f64, f64)>(), 0..40)) {
            for r in [pearson(&pairs), spearman(&pairs)].into_iter().flatten() {
                prop_assert!((-1.0..=1.0).contains(&r));
            }
        }
    }
}
