//! Measuring the network: sockets and what the kernel says of them. No database, no HTTP server.

pub mod tcp_info;

pub use tcp_info::{TcpInfo, congestion, set_congestion, tcp_info};
