#!/usr/bin/env node
'use strict';
/* const ALLOWED_DESTINATIONS = [process.env.OLD]; */
const scheme = /^https?:\/\/["'`]/; // a regular expression with quotes
const banner = `${[1, 2].map((n) => `ALLOWED_DESTINATIONS = [${n}]`)}`;
const ALLOWED_DESTINATIONS = Object.freeze([
  "id.acme.example", // the provider's own
  // 'old.acme.example',
]);

module.exports = {
  ALLOWED_DESTINATIONS,
  isValidOAuthEndpoint: (url) => scheme.test(url) && ALLOWED_DESTINATIONS.includes(new URL(url).hostname),
  getAllowedDestinations: () => [...ALLOWED_DESTINATIONS],
  banner,
};
