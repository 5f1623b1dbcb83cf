//! The states of everything that is loaded: waiting, failed with a retry, there.

use domain::{ApiError, ErrorCode};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::Empty;
use crate::i18n::{Locale, lang, td_string};

/// How much room the skeleton keeps, so that nothing moves when the data arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Height {
    /// A few lines of text.
    #[default]
    Lines,
    /// The strip of an hour.
    Strip,
    /// A chart with its title.
    Chart,
}

impl Height {
    const fn class(self) -> &'static str {
        match self {
            Self::Lines => "skeleton skeleton-lines",
            Self::Strip => "skeleton skeleton-strip",
            Self::Chart => "skeleton skeleton-chart",
        }
    }
}

/// Draws a resource: a skeleton while waiting, the reason and a retry when it failed, else `children`.
#[component]
pub fn Loaded<T, V>(
    resource: Resource<Result<T, ApiError>>,
    /// The room to keep while waiting.
    #[prop(default = Height::Lines)]
    height: Height,
    /// It stands beside what the page is about: its failure leaves the page's status alone.
    #[prop(optional)]
    aside: bool,
    /// Draws what arrived.
    children: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let lang = lang();
    let skeleton = move || {
        view! {
            <div class=height.class() role="status" aria-busy="true">
                <span class="visually-hidden">{td_string!(lang, shell.loading)}</span>
            </div>
        }
    };
    view! {
        <Transition fallback=skeleton>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => children(value).into_any(),
                        // A visitor who has measured nothing yet: that is a beginning, not a fault.
                        Err(error) if error.needs_device() => {
                            let action = ("/test", td_string!(lang, history.run));
                            view! { <Empty text=td_string!(lang, history.empty) action=action /> }.into_any()
                        }
                        Err(error) => {
                            if !aside {
                                set_status(error.code.status());
                            }
                            failed(lang, error, resource).into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}

fn failed<T>(lang: Locale, error: ApiError, resource: Resource<Result<T, ApiError>>) -> impl IntoView
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    view! {
        <div class="failed" role="alert">
            <p>{reason(lang, &error)}</p>
            <button type="button" on:click=move |_| resource.refetch()>
                {td_string!(lang, shell.retry)}
            </button>
        </div>
    }
}

/// What happened, what is safe, what to do; the server's own sentence where it knows more than the code says.
pub fn reason(lang: Locale, error: &ApiError) -> String {
    match error.code {
        ErrorCode::Unreachable => td_string!(lang, shell.unreachable).to_owned(),
        ErrorCode::Unavailable | ErrorCode::TimedOut => td_string!(lang, shell.unavailable).to_owned(),
        ErrorCode::TooMany => td_string!(lang, shell.too_many).to_owned(),
        _ => error.detail.clone(),
    }
}

/// Sets the status of the page while the server draws it; nothing in the browser.
pub fn set_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(status)
    {
        response.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}
