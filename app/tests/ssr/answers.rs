//! Canned answers of the API, as its contract has them.

use domain::{ApiError, ErrorCode};
use serde_json::{Value, json};

/// Which world the API answers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    Data,
    Empty,
    Down,
    /// What is known of others does not come, one's own does.
    Alone,
}

/// When "now" is in these answers.
const NOW: &str = "2026-11-21T12:00:00Z";

pub fn answer(world: World, uri: &str) -> Result<(u16, Vec<u8>), ApiError> {
    if world == World::Down {
        return Err(ApiError::new(ErrorCode::Unavailable, "The database does not answer."));
    }
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    if world == World::Alone && matches!(path, "/api/isp-reliability" | "/api/status" | "/api/health") {
        return Err(ApiError::new(ErrorCode::Unavailable, "The database does not answer."));
    }
    let full = matches!(world, World::Data | World::Alone);
    let value = match path {
        "/api/health" => json!({ "status": "ok", "version": "1.2.3", "timestamp": NOW, "environment": "test",
            "database": "sqlite", "parts": [] }),
        "/api/verdict" => verdict(full),
        // The operator of the full world gave a name for each family.
        "/api/measurements/latest" => json!({ "result": full.then(shared), "families": full }),
        "/api/shared/abc" if full => shared(),
        "/api/shared/abc" => return Err(ApiError::new(ErrorCode::NotFound, "There is no such result.")),
        "/api/measurements" => measurements(full),
        "/api/isp-reliability" => isps(full),
        "/api/status" => json!({ "status": if full { "healthy" } else { "unknown" }, "active_outages": null,
            "open_reports": null, "avg_download_24h": null, "uptime_pct_24h": null, "total_measurements_7d": null,
            "daily_summary": [], "suppressed": !full, "monitor": monitor(world), "checked_at": NOW }),
        "/api/history/series" => series(full, query),
        "/api/uptime-calendar" => uptime(full),
        "/api/history/heatmap-calendar" => heat(full),
        "/api/history/distribution" => distribution(full),
        "/api/history/percentiles" => percentiles(full),
        "/api/speed-trend" => trend(full),
        "/api/history/correlation" => correlation(full),
        "/api/comparison/before-after" => before_after(full),
        "/api/reports/weekly" => weekly(full),
        "/api/sla/analyze" => sla(full),
        "/api/cost-calculator" => cost(full),
        "/api/admin/health" => self_health(full),
        path if path.contains("/buildings") || super::buildings::ADMIN.contains(&path) => {
            return Ok(super::buildings::answer(full, path));
        }
        "/api/packet-loss/history" => json!(if full { loss_runs() } else { vec![] }),
        "/api/bgp" => json!(if full { bgp() } else { vec![] }),
        "/api/canary/result" => json!(full.then(canary)),
        "/api/legal/imprint" => return Ok(super::overlay::legal(full)),
        "/api/uplinks" => json!(if full { vec![uplink()] } else { vec![] }),
        "/api/uplinks/eth0" if full => uplink(),
        "/api/uplinks/eth0/history" if full => uplink_history(query),
        "/api/uplinks/eth0" | "/api/uplinks/eth0/history" => {
            let error = ApiError::new(ErrorCode::NotFound, "There is no such uplink.");
            return Ok((404, serde_json::to_vec(&error).unwrap()));
        }
        _ if path.starts_with("/api/admin/") && !full => {
            let error = ApiError::new(ErrorCode::Unauthenticated, "Nobody is signed in.");
            return Ok((401, serde_json::to_vec(&error).unwrap()));
        }
        "/api/admin/session" => json!({ "name": "anna", "role": "admin", "created_at": NOW,
            "expires_at": "2026-11-21T13:00:00Z", "recovery_codes": 2 }),
        "/api/admin/overlay" => super::overlay::overlay(world),
        "/api/admin/users" => users(),
        "/api/admin/sessions" => sessions(),
        "/api/admin/audit" => json!({ "items": [{ "id": 9, "at": NOW, "who": "anna", "act": "user.create",
            "subject": "vera", "address": "192.0.2.7" }], "next": 9 }),
        other => panic!("no canned answer for {other}"),
    };
    Ok((200, serde_json::to_vec(&value).unwrap()))
}

/// The monitor of the emptiest world has lost sight of its lines.
fn monitor(world: World) -> Value {
    if world == World::Empty { json!(["lines", "times"]) } else { json!([]) }
}

