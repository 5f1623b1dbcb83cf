//! What one round of probes says of an uplink (measurement.md §3).

use chrono::{DateTime, TimeDelta, Utc};

use super::{GatewayPolicy, Protocol, Reason, State};

/// From this share of lost echoes a round is degraded (measurement.md §3).
const LOSS_LIMIT: f64 = 0.2;
/// The limit of the round trip without a configured one: this many times the median of the last 24 h …
const TIMES_MEDIAN: f64 = 3.0;
/// … and at least this (measurement.md §3).
const LOWEST_LIMIT_MS: f64 = 150.0;
/// A protocol that did not answer for this long is filtered here.
const FILTERED_AFTER: TimeDelta = TimeDelta::hours(24);

/// What came back in one round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    /// Echoes, target by target.
    pub echoes: Vec<EchoResult>,
    /// HTTPS, target by target.
    pub https: Vec<HttpsResult>,
    /// Whether the gateway answered; `None`: it was not asked (none known, or no right to).
    pub gateway: Option<bool>,
    /// Why the round could not be made as it should.
    pub trouble: Option<Trouble>,
}

/// What keeps this program from probing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such interface (any more).
    NoInterface,
    /// The system does not let this program send echoes.
    NoRight,
}

/// The echoes of one target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EchoResult {
    /// As configured.
    pub target: String,
    /// How many were sent; 0 where none could be.
    pub sent: u32,
    /// The round trips of those that came back, in ms.
    pub rtt_ms: Vec<f64>,
}

/// HTTPS to one target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpsResult {
    /// As configured.
    pub target: String,
    /// Whether a verified answer came.
    pub answered: bool,
}

/// What a round is judged by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// What a silent gateway means.
    pub gateway: GatewayPolicy,
    /// The longest median round trip of a good round; `None` while nothing is known of this line.
    pub rtt_limit_ms: Option<f64>,
    /// A throughput test runs through this uplink: its loss and latency are its own.
    pub self_load: bool,
    /// Whether echoes ever answer here.
    pub needs_icmp: bool,
    /// Whether HTTPS ever answers here.
    pub needs_https: bool,
}

/// A state with what it follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The state.
    pub state: State,
    /// Why it is so.
    pub reason: Reason,
}

impl Judgement {
    pub(super) const NOTHING: Self = Self { state: State::NoData, reason: Reason::Waiting };
}

impl Round {
    /// Echoes sent and lost, the gateway's left out.
    pub fn sent_and_lost(&self) -> (u32, u32) {
        let sent = self.echoes.iter().map(|echo| echo.sent).sum::<u32>();
        let back: usize = self.echoes.iter().map(|echo| echo.rtt_ms.len()).sum();
        (sent, sent.saturating_sub(u32::try_from(back).unwrap_or(u32::MAX)))
    }

    /// All round trips in ms.
    pub fn round_trips(&self) -> impl Iterator<Item = f64> + '_ {
        self.echoes.iter().flat_map(|echo| echo.rtt_ms.iter().copied())
    }

    /// The median round trip in ms.
    pub fn median_ms(&self) -> Option<f64> {
        crate::stats::median(&self.round_trips().collect::<Vec<_>>())
    }

    /// Whether any target answered by this protocol.
    pub fn answered(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Icmp => self.echoes.iter().any(|echo| !echo.rtt_ms.is_empty()),
            Protocol::Https => self.https.iter().any(|answer| answer.answered),
        }
    }

    /// Whether any target was asked by this protocol.
    pub fn asked(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Icmp => self.echoes.iter().any(|echo| echo.sent > 0),
            Protocol::Https => !self.https.is_empty(),
        }
    }
}

/// The limit of the round trip: the configured one, else from what is usual here; none while nothing is known.
pub fn rtt_limit_ms(configured: Option<f64>, day_median_ms: Option<f64>) -> Option<f64> {
    configured.or_else(|| day_median_ms.map(|usual| (usual * TIMES_MEDIAN).max(LOWEST_LIMIT_MS)))
}

