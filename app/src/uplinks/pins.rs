//! The button that keeps a day as evidence, for operators.

use domain::{
    ApiError,
    uplinks::{PIN_UPLINK_DAY, UNPIN_UPLINK_DAY, UplinkPin, UplinkPinPath},
};
use leptos::prelude::*;

use crate::{
    api,
    i18n::{lang, td_string},
};

/// Keeps a day (true), or lets it go.
pub type Pinning = Action<(UplinkPinPath, bool), Result<UplinkPin, ApiError>>;

/// Asks for it, and then for what `then` shows.
pub fn pinning(then: impl Fn() + Copy + 'static) -> Pinning {
    Action::new_local(move |(path, pin): &(UplinkPinPath, bool)| {
        let call = if *pin {
            api::call(PIN_UPLINK_DAY, path.clone())
        } else {
            api::call(UNPIN_UPLINK_DAY, path.clone())
        };
        async move { call.await.inspect(|_| then()) }
    })
}

#[component]
pub fn PinButton(path: UplinkPinPath, pinned: bool, pinning: Pinning) -> impl IntoView {
    let lang = lang();
    let words = if pinned { td_string!(lang, uplinks.unpin) } else { td_string!(lang, uplinks.pin) };
    view! {
        <button
            type="button"
            aria-label=format!("{words} {}", path.date)
            disabled=move || pinning.pending().get()
            on:click=move |_| {
                pinning.dispatch((path.clone(), !pinned));
            }
        >
            {words}
        </button>
    }
}
