//! A server on one card, for the reviewer of a new one: its type, where its secret may go, what runs, what is asked.
//!
//! Part of `schema/diff.schema.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::entry::{self, Destinations, Purpose};
use crate::compile::plan::{ScopeSource, Transport};
use crate::manifest::oauth::Verdict;

use super::ComparedServer;
use super::launch::{self, Program};
use super::login;

/// A server as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    pub(crate) display_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) author: Option<String>,
    /// The OAuth type, `none` or `undetermined`.
    pub(crate) oauth_type: String,
    /// What the type rests on, or why there is none.
    pub(crate) because: Vec<String>,
    /// Whether the proxy keeps a client secret for it.
    pub(crate) requires_proxy: bool,
    /// The hosts that the secret may be sent to.
    pub(crate) destinations: Vec<CardHost>,
    /// True where it is not known where the secret goes: the proxy then sends it nowhere.
    pub(crate) destinations_unknown: bool,
    /// How the user logs in; null where nobody does, or where it cannot be compiled.
    pub(crate) login: Option<CardLogin>,
    /// Where a remote server is.
    pub(crate) remote_url: Option<String>,
    /// What runs on the user's machine; null for a remote server, or where it cannot be compiled.
    pub(crate) runs: Option<CardRun>,
    /// What the user is asked for.
    pub(crate) inputs: Vec<CardInput>,
    /// Why it is in no artifact.
    pub(crate) left_out: Option<String>,
}

/// A host that a secret may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardHost {
    pub(crate) host: String,
    pub(crate) purpose: Purpose,
    pub(crate) endpoint: String,
    /// Who says so: a field of the manifest, or a document of the discovery lock.
    pub(crate) source: String,
}

/// How the user logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardLogin {
    /// Where the user logs in; null while the discovery lock does not know it.
    pub(crate) authorization_endpoint: Option<String>,
    /// Where the user is sent back to.
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    /// Who says which scopes.
    pub(crate) scopes_from: ScopeSource,
    /// How the token reaches the server.
    pub(crate) delivery: String,
}

/// What runs on the user's machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardRun {
    /// Command and arguments, after the image where there is one.
    pub(crate) command_line: String,
    pub(crate) image: Option<String>,
    /// Whether the package or image is pinned to a version; null where the command names neither.
    pub(crate) pinned: Option<bool>,
    /// The options of the container.
    pub(crate) options: Vec<String>,
    /// The variables, as `NAME=value`.
    pub(crate) environment: Vec<String>,
    /// The paths of the files that are put into the container.
    pub(crate) files: Vec<String>,
}

/// Something that the user is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardInput {
    pub(crate) key: String,
    pub(crate) title: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) sensitive: bool,
}

/// The card of a server; nothing where its file is not a manifest.
pub(crate) fn card(server: &ComparedServer) -> Option<Card> {
    let compiled = server.compiled.as_ref()?;
    let (manifest, parts) = (&compiled.manifest, &compiled.parts);
    let entry = &server.entry;
    let evidence = entry.classification.evidence.iter();
    let because = match entry.classification.verdict {
        Verdict::None => vec!["there is no `oauth_config`: nobody logs in".to_owned()],
        Verdict::Undetermined(reason) => vec![reason.reason().to_owned()],
        Verdict::Type(_) => evidence.map(|evidence| evidence.because.to_owned()).collect(),
    };
    let author = manifest.author.as_ref();
    let oauth = parts.oauth.as_ref().ok().and_then(Option::as_ref);
    let inputs = parts.inputs.iter().map(|(key, input)| CardInput {
        key: key.clone(),
        title: input.title.clone(),
        kind: input.kind.name().to_owned(),
        required: input.required,
        sensitive: input.sensitive,
    });
    Some(Card {
        display_name: manifest.display_name.clone(),
        description: manifest.description.clone(),
        author: author.and_then(|author| author.name.clone()),
        oauth_type: entry.classification.verdict.name().to_owned(),
        because,
        requires_proxy: entry.is_proxied,
        destinations: entry.needed_hosts().map(host).collect(),
        destinations_unknown: entry.destinations == Destinations::Unverifiable,
        login: oauth.map(|oauth| CardLogin {
            authorization_endpoint: oauth.authorization_endpoint.clone(),
            redirect_uri: oauth.redirect_uri.clone(),
            scopes: oauth.scopes.requested.clone(),
            scopes_from: oauth.scopes.source,
            delivery: login::delivery(&oauth.delivery).plain().replace('`', ""),
        }),
        remote_url: match &parts.transport {
            Ok(Transport::Remote { url }) => Some(url.clone()),
            Ok(Transport::Stdio | Transport::StreamableHttp { .. }) | Err(_) => None,
        },
        runs: launch::process_of(compiled).map(|process| CardRun {
            command_line: launch::command_line(process),
            image: process.container.image.as_ref().map(launch::text),
            pinned: Program::of(manifest).map(|program| program.is_pinned),
            options: process.container.options.iter().map(launch::argument_text).collect(),
            environment: process
                .environment
                .iter()
                .map(|(name, value)| format!("{name}={}", launch::text(value)))
                .collect(),
            files: process.files.keys().cloned().collect(),
        }),
        inputs: inputs.collect(),
        left_out: server.left_out.as_ref().map(ToString::to_string),
    })
}

fn host(destination: &entry::Destination) -> CardHost {
    CardHost {
        host: destination.host.clone(),
        purpose: destination.purpose,
        endpoint: destination.endpoint.clone(),
        source: destination.source.describe(),
    }
}

impl Card {
    /// Rewrites every text of the card, such as one that must not be shown.
    pub(crate) fn for_each_text(&mut self, rewrite: &dyn Fn(&mut String)) {
        let Self {
            display_name,
            description,
            author,
            oauth_type: _,
            because,
            requires_proxy: _,
            destinations,
            destinations_unknown: _,
            login,
            remote_url,
            runs,
            inputs,
            left_out,
        } = self;
        let single = [display_name, description, author, remote_url, left_out];
        single.into_iter().flatten().for_each(rewrite);
        because.iter_mut().for_each(rewrite);
        for CardHost { host, purpose: _, endpoint, source } in destinations {
            [host, endpoint, source].into_iter().for_each(rewrite);
        }
        if let Some(login) = login {
            login.authorization_endpoint.iter_mut().for_each(rewrite);
            rewrite(&mut login.redirect_uri);
            login.scopes.iter_mut().for_each(rewrite);
            rewrite(&mut login.delivery);
        }
        if let Some(runs) = runs {
            rewrite(&mut runs.command_line);
            runs.image.iter_mut().for_each(rewrite);
            let lists = [&mut runs.options, &mut runs.environment, &mut runs.files];
            lists.into_iter().flatten().for_each(rewrite);
        }
        for input in inputs {
            rewrite(&mut input.key);
            rewrite(&mut input.title);
        }
    }
}
