//! Ignores that have gone stale: judged after everything else, by the stage that applies them.
