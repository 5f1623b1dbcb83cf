//! Whether a public page is drawn for a signed-in admin: it has a few buttons more.
//!
//! The server knows by the session's cookie, which scripts cannot see, and marks the document for the browser. What the
//! buttons ask for is checked again by who answers it.

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
use leptos::prelude::document;

/// In context where the page's visitor is one.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

#[cfg(feature = "ssr")]
pub fn is_operator() -> bool {
    leptos::prelude::use_context::<Operator>().is_some()
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
pub fn is_operator() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-operator"))
}

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
pub const fn is_operator() -> bool {
    false
}
