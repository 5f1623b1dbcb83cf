//! The building check with a prober that says what the test wants, and a clock that the test moves.

use std::{
    collections::{BTreeSet, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use backend::{
    buildings::{Asked, Asking, Prober, Way, run_cycle},
    config::Config,
    entities::{building_endpoint, uplink, uplink_fault},
};
use chrono::TimeDelta;
use domain::{
    ApiError, ErrorCode,
    buildings::{
        BuildingDashboard, BuildingEventKind, BuildingPath, BuildingVisitor, GET_BUILDING_DASHBOARD,
        GET_BUILDING_STATUS, GET_DASHBOARD, GroupState, JOIN_BUILDING, JOIN_ONLY_BUILDING, JoinBuilding,
        JoinInput, LEAVE_BUILDING, LEAVE_ONLY_BUILDING, LIST_BUILDING_EVENTS, LIST_BUILDINGS, LIST_EVENTS,
        Left, LineState, Refusal,
    },
    isps::GET_STATUS,
    me::DELETE_ME,
    uplinks::State,
    verdict::{EvidenceSource, GET_VERDICT},
};
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait, Set};

use crate::app::{TestApp, Visitor, code};

pub const KEY: &str = "an-admin-key-of-some-length";
/// Addresses of two providers; one that no table knows.
const PROVIDERS: &str = "[[provider]]\nname = \"North\"\nprefixes = [\"81.2.69.0/24\", \"2a02:8070::/32\"]\n\
                         [[provider]]\nname = \"South\"\nprefixes = [\"81.2.70.0/24\"]\n";
const UNKNOWN: [u8; 4] = [81, 2, 99, 1];

/// Everybody answers but these.
#[derive(Clone, Default)]
pub struct Fake {
    pub silent: Arc<Mutex<BTreeSet<IpAddr>>>,
    /// These answer on port 443 alone.
    pub tcp_only: Arc<Mutex<BTreeSet<IpAddr>>>,
    pub asked: Arc<Mutex<u64>>,
}

impl Prober for Fake {
    fn ask(&self, address: IpAddr, way: Way, _: Duration) -> Asking<'_> {
        *self.asked.lock().unwrap() += 1;
        let is_deaf = self.tcp_only.lock().unwrap().contains(&address) && way != Way::Tcp(443);
        let is_silent = is_deaf || self.silent.lock().unwrap().contains(&address);
        Box::pin(std::future::ready(if is_silent { Asked::Silence } else { Asked::Answer }))
    }
}

/// A host with the building `linden`.
pub struct House {
    pub app: TestApp,
    pub fake: Fake,
}

impl House {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::with(|config| {
            let own = config.data_dir.join("own.toml");
            std::fs::write(&own, PROVIDERS).unwrap();
            config.providers.own = Some(own);
            config.admin.key = Some(KEY.into());
            change(config);
        })
        .await;
        let fake = Fake::default();
        assert!(app.state.buildings.ask_by(Arc::new(fake.clone())));
        let house = Self { app, fake };
        let made =
            house.admin("POST", "/api/admin/buildings", r#"{"slug":"linden","name":"Linden 12"}"#).await;
        assert_eq!(made.0, 201, "{}", made.1);
        house
    }

    /// The operator's call: status and body.
    pub async fn admin(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let body = (!body.is_empty()).then(|| body.as_bytes().to_vec());
        let reply = self.app.anyone().header("x-admin-key", KEY).send(method, path, body).await;
        (reply.status.as_u16(), reply.text())
    }

