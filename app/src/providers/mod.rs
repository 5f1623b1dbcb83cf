//! Providers: how they do for the households that measure here.

mod providers_page;

pub use providers_page::ProvidersPage;
