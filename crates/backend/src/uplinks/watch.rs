//! Watching one uplink: round after round, from the clock and the prober to what is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    live::LiveUplink,
    uplinks::{
        Effect, Event, Judgement, Minute, MinuteNumber, Moment, Protocol, Raw, Reason, Round, Rules, State,
        Trouble, Watch, clock_step_ms, is_filtered, judge, minute_of, minute_start, missed_before_start,
        missed_minutes, next, rtt_limit_ms, silent_s,
    },
};

use super::{
    prober::{ECHO_SPREAD, Prober, Taken},
    queries, raw, store,
};
use crate::{
    AppResult, AppState,
    db::time::{from_ms, to_ms},
    entities::uplink,
};

/// A bad round is confirmed by another so much later (measurement.md §3).
const CONFIRM_AFTER: Duration = Duration::from_secs(1);
/// Without a round for this long (or for three intervals) nothing is known any more.
const STALE_AFTER: Duration = Duration::from_secs(30);
/// The median of 24 hours is read anew this often.
const USUAL_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A path is asked no longer than this.
const TRACE_WITHIN: Duration = Duration::from_mins(1);

/// After how long without a round nothing is known any more.
pub fn stale_after(interval: Duration) -> Duration {
    STALE_AFTER.max(interval * 3)
}

/// One uplink under watch.
pub struct Watcher {
    state: AppState,
    prober: Arc<dyn Prober>,
    row: uplink::Model,
    watch: Watch,
    /// The newest minutes as they are in the database, or will be after the next write.
    minutes: BTreeMap<MinuteNumber, Minute>,
    newest: Option<MinuteNumber>,
    last: Option<Moment>,
    usual: Option<(DateTime<Utc>, Option<f64>)>,
    unwritten: store::Unwritten,
    confirming: bool,
    /// Whether the interface was there, now or in any run before.
    seen: bool,
    /// The beginning of a fault whose path is still to be asked.
    trace_of: Option<DateTime<Utc>>,
}

impl Watcher {
    /// Takes an uplink up: its row is made at its first start; what was missed since the last one is written down.
    pub async fn start(state: &AppState, interface: &str, prober: Arc<dyn Prober>) -> AppResult<Self> {
        let row = store::open_uplink(state, interface).await?;
        let newest = queries::newest_minute(&state.db.read, row.id).await?;
        let mut watcher = Self {
            state: state.clone(),
            prober,
            watch: Watch::default(),
            minutes: BTreeMap::new(),
            newest,
            last: None,
            usual: None,
            unwritten: store::Unwritten::default(),
            confirming: false,
            seen: row.icmp_answered_at.or(row.https_answered_at).is_some(),
            trace_of: None,
            row,
        };
        let now = state.clock.now();
        let seen = watcher.row.last_round_at.map(from_ms);
        let away = seen.map(|seen| now - seen);
        let stale = TimeDelta::from_std(stale_after(state.config.uplinks.interval)).unwrap_or(TimeDelta::MAX);
        if away.is_some_and(|away| away >= TimeDelta::zero() && away < stale) {
            watcher.watch = Watch::resumed(
                Judgement {
                    state: State::from_word(&watcher.row.state),
                    reason: Reason::from_word(&watcher.row.reason),
                },
                watcher.row.since.map(from_ms),
                seen,
            );
        } else if let Some(seen) = seen {
            watcher.unwritten.end_faults(seen);
        }
        if let Some(newest) = newest {
            watcher.miss(missed_before_start(newest, now)).await?;
        }
        Ok(watcher)
    }

    /// Makes one round and writes what follows; how long to wait until the next.
    pub async fn turn(&mut self) -> AppResult<Duration> {
        let begun = self.moment();
        self.look_back(begun).await?;
        let mut taken = self.prober.take(self.confirming).await;
        self.see(&mut taken.round);
        let self_load = self.state.speed.running() > 0;
        let rules = self.rules(begun.wall, self_load).await?;
        let judgement = judge(&taken.round, &rules);
        let raw = Raw { started_at: begun.wall, judgement };
        let (watch, effects) = next(std::mem::take(&mut self.watch), Event::Round(raw));
        self.watch = watch;
        self.confirming = effects.contains(&Effect::Confirm);
        let over = self.newest.filter(|newest| *newest < minute_of(begun.wall));
        self.add(begun.wall, &taken, self_load).await?;
        self.note_round(begun, &taken);
        let mut round = raw::round_row(self.row.id, to_ms(begun.wall), &taken.round, judgement, self_load)?;
        round.confirmed = !self.confirming;
        self.unwritten.rounds.push(round);
        self.apply(effects).await?;
        self.last = Some(begun);
        self.write().await?;
        self.keep_path(&taken.round);
        if let Some(over) = over {
            self.tell(minute_start(over));
        }
        let took = self.moment().running.saturating_sub(begun.running);
        let config = &self.state.config.uplinks;
        Ok(if self.confirming {
            // Counted from when the echoes were known to be lost: HTTPS takes longer to say the same.
            let lost_after = config.echo_timeout + ECHO_SPREAD;
            CONFIRM_AFTER.min((lost_after + CONFIRM_AFTER).saturating_sub(took))
        } else {
            config.interval.saturating_sub(took)
        })
    }

