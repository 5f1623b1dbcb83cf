//! The Settings page.

use domain::service::GET_HEALTH;
use leptos::prelude::*;

use super::{data::MyData, pairing::Pairing};
use crate::{
    api,
    i18n::{COOKIE, LANGUAGES, Locale, lang, td_string},
    layout::{Theme, remember},
    ui::{Loaded, Page},
};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let lang = lang();
    view! {
        <Page title=td_string!(lang, settings.title)>
            <h1>{td_string!(lang, settings.title)}</h1>
            <Look />
            <Language />
            <Pairing />
            <MyData />
            <About />
        </Page>
    }
}

fn theme_words(lang: Locale, theme: Theme) -> &'static str {
    match theme {
        Theme::System => td_string!(lang, settings.system),
        Theme::Light => td_string!(lang, settings.light),
        Theme::Dark => td_string!(lang, settings.dark),
    }
}

/// One choice of a group of radio buttons.
#[component]
fn Radio(
    group: &'static str,
    value: &'static str,
    words: &'static str,
    checked: bool,
    on_choose: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name=group value=value checked=checked on:change=move |_| on_choose() />
            {words}
        </label>
    }
}

#[component]
fn Look() -> impl IntoView {
    let lang = lang();
    let current = Theme::current();
    let choices = Theme::ALL.map(|theme| {
        view! {
            <Radio
                group="theme"
                value=theme.name().unwrap_or("system")
                words=theme_words(lang, theme)
                checked=theme == current
                on_choose=move || theme.choose()
            />
        }
    });
    view! {
        <fieldset class="choices">
            <legend>{td_string!(lang, settings.look)}</legend>
            {choices.into_iter().collect_view()}
        </fieldset>
    }
}

#[component]
fn Language() -> impl IntoView {
    let current = lang();
    let choices = LANGUAGES.map(|(locale, words)| {
        let code = locale.tag();
        let choose = move || {
            remember(COOKIE, code);
            reload();
        };
        view! { <Radio group="language" value=code words=words checked=locale == current on_choose=choose /> }
    });
    view! {
        <fieldset class="choices">
            <legend>{td_string!(current, settings.language)}</legend>
            {choices.into_iter().collect_view()}
        </fieldset>
    }
}

/// Draws the page anew in the language that was just chosen.
fn reload() {
    #[cfg(feature = "hydrate")]
    // A page that cannot reload keeps its language until the next visit.
    let _ = leptos::prelude::window().location().reload();
}

#[component]
fn About() -> impl IntoView {
    let lang = lang();
    let health = Resource::new(|| (), |()| api::call(GET_HEALTH, ()));
    view! {
        <section class="stack">
            <h2>{td_string!(lang, settings.about)}</h2>
            <Loaded resource=health aside=true let:health>
                <p class="quiet">
                    {td_string!(lang, settings.version)} " " {health.version} " · "
                    {td_string!(lang, settings.database)} " " {health.database}
                </p>
            </Loaded>
            <p>
                <a class="button" rel="external" href="/api/docs">
                    {td_string!(lang, settings.api)}
                </a>
            </p>
            <p class="quiet">
                <a href="/admin">{td_string!(lang, settings.operator)}</a>
            </p>
        </section>
    }
}
