//! Internal items for integration tests, benches and fuzz targets, under their own paths; not a stable API.
//!
//! Besides these, only `run` and `ExitStatus` are public, so that the compiler finds unused items.

pub mod catalog {
    pub mod allowlist {
        pub use crate::catalog::allowlist::parse;
    }
    pub mod config {
        pub use crate::catalog::config::{Config, ExtraDestination, read};
    }
    pub mod entry {
        pub use crate::catalog::entry::{Entry, entry, lock_inputs};
    }
}
pub mod cli {
    pub mod args {
        pub use crate::cli::args::Cli;
    }
    pub mod captured {
        pub use crate::cli::captured::run;
    }
    pub mod commands {
        pub use crate::cli::commands::readme_table;
    }
    pub mod published_schemas {
        pub use crate::cli::published_schemas::published;
    }
}
pub mod compile {
    pub use crate::compile::{Catalog, CompileError, compile};
    pub mod emit {
        pub use crate::compile::emit::{Artifact, emit};
    }
    pub mod plan {
        pub use crate::compile::plan::{
            AppLaunch, Argument, CatalogIndex, ClientAuthentication, ClientRegistration, Composed,
            Escape, GENERATED, HostPath, Input, InputValue, LaunchFile, LeftOutReason, Part, Plan,
            Providers, ProxyFile, ProxyLaunch, ScopeSource, ServerLaunch, Template, TokenDelivery,
            TokenField, Transport,
        };
    }
    pub mod write {
        pub use crate::compile::write::{ChangeKind, Mode, WriteError, WriteOutcome, write};
    }
}
pub mod diff {
    pub use crate::diff::Kind;
}
pub mod discovery {
    pub use crate::discovery::{
        Answer, ClientOptions, DiscoveryTarget, Fetch, FetchFailure, Lock, LockEntry, LockInputs,
        Network, ProbeRun, Probed, Reach, Recorder, Recordings, Request, TargetKind, changes,
        merge, probe, read_lock, stale,
    };
    pub mod challenge {
        pub use crate::discovery::challenge::{Challenge, bearer, parse};
    }
    pub mod client {
        pub use crate::discovery::client::{FetchLimits, Lookup, SystemLookup};
    }
    pub mod documents {
        pub use crate::discovery::documents::{
            Reading, ResourceMatch, authorization_server_facts, match_resource, read,
            resource_facts,
        };
    }
    pub mod fetch {
        pub use crate::discovery::fetch::{Body, FailureKind, Method};
    }
    pub mod lock {
        pub use crate::discovery::lock::{AuthorizationServerFacts, LockProblem, Locks};
    }
    pub mod record {
        pub use crate::discovery::record::Recording;
    }
    pub mod well_known {
        pub use crate::discovery::well_known::{
            authorization_server_urls, protected_resource_urls,
        };
    }
}
pub mod lint {
    pub use crate::lint::{
        Context, Findings, Fixable, RULES, RawSubject, Rule, Subject, find, rule_ids,
        run_on_server, run_on_value, silence,
    };
}
pub mod manifest {
    pub mod model {
        pub use crate::manifest::model::{InputType, Manifest};
    }
    pub mod oauth {
        pub use crate::manifest::oauth::{OAuthType, classify};
    }
    pub mod schema {
        pub use crate::manifest::schema::{SERVER_SCHEMA, of};
    }
    pub mod validate {
        pub use crate::manifest::validate::{SchemaVerdict, read, schema_compiles, validate};
    }
}
pub mod pipeline {
    pub use crate::pipeline::Judged;
    pub mod baseline {
        pub use crate::pipeline::baseline::{BaselineIgnore, add};
    }
    pub mod facts {
        pub use crate::pipeline::facts::parse_allowlist;
    }
    pub mod fix {
        pub use crate::pipeline::fix::CatalogRepair;
    }
    pub mod ignores {
        pub use crate::pipeline::ignores::Ignores;
    }
    pub mod line {
        pub use crate::pipeline::line::{Keep, Line};
    }
    pub mod redaction {
        pub use crate::pipeline::redaction::{Redaction, redaction_of};
    }
}
pub mod report {
    pub use crate::report::{
        CheckReport, Format, Report, Shown, ShownPlace, Style, Summary, batches, locate, write,
    };
}
pub mod runtime {
    pub mod env_check {
        pub use crate::runtime::env_check::{EnvProblemKind, check_app, check_proxy};
    }
    pub mod environment {
        pub use crate::runtime::environment::Environment;
    }
    pub mod export {
        pub use crate::runtime::export::{Client, Export, export};
    }
    pub mod proxy {
        pub use crate::runtime::proxy::{
            Limits, Log, LogLevel, ProxyError, ProxyOptions, bind, bind_with_lookup, check, serve,
        };
        pub mod callback {
            pub use crate::runtime::proxy::callback::CallbackPage;
        }
        pub mod parameters {
            pub use crate::runtime::proxy::parameters::Parameters;
        }
        pub mod reply {
            pub use crate::runtime::proxy::reply::{Refusal, Reply, revocation_reply, token_reply};
        }
    }
    pub mod simulate {
        pub use crate::runtime::simulate::{Answers, simulate};
    }
}
pub mod source {
    pub use crate::source::{
        Content, FileId, Folders, ManifestFile, Origin, Outline, Pointer, Sources, clean,
        duplicate_keys, is_manifest_name, list_manifests, locate, outline, position,
        strip_byte_order_mark,
    };
    pub mod edit {
        pub use crate::source::edit::{TextEdit, apply, text_edits};
    }
    pub mod finding {
        pub use crate::source::finding::{Edit, Finding, Fix, Place, Severity, Spot};
    }
    pub mod parse {
        pub use crate::source::parse::{Parsed, parse};
    }
}
pub mod text {
    pub mod day {
        pub use crate::text::day::Day;
    }
    pub mod dotenv {
        pub use crate::text::dotenv::{quote, read};
    }
    pub mod hidden {
        pub use crate::text::hidden::{is_hidden, to_json};
    }
    pub mod profile {
        pub use crate::text::profile::Profile;
    }
    pub mod secrets {
        pub mod redactor {
            pub use crate::text::secrets::redactor::Redactor;
        }
    }
    pub mod visible {
        pub use crate::text::visible::visible;
    }
}
