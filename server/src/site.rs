//! The built front end: from the binary (feature `embed`) or from a folder, compressed copies by Accept-Encoding,
//! hashed names cached for ever.

use std::{borrow::Cow, io::Read, path::PathBuf};

use anyhow::Context;
use app::Assets;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

#[cfg(feature = "embed")]
#[derive(rust_embed::Embed)]
#[folder = "../target/site"]
// Two megabytes that no browser asks for: what takes no compression is given the unpacked .gz.
#[exclude = "*.wasm"]
struct Embedded;

/// Where the files come from.
#[derive(Clone, Debug)]
pub struct Site {
    /// Unused once the files are in the binary.
    #[cfg_attr(feature = "embed", expect(dead_code, reason = "one shape of the type for both builds"))]
    folder: PathBuf,
    pub assets: Option<Assets>,
}

/// A year: the longest that caches honour; the content's hash is in the name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked for again each time, and answered by 304 in most cases.
const ASK_AGAIN: &str = "no-cache";

impl Site {
    /// Reads assets.json; without a front end the pages still come, without style and script.
    pub fn open(folder: PathBuf) -> Self {
        let mut site = Self { folder, assets: None };
        match site.read_assets() {
            Ok(assets) => site.assets = Some(assets),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "no built front end: run `cargo xtask build`");
            }
        }
        site
    }

    fn read_assets(&self) -> anyhow::Result<Assets> {
        let bytes = self.read("assets.json").context("http.site_dir has no assets.json")?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).context("assets.json is no JSON")?;
        let name = |key: &str| {
            let name = value[key].as_str().map(str::to_owned);
            name.with_context(|| format!("assets.json names no {key}"))
        };
        Ok(Assets { js: name("js")?, wasm: name("wasm")?, css: name("css")? })
    }

    #[cfg(feature = "embed")]
    #[expect(clippy::unused_self, reason = "one shape of the method for both builds")]
    fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        Embedded::get(path).map(|file| file.data)
    }

    #[cfg(not(feature = "embed"))]
    fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let file = self.folder.join(path);
        std::fs::read(file).ok().map(Cow::Owned)
    }

    /// Tells every file by its name and bytes.
    #[cfg(feature = "embed")]
    #[expect(clippy::unused_self, reason = "one shape of the method for both builds")]
    pub fn each(&self, tell: &mut dyn FnMut(&str, &[u8])) {
        for name in Embedded::iter() {
            if let Some(file) = Embedded::get(&name) {
                tell(&name, &file.data);
            }
        }
    }

    #[cfg(not(feature = "embed"))]
    pub fn each(&self, tell: &mut dyn FnMut(&str, &[u8])) {
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for file in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = file.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let (Ok(bytes), Ok(name)) = (std::fs::read(&path), path.strip_prefix(&self.folder))
                {
                    tell(&name.to_string_lossy(), &bytes);
                }
            }
        }
    }

    /// The font that lettered pictures are drawn with.
    pub fn font(&self) -> Option<Cow<'static, [u8]>> {
        self.read("fonts/OpenSans.ttf")
    }

    /// The file of a request, if there is one.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = plain(path)?;
        let (encoding, bytes) = self.best(path, headers)?;
        let hashed = path.starts_with("pkg/");
        let tag = etag(&bytes);
        let known = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else if *method == Method::HEAD {
            ().into_response()
        } else {
            Body::from(bytes.into_owned()).into_response()
        };
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
        out.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(if hashed { FOR_EVER } else { ASK_AGAIN }),
        );
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        out.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
        out.extend(encoding.map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name))));
        if path == "offline.html" {
            // A static page of our own files: no script, nothing inline.
            let policy =
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'";
            out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        if path == "sw.js" {
            // A worker is bound by the policy of its own answer: it fetches, and nothing else.
            let policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
            out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        Some(response)
    }

    fn best(&self, path: &str, headers: &HeaderMap) -> Option<(Option<&'static str>, Cow<'static, [u8]>)> {
        let accepted =
            headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
        let takes = |name: &str| {
            accepted.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                words.next() == Some(name) && !words.any(|q| q == "q=0" || q == "q=0.0")
            })
        };
        for (name, extension) in [("br", "br"), ("gzip", "gz")] {
            if takes(name)
                && let Some(bytes) = self.read(&format!("{path}.{extension}"))
            {
                return Some((Some(name), bytes));
            }
        }
        let plain = self.read(path).or_else(|| unpacked(&self.read(&format!("{path}.gz"))?));
        Some((None, plain?))
    }
}

fn unpacked(packed: &[u8]) -> Option<Cow<'static, [u8]>> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut plain).ok()?;
    Some(Cow::Owned(plain))
}

/// A path that can only lie below the site's folder and is meant to be fetched.
fn plain(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/')?;
    let safe = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    let chars = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
    // The packed forms are made by this program's build, always in lower case.
    let packed = matches!(path.rsplit('.').next(), Some("br" | "gz"));
    let meant = path != "assets.json" && !packed;
    (safe && chars && meant && path.contains('.')).then_some(path)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// FNV-1a over the content: a validator, no security.
fn etag(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("\"{hash:016x}-{:x}\"", bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (PathBuf, Site) {
        let folder = std::env::temp_dir().join(format!("steadyline-site-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("pkg")).unwrap();
        for (name, text) in [("pkg/a.1.js", "plain"), ("pkg/a.1.js.br", "packed"), ("assets.json", "{}")] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        (folder.clone(), Site { folder, assets: None })
    }

    #[test]
    #[cfg(not(feature = "embed"))]
    fn files_are_found_and_nothing_beside_them() {
        let (_, site) = site();
        let ask = |path: &str, encoding: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(encoding).unwrap());
            site.answer(&Method::GET, path, &headers)
        };
        let packed = ask("/pkg/a.1.js", "gzip, br;q=0.9").unwrap();
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(packed.headers()[header::CACHE_CONTROL], FOR_EVER);
        let plain = ask("/pkg/a.1.js", "br;q=0").unwrap();
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        for path in
            ["/assets.json", "/pkg/a.1.js.br", "/pkg/../pkg/a.1.js", "//etc/passwd", "/pkg", "/.git/config"]
        {
            assert!(ask(path, "").is_none(), "{path}");
        }
    }
}