fn check(group: &str, state: &str, finding: &str, figures: Value) -> Value {
    json!({ "group": group, "state": state, "finding": finding, "subject": null, "sentence": "", "mend": null,
        "detail": null, "at": null, "figures": figures })
}

/// A well server, and one with a fault in each group.
fn self_health(full: bool) -> Value {
    let figure = |what: &str, value: f64, unit: &str| json!({ "what": what, "value": value, "unit": unit });
    let room = |free: f64| json!([figure("free", free, "bytes"), figure("total", 40e9, "bytes")]);
    let checks = if full {
        let mut job = check("work", "ok", "job_on_time", json!([figure("every", 3600.0, "seconds")]));
        job["subject"] = json!("retention");
        job["at"] = json!(NOW);
        vec![
            check("machine", "ok", "disk_enough", room(21e9)),
            check(
                "machine",
                "ok",
                "load_normal",
                json!([figure("load", 0.42, "count"), figure("cores", 2.0, "count")]),
            ),
            check("clock", "ok", "clock_synchronized", json!([figure("offset", -0.31, "milliseconds")])),
            job,
        ]
    } else {
        let mut key = check("data", "failed", "key_open", json!([]));
        key["detail"] = json!("0644");
        let mut line = check("lines", "degraded", "echoes_lost", json!([figure("lost", 23.4, "percent")]));
        line["subject"] = json!("eth0");
        vec![
            check("machine", "failed", "disk_low", room(1e6)),
            key,
            line,
            check("clock", "degraded", "clock_stepped", json!([figure("step", -3600.0, "seconds")])),
        ]
    };
    json!({ "status": if full { "ok" } else { "failed" }, "checked_at": NOW, "version": "1.2.3",
        "commit": full.then_some("a3de34e4711a"), "instance_id": "i", "time_zone": "Europe/Berlin",
        "affected": [], "checks": checks, "limits": [
            { "key": "retention.samples_days", "value": "30", "meaning": "Days for which samples are kept." },
            { "key": "retention.measurements_days", "value": "", "meaning": "Days for which tests are kept." },
        ] })
}

fn verdict(full: bool) -> Value {
    if !full {
        return json!({ "place": "unknown", "confidence": "low", "sentence": "", "finding": { "unknown": { "trouble": null } },
            "since": null, "evidence": [], "would_change": [""], "wishes": ["own_test"], "facts_at": NOW });
    }
    json!({ "place": "provider", "confidence": "high", "sentence": "", "finding": { "provider": { "tested": true } },
        "since": "2026-11-21T11:42:00Z", "facts_at": NOW,
        "evidence": [
            { "side": "for", "text": "", "source": "same_provider", "n": 17, "at": NOW,
              "fact": { "households": { "who": { "provider": { "name": "Northnet" } }, "failing": 14, "households": 17 } } },
            { "side": "against", "text": "", "source": "own_tests", "n": 1, "at": NOW,
              "fact": { "well": { "tests": 1, "failures": 0 } } },
        ],
        "would_change": [""], "wishes": [{ "tests": { "who": "others", "k": 3 } }] })
}

fn measurement(id: i64, at: &str, download: Option<f64>) -> Value {
    json!({ "id": id, "timestamp": at, "download_speed": download, "upload_speed": download.map(|d| d / 4.0),
        "ping": download.map(|_| 18.2), "isp": "Northnet", "location": null, "latitude": null, "longitude": null,
        "is_outage": download.is_none(), "jitter": 1.5, "loaded_ping_down": 40.0, "loaded_ping_up": 60.0, "loss": null,
        "retransmitted_share": null, "connections": 4, "protocol": "http/1.1", "congestion": "cubic",
        "source": "browser", "method": "full", "valid": true, "bytes_used": 200_000_000, "ip_version": 4 })
}

fn shared() -> Value {
    let mut result = measurement(9, "2026-11-21T11:50:10Z", Some(94.2));
    result["share_id"] = json!("abc");
    result["spread"] = json!({});
    result["grades"] =
        json!({ "calls": { "grade": "A", "reasons": [] }, "gaming": null, "streaming": null, "work": null });
    result
}

