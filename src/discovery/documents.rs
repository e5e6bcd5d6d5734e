//! Parses an answer into facts, or into problems by rule id. Pure.
//!
//! Specifications: [RFC 8414 §2, §3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3),
//! [RFC 9728 §2, §3.3](https://www.rfc-editor.org/rfc/rfc9728#section-3.3),
//! [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207) for `iss`.
//!
//! A member that a document leaves out has the default of its RFC; one that a reconstructed document says nothing about
//! is unknown, and its fact null.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize as _;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use crate::source::{self, Pointer};
use crate::text::hosts::is_loopback_name;

use super::address::Reach;
use super::fetch::{Answer, Body};
use super::lock::{AuthorizationServerFacts, LockProblem, ResourceFacts};
use super::well_known::origin;

/// The rule ids of the problems that discovery itself finds.
pub(crate) mod rule {
    /// The document's `issuer` is not the issuer that was asked for.
    pub(crate) const ISSUER_MISMATCH: &str = "issuer-mismatch";
    /// Not a JSON object, an endpoint missing or not a URL, a member of the wrong type.
    pub(crate) const INVALID_METADATA: &str = "invalid-metadata";
    /// The document's `resource` is neither the remote URL nor a parent path of it.
    pub(crate) const RESOURCE_MISMATCH: &str = "resource-mismatch";
    /// A discovered URL is not https.
    pub(crate) const INSECURE_ENDPOINT: &str = "insecure-endpoint";
    /// No answer, a refused address, or a server error: nothing is known, so nothing is wrong.
    pub(crate) const UNREACHABLE_METADATA: &str = "unreachable-metadata";
    /// Every URL answered, and none has metadata.
    pub(crate) const UNPUBLISHED_METADATA: &str = "unpublished-metadata";
    /// The metadata is JSON, but its content type is not (RFC 8414 §3.2, RFC 9728 §3.2).
    pub(crate) const MISLABELED_METADATA: &str = "mislabeled-metadata";
}

/// The members that discovery reads; a cached document keeps only these.
const MEMBERS: [&str; 13] = [
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "authorization_servers",
    "client_id_metadata_document_supported",
    "code_challenge_methods_supported",
    "grant_types_supported",
    "issuer",
    "registration_endpoint",
    "resource",
    "revocation_endpoint",
    "scopes_supported",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
];

/// The longest URL that is accepted from an answer, in bytes.
pub(crate) const LONGEST_URL: usize = 2_048;

/// What the body of a `200` turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A JSON object.
    Document(MetadataDocument),
    /// A web page, as from a server that answers every path.
    Page,
    /// Anything else, with the reason, to follow "the answer …".
    Broken(String),
}

/// A metadata document, cut down to the members that discovery reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataDocument {
    /// SHA-256 of the body in hexadecimal; none where it was reconstructed.
    pub sha256: Option<String>,
    /// The content type, if it is not JSON.
    pub mislabeled: Option<String>,
    /// A slice, not a map, to save memory: documents are kept for the whole run.
    members: Box<[(&'static str, Value)]>,
    unknown: BTreeSet<String>,
    dynamic_registration: Option<bool>,
}

/// How a `resource` fits the URL that it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceMatch {
    /// Byte for byte (RFC 9728 §3.3).
    Exact,
    /// A parent path on the same origin, or another spelling of the same URL: accepted, unlike in the RFC.
    Parent,
    /// The source of a reconstructed document does not state it.
    Unknown,
}

/// Reads the body of a `200`.
#[must_use]
pub fn read(answer: &Answer) -> Reading {
    let bytes = match &answer.body {
        Body::Unread => return Reading::Broken("has no body".to_owned()),
        Body::TooLarge(limit) => {
            return Reading::Broken(format!("is larger than {} KiB", limit / 1024));
        }
        Body::Bytes(bytes) => bytes,
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let content_type = answer.content_type.as_deref().unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(mut stated)) => {
            // Parsers differ in which of two values they use, so neither can be trusted.
            if let Some(name) = repeated_member(text) {
                return Reading::Broken(format!("states {} twice", quoted(&name)));
            }
            let members = MEMBERS.iter().filter_map(|name| {
                let value = stated.remove(*name)?;
                (!value.is_null()).then_some((*name, value))
            });
            let reconstruction = answer.reconstruction.as_ref();
            let labeled = media_type == "application/json" || media_type.ends_with("+json");
            Reading::Document(MetadataDocument {
                sha256: reconstruction.is_none().then(|| hexadecimal(&Sha256::digest(bytes))),
                mislabeled: (!labeled && reconstruction.is_none()).then(|| quoted(content_type)),
                members: members.collect(),
                unknown: reconstruction.map(|it| it.unknown.clone()).unwrap_or_default(),
                dynamic_registration: reconstruction.and_then(|it| it.stated.dynamic_registration),
            })
        }
        Ok(_) => Reading::Broken("is JSON, but no object".to_owned()),
        Err(_) if is_page(&media_type, text) => Reading::Page,
        Err(_) if text.trim_ascii().is_empty() => Reading::Broken("is empty".to_owned()),
        Err(error) => Reading::Broken(format!("is not JSON: {error}")),
    }
}

