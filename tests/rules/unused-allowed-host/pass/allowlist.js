// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'login.acme.example',
  'id.acme.example',
  'tokens.acme.example',
  'id.local.example',
  'extra.acme.example',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
