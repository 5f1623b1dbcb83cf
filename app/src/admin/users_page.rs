//! Who may sign in: the accounts, a form for another one, and what can be done to each.

use domain::{
    ApiError,
    admin::{
        AdminUser, AdminUserPath, CREATE_ADMIN_USER, DELETE_ADMIN_USER, Enrolment, LIST_ADMIN_USERS,
        NewAdminUser, RESET_ADMIN_TOTP, Role,
    },
};
use leptos::{
    ev::SubmitEvent,
    html::{Input, Select},
    prelude::*,
};

use super::{
    door::{Door, ask},
    enrolment::ShownOnce,
    overview_page::role_words,
};
use crate::{
    api,
    i18n::{lang, td_string},
    ui::{Moment, Show, reason},
};

/// What is asked of the server.
#[derive(Clone)]
enum Change {
    Create(NewAdminUser),
    Reset(String),
    Remove(String),
}

type Changing = Action<Change, Result<Option<Enrolment>, ApiError>>;

#[component]
pub fn UsersPage() -> impl IntoView {
    let lang = lang();
    let users = Resource::new(|| (), |()| ask(LIST_ADMIN_USERS, ()));
    let change: Changing = Action::new_local(move |change: &Change| {
        let change = change.clone();
        async move {
            let done = match change {
                Change::Create(new) => api::call(CREATE_ADMIN_USER, new).await.map(Some),
                Change::Reset(name) => api::call(RESET_ADMIN_TOTP, AdminUserPath { name }).await.map(Some),
                Change::Remove(name) => {
                    api::call(DELETE_ADMIN_USER, AdminUserPath { name }).await.map(|_| None)
                }
            };
            users.refetch();
            done
        }
    });
    let answer = move || {
        change.value().get().map(|done| match done {
            Ok(Some(enrolment)) => view! { <ShownOnce enrolment=enrolment /> }.into_any(),
            Ok(None) => view! { <p role="status">{td_string!(lang, admin.removed)}</p> }.into_any(),
            Err(error) => view! { <p role="alert">{reason(lang, &error)}</p> }.into_any(),
        })
    };
    view! {
        <Door path="/admin/users" resource=users let:users>
            <List users=users change=change />
            <div aria-live="polite">{answer}</div>
            <New change=change />
        </Door>
    }
}

#[component]
fn List(users: Vec<AdminUser>, change: Changing) -> impl IntoView {
    let lang = lang();
    let rows = users.into_iter().map(|user| view! { <Row user=user change=change /> }).collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=td_string!(lang, admin.users)>
            <table>
                <caption>{td_string!(lang, admin.users_text)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{td_string!(lang, admin.name)}</th>
                        <th scope="col">{td_string!(lang, admin.role)}</th>
                        <th scope="col">{td_string!(lang, admin.last_sign_in)}</th>
                        <th scope="col" class="number">{td_string!(lang, admin.codes_left)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{td_string!(lang, admin.change)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(user: AdminUser, change: Changing) -> impl IntoView {
    let lang = lang();
    let (reset, remove) = (Change::Reset(user.name.clone()), Change::Remove(user.name.clone()));
    let seen = match user.signed_in_at {
        Some(at) => view! { <Moment at=at show=Show::Both /> }.into_any(),
        None => td_string!(lang, admin.never).into_any(),
    };
    let act = move |what: Change, class: &'static str, words: &'static str| {
        view! {
            <button
                type="button"
                class=class
                disabled=move || change.pending().get()
                on:click=move |_| {
                    change.dispatch(what.clone());
                }
            >
                {words}
            </button>
        }
    };
    view! {
        <tr>
            <td>{user.name.clone()}</td>
            <td>{role_words(lang, user.role)}</td>
            <td>{seen}</td>
            <td class="number">{user.recovery_codes}</td>
            <td>
                <details>
                    <summary aria-label=format!("{} {}", td_string!(lang, admin.change), user.name)>
                        {td_string!(lang, admin.change)}
                    </summary>
                    <p class="quiet">{td_string!(lang, admin.change_text)}</p>
                    <p class="actions">
                        {act(reset, "", td_string!(lang, admin.reset))}
                        {act(remove, "danger", td_string!(lang, admin.remove))}
                    </p>
                </details>
            </td>
        </tr>
    }
}

#[component]
fn New(change: Changing) -> impl IntoView {
    let lang = lang();
    let (name, password, role) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NodeRef::<Select>::new());
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = |field: NodeRef<Input>| field.get_untracked().map(|f| f.value()).unwrap_or_default();
        let role = role.get_untracked().and_then(|r| r.value().parse().ok()).unwrap_or(Role::Viewer);
        change.dispatch(Change::Create(NewAdminUser { name: typed(name), password: typed(password), role }));
    };
    // Only what was taken: after a refusal there is something to mend.
    Effect::new(move || {
        if matches!(change.value().get(), Some(Ok(Some(_)))) {
            for field in [name, password].iter().filter_map(NodeRef::get_untracked) {
                field.set_value("");
            }
        }
    });
    let roles = [Role::Viewer, Role::Admin]
        .into_iter()
        .map(|role| view! { <option value=role.word()>{role_words(lang, role)}</option> });
    view! {
        <section class="stack">
            <h2>{td_string!(lang, admin.another)}</h2>
            <form class="stack" method="post" on:submit=on_submit>
                <p class="field">
                    <label for="new-name">{td_string!(lang, admin.name)}</label>
                    <input node_ref=name id="new-name" autocomplete="off" autocapitalize="none" maxlength="32" required />
                </p>
                <p class="field">
                    <label for="new-password">{td_string!(lang, admin.password)}</label>
                    <input
                        node_ref=password
                        id="new-password"
                        type="password"
                        autocomplete="new-password"
                        minlength="12"
                        aria-describedby="new-hint"
                        required
                    />
                    <small id="new-hint">{td_string!(lang, admin.password_hint)}</small>
                </p>
                <p class="field">
                    <label for="new-role">{td_string!(lang, admin.role)}</label>
                    <select node_ref=role id="new-role">
                        {roles.collect_view()}
                    </select>
                </p>
                <p>
                    <button disabled=move || change.pending().get()>{td_string!(lang, admin.create)}</button>
                </p>
            </form>
        </section>
    }
}
