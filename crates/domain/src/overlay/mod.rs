//! What an operator lays over the product: a logo, a style sheet, legal texts, a list of providers. Never the program.
//!
//! Surprising rule: what a member may be is decided by its exact name ([`kind`]); everything else is refused by its name
//! and with what would mend it, so that nothing is left out in silence.

mod legal;

use serde::{Deserialize, Serialize};

pub use legal::{Block, LegalPath, LegalText, blocks, title};

use crate::endpoint::{Endpoint, EndpointInfo};

/// What lies over the product now.
pub const GET_OVERLAY: Endpoint<(), Overlay> = Endpoint::get("get_overlay", "/api/admin/overlay");
/// Lays a ZIP over, all of it or nothing; what lay there before is kept. The body is the ZIP.
pub const IMPORT_OVERLAY: Endpoint<(), Overlay> = Endpoint::post("import_overlay", "/api/admin/overlay");
/// Puts back what lay there before, or nothing.
pub const UNDO_OVERLAY: Endpoint<(), Overlay> = Endpoint::delete("undo_overlay", "/api/admin/overlay");
/// A legal text, for everybody.
pub const GET_LEGAL_TEXT: Endpoint<LegalPath, LegalText> =
    Endpoint::get("get_legal_text", "/api/legal/{name}");

/// All of this slice's endpoints.
pub const ENDPOINTS: &[EndpointInfo] =
    &[GET_OVERLAY.info(), IMPORT_OVERLAY.info(), UNDO_OVERLAY.info(), GET_LEGAL_TEXT.info()];

/// Members of one overlay.
pub const MOST_MEMBERS: usize = 64;
/// Bytes of its ZIP.
pub const MOST_PACKED: usize = 4 << 20;
/// Bytes of all its members together.
pub const MOST_UNPACKED: u64 = 8 << 20;
/// Text and drawings pack to a tenth; a hundredth is a bomb.
pub const MOST_RATIO: u64 = 100;
/// Below this the ratio says nothing: a short file of one letter packs well too.
pub const RATIO_FROM: u64 = 64 << 10;

/// What lies over the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overlay {
    /// Empty when nothing does.
    pub members: Vec<OverlayMember>,
    /// Undoing puts another overlay back; without, it removes the present one.
    pub has_previous: bool,
}

/// A file of an overlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OverlayMember {
    pub name: String,
    /// In bytes.
    pub size: u64,
}

/// What every page shows of an overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// The logo's address.
    pub logo: Option<String>,
    /// The style sheet's address.
    pub css: Option<String>,
    /// Name and title of each legal text.
    pub legal: Vec<(String, String)>,
}

/// What a member is; each is there once at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Logo,
    Css,
    Isps,
    /// A text at `/legal/{name}`.
    Legal(String),
}

/// What a member of this name is, or why it is refused and what to do.
pub fn kind(name: &str) -> Result<Kind, &'static str> {
    if name.contains('\\') {
        return Err("its name has a backslash; pack it with forward slashes");
    }
    if name.starts_with('/') || name.as_bytes().get(1) == Some(&b':') {
        return Err("its path is absolute; pack it as app/…");
    }
    if name.split('/').any(|part| part == "..") {
        return Err("its path leads out of its folder (..); pack it as app/…");
    }
    if name.ends_with('/') {
        return Err("it is a folder; pack files alone (zip -D)");
    }
    let Some(inner) = name.strip_prefix("app/") else {
        return Err("it does not lie under app/; move it there or leave it out");
    };
    match inner {
        "logo.svg" | "logo.png" => Ok(Kind::Logo),
        "extra.css" => Ok(Kind::Css),
        "isps.toml" => Ok(Kind::Isps),
        _ => legal::name(inner).map(Kind::Legal).ok_or(
            "it is none of app/logo.svg, app/logo.png, app/extra.css, app/isps.toml, app/legal/NAME.md and \
             app/legal/NAME.txt (NAME: a-z, 0-9, -); rename it or leave it out",
        ),
    }
}

/// Why the bytes of a member are refused; `None`: they are what its name says.
///
/// A drawing with a script is none of our concern: as an image it runs nothing, and its own address is served under a
/// policy that lets nothing run.
pub fn refuse(name: &str, bytes: &[u8]) -> Option<&'static str> {
    let extension = name.rsplit('.').next();
    if extension == Some("png") {
        // PNG §5.2.
        let png = bytes.starts_with(b"\x89PNG\r\n\x1a\n");
        return (!png).then_some("it is no PNG; save it as one");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("it is no UTF-8 text; save it as UTF-8") };
    (extension == Some("svg") && !text.contains("<svg")).then_some("it is no SVG; save it as one")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("app/logo.svg", Ok(Kind::Logo))]
    #[case("app/logo.png", Ok(Kind::Logo))]
    #[case("app/extra.css", Ok(Kind::Css))]
    #[case("app/isps.toml", Ok(Kind::Isps))]
    #[case("app/legal/imprint.md", Ok(Kind::Legal("imprint".into())))]
    #[case("app/legal/privacy-2.txt", Ok(Kind::Legal("privacy-2".into())))]
    #[case("app\\logo.svg", Err("backslash"))]
    #[case("/app/logo.svg", Err("absolute"))]
    #[case("c:/app/logo.svg", Err("absolute"))]
    #[case("app/../logo.svg", Err("leads out"))]
    #[case("..", Err("leads out"))]
    #[case("app/legal/", Err("folder"))]
    #[case("app/", Err("folder"))]
    #[case("logo.svg", Err("under app/"))]
    #[case("APP/logo.svg", Err("under app/"))]
    #[case("app/steadyline", Err("none of"))]
    #[case("app/legal/Imprint.md", Err("none of"))]
    #[case("app/legal/a/b.md", Err("none of"))]
    #[case("app/legal/.md", Err("none of"))]
    #[case("app/legal/imprint.html", Err("none of"))]
    #[case("app/logo.svg/x", Err("none of"))]
    #[case("app/./logo.svg", Err("none of"))]
    #[case("app/logo.svg\0", Err("none of"))]
    #[case("", Err("under app/"))]
    fn names(#[case] name: &str, #[case] expected: Result<Kind, &str>) {
        match (kind(name), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[rstest]
    #[case("app/logo.png", b"\x89PNG\r\n\x1a\n..", None)]
    #[case("app/logo.png", b"<svg/>", Some("PNG"))]
    #[case("app/logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", None)]
    #[case("app/logo.svg", b"hello", Some("SVG"))]
    #[case("app/extra.css", b".brand { color: red }", None)]
    #[case("app/extra.css", &[0xff], Some("UTF-8"))]
    fn bytes_are_what_their_name_says(#[case] name: &str, #[case] bytes: &[u8], #[case] why: Option<&str>) {
        let refused = refuse(name, bytes);
        assert_eq!(refused.is_some(), why.is_some(), "{refused:?}");
        assert!(refused.unwrap_or_default().contains(why.unwrap_or_default()), "{refused:?}");
    }
}
