//! The tests as the page sees them: what was told of each so far, a start and a cancel.
//!
//! The stream is the work: closing it ends the tests on the server, too. It is not opened again by itself, since that
//! would begin anew.

use domain::diagnostics::{StreamQuery, TestStep};
use leptos::prelude::*;

/// How far all of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "tests run in the browser alone"))]
pub enum Progress {
    /// Nothing was started yet.
    Ready,
    Running,
    Done,
    Cancelled,
    /// The stream broke off, or was refused at once.
    Lost,
}

/// The page's handle; drawing on the server needs it too, where nothing ever starts.
#[derive(Clone, Copy)]
pub struct Runner {
    /// The newest step of each test, in the order they began.
    pub steps: RwSignal<Vec<TestStep>>,
    pub progress: RwSignal<Progress>,
    #[cfg(feature = "hydrate")]
    open: StoredValue<Option<send_wrapper::SendWrapper<browser::Stream>>>,
}

impl Runner {
    pub fn new() -> Self {
        let runner = Self {
            steps: RwSignal::new(Vec::new()),
            progress: RwSignal::new(Progress::Ready),
            #[cfg(feature = "hydrate")]
            open: StoredValue::new(None),
        };
        on_cleanup(move || runner.close());
        runner
    }

    pub fn start(self, query: &StreamQuery) {
        self.close();
        self.steps.set(Vec::new());
        #[cfg(feature = "hydrate")]
        {
            let stream = browser::Stream::open(self, query);
            self.progress.set(if stream.is_some() { Progress::Running } else { Progress::Lost });
            self.open.set_value(stream.map(send_wrapper::SendWrapper::new));
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = query;
    }

    pub fn cancel(self) {
        self.close();
        self.progress.set(Progress::Cancelled);
    }

    #[cfg_attr(not(feature = "hydrate"), expect(clippy::unused_self, reason = "only a browser has a stream"))]
    fn close(self) {
        #[cfg(feature = "hydrate")]
        // Gone with its owner: then it is closed by being dropped.
        let _ = self.open.try_set_value(None);
    }

    /// Notes a step in the place of what was told of its test before.
    #[cfg(feature = "hydrate")]
    fn note(self, step: TestStep) {
        self.steps.update(|steps| note(steps, step));
    }
}

#[cfg(any(test, feature = "hydrate"))]
fn note(steps: &mut Vec<TestStep>, step: TestStep) {
    match steps.iter_mut().find(|known| known.test == step.test) {
        Some(known) => *known = step,
        None => steps.push(step),
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    //! The browser's stream of events.

    use domain::diagnostics::{STREAM_DIAGNOSTICS, StreamQuery};
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, EventSource, MessageEvent};

    use super::{Progress, Runner};

    /// Closed when dropped.
    pub struct Stream {
        source: EventSource,
        _on_step: Closure<dyn Fn(MessageEvent)>,
        _on_end: Closure<dyn Fn(Event)>,
        _on_error: Closure<dyn Fn(Event)>,
    }

    impl Stream {
        pub fn open(runner: Runner, query: &StreamQuery) -> Option<Self> {
            let call = STREAM_DIAGNOSTICS.call(query).ok()?;
            let source = EventSource::new(&call.uri).ok()?;
            let on_step = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let text = event.data().as_string().unwrap_or_default();
                if let Ok(step) = serde_json::from_str(&text) {
                    runner.note(step);
                }
            });
            let ended = |progress| {
                let source = source.clone();
                Closure::<dyn Fn(Event)>::new(move |_| {
                    source.close();
                    runner.progress.set(progress);
                })
            };
            let (on_end, on_error) = (ended(Progress::Done), ended(Progress::Lost));
            source.set_onmessage(Some(on_step.as_ref().unchecked_ref()));
            source.add_event_listener_with_callback("end", on_end.as_ref().unchecked_ref()).ok()?;
            source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
            Some(Self { source, _on_step: on_step, _on_end: on_end, _on_error: on_error })
        }
    }

    impl Drop for Stream {
        fn drop(&mut self) {
            self.source.set_onmessage(None);
            self.source.set_onerror(None);
            self.source.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::diagnostics::{Test, TestPhase};

    use super::*;

    #[test]
    fn the_newest_step_of_a_test_counts() {
        let step = |test, progress| TestStep {
            test,
            phase: TestPhase::Running,
            progress,
            towards: None,
            result: None,
            error: None,
        };
        let mut steps = Vec::new();
        for told in [step(Test::Loss, 0.0), step(Test::Dns, 0.0), step(Test::Loss, 0.5)] {
            note(&mut steps, told);
        }
        assert_eq!(steps, [step(Test::Loss, 0.5), step(Test::Dns, 0.0)]);
    }
}