    /// A line that was there and is gone is cut; one that nobody ever saw is no line.
    fn see(&mut self, round: &mut Round) {
        if round.trouble != Some(Trouble::NoInterface) {
            self.seen = true;
        } else if !self.seen {
            round.trouble = Some(Trouble::NoSuchInterface);
        }
    }

    /// Asks the path of a fault that has just begun, beside the rounds: towards whoever answers least.
    fn keep_path(&mut self, round: &Round) {
        let Some(began_at) = self.trace_of.take() else { return };
        let worst = round.echoes.iter().min_by_key(|echo| echo.rtt_ms.len()).map(|echo| &echo.target);
        let asked = worst.or_else(|| round.https.iter().map(|answer| &answer.target).next());
        let Some(target) = asked.and_then(|target| target.parse().ok()) else { return };
        let (state, prober, id) = (self.state.clone(), self.prober.clone(), self.row.id);
        let (stop, taken_at) = (state.stop.clone(), state.clock.now());
        let work = async move {
            let Ok(Some(mut path)) = tokio::time::timeout(TRACE_WITHIN, prober.trace(target)).await else {
                return;
            };
            path.taken_at = taken_at;
            for hop in &mut path.hops {
                let address = hop.address.as_ref().and_then(|address| address.parse().ok());
                hop.provider =
                    address.and_then(|address| state.providers.find(address)).map(|found| found.name);
            }
            if let Err(error) = store::write_trace(&state, id, to_ms(began_at), &path).await {
                tracing::error!(error = ?error, "the path of a fault could not be written");
            }
        };
        self.state.tasks.spawn(async move { stop.run_until_cancelled(work).await });
    }

    fn moment(&self) -> Moment {
        Moment { wall: self.state.clock.now(), running: self.state.clock.running() }
    }

    /// What happened to the clocks since the last round.
    async fn look_back(&mut self, now: Moment) -> AppResult<()> {
        let Some(last) = self.last else { return Ok(()) };
        let step_ms = clock_step_ms(last, now);
        if step_ms != 0 {
            tracing::warn!(step_ms, "the clock was set; minutes stay as they were measured");
        }
        let ran = now.running.saturating_sub(last.running);
        if ran >= stale_after(self.state.config.uplinks.interval) {
            tracing::warn!(
                uplink.name = self.row.name,
                away_s = ran.as_secs(),
                "no round was made for a while"
            );
            let (watch, effects) = next(std::mem::take(&mut self.watch), Event::Away);
            self.watch = watch;
            self.apply(effects).await?;
        }
        if let Some(newest) = self.newest {
            self.miss(missed_minutes(newest, last, now)).await?;
        }
        Ok(())
    }

    /// Writes down minutes in which nobody looked.
    async fn miss(&mut self, missed: Range<MinuteNumber>) -> AppResult<()> {
        let kept = i64::from(self.state.config.retention.uplink_states_days) * 24 * 60;
        let missed = missed.start.max(missed.end - kept)..missed.end;
        if missed.is_empty() {
            return Ok(());
        }
        store::write_missed(&self.state, self.row.id, missed.clone(), Reason::MonitorUnresponsive).await?;
        self.newest = Some(missed.end - 1);
        Ok(())
    }

    async fn rules(&mut self, now: DateTime<Utc>, self_load: bool) -> AppResult<Rules> {
        let usual = match self.usual {
            Some((read_at, usual)) if (now - read_at).abs() < USUAL_EVERY => usual,
            _ => {
                let usual = queries::day_median_ms(&self.state.db.read, self.row.id, now).await?;
                // Before the first minutes are known it is asked again at each round.
                self.usual = usual.map(|_| (now, usual));
                usual
            }
        };
        let config = &self.state.config.uplinks;
        Ok(Rules {
            gateway: config.gateway,
            rtt_limit_ms: rtt_limit_ms(config.rtt_limit_ms, usual),
            self_load,
            needs_icmp: !is_filtered(self.row.icmp_silent_s),
            needs_https: !is_filtered(self.row.https_silent_s),
        })
    }

