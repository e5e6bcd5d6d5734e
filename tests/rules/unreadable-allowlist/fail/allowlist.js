export const ALLOWED_DESTINATIONS = [
  'id.acme.example',
  ...(process.env.EXTRA_HOSTS ?? '').split(','),
];
