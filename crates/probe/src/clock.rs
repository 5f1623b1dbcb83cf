//! What the kernel says of its own clock (adjtimex(2)), asked without changing anything.

use std::io;

/// How well the machine's clock is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KernelClock {
    /// Whether somebody (NTP, PTP) keeps it.
    pub synchronized: bool,
    /// What is still to be corrected, in ms.
    pub offset_ms: f64,
}

/// Asks the kernel.
pub fn kernel_clock() -> io::Result<KernelClock> {
    // SAFETY: `timex` is plain integers, of which zeros are valid; with `modes` zero the call only writes into the
    // struct that it is given, which lives for the whole call.
    #[expect(unsafe_code, reason = "adjtimex has no safe call")]
    let (answer, told) = unsafe {
        let mut told: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut told), told)
    };
    if answer < 0 {
        return Err(io::Error::last_os_error());
    }
    let a_ms = if told.status & libc::STA_NANO == 0 { 1e3 } else { 1e6 };
    Ok(KernelClock {
        synchronized: answer != libc::TIME_ERROR && told.status & libc::STA_UNSYNC == 0,
        offset_ms: told.offset as f64 / a_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::kernel_clock;

    #[test]
    fn any_user_may_ask() {
        let clock = kernel_clock().unwrap();
        assert!(clock.offset_ms.abs() < 10_000.0, "{clock:?}");
    }
}
