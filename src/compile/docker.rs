//! A `docker run` or `podman run` command line, taken apart.

/// What a `docker run` line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DockerRun<'a> {
    pub image: &'a str,
    /// `--entrypoint`
    pub entrypoint: Option<&'a str>,
    /// `-e KEY=VALUE`. A `-e KEY` hands on what `server.env` says anyway.
    pub environment: Vec<(&'a str, &'a str)>,
    /// The other options, as they are written; without those that any launch of the container sets by itself.
    pub options: Vec<&'a str>,
    /// What follows the image.
    pub arguments: &'a [String],
}

/// The long options that take no value; every other one takes the next word, unless it has a `=`.
const SWITCHES: [&str; 17] = [
    "--detach",
    "--disable-content-trust",
    "--env-host",
    "--help",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--no-hosts",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--replace",
    "--rm",
    "--sig-proxy",
    "--tty",
];

/// The letters of short options that take no value.
const SHORT_SWITCHES: &str = "dithPq";

/// Takes a command line apart; nothing if it is not one of `docker run` with an image.
///
/// `docker_image` names the image where it occurs among the arguments: what stands before it then belongs to the
/// options, however odd it is.
pub(super) fn docker_run<'a>(
    command: &str,
    arguments: &'a [String],
    docker_image: Option<&str>,
) -> Option<DockerRun<'a>> {
    let is_engine = matches!(command, "docker" | "podman");
    let (first, words) = arguments.split_first()?;
    if !is_engine || first != "run" {
        return None;
    }
    let known = words
        .iter()
        .position(|word| Some(word.as_str()) == docker_image);
    let mut run = DockerRun::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let is_image = match known {
            Some(position) => at >= position,
            None => !word.starts_with('-') || word == "-",
        };
        if is_image {
            run.image = word;
            run.arguments = words.get(at + 1..).unwrap_or_default();
            return Some(run);
        }
        let next = words.get(at + 1).map(String::as_str);
        let value = next.filter(|_| takes_next_word(word));
        take_option(&mut run, word, value);
        at += match value {
            Some(_) => 2,
            None => 1,
        };
    }
    None
}

fn takes_next_word(word: &str) -> bool {
    if word.starts_with("--") {
        return !word.contains('=') && !SWITCHES.contains(&word);
    }
    let Some(letters) = word.strip_prefix('-') else {
        return false;
    };
    // In a cluster such as `-itp` the first letter that takes a value takes the rest; the last one, the next word.
    let valued = letters.find(|letter| !SHORT_SWITCHES.contains(letter));
    valued.is_some_and(|index| index + 1 == letters.len())
}

fn take_option<'a>(run: &mut DockerRun<'a>, word: &'a str, value: Option<&'a str>) {
    let (name, value) = match value {
        Some(value) => (word, Some(value)),
        None => match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value)),
            Some(_) | None => match word.strip_prefix("-e") {
                Some(attached) if !attached.is_empty() => ("-e", Some(attached)),
                Some(_) | None => (word, None),
            },
        },
    };
    match (name, value) {
        ("-e" | "--env", Some(variable)) => run.environment.extend(variable.split_once('=')),
        ("--entrypoint", Some(program)) => run.entrypoint = Some(program),
        ("-i" | "--interactive" | "--rm", _) | ("--name", Some(_)) => {}
        (_, Some(value)) if name == word => run.options.extend([word, value]),
        (_, Some(_) | None) => run.options.push(word),
    }
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
            (
                "run -itp 1:1 --device=/dev/x -e A=1 -eB=2 --env C=3 image -e D",
                "image",
                2,
            ),
            (
                "run --init --name x --network host image --host 0.0.0.0",
                "image",
                2,
            ),
        ];
        for (line, image, arguments) in cases {
            let line = words(line);
            let run = docker_run("docker", &line, None).unwrap();
            assert_eq!(
                (run.image, run.arguments.len()),
                (image, arguments),
                "{line:?}"
            );
        }
    }

    #[test]
    fn variables_are_read_in_every_spelling() {
        let line = words("run -e A=1 -eB=2 --env C=3 --env=D=4 -e HANDED_ON image");
        let run = docker_run("podman", &line, None).unwrap();
        assert_eq!(
            run.environment,
            [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]
        );
        assert!(run.options.is_empty());
    }

    #[test]
    fn other_options_are_kept_as_they_are_written() {
        let line = words("run -i --rm -v a:/b --network=host --privileged --name x image");
        let run = docker_run("docker", &line, None).unwrap();
        assert_eq!(
            run.options,
            ["-v", "a:/b", "--network=host", "--privileged"]
        );
    }

    #[test]
    fn a_named_image_ends_the_options_wherever_it_stands() {
        let line = words("run -i STRAY=1 image:1 serve");
        let run = docker_run("docker", &line, Some("image:1")).unwrap();
        assert_eq!((run.image, run.arguments), ("image:1", &line[3 + 1..]));
        assert_eq!(run.options, ["STRAY=1"]);
    }

    #[test]
    fn what_is_no_docker_run_is_not_taken_apart() {
        assert_eq!(docker_run("docker", &words("compose up -d"), None), None);
        assert_eq!(docker_run("docker", &words("run -i --rm"), None), None);
        assert_eq!(docker_run("npx", &words("run x"), None), None);
    }
}
