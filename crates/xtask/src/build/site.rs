//! target/site: files with the content's hash in their path, the public files, compressed copies, and assets.json.
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

/// What every first visit fetches; the rest of `pkg/` are rooms.
pub const FIRST: [&str; 4] = ["steadyline.wasm", "steadyline.js", "__wasm_split.js", ".css"];

/// Path below target/site → content.
type Files = BTreeMap<String, Vec<u8>>;

/// Puts all of it together. `best` compresses as hard as it goes.
pub fn assemble(browser: &Browser, css: &[u8], best: bool) -> anyhow::Result<()> {
    step("site: hashed names, public files, .br, .gz, assets.json", || {
        let mut files = Files::new();
        let folder = format!("pkg/{}", stamp::short(&whole(browser)));
        // The default address inside the script, in case a caller gives none.
        let named =
            |script: &[u8]| String::from_utf8_lossy(script).replace("steadyline_bg.wasm", "steadyline.wasm");
        for (name, content) in browser {
            let content = if name == "steadyline.js" { named(content).into_bytes() } else { content.clone() };
            files.insert(format!("{folder}/{name}"), content);
        }
        let css_name = format!("pkg/steadyline.{}.css", stamp::short(css));
        files.insert(css_name.clone(), css.to_vec());
        let [js, wasm, css] = [
            format!("/{folder}/steadyline.js"),
            format!("/{folder}/steadyline.wasm"),
            format!("/{css_name}"),
        ];

        let public = public_files()?;
        let build = build_id(&files, &public);
        let assets = json!({ "js": js, "wasm": wasm, "css": css, "build": build });
        let precache = precache(&files, &public);
        for (name, content) in public {
            files.insert(name.clone(), fill(&name, content, &css, &build, &precache));
        }
        // For the server's own pictures; no page loads it.
        let font = paths::node()
            .join("node_modules/@expo-google-fonts/open-sans/400Regular/OpenSans_400Regular.ttf");
        files.insert(
            "fonts/OpenSans.ttf".to_owned(),
            fs::read(font).context("read the font that npm installed")?,
        );
        files.insert("assets.json".to_owned(), serde_json::to_vec_pretty(&assets)?);
        let compressed: Vec<_> =
            files.iter().map(|(name, content)| write(name, content, best)).collect::<Result<_, _>>()?;
        sweep(&files)?;
        let first = |kind: &str| -> usize {
            let visited = |name: &str| FIRST.iter().any(|file| name.ends_with(file)) && name.ends_with(kind);
            compressed.iter().filter(|(name, _)| visited(name)).map(|(_, size)| size).sum()
        };
        let (wasm, js, css) = (first(".wasm"), first(".js"), first(".css"));
        crate::steps::note(&format!(
            "first visit under brotli: wasm {wasm} B, js {js} B, css {css} B, build {build}"
        ));
        Ok(())
    })
}

/// All of the browser's files in one.
fn whole(browser: &Browser) -> Vec<u8> {
    browser.iter().flat_map(|(name, content)| [name.as_bytes(), content]).flatten().copied().collect()
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
