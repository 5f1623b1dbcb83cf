//! Lines: this server's own ways to the internet, side by side and one by one.

mod beside;
mod card;
mod here;
mod list_page;
mod past;
mod path;
mod pins;
mod report;
mod tables;
mod uplink_page;
mod words;

pub use here::Here;
pub use list_page::UplinkListPage;
pub use uplink_page::UplinkPage;
