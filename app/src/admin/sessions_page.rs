//! Open sessions, and how to end them.

use domain::{
    ApiError,
    admin::{
        AdminSession, AdminSessionPath, END_ADMIN_SESSION, END_OTHER_ADMIN_SESSIONS, Ended,
        LIST_ADMIN_SESSIONS,
    },
};
use leptos::prelude::*;

use super::door::{Door, ask};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Moment, Show, reason},
};

#[component]
pub fn SessionsPage() -> impl IntoView {
    let lang = lang();
    let sessions = Resource::new(|| (), |()| ask(LIST_ADMIN_SESSIONS, ()));
    // One session by its number, or all others of one's own.
    let end = Action::new_local(move |which: &Option<i64>| {
        let one = which.map(|id| api::call(END_ADMIN_SESSION, AdminSessionPath { id }));
        let others = which.is_none().then(|| api::call(END_OTHER_ADMIN_SESSIONS, ()));
        async move {
            let result = match (one, others) {
                (Some(call), _) => call.await,
                (None, Some(call)) => call.await,
                (None, None) => Ok(Ended { ended: 0 }),
            };
            sessions.refetch();
            result
        }
    });
    let failed = move || end.value().get().and_then(Result::err).map(|error| reason(lang, &error));
    view! {
        <Door path="/admin/sessions" resource=sessions let:sessions>
            <List sessions=sessions end=end />
            <p aria-live="polite">{failed}</p>
        </Door>
    }
}

type End = Action<Option<i64>, Result<Ended, ApiError>>;

#[component]
fn List(sessions: Vec<AdminSession>, end: End) -> impl IntoView {
    let lang = lang();
    let rows = sessions.into_iter().map(|session| view! { <Row session=session end=end /> }).collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, admin.sessions)>
            <table>
                <caption>{td_string!(lang, admin.sessions_text)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(lang, admin.name)}</th>
                        <th scope="col">{td_string!(lang, admin.browser)}</th>
                        <th scope="col">{td_string!(lang, admin.since)}</th>
                        <th scope="col">{td_string!(lang, admin.used)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{td_string!(lang, admin.end)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p>
            <button
                type="button"
                on:click=move |_| {
                    end.dispatch(None);
                }
            >
                {td_string!(lang, admin.end_others)}
            </button>
        </p>
    }
}

#[component]
fn Row(session: AdminSession, end: End) -> impl IntoView {
    let lang = lang();
    let id = session.id;
    let words = if session.current { td_string!(lang, admin.this_one) } else { td_string!(lang, admin.end) };
    view! {
        <tr>
            <td>{session.name}</td>
            <td>
                {session.agent.unwrap_or_else(|| td_string!(lang, admin.unknown_browser).to_owned())}
                {format!(", IPv{}", session.ip_version)}
            </td>
            <td>
                <Moment at=session.created_at show=Show::Both />
            </td>
            <td>
                <Moment at=session.seen_at show=Show::Both />
            </td>
            <td>
                <button
                    type="button"
                    disabled=session.current
                    on:click=move |_| {
                        end.dispatch(Some(id));
                    }
                >
                    {words}
                </button>
            </td>
        </tr>
    }
}
