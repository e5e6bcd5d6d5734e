use url::Url;

use crate::lint::{Check, Findings, Fixable, Rule, Subject};
use crate::manifest::oauth::OAuthType;
use crate::manifest::oauth::metadata_url::{
    self, AUTHORIZATION_SERVER_DOCUMENTS, is_authorization_server_metadata,
};
use crate::source::finding::{Edit, Fix, Severity};

/// ## What it does
/// Reports a server of type 2 whose `well_known_url` has neither `oauth-authorization-server` nor
/// `openid-configuration` after `.well-known`.
///
/// ## Why is this bad?
/// Those are the two documents that describe an authorization server (RFC 8414, OpenID Connect Discovery). Other names
/// are not served; `openid_configuration`, with an underscore, is a common mistake.
///
/// ## Example
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "server_url": "https://id.acme.example",
///     "well_known_url": "https://id.acme.example/.well-known/openid_configuration"
///   }
/// }
/// ```
///
/// Use instead:
/// ```json
/// {
///   "oauth_config": {
///     "client_id": "4711.acme-desktop",
///     "server_url": "https://id.acme.example",
///     "well_known_url": "https://id.acme.example/.well-known/openid-configuration"
///   }
/// }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "unrecognized-well-known-path",
    level: Severity::Warning,
    fix: Fixable::Safe,
    source: include_str!("unrecognized_well_known_path.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some((oauth, OAuthType::McpStatic)) = subject.oauth() else {
        return;
    };
    let Some(text) = oauth.well_known_url.as_deref() else {
        return;
    };
    if is_authorization_server_metadata(text) {
        return;
    }
    let pointer = "/oauth_config/well_known_url";
    let finding = RULE
        .at(
            subject.value_at(pointer),
            format!("`{text}` does not name an authorization server's metadata"),
        )
        .help(format!(
            "use `{}` after `.well-known/`",
            AUTHORIZATION_SERVER_DOCUMENTS.join("` or `")
        ));
    findings.push(match with_hyphens(text) {
        Some(corrected) => {
            let replacement = Edit::Replace(pointer.into(), corrected.into());
            finding.fix(Fix::safe([replacement]))
        }
        None => finding,
    });
}

/// The URL with hyphens in the document's name, if its only mistake is underscores.
fn with_hyphens(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let name = metadata_url::document(&url)?;
    let corrected = text.replacen(name, &name.replace('_', "-"), 1);
    is_authorization_server_metadata(&corrected).then_some(corrected)
}
