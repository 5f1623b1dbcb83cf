//! Every route drawn on the server by a transport with canned answers: with data, without, and with the API down.
//!
//! What is compared is the text of `<main>`: it changes when the page says something else, not when a class moves.
#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, reason = "a test says so by panicking")]

mod answers;
mod buildings;
mod draw;
mod overlay;

use answers::{World, answer};
use app::preview::Preview;
use draw::{draw, draw_with};
use leptos::prelude::provide_context;
use rstest::rstest;

#[rstest]
#[case::now("/", "Now · Steadyline")]
#[case::overview("/history", "History · Steadyline")]
#[case::range("/history?range=30d", "History · Steadyline")]
#[case::calendar("/history?tab=calendar", "Calendar · History · Steadyline")]
#[case::distribution("/history?tab=distribution", "Distribution · History · Steadyline")]
#[case::percentiles("/history?tab=percentiles", "Percentiles · History · Steadyline")]
#[case::trends("/history?tab=trends", "Trends · History · Steadyline")]
#[case::changes("/history?tab=before-after", "Before and after · History · Steadyline")]
#[case::weekly("/weekly-report", "Weekly report · History · Steadyline")]
#[case::sla("/isp-sla", "SLA and cost · History · Steadyline")]
#[case::cost("/cost-calc?price=40", "SLA and cost · History · Steadyline")]
#[case::export("/history?tab=export", "Export · History · Steadyline")]
#[case::providers("/isp", "Providers · Steadyline")]
#[case::settings("/settings", "Settings · Steadyline")]
#[case::uplinks("/uplinks", "Lines · Steadyline")]
#[case::diagnose("/diagnostics-advanced", "Diagnostics · Steadyline")]
#[case::security("/security", "What others see · Steadyline")]
#[tokio::test]
async fn every_page_in_every_world(#[case] path: &str, #[case] title: &str) {
    for world in [World::Data, World::Empty] {
        let page = draw(path, world, "").await;
        assert_eq!((page.status, page.title.as_str()), (200, title), "{path} in {world:?}");
        assert!(!page.html.contains(" style="), "the policy blocks inline styles: {path}");
        insta::assert_snapshot!(format!("{}_{world:?}", name(path)), page.text);
    }
    let page = draw(path, World::Down, "").await;
    assert_eq!(page.title, title, "{path} with the API down");
    let asks_nothing = path.ends_with("export") || path == "/security";
    // What it shows of old stands beside what it is for.
    let aside = path == "/diagnostics-advanced";
    // What needs no data is there all the same.
    let expected = if path == "/settings" || asks_nothing || aside { 200 } else { 503 };
    assert_eq!(page.status, expected, "{path} with the API down");
    assert_eq!(page.text.contains("try again in a moment"), !asks_nothing, "{}", page.text);
}

fn name(path: &str) -> String {
    let name = path.trim_matches('/').replace(['?', '=', '/'], "-");
    if name.is_empty() { "now".to_owned() } else { name }
}

#[rstest]
#[case::day("/uplinks/eth0")]
#[case::quarter("/uplinks/eth0?range=90d")]
#[tokio::test]
async fn a_line_is_drawn_in_every_world(#[case] path: &str) {
    let page = draw(path, World::Data, "").await;
    assert_eq!((page.status, page.title.as_str()), (200, "eth0 · Lines · Steadyline"));
    insta::assert_snapshot!(format!("{}_Data", name(path)), page.text);
    let points = if path.contains("90d") { 180 } else { 288 };
    let strips = page.html.matches("class=\"cell ").count();
    assert_eq!(strips, points + 60 + 4, "every point is a cell, the missing ones too");
    let missing = draw(path, World::Empty, "").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("no such line"), "{}", missing.text);
    assert_eq!(draw(path, World::Down, "").await.status, 503);
}

