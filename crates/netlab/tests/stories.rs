//! Each scenario file is a test: what is done to a watched line, and what the program must say of it. Root only, else
//! skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use netlab::{LabError, Story};
use rstest::rstest;

fn play(file: PathBuf) {
    let story = Story::from_toml(&std::fs::read_to_string(&file).unwrap()).unwrap();
    match story.play() {
        Ok(()) => {}
        Err(error @ LabError::NotRoot) => eprintln!("{error}"),
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

#[rstest]
#[ignore = "needs the built product, as `cargo xtask test` does; by hand: cargo xtask lab stories"]
fn quick_story(#[files("scenarios/*.toml")] file: PathBuf) {
    play(file);
}

#[rstest]
#[ignore = "takes minutes and the built product: cargo xtask lab stories"]
fn long_story(#[files("scenarios/long/*.toml")] file: PathBuf) {
    play(file);
}
