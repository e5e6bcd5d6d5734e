//! Text -> configuration, or all its problems, each at its exact characters.
//!
//! Serde reads a valid configuration. The problems of an invalid one come from the published schema, worded as for a
//! manifest, and from checks that a schema cannot express: whether a rule exists, whether a day is valid.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, de};

use crate::manifest::schema;
use crate::manifest::violations::{Checker, Violation};
use crate::source::{Pointer, Spans};
use crate::text::day::Day;
use crate::text::suggest;

use super::{Config, ConfigProblem, Ignore, RuleIds};

/// Reads a configuration, with notices for the user.
pub fn read(text: &str, rules: &RuleIds) -> Result<(Config, Vec<String>), Vec<ConfigProblem>> {
    let mut config: Config = match toml::from_str(text) {
        Ok(config) => config,
        Err(error) => return Err(syntax_problems(text, &error)),
    };
    let mut problems = Vec::new();
    let mut notices = Vec::new();
    resolve_rules(&mut config, text, rules, &mut problems, &mut notices);
    for ignore in &config.ignore {
        check_ignore(ignore, &mut problems);
    }
    if problems.is_empty() { Ok((config, notices)) } else { Err(in_order(problems)) }
}

/// Why a text is not a configuration: its TOML errors, else its schema violations, else the error of serde.
fn syntax_problems(text: &str, error: &de::Error) -> Vec<ConfigProblem> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return in_order(errors.iter().map(problem).collect());
    }
    let document = TomlDocument::new(&table);
    let checker = Checker::new(schema::of::<Config>().to_value());
    let violations = checker.violations(&document.value).into_iter();
    let problems: Vec<ConfigProblem> =
        violations.map(|violation| document.problem(violation)).collect();
    if problems.is_empty() { vec![problem(error)] } else { in_order(problems) }
}

fn problem(error: &de::Error) -> ConfigProblem {
    ConfigProblem {
        span: error.span().unwrap_or(0..0),
        message: error.message().trim().replace('\n', ", "),
        help: None,
    }
}

fn in_order(mut problems: Vec<ConfigProblem>) -> Vec<ConfigProblem> {
    problems.sort_by_key(|problem| problem.span.start);
    problems
}

/// Checks that every rule exists, and replaces old ids by the current ones.
fn resolve_rules(
    config: &mut Config,
    text: &str,
    rules: &RuleIds,
    problems: &mut Vec<ConfigProblem>,
    notices: &mut Vec<String>,
) {
    let mut levels = BTreeMap::new();
    // Only needed for a problem.
    let places = LazyCell::new(|| {
        let table = DeTable::parse(text).ok();
        table.map_or_else(BTreeMap::new, |table| TomlDocument::new(&table).places)
    });
    for (id, level) in std::mem::take(&mut config.rules) {
        let Some(named) = rules.resolve(&id) else {
            let pointer = Pointer::from("/rules").key(&id);
            let spans = places.get(&pointer);
            let key = spans.and_then(|spans| spans.key.clone());
            problems.push(no_such_rule(&id, rules, key.unwrap_or(0..0)));
            continue;
        };
        notices.extend(named.notice());
        levels.insert(named.id.to_owned(), level);
    }
    config.rules = levels;
    for ignore in &mut config.ignore {
        let span = ignore.rule.span();
        match rules.resolve(ignore.rule.get_ref()) {
            Some(named) => {
                notices.extend(named.notice());
                ignore.rule = Spanned::new(span, named.id.to_owned());
            }
            None => problems.push(no_such_rule(ignore.rule.get_ref(), rules, span)),
        }
    }
}

fn no_such_rule(id: &str, rules: &RuleIds, span: Range<usize>) -> ConfigProblem {
    ConfigProblem { span, message: format!("there is no rule `{id}`"), help: rules.suggestion(id) }
}

