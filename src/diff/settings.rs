//! Changes of `catproof.toml`, above all of what it no longer forbids.

use std::cmp::Ordering;

use crate::catalog::config::{Config, Ignore};
use crate::lint;
use crate::source::finding::Severity;
use crate::text::profile::Profile;

use super::{CatalogState, ChangeList, Kind, Piece, only_in, sentence};

use SettingComparer::{Custom, Folder, Limit, Proxy};

/// How a setting is compared.
enum SettingComparer {
    /// By a function that tells weaker from stricter.
    Custom(fn(&Config, &Config, &mut ChangeList)),
    /// Any difference is `folder-moved`.
    Folder(fn(&Config) -> &str),
    /// Any difference is `proxy-setting-changed`. An optional value is compared as a list of none or one.
    Proxy(fn(&Config) -> &[String]),
    /// A higher value is `limit-raised`, a lower one `configuration-tightened`.
    Limit(fn(&Config) -> u64),
}

/// Each setting by its JSON Pointer. A row also covers everything nested below its setting.
static SETTINGS: &[(&str, SettingComparer)] = &[
    ("/catalog", Folder(|config| &config.catalog)),
    ("/catalog_local", Folder(|config| &config.catalog_local)),
    ("/generated", Folder(|config| &config.generated)),
    ("/artifacts", Custom(artifacts)),
    ("/profile", Custom(profile)),
    ("/ignore", Custom(ignores)),
    ("/rules", Custom(levels)),
    ("/policy/approved_destinations", Custom(approved_destinations)),
    ("/proxy/extra_destinations", Custom(extra_destinations)),
    ("/proxy/allowlist", Proxy(|config| config.proxy.allowlist.as_slice())),
    ("/proxy/url", Proxy(|config| config.proxy.url.as_slice())),
    ("/proxy/callback_urls", Proxy(|config| &config.proxy.callback_urls)),
    ("/proxy/posix_aliases", Proxy(|config| &config.proxy.posix_aliases)),
    ("/proxy/cors_origins", Proxy(|config| &config.proxy.cors_origins)),
    ("/max_file_bytes", Limit(|config| config.max_file_bytes)),
    ("/probe/max_age_days", Limit(|config| u64::from(config.probe.max_age_days))),
];

pub(super) fn compare(before: &CatalogState, after: &CatalogState, changes: &mut ChangeList) {
    if before.config_file != after.config_file {
        let sentence = match &after.config_file {
            Some(file) => sentence!("the configuration is now {}", file),
            None => sentence!("the configuration is removed"),
        };
        changes.push(Kind::FolderMoved, sentence);
    }
    let [old, new] = [&before.config, &after.config];
    for (pointer, comparer) in SETTINGS {
        let key = pointer.trim_start_matches('/').replace('/', ".");
        match comparer {
            Custom(compare) => compare(old, new, changes),
            Folder(folder) if folder(old) != folder(new) => changes.push(
                Kind::FolderMoved,
                sentence!("{} moves from {} to {}", key, folder(old), folder(new)),
            ),
            Proxy(values) if values(old) != values(new) => {
                let sentence = match values(new) {
                    [] => sentence!("{} is no longer set", key),
                    values => sentence!("{} is now {}", key, values),
                };
                changes.push(Kind::ProxySettingChanged, sentence);
            }
            Limit(limit) if limit(old) != limit(new) => {
                let [old, new] = [old, new].map(limit);
                let kind = if new > old { Kind::LimitRaised } else { Kind::ConfigurationTightened };
                let [old, new] = [old, new].map(|limit| limit.to_string());
                changes.push(kind, sentence!("{} changes from {} to {}", key, old, new));
            }
            Folder(_) | Proxy(_) | Limit(_) => {}
        }
    }
}

fn artifacts(old: &Config, new: &Config, changes: &mut ChangeList) {
    let relocated = new.artifacts.iter();
    let relocated =
        relocated.filter(|(artifact, place)| old.artifacts.get(*artifact) != Some(place));
    // Without an override an artifact goes to its own path, which is the key.
    let reset = old.artifacts.keys().map(|artifact| (artifact, artifact));
    let reset = reset.filter(|(artifact, _)| !new.artifacts.contains_key(*artifact));
    for (artifact, place) in relocated.chain(reset) {
        let sentence = sentence!("the artifact {} is now written to {}", artifact, place);
        changes.push(Kind::FolderMoved, sentence);
    }
}

