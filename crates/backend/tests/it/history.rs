//! A device's past: figures of windows, local days, charts, contract.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ErrorCode,
    history::{
        ANALYZE_SLA, BeforeAfterQuery, CostQuery, DistributionQuery, GET_BEFORE_AFTER, GET_COMPARISON,
        GET_CORRELATION, GET_COST_CALCULATOR, GET_DISTRIBUTION, GET_HEALTH_SCORE, GET_HEATMAP_CALENDAR,
        GET_PERCENTILES, GET_QUALITY_SCORE, GET_SERIES, GET_SPEED_TREND, GET_STATS, GET_UPTIME_CALENDAR,
        GET_WEEKLY_REPORT, HealthScoreQuery, HeatmapQuery, HoursQuery, SeriesQuery, SlaQuery,
        SpeedTrendQuery, UptimeCalendarQuery, contract::SlaAnswer,
    },
};
use rstest::rstest;

use crate::app::{
    TestApp, code,
    stored::{failed, good, with_download},
};

/// Two good tests, one crawling, one failed in the last hours; one older; one invalid; one of somebody else.
async fn filled() -> TestApp {
    let app = TestApp::new().await;
    let anna = app.device(1);
    let ago = |minutes| app.now() - TimeDelta::minutes(minutes);
    app.store(with_download(&app, &anna, ago(5), 80.0)).await;
    app.store(with_download(&app, &anna, ago(200), 100.0)).await;
    app.store(with_download(&app, &anna, ago(300), 0.6)).await;
    app.store(failed(&app, &anna, ago(400))).await;
    app.store(with_download(&app, &anna, ago(60 * 24 * 8), 40.0)).await;
    let mut invalid = with_download(&app, &anna, ago(6), 5000.0);
    invalid.measurement.valid = false;
    app.store(invalid).await;
    app.store(with_download(&app, &app.device(2), ago(7), 7.0)).await;
    app
}

#[tokio::test]
async fn stats_count_failures_without_a_speed() {
    let app = filled().await;
    let stats = app.device(1).call(GET_STATS, &HoursQuery { hours: 24 }).await.unwrap();
    assert_eq!((stats.total_tests, stats.total_outages, stats.failed_tests), (4, 2, 1));
    assert_eq!(stats.uptime_percentage, Some(50.0));
    assert!((stats.avg_download_mbps.unwrap() - 60.2).abs() < 0.01, "{stats:?}");
    assert_eq!(stats.last_test_at, Some(app.now() - TimeDelta::minutes(5)));
    let none = app.anyone().call(GET_STATS, &HoursQuery { hours: 24 }).await.unwrap();
    assert_eq!((none.total_tests, none.avg_download_mbps, none.uptime_percentage), (0, None, None));
}

#[tokio::test]
async fn a_window_that_cuts_a_bucket_is_exact() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    app.clock.advance(TimeDelta::minutes(7));
    // One minute outside of the hour, one on its border, one inside; all in buckets of the rollups.
    for seconds in [3_660, 3_600, 3_540] {
        app.store(good(&app, &anna, app.now() - TimeDelta::seconds(seconds))).await;
    }
    let stats = anna.call(GET_STATS, &HoursQuery { hours: 1 }).await.unwrap();
    assert_eq!(stats.total_tests, 2);
}

#[tokio::test]
async fn scores_have_a_grade_or_say_that_there_is_none() {
    let app = filled().await;
    let quality = app.device(1).call(GET_QUALITY_SCORE, &HoursQuery { hours: 168 }).await.unwrap();
    assert_eq!(quality.hours, 168);
    let nobody = app.anyone();
    let quality = nobody.call(GET_QUALITY_SCORE, &HoursQuery { hours: 24 }).await.unwrap();
    assert_eq!((quality.score, quality.grade.as_str()), (None, "N/A"));
    let health = nobody.call(GET_HEALTH_SCORE, &HealthScoreQuery { window_days: 7 }).await.unwrap();
    assert_eq!((health.grade.as_str(), health.sample_count), ("N/A", 0));
    let health = app.device(1).call(GET_HEALTH_SCORE, &HealthScoreQuery { window_days: 30 }).await.unwrap();
    assert_eq!(health.sample_count, 5);
}

#[tokio::test]
async fn weeks_are_compared_without_an_overlap() {
    let app = filled().await;
    let comparison = app.device(1).call(GET_COMPARISON, &()).await.unwrap();
    assert_eq!(comparison.this_week.unwrap().total, 4);
    assert_eq!(comparison.last_week.unwrap().total, 1);
    let weekly = app.device(1).call(GET_WEEKLY_REPORT, &()).await.unwrap();
    assert_eq!((weekly.stats.tests_run, weekly.stats.outage_count), (4, 2));
    assert!(app.anyone().call(GET_COMPARISON, &()).await.unwrap().this_week.is_none());
}