/// Whether a protocol is filtered here: watched for a day, and never an answer in it.
pub fn is_filtered(
    watched_since: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    let last = answered_at.map_or(watched_since, |at| at.max(watched_since));
    now - last >= FILTERED_AFTER
}

/// The state that a round alone speaks for.
pub fn judge(round: &Round, rules: &Rules) -> Judgement {
    let judged = |state, reason| Judgement { state, reason };
    let (icmp, https) = (round.answered(Protocol::Icmp), round.answered(Protocol::Https));
    if round.trouble == Some(Trouble::NoInterface) {
        return judged(State::Down, Reason::InterfaceMissing);
    }
    if !icmp && !https {
        // Who asked nobody knows nothing.
        let asked = round.asked(Protocol::Icmp) || round.asked(Protocol::Https);
        return if asked {
            judged(State::Down, Reason::NothingAnswers)
        } else {
            judged(State::NoData, Reason::NoRight)
        };
    }
    if round.gateway == Some(false) && rules.gateway == GatewayPolicy::Strict {
        return judged(State::Down, Reason::GatewaySilent);
    }
    if !icmp && rules.needs_icmp && round.asked(Protocol::Icmp) {
        return judged(State::Degraded, Reason::OnlyHttps);
    }
    if !https && rules.needs_https && round.asked(Protocol::Https) {
        return judged(State::Degraded, Reason::OnlyIcmp);
    }
    if round.gateway == Some(false) && rules.gateway == GatewayPolicy::Required {
        return judged(State::Degraded, Reason::GatewaySilent);
    }
    if icmp && !rules.self_load {
        let (sent, lost) = round.sent_and_lost();
        if f64::from(lost) >= f64::from(sent) * LOSS_LIMIT && lost > 0 {
            return judged(State::Degraded, Reason::Loss);
        }
        let late = |limit: f64| round.median_ms().is_some_and(|median| median > limit);
        if rules.rtt_limit_ms.is_some_and(late) {
            return judged(State::Degraded, Reason::Late);
        }
    }
    judged(State::Up, Reason::AllWell)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const RULES: Rules = Rules {
        gateway: GatewayPolicy::Ignored,
        rtt_limit_ms: Some(150.0),
        self_load: false,
        needs_icmp: true,
        needs_https: true,
    };

    /// Echoes that came back from each of two targets (of 3 sent), HTTPS of the first, the gateway.
    fn round(back: [usize; 2], https: bool, gateway: Option<bool>) -> Round {
        let echo = |back| EchoResult { target: "t".into(), sent: 3, rtt_ms: vec![20.0; back] };
        let answer = |answered| HttpsResult { target: "t".into(), answered };
        Round {
            echoes: back.map(echo).into(),
            https: vec![answer(https), answer(false)],
            gateway,
            trouble: None,
        }
    }

    const NOBODY: Rules = Rules { needs_icmp: false, needs_https: false, ..RULES };

    #[rstest]
    #[case::all_well(round([3, 3], true, Some(true)), RULES, State::Up, Reason::AllWell)]
    #[case::one_lost_of_six(round([3, 2], true, None), RULES, State::Up, Reason::AllWell)]
    #[case::two_lost_of_six(round([2, 2], true, None), RULES, State::Degraded, Reason::Loss)]
    #[case::own_test_may_lose(round([1, 1], true, None), Rules { self_load: true, ..RULES }, State::Up, Reason::AllWell)]
    #[case::nothing(round([0, 0], false, Some(true)), RULES, State::Down, Reason::NothingAnswers)]
    #[case::own_test_cannot_hide_that(round([0, 0], false, None), Rules { self_load: true, ..RULES }, State::Down, Reason::NothingAnswers)]
    #[case::nothing_even_if_filtered(round([0, 0], false, None), NOBODY, State::Down, Reason::NothingAnswers)]
    #[case::no_echo(round([0, 0], true, None), RULES, State::Degraded, Reason::OnlyHttps)]
    #[case::echo_is_filtered_here(round([0, 0], true, None), Rules { needs_icmp: false, ..RULES }, State::Up, Reason::AllWell)]
    #[case::no_https(round([3, 3], false, None), RULES, State::Degraded, Reason::OnlyIcmp)]
    #[case::https_is_filtered_here(round([3, 3], false, None), Rules { needs_https: false, ..RULES }, State::Up, Reason::AllWell)]
    #[case::gateway_ignored(round([3, 3], true, Some(false)), RULES, State::Up, Reason::AllWell)]
    #[case::gateway_required(round([3, 3], true, Some(false)), Rules { gateway: GatewayPolicy::Required, ..RULES }, State::Degraded, Reason::GatewaySilent)]
    #[case::gateway_strict(round([3, 3], true, Some(false)), Rules { gateway: GatewayPolicy::Strict, ..RULES }, State::Down, Reason::GatewaySilent)]
    #[case::gateway_not_asked(round([3, 3], true, None), Rules { gateway: GatewayPolicy::Strict, ..RULES }, State::Up, Reason::AllWell)]
    #[case::late(round([3, 3], true, None), Rules { rtt_limit_ms: Some(19.9), ..RULES }, State::Degraded, Reason::Late)]
    #[case::own_test_may_be_late(round([3, 3], true, None), Rules { rtt_limit_ms: Some(1.0), self_load: true, ..RULES }, State::Up, Reason::AllWell)]
    #[case::no_limit_known(round([3, 3], true, None), Rules { rtt_limit_ms: None, ..RULES }, State::Up, Reason::AllWell)]
    fn rounds(#[case] round: Round, #[case] rules: Rules, #[case] state: State, #[case] reason: Reason) {
        assert_eq!(judge(&round, &rules), Judgement { state, reason });
    }

    #[test]
    fn who_asked_nobody_knows_nothing() {
        let round = Round { trouble: Some(Trouble::NoRight), ..Round::default() };
        assert_eq!(judge(&round, &RULES), Judgement { state: State::NoData, reason: Reason::NoRight });
        let gone = Round { trouble: Some(Trouble::NoInterface), ..Round::default() };
        assert_eq!(judge(&gone, &RULES).state, State::Down);
    }

    #[test]
    fn echoes_that_this_program_may_not_send_are_not_missed() {
        let mut round = round([0, 0], true, None);
        round.echoes.iter_mut().for_each(|echo| echo.sent = 0);
        round.trouble = Some(Trouble::NoRight);
        assert_eq!(judge(&round, &RULES).state, State::Up);
    }

    #[rstest]
    #[case::configured(Some(80.0), Some(20.0), Some(80.0))]
    #[case::a_near_line(None, Some(12.0), Some(150.0))]
    #[case::a_satellite(None, Some(600.0), Some(1800.0))]
    #[case::unknown(None, None, None)]
    fn limits(#[case] configured: Option<f64>, #[case] median: Option<f64>, #[case] limit: Option<f64>) {
        assert_eq!(rtt_limit_ms(configured, median), limit);
    }

    #[rstest]
    #[case::new(1, None, false)]
    #[case::a_day_without(24, None, true)]
    #[case::answered_lately(72, Some(23), false)]
    #[case::answered_once(72, Some(24), true)]
    fn filtering(#[case] watched_h: i64, #[case] answered_h: Option<i64>, #[case] filtered: bool) {
        let now: DateTime<Utc> = "2026-11-21T09:00:00Z".parse().unwrap();
        let ago = |hours| now - TimeDelta::hours(hours);
        assert_eq!(is_filtered(ago(watched_h), answered_h.map(ago), now), filtered);
    }
}
