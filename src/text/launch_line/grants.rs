//! What the options of a container grant it on the host: the one list for both the linter and `diff`.

use super::ContainerRun;

/// An option that gives the container more than the engine's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The argument that grants it.
    pub at: usize,
    /// The option in its long form: `--pid host`.
    pub option: String,
    pub privilege: Privilege,
}

/// What an option grants. Two options that grant the same are equal here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// Everything that the engine can give.
    All,
    /// The engine itself, which can start any other container.
    Engine,
    /// A host namespace: `network`, `pid` or `ipc`.
    HostNamespace(&'static str),
    /// A host folder that contains everything, the engine's socket, or what decides who may do what.
    HostFolder(String),
    /// Anything less: the option and its value.
    Other(&'static str, String),
}

impl Privilege {
    /// What is wrong, if the privilege amounts to control of the host.
    pub fn host_control(&self) -> Option<String> {
        Some(match self {
            Self::All => "the container is privileged".to_owned(),
            Self::Engine => "the container can use the container engine's socket".to_owned(),
            Self::HostNamespace(namespace) => {
                format!("the container shares the host's `{namespace}` namespace")
            }
            Self::HostFolder(folder) => format!("the container mounts the host folder `{folder}`"),
            Self::Other(..) => return None,
        })
    }
}

/// The namespaces that give control of the host.
const NAMESPACES: [&str; 3] = ["network", "pid", "ipc"];

/// The options that weaken the isolation without giving control of the host.
const OTHERS: [&str; 12] = [
    "add-host",
    "cap-add",
    "cgroupns",
    "device",
    "device-cgroup-rule",
    "group-add",
    "ipc",
    "runtime",
    "security-opt",
    "userns",
    "uts",
    "volumes-from",
];

/// The folders that contain the whole file system, an engine's socket, the devices, or the accounts and programs of the
/// machine, each as its path segments.
const FOLDERS: [&[&str]; 16] = [
    &[],
    &["bin"],
    &["boot"],
    &["dev"],
    &["etc"],
    &["lib"],
    &["lib64"],
    &["private", "etc"],
    &["proc"],
    &["root"],
    &["run"],
    &["sbin"],
    &["sys"],
    &["usr"],
    &["var"],
    &["var", "run"],
];

/// The folders and files of a user that hold keys and logins.
const KEYS: [&str; 11] = [
    ".aws",
    ".azure",
    ".docker",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".ssh",
    "gcloud",
];

/// How the paths of the engines' sockets end, and of their pipes on Windows.
const SOCKETS: [&str; 6] = [
    "docker.sock",
    "podman.sock",
    "containerd.sock",
    "crio.sock",
    "pipe/docker_engine",
    "pipe/podman-machine-default",
];

impl ContainerRun<'_> {
    /// Everything that the container is granted, in the order of the line.
    pub fn grants(&self) -> Vec<Grant> {
        let mut grants = Vec::new();
        for (name, privilege) in
            [("privileged", Privilege::All), ("use-api-socket", Privilege::Engine)]
        {
            grants.extend(self.switches(name).map(|at| Grant {
                at,
                option: format!("--{name}"),
                privilege: privilege.clone(),
            }));
        }
        let mut add_values =
            |name: &'static str, privilege: fn(&'static str, &str) -> Option<Privilege>| {
                grants.extend(self.values_of(name).filter_map(|value| {
                    Some(Grant {
                        at: value.at,
                        option: format!("--{name} {}", value.text),
                        privilege: privilege(name, value.text)?,
                    })
                }));
            };
        for name in NAMESPACES {
            add_values(name, |name, value| {
                (value == "host").then_some(Privilege::HostNamespace(name))
            });
        }
        add_values("volume", |_, value| folder(source_of_volume(value)));
        add_values("mount", |_, value| folder(source_of_mount(value)?));
        for name in OTHERS {
            add_values(name, |name, value| {
                // The engine's own name for the host, which containers use to reach a service on it.
                let is_harmless = name == "add-host" && value.ends_with(":host-gateway");
                let is_namespace = name == "ipc" && value == "host";
                let is_other = !is_namespace && !is_harmless;
                is_other.then(|| Privilege::Other(name, value.to_owned()))
            });
        }
        grants.sort_by_key(|grant| grant.at);
        grants
    }
}

