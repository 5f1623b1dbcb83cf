//! The operator's door from outside: accounts by the command line, pages that are not public, fail2ban's line, a new
//! sealing key.

use std::{process::Command, time::Duration};

use reqwest::{Client, redirect::Policy};
use rstest::rstest;
use serde_json::json;

use crate::program::{Program, Running};

const PASSWORD: &str = "four words make one";
const DATA: [&str; 2] = ["--data-dir", "data"];

fn in_data<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &DATA[..]].concat()
}

fn create(program: &Program, name: &str) -> String {
    let ended = program.told(&[&["admin", "create", name], &DATA[..]].concat(), PASSWORD);
    assert!(ended.success, "{}", ended.err);
    ended.out
}

/// The first recovery code of what `admin create` printed.
fn recovery_code(out: &str) -> &str {
    let codes = out.lines().skip_while(|line| !line.starts_with("Recovery codes"));
    codes.skip(1).map(str::trim).find(|line| line.len() == 19).unwrap()
}

fn client() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_secs(30)).build().unwrap()
}

async fn sign_in(server: &Running, code: &str) -> reqwest::Response {
    let asked = json!({ "name": "anna", "password": PASSWORD, "code": code });
    client().post(server.url("/api/admin/session")).json(&asked).send().await.unwrap()
}

#[test]
fn accounts_are_made_listed_changed_and_removed() {
    let program = Program::new();
    let told = create(&program, "anna");
    for part in ["█", "otpauth://totp/Steadyline:anna?secret=", "/admin/sign-in"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(told.lines().filter(|line| line.trim().len() == 19 && line.contains('-')).count(), 10);
    let role = in_data;
    let list = program.does(&role(&["admin", "list"]));
    assert!(list.starts_with("anna  admin  signed in: never  recovery codes left: 10"), "{list}");
    assert!(program.told(&role(&["admin", "passwd", "anna"]), "another four words").success);
    assert!(program.does(&role(&["admin", "totp-reset", "anna"])).contains("otpauth://"));
    for (args, line, why) in [
        (["admin", "create", "anna"], PASSWORD, "This name is taken"),
        (["admin", "create", "Anna"], PASSWORD, "lower-case"),
        (["admin", "create", "ben"], "short", "shorter than 12"),
        (["admin", "passwd", "nobody"], PASSWORD, "no such account"),
    ] {
        let ended = program.told(&role(&args), line);
        let last = ended.err.lines().last().unwrap_or_default();
        assert!(!ended.success && last.starts_with("steadyline: ") && last.contains(why), "{}", ended.err);
    }
    program.does(&role(&["admin", "remove", "anna"]));
    assert!(program.does(&role(&["admin", "list"])).contains("Nobody may sign in yet"));
    let refused = program.refuses(&role(&["admin", "remove", "anna"]));
    assert!(refused.contains("no such account"), "{refused}");
}

#[tokio::test]
async fn pages_that_are_not_public_lead_to_the_door() {
    let program = Program::new();
    let out = create(&program, "anna");
    let server = program.start(&[&DATA[..], &["--set", "access.public=signed-in"]].concat());
    let get = async |path: &str, cookie: &str| {
        client().get(server.url(path)).header("cookie", cookie).send().await.unwrap()
    };
    let away = get("/uplinks?x=1&y", "").await;
    assert_eq!(
        (away.status().as_u16(), away.headers()["location"].to_str().unwrap()),
        (303, "/admin/sign-in?next=%2Fuplinks%3Fx%3D1%26y")
    );
    let door = get("/admin/sign-in", "").await;
    assert_eq!(door.status(), 200);
    assert!(!door.text().await.unwrap().contains("data-operator"));
    assert_eq!(get("/health", "").await.status(), 200);
    assert_eq!(get("/api/uplinks", "").await.status(), 401);
    let entered = sign_in(&server, recovery_code(&out)).await;
    assert_eq!(entered.status(), 200);
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(get("/uplinks", &cookie).await.status(), 200);
    let admin = get("/admin", &cookie).await;
    assert_eq!(admin.status(), 200);
    let admin = admin.text().await.unwrap();
    assert!(admin.contains("anna"), "the page asks in the browser's name");
    assert!(admin.contains(" data-operator"), "the browser is told who it works for");
}

#[rstest]
#[case::its_own_file(&["--set", "log.auth_file=auth.log"])]
#[case::the_log_as_text(&[])]
#[case::the_log_as_json(&["--set", "log.format=json"])]
#[tokio::test]
async fn fail2ban_reads_the_line(#[case] more: &[&str]) {
    if Command::new("fail2ban-regex").arg("--version").output().is_err() {
        eprintln!("skipped: fail2ban is not installed (`cargo xtask test` installs it)");
        return;
    }
    let program = Program::new();
    let server = program.start(&[&DATA[..], more].concat());
    for _ in 0..3 {
        assert_eq!(sign_in(&server, "000000").await.status(), 401);
    }
    let look = || std::fs::read_to_string(program.path("auth.log")).unwrap_or_else(|_| server.log());
    let failures = |log: &str| log.matches("AUTH_FAILURE ip=127.0.0.1 user=anna").count();
    // What the server said comes through a pipe: the answer may be here before the line.
    for _ in 0..100 {
        if failures(&look()) == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let log = look();
    assert_eq!(failures(&log), 3, "{log}");
    let filter = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/fail2ban/filter.d/steadyline.conf");
    program.write("log", &log);
    let said = Command::new("fail2ban-regex").arg(program.path("log")).arg(filter).output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let lines = format!("{} lines, 0 ignored, 3 matched", log.lines().count());
    assert!(said.contains(&lines), "{lines} in {said}");
}

#[tokio::test]
async fn a_new_sealing_key_opens_what_the_old_one_sealed_and_the_old_one_nothing() {
    let program = Program::new();
    let out = create(&program, "anna");
    let rotate = [&["key", "rotate"], &DATA[..]].concat();
    for _ in 0..2 {
        assert_eq!(program.does(&rotate), "1 secrets are sealed under the new key.\n");
    }
    let file = std::fs::read_to_string(program.path("data/sealing.key")).unwrap();
    assert_eq!(file.lines().count(), 1, "the old key is gone");
    let server = program.start(&DATA);
    assert!(program.refuses(&rotate).contains("stop the server"));
    assert_eq!(sign_in(&server, recovery_code(&out)).await.status(), 200);
    drop(server);
    // By the setting: the new key in front, then the old one out.
    let (new, old) = ("ab".repeat(32), file.trim().to_owned());
    let set = |keys: &str| [&rotate[..], &["--set", &format!("sealing_key={keys}")]].concat().join(" ");
    let run = |keys: &str| program.run(&set(keys).split(' ').collect::<Vec<_>>());
    assert!(run(&old).err.contains("write a new one"));
    assert!(run(&new).err.contains("write a new one"));
    assert!(run(&format!("{new},{old}")).out.contains("take the older keys out"));
    let lost = run(&format!("{},{old}", "cd".repeat(32)));
    assert!(!lost.success && lost.err.contains("opens by none of the keys"), "{}", lost.err);
}
