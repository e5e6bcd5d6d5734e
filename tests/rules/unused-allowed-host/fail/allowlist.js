// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  'tokens.acme.example',
  'your-provider.example',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
