//! What spoils a run from outside: a hidden tab, a lost or another network.

use std::rc::Rc;

use domain::speed_tests::engine::Event;
use js_sys::Reflect;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::EventTarget;

use super::Driver;

/// Listens while it lives.
pub struct Watch {
    ears: Vec<Ear>,
}

struct Ear {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut()>,
}

impl Watch {
    pub fn new(driver: &Rc<Driver>) -> Self {
        let mut watch = Self { ears: Vec::new() };
        let kind = connection_type();
        watch.listen(document().into(), "visibilitychange", driver, || {
            document().hidden().then_some(Event::Hidden)
        });
        watch.listen(window().into(), "offline", driver, || Some(Event::Offline));
        if let Some(connection) = connection() {
            // `change` alone also fires on estimates that the test itself moves (measurement.md §1.7).
            watch.listen(connection, "change", driver, move || {
                (connection_type() != kind).then_some(Event::ConnectionChanged)
            });
        }
        watch
    }

    fn listen(
        &mut self,
        target: EventTarget,
        event: &'static str,
        driver: &Rc<Driver>,
        heard: impl Fn() -> Option<Event> + 'static,
    ) {
        let weak = Rc::downgrade(driver);
        let closure = Closure::<dyn FnMut()>::new(move || {
            if let (Some(driver), Some(event)) = (weak.upgrade(), heard()) {
                driver.tell(event);
            }
        });
        if target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()).is_ok() {
            self.ears.push(Ear { target, event, closure });
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for Ear { target, event, closure } in &self.ears {
            let _ = target.remove_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        }
    }
}

/// `navigator.connection`, which only some browsers have.
fn connection() -> Option<EventTarget> {
    Reflect::get(&window().navigator(), &JsValue::from_str("connection")).ok()?.dyn_into().ok()
}

/// `wifi`, `ethernet`, `cellular` …, as far as the browser knows.
pub fn connection_type() -> Option<String> {
    Reflect::get(&JsValue::from(connection()?), &"type".into()).ok()?.as_string()
}

/// Whether the browser asks for little data.
pub fn saves_data() -> bool {
    connection()
        .and_then(|c| Reflect::get(&JsValue::from(c), &"saveData".into()).ok())
        .is_some_and(|wish| wish.is_truthy())
}
