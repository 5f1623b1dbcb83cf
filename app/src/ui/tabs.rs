//! A row of choices whose state is the URL: tabs and ranges. Links, so that they work before and without WASM.

use leptos::prelude::*;
use leptos_router::components::A;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub href: String,
    pub words: &'static str,
    pub current: bool,
}

/// Draws the choices in a row that scrolls sideways on small screens.
#[component]
pub fn Choices(
    /// What is chosen, for those who do not see the row.
    label: &'static str,
    /// `tabs` (words with a line) or `ranges` (small).
    #[prop(default = "tabs")]
    class: &'static str,
    #[prop(into)] choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let links = move || {
        choices
            .get()
            .into_iter()
            .map(|Choice { href, words, current }| {
                let current = current.then_some("page");
                view! {
                    <li>
                        <A href=href scroll=false attr:aria-current=current attr:class=current.map(|_| "current")>
                            {words}
                        </A>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <nav class=class aria-label=label>
            <ul>{links}</ul>
        </nav>
    }
}
