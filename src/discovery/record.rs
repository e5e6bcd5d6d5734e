//! Recorded answers: `--record DIR` writes what the network answered, `--replay DIR` answers from these files alone.
//!
//! Each JSON file holds one answer, so that a change at a provider is a readable diff. A body is kept byte for byte,
//! as its lines, or in hexadecimal if it is not UTF-8. The request is inside the file; file names are only for readers.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use thiserror::Error;

use crate::source::{ReadError, read_regular_file};
use crate::text::hidden::to_json;

use super::documents::hexadecimal;
use super::fetch::{
    Answer, Body, FailureKind, Fetch, FetchFailure, Method, Reconstruction, Request, Stated,
};

/// The size limit of a recording: room for the longest body in hexadecimal.
const MOST_BYTES: u64 = 4 << 20;

/// One recorded answer, as its file holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// `GET`, or `POST` for the MCP `initialize` without a token.
    pub method: Method,
    /// The URL as it was requested.
    pub url: String,
    /// The day of the answer, `YYYY-MM-DD`, in UTC.
    pub recorded: String,
    /// Where the answer was published, if catproof did not fetch it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// True if the answer was reconstructed from published facts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconstructed: bool,
    /// What the source states without saying which answer it came from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stated: Stated,
    /// The members of a reconstructed body that the source says nothing about: unknown, not absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// The HTTP status; null without an answer, or if the source does not state it.
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FetchFailure>,
    /// The header fields that discovery reads: `content-type`, `location`, `www-authenticate`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Vec<String>>,
    /// The body's lines, without the line feeds between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<String>>,
    /// The body in hexadecimal, if it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hex: Option<String>,
    /// The limit in bytes that cut the body off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_larger_than: Option<usize>,
}

/// Why recordings cannot be read or written.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: ReadError },
    #[error("{} is not a recording: {error}", path.display())]
    Malformed { path: PathBuf, error: serde_json::Error },
    #[error("{} and {} both answer {request}", first.display(), second.display())]
    Twice { request: Request, first: PathBuf, second: PathBuf },
}

/// A folder of recordings that answers requests. Never touches the network.
#[derive(Debug)]
pub struct Recordings {
    files: BTreeMap<Request, PathBuf>,
}

/// A [`Fetch`] whose answers are written into a folder as they arrive.
#[derive(Debug)]
pub struct Recorder<F> {
    fetch: F,
    folder: PathBuf,
    today: String,
    error: Mutex<Option<RecordError>>,
}

