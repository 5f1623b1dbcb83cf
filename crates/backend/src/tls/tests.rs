//! The door with TLS against real sockets on loopback.

use std::{io::Write, net::SocketAddr, path::Path};

use axum::{Json, Router, extract::ConnectInfo, routing::get};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rstest::rstest;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::*;
use crate::{
    accept::{Door, Limits, Peer, serve},
    config::TlsConfig,
};

struct Home {
    folder: tempfile::TempDir,
    config: Config,
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// A certificate for loopback and its key.
fn pair(until_year: i32) -> (String, String) {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until_year, 1, 1));
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn put(path: &Path, text: &str) {
    // A new time of change even where the clock of the file system is coarse.
    let later = std::fs::metadata(path)
        .and_then(|old| old.modified())
        .map_or(SystemTime::now(), |old| old + Duration::from_secs(2));
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.set_modified(later).unwrap();
}

impl Home {
    fn new(certificate: &str, key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsCertificate::Files {
            certificate: folder.path().join("a.pem"),
            key: folder.path().join("a.key"),
        };
        let home = Self::with(folder, files);
        home.put(certificate, key);
        home
    }

    fn self_signed() -> Self {
        let names = vec!["line.example".to_owned()];
        Self::with(tempfile::tempdir().unwrap(), TlsCertificate::SelfSigned { names })
    }

    fn with(folder: tempfile::TempDir, certificate: TlsCertificate) -> Self {
        let listen = "127.0.0.1:0".parse().unwrap();
        let tls = Some(TlsConfig { listen, certificate, redirect: true });
        let config = Config { data_dir: folder.path().to_owned(), tls, ..Config::default() };
        Self { folder, config }
    }

    fn put(&self, certificate: &str, key: &str) {
        put(&self.folder.path().join("a.pem"), certificate);
        put(&self.folder.path().join("a.key"), key);
    }

    fn open(&self) -> anyhow::Result<Keeper> {
        Ok(Keeper::open(&self.config, now())?.unwrap())
    }

    fn refusal(&self) -> String {
        self.open().map(|_| ()).map_err(|error| format!("{error:#}")).unwrap_err()
    }
}

