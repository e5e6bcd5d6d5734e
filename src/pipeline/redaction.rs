//! What the output of a run must not show, and the names that it must show even if a secret looks like them.
//!
//! Findings name the secrets, and one redactor for the run learns them here. A file that is broken or not a manifest is
//! searched for secrets when its text is shown.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::manifest::model::Manifest;
use crate::manifest::schema;
use crate::source::{FileId, Sources};
use crate::text::secrets::redactor::Redactor;
use crate::text::secrets::secret_search::find_secrets;

use super::{Judged, JudgedTarget};

/// The redactor of a run.
#[derive(Debug, Default)]
pub struct Redaction {
    pub redactor: Redactor,
    /// The manifests whose secrets the findings name.
    readable: BTreeSet<FileId>,
}

impl Redaction {
    /// For files that no rule has read.
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor, readable: BTreeSet::new() }
    }

    /// `shown`, a part of a file's text, as output may show it.
    pub fn apply_to_file(&self, file: FileId, name: &str, text: &str, shown: &str) -> String {
        let shown = self.redactor.apply(shown);
        let own = self.of_file(file, name, text);
        own.map_or_else(|| shown.to_string(), |own| own.apply(&shown).into_owned())
    }

    /// Hides the secrets that are found by searching a file's text; `None` if the findings name them or there are none.
    pub fn of_file(&self, file: FileId, name: &str, text: &str) -> Option<Redactor> {
        if self.readable.contains(&file) {
            return None;
        }
        let secrets = find_secrets(text);
        if secrets.is_empty() {
            return None;
        }
        let mut names = MANIFEST_KEYS.clone();
        names.extend(names_of(text));
        names.insert(name.to_owned());
        Some(Redactor::with_exempt_names(&secrets, names.iter().map(String::as_str)))
    }
}

/// The redaction of judged targets.
pub(crate) fn redaction(targets: &[JudgedTarget], sources: &Sources) -> Redaction {
    let judged: Vec<&Judged> = targets.iter().map(|target| &target.judged).collect();
    redaction_of(&judged, sources, None)
}

/// The redaction of judged catalogs whose files are shown, and of another state that they are compared with.
pub fn redaction_of(
    shown: &[&Judged],
    sources: &Sources,
    other: Option<(&Judged, &Sources)>,
) -> Redaction {
    let files = shown.iter().flat_map(|judged| &judged.entries);
    let mut readable: BTreeSet<FileId> = files.map(|entry| entry.file).collect();
    for file in shown.iter().flat_map(|judged| &judged.broken_files) {
        readable.remove(file);
    }
    let states = shown.iter().map(|judged| (*judged, sources));
    let states: Vec<(&Judged, &Sources)> = states.chain(other).collect();
    let secrets = states.iter().flat_map(|(judged, _)| judged.secrets.values());
    let secrets: Vec<String> = secrets.flatten().cloned().collect();
    if secrets.is_empty() {
        return Redaction { redactor: Redactor::default(), readable };
    }
    let mut names = MANIFEST_KEYS.clone();
    for (judged, sources) in &states {
        names.extend(sources.names().map(str::to_owned));
        for file in judged.secrets.keys() {
            let text = sources.read(*file, u64::MAX).unwrap_or_default();
            names.extend(names_of(&text));
        }
        for entry in &judged.entries {
            let hosts = entry.destinations.known().iter();
            let hosts = hosts.map(|destination| destination.host.as_str());
            let names_of_entry = hosts.chain([entry.id.as_str(), entry.stem.as_ref()]);
            names.extend(names_of_entry.map(str::to_owned));
        }
    }
    Redaction {
        redactor: Redactor::with_exempt_names(&secrets, names.iter().map(String::as_str)),
        readable,
    }
}

/// The names that a manifest gives to things, which output must show: variables, inputs and URLs.
fn names_of(text: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Vec::new();
    };
    let members = |pointer: &str| {
        let members = value.pointer(pointer).and_then(Value::as_object);
        members.into_iter().flatten()
    };
    let keys = members("/server/env").chain(members("/user_config"));
    let urls = ["/server/url", "/remote_url"].map(|pointer| value.pointer(pointer));
    let of_oauth = members("/oauth_config").map(|(_, value)| value);
    let urls = urls.into_iter().flatten().chain(of_oauth);
    let urls = urls.filter_map(Value::as_str);
    keys.map(|(key, _)| key.as_str())
        .chain(urls.filter(|url| url.contains("://")))
        .map(str::to_owned)
        .collect()
}

/// The keys of a manifest, gathered once: every broken file needs them.
static MANIFEST_KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut known = BTreeSet::new();
    keys(schema::of::<Manifest>().as_value(), &mut known);
    known
});

/// The keys that a schema knows.
fn keys(schema: &Value, known: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                known.extend(properties.keys().cloned());
            }
            members.values().for_each(|member| keys(member, known));
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, known)),
        _ => {}
    }
}
