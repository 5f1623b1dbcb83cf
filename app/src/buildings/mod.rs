//! The building check: neighbours by provider, joining and leaving, the poster, the operator's page.

mod admin;
mod admin_endpoints;
mod admin_page;
mod admin_settings;
mod building_page;
mod events;
mod group;
mod list_page;
mod poster_page;
mod visitor;
mod words;

pub use admin_page::AdminBuildingsPage;
pub use building_page::BuildingPage;
pub use list_page::BuildingListPage;
pub use poster_page::PosterPage;
