//! A result: the sentence first, then figures with their spread, grades with their reasons, how it was measured.

use domain::measurements::{
    Bottleneck, Curve, Measurement, MeasurementResult, ResultDetail, SpreadOf, UseGrade,
};
use leptos::prelude::*;

use super::{curve, words};
use crate::{
    charts::Skin,
    i18n::{Locale, lang, td_string},
    ui::{Chart, ChartTable, Figure, Grade, Moment, Show, format},
};

/// An interval wider than this share of its value is said with "about".
const WIDE_SHARE: f64 = 0.1;

/// Draws a result; `own` adds the link to share.
#[component]
pub fn ResultView(result: MeasurementResult, #[prop(optional)] own: bool) -> impl IntoView {
    let lang = lang();
    let sentence = words::sentence(lang, &result);
    let at = result.measurement.timestamp;
    let (measurement, detail) = (result.measurement, result.detail);
    let share = result.share_id.filter(|_| own).map(|id| view! { <ShareLink id=id /> });
    let curve = detail.curve.clone().filter(|c| !c.download.is_empty());
    let drawn = curve.map(|curve| result_curve(lang, curve, &measurement));
    view! {
        <p class="sentence">{sentence}</p>
        <p class="quiet">
            {td_string!(lang, test.measured)} " " <Moment at=at show=Show::Both />
            {measurement.isp.clone().map(|isp| format!(" · {isp}"))}
        </p>
        {figures(lang, &measurement, &detail)}
        {drawn}
        {grades(lang, &detail)}
        {facts(lang, &measurement, &detail)}
        {share}
    }
}

fn spread_note(lang: Locale, spread: Option<SpreadOf>) -> String {
    let Some(spread) = spread else { return String::new() };
    let (low, high) = (format::number(lang, spread.low), format::number(lang, spread.high));
    let wide = spread.high - spread.low > WIDE_SHARE * (spread.high + spread.low);
    if wide {
        td_string!(lang, test.range_wide, low = low, high = high)
    } else {
        td_string!(lang, test.range, low = low, high = high)
    }
}

fn figures(lang: Locale, m: &Measurement, detail: &ResultDetail) -> impl IntoView + use<> {
    let p95 = |value: Option<f64>| {
        value.map_or(String::new(), |ms| td_string!(lang, test.p95_note, value = format::number(lang, ms)))
    };
    let idle = detail.idle.as_ref().map_or(String::new(), |idle| {
        let (low, high) = (format::number(lang, idle.min), format::number(lang, idle.p95));
        td_string!(lang, test.ping_note, low = low, high = high)
    });
    let bloat = detail.bufferbloat.as_ref();
    view! {
        <dl class="figures">
            <Figure
                label=td_string!(lang, test.download)
                value=m.download_speed
                unit="Mbit/s"
                note=spread_note(lang, detail.spread.download)
            />
            <Figure
                label=td_string!(lang, test.upload)
                value=m.upload_speed
                unit="Mbit/s"
                note=spread_note(lang, detail.spread.upload)
            />
            <Figure label=td_string!(lang, test.ping) value=m.ping unit="ms" note=idle />
            <Figure label=td_string!(lang, test.jitter) value=m.jitter unit="ms" />
            <Figure
                label=td_string!(lang, test.loaded_down)
                value=m.loaded_ping_down
                unit="ms"
                note=p95(bloat.and_then(|b| b.down_p95_ms))
            />
            <Figure
                label=td_string!(lang, test.loaded_up)
                value=m.loaded_ping_up
                unit="ms"
                note=p95(bloat.and_then(|b| b.up_p95_ms))
            />
        </dl>
    }
}

fn grades(lang: Locale, detail: &ResultDetail) -> impl IntoView + use<> {
    let of = |label: &'static str, grade: Option<&UseGrade>| {
        let (letter, reason) = match grade {
            Some(grade) => {
                let reasons: Vec<String> = grade.reasons.iter().map(|r| words::reason(lang, r)).collect();
                (grade.grade.label(), reasons.join("; "))
            }
            None => ("N/A", td_string!(lang, test.no_grade).to_owned()),
        };
        view! {
            <div class="use">
                <dt>{label}</dt>
                <dd>
                    <Grade grade=letter reason=reason />
                </dd>
            </div>
        }
    };
    let bloat = detail.bufferbloat.as_ref().map(|bloat| {
        let note = td_string!(lang, test.rpm_note, rpm = format::count(bloat.rpm.round() as u64));
        view! {
            <div class="use">
                <dt>{td_string!(lang, test.bufferbloat)}</dt>
                <dd>
                    <Grade grade=bloat.grade.label() reason=note />
                </dd>
            </div>
        }
    });
    let grades = &detail.grades;
    view! {
        <h3>{td_string!(lang, test.grades)}</h3>
        <dl class="uses">
            {of(td_string!(lang, test.calls), grades.calls.as_ref())}
            {of(td_string!(lang, test.gaming), grades.gaming.as_ref())}
            {of(td_string!(lang, test.streaming), grades.streaming.as_ref())}
            {of(td_string!(lang, test.work), grades.work.as_ref())} {bloat}
        </dl>
    }
}

