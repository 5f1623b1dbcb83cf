//! Through which door a probe leaves: interface, source address, mark.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use serde::{Deserialize, Serialize};
use socket2::Socket;

use crate::ProbeError;

/// Through which door a probe leaves. The default is the routing table's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bind {
    /// The interface (`SO_BINDTODEVICE`): neither another one's route nor its answers are used.
    pub interface: Option<String>,
    /// The source address.
    pub source: Option<IpAddr>,
    /// The firewall mark (`SO_MARK`, needs `CAP_NET_ADMIN`), for routing by policy.
    pub mark: Option<u32>,
}

impl Bind {
    /// Bound to an interface and nothing else.
    pub fn interface(name: impl Into<String>) -> Self {
        Self { interface: Some(name.into()), ..Self::default() }
    }

    /// Puts the binding on a socket that is to reach `target`.
    pub(crate) fn apply(&self, socket: &Socket, target: IpAddr) -> Result<(), ProbeError> {
        if let Some(name) = &self.interface {
            socket.bind_device(Some(name.as_bytes())).map_err(|error| no_interface(name, target, error))?;
        }
        if let Some(mark) = self.mark {
            socket.set_mark(mark).map_err(|error| match error.raw_os_error() {
                Some(libc::EPERM) => ProbeError::NotPermitted {
                    operation: "set the mark",
                    target: target.to_string(),
                    mend: "it needs CAP_NET_ADMIN",
                },
                _ => ProbeError::system("set the mark", &target, error),
            })?;
        }
        if let Some(source) = self.source {
            if source.is_ipv4() != target.is_ipv4() {
                let problem = format!("the source {source} is of another family");
                return Err(ProbeError::invalid("bind to the source", &target, problem));
            }
            let address = SocketAddr::new(source, 0);
            socket.bind(&address.into()).map_err(|error| match error.raw_os_error() {
                Some(libc::EADDRNOTAVAIL) => {
                    let problem = format!("{source} is no address of this machine");
                    ProbeError::invalid("bind to the source", &target, problem)
                }
                _ => ProbeError::system("bind to the source", &target, error),
            })?;
        }
        Ok(())
    }
}

fn no_interface(name: &str, target: IpAddr, error: io::Error) -> ProbeError {
    let operation = "bind to the interface";
    let target = target.to_string();
    match error.raw_os_error() {
        Some(libc::ENODEV) => ProbeError::NoInterface { operation, target, interface: name.to_owned() },
        // Until Linux 5.7 even the first binding needed the right.
        Some(libc::EPERM) => {
            ProbeError::NotPermitted { operation, target, mend: "it needs CAP_NET_RAW on this kernel" }
        }
        _ => ProbeError::System { operation, target, source: error },
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use rstest::rstest;
    use socket2::{Domain, Type};

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[rstest]
    #[case::the_table_decides(Bind::default(), "")]
    #[case::loopback(Bind::interface("lo"), "")]
    #[case::own_source(Bind { source: Some(HERE), ..Bind::default() }, "")]
    #[case::no_interface(Bind::interface("nl-none0"), "no interface nl-none0")]
    #[case::foreign_source(
        Bind { source: Some([192, 0, 2, 7].into()), ..Bind::default() },
        "192.0.2.7 is no address of this machine"
    )]
    #[case::other_family(Bind { source: Some("::1".parse().unwrap()), ..Bind::default() }, "another family")]
    fn a_binding_holds_or_says_why_not(#[case] bind: Bind, #[case] said: &str) {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
        let answer = bind.apply(&socket, HERE).map_err(|error| error.to_string());
        match answer {
            Ok(()) => assert_eq!(said, ""),
            Err(error) => {
                assert!(!said.is_empty() && error.contains(said) && error.contains("127.0.0.1"), "{error}");
            }
        }
    }
}
