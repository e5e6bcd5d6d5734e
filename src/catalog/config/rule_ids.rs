//! The ids that a rule may be named by, in the configuration and on the command line.

use crate::text::suggest;

/// The ids of the rules. A configuration is read with them, since the rules themselves stand in a room below.
#[derive(Debug, Clone)]
pub struct RuleIds {
    pub current: Vec<&'static str>,
    /// The ids that rules had before: old, new. An old one works for good.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// A rule that somebody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedRule {
    pub id: &'static str,
    /// The id that was given, where it is an old one.
    old_id: Option<&'static str>,
}

impl RuleIds {
    /// The rule with this id, or that had it before it was renamed.
    pub fn resolve(&self, id: &str) -> Option<NamedRule> {
        let find = |id: &str| self.current.iter().find(|known| **known == id).copied();
        if let Some(id) = find(id) {
            return Some(NamedRule { id, old_id: None });
        }
        let (old_id, new_id) = self.renamed.iter().find(|(old_id, _)| *old_id == id)?;
        Some(NamedRule { id: find(new_id)?, old_id: Some(old_id) })
    }

    /// What to write in the place of an id that no rule has.
    pub fn suggestion(&self, id: &str) -> Option<String> {
        let nearest = suggest::nearest(id, self.current.iter().copied())?;
        Some(format!("did you mean `{nearest}`?"))
    }
}

impl NamedRule {
    /// What to tell somebody who used an old id.
    pub fn notice(self) -> Option<String> {
        let old_id = self.old_id?;
        Some(format!("`{old_id}` is called `{}` now", self.id))
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
            Some("`http-url` is called `plaintext-url` now")
        );
        let current = ids.resolve("plaintext-url");
        assert!(current.is_some_and(|named| named.notice().is_none()));
        assert!(ids.resolve("gone").is_none());
    }
}
