//! The evidence bundle: for an admin in the house alone, whole, without a secret, and proven by its signature.

use std::{
    io::{Read, Write},
    path::PathBuf,
};

use axum::{body::Body, extract::ConnectInfo, http::Request};
use backend::{accept::Peer, config::Config, evidence::verify, http::InProcess};
use domain::{
    ApiError, ErrorCode,
    evidence::{GET_EVIDENCE_KEY, MANIFEST, Manifest},
};
use rstest::rstest;

use crate::app::{Reply, TestApp, Visitor};

const KEY: &str = "an-admin-key-of-some-length";
const LAN: [u8; 4] = [192, 168, 1, 20];

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

/// Stores an answer as a client would.
fn saved(app: &TestApp, reply: &Reply) -> PathBuf {
    let path = app.state.config.data_dir.join("bundle.zip");
    std::fs::write(&path, &reply.body).unwrap();
    path
}

fn member(manifest: &Manifest, name: &str) -> bool {
    manifest.members.iter().any(|member| member.name == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_whole_and_signed() {
    let app = app(|_| {}).await;
    let reply = admin(&app).get("/api/admin/evidence?database=true").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.headers["content-type"]),
        (200, &"application/zip".parse().unwrap())
    );
    let path = saved(&app, &reply);
    let key = app.anyone().call(GET_EVIDENCE_KEY, &()).await.unwrap().public_key;
    let manifest = verify(&path, Some(&key)).unwrap();
    for name in [
        "status/self_health.json",
        "journal/log.txt",
        "config/settings.toml",
        "program/sbom.cdx.json",
        "trouble/gaps.csv",
    ] {
        assert!(member(&manifest, name), "{name}");
    }
    assert_eq!(member(&manifest, "database/steadyline.db"), app.state.db.is_sqlite());
    let left = std::fs::read_dir(&app.state.config.data_dir).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("evidence-")), "the snapshot is gone: {left:?}");
    let other = "ab".repeat(32);
    assert!(verify(&path, Some(&other)).unwrap_err().to_string().contains("another key"));
}

/// Another author's tool reads it too, where it is there.
#[tokio::test(flavor = "multi_thread")]
async fn others_read_it_and_find_no_secret() {
    let secret = "swordfish-swordfish";
    let app = TestApp::with(|config| {
        let vars = backend::config::Vars::from([
            ("admin.key".to_owned(), secret.to_owned()),
            ("speed.endpoints".to_owned(), "wss://me:hunter2@there.example/".to_owned()),
        ]);
        config.texts = Config::from_vars(&vars).unwrap().texts;
        config.admin.key = Some(KEY.into());
    })
    .await;
    let path = saved(&app, &admin(&app).get("/api/admin/evidence").await);
    let unpack = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n\
                  for n in z.namelist(): sys.stdout.buffer.write(z.read(n))";
    let Ok(told) = std::process::Command::new("python3").args(["-c", unpack]).arg(&path).output() else {
        return;
    };
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(text.contains("\"admin.key\" = \"***\"") && text.contains("\"bomFormat\":\"CycloneDX\""));
    assert!(text.contains("wss://***@there.example/"));
    assert!(!text.contains("swordfish") && !text.contains("hunter2") && !text.contains(KEY));
    let key = std::fs::read_to_string(app.state.config.data_dir.join("server.key")).unwrap();
    assert!(!text.contains(key.trim()));
}

#[rstest]
#[case::from_elsewhere([203, 0, 113, 7], None, "access.lan_networks")]
#[case::by_a_proxy(LAN, Some(("x-forwarded-for", "192.168.1.21")), "proxy's header")]
#[case::by_a_modest_proxy(LAN, Some(("via", "1.1 box")), "proxy's header")]
#[case::forged_from_elsewhere([203, 0, 113, 7], Some(("x-real-ip", "192.168.1.21")), "proxy's header")]
#[case::by_a_trusted_proxy([10, 9, 9, 9], None, "trusted proxy")]
#[tokio::test]
async fn it_is_for_the_house(
    #[case] from: [u8; 4],
    #[case] header: Option<(&'static str, &'static str)>,
    #[case] why: &str,
) {
    let app = app(|config| config.http.trusted_proxies = vec!["10.9.9.9/32".parse().unwrap()]).await;
    let mut visitor = admin(&app).from(from);
    if let Some((name, value)) = header {
        visitor = visitor.header(name, value);
    }
    let reply = visitor.get("/api/admin/evidence").await;
    let error = reply.json::<ApiError>();
    assert_eq!((reply.status.as_u16(), error.code), (403, ErrorCode::Forbidden));
    assert!(error.detail.contains(why), "{}", error.detail);
}

