//! An instant: UTC as the server draws it, the viewer's own clock once the page is alive.
//!
//! The server does not know the viewer's zone; the text changes in an effect, after hydration, so both ends draw the
//! same HTML first. The exact time stands in `datetime` and, with the zone, in the tip.

use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

use super::format;
use crate::i18n::{Locale, lang};

/// How much of an instant is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// 19:42
    #[default]
    Clock,
    /// 21 Nov
    Day,
    /// 21 Nov, 19:42
    Both,
}

/// Draws an instant.
#[component]
pub fn Moment(at: DateTime<Utc>, #[prop(default = Show::Clock)] show: Show) -> impl IntoView {
    let lang = lang();
    let alive = alive();
    let exact = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = move || if alive.get() { shown(lang, at, show) } else { utc(lang, at, show) };
    view! {
        <time datetime=exact.clone() title=exact>
            {text}
        </time>
    }
}

/// False while the page is as the server drew it, true once effects run in the browser.
pub fn alive() -> ReadSignal<bool> {
    let (alive, set_alive) = signal(false);
    Effect::new(move || set_alive.set(true));
    alive
}

fn utc(lang: Locale, at: DateTime<Utc>, show: Show) -> String {
    match show {
        Show::Clock => format!("{} UTC", format::clock(at)),
        Show::Day => format::date(lang, at),
        Show::Both => format!("{}, {} UTC", format::date(lang, at), format::clock(at)),
    }
}

/// The clock of an instant for readouts, which only the browser shows.
pub fn local(lang: Locale, at: DateTime<Utc>) -> String {
    shown(lang, at, Show::Clock)
}

/// Seconds that the viewer's clock is ahead of UTC at an instant; 0 on the server.
pub fn offset_s(at: DateTime<Utc>) -> i64 {
    #[cfg(feature = "hydrate")]
    {
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.timestamp_millis() as f64));
        -(date.get_timezone_offset() * 60.0) as i64
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = at;
        0
    }
}

/// The instant on the viewer's clock; in UTC where there is none (the server).
pub fn shown(lang: Locale, at: DateTime<Utc>, show: Show) -> String {
    #[cfg(feature = "hydrate")]
    {
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.timestamp_millis() as f64));
        let clock = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
        let day = format::day(lang, date.get_month(), date.get_date());
        match show {
            Show::Clock => clock,
            Show::Day => day,
            Show::Both => format!("{day}, {clock}"),
        }
    }
    #[cfg(not(feature = "hydrate"))]
    utc(lang, at, show)
}
