//! Reading values off a drawing: pointer and arrow keys move over `n` places, a line says what stands there.
//!
//! To assistive technology it is a slider whose value is the sentence of the place.

use leptos::{ev, prelude::*};

use crate::i18n::{lang, td_string};

/// Lets a drawing be read place by place.
#[component]
pub fn Scrub<F>(
    /// How many places there are.
    n: usize,
    /// What the drawing is of.
    #[prop(into)]
    label: String,
    /// The place under a pointer at this share (0–1) of the drawing of so many CSS pixels.
    #[prop(optional)]
    place: Option<fn(f64, f64, usize) -> usize>,
    /// The sentence of a place.
    say: F,
    /// The place that is read, for marks in the drawing.
    at: RwSignal<Option<usize>>,
    children: Children,
) -> impl IntoView
where
    F: Fn(usize) -> String + Clone + Send + Sync + 'static,
{
    let lang = lang();
    let last = n.saturating_sub(1);
    let on_key = move |event: ev::KeyboardEvent| {
        let now = at.get_untracked().unwrap_or(last);
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (now + 1).min(last),
            "PageUp" => (now + 10).min(last),
            "PageDown" => now.saturating_sub(10),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        at.set(Some(next));
    };
    let on_pointer = move |event: ev::PointerEvent| {
        if let Some((share, width)) = share(&event) {
            at.set(Some(place.map_or_else(|| even(share, n), |place| place(share, width, n)).min(last)));
        }
    };
    let sentence = {
        let say = say.clone();
        move || at.get().map(&say)
    };
    let hint = td_string!(lang, shell.explore);
    view! {
        <div
            class="scrub"
            role="slider"
            tabindex="0"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax=last
            aria-valuenow=move || at.get().unwrap_or(last)
            aria-valuetext=move || at.get().map_or_else(|| hint.to_owned(), &say)
            on:keydown=on_key
            on:pointermove=on_pointer
            on:pointerdown=on_pointer
            on:pointerleave=move |_| at.set(None)
        >
            {children()}
        </div>
        <p class="readout" aria-hidden="true">
            {move || sentence().unwrap_or_else(|| "\u{a0}".to_owned())}
        </p>
    }
}

/// Places of equal width.
fn even(share: f64, n: usize) -> usize {
    (share.clamp(0.0, 1.0) * n as f64) as usize
}

/// Where the pointer is across the drawing, and how wide that is.
fn share(event: &ev::PointerEvent) -> Option<(f64, f64)> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
        let area = target.get_bounding_client_rect();
        (area.width() > 0.0)
            .then(|| ((f64::from(event.client_x()) - area.left()) / area.width(), area.width()))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}
