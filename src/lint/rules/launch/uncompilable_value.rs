use crate::compile::plan::LeftOutReason;
use crate::compile::{self, grammar};
use crate::lint::rules::UNUSABLE_URL;
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield};
use crate::source::finding::{Place, Severity};
use crate::source::{Origin, Pointer};
use crate::text::profile::Profile;

/// ## What it does
/// Reports a value that no artifact may hold: `build` would leave its server out.
///
/// ## Why is this bad?
/// Whoever reads the artifacts, a shell, Docker or the proxy, would take the value for something else, so it is never written
/// down. Without a server that is in the catalog, the artifacts are not what was reviewed.
///
/// ## Example
/// ```json
/// { "display_name": "Acme (REDACTED)" }
/// ```
///
/// Use instead:
/// ```json
/// { "display_name": "Acme" }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "uncompilable-value",
    level: Severity::Error,
    yields_to: &[Yield::AtPlace(&UNUSABLE_URL)],
    profile: ProfileScope::Own,
    source: include_str!("uncompilable_value.rs"),
    check: Check::Refused(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let may_have_marks = grammar::may_have_secret_marks(&subject.entry.id, subject.text);
    let config = subject.context.config;
    // Under production the developers' servers are compiled by nobody, yet they must be fit to be.
    let profile = match subject.entry.origin {
        Origin::Catalog => config.profile,
        Origin::CatalogLocal => Profile::Development,
    };
    let (entry, manifest) = (subject.entry, subject.manifest);
    for reason in compile::refusals(entry, manifest, subject.lock, profile, may_have_marks) {
        // The type and the secrets have rules of their own.
        let LeftOutReason::Invalid { field, problem } = reason else {
            continue;
        };
        let place = place(subject, &field);
        let is_named = findings.iter().any(|finding| {
            let there = finding.place.as_ref().and_then(Place::pointer);
            let both = there.zip(place.pointer());
            let is_here =
                both.is_some_and(|(there, here)| there.as_str().starts_with(here.as_str()));
            let is_vague = place.pointer().is_none_or(|here| here.as_str() == "/oauth_config");
            match config.level(finding.rule, finding.severity) {
                Some(Severity::Error) => problem == grammar::MISSING || is_here || is_vague,
                Some(Severity::Warning) => is_here && !is_vague,
                Some(Severity::Note) | None => false,
            }
        });
        if !is_named {
            findings.push(RULE.at(place, format!("`{field}` {problem}")).help(
                "write it as artifacts can hold it: until then the server is in none of them",
            ));
        }
    }
}

/// Where the value stands that the compiler calls by this name.
fn place(subject: &Subject<'_>, field: &str) -> Place {
    let manifest = subject.manifest;
    let oauth = manifest.oauth_config.as_ref();
    match field {
        "name" => subject.value_at("/name"),
        "remote_url" => match crate::manifest::oauth::remote_url(manifest) {
            Some(_) => subject.value_at(crate::manifest::oauth::remote_url_pointer(manifest)),
            None => subject.key("/server"),
        },
        "server.env" => {
            let mut names = manifest.server.env.iter().flatten();
            let name = names.find(|(name, _)| grammar::env_name(field, name).is_err());
            match name {
                Some((name, _)) => subject.key(Pointer::from("/server/env").key(name)),
                None => subject.value_at("/server/args"),
            }
        }
        "server" => telling_place(subject),
        "oauth_config.scopes" => {
            let scopes = oauth.and_then(|oauth| oauth.scopes.as_deref());
            let mut scopes = scopes.unwrap_or_default().iter().enumerate();
            let is_refused = |scope: &str| {
                scope.split(' ').any(|word| !word.is_empty() && grammar::scope(word).is_err())
            };
            match scopes.find(|(_, scope)| is_refused(scope)) {
                Some((index, _)) => {
                    subject.value_at(Pointer::from("/oauth_config/scopes").index(index))
                }
                None => subject.key("/oauth_config"),
            }
        }
        "streamable_http_url" => subject.value_at("/oauth_config/streamable_http_url"),
        "token_endpoint" if oauth.is_some_and(|oauth| oauth.token_endpoint.is_some()) => {
            subject.value_at("/oauth_config/token_endpoint")
        }
        "authorization_endpoint" if oauth.is_some_and(|oauth| oauth.server_url.is_some()) => {
            subject.value_at("/oauth_config/server_url")
        }
        _ => {
            let known = [
                ("client_id", oauth.is_some_and(|oauth| oauth.client_id.is_some())),
                ("server_url", oauth.is_some_and(|oauth| oauth.server_url.is_some())),
                ("well_known_url", oauth.is_some_and(|oauth| oauth.well_known_url.is_some())),
                ("token_endpoint", oauth.is_some_and(|oauth| oauth.token_endpoint.is_some())),
                ("redirect_uris", oauth.is_some_and(|oauth| oauth.redirect_uris.is_some())),
            ];
            let name = field.strip_prefix("oauth_config.").unwrap_or_default();
            if known.contains(&(name, true)) {
                subject.value_at(Pointer::from("/oauth_config").key(name))
            } else {
                subject.entry.discovery_place()
            }
        }
    }
}

/// The text that tells of a secret.
fn telling_place(subject: &Subject<'_>) -> Place {
    let manifest = subject.manifest;
    let display_name = manifest.display_name.iter();
    let display_name = display_name.map(|text| (Pointer::from("/display_name"), text.as_str()));
    let strings = subject.server_strings();
    let strings = strings
        .iter()
        .chain(&subject.injected_files())
        .map(|string| (string.slot.pointer(), string.text))
        .collect::<Vec<_>>();
    let env = manifest.server.env.iter().flatten();
    let env = env.map(|(name, _)| (Pointer::from("/server/env").key(name), name.as_str()));
    let image = manifest.server.docker_image.iter();
    let image = image.map(|text| (Pointer::from("/server/docker_image"), text.as_str()));
    let inputs = subject.user_inputs().flat_map(|(key, input)| {
        let input_place = Pointer::from("/user_config").key(key);
        let texts = [("title", &input.title), ("description", &input.description)];
        texts
            .into_iter()
            .filter_map(move |(name, text)| Some((input_place.key(name), text.as_deref()?)))
    });
    let oauth = manifest.oauth_config.as_ref();
    let client = oauth.and_then(|oauth| oauth.client_id.as_deref());
    let client = client.map(|text| (Pointer::from("/oauth_config/client_id"), text));
    let mut texts = display_name.chain(client).chain(strings).chain(env).chain(image).chain(inputs);
    let found =
        texts.find(|(_, text)| grammar::check_secret_marks(&subject.entry.id, text).is_err());
    match found {
        Some((pointer, _)) => subject.value_at(pointer),
        None => Place::whole(subject.entry.file),
    }
}