    /// A device in a household of North.
    fn north(&self, number: u8) -> Visitor<'_> {
        self.app.device(number).from([81, 2, 69, number])
    }

    fn south(&self, number: u8) -> Visitor<'_> {
        self.app.device(100 + number).from([81, 2, 70, number])
    }

    fn silence(&self, address: impl Into<IpAddr>, silent: bool) {
        let mut all = self.fake.silent.lock().unwrap();
        let address = address.into();
        if silent {
            all.insert(address)
        } else {
            all.remove(&address)
        };
    }

    /// So many cycles, a minute apart.
    async fn cycles(&self, count: u32) {
        for _ in 0..count {
            self.app.clock.advance(TimeDelta::minutes(1));
            run_cycle(&self.app.state, Duration::ZERO).await.unwrap();
        }
    }

    async fn dashboard(&self, viewer: &Visitor<'_>) -> BuildingDashboard {
        viewer.call(GET_BUILDING_DASHBOARD, &linden()).await.unwrap()
    }

    async fn endpoints(&self) -> u64 {
        building_endpoint::Entity::find().count(&self.app.state.db.read).await.unwrap()
    }

    /// Six households of North and three of South have joined.
    async fn inhabited() -> Self {
        let house = Self::new().await;
        for number in 1..=6 {
            join(&house.north(number)).await.unwrap();
        }
        for number in 1..=3 {
            join(&house.south(number)).await.unwrap();
        }
        house.cycles(2).await;
        house
    }
}

fn linden() -> BuildingPath {
    BuildingPath { slug: "linden".into() }
}

fn consent() -> JoinBuilding {
    JoinBuilding { consent: true, ..JoinBuilding::default() }
}

async fn join(visitor: &Visitor<'_>) -> Result<BuildingVisitor, ApiError> {
    visitor.call(JOIN_BUILDING, &JoinInput { slug: "linden".into(), join: consent() }).await
}

async fn status(visitor: &Visitor<'_>) -> BuildingVisitor {
    visitor.call(GET_BUILDING_STATUS, &linden()).await.unwrap()
}

async fn leave(visitor: &Visitor<'_>) -> u64 {
    visitor.call(LEAVE_BUILDING, &linden()).await.unwrap().deleted
}

#[tokio::test]
async fn a_household_joins_is_asked_and_leaves() {
    let house = House::new().await;
    let ada = house.north(1);
    let before = status(&ada).await;
    assert_eq!((before.isp.as_deref(), before.eligible, before.registered), (Some("North"), true, false));
    let joined = join(&ada).await.unwrap();
    let own = joined.own.unwrap();
    assert_eq!((own.state, own.method.as_str(), own.self_declared), (LineState::Up, "icmp", false));
    assert_eq!(own.last_seen, Some(house.app.now()));
    house.cycles(1).await;
    assert_eq!(status(&ada).await.own.unwrap().last_seen, Some(house.app.now()), "each answer moves it");
    assert_eq!(house.dashboard(&ada).await.providers[0].state, GroupState::TooFew, "a household alone");
    assert_eq!(leave(&ada).await, 1);
    assert_eq!((house.endpoints().await, leave(&ada).await), (0, 0));
    assert!(!status(&ada).await.registered);
}

#[tokio::test]
async fn joining_wants_consent_and_an_answer() {
    let house = House::new().await;
    let ada = house.north(1);
    let input = JoinInput { slug: "linden".into(), join: JoinBuilding::default() };
    let refused = ada.call(JOIN_BUILDING, &input).await.unwrap_err();
    assert_eq!((refused.code, refused.fields.contains_key("consent")), (ErrorCode::Invalid, true));
    house.silence([81, 2, 69, 1], true);
    let refused = join(&ada).await.unwrap_err();
    assert_eq!(refused.fields["reason"], "no_answer");
    assert!(refused.detail.contains("router"), "{}", refused.detail);
    assert_eq!(house.endpoints().await, 0);
    // Who answers on a port alone is asked there from then on.
    house.silence([81, 2, 69, 1], false);
    house.fake.tcp_only.lock().unwrap().insert([81, 2, 69, 1].into());
    assert_eq!(join(&ada).await.unwrap().own.unwrap().method, "tcp:443");
    house.cycles(1).await;
    assert_eq!(status(&ada).await.own.unwrap().state, LineState::Up);
    let nowhere = ada.call(GET_BUILDING_STATUS, &BuildingPath { slug: "nowhere".into() }).await;
    assert_eq!(code(nowhere), ErrorCode::NotFound);
    for body in ["{", "[]", r#"{"consent":"yes"}"#] {
        let reply = ada.send("POST", "/api/buildings/linden/register", Some(body.as_bytes().to_vec())).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
    }
}

