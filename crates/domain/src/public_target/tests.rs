//! The corpus of hostile targets, and what must still pass.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// One hostile target a line; lines that begin with `;` say what follows.
const HOSTILE: &str = include_str!("hostile.txt");

#[test]
fn every_hostile_target_is_refused() {
    let targets: Vec<&str> = HOSTILE.lines().filter(|line| !line.starts_with(';')).collect();
    let distinct: std::collections::BTreeSet<_> = targets.iter().collect();
    assert!(targets.len() >= 200 && distinct.len() == targets.len(), "{} targets", targets.len());
    let passed: Vec<_> = targets.iter().filter(|text| text.parse::<PublicTarget>().is_ok()).collect();
    assert!(passed.is_empty(), "passed: {passed:?}");
}

#[rstest]
#[case::line_feed("example.com\n")]
#[case::header("example.com\r\nHost: localhost")]
#[case::nul("example.com\0.localhost")]
#[case::tab("exa\tmple.com")]
#[case::escape("\u{1b}[31mexample.com")]
#[case::too_long(&"a.".repeat(127))]
#[case::label_too_long(&format!("{}.com", "a".repeat(64)))]
fn what_a_line_of_text_cannot_hold_is_refused(#[case] text: &str) {
    assert!(text.parse::<PublicTarget>().is_err());
}

#[rstest]
#[case::name("www.example.com", "www.example.com")]
#[case::case_is_folded("WWW.Example.COM", "www.example.com")]
#[case::port("example.com:8443", "example.com:8443")]
#[case::international("xn--mnchen-3ya.de", "xn--mnchen-3ya.de")]
#[case::digits_first("1and1.com", "1and1.com")]
#[case::digits_in_front("8.8.8.8.in-a.name", "8.8.8.8.in-a.name")]
#[case::like_a_reserved_one("mylocalhost.net", "mylocalhost.net")]
#[case::v4("1.1.1.1", "1.1.1.1")]
#[case::v4_and_port("8.8.8.8:53", "8.8.8.8:53")]
#[case::next_to_private("172.32.0.1", "172.32.0.1")]
#[case::next_to_shared("100.128.0.1", "100.128.0.1")]
#[case::v6("2606:4700:4700::1111", "2606:4700:4700::1111")]
#[case::v6_in_brackets("[2606:4700:4700::1111]", "2606:4700:4700::1111")]
#[case::v6_and_port("[2001:4860:4860::8888]:443", "[2001:4860:4860::8888]:443")]
fn public_targets_pass(#[case] text: &str, #[case] shown: &str) {
    let target: PublicTarget = text.parse().unwrap();
    assert_eq!(target.to_string(), shown);
    assert_eq!(shown.parse::<PublicTarget>().unwrap(), target);
}

#[rstest]
#[case::scheme("http://example.com", TargetRefused::Url)]
#[case::user("admin@example.com", TargetRefused::Url)]
#[case::look_alike("ｅxample.com", TargetRefused::NotAscii)]
#[case::decimal("2130706433", TargetRefused::OddAddress)]
#[case::no_port("example.com:0", TargetRefused::Port)]
#[case::router("fritz.box", TargetRefused::ReservedName)]
#[case::private("192.168.1.1", TargetRefused::Address(NotPublic::Private))]
#[case::metadata("169.254.169.254", TargetRefused::Address(NotPublic::Metadata))]
#[case::mapped("::ffff:8.8.8.8", TargetRefused::Address(NotPublic::Embedded))]
fn the_refusal_says_why(#[case] text: &str, #[case] why: TargetRefused) {
    assert_eq!(text.parse::<PublicTarget>(), Err(why));
}

/// Names that look fine, and what their owner has them resolve to.
#[rstest]
#[case::honest(&["93.184.215.14", "2606:2800:21f::1"], None)]
#[case::into_this_machine(&["127.0.0.1"], Some(TargetRefused::Address(NotPublic::Loopback)))]
#[case::one_good_one_bad(&["93.184.215.14", "10.0.0.1"], Some(TargetRefused::Address(NotPublic::Private)))]
#[case::metadata(&["169.254.169.254"], Some(TargetRefused::Address(NotPublic::Metadata)))]
#[case::mapped(&["::ffff:127.0.0.1"], Some(TargetRefused::Address(NotPublic::Embedded)))]
#[case::nat64(&["64:ff9b::7f00:1"], Some(TargetRefused::Address(NotPublic::Embedded)))]
#[case::six_to_four(&["2002:7f00:1::"], Some(TargetRefused::Address(NotPublic::Embedded)))]
#[case::link_local(&["fe80::1"], Some(TargetRefused::Address(NotPublic::LinkLocal)))]
#[case::unspecified(&["0.0.0.0"], Some(TargetRefused::Address(NotPublic::Loopback)))]
#[case::this_server(&["5.6.7.8"], Some(TargetRefused::OwnAddress))]
#[case::nothing(&[], Some(TargetRefused::NoAddress))]
fn resolution_is_judged_again(#[case] resolved: &[&str], #[case] refused: Option<TargetRefused>) {
    let target: PublicTarget = "rebind.example.com".parse().unwrap();
    let resolved: Vec<IpAddr> = resolved.iter().map(|text| text.parse().unwrap()).collect();
    let chosen = target.choose(&resolved, &["5.6.7.8".parse().unwrap()]);
    assert_eq!(chosen.clone().err(), refused);
    assert_eq!(chosen.unwrap_or_default(), if refused.is_none() { resolved } else { Vec::new() });
}

#[test]
fn an_address_is_not_resolved_to_another() {
    let target: PublicTarget = "9.9.9.9".parse().unwrap();
    let lie = ["8.8.8.8".parse().unwrap()];
    assert_eq!(target.choose(&lie, &[]), Ok(vec!["9.9.9.9".parse().unwrap()]));
    assert_eq!(target.choose(&[], &["9.9.9.9".parse().unwrap()]), Err(TargetRefused::OwnAddress));
}

proptest! {
    #[test]
    fn no_text_panics_and_what_passes_is_its_own_form(text in any::<String>()) {
        if let Ok(target) = text.parse::<PublicTarget>() {
            prop_assert_eq!(target.to_string().parse::<PublicTarget>(), Ok(target));
        }
    }

    #[test]
    fn an_address_passes_only_if_it_is_public(bits in any::<u32>()) {
        let address = IpAddr::from(bits.to_be_bytes());
        prop_assert_eq!(address.to_string().parse::<PublicTarget>().is_ok(), not_public(address).is_none());
        // However else it is written, it is no host.
        let octal = format!("0{:o}.{:#x}.{}", bits >> 24, bits >> 16 & 0xff, bits & 0xffff);
        for other in [bits.to_string(), format!("{bits:#x}"), format!("{address}."), octal] {
            prop_assert!(other.parse::<PublicTarget>().is_err(), "{}", other);
        }
    }
}