/// The facts of a protected resource metadata document that was read at `metadata_url` for `resource_url`.
///
/// # Errors
/// `invalid-metadata` or `resource-mismatch`: the document must not be used.
pub fn resource_facts(
    document: &MetadataDocument,
    metadata_url: &str,
    resource_url: &str,
) -> Result<(ResourceFacts, ResourceMatch), LockProblem> {
    let reader = Reader { document, metadata_url };
    let resource = reader.text("resource")?;
    let matched = match &resource {
        Some(resource) => match_resource(resource, resource_url).ok_or_else(|| {
            let (at, resource) = (quoted(metadata_url), quoted(resource));
            let url = quoted(resource_url);
            let message = format!(
                "the resource metadata at {at} is for {resource}, which is neither {url} nor a parent path of it"
            );
            problem(rule::RESOURCE_MISMATCH, message)
        })?,
        None if document.leaves_open("resource") => ResourceMatch::Unknown,
        None => return Err(reader.invalid("states no `resource`")),
    };
    let authorization_servers = reader.list("authorization_servers")?.unwrap_or_default();
    if authorization_servers.is_empty() && !document.leaves_open("authorization_servers") {
        return Err(reader.invalid("names no authorization server"));
    }
    let facts = ResourceFacts {
        metadata_url: metadata_url.to_owned(),
        resource,
        authorization_servers,
        scopes_supported: reader.list("scopes_supported")?,
    };
    Ok((facts, matched))
}

/// The facts of an authorization server metadata document that was read at `metadata_url`, and its issuer.
///
/// The issuer must be one of `issuers` byte for byte: usually one, two if nobody published it and its trailing slash is
/// uncertain, none if there is nothing to compare with.
///
/// # Errors
/// `issuer-mismatch`, `invalid-metadata` or `insecure-endpoint`, all that apply: the document must not be used.
pub fn authorization_server_facts(
    document: &MetadataDocument,
    metadata_url: &str,
    issuers: &[&str],
    reach: Reach,
) -> Result<(String, AuthorizationServerFacts), Vec<LockProblem>> {
    fn keep<T>(read: Result<Option<T>, LockProblem>, problems: &mut Vec<LockProblem>) -> Option<T> {
        read.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    }
    let reader = Reader { document, metadata_url };
    let mut problems = Vec::new();
    let found = &mut problems;
    let endpoint = |name, presence| reader.endpoint(name, presence, reach);

    let issuer = keep(reader.issuer(issuers).map(Some), found);
    let facts = AuthorizationServerFacts {
        metadata_url: metadata_url.to_owned(),
        authorization_endpoint: keep(endpoint("authorization_endpoint", Presence::Required), found),
        token_endpoint: keep(endpoint("token_endpoint", Presence::Required), found),
        revocation_endpoint: keep(endpoint("revocation_endpoint", Presence::Optional), found),
        registration_endpoint: keep(endpoint("registration_endpoint", Presence::Optional), found),
        dynamic_registration: None,
        client_id_metadata_document_supported: keep(
            reader.flag("client_id_metadata_document_supported"),
            found,
        ),
        authorization_response_iss_parameter_supported: keep(
            reader.flag("authorization_response_iss_parameter_supported"),
            found,
        ),
        code_challenge_methods_supported: keep(
            reader.list_or("code_challenge_methods_supported", &[]),
            found,
        ),
        token_endpoint_auth_methods_supported: keep(
            reader.list_or("token_endpoint_auth_methods_supported", &["client_secret_basic"]),
            found,
        ),
        scopes_supported: keep(reader.list("scopes_supported"), found),
        grant_types_supported: keep(
            reader.list_or("grant_types_supported", &["authorization_code", "implicit"]),
            found,
        ),
    };
    let Some(issuer) = issuer.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let dynamic_registration = if facts.registration_endpoint.is_some() {
        Some(true)
    } else {
        let is_unknown = document.leaves_open("registration_endpoint");
        document.dynamic_registration.or((!is_unknown).then_some(false))
    };
    Ok((issuer, AuthorizationServerFacts { dynamic_registration, ..facts }))
}

