// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  'com',
  'co.uk',
  'github.io',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
