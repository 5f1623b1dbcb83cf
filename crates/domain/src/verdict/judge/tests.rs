//! The table of places in worded cases.

use chrono::Duration;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::verdict::{FeedFacts, OwnTest, UplinkFacts, Usual};

fn now() -> DateTime<Utc> {
    "2026-11-21T20:00:00Z".parse().unwrap()
}

fn good(minutes_ago: i64) -> OwnTest {
    OwnTest {
        at: now() - Duration::minutes(minutes_ago),
        failed: false,
        download: Some(94.0),
        ping: Some(18.0),
        loaded_ping_down: Some(30.0),
        loaded_ping_up: None,
        loss: None,
    }
}

fn failed(minutes_ago: i64) -> OwnTest {
    OwnTest { failed: true, download: None, ping: None, loaded_ping_down: None, ..good(minutes_ago) }
}

fn slow(minutes_ago: i64) -> OwnTest {
    OwnTest { download: Some(20.0), ..good(minutes_ago) }
}

#[expect(clippy::unnecessary_wraps, reason = "the facts' fields are options")]
fn households(failing: u64, households: u64) -> Option<GroupFacts> {
    let since = (failing > 0).then(|| now() - Duration::minutes(12));
    Some(GroupFacts { households, failing, usually_failing: None, since, newest_at: now() })
}

fn facts(own: &[OwnTest], provider: Option<GroupFacts>, others: Option<GroupFacts>) -> VerdictFacts {
    VerdictFacts {
        own_tests: own.to_vec(),
        usual: Some(Usual { download: Some(95.0), ping: Some(18.0), tests: 40 }),
        provider_name: Some("Northnet".into()),
        provider,
        other_providers: others,
        ..VerdictFacts::nothing(now(), 3)
    }
}

#[rstest]
#[case::all_good(&[good(5), good(20), good(40)], None, None, Place::None, Confidence::High)]
#[case::one_good_test(&[good(5)], None, None, Place::None, Confidence::Medium)]
#[case::good_again(&[good(5), failed(20), failed(30)], None, None, Place::None, Confidence::Medium)]
#[case::an_old_test_says_nothing(&[good(61)], None, None, Place::Unknown, Confidence::Low)]
#[case::a_test_of_the_future_says_nothing(&[good(-5)], None, None, Place::Unknown, Confidence::Low)]
#[case::nothing_known(&[], None, None, Place::Unknown, Confidence::Low)]
#[case::one_failure(&[failed(2), good(20)], households(0, 20), None, Place::Unknown, Confidence::Low)]
#[case::failures_and_no_neighbours(&[failed(2), failed(4)], None, None, Place::Unknown, Confidence::Low)]
#[case::failures_below_k(&[failed(2), failed(4)], households(2, 2), None, Place::Unknown, Confidence::Low)]
#[case::only_me(&[failed(2), failed(4)], households(0, 20), None, Place::Line, Confidence::Medium)]
#[case::the_provider(&[failed(2), failed(4)], households(14, 17), households(0, 30), Place::Provider, Confidence::High)]
#[case::the_provider_of_few(&[failed(2)], households(3, 3), households(0, 30), Place::Provider, Confidence::Medium)]
#[case::nobody_to_compare(&[failed(2)], households(14, 17), None, Place::Provider, Confidence::Medium)]
#[case::everybody(&[failed(2)], households(14, 17), households(20, 25), Place::Wide, Confidence::High)]
#[case::everybody_else(&[failed(2)], None, households(20, 25), Place::Wide, Confidence::Low)]
#[case::some_neighbours(&[failed(2), failed(4)], households(3, 12), None, Place::Unknown, Confidence::Low)]
#[case::the_provider_untested(&[], households(14, 17), households(0, 30), Place::Provider, Confidence::Medium)]
#[case::fine_among_failing(&[good(5)], households(14, 17), None, Place::None, Confidence::Medium)]
#[case::slow_alone(&[slow(5)], households(0, 20), None, Place::Line, Confidence::Low)]
#[case::slow_with_the_provider(&[slow(5)], households(14, 17), None, Place::Provider, Confidence::Medium)]
#[case::slow_and_no_neighbours(&[slow(5)], None, None, Place::Unknown, Confidence::Low)]
fn places(
    #[case] own: &[OwnTest],
    #[case] provider: Option<GroupFacts>,
    #[case] others: Option<GroupFacts>,
    #[case] place: Place,
    #[case] confidence: Confidence,
) {
    let got = verdict(&facts(own, provider, others));
    assert_eq!((got.place, got.confidence), (place, confidence), "{}", got.sentence);
}

