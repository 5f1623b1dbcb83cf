//! What the operator sets while the program runs.

use garde::Validate;
use serde::{Deserialize, Serialize};

/// By which rule an outage opens (rules.md A6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutageRule {
    /// So many falling together are too unlikely to be chance.
    #[default]
    Statistical,
    /// A fixed share is down.
    Fixed,
}

impl OutageRule {
    /// As it stands in rows and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Statistical => "statistical",
            Self::Fixed => "fixed",
        }
    }
}

/// The settings of the building check; they hold from the next cycle on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BuildingSettings {
    /// From the start of one cycle to the start of the next, in seconds.
    #[garde(range(min = 2, max = 600))]
    #[cfg_attr(feature = "openapi", schema(minimum = 2, maximum = 600))]
    pub cycle_s: u32,
    /// How often a silent address is asked in a cycle.
    #[garde(range(min = 1, max = 5))]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
    pub tries: u32,
    /// Days without an answer after which an address is forgotten.
    #[garde(range(min = 1, max = 30))]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 30))]
    pub expire_days: u32,
    /// By which rule an outage opens.
    #[garde(skip)]
    pub rule: OutageRule,
    /// The fixed share of households that must be down (0–1).
    #[garde(range(min = 0.05, max = 1.0))]
    #[cfg_attr(feature = "openapi", schema(minimum = 0.05, maximum = 1.0))]
    pub threshold: f64,
    /// Fewer households than this have no outage by a fixed share.
    #[garde(range(min = 2, max = 10_000))]
    #[cfg_attr(feature = "openapi", schema(minimum = 2, maximum = 10_000))]
    pub min_endpoints: u32,
}

impl Default for BuildingSettings {
    fn default() -> Self {
        Self {
            cycle_s: 60,
            tries: 3,
            expire_days: 3,
            rule: OutageRule::Statistical,
            threshold: 0.5,
            min_endpoints: 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::defaults(json!({}), "")]
    #[case::a_second_is_too_often(json!({"cycle_s": 1}), "cycle_s")]
    #[case::no_tries(json!({"tries": 0}), "tries")]
    #[case::kept_too_long(json!({"expire_days": 31}), "expire_days")]
    #[case::a_share_above_one(json!({"threshold": 1.5}), "threshold")]
    #[case::a_household_alone_is_no_group(json!({"min_endpoints": 1}), "min_endpoints")]
    fn bounds(#[case] given: serde_json::Value, #[case] field: &str) {
        let settings: BuildingSettings = serde_json::from_value(given).unwrap();
        let refused = settings.validate().err().map_or_else(String::new, |report| report.to_string());
        assert_eq!(refused.is_empty(), field.is_empty());
        assert!(refused.contains(field), "{refused}");
    }

    #[test]
    fn a_typing_error_is_no_default() {
        assert!(serde_json::from_value::<BuildingSettings>(json!({"cycle": 30})).is_err());
    }
}
