// A real authorization server for the tests: `oidc-provider` with one confidential client and PKCE required, and an
// MCP server's protected resource metadata beside it. Users log in and consent by themselves.
//
// Arguments: the folder with the package, the client's authentication method, its id and its secret.
// Prints its origin as the first line.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, method, clientId, clientSecret] = process.argv.slice(2);
const require = createRequire(join(folder, "x.js"));
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const server = createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: ["http://127.0.0.1:8080/oauth/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: method,
      application_type: "native",
    },
  ],
  clientAuthMethods: [method],
  cookies: { keys: ["for a test"] },
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => undefined,
      getResourceServerInfo: async (_, resource) => ({ audience: resource, scope: "read", accessTokenFormat: "opaque" }),
      useGrantedResource: async () => true,
    },
  },
});

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    return provider.interactionFinished(request, response, { login: { accountId: "user" } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope("openid");
  if (params.resource) grant.addResourceScope(params.resource, "read");
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

const metadata = "/.well-known/oauth-protected-resource/mcp";
const answer = provider.callback();
server.on("request", (request, response) => {
  const { pathname } = new URL(request.url, origin);
  if (pathname.startsWith("/interaction/")) {
    interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
  } else if (pathname === "/mcp") {
    response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${origin}${metadata}"` }).end();
  } else if (pathname === metadata) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ resource: `${origin}/mcp`, authorization_servers: [origin] }));
  } else {
    answer(request, response);
  }
});

console.log(origin);
// Nobody reads on: the package's own notices would break the pipe.
console.info = () => {};