fn measurements(full: bool) -> Value {
    if !full {
        return json!([]);
    }
    json!([
        measurement(9, "2026-11-21T11:50:10Z", Some(94.2)),
        measurement(8, "2026-11-21T11:41:00Z", None),
        measurement(7, "2026-11-21T11:30:00Z", Some(31.0)),
        measurement(6, "2026-11-21T11:15:30Z", Some(92.0)),
        measurement(5, "2026-11-21T11:10:30Z", Some(95.5)),
        measurement(4, "2026-11-20T11:10:30Z", Some(96.5)),
    ])
}

fn isps(full: bool) -> Value {
    if !full {
        return json!([]);
    }
    json!([
        { "isp": "Northnet", "slug": "northnet", "total_tests": 1840, "outage_tests": 9, "uptime_pct": 99.51,
          "uptime_interval": { "low": 99.1, "high": 99.7 }, "avg_download": 93.4, "avg_upload": 38.0, "avg_ping": 17.6,
          "grade": "A+", "devices": 21, "suppressed": false },
        { "isp": "Kabelwerk", "slug": "kabelwerk", "total_tests": 412, "outage_tests": 19, "uptime_pct": 95.4,
          "uptime_interval": { "low": 92.9, "high": 97.1 }, "avg_download": 412.0, "avg_upload": 41.0, "avg_ping": 24.1,
          "grade": "B", "devices": 6, "suppressed": false },
        { "isp": "Turmfunk", "slug": "turmfunk", "total_tests": null, "outage_tests": null, "uptime_pct": null,
          "uptime_interval": null, "avg_download": null, "avg_upload": null, "avg_ping": null, "grade": "N/A",
          "devices": null, "suppressed": true },
    ])
}

/// A number between 0 and 1 that looks random and is always the same.
fn noise(i: i64) -> f64 {
    (i.wrapping_mul(2_654_435_761).rem_euclid(10_007)) as f64 / 10_007.0
}

fn series(full: bool, query: &str) -> Value {
    let name = query.trim_start_matches("range=");
    let (n, bucket) = match name {
        "7d" => (168, 3600),
        "30d" => (120, 21_600),
        "90d" => (90, 86_400),
        "1y" => (122, 259_200),
        _ => (96, 900),
    };
    let end = chrono::DateTime::parse_from_rfc3339(NOW).unwrap().to_utc();
    let start = end - chrono::Duration::seconds(n * bucket);
    let points: Vec<Value> = (0..n)
        .map(|i| {
            let there = full && noise(i * 7) > 0.2 && !(30..38).contains(&i);
            let level = if i > n * 2 / 3 { 68.0 } else { 96.0 } - noise(i) * 9.0;
            let band = |v: f64, w: f64| there.then(|| json!({ "p10": v * (1.0 - w), "p50": v, "p90": v * (1.0 + w) }));
            json!({ "at": start + chrono::Duration::seconds(i * bucket), "download": band(level, 0.1 + noise(i * 3) * 0.1),
                "upload": band(38.0 + noise(i * 5) * 3.0, 0.08), "ping": band(18.0 + noise(i * 11) * 6.0, 0.2),
                "count": if there { 3 } else { 0 }, "failures": 0 })
        })
        .collect();
    let total = points.iter().filter(|p| p["count"] != 0).count() * 3;
    json!({ "range": if name.is_empty() { "24h" } else { name }, "bucket_s": bucket, "start": start, "end": end,
        "points": points, "total_measurements": total })
}

fn days() -> impl Iterator<Item = (i64, chrono::NaiveDate)> {
    let end = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    (0..182).map(move |i| (i, end - chrono::Days::new(181 - i as u64)))
}

fn uptime(full: bool) -> Value {
    let calendar: Vec<Value> = days()
        .map(|(i, date)| {
            let total = if full && noise(i * 13) > 0.15 { 6 } else { 0 };
            let level = match noise(i * 17) {
                v if v > 0.2 => 3,
                v if v > 0.1 => 2,
                v if v > 0.03 => 1,
                _ => 0,
            };
            let share = [30.0, 70.0, 95.0, 100.0][level];
            json!({ "date": date, "uptime_pct": (total > 0).then_some(share), "total": total, "outages": 0,
                "level": if total > 0 { level } else { 0 } })
        })
        .collect();
    json!({ "days": 182, "calendar": calendar, "summary": { "avg_uptime_pct": full.then_some(98.72),
        "perfect_days": if full { 121 } else { 0 }, "outage_days": if full { 9 } else { 0 },
        "tracked_days": if full { 153 } else { 0 } } })
}

