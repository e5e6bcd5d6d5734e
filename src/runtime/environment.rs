//! The environment of the proxy, read alike by the proxy and by its checks.

use std::collections::BTreeMap;
use std::fmt;

use crate::text::dotenv::EnvFile;

/// The variables of a process, which take precedence, and those of a `.env` file.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    pub process: &'a BTreeMap<String, String>,
    pub file: &'a EnvFile,
}

impl fmt::Debug for Environment<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The values are secrets.
        formatter.write_str("Environment(…)")
    }
}

impl<'a> Environment<'a> {
    /// The first of the names that has a value, else the first that is set: the template leaves variables empty.
    pub(crate) fn first<'n>(&self, names: &'n [String]) -> Option<(&'n str, &'a str)> {
        let of_process = |name: &str| self.process.get(name).map(String::as_str);
        let get = |name: &str| of_process(name).or_else(|| self.file.get(name));
        let set = || names.iter().filter_map(|name| Some((name.as_str(), get(name)?)));
        set().find(|(_, value)| !value.is_empty()).or_else(|| set().next())
    }

    /// The value of the first of the names that has one.
    pub(crate) fn value(&self, names: &[String]) -> Option<&'a str> {
        self.first(names).map(|(_, value)| value).filter(|value| !value.is_empty())
    }
}
