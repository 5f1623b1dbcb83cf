//! The frame of every page behind the door: its tabs, and what is said to who is not signed in or may only look.

use std::future::Future;

use domain::{ApiError, Endpoint, ErrorCode, admin::access::SIGN_IN_PAGE};
use leptos::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    api,
    i18n::{Locale, lang, td_string},
    ui::{Choice, Choices, Height, Loaded, Page, set_status},
};

/// A tab: where, and what it is called.
pub struct Tab {
    pub path: &'static str,
    pub words: fn(Locale) -> &'static str,
}

/// The operator's pages in their order; each slice adds its line.
pub const TABS: &[Tab] = &[
    Tab { path: "/admin", words: |lang| td_string!(lang, admin.overview) },
    Tab { path: "/admin/buildings", words: |lang| td_string!(lang, admin.buildings) },
    Tab { path: "/admin/health", words: |lang| td_string!(lang, health.title) },
    Tab { path: "/admin/overlay", words: |lang| td_string!(lang, overlay.tab) },
    Tab { path: "/admin/users", words: |lang| td_string!(lang, admin.users) },
    Tab { path: "/admin/sessions", words: |lang| td_string!(lang, admin.sessions) },
    Tab { path: "/admin/audit", words: |lang| td_string!(lang, admin.audit) },
];

/// What the door let through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Let<T> {
    In(T),
    /// Nobody is signed in.
    Out,
    /// The account may look at the public pages alone.
    Look,
}

/// Asks for what an operator alone is told.
pub fn ask<I, O>(endpoint: Endpoint<I, O>, input: I) -> impl Future<Output = Result<Let<O>, ApiError>> + Send
where
    I: Serialize + Send + 'static,
    O: DeserializeOwned + Send + 'static,
{
    let call = api::call(endpoint, input);
    async move {
        match call.await {
            Ok(told) => Ok(Let::In(told)),
            Err(error) if error.code == ErrorCode::Unauthenticated => Ok(Let::Out),
            Err(error) if error.code == ErrorCode::Forbidden => Ok(Let::Look),
            Err(error) => Err(error),
        }
    }
}

/// Draws a tab's page around what was asked for.
#[component]
pub fn Door<T, V>(
    /// The tab's own path.
    path: &'static str,
    resource: Resource<Result<Let<T>, ApiError>>,
    children: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let lang = lang();
    let choices = TABS
        .iter()
        .map(|tab| Choice { href: tab.path.to_owned(), words: (tab.words)(lang), current: tab.path == path })
        .collect::<Vec<_>>();
    let own = TABS.iter().find(|tab| tab.path == path).map_or("", |tab| (tab.words)(lang));
    let title = format!("{own} · {}", td_string!(lang, admin.title));
    view! {
        <Page title=title>
            <h1>{td_string!(lang, admin.title)}</h1>
            <Choices label=td_string!(lang, admin.title) choices=Signal::derive(move || choices.clone()) />
            <Loaded resource=resource height=Height::Lines let:found>
                {match found {
                    Let::In(told) => children(told).into_any(),
                    Let::Out => outside(lang, path).into_any(),
                    Let::Look => {
                        set_status(403);
                        view! { <p class="empty">{td_string!(lang, admin.look)}</p> }.into_any()
                    }
                }}
            </Loaded>
        </Page>
    }
}

fn outside(lang: Locale, path: &'static str) -> impl IntoView {
    set_status(401);
    view! {
        <div class="empty">
            <p>{td_string!(lang, admin.outside)}</p>
            <p>
                <a class="button" href=format!("{SIGN_IN_PAGE}?next={path}")>
                    {td_string!(lang, admin.sign_in)}
                </a>
            </p>
        </div>
    }
}

/// Leaves for another page by a whole load: what the server draws depends on the cookie that just changed.
pub fn leave_for(path: &str) {
    #[cfg(feature = "hydrate")]
    // A page that cannot be left stays as it is; its next call tells who is signed in.
    let _ = leptos::prelude::window().location().set_href(path);
    #[cfg(not(feature = "hydrate"))]
    let _ = path;
}
