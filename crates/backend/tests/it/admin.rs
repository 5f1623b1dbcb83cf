//! The operator's door: signing in, sessions, accounts, the audit log; and all who should stay outside.

use backend::{admin, entities::lockout};
use chrono::TimeDelta;
use domain::{
    ApiError, ErrorCode,
    admin::{
        AdminSessionPath, AdminUserPath, AuditQuery, CREATE_ADMIN_USER, DELETE_ADMIN_USER, END_ADMIN_SESSION,
        END_OTHER_ADMIN_SESSIONS, Enrolment, GET_ADMIN_SESSION, LIST_ADMIN_SESSIONS, LIST_ADMIN_USERS,
        LIST_AUDIT, NewAdminUser, RESET_ADMIN_TOTP, Role, SIGN_OUT,
    },
    measurements::DELETE_MEASUREMENTS,
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::app::{
    TestApp, code,
    door::{PASSWORD, cookie},
};

async fn refused(app: &TestApp, name: &str, password: &str, code: &str) {
    let reply = app.anyone().try_sign_in(name, password, code).await;
    assert_eq!(reply.status, 401, "{name}: {}", reply.text());
    assert!(!reply.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn name_password_and_code_open_a_session() {
    let app = TestApp::new().await;
    app.account("anna", Role::Admin).await;
    let code = app.code("anna", 0).await;
    let visitor = app.anyone().header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
    let reply = visitor.try_sign_in("Anna ", PASSWORD, &code).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let set = reply.headers["set-cookie"].to_str().unwrap();
    for part in ["steadyline_session=", "; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    assert!(!set.contains("Secure"), "a LAN host without HTTPS must keep it");
    let anna = app.anyone().header("cookie", cookie(&reply));
    let who = anna.call(GET_ADMIN_SESSION, &()).await.unwrap();
    assert_eq!((who.name.as_str(), who.role, who.recovery_codes), ("anna", Role::Admin, 10));
    assert_eq!(who.expires_at - app.now(), TimeDelta::hours(1));
    let sessions = anna.call(LIST_ADMIN_SESSIONS, &()).await.unwrap();
    assert_eq!((sessions[0].agent.as_deref(), sessions[0].current), (Some("Firefox, Linux"), true));
    let text = anna.get("/api/admin/sessions").await.text();
    assert!(!text.contains(cookie(&reply).split_once('=').unwrap().1), "a token is never told");
}

#[tokio::test]
async fn each_wrong_part_is_refused_with_the_same_words() {
    let app = TestApp::new().await;
    app.account("anna", Role::Admin).await;
    let now = app.code("anna", 0).await;
    let mut answers = Vec::new();
    for (name, password, code) in [
        ("anna", "four words make two", now.as_str()),
        ("anna", PASSWORD, "000000"),
        ("anna", PASSWORD, "nothing like a code"),
        ("nobody", PASSWORD, now.as_str()),
    ] {
        let reply = app.anyone().try_sign_in(name, password, code).await;
        assert_eq!(reply.status, 401);
        answers.push(reply.text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "nobody learns which part was wrong: {answers:?}");
    assert_eq!(app.anyone().try_sign_in("anna", "", "").await.status, 422);
    // Too early and too late by two steps.
    for steps in [-2, 2] {
        app.clock.advance(TimeDelta::hours(25));
        let code = app.code("anna", steps).await;
        refused(&app, "anna", PASSWORD, &code).await;
    }
}

#[tokio::test]
async fn a_code_signs_in_once_and_no_older_one_after_it() {
    let app = TestApp::new().await;
    app.account("anna", Role::Admin).await;
    let (before, now) = (app.code("anna", -1).await, app.code("anna", 0).await);
    let (first, second) = (app.anyone(), app.anyone());
    let (first, second) =
        tokio::join!(first.try_sign_in("anna", PASSWORD, &now), second.try_sign_in("anna", PASSWORD, &now));
    let mut both = [first.status.as_u16(), second.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 401], "the same code twice at once opens one session");
    refused(&app, "anna", PASSWORD, &now).await;
    refused(&app, "anna", PASSWORD, &before).await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_the_app_once() {
    let app = TestApp::new().await;
    let codes = app.account("anna", Role::Admin).await.recovery_codes;
    let reply = app.anyone().try_sign_in("anna", PASSWORD, &codes[3].to_lowercase()).await;
    assert_eq!(reply.json::<domain::admin::SignedInAs>().recovery_codes, 9);
    refused(&app, "anna", PASSWORD, &codes[3]).await;
    // Another account's is none of hers.
    let of_ben = app.account("ben", Role::Admin).await.recovery_codes;
    refused(&app, "anna", PASSWORD, &of_ben[0]).await;
    assert_eq!(app.anyone().try_sign_in("ben", PASSWORD, &of_ben[0]).await.status, 200);
}

#[tokio::test]
async fn a_wrong_code_a_thousand_times_is_locked_and_costs_two_rows() {
    let app = TestApp::new().await;
    app.account("anna", Role::Admin).await;
    let mut answers = std::collections::BTreeMap::<u16, u32>::new();
    for n in 0..1_000_u32 {
        let reply = app.anyone().try_sign_in("anna", PASSWORD, &format!("{n:06}")).await;
        if reply.status == 429 {
            assert_eq!(reply.headers["retry-after"], "30");
        }
        *answers.entry(reply.status.as_u16()).or_default() += 1;
    }
    assert_eq!(answers, [(401, 5), (429, 995)].into());
    assert_eq!(lockout::Entity::find().count(&app.state.db.read).await.unwrap(), 2);
    // The right code waits as well, from anywhere, and is taken afterwards.
    let right = app.code("anna", 0).await;
    let elsewhere = app.anyone().from([192, 0, 2, 9]);
    assert_eq!(elsewhere.try_sign_in("anna", PASSWORD, &right).await.status, 429);
    app.clock.advance(TimeDelta::seconds(30));
    let right = app.code("anna", 0).await;
    assert_eq!(app.anyone().try_sign_in("anna", PASSWORD, &right).await.status, 200);
    assert_eq!(lockout::Entity::find().count(&app.state.db.read).await.unwrap(), 0);
}

#[tokio::test]
async fn an_unknown_name_is_locked_like_a_known_one_and_a_network_like_a_name() {
    let app = TestApp::new().await;
    let statuses = async |name: fn(u8) -> String, trials: u8, host: u16| {
        let mut all = Vec::new();
        for n in 0..trials {
            // A /64 is one network, whatever its hosts.
            let visitor = app.anyone().from([0x2001, 0xdb8, host, 0, 0, 0, 0, u16::from(n)]);
            all.push(visitor.try_sign_in(&name(n), PASSWORD, "000000").await.status.as_u16());
        }
        all
    };
    assert_eq!(statuses(|_| "nobody".to_owned(), 6, 1).await, [401, 401, 401, 401, 401, 429]);
    let many = statuses(|n| format!("name{n}"), 21, 2).await;
    assert_eq!((many[19], many[20]), (401, 429));
    assert_eq!(statuses(|_| "another".to_owned(), 1, 3).await, [401], "another network may try");
}

#[tokio::test]
async fn a_session_is_over_when_signed_out_unused_or_old() {
    let app = TestApp::new().await;
    let status = async |cookie: &str| {
        app.anyone().header("cookie", cookie).get("/api/admin/session").await.status.as_u16()
    };
    let stolen = app.signed_in("anna", Role::Admin).await;
    let anna = app.anyone().header("cookie", stolen.clone());
    let reply = anna.send("DELETE", "/api/admin/session", None).await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(status(&stolen).await, 401, "signed out is signed out, whoever has the token");
    assert_eq!(code(anna.call(SIGN_OUT, &()).await), ErrorCode::Unauthenticated);

    let idle = app.signed_in("ben", Role::Admin).await;
    app.clock.advance(TimeDelta::minutes(60));
    assert_eq!(status(&idle).await, 401, "an hour without use");

    let busy = app.signed_in("cleo", Role::Admin).await;
    for _ in 0..23 {
        app.clock.advance(TimeDelta::minutes(30));
        assert_eq!(status(&busy).await, 200);
    }
    app.clock.advance(TimeDelta::minutes(30));
    assert_eq!(status(&busy).await, 401, "twelve hours in all");
    admin::retain(app.state.clone()).await.unwrap();
    let rows = backend::entities::admin_session::Entity::find().count(&app.state.db.read).await.unwrap();
    assert_eq!(rows, 0, "what is over is removed");
}

#[tokio::test]
async fn a_forged_cookie_opens_nothing() {
    let app = TestApp::new().await;
    let real = app.signed_in("anna", Role::Admin).await;
    let longer = format!("{real}A");
    let mut bent = real.clone();
    let last = bent.pop().unwrap();
    bent.push(if last == 'A' { 'B' } else { 'A' });
    for cookie in
        ["steadyline_session=", "steadyline_session=1", &longer, &bent, "steadyline_session=' OR 1=1"]
    {
        assert_eq!(
            app.anyone().header("cookie", cookie).get("/api/admin/users").await.status,
            401,
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_was_brought() {
    let app = TestApp::new().await;
    let first = app.signed_in("anna", Role::Admin).await;
    app.clock.advance(TimeDelta::seconds(30));
    let code = app.code("anna", 0).await;
    let again = app.anyone().header("cookie", first.clone()).try_sign_in("anna", PASSWORD, &code).await;
    assert_ne!(cookie(&again), first);
    assert_eq!(app.anyone().header("cookie", first).get("/api/admin/session").await.status, 401);
}

#[tokio::test]
async fn the_cookie_is_secure_where_the_browser_came_by_https() {
    let app = TestApp::with(|config| config.http.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()]).await;
    app.account("anna", Role::Admin).await;
    let code = app.code("anna", 0).await;
    let through = app.anyone().from([10, 0, 0, 1]).header("x-forwarded-proto", "https");
    let reply = through.try_sign_in("anna", PASSWORD, &code).await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn another_sites_page_cannot_act_for_the_operator() {
    let listed = |config: &mut backend::config::Config| {
        config.http.cors_origins = vec!["https://friend.example".parse().unwrap()];
    };
    let app = TestApp::with(listed).await;
    let cookie = app.signed_in("anna", Role::Admin).await;
    let end = async |origin: &str| {
        let visitor = app.anyone().header("host", "line.example").header("origin", origin);
        // A script of that page could add this header where it is listed.
        let visitor = visitor.header("x-client-id", "5eed0000-0000-4000-8000-000000000001");
        let visitor = visitor.header("cookie", cookie.clone());
        visitor.send("DELETE", "/api/admin/sessions", None).await.status.as_u16()
    };
    assert_eq!(end("https://evil.example").await, 403);
    assert_eq!(end("https://friend.example").await, 403, "listed for residents, not for the operator");
    assert_eq!(end("https://line.example").await, 200);
    let forged = app.anyone().header("host", "line.example").header("origin", "https://evil.example");
    assert_eq!(forged.try_sign_in("anna", PASSWORD, "000000").await.status, 403, "nor sign anybody in");
}

#[tokio::test]
async fn nobody_is_401_a_viewer_403_a_key_without_setting_503() {
    let app = TestApp::new().await;
    let viewer = app.signed_in("vera", Role::Viewer).await;
    let status = async |name: &'static str, value: &str| {
        let reply = app.anyone().header(name, value).get("/api/admin/users").await;
        (reply.status.as_u16(), reply.json::<ApiError>().code)
    };
    assert_eq!(status("accept", "*/*").await, (401, ErrorCode::Unauthenticated));
    assert_eq!(status("cookie", &viewer).await, (403, ErrorCode::Forbidden));
    assert_eq!(status("x-admin-key", "operator").await, (503, ErrorCode::Unavailable));
    let app = TestApp::with(|config| config.admin.key = Some("operator".to_owned().into())).await;
    assert_eq!(app.anyone().header("x-admin-key", "operato").get("/api/admin/users").await.status, 403);
    assert_eq!(app.anyone().header("x-admin-key", "operator").get("/api/admin/users").await.status, 200);
}

#[tokio::test]
async fn accounts_are_made_reset_and_removed() {
    let app = TestApp::new().await;
    let anna = app.anyone().header("cookie", app.signed_in("anna", Role::Admin).await);
    let new = |name: &str, password: &str| NewAdminUser {
        name: name.into(),
        password: password.into(),
        role: Role::Viewer,
    };
    let made = anna.call(CREATE_ADMIN_USER, &new("vera", PASSWORD)).await.unwrap();
    assert!(made.uri.starts_with("otpauth://totp/Steadyline:vera?secret="), "{}", made.uri);
    assert_eq!(made.recovery_codes.len(), 10);
    let again = anna.call(CREATE_ADMIN_USER, &new("vera", PASSWORD)).await;
    assert_eq!(code(again.map(|_| ())), ErrorCode::Conflict);
    for (name, password) in [("Vera!", PASSWORD), ("ben", "short"), ("annaannaanna", "annaannaanna")] {
        let refused = anna.call(CREATE_ADMIN_USER, &new(name, password)).await.map(|_| ());
        assert_eq!(code(refused), ErrorCode::Invalid, "{name}");
    }
    let first = app.anyone().try_sign_in("vera", PASSWORD, &made.recovery_codes[0]).await;
    let path = AdminUserPath { name: "vera".to_owned() };
    let reset: Enrolment = anna.call(RESET_ADMIN_TOTP, &path).await.unwrap();
    assert_ne!(reset.uri, made.uri);
    let vera = app.anyone().header("cookie", cookie(&first));
    assert_eq!(code(vera.call(GET_ADMIN_SESSION, &()).await), ErrorCode::Unauthenticated);
    refused(&app, "vera", PASSWORD, &made.recovery_codes[1]).await;
    let names: Vec<_> =
        anna.call(LIST_ADMIN_USERS, &()).await.unwrap().into_iter().map(|u| (u.name, u.role)).collect();
    assert_eq!(names, [("anna".to_owned(), Role::Admin), ("vera".to_owned(), Role::Viewer)]);
    anna.call(DELETE_ADMIN_USER, &path).await.unwrap();
    assert_eq!(code(anna.call(DELETE_ADMIN_USER, &path).await), ErrorCode::NotFound);
    let own = AdminUserPath { name: "anna".to_owned() };
    assert_eq!(code(anna.call(DELETE_ADMIN_USER, &own).await), ErrorCode::Conflict, "the last admin stays");
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_or_all_others() {
    let app = TestApp::new().await;
    let first = app.signed_in("anna", Role::Admin).await;
    let mut cookies = vec![first];
    for _ in 0..2 {
        app.clock.advance(TimeDelta::seconds(30));
        let code = app.code("anna", 0).await;
        cookies.push(cookie(&app.anyone().try_sign_in("anna", PASSWORD, &code).await));
    }
    let ben = app.anyone().header("cookie", app.signed_in("ben", Role::Admin).await);
    let anna = app.anyone().header("cookie", cookies[2].clone());
    let listed = anna.call(LIST_ADMIN_SESSIONS, &()).await.unwrap();
    assert_eq!(listed.iter().filter(|s| s.name == "anna").count(), 3);
    let oldest = listed.iter().filter(|s| s.name == "anna").min_by_key(|s| s.created_at).unwrap();
    let path = AdminSessionPath { id: oldest.id };
    assert_eq!(anna.call(END_ADMIN_SESSION, &path).await.unwrap().ended, 1);
    assert_eq!(code(anna.call(END_ADMIN_SESSION, &path).await), ErrorCode::NotFound);
    assert_eq!(anna.call(END_OTHER_ADMIN_SESSIONS, &()).await.unwrap().ended, 1);
    assert!(
        anna.call(GET_ADMIN_SESSION, &()).await.is_ok() && ben.call(GET_ADMIN_SESSION, &()).await.is_ok()
    );
}

#[tokio::test]
async fn every_act_is_written_down() {
    let app = TestApp::with(|config| config.admin.key = Some("operator".to_owned().into())).await;
    let anna = app.anyone().header("cookie", app.signed_in("anna", Role::Admin).await);
    anna.call(DELETE_MEASUREMENTS, &()).await.unwrap();
    app.device(1).header("x-admin-key", "operator").call(DELETE_MEASUREMENTS, &()).await.unwrap();
    anna.call(SIGN_OUT, &()).await.unwrap();
    let key = app.anyone().header("x-admin-key", "operator");
    let first = key.call(LIST_AUDIT, &AuditQuery { after: None, limit: 3 }).await.unwrap();
    let rest = key.call(LIST_AUDIT, &AuditQuery { after: first.next, limit: 50 }).await.unwrap();
    assert_eq!((first.items.len(), rest.next), (3, None));
    let told: Vec<_> = first
        .items
        .iter()
        .chain(&rest.items)
        .map(|e| (e.who.as_str(), e.act.as_str(), e.subject.as_deref(), e.address.as_deref()))
        .collect();
    let (home, device) = (Some("203.0.113.7"), Some("198.51.100.1"));
    assert_eq!(
        told,
        [
            ("anna", "session.delete", None, home),
            ("X-Admin-Key", "measurements.delete", Some("0 of this device"), device),
            ("anna", "measurements.delete", Some("0 of all devices"), home),
            ("anna", "session.create", None, home),
            ("command line", "user.create", Some("anna"), None),
        ]
    );
    assert_eq!(key.get("/api/admin/audit?limit=201").await.status, 422);
    app.clock.advance(TimeDelta::days(366));
    admin::retain(app.state.clone()).await.unwrap();
    assert!(key.call(LIST_AUDIT, &AuditQuery::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn refused_sign_ins_are_told_to_the_file_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auth.log");
    let app = TestApp::with(|config| config.log.auth_file = Some(file.clone())).await;
    for name in ["anna", "x\nAUTH_FAILURE ip=198.51.100.1 user=x"] {
        refused(&app, name, PASSWORD, "000000").await;
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "2026-11-21T09:00:00Z AUTH_FAILURE ip=203.0.113.7 user=anna\n\
         2026-11-21T09:00:00Z AUTH_FAILURE ip=203.0.113.7 user=x_auth_failure_ip_198.51.100.1_user_x\n"
    );
}
