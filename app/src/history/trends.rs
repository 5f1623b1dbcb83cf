//! Week by week, and hour by hour of the day.

use chrono::Datelike;
use domain::history::{
    GET_CORRELATION, GET_SPEED_TREND, SpeedTrendQuery,
    change::{SpeedTrend, Trend, TrendWeek},
    distribution::Correlation,
};
use leptos::prelude::*;

use super::{history_page::NoTests, tests_in_words};
use crate::{
    api,
    charts::{Bar, Bars, Lines, Size, Skin, Spread, Tick},
    i18n::{Locale, lang, td_string},
    ui::{Chart, ChartTable, Height, Loaded, format},
};

/// A quarter of a year.
const WEEKS: u32 = 13;

#[component]
pub fn TrendsTab() -> impl IntoView {
    let found = Resource::new(
        || (),
        |()| {
            let trend = api::call(GET_SPEED_TREND, SpeedTrendQuery { weeks: WEEKS });
            let hours = api::call(GET_CORRELATION, ());
            async move { Ok((trend.await?, hours.await?)) }
        },
    );
    view! {
        <Loaded resource=found height=Height::Chart let:found>
            {if found.1.total_measurements == 0 {
                view! { <NoTests /> }.into_any()
            } else {
                view! {
                    <div class="charts">
                        <Weeks found=found.0 />
                        <Hours found=found.1 />
                    </div>
                }
                    .into_any()
            }}
        </Loaded>
    }
}

fn monday(lang: Locale, week: &TrendWeek) -> String {
    format::day(lang, week.week_start.month0(), week.week_start.day())
}

fn trend_title(lang: Locale, found: &SpeedTrend) -> String {
    let change = format::percent(lang, found.trend_pct.unwrap_or(0.0).abs().round());
    let weeks = found.weeks;
    match found.trend {
        Trend::Improving => td_string!(lang, history.trend_up, change = change, weeks = weeks),
        Trend::Declining => td_string!(lang, history.trend_down, change = change, weeks = weeks),
        Trend::Stable => td_string!(lang, history.trend_flat, weeks = weeks),
        Trend::InsufficientData => td_string!(lang, history.trend_few).to_owned(),
    }
}

#[component]
fn Weeks(found: SpeedTrend) -> impl IntoView {
    let lang = lang();
    let points = found.data.iter().enumerate().map(|(i, week)| {
        let spread = week.avg_download.map(|mean| {
            let (low, high) = week.download_interval.map_or((mean, mean), |i| (i.low.max(0.0), i.high));
            Spread { low, middle: mean, high }
        });
        (i as f64 + 0.5, spread)
    });
    let ticks = found.data.iter().enumerate();
    let ticks = ticks.map(|(i, week)| Tick { at: i as f64 + 0.5, words: monday(lang, week) }).collect();
    let n = found.data.len();
    let lines = Lines { x: (0.0, n.max(1) as f64), points: points.collect(), ticks, at_least: 0.0 };
    let draw = move |size: Size| lines.svg(lang, size, Skin::Page);
    let head =
        [td_string!(lang, history.week), td_string!(lang, history.download), td_string!(lang, history.tests)];
    let unit = move |value| format::with_unit(lang, value, "Mbit/s");
    let rows =
        found.data.iter().map(|w| vec![monday(lang, w), unit(w.avg_download), w.sample_count.to_string()]);
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    let title = trend_title(lang, &found);
    let say = move |place: usize| {
        found.data.get(place).map_or_else(String::new, |week| {
            let hour = td_string!(lang, history.week_of, day = monday(lang, week));
            let value = unit(week.avg_download);
            td_string!(
                lang,
                history.hour_point,
                hour = hour,
                value = value,
                tests = tests_in_words(lang, week.sample_count)
            )
        })
    };
    view! { <Chart title=title subtitle=td_string!(lang, history.trend_sub) n=n draw=draw say=say table=table /> }
}

#[component]
fn Hours(found: Correlation) -> impl IntoView {
    let lang = lang();
    let clock = |hour: u8| format!("{hour:02}:00");
    let title = match (found.insights.best_hour, found.insights.worst_hour) {
        (Some(best), Some(worst)) => {
            td_string!(lang, history.hours_title, best = clock(best), worst = clock(worst))
        }
        _ => td_string!(lang, history.hours_few).to_owned(),
    };
    let subtitle =
        td_string!(lang, history.hours_sub, tests = tests_in_words(lang, found.total_measurements));
    let hours = found.hourly_correlation;
    let bars = hours.iter().map(|h| Bar {
        from: f64::from(h.hour),
        to: f64::from(h.hour) + 1.0,
        value: h.avg_speed_mbps.unwrap_or(0.0),
    });
    let ticks = (0..=24).step_by(6).map(|h| Tick { at: f64::from(h), words: format!("{h:02}:00") });
    let bars = Bars { bars: bars.collect(), mark: None, ticks: ticks.collect() };
    let draw = move |size: Size| bars.svg(lang, size, Skin::Page);
    let unit = move |value| format::with_unit(lang, value, "Mbit/s");
    let head =
        [td_string!(lang, history.hour), td_string!(lang, history.mean), td_string!(lang, history.tests)];
    let rows = hours
        .iter()
        .filter(|h| h.measurement_count > 0)
        .map(|h| vec![clock(h.hour), unit(h.avg_speed_mbps), h.measurement_count.to_string()]);
    let table = ChartTable { head: head.map(str::to_owned).to_vec(), rows: rows.collect() };
    let n = hours.len();
    let say = move |place: usize| {
        hours.get(place).map_or_else(String::new, |h| {
            let (hour, value) = (clock(h.hour), unit(h.avg_speed_mbps));
            td_string!(
                lang,
                history.hour_point,
                hour = hour,
                value = value,
                tests = tests_in_words(lang, h.measurement_count)
            )
        })
    };
    view! { <Chart title=title subtitle=subtitle n=n draw=draw say=say table=table /> }
}