fn heat(full: bool) -> Value {
    let heatmap: Vec<Value> = days()
        .filter(|(i, _)| full && noise(i * 13) > 0.15)
        .map(|(i, date)| {
            json!({ "date": date, "avg_speed_mbps": 60.0 + noise(i * 19) * 40.0, "intensity": (noise(i * 19) * 4.99) as u8,
                "measurement_count": 6, "weekday": "Monday" })
        })
        .collect();
    json!({ "heatmap": heatmap, "days": 182, "total_measurements": heatmap.len() * 6,
        "date_range": { "start": "2026-05-24", "end": "2026-11-21" } })
}

fn distribution(full: bool) -> Value {
    let bins: Vec<Value> = (0..if full { 20 } else { 0 })
        .map(|i| {
            let d = (f64::from(i) - 13.0) / 3.5;
            let count = (90.0 * (-d * d / 2.0).exp()) as u64 + u64::from(i < 3) * 9;
            json!({ "range_start_mbps": f64::from(i) * 5.2, "range_end_mbps": f64::from(i + 1) * 5.2, "count": count,
                "percentage": count as f64 / 8.2 })
        })
        .collect();
    let figure = |v: f64| full.then_some(v);
    json!({ "histogram": bins, "total_measurements": if full { 820 } else { 0 }, "min_speed_mbps": figure(0.8),
        "max_speed_mbps": figure(104.0), "avg_speed_mbps": figure(66.2), "median_speed_mbps": figure(69.4) })
}

fn percentiles(full: bool) -> Value {
    let set = |scale: f64| {
        let v = |share: f64| full.then_some(share * scale);
        json!({ "p1": v(0.1), "p5": v(0.3), "p10": v(0.5), "p25": v(0.7), "p50": v(0.9), "p75": v(0.95), "p90": v(1.0),
            "p95": v(1.02), "p99": v(1.1) })
    };
    json!({ "download_speed_mbps": set(94.0), "upload_speed_mbps": set(38.0), "ping_ms": set(20.0),
        "interpretation": { "download": null, "upload": null, "ping": null },
        "total_measurements": if full { 820 } else { 0 } })
}

fn trend(full: bool) -> Value {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 8, 24).unwrap();
    let data: Vec<Value> = (0..13_u64)
        .map(|i| {
            let start = first + chrono::Days::new(i * 7);
            let mean = (full && i != 4).then_some(80.0 + i as f64 * 1.5);
            json!({ "week_label": "", "week_start": start, "week_end": start + chrono::Days::new(6), "avg_download": mean,
                "download_interval": mean.map(|m| json!({ "low": m - 4.0, "high": m + 4.0 })), "avg_upload": mean,
                "avg_ping": mean, "sample_count": if mean.is_some() { 40 } else { 0 } })
        })
        .collect();
    json!({ "weeks": 13, "trend": if full { "improving" } else { "insufficient_data" },
        "trend_pct": full.then_some(22.5), "verdict": "", "data": data })
}

fn correlation(full: bool) -> Value {
    let hours: Vec<Value> = (0..24_i64)
        .map(|h| {
            let mean = full.then_some(if (18..23).contains(&h) { 52.0 } else { 90.0 } + noise(h) * 6.0);
            json!({ "hour": h, "avg_speed_mbps": mean, "min_speed_mbps": mean, "max_speed_mbps": mean,
                "measurement_count": if full { 34 } else { 0 } })
        })
        .collect();
    json!({ "hourly_correlation": hours, "weekday_correlation": [], "coefficients": [],
        "insights": { "best_hour": full.then_some(4), "worst_hour": full.then_some(20), "best_day": null, "worst_day": null },
        "total_measurements": if full { 816 } else { 0 } })
}

fn before_after(full: bool) -> Value {
    let period = |start: &str, end: &str, speed: f64| {
        let v = full.then_some(speed);
        json!({ "period": "", "start": start, "end": end, "count": if full { 120 } else { 0 }, "outages": 0,
            "avg_download": v, "download_interval": null, "avg_upload": v.map(|v| v / 3.0), "avg_ping": v.map(|v| 1500.0 / v) })
    };
    let delta = |v: f64| full.then_some(v);
    json!({ "before": period("2026-09-22T12:00:00Z", "2026-10-22T12:00:00Z", 96.0),
        "after": period("2026-10-22T12:00:00Z", NOW, 71.0),
        "deltas": { "download_pct": delta(-26.0), "upload_pct": delta(-26.0), "ping_pct": delta(35.2) }, "verdict": "" })
}

