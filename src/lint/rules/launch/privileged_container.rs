use crate::finding::Severity;
use crate::launch_line::{ContainerRun, Part};
use crate::lint::{Check, Findings, Fixable, Group, Rule, Slot, Subject};

/// ## What it does
/// Reports a container that is run with `--privileged`, in the host's network or process namespace, or with the socket of a
/// container engine mounted.
///
/// ## Why is this bad?
/// Each of these gives the server the whole machine: the container protects from nothing any more.
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
pub static RULE: Rule = Rule {
    id: "privileged-container",
    group: Group::Launch,
    level: Severity::Error,
    fix: Fixable::No,
    source: include_str!("privileged_container.rs"),
    check: Check::Server(check),
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(run) = subject.container_run() else {
        return;
    };
    for (at, message) in breaches(&run) {
        findings.push(
            RULE.at(subject.value_at(Slot::Argument(at).pointer()), message)
                .help("run the container without it"),
        );
    }
}

/// The arguments that open the container, each with what it does.
fn breaches(run: &ContainerRun<'_>) -> Vec<(usize, String)> {
    let privileged = run
        .switches("privileged")
        .map(|at| (at, "the container is privileged".to_owned()));
    let host = ["network", "pid"].into_iter().flat_map(|namespace| {
        run.values_of(namespace)
            .filter(|value| value.text == "host")
            .map(move |value| {
                let message = format!("the container shares the host's `{namespace}` namespace");
                (value.at, message)
            })
    });
    let mounts = ["volume", "mount"]
        .into_iter()
        .flat_map(|option| run.values_of(option))
        .filter(mounts_socket)
        .map(|mount| {
            let message = "the container is given the container engine's socket";
            (mount.at, message.to_owned())
        });
    privileged.chain(host).chain(mounts).collect()
}

/// Whether the source of `-v SOURCE:TARGET` or `--mount type=bind,source=SOURCE,…` is an engine's socket.
fn mounts_socket(mount: &Part<'_>) -> bool {
    let sockets = ["docker.sock", "podman.sock", "containerd.sock"];
    mount
        .text
        .split(&[':', ',', '='])
        .any(|part| sockets.iter().any(|socket| part.ends_with(socket)))
}
