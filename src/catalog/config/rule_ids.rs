//! The ids that name a rule in the configuration and on the command line.

use crate::text::suggest;

/// The ids of all rules, passed in because the rules themselves are defined in a later room.
#[derive(Debug, Clone)]
pub struct RuleIds {
    pub current: Vec<&'static str>,
    /// Pairs of an old id and the current one. An old id keeps working.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// A resolved rule id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedRule {
    pub id: &'static str,
    /// The given id, if it is an old one.
    old_id: Option<&'static str>,
}

impl RuleIds {
    /// Finds the rule by its current or an old id.
    pub fn resolve(&self, id: &str) -> Option<NamedRule> {
        let find = |id: &str| self.current.iter().find(|known| **known == id).copied();
        if let Some(id) = find(id) {
            return Some(NamedRule { id, old_id: None });
        }
        let (old_id, new_id) = self.renamed.iter().find(|(old_id, _)| *old_id == id)?;
        Some(NamedRule { id: find(new_id)?, old_id: Some(old_id) })
    }

    /// Help for an id that no rule has.
    pub fn suggestion(&self, id: &str) -> Option<String> {
        let nearest = suggest::nearest(id, self.current.iter().copied())?;
        Some(format!("did you mean `{nearest}`?"))
    }
}

impl NamedRule {
    /// The message for an old id.
    pub fn notice(self) -> Option<String> {
        let old_id = self.old_id?;
        Some(format!("`{old_id}` was renamed to `{}`", self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_rule_is_found_under_its_old_id_and_says_so() {
        let ids = RuleIds {
            current: vec!["plaintext-url"],
            renamed: &[("http-url", "plaintext-url"), ("gone", "nothing")],
        };
        let named = ids.resolve("http-url");
        assert_eq!(named.map(|named| named.id), Some("plaintext-url"));
        assert_eq!(
            named.and_then(NamedRule::notice).as_deref(),
            Some("`http-url` was renamed to `plaintext-url`")
        );
        let current = ids.resolve("plaintext-url");
        assert!(current.is_some_and(|named| named.notice().is_none()));
        assert!(ids.resolve("gone").is_none());
    }
}
