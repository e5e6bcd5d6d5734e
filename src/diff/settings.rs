//! What `catproof.toml` says: above all, what it no longer forbids.

use std::collections::BTreeSet;

use crate::catalog::config::{Config, Ignore, Level};
use crate::lint;
use crate::text::profile::Profile;

use super::{Changes, Kind, State, Words, missing};

pub(super) fn compare(before: &State, after: &State, changes: &mut Changes) {
    if before.config_file != after.config_file {
        let words = match (&before.config_file, &after.config_file) {
            (_, Some(file)) => Words::new("the configuration is now ").value(file),
            (_, None) => Words::new("there is no configuration any more"),
        };
        changes.push(Kind::FolderMoved, words);
    }
    let [was, is] = [&before.config, &after.config];
    folders(was, is, changes);
    ignores(was, is, changes);
    levels(was, is, changes);
    destinations(was, is, changes);
    proxy(was, is, changes);
    limits(was, is, changes);
}

fn folders(was: &Config, is: &Config, changes: &mut Changes) {
    let folders = [
        ("catalog", &was.catalog, &is.catalog),
        ("catalog_local", &was.catalog_local, &is.catalog_local),
        ("generated", &was.generated, &is.generated),
    ];
    for (key, was, is) in folders {
        if was != is {
            changes.push(
                Kind::FolderMoved,
                Words::new("")
                    .value(key)
                    .text(" moves from ")
                    .value(was)
                    .text(" to ")
                    .value(is),
            );
        }
    }
    let moved = is
        .artifacts
        .iter()
        .filter(|(artifact, place)| was.artifacts.get(*artifact) != Some(place));
    let back = was
        .artifacts
        .keys()
        .filter(|artifact| !is.artifacts.contains_key(*artifact));
    for (artifact, place) in moved
        .map(|(artifact, place)| (artifact, place.as_str()))
        .chain(back.map(|artifact| (artifact, artifact.as_str())))
    {
        changes.push(
            Kind::FolderMoved,
            Words::new("the artifact ")
                .value(artifact)
                .text(" is now written to ")
                .value(place),
        );
    }
    match (was.profile, is.profile) {
        (Profile::Production, Profile::Development) => changes.push(
            Kind::ProfileWeakened,
            Words::new(
                "the catalog is judged as under development: loopback and tunnels are sound",
            ),
        ),
        (Profile::Development, Profile::Production) => changes.push(
            Kind::ConfigurationTightened,
            Words::new("the catalog is judged as in production"),
        ),
        (Profile::Production, Profile::Production)
        | (Profile::Development, Profile::Development) => {}
    }
}

/// What an ignore covers, without its reason.
fn scope(ignore: &Ignore) -> (String, String, String, String) {
    let pointer = ignore.pointer.as_ref();
    let expires = ignore.expires.as_ref();
    (
        ignore.rule.get_ref().clone(),
        ignore.file.get_ref().clone(),
        pointer.map_or_else(String::new, |pointer| pointer.get_ref().clone()),
        expires.map_or_else(String::new, |day| day.get_ref().0.clone()),
    )
}

fn ignores(was: &Config, is: &Config, changes: &mut Changes) {
    let scopes = |config: &Config| config.ignore.iter().map(scope).collect::<Vec<_>>();
    let [old, new] = [was, is].map(scopes);
    let known: BTreeSet<_> = old.iter().collect();
    for (ignore, covered) in is.ignore.iter().zip(&new) {
        if known.contains(covered) {
            continue;
        }
        let (rule, file, pointer, expires) = covered;
        let mut words = Words::new("findings of ")
            .value(rule)
            .text(" in ")
            .value(format!(
                "{file}{}{pointer}",
                if pointer.is_empty() { "" } else { "#" }
            ))
            .text(" are put up with");
        if !expires.is_empty() {
            words = words.text(" until ").value(expires);
        }
        words = match &ignore.reason {
            Some(reason) => words.text(": ").value(reason.get_ref()),
            None => words.text(", without a reason"),
        };
        changes.push(Kind::IgnoreAdded, words);
    }
    for (rule, file, ..) in missing(&old, &new) {
        changes.push(
            Kind::ConfigurationTightened,
            Words::new("findings of ")
                .value(rule)
                .text(" in ")
                .value(file)
                .text(" are no longer put up with in this way"),
        );
    }
}

