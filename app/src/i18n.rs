//! The languages: typed keys made by `build.rs` from `locales/`, and the language of the page being drawn.
//!
//! The language is fixed while a page stands (changing it stores a cookie and reloads), so views read it once by
//! [`lang`] and ask `td_string!(lang(), slice.key)`: no signal behind every word. Texts exist in English and German;
//! plural forms are two keys, which both languages can do without ICU's data in the browser. The crate's own provider is
//! left out: it reads its cookie in the browser too, by 60 kB of date parser, though the document says its language.

#[expect(clippy::pedantic, reason = "made by leptos_i18n_codegen")]
#[doc(hidden)]
pub mod generated {
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}

pub use generated::i18n::*;
use leptos::prelude::*;

/// The cookie that holds the language (`en`, `de`); set in the browser, read by both sides.
pub const COOKIE: &str = "steadyline_lang";

impl Locale {
    /// Its tag, as it stands in `<html lang>` and in the cookie.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::en => "en",
            Self::de => "de",
        }
    }
}

/// The languages, each with its own name.
pub const LANGUAGES: [(Locale, &str); 2] = [(Locale::en, "English"), (Locale::de, "Deutsch")];

/// The language of this page; [`provide_lang`] was called by whatever draws it.
pub fn lang() -> Locale {
    use_context().unwrap_or_default()
}

/// Settles the language of the page that is about to be drawn: on the server from the request, in the browser from
/// the document that the server drew.
pub fn provide_lang() -> Locale {
    #[cfg(feature = "ssr")]
    let locale = {
        use crate::layout::{cookie, header};
        negotiate(cookie(COOKIE).as_deref(), header(&http::header::ACCEPT_LANGUAGE).as_deref())
    };
    #[cfg(not(feature = "ssr"))]
    let locale = document()
        .document_element()
        .and_then(|root| by_tag(&root.get_attribute("lang")?))
        .unwrap_or_default();
    provide_context(locale);
    locale
}

/// The language of a tag such as `de-AT`, by its first part (RFC 4647 lookup with two languages).
fn by_tag(tag: &str) -> Option<Locale> {
    let first = tag.split(['-', '_']).next()?.trim();
    LANGUAGES.into_iter().map(|(locale, _)| locale).find(|locale| locale.tag().eq_ignore_ascii_case(first))
}

/// The chosen language, else the one that the browser likes best (RFC 9110 §12.5.4), else the default.
#[cfg(feature = "ssr")]
fn negotiate(chosen: Option<&str>, accepted: Option<&str>) -> Locale {
    let liked = accepted.unwrap_or_default().split(',').filter_map(|range| {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
        Some((by_tag(tag)?, weight)).filter(|(_, weight)| *weight > 0.0)
    });
    // Of equals the first that was named.
    let best = liked.reduce(|best, next| if next.1 > best.1 { next } else { best });
    chosen.and_then(by_tag).or(best.map(|(locale, _)| locale)).unwrap_or_default()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_said(None, None, Locale::en)]
    #[case::chosen(Some("de"), Some("en"), Locale::de)]
    #[case::forged_choice(Some("\"><script>"), Some("de"), Locale::de)]
    #[case::region(None, Some("de-AT,en;q=0.8"), Locale::de)]
    #[case::weights(None, Some("de;q=0.5, en-GB;q=0.9"), Locale::en)]
    #[case::refused(None, Some("de;q=0"), Locale::en)]
    #[case::unknown_first(None, Some("fr, de;q=0.3"), Locale::de)]
    #[case::nonsense(None, Some(";;q=,,de;q=x"), Locale::en)]
    fn the_page_is_in(
        #[case] chosen: Option<&str>,
        #[case] accepted: Option<&str>,
        #[case] expected: Locale,
    ) {
        assert_eq!(negotiate(chosen, accepted), expected);
    }
}
