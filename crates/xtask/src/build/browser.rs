//! The browser's program: wasm and its JavaScript.
//!
//! cargo → cut into rooms (each lazy route a wasm file that is fetched when it is entered) → wasm-bindgen → wasm-opt.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use super::wasm_target;
use crate::{
    cmd::{cmd, run},
    node, paths, stamp,
    steps::{step, unchanged},
};

const NAME: &str = "steadyline";

/// What the rooms are loaded by; the program's own script imports it by this name.
const LOADER: &str = "./__wasm_split.js";

/// Name and content of all files; they name one another, so they stay together in one folder.
pub type Browser = BTreeMap<String, Vec<u8>>;

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
        let rooms = step("cut into rooms", || cut(&bytes, &out))?;
        step("wasm-bindgen", || bind(&out))?;
        if release {
            let mut files = vec![out.join("steadyline.wasm")];
            files.extend(rooms);
            step("wasm-opt -Oz", || files.iter().try_for_each(|file| optimise(file)))?;
        }
        stamp::set(&stamp_name, &hash)?;
    }
    read(&out)
}

/// Leaves `cut.wasm` for wasm-bindgen beside the loader and the files of the rooms, which it returns.
fn cut(bytes: &[u8], out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    let main = out.join("cut.wasm");
    let script = format!("./{NAME}.js");
    let mut options = wasm_split_cli_support::Options::new(bytes);
    options.output_dir = out;
    options.main_out_path = &main;
    options.link_name = LOADER;
    options.main_module = &script;
    let made = wasm_split_cli_support::transform(options).map_err(|e| anyhow!("{e:#}"))?;
    Ok(made.split_modules)
}

fn bind(out: &Path) -> anyhow::Result<()> {
    let main = out.join("cut.wasm");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&main).out_name(NAME).typescript(false).remove_producers_section(true);
    // The rooms find the program's memory and tables by these.
    bindgen.keep_lld_exports(true);
    bindgen.web(true)?.generate(out)?;
    fs::rename(out.join("steadyline_bg.wasm"), out.join("steadyline.wasm"))?;
    Ok(fs::remove_file(main)?)
}

fn optimise(file: &Path) -> anyhow::Result<()> {
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
    opt.args(features.map(|feature| format!("--enable-{feature}"))).arg("-Oz").arg(file).arg("-o").arg(file);
    run(&mut opt)
}

fn read(out: &Path) -> anyhow::Result<Browser> {
    let mut files = Browser::new();
    for file in stamp::list(&[out.to_path_buf()])? {
        let below = file.strip_prefix(out).map_err(|e| anyhow!("{e}"))?.to_string_lossy().into_owned();
        files.insert(below, fs::read(&file)?);
    }
    Ok(files)
}