impl Recordings {
    /// Indexes the requests that a folder answers; the answers are read when they are requested.
    ///
    /// # Errors
    /// The folder cannot be read, a `.json` file in it is not a recording, or two of them answer the same request.
    pub fn open(folder: &Path) -> Result<Self, RecordError> {
        let failed = |error| RecordError::Io { path: folder.to_owned(), error };
        let mut paths = Vec::new();
        for item in fs::read_dir(folder).map_err(failed)? {
            paths.push(item.map_err(failed)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let mut files = BTreeMap::new();
        for path in paths {
            let recording = load(&path)?;
            let request = Request::new(recording.method, &recording.url);
            if let Some(first) = files.insert(request.clone(), path.clone()) {
                return Err(RecordError::Twice { request, first, second: path });
            }
        }
        Ok(Self { files })
    }
}

impl Fetch for Recordings {
    async fn fetch(&self, request: &Request) -> Result<Answer, FetchFailure> {
        let Some(path) = self.files.get(request) else {
            return Err(FetchFailure::new(FailureKind::NotRecorded, "the answer is not recorded"));
        };
        load(path).map_or_else(
            |_| {
                Err(FetchFailure::new(
                    FailureKind::NotRecorded,
                    "the recording can no longer be read",
                ))
            },
            Recording::into_answer,
        )
    }
}

impl<F> Recorder<F> {
    /// Records what `fetch` answers into `folder`, which is created if it is missing.
    ///
    /// `today` is the day of the run, `YYYY-MM-DD`.
    ///
    /// # Errors
    /// The folder cannot be created.
    pub fn new(fetch: F, folder: &Path, today: &str) -> Result<Self, RecordError> {
        fs::create_dir_all(folder)
            .map_err(|error| RecordError::Io { path: folder.to_owned(), error })?;
        Ok(Self {
            fetch,
            folder: folder.to_owned(),
            today: today.to_owned(),
            error: Mutex::new(None),
        })
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// The first answer that could not be written.
    pub fn finish(self) -> Result<(), RecordError> {
        self.error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

impl<F: Fetch> Fetch for Recorder<F> {
    async fn fetch(&self, request: &Request) -> Result<Answer, FetchFailure> {
        let result = self.fetch.fetch(request).await;
        let recording = Recording::new(request, &result, &self.today);
        if let Err(error) = save(&self.folder, &recording) {
            self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
        result
    }
}

impl Recording {
    #[must_use]
    pub fn new(request: &Request, result: &Result<Answer, FetchFailure>, today: &str) -> Self {
        let mut recording = Self {
            method: request.method,
            url: request.url.clone(),
            recorded: today.to_owned(),
            failure: result.as_ref().err().cloned(),
            ..Self::default()
        };
        let Ok(answer) = result else {
            return recording;
        };
        recording.status = answer.status;
        let mut keep = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                recording.headers.insert(name.to_owned(), values);
            }
        };
        keep("content-type", answer.content_type.iter().cloned().collect());
        keep("location", answer.location.iter().cloned().collect());
        keep("www-authenticate", answer.www_authenticate.clone());
        match &answer.body {
            Body::Unread => {}
            Body::TooLarge(limit) => recording.body_larger_than = Some(*limit),
            Body::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => recording.body = Some(text.split('\n').map(str::to_owned).collect()),
                Err(_) => recording.body_hex = Some(hexadecimal(bytes)),
            },
        }
        recording
    }

    /// The answer that was recorded.
    ///
    /// # Errors
    /// The failure that was recorded.
    pub fn into_answer(self) -> Result<Answer, FetchFailure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let body = match (self.body, self.body_hex, self.body_larger_than) {
            (Some(lines), _, _) => Body::Bytes(lines.join("\n").into_bytes()),
            (None, Some(digits), _) => Body::Bytes(bytes_of(&digits)),
            (None, None, Some(limit)) => Body::TooLarge(limit),
            (None, None, None) => Body::Unread,
        };
        let mut headers = self.headers;
        let mut first =
            |name: &str| headers.get_mut(name).and_then(|values| values.drain(..).next());
        Ok(Answer {
            status: self.status,
            content_type: first("content-type"),
            location: first("location"),
            www_authenticate: headers.remove("www-authenticate").unwrap_or_default(),
            body,
            recorded: Some(self.recorded),
            reconstruction: self.reconstructed.then(|| Reconstruction {
                source: self.source.unwrap_or_default(),
                unknown: self.unknown.into_iter().collect(),
                stated: self.stated,
            }),
        })
    }

    /// The file name: readable, and unique to the request.
    #[must_use]
    pub fn file_name(&self) -> String {
        let address = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let readable: String = address
            .chars()
            .take(100)
            .map(|character| {
                let is_plain = character.is_ascii_alphanumeric() || ".-".contains(character);
                if is_plain { character } else { '_' }
            })
            .collect();
        let method = self.method.as_str().to_ascii_lowercase();
        let digest = hexadecimal(&Sha256::digest(format!("{method} {}", self.url)));
        format!("{readable}.{method}.{digest:.8}.json")
    }
}

fn load(path: &Path) -> Result<Recording, RecordError> {
    let bytes = read_regular_file(path, MOST_BYTES)
        .map_err(|error| RecordError::Unreadable { path: path.to_owned(), error })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| RecordError::Malformed { path: path.to_owned(), error })
}

/// Writes a recording through a temporary file, so that a killed run leaves no partial file.
fn save(folder: &Path, recording: &Recording) -> Result<(), RecordError> {
    let path = folder.join(recording.file_name());
    let failed = |error| RecordError::Io { path: path.clone(), error };
    let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(to_json(recording).as_bytes()).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Decodes hexadecimal up to the first other character.
fn bytes_of(digits: &str) -> Vec<u8> {
    let values: Vec<u32> = digits.chars().map_while(|digit| digit.to_digit(16)).collect();
    values
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).ok())
        .collect()
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> Request {
        Request { method: Method::Get, url: url.to_owned() }
    }

    #[test]
    fn an_answer_comes_back_with_its_body_byte_for_byte_and_its_headers_in_order() {
        for bytes in [
            &b""[..],
            b"\n",
            b"{\r\n \"a\": 1\n}\n",
            b"\xef\xbb\xbf{}",
            b"\xff\x00\n",
            "ünïcode\u{2028}".as_bytes(),
        ] {
            let answer = Answer {
                status: Some(401),
                content_type: Some("text/plain".to_owned()),
                location: Some("/else".to_owned()),
                www_authenticate: vec!["Basic".to_owned(), "Bearer scope=\"a\"".to_owned()],
                body: Body::Bytes(bytes.to_vec()),
                recorded: Some("2026-10-01".to_owned()),
                reconstruction: None,
            };
            let recording =
                Recording::new(&get("https://a.example"), &Ok(answer.clone()), "2026-10-01");
            let text = serde_json::to_string(&recording).unwrap();
            let recording: Recording = serde_json::from_str(&text).unwrap();
            assert_eq!(recording.into_answer(), Ok(answer));
        }
    }

    #[test]
    fn similar_urls_have_different_file_names() {
        let name =
            |url: &str| Recording::new(&get(url), &Ok(Answer::default()), "2026-10-01").file_name();
        assert_ne!(name("https://a.example/mcp"), name("https://a.example/mcp/"));
        assert_ne!(name("https://a.example/mcp/"), name("https://a.example/mcp_"));
        assert!(
            name("https://a.example/../../etc/passwd")
                .starts_with("a.example_.._.._etc_passwd.get.")
        );
    }
}