/// `SOURCE` of `SOURCE:TARGET:OPTIONS`. The colon after the letter of a Windows drive is not a separator.
fn source_of_volume(volume: &str) -> &str {
    let drive = match volume.as_bytes() {
        [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic() => 2,
        _ => 0,
    };
    let rest = volume.get(drive..).unwrap_or_default();
    let end = rest.find(':').unwrap_or(rest.len());
    volume.get(..drive + end).unwrap_or(volume)
}

/// `SOURCE` of `type=bind,source=SOURCE,target=TARGET`, or the device that a volume is bound to.
fn source_of_mount(mount: &str) -> Option<&str> {
    let fields = mount.split(',').filter_map(|field| field.split_once('='));
    let mut sources = fields.filter_map(|(key, value)| match key.trim() {
        "source" | "src" => Some(value),
        "volume-opt" => value.strip_prefix("device="),
        _ => None,
    });
    sources.find(|source| source.contains(['/', '\\']))
}

/// What access to a host path grants; `None` for a harmless one.
fn folder(source: &str) -> Option<Privilege> {
    let path = source.trim().replace('\\', "/");
    if SOCKETS.iter().any(|socket| path.ends_with(socket)) {
        return Some(Privilege::Engine);
    }
    if path.split('/').any(|segment| KEYS.contains(&segment)) {
        return Some(Privilege::Other("volume", source.trim().to_owned()));
    }
    let (drive, inside) = path.split_at(path.find(':').map_or(0, |colon| colon + 1));
    let mut parts = Vec::new();
    for part in inside.strip_prefix('/')?.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let is_open =
        if drive.is_empty() { FOLDERS.contains(&parts.as_slice()) } else { parts.is_empty() };
    is_open.then(|| Privilege::HostFolder(format!("{drive}/{}", parts.join("/"))))
}

#[cfg(test)]
mod tests {
    use super::super::container_run;
    use super::*;

    fn privileges(options: &[&str]) -> Vec<Privilege> {
        let line = [&["run"], options, &["image", "--privileged"]].concat();
        let line: Vec<String> = line.into_iter().map(str::to_owned).collect();
        let run = container_run("docker", &line, None).unwrap();
        assert_eq!(run.image.unwrap().text, "image");
        run.grants().into_iter().map(|grant| grant.privilege).collect()
    }

    #[test]
    fn control_of_the_host_is_granted_in_many_ways() {
        let folder = |folder: &str| Privilege::HostFolder(folder.to_owned());
        let cases = [
            (&["--privileged"][..], Privilege::All),
            (&["--use-api-socket"], Privilege::Engine),
            (&["-v", "/var/run/docker.sock:/s:ro"], Privilege::Engine),
            (&["-v", "//./pipe/docker_engine://./pipe/docker_engine"], Privilege::Engine),
            (&["-v", r"\\.\pipe\docker_engine:\\.\pipe\docker_engine"], Privilege::Engine),
            (&["--mount", "type=bind,src=/run/podman/podman.sock,dst=/s"], Privilege::Engine),
            (&["--net", "host"], Privilege::HostNamespace("network")),
            (&["--pid=host"], Privilege::HostNamespace("pid")),
            (&["--ipc=host"], Privilege::HostNamespace("ipc")),
            (&["-v", "/:/host"], folder("/")),
            (&["-v/:/host:ro"], folder("/")),
            (&["--volume=/var/..//.:/host"], folder("/")),
            (&["-v", "/var/run/:/run"], folder("/var/run")),
            (&["-v", "C:\\:/c"], folder("C:/")),
            (&["-v", "/etc:/e"], folder("/etc")),
            (&["-v", "/root/:/r"], folder("/root")),
            (&["--mount", "type=bind,source=/dev,target=/d"], folder("/dev")),
            (&["--mount", "type=bind,source=/,target=/host"], folder("/")),
            (&["--mount", "type=volume,source=x,volume-opt=device=/,target=/host"], folder("/")),
        ];
        for (options, privilege) in cases {
            assert!(privilege.host_control().is_some());
            assert_eq!(privileges(options), [privilege], "{options:?}");
        }
    }

    #[test]
    fn a_smaller_privilege_does_not_control_the_host() {
        let privilege = Privilege::Other("cap-add", "SYS_PTRACE".to_owned());
        assert_eq!(privilege.host_control(), None);
        assert_eq!(privileges(&["--cap-add", "SYS_PTRACE"]), [privilege]);
        let privilege = Privilege::Other("ipc", "private".to_owned());
        assert_eq!(privileges(&["--ipc=private"]), [privilege]);
    }

    #[test]
    fn the_keys_of_a_user_are_a_privilege() {
        for source in [
            "~/.ssh",
            "${HOME}/.ssh/id_rsa",
            "$HOME/.aws/",
            "/home/me/.config/gcloud",
            "/root/.kube",
        ] {
            let privilege = Privilege::Other("volume", source.to_owned());
            assert_eq!(privileges(&["-v", &format!("{source}:/k:ro")]), [privilege]);
        }
        let privilege = Privilege::Other("group-add", "docker".to_owned());
        assert_eq!(privileges(&["--group-add", "docker"]), [privilege]);
        let privilege = Privilege::Other("add-host", "id.acme.example:203.0.113.7".to_owned());
        assert_eq!(privileges(&["--add-host=id.acme.example:203.0.113.7"]), [privilege]);
    }

    #[test]
    fn harmless_options_grant_nothing() {
        for options in [
            &["--privileged=false", "--network", "none", "--hostname", "host"][..],
            &["-v", "data:/data", "-v", "/srv/docker.sock.d:/d", "-v", "/home/me/notes:/"],
            &[
                "--add-host",
                "host.docker.internal:host-gateway",
                "-v",
                "/etc/localtime:/etc/localtime:ro",
            ],
            &["-v", r"C:\Users\me:/home", "-v", "C:/run:/run", "-v", "/var/run/aesmd:/a"],
            &["--mount", "type=tmpfs,target=/", "--mount", "type=volume,source=run,target=/x"],
        ] {
            assert_eq!(privileges(options), [], "{options:?}");
        }
    }
}
