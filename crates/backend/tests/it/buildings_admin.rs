//! The operator's side of the building check.

use std::time::Duration;

use backend::{buildings::run_cycle, jobs};
use chrono::TimeDelta;
use domain::buildings::{AdminEndpoint, BuildingMetrics, BuildingSettings, OutageRule};

use crate::{
    app::TestApp,
    buildings::{House, KEY},
};

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[tokio::test]
async fn all_of_it_is_the_operators() {
    let house = House::new().await;
    let calls = [
        ("GET", "/api/admin/buildings", ""),
        ("POST", "/api/admin/buildings", r#"{"slug":"x","name":"X"}"#),
        ("DELETE", "/api/admin/buildings/linden", ""),
        ("GET", "/api/admin/endpoints", ""),
        ("POST", "/api/admin/endpoints", r#"{"building":"linden","address":"81.2.69.1"}"#),
        ("DELETE", "/api/admin/endpoints/1", ""),
        ("GET", "/api/admin/metrics", ""),
        ("GET", "/api/admin/settings", ""),
        ("PUT", "/api/admin/settings", "{}"),
    ];
    let closed = TestApp::new().await;
    for (method, path, body) in calls {
        let body = (!body.is_empty()).then(|| body.as_bytes().to_vec());
        for wrong in ["", "another-key-of-some-length"] {
            let visitor = house.app.anyone().header("x-admin-key", wrong);
            let reply = visitor.send(method, path, body.clone()).await;
            assert_eq!(reply.status, 403, "{method} {path}");
        }
        let reply = closed.anyone().header("x-admin-key", KEY).send(method, path, body).await;
        assert_eq!(reply.status, 503, "{method} {path} without a configured key");
    }
}

#[tokio::test]
async fn bad_input_is_named() {
    let house = House::new().await;
    let cases = [
        ("POST", "/api/admin/buildings", r#"{"slug":"Linden","name":"X"}"#, 422, "slug"),
        ("POST", "/api/admin/buildings", r#"{"slug":"x","name":""}"#, 422, "name"),
        (
            "POST",
            "/api/admin/buildings",
            r#"{"slug":"x","name":"X","providers":["N","n"]}"#,
            422,
            "providers",
        ),
        ("POST", "/api/admin/buildings", r#"{"slug":"linden","name":"X"}"#, 409, "there already"),
        ("POST", "/api/admin/buildings", r#"{"name":"X"}"#, 400, "slug"),
        ("POST", "/api/admin/endpoints", r#"{"building":"linden","address":"example.org"}"#, 422, "address"),
        ("POST", "/api/admin/endpoints", r#"{"building":"linden","address":"10.0.0.1"}"#, 422, "not_public"),
        (
            "POST",
            "/api/admin/endpoints",
            r#"{"building":"linden","address":"169.254.169.254"}"#,
            422,
            "not_public",
        ),
        (
            "POST",
            "/api/admin/endpoints",
            r#"{"building":"linden","address":"::ffff:81.2.69.1"}"#,
            422,
            "not_public",
        ),
        (
            "POST",
            "/api/admin/endpoints",
            r#"{"building":"linden","address":"81.2.99.1"}"#,
            422,
            "unknown_provider",
        ),
        ("POST", "/api/admin/endpoints", r#"{"building":"x","address":"81.2.69.1"}"#, 404, "building"),
        ("DELETE", "/api/admin/endpoints/7", "", 404, "endpoint"),
        ("DELETE", "/api/admin/endpoints/x", "", 404, "no such"),
        ("DELETE", "/api/admin/buildings/x", "", 404, "building"),
        ("PUT", "/api/admin/settings", r#"{"cycle_s":1}"#, 422, "cycle_s"),
        ("PUT", "/api/admin/settings", r#"{"threshold":2.0}"#, 422, "threshold"),
        ("PUT", "/api/admin/settings", r#"{"cycle":60}"#, 400, "cycle"),
    ];
    for (method, path, body, status, says) in cases {
        let (got, text) = house.admin(method, path, body).await;
        assert_eq!(got, status, "{method} {path} {body}: {text}");
        assert!(text.contains(says), "{says} in {text}");
    }
}

#[tokio::test]
async fn endpoints_are_added_by_hand_listed_and_removed() {
    let house = House::new().await;
    let body = r#"{"building":"linden","address":"81.2.69.40","label":"cellar"}"#;
    let (status, text) = house.admin("POST", "/api/admin/endpoints", body).await;
    let by_hand: AdminEndpoint = read(&text);
    assert_eq!(
        (status, by_hand.address.as_deref(), by_hand.label.as_deref()),
        (201, Some("81.2.69.40"), Some("cellar"))
    );
    let other = r#"{"building":"linden","address":"81.2.99.1","provider":"West End"}"#;
    let (_, text) = house.admin("POST", "/api/admin/endpoints", other).await;
    assert!(read::<AdminEndpoint>(&text).self_declared, "{text}");
    let resident = house.app.device(1).from([81, 2, 69, 1]);
    let joined = br#"{"consent":true,"label":"3rd floor"}"#.to_vec();
    assert_eq!(resident.send("POST", "/api/buildings/linden/register", Some(joined)).await.status, 200);
    let (_, text) = house.admin("GET", "/api/admin/endpoints", "").await;
    let all: Vec<AdminEndpoint> = read(&text);
    assert_eq!((all.len(), all[0].address.as_ref(), all[0].label.as_deref()), (3, None, Some("3rd floor")));
    assert!(!text.contains("81.2.69.1\""), "a resident's address is nobody's");
    let (status, _) = house.admin("DELETE", &format!("/api/admin/endpoints/{}", by_hand.id), "").await;
    assert_eq!(status, 200);
    let (_, text) = house.admin("GET", "/api/admin/buildings", "").await;
    assert!(text.contains("\"endpoints\":2"), "{text}");
    assert_eq!(
        house.admin("DELETE", "/api/admin/buildings/linden", "").await,
        (200, "{\"deleted\":2}".into())
    );
    assert_eq!(house.admin("GET", "/api/admin/endpoints", "").await.1, "[]");
}

#[tokio::test]
async fn settings_hold_from_the_next_cycle_on_and_its_figures_are_told() {
    let house = House::new().await;
    assert_eq!(
        read::<BuildingSettings>(&house.admin("GET", "/api/admin/settings", "").await.1),
        BuildingSettings::default()
    );
    let metrics = async || read::<BuildingMetrics>(&house.admin("GET", "/api/admin/metrics", "").await.1);
    assert_eq!(metrics().await.cycle, None);
    for number in 1..=4 {
        let visitor = house.app.device(number).from([81, 2, 69, number]);
        let consent = Some(br#"{"consent":true}"#.to_vec());
        assert_eq!(visitor.send("POST", "/api/buildings/linden/register", consent).await.status, 200);
    }
    house.fake.silent.lock().unwrap().insert([81, 2, 69, 1].into());
    house.fake.silent.lock().unwrap().insert([81, 2, 69, 2].into());
    run_cycle(&house.app.state, Duration::ZERO).await.unwrap();
    let cycle = metrics().await.cycle.unwrap();
    assert_eq!((cycle.asked, cycle.answered, cycle.probes, cycle.loss), (4, 2, 2 + 2 * 3, Some(0.0)));
    // Two of four are no outage by chance, but they are half.
    let fixed = BuildingSettings { rule: OutageRule::Fixed, tries: 1, ..BuildingSettings::default() };
    let body = serde_json::to_string(&fixed).unwrap();
    assert_eq!(house.admin("PUT", "/api/admin/settings", &body).await, (200, body.clone()));
    run_cycle(&house.app.state, Duration::ZERO).await.unwrap();
    let told = metrics().await;
    assert_eq!((told.cycle.unwrap().probes, told.open_outages, told.up, told.down), (4, 1, 2, 2));
}

#[tokio::test]
async fn of_several_instances_one_works() {
    let app = TestApp::new().await;
    let lasts = TimeDelta::seconds(90);
    let hold = async |who: &str| jobs::hold(&app.state, "building_cycle", who, lasts).await.unwrap();
    assert!(hold("a").await);
    assert!(!hold("b").await);
    assert!(hold("a").await, "whoever has it keeps it");
    app.clock.advance(TimeDelta::seconds(91));
    assert!(hold("b").await, "the other is gone");
    assert!(!hold("a").await);
}
