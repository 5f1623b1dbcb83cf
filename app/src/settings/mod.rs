//! Settings: looks, language, other browsers, one's own data.

mod data;
mod pairing;
mod settings_page;

pub use settings_page::SettingsPage;
