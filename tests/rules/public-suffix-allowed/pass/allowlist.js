// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  'acme.co.uk',
  'acme.github.io',
  'github.com',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
