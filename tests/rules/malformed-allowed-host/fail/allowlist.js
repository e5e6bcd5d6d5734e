// Where the proxy may send secrets.
export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  '*.acme.example',
  'https://acme.example',
  'acme.example:443',
  'acme.example/oauth',
  'Acme.example',
  'acme.example.',
  'bücher.example',
  'a_b.acme.example',
  '',
];

export const isValidOAuthEndpoint = (url) => ALLOWED_DESTINATIONS.includes(new URL(url).hostname);