#[tokio::test]
async fn an_operator_may_pin_a_day() {
    let path = "/uplinks/eth0?range=90d";
    let visitor = draw(path, World::Data, "").await.html;
    assert!(!visitor.contains("Keep as evidence") && !visitor.contains("data-operator"));
    let page = draw_with(path, World::Data, "", || provide_context(app::Operator)).await.html;
    for part in ["\"Keep as evidence 2026-11-20\"", "\"Let go 2026-11-21\"", " data-operator"] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[rstest]
#[case::overview("/admin", "Overview")]
#[case::overlay("/admin/overlay", "Appearance")]
#[case::users("/admin/users", "Accounts")]
#[case::sessions("/admin/sessions", "Sessions")]
#[case::audit("/admin/audit", "Audit log")]
#[tokio::test]
async fn an_operators_page_is_drawn_for_operators(#[case] path: &str, #[case] title: &str) {
    let page = draw(path, World::Data, "").await;
    assert_eq!((page.status, page.title), (200, format!("{title} · Operator · Steadyline")));
    assert!(!page.html.contains(" style="), "the policy blocks inline styles: {path}");
    insta::assert_snapshot!(format!("{}_Data", name(path)), page.text);
    // In the other world nobody is signed in.
    let outside = draw(path, World::Empty, "").await;
    assert_eq!(outside.status, 401);
    assert!(outside.html.contains(&format!("href=\"/admin/sign-in?next={path}\"")), "{}", outside.text);
    assert!(outside.text.contains("Nobody is signed in here"), "{}", outside.text);
    assert_eq!(draw(path, World::Down, "").await.status, 503);
}

#[tokio::test]
async fn the_monitor_says_how_it_is() {
    // Well in one world, in the other with a fault in each group.
    for world in [World::Data, World::Empty] {
        let page = draw("/admin/health", world, "").await;
        assert_eq!((page.status, page.title.as_str()), (200, "Self-health · Operator · Steadyline"));
        assert!(!page.html.contains(" style="), "the policy blocks inline styles");
        insta::assert_snapshot!(format!("admin-health_{world:?}"), page.text);
    }
    assert_eq!(draw("/admin/health", World::Down, "").await.status, 503);
}

#[tokio::test]
async fn the_door_can_be_filled_in_by_a_password_manager() {
    let page = draw("/admin/sign-in", World::Down, "").await;
    assert_eq!((page.status, page.title.as_str()), (200, "Sign in · Steadyline"));
    for part in
        ["autocomplete=\"username\"", "autocomplete=\"current-password\"", "autocomplete=\"one-time-code\""]
    {
        assert!(page.html.contains(part), "{part}");
    }
    assert!(page.html.contains("method=\"post\""), "a password never goes into an address");
    assert!(page.asked.is_empty());
    insta::assert_snapshot!("admin-sign-in", page.text);
}

#[tokio::test]
async fn an_unknown_address_is_404_in_the_language_of_the_browser() {
    let page = draw("/nothing", World::Data, "steadyline_lang=de").await;
    assert_eq!((page.status, page.title.as_str()), (404, "Diese Seite gibt es nicht · Steadyline"));
    assert!(page.html.contains("lang=\"de\""), "{}", &page.html[..300]);
}

#[tokio::test]
async fn the_theme_of_the_cookie_is_drawn_without_a_flash() {
    let dark = draw("/settings", World::Data, "steadyline_theme=dark").await;
    assert!(dark.html.contains("data-theme=\"dark\""));
    let none = draw("/settings", World::Data, "steadyline_theme=\"><script>").await;
    assert!(!none.html.contains("data-theme"));
}

#[tokio::test]
async fn every_text_exists_in_german() {
    for path in [
        "/",
        "/history",
        "/history?tab=calendar",
        "/isp",
        "/settings",
        "/uplinks",
        "/diagnostics-advanced",
        "/security",
        "/weekly-report",
        "/isp-sla",
        "/admin",
        "/admin/sign-in",
        "/admin/health",
        "/admin/overlay",
        "/legal/imprint",
    ] {
        let (english, german) =
            (draw(path, World::Empty, "").await, draw(path, World::Empty, "steadyline_lang=de").await);
        assert_ne!(english.text, german.text, "{path}");
        assert_ne!(english.title, german.title, "{path}");
    }
}

#[tokio::test]
async fn a_widget_beside_the_matter_fails_by_itself() {
    let page = draw("/", World::Alone, "").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("It is your provider, not you."), "{}", page.text);
    assert!(page.text.contains("try again in a moment"), "{}", page.text);
}

