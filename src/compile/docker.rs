//! What a `docker run` or `podman run` command line means for a launch spec.

use crate::text::launch_line::{ContainerRun, RunOption, container_run};

/// A parsed `docker run` command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DockerRun<'a> {
    pub(crate) image: &'a str,
    /// `--entrypoint`
    pub(crate) entrypoint: Option<&'a str>,
    /// `-e KEY=VALUE`. `-e KEY` passes on a variable of `server.env` and is not needed.
    pub(crate) environment: Vec<(&'a str, &'a str)>,
    /// The other options in order, each with its words.
    pub(crate) options: Vec<Vec<String>>,
    /// The words after the image.
    pub(crate) arguments: &'a [String],
}

/// Parses a command line; `None` if it is not `docker run` with an image.
pub(super) fn docker_run<'a>(
    command: &str,
    arguments: &'a [String],
    docker_image: Option<&str>,
) -> Option<DockerRun<'a>> {
    let run = container_run(command, arguments, docker_image)?;
    let entrypoint = run.values_of("entrypoint").last();
    Some(DockerRun {
        image: run.image?.text,
        entrypoint: entrypoint.map(|program| program.text),
        environment: run
            .env()
            .filter_map(|variable| Some((variable.key, variable.value?)))
            .collect(),
        options: options(&run, arguments),
        arguments: run.command,
    })
}

/// The options to keep: those that every launch sets anyway are left out, and so is the terminal, since clients use
/// pipes.
fn options(run: &ContainerRun<'_>, arguments: &[String]) -> Vec<Vec<String>> {
    let dropped = ["entrypoint", "env", "interactive", "name", "rm", "tty"];
    let options = run
        .options
        .iter()
        .filter(|option| !dropped.contains(&option.name))
        .map(|option| (option.at, words(option, arguments)));
    let strays = run.strays.iter();
    let strays = strays.map(|stray| (stray.at, vec![stray.text.to_owned()]));
    let mut placed: Vec<(usize, Vec<String>)> = options.chain(strays).collect();
    placed.sort_by_key(|(at, _)| *at);
    placed.into_iter().map(|(_, words)| words).collect()
}

/// The words of an option; one from a cluster of short options as it would be written alone.
fn words(option: &RunOption<'_>, arguments: &[String]) -> Vec<String> {
    let (attached, separate) = match option.value {
        Some(value) if value.at == option.at => (Some(value.text), None),
        Some(value) => (None, Some(value.text.to_owned())),
        None => (None, None),
    };
    let name = match (option.letter, attached) {
        (None, _) => arguments.get(option.at).cloned().unwrap_or_default(),
        (Some(letter), None) => format!("-{letter}"),
        (Some(letter), Some(value)) => format!("-{letter}={value}"),
    };
    [name].into_iter().chain(separate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_image_is_the_first_word_that_belongs_to_no_option() {
        let cases = [
            ("run image", "image", 0),
            ("run -i --rm image stdio", "image", 1),
            ("run -v a:/b -p 80:80 image", "image", 0),
            ("run -itp 1:1 --device=/dev/x -e A=1 -eB=2 --env C=3 image -e D", "image", 2),
            ("run --init --name x --network host image --host 0.0.0.0", "image", 2),
            ("run -i --rm -- image serve", "image", 1),
            ("run -i --use-api-socket image serve", "image", 1),
            ("run -i --tls-verify --rmi image serve", "image", 1),
            ("container run -i image serve", "image", 1),
        ];
        for (line, image, arguments) in cases {
            let line = words(line);
            for engine in ["docker", "podman", "/usr/bin/docker", "docker.exe"] {
                let run = docker_run(engine, &line, None).unwrap();
                assert_eq!((run.image, run.arguments.len()), (image, arguments), "{line:?}");
            }
        }
    }

    #[test]
    fn variables_are_read_in_every_spelling() {
        let line = words("run -e A=1 -eB=2 --env C=3 --env=D=4 -e=E=5 -ie F=6 -e HANDED_ON image");
        let run = docker_run("podman", &line, None).unwrap();
        assert_eq!(
            run.environment,
            [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4"), ("E", "5"), ("F", "6")]
        );
        assert!(run.options.is_empty());
    }

    #[test]
    fn other_options_are_kept_as_they_would_be_written_alone() {
        for (line, expected) in [
            (
                "run -i --rm -v a:/b --net=host --privileged --name x image",
                "-v a:/b --net=host --privileged",
            ),
            ("run -it image", ""),
            ("run -itp 80:80 -dP image", "-p 80:80 -d -P"),
            ("run -itv/a:/b -i=true image", "-v=/a:/b"),
        ] {
            let words = words(line);
            let run = docker_run("docker", &words, None).unwrap();
            assert_eq!(run.options.concat().join(" "), expected);
        }
    }

    #[test]
    fn a_named_image_ends_the_options_wherever_it_stands() {
        let line = words("run -i STRAY=1 --init image:1 serve");
        let run = docker_run("docker", &line, Some("image:1")).unwrap();
        assert_eq!((run.image, run.arguments), ("image:1", &line[5..]));
        assert_eq!(run.options, [["STRAY=1"], ["--init"]]);
    }

    #[test]
    fn anything_but_docker_run_is_not_parsed() {
        for (command, line) in
            [("docker", "compose up -d"), ("docker", "run -i --rm"), ("npx", "run x")]
        {
            assert_eq!(docker_run(command, &words(line), None), None);
        }
    }
}