#[tokio::test]
async fn who_may_not_join_learns_why() {
    let house =
        House::with(|config| config.http.trusted_proxies = vec!["81.2.68.0/24".parse().unwrap()]).await;
    let app = &house.app;
    let cases = [
        (app.device(1).from([192, 168, 1, 7]), Refusal::NotPublic),
        (app.device(1).from([100, 64, 0, 7]), Refusal::NotPublic),
        (app.device(1).from(UNKNOWN), Refusal::UnknownProvider),
        // A trusted proxy that names nobody, and one that names itself.
        (app.device(1).from([81, 2, 68, 1]), Refusal::Proxy),
        (house.north(1).header("via", "1.1 squid"), Refusal::Proxy),
    ];
    for (visitor, reason) in cases {
        let seen = status(&visitor).await;
        assert_eq!((seen.eligible, seen.reason), (false, Some(reason)));
        assert_eq!(join(&visitor).await.unwrap_err().fields["reason"], reason.word());
    }
    assert_eq!(*house.fake.asked.lock().unwrap(), 0, "nobody is asked before it is known that they may join");
    // Behind the trusted proxy the household counts; what a stranger writes into the header never does.
    let behind = app.device(2).from([81, 2, 68, 1]).header("x-forwarded-for", "81.2.69.2");
    assert!(join(&behind).await.unwrap().registered);
    assert!(status(&house.north(2)).await.registered);
    let spoofed = app.device(3).from([81, 2, 69, 3]).header("x-forwarded-for", "81.2.69.2");
    assert!(!status(&spoofed).await.registered);
    assert_eq!(leave(&spoofed).await, 0);
    assert!(join(&spoofed).await.unwrap().registered);
    assert_eq!(leave(&house.north(3)).await, 1, "the row is the socket's address");
}

#[tokio::test]
async fn without_a_table_the_provider_is_chosen_and_marked() {
    let house = House::with(|config| config.providers.own = None).await;
    let body = r#"{"slug":"esche","name":"Esche 3","providers":["North Net","Südwerk"]}"#;
    assert_eq!(house.admin("POST", "/api/admin/buildings", body).await.0, 201);
    let ada = house.app.device(1).from(UNKNOWN);
    let seen = ada.call(GET_BUILDING_STATUS, &BuildingPath { slug: "esche".into() }).await.unwrap();
    let slugs: Vec<&str> = seen.choices.iter().map(|choice| choice.slug.as_str()).collect();
    assert_eq!((seen.eligible, seen.isp, slugs), (true, None, vec!["north-net", "sudwerk"]));
    let join = |provider: Option<&str>| JoinInput {
        slug: "esche".into(),
        join: JoinBuilding { provider: provider.map(str::to_owned), ..consent() },
    };
    for wrong in [None, Some("west")] {
        let refused = ada.call(JOIN_BUILDING, &join(wrong)).await.unwrap_err();
        assert!(refused.fields.contains_key("provider"), "{refused:?}");
    }
    let own = ada.call(JOIN_BUILDING, &join(Some("sudwerk"))).await.unwrap().own.unwrap();
    assert_eq!((own.isp.as_str(), own.self_declared), ("Südwerk", true));
}