fn weekly(full: bool) -> Value {
    let v = |v: f64| full.then_some(v);
    json!({ "report_date": NOW, "period": "", "first_on": "2026-11-15", "last_on": "2026-11-21",
        "narrative": "", "paragraphs": [
            { "averages": { "tests": 42, "download": 91.04, "upload": 37.4, "ping": 18.0 } },
            { "compared": { "change": -7.2, "same": false } },
            { "failed": { "tests": 42, "failed": 1, "uptime": 97.6 } },
            { "hours": { "best": 4, "worst": 20 } } ],
        "stats": { "tests_run": if full { 42 } else { 0 }, "avg_download": v(91.0), "avg_upload": v(37.0),
            "avg_ping": v(18.0), "uptime_pct": v(97.6), "outage_count": u8::from(full), "outage_hours": null },
        "week_over_week": { "download_delta_pct": v(-4.2), "upload_delta_pct": v(1.0) },
        "best_hour": full.then_some(4), "worst_hour": full.then_some(20) })
}

fn sla(full: bool) -> Value {
    if !full {
        return json!({ "error": "No tests in the window.", "sla_met": null });
    }
    let figures = |v: f64| json!({ "avg": v, "avg_interval": null, "min": v * 0.2, "max": v * 1.1, "p10": v * 0.7, "p90": v * 1.05 });
    json!({ "sla_met": true, "window_days": 30, "sample_count": 180, "failed_count": 4,
        "promised": { "download_mbps": 100.0, "upload_mbps": 20.0, "ping_ms": 30.0 },
        "actual": { "download": figures(91.0), "upload": figures(37.0), "ping": figures(18.0) },
        "ratios": { "download": 0.91, "upload": 1.85 },
        "sla_compliance_pct": { "download": 93.3, "upload": 97.8, "download_interval": null, "upload_interval": null },
        "grades": { "download": "B", "upload": "A", "overall": "A" }, "verdict": "" })
}

fn cost(full: bool) -> Value {
    json!({ "monthly_cost_usd": 50.0, "plan_download_mbps": 100.0, "plan_upload_mbps": 20.0,
        "actual_avg_download_mbps": full.then_some(91.0), "actual_download_interval": null, "cost_per_plan_mbps": 0.5,
        "cost_per_actual_mbps": full.then_some(0.549), "efficiency": "average",
        "benchmark": { "us_avg_usd_per_mbps": 0.47, "global_avg_usd_per_mbps": 0.65 }, "verdict": "",
        "annual_cost_usd": 600.0, "sample_count": if full { 180 } else { 0 } })
}

/// A daemon with a session that stands and one that is off, and one that is not there.
fn bgp() -> Vec<Value> {
    let session = |name: &str, state: &str, received: Option<u64>| {
        json!({ "name": name, "neighbor": "198.18.250.2", "remote_as": 64501, "state": state, "word": state,
            "since": NOW, "received": received, "sent": received, "last_error": null })
    };
    let sessions = [session("transit", "established", Some(7)), session("backup", "disabled", None)];
    vec![
        json!({ "kind": "bird", "asked_at": NOW, "problem": null, "sessions": sessions }),
        json!({ "kind": "frr", "asked_at": NOW, "problem": "vtysh: it is not there", "sessions": [] }),
    ]
}

fn uplink() -> Value {
    let first = chrono::DateTime::parse_from_rfc3339(NOW).unwrap().to_utc() - chrono::Duration::minutes(59);
    let strip: Vec<Value> = (0..60_i32)
        .map(|i| {
            let (state, reason) = match i {
                ..20 => ("no_data", Some("monitor_unresponsive")),
                40..43 => ("down", Some("nothing_answers")),
                _ => ("up", Some("all_well")),
            };
            let rtt = (state == "up").then_some(11.5);
            json!({ "minute": first + chrono::Duration::minutes(i.into()), "state": state, "reason": reason, "rtt_p50": rtt,
                "loss": rtt.map(|_| 0.0) })
        })
        .collect();
    json!({ "name": "eth0", "label": null, "state": "up", "reason": "all_well", "since": "2026-11-21T11:44:00Z",
        "interface": "eth0", "gateway": "192.0.2.1", "gateway_policy": "ignored", "rtt_ms": 11.2, "loss": 0.0,
        "echo_method": "ICMP (datagram socket)", "last_round_at": NOW, "filtered": ["https"], "flapping": true,
        "strip": strip })
}

