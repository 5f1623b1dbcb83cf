//! Now: the verdict, the last hour, the way to a test.

mod hour;
mod last_test;
mod now_page;
mod provider;
mod verdict;
mod words;

pub use now_page::NowPage;
