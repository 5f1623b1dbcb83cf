//! Rows of lines as groups: those of a provider in a building, and of the whole building where it has several.

use std::collections::{BTreeMap, BTreeSet};

use domain::buildings::Member;

use super::queries::LineRow;

/// The group of the whole building.
pub const WHOLE: &str = "";

/// One group.
pub struct Group<'a> {
    /// The provider's slug, or [`WHOLE`].
    pub provider: &'a str,
    pub name: &'a str,
    pub rows: Vec<&'a LineRow>,
}

impl Group<'_> {
    pub fn is_whole(&self) -> bool {
        self.provider == WHOLE
    }

    pub fn members(&self) -> Vec<Member> {
        self.rows.iter().map(|row| row.member(self.is_whole())).collect()
    }
}

/// The groups of one building's lines: the whole first, where there is more than one provider.
pub fn of_building<'a>(rows: impl Iterator<Item = &'a LineRow>) -> Vec<Group<'a>> {
    let mut by_provider: BTreeMap<&str, Vec<&LineRow>> = BTreeMap::new();
    for row in rows {
        by_provider.entry(&row.provider).or_default().push(row);
    }
    let all = by_provider.values().flatten().copied().collect();
    let whole = (by_provider.len() > 1).then_some(Group { provider: WHOLE, name: "", rows: all });
    let single = by_provider.into_iter().map(|(provider, rows)| Group {
        provider,
        name: rows.last().map_or(provider, |row| &row.provider_name),
        rows,
    });
    whole.into_iter().chain(single).collect()
}

/// Buildings that have lines.
pub fn buildings(rows: &[LineRow]) -> BTreeSet<i64> {
    rows.iter().map(|row| row.building_id).collect()
}
