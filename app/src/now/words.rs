//! A verdict in words, from what the server found: the same as its own English, and in every other language.

use domain::{
    speed_tests::FULL_RUN_S,
    verdict::{Fact, Finding, Trouble, Who, Wish},
};

use crate::{
    i18n::{Locale, td_string},
    ui::format::said,
};

/// The verdict in one sentence (or two).
pub fn sentence(lang: Locale, finding: &Finding) -> String {
    let text = match finding {
        Finding::Fine { ping, loss, failures } => return fine(lang, *ping, *loss, *failures),
        Finding::FineAmongFailing { provider } => {
            return td_string!(
                lang,
                verdict.fine_among,
                who = provider_households(lang, provider.as_deref())
            );
        }
        Finding::Provider { tested: true } => td_string!(lang, verdict.provider),
        Finding::Provider { tested: false } => td_string!(lang, verdict.provider_untested),
        Finding::Wide { tested: true } => td_string!(lang, verdict.wide),
        Finding::Wide { tested: false } => td_string!(lang, verdict.wide_untested),
        Finding::Building => td_string!(lang, verdict.building),
        Finding::Own { trouble } => match trouble {
            Trouble::FailedOnce | Trouble::Failed => td_string!(lang, verdict.own),
            Trouble::Slow => td_string!(lang, verdict.own_slow),
            Trouble::Late => td_string!(lang, verdict.own_late),
            Trouble::Bloated => td_string!(lang, verdict.own_bloated),
        },
        Finding::Unknown { trouble: None } => {
            return td_string!(lang, verdict.unknown, seconds = FULL_RUN_S);
        }
        Finding::Unknown { trouble: Some(trouble) } => match trouble {
            Trouble::FailedOnce => td_string!(lang, verdict.unknown_once),
            Trouble::Failed => td_string!(lang, verdict.unknown_failed),
            Trouble::Slow => td_string!(lang, verdict.unknown_slow),
            Trouble::Late | Trouble::Bloated => td_string!(lang, verdict.unknown_late),
        },
        Finding::Blind => td_string!(lang, verdict.blind),
    };
    text.to_owned()
}

fn fine(lang: Locale, ping: Option<f64>, loss: Option<f64>, failures: u64) -> String {
    let latency = ping.map(|ms| td_string!(lang, verdict.latency, ms = said(lang, ms)));
    let lost = match (failures, loss) {
        (0, Some(0.0)) => td_string!(lang, verdict.nothing_lost).to_owned(),
        (0, Some(loss)) if loss > 0.0 => td_string!(lang, verdict.lost, loss = said(lang, loss)),
        (0, _) => td_string!(lang, verdict.none_failed).to_owned(),
        (1, _) => td_string!(lang, verdict.one_failed).to_owned(),
        (n, _) => td_string!(lang, verdict.some_failed, n = n),
    };
    let opening =
        if failures == 0 { td_string!(lang, verdict.fine) } else { td_string!(lang, verdict.again) };
    let details = latency.into_iter().chain([lost]).collect::<Vec<_>>().join(", ");
    let mut letters = details.chars();
    let details =
        letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default();
    format!("{opening} {details}.")
}

fn provider_households(lang: Locale, name: Option<&str>) -> String {
    match name {
        Some(name) => td_string!(lang, verdict.who_named, name = name.to_owned()),
        None => td_string!(lang, verdict.who_provider).to_owned(),
    }
}

fn households(lang: Locale, who: &Who) -> String {
    match who {
        Who::Provider { name } => provider_households(lang, name.as_deref()),
        Who::Others => td_string!(lang, verdict.who_others).to_owned(),
        Who::Building => td_string!(lang, verdict.who_building).to_owned(),
    }
}

/// One piece of evidence.
pub fn fact(lang: Locale, fact: &Fact) -> String {
    match fact {
        Fact::Failed { in_a_row: 1 } => td_string!(lang, verdict.f_failed_once).to_owned(),
        Fact::Failed { in_a_row } => td_string!(lang, verdict.f_failed, n = *in_a_row),
        Fact::Slow { mbps, usual } => {
            let now = mbps.map_or_else(String::new, |mbps| said(lang, mbps));
            td_string!(lang, verdict.f_slow, now = now, usual = said(lang, *usual))
        }
        Fact::Late { ms, usual } => {
            td_string!(lang, verdict.f_late, now = said(lang, *ms), usual = said(lang, *usual))
        }
        Fact::Bloated { ms } => td_string!(lang, verdict.f_bloated, ms = said(lang, *ms)),
        Fact::Well { tests: 1, .. } => td_string!(lang, verdict.f_well).to_owned(),
        Fact::Well { tests, failures: 0 } => td_string!(lang, verdict.f_all_well, n = *tests),
        Fact::Well { tests, failures } => {
            td_string!(lang, verdict.f_well_but, failed = *failures, n = *tests)
        }
        Fact::Households { who: Who::Building, failing, households: n } => match failing {
            0 => td_string!(lang, verdict.f_neighbours_fine, n = *n),
            1 => td_string!(lang, verdict.f_neighbours_one, n = *n),
            _ => td_string!(lang, verdict.f_neighbours_some, failing = *failing, n = *n),
        },
        Fact::Households { who, failing, households: n } => {
            let (n, who) = (*n, households(lang, who));
            match failing {
                0 => td_string!(lang, verdict.f_group_fine, n = n, who = who),
                1 => td_string!(lang, verdict.f_group_one, n = n, who = who),
                _ => td_string!(lang, verdict.f_group_some, failing = *failing, n = n, who = who),
            }
        }
        Fact::Uplinks { down: 0, .. } => td_string!(lang, verdict.f_links_up).to_owned(),
        Fact::Uplinks { down, watched } => td_string!(lang, verdict.f_links_down, down = *down, n = *watched),
        Fact::Routes { changed } => td_string!(lang, verdict.f_routes, n = *changed),
        Fact::Feeds { troubled } => td_string!(lang, verdict.f_feeds, names = troubled.join(", ")),
    }
}

