//! A PostgreSQL of our own for one stage: an empty cluster in a temporary folder, gone afterwards.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, anyhow};

use super::{
    counts::{Counts, rust_tests},
    machine::is_root,
};
use crate::cmd::{cmd, have, read, run};

/// The backend's integration tests once more, on PostgreSQL; the same build, another address.
pub fn backend_tests() -> anyhow::Result<Counts> {
    let cluster = Cluster::start()?;
    rust_tests(&["-E", "package(backend) & binary(it)"], &[("STEADYLINE_TEST_DATABASE_URL", &cluster.url)])
}

struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    url: String,
}

impl Cluster {
    fn start() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("steadyline-postgres-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let cluster = Self { programs: programs()?, folder, url };
        if is_root() {
            run(cmd("chown").arg("postgres").arg(&cluster.folder))?;
        }
        let data = cluster.folder.join("data");
        read(
            cluster
                .postgres("initdb")
                .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8"])
                .arg(&data),
        )?;
        // Durability is not what this cluster tests: it is thrown away with the power.
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300"
        );
        let mut start = cluster.postgres("pg_ctl");
        start
            .args(["start", "--wait", "--silent", "--options", &settings, "--log"])
            .arg(cluster.folder.join("log"))
            .arg("--pgdata")
            .arg(&data);
        run(&mut start)?;
        Ok(cluster)
    }

    /// PostgreSQL refuses root, so its programs run as its own user there.
    fn postgres(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = cmd("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            cmd(path)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = run(self
            .postgres("pg_ctl")
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.join("data")));
        if let Err(error) = stopped.and_then(|()| Ok(fs::remove_dir_all(&self.folder)?)) {
            eprintln!("  the test database in {} was not cleared away: {error:#}", self.folder.display());
        }
    }
}

fn programs() -> anyhow::Result<PathBuf> {
    if have("initdb") {
        return Ok(PathBuf::new());
    }
    let versions = fs::read_dir("/usr/lib/postgresql").context("look for /usr/lib/postgresql")?;
    let mut found: Vec<_> = versions
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| Path::exists(&bin.join("initdb")))
        .collect();
    found.sort();
    found.pop().ok_or_else(|| anyhow!("initdb was not found: as root run `apt-get install -y postgresql`"))
}
