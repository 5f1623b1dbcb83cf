//! What operators did, newest first.

use domain::admin::{AuditEntry, AuditPage as Entries, AuditQuery, LIST_AUDIT};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::door::{Door, ask};
use crate::{
    i18n::{lang, td_string},
    ui::{Moment, Show},
};

#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")?.parse::<i64>().ok()));
    let entries = Resource::new(
        move || after.get(),
        |after| ask(LIST_AUDIT, AuditQuery { after: after.filter(|id| *id > 0), ..AuditQuery::default() }),
    );
    view! {
        <Door path="/admin/audit" resource=entries let:entries>
            <List entries=entries />
        </Door>
    }
}

#[component]
fn List(entries: Entries) -> impl IntoView {
    let lang = lang();
    let Entries { items, next } = entries;
    if items.is_empty() {
        return view! { <p class="empty">{td_string!(lang, admin.audit_empty)}</p> }.into_any();
    }
    let rows = items.into_iter().map(row).collect_view();
    let older = next.map(|id| {
        view! {
            <p>
                <a class="button" href=format!("/admin/audit?after={id}")>
                    {td_string!(lang, admin.older)}
                </a>
            </p>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, admin.audit)>
            <table>
                <caption>{td_string!(lang, admin.audit_text)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(lang, admin.when)}</th>
                        <th scope="col">{td_string!(lang, admin.who)}</th>
                        <th scope="col">{td_string!(lang, admin.act)}</th>
                        <th scope="col">{td_string!(lang, admin.subject)}</th>
                        <th scope="col">{td_string!(lang, admin.address)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {older}
    }
    .into_any()
}

/// The act is its machine word: what scripts look for, and the same in every language.
fn row(entry: AuditEntry) -> impl IntoView {
    view! {
        <tr>
            <td>
                <Moment at=entry.at show=Show::Both />
            </td>
            <td>{entry.who}</td>
            <td>
                <code>{entry.act}</code>
            </td>
            <td>{entry.subject}</td>
            <td>{entry.address}</td>
        </tr>
    }
}