#[rstest]
#[case::calm(&[good(5)], None, "All good. 18 ms, no failed test in the last hour.")]
#[case::calm_and_loss_measured(
    &[OwnTest { loss: Some(0.0), ..good(5) }], None, "All good. 18 ms, nothing lost in the last hour."
)]
#[case::good_again(&[good(5), failed(9)], None, "Good again. 18 ms, though one test failed in the last hour.")]
#[case::the_provider(&[failed(2)], households(14, 17), "It is your provider, not you.")]
#[case::fine_among_failing(&[good(5)], households(14, 17), "Your line is fine, but other Northnet households have trouble.")]
#[case::nothing_known(&[], None, "Not enough is known. Run a 30-second test: it tells whether it is you.")]
#[case::one_failure(&[failed(2)], None, "Your last test failed. Run one more: a single failure tells little.")]
#[case::late_under_load(
    &[OwnTest { loaded_ping_up: Some(418.0), ..good(5) }], None, "Your line works, but answers late while it is busy."
)]
fn sentences(#[case] own: &[OwnTest], #[case] provider: Option<GroupFacts>, #[case] sentence: &str) {
    assert_eq!(verdict(&facts(own, provider, None)).sentence, sentence);
}

#[test]
fn the_evidence_counts_households_and_names_the_provider() {
    let got = verdict(&facts(&[failed(2), failed(4)], households(14, 17), households(0, 30)));
    let texts: Vec<_> = got.evidence.iter().map(|e| (e.side, e.text.as_str(), e.n)).collect();
    assert_eq!(
        texts,
        [
            (Side::For, "Your last 2 tests failed.", Some(2)),
            (
                Side::For,
                "14 of 17 Northnet households that tested in the last 15 minutes have trouble.",
                Some(17)
            ),
            (
                Side::For,
                "All 30 households of other providers that tested in the last 15 minutes are fine.",
                Some(30)
            ),
        ]
    );
    assert_eq!(got.since, Some(now() - Duration::minutes(12)));
}

#[test]
fn a_group_below_k_is_not_spoken_of() {
    let got = verdict(&facts(&[failed(2), failed(4)], households(2, 2), None));
    assert!(got.evidence.iter().all(|e| e.source == EvidenceSource::OwnTests));
    assert!(got.would_change.iter().any(|w| w.contains("at least 3 other Northnet households")));
}

#[test]
fn what_is_not_known_is_said() {
    let told = verdict(&VerdictFacts::nothing(now(), 3)).would_change;
    for word in ["test of your own", "provider's name", "building", "own links", "Routes", "Status pages"] {
        assert!(told.iter().any(|w| w.contains(word)), "{word}: {told:?}");
    }
}

#[test]
fn an_own_link_that_is_down_makes_everything_unknown() {
    let down = UplinkFacts { watched: 1, down: 1, newest_at: now() };
    let seen = facts(&[failed(2), failed(4)], households(14, 17), households(0, 30));
    let got = verdict(&VerdictFacts { uplinks: Some(down), ..seen });
    assert_eq!(got.place, Place::Unknown);
    assert_eq!(got.sentence, "This monitor's own link is down, so it cannot tell.");
}

#[test]
fn the_building_alone_is_the_building() {
    let seen = facts(&[failed(2), failed(4)], households(0, 30), None);
    let got = verdict(&VerdictFacts { building: households(5, 6), ..seen });
    assert_eq!((got.place, got.confidence), (Place::Building, Confidence::Medium));
    // With nobody else of the provider to ask, it is still not this line alone.
    let nobody_else = facts(&[failed(2), failed(4)], None, None);
    let got = verdict(&VerdictFacts { building: households(5, 6), ..nobody_else });
    assert_eq!((got.place, got.confidence), (Place::Building, Confidence::Low));
}

#[test]
fn a_service_in_trouble_is_evidence_and_no_place() {
    let feeds = FeedFacts { troubled: vec!["Example".into()], newest_at: now() };
    let got = verdict(&VerdictFacts { feeds: Some(feeds), ..facts(&[good(5)], None, None) });
    assert_eq!(got.place, Place::None);
    assert!(got.evidence.iter().any(|e| e.text == "Trouble is reported by Example."));
}

#[test]
fn a_group_that_often_fails_needs_more_failures() {
    let seen = |usually_failing| {
        let provider = households(5, 10).map(|g| GroupFacts { usually_failing, ..g });
        verdict(&facts(&[failed(2), failed(4)], provider, None)).place
    };
    assert_eq!((seen(None), seen(Some(0.3))), (Place::Provider, Place::Unknown));
}

proptest! {
    #[test]
    fn no_facts_panic_and_nothing_is_said_of_fewer_than_k(
        own in prop::collection::vec((-90_i64..90, any::<bool>(), any::<Option<f64>>(), any::<Option<f64>>()), 0..6),
        provider in any::<Option<(u64, u64)>>(), others in prop::option::of((0_u64..9, 0_u64..9)),
        usual in any::<Option<(Option<f64>, Option<f64>, u64)>>(), k in 0_u64..6,
    ) {
        let own: Vec<_> = own
            .into_iter()
            .map(|(ago, failed, download, ping)| OwnTest { failed, download, ping, ..good(ago) })
            .collect();
        let group = |(failing, all)| households(failing, all).unwrap();
        let mut facts = facts(&own, provider.map(group), others.map(group));
        facts.usual = usual.map(|(download, ping, tests)| Usual { download, ping, tests });
        facts.k = k;
        let got = verdict(&facts);
        let told = |source| got.evidence.iter().any(|e| e.source == source);
        prop_assert!(!told(EvidenceSource::OtherProviders) || others.is_some_and(|(_, all)| all >= k));
        prop_assert!(!got.sentence.is_empty());
    }
}
