// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'accounts.acme.example',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
