//! The browser's program: wasm and its JavaScript.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use super::wasm_target;
use crate::{
    cmd::{cmd, run},
    node, paths, stamp,
    steps::{step, unchanged},
};

const NAME: &str = "steadyline";

/// What wasm-bindgen and wasm-opt leave.
pub struct Browser {
    pub js: String,
    pub wasm: Vec<u8>,
    /// Path below `pkg/` and text of the scripts that crates bring along.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Compiles, binds, optimises; cargo knows itself what changed, the rest follows from the compiled bytes.
pub fn build(release: bool) -> anyhow::Result<Browser> {
    let compiler = wasm_target::ensure()?;
    let profile = if release { "wasm-release" } else { "dev" };
    let (mut command, target) = wasm_target::command(&compiler, profile);
    step(&format!("cargo build: frontend ({profile})"), || run(&mut command))?;
    let folder = if release { "wasm-release" } else { "debug" };
    let compiled = target.join("wasm32-unknown-unknown").join(folder).join("frontend.wasm");
    let bytes = fs::read(&compiled).with_context(|| format!("read {}", compiled.display()))?;

    let out = paths::scratch().join(folder);
    let hash = stamp::short(&bytes);
    let stamp_name = format!("browser-{folder}");
    if stamp::is(&stamp_name, &hash) && out.join("steadyline.wasm").is_file() {
        unchanged("wasm-bindgen, wasm-opt");
    } else {
        step("wasm-bindgen", || bind(&bytes, &out))?;
        if release {
            step("wasm-opt -Oz", || optimise(&out))?;
        }
        stamp::set(&stamp_name, &hash)?;
    }
    read(&out)
}

fn bind(bytes: &[u8], out: &Path) -> anyhow::Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(NAME, bytes.to_vec()).out_name(NAME).typescript(false).remove_producers_section(true);
    bindgen.web(true)?.generate(out)?;
    fs::rename(out.join("steadyline_bg.wasm"), out.join("steadyline.wasm"))?;
    Ok(())
}

fn optimise(out: &Path) -> anyhow::Result<()> {
    let file = out.join("steadyline.wasm");
    // The npm package, never one from PATH: Debian 12's binaryen 108 cannot read what wasm-bindgen writes.
    let mut opt = cmd(node::bin("wasm-opt"));
    // What rustc 1.95 marks as used; without the names wasm-opt refuses the module.
    let features = [
        "bulk-memory",
        "bulk-memory-opt",
        "nontrapping-float-to-int",
        "sign-ext",
        "mutable-globals",
        "reference-types",
        "multivalue",
    ];
    opt.args(features.map(|feature| format!("--enable-{feature}")))
        .arg("-Oz")
        .arg(&file)
        .arg("-o")
        .arg(&file);
    run(&mut opt)
}

fn read(out: &Path) -> anyhow::Result<Browser> {
    let mut snippets = BTreeMap::new();
    let folder = out.join("snippets");
    for file in stamp::list(std::slice::from_ref(&folder))? {
        let below = file.strip_prefix(out).map_err(|e| anyhow!("{e}"))?.to_string_lossy().into_owned();
        snippets.insert(below, fs::read(&file)?);
    }
    Ok(Browser {
        js: fs::read_to_string(out.join("steadyline.js"))?,
        wasm: fs::read(out.join("steadyline.wasm"))?,
        snippets,
    })
}
