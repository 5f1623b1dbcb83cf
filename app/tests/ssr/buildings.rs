//! The building check's pages: nobody, one household, many, an outage, not there, failed; and the operator's.

use domain::{ApiError, ErrorCode};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    answers::World,
    draw::{Page, draw},
};

const NOW: &str = "2026-11-21T12:00:00Z";

/// The operator's addresses that are answered here.
pub const ADMIN: [&str; 3] = ["/api/admin/endpoints", "/api/admin/metrics", "/api/admin/settings"];

/// Canned answers: the full world has `linden` (many), `esche` (one household) and `leer` (nobody).
pub fn answer(full: bool, path: &str) -> (u16, Vec<u8>) {
    let slug = path.trim_start_matches("/api/buildings/").split('/').next().unwrap_or_default();
    let value = match path {
        "/api/buildings" => json!(if full { vec![summary("linden")] } else { vec![] }),
        "/api/admin/buildings" => json!(if full { vec![building()] } else { vec![] }),
        "/api/admin/endpoints" => json!(if full { vec![endpoint()] } else { vec![] }),
        "/api/admin/metrics" => metrics(full),
        "/api/admin/settings" => json!({}),
        _ if !full || !["linden", "esche", "leer"].contains(&slug) => {
            let error = ApiError::new(ErrorCode::NotFound, "There is no such building.");
            return (404, serde_json::to_vec(&error).unwrap());
        }
        _ if path.ends_with("/status") => visitor(slug),
        _ if path.ends_with("/dashboard") => dashboard(slug),
        _ => events(slug),
    };
    (200, serde_json::to_vec(&value).unwrap())
}

fn summary(slug: &str) -> Value {
    json!({ "slug": slug, "name": if slug == "linden" { "Linden 12" } else { slug } })
}

/// Of `linden` the visitor has joined, in `esche` it must choose a provider, in `leer` it may not join.
fn visitor(slug: &str) -> Value {
    let own = json!({ "state": "down", "since": "2026-11-21T11:44:00Z", "last_seen": "2026-11-21T11:42:00Z",
        "method": "icmp", "isp": "Northnet", "self_declared": true });
    let choices = json!([{ "slug": "north", "name": "Northnet" }, { "slug": "south", "name": "Südwerk" }]);
    json!({ "building": summary(slug), "ip_version": 6, "isp": null, "eligible": slug != "leer",
        "reason": (slug == "leer").then_some("not_public"), "choices": if slug == "esche" { choices } else { json!([]) },
        "registered": slug == "linden", "own": (slug == "linden").then_some(own), "expire_days": 3, "cycle_s": 60 })
}

fn group(slug: &str, isp: &str, state: &str) -> Value {
    let first = chrono::DateTime::parse_from_rfc3339(NOW).unwrap().to_utc() - chrono::Duration::minutes(59);
    let strip: Vec<Value> = (0..60)
        .map(|i| json!({ "minute": first + chrono::Duration::minutes(i), "state": if i < 44 { "up" } else { "down" } }))
        .collect();
    let outage =
        json!({ "started_at": "2026-11-21T11:44:00Z", "x": 14, "n": 17, "rate": 0.01, "p": 2.5e-26 });
    let hidden = state == "too_few";
    let told = |n: u64| (!hidden).then_some(n);
    json!({ "slug": slug, "isp": isp, "state": state, "since": (!hidden).then_some("2026-11-21T11:44:00Z"),
        "up": told(3), "down": told(14), "unknown": told(0), "total": told(17),
        "outage": (state == "outage").then_some(outage), "sparkline": if hidden { vec![] } else { strip },
        "suppressed": hidden })
}

