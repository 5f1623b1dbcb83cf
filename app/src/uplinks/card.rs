//! One line as it is now: state, reason, figures, the last 60 minutes.

use domain::uplinks::{Protocol, Uplink, UplinkMinute};
use leptos::prelude::*;

use super::words::{cell, name, reason_words, state_word};
use crate::{
    i18n::{Locale, lang, td_string},
    ui::{
        Cell, Moment, Show, Strip,
        format::{self, THIN},
        local,
    },
};

/// Draws the line; `brief` leaves out how it is asked.
#[component]
pub fn UplinkCard(uplink: Uplink, #[prop(optional)] brief: bool) -> impl IntoView {
    let lang = lang();
    let class = format!("state {}", uplink.state.word());
    let since = uplink.since.map(|at| {
        view! {
            " "
            {td_string!(lang, uplinks.since)}
            " "
            <Moment at=at show=Show::Both />
            "."
        }
    });
    let cells: Vec<Cell> = uplink
        .strip
        .iter()
        .map(|minute| Cell { state: cell(minute.state), words: minute_words(lang, minute) })
        .collect();
    let label = format!("{}: {}", name(&uplink), td_string!(lang, uplinks.hour));
    let notes =
        notes(lang, &uplink).into_iter().map(|note| view! { <p class="quiet">{note}</p> }).collect_view();
    let how = (!brief).then(|| how(lang, &uplink));
    view! {
        <p>
            <strong class=class>{state_word(lang, uplink.state)}</strong>
            " · "
            {reason_words(lang, uplink.reason)}
            {since}
        </p>
        <p class="quiet">{figures(lang, &uplink)}</p>
        <Strip cells=cells label=label />
        {notes}
        {how}
    }
}

/// The newest round's figures in one line.
fn figures(lang: Locale, uplink: &Uplink) -> String {
    let lost = uplink.loss.map_or_else(
        || td_string!(lang, shell.no_data).to_owned(),
        |loss| format!("{}{THIN}%", format::number(lang, loss)),
    );
    format!(
        "{} {} · {} {lost}",
        td_string!(lang, uplinks.rtt),
        format::with_unit(lang, uplink.rtt_ms, "ms"),
        td_string!(lang, uplinks.lost),
    )
}

/// What is said only where it is so.
fn notes(lang: Locale, uplink: &Uplink) -> Vec<&'static str> {
    let filtered = uplink.filtered.iter().map(|protocol| match protocol {
        Protocol::Icmp => td_string!(lang, uplinks.no_icmp),
        Protocol::Https => td_string!(lang, uplinks.no_https),
    });
    uplink.flapping.then_some(td_string!(lang, uplinks.flapping)).into_iter().chain(filtered).collect()
}

fn how(lang: Locale, uplink: &Uplink) -> impl IntoView + use<> {
    let facts = [
        (td_string!(lang, uplinks.interface), Some(uplink.interface.clone())),
        (td_string!(lang, uplinks.gateway), uplink.gateway.clone()),
        (td_string!(lang, uplinks.method), uplink.echo_method.clone()),
    ];
    let words: Vec<String> =
        facts.into_iter().filter_map(|(what, value)| Some(format!("{what} {}", value?))).collect();
    view! { <p class="quiet">{words.join(" · ")}</p> }
}

fn minute_words(lang: Locale, minute: &UplinkMinute) -> String {
    let facts = minute.rtt_p50.map(|ms| format!(" · {}", format::with_unit(lang, Some(ms), "ms")));
    let why = minute.reason.map(|reason| format!(" · {}", reason_words(lang, reason)));
    format!(
        "{} · {}{}{}",
        local(lang, minute.minute),
        state_word(lang, minute.state),
        facts.unwrap_or_default(),
        why.unwrap_or_default()
    )
}
