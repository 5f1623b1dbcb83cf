//! Two calendars: how often the line was up each day, and how fast it was.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use domain::history::{
    GET_HEATMAP_CALENDAR, GET_UPTIME_CALENDAR, HeatmapQuery, UptimeCalendarQuery,
    calendar::{HeatmapCalendar, UptimeCalendar},
};
use leptos::prelude::*;

use super::{history_page::NoTests, tests_in_words};
use crate::{
    api,
    charts::{Calendar, Day, Skin},
    i18n::{Locale, lang, td_string},
    ui::{ChartTable, Figure, Height, Loaded, as_table, format},
};

/// Half a year: 26 columns of weeks, which still fit a phone when scrolled once.
const DAYS: u32 = 182;

#[component]
pub fn CalendarTab() -> impl IntoView {
    let found = Resource::new(
        || (),
        |()| {
            let uptime = api::call(GET_UPTIME_CALENDAR, UptimeCalendarQuery { days: DAYS });
            let speed = api::call(GET_HEATMAP_CALENDAR, HeatmapQuery { days: DAYS });
            async move { Ok((uptime.await?, speed.await?)) }
        },
    );
    view! {
        <Loaded resource=found height=Height::Chart let:found>
            {if found.0.summary.tracked_days == 0 {
                view! { <NoTests /> }.into_any()
            } else {
                view! {
                    <Uptime calendar=found.0 />
                    <Speed calendar=found.1 />
                }
                    .into_any()
            }}
        </Loaded>
    }
}

fn day(lang: Locale, date: NaiveDate) -> String {
    format::day(lang, date.month0(), date.day())
}

/// A drawing with its key and table.
#[component]
fn Heat(title: String, subtitle: String, svg: String, key: AnyView, table: ChartTable) -> impl IntoView {
    view! {
        <figure class="chart">
            <figcaption>
                <h2>{title.clone()}</h2>
                <p class="quiet">{subtitle}</p>
            </figcaption>
            <div class="calendar scroll" tabindex="0" role="region" aria-label=title.clone() inner_html=svg></div>
            {key}
            {as_table(title, table)}
        </figure>
    }
}

fn key(entries: &[(&'static str, &'static str)]) -> AnyView {
    let entries = entries
        .iter()
        .map(|(class, words)| {
            view! {
                <li>
                    <svg viewBox="0 0 10 10" aria-hidden="true">
                        <rect class=*class width="10" height="10" />
                    </svg>
                    {*words}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="key">{entries}</ul> }.into_any()
}

#[component]
fn Uptime(calendar: UptimeCalendar) -> impl IntoView {
    let lang = lang();
    let summary = &calendar.summary;
    let value = summary.avg_uptime_pct.map_or_else(String::new, |share| format::percent(lang, share));
    let title = td_string!(lang, history.uptime_all, value = value);
    let subtitle =
        td_string!(lang, history.uptime_sub, days = calendar.days, n = summary.tracked_days.to_string());
    let days =
        calendar.calendar.iter().map(|d| Day { date: d.date, level: (d.total > 0).then_some(d.level) });
    let svg = Calendar { days: days.collect(), states: true }.svg(lang, Skin::Page);
    let rows = calendar.calendar.iter().filter(|d| d.total > 0).map(|d| {
        let share = d.uptime_pct.map_or_else(String::new, |share| format::percent(lang, share));
        vec![day(lang, d.date), share, d.total.to_string()]
    });
    let head =
        [td_string!(lang, history.day), td_string!(lang, history.good), td_string!(lang, history.tests)];
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    let key = key(&[
        ("fill-ink-up", td_string!(lang, history.level3)),
        ("fill-ink-heat-2", td_string!(lang, history.level2)),
        ("fill-ink-degraded", td_string!(lang, history.level1)),
        ("fill-ink-down", td_string!(lang, history.level0)),
        ("stroke-ink-none", td_string!(lang, shell.no_data)),
    ]);
    view! {
        <Heat title=title subtitle=subtitle svg=svg key=key table=table />
        <dl class="figures">
            <Figure label=td_string!(lang, history.tracked) value=Some(f64::from(summary.tracked_days)) unit="" />
            <Figure label=td_string!(lang, history.perfect) value=Some(f64::from(summary.perfect_days)) unit="" />
            <Figure label=td_string!(lang, history.bad) value=Some(f64::from(summary.outage_days)) unit="" />
        </dl>
    }
}

#[component]
fn Speed(calendar: HeatmapCalendar) -> impl IntoView {
    let lang = lang();
    let unit = |value| format::with_unit(lang, value, "Mbit/s");
    let best = calendar
        .heatmap
        .iter()
        .filter_map(|d| Some((d.date, d.avg_speed_mbps?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let title = match best {
        Some((date, speed)) => {
            td_string!(lang, history.speed_best, day = day(lang, date), value = unit(Some(speed)))
        }
        None => td_string!(lang, history.speed).to_owned(),
    };
    let subtitle =
        td_string!(lang, history.speed_sub, tests = tests_in_words(lang, calendar.total_measurements));
    let levels: BTreeMap<NaiveDate, Option<u8>> =
        calendar.heatmap.iter().map(|d| (d.date, d.intensity)).collect();
    let days = calendar.date_range.start.iter_days().take_while(|d| *d <= calendar.date_range.end);
    let days =
        days.take(DAYS as usize + 1).map(|date| Day { date, level: levels.get(&date).copied().flatten() });
    let svg = Calendar { days: days.collect(), states: false }.svg(lang, Skin::Page);
    let rows = calendar
        .heatmap
        .iter()
        .map(|d| vec![day(lang, d.date), unit(d.avg_speed_mbps), d.measurement_count.to_string()]);
    let head =
        [td_string!(lang, history.day), td_string!(lang, history.download), td_string!(lang, history.tests)];
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    let key = key(&[
        ("fill-ink-heat-0", td_string!(lang, history.less)),
        ("fill-ink-heat-4", td_string!(lang, history.more)),
        ("stroke-ink-none", td_string!(lang, shell.no_data)),
    ]);
    view! { <Heat title=title subtitle=subtitle svg=svg key=key table=table /> }
}
