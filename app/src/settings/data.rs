//! One's own data: to take along, and to delete after a question.

use domain::me::DELETE_ME;
use leptos::{html::Dialog, prelude::*};

use crate::{
    api,
    i18n::{lang, td_string},
    ui::reason,
};

#[component]
pub fn MyData() -> impl IntoView {
    let lang = lang();
    let dialog = NodeRef::<Dialog>::new();
    let delete = Action::new_local(|(): &()| api::call(DELETE_ME, ()));
    let answer = move || {
        delete.value().get().map(|answer| match answer {
            Ok(_) => td_string!(lang, settings.deleted).to_owned(),
            // Who never had a device has nothing to delete.
            Err(error) if error.needs_device() => td_string!(lang, settings.deleted).to_owned(),
            Err(error) => reason(lang, &error),
        })
    };
    view! {
        <section class="stack">
            <h2>{td_string!(lang, settings.data)}</h2>
            <p class="quiet">{td_string!(lang, settings.data_text)}</p>
            <p class="actions">
                <a class="button" rel="external" download="steadyline.json" href="/api/me/export">
                    {td_string!(lang, settings.export)}
                </a>
                <button type="button" class="danger" on:click=move |_| open(dialog)>
                    {td_string!(lang, settings.delete)}
                </button>
            </p>
            <p aria-live="polite">{answer}</p>
            <dialog node_ref=dialog aria-labelledby="delete-title">
                <form method="dialog" class="stack">
                    <h2 id="delete-title">{td_string!(lang, settings.delete_ask)}</h2>
                    <p>{td_string!(lang, settings.delete_text)}</p>
                    <p class="actions">
                        <button>{td_string!(lang, settings.keep)}</button>
                        <button
                            class="danger"
                            on:click=move |_| {
                                delete.dispatch(());
                            }
                        >
                            {td_string!(lang, settings.delete)}
                        </button>
                    </p>
                </form>
            </dialog>
        </section>
    }
}

/// Asks first; closing is the form's own (`method="dialog"`).
fn open(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // A dialog that cannot open deletes nothing.
        let _ = dialog.show_modal();
    }
}
