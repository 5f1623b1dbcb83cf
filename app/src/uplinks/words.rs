//! States and reasons in the words of the page.

use domain::uplinks::{Reason, State, Uplink, UplinkRange};

use crate::{
    i18n::{Locale, td_string},
    ui::{CellState, Choice},
};

pub fn cell(state: State) -> CellState {
    match state {
        State::Up => CellState::Up,
        State::Degraded => CellState::Degraded,
        State::Down => CellState::Down,
        State::NoData => CellState::NoData,
    }
}

pub fn state_word(lang: Locale, state: State) -> &'static str {
    match state {
        State::Up => td_string!(lang, uplinks.up),
        State::Degraded => td_string!(lang, uplinks.degraded),
        State::Down => td_string!(lang, uplinks.down),
        State::NoData => td_string!(lang, uplinks.no_data),
    }
}

pub fn reason_words(lang: Locale, reason: Reason) -> &'static str {
    match reason {
        Reason::AllWell => td_string!(lang, uplinks.all_well),
        Reason::NothingAnswers => td_string!(lang, uplinks.nothing_answers),
        Reason::InterfaceMissing => td_string!(lang, uplinks.interface_missing),
        Reason::NoSuchInterface => td_string!(lang, uplinks.no_such_interface),
        Reason::LinkDown => td_string!(lang, uplinks.link_down),
        Reason::OnlyHttps => td_string!(lang, uplinks.only_https),
        Reason::OnlyIcmp => td_string!(lang, uplinks.only_icmp),
        Reason::GatewaySilent => td_string!(lang, uplinks.gateway_silent),
        Reason::Loss => td_string!(lang, uplinks.loss),
        Reason::Late => td_string!(lang, uplinks.late),
        Reason::MonitorUnresponsive => td_string!(lang, uplinks.monitor_unresponsive),
        Reason::NoRight => td_string!(lang, uplinks.no_right),
        Reason::Waiting => td_string!(lang, uplinks.waiting),
    }
}

/// The name for people, else the one in addresses.
pub fn name(uplink: &Uplink) -> String {
    uplink.label.clone().unwrap_or_else(|| uplink.name.clone())
}

pub fn range(slug: &str) -> Option<UplinkRange> {
    UplinkRange::ALL.into_iter().find(|range| range.word() == slug)
}

/// All ranges as links, this one marked.
pub fn range_choices(lang: Locale, name: &str, current: UplinkRange) -> Vec<Choice> {
    let words = |range| match range {
        UplinkRange::Day => td_string!(lang, uplinks.r24h),
        UplinkRange::ThreeDays => td_string!(lang, uplinks.r72h),
        UplinkRange::Week => td_string!(lang, uplinks.r7d),
        UplinkRange::Month => td_string!(lang, uplinks.r30d),
        UplinkRange::Quarter => td_string!(lang, uplinks.r90d),
    };
    UplinkRange::ALL
        .into_iter()
        .map(|range| Choice {
            href: format!("/uplinks/{name}?range={}", range.word()),
            words: words(range),
            current: range == current,
        })
        .collect()
}
