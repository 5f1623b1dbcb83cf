//! What stops the program at its start is told in one sentence with its mend, and its exit code is not 0.

use std::net::TcpListener;

use rstest::rstest;

use crate::program::Program;

#[test]
fn a_used_port_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for role in ["all", "serve"] {
        let told = Program::new().refuses(&[role, "--listen", &address]);
        assert!(told.contains(&address) && told.contains("STEADYLINE_LISTEN"), "{told}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let program = Program::new();
    program.write("file", "no folder");
    for folder in ["file", "file/below", "/proc/steadyline"] {
        let told = program.refuses(&["--data-dir", folder]);
        assert!(told.contains(folder) && told.contains("STEADYLINE_DATA_DIR"), "{told}");
    }
}

/// A database with pages of every kind, and where its file is.
fn filled() -> (Program, std::path::PathBuf) {
    let program = Program::new();
    program.does(&["seed", "--measurements", "2000", "--data-dir", "data"]);
    let file = program.path("data/steadyline.db");
    (program, file)
}

fn refuses_the_database(program: &Program) {
    let told = program.refuses(&["--listen", "127.0.0.1:0", "--data-dir", "data"]);
    assert!(told.contains("steadyline restore FILE"), "{told}");
}

#[test]
fn a_database_that_is_none_is_told() {
    let program = Program::new();
    std::fs::create_dir(program.path("data")).unwrap();
    program.write("data/steadyline.db", "x".repeat(10_000));
    refuses_the_database(&program);
}

#[rstest]
#[case::cut_in_the_middle(|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2))]
#[case::first_page_overwritten(|bytes: &mut Vec<u8>| bytes[100..4096].fill(0))]
fn a_damaged_database_is_told(#[case] damage: fn(&mut Vec<u8>)) {
    let (program, file) = filled();
    let mut bytes = std::fs::read(&file).unwrap();
    damage(&mut bytes);
    std::fs::write(&file, bytes).unwrap();
    refuses_the_database(&program);
}

#[test]
fn a_database_server_that_is_not_there_is_told() {
    // Port 9 (discard) of loopback: nobody listens there.
    let url = "database_url=postgres://user:a-password@127.0.0.1:9/steadyline";
    let told = Program::new().refuses(&["--listen", "127.0.0.1:0", "--set", url]);
    assert!(told.contains("DATABASE_URL") && !told.contains("a-password"), "{told}");
}

#[test]
fn every_problem_of_the_configuration_is_told_at_once() {
    let program = Program::new();
    program.write("broken.toml", "[http\n");
    program.write("wrong.toml", "listen = \"nowhere\"\n[speed]\nqueue = -1\n[http]\ncolour = \"red\"\n");
    for role in ["all", "migrate"] {
        let told = program.refuses(&[role, "--config", "nowhere.toml"]);
        assert!(told.contains("nowhere.toml"), "{told}");
        let told = program.refuses(&[role, "--config", "broken.toml"]);
        assert!(told.contains("broken.toml"), "{told}");
        let told = program.refuses(&[role, "--config", "wrong.toml", "--set", "log.level=loud=er=x"]);
        for key in ["STEADYLINE_LISTEN", "STEADYLINE_SPEED__QUEUE", "STEADYLINE_HTTP__COLOUR"] {
            assert!(told.contains(key), "{key} in {told}");
        }
    }
    let told = program.refuses(&["--set", "log.level=loud=er=x"]);
    assert!(told.contains("STEADYLINE_LOG__LEVEL"), "{told}");
}
