//! Why a probe could not be made at all.

use std::io;

/// The probe itself is broken: nothing was learnt of the network. What the network did is an [`crate::Outcome`].
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// A right is missing.
    #[error("{operation} for {target} is not permitted: {mend}")]
    NotPermitted {
        /// What was tried.
        operation: &'static str,
        /// For which target.
        target: String,
        /// What would permit it.
        mend: &'static str,
    },
    /// The interface to bind to is not there.
    #[error("{operation} for {target}: there is no interface {interface}")]
    NoInterface {
        /// What was tried.
        operation: &'static str,
        /// For which target.
        target: String,
        /// The name that was asked for.
        interface: String,
    },
    /// What was asked for makes no sense: a source of another family, a name that is none.
    #[error("{operation} for {target}: {problem}")]
    Invalid {
        /// What was tried.
        operation: &'static str,
        /// For which target.
        target: String,
        /// What does not fit.
        problem: String,
    },
    /// A system call failed.
    #[error("{operation} for {target} failed: {source}")]
    System {
        /// What was tried.
        operation: &'static str,
        /// For which target.
        target: String,
        /// What the system said.
        source: io::Error,
    },
}

impl ProbeError {
    /// A failed system call.
    pub(crate) fn system(operation: &'static str, target: &impl ToString, source: io::Error) -> Self {
        Self::System { operation, target: target.to_string(), source }
    }

    /// Something that cannot be done as asked.
    pub(crate) fn invalid(
        operation: &'static str,
        target: &impl ToString,
        problem: impl Into<String>,
    ) -> Self {
        Self::Invalid { operation, target: target.to_string(), problem: problem.into() }
    }
}
