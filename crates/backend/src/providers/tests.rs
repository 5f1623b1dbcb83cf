use std::io::Write;

use rstest::rstest;

use super::*;

const TSV: &str = "192.0.2.0\t192.0.2.255\t64500\tZZ\tExample Fibre\n\
    198.51.100.0\t198.51.100.127\t64501\tZZ\tOther Cable\n\
    203.0.113.0\t203.0.113.255\t0\tNone\tNot routed\n\
    2001:db8::\t2001:db8:0:ffff:ffff:ffff:ffff:ffff\t64500\tZZ\tExample Fibre\n";

const OWN: &str = "[[provider]]\nname = \"House Net\"\neligible = true\nprefixes = [\"192.0.2.0/28\"]\n\
    [[provider]]\nname = \"Other\"\nslug = \"other\"\nasns = [64501]\n";

fn providers(own: &str) -> (tempfile::TempDir, Providers) {
    let folder = tempfile::tempdir().unwrap();
    let (own_path, table) = (folder.path().join("own.toml"), folder.path().join("table.tsv"));
    std::fs::write(&own_path, own).unwrap();
    std::fs::write(&table, TSV).unwrap();
    let config = ProvidersConfig { table: Some(table), url: None, own: Some(own_path) };
    let providers = Providers::load(&config).unwrap();
    (folder, providers)
}

#[rstest]
#[case::own_prefix_first("192.0.2.3", Some(("house-net", true)))]
#[case::own_asn("198.51.100.9", Some(("other", false)))]
#[case::the_table("192.0.2.200", Some(("example-fibre", false)))]
#[case::ipv6("2001:db8::7", Some(("example-fibre", false)))]
#[case::mapped("::ffff:192.0.2.200", Some(("example-fibre", false)))]
#[case::beyond_a_range("198.51.100.128", None)]
#[case::not_routed("203.0.113.1", None)]
#[case::below_all("1.1.1.1", None)]
fn find(#[case] address: IpAddr, #[case] expected: Option<(&str, bool)>) {
    let (_folder, providers) = providers(OWN);
    let found = providers.find(address);
    assert_eq!(found.as_ref().map(|p| (p.slug.as_str(), p.eligible)), expected);
}

#[test]
fn a_changed_file_is_read_again_and_a_damaged_one_is_not() {
    let (folder, providers) = providers(OWN);
    let own = folder.path().join("own.toml");
    let write = |text: &str, age_s: u64| {
        let mut file = std::fs::File::create(&own).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(age_s)).unwrap();
    };
    write(&OWN.replace("House Net", "New Name"), 10);
    providers.refresh();
    assert_eq!(providers.find("192.0.2.3".parse().unwrap()).unwrap().name, "New Name");
    write("nonsense", 20);
    providers.refresh();
    assert_eq!(providers.find("192.0.2.3".parse().unwrap()).unwrap().name, "New Name");
}

#[rstest]
#[case::no_match("[[provider]]\nname = \"X\"\n", "neither asns nor prefixes")]
#[case::unknown_key("[[provider]]\nname = \"X\"\nasn = 1\n", "not a list")]
#[case::reserved("[[provider]]\nname = \"Unknown\"\nasns = [1]\n", "slug of its own")]
fn a_bad_list_is_told(#[case] text: &str, #[case] why: &str) {
    let error = format!("{:#}", OwnList::parse(text).err().unwrap());
    assert!(error.contains(why), "{error}");
}

#[test]
fn a_gzipped_table_is_read() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(TSV.as_bytes()).unwrap();
    let table = Table::parse(&packed.finish().unwrap()).unwrap();
    assert_eq!(table.find("192.0.2.1".parse().unwrap()).unwrap().asn, 64_500);
}
