//! `access.public`: who sees anything at all.

use domain::admin::{Role, access::PublicAccess};
use rstest::rstest;

use crate::app::TestApp;

async fn app(public: PublicAccess) -> TestApp {
    TestApp::with(|config| {
        config.access.public = public;
        config.access.networks = vec!["10.0.0.0/8".parse().unwrap()];
        config.admin.key = Some("operator".to_owned().into());
    })
    .await
}

/// Pages' data, bytes of a test, another program's protocol.
const CLOSED: [&str; 4] =
    ["/api/status", "/api/admin/sessions", "/api/bandwidth-probe", "/backend/garbage?ckSize=1"];

#[rstest]
#[case::networks(PublicAccess::Networks, 403)]
#[case::signed_in(PublicAccess::SignedIn, 401)]
#[tokio::test]
async fn strangers_reach_the_door_and_nothing_else(#[case] public: PublicAccess, #[case] refused: u16) {
    let app = app(public).await;
    for path in CLOSED {
        assert_eq!(app.anyone().get(path).await.status.as_u16(), refused, "{path}");
    }
    for path in ["/health", "/livez", "/readyz", "/api/health"] {
        assert_eq!(app.anyone().get(path).await.status, 200, "{path}");
    }
    // The door itself: nobody is signed in, and one may try.
    assert_eq!(app.anyone().get("/api/admin/session").await.status, 401);
    assert_eq!(app.anyone().try_sign_in("anna", "no password of hers", "000000").await.status, 401);
}

#[tokio::test]
async fn a_viewer_and_a_script_with_the_key_come_in() {
    let app = app(PublicAccess::SignedIn).await;
    let viewer = app.anyone().header("cookie", app.signed_in("vera", Role::Viewer).await);
    let script = app.anyone().header("x-admin-key", "operator");
    for path in ["/api/status", "/api/bandwidth-probe"] {
        assert_eq!(viewer.get(path).await.status, 200, "{path}");
        assert_eq!(script.get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.anyone().header("x-admin-key", "operato").get("/api/status").await.status, 401);
    assert_eq!(viewer.get("/api/admin/users").await.status, 403, "seeing is not changing");
}

#[tokio::test]
async fn a_listed_network_comes_in_without_signing_in() {
    let app = app(PublicAccess::Networks).await;
    let inside = app.anyone().from([10, 1, 2, 3]);
    assert_eq!(inside.get("/api/status").await.status, 200);
    assert_eq!(inside.get("/api/admin/users").await.status, 401);
    let elsewhere = app.anyone().header("cookie", app.signed_in("vera", Role::Viewer).await);
    assert_eq!(elsewhere.get("/api/status").await.status, 200, "and who is signed in, from anywhere");
}
