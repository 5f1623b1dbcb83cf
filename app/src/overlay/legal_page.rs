//! A legal text of the operator's.

use domain::{
    ErrorCode,
    overlay::{Block, GET_LEGAL_TEXT, LegalPath, LegalText, blocks},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Loaded, Page, set_status},
};

#[component]
pub fn LegalPage() -> impl IntoView {
    let lang = lang();
    let params = use_params_map();
    let name = Memo::new(move |_| params.read().get("name").unwrap_or_default());
    let text = Resource::new(
        move || name.get(),
        |name| {
            let call = api::call(GET_LEGAL_TEXT, LegalPath { name });
            async move {
                match call.await {
                    Ok(text) => Ok(Some(text)),
                    Err(error) if error.code == ErrorCode::NotFound => Ok(None),
                    Err(error) => Err(error),
                }
            }
        },
    );
    let title = Signal::derive(move || match text.get() {
        Some(Ok(Some(text))) => text.title,
        _ => td_string!(lang, overlay.legal).to_owned(),
    });
    view! {
        <Page title=title>
            <Loaded resource=text let:text>
                {match text {
                    Some(text) => view! { <Text text=text /> }.into_any(),
                    None => {
                        set_status(404);
                        view! { <p class="empty">{td_string!(lang, overlay.no_text)}</p> }.into_any()
                    }
                }}
            </Loaded>
        </Page>
    }
}

#[component]
fn Text(text: LegalText) -> impl IntoView {
    let parts = blocks(&text.text).into_iter().map(|block| match block {
        Block::Heading(words) => view! { <h2>{words}</h2> }.into_any(),
        Block::List(items) => {
            let items = items.into_iter().map(|words| view! { <li>{words}</li> }).collect_view();
            view! { <ul>{items}</ul> }.into_any()
        }
        Block::Paragraph(words) => view! { <p>{words}</p> }.into_any(),
    });
    view! {
        <article class="stack legal-text">
            <h1>{text.title}</h1>
            {parts.collect_view()}
        </article>
    }
}
