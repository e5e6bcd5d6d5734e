//! The request to the provider: one POST to one compiled endpoint, with the client's credentials.
//!
//! The HTTP client is that of discovery: no redirects, no proxies from the environment, and every resolved address is
//! checked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client as Http, RequestBuilder, Response};
use tokio::time::timeout;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::compile::plan::ClientAuthentication;
use crate::discovery::ClientOptions;
use crate::discovery::client::{self, Lookup, NetworkError};
use crate::text::profile::Profile;

use super::launch::{OAuthClient, reach};
use super::limits::{ExchangePermit, Exchanges, Limits};
use super::parameters::Fields;
use super::reply::Refusal;
use super::{ProxyError, ProxyOptions};

/// Connections to one provider that are kept open for the next request.
const IDLE_CONNECTIONS: usize = 64;
/// Shorter than servers keep idle connections, so that a request rarely meets one that is being closed.
const IDLE_TIME: Duration = Duration::from_secs(4);

/// The HTTP client for all providers.
pub(super) struct Provider {
    http: Http,
    limits: Limits,
    exchanges: Exchanges,
}

/// A provider's response, unparsed.
pub(super) struct ProviderResponse {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

impl Provider {
    pub(crate) fn new(
        options: &ProxyOptions,
        profile: Profile,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, ProxyError> {
        let limits = options.limits;
        let options = ClientOptions {
            reach: reach(profile),
            authorities: options.authorities.clone(),
            limits: client::FetchLimits {
                connect: limits.connect_time,
                ..client::FetchLimits::default()
            },
            ..ClientOptions::default()
        };
        let http = client::builder(&options, lookup)?
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_TIME)
            .build()
            .map_err(|error| NetworkError::Tls(client::innermost(&error)))?;
        Ok(Self { http, limits, exchanges: Exchanges::new(limits) })
    }

    /// Permits one request to an endpoint, if none of the limits is reached.
    pub(crate) fn permit(
        &self,
        client: &OAuthClient,
        endpoint: &Url,
        caller: IpAddr,
    ) -> Result<ExchangePermit<'_>, Refusal> {
        let host = endpoint.host_str().unwrap_or_default();
        self.exchanges.take(host, &client.server, caller).map_err(|of_what| {
            Refusal::BUSY.because(format!("too many requests at once {of_what}"))
        })
    }

    /// Posts a form with the client's credentials added.
    pub(crate) async fn post(
        &self,
        _permit: &ExchangePermit<'_>,
        client: &OAuthClient,
        endpoint: &Url,
        fields: &Fields<'_>,
    ) -> Result<ProviderResponse, Refusal> {
        let exchange = self.exchange(client, endpoint, fields);
        timeout(self.limits.provider_time, exchange).await.unwrap_or(Err(Refusal::TIMEOUT))
    }

    async fn exchange(
        &self,
        client: &OAuthClient,
        endpoint: &Url,
        fields: &Fields<'_>,
    ) -> Result<ProviderResponse, Refusal> {
        let response = self
            .request(client, endpoint, fields)
            .send()
            .await
            .map_err(|error| self.failure(&error, endpoint))?;
        let status = response.status();
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
        let body = self.body(response, endpoint).await?;
        Ok(ProviderResponse { status, content_type, body })
    }

    fn request(&self, client: &OAuthClient, endpoint: &Url, fields: &Fields) -> RequestBuilder {
        let request = self
            .http
            .post(endpoint.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields);
        let secret = client.secret.reveal();
        match client.authentication {
            ClientAuthentication::ClientSecretPost => {
                form.append_pair("client_id", &client.client_id);
                form.append_pair("client_secret", secret);
                request.body(form.finish())
            }
            ClientAuthentication::ClientSecretBasic => {
                // RFC 6749 §2.3.1: both are form-encoded before they are joined by a colon.
                let user: String = byte_serialize(client.client_id.as_bytes()).collect();
                let password: String = byte_serialize(secret.as_bytes()).collect();
                request.basic_auth(user, Some(password)).body(form.finish())
            }
        }
    }

    async fn body(&self, mut response: Response, endpoint: &Url) -> Result<Vec<u8>, Refusal> {
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.failure(&error, endpoint))?
        {
            if body.len() + chunk.len() > self.limits.reply {
                return Err(Refusal::provider("the provider's reply is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failure(&self, error: &reqwest::Error, endpoint: &Url) -> Refusal {
        let failure = client::failure(error, endpoint, self.limits.connect_time);
        Refusal::provider(failure.message)
    }
}
