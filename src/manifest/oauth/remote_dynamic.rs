//! Type 4: a remote MCP server that registers its clients.

pub(super) const DOCUMENTATION: &str = "\
# Type 4: remote-dynamic

A remote MCP server whose authorization server lets each client register itself, so that there is no secret to keep
and no proxy to run. Linear is the guide's example.

## How it is recognised
The server is remote, `oauth_config.generic_oauth` is not `true`, and `client_id` is empty, absent, or the https URL of
a client id metadata document.

## How the login runs
1. The app requests the remote URL, and finds its protected resource metadata (RFC 9728).
2. The first authorization server named there publishes its endpoints (RFC 8414).
3. The app registers itself (RFC 7591), or names its client id metadata document, and keeps the client id that it gets.
4. It opens the authorization endpoint in the browser, with PKCE (S256) and the remote URL as `resource`.
5. The provider sends the user back to the first of `redirect_uris`, on the user's own machine.
6. The app exchanges the code itself; the token goes to the server as `Authorization: Bearer`.

## What it needs
- `server.url`, or `remote_url` with `server.command: \"remote\"`; the same URL, byte for byte, as `server_url`
- `redirect_uris` with a loopback URI first
- no `client_secret` and no `requires_proxy`

## What the proxy must be allowed to reach
Nothing.
";
