use crate::lint::{Check, Findings, Rule, Subject};
use crate::source::finding::Severity;

use super::{name_of, posix_form};

/// ## What it does
/// Reports a proxied server whose `{id}_CLIENT_ID` or `{id}_SECRET` is a variable that the proxy itself or the tools of a
/// cloud read, such as `AZURE_CLIENT_ID`. Case, and `-` instead of `_`, make no difference.
///
/// ## Why is this bad?
/// One variable would have two meanings: the server's credentials would log the proxy in to the cloud, and the cloud's
/// credentials would be sent to the server's provider.
///
/// ## Example
/// ```json catalog/azure.json
/// { "name": "azure", "oauth_config": { "generic_oauth": true } }
/// ```
///
/// Use instead:
/// ```json catalog/acme__azure.json
/// { "name": "acme__azure", "oauth_config": { "generic_oauth": true } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "reserved-env-name",
    level: Severity::Error,
    source: include_str!("reserved_env_name.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

/// The variables that a server's can collide with, and who reads them. Ours end in `_CLIENT_ID` or `_SECRET`, so `PATH`
/// and the like are not among them.
const RESERVED: [(&str, &str); 13] = [
    ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "the Alibaba Cloud SDKs"),
    ("ARM_CLIENT_ID", "Terraform's Azure provider"),
    ("ARM_CLIENT_SECRET", "Terraform's Azure provider"),
    ("AWS_SECRET", "many scripts for AWS"),
    ("AZURE_CLIENT_ID", "the Azure SDKs"),
    ("AZURE_CLIENT_SECRET", "the Azure SDKs"),
    ("DATABRICKS_CLIENT_ID", "the Databricks SDKs"),
    ("DATABRICKS_CLIENT_SECRET", "the Databricks SDKs"),
    ("GOOGLE_CLIENT_ID", "the proxy's start-up check"),
    ("GOOGLE_CLIENT_SECRET", "the proxy's start-up check"),
    ("HCP_CLIENT_ID", "the HashiCorp Cloud SDK"),
    ("HCP_CLIENT_SECRET", "the HashiCorp Cloud SDK"),
    ("MSI_SECRET", "Azure App Service's managed identity"),
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for name in subject.entry.env_names() {
        let form = posix_form(&name).to_uppercase();
        let Some((reserved, reader)) = RESERVED.iter().find(|(reserved, _)| *reserved == form)
        else {
            continue;
        };
        let message = if name == *reserved {
            format!("`{name}` is already read by {reader}")
        } else {
            format!("`{name}` clashes with `{reserved}`, which is read by {reader}")
        };
        findings.push(
            RULE.at(name_of(subject.entry), message)
                .help("prefix the id with its owner, as in `acme__…`"),
        );
    }
}
