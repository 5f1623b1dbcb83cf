//! What one round of probes says of an uplink (measurement.md §3).

use super::{GatewayPolicy, Protocol, Reason, State};

/// From this share of lost echoes a round is degraded (measurement.md §3).
const LOSS_LIMIT: f64 = 0.2;
/// The limit of the round trip without a configured one: this many times the median of the last 24 h …
const TIMES_MEDIAN: f64 = 3.0;
/// … and at least this (measurement.md §3).
const LOWEST_LIMIT_MS: f64 = 150.0;
/// A protocol that did not answer for this long is filtered here.
const FILTERED_AFTER_S: i32 = 24 * 3600;

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
    /// The interface was there and is not any more: as cut as a line can be.
    NoInterface,
    /// Nobody has ever seen such an interface here: a name that is wrong says nothing of a line.
    NoSuchInterface,
    /// The interface is there and has no carrier: a plug is out, or the other end is dark.
    LinkDown,
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

/// For how long a protocol has been silent while the other one answered, after one more round. Only such rounds tell a
/// filter from a fault: while nothing answers, neither is known to be filtered.
pub fn silent_s(before: i32, round: &Round, protocol: Protocol, passed_s: i32) -> i32 {
    let other = match protocol {
        Protocol::Icmp => Protocol::Https,
        Protocol::Https => Protocol::Icmp,
    };
    match (round.answered(protocol), round.asked(protocol) && round.answered(other)) {
        (true, _) => 0,
        (false, true) => before.saturating_add(passed_s),
        (false, false) => before,
    }
}

/// Whether a protocol is filtered here: a day of asking, and never an answer.
pub const fn is_filtered(silent_s: i32) -> bool {
    silent_s >= FILTERED_AFTER_S
}

/// The state that a round alone speaks for.
pub fn judge(round: &Round, rules: &Rules) -> Judgement {
    let judged = |state, reason| Judgement { state, reason };
    let (icmp, https) = (round.answered(Protocol::Icmp), round.answered(Protocol::Https));
    match round.trouble {
        Some(Trouble::NoInterface) => return judged(State::Down, Reason::InterfaceMissing),
        Some(Trouble::NoSuchInterface) => return judged(State::NoData, Reason::NoSuchInterface),
        // What still answers is believed more than what a driver says of its carrier.
        Some(Trouble::LinkDown) if !icmp && !https => return judged(State::Down, Reason::LinkDown),
        Some(Trouble::LinkDown | Trouble::NoRight) | None => {}
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

    #[rstest]
    #[case::who_asked_nobody_knows_nothing(Trouble::NoRight, State::NoData, Reason::NoRight)]
    #[case::a_cut_line_is_down(Trouble::NoInterface, State::Down, Reason::InterfaceMissing)]
    #[case::a_wrong_name_is_no_line(Trouble::NoSuchInterface, State::NoData, Reason::NoSuchInterface)]
    #[case::an_empty_socket_is_a_cut(Trouble::LinkDown, State::Down, Reason::LinkDown)]
    fn troubles(#[case] trouble: Trouble, #[case] state: State, #[case] reason: Reason) {
        let round = Round { trouble: Some(trouble), ..Round::default() };
        assert_eq!(judge(&round, &RULES), Judgement { state, reason });
    }

    #[test]
    fn a_carrier_that_is_told_wrongly_is_not_believed() {
        let answered = Round { trouble: Some(Trouble::LinkDown), ..round([3, 3], true, None) };
        assert_eq!(judge(&answered, &RULES).state, State::Up);
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
    #[case::an_answer_ends_it(round([3, 3], true, None), 0)]
    #[case::silent_beside_the_other(round([0, 0], true, None), 105)]
    #[case::nothing_answers_tells_nothing(round([0, 0], false, None), 100)]
    #[case::not_asked(Round { echoes: vec![], ..round([0, 0], true, None) }, 100)]
    fn silence(#[case] round: Round, #[case] expected: i32) {
        assert_eq!(silent_s(100, &round, Protocol::Icmp, 5), expected);
    }

    #[test]
    fn a_day_of_silence_is_a_filter() {
        assert!(!is_filtered(24 * 3600 - 1) && is_filtered(24 * 3600));
        let echoes_alone = round([3, 3], false, None);
        assert_eq!(silent_s(24 * 3600, &echoes_alone, Protocol::Https, 5), 24 * 3600 + 5);
        assert_eq!(silent_s(i32::MAX, &echoes_alone, Protocol::Https, 5), i32::MAX);
    }
}
