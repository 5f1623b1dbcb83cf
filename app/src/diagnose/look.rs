//! What the browser itself can see of its connection. Nothing of it is sent anywhere but the names that are looked up.

use domain::{
    ApiError, ErrorCode,
    diagnostics::{CHECK_DNS_LEAK, CREATE_DNS_NAMES, DnsLeak, DnsLeakQuery},
    providers::GET_MY_CONNECTION,
    stats::{change_pct, median},
};

use crate::api;

/// One look: who one comes as, and how fast this server is from here.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub address: String,
    pub isp: Option<String>,
    pub rtt_ms: Option<f64>,
    pub mbps: Option<f64>,
}

impl Look {
    /// By how many per cent the other look's rate is lower; none where one has none.
    pub fn slower_with(&self, other: &Self) -> Option<f64> {
        change_pct(self.mbps, other.mbps).map(|change| -change)
    }
}

/// A way to reach this browser, as WebRTC offers it to other pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub address: String,
}

impl Candidate {
    /// Reads `candidate:1 1 udp 2113937151 192.0.2.5 54321 typ host` (RFC 8839 §5.1).
    fn read(text: &str) -> Option<Self> {
        let address = text.split_whitespace().nth(4)?;
        Some(Self { address: address.to_owned() })
    }

    /// A name made up for this page instead of an address (draft-ietf-mmusic-mdns-ice-candidates).
    pub fn is_hidden(&self) -> bool {
        self.address.strip_suffix(".local").is_some()
    }
}

/// Has the browser look up names that nobody else knows, then asks who asked for them.
pub async fn ask_resolvers() -> Result<DnsLeak, ApiError> {
    let made = api::call(CREATE_DNS_NAMES, ()).await?;
    for name in &made.names {
        browser::resolve(name).await;
    }
    api::call(CHECK_DNS_LEAK, DnsLeakQuery { token: Some(made.token) }).await
}

/// What WebRTC tells a page without asking anybody outside.
pub async fn candidates() -> Result<Vec<Candidate>, ApiError> {
    let texts = browser::candidates().await;
    let texts = texts.ok_or_else(|| ApiError::new(ErrorCode::Invalid, "This browser has no WebRTC."))?;
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in texts.iter().filter_map(|text| Candidate::read(text)) {
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    Ok(found)
}

/// Rounds of a look: enough for a median, and some two megabytes.
const ROUNDS: usize = 5;

pub async fn look() -> Result<Look, ApiError> {
    let seen = api::call(GET_MY_CONNECTION, ()).await?;
    let (mut times, mut rates) = (Vec::new(), Vec::new());
    // The first of each also opens the connection.
    for round in 0..=ROUNDS {
        let time = browser::time("/livez").await;
        let loaded = browser::time("/api/bandwidth-probe?size_kb=512").await;
        if round > 0 {
            times.extend(time);
            // 512 KiB in so many milliseconds.
            rates.extend(loaded.filter(|ms| *ms > 0.0).map(|ms| 512.0 * 1024.0 * 8.0 / 1000.0 / ms));
        }
    }
    Ok(Look {
        address: seen.public_ip.to_string(),
        isp: seen.isp,
        rtt_ms: median(&times),
        mbps: median(&rates),
    })
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    //! The server draws the page and looks at nothing.

    use std::future::{Ready, ready};

    pub fn resolve(_: &str) -> Ready<()> {
        ready(())
    }

    pub fn candidates() -> Ready<Option<Vec<String>>> {
        ready(None)
    }

    pub fn time(_: &str) -> Ready<Option<f64>> {
        ready(None)
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::RefCell, rc::Rc, time::Duration};

    use futures::{
        channel::oneshot,
        future::{Either, select},
    };
    use leptos::prelude::{set_timeout, window};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        RequestCache, RequestInit, RequestMode, Response, RtcPeerConnection, RtcPeerConnectionIceEvent,
        RtcSessionDescriptionInit,
    };

    /// Resolvers give up on a name after some seconds; the question has arrived long before.
    const NAME: Duration = Duration::from_secs(2);
    /// Candidates of this machine's own interfaces are there at once.
    const GATHERING: Duration = Duration::from_millis(1500);

    async fn sleep(time: Duration) {
        let (tell, told) = oneshot::channel();
        let wake = move || {
            // Nobody waits any more where this fails.
            let _ = tell.send(());
        };
        set_timeout(wake, time);
        let _ = told.await;
    }

    /// The name leads nowhere, so that this always fails; asking for it is the point.
    pub async fn resolve(name: &str) {
        let init = RequestInit::new();
        init.set_mode(RequestMode::NoCors);
        let asked = JsFuture::from(window().fetch_with_str_and_init(&format!("https://{name}/"), &init));
        match select(Box::pin(asked), Box::pin(sleep(NAME))).await {
            Either::Left(_) | Either::Right(_) => {}
        }
    }

    /// Milliseconds until all of it is here.
    pub async fn time(path: &str) -> Option<f64> {
        let clock = window().performance()?;
        let init = RequestInit::new();
        init.set_cache(RequestCache::NoStore);
        let started = clock.now();
        let answer = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.ok()?;
        let answer: Response = answer.dyn_into().ok()?;
        JsFuture::from(answer.array_buffer().ok()?).await.ok()?;
        answer.ok().then(|| clock.now() - started)
    }

    /// The candidates of a connection to nobody.
    pub async fn candidates() -> Option<Vec<String>> {
        let connection = RtcPeerConnection::new().ok()?;
        let found = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&found);
        let heard =
            Closure::<dyn Fn(RtcPeerConnectionIceEvent)>::new(move |event: RtcPeerConnectionIceEvent| {
                if let Some(candidate) = event.candidate() {
                    kept.borrow_mut().push(candidate.candidate());
                }
            });
        connection.set_onicecandidate(Some(heard.as_ref().unchecked_ref()));
        let _channel = connection.create_data_channel("look");
        let offer: JsValue = JsFuture::from(connection.create_offer()).await.ok()?;
        let offer: RtcSessionDescriptionInit = offer.unchecked_into();
        JsFuture::from(connection.set_local_description(&offer)).await.ok()?;
        sleep(GATHERING).await;
        connection.set_onicecandidate(None);
        connection.close();
        Some(found.take())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::open("candidate:1 1 udp 2113937151 192.168.1.5 54321 typ host", Some(("192.168.1.5", false)))]
    #[case::hidden("candidate:1 1 udp 2113937151 4f2a.local 54321 typ host", Some(("4f2a.local", true)))]
    #[case::the_last_is_empty("", None)]
    fn candidates_are_read(#[case] text: &str, #[case] expected: Option<(&str, bool)>) {
        let read = Candidate::read(text);
        let read = read.as_ref().map(|one| (one.address.as_str(), one.is_hidden()));
        assert_eq!(read, expected);
    }

    #[test]
    fn a_vpn_is_slower_by_its_rate() {
        let look = |mbps| Look { address: String::new(), isp: None, rtt_ms: None, mbps };
        assert_eq!(look(Some(100.0)).slower_with(&look(Some(80.0))), Some(20.0));
        assert_eq!(look(None).slower_with(&look(Some(80.0))), None, "a missing input says nothing");
    }
}
