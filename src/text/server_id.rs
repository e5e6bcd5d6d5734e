//! The ids that the OAuth proxy accepts; it answers any other with status 400.

/// The longest id, in bytes.
pub(crate) const LONGEST_ID: usize = 200;

pub(crate) fn is_id_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
}

pub(crate) fn is_server_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len()) && id.chars().all(is_id_character)
}
