//! What a viewer may see: nothing of fewer than k households, the viewer's own not counted (api.md §0).

use chrono::{DateTime, Utc};

use super::{
    outage::Counts,
    wire::{BuildingEvent, BuildingGroup, BuildingMinute, BuildingOutage, GroupState},
};
use crate::uplinks::{MinuteNumber, State, minute_start};

/// Cells of a strip.
pub const STRIP_MINUTES: i64 = 60;
/// Fewer households that are down make no minute degraded (rules.md A6).
const FEWEST: u64 = 2;

/// One group's rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupFacts {
    /// The provider's slug; empty: the whole building.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Households by state.
    pub counts: Counts,
    /// Whether the viewer's household is among them.
    pub has_viewer: bool,
    /// The outage that is open.
    pub outage: Option<BuildingOutage>,
    /// When the last one closed.
    pub recovered_at: Option<DateTime<Utc>>,
    /// When the first of its lines joined.
    pub first_joined_at: Option<DateTime<Utc>>,
    /// Rows of its minutes, in any order.
    pub minutes: Vec<MinuteFacts>,
}

/// One minute's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinuteFacts {
    /// Which minute.
    pub number: MinuteNumber,
    /// Households by state, at its worst.
    pub counts: Counts,
    /// Whether an outage was open in it.
    pub is_outage: bool,
}

impl GroupFacts {
    /// Households beside the viewer's own.
    pub fn participants(&self) -> u64 {
        others(self.counts, self.has_viewer)
    }
}

fn others(counts: Counts, has_viewer: bool) -> u64 {
    (counts.up + counts.down + counts.unknown).saturating_sub(u64::from(has_viewer))
}

/// The group as the viewer sees it; `hidden` where another's figure would follow from it, `blind` while nobody can ask.
pub fn group_view(
    facts: GroupFacts,
    hidden: bool,
    k: u64,
    newest: MinuteNumber,
    blind: bool,
) -> BuildingGroup {
    let suppressed = hidden || facts.participants() < k;
    let Counts { up, down, unknown } = facts.counts;
    let told = |count: u64| (!suppressed).then_some(count);
    let outage = facts.outage.filter(|_| !suppressed);
    let state = match (suppressed, outage) {
        (true, _) => GroupState::TooFew,
        (_, _) if blind || up + down == 0 => GroupState::Unknown,
        (_, Some(_)) => GroupState::Outage,
        (_, None) if down >= FEWEST.max(k) => GroupState::Degraded,
        (_, None) => GroupState::Up,
    };
    let since = match state {
        GroupState::Outage => outage.map(|outage| outage.started_at),
        GroupState::Up => facts.recovered_at.or(facts.first_joined_at),
        GroupState::Degraded | GroupState::Unknown | GroupState::TooFew => None,
    };
    let sparkline = if suppressed { Vec::new() } else { strip(&facts, k, newest) };
    BuildingGroup {
        slug: facts.slug,
        isp: facts.name,
        state,
        since,
        up: told(if blind { 0 } else { up }),
        down: told(if blind { 0 } else { down }),
        unknown: told(if blind { up + down + unknown } else { unknown }),
        total: told(up + down + unknown),
        outage: outage.filter(|_| state == GroupState::Outage),
        sparkline,
        suppressed,
    }
}

/// Sixty minutes that end with `newest`; those without a row have no data.
fn strip(facts: &GroupFacts, k: u64, newest: MinuteNumber) -> Vec<BuildingMinute> {
    let state = |number| {
        let row = facts.minutes.iter().find(|minute| minute.number == number);
        row.map_or(State::NoData, |row| minute_state(row, facts.has_viewer, k))
    };
    (newest - STRIP_MINUTES + 1..=newest)
        .map(|number| BuildingMinute { minute: minute_start(number), state: state(number) })
        .collect()
}

/// A minute's cell. Several households down without an outage are degraded; one that is down is its own business.
pub fn minute_state(minute: &MinuteFacts, has_viewer: bool, k: u64) -> State {
    let Counts { up, down, .. } = minute.counts;
    if others(minute.counts, has_viewer) < k || up + down == 0 {
        State::NoData
    } else if minute.is_outage {
        State::Down
    } else if down >= FEWEST.max(k) {
        State::Degraded
    } else {
        State::Up
    }
}

