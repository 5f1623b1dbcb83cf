//! What the kernel knows of a TCP connection, and which congestion control carries it.
//!
//! The kernel tells how many bytes of `struct tcp_info` it filled; older kernels fill fewer, newer ones more than
//! libc's struct has (crates.md risk 13). So the answer is read as bytes and each field is taken only if it lies inside
//! what was told: a field that the kernel does not have is `None`, never 0. The only `unsafe` of this crate is here.

use std::{
    io,
    os::fd::{AsFd, AsRawFd},
};

use serde::Serialize;
use socket2::SockRef;

/// `struct tcp_info` of the kernel's include/uapi/linux/tcp.h. Serialises under the names that M-Lab's ndt7 gives the
/// fields (specification v0.11.0, `TCPInfo`). Times are microseconds unless named otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TcpInfo {
    /// TCP state, 1 is established.
    pub state: u8,
    /// State of the congestion control's machine (open, disorder, CWR, recovery, loss).
    #[serde(rename = "CAState")]
    pub ca_state: u8,
    /// Retransmission time-out.
    #[serde(rename = "RTO")]
    pub rto: u32,
    /// Bytes a segment as sent.
    #[serde(rename = "SndMSS")]
    pub snd_mss: u32,
    /// Bytes a segment as received.
    #[serde(rename = "RcvMSS")]
    pub rcv_mss: u32,
    /// Segments on their way.
    pub unacked: u32,
    /// Segments thought lost now.
    pub lost: u32,
    /// Segments retransmitted and not yet answered.
    pub retrans: u32,
    /// Path MTU.
    #[serde(rename = "PMTU")]
    pub pmtu: u32,
    /// Smoothed round trip.
    #[serde(rename = "RTT")]
    pub rtt: u32,
    /// Its mean deviation.
    #[serde(rename = "RTTVar")]
    pub rtt_var: u32,
    /// Slow-start threshold, in segments.
    #[serde(rename = "SndSsThresh")]
    pub snd_ssthresh: u32,
    /// Congestion window, in segments.
    pub snd_cwnd: u32,
    /// Round trip as the receiving side sees it.
    #[serde(rename = "RcvRTT")]
    pub rcv_rtt: u32,
    /// Receive space.
    pub rcv_space: u32,
    /// Segments retransmitted in all.
    pub total_retrans: u32,
    /// Bytes a second that pacing allows.
    pub pacing_rate: Option<u64>,
    /// Bytes sent and acknowledged.
    pub bytes_acked: Option<u64>,
    /// Bytes received in order.
    pub bytes_received: Option<u64>,
    /// Segments sent.
    pub segs_out: Option<u32>,
    /// Segments received.
    pub segs_in: Option<u32>,
    /// Bytes in the send buffer that were never sent.
    pub notsent_bytes: Option<u32>,
    /// Smallest round trip of the connection.
    #[serde(rename = "MinRTT")]
    pub min_rtt: Option<u32>,
    /// Segments with data received.
    pub data_segs_in: Option<u32>,
    /// Segments with data sent.
    pub data_segs_out: Option<u32>,
    /// Latest delivery rate in bytes a second.
    pub delivery_rate: Option<u64>,
    /// Time with data outstanding.
    pub busy_time: Option<u64>,
    /// Time of it in which the receiver's window was the limit.
    #[serde(rename = "RWndLimited")]
    pub rwnd_limited: Option<u64>,
    /// Time of it in which the send buffer was the limit.
    pub snd_buf_limited: Option<u64>,
    /// Segments delivered.
    pub delivered: Option<u32>,
    /// Data bytes sent, retransmissions among them.
    pub bytes_sent: Option<u64>,
    /// Data bytes retransmitted.
    pub bytes_retrans: Option<u64>,
    /// The peer's advertised window in bytes.
    pub snd_wnd: Option<u32>,
}

impl TcpInfo {
    /// Share of the sent bytes that were sent again; `None` where the kernel does not say or nothing was sent.
    pub fn retransmitted_share(&self) -> Option<f64> {
        let (sent, again) = (self.bytes_sent?, self.bytes_retrans?);
        (sent > 0).then(|| again as f64 / sent as f64)
    }