/// How it was measured, folded away; only what is known.
fn facts(lang: Locale, m: &Measurement, detail: &ResultDetail) -> impl IntoView + use<> {
    let mut rows: Vec<(&'static str, String)> = Vec::new();
    let limit = match detail.bottleneck {
        Some(Bottleneck::Network) => td_string!(lang, test.bottleneck_network),
        Some(Bottleneck::Receiver) => td_string!(lang, test.bottleneck_receiver),
        Some(Bottleneck::Server) => td_string!(lang, test.bottleneck_server),
        Some(Bottleneck::Unknown) | None => td_string!(lang, test.bottleneck_unknown),
    };
    rows.push((td_string!(lang, test.bottleneck), limit.to_owned()));
    if let (Some(line), Some(goodput)) = (detail.line_rate_mbps, detail.goodput_mbps) {
        let note = td_string!(lang, test.line_rate_note, value = format::number(lang, goodput));
        let line = format::with_unit(lang, Some(line), "Mbit/s");
        rows.push((td_string!(lang, test.line_rate), format!("{line}, {note}")));
    }
    if let Some(connection) = &detail.connection {
        rows.push((td_string!(lang, test.connection), connection.clone()));
    }
    if let Some(version) = m.ip_version {
        rows.push((td_string!(lang, test.family), format!("IPv{version}")));
    }
    if let Some(protocol) = &m.protocol {
        let shared = matches!(protocol.as_str(), "h2" | "h3");
        let words = if shared {
            td_string!(lang, test.shared_connection, protocol = protocol.clone())
        } else {
            protocol.clone()
        };
        rows.push((td_string!(lang, test.protocol), words));
    }
    rows.push((td_string!(lang, test.streams), m.connections.to_string()));
    if let Some(congestion) = &m.congestion {
        rows.push((td_string!(lang, test.congestion), congestion.clone()));
    }
    if let Some(n) = detail.concurrent_tests {
        rows.push((td_string!(lang, test.concurrent), n.to_string()));
    }
    let megabytes = m.bytes_used as f64 / 1e6;
    rows.push((td_string!(lang, test.data_used), format::with_unit(lang, Some(megabytes), "MB")));
    let loss = m.loss.map(|share| format::percent(lang, share * 100.0));
    let loss = loss.unwrap_or_else(|| td_string!(lang, test.loss_unmeasured).to_owned());
    rows.push((td_string!(lang, test.loss), loss));
    if let Some(share) = m.retransmitted_share {
        let share = format::percent(lang, share * 100.0);
        let note = td_string!(lang, test.retransmitted_note);
        rows.push((td_string!(lang, test.retransmitted), format!("{share}. {note}")));
    }
    let rows = rows.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <details>
            <summary>{td_string!(lang, test.details)}</summary>
            <dl class="facts">{rows.collect_view()}</dl>
        </details>
    }
}

fn result_curve(lang: Locale, drawn: Curve, m: &Measurement) -> impl IntoView + use<> {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format::number(lang, v));
    let title =
        td_string!(lang, test.curve_title, down = number(m.download_speed), up = number(m.upload_speed));
    let step_s = f64::from(drawn.step_ms) / 1000.0;
    let down = drawn.download.iter().map(|mbps| (td_string!(lang, test.download), *mbps));
    let up = drawn.upload.iter().map(|mbps| (td_string!(lang, test.upload), *mbps));
    let lines = curve::lines(&drawn, 0.0);
    let values: Vec<(&'static str, f64, f64)> = down
        .chain(up)
        .zip(lines.points.iter().filter(|point| point.1.is_some()))
        .map(|((way, mbps), point)| (way, point.0, mbps))
        .collect();
    let table = ChartTable {
        head: [td_string!(lang, test.second), td_string!(lang, test.way), td_string!(lang, test.rate)]
            .map(str::to_owned)
            .to_vec(),
        rows: values
            .iter()
            .map(|(way, at, mbps)| {
                vec![
                    format::fixed(lang, at - step_s / 2.0, 2),
                    (*way).to_owned(),
                    format::number(lang, *mbps),
                ]
            })
            .collect(),
    };
    let places = (lines.x.1 / step_s).round().max(1.0) as usize;
    let say = move |place: usize| {
        let at = (place as f64 + 0.5) * step_s;
        let near = values.iter().find(|(_, point, _)| (point - at).abs() <= step_s / 2.0);
        near.map_or(String::new(), |(way, point, mbps)| {
            let (second, value) = (format::fixed(lang, *point, 1), format::number(lang, *mbps));
            td_string!(lang, test.curve_point, way = *way, second = second, value = value)
        })
    };
    let draw = move |size| lines.svg(lang, size, Skin::Page);
    view! {
        <Chart title=title subtitle=td_string!(lang, test.curve_note) n=places draw=draw say=say table=table />
    }
}

/// The address of the shared page, and a button that copies it.
#[component]
fn ShareLink(id: String) -> impl IntoView {
    let lang = lang();
    let path = format!("/share/{id}");
    let copied = RwSignal::new(false);
    let copy = {
        let path = path.clone();
        move |_| {
            copy_address(&path);
            copied.set(true);
        }
    };
    view! {
        <div class="share actions">
            <a class="button" href=path rel="external">
                {td_string!(lang, test.share_link)}
            </a>
            <button type="button" on:click=copy>
                {td_string!(lang, test.copy)}
            </button>
            <span role="status">{move || copied.get().then_some(td_string!(lang, test.copied))}</span>
        </div>
    }
}

fn copy_address(path: &str) {
    #[cfg(feature = "hydrate")]
    if let Ok(origin) = window().location().origin() {
        // The promise fails where the browser forbids it; the link beside the button still works.
        let _ = window().navigator().clipboard().write_text(&format!("{origin}{path}"));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = path;
}
