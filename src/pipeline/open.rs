//! The workspace of a run: where the options and the configuration meet the rules.

use crate::catalog::config::Level;
use crate::catalog::workspace::{Options, Workspace};
use crate::lint;
use crate::text::day::Day;

use super::failure::Failure;

/// What the command line says about how findings are judged.
#[derive(Debug, Default)]
pub struct Judging {
    pub pedantic: bool,
    /// The day that expiry is judged against.
    pub today: Option<Day>,
    /// Levels of rules by id; the last one for a rule counts.
    pub levels: Vec<(String, Level)>,
}

/// Opens the workspace.
pub(crate) fn open(options: &Options) -> Result<Workspace, Failure> {
    Ok(Workspace::open(options, &lint::rule_ids())?)
}

/// Opens the workspace, and applies what the command line says about judging.
pub(crate) fn open_to_judge(options: &Options, judging: &Judging) -> Result<Workspace, Failure> {
    let mut workspace = open(options)?;
    apply(judging, &mut workspace)?;
    Ok(workspace)
}

/// Applies what the command line says about judging.
pub(crate) fn apply(judging: &Judging, workspace: &mut Workspace) -> Result<(), Failure> {
    workspace.config.pedantic = judging.pedantic;
    if let Some(today) = judging.today {
        workspace.today = today;
    }
    let rules = lint::rule_ids();
    for (id, level) in &judging.levels {
        let Some(named) = rules.resolve(id) else {
            return Err(Failure::Usage {
                message: format!("there is no rule `{id}`"),
                help: rules.suggestion(id),
            });
        };
        workspace.notices.extend(named.notice());
        let levels = &mut workspace.config.rules;
        levels.insert(named.id.to_owned(), *level);
    }
    Ok(())
}
