//! Keeps secrets out of output: every form in which a value that must not be shown could appear.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// What stands in the place of a secret.
const MASKED: &str = "[masked]";

/// Shorter values are words rather than secrets; masking them would hide half of every text.
const SHORTEST: usize = 4;

/// The values that no output shows.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    /// Longest first, so that a secret that contains another one is masked whole.
    forms: Vec<String>,
}

impl Mask {
    /// Masks each secret as it is, as JSON writes it, and as a URL writes it.
    pub fn new(secrets: &[String]) -> Self {
        let mut forms = BTreeSet::new();
        for secret in secrets
            .iter()
            .map(|secret| secret.trim())
            .filter(|secret| secret.len() >= SHORTEST)
        {
            let json = serde_json::to_string(secret).unwrap_or_default();
            let json = json.trim_matches('"');
            let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            forms.insert(json.replace('/', "\\/"));
            forms.insert(json.to_owned());
            forms.insert(url.replace('+', "%20"));
            forms.insert(url);
            forms.insert(secret.to_owned());
        }
        let mut forms: Vec<String> = forms.into_iter().collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self { forms }
    }

    /// The text with every secret masked.
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for form in &self.forms {
            if masked.contains(form.as_str()) {
                masked = Cow::Owned(masked.replace(form.as_str(), MASKED));
            }
        }
        masked
    }
}
