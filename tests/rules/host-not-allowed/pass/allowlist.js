const ALLOWED_DESTINATIONS = ["id.acme.example", `tokens.acme.example`];
module.exports = { ALLOWED_DESTINATIONS };
