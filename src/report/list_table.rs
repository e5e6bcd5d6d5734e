//! The servers of a catalog as a table for a terminal.

use std::collections::BTreeSet;

use crate::source::Origin;
use crate::text::plural::plural;
use crate::text::visible::visible;

use super::list::{ListedFindings, ListedOAuth, ListedServer, ListedType};
use super::{NARROWEST, wrap};

/// The short columns, and the long ones, which may go below on separate lines.
const SHORT: [&str; 5] = ["server", "origin", "oauth type", "proxy", "findings"];
const LONG: [&str; 2] = ["destinations", "env variables"];
/// A longer cell overflows its column without widening the other rows.
const WIDEST_COLUMN: usize = 40;

/// One server.
struct ServerRow {
    short: [String; 5],
    long: [String; 2],
}

/// One line per server; if one is longer than `width`, the long columns of all servers go below their line.
pub(crate) fn table(servers: &[ListedServer], width: Option<usize>) -> String {
    let rows: Vec<ServerRow> = servers.iter().map(row).collect();
    let short = rows.iter().map(|row| row.short.as_slice());
    let short = aligned([SHORT.map(str::to_owned).as_slice()].into_iter().chain(short));
    let long = rows.iter().map(|row| row.long.as_slice());
    let long = aligned([LONG.map(str::to_owned).as_slice()].into_iter().chain(long));
    let whole = short.iter().zip(&long).map(|(short, long)| format!("{short}  {long}"));
    let whole: Vec<String> = whole.map(|line| line.trim_end().to_owned()).collect();
    let fits = width.is_none_or(|width| whole.iter().all(|line| columns(line) <= width));
    let lines = match width.map(|width| width.max(NARROWEST)) {
        Some(width) if !fits && short.iter().any(|line| columns(line.trim_end()) > width) => {
            rows.iter().flat_map(|row| card(row, width)).collect()
        }
        Some(width) if !fits => stacked(&short, &rows, width),
        _ => whole,
    };
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The short columns, with the long ones on separate lines below.
fn stacked(short: &[String], rows: &[ServerRow], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = short.iter().take(1).cloned().collect();
    for (line, row) in short.iter().skip(1).zip(rows) {
        lines.push(line.clone());
        lines.extend(named(&LONG, &row.long, width));
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// A server with each of its cells on a line below, for a terminal that is too narrow for the short columns.
fn card(row: &ServerRow, width: usize) -> Vec<String> {
    let [id, rest @ ..] = &row.short;
    let [_, names @ ..] = &SHORT;
    let short = named(names, rest, width);
    [id.clone()].into_iter().chain(short).chain(named(&LONG, &row.long, width)).collect()
}

/// The cells that are not empty, each with its name on lines of its own.
fn named(names: &[&str], cells: &[String], width: usize) -> Vec<String> {
    let said = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
    said.map(|(name, cell)| wrap(&format!("{name}: {cell}"), width, "  ", "    ")).collect()
}

/// Aligns the cells of the rows in columns.
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

/// The width of a text on a terminal.
fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn row(server: &ListedServer) -> ServerRow {
    let ListedOAuth { name, number, requires_proxy, .. } = &server.oauth;
    let number = number.map(|number| format!("{number} ")).unwrap_or_default();
    let hosts = server.destinations.iter().filter(|to| to.purpose.carries_secret());
    let hosts: BTreeSet<&str> = hosts.map(|to| to.host.as_str()).collect();
    let destinations = match (requires_proxy, hosts.is_empty(), name) {
        (true, true, ListedType::Generic) => "unknown: there is no token endpoint".to_owned(),
        (true, true, _) => "unknown: run `catproof probe`".to_owned(),
        (_, _, _) => hosts.into_iter().collect::<Vec<_>>().join(", "),
    };
    let ListedFindings { errors, warnings } = server.findings;
    let findings = [(errors, "error"), (warnings, "warning")];
    let findings = findings.into_iter().filter(|(count, _)| *count > 0);
    let findings: Vec<String> = findings.map(|(count, word)| plural(count, word)).collect();
    let origin = match server.origin {
        Origin::Catalog => "catalog",
        Origin::CatalogLocal => "local",
    };
    let proxy = if *requires_proxy { "yes" } else { "" };
    ServerRow {
        short: [
            visible(&server.id).into_owned(),
            origin.to_owned(),
            format!("{number}{}", name.word()),
            proxy.to_owned(),
            findings.join(", "),
        ],
        long: [visible(&destinations).into_owned(), visible(&server.env.join(", ")).into_owned()],
    }
}
