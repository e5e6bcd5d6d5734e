//! Every kind of change, with what it is called, what it says and how grave it is: the one table of them.

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
    /// It asks for no new power, and nobody has to do anything.
    Safe,
    /// It asks for something that a person has to agree to.
    Review,
    /// What protects a secret, a login or a machine gets weaker, or those who use the server have to act.
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

/// Makes the enum and its grades of one table.
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
    /// A server is gone.
    ServerRemoved: Breaking,
    /// A server has another id, which names its environment variables and its entry in the app.
    ServerRenamed: Breaking,
    /// A manifest lies in another file, under the same id.
    FileRenamed: Safe,
    /// A further file declares the id of a server that is there already.
    IdTakenTwice: Breaking,
    /// A file cannot be read as a manifest: it was one, or it is new.
    ManifestUnreadable: Breaking,
    /// A file that could not be read as a manifest now is one.
    ManifestReadable: Review,
    /// A file that is not a manifest, before and now, changes.
    UnreadableChanged: Review,
    /// A server is in no artifact any more.
    ServerLeftOut: Breaking,
    /// A server that was in no artifact now is.
    ServerCompiled: Review,
    /// A server of `catalog_local` hides one of the catalog on developers' machines.
    ShadowAdded: Review,
    /// What a server of `catalog_local` changes of the one that it hides is not what it was.
    ShadowChanged: Review,
    /// A server of `catalog_local` drops the proxy of the one that it hides, holds its secret, or sends it elsewhere.
    ShadowWeakens: Breaking,
    /// A server of the catalog is hidden no longer.
    ShadowRemoved: Safe,

    /// The user logs in in another way, or now has to, or no longer has to.
    OauthTypeChanged: Breaking,
    /// The manifest contradicts itself, so that no OAuth type can be given any more.
    OauthTypeUndetermined: Breaking,
    /// The proxy no longer keeps the client secret.
    ProxyDropped: Breaking,
    /// The proxy now keeps the client secret: whoever runs it has to provide one.
    ProxyAdded: Review,
    /// A secret stands in the file.
    SecretInFile: Breaking,
    /// A secret no longer stands in the file.
    SecretRemoved: Safe,
    /// The secret may be sent to another host, by the manifest's own word or by new URLs of it.
    DestinationAdded: Breaking,
    /// The secret may be sent to another host, though the manifest did not change: the discovery lock did.
    UnexplainedDestination: Breaking,
    /// The secret may be sent to a host that the base's discovery lock did not know yet.
    DestinationDiscovered: Review,
    /// The secret is no longer sent to a host.
    DestinationRemoved: Review,
    /// It is no longer known where the secret goes, so the proxy sends it nowhere.
    DestinationUnknown: Breaking,
    /// The same host is known as a destination from elsewhere.
    DestinationSourceChanged: Review,
    /// The login involves another host: the page that the user sees, or who is asked for the endpoints.
    LoginHostAdded: Breaking,
    /// The login no longer involves a host.
    LoginHostRemoved: Safe,
    /// The endpoints of a login are known now, from the discovery lock.
    LoginDiscovered: Review,
    /// The endpoints of a login are not known any more.
    LoginUnknown: Review,
    /// An endpoint is elsewhere on the same host.
    EndpointChanged: Review,
    /// More is asked for: a scope is new.
    ScopeAdded: Review,
    /// Less is asked for: a scope is gone.
    ScopeRemoved: Safe,
    /// The scopes are no longer those that the manifest lists, or are again.
    ScopeSourceChanged: Review,
    /// What is asked for where the provider refuses the scopes changes.
    FallbackScopesChanged: Review,
    /// The user is sent back to another address: the first redirect URI changes.
    RedirectUriChanged: Breaking,
    /// The redirect URIs after the first change.
    OtherRedirectUrisChanged: Review,
    /// The client id changes.
    ClientIdChanged: Breaking,
    /// The client registers itself in another way.
    RegistrationChanged: Review,
    /// The token reaches the server in another way.
    TokenDeliveryChanged: Review,
    /// The login becomes required, or optional.
    LoginRequirementChanged: Review,
    /// A field changes that catproof compiles nothing from, but another reader of the manifest might.
    UncompiledFieldChanged: Review,
    /// A part changes that cannot be compiled, before or now, so that only its fields can be named.
    UncompiledPartChanged: Review,

    /// The server becomes remote or local, or is spoken to in another way.
    TransportChanged: Breaking,
    /// The remote server is on another host.
    RemoteHostChanged: Breaking,
    /// The remote server has another URL on the same host.
    RemoteUrlChanged: Review,
    /// The port or the path of the container's endpoint changes.
    HttpEndpointChanged: Review,
    /// Another program runs: its command, package or image is another.
    ProgramChanged: Breaking,
    /// The same package or image runs in another version.
    VersionChanged: Review,
    /// What runs is no longer pinned to a version.
    PinRemoved: Review,
    /// The arguments change.
    ArgumentsChanged: Review,
    /// An environment variable is new.
    EnvironmentAdded: Review,
    /// An environment variable has another value.
    EnvironmentChanged: Review,
    /// An environment variable is gone.
    EnvironmentRemoved: Review,
    /// An environment variable makes the program load other code, or fetch it from elsewhere or through others.
    LoaderVariableSet: Breaking,
    /// The container is opened to the machine: privileged, a namespace, device or whole folder of the host, the engine's socket.
    ContainerOpened: Breaking,
    /// Other options of the container change: mounts, ports, the service account.
    ContainerOptionsChanged: Review,
    /// A file is put into the container, changes, or is put there no longer.
    InjectedFileChanged: Review,
    /// An answer is handed over as a file, or no longer.
    MountChanged: Review,

    /// The user has to answer something new.
    RequiredInputAdded: Breaking,
    /// The user is asked something new, and may leave it open.
    OptionalInputAdded: Review,
    /// The user is no longer asked something.
    InputRemoved: Review,
    /// What could be left open has to be answered.
    InputRequired: Breaking,
    /// What had to be answered can be left open.
    InputOptional: Safe,
    /// An answer is no longer kept secret.
    SensitiveDropped: Breaking,
    /// An answer is kept secret now.
    SensitiveSet: Safe,
    /// Another kind of answer is asked for: those that were given may not fit.
    InputTypeChanged: Breaking,
    /// What stands in for an answer, or the bounds of one, changes.
    InputDefaultChanged: Review,
    /// What the user is told about an answer changes.
    InputTextChanged: Review,
    /// The login in a window of the app changes.
    BrowserLoginChanged: Review,
    /// The steps of the set-up change.
    SetupChanged: Review,
    /// Descriptive fields change: nothing is compiled from them.
    MetadataChanged: Safe,

    /// Findings are put up with that were not.
    IgnoreAdded: Breaking,
    /// A rule has a lower level.
    RuleLowered: Breaking,
    /// A host is approved as a destination of secrets, or none has to be approved any more.
    DestinationApproved: Breaking,
    /// A host is allowed beside those that the catalog needs.
    ExtraDestinationAdded: Breaking,
    /// The catalog is judged under the development profile.
    ProfileWeakened: Breaking,
    /// The catalog, its artifacts or its configuration are elsewhere.
    FolderMoved: Breaking,
    /// A limit is higher: the size of a file, the age of the discovery lock.
    LimitRaised: Review,
    /// What is said of the OAuth proxy changes: its URL, callbacks, origins, allowlist.
    ProxySettingChanged: Review,
    /// The configuration becomes stricter.
    ConfigurationTightened: Safe,
    /// The configuration or the discovery lock of the base cannot be read, so that there is nothing to compare with.
    BaseUnreadable: Review,
    /// An artifact changes into what the catalog does not compile to.
    ArtifactEdited: Breaking,
    /// The discovery lock says something else of a provider.
    DiscoveryChanged: Review,
    /// The discovery lock was brought up to date, and says the same.
    DiscoveryRefreshed: Safe,
    /// The discovery lock has an entry for no server of the catalog, or for other URLs than its manifest's.
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

    /// The grade of a change to a developers' server. It reaches no user, so little of it is breaking.
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
        "# What `catproof diff` tells apart\n\n\
         Both states are read, classified and compiled, and what they compile to is compared: a file that is only \
         written in another way is not a change.\n\
         Both are judged by the configuration of the base, so that no change relaxes its own judgement.\n\n",
    );
    for grade in [Grade::Safe, Grade::Review, Grade::Breaking] {
        let meaning = grade.to_possible_value();
        let meaning = meaning.and_then(|value| value.get_help().map(ToString::to_string));
        let _ = writeln!(text, "- {}: {}.", grade.name(), meaning.unwrap_or_default());
    }
    text += "\nA server of `catalog_local` reaches no user: nothing about it is worse than review, but a secret in its \
             file and a weakened shadow.\n\n| kind | grade | what it says |\n|---|---|---|\n";
    for kind in Kind::value_variants() {
        let _ =
            writeln!(text, "| `{}` | {} | {}. |", kind.id(), kind.grade().name(), kind.summary());
    }
    text
}