/// An event without the figures of too few.
pub fn event_view(mut event: BuildingEvent, has_viewer: bool, k: u64) -> BuildingEvent {
    if event.n.is_none_or(|n| n.saturating_sub(u64::from(has_viewer)) < k) {
        (event.x, event.n, event.p) = (None, None, None);
    }
    event.lasted_s = event.lasted_s.map(|seconds| seconds.max(0));
    event
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;
    use crate::buildings::BuildingEventKind;

    const NEWEST: MinuteNumber = 1000;

    fn counts(up: u64, down: u64, unknown: u64) -> Counts {
        Counts { up, down, unknown }
    }

    fn group(counts: Counts, has_viewer: bool) -> GroupFacts {
        let minutes = vec![MinuteFacts { number: NEWEST, counts, is_outage: false }];
        GroupFacts { name: "North".into(), counts, has_viewer, minutes, ..GroupFacts::default() }
    }

    fn outage() -> BuildingOutage {
        BuildingOutage { started_at: DateTime::UNIX_EPOCH, x: 4, n: 4, rate: Some(0.01), p: Some(1e-8) }
    }

    #[rstest]
    #[case::three_others(counts(3, 1, 0), true, GroupState::Up)]
    #[case::the_viewer_does_not_count(counts(3, 0, 0), true, GroupState::TooFew)]
    #[case::several_down(counts(3, 3, 0), false, GroupState::Degraded)]
    #[case::three_strangers(counts(3, 0, 0), false, GroupState::Up)]
    #[case::one(counts(1, 0, 0), false, GroupState::TooFew)]
    #[case::nobody(counts(0, 0, 0), false, GroupState::TooFew)]
    #[case::nothing_known(counts(0, 0, 5), false, GroupState::Unknown)]
    fn nothing_is_said_of_fewer_than_k(
        #[case] counts: Counts,
        #[case] has_viewer: bool,
        #[case] state: GroupState,
    ) {
        let facts =
            GroupFacts { outage: (state == GroupState::TooFew).then(outage), ..group(counts, has_viewer) };
        let view = group_view(facts, false, 3, NEWEST, false);
        assert_eq!((view.state, view.suppressed), (state, state == GroupState::TooFew));
        let figures = [view.up, view.down, view.unknown, view.total];
        if view.suppressed {
            assert_eq!((figures, view.outage, view.sparkline.len()), ([None; 4], None, 0));
        } else {
            assert_eq!(
                figures,
                [counts.up, counts.down, counts.unknown, counts.up + counts.down + counts.unknown].map(Some)
            );
            assert_eq!(view.sparkline.len(), 60);
        }
    }

    #[test]
    fn what_is_held_back_says_nothing() {
        let view = group_view(group(counts(9, 0, 0), false), true, 3, NEWEST, false);
        assert_eq!((view.state, view.total), (GroupState::TooFew, None));
    }

    #[test]
    fn while_nobody_can_ask_everything_is_unknown() {
        let facts = GroupFacts { outage: Some(outage()), ..group(counts(3, 2, 1), false) };
        let view = group_view(facts, false, 3, NEWEST, true);
        assert_eq!((view.state, view.outage, view.since), (GroupState::Unknown, None, None));
        assert_eq!((view.up, view.down, view.unknown, view.total), (Some(0), Some(0), Some(6), Some(6)));
    }

    #[test]
    fn an_outage_is_shown_with_its_evidence() {
        let facts = GroupFacts { outage: Some(outage()), ..group(counts(0, 4, 0), false) };
        let view = group_view(facts, false, 3, NEWEST, false);
        assert_eq!((view.state, view.since), (GroupState::Outage, Some(DateTime::UNIX_EPOCH)));
        assert_eq!(view.outage.and_then(|outage| outage.p), Some(1e-8));
    }

    #[rstest]
    #[case::all_up(counts(9, 0, 0), false, State::Up)]
    #[case::one_household_down(counts(8, 1, 0), false, State::Up)]
    #[case::two_households_down(counts(8, 2, 0), false, State::Up)]
    #[case::several_down(counts(6, 3, 0), false, State::Degraded)]
    #[case::an_outage(counts(1, 8, 0), true, State::Down)]
    #[case::nothing_known(counts(0, 0, 9), false, State::NoData)]
    #[case::too_few_at_the_time(counts(2, 0, 0), false, State::NoData)]
    fn minutes(#[case] counts: Counts, #[case] is_outage: bool, #[case] state: State) {
        assert_eq!(minute_state(&MinuteFacts { number: 1, counts, is_outage }, false, 3), state);
    }

    #[test]
    fn a_minute_without_a_row_has_no_data() {
        let strip = group_view(group(counts(4, 0, 0), false), false, 3, NEWEST + 1, false).sparkline;
        let known: Vec<_> = strip.iter().filter(|minute| minute.state != State::NoData).collect();
        assert_eq!((strip.len(), known.len()), (60, 1));
        assert_eq!(known[0].minute, DateTime::UNIX_EPOCH + TimeDelta::minutes(NEWEST));
    }

    #[rstest]
    #[case::enough(4, false, true)]
    #[case::with_the_viewer(4, true, true)]
    #[case::too_few_beside_the_viewer(3, true, false)]
    fn events_of_too_few_have_no_figures(#[case] n: u64, #[case] has_viewer: bool, #[case] told: bool) {
        let event = BuildingEvent {
            at: DateTime::UNIX_EPOCH,
            kind: BuildingEventKind::Outage,
            isp: None,
            x: Some(3),
            n: Some(n),
            p: Some(1e-6),
            lasted_s: None,
        };
        let seen = event_view(event, has_viewer, 3);
        assert_eq!((seen.x.is_some(), seen.n.is_some(), seen.p.is_some()), (told, told, told));
    }
}