#[tokio::test]
async fn the_household_or_the_device_may_leave_and_nobody_else() {
    let house = House::new().await;
    join(&house.north(1)).await.unwrap();
    assert_eq!(leave(&house.north(2)).await, 0, "another household");
    assert_eq!(leave(&house.app.anyone().from([81, 2, 70, 1])).await, 0);
    assert_eq!(leave(&house.app.anyone().from([81, 2, 69, 1])).await, 1, "the household, without a device");
    join(&house.north(1)).await.unwrap();
    assert_eq!(leave(&house.app.device(1).from([9, 9, 9, 9])).await, 1, "the device, on its way");
    join(&house.north(1)).await.unwrap();
    let deleted = house.north(1).call(DELETE_ME, &()).await.unwrap();
    assert_eq!(deleted.deleted["building_endpoints"], 1);
    assert_eq!(house.endpoints().await, 0);
}

#[tokio::test]
async fn a_router_goes_off_then_the_provider() {
    let house = House::inhabited().await;
    let stranger = house.app.anyone();
    house.silence([81, 2, 69, 1], true);
    house.cycles(1).await;
    assert_eq!(
        status(&house.north(1)).await.own.unwrap().state,
        LineState::Up,
        "one failed cycle is nothing"
    );
    house.cycles(1).await;
    assert_eq!(status(&house.north(1)).await.own.unwrap().state, LineState::Down);
    let seen = house.dashboard(&stranger).await;
    let north = &seen.providers[0];
    assert_eq!((north.isp.as_str(), north.state), ("North", GroupState::Up), "the building is fine");
    assert_eq!((north.up, north.down, north.total), (Some(5), Some(1), Some(6)));

    for number in 2..=6 {
        house.silence([81, 2, 69, number], true);
    }
    house.cycles(2).await;
    let seen = house.dashboard(&stranger).await;
    let (north, south) = (&seen.providers[0], &seen.providers[1]);
    let outage = north.outage.unwrap();
    assert_eq!((north.state, outage.x, outage.n, outage.rate), (GroupState::Outage, 6, 6, Some(0.01)));
    assert!(outage.p.unwrap() < 1e-5);
    assert_eq!(
        (south.state, south.up, seen.whole.as_ref().unwrap().state),
        (GroupState::Up, Some(3), GroupState::Outage)
    );
    assert_eq!(north.sparkline.last().unwrap().state, State::Down);
    assert_eq!(south.sparkline.last().unwrap().state, State::Up);
    let events = stranger.call(LIST_BUILDING_EVENTS, &linden()).await.unwrap();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.kind == BuildingEventKind::Outage && event.x == Some(6)));

    let verdict = house.north(1).call(GET_VERDICT, &()).await.unwrap();
    let told = verdict.evidence.iter().find(|evidence| evidence.source == EvidenceSource::Building).unwrap();
    assert_eq!(told.text, "5 of 8 neighbours in your building do not answer.");
    let outside = stranger.call(GET_VERDICT, &()).await.unwrap();
    assert!(outside.evidence.iter().all(|evidence| evidence.source != EvidenceSource::Building));

    house.fake.silent.lock().unwrap().clear();
    house.cycles(5).await;
    assert_eq!(
        house.dashboard(&stranger).await.providers[0].state,
        GroupState::Outage,
        "not for five minutes yet"
    );
    house.cycles(1).await;
    let seen = house.dashboard(&stranger).await;
    assert_eq!((seen.providers[0].state, seen.providers[0].up), (GroupState::Up, Some(6)));
    let events = stranger.call(LIST_BUILDING_EVENTS, &linden()).await.unwrap();
    let closed = events.iter().find(|event| event.kind == BuildingEventKind::Recovery).unwrap();
    assert_eq!((events.len(), closed.lasted_s), (4, Some(60)));
}

#[tokio::test]
async fn nothing_is_said_of_fewer_than_three_others() {
    let house = House::inhabited().await;
    let seen = house.dashboard(&house.app.anyone()).await;
    assert!(seen.providers.iter().all(|group| !group.suppressed));
    assert_eq!(seen.whole.as_ref().unwrap().total, Some(9));
    // For one of South's three, two others are too few, and North's figure would give them away beside the whole's.
    let seen = house.dashboard(&house.south(1)).await;
    let states: Vec<_> =
        seen.providers.iter().map(|group| (group.state, group.total, group.sparkline.len())).collect();
    assert_eq!(states, [(GroupState::TooFew, None, 0); 2]);
    assert_eq!(seen.whole.unwrap().total, Some(9));
    let seen = house.dashboard(&house.north(1)).await;
    assert!(seen.providers.iter().all(|group| !group.suppressed));
}

