//! An overlay as visitors meet it: logo, style sheet and legal texts on every page, under the pages' own policy.

use std::io::Write;

use reqwest::Client;

use crate::program::Program;

const KEY: &str = "an-admin-key-of-some-length";

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zip = rawzip::ZipArchiveWriter::new(&mut out);
    for (name, content) in members {
        let (mut entry, config) = zip.new_file(name).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content.as_bytes()).unwrap();
        let (_, output) = writer.finish().unwrap();
        entry.finish(output).unwrap();
    }
    zip.finish().unwrap();
    out
}

/// The first address between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap_or_else(|| panic!("{from} in {text}")) + from.len();
    text[start..].split(to).next().unwrap_or_default()
}

#[tokio::test]
async fn a_served_page_shows_logo_style_and_legal_texts() {
    let program = Program::new();
    let key = format!("admin.key={KEY}");
    let server = program.start(&["--data-dir", "data", "--set", &key, "--set", "access.public=signed-in"]);
    let client = Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| client.get(server.url(path)).send().await.unwrap();
    let bare = get("/admin/sign-in").await.text().await.unwrap();
    assert!(bare.contains("<p class=\"brand\">Steadyline</p>") && !bare.contains("/overlay/"), "{bare}");

    let members = [
        ("app/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("app/extra.css", ".brand { color: teal }"),
        ("app/legal/imprint.md", "# Who runs this\n\n<img src=x onerror=alert(1)>"),
    ];
    let post = client.post(server.url("/api/admin/overlay")).header("x-admin-key", KEY);
    let laid = post.header("content-type", "application/zip").body(zip(&members)).send().await.unwrap();
    assert_eq!(laid.status(), 200, "{}", laid.text().await.unwrap());

    // Where nobody but who is signed in sees anything, the door and who answers for it look as everything does.
    let page = get("/admin/sign-in").await.text().await.unwrap();
    let logo = between(&page, "<p class=\"brand\"><img src=\"", "\"");
    let css = between(&page, "<link rel=\"stylesheet\" href=\"/overlay/", "\"");
    assert_eq!(between(&page, "<a href=\"/legal/imprint\">", "<"), "Who runs this");
    let style = get(&format!("/overlay/{css}")).await;
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    assert_eq!(style.text().await.unwrap(), members[1].1);
    let image = get(logo).await;
    assert_eq!(image.headers()["content-type"], "image/svg+xml");
    let policy = image.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "a drawing runs nothing: {policy}");
    let legal = get("/legal/imprint").await;
    let policy = legal.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("style-src 'self';") && policy.contains("img-src 'self' data: blob:;"),
        "{policy}"
    );
    let text = legal.text().await.unwrap();
    assert!(text.contains("<h1>Who runs this") && text.contains("&lt;img src=x"), "{text}");
    assert_eq!(get("/legal/nothing").await.status(), 404);
}
