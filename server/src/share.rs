//! The shared page's face to other programs: the tags that name it, and its picture.
//!
//! Drawing costs some ten milliseconds of a core and asks for no device, so few are drawn at a time; caches may keep
//! what was drawn for an hour, which is how long a deleted result may still be seen in them.

use std::sync::Arc;

use anyhow::Context;
use app::{api::TransportHandle, preview};
use axum::{
    extract::Request,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use backend::{AppError, AppResult, AppState, http::Client};
use domain::{
    ApiError, ErrorCode,
    measurements::{FIND_SHARED_RESULT, MeasurementResult, SharedPath},
};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};
use tokio::sync::Semaphore;

use crate::site::Site;

/// Pictures drawn at the same time; speed tests share these cores.
static DRAWING: Semaphore = Semaphore::const_new(1);
/// An hour.
const KEEP: &str = "public, max-age=3600";

/// What of a path is the shared page's: its id, and whether its picture is meant.
pub fn shared_path(path: &str) -> Option<(&str, bool)> {
    let rest = path.strip_prefix("/share/")?;
    let (id, picture) = match rest.strip_suffix("/preview.png") {
        Some(id) => (id, true),
        None => (rest, false),
    };
    (!id.is_empty() && !id.contains('/')).then_some((id, picture))
}

/// The tags of a shared result; none for one that is not there.
pub async fn tags(transport: &TransportHandle, id: &str, origin: &str) -> Option<preview::Preview> {
    let result = find(transport, id).await.ok()?;
    Some(preview::Preview::new(&result, format!("{origin}/share/{id}")))
}

/// The origin under which residents see this server: the operator's, else the request's own.
pub fn origin(state: &AppState, request: &Request, client: &Client) -> String {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if client.https { "https" } else { "http" };
    state.config.http.public_url.clone().unwrap_or_else(|| format!("{scheme}://{host}"))
}

/// The picture, lettered with the font of the built site: the server's machine may have none.
pub async fn picture(transport: &TransportHandle, site: &Site, id: &str) -> AppResult<Response> {
    let result = find(transport, id).await?;
    let font = site.font().context("the built site has no font: run `cargo xtask build`")?.into_owned();
    let _turn = DRAWING.acquire().await.context("wait for a turn to draw")?;
    let drawn = tokio::task::spawn_blocking(move || png(&preview::card(&result), font)).await;
    let png = drawn.context("draw the preview")??;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, KEEP),
        // It is made to be shown by others.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    Ok((headers, png).into_response())
}

async fn find(transport: &TransportHandle, id: &str) -> Result<MeasurementResult, AppError> {
    let call = FIND_SHARED_RESULT.call(&SharedPath { id: id.to_owned() })?;
    let (status, body) = transport.0.send(call).await?;
    if status == 200 {
        return Ok(serde_json::from_slice(&body).context("read a shared result")?);
    }
    let unreadable = || ApiError::new(ErrorCode::from_status(status), "The result could not be read.");
    Err(serde_json::from_slice(&body).unwrap_or_else(|_| unreadable()).into())
}

fn png(svg: &str, font: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut fonts = Database::new();
    fonts.load_font_data(font);
    let options = Options { fontdb: Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(svg, &options).context("read the drawing")?;
    let mut pixels = Pixmap::new(preview::WIDTH, preview::HEIGHT).context("make room for the picture")?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().context("pack the picture")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shared_page_and_its_picture_are_told_apart() {
        assert_eq!(shared_path("/share/abc"), Some(("abc", false)));
        assert_eq!(shared_path("/share/abc/preview.png"), Some(("abc", true)));
        for path in ["/share/", "/share", "/share//preview.png", "/share/a/b", "/shared/abc", "/"] {
            assert_eq!(shared_path(path), None, "{path}");
        }
    }
}
