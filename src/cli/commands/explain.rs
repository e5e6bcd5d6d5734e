//! `explain`: a rule, an OAuth type, the configuration, the kinds of changes, or what was inferred about a server.

use crate::catalog::config::{self, NamedRule};
use crate::catalog::entry;
use crate::cli::args::ExplainArgs;
use crate::diff;
use crate::lint::{self, Fixable, Rule};
use crate::manifest::field_places;
use crate::manifest::oauth::OAuthType;
use crate::pipeline::ignores::Ignores;
use crate::pipeline::line::Keep;
use crate::pipeline::redaction;
use crate::pipeline::{Job, judge};
use crate::report::story::story;
use crate::source::Sources;
use crate::text::suggest;
use crate::text::visible::visible;

use super::{Console, ExitStatus, Failure, open_workspace};

pub(super) fn run(args: &ExplainArgs, console: &Console) -> Result<ExitStatus, Failure> {
    let named = lint::rule_ids().resolve(&args.topic);
    let rule = named.and_then(|named| lint::find(named.id));
    if let Some(notice) = named.and_then(NamedRule::notice) {
        console.say(&notice);
    }
    let text = match (rule, oauth_type(&args.topic)) {
        (Some(rule), _) => with_places(explain_rule(rule)),
        (None, Some(oauth_type)) => with_places(oauth_type.documentation().to_owned()),
        (None, None) if args.topic == "config" => config::explain(),
        (None, None) if args.topic == "diff" => diff::kind::explain(),
        (None, None) => explain_server(args, console)?,
    };
    console.print_page(&text)?;
    Ok(ExitStatus::Clean)
}

/// A page that also says in which object of the manifest the fields that it names belong.
fn with_places(page: String) -> String {
    let sentences = field_places::sentences(&page);
    if sentences.is_empty() {
        page
    } else {
        format!("{}\n\n## Where it belongs\n{sentences}\n", page.trim_end())
    }
}

/// A type by its name or number.
fn oauth_type(topic: &str) -> Option<OAuthType> {
    OAuthType::ALL
        .into_iter()
        .find(|oauth_type| oauth_type.name() == topic || oauth_type.number().to_string() == topic)
}

fn explain_rule(rule: &Rule) -> String {
    let fix = match rule.fix {
        Fixable::No => "",
        Fixable::Safe => ", repaired by `--fix`",
        Fixable::Risky => ", repaired by `--unsafe-fixes`",
    };
    let (level, group) = (rule.level.name(), rule.group.name());
    format!("# {}\n\n{level}, group {group}{fix}\n\n{}\n", rule.id, rule.documentation())
}

fn explain_server(args: &ExplainArgs, console: &Console) -> Result<String, Failure> {
    let workspace = open_workspace(console)?;
    let mut sources = Sources::default();
    let job = Job { keep: Keep::Manifests, ..Job::new(&workspace, &args.paths) };
    let mut targets = console.wait_for("reading the catalog", || judge(job, &mut sources))?;
    let ignores = Ignores::new(&workspace.config.ignore, &workspace.root, workspace.today);
    for target in &mut targets {
        lint::silence(&mut target.judged.findings, &workspace.config, |finding| {
            ignores.cover(finding, &sources)
        });
        let entries = &target.judged.entries;
        let shown_first = entry::effective(entries, workspace.config.profile);
        if let Some(entry) = shown_first.chain(entries).find(|entry| entry.id == args.topic) {
            let redactor = redaction::redaction_of(&[&target.judged], &sources, None).redactor;
            let text = story(entry, target, &ignores, &sources);
            let lines = text.into_iter().map(|line| visible(&redactor.apply(&line)).into_owned());
            return Ok(lines.chain([String::new()]).collect::<Vec<_>>().join("\n"));
        }
    }
    let entries = targets.iter().flat_map(|target| &target.judged.entries);
    let known = entries
        .map(|entry| entry.id.as_str())
        .chain(lint::RULES.iter().map(|rule| rule.id))
        .chain(OAuthType::ALL.map(OAuthType::name))
        .chain(["config", "diff"]);
    let help =
        suggest::nearest(&args.topic, known).map(|nearest| format!("did you mean `{nearest}`?"));
    let message =
        format!("`{}` is not a rule, an OAuth type or a server of this catalog", args.topic);
    Err(Failure::Usage { message, help })
}
