//! What the operator lays over the product: the page that changes it, and the legal texts.

mod legal_page;
mod overlay_page;

pub use legal_page::LegalPage;
pub use overlay_page::OverlayPage;
