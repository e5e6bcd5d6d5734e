//! Reading an answer: from status, content type and body to facts, or to a problem by rule id. Pure.
//!
//! Specifications: [RFC 8414 §2, §3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3),
//! [RFC 9728 §2, §3.3](https://www.rfc-editor.org/rfc/rfc9728#section-3.3),
//! [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207) for `iss`.
//!
//! What a document leaves out has the meaning that its RFC gives to the absence; what a reconstructed document leaves
//! open is unknown, and its fact null.

use std::collections::BTreeSet;
use std::fmt::Write as _;

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
    /// No JSON object, an endpoint missing or no URL, a member of the wrong type.
    pub(crate) const INVALID_METADATA: &str = "invalid-metadata";
    /// The document's `resource` is neither the remote URL nor a parent path of it.
    pub(crate) const RESOURCE_MISMATCH: &str = "resource-mismatch";
    /// A discovered URL is not https.
    pub(crate) const INSECURE_ENDPOINT: &str = "insecure-endpoint";
    /// No answer, a refused address, or a server error: nothing is known, so nothing is wrong.
    pub(crate) const UNREACHABLE_METADATA: &str = "unreachable-metadata";
    /// Every URL answered, and none of them has metadata.
    pub(crate) const UNPUBLISHED_METADATA: &str = "unpublished-metadata";
    /// The metadata is JSON, but its content type says otherwise (RFC 8414 §3.2, RFC 9728 §3.2).
    pub(crate) const MISLABELED_METADATA: &str = "mislabeled-metadata";
}

/// The members that discovery looks at; a cached document keeps these alone.
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

/// The longest URL that is taken from an answer, in bytes: longer ones would only fill the lock.
pub(crate) const LONGEST_URL: usize = 2_048;

/// What the body of a `200` turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A JSON object.
    Document(Document),
    /// A web page: the server answers every path, and this one holds no metadata.
    Page,
    /// Anything else; the words say what, as the end of "the answer …".
    Broken(String),
}