fn levels(was: &Config, is: &Config, changes: &mut Changes) {
    let of = |config: &Config, id: &str| config.rules.get(id).copied();
    for rule in lint::RULES {
        let [old, new] = [was, is].map(|config| of(config, rule.id));
        if old == new {
            continue;
        }
        let strength = |level: Option<Level>| match level {
            None => match rule.level {
                crate::source::finding::Severity::Note => 1,
                crate::source::finding::Severity::Warning => 2,
                crate::source::finding::Severity::Error => 3,
            },
            Some(Level::Off) => 0,
            Some(Level::Note) => 1,
            Some(Level::Warning) => 2,
            Some(Level::Error) => 3,
        };
        let name = |level: Option<Level>| match strength(level) {
            0 => "off",
            1 => "note",
            2 => "warning",
            _ => "error",
        };
        let kind = match strength(new).cmp(&strength(old)) {
            std::cmp::Ordering::Less => Kind::RuleLowered,
            std::cmp::Ordering::Greater => Kind::ConfigurationTightened,
            std::cmp::Ordering::Equal => continue,
        };
        changes.push(
            kind,
            Words::new("the level of ")
                .value(rule.id)
                .text(" changes from ")
                .text(name(old))
                .text(" to ")
                .text(name(new)),
        );
    }
}

fn destinations(was: &Config, is: &Config, changes: &mut Changes) {
    match (
        &was.policy.approved_destinations,
        &is.policy.approved_destinations,
    ) {
        (Some(_), None) => changes.push(
            Kind::DestinationApproved,
            Words::new("no destination has to be approved any more: the list is gone"),
        ),
        (None, Some(_)) => changes.push(
            Kind::ConfigurationTightened,
            Words::new("destinations have to be approved"),
        ),
        (Some(old), Some(new)) => {
            let added = missing(new, old);
            if !added.is_empty() {
                changes.push(
                    Kind::DestinationApproved,
                    Words::new("approved as destinations of secrets: ").values(added),
                );
            }
            let removed = missing(old, new);
            if !removed.is_empty() {
                changes.push(
                    Kind::ConfigurationTightened,
                    Words::new("no longer approved as destinations: ").values(removed),
                );
            }
        }
        (None, None) => {}
    }
    let hosts = |config: &Config| {
        let extra = config.proxy.extra_destinations.iter();
        extra.map(|extra| extra.host.clone()).collect::<Vec<_>>()
    };
    let [old, new] = [was, is].map(hosts);
    let known: BTreeSet<&String> = old.iter().collect();
    for extra in is
        .proxy
        .extra_destinations
        .iter()
        .filter(|extra| !known.contains(&extra.host))
    {
        changes.push(
            Kind::ExtraDestinationAdded,
            Words::new("the proxy may send any secret to ")
                .value(&extra.host)
                .text(": ")
                .value(&extra.reason),
        );
    }
    let removed = missing(&old, &new);
    if !removed.is_empty() {
        changes.push(
            Kind::ConfigurationTightened,
            Words::new("no longer allowed beside what the catalog needs: ").values(removed),
        );
    }
}

fn proxy(was: &Config, is: &Config, changes: &mut Changes) {
    let [old, new] = [&was.proxy, &is.proxy];
    let lists = |text: &Option<String>| text.clone().into_iter().collect::<Vec<_>>();
    let settings = [
        (
            "proxy.allowlist",
            lists(&old.allowlist),
            lists(&new.allowlist),
        ),
        ("proxy.url", lists(&old.url), lists(&new.url)),
        (
            "proxy.callback_urls",
            old.callback_urls.clone(),
            new.callback_urls.clone(),
        ),
        (
            "proxy.cors_origins",
            old.cors_origins.clone(),
            new.cors_origins.clone(),
        ),
    ];
    for (key, old, new) in settings {
        if old == new {
            continue;
        }
        let words = Words::new("").value(key);
        let words = if new.is_empty() {
            words.text(" is no longer set")
        } else {
            words.text(" is now ").values(new)
        };
        changes.push(Kind::ProxySettingChanged, words);
    }
}

fn limits(was: &Config, is: &Config, changes: &mut Changes) {
    let limits = [
        ("max_file_bytes", was.max_file_bytes, is.max_file_bytes),
        (
            "probe.max_age_days",
            u64::from(was.probe.max_age_days),
            u64::from(is.probe.max_age_days),
        ),
    ];
    for (key, old, new) in limits {
        let kind = match new.cmp(&old) {
            std::cmp::Ordering::Equal => continue,
            std::cmp::Ordering::Greater => Kind::LimitRaised,
            std::cmp::Ordering::Less => Kind::ConfigurationTightened,
        };
        changes.push(
            kind,
            Words::new("")
                .value(key)
                .text(" changes from ")
                .value(old.to_string())
                .text(" to ")
                .value(new.to_string()),
        );
    }
}
