//! HTTPS by the program itself.

use reqwest::{Client, StatusCode, redirect::Policy};

use crate::program::Program;

const SET: &[&str] =
    &["--set", "tls.mode=self_signed", "--set", "tls.listen=127.0.0.1:0", "--set", "uplinks.enabled=false"];

#[tokio::test]
async fn a_certificate_of_its_own_serves_pages_and_plain_http_leads_there() {
    let program = Program::new();
    let server = program.start(SET);
    let log = server.log();
    let address =
        log.split_once("listening on https://").unwrap().1.lines().next().unwrap().trim().to_owned();
    assert!(log.contains("sha256="), "{log}");
    let root = std::fs::read(program.path("data/tls/self-signed.pem")).unwrap();
    let root = reqwest::Certificate::from_pem(&root).unwrap();
    let client =
        Client::builder().no_proxy().redirect(Policy::none()).tls_certs_only([root]).build().unwrap();
    let page = client.get(format!("https://{address}/")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(!page.headers().contains_key("strict-transport-security"), "nobody else vouches for it");
    assert!(page.text().await.unwrap().contains("<html"));

    let session = client.post(format!("https://{address}/api/me/pair")).send().await.unwrap();
    let cookie = session.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("Secure"), "{cookie}");

    let led = client.get(server.url("/history?tab=export")).send().await.unwrap();
    assert_eq!(led.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(led.headers()["location"], format!("https://{address}/history?tab=export"));
    let health = client.get(server.url("/livez")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
}

#[test]
fn a_certificate_that_is_not_there_is_told() {
    let program = Program::new();
    let told = program.refuses(&[
        "--set",
        "tls.mode=files",
        "--set",
        "tls.certificate=missing.pem",
        "--set",
        "tls.key=missing.key",
    ]);
    assert!(told.contains("tls.certificate missing.pem"), "{told}");
}
