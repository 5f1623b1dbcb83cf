//! Live events in the browser: what is shown is loaded again when the server tells that it changed.

use serde::Deserialize;

/// What of an event decides whether to load again: its `type` (`domain::live::LiveEvent`). The rest is not read, so
/// that its readers need not travel.
#[derive(Deserialize)]
struct Told {
    r#type: String,
}

/// Calls `then` whenever an event of `topic` (or "you missed some") arrives, as long as the owner lives.
/// The browser reconnects by itself; nothing happens on the server.
pub fn on_live(topic: &'static str, then: impl Fn() + Clone + 'static) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::Effect::new(move || {
        use send_wrapper::SendWrapper;
        use wasm_bindgen::{JsCast, closure::Closure};
        let Ok(source) = web_sys::EventSource::new(&format!("/api/events/live?topics={topic}")) else {
            return;
        };
        let then = then.clone();
        let heard = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
            if event.data().as_string().is_some_and(|text| concerns(&text, topic)) {
                then();
            }
        });
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let open = SendWrapper::new((source, heard));
        leptos::prelude::on_cleanup(move || open.0.close());
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (topic, then, concerns);
}

/// Whether an event means that what is shown may be old.
fn concerns(event: &str, topic: &str) -> bool {
    serde_json::from_str(event).is_ok_and(|Told { r#type }| r#type == "lagged" || r#type == topic)
}

#[cfg(test)]
mod tests {
    use domain::live::LiveEvent;

    use super::*;

    #[test]
    fn a_heartbeat_reloads_nothing_and_missed_events_reload() {
        let told = |event: &LiveEvent| concerns(&serde_json::to_string(event).unwrap(), "measurement");
        assert!(told(&LiveEvent::Lagged));
        assert!(!told(&LiveEvent::Pong));
        assert!(concerns(r#"{"type":"measurement","data":{}}"#, "measurement"));
        assert!(!concerns("no event", "measurement"));
    }
}
