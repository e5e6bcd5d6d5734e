//! The names of environment variables.

/// Whether POSIX shells can set the name: letters, digits and `_`, and no digit first.
pub(crate) fn is_posix(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// The name for whoever can set POSIX names alone: upper case, with `_` for whatever a POSIX name cannot hold.
pub(crate) fn alias(name: &str) -> String {
    let alias: String =
        name.chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' }
            })
            .collect();
    if alias.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{alias}")
    } else {
        alias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_and_underscores_make_a_name() {
        for name in ["A", "_", "a1", "ACME_TOKEN_2"] {
            assert!(is_posix(name), "{name}");
        }
        for name in ["", "1A", "A-B", "A B", "A.B", "Ä", "A=B", "${A}"] {
            assert!(!is_posix(name), "{name}");
        }
    }
}
