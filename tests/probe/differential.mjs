// The URLs that @modelcontextprotocol/sdk asks, for the issuers and resources on standard input.
//
// Usage: node differential.mjs FOLDER < {"issuers": […], "resources": […]}
// FOLDER is where the package is installed (it holds node_modules). Nothing is fetched: every question gets a 404.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = path.resolve(process.argv[2], "node_modules/@modelcontextprotocol/sdk");
const client = await import(pathToFileURL(path.join(folder, "dist/esm/client/auth.js")).href);
const { issuers, resources } = JSON.parse(readFileSync(0, "utf8"));

async function protectedResourceUrls(resource) {
  const asked = [];
  const answer404 = async (url) => {
    asked.push(String(url));
    return new Response(null, { status: 404 });
  };
  await client.discoverOAuthProtectedResourceMetadata(resource, {}, answer404).catch(() => {});
  return asked;
}

console.log(
  JSON.stringify({
    version: JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version,
    issuers: issuers.map((issuer) => client.buildDiscoveryUrls(issuer).map(({ url }) => String(url))),
    resources: await Promise.all(resources.map(protectedResourceUrls)),
  }),
);
