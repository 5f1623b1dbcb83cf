//! style/main.scss to one style sheet.

use std::fs;

use crate::{
    cmd::{cmd, run},
    node, paths, stamp,
    steps::{step, unchanged},
};

/// The compressed style sheet.
pub fn build() -> anyhow::Result<Vec<u8>> {
    let source = paths::root().join("style");
    let css = paths::scratch().join("main.css");
    let hash = stamp::of_files(&[source.clone(), paths::node().join("package-lock.json")])?;
    if stamp::is("style", &hash) && css.is_file() {
        unchanged("sass");
    } else {
        step("sass", || {
            let mut sass = cmd(node::bin("sass"));
            run(sass.args(["--no-source-map", "--style=compressed"]).arg(source.join("main.scss")).arg(&css))
        })?;
        stamp::set("style", &hash)?;
    }
    Ok(fs::read(&css)?)
}