#[tokio::test]
async fn it_is_for_admins_and_no_page_fetches_it() {
    let app = app(|_| {}).await;
    assert_eq!(app.anyone().from(LAN).get("/api/admin/evidence").await.status, 401);
    let mut request =
        Request::get("/api/admin/evidence").header("x-admin-key", KEY).body(Body::empty()).unwrap();
    assert_eq!(app.request(request).await.status, 403, "by no socket");
    request = Request::get("/api/admin/evidence").header("x-admin-key", KEY).body(Body::empty()).unwrap();
    request.extensions_mut().insert(InProcess(LAN.into()));
    request.extensions_mut().insert(ConnectInfo(Peer::from(std::net::SocketAddr::from((LAN, 1)))));
    assert_eq!(app.request(request).await.status, 403, "in process");
}

/// What a bundle is changed by, and what is told of it.
fn changed(bytes: &[u8], change: fn(&str, Vec<u8>) -> Option<Vec<u8>>, added: Option<&str>) -> Vec<u8> {
    let archive = rawzip::ZipArchive::from_slice(bytes).unwrap();
    let mut out = Vec::new();
    let mut zip = rawzip::ZipArchiveWriter::new(&mut out);
    let mut put = |name: &str, content: &[u8]| {
        let (mut entry, config) = zip.new_file(name).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content).unwrap();
        let (_, output) = writer.finish().unwrap();
        entry.finish(output).unwrap();
    };
    for entry in archive.entries() {
        let entry = entry.unwrap();
        let name = std::str::from_utf8(entry.file_path().as_ref()).unwrap().to_owned();
        let packed = archive.get_entry(entry.wayfinder()).unwrap();
        let mut content = Vec::new();
        flate2::read::DeflateDecoder::new(packed.data()).read_to_end(&mut content).unwrap();
        if let Some(content) = change(&name, content) {
            put(&name, &content);
        }
    }
    if let Some(name) = added {
        put(name, b"more");
    }
    zip.finish().unwrap();
    out
}

#[rstest]
#[case::unchanged(|_: &str, bytes: Vec<u8>| Some(bytes), None, "")]
#[case::a_member(|name: &str, bytes: Vec<u8>| Some(if name == "README.txt" { b"other".to_vec() } else { bytes }), None, "README.txt was changed")]
#[case::the_list(|name: &str, bytes: Vec<u8>| Some(if name == MANIFEST { [&bytes[..], b" "].concat() } else { bytes }),
    None, "manifest was changed")]
#[case::one_less(|name: &str, bytes: Vec<u8>| (name != "journal/log.txt").then_some(bytes), None, "journal/log.txt is missing")]
#[case::one_more(|_: &str, bytes: Vec<u8>| Some(bytes), Some("more.txt"), "more than was signed")]
#[case::one_twice(|_: &str, bytes: Vec<u8>| Some(bytes), Some("README.txt"), "in it twice")]
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told(
    #[case] change: fn(&str, Vec<u8>) -> Option<Vec<u8>>,
    #[case] added: Option<&str>,
    #[case] told: &str,
) {
    let app = app(|_| {}).await;
    let mut reply = admin(&app).get("/api/admin/evidence").await;
    reply.body = changed(&reply.body, change, added);
    let path = saved(&app, &reply);
    match verify(&path, None) {
        Ok(_) => assert!(told.is_empty()),
        Err(error) => assert!(!told.is_empty() && error.to_string().contains(told), "{error:#}"),
    }
}

#[tokio::test]
async fn what_is_no_bundle_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    for bytes in [vec![], b"PK".to_vec(), vec![0; 100_000]] {
        std::fs::write(&path, bytes).unwrap();
        assert!(verify(&path, None).unwrap_err().to_string().contains("no whole ZIP"));
    }
}
