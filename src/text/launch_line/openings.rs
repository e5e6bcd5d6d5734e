//! What the options of a container open to it: the one list that the linter and `diff` read.

use super::{ContainerRun, Word};

/// An option that gives the container more than it has by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The argument that says so.
    pub at: usize,
    /// The option as it is written out in full: `--pid host`.
    pub option: String,
    pub power: Power,
}

/// What an option gives. Two options that give the same are one power.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// All that the engine can give.
    Privileges,
    /// The engine itself, which starts any other container.
    Engine,
    /// A namespace of the machine: `network`, `pid` or `ipc`.
    HostNamespace(&'static str),
    /// A folder of the machine that holds all of it, or the engine's socket.
    HostFolder(String),
    /// Something smaller: the option, and its value.
    Other(&'static str, String),
}

impl Power {
    /// What is wrong, where the power is the whole machine.
    pub fn breach(&self) -> Option<String> {
        Some(match self {
            Self::Privileges => "the container is privileged".to_owned(),
            Self::Engine => "the container is given the container engine's socket".to_owned(),
            Self::HostNamespace(namespace) => {
                format!("the container shares the host's `{namespace}` namespace")
            }
            Self::HostFolder(folder) => {
                format!("the container is given the host's folder `{folder}`")
            }
            Self::Other(..) => return None,
        })
    }
}

/// The namespaces that are the whole machine's where they are the host's.
const NAMESPACES: [&str; 3] = ["network", "pid", "ipc"];

/// The options that open a container, if not to everything.
const OTHERS: [&str; 8] =
    ["cap-add", "cgroupns", "device", "ipc", "security-opt", "userns", "uts", "volumes-from"];

/// The folders that hold the machine, or an engine's socket, each as its parts.
const FOLDERS: [&[&str]; 4] = [&[], &["run"], &["var"], &["var", "run"]];

/// The ends of the paths of the engines' sockets, and of their pipes on Windows.
const SOCKETS: [&str; 6] = [
    "docker.sock",
    "podman.sock",
    "containerd.sock",
    "crio.sock",
    "pipe/docker_engine",
    "pipe/podman-machine-default",
];

impl ContainerRun<'_> {
    /// Everything that opens the container, in the order of the line.
    pub fn openings(&self) -> Vec<Opening> {
        let switch = |name: &'static str, power: Power| {
            self.switches(name).map(move |at| Opening {
                at,
                option: format!("--{name}"),
                power: power.clone(),
            })
        };
        let with_value = |name: &'static str, power: fn(&'static str, &str) -> Option<Power>| {
            self.values_of(name).filter_map(move |value: Word<'_>| {
                Some(Opening {
                    at: value.at,
                    option: format!("--{name} {}", value.text),
                    power: power(name, value.text)?,
                })
            })
        };
        let mut openings: Vec<Opening> = switch("privileged", Power::Privileges)
            .chain(switch("use-api-socket", Power::Engine))
            .collect();
        for name in NAMESPACES {
            openings.extend(with_value(name, |name, value| {
                (value == "host").then_some(Power::HostNamespace(name))
            }));
        }
        openings.extend(with_value("volume", |_, value| folder(source_of_volume(value))));
        openings.extend(with_value("mount", |_, value| folder(source_of_mount(value)?)));
        for name in OTHERS {
            openings.extend(with_value(name, |name, value| {
                let is_told = name == "ipc" && value == "host";
                (!is_told).then(|| Power::Other(name, value.to_owned()))
            }));
        }
        openings.sort_by_key(|opening| opening.at);
        openings
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

/// `SOURCE` of `type=bind,source=SOURCE,target=TARGET`, or of a volume that is bound to it.
fn source_of_mount(mount: &str) -> Option<&str> {
    let fields = mount.split(',').filter_map(|field| field.split_once('='));
    let mut sources = fields.filter_map(|(key, value)| match key.trim() {
        "source" | "src" => Some(value),
        "volume-opt" => value.strip_prefix("device="),
        _ => None,
    });
    sources.find(|source| source.contains(['/', '\\']))
}

