//! The overlay: laid over whole or not at all, undone, and every hostile ZIP refused by the name of its member.

mod zip;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use backend::{accept::Peer, config::Config, overlay::Overlays};
use domain::{
    ApiError, ErrorCode,
    admin::Role,
    overlay::{GET_LEGAL_TEXT, GET_OVERLAY, LegalPath, Overlay, UNDO_OVERLAY},
    providers::GET_MY_CONNECTION,
};
use rstest::rstest;
use zip::{Packed, deflated, stored, zip};

use crate::app::{Reply, TestApp, Visitor, code};

const KEY: &str = "an-admin-key-of-some-length";
const LAN: [u8; 4] = [192, 168, 1, 20];
const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'/>";
const ISPS: &str = "[[provider]]\nname = \"House Net\"\nprefixes = [\"198.51.100.0/24\"]\n";

async fn app(change: impl FnOnce(&mut Config)) -> TestApp {
    TestApp::with(|config| {
        config.admin.key = Some(KEY.into());
        change(config);
    })
    .await
}

fn admin(app: &TestApp) -> Visitor<'_> {
    app.anyone().from(LAN).header("x-admin-key", KEY)
}

async fn post(app: &TestApp, from: [u8; 4], headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    let mut request = Request::post("/api/admin/overlay");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(Peer::from(std::net::SocketAddr::from((from, 4711)))));
    app.request(request).await
}

const ZIP: (&str, &str) = ("content-type", "application/zip");

async fn lay(app: &TestApp, members: &[Packed]) -> Reply {
    post(app, LAN, &[ZIP, ("x-admin-key", KEY)], zip(members)).await
}

fn names(overlay: &Overlay) -> Vec<&str> {
    overlay.members.iter().map(|member| member.name.as_str()).collect()
}

fn first() -> Vec<Packed> {
    vec![
        deflated("app/logo.svg", SVG),
        stored("app/extra.css", ".brand { color: teal }"),
        deflated("app/legal/imprint.md", "# Who runs this\n\nAnna"),
        deflated("app/isps.toml", ISPS),
    ]
}

