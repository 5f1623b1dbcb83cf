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