#[tokio::test]
async fn while_its_own_lines_are_down_everything_is_unknown() {
    let house = House::inhabited().await;
    let fault = cut_own_line(&house).await;
    for number in 1..=6 {
        house.silence([81, 2, 69, number], true);
    }
    house.cycles(3).await;
    let seen = house.dashboard(&house.app.anyone()).await;
    assert!(seen.blind);
    let north = &seen.providers[0];
    assert_eq!((north.state, north.unknown, north.outage), (GroupState::Unknown, Some(6), None));
    assert_eq!(status(&house.north(1)).await.own.unwrap().state, LineState::Unknown);
    // The line is back: who is silent then was not seen to fall.
    let ended =
        uplink_fault::ActiveModel { ended_at: Set(Some(house.app.now().timestamp_millis())), ..fault };
    house.app.state.db.write(|tx| Box::pin(async move { Ok(ended.update(tx).await?) })).await.unwrap();
    house.cycles(3).await;
    let seen = house.dashboard(&house.app.anyone()).await;
    assert_eq!(
        (seen.blind, seen.providers[0].down, seen.providers[0].state),
        (false, Some(6), GroupState::Degraded)
    );
    assert!(house.app.anyone().call(LIST_BUILDING_EVENTS, &linden()).await.unwrap().is_empty());
}

/// A watched uplink that is down from now on.
async fn cut_own_line(house: &House) -> uplink_fault::ActiveModel {
    let now = house.app.now().timestamp_millis();
    let row = uplink::ActiveModel {
        name: Set("eth0".into()),
        interface: Set("eth0".into()),
        gateway_policy: Set("ignored".into()),
        state: Set("down".into()),
        reason: Set("nothing_answers".into()),
        flapping: Set(false),
        // Rounds go on for as long as the test does.
        last_round_at: Set(Some(now + 3_600_000)),
        created_at: Set(now),
        ..Default::default()
    };
    let fault = house.app.state.db.write(move |tx| {
        Box::pin(async move {
            let uplink_id = row.insert(tx).await?.id;
            let fault = uplink_fault::ActiveModel {
                uplink_id: Set(uplink_id),
                started_at: Set(now),
                state: Set("down".into()),
                reason: Set("nothing_answers".into()),
                ..Default::default()
            };
            Ok(fault.insert(tx).await?)
        })
    });
    fault.await.unwrap().into()
}

#[tokio::test]
async fn after_an_absence_nobody_fell_together() {
    let house = House::inhabited().await;
    house.app.clock.advance(TimeDelta::hours(7));
    assert!(house.dashboard(&house.app.anyone()).await.blind, "old rows are told as unknown");
    for number in 1..=6 {
        house.silence([81, 2, 69, number], true);
    }
    house.cycles(3).await;
    let seen = house.dashboard(&house.app.anyone()).await;
    assert_eq!((seen.providers[0].down, seen.providers[0].state), (Some(6), GroupState::Degraded));
}

#[tokio::test]
async fn an_address_expires_after_three_days_without_an_answer() {
    let house = House::new().await;
    join(&house.north(1)).await.unwrap();
    join(&house.north(2)).await.unwrap();
    house.cycles(1).await;
    house.silence([81, 2, 69, 1], true);
    house.cycles(2).await;
    house.app.clock.advance(TimeDelta::days(3) - TimeDelta::minutes(4));
    house.cycles(1).await;
    assert_eq!(house.endpoints().await, 2, "not yet");
    house.cycles(2).await;
    assert_eq!(house.endpoints().await, 1);
    assert!(!status(&house.north(1)).await.registered && status(&house.north(2)).await.registered);
}

