//! Rounds and paths in the form in which they are stored: JSON, of rounds without names.

use domain::{
    stats::round,
    uplinks::{Judgement, Reason, Round, State, UplinkEchoes, UplinkHttps, UplinkRound, UplinkTrace},
};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

use crate::{
    db::time::from_ms,
    entities::{uplink_round, uplink_trace},
};

/// A row's bytes beside its answers, as far as the limit of their size goes.
pub const ROW_BYTES: i64 = 64;

/// Echoes (target, sent, round trips in ms), HTTPS (target, answered), the gateway.
#[derive(Serialize, Deserialize)]
struct Answers(Vec<(String, u32, Vec<f64>)>, Vec<(String, bool)>, Option<bool>);

/// A round that was judged.
pub fn round_row(
    uplink_id: i64,
    started_at: i64,
    made: &Round,
    judged: Judgement,
    self_load: bool,
) -> Result<uplink_round::Model, DbErr> {
    let micros = |rtt: &f64| round(*rtt, 3);
    let answers = Answers(
        made.echoes
            .iter()
            .map(|echo| (echo.target.clone(), echo.sent, echo.rtt_ms.iter().map(micros).collect()))
            .collect(),
        made.https.iter().map(|answer| (answer.target.clone(), answer.answered)).collect(),
        made.gateway,
    );
    Ok(uplink_round::Model {
        uplink_id,
        started_at,
        state: judged.state.word().to_owned(),
        reason: judged.reason.word().to_owned(),
        confirmed: true,
        self_load,
        answers: serde_json::to_string(&answers).map_err(|error| DbErr::Json(error.to_string()))?,
    })
}

/// The round of a row.
pub fn read_round(row: uplink_round::Model) -> Result<UplinkRound, DbErr> {
    let Answers(echoes, https, gateway) = read(&row.answers)?;
    Ok(UplinkRound {
        at: from_ms(row.started_at),
        state: State::from_word(&row.state),
        reason: Reason::from_word(&row.reason),
        confirmed: row.confirmed,
        self_load: row.self_load,
        echoes: echoes
            .into_iter()
            .map(|(target, sent, rtt_ms)| UplinkEchoes { target, sent, rtt_ms })
            .collect(),
        https: https.into_iter().map(|(target, answered)| UplinkHttps { target, answered }).collect(),
        gateway,
    })
}

/// The path of a row.
pub fn read_trace(row: &uplink_trace::Model) -> Result<UplinkTrace, DbErr> {
    read(&row.path)
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, DbErr> {
    serde_json::from_str(text).map_err(|error| DbErr::Json(error.to_string()))
}

#[cfg(test)]
mod tests {
    use domain::uplinks::{EchoResult, HttpsResult};

    use super::*;

    #[test]
    fn a_round_is_small_and_reads_back() {
        let echo = |target: &str| EchoResult {
            target: target.into(),
            sent: 3,
            rtt_ms: vec![10.123_456, 11.0, 12.5],
        };
        let answer = |target: &str, answered| HttpsResult { target: target.into(), answered };
        let made = Round {
            echoes: vec![echo("1.1.1.1"), echo("8.8.8.8")],
            https: vec![answer("1.1.1.1", true), answer("8.8.8.8", false)],
            gateway: Some(false),
            trouble: None,
        };
        let judged = Judgement { state: State::Degraded, reason: Reason::Loss };
        let row = round_row(1, 1_763_715_600_000, &made, judged, true).unwrap();
        assert!(row.answers.len() < 130, "{}", row.answers);
        let read = read_round(row).unwrap();
        assert_eq!((read.state, read.reason, read.self_load), (State::Degraded, Reason::Loss, true));
        assert_eq!(read.echoes[0].rtt_ms, [10.123, 11.0, 12.5]);
        assert_eq!((read.https[1].answered, read.gateway), (false, Some(false)));
    }
}
