//! Type 3: a remote MCP server with static client credentials.

pub(super) const DOCUMENTATION: &str = "\
# Type 3: remote-static

A remote MCP server whose authorization server does not register clients, so that one has to be registered by hand.
GitHub Copilot is the guide's example.

## How it is recognised
The server is remote, `oauth_config.generic_oauth` is not `true`, and there is a static `client_id`.

## How the login runs
1. The app requests the remote URL, and finds its protected resource metadata (RFC 9728).
2. The first authorization server named there publishes its endpoints (RFC 8414).
3. The app opens the authorization endpoint in the browser, with PKCE (S256) and the remote URL as `resource`.
4. The provider sends the user back to the first of `redirect_uris`, a callback of the OAuth proxy.
5. The proxy exchanges the code at the discovered token endpoint and adds the client secret there.
6. The token goes to the server as `Authorization: Bearer`.

## What it needs
- `server.url`, or `remote_url` with `server.command: \"remote\"`; the same URL, byte for byte, as `server_url`
- `client_id`, `redirect_uris`, `scopes`
- `client_secret: \"REDACTED\"` with `requires_proxy: true`

## What the proxy must be allowed to reach
The hosts of the token and revocation endpoints of that authorization server: for GitHub Copilot `github.com`, not
`api.githubcopilot.com`. They are known only from the discovery lock, which `catproof probe` writes.
";
