//! The week in figures and words, fit for print.

use chrono::{Datelike, NaiveDate};
use domain::history::{
    GET_WEEKLY_REPORT,
    weekly::{Paragraph, WeeklyReport},
};
use leptos::prelude::*;

use super::history_page::NoTests;
use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Figure, Loaded, format},
};

#[component]
pub fn WeeklyTab() -> impl IntoView {
    let found = Resource::new(|| (), |()| api::call(GET_WEEKLY_REPORT, ()));
    view! {
        <Loaded resource=found let:found>
            {if found.stats.tests_run == 0 {
                view! { <NoTests /> }.into_any()
            } else {
                view! { <Report found=found /> }.into_any()
            }}
        </Loaded>
    }
}

/// A change against the week before, as a note.
fn against(lang: Locale, change: Option<f64>) -> String {
    change.map_or_else(String::new, |change| {
        format!("{} {}", format::change(lang, change), td_string!(lang, history.vs_last))
    })
}

fn hour(lang: Locale, hour: Option<u8>) -> String {
    hour.map_or_else(|| td_string!(lang, history.not_enough).to_owned(), |hour| format!("{hour:02}:00"))
}

#[component]
fn Report(found: WeeklyReport) -> impl IntoView {
    let lang = lang();
    let stats = &found.stats;
    let day = |on: NaiveDate| format::day(lang, on.month0(), on.day());
    let last = format!("{} {}", day(found.last_on), found.last_on.year());
    let paragraphs = found.paragraphs.iter().map(|p| view! { <p>{words(lang, p)}</p> }).collect_view();
    let change = &found.week_over_week;
    view! {
        <h2>{td_string!(lang, history.period, first = day(found.first_on), last = last)}</h2>
        <dl class="figures">
            <Figure
                label=td_string!(lang, history.download)
                value=stats.avg_download
                unit="Mbit/s"
                note=against(lang, change.download_delta_pct)
            />
            <Figure
                label=td_string!(lang, history.upload)
                value=stats.avg_upload
                unit="Mbit/s"
                note=against(lang, change.upload_delta_pct)
            />
            <Figure label=td_string!(lang, history.ping) value=stats.avg_ping unit="ms" />
            <Figure label=td_string!(lang, history.good) value=stats.uptime_pct unit="%" />
            <Figure label=td_string!(lang, history.tests) value=Some(stats.tests_run as f64) unit="" />
            <Figure label=td_string!(lang, history.outages) value=Some(stats.outage_count as f64) unit="" />
        </dl>
        <p>
            {td_string!(lang, history.best_hour)} ": " {hour(lang, found.best_hour)} " · "
            {td_string!(lang, history.worst_hour)} ": " {hour(lang, found.worst_hour)}
        </p>
        <section class="stack">{paragraphs}</section>
    }
}

/// A paragraph of the report: in English what the API says, without its marks.
fn words(lang: Locale, paragraph: &Paragraph) -> String {
    let text = match *paragraph {
        Paragraph::NoTests => td_string!(lang, history.w_no_tests),
        Paragraph::Averages { tests, download, upload, ping } => {
            return averages(lang, tests, download, upload, ping);
        }
        Paragraph::Compared { same: true, .. } => td_string!(lang, history.w_same),
        Paragraph::Compared { change, .. } => {
            let size = format::said(lang, change.abs());
            return if change > 0.0 {
                td_string!(lang, history.w_faster, change = size)
            } else {
                td_string!(lang, history.w_slower, change = size)
            };
        }
        Paragraph::Failed { failed: 0, tests: 1, .. } => td_string!(lang, history.w_went),
        Paragraph::Failed { failed: 0, .. } => td_string!(lang, history.w_all_went),
        Paragraph::Failed { failed, uptime, .. } => {
            let share = format::share_said(lang, uptime);
            return match failed {
                1 => td_string!(lang, history.w_one_failed, share = share),
                n => td_string!(lang, history.w_failed, n = n, share = share),
            };
        }
        Paragraph::Hours { best, worst } => {
            return td_string!(lang, history.w_hours, best = best, worst = worst);
        }
        Paragraph::TestByCable => td_string!(lang, history.w_cable),
        Paragraph::ChangeHelped => td_string!(lang, history.w_helped),
    };
    text.to_owned()
}

fn averages(
    lang: Locale,
    tests: u64,
    download: Option<f64>,
    upload: Option<f64>,
    ping: Option<f64>,
) -> String {
    let tests = match tests {
        1 => td_string!(lang, history.w_one).to_owned(),
        n => td_string!(lang, history.w_some, n = n),
    };
    let figures = [
        download.map(|v| td_string!(lang, history.w_down, value = format::said(lang, v))),
        upload.map(|v| td_string!(lang, history.w_up, value = format::said(lang, v))),
        ping.map(|v| td_string!(lang, history.w_ms, value = format::said(lang, v))),
    ];
    let list: Vec<String> = figures.into_iter().flatten().collect();
    if list.is_empty() {
        return td_string!(lang, history.w_no_result, tests = tests);
    }
    td_string!(lang, history.w_averages, tests = tests, list = list.join(", "))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::no_tests(Paragraph::NoTests)]
    #[case::one_test(Paragraph::Averages { tests: 1, download: Some(40.2), upload: None, ping: Some(18.0) })]
    #[case::many_tests(Paragraph::Averages { tests: 9, download: Some(40.2), upload: Some(9.44), ping: None })]
    #[case::no_result(Paragraph::Averages { tests: 2, download: None, upload: None, ping: None })]
    #[case::the_same(Paragraph::Compared { change: 3.0, same: true })]
    #[case::faster(Paragraph::Compared { change: 20.0, same: false })]
    #[case::slower(Paragraph::Compared { change: -9.4, same: false })]
    #[case::it_went(Paragraph::Failed { tests: 1, failed: 0, uptime: 100.0 })]
    #[case::all_went(Paragraph::Failed { tests: 9, failed: 0, uptime: 100.0 })]
    #[case::one_failed(Paragraph::Failed { tests: 9, failed: 1, uptime: 88.9 })]
    #[case::some_failed(Paragraph::Failed { tests: 900, failed: 2, uptime: 99.8 })]
    #[case::hours(Paragraph::Hours { best: 4, worst: 20 })]
    #[case::slow_week(Paragraph::TestByCable)]
    #[case::fast_week(Paragraph::ChangeHelped)]
    fn the_page_says_in_english_what_the_api_says(#[case] paragraph: Paragraph) {
        let api = paragraph.english().replace("**", "");
        assert_eq!(words(Locale::en, &paragraph), api);
        assert_ne!(words(Locale::de, &paragraph), api);
    }
}