/// A metadata document, cut down to the members that discovery looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// SHA-256 of the body in hexadecimal; none where it was reconstructed.
    pub sha256: Option<String>,
    /// The content type, where it is not JSON's.
    pub mislabeled: Option<String>,
    /// Few, and kept for the whole run: each takes the room that it needs.
    members: Box<[(&'static str, Value)]>,
    unknown: BTreeSet<String>,
    dynamic_registration: Option<bool>,
}

/// How a `resource` fits the URL that it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceMatch {
    /// Byte for byte (RFC 9728 §3.3).
    Exact,
    /// A parent path on the same origin, or another spelling of the same URL: a stated relaxation.
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
            // Readers differ in which of two values they take, so neither can be trusted.
            if let Some(name) = repeated_member(text) {
                return Reading::Broken(format!("states {} twice", quoted(&name)));
            }
            let members = MEMBERS.iter().filter_map(|name| {
                let value = stated.remove(*name)?;
                (!value.is_null()).then_some((*name, value))
            });
            let reconstruction = answer.reconstruction.as_ref();
            let labeled = media_type == "application/json" || media_type.ends_with("+json");
            Reading::Document(Document {
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
    document: &Document,
    metadata_url: &str,
    resource_url: &str,
) -> Result<(ResourceFacts, ResourceMatch), LockProblem> {
    let reader = Reader { document, metadata_url };
    let resource = reader.text("resource")?;
    let matched = match &resource {
        Some(resource) => match_resource(resource, resource_url).ok_or_else(|| {
            problem(
                rule::RESOURCE_MISMATCH,
                format!(
                    "the resource metadata at {} is for {}, which is neither {} nor a parent path of it",
                    quoted(metadata_url),
                    quoted(resource),
                    quoted(resource_url)
                ),
            )
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

/// The facts of an authorization server metadata document that was read at `metadata_url`.
///
/// The document's issuer must be one of `issuers` byte for byte, and comes first in the answer. Discovery knows one;
/// two where nobody published it and its slash at the end is open; none where there is nothing to compare with.
///
/// # Errors
/// `issuer-mismatch`, `invalid-metadata` or `insecure-endpoint`, all that apply: the document must not be used.
pub fn authorization_server_facts(
    document: &Document,
    metadata_url: &str,
    issuers: &[&str],
    reach: Reach,
) -> Result<(String, AuthorizationServerFacts), Vec<LockProblem>> {
    let reader = Reader { document, metadata_url };
    let mut problems = Vec::new();
    let mut note = |problem: LockProblem| problems.push(problem);

    let published = reader.issuer(issuers).map_err(&mut note).ok();
    let authorization_endpoint = reader
        .endpoint("authorization_endpoint", Presence::Required, reach)
        .map_err(&mut note)
        .ok();
    let token_endpoint =
        reader.endpoint("token_endpoint", Presence::Required, reach).map_err(&mut note).ok();
    let revocation_endpoint =
        reader.endpoint("revocation_endpoint", Presence::Optional, reach).map_err(&mut note).ok();
    let registration_endpoint =
        reader.endpoint("registration_endpoint", Presence::Optional, reach).map_err(&mut note).ok();
    let client_id_metadata =
        reader.flag("client_id_metadata_document_supported").map_err(&mut note).ok();
    let iss_parameter =
        reader.flag("authorization_response_iss_parameter_supported").map_err(&mut note).ok();
    let code_challenge_methods =
        reader.list_or("code_challenge_methods_supported", &[]).map_err(&mut note).ok();
    let authentication_methods = reader
        .list_or("token_endpoint_auth_methods_supported", &["client_secret_basic"])
        .map_err(&mut note)
        .ok();
    let scopes = reader.list("scopes_supported").map_err(&mut note).ok();
    let grant_types = reader
        .list_or("grant_types_supported", &["authorization_code", "implicit"])
        .map_err(&mut note)
        .ok();

    let Some(published) = published.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let registration_endpoint = registration_endpoint.flatten();
    let registers = match &registration_endpoint {
        Some(_) => Some(true),
        None if document.dynamic_registration.is_some() => document.dynamic_registration,
        None if document.leaves_open("registration_endpoint") => None,
        None => Some(false),
    };
    let facts = AuthorizationServerFacts {
        metadata_url: metadata_url.to_owned(),
        authorization_endpoint: authorization_endpoint.flatten(),
        token_endpoint: token_endpoint.flatten(),
        revocation_endpoint: revocation_endpoint.flatten(),
        registration_endpoint,
        dynamic_registration: registers,
        client_id_metadata_document_supported: client_id_metadata.flatten(),
        code_challenge_methods_supported: code_challenge_methods.flatten(),
        token_endpoint_auth_methods_supported: authentication_methods.flatten(),
        scopes_supported: scopes.flatten(),
        grant_types_supported: grant_types.flatten(),
        authorization_response_iss_parameter_supported: iss_parameter.flatten(),
    };
    Ok((published, facts))
}

/// How `resource` fits the remote URL, or nothing where it is for another resource.
///
/// Equal byte for byte is what RFC 9728 §3.3 asks for. A parent path on the same origin is accepted too, because real
/// servers publish one document for several paths; a path counts as a parent at a `/` only, and `/mcp/` is none of
/// `/mcp`.
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

/// Reads a discovered URL: absolute, in the characters of RFC 3986 and none else, without user information and fragment,
/// of a bounded length.
///
/// The URL standard's parser alone would let line feeds, spaces, backslashes, `https:host` and `https:///host` through,
/// which other readers of the same text may take differently.
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

/// Says whether a discovered URL is https, or http on loopback where the run allows it.
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

/// A problem, by rule id and message.
pub(crate) fn problem(rule: &str, message: impl Into<String>) -> LockProblem {
    LockProblem { rule: rule.to_owned(), message: message.into() }
}

/// A foreign value in backticks, in printable ASCII and so on one line, of a bounded length. A letter that only looks
/// like another is seen for what it is.
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

impl Document {
    fn member(&self, name: &str) -> Option<&Value> {
        let mut members = self.members.iter();
        members.find_map(|(known, value)| (*known == name).then_some(value))
    }

    fn leaves_open(&self, member: &str) -> bool {
        self.unknown.contains(member)
    }
}

/// Whether a document is of use without a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// Typed access to a document's members; every problem names the document.
struct Reader<'a> {
    document: &'a Document,
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

    /// A list of words or URLs, which are all ASCII: nothing else of it gets into the lock.
    fn list(&self, name: &str) -> Result<Option<Vec<String>>, LockProblem> {
        let Some(value) = self.document.member(name) else {
            return Ok(None);
        };
        let texts = value
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>())
            .ok_or_else(|| {
                self.invalid(&format!("has a `{name}` that is not a list of strings"))
            })?;
        let is_plain = |text: &str| {
            text.len() <= LONGEST_URL && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        };
        match texts.iter().find(|text| !is_plain(text)) {
            None => Ok(Some(texts.into_iter().map(str::to_owned).collect())),
            Some(text) => {
                let what = format!("lists {} in `{name}`, which is not plain text", quoted(text));
                Err(self.invalid(&what))
            }
        }
    }

    /// A list whose absence means `absent`, unless the document leaves it open.
    fn list_or(&self, name: &str, absent: &[&str]) -> Result<Option<Vec<String>>, LockProblem> {
        let list = self.list(name)?;
        if list.is_some() || self.document.leaves_open(name) {
            return Ok(list);
        }
        Ok(Some(absent.iter().map(|item| (*item).to_owned()).collect()))
    }

    /// A boolean whose absence means false, unless the document leaves it open.
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
            Some(_) => Err(problem(
                rule::INSECURE_ENDPOINT,
                format!(
                    "`{name}` in the metadata at {} is {}, which is not https",
                    quoted(self.metadata_url),
                    quoted(&text)
                ),
            )),
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
            // Taken at its word, so the word must at least be an issuer (RFC 8414 §2).
            return match read_url(&published).filter(|url| url.query().is_none()) {
                Some(_) => Ok(published),
                None => {
                    let what =
                        format!("has an `issuer` that is not an issuer: {}", quoted(&published));
                    Err(self.invalid(&what))
                }
            };
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
        Err(problem(
            rule::ISSUER_MISMATCH,
            format!(
                "the metadata at {at} is of the issuer {}, not of {}{why}",
                quoted(&published),
                quoted(first)
            ),
        ))
    }
}

/// The first member that discovery looks at and that an object states more than once.
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
