//! What Linux says of the machine, this process and its files.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use domain::self_health::{Exit, FileFacts, KeyFile, MachineFacts};

use crate::config::Config;

pub fn facts(data_dir: &Path, up_s: u64, last_exit: Option<Exit>) -> MachineFacts {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let word = |path: &str, n: usize| text(path).split_whitespace().nth(n)?.parse::<f64>().ok();
    let memory = text("/proc/meminfo");
    let disk = nix::sys::statvfs::statvfs(data_dir).ok();
    let fragments = |count: u64| disk.map(|disk| count.saturating_mul(disk.fragment_size()));
    MachineFacts {
        up_s,
        machine_up_s: word("/proc/uptime", 0).map(|s| s as u64),
        load: word("/proc/loadavg", 1),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64),
        memory_total: kib(&memory, "MemTotal:"),
        memory_available: kib(&memory, "MemAvailable:"),
        memory_own: kib(&text("/proc/self/status"), "VmRSS:"),
        disk_total: disk.and_then(|disk| fragments(disk.blocks())),
        disk_free: disk.and_then(|disk| fragments(disk.blocks_available())),
        last_exit,
    }
}

/// The bytes of a line such as `MemTotal:  4015668 kB`.
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

pub fn files(config: &Config) -> FileFacts {
    let mode = |path: &Path| fs::metadata(path).map(|file| file.permissions().mode());
    let key = match mode(&config.data_dir.join("server.key")) {
        _ if config.server_key.is_some() => KeyFile::Configured,
        // Beside it lies the key of sealed secrets, once there are any.
        Ok(own) => KeyFile::Mode(own | mode(&config.data_dir.join("sealing.key")).unwrap_or_default()),
        Err(_) => KeyFile::Missing,
    };
    FileFacts { key: Some(key), folder_mode: mode(&config.data_dir).ok() }
}

#[cfg(test)]
mod tests {
    use super::kib;

    #[test]
    fn sizes_are_read() {
        let text = "MemTotal:        4015668 kB\nMemFree:  1 kB\nMemAvailable:    2000 kB\n";
        assert_eq!((kib(text, "MemAvailable:"), kib(text, "Swap:")), (Some(2_048_000), None));
    }
}
