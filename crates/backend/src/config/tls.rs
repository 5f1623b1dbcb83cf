//! The section `tls`: HTTPS by this program itself, where no proxy stands in front.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use super::reader::Reader;

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsCertificate {
    /// The operator's files (PEM), read again when they change.
    Files { certificate: PathBuf, key: PathBuf },
    /// Made here, for these names and addresses beside the machine's own; browsers warn until it is trusted by hand.
    SelfSigned { names: Vec<String> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    pub listen: SocketAddr,
    pub certificate: TlsCertificate,
    /// Whether plain HTTP leads here.
    pub redirect: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Off,
    Files,
    SelfSigned,
}

impl FromStr for Mode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "files" => Ok(Self::Files),
            "self_signed" => Ok(Self::SelfSigned),
            _ => Err("it is none of `off`, `files`, `self_signed`"),
        }
    }
}

impl TlsConfig {
    /// None: no HTTPS here.
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        let listen: Option<SocketAddr> = r.optional("tls.listen");
        let (certificate, key) = (r.optional("tls.certificate"), r.optional("tls.key"));
        let (names, redirect) = (r.list("tls.names"), r.required("tls.redirect"));
        let certificate = match r.required("tls.mode") {
            Mode::Off => return None,
            Mode::SelfSigned => TlsCertificate::SelfSigned { names },
            Mode::Files => {
                for (name, path) in [("tls.certificate", &certificate), ("tls.key", &key)] {
                    if path.is_none() {
                        r.problems
                            .push(name, "tls.mode is `files`, so the path of a PEM file is needed here");
                    }
                }
                TlsCertificate::Files { certificate: certificate?, key: key? }
            }
        };
        Some(Self { listen: listen?, certificate, redirect })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::{Config, Vars};

    fn read(vars: &[(&str, &str)]) -> Result<Option<TlsConfig>, String> {
        let vars: Vars = vars.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Config::from_vars(&vars).map(|config| config.tls).map_err(|problems| problems.to_string())
    }

    #[test]
    fn off_unless_asked_for() {
        assert_eq!(read(&[]), Ok(None));
        let files = read(&[("tls.mode", "files"), ("tls.certificate", "a.pem"), ("tls.key", "b.pem")]);
        let certificate = TlsCertificate::Files { certificate: "a.pem".into(), key: "b.pem".into() };
        let listen = "[::]:3443".parse().unwrap();
        assert_eq!(files, Ok(Some(TlsConfig { listen, certificate, redirect: true })));
    }

    #[rstest]
    #[case::mode(&[("tls.mode", "on")], "none of `off`, `files`, `self_signed`")]
    #[case::no_certificate(&[("tls.mode", "files"), ("tls.key", "b.pem")], "tls.certificate")]
    #[case::no_key(&[("tls.mode", "files"), ("tls.certificate", "a.pem")], "tls.key")]
    #[case::listen(&[("tls.mode", "self_signed"), ("tls.listen", "443")], "tls.listen")]
    fn refused(#[case] vars: &[(&str, &str)], #[case] why: &str) {
        let told = read(vars).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
}