fn check_ignore(ignore: &Ignore, problems: &mut Vec<ConfigProblem>) {
    let mut refuse = |span: Range<usize>, message: String, help: &str| {
        problems.push(ConfigProblem { span, message, help: Some(help.to_owned()) });
    };
    if ignore.file.get_ref().is_empty() {
        let help = "name the file, such as `catalog/acme__mcp.json`";
        refuse(ignore.file.span(), "the ignore names no file".to_owned(), help);
    }
    if let Some(pointer) = &ignore.pointer
        && !pointer.get_ref().starts_with('/')
    {
        refuse(
            pointer.span(),
            format!("`{}` is not a JSON Pointer", pointer.get_ref()),
            "write it like `/oauth_config/scopes/0`, or leave it out to mean the whole file",
        );
    }
    if let Some(expires) = &ignore.expires
        && Day::parse(&expires.get_ref().0).is_none()
    {
        refuse(
            expires.span(),
            format!("`{}` is not a day", expires.get_ref().0),
            "write it like `2027-01-31`",
        );
    }
}

/// A TOML document as a JSON value, with the span of each key and value.
struct TomlDocument {
    value: Value,
    places: BTreeMap<Pointer, Spans>,
}

impl TomlDocument {
    fn new(table: &Spanned<DeTable<'_>>) -> Self {
        let mut places = BTreeMap::new();
        let value = json_of_table(table.get_ref(), &Pointer::root(), &mut places);
        Self { value, places }
    }

    fn problem(&self, violation: Violation) -> ConfigProblem {
        match violation {
            Violation::UnknownKey { object, key, known } => {
                let nearest = suggest::nearest(&key, known.iter().map(String::as_str));
                ConfigProblem {
                    span: self.key(&object.key(&key)),
                    help: match nearest {
                        Some(nearest) => Some(format!("did you mean `{nearest}`?")),
                        None => Some(format!("the keys are {}", known.join(", "))),
                    },
                    message: format!("there is no key `{key}` here"),
                }
            }
            Violation::MissingKey { object, key } => ConfigProblem {
                span: self.value(&object),
                message: format!("`{key}` is missing"),
                help: Some(format!("add `{key}`")),
            },
            Violation::WrongValue { at, message } => {
                ConfigProblem { span: self.value(&at), help: self.level_meant(&at), message }
            }
        }
    }

    /// The level that was meant by the name of a command-line option.
    fn level_meant(&self, at: &Pointer) -> Option<String> {
        let word = at.as_str().strip_prefix("/rules/").and(self.value.pointer(at.as_str()));
        let level = match word?.as_str()? {
            "allow" => "off",
            "warn" => "warning",
            "deny" => "error",
            _ => return None,
        };
        Some(format!("write `{level}`"))
    }

    fn key(&self, pointer: &Pointer) -> Range<usize> {
        let spans = self.places.get(pointer);
        spans.map_or(0..0, |spans| spans.key.clone().unwrap_or_else(|| spans.value.clone()))
    }

    fn value(&self, pointer: &Pointer) -> Range<usize> {
        let spans = self.places.get(pointer);
        spans.map_or(0..0, |spans| spans.value.clone())
    }
}

fn json_of_table(
    table: &DeTable<'_>,
    at: &Pointer,
    places: &mut BTreeMap<Pointer, Spans>,
) -> Value {
    let members = table.iter().map(|(key, value)| {
        let pointer = at.key(key.get_ref());
        let member = json_of(value.get_ref(), &pointer, places);
        places.insert(pointer, Spans { key: Some(key.span()), value: value.span() });
        (key.get_ref().to_string(), member)
    });
    Value::Object(members.collect())
}

fn json_of(value: &DeValue<'_>, at: &Pointer, places: &mut BTreeMap<Pointer, Spans>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        // Serde reports a number that JSON cannot hold.
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::from(0), Value::from)
        }
        DeValue::Float(number) => {
            number.as_str().parse::<f64>().map_or(Value::from(0.5), Value::from)
        }
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(array) => {
            let items = array.iter().enumerate().map(|(index, item)| {
                let pointer = at.index(index);
                let value = json_of(item.get_ref(), &pointer, places);
                places.insert(pointer, Spans { key: None, value: item.span() });
                value
            });
            Value::Array(items.collect())
        }
        DeValue::Table(table) => json_of_table(table, at, places),
    }
}
