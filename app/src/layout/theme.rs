//! Light, dark, or as the system has it: a cookie, so that the server draws the right one without a flash.

/// What the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// The cookie that holds the choice.
const COOKIE: &str = "steadyline_theme";
/// A choice of looks is kept as long as browsers keep cookies (RFC 6265bis: 400 days).
#[cfg(feature = "hydrate")]
const MAX_AGE_S: u32 = 400 * 24 * 3600;

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value of `data-theme` and of the cookie; none for the system's.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The choice in force: from the request's cookie on the server, from the document in the browser.
    pub fn current() -> Self {
        #[cfg(feature = "ssr")]
        let name = cookie(COOKIE).unwrap_or_default();
        #[cfg(not(feature = "ssr"))]
        let name = document_theme().unwrap_or_default();
        Self::parse(&name)
    }

    /// Takes effect at once and is remembered.
    pub fn choose(self) {
        #[cfg(feature = "hydrate")]
        if let Some(root) = leptos::prelude::document().document_element() {
            // Neither call can fail: the name is a constant.
            let _ = match self.name() {
                Some(name) => root.set_attribute("data-theme", name),
                None => root.remove_attribute("data-theme"),
            };
        }
        remember(COOKIE, self.name().unwrap_or_default());
    }
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
fn document_theme() -> Option<String> {
    leptos::prelude::document().document_element()?.get_attribute("data-theme")
}

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
fn document_theme() -> Option<String> {
    None
}

/// A header of the page's request.
#[cfg(feature = "ssr")]
pub fn header(name: &http::HeaderName) -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    Some(parts.headers.get(name)?.to_str().ok()?.to_owned())
}

/// The value of a cookie of the page's request.
#[cfg(feature = "ssr")]
pub fn cookie(name: &str) -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    parts
        .headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.to_owned()))
}

/// Keeps a choice of looks or language in a cookie; an empty value forgets it. Nothing on the server.
pub fn remember(name: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let age = if value.is_empty() { 0 } else { MAX_AGE_S };
        if let Ok(document) = leptos::prelude::document().dyn_into::<web_sys::HtmlDocument>() {
            // A browser that refuses cookies keeps the choice for this page only.
            let _ = document.set_cookie(&format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax"));
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for theme in Theme::ALL {
            assert_eq!(Theme::parse(theme.name().unwrap_or_default()), theme);
        }
        assert_eq!(Theme::parse("\"><script>"), Theme::System);
    }
}
