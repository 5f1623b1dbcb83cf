//! Diagnostics: tests that a person chooses, run by the server one after the other, each with what it means.

mod advanced_page;
mod facts;
mod look;
mod loss_history;
mod results;
mod runner;
mod security_page;
mod words;

pub use advanced_page::AdvancedPage;
pub use security_page::SecurityPage;