#[tokio::test]
async fn a_monitor_with_a_fault_says_so_on_public_pages() {
    for path in ["/", "/uplinks"] {
        let page = draw(path, World::Empty, "").await;
        assert!(page.text.contains("trouble watching its own lines"), "{path}: {}", page.text);
        assert!(page.text.contains("clock was set"), "{path}: {}", page.text);
        let page = draw(path, World::Data, "").await;
        assert!(!page.text.contains("This server has trouble"), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn now_asks_each_thing_once() {
    let mut asked = draw("/", World::Data, "").await.asked;
    asked.sort();
    let paths: Vec<&str> = asked.iter().filter_map(|uri| uri.split('?').next()).collect();
    assert_eq!(
        paths,
        ["/api/isp-reliability", "/api/measurements", "/api/status", "/api/uplinks", "/api/verdict"]
    );
}

#[tokio::test]
async fn the_verdict_and_the_week_speak_the_language_of_the_page() {
    const GERMAN: &str = "steadyline_lang=de";
    let now = draw("/", World::Data, GERMAN).await;
    for sentence in [
        "Es liegt am Anbieter, nicht an dir.",
        "In den letzten 15 Minuten getestet haben 17 Haushalte bei Northnet; bei 14 davon gibt es Probleme.",
        "Dein letzter Test lief gut.",
        "Tests von wenigstens 3: Haushalte anderer Anbieter.",
    ] {
        assert!(now.text.contains(sentence), "{sentence} in {}", now.text);
    }
    let week = draw("/weekly-report", World::Data, GERMAN).await;
    for sentence in [
        "15. Nov. bis 21. Nov. 2026",
        "Diese Woche: 42 Tests. Im Mittel: 91 Mbit/s Download, 37 Mbit/s Upload, 18 ms.",
        "Das ist 7,2 % langsamer als letzte Woche.",
    ] {
        assert!(week.text.contains(sentence), "{sentence} in {}", week.text);
    }
    for page in [now, week] {
        assert!(!page.html.contains("lang=\"en\""), "no English inside a German page");
    }
}

#[tokio::test]
async fn families_are_compared_only_where_both_have_a_name() {
    const WORDS: &str = "Compare IPv4 and IPv6";
    let page = draw("/test", World::Data, "").await;
    assert!(page.text.contains(WORDS) && page.text.contains("Your last result"), "{}", page.text);
    assert!(page.text.contains("Up to 30 seconds"), "{}", page.text);
    let page = draw("/test", World::Empty, "").await;
    assert!(!page.text.contains(WORDS) && page.text.contains("No test yet."), "{}", page.text);
}

#[tokio::test]
async fn a_shared_result_is_there_or_404() {
    let page = draw("/share/abc", World::Data, "").await;
    assert_eq!((page.status, page.title.as_str()), (200, "A shared speed test · Steadyline"));
    insta::assert_snapshot!(page.text);
    let missing = draw("/share/abc", World::Empty, "").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("There is no shared result at this address."), "{}", missing.text);
    assert_eq!(draw("/share/abc", World::Down, "").await.status, 503);
}

#[tokio::test]
async fn the_tags_of_a_shared_result_stand_in_the_head() {
    let result = serde_json::from_slice(&answer(World::Data, "/api/shared/abc").unwrap().1).unwrap();
    let tags = Preview::new(&result, "https://example.org/share/abc".to_owned());
    let page = draw_with("/share/abc", World::Data, "", move || provide_context(tags.clone())).await;
    let head = page.html.split("</head>").next().unwrap();
    for tag in [
        r#"property="og:title" content="↓ 94"#,
        r#"property="og:url" content="https://example.org/share/abc""#,
        r#"property="og:image" content="https://example.org/share/abc/preview.png""#,
        r#"name="twitter:card" content="summary_large_image""#,
    ] {
        assert!(head.contains(tag), "{tag} in {head}");
    }
    assert!(
        !draw("/share/abc", World::Data, "").await.html.contains("og:title"),
        "without tags there are none"
    );
}

#[tokio::test]
async fn the_document_tells_its_scripts_whether_there_is_a_device() {
    let known =
        draw("/settings", World::Data, "steadyline_device=6f1c7b1e-7c0b-4f0e-9d57-0b5f8d1c2a3b").await;
    assert!(known.html.contains("data-device"));
    for cookie in ["", "steadyline_device=damaged"] {
        assert!(!draw("/settings", World::Data, cookie).await.html.contains("data-device"), "{cookie}");
    }
}
