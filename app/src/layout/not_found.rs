//! Says that there is no such page, with status 404.

use leptos::prelude::*;

use crate::{
    i18n::{lang, td_string},
    ui::{Page, set_status},
};

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(404);
    let lang = lang();
    view! {
        <Page title=td_string!(lang, shell.not_found)>
            <h1>{td_string!(lang, shell.not_found)}</h1>
            <p>{td_string!(lang, shell.not_found_text)}</p>
            <p>
                <a class="button" href="/">
                    {td_string!(lang, shell.back)}
                </a>
            </p>
        </Page>
    }
}