    /// Adds the round to its minute.
    async fn add(&mut self, at: DateTime<Utc>, taken: &Taken, self_load: bool) -> AppResult<()> {
        let number = minute_of(at);
        self.load(number).await?;
        if let Some(minute) = self.minutes.get_mut(&number) {
            minute.add(&taken.round, self_load);
            minute.unconfirmed += u32::from(self.confirming);
        }
        self.newest = self.newest.max(Some(number));
        Ok(())
    }

    /// A minute may be known already: after a start within it, or where the clock was set back.
    async fn load(&mut self, number: MinuteNumber) -> AppResult<()> {
        if !self.minutes.contains_key(&number) {
            let known = queries::find_minute(&self.state.db.read, self.row.id, number).await?;
            self.minutes.insert(number, known.unwrap_or_default());
        }
        Ok(())
    }

    fn note_round(&mut self, begun: Moment, taken: &Taken) {
        let (at, round) = (begun.wall, &taken.round);
        let passed = self.last.map_or(Duration::ZERO, |last| begun.running.saturating_sub(last.running));
        // Nobody asked while this program was away.
        let passed = passed.min(stale_after(self.state.config.uplinks.interval)).as_secs_f64().round() as i32;
        self.row.icmp_silent_s = silent_s(self.row.icmp_silent_s, round, Protocol::Icmp, passed);
        self.row.https_silent_s = silent_s(self.row.https_silent_s, round, Protocol::Https, passed);
        let answered = |protocol, before| if round.answered(protocol) { Some(to_ms(at)) } else { before };
        let (sent, lost) = round.sent_and_lost();
        self.row.icmp_answered_at = answered(Protocol::Icmp, self.row.icmp_answered_at);
        self.row.https_answered_at = answered(Protocol::Https, self.row.https_answered_at);
        self.row.last_round_at = Some(to_ms(at));
        self.row.rtt_ms = round.median_ms();
        self.row.loss = domain::uplinks::loss_percent(sent, lost);
        self.row.gateway = taken.gateway.map(|gateway| gateway.to_string());
        self.row.echo_method.clone_from(&taken.echo_method);
        self.row.flapping = self.watch.is_flapping(at);
    }

    /// Carries out what the machine asks for.
    async fn apply(&mut self, effects: Vec<Effect>) -> AppResult<()> {
        for effect in effects {
            match effect {
                Effect::Confirm => {}
                Effect::Count(raw) => {
                    let number = minute_of(raw.started_at);
                    self.load(number).await?;
                    if let Some(minute) = self.minutes.get_mut(&number) {
                        minute.count(raw);
                        // The round before: this one confirms it.
                        if Some(to_ms(raw.started_at)) != self.row.last_round_at {
                            minute.unconfirmed = minute.unconfirmed.saturating_sub(1);
                            self.unwritten.confirmed.push(to_ms(raw.started_at));
                        }
                    }
                    self.unwritten.minutes.insert(number);
                }
                Effect::Changed { from, to, at } => {
                    tracing::info!(
                        uplink.name = self.row.name,
                        from = from.state.word(),
                        to = to.state.word(),
                        reason = to.reason.word(),
                        "an uplink changed"
                    );
                    self.unwritten.change(from, to, at);
                    if from.state != to.state && to.state > State::Up {
                        self.trace_of = Some(at);
                    }
                    self.tell(at);
                }
            }
        }
        Ok(())
    }

    fn tell(&self, at: DateTime<Utc>) {
        let Judgement { state, reason } = self.watch.confirmed;
        let minute = minute_start(minute_of(at));
        self.state.live.tell_uplink(LiveUplink { name: self.row.name.clone(), minute, state, reason });
    }

    /// One unit: the row, its minutes, their sums, its faults. What cannot be written now is with the next.
    async fn write(&mut self) -> AppResult<()> {
        let confirmed = self.watch.confirmed;
        confirmed.state.word().clone_into(&mut self.row.state);
        confirmed.reason.word().clone_into(&mut self.row.reason);
        self.row.since = self.watch.since.map(to_ms);
        let minutes: Vec<(MinuteNumber, Minute)> = self
            .unwritten
            .minutes
            .iter()
            .filter_map(|number| Some((*number, self.minutes.get(number)?.clone())))
            .collect();
        store::write_round(&self.state, self.row.clone(), minutes, self.unwritten.clone()).await?;
        self.unwritten = store::Unwritten::default();
        // The minute before may still be confirmed.
        let recent: BTreeSet<_> = self.minutes.keys().rev().take(2).copied().collect();
        self.minutes.retain(|number, _| recent.contains(number));
        Ok(())
    }
}
