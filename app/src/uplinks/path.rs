//! The path at the beginning of a fault: who still answered, and hop by hop.

use domain::uplinks::{TraceEnd, UplinkHop, UplinkTrace};
use leptos::prelude::*;

use crate::{
    i18n::{Locale, lang, td_string},
    ui::format,
};

/// Draws the path, its hops folded away.
#[component]
pub fn Path(trace: UplinkTrace) -> impl IntoView {
    let lang = lang();
    let title = td_string!(lang, uplinks.path, target = trace.target.clone());
    let rows = trace.hops.iter().map(|hop| row(lang, hop)).collect_view();
    let head = [
        td_string!(lang, uplinks.hop),
        td_string!(lang, uplinks.hop_who),
        td_string!(lang, uplinks.hop_whose),
        td_string!(lang, uplinks.hop_rtt),
        td_string!(lang, uplinks.hop_back),
    ]
    .map(|words| view! { <th scope="col">{words}</th> });
    view! {
        <p>{end_words(lang, &trace)}</p>
        <details class="path">
            <summary>{title.clone()} " · " {trace.method}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=title>
                <table>
                    <thead>
                        <tr>{head.into_iter().collect_view()}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn row(lang: Locale, hop: &UplinkHop) -> impl IntoView + use<> {
    let silent = || td_string!(lang, uplinks.hop_silent).to_owned();
    let rtt = hop.rtt_ms.map_or_else(|| "–".to_owned(), |ms| format::with_unit(lang, Some(ms), "ms"));
    view! {
        <tr>
            <th scope="row">{hop.ttl}</th>
            <td>{hop.address.clone().unwrap_or_else(silent)}</td>
            <td>{hop.provider.clone().unwrap_or_else(|| "–".to_owned())}</td>
            <td class="number">{rtt}</td>
            <td class="number">{format!("{}/{}", hop.answered, hop.sent)}</td>
        </tr>
    }
}

/// Where the fault lies, as far as the path tells.
fn end_words(lang: Locale, trace: &UplinkTrace) -> String {
    let Some(hop) = trace.deepest() else { return td_string!(lang, uplinks.path_nobody).to_owned() };
    let address = hop.address.clone().unwrap_or_default();
    let who = match &hop.provider {
        Some(provider) => format!("{address} ({provider})"),
        None => address,
    };
    if trace.end == TraceEnd::Reached {
        td_string!(lang, uplinks.path_reached, who = who)
    } else {
        td_string!(lang, uplinks.path_behind, hop = hop.ttl, who = who)
    }
}
