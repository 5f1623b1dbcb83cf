//! The byte streams: fetch downloads whose chunks are counted and dropped, uploads of one Blob made of references.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use domain::speed_tests::TestKind;
use js_sys::{Array, Reflect, Uint8Array};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Blob, ReadableStreamDefaultReader, RequestInit, Response};

/// One block of incompressible bytes; an upload is a Blob of references to it.
const BLOCK: u32 = 1 << 20;
/// `crypto.getRandomValues` fills at most so much at once (W3C Web Cryptography §10.1.1).
const RANDOM_PART: u32 = 65_536;
/// Of a full run: no stream of 10 s ends before its time below 800 Mbit/s, and one that does is started anew.
const FULL_BLOCKS: u32 = 1024;
/// Of a light run, which stays under 10 MB in all.
const LIGHT_BLOCKS: u32 = 3;

#[derive(Default)]
pub struct Streams {
    running: RefCell<Vec<AbortController>>,
    /// All download bytes of the run.
    downloaded: Rc<Cell<u64>>,
    block: RefCell<Option<Blob>>,
}

impl Streams {
    pub fn downloaded(&self) -> u64 {
        self.downloaded.get()
    }

    /// Adds a download.
    pub fn download(&self, url: &str) {
        let Some(signal) = self.signal() else { return };
        let (url, count) = (url.to_owned(), Rc::clone(&self.downloaded));
        spawn_local(async move {
            // A stream that breaks is silence, which the engine notices by itself.
            let _ = drink(&url, &signal, &count).await;
        });
    }

    /// Adds an upload.
    pub fn upload(&self, url: &str, kind: TestKind) {
        let (Some(signal), Some(block)) = (self.signal(), self.block()) else { return };
        let url = url.to_owned();
        spawn_local(async move {
            let blocks = if kind == TestKind::Light { LIGHT_BLOCKS } else { FULL_BLOCKS };
            let parts: Array = (0..blocks).map(|_| JsValue::from(block.clone())).collect();
            let Ok(body) = Blob::new_with_blob_sequence(&parts) else { return };
            while pour(&url, &signal, &body).await.is_ok() && kind == TestKind::Full && !signal.aborted() {}
        });
    }

    /// Aborts every stream.
    pub fn stop(&self) {
        for controller in self.running.take() {
            controller.abort();
        }
    }

    fn signal(&self) -> Option<AbortSignal> {
        let controller = AbortController::new().ok()?;
        let signal = controller.signal();
        self.running.borrow_mut().push(controller);
        Some(signal)
    }

    fn block(&self) -> Option<Blob> {
        let mut block = self.block.borrow_mut();
        if block.is_none() {
            *block = random_block().ok();
        }
        block.clone()
    }
}

/// Made in JavaScript's memory: WASM never holds it.
fn random_block() -> Result<Blob, JsValue> {
    let bytes = Uint8Array::new_with_length(BLOCK);
    let crypto = window().crypto()?;
    for from in (0..BLOCK).step_by(RANDOM_PART as usize) {
        crypto.get_random_values_with_array_buffer_view(&bytes.subarray(from, from + RANDOM_PART))?;
    }
    Blob::new_with_u8_array_sequence(&Array::of1(&bytes))
}

async fn drink(url: &str, signal: &AbortSignal, count: &Cell<u64>) -> Result<(), JsValue> {
    let options = RequestInit::new();
    options.set_signal(Some(signal));
    options.set_cache(web_sys::RequestCache::NoStore);
    let answer = JsFuture::from(window().fetch_with_str_and_init(url, &options)).await?;
    let response: Response = answer.dyn_into()?;
    let Some(body) = response.body().filter(|_| response.ok()) else { return Ok(()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into()?;
    let (done, value, length) = ("done".into(), "value".into(), "byteLength".into());
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &done)?.is_truthy() {
            return Ok(());
        }
        let bytes = Reflect::get(&Reflect::get(&part, &value)?, &length)?.as_f64().unwrap_or(0.0);
        count.set(count.get() + bytes as u64);
    }
}

async fn pour(url: &str, signal: &AbortSignal, body: &Blob) -> Result<(), JsValue> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_signal(Some(signal));
    options.set_body(body);
    let answer = JsFuture::from(window().fetch_with_str_and_init(url, &options)).await?;
    let response: Response = answer.dyn_into()?;
    if response.ok() { Ok(()) } else { Err(JsValue::NULL) }
}

/// `nextHopProtocol` of this origin, from the session's own request: aborted streams may leave no entry.
pub fn protocol() -> Option<String> {
    let entries = window().performance()?.get_entries_by_type("resource");
    let entry = entries.iter().rev().find(|entry| {
        let name = Reflect::get(entry, &"name".into()).ok().and_then(|name| name.as_string());
        name.is_some_and(|name| name.contains("/api/speed/"))
    })?;
    let protocol = Reflect::get(&entry, &"nextHopProtocol".into()).ok()?.as_string()?;
    (!protocol.is_empty()).then_some(protocol)
}
