//! The allowlist of a running OAuth proxy, from its `/health`.

use url::Url;

use crate::catalog::allowlist::Allowlist;
use crate::discovery::fetch::{Body, Method};
use crate::discovery::well_known::origin;
use crate::discovery::{self, Fetch as _, Reach, Request};

use super::failure::Failure;
use super::probing::{self, NetworkOptions};

/// Asks a proxy which hosts it may send secrets to.
///
/// The URL is the user's own word, so it may be any, plain http on a private network included.
pub(crate) fn allowlist(url: &str, options: &NetworkOptions) -> Result<Allowlist, Failure> {
    let Ok(mut health) = Url::parse(url) else {
        return Err(Failure::usage("the proxy's URL is not a URL"));
    };
    // Messages show only the origin, which holds no password.
    let name = origin(&health);
    let failed = |reason: String| Failure::Proxy { url: name.clone(), reason };
    health.set_path(&format!("{}/health", health.path().trim_end_matches('/')));
    let network = probing::network(options, Reach::Anywhere)?;
    let request = Request::new(Method::Get, health.as_str());
    let answer =
        discovery::block_on(network.fetch(&request))?.map_err(|failure| failed(failure.message))?;
    let body = match (answer.status, answer.body) {
        (Some(200), Body::Bytes(bytes)) => bytes,
        (Some(200), _) => return Err(failed("its `/health` is too long".to_owned())),
        (status, _) => {
            let status = status.unwrap_or_default();
            return Err(failed(format!("its `/health` answers {status}")));
        }
    };
    Allowlist::from_health(&name, &String::from_utf8_lossy(&body)).map_err(|unreadable| {
        failed(format!("its `/health` cannot be read: {}", unreadable.reason))
    })
}
