//! Where things stand in the working tree.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use crate::cmd::{cargo, read};

/// The workspace's root, told by the Cargo that runs us; a target directory may be shared between trees, so what it was when
/// this was built is only the second choice.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        own.ancestors().nth(2).expect("crates/xtask lies two folders below the root").to_owned()
    });
    &ROOT
}

/// Cargo's output, as Cargo itself tells it. The site does not go there: it belongs to this tree, while the target directory may
/// be shared.
pub fn target() -> PathBuf {
    static TARGET: LazyLock<PathBuf> = LazyLock::new(|| {
        let told = read(&mut cargo(&["metadata", "--no-deps", "--format-version=1"])).unwrap_or_default();
        let metadata: serde_json::Value = serde_json::from_str(&told).unwrap_or_default();
        metadata["target_directory"].as_str().map_or_else(|| root().join("target"), PathBuf::from)
    });
    TARGET.clone()
}

/// What the server sends as files, and what the release binary embeds.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// Between results of this program: stamps, unoptimised wasm, logs.
pub fn scratch() -> PathBuf {
    root().join("target/xtask")
}

/// The one place with a `package.json`: tools of the build and of the browser tests.
pub fn node() -> PathBuf {
    root().join("end2end")
}
