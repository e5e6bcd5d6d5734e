//! Type 2: MCP OAuth with static client credentials, for a local server.

pub(super) const DOCUMENTATION: &str = "\
# Type 2: mcp-static

MCP OAuth 2.1 for a server that runs on the user's machine, with client credentials that the provider issued.
Google Workspace is the guide's example.

## How it is recognised
The server is local, `oauth_config.generic_oauth` is not `true`, and there is a static `client_id`.

## How the login runs
1. The app reads the provider's endpoints from `well_known_url`, or from the well-known URLs of the issuer `server_url`.
2. It opens the authorization endpoint in the browser, with PKCE (S256).
3. The provider sends the user back to the first of `redirect_uris`, a callback of the OAuth proxy.
4. The proxy exchanges the code at the discovered token endpoint and adds the client secret there.
5. The token goes to the server as `Authorization: Bearer`, at `streamable_http_url`.

## What it needs
- `server_url`, the issuer; `well_known_url`; `client_id`, `redirect_uris`, `scopes`
- `client_secret: \"REDACTED\"` with `requires_proxy: true`
- `streamable_http_url`, so that there is a request to put the token on

## What the proxy must be allowed to reach
The hosts of the discovered token and revocation endpoints.
They need not be the issuer's: for Google it is `oauth2.googleapis.com`, not `accounts.google.com`.
So they are known only from the discovery lock, which `catproof probe` writes.
";
