//! The measurement message of ndt7 (specification v0.11.0, §2.4): JSON, times in µs.

use std::time::Duration;

use probe::TcpInfo;
use serde::Serialize;

use super::Direction;
use crate::speed_tests::Line;

/// What stays the same in all messages of one test.
#[derive(Clone, Debug)]
pub struct Told {
    test: &'static str,
    connection: Option<ConnectionInfo>,
}

impl Told {
    /// Behind a proxy the ends of this socket are not the client's: nothing is told of them.
    pub fn new(direction: Direction, line: &Line) -> Self {
        let test = match direction {
            Direction::Download => "download",
            Direction::Upload => "upload",
        };
        let client = line.peer.filter(|_| line.direct);
        let server = line
            .socket
            .as_deref()
            .and_then(|socket| socket2::SockRef::from(socket).local_addr().ok()?.as_socket());
        let connection = client.zip(server).map(|(client, server)| ConnectionInfo {
            client: client.to_string(),
            server: server.to_string(),
            uuid: uuid::Uuid::new_v4().to_string(),
        });
        Self { test, connection }
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConnectionInfo {
    client: String,
    server: String,
    #[serde(rename = "UUID")]
    uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Measurement<'a> {
    app_info: AppInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_info: Option<&'a ConnectionInfo>,
    origin: &'static str,
    test: &'static str,
    #[serde(rename = "TCPInfo", skip_serializing_if = "Option::is_none")]
    tcp_info: Option<TimedTcpInfo<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AppInfo {
    elapsed_time: u64,
    num_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TimedTcpInfo<'a> {
    elapsed_time: u64,
    #[serde(flatten)]
    info: &'a TcpInfo,
}

/// One message.
pub fn measurement(told: &Told, elapsed: Duration, num_bytes: u64, info: Option<&TcpInfo>) -> String {
    let elapsed_time = elapsed.as_micros() as u64;
    let message = Measurement {
        app_info: AppInfo { elapsed_time, num_bytes },
        connection_info: told.connection.as_ref(),
        origin: "server",
        test: told.test,
        tcp_info: info.map(|info| TimedTcpInfo { elapsed_time, info }),
    };
    serde_json::to_string(&message).expect("numbers and strings are always JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_names_are_those_of_the_specification() {
        let told = Told {
            test: "download",
            connection: Some(ConnectionInfo { client: "c".into(), server: "s".into(), uuid: "u".into() }),
        };
        let info = TcpInfo { rtt: 7, min_rtt: Some(5), rwnd_limited: Some(1), ..TcpInfo::default() };
        let text = measurement(&told, Duration::from_millis(250), 8192, Some(&info));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["AppInfo"], json!({"ElapsedTime": 250_000, "NumBytes": 8192}));
        assert_eq!(value["ConnectionInfo"], json!({"Client": "c", "Server": "s", "UUID": "u"}));
        assert_eq!((&value["Origin"], &value["Test"]), (&json!("server"), &json!("download")));
        let tcp = &value["TCPInfo"];
        assert_eq!(
            (&tcp["ElapsedTime"], &tcp["RTT"], &tcp["MinRTT"]),
            (&json!(250_000), &json!(7), &json!(5))
        );
        for name in
            ["RWndLimited", "SndBufLimited", "BusyTime", "BytesAcked", "BytesRetrans", "RTTVar", "SndMSS"]
        {
            assert!(tcp.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn behind_a_proxy_nothing_is_said_of_its_connection() {
        let told = Told { test: "upload", connection: None };
        let text = measurement(&told, Duration::ZERO, 0, None);
        assert_eq!(text, r#"{"AppInfo":{"ElapsedTime":0,"NumBytes":0},"Origin":"server","Test":"upload"}"#);
    }
}
