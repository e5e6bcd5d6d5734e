use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Subject, Yield, Yields};
use crate::manifest::model::ServerKind;
use crate::manifest::oauth;
use crate::source::finding::Severity;

/// ## What it does
/// Reports fields that disagree on where the server runs: `server.type: "local"` or a command other than `remote` together
/// with a remote URL, or a `remote_url` that differs from `server.url`.
///
/// ## Why is this bad?
/// One program starts a process, another sends the user's token to a URL. The location also decides the OAuth type.
///
/// ## Example
/// ```json
/// {
///   "remote_url": "https://mcp.acme.example/mcp",
///   "server": { "command": "npx", "args": ["-y", "acme-mcp@1.4.0"] }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "remote_url": "https://mcp.acme.example/mcp",
///   "server": { "command": "remote" }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "remote-signal-conflict",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("remote_signal_conflict.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let server = &subject.manifest.server;
    let Some(url) = oauth::remote_url(subject.manifest) else {
        return;
    };
    let url_pointer = oauth::remote_url_pointer(subject.manifest);
    let command = server.command.as_deref().unwrap_or_default();
    let local_evidence = if server.kind == Some(ServerKind::Local) {
        Some(("/server/type", "`server.type` is `local`".to_owned()))
    } else if !matches!(command, "" | "remote") {
        Some((
            "/server/command",
            format!("`server.command` starts `{command}` on the user's machine"),
        ))
    } else {
        None
    };
    if let Some((pointer, evidence)) = local_evidence {
        findings.push(
            RULE.at(subject.value_at(pointer), format!("{evidence}, but there is a remote URL"))
                .help("keep the one you mean, and remove the other")
                .related(subject.value_at(url_pointer), "this makes the server remote"),
        );
    }
    if let Some(other) = subject.manifest.remote_url.as_deref()
        && other != url
    {
        findings.push(
            RULE.at(
                subject.value_at("/remote_url"),
                format!("`remote_url` is `{other}`, but `server.url` is `{url}`"),
            )
            .help("remove `remote_url`: `server.url` says where the server is")
            .related(subject.value_at("/server/url"), "this one is used"),
        );
    }
}
