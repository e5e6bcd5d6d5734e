//! Every request is made once a run: many servers share an issuer, and nobody is asked the same thing twice.
//!
//! What is kept of an answer is what discovery looks at, so that memory does not grow with the size of the bodies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::documents::{self, Reading};
use super::fetch::{Body, Failure, Fetch, Method, Reconstruction, Request};

/// An answer after its body was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status; none in a reconstructed answer whose source does not state it.
    pub(crate) status: Option<u16>,
    /// The `Location` field, as it was sent.
    pub(crate) location: Option<String>,
    /// The `WWW-Authenticate` fields, in order.
    pub(crate) www_authenticate: Vec<String>,
    /// What the body was; only a `GET` that found something has one.
    pub(crate) reading: Option<Reading>,
    /// The day it was recorded, `YYYY-MM-DD`; none for an answer of this run.
    pub(crate) recorded: Option<String>,
    /// Set where the answer was put together from published facts.
    pub(crate) reconstruction: Option<Reconstruction>,
}

/// A fetch and everything that it has answered so far. Failures are remembered too.
#[derive(Debug)]
pub(crate) struct Once<'a, F> {
    fetch: &'a F,
    answers: Mutex<HashMap<Request, Shared>>,
}

type Shared = Arc<OnceCell<Arc<Result<Reply, Failure>>>>;

impl<'a, F: Fetch> Once<'a, F> {
    /// Nothing asked yet.
    pub(crate) fn new(fetch: &'a F) -> Self {
        Self { fetch, answers: Mutex::new(HashMap::new()) }
    }

    /// The answer to a request: asked now, or waited for where it is being asked, or remembered.
    pub(crate) async fn ask(&self, request: &Request) -> Arc<Result<Reply, Failure>> {
        let cell = {
            // A panic elsewhere cannot leave the map half changed.
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(request.clone()).or_default())
        };
        let answer = cell.get_or_init(|| async { Arc::new(self.fetch(request).await) }).await;
        Arc::clone(answer)
    }

    async fn fetch(&self, request: &Request) -> Result<Reply, Failure> {
        let answer = self.fetch.fetch(request).await?;
        let stated_without_status = answer.status.is_none() && answer.body != Body::Unread;
        let has_document =
            request.method == Method::Get && (answer.status == Some(200) || stated_without_status);
        Ok(Reply {
            status: answer.status,
            reading: has_document.then(|| documents::read(&answer)),
            location: answer.location,
            www_authenticate: answer.www_authenticate,
            recorded: answer.recorded,
            reconstruction: answer.reconstruction,
        })
    }
}
