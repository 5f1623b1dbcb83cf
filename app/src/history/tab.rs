//! The tabs and ranges as they stand in the URL.

use domain::history::series::SeriesRange;

use crate::{
    i18n::{Locale, td_string},
    ui::Choice,
};

/// One tab of History.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Overview,
    Calendar,
    Distribution,
    Percentiles,
    Trends,
    Changes,
    Weekly,
    Contract,
    Export,
}

impl Tab {
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Calendar,
        Self::Distribution,
        Self::Percentiles,
        Self::Trends,
        Self::Changes,
        Self::Weekly,
        Self::Contract,
        Self::Export,
    ];

    /// As it stands in `?tab=`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Calendar => "calendar",
            Self::Distribution => "distribution",
            Self::Percentiles => "percentiles",
            Self::Trends => "trends",
            Self::Changes => "before-after",
            Self::Weekly => "weekly-report",
            Self::Contract => "sla",
            Self::Export => "export",
        }
    }

    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.slug() == slug)
    }

    /// What a path of History opens on.
    pub fn of_path(path: &str) -> Self {
        match path {
            "/weekly-report" => Self::Weekly,
            "/isp-sla" | "/cost-calc" => Self::Contract,
            _ => Self::Overview,
        }
    }

    pub fn words(self, lang: Locale) -> &'static str {
        match self {
            Self::Overview => td_string!(lang, history.overview),
            Self::Calendar => td_string!(lang, history.calendar),
            Self::Distribution => td_string!(lang, history.distribution),
            Self::Percentiles => td_string!(lang, history.percentiles),
            Self::Trends => td_string!(lang, history.trends),
            Self::Changes => td_string!(lang, history.changes),
            Self::Weekly => td_string!(lang, history.weekly),
            Self::Contract => td_string!(lang, history.contract),
            Self::Export => td_string!(lang, history.export),
        }
    }

    /// All tabs as links, this one marked.
    pub fn choices(self, lang: Locale) -> Vec<Choice> {
        Self::ALL
            .into_iter()
            .map(|tab| Choice {
                href: format!("/history?tab={}", tab.slug()),
                words: tab.words(lang),
                current: tab == self,
            })
            .collect()
    }
}

/// The ranges with their names in the URL (the wire's own).
pub const RANGES: [(SeriesRange, &str); 5] = [
    (SeriesRange::Day, "24h"),
    (SeriesRange::Week, "7d"),
    (SeriesRange::Month, "30d"),
    (SeriesRange::Quarter, "90d"),
    (SeriesRange::Year, "1y"),
];

pub fn range(slug: &str) -> Option<SeriesRange> {
    RANGES.into_iter().find(|(_, name)| *name == slug).map(|(range, _)| range)
}

pub fn range_words(lang: Locale, range: SeriesRange) -> &'static str {
    match range {
        SeriesRange::Day => td_string!(lang, history.r24h),
        SeriesRange::Week => td_string!(lang, history.r7d),
        SeriesRange::Month => td_string!(lang, history.r30d),
        SeriesRange::Quarter => td_string!(lang, history.r90d),
        SeriesRange::Year => td_string!(lang, history.r1y),
    }
}

/// All ranges as links, this one marked.
pub fn range_choices(lang: Locale, current: SeriesRange) -> Vec<Choice> {
    RANGES
        .into_iter()
        .map(|(range, name)| Choice {
            href: format!("/history?range={name}"),
            words: range_words(lang, range),
            current: range == current,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_and_ranges_are_read_back_from_the_url() {
        for tab in Tab::ALL {
            assert_eq!(Tab::parse(tab.slug()), Some(tab));
        }
        for (value, name) in RANGES {
            assert_eq!(range(name), Some(value));
            assert_eq!(serde_json::to_value(value).unwrap(), name, "the wire has the same name");
        }
        assert_eq!(Tab::parse("nothing"), None);
    }
}