async fn running(keeper: &Keeper, limits: Limits) -> (SocketAddr, CancellationToken) {
    let app = Router::new().route(
        "/peer",
        get(|ConnectInfo(peer): ConnectInfo<Peer>| async move {
            let info = probe::tcp_info(&*peer.socket.unwrap()).unwrap();
            Json((peer.tls, info.bytes_received > Some(300)))
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let door = Door { listener, app, tls: Some(keeper.acceptor().unwrap()) };
    TaskTracker::new().spawn(serve(vec![door], limits, stop.clone()));
    (address, stop)
}

async fn ask(address: SocketAddr, trusted: &str) -> reqwest::Result<reqwest::Response> {
    let root = reqwest::Certificate::from_pem(trusted.as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    client.get(format!("https://{address}/peer")).send().await
}

#[tokio::test]
async fn a_page_by_tls_knows_its_peer_and_its_socket() {
    let (certificate, key) = pair(2100);
    let keeper = Home::new(&certificate, &key).open().unwrap();
    let (address, _stop) = running(&keeper, Limits::default()).await;
    let answer = ask(address, &certificate).await.unwrap();
    assert_eq!(
        answer.version(),
        http::Version::HTTP_11,
        "a speed test's streams are connections of their own"
    );
    assert_eq!(answer.text().await.unwrap(), "[true,true]");
    // Another's certificate is trusted by nobody here.
    assert!(ask(address, &pair(2100).0).await.is_err());
}

#[tokio::test]
async fn changed_files_are_shown_and_broken_ones_are_not() {
    let (first, first_key) = pair(2100);
    let home = Home::new(&first, &first_key);
    let mut keeper = home.open().unwrap();
    let (address, _stop) = running(&keeper, Limits::default()).await;
    assert!(!keeper.look(&home.config, now()), "nothing has changed");
    let (second, second_key) = pair(2100);
    home.put(&second, &first_key);
    assert!(!keeper.look(&home.config, now()), "certificate and key of two pairs");
    assert!(ask(address, &first).await.is_ok());
    home.put(&second, &second_key);
    assert!(keeper.look(&home.config, now()));
    assert!(ask(address, &second).await.is_ok());
    assert!(ask(address, &first).await.is_err());
    home.put("", "");
    assert!(!keeper.look(&home.config, now()));
    assert!(ask(address, &second).await.is_ok(), "the old one is shown on");
}

#[tokio::test]
async fn a_certificate_of_our_own_stays_the_same_until_it_ends() {
    let home = Home::self_signed();
    home.open().unwrap();
    let file = home.folder.path().join("tls/self-signed.pem");
    let first = std::fs::read_to_string(&file).unwrap();
    let keeper = home.open().unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    let (address, _stop) = running(&keeper, Limits::default()).await;
    assert!(ask(address, &first).await.is_ok(), "it names loopback");
    let der = CertifiedLeaf::of(&first);
    assert!(der.contains("line.example"), "and what the operator named");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(home.folder.path().join("tls/self-signed.key")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    // A month before its end there is a new one, without a restart.
    let mut keeper = keeper;
    assert!(!keeper.look(&home.config, now()));
    assert!(keeper.look(&home.config, now() + chrono::TimeDelta::days(370)));
    let second = std::fs::read(&file).unwrap();
    let second = CertificateDer::from_pem_slice(&second).unwrap();
    assert_eq!(
        keeper.shown.0.read().unwrap().cert,
        [second],
        "its days lie ahead, so that no client takes it yet"
    );
    // A damaged one, too.
    std::fs::write(&file, "damaged").unwrap();
    home.open().unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().contains("BEGIN CERTIFICATE"));
}

/// The bytes of a certificate as text, for its names.
struct CertifiedLeaf;

impl CertifiedLeaf {
    fn of(pem: &str) -> String {
        String::from_utf8_lossy(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).into_owned()
    }
}

#[tokio::test]
async fn silence_and_plain_words_at_the_door_are_ended() {
    let (certificate, key) = pair(2100);
    let keeper = Home::new(&certificate, &key).open().unwrap();
    let limits = Limits { header_timeout: Duration::from_millis(300), ..Limits::default() };
    let (address, _stop) = running(&keeper, limits).await;
    for words in ["", "\u{16}\u{3}\u{1}", "GET / HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "still open after {words:?}");
        assert!(!answer.starts_with(b"HTTP"), "nothing is answered in the clear");
    }
    assert!(ask(address, &certificate).await.is_ok(), "and others are served");
}

#[rstest]
#[case::no_certificate("", "key", "holds no certificate")]
#[case::no_key("certificate", "", "holds no private key")]
#[case::words("certificate", "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n", "tls.key")]
#[case::of_two_pairs("certificate", "another", "does not belong to the certificate")]
fn what_cannot_be_used_is_told_with_its_mend(
    #[case] certificate: &str,
    #[case] key: &str,
    #[case] why: &str,
) {
    let ((good, good_key), (_, another)) = (pair(2100), pair(2100));
    let certificate = if certificate == "certificate" { good } else { certificate.to_owned() };
    let key = match key {
        "key" => good_key,
        "another" => another,
        text => text.to_owned(),
    };
    let told = Home::new(&certificate, &key).refusal();
    assert!(told.contains(why), "{told}");
}

#[test]
fn a_missing_file_and_a_folder_that_cannot_be_made_are_told() {
    let home = Home::new("", "");
    std::fs::remove_file(home.folder.path().join("a.pem")).unwrap();
    assert!(home.refusal().contains("tls.certificate"), "{}", home.refusal());
    let mut home = Home::self_signed();
    let blocked = home.folder.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    home.config.data_dir = blocked;
    assert!(home.refusal().contains("data_dir"), "{}", home.refusal());
}

/// Whoever has nothing better is served all the same, and told.
#[test]
fn an_expired_certificate_is_shown_with_a_warning() {
    let (certificate, key) = pair(2021);
    let keeper = Home::new(&certificate, &key).open().unwrap();
    let leaf = keeper.shown.0.read().unwrap().cert[0].clone();
    assert!(certificate::until(&leaf).unwrap() < now());
}
