//! What lies over the product, a form for another ZIP, and the way back.

use domain::{
    ApiError,
    overlay::{GET_OVERLAY, IMPORT_OVERLAY, Overlay, UNDO_OVERLAY},
};
use leptos::{ev::SubmitEvent, html::Input, prelude::*};

use crate::{
    admin::{Door, ask, leave_for},
    api,
    i18n::{lang, td_string},
    ui::{format::count, reason},
};

const PATH: &str = "/admin/overlay";

/// What is asked of the server.
#[derive(Clone, Copy)]
enum Change {
    Import,
    Undo,
}

type Changing = Action<Change, Result<(), ApiError>>;

#[component]
pub fn OverlayPage() -> impl IntoView {
    let lang = lang();
    let overlay = Resource::new(|| (), |()| ask(GET_OVERLAY, ()));
    let file = NodeRef::<Input>::new();
    let change: Changing = Action::new_local(move |change: &Change| {
        let change = *change;
        async move {
            match change {
                Change::Import => api::send_file(IMPORT_OVERLAY, file.get_untracked()).await?,
                Change::Undo => api::call(UNDO_OVERLAY, ()).await?,
            };
            // The frame around this page shows it too.
            leave_for(PATH);
            Ok(())
        }
    });
    let refused = move || {
        let refused = change.value().get().and_then(Result::err);
        refused.map(|error| {
            view! { <p role="alert">{td_string!(lang, overlay.refused)} " " {reason(lang, &error)}</p> }
        })
    };
    view! {
        <Door path=PATH resource=overlay let:overlay>
            <Present overlay=overlay change=change />
            <Import file=file change=change />
            <div aria-live="polite">{refused}</div>
        </Door>
    }
}

#[component]
fn Present(overlay: Overlay, change: Changing) -> impl IntoView {
    let lang = lang();
    if overlay.members.is_empty() {
        return view! { <p class="empty">{td_string!(lang, overlay.empty)}</p> }.into_any();
    }
    let rows = overlay.members.into_iter().map(|member| {
        view! {
            <tr>
                <td>
                    <code>{member.name}</code>
                </td>
                <td class="number">{count(member.size)}</td>
            </tr>
        }
    });
    let undo = if overlay.has_previous {
        td_string!(lang, overlay.put_back)
    } else {
        td_string!(lang, overlay.remove)
    };
    view! {
        <section class="stack">
            <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, overlay.present)>
                <table>
                    <caption>{td_string!(lang, overlay.present)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{td_string!(lang, overlay.file)}</th>
                            <th scope="col" class="number">{td_string!(lang, overlay.size)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p>
                <button
                    type="button"
                    class="danger"
                    disabled=move || change.pending().get()
                    on:click=move |_| {
                        change.dispatch(Change::Undo);
                    }
                >
                    {undo}
                </button>
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Import(file: NodeRef<Input>, change: Changing) -> impl IntoView {
    let lang = lang();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        change.dispatch(Change::Import);
    };
    view! {
        <section class="stack">
            <h2>{td_string!(lang, overlay.another)}</h2>
            <p>{td_string!(lang, overlay.text)}</p>
            <dl class="stack">
                <dt><code>"app/logo.svg, app/logo.png"</code></dt>
                <dd>{td_string!(lang, overlay.logo)}</dd>
                <dt><code>"app/extra.css"</code></dt>
                <dd>{td_string!(lang, overlay.css)}</dd>
                <dt><code>"app/legal/imprint.md, app/legal/privacy.txt"</code></dt>
                <dd>{td_string!(lang, overlay.texts)}</dd>
                <dt><code>"app/isps.toml"</code></dt>
                <dd>{td_string!(lang, overlay.isps)}</dd>
            </dl>
            <form class="stack" method="post" on:submit=on_submit>
                <p class="field">
                    <label for="overlay-file">{td_string!(lang, overlay.zip)}</label>
                    <input
                        node_ref=file
                        id="overlay-file"
                        type="file"
                        accept=".zip,application/zip"
                        aria-describedby="overlay-hint"
                        required
                    />
                    <small id="overlay-hint">{td_string!(lang, overlay.hint)}</small>
                </p>
                <p>
                    <button class="primary" disabled=move || change.pending().get()>
                        {td_string!(lang, overlay.lay)}
                    </button>
                </p>
            </form>
        </section>
    }
}
