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

#[test]
fn an_mmdb_table_is_read_and_a_damaged_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("asn.mmdb");
    let config = ProvidersConfig { table: Some(table.clone()), url: None, own: None };
    std::fs::write(&table, mmdb()).unwrap();
    let providers = Providers::load(&config).unwrap();
    let found = |address: &str| providers.find(address.parse().unwrap());
    let provider = found("192.0.2.200").unwrap();
    assert_eq!((provider.slug.as_str(), provider.asn), ("example-fibre", Some(64_500)));
    assert_eq!(found("::ffff:192.0.2.1"), found("192.0.2.1"));
    assert_eq!((found("192.0.3.1"), found("2001:db8::1")), (None, None));
    std::fs::write(&table, &mmdb()[..100]).unwrap();
    let refused = format!("{:#}", Providers::load(&config).err().unwrap());
    assert!(refused.contains("asn.mmdb"), "{refused}");
}

/// A database of one network, 192.0.2.0/24, written by hand after the format's description
/// (maxmind.github.io/MaxMind-DB, version 2.0): a tree of 24-bit records, the data, the metadata.
fn mmdb() -> Vec<u8> {
    const PREFIX: u32 = 0xc0_0002;
    const NODES: u32 = 24;
    let mut file = Vec::new();
    for depth in 0..NODES {
        let next = if depth + 1 == NODES { NODES + 16 } else { depth + 1 };
        let bit = PREFIX >> (NODES - 1 - depth) & 1;
        let pair = if bit == 0 { [next, NODES] } else { [NODES, next] };
        file.extend(pair.iter().flat_map(|record| record.to_be_bytes()[1..].to_vec()));
    }
    file.extend([0; 16]);
    file.push(0xe2);
    text(&mut file, "autonomous_system_number");
    file.extend([0xc2, 0xfb, 0xf4]);
    text(&mut file, "autonomous_system_organization");
    text(&mut file, "Example Fibre");
    file.extend(b"\xab\xcd\xefMaxMind.com");
    file.push(0xe9);
    for (name, value) in [
        ("node_count", [0xc1, NODES as u8].as_slice()),
        ("record_size", &[0xa1, 24]),
        ("ip_version", &[0xa1, 4]),
        ("database_type", b"\x44Test"),
        ("languages", &[0x00, 0x04]),
        ("binary_format_major_version", &[0xa1, 2]),
        ("binary_format_minor_version", &[0xa0]),
        ("build_epoch", &[0x01, 0x02, 1]),
        ("description", &[0xe0]),
    ] {
        text(&mut file, name);
        file.extend(value);
    }
    file
}

/// A string: its length in the control byte up to 28, in one byte more above.
fn text(file: &mut Vec<u8>, text: &str) {
    match text.len() {
        short @ 0..29 => file.push(0x40 | short as u8),
        long => file.extend([0x5d, (long - 29) as u8]),
    }
    file.extend(text.as_bytes());
}
