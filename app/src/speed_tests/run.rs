//! One run as the page sees it: what to draw, and the two buttons.

use domain::{
    measurements::MeasurementResult,
    speed_tests::{TestKind, engine::Engine},
};
use leptos::prelude::*;

/// How a run ended for the person.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "runs happen in the browser alone"))]
pub enum Outcome {
    Stored(Box<MeasurementResult>),
    /// The server could not be reached: the run is kept in this browser and handed in later.
    Kept,
    /// The server refused it, with its sentence.
    Refused(String),
}

/// The page's handle on a run; drawing on the server needs it too, where nothing ever starts.
#[derive(Clone, Copy)]
pub struct TestRun {
    /// The engine, at most five times a second.
    pub engine: RwSignal<Engine>,
    pub outcome: RwSignal<Option<Outcome>>,
    /// The address family that the run is bound to, when families are compared.
    pub family: RwSignal<Option<u8>>,
    #[cfg(feature = "hydrate")]
    driver: StoredValue<Option<super::driver::Handle>>,
}

impl TestRun {
    pub fn new() -> Self {
        let run = Self {
            engine: RwSignal::new(Engine::default()),
            outcome: RwSignal::new(None),
            family: RwSignal::new(None),
            #[cfg(feature = "hydrate")]
            driver: StoredValue::new(None),
        };
        on_cleanup(move || run.cancel());
        run
    }

    pub fn start(self, kind: TestKind, family: Option<u8>) {
        self.outcome.set(None);
        self.family.set(family);
        #[cfg(feature = "hydrate")]
        self.driver.set_value(Some(super::driver::start(self.engine, self.outcome, kind, family)));
        #[cfg(not(feature = "hydrate"))]
        let _ = kind;
    }

    #[cfg_attr(not(feature = "hydrate"), expect(clippy::unused_self, reason = "only a browser has a driver"))]
    pub fn cancel(self) {
        #[cfg(feature = "hydrate")]
        self.driver.try_with_value(|driver| {
            if let Some(driver) = driver {
                super::driver::cancel(driver);
            }
        });
    }
}

/// Whether the browser asks for little data.
pub fn saves_data() -> bool {
    #[cfg(feature = "hydrate")]
    return super::driver::saves_data();
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Hands in what could not be handed in before; called when a page opens and when the line is back.
pub fn deliver_later() {
    #[cfg(feature = "hydrate")]
    super::driver::deliver_later();
}
