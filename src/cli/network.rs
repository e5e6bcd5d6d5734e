//! The network options of the command line, with paths that hold wherever the process stands.

use std::path::PathBuf;

use crate::pipeline::probing::NetworkOptions;

use super::args::NetworkArgs;
use super::console::Console;

/// How the providers are asked.
pub(crate) fn network_options(args: &NetworkArgs, console: &Console) -> NetworkOptions {
    let at = |path: &Option<PathBuf>| path.as_deref().map(|path| console.at(path));
    NetworkOptions {
        replay: at(&args.replay),
        record: at(&args.record),
        allow_loopback: args.allow_loopback,
        http_proxy: args.http_proxy.clone(),
        ca_file: at(&args.ca_file),
    }
}