fn profile(old: &Config, new: &Config, changes: &mut ChangeList) {
    match (old.profile, new.profile) {
        (Profile::Production, Profile::Development) => changes.push(
            Kind::ProfileWeakened,
            sentence!("the catalog is now checked under the development profile, which accepts loopback and tunnels"),
        ),
        (Profile::Development, Profile::Production) => changes.push(
            Kind::ConfigurationTightened,
            sentence!("the catalog is now checked under the production profile"),
        ),
        (Profile::Production, Profile::Production)
        | (Profile::Development, Profile::Development) => {}
    }
}

/// What an ignore covers, without its reason: rule, file, pointer and last day.
fn covered(ignore: &Ignore) -> [&str; 4] {
    let pointer = ignore.pointer.as_ref();
    let expires = ignore.expires.as_ref();
    [
        ignore.rule.get_ref(),
        ignore.file.get_ref(),
        pointer.map_or("", |pointer| pointer.get_ref()),
        expires.map_or("", |day| &day.get_ref().0),
    ]
}

fn ignores(old: &Config, new: &Config, changes: &mut ChangeList) {
    let [covered_before, covered_now] =
        [old, new].map(|config| config.ignore.iter().map(covered).collect::<Vec<_>>());
    for ignore in new.ignore.iter().filter(|ignore| !covered_before.contains(&covered(ignore))) {
        let [rule, file, pointer, expires] = covered(ignore);
        let separator = if pointer.is_empty() { "" } else { "#" };
        let place = format!("{file}{separator}{pointer}");
        let accepted = match expires {
            "" => sentence!("findings of {} in {} are now ignored", rule, place),
            day => sentence!("findings of {} in {} are now ignored until {}", rule, place, day),
        };
        let sentence = match &ignore.reason {
            Some(reason) => sentence!("{}: {}", accepted, reason.get_ref()),
            None => sentence!("{}, without a reason", accepted),
        };
        changes.push(Kind::IgnoreAdded, sentence);
    }
    for [rule, file, ..] in only_in(&covered_before, &covered_now) {
        let template = "an ignore of {} in {} is removed";
        changes.push(Kind::ConfigurationTightened, sentence!(template, *rule, *file));
    }
}

fn levels(old: &Config, new: &Config, changes: &mut ChangeList) {
    for rule in lint::RULES {
        // `None`, which is `off`, is less than any severity.
        let [old, new] = [old, new].map(|config| {
            let level = config.rules.get(rule.id);
            level.map_or(Some(rule.level), |level| level.severity())
        });
        let kind = match new.cmp(&old) {
            Ordering::Less => Kind::RuleLowered,
            Ordering::Greater => Kind::ConfigurationTightened,
            Ordering::Equal => continue,
        };
        let [old, new] = [old, new].map(|level| Piece::Text(level.map_or("off", Severity::name)));
        let template = "the level of {} changes from {} to {}";
        changes.push(kind, sentence!(template, rule.id, old, new));
    }
}

fn approved_destinations(old: &Config, new: &Config, changes: &mut ChangeList) {
    let [old, new] = [old, new].map(|config| config.policy.approved_destinations.as_deref());
    match (old, new) {
        (Some(_), None) => changes.push(
            Kind::DestinationApproved,
            sentence!("destinations no longer need approval: the list is removed"),
        ),
        (None, Some(_)) => {
            changes.push(Kind::ConfigurationTightened, sentence!("destinations now need approval"));
        }
        (Some(old), Some(new)) => {
            let template = "approved as destinations of secrets: {}";
            changes.push_all(Kind::DestinationApproved, template, only_in(new, old));
            let template = "no longer approved as destinations: {}";
            changes.push_all(Kind::ConfigurationTightened, template, only_in(old, new));
        }
        (None, None) => {}
    }
}

fn extra_destinations(old: &Config, new: &Config, changes: &mut ChangeList) {
    let [old, new] = [old, new].map(|config| &config.proxy.extra_destinations);
    let [hosts_before, hosts_now] =
        [old, new].map(|extras| extras.iter().map(|extra| &extra.host).collect::<Vec<_>>());
    for extra in new.iter().filter(|extra| !hosts_before.contains(&&extra.host)) {
        let template = "the proxy may send any secret to {}: {}";
        let sentence = sentence!(template, &extra.host, &extra.reason);
        changes.push(Kind::ExtraDestinationAdded, sentence);
    }
    let removed = only_in(&hosts_before, &hosts_now).into_iter().copied();
    let template = "extra destinations removed: {}";
    changes.push_all(Kind::ConfigurationTightened, template, removed);
}

#[cfg(test)]
mod tests {
    use crate::diff::fields::tests::check_rows;

    use super::*;

    #[test]
    fn each_setting_has_a_row() {
        let pointers: Vec<&str> = SETTINGS.iter().map(|(pointer, _)| *pointer).collect();
        check_rows::<Config>(&pointers);
    }
}