    /// Reads the fields that lie inside `bytes`; `None` when not even the oldest kernels' part is there.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        // Linux 2.6's struct ends after tcpi_total_retrans.
        if bytes.len() < 104 {
            return None;
        }
        let b32 = |at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let b64 = |at: usize| Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let old = |at: usize| b32(at).unwrap_or_default();
        Some(Self {
            state: bytes[0],
            ca_state: bytes[1],
            rto: old(8),
            snd_mss: old(16),
            rcv_mss: old(20),
            unacked: old(24),
            lost: old(32),
            retrans: old(36),
            pmtu: old(60),
            rtt: old(68),
            rtt_var: old(72),
            snd_ssthresh: old(76),
            snd_cwnd: old(80),
            rcv_rtt: old(92),
            rcv_space: old(96),
            total_retrans: old(100),
            pacing_rate: b64(104),
            bytes_acked: b64(120),
            bytes_received: b64(128),
            segs_out: b32(136),
            segs_in: b32(140),
            notsent_bytes: b32(144),
            min_rtt: b32(148),
            data_segs_in: b32(152),
            data_segs_out: b32(156),
            delivery_rate: b64(160),
            busy_time: b64(168),
            rwnd_limited: b64(176),
            snd_buf_limited: b64(184),
            delivered: b32(192),
            bytes_sent: b64(200),
            bytes_retrans: b64(208),
            snd_wnd: b32(228),
        })
    }
}

/// Asks the kernel for `TCP_INFO` of a connected socket.
pub fn tcp_info(socket: &impl AsFd) -> io::Result<TcpInfo> {
    // Room for more than any kernel fills today (6.x: 248 bytes).
    let mut bytes = [0u8; 512];
    let mut length: libc::socklen_t = 512;
    // SAFETY: `bytes` is valid for writes of `length` bytes for the whole call, `length` is a valid in-out pointer, and
    // the borrowed descriptor stays open while it is borrowed. The kernel writes at most `length` bytes.
    #[expect(unsafe_code, reason = "TCP_INFO has no safe call in libc, nix or socket2")]
    let answer = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            bytes.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if answer != 0 {
        return Err(io::Error::last_os_error());
    }
    let filled = usize::try_from(length).unwrap_or_default().min(bytes.len());
    TcpInfo::parse(&bytes[..filled]).ok_or_else(|| io::Error::other("the kernel's TCP_INFO is too short"))
}

/// Sets `TCP_CONGESTION` of one socket. The kernel refuses a name that is not loaded or not allowed to this user.
pub fn set_congestion(socket: &impl AsFd, name: &str) -> io::Result<()> {
    SockRef::from(socket).set_tcp_congestion(name.as_bytes())
}

/// The congestion control that really carries the socket.
pub fn congestion(socket: &impl AsFd) -> io::Result<String> {
    let name = SockRef::from(socket).tcp_congestion()?;
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    Ok(String::from_utf8_lossy(&name[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream, UdpSocket},
    };

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn counts_what_went_over_a_loopback_socket() {
        let (mut client, mut server) = pair();
        client.write_all(&[7; 10_000]).unwrap();
        let mut read = [0; 10_000];
        server.read_exact(&mut read).unwrap();
        let (sent, received) = (tcp_info(&client).unwrap(), tcp_info(&server).unwrap());
        assert_eq!(sent.state, 1);
        assert!(sent.snd_mss > 0 && sent.snd_cwnd > 0);
        assert_eq!(received.bytes_received, Some(10_000));
        assert_eq!(sent.bytes_sent, Some(10_000));
        assert_eq!(sent.retransmitted_share(), Some(0.0));
    }

    #[test]
    fn another_kind_of_socket_is_an_error() {
        assert!(tcp_info(&UdpSocket::bind("127.0.0.1:0").unwrap()).is_err());
    }

    #[test]
    fn cubic_can_be_set_and_an_unknown_name_cannot() {
        let (client, _server) = pair();
        set_congestion(&client, "cubic").unwrap();
        assert_eq!(congestion(&client).unwrap(), "cubic");
        assert!(set_congestion(&client, "no-such-control").is_err());
        assert_eq!(congestion(&client).unwrap(), "cubic");
    }

    #[test]
    fn an_older_kernels_answer_has_no_newer_fields() {
        let mut bytes = [0; 136];
        bytes[68..72].copy_from_slice(&25_000u32.to_ne_bytes());
        bytes[120..128].copy_from_slice(&9u64.to_ne_bytes());
        let info = TcpInfo::parse(&bytes).unwrap();
        assert_eq!((info.rtt, info.bytes_acked), (25_000, Some(9)));
        assert_eq!((info.segs_out, info.busy_time, info.retransmitted_share()), (None, None, None));
        assert_eq!(TcpInfo::parse(&bytes[..103]), None);
    }
}
