// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  'localhost',
  '127.0.0.1',
  '10.1.2.3',
  '[::1]',
  '192.168.1.20',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
