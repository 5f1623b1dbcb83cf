//! Legal texts: what is read of Markdown are headings, lists and paragraphs. All else is text, never HTML.

use serde::{Deserialize, Serialize};

/// Which text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct LegalPath {
    /// `imprint` for `app/legal/imprint.md`.
    pub name: String,
}

/// A text as the operator wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegalText {
    /// Its first heading, else its name.
    pub title: String,
    pub text: String,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    List(Vec<String>),
    /// With its line breaks: an address is one.
    Paragraph(String),
}

/// The name in `legal/NAME.md` or `legal/NAME.txt`.
pub(super) fn name(inner: &str) -> Option<String> {
    let file = inner.strip_prefix("legal/")?;
    let name = file.strip_suffix(".md").or_else(|| file.strip_suffix(".txt"))?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    ((1..=40).contains(&name.len()) && name.bytes().all(plain)).then(|| name.to_owned())
}

/// What a text calls itself.
pub fn title(text: &str) -> Option<&str> {
    lines(text).next().and_then(heading)
}

/// From the first that says anything; some editors put a mark of their own (BOM) before it.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}').lines().map(str::trim).skip_while(|line| line.is_empty())
}

fn heading(line: &str) -> Option<&str> {
    let words = line.strip_prefix('#')?.trim_start_matches('#');
    words.strip_prefix(' ').map(str::trim).filter(|words| !words.is_empty())
}

fn item(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).map(str::trim)
}

/// The parts of a text after its title.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut out = Vec::new();
    // Whether the next line may go on with the last part.
    let mut open = false;
    let mut lines = lines(text).peekable();
    if lines.peek().is_some_and(|line| heading(line).is_some()) {
        lines.next();
    }
    for line in lines {
        if line.is_empty() {
            open = false;
            continue;
        }
        match (heading(line), item(line), out.last_mut().filter(|_| open)) {
            (Some(words), ..) => out.push(Block::Heading(words.to_owned())),
            (_, Some(words), Some(Block::List(items))) => items.push(words.to_owned()),
            (_, Some(words), _) => out.push(Block::List(vec![words.to_owned()])),
            (.., Some(Block::Paragraph(words))) => {
                words.push('\n');
                words.push_str(line);
            }
            _ => out.push(Block::Paragraph(line.to_owned())),
        }
        open = true;
    }
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("\u{feff}# Imprint", Some("Imprint"))]
    #[case("\n\n# Imprint\nx", Some("Imprint"))]
    #[case("## Imprint ", Some("Imprint"))]
    #[case("#Imprint", None)]
    #[case("# ", None)]
    #[case("Words\n# Imprint", None)]
    #[case("", None)]
    fn titles(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(title(text), expected);
    }

    #[test]
    fn a_text_has_parts() {
        let text =
            "# Imprint\n\nAnna Example\r\nMain Street 1\n\n## Contact\nby <b>mail</b>\n- a\n* b\n\n- c\n#x";
        let text_of = |text: &str| Block::Paragraph(text.to_owned());
        assert_eq!(
            blocks(text),
            [
                text_of("Anna Example\nMain Street 1"),
                Block::Heading("Contact".to_owned()),
                text_of("by <b>mail</b>"),
                Block::List(vec!["a".to_owned(), "b".to_owned()]),
                Block::List(vec!["c".to_owned()]),
                text_of("#x"),
            ]
        );
        assert_eq!(blocks("\n"), []);
    }
}
