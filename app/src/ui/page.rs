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
    // Kept by itself: a page without anything to wait for may be gone before its head is written.
    let title: ArcSignal<String> = title.into();
    view! {
        <Title text=move || title.get() />
        <main id="main" tabindex="-1" class=class>
            {children()}
        </main>
    }
}
