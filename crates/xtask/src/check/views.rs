//! What views may not do: the content security policy knows no inline style, so one would be blocked in the browser only.

use std::fs;

use anyhow::ensure;

use crate::{paths, stamp};

/// Everything in `app`, told at once.
pub fn check() -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    for file in stamp::list(&[paths::root().join("app/src")])? {
        let name = file.strip_prefix(paths::root())?.to_string_lossy().into_owned();
        let text = fs::read_to_string(&file)?;
        wrong.extend(
            text.lines()
                .enumerate()
                .filter(|(_, line)| is_inline_style(line))
                .map(|(i, _)| format!("{name}:{}", i + 1)),
        );
    }
    ensure!(wrong.is_empty(), "inline style (use a class): {}", wrong.join(", "));
    Ok(())
}

/// An attribute has its `=` beside it, which rustfmt never leaves so in an assignment.
fn is_inline_style(line: &str) -> bool {
    let code = line.trim_start();
    let property = |rest: &str| {
        let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
        !name.is_empty() && rest[name.len()..].starts_with('=') && !rest[name.len()..].starts_with("==")
    };
    let attribute = |word: &str| word.starts_with("style=") && !word.starts_with("style==");
    let words = || code.split([' ', '<']);
    !code.starts_with("//")
        && (code.contains("<style>")
            || words().any(|w| attribute(w) || w.strip_prefix("style:").is_some_and(property)))
}

#[cfg(test)]
mod tests {
    use super::is_inline_style;

    #[test]
    fn tells_style_from_words() {
        for line in ["<p style=\"x\">", "  style:width=x", "<style>"] {
            assert!(is_inline_style(line), "{line}");
        }
        for line in [
            "// no style= here",
            "let style = 3;",
            "fn f(style: Style)",
            "if style == 3 {",
            "<p class=\"style\">",
            "stylesheet=1",
        ] {
            assert!(!is_inline_style(line), "{line}");
        }
    }
}
