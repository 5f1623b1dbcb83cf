//! The roles that end by themselves.

use crate::program::Program;

#[test]
fn config_check_says_what_is_set_and_keeps_secrets() {
    let program = Program::new();
    program.write("s.toml", "[admin]\nkey = \"a-key-of-some-length\"\n[speed]\nqueue = 7\n");
    let told = program.does(&["config", "check", "--config", "s.toml", "--set", "privacy.k=5"]);
    for line in ["* speed.queue = 7", "* privacy.k = 5", "* admin.key = ***", "  listen = "] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(!told.contains("a-key-of-some-length"), "{told}");
    let refused = program.refuses(&["config", "check", "--set", "speed.queue=many"]);
    assert!(refused.contains("speed.queue"), "{refused}");
}

#[test]
fn migrate_makes_the_database_and_changes_nothing_the_second_time() {
    let program = Program::new();
    std::fs::create_dir(program.path("data")).unwrap();
    for _ in 0..2 {
        assert_eq!(program.does(&["migrate", "--data-dir", "data"]), "");
    }
    assert!(program.path("data/steadyline.db").exists());
}

#[test]
fn a_backup_that_was_restored_is_the_same_database() {
    let program = Program::new();
    let role = |args: &[&str]| program.does(&[args, &["--data-dir", "data"]].concat());
    let told = role(&["seed", "--measurements", "500", "--devices", "4"]);
    assert!(told.contains("5eed0000-0000-4000-9000-000000000000"), "{told}");
    role(&["backup", "first.db"]);
    role(&["seed", "--measurements", "100", "--seed", "2"]);
    role(&["backup", "second.db"]);
    let told = role(&["restore", "first.db"]);
    assert!(told.contains("before-restore-1"), "{told}");
    role(&["backup", "third.db"]);
    let bytes = |name: &str| {
        let mut bytes = std::fs::read(program.path(name)).unwrap();
        // The schema cookie, which each copy counts up (https://sqlite.org/fileformat2.html, §1.3.9).
        bytes[40..44].fill(0);
        bytes
    };
    assert!(bytes("third.db") == bytes("first.db"), "what was restored is what was backed up");
    assert!(bytes("second.db") != bytes("first.db"));
    program.write("no.db", "nothing of ours");
    let refused = program.refuses(&["restore", "no.db", "--data-dir", "data"]);
    assert!(refused.contains("no.db"), "{refused}");
    let refused = program.refuses(&["backup", "first.db", "--data-dir", "data"]);
    assert!(refused.contains("is there already"), "{refused}");
}

#[test]
fn a_running_servers_database_is_not_replaced() {
    let program = Program::new();
    let server = program.start(&["--data-dir", "data"]);
    program.does(&["backup", "copy.db", "--data-dir", "data"]);
    let refused = program.refuses(&["restore", "copy.db", "--data-dir", "data"]);
    assert!(refused.contains("stop the server"), "{refused}");
    drop(server);
    program.does(&["restore", "copy.db", "--data-dir", "data"]);
}

#[test]
fn providers_update_says_what_is_missing() {
    let refused = Program::new().refuses(&["providers", "update"]);
    assert!(refused.contains("providers.url") && refused.contains("providers.table"), "{refused}");
}