fn uplink_history(query: &str) -> Value {
    let range = query.trim_start_matches("range=");
    let (n, bucket) = if range == "90d" { (180, 43_200) } else { (288, 300) };
    let end = chrono::DateTime::parse_from_rfc3339(NOW).unwrap().to_utc();
    let start = end - chrono::Duration::seconds(n * bucket);
    let minutes = bucket / 60;
    let points: Vec<Value> = (0..n)
        .map(|i| {
            let (up, down, no_data) = match i {
                ..30 => (0, 0, 0),
                100..110 => (0, 0, minutes),
                200 => (minutes - 3, 3, 0),
                _ => (minutes, 0, 0),
            };
            let rtt = (up > 0).then(|| 11.0 + noise(i));
            json!({ "at": start + chrono::Duration::seconds(i * bucket), "up": up, "degraded": 0, "down": down,
                "no_data": no_data, "rtt_p50": rtt, "rtt_p95": rtt.map(|ms| ms * 1.4), "loss": rtt.map(|_| 0.0),
                "rtt_deciles": rtt.map_or_else(Vec::new, |ms| (1..10).map(|tenth| ms - 2.5 + f64::from(tenth) / 2.0).collect()) })
        })
        .collect();
    let totals = json!({ "up": 1237, "degraded": 0, "down": 3, "no_data": 50 });
    let percent = json!({ "up": 99.758, "degraded": 0.0, "down": 0.242, "no_data": 3.876 });
    json!({ "name": "eth0", "range": range, "bucket_s": bucket, "start": start, "end": end,
        "watched_since": start + chrono::Duration::seconds(30 * bucket), "points": points, "totals": totals,
        "percent": percent,
        "days": [{ "date": "2026-11-21", "totals": totals, "percent": percent, "pinned": true },
            { "date": "2026-11-20", "totals": totals, "percent": percent, "pinned": false }],
        "rounds_dropped_to": "2026-11-20T09:00:00Z",
        "faults": [
            { "from": "2026-11-21T11:55:00Z", "to": null, "state": "degraded", "reason": "loss", "trace_id": null, "trace": null },
            { "from": "2026-11-21T10:40:00Z", "to": "2026-11-21T10:43:00Z", "state": "down", "reason": "nothing_answers",
              "trace_id": 7, "trace": trace() },
        ] })
}

fn trace() -> Value {
    json!({ "taken_at": "2026-11-21T10:40:02Z", "target": "1.1.1.1", "method": "ICMP (datagram socket)", "end": "silent",
        "hops": [
            { "ttl": 1, "address": "192.0.2.1", "provider": null, "sent": 3, "answered": 3, "rtt_ms": 0.6 },
            { "ttl": 2, "address": "198.51.100.9", "provider": "Northnet", "sent": 3, "answered": 2, "rtt_ms": 9.4 },
            { "ttl": 3, "address": null, "provider": null, "sent": 3, "answered": 0, "rtt_ms": null },
        ] })
}

fn loss_runs() -> Vec<Value> {
    vec![
        json!({ "timestamp": NOW, "loss_pct": 3.33, "jitter_ms": 1.2, "avg_ping_ms": 21.5, "target": "1.1.1.1" }),
        json!({ "timestamp": NOW, "loss_pct": 100.0, "jitter_ms": null, "avg_ping_ms": null, "target": "example.org" }),
    ]
}

fn canary() -> Value {
    json!({ "host": "other.example", "verdict": "rewritten", "because": "its body was changed", "since": NOW, "asked_at": NOW })
}

fn users() -> Value {
    json!([{ "name": "anna", "role": "admin", "created_at": NOW, "signed_in_at": NOW,
            "recovery_codes": 2 }, { "name": "vera", "role": "viewer", "created_at": NOW, "signed_in_at": null,
            "recovery_codes": 10 }])
}

fn sessions() -> Value {
    json!([{ "id": 7, "name": "anna", "agent": "Firefox, Linux", "ip_version": 6,
            "created_at": NOW, "seen_at": NOW, "expires_at": NOW, "current": true }, { "id": 5, "name": "anna",
            "agent": null, "ip_version": 4, "created_at": NOW, "seen_at": NOW, "expires_at": NOW,
            "current": false }])
}
