//! The table of all kinds of change, each with its meaning and its grade.

use std::fmt::Write as _;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How grave a change is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// It asks for no new power, and nobody has to act.
    Safe,
    /// It asks for something that a person must agree to.
    Review,
    /// The protection of a secret, a login or a machine gets weaker, or users have to act.
    Breaking,
}

impl Grade {
    /// The word of every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Review => "review",
            Self::Breaking => "breaking",
        }
    }
}

/// Makes the enum and its grades from one table.
macro_rules! kinds {
    ($($(#[$documentation:meta])+ $kind:ident: $grade:ident,)+) => {
        /// A kind of change. What is written above each is what `explain diff` prints and what the schema says.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ValueEnum,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $($(#[$documentation])+ $kind,)+
        }

        impl Kind {
            pub fn grade(self) -> Grade {
                match self {
                    $(Self::$kind => Grade::$grade,)+
                }
            }
        }
    };
}

kinds! {
    /// A server is new.
    ServerAdded: Review,
    /// A server is removed.
    ServerRemoved: Breaking,
    /// A server has another id, which names its environment variables and its entry in the app.
    ServerRenamed: Breaking,
    /// A manifest moves to another file, under the same id.
    FileRenamed: Safe,
    /// Another file declares the id of an existing server.
    IdTakenTwice: Breaking,
    /// A file cannot be read as a manifest: it was one, or it is new.
    ManifestUnreadable: Breaking,
    /// A file that could not be read as a manifest now is one.
    ManifestReadable: Review,
    /// A file that is not a manifest, before and now, changes.
    UnreadableChanged: Review,
    /// A server is no longer in any artifact.
    ServerLeftOut: Breaking,
    /// A server that was in no artifact is now compiled.
    ServerCompiled: Review,
    /// A server of `catalog_local` hides one of the catalog on developers' machines.
    ShadowAdded: Review,
    /// A server of `catalog_local` now differs in other ways from the one that it hides.
    ShadowChanged: Review,
    /// A server of `catalog_local` drops the proxy of the one that it hides, holds its secret, or sends it elsewhere.
    ShadowWeakens: Breaking,
    /// A server of the catalog is no longer hidden.
    ShadowRemoved: Safe,

    /// The user logs in in another way, or now has to, or no longer has to.
    OauthTypeChanged: Breaking,
    /// The manifest now contradicts itself, so its OAuth type cannot be determined.
    OauthTypeUndetermined: Breaking,
    /// The proxy no longer keeps the client secret.
    ProxyDropped: Breaking,
    /// The proxy now keeps the client secret: whoever runs the proxy must provide it.
    ProxyAdded: Review,
    /// The file contains a secret.
    SecretInFile: Breaking,
    /// The file no longer contains a secret.
    SecretRemoved: Safe,
    /// The secret may be sent to another host, which the manifest names or its new URLs lead to.
    DestinationAdded: Breaking,
    /// The secret may be sent to another host, though the manifest did not change: the discovery lock did.
    UnexplainedDestination: Breaking,
    /// The secret may be sent to a host that the base's discovery lock did not know yet.
    DestinationDiscovered: Review,
    /// A new server sends its secret to another site than the user logs in at.
    TokenEndpointOffSite: Breaking,
    /// The secret is no longer sent to a host.
    DestinationRemoved: Review,
    /// It is no longer known where the secret goes, so the proxy sends it nowhere.
    DestinationUnknown: Breaking,
    /// A destination stays, but another field or document names it.
    DestinationSourceChanged: Review,
    /// The login involves another host: the login page, or where the endpoints are looked up.
    LoginHostAdded: Breaking,
    /// The login no longer involves a host.
    LoginHostRemoved: Safe,
    /// The discovery lock now knows the endpoints of a login.
    LoginDiscovered: Review,
    /// The endpoints of a login are no longer known.
    LoginUnknown: Review,
    /// An endpoint moves on the same host.
    EndpointChanged: Review,
    /// A scope is added.
    ScopeAdded: Review,
    /// A scope is removed.
    ScopeRemoved: Safe,
    /// The scopes come from somewhere else: the manifest, or the provider's metadata.
    ScopeSourceChanged: Review,
    /// The scopes to ask for if the provider refuses the first ones change.
    FallbackScopesChanged: Review,
    /// The user is sent back to another address: the redirect URI in use changes.
    RedirectUriChanged: Breaking,
    /// The redirect URIs after the first change.
    OtherRedirectUrisChanged: Review,
    /// The client id changes.
    ClientIdChanged: Breaking,
    /// The client is registered in another way.
    RegistrationChanged: Review,
    /// The token reaches the server in another way.
    TokenDeliveryChanged: Review,
    /// The login becomes required, or optional.
    LoginRequirementChanged: Review,
    /// A field changes that catproof does not compile, but another reader of the manifest might use.
    UncompiledFieldChanged: Review,
    /// A part changes that cannot be compiled, so only its fields can be named.
    UncompiledPartChanged: Review,

    /// The server becomes remote or local, or uses another transport.
    TransportChanged: Breaking,
    /// The remote server is on another host.
    RemoteHostChanged: Breaking,
    /// The remote server has another URL on the same host.
    RemoteUrlChanged: Review,
    /// The port or the path of the container's endpoint changes.
    HttpEndpointChanged: Review,
    /// Another command, package or image runs.
    ProgramChanged: Breaking,
    /// Another version of the same package or image runs.
    VersionChanged: Review,
    /// What runs is no longer pinned to a version.
    PinRemoved: Review,
    /// The arguments change.
    ArgumentsChanged: Review,
    /// An environment variable is added.
    EnvironmentAdded: Review,
    /// An environment variable has another value.
    EnvironmentChanged: Review,
    /// An environment variable is removed.
    EnvironmentRemoved: Review,
    /// An environment variable can make the program load other code, or trust other hosts.
    LoaderVariableSet: Breaking,
    /// A shell or an interpreter is given another script on the command line.
    ScriptChanged: Breaking,
    /// An option makes `npx` or `uvx` fetch code from elsewhere, or load other code.
    PackageSourceSet: Breaking,
    /// The container is opened to the host: privileged, a namespace, group, device or whole folder of it, the engine's
    /// socket, the keys of its user; or it is told where a host name leads.
    ContainerOpened: Breaking,
    /// Other options of the container change: mounts, ports, the service account.
    ContainerOptionsChanged: Review,
    /// A file that is put into the container is added, changed or removed.
    InjectedFileChanged: Review,
    /// An answer is now passed as a file, or no longer.
    MountChanged: Review,

    /// The user must answer something new.
    RequiredInputAdded: Breaking,
    /// The user may answer something new.
    OptionalInputAdded: Review,
    /// The user is no longer asked something.
    InputRemoved: Review,
    /// An optional answer becomes required.
    InputRequired: Breaking,
    /// A required answer becomes optional.
    InputOptional: Safe,
    /// An answer is no longer kept secret.
    SensitiveDropped: Breaking,
    /// An answer is now kept secret.
    SensitiveSet: Safe,
    /// An input takes another type of answer: existing answers may not fit.
    InputTypeChanged: Breaking,
    /// The default of an answer changes, or its bounds.
    InputDefaultChanged: Review,
    /// The title or description of an answer changes.
    InputTextChanged: Review,
    /// The login through a window of the app changes.
    BrowserLoginChanged: Review,
    /// The setup steps change.
    SetupChanged: Review,
    /// Descriptive fields change: nothing is compiled from them.
    MetadataChanged: Safe,

    /// Findings are ignored that were not before.
    IgnoreAdded: Breaking,
    /// A rule has a lower level.
    RuleLowered: Breaking,
    /// A host is approved as a destination of secrets, or destinations no longer need approval.
    DestinationApproved: Breaking,
    /// The proxy may send secrets to a host that no server of the catalog needs.
    ExtraDestinationAdded: Breaking,
    /// The catalog is now checked under the development profile.
    ProfileWeakened: Breaking,
    /// The catalog, its artifacts or its configuration move.
    FolderMoved: Breaking,
    /// A limit is raised: the size of a file, the age of the discovery lock.
    LimitRaised: Review,
    /// A setting of the OAuth proxy changes: its URL, callbacks, origins or allowlist.
    ProxySettingChanged: Review,
    /// The configuration becomes stricter.
    ConfigurationTightened: Safe,
    /// The configuration or the discovery lock of the base cannot be read, so there is nothing to compare with.
    BaseUnreadable: Review,
    /// An artifact changes, but not to what the catalog compiles to.
    ArtifactEdited: Breaking,
    /// The discovery lock records something else about a provider.
    DiscoveryChanged: Review,
    /// The discovery lock is refreshed, and records the same.
    DiscoveryRefreshed: Safe,
    /// The discovery lock has an entry for a server or for URLs that the catalog does not have.
    DiscoveryUnused: Review,
}

impl Kind {
    /// The stable word.
    pub fn id(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What it means, in one sentence.
    pub fn summary(self) -> String {
        let value = self.to_possible_value();
        let help = value.and_then(|value| value.get_help().map(ToString::to_string));
        help.unwrap_or_default()
    }

    /// The grade of a change to a developers' server, which reaches no user.
    pub fn grade_for_developers(self) -> Grade {
        match self {
            Self::SecretInFile | Self::ShadowWeakens => self.grade(),
            _ => self.grade().min(Grade::Review),
        }
    }
}

/// Every kind as a table, and what the grades mean: what `explain diff` prints.
pub(crate) fn explain() -> String {
    let mut text = String::from(
        "# What `catproof diff` reports\n\n\
         Both states are read, classified and compiled, and what they compile to is compared: a file that is only \
         formatted differently is not a change.\n\
         Both are judged by the configuration of the base, so that no change can relax the rules that it is judged by.\n\n",
    );
    for grade in [Grade::Safe, Grade::Review, Grade::Breaking] {
        let meaning = grade.to_possible_value();
        let meaning = meaning.and_then(|value| value.get_help().map(ToString::to_string));
        let _ = writeln!(text, "- {}: {}.", grade.name(), meaning.unwrap_or_default());
    }
    text += "\nA server of `catalog_local` reaches no user, so its changes are graded review at most, except a secret in \
             its file and a weakened shadow.\n\n| kind | grade | what it means |\n|---|---|---|\n";
    for kind in Kind::value_variants() {
        let _ =
            writeln!(text, "| `{}` | {} | {}. |", kind.id(), kind.grade().name(), kind.summary());
    }
    text
}
