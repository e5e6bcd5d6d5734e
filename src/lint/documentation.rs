//! A rule's documentation, taken from its doc comment.

/// The `///` lines above `pub(crate) static RULE`, as Markdown.
pub(super) fn harvest(source: &str) -> String {
    let mut lines = Vec::new();
    for line in source.lines() {
        match line.strip_prefix("///") {
            Some(text) => lines.push(text.strip_prefix(' ').unwrap_or(text)),
            None if line.starts_with("pub(crate) static RULE") => break,
            None => lines.clear(),
        }
    }
    lines.join("\n")
}

/// The first sentence under the first heading, on one line.
pub(super) fn summary(markdown: &str) -> String {
    let paragraph: Vec<&str> = markdown
        .lines()
        .skip_while(|line| line.starts_with('#') || line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    match paragraph.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => paragraph,
    }
}
