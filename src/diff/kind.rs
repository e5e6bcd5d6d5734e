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

/// A kind of change. What is written above each is what `explain diff` prints and what the schema says.
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
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A server is new.
    ServerAdded,
    /// A server is gone.
    ServerRemoved,
    /// A server has another id, which names its environment variables and its entry in the app.
    ServerRenamed,
    /// A manifest lies in another file, under the same id.
    FileRenamed,
    /// A further file declares the id of a server that is there already.
    IdTakenTwice,
    /// A file cannot be read as a manifest: it was one, or it is new.
    ManifestUnreadable,
    /// A file that could not be read as a manifest now is one.
    ManifestReadable,
    /// A file that is no manifest, before and now, changes.
    UnreadableChanged,
    /// A server is in no artifact any more.
    ServerLeftOut,
    /// A server that was in no artifact now is.
    ServerCompiled,
    /// A server of `catalog_local` hides one of the catalog on developers' machines.
    ShadowAdded,
    /// What a server of `catalog_local` changes of the one that it hides is not what it was.
    ShadowChanged,
    /// A server of `catalog_local` drops the proxy of the one that it hides, holds its secret, or sends it elsewhere.
    ShadowWeakens,
    /// A server of the catalog is hidden no longer.
    ShadowRemoved,

    /// The user logs in in another way, or now has to, or no longer has to.
    OauthTypeChanged,
    /// The manifest contradicts itself, so that no OAuth type can be given any more.
    OauthTypeUndetermined,
    /// The proxy no longer keeps the client secret.
    ProxyDropped,
    /// The proxy now keeps the client secret: whoever runs it has to provide one.
    ProxyAdded,
    /// A secret stands in the file.
    SecretInFile,
    /// A secret no longer stands in the file.
    SecretRemoved,
    /// The secret may be sent to another host, by the manifest's own word or by new URLs of it.
    DestinationAdded,
    /// The secret may be sent to another host, though the manifest did not change: the discovery lock did.
    UnexplainedDestination,
    /// The secret may be sent to a host that the base's discovery lock did not know yet.
    DestinationDiscovered,
    /// The secret is no longer sent to a host.
    DestinationRemoved,
    /// It is no longer known where the secret goes, so the proxy sends it nowhere.
    DestinationUnknown,
    /// The same host is known as a destination from elsewhere.
    DestinationSourceChanged,
    /// The login involves another host: the page that the user sees, or who is asked for the endpoints.
    LoginHostAdded,
    /// The login no longer involves a host.
    LoginHostRemoved,
    /// The endpoints of a login are known now, from the discovery lock.
    LoginDiscovered,
    /// The endpoints of a login are not known any more.
    LoginUnknown,
    /// An endpoint is elsewhere on the same host.
    EndpointChanged,
    /// More is asked for: a scope is new.
    ScopeAdded,
    /// Less is asked for: a scope is gone.
    ScopeRemoved,
    /// The scopes are no longer those that the manifest lists, or are again.
    ScopeSourceChanged,
    /// What is asked for where the provider refuses the scopes changes.
    FallbackScopesChanged,
    /// The user is sent back to another address: the first redirect URI changes.
    RedirectUriChanged,
    /// The redirect URIs after the first change.
    OtherRedirectUrisChanged,
    /// The client id changes.
    ClientIdChanged,
    /// The client registers itself in another way.
    RegistrationChanged,
    /// The token reaches the server in another way.
    TokenDeliveryChanged,
    /// The login becomes required, or optional.
    LoginRequirementChanged,
    /// A field changes that catproof compiles nothing from, but another reader of the manifest might.
    UncompiledFieldChanged,
    /// A part changes that cannot be compiled, before or now, so that only its fields can be named.
    UncompiledPartChanged,

    /// The server becomes remote or local, or is spoken to in another way.
    TransportChanged,
    /// The remote server is on another host.
    RemoteHostChanged,
    /// The remote server has another URL on the same host.
    RemoteUrlChanged,
    /// The port or the path of the container's endpoint changes.
    HttpEndpointChanged,
    /// Another program runs: its command, package or image is another.
    ProgramChanged,
    /// The same package or image runs in another version.
    VersionChanged,
    /// What runs is no longer pinned to a version.
    PinRemoved,
    /// The arguments change.
    ArgumentsChanged,
    /// An environment variable is new.
    EnvironmentAdded,
    /// An environment variable has another value.
    EnvironmentChanged,
    /// An environment variable is gone.
    EnvironmentRemoved,
    /// An environment variable makes the program load other code, or fetch it from elsewhere or through others.
    LoaderVariableSet,
    /// The container is opened to the machine: privileged, a namespace, device or whole folder of the host, the engine's socket.
    ContainerOpened,
    /// Other options of the container change: mounts, ports, the service account.
    ContainerOptionsChanged,
    /// A file is put into the container, changes, or is put there no longer.
    InjectedFileChanged,
    /// An answer is handed over as a file, or no longer.
    MountChanged,

    /// The user has to answer something new.
    RequiredInputAdded,
    /// The user is asked something new, and may leave it open.
    OptionalInputAdded,
    /// The user is no longer asked something.
    InputRemoved,
    /// What could be left open has to be answered.
    InputRequired,
    /// What had to be answered can be left open.
    InputOptional,
    /// An answer is no longer kept secret.
    SensitiveDropped,
    /// An answer is kept secret now.
    SensitiveSet,
    /// Another kind of answer is asked for: those that were given may not fit.
    InputTypeChanged,
    /// What stands in for an answer, or the bounds of one, changes.
    InputDefaultChanged,
    /// What the user is told about an answer changes.
    InputTextChanged,
    /// The login in a window of the app changes.
    BrowserLoginChanged,
    /// The steps of the set-up change.
    SetupChanged,
    /// Descriptive fields change: nothing is compiled from them.
    MetadataChanged,

    /// Findings are put up with that were not.
    IgnoreAdded,
    /// A rule has a lower level.
    RuleLowered,
    /// A host is approved as a destination of secrets, or none has to be approved any more.
    DestinationApproved,
    /// A host is allowed beside those that the catalog needs.
    ExtraDestinationAdded,
    /// The catalog is judged under the development profile.
    ProfileWeakened,
    /// The catalog, its artifacts or its configuration are elsewhere.
    FolderMoved,
    /// A limit is higher: the size of a file, the age of the discovery lock.
    LimitRaised,
    /// What is said of the OAuth proxy changes: its URL, callbacks, origins, allowlist.
    ProxySettingChanged,
    /// The configuration becomes stricter.
    ConfigurationTightened,
    /// The configuration or the discovery lock of the base cannot be read, so that there is nothing to compare with.
    BaseUnreadable,
    /// An artifact changes into what the catalog does not compile to.
    ArtifactEdited,
    /// The discovery lock says something else of a provider.
    DiscoveryChanged,
    /// The discovery lock was brought up to date, and says the same.
    DiscoveryRefreshed,
    /// The discovery lock has an entry for no server of the catalog, or for other URLs than its manifest's.
    DiscoveryUnused,
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

    pub fn grade(self) -> Grade {
        match self {
            Self::FileRenamed
            | Self::ShadowRemoved
            | Self::SecretRemoved
            | Self::LoginHostRemoved
            | Self::ScopeRemoved
            | Self::InputOptional
            | Self::SensitiveSet
            | Self::MetadataChanged
            | Self::ConfigurationTightened
            | Self::DiscoveryRefreshed => Grade::Safe,

            Self::ServerAdded
            | Self::ManifestReadable
            | Self::UnreadableChanged
            | Self::ServerCompiled
            | Self::ShadowAdded
            | Self::ShadowChanged
            | Self::ProxyAdded
            | Self::DestinationDiscovered
            | Self::DestinationRemoved
            | Self::DestinationSourceChanged
            | Self::LoginDiscovered
            | Self::LoginUnknown
            | Self::EndpointChanged
            | Self::ScopeAdded
            | Self::ScopeSourceChanged
            | Self::FallbackScopesChanged
            | Self::OtherRedirectUrisChanged
            | Self::RegistrationChanged
            | Self::TokenDeliveryChanged
            | Self::LoginRequirementChanged
            | Self::UncompiledFieldChanged
            | Self::UncompiledPartChanged
            | Self::RemoteUrlChanged
            | Self::HttpEndpointChanged
            | Self::VersionChanged
            | Self::PinRemoved
            | Self::ArgumentsChanged
            | Self::EnvironmentAdded
            | Self::EnvironmentChanged
            | Self::EnvironmentRemoved
            | Self::ContainerOptionsChanged
            | Self::InjectedFileChanged
            | Self::MountChanged
            | Self::OptionalInputAdded
            | Self::InputRemoved
            | Self::InputDefaultChanged
            | Self::InputTextChanged
            | Self::BrowserLoginChanged
            | Self::SetupChanged
            | Self::LimitRaised
            | Self::ProxySettingChanged
            | Self::BaseUnreadable
            | Self::DiscoveryChanged
            | Self::DiscoveryUnused => Grade::Review,

            Self::ServerRemoved
            | Self::ServerRenamed
            | Self::IdTakenTwice
            | Self::ManifestUnreadable
            | Self::ServerLeftOut
            | Self::ShadowWeakens
            | Self::OauthTypeChanged
            | Self::OauthTypeUndetermined
            | Self::ProxyDropped
            | Self::SecretInFile
            | Self::DestinationAdded
            | Self::UnexplainedDestination
            | Self::DestinationUnknown
            | Self::LoginHostAdded
            | Self::RedirectUriChanged
            | Self::ClientIdChanged
            | Self::TransportChanged
            | Self::RemoteHostChanged
            | Self::ProgramChanged
            | Self::LoaderVariableSet
            | Self::ContainerOpened
            | Self::RequiredInputAdded
            | Self::InputRequired
            | Self::SensitiveDropped
            | Self::InputTypeChanged
            | Self::IgnoreAdded
            | Self::RuleLowered
            | Self::DestinationApproved
            | Self::ExtraDestinationAdded
            | Self::ProfileWeakened
            | Self::FolderMoved
            | Self::ArtifactEdited => Grade::Breaking,
        }
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
         written in another way is no change.\n\
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
        let _ = writeln!(
            text,
            "| `{}` | {} | {}. |",
            kind.id(),
            kind.grade().name(),
            kind.summary()
        );
    }
    text
}