#[tokio::test]
async fn an_overlay_is_laid_over_and_undone() {
    let app = app(|_| {}).await;
    let resident = app.device(1);
    let provider = async || resident.call(GET_MY_CONNECTION, &()).await.unwrap().isp;
    let none = admin(&app).call(GET_OVERLAY, &()).await.unwrap();
    assert_eq!((names(&none), none.has_previous, provider().await), (vec![], false, None));

    let reply = lay(&app, &first()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let laid: Overlay = reply.json();
    assert_eq!(laid, admin(&app).call(GET_OVERLAY, &()).await.unwrap());
    assert_eq!(names(&laid), ["app/logo.svg", "app/extra.css", "app/isps.toml", "app/legal/imprint.md"]);
    assert_eq!((laid.members[0].size, laid.has_previous), (SVG.len() as u64, false));
    assert_eq!(provider().await.as_deref(), Some("House Net"), "at once, without a restart");
    let path = LegalPath { name: "imprint".to_owned() };
    let text = app.anyone().call(GET_LEGAL_TEXT, &path).await.unwrap();
    assert_eq!((text.title.as_str(), text.text.as_str()), ("Who runs this", "# Who runs this\n\nAnna"));
    let other = LegalPath { name: "privacy".to_owned() };
    assert_eq!(code(app.anyone().call(GET_LEGAL_TEXT, &other).await), ErrorCode::NotFound);
    // What a program that starts anew reads.
    let again = Overlays::load(&app.state.config.data_dir).unwrap();
    assert_eq!((again.face(), again.isps().as_deref()), (app.state.overlay.face(), Some(ISPS)));

    let second: Overlay = lay(&app, &[stored("app/legal/terms.txt", "All is well")]).await.json();
    assert_eq!((names(&second), second.has_previous), (vec!["app/legal/terms.txt"], true));
    assert_eq!(provider().await, None);
    let undone = admin(&app).call(UNDO_OVERLAY, &()).await.unwrap();
    assert_eq!((&undone.members, undone.has_previous), (&laid.members, false));
    assert_eq!(provider().await.as_deref(), Some("House Net"));
    let removed = admin(&app).call(UNDO_OVERLAY, &()).await.unwrap();
    assert_eq!((names(&removed), removed.has_previous), (vec![], false));
    assert_eq!(code(admin(&app).call(UNDO_OVERLAY, &()).await), ErrorCode::NotFound);
    let log = admin(&app).get("/api/admin/audit").await.text();
    assert_eq!((log.matches("overlay.import").count(), log.matches("overlay.undo").count()), (2, 2), "{log}");
}

#[tokio::test]
async fn its_files_are_served_under_their_hash() {
    let app = app(|_| {}).await;
    lay(&app, &first()).await;
    let face = app.state.overlay.face();
    assert_eq!(face.legal, [("imprint".to_owned(), "Who runs this".to_owned())]);
    let (logo, css) = (face.logo.unwrap(), face.css.unwrap());
    for (address, kind) in [(&logo, "image/svg+xml"), (&css, "text/css; charset=utf-8")] {
        let file = app.state.overlay.file(address).unwrap();
        assert_eq!(file.headers()["content-type"], kind);
        assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    }
    for nothing in ["/overlay/", "/overlay/app/isps.toml", "/overlay/logo.svg", "/", ""] {
        assert!(app.state.overlay.file(nothing).is_none(), "{nothing}");
    }
    lay(&app, &[stored("app/logo.png", b"\x89PNG\r\n\x1a\n")]).await;
    let other = app.state.overlay.face();
    let other_logo = app.state.overlay.file(&other.logo.unwrap()).unwrap();
    assert!(other.css.is_none() && other_logo.headers()["content-type"] == "image/png");
    assert!(app.state.overlay.file(&logo).is_none(), "its address went with it");
}

fn with(change: impl FnOnce(&mut Packed)) -> Vec<Packed> {
    let mut member = deflated("app/extra.css", ".brand { color: teal }");
    change(&mut member);
    vec![stored("app/logo.svg", SVG), member]
}

fn called(name: &str) -> Vec<Packed> {
    with(|member| name.clone_into(&mut member.name))
}

/// Packs to a twentieth or so.
fn prose(bytes: usize) -> String {
    let words = (0_u32..).map(|i| format!("{:08x} ", i.wrapping_mul(2_654_435_761)).repeat(40));
    words.take(bytes / 360).collect()
}

fn texts(count: usize, text: &str) -> Vec<Packed> {
    (0..count).map(|i| deflated(&format!("app/legal/t{i:02}.md"), text)).collect()
}

#[rstest]
#[case::backslashes(called("app\\extra.css"), "app\\extra.css", "backslash")]
#[case::absolute(called("/app/extra.css"), "/app/extra.css", "absolute")]
#[case::another_drive(called("C:/app/extra.css"), "C:/app/extra.css", "absolute")]
#[case::out_of_it(called("app/../../extra.css"), "app/../../extra.css", "leads out")]
#[case::a_folder(called("app/legal/"), "app/legal/", "folder")]
#[case::elsewhere(called("etc/passwd"), "etc/passwd", "under app/")]
#[case::the_program(called("app/steadyline"), "app/steadyline", "none of")]
#[case::a_link(with(|m| m.mode = 0o120_777), "app/extra.css", "link")]
#[case::a_folder_by_its_mode(with(|m| m.mode = 0o040_755), "app/extra.css", "folder")]
#[case::a_device(with(|m| m.mode = 0o020_666), "app/extra.css", "device")]
#[case::encrypted(with(|m| m.flags = 1), "app/extra.css", "encrypted")]
#[case::packed_by_bzip2(with(|m| m.method = 12), "app/extra.css", "deflate")]
#[case::another_sum(with(|m| m.crc ^= 1), "app/extra.css", "damaged")]
#[case::another_size(with(|m| m.size += 1), "app/extra.css", "damaged")]
#[case::no_deflate(with(|m| m.content = vec![0xff; 9]), "app/extra.css", "damaged")]
#[case::twice(called("app/logo.svg"), "app/logo.svg", "is the same thing")]
#[case::two_logos(called("app/logo.png"), "app/logo.png", "app/logo.svg is the same thing")]
#[case::no_image(vec![stored("app/logo.png", SVG)], "app/logo.png", "PNG")]
#[case::no_text(vec![stored("app/extra.css", [0xff, 0xfe])], "app/extra.css", "UTF-8")]
#[case::no_list(vec![stored("app/isps.toml", "[[provider]]\nname = \"x\"\n")], "app/isps.toml", "neither asns nor prefixes")]
#[case::a_bomb(vec![deflated("app/extra.css", vec![b' '; 7 << 20])], "app/extra.css", "100 times")]
#[case::a_bomb_that_lies(vec![Packed { size: 9, ..deflated("app/extra.css", vec![b' '; 7 << 20]) }], "app/extra.css", "100 times")]
#[case::too_much_in_all(texts(5, &prose(2 << 20)), "app/legal/t04.md", "8 MiB")]
#[case::too_many(texts(65, "x"), "app/legal/t64.md", "more than 64 files")]
#[case::nothing(vec![], "overlay", "no file")]
#[tokio::test]
async fn a_hostile_member_is_refused_by_its_name(
    #[case] members: Vec<Packed>,
    #[case] name: &str,
    #[case] why: &str,
) {
    let app = app(|_| {}).await;
    let reply = lay(&app, &members).await;
    let error = reply.json::<ApiError>();
    assert_eq!((reply.status.as_u16(), error.code), (422, ErrorCode::Invalid), "{}", error.detail);
    let told = &error.fields[name];
    assert!(told.contains(why) && error.detail.starts_with(name), "{}", error.detail);
    let overlay = admin(&app).call(GET_OVERLAY, &()).await.unwrap();
    assert!(overlay.members.is_empty(), "one bad member refuses the whole: {overlay:?}");
    assert!(!app.state.config.data_dir.join("overlay").exists(), "and nothing was written");
}

#[tokio::test]
async fn what_is_no_zip_is_refused() {
    let app = app(|_| {}).await;
    let whole = zip(&first());
    for body in [vec![], b"PK".to_vec(), vec![0; 100_000], whole[..whole.len() - 30].to_vec()] {
        let reply = post(&app, LAN, &[ZIP, ("x-admin-key", KEY)], body).await;
        let error = reply.json::<ApiError>();
        assert!(reply.status == 422 && error.fields["overlay"].contains("no whole ZIP"), "{}", error.detail);
    }
    let large = post(&app, LAN, &[ZIP, ("x-admin-key", KEY)], vec![0; (4 << 20) + 1]).await;
    assert_eq!((large.status.as_u16(), large.json::<ApiError>().code), (413, ErrorCode::TooLarge));
    for kind in [None, Some(("content-type", "application/json"))] {
        let headers: Vec<_> = [("x-admin-key", KEY)].into_iter().chain(kind).collect();
        assert_eq!(post(&app, LAN, &headers, zip(&first())).await.status, 415);
    }
}

/// Whatever stops a change in its middle, the overlay before stays, for this program and for the next one.
#[rstest]
#[case::while_it_is_unpacked("overlay/2", false)]
#[case::before_it_is_named("overlay/order.json.new", true)]
#[tokio::test]
async fn a_fault_in_the_middle_leaves_the_old_one(#[case] obstacle: &str, #[case] folder: bool) {
    let app = app(|_| {}).await;
    let data = &app.state.config.data_dir;
    lay(&app, &first()).await;
    let (before, face) = (admin(&app).call(GET_OVERLAY, &()).await.unwrap(), app.state.overlay.face());
    let place = data.join(obstacle);
    if folder {
        std::fs::create_dir(&place).unwrap();
    } else {
        std::fs::write(&place, "in the way").unwrap();
    }
    assert_eq!(lay(&app, &[stored("app/legal/terms.txt", "All is well")]).await.status, 500);
    assert_eq!(admin(&app).call(GET_OVERLAY, &()).await.unwrap(), before);
    assert_eq!(Overlays::load(data).unwrap().face(), face);
    if folder {
        std::fs::remove_dir(&place).unwrap();
    } else {
        std::fs::remove_file(&place).unwrap();
    }
    assert_eq!(lay(&app, &[stored("app/legal/terms.txt", "All is well")]).await.status, 200);
    assert_eq!(Overlays::load(data).unwrap().face(), app.state.overlay.face());
}

#[tokio::test]
async fn what_a_stop_left_half_done_is_removed_at_the_start() {
    let app = app(|_| {}).await;
    let folder = app.state.config.data_dir.join("overlay");
    lay(&app, &first()).await;
    std::fs::create_dir_all(folder.join("2/app")).unwrap();
    std::fs::write(folder.join("2/app/logo.svg"), "half").unwrap();
    let started = Overlays::load(&app.state.config.data_dir).unwrap();
    assert_eq!(started.face(), app.state.overlay.face());
    assert!(!folder.join("2").exists() && folder.join("1").exists());
    std::fs::write(folder.join("order.json"), "{").unwrap();
    let Err(told) = Overlays::load(&app.state.config.data_dir) else { panic!("a damaged order counts") };
    assert!(told.to_string().contains("remove"), "{told}");
}

#[tokio::test]
async fn it_is_for_an_admin_in_the_house() {
    let app = app(|_| {}).await;
    let (anna, vera) = (app.signed_in("anna", Role::Admin).await, app.signed_in("vera", Role::Viewer).await);
    let own = ("host", "line.example");
    for (from, headers, status) in [
        (LAN, vec![ZIP], 401),
        (LAN, vec![ZIP, ("cookie", &vera)], 403),
        ([203, 0, 113, 7], vec![ZIP, ("cookie", &anna)], 403),
        (LAN, vec![ZIP, ("cookie", &anna), ("x-forwarded-for", "192.168.1.21")], 403),
        (LAN, vec![ZIP, own, ("cookie", &anna), ("origin", "https://evil.example")], 403),
        (LAN, vec![ZIP, own, ("cookie", &anna), ("sec-fetch-site", "cross-site")], 403),
        (LAN, vec![ZIP, own, ("cookie", &anna), ("origin", "https://line.example")], 200),
    ] {
        let reply = post(&app, from, &headers, zip(&first())).await;
        assert_eq!(reply.status.as_u16(), status, "{headers:?} {}", reply.text());
    }
    let undo = async |visitor: Visitor<'_>| visitor.send("DELETE", "/api/admin/overlay", None).await.status;
    let anna_at = |from: [u8; 4]| app.anyone().from(from).header("cookie", anna.as_str());
    assert_eq!(undo(app.anyone().from(LAN)).await, 401);
    assert_eq!(undo(anna_at([203, 0, 113, 7])).await, 403);
    assert_eq!(undo(anna_at(LAN).header("origin", "https://evil.example")).await, 403);
    assert_eq!(app.anyone().get("/api/admin/overlay").await.status, 401);
    assert_eq!(app.anyone().header("cookie", vera.as_str()).get("/api/admin/overlay").await.status, 403);
    // Looking changes nothing: pages do it, by no socket.
    assert_eq!(names(&anna_at([203, 0, 113, 7]).call(GET_OVERLAY, &()).await.unwrap()).len(), 4);
    assert_eq!(undo(anna_at(LAN)).await, 200);
}