#[tokio::test]
async fn before_and_after_take_dates() {
    let app = filled().await;
    let query = BeforeAfterQuery {
        before_start: Some("2026-11-10".to_owned()),
        before_end: Some("2026-11-20".to_owned()),
        after_start: Some("2026-11-20".to_owned()),
        after_end: Some("2026-11-22".to_owned()),
    };
    let answer = app.device(1).call(GET_BEFORE_AFTER, &query).await.unwrap();
    assert_eq!((answer.before.count, answer.after.count), (1, 4));
    let bad = BeforeAfterQuery { before_start: Some("yesterday".to_owned()), ..BeforeAfterQuery::default() };
    assert_eq!(code(app.device(1).call(GET_BEFORE_AFTER, &bad).await), ErrorCode::Malformed);
}

#[tokio::test]
async fn calendars_have_local_days() {
    let app = TestApp::new().await;
    let anna = app.device(1);
    // 23:30 UTC is the next day in Berlin.
    for at in ["2026-11-19T23:30:00Z", "2026-11-20T12:00:00Z"] {
        app.store(good(&app, &anna, at.parse::<DateTime<Utc>>().unwrap())).await;
    }
    let calendar = anna.call(GET_UPTIME_CALENDAR, &UptimeCalendarQuery { days: 3 }).await.unwrap();
    let totals: Vec<_> = calendar.calendar.iter().map(|d| (d.date.to_string(), d.total)).collect();
    let expected = [("2026-11-19", 0), ("2026-11-20", 2), ("2026-11-21", 0)];
    assert_eq!(totals, expected.map(|(day, total)| (day.to_owned(), total)));
    let heatmap = anna.call(GET_HEATMAP_CALENDAR, &HeatmapQuery { days: 7 }).await.unwrap();
    assert_eq!(heatmap.total_measurements, 2);
    let missing = code(app.anyone().call(GET_HEATMAP_CALENDAR, &HeatmapQuery { days: 7 }).await);
    assert_eq!(missing, ErrorCode::Malformed);
    let trend = anna.call(GET_SPEED_TREND, &SpeedTrendQuery { weeks: 2 }).await.unwrap();
    assert_eq!(trend.data.iter().map(|w| w.sample_count).collect::<Vec<_>>(), [0, 2]);
}

#[tokio::test]
async fn charts_have_a_fixed_number_of_points() {
    let app = filled().await;
    let series = app.device(1).call(GET_SERIES, &SeriesQuery::default()).await.unwrap();
    assert_eq!((series.points.len(), series.total_measurements), (96, 4));
    assert!(series.points.iter().any(|p| p.failures == 1 && p.download.is_none()));
    let empty = app.anyone().call(GET_SERIES, &SeriesQuery::default()).await.unwrap();
    assert_eq!((empty.points.len(), empty.total_measurements), (96, 0));
}

#[tokio::test]
async fn spread_is_of_ones_own_valid_tests() {
    let app = filled().await;
    let anna = app.device(1);
    let distribution = anna.call(GET_DISTRIBUTION, &DistributionQuery { bins: 5 }).await.unwrap();
    assert_eq!((distribution.total_measurements, distribution.max_speed_mbps), (4, Some(100.0)));
    let percentiles = anna.call(GET_PERCENTILES, &()).await.unwrap();
    assert_eq!(percentiles.total_measurements, 5);
    let correlation = anna.call(GET_CORRELATION, &()).await.unwrap();
    assert_eq!((correlation.hourly_correlation.len(), correlation.total_measurements), (24, 4));
    for missing in [
        code(app.anyone().call(GET_PERCENTILES, &()).await),
        code(app.anyone().call(GET_CORRELATION, &()).await),
    ] {
        assert_eq!(missing, ErrorCode::Malformed);
    }
}

#[tokio::test]
async fn the_contract_is_judged_or_said_to_have_no_data() {
    let app = filled().await;
    let judged = app.device(1).call(ANALYZE_SLA, &SlaQuery::default()).await.unwrap();
    assert!(matches!(judged, SlaAnswer::Analysis(a) if a.sample_count == 5 && a.failed_count == 1));
    let nothing = app.anyone().call(ANALYZE_SLA, &SlaQuery::default()).await.unwrap();
    assert!(matches!(nothing, SlaAnswer::NoData(n) if n.sla_met.is_none()));
    let cost = app.device(1).call(GET_COST_CALCULATOR, &CostQuery::default()).await.unwrap();
    assert_eq!((cost.sample_count, cost.annual_cost_usd), (5, 600.0));
}

#[rstest]
#[case::hours("/api/stats?hours=0", 422)]
#[case::hours_word("/api/stats?hours=x", 400)]
#[case::window("/api/health-score?window_days=366", 422)]
#[case::weeks("/api/speed-trend?weeks=105", 422)]
#[case::days("/api/uptime-calendar?days=3651", 422)]
#[case::heatmap("/api/history/heatmap-calendar?days=6", 422)]
#[case::bins("/api/history/distribution?bins=4", 422)]
#[case::promise("/api/sla/analyze?promised_download=0", 422)]
#[case::not_a_number("/api/cost-calculator?plan_download_mbps=NaN", 422)]
#[case::range("/api/history/series?range=2d", 400)]
#[case::reliability("/api/isp-reliability?hours=169", 422)]
#[tokio::test]
async fn out_of_bounds_is_refused(#[case] uri: &str, #[case] status: u16) {
    let app = TestApp::new().await;
    let reply = app.device(1).get(uri).await;
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
}
