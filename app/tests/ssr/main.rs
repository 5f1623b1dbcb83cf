//! Every route drawn on the server by a transport with canned answers: with data, without, and with the API down.
//!
//! What is compared is the text of `<main>`: it changes when the page says something else, not when a class moves.
#![cfg(feature = "ssr")]
#![expect(clippy::unwrap_used, reason = "a test says so by panicking")]

mod answers;
mod draw;

use answers::World;
use draw::draw;
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
    // What needs no data is there all the same.
    let expected = if path.ends_with("export") { 200 } else { 503 };
    assert_eq!(page.status, expected, "{path} with the API down");
    assert_eq!(page.text.contains("try again in a moment"), expected == 503, "{}", page.text);
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
        "/weekly-report",
        "/isp-sla",
    ] {
        let (english, german) =
            (draw(path, World::Empty, "").await, draw(path, World::Empty, "steadyline_lang=de").await);
        assert_ne!(english.text, german.text, "{path}");
        assert_ne!(english.title, german.title, "{path}");
    }
}
