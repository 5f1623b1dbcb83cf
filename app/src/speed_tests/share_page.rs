//! A result that its owner shared: the same view, without what only the owner may do.

use domain::{
    ErrorCode,
    measurements::{FIND_SHARED_RESULT, SharedPath},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::result_view::ResultView;
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Empty, Height, Loaded, Page, set_status},
};

#[component]
pub fn SharePage() -> impl IntoView {
    let lang = lang();
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let shared = Resource::new(id, |id| async move {
        // Not there is an answer with a page of its own, not a failure to retry.
        match api::call(FIND_SHARED_RESULT, SharedPath { id }).await {
            Ok(result) => Ok(Some(result)),
            Err(error) if error.code == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    });
    view! {
        <Page title=td_string!(lang, test.shared_title).to_owned() class="test">
            <h1>{td_string!(lang, test.shared_title)}</h1>
            <Loaded resource=shared height=Height::Chart let:shared>
                {match shared {
                    Some(result) => view! {
                        <section class="result">
                            <ResultView result=result />
                        </section>
                    }
                    .into_any(),
                    None => {
                        set_status(404);
                        view! { <Empty text=td_string!(lang, test.shared_missing) /> }.into_any()
                    }
                }}
            </Loaded>
        </Page>
    }
}
