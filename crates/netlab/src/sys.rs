//! The system calls without a safe wrapper: entering a namespace, opening a TUN device, precise waiting.
#![expect(unsafe_code, reason = "setns, ioctl, ppoll and scheduling have no safe wrapper in std")]

use std::fs::{File, OpenOptions};
use std::io::Error;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use crate::LabError;

/// Whether this process may make namespaces.
pub(crate) fn is_root() -> bool {
    // SAFETY: geteuid has no preconditions and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Runs a closure on a thread inside a namespace.
pub(crate) fn on<T: Send + 'static>(
    namespace: String,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LabError> {
    let thread = std::thread::spawn(move || enter(&namespace).map(|()| work()));
    thread.join().map_err(|_| LabError::System("thread of a host", std::io::Error::other("it panicked")))?
}

/// Moves the calling thread into a named network namespace.
pub(crate) fn enter(namespace: &str) -> Result<(), LabError> {
    let file = File::open(format!("/run/netns/{namespace}"))
        .map_err(|error| LabError::System("open namespace", error))?;
    // SAFETY: the descriptor is open for the length of the call.
    let answer = unsafe { libc::setns(file.as_raw_fd(), libc::CLONE_NEWNET) };
    if answer == 0 { Ok(()) } else { Err(LabError::System("setns", Error::last_os_error())) }
}

/// Opens a TUN device in the calling thread's namespace; it lives as long as the file.
pub(crate) fn open_tun(name: &str) -> Result<File, LabError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open("/dev/net/tun")
        .map_err(|error| LabError::System("open /dev/net/tun", error))?;
    // SAFETY: an ifreq of zeroes is a valid value of the plain C struct.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes().take(libc::IFNAMSIZ - 1)) {
        *to = from.cast_signed();
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    // SAFETY: TUNSETIFF reads and writes one ifreq, which outlives the call.
    let answer = unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF as _, &raw mut request) };
    if answer == 0 { Ok(file) } else { Err(LabError::System("TUNSETIFF", Error::last_os_error())) }
}

/// Gives the calling thread real-time priority and exact timers. Without the right it goes on as it is.
pub(crate) fn be_punctual() {
    let priority = libc::sched_param { sched_priority: 20 };
    // SAFETY: both calls take plain values and act on the calling thread alone.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1);
        libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const priority);
    }
}

/// Waits until `file` can be read, or `stop` can, or the time is over.
pub(crate) fn wait(file: BorrowedFd<'_>, stop: BorrowedFd<'_>, at_most: Option<Duration>) {
    let ready = |fd: BorrowedFd<'_>| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let mut set = [ready(file), ready(stop)];
    let limit = at_most.map(|time| libc::timespec {
        tv_sec: time.as_secs() as libc::time_t,
        tv_nsec: libc::c_long::from(time.subsec_nanos()),
    });
    let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the set and the limit outlive the call; an error (a signal) only means an early return.
    unsafe { libc::ppoll(set.as_mut_ptr(), 2, limit, std::ptr::null()) };
}

/// Asks a process to end (SIGKILL); it may be gone already.
pub(crate) fn kill(pid: i32) {
    // SAFETY: kill takes plain values.
    unsafe { libc::kill(pid, libc::SIGKILL) };
}

/// Asks a process to come to its end in order (SIGINT).
pub(crate) fn interrupt(pid: i32) {
    // SAFETY: kill takes plain values.
    unsafe { libc::kill(pid, libc::SIGINT) };
}