/// What would tell more.
pub fn wish(lang: Locale, wish: &Wish) -> String {
    let text = match wish {
        Wish::OwnTest => return td_string!(lang, verdict.w_own_test, seconds = FULL_RUN_S),
        Wish::OneMore => td_string!(lang, verdict.w_one_more),
        Wish::ByCable => td_string!(lang, verdict.w_cable),
        Wish::ProviderName => td_string!(lang, verdict.w_name),
        Wish::Tests { who: who @ Who::Provider { .. }, k } => {
            return td_string!(lang, verdict.w_provider, k = *k, who = households(lang, who));
        }
        Wish::Tests { who, k } => {
            return td_string!(lang, verdict.w_tests, k = *k, who = households(lang, who));
        }
        Wish::Building => td_string!(lang, verdict.w_building),
        Wish::Uplinks => td_string!(lang, verdict.w_uplinks),
        Wish::Routes => td_string!(lang, verdict.w_routes),
        Wish::Feeds => td_string!(lang, verdict.w_feeds),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TROUBLES: [Trouble; 5] =
        [Trouble::FailedOnce, Trouble::Failed, Trouble::Slow, Trouble::Late, Trouble::Bloated];

    fn findings() -> Vec<Finding> {
        let fine = |loss, failures| Finding::Fine { ping: Some(18.4), loss, failures };
        let mut all = vec![
            fine(None, 0),
            fine(Some(0.0), 0),
            fine(Some(2.5), 0),
            fine(None, 1),
            fine(None, 2),
            Finding::FineAmongFailing { provider: Some("Northnet".into()) },
            Finding::FineAmongFailing { provider: None },
            Finding::Building,
            Finding::Blind,
            Finding::Unknown { trouble: None },
        ];
        for tested in [true, false] {
            all.extend([Finding::Provider { tested }, Finding::Wide { tested }]);
        }
        for trouble in TROUBLES {
            all.extend([Finding::Own { trouble }, Finding::Unknown { trouble: Some(trouble) }]);
        }
        all
    }

    fn whos() -> [Who; 4] {
        [
            Who::Provider { name: Some("Northnet".into()) },
            Who::Provider { name: None },
            Who::Others,
            Who::Building,
        ]
    }

    fn facts() -> Vec<Fact> {
        let mut all = vec![
            Fact::Failed { in_a_row: 1 },
            Fact::Failed { in_a_row: 3 },
            Fact::Slow { mbps: Some(9.4), usual: 94.6 },
            Fact::Late { ms: 418.2, usual: 18.0 },
            Fact::Bloated { ms: 1234.0 },
            Fact::Well { tests: 1, failures: 0 },
            Fact::Well { tests: 4, failures: 0 },
            Fact::Well { tests: 4, failures: 2 },
            Fact::Uplinks { down: 0, watched: 2 },
            Fact::Uplinks { down: 1, watched: 2 },
            Fact::Routes { changed: 3 },
            Fact::Feeds { troubled: vec!["One".into(), "Two".into()] },
        ];
        for failing in 0..3 {
            all.extend(whos().map(|who| Fact::Households { who, failing, households: 17 }));
        }
        all
    }

    fn wishes() -> Vec<Wish> {
        let mut all = vec![Wish::OwnTest, Wish::OneMore, Wish::ByCable, Wish::ProviderName];
        all.extend([Wish::Building, Wish::Uplinks, Wish::Routes, Wish::Feeds]);
        all.extend(whos().map(|who| Wish::Tests { who, k: 3 }));
        all
    }

    #[test]
    fn the_page_says_in_english_what_the_api_says_and_in_german_something_else() {
        let found =
            findings().into_iter().map(|f| (f.english(), sentence(Locale::en, &f), sentence(Locale::de, &f)));
        let facts = facts().into_iter().map(|f| (f.english(), fact(Locale::en, &f), fact(Locale::de, &f)));
        let wishes = wishes().into_iter().map(|w| (w.english(), wish(Locale::en, &w), wish(Locale::de, &w)));
        for (api, english, german) in found.chain(facts).chain(wishes) {
            assert_eq!(api, english);
            assert_ne!(api, german);
            assert!(!german.contains("{{"), "{german}");
        }
    }
}
