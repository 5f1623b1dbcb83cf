use rstest::rstest;

use super::*;

fn vars(pairs: &[(&str, &str)]) -> Vars {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_defaults_of_the_table_are_readable() {
    let config = Config::from_vars(&Vars::new()).unwrap();
    assert_eq!((config.privacy.k, config.listen.port()), (3, 3000));
    assert!(config.warnings().is_empty());
}

#[test]
fn all_problems_are_told_at_once_with_both_names() {
    let bad =
        vars(&[("listen", "here"), ("speed.uplink_mbit", "-1"), ("speed.uplnk", "1"), ("privacy.k", "0")]);
    let told = Config::from_vars(&bad).unwrap_err().to_string();
    for part in
        ["STEADYLINE_LISTEN", "speed.uplink_mbit", "speed.uplnk", "no such setting", "0 is not between"]
    {
        assert!(told.contains(part), "{part} is missing in: {told}");
    }
}

#[rstest]
#[case::top_level("STEADYLINE_DATA_DIR", "data_dir")]
#[case::section("STEADYLINE_SPEED__UPLINK_MBIT", "speed.uplink_mbit")]
#[case::the_usual_name("DATABASE_URL", "database_url")]
#[case::unknown_ones_are_kept_to_be_told("STEADYLINE_SPEED__UPLNK", "speed.uplnk")]
fn variables_become_keys(#[case] variable: &str, #[case] key: &str) {
    let found = from_environment([(variable.to_owned(), "x".to_owned())].into_iter());
    assert_eq!(found.keys().collect::<Vec<_>>(), [key]);
}

#[test]
fn other_variables_are_left_alone() {
    let others =
        [("PATH", "/bin"), ("STEADYLINE_CONFIG", "x.toml")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert!(from_environment(others.into_iter()).is_empty());
}

#[test]
fn a_file_gives_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("steadyline.toml");
    std::fs::write(
        &path,
        "listen = \"[::]:80\"\n[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"fd00::/8\"]\n[speed]\nuplink_mbit = 100\n",
    )
    .unwrap();
    let config = Config::from_vars(&from_file(&path).unwrap()).unwrap();
    assert_eq!((config.http.trusted_proxies.len(), config.speed.uplink_mbit), (2, Some(100.0)));
}

#[test]
fn secrets_never_show() {
    let url = "postgres://user:hunter2hunter2@db/x";
    let config =
        Config::from_vars(&vars(&[("database_url", url), ("admin.key", "swordfish-swordfish")])).unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("swordfish"), "{shown}");
}

#[test]
fn the_example_lists_every_setting_and_its_defaults_parse() {
    let example = env_example();
    let set = example.lines().filter_map(|line| line.strip_prefix("# ")?.split_once('='));
    let set = set
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    let found = from_environment(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(found.len(), SETTINGS.len());
    Config::from_vars(&found).unwrap();
}

#[test]
fn the_example_file_is_the_table() {
    let file = include_str!("../../../../.env.example");
    assert!(file == env_example(), "write it anew: steadyline config example > .env.example");
}
