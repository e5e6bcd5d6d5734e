// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  'localhost.acme.example',
  'notlocalhost',
  '8.8.8.8',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
