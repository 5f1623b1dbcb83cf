//! target/site: files with the content's hash in their name, the public files, compressed copies, and assets.json.
//!
//! A file is written only when its content changed, so that cargo rebuilds the embedding server only then. Text files in
//! public/ may name `{{build}}`, `{{css}}` and `{{precache}}`; they are filled in here.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use anyhow::Context;
use serde_json::json;

use super::browser::Browser;
use crate::{paths, stamp, steps::step};

/// Worth compressing; pictures are compressed already.
const TEXT: [&str; 9] = ["js", "wasm", "css", "svg", "json", "webmanifest", "html", "txt", "xml"];

/// May hold places to fill in.
const FILLED: [&str; 3] = ["js", "html", "webmanifest"];

/// Path below target/site → content.
type Files = BTreeMap<String, Vec<u8>>;

/// Puts all of it together. `best` compresses as hard as it goes.
pub fn assemble(browser: &Browser, css: &[u8], best: bool) -> anyhow::Result<()> {
    step("site: hashed names, public files, .br, .gz, assets.json", || {
        let mut files = Files::new();
        let wasm = named(&mut files, "wasm", browser.wasm.clone());
        // The default address inside the script, in case a caller gives none.
        let js = browser.js.replace("steadyline_bg.wasm", wasm.rsplit('/').next().unwrap_or_default());
        let js = named(&mut files, "js", js.into_bytes());
        let css = named(&mut files, "css", css.to_vec());
        files.extend(browser.snippets.iter().map(|(below, text)| (format!("pkg/{below}"), text.clone())));

        let public = public_files()?;
        let build = build_id(&files, &public);
        let assets = json!({ "js": js, "wasm": wasm, "css": css, "build": build });
        let precache = precache(&files, &public);
        for (name, content) in public {
            files.insert(name.clone(), fill(&name, content, &css, &build, &precache));
        }
        files.insert("assets.json".to_owned(), serde_json::to_vec_pretty(&assets)?);
        let compressed: Vec<_> =
            files.iter().map(|(name, content)| write(name, content, best)).collect::<Result<_, _>>()?;
        sweep(&files)?;
        let sum = |kind: &str| -> usize {
            compressed.iter().filter(|(name, _)| name.ends_with(kind)).map(|(_, size)| size).sum()
        };
        let (wasm, js, css) = (sum(".wasm"), sum(".js"), sum(".css"));
        crate::steps::note(&format!("brotli: wasm {wasm} B, js {js} B, css {css} B, build {build}"));
        Ok(())
    })
}

fn named(files: &mut Files, kind: &str, content: Vec<u8>) -> String {
    let name = format!("pkg/steadyline.{}.{kind}", stamp::short(&content));
    files.insert(name.clone(), content);
    format!("/{name}")
}

fn public_files() -> anyhow::Result<Files> {
    let folder = paths::root().join("public");
    let mut files = Files::new();
    for file in stamp::list(std::slice::from_ref(&folder))? {
        let below = file.strip_prefix(&folder)?.to_string_lossy().into_owned();
        files.insert(below, fs::read(&file)?);
    }
    Ok(files)
}

fn build_id(files: &Files, public: &Files) -> String {
    let mut all = Vec::new();
    for (name, content) in files.iter().chain(public) {
        all.extend(name.as_bytes());
        all.extend(stamp::short(content).as_bytes());
    }
    stamp::short(&all)
}

/// What the service worker keeps: the hashed files of this build and the public ones that a page or the offline page uses.
fn precache(files: &Files, public: &Files) -> String {
    let kept = |name: &&String| !["sw.js", "robots.txt"].contains(&name.as_str());
    let paths: Vec<String> =
        files.keys().chain(public.keys()).filter(kept).map(|name| format!("/{name}")).collect();
    json!(paths).to_string()
}

fn fill(name: &str, content: Vec<u8>, css: &str, build: &str, precache: &str) -> Vec<u8> {
    if !FILLED.contains(&extension(name)) {
        return content;
    }
    match String::from_utf8(content) {
        Ok(text) => text
            .replace("{{css}}", css)
            .replace("{{build}}", build)
            .replace("'{{precache}}'", precache)
            .into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// Writes one file and its compressed copies; returns its name and its size under brotli.
fn write(name: &str, content: &[u8], best: bool) -> anyhow::Result<(String, usize)> {
    let path = paths::site().join(name);
    let same = fs::read(&path).is_ok_and(|old| old == content);
    if !same {
        stamp::write(&path, content)?;
    }
    if !TEXT.contains(&extension(name)) || name == "assets.json" {
        return Ok((name.to_owned(), content.len()));
    }
    let (br, gz) = (beside(&path, "br"), beside(&path, "gz"));
    let packed_well = stamp::is(&packed_stamp(name), &stamp::short(content));
    if !same || !br.is_file() || !gz.is_file() || (best && !packed_well) {
        stamp::write(&br, &brotli(content, if best { 11 } else { 5 })?)?;
        stamp::write(&gz, &gzip(content)?)?;
        stamp::set(&packed_stamp(name), if best { stamp::short(content) } else { String::new() }.as_str())?;
    }
    Ok((name.to_owned(), fs::metadata(&br).context("size of the compressed file")?.len() as usize))
}

fn packed_stamp(name: &str) -> String {
    format!("packed-{}", name.replace('/', "-"))
}

fn brotli(content: &[u8], quality: i32) -> anyhow::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality, size_hint: content.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut packed, &params)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(content)?;
    Ok(packed.finish()?)
}

fn beside(path: &Path, kind: &str) -> std::path::PathBuf {
    path.with_added_extension(kind)
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, kind)| kind)
}

/// Takes away what an earlier build left.
fn sweep(files: &Files) -> anyhow::Result<()> {
    for file in stamp::list(&[paths::site()])? {
        let below = file.strip_prefix(paths::site())?.to_string_lossy().into_owned();
        let plain = below.strip_suffix(".br").or_else(|| below.strip_suffix(".gz")).unwrap_or(&below);
        if !files.contains_key(plain) {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}
