//! The frame of one page: its title and its `<main>`.

use leptos::prelude::*;
use leptos_meta::Title;

/// One page: the title of the document and the content, which the skip link leads to.
#[component]
pub fn Page(
    /// The title, without the product's name.
    #[prop(into)]
    title: Signal<String>,
    /// Classes of the layout (`with-aside`).
    #[prop(default = "")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    // The server asks for the title after the page was drawn, when the page's signals may be gone.
    #[cfg(feature = "ssr")]
    let text = title.get_untracked();
    #[cfg(not(feature = "ssr"))]
    let text = move || title.get();
    view! {
        <Title text=text />
        <main id="main" tabindex="-1" class=class>
            {children()}
        </main>
    }
}
