//! What the operator laid over the frame: a logo in place of the name, and the legal texts at the foot.
//!
//! The server alone draws it, as inner HTML: hydration leaves that as it stands, so that no word of this travels to the
//! browser.

#[cfg(feature = "ssr")]
mod drawn {
    use domain::overlay::Face;
    use leptos::prelude::*;

    const NAME: &str = "Steadyline";

    pub fn name() -> String {
        match face().logo {
            Some(src) => view! { <img src=src alt=NAME /> }.to_html(),
            None => NAME.to_owned(),
        }
    }

    pub fn legal() -> String {
        let links = face().legal;
        if links.is_empty() {
            return String::new();
        }
        let link = |(name, title)| view! { <li><a href=format!("/legal/{name}")>{title}</a></li> };
        view! { <ul class="legal-links">{links.into_iter().map(link).collect_view()}</ul> }.to_html()
    }

    fn face() -> Face {
        use_context().unwrap_or_default()
    }
}

#[cfg(feature = "ssr")]
pub use drawn::{legal, name};

#[cfg(not(feature = "ssr"))]
pub const fn name() -> &'static str {
    ""
}

#[cfg(not(feature = "ssr"))]
pub const fn legal() -> &'static str {
    ""
}
