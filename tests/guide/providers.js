export const ALLOWED_DESTINATIONS = [
'oauth2.googleapis.com',
'accounts.google.com',
'slack.com',
'api.slack.com',
'github.com',
'api.githubcopilot.com',
'your-provider.com', // Add your provider's domain
// ...
];
