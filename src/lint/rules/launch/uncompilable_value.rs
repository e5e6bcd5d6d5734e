use crate::compile::plan::LeftOutReason;
use crate::compile::{self, grammar};
use crate::lint::{Check, Findings, ProfileScope, Rule, Subject, Yield, Yields};
use crate::source::finding::{Place, Severity};
use crate::source::{Origin, Pointer};
use crate::text::profile::Profile;

/// ## What it does
/// Reports a value that must not appear in any artifact: `build` would leave its server out.
///
/// ## Why is this bad?
/// A shell, Docker or the proxy would misinterpret the value when it reads the artifact, so it is never written. Artifacts
/// that lack a server of the catalog are not what was reviewed.
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
    yields_to: Yields::to(&[Yield::ToAnyWithin]),
    profile: ProfileScope::Own,
    source: include_str!("uncompilable_value.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let may_have_marks = grammar::may_have_secret_marks(&subject.entry.id, subject.text);
    let config = subject.context.config;
    // Production does not compile the developers' servers, but they must still compile under development.
    let profile = match subject.entry.origin {
        Origin::Catalog => config.profile,
        Origin::CatalogLocal => Profile::Development,
    };
    let (entry, manifest) = (subject.entry, subject.manifest);
    for reason in compile::refusals(entry, manifest, subject.lock, profile, may_have_marks) {
        // Other rules report the type and the secrets.
        let LeftOutReason::Invalid { field, problem, remedy } = reason else {
            continue;
        };
        // Whatever is wrong may be why a field is missing.
        let place = if problem == grammar::MISSING {
            Place::whole(subject.entry.file)
        } else {
            place(subject, &field)
        };
        let at_fault = place.pointer().filter(|_| field == "server");
        let field = at_fault
            .map_or(field, |pointer| pointer.tokens().take(2).collect::<Vec<_>>().join("."));
        findings.push(
            RULE.at(place, format!("`{field}` {problem}"))
                .help(format!("{remedy}: until then `build` leaves the server out")),
        );
    }
}

/// The place of the value that the compiler refers to by this name.
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
        "server" => place_of_secret_name(subject),
        "oauth_config.scopes" => {
            let is_refused = |scope: &str| {
                scope.split(' ').any(|word| !word.is_empty() && grammar::scope(word).is_err())
            };
            match subject.scopes().find(|(_, scope)| is_refused(scope)) {
                Some((place, _)) => place,
                None => subject.key("/oauth_config"),
            }
        }
        _ => {
            let name = match field {
                "authorization_endpoint" => "server_url",
                _ => field.strip_prefix("oauth_config.").unwrap_or(field),
            };
            let is_given = oauth.is_some_and(|oauth| match name {
                "client_id" => oauth.client_id.is_some(),
                "redirect_uris" => oauth.redirect_uris.is_some(),
                "server_url" => oauth.server_url.is_some(),
                "streamable_http_url" => oauth.streamable_http_url.is_some(),
                "token_endpoint" => oauth.token_endpoint.is_some(),
                "well_known_url" => oauth.well_known_url.is_some(),
                _ => false,
            });
            if is_given {
                subject.value_at(Pointer::from("/oauth_config").key(name))
            } else {
                subject.entry.discovery_place()
            }
        }
    }
}

/// The first text with the word `REDACTED` or the name of a secret's variable.
fn place_of_secret_name(subject: &Subject<'_>) -> Place {
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
