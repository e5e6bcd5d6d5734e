//! The names of environment variables.

/// Whether a POSIX shell can set this variable: letters, digits and `_`, not starting with a digit.
pub(crate) fn is_posix(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// The POSIX form of a name: upper case, with `_` for every character that a POSIX name cannot contain.
pub(crate) fn alias(name: &str) -> String {
    let is_other = |character: char| !character.is_ascii_alphanumeric();
    let alias = name.to_ascii_uppercase().replace(is_other, "_");
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