/// How `resource` fits the remote URL, or `None` if it is a different resource.
///
/// RFC 9728 §3.3 requires them to be equal byte for byte. A parent path on the same origin is accepted too, because real
/// servers publish one document for several paths. A parent ends at a `/`, and `/mcp/` is not a parent of `/mcp`.
#[must_use]
pub fn match_resource(resource: &str, remote_url: &str) -> Option<ResourceMatch> {
    if resource == remote_url {
        return Some(ResourceMatch::Exact);
    }
    let (parent, child) = (read_url(resource)?, Url::parse(remote_url).ok()?);
    if origin(&parent) != origin(&child) {
        return None;
    }
    let rest = child.path().strip_prefix(parent.path())?;
    let at_a_slash = rest.is_empty() || rest.starts_with('/') || parent.path().ends_with('/');
    let same_query =
        parent.query().is_none() || (rest.is_empty() && parent.query() == child.query());
    (at_a_slash && same_query).then_some(ResourceMatch::Parent)
}

/// Whether an issuer is a template such as `https://a/{tenantid}/v2.0`, which no token's `iss` can equal.
#[must_use]
pub(crate) fn is_template(issuer: &str) -> bool {
    issuer.split_once('{').is_some_and(|(_, rest)| rest.contains('}'))
}

/// Parses a discovered URL: absolute, in the characters of RFC 3986 only, without user information or fragment, of
/// bounded length.
///
/// The URL standard's parser alone would accept line feeds, spaces, backslashes, `https:host` and `https:///host`, which
/// other parsers may read differently.
#[must_use]
pub(crate) fn read_url(text: &str) -> Option<Url> {
    if text.len() > LONGEST_URL {
        return None;
    }
    let is_uri_character =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let url = Url::parse(text).ok()?;
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = scheme.eq_ignore_ascii_case(url.scheme())
        && !authority.is_empty()
        && !authority.contains('@')
        && url.fragment().is_none()
        && text.bytes().all(is_uri_character);
    is_plain.then_some(url)
}

/// Whether a discovered URL is https, or http on loopback if the run allows it.
#[must_use]
pub(crate) fn is_secure(url: &Url, reach: Reach) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => is_loopback_name(name),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => true,
        "http" => loopback && reach != Reach::Public,
        _ => false,
    }
}

pub(crate) fn problem(rule: &str, message: impl Into<String>) -> LockProblem {
    LockProblem { rule: rule.to_owned(), message: message.into() }
}

/// An untrusted value in backticks: one line of printable ASCII, of bounded length. Everything else is escaped, so that
/// lookalike letters show.
#[must_use]
pub(crate) fn quoted(value: &str) -> String {
    const LONGEST: usize = 300;
    let mut text = String::from("`");
    for (count, character) in value.chars().enumerate() {
        if count == LONGEST {
            text.push('…');
            break;
        }
        match character {
            ' '..='~' if character != '`' => text.push(character),
            _ => text.extend(character.escape_unicode()),
        }
    }
    text.push('`');
    text
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl MetadataDocument {
    fn member(&self, name: &str) -> Option<&Value> {
        let mut members = self.members.iter();
        members.find_map(|(known, value)| (*known == name).then_some(value))
    }

    /// Whether the source of a reconstructed document says nothing about a member.
    fn leaves_open(&self, member: &str) -> bool {
        self.unknown.contains(member)
    }
}

/// Whether a document must have a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// Typed access to a document's members; every problem names the document.
struct Reader<'a> {
    document: &'a MetadataDocument,
    metadata_url: &'a str,
}

