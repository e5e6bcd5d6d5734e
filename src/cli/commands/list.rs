//! `list`: the servers with their OAuth type, and what the proxy needs for them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;

use crate::catalog::entry::Entry;
use crate::cli::args::{Global, ListArgs, TableFormat};
use crate::cli::console::Console;
use crate::cli::exit_status::ExitStatus;
use crate::cli::no_input::no_input;
use crate::manifest::oauth::{OAuthType, Verdict};
use crate::pipeline::facts::{AllowlistChoice, LockChoice};
use crate::pipeline::failure::Failure;
use crate::pipeline::line::Keep;
use crate::pipeline::masking;
use crate::pipeline::settle::settle;
use crate::pipeline::{Job, JudgedTarget, judge};
use crate::report::list::{
    ListReport, ListedDestination, ListedEvidence, ListedFindings, ListedOAuth, ListedServer,
    ListedType,
};
use crate::report::write_json;
use crate::source::finding::{Finding, Severity};
use crate::source::{FileId, Origin, Sources};
use crate::text::plural::plural;
use crate::text::secrets::mask::Mask;
use crate::text::visible::visible;

use super::open_workspace;

pub(super) fn run(
    args: &ListArgs,
    global: &Global,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let workspace = open_workspace(global, console)?;
    let mut sources = Sources::default();
    let job = Job {
        workspace: &workspace,
        paths: &args.paths,
        input: None,
        keep: Keep::Entries,
        allowlist: AllowlistChoice::Nothing,
        locks: LockChoice::InForce,
        output: None,
    };
    let mut targets = judge(job, &mut sources)?;
    if targets.iter().all(|target| target.files == 0) {
        console.say(&no_input(&workspace, &args.paths));
        return Ok(ExitStatus::NoInput);
    }
    let mask = masking::mask(&targets, &sources);
    let counts = count(&settle(&workspace, &mut targets, &mut sources).shown);
    let mut servers: Vec<ListedServer> = targets
        .iter()
        .flat_map(|target| listed(target, &counts, &sources, args.oauth_type))
        .collect();
    servers.sort_by(|left, right| (&left.id, &left.file).cmp(&(&right.id, &right.file)));
    for server in &mut servers {
        hide(server, &mask);
    }

    let mut out = console.out();
    match args.format {
        TableFormat::Json => {
            let report = ListReport {
                version: 1,
                servers,
            };
            write_json(&report, &mut out)?;
        }
        TableFormat::Human => {
            out.write_all(table(&servers, console.table_width()).as_bytes())?;
            out.flush()?;
            console.say(&plural(servers.len(), "server"));
        }
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

/// A server may be called by a secret, by mistake. What catproof itself calls things by is none.
fn hide(server: &mut ListedServer, mask: &Mask) {
    let destinations = server.destinations.iter_mut();
    let destinations = destinations.flat_map(|to| [&mut to.host, &mut to.source]);
    let names = [&mut server.id, &mut server.file].into_iter();
    let names = names.chain(&mut server.display_name).chain(&mut server.env);
    for text in names.chain(destinations) {
        if let Cow::Owned(masked) = mask.apply(text) {
            *text = masked;
        }
    }
}

type Counts = BTreeMap<(FileId, Severity), usize>;

fn listed(
    target: &JudgedTarget,
    counts: &Counts,
    sources: &Sources,
    oauth_type: Option<ListedType>,
) -> Vec<ListedServer> {
    let is_named = |entry: &&Entry| {
        sources
            .file(entry.file)
            .is_some_and(|file| target.target.selection.names(&file.path))
    };
    let is_asked = |entry: &&Entry| {
        oauth_type.is_none_or(|asked| asked == listed_type(entry.classification.verdict))
    };
    let entries = target
        .judged
        .entries
        .iter()
        .filter(is_named)
        .filter(is_asked);
    entries
        .map(|entry| server(entry, counts, sources))
        .collect()
}

fn server(entry: &Entry, counts: &Counts, sources: &Sources) -> ListedServer {
    let count = |severity| counts.get(&(entry.file, severity)).copied().unwrap_or(0);
    let verdict = entry.classification.verdict;
    let evidence = entry
        .classification
        .evidence
        .iter()
        .map(|evidence| ListedEvidence {
            fact: evidence.fact,
            value: evidence.value,
            pointer: evidence.pointer.map(str::to_owned),
            because: evidence.because.to_owned(),
        });
    let destinations = entry
        .destinations
        .known()
        .iter()
        .map(|destination| ListedDestination {
            host: destination.host.clone(),
            purpose: destination.purpose,
            source: destination.source.describe(),
        });
    let mut destinations: Vec<ListedDestination> = destinations.collect();
    // Two documents of one host are one destination here, where no endpoint is shown.
    destinations.dedup();
    ListedServer {
        id: entry.id.clone(),
        file: sources.name(entry.file).to_owned(),
        origin: entry.origin,
        display_name: entry.display_name.clone(),
        oauth: ListedOAuth {
            name: listed_type(verdict),
            number: entry.oauth_type().map(OAuthType::number),
            requires_proxy: entry.is_proxied,
            evidence: evidence.collect(),
        },
        destinations,
        env: entry.env_names(),
        findings: ListedFindings {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
        },
    }
}

/// How many findings of each severity a file has, after the configuration.
fn count(findings: &[Finding]) -> Counts {
    let mut counts = Counts::new();
    for finding in findings {
        if let Some(place) = &finding.place {
            *counts.entry((place.file, finding.severity)).or_default() += 1;
        }
    }
    counts
}

fn listed_type(verdict: Verdict) -> ListedType {
    match verdict {
        Verdict::None => ListedType::None,
        Verdict::Undetermined(_) => ListedType::Undetermined,
        Verdict::Type(OAuthType::Generic) => ListedType::Generic,
        Verdict::Type(OAuthType::McpStatic) => ListedType::McpStatic,
        Verdict::Type(OAuthType::RemoteStatic) => ListedType::RemoteStatic,
        Verdict::Type(OAuthType::RemoteDynamic) => ListedType::RemoteDynamic,
    }
}

/// The columns: those that are short, and those that may go into lines of their own below.
const SHORT: [&str; 5] = ["server", "origin", "oauth type", "proxy", "findings"];
const LONG: [&str; 2] = ["destinations", "env variables"];
/// A longer cell goes beyond its column, and widens no other row.
const WIDEST_COLUMN: usize = 40;

/// One server in words.
struct Row {
    short: [String; 5],
    long: [String; 2],
}

/// One line a server; where one is longer than what there is room for, its longest parts stand below.
fn table(servers: &[ListedServer], width: Option<usize>) -> String {
    let rows: Vec<Row> = servers.iter().map(row).collect();
    let short = rows.iter().map(|row| row.short.as_slice());
    let short = aligned(
        [SHORT.map(str::to_owned).as_slice()]
            .into_iter()
            .chain(short),
    );
    let long = rows.iter().map(|row| row.long.as_slice());
    let long = aligned([LONG.map(str::to_owned).as_slice()].into_iter().chain(long));
    let whole = short
        .iter()
        .zip(&long)
        .map(|(short, long)| format!("{short}  {long}"));
    let whole: Vec<String> = whole.map(|line| line.trim_end().to_owned()).collect();
    let fits = width.is_none_or(|width| whole.iter().all(|line| columns(line) <= width));
    let lines = match fits {
        true => whole,
        false => stacked(&short, &rows),
    };
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The short columns, the long ones in lines below.
fn stacked(short: &[String], rows: &[Row]) -> Vec<String> {
    let mut lines: Vec<String> = short.iter().take(1).cloned().collect();
    for (line, row) in short.iter().skip(1).zip(rows) {
        lines.push(line.clone());
        let said = LONG
            .iter()
            .zip(&row.long)
            .filter(|(_, cell)| !cell.is_empty());
        lines.extend(said.map(|(name, cell)| format!("  {name}: {cell}")));
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Rows of cells as lines, each cell below the one above.
fn aligned<'a>(rows: impl Iterator<Item = &'a [String]> + Clone) -> Vec<String> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows.clone() {
        widths.resize(row.len(), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(columns(cell)).min(WIDEST_COLUMN);
        }
    }
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| {
            let padding = width.saturating_sub(columns(cell));
            format!("{cell}{}", " ".repeat(padding))
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.map(line).collect()
}

/// How wide a text is on a terminal.
fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn row(server: &ListedServer) -> Row {
    let ListedOAuth {
        name,
        number,
        requires_proxy,
        ..
    } = &server.oauth;
    let number = number
        .map(|number| format!("{number} "))
        .unwrap_or_default();
    let hosts: std::collections::BTreeSet<&str> = server
        .destinations
        .iter()
        .filter(|destination| destination.purpose.carries_secret())
        .map(|destination| destination.host.as_str())
        .collect();
    let destinations = match (requires_proxy, hosts.is_empty(), name) {
        (true, true, ListedType::Generic) => "not known: there is no token endpoint".to_owned(),
        (true, true, _) => "not known: run `catproof probe`".to_owned(),
        (_, _, _) => hosts.into_iter().collect::<Vec<_>>().join(", "),
    };
    let ListedFindings { errors, warnings } = server.findings;
    let findings = [(errors, "error"), (warnings, "warning")];
    let findings: Vec<String> = findings
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(*count, word))
        .collect();
    let origin = match server.origin {
        Origin::Catalog => "catalog",
        Origin::CatalogLocal => "local",
    };
    let proxy = if *requires_proxy { "yes" } else { "" };
    Row {
        short: [
            visible(&server.id).into_owned(),
            origin.to_owned(),
            format!("{number}{}", name.word()),
            proxy.to_owned(),
            findings.join(", "),
        ],
        long: [
            visible(&destinations).into_owned(),
            visible(&server.env.join(", ")).into_owned(),
        ],
    }
}