#[tokio::test]
async fn nothing_of_who_left_stays_in_the_files() {
    if crate::app::database::postgres_url().is_some() {
        return;
    }
    let house = House::new().await;
    for number in 1..=120 {
        join(&house.north(number)).await.unwrap();
    }
    house.cycles(2).await;
    let rows = building_endpoint::Entity::find().all(&house.app.state.db.read).await.unwrap();
    let folder = house.app.state.config.data_dir.clone();
    let secrets = |row: &building_endpoint::Model| {
        [&row.address, &row.address_index, &row.household].map(|secret| secret[..16].to_vec())
    };
    let before = windows(&folder, 16);
    assert!(secrets(&rows[0]).iter().all(|secret| before.contains(secret)), "the search finds what is there");
    for number in 1..=60 {
        assert_eq!(leave(&house.north(number)).await, 1);
    }
    let after = windows(&folder, 16);
    for row in &rows[..60] {
        assert!(!secrets(row).iter().any(|secret| after.contains(secret)), "row {}", row.id);
    }
    assert!(secrets(&rows[119]).iter().all(|secret| after.contains(secret)), "those who stayed are there");
    assert!(!windows(&folder, 8).contains(&b"81.2.69."[..]), "an address is never written in the open");
    assert!(!windows(&folder, 4).contains(&[81, 2, 69, 119][..]));
}

/// Every run of so many bytes in the database's files.
fn windows(folder: &std::path::Path, length: usize) -> HashSet<Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.to_string_lossy().contains("steadyline.db"));
    files
        .flat_map(|path| std::fs::read(path).unwrap().windows(length).map(<[u8]>::to_vec).collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn ten_thousand_joins_from_one_network_are_one_row() {
    let house = House::with(|config| config.limits.enabled = true).await;
    let mut statuses = BTreeSet::new();
    for number in 0..10_000_u16 {
        let address: IpAddr = [0x2a02, 0x8070, 1, 2, 0, 0, 7, number].into();
        let reply = house
            .app
            .anyone()
            .from(address)
            .send("POST", "/api/buildings/linden/register", Some(br#"{"consent":true}"#.to_vec()))
            .await;
        statuses.insert(reply.status.as_u16());
    }
    assert_eq!(statuses, BTreeSet::from([200, 429]));
    assert_eq!(house.endpoints().await, 1);
    assert!(*house.fake.asked.lock().unwrap() < 20, "who is refused is not asked");
    assert_eq!(house.app.anyone().from([81, 2, 69, 9]).get("/api/buildings").await.status, 200);
}

#[tokio::test]
async fn a_host_of_one_building_has_shorter_addresses() {
    let house = House::inhabited().await;
    let di = house.north(9);
    let visitor = async || di.call(GET_STATUS, &()).await.unwrap().visitor.unwrap();
    assert_eq!((visitor().await.isp.as_deref(), visitor().await.registered), (Some("North"), false));
    assert!(di.call(JOIN_ONLY_BUILDING, &consent()).await.unwrap().registered);
    assert!(visitor().await.registered);
    assert_eq!(di.call(GET_DASHBOARD, &()).await.unwrap().building.slug, "linden");
    assert!(di.call(LIST_EVENTS, &()).await.unwrap().is_empty());
    assert_eq!(di.call(LEAVE_ONLY_BUILDING, &()).await.unwrap(), Left { deleted: 1 });
    assert_eq!(di.call(LIST_BUILDINGS, &()).await.unwrap().len(), 1);
    // With a second building they mean nothing.
    house.admin("POST", "/api/admin/buildings", r#"{"slug":"b","name":"B","listed":false}"#).await;
    assert_eq!(code(di.call(GET_DASHBOARD, &()).await), ErrorCode::NotFound);
    assert_eq!(di.call(GET_STATUS, &()).await.unwrap().visitor, None);
    assert_eq!(di.call(LIST_BUILDINGS, &()).await.unwrap().len(), 1, "the other is not listed");
}