impl Reader<'_> {
    fn invalid(&self, what: &str) -> LockProblem {
        problem(
            rule::INVALID_METADATA,
            format!("the metadata at {} {what}", quoted(self.metadata_url)),
        )
    }

    fn text(&self, name: &str) -> Result<Option<String>, LockProblem> {
        match self.document.member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.invalid(&format!("has a `{name}` that is not a string"))),
        }
    }

    /// A list of words or URLs, which must be printable ASCII: nothing else gets into the lock.
    fn list(&self, name: &str) -> Result<Option<Vec<String>>, LockProblem> {
        let Some(value) = self.document.member(name) else {
            return Ok(None);
        };
        let Ok(texts) = Vec::<String>::deserialize(value) else {
            return Err(self.invalid(&format!("has a `{name}` that is not a list of strings")));
        };
        let is_plain = |text: &str| {
            text.len() <= LONGEST_URL && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        };
        match texts.iter().find(|text| !is_plain(text)) {
            None => Ok(Some(texts)),
            Some(text) => {
                let what = format!("lists {} in `{name}`, which is not plain text", quoted(text));
                Err(self.invalid(&what))
            }
        }
    }

    /// A list with a default, unless it is unknown.
    fn list_or(&self, name: &str, default: &[&str]) -> Result<Option<Vec<String>>, LockProblem> {
        let list = self.list(name)?;
        if list.is_some() || self.document.leaves_open(name) {
            return Ok(list);
        }
        Ok(Some(default.iter().map(|item| (*item).to_owned()).collect()))
    }

    /// A boolean that is false by default, unless it is unknown.
    fn flag(&self, name: &str) -> Result<Option<bool>, LockProblem> {
        match self.document.member(name) {
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.invalid(&format!("has a `{name}` that is neither true nor false"))),
            None if self.document.leaves_open(name) => Ok(None),
            None => Ok(Some(false)),
        }
    }

    fn endpoint(
        &self,
        name: &str,
        presence: Presence,
        reach: Reach,
    ) -> Result<Option<String>, LockProblem> {
        let Some(text) = self.text(name)? else {
            let missing = presence == Presence::Required && !self.document.leaves_open(name);
            return if missing { Err(self.invalid(&format!("has no `{name}`"))) } else { Ok(None) };
        };
        match read_url(&text) {
            Some(url) if is_secure(&url, reach) => Ok(Some(text)),
            Some(_) => {
                let (at, url) = (quoted(self.metadata_url), quoted(&text));
                let message =
                    format!("`{name}` in the metadata at {at} is {url}, which is not https");
                Err(problem(rule::INSECURE_ENDPOINT, message))
            }
            None => {
                Err(self.invalid(&format!("has a `{name}` that is not a URL: {}", quoted(&text))))
            }
        }
    }

    fn issuer(&self, expected: &[&str]) -> Result<String, LockProblem> {
        let Some(published) = self.text("issuer")? else {
            return Err(self.invalid("has no `issuer`"));
        };
        let Some(first) = expected.first() else {
            // Nothing to compare with, so it must at least be a valid issuer (RFC 8414 §2).
            let is_issuer = read_url(&published).is_some_and(|url| url.query().is_none());
            let what = format!("has an `issuer` that is not an issuer: {}", quoted(&published));
            return if is_issuer { Ok(published) } else { Err(self.invalid(&what)) };
        };
        if expected.contains(&published.as_str()) {
            return Ok(published);
        }
        let at = quoted(self.metadata_url);
        let why = if is_template(&published) {
            ": a template that stands for many issuers: name the one of a single tenant"
        } else if published.strip_suffix('/') == Some(first)
            || first.strip_suffix('/') == Some(published.as_str())
        {
            ": the same but for a slash at the end, which counts"
        } else {
            ", and so must not be used"
        };
        let (published, first) = (quoted(&published), quoted(first));
        let message =
            format!("the metadata at {at} is of the issuer {published}, not of {first}{why}");
        Err(problem(rule::ISSUER_MISMATCH, message))
    }
}

/// The first member that discovery reads and that the object states more than once.
fn repeated_member(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let repeated = source::duplicate_keys(text).into_iter();
    repeated
        .filter(|duplicate| duplicate.parent == Pointer::root())
        .map(|duplicate| duplicate.key)
        .find(|key| MEMBERS.contains(&key.as_str()))
}

fn is_page(media_type: &str, text: &[u8]) -> bool {
    matches!(media_type, "text/html" | "application/xhtml+xml")
        || text.trim_ascii_start().starts_with(b"<")
}
