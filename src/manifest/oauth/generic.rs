//! Type 1: plain OAuth 2.0, the token handed to a local server.

pub(super) const DOCUMENTATION: &str = "\
# Type 1: generic

Plain OAuth 2.0 for a server that runs on the user's machine, at a provider that does not know MCP.
Slack is the guide's example.

## How it is recognised
The server is local, `oauth_config.generic_oauth` is `true`, and there is a static `client_id`.

## How the login runs
1. The app opens `server_url`, the provider's authorization endpoint, in the browser.
2. The provider sends the user back to the first of `redirect_uris`, a callback of the OAuth proxy, which opens the app.
3. The proxy exchanges the code at `token_endpoint` and adds the client secret there.
4. The app puts the token into `access_token_env_var`, or into a file of `server.inject_file`.

## What it needs
- `server_url`, `token_endpoint`, `client_id`, `redirect_uris`, `scopes`
- `client_secret: \"REDACTED\"` with `requires_proxy: true`
- `access_token_env_var` or `server.inject_file`: how the server gets the token

## What the proxy must be allowed to reach
The host of `token_endpoint`. It is known from the manifest.
";
