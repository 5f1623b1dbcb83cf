//! The frame around the pages: rooms, skip link, theme; and the page for what is not there.

mod face;
mod frame;
mod not_found;
mod theme;

pub use frame::{Frame, MorePage};
pub use not_found::NotFoundPage;
pub use theme::{Theme, remember};
#[cfg(feature = "ssr")]
pub use theme::{cookie, header};
