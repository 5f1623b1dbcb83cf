//! What the operator lays over: the page that changes it, the legal texts, and what every page shows of it.

use domain::{ApiError, ErrorCode, overlay::Face};
use leptos::prelude::provide_context;
use serde_json::{Value, json};

use super::{
    answers::World,
    draw::{draw, draw_with},
};

/// A first overlay; the second-fullest world has none.
pub fn overlay(world: World) -> Value {
    let members = [("app/logo.svg", 812), ("app/legal/imprint.md", 2310)];
    let members = members.map(|(name, size)| json!({ "name": name, "size": size }));
    json!({ "members": if world == World::Data { &members[..] } else { &[] }, "has_previous": false })
}

pub fn legal(full: bool) -> (u16, Vec<u8>) {
    let text = "# Who runs this\nAnna Example\nMain Street 1\n\n## By mail\n- <script>alert(1)</script>\n- b";
    let answer = json!({ "title": "Who runs this", "text": text });
    let missing = ApiError::new(ErrorCode::NotFound, "There is no such legal text.");
    let (status, value) = if full { (200, answer) } else { (404, json!(missing)) };
    (status, serde_json::to_vec(&value).unwrap())
}

#[tokio::test]
async fn without_an_overlay_its_page_says_what_one_does() {
    let page = draw("/admin/overlay", World::Alone, "").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Nothing lies over the product."), "{}", page.text);
    assert!(!page.text.contains("Remove it"), "{}", page.text);
    assert!(page.html.contains("type=\"file\"") && page.html.contains("for=\"overlay-file\""));
}

#[tokio::test]
async fn a_legal_text_is_text() {
    let page = draw("/legal/imprint", World::Data, "").await;
    assert_eq!((page.status, page.title.as_str()), (200, "Who runs this · Steadyline"));
    assert!(!page.html.contains("<script>alert"), "{}", page.text);
    insta::assert_snapshot!("legal-imprint_Data", page.text);
    let missing = draw("/legal/imprint", World::Empty, "").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("There is no such text"), "{}", missing.text);
    assert_eq!(draw("/legal/imprint", World::Down, "").await.status, 503);
}

#[tokio::test]
async fn every_page_shows_it() {
    let bare = draw("/settings", World::Data, "").await.html;
    assert!(bare.contains("<p class=\"brand\">Steadyline</p>") && bare.contains("<footer></footer>"));
    assert!(!bare.contains("/overlay/"));
    let face = Face {
        logo: Some("/overlay/ab.svg".to_owned()),
        css: Some("/overlay/cd.css".to_owned()),
        legal: vec![("imprint".to_owned(), "<b>Who & why".to_owned())],
    };
    let page = draw_with("/settings", World::Data, "", move || provide_context(face.clone())).await.html;
    for part in [
        "<p class=\"brand\"><img src=\"/overlay/ab.svg\" alt=\"Steadyline\"></p>",
        "<link rel=\"stylesheet\" href=\"/overlay/cd.css\"",
        "<a href=\"/legal/imprint\">&lt;b&gt;Who &amp; why",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains(" style="), "the policy blocks inline styles");
}