fn dashboard(slug: &str) -> Value {
    let (whole, providers) = match slug {
        "linden" => (
            Some(group("", "", "degraded")),
            vec![
                group("north", "Northnet", "outage"),
                group("south", "Südwerk", "up"),
                group("t", "Turmfunk", "too_few"),
            ],
        ),
        "esche" => (None, vec![group("north", "Northnet", "too_few")]),
        _ => (None, vec![]),
    };
    json!({ "building": summary(slug), "whole": whole, "providers": providers, "k": 3,
        "checked_at": (slug != "leer").then_some(NOW), "blind": false })
}

fn events(slug: &str) -> Value {
    if slug != "linden" {
        return json!([]);
    }
    json!([
        { "at": "2026-11-21T11:44:00Z", "kind": "outage", "isp": "Northnet", "x": 14, "n": 17, "p": 2.5e-26, "lasted_s": null },
        { "at": "2026-11-20T10:00:00Z", "kind": "recovery", "isp": null, "x": null, "n": null, "p": null, "lasted_s": 1380 },
    ])
}

fn building() -> Value {
    json!({ "slug": "linden", "name": "Linden 12", "listed": true, "endpoints": 17,
        "providers": [{ "slug": "north", "name": "Northnet" }] })
}

fn endpoint() -> Value {
    json!({ "id": 7, "building": "linden", "isp": "Northnet", "self_declared": true, "label": "3rd floor", "address": null,
        "method": "tcp:443", "state": "up", "since": NOW, "last_seen": NOW, "created_at": NOW })
}

fn metrics(full: bool) -> Value {
    let cycle = json!({ "started_at": NOW, "ended_at": NOW, "took_ms": 812, "asked": 17, "answered": 3, "probes": 45,
        "loss": 0.0, "broken": 0, "blind": false });
    json!({ "buildings": 1, "endpoints": 17, "up": 3, "down": 14, "unknown": 0, "open_outages": 1,
        "cycle": full.then_some(cycle) })
}

async fn checked(path: &str, world: World) -> Page {
    let page = draw(path, world, "").await;
    assert!(!page.html.contains(" style="), "the policy blocks inline styles: {path}");
    page
}

#[rstest]
#[case::many("linden")]
#[case::one("esche")]
#[case::nobody("leer")]
#[tokio::test]
async fn a_building_with(#[case] slug: &str) {
    let page = checked(&format!("/building/{slug}"), World::Data).await;
    assert_eq!((page.status, page.title.as_str()), (200, "Building · Steadyline"));
    insta::assert_snapshot!(format!("building_{slug}"), page.text);
    let groups = page.html.matches("viewBox=\"0 0 600 40\"").count();
    assert_eq!(groups, if slug == "linden" { 3 } else { 0 }, "a strip for each that is told");
}

#[rstest]
#[case::page("/building/linden", 404)]
#[case::poster("/building/linden/poster", 404)]
#[case::list("/building", 200)]
#[case::operator("/admin/buildings", 200)]
#[tokio::test]
async fn without_anything_and_failed(#[case] path: &str, #[case] status: u16) {
    let page = checked(path, World::Empty).await;
    assert_eq!(page.status, status);
    insta::assert_snapshot!(format!("empty_{}", path.replace('/', "-")), page.text);
    let page = checked(path, World::Down).await;
    assert_eq!(page.status, 503, "{path} with the API down");
    assert!(page.text.contains("try again in a moment"), "{}", page.text);
}

#[rstest]
#[case::poster("/building/linden/poster", "Poster for the lobby · Steadyline")]
#[case::list("/building", "Buildings · Steadyline")]
#[case::operator("/admin/buildings", "Buildings · Operator · Steadyline")]
#[tokio::test]
async fn with_data(#[case] path: &str, #[case] title: &str) {
    let page = checked(path, World::Data).await;
    assert_eq!((page.status, page.title.as_str()), (200, title));
    insta::assert_snapshot!(format!("data_{}", path.replace('/', "-")), page.text);
    let german = draw(path, World::Data, "steadyline_lang=de").await;
    assert!(german.text != page.text && german.title != page.title, "{path} in German");
}
