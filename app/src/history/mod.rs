//! History: what a device's past says, one tab a question; tab and range stand in the URL.

mod calendar;
mod changes;
mod contract;
mod distribution;
mod export;
mod history_page;
mod overview;
mod percentiles;
mod tab;
mod trends;
mod weekly;

pub use history_page::HistoryPage;

use crate::{
    i18n::{Locale, td_string},
    ui::format,
};

/// How many tests, in words.
fn tests_in_words(lang: Locale, n: u64) -> String {
    match n {
        1 => td_string!(lang, history.test_one).to_owned(),
        n => td_string!(lang, history.test_some, n = format::count(n)),
    }
}