/// What a container gets from a path of the machine.
fn folder(source: &str) -> Option<Power> {
    let path = source.trim().replace('\\', "/");
    if SOCKETS.iter().any(|socket| path.ends_with(socket)) {
        return Some(Power::Engine);
    }
    let (drive, inside) = match path.split_once(':') {
        Some((drive, inside)) => (Some(drive), inside),
        None => (None, path.as_str()),
    };
    let mut parts = Vec::new();
    for part in inside.strip_prefix('/')?.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let is_open = match drive {
        Some(_) => parts.is_empty(),
        None => FOLDERS.contains(&parts.as_slice()),
    };
    let folder = format!("/{}", parts.join("/"));
    is_open.then(|| match drive {
        Some(drive) => Power::HostFolder(format!("{drive}:{folder}")),
        None => Power::HostFolder(folder),
    })
}

#[cfg(test)]
mod tests {
    use super::super::container_run;
    use super::*;

    fn powers(options: &[&str]) -> Vec<Power> {
        let line = [&["run"], options, &["image", "--privileged"]].concat();
        let line: Vec<String> = line.into_iter().map(str::to_owned).collect();
        let run = container_run("docker", &line, None).unwrap();
        assert_eq!(run.image.unwrap().text, "image");
        let openings = run.openings().into_iter();
        openings.map(|opening| opening.power).collect()
    }

    #[test]
    fn the_whole_machine_is_given_in_many_ways() {
        let folder = |folder: &str| Power::HostFolder(folder.to_owned());
        let cases = [
            (&["--privileged"][..], Power::Privileges),
            (&["--use-api-socket"], Power::Engine),
            (&["-v", "/var/run/docker.sock:/s:ro"], Power::Engine),
            (&["-v", "//./pipe/docker_engine://./pipe/docker_engine"], Power::Engine),
            (&["-v", r"\\.\pipe\docker_engine:\\.\pipe\docker_engine"], Power::Engine),
            (&["--mount", "type=bind,src=/run/podman/podman.sock,dst=/s"], Power::Engine),
            (&["--net", "host"], Power::HostNamespace("network")),
            (&["--pid=host"], Power::HostNamespace("pid")),
            (&["--ipc=host"], Power::HostNamespace("ipc")),
            (&["-v", "/:/host"], folder("/")),
            (&["-v/:/host:ro"], folder("/")),
            (&["--volume=/var/..//.:/host"], folder("/")),
            (&["-v", "/var/run/:/run"], folder("/var/run")),
            (&["-v", "C:\\:/c"], folder("C:/")),
            (&["--mount", "type=bind,source=/,target=/host"], folder("/")),
            (&["--mount", "type=volume,source=x,volume-opt=device=/,target=/host"], folder("/")),
        ];
        for (options, power) in cases {
            assert!(power.breach().is_some());
            assert_eq!(powers(options), [power], "{options:?}");
        }
    }

    #[test]
    fn a_smaller_opening_is_no_breach() {
        let power = Power::Other("cap-add", "SYS_PTRACE".to_owned());
        assert_eq!(power.breach(), None);
        assert_eq!(powers(&["--cap-add", "SYS_PTRACE"]), [power]);
        let power = Power::Other("ipc", "private".to_owned());
        assert_eq!(powers(&["--ipc=private"]), [power]);
    }

    #[test]
    fn what_opens_nothing_is_none() {
        for options in [
            &["--privileged=false", "--network", "none", "--hostname", "host"][..],
            &["-v", "data:/data", "-v", "/srv/docker.sock.d:/d", "-v", "/home/me:/"],
            &["-v", r"C:\Users\me:/home", "-v", "C:/run:/run", "-v", "/var/run/aesmd:/a"],
            &["--mount", "type=tmpfs,target=/", "--mount", "type=volume,source=run,target=/x"],
        ] {
            assert_eq!(powers(options), [], "{options:?}");
        }
    }
}
