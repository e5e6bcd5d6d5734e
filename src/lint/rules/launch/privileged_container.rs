use crate::lint::rules::UNUSABLE_URL_RULES;
use crate::lint::{Check, Findings, Rule, Slot, Subject, Yield, Yields};
use crate::source::finding::Severity;
use crate::text::launch_line::Privilege;

/// ## What it does
/// Reports a container that is run with `--privileged`, in the host's network, process or IPC namespace, or with the socket
/// of a container engine: by `--use-api-socket`, or mounted, itself or in one of `/`, `/run`, `/var` and `/var/run`. Also
/// reports one that mounts a folder that decides what runs on the machine and who may do what, such as `/etc`, `/usr`,
/// `/dev` or `/root`.
///
/// ## Why is this bad?
/// Each of these gives the server control of the machine: the container no longer protects anything. The host's network
/// alone is a warning: it opens every port of the machine to the server, but not its files and processes.
///
/// ## Example
/// ```json
/// { "server": { "command": "docker", "args": ["run", "-i", "--rm", "--privileged", "acme/mcp:1.4.0"] } }
/// ```
///
/// Use instead:
/// ```json
/// { "server": { "command": "docker", "args": ["run", "-i", "--rm", "acme/mcp:1.4.0"] } }
/// ```
pub(crate) static RULE: Rule = Rule {
    id: "privileged-container",
    level: Severity::Error,
    yields_to: Yields::to(&[Yield::AtPlace(&UNUSABLE_URL_RULES)]),
    source: include_str!("privileged_container.rs"),
    check: Check::Server(check),
    ..super::DEFAULTS
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(run) = subject.container_run() else {
        return;
    };
    for grant in run.grants() {
        let Some(message) = grant.privilege.host_control() else {
            continue;
        };
        let severity = match grant.privilege {
            Privilege::HostNamespace("network") => Severity::Warning,
            _ => RULE.level,
        };
        let place = subject.value_at(Slot::Argument(grant.at).pointer());
        let help = format!("run the container without `{}`", grant.option);
        findings.push(RULE.at(place, message).severity(severity).help(help));
    }
}
