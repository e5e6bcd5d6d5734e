//! Every request is sent once per run: many servers share an issuer.
//!
//! Bodies are parsed at once and dropped, so that memory does not grow with their size.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::documents::{self, Reading};
use super::fetch::{Body, Fetch, FetchFailure, Method, Reconstruction, Request};

/// An answer whose body was parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParsedAnswer {
    /// The HTTP status; none in a reconstructed answer whose source does not state it.
    pub(crate) status: Option<u16>,
    /// The `Location` field, as it was sent.
    pub(crate) location: Option<String>,
    /// The `WWW-Authenticate` fields, in order.
    pub(crate) www_authenticate: Vec<String>,
    /// What the body was; only for a `GET` that found something.
    pub(crate) reading: Option<Reading>,
    /// The day it was recorded, `YYYY-MM-DD`; none if it was fetched in this run.
    pub(crate) recorded: Option<String>,
    /// Set if the answer was reconstructed from published facts.
    pub(crate) reconstruction: Option<Reconstruction>,
}

/// A [`Fetch`] with its answers so far, failures included.
#[derive(Debug)]
pub(crate) struct RequestCache<'a, F> {
    fetch: &'a F,
    answers: Mutex<HashMap<Request, Shared>>,
}

type Shared = Arc<OnceCell<Arc<Result<ParsedAnswer, FetchFailure>>>>;

impl<'a, F: Fetch> RequestCache<'a, F> {
    pub(crate) fn new(fetch: &'a F) -> Self {
        Self { fetch, answers: Mutex::new(HashMap::new()) }
    }

    /// The answer to a request, which is sent unless it was before. Waits for one that is in flight.
    pub(crate) async fn get(&self, request: &Request) -> Arc<Result<ParsedAnswer, FetchFailure>> {
        let cell = {
            // A panic elsewhere cannot leave the map half changed.
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(request.clone()).or_default())
        };
        let answer = cell.get_or_init(|| async { Arc::new(self.fetch(request).await) }).await;
        Arc::clone(answer)
    }

    async fn fetch(&self, request: &Request) -> Result<ParsedAnswer, FetchFailure> {
        let answer = self.fetch.fetch(request).await?;
        let stated_without_status = answer.status.is_none() && answer.body != Body::Unread;
        let has_document =
            request.method == Method::Get && (answer.status == Some(200) || stated_without_status);
        Ok(ParsedAnswer {
            status: answer.status,
            reading: has_document.then(|| documents::read(&answer)),
            location: answer.location,
            www_authenticate: answer.www_authenticate,
            recorded: answer.recorded,
            reconstruction: answer.reconstruction,
        })
    }
}
