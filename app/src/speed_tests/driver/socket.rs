//! The run's WebSocket: pings out, echoes, counters and the turn in.

use std::rc::{Rc, Weak};

use domain::speed_tests::{PingMessage, SocketMessage, engine::Event};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{MessageEvent, WebSocket};

use super::Driver;

/// Closed and deaf when dropped.
pub struct Socket {
    inner: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_close: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Socket {
    /// Opens the address, which may be a path of the page's own origin; `None` where the browser refuses it.
    pub fn open(url: &str, driver: &Rc<Driver>) -> Option<Self> {
        let socket = WebSocket::new(&absolute(url)?).ok()?;
        let weak = Rc::downgrade(driver);
        let on_open = Closure::new(teller(weak.clone(), || Event::SocketOpen));
        let on_close = Closure::new(teller(weak.clone(), || Event::SocketClosed));
        let on_message = Closure::new(move |event: MessageEvent| {
            let (Some(driver), Some(text)) = (weak.upgrade(), event.data().as_string()) else { return };
            if let Ok(message) = serde_json::from_str(&text) {
                hear(&driver, message);
            }
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { inner: socket, _on_open: on_open, _on_close: on_close, _on_message: on_message })
    }

    pub fn send(&self, ping: PingMessage) {
        if self.inner.ready_state() == WebSocket::OPEN
            && let Ok(text) = serde_json::to_string(&ping)
        {
            // A socket that closes right now tells so itself.
            let _ = self.inner.send_with_str(&text);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onclose(None);
        self.inner.set_onmessage(None);
        let _ = self.inner.close();
    }
}

fn teller(driver: Weak<Driver>, event: impl Fn() -> Event + 'static) -> impl FnMut() {
    move || {
        if let Some(driver) = driver.upgrade() {
            driver.tell(event());
        }
    }
}

fn hear(driver: &Rc<Driver>, message: SocketMessage) {
    let event = match message {
        SocketMessage::Echo(ping) => Event::Echo(ping),
        SocketMessage::Counters(counters) => Event::Counters(counters),
        SocketMessage::Place { queue_position } => Event::Place(queue_position),
        SocketMessage::Turn { server_now, .. } => {
            driver.begin_clock(server_now);
            Event::Turn
        }
    };
    driver.tell(event);
}

fn absolute(url: &str) -> Option<String> {
    if !url.starts_with('/') {
        return Some(url.to_owned());
    }
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}{url}", location.host().ok()?))
}
