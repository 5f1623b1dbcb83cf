//! How the provider does for others, and all providers here together.

use domain::isps::{CommunityStatus, IspReliability, Status};
use leptos::prelude::*;

use crate::{
    i18n::{lang, td_string},
    self_health::MonitorNote,
    ui::{Grade, format},
};

/// Draws the provider's state.
#[component]
pub fn ProviderState(
    isps: Vec<IspReliability>,
    status: Status,
    /// The provider of the device's last test.
    mine: Option<String>,
) -> impl IntoView {
    let lang = lang();
    let own = mine.and_then(|name| isps.into_iter().find(|isp| isp.isp == name)).map(|isp| {
        let figures = match isp.uptime_pct {
            Some(share) => format!("{} {}", format::percent(lang, share), td_string!(lang, now.good_tests)),
            None => td_string!(lang, now.too_few).to_owned(),
        };
        view! {
            <p>
                <strong>{isp.isp}</strong>
                " · "
                {figures}
                " "
                <Grade grade=isp.grade />
            </p>
        }
    });
    let state = match status.status {
        CommunityStatus::Healthy => td_string!(lang, now.healthy),
        CommunityStatus::Degraded => td_string!(lang, now.degraded),
        CommunityStatus::Outage => td_string!(lang, now.outage),
        CommunityStatus::Unknown => td_string!(lang, now.too_few),
    };
    view! {
        <MonitorNote affected=status.monitor />
        {own}
        <p>
            <span class="quiet">{td_string!(lang, now.community)} " · "</span>
            {state}
        </p>
        <p>
            <a class="button" href="/isp">
                {td_string!(lang, now.compare)}
            </a>
        </p>
    }
}
