//! The forms by which credentials are recognised, a line each: what it is, the text that each of its kind contains,
//! and what follows it.
//!
//! Lengths are lower bounds where the issuer promises none, so that a longer token of the same kind is still found.
//! The links say where the issuer, or else a scanner, describes the form:
//! - [gitleaks](https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml),
//! - [detect-secrets](https://github.com/Yelp/detect-secrets/tree/master/detect_secrets/plugins),
//! - [TruffleHog](https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors).

use std::ops::RangeInclusive;
use std::sync::OnceLock;

use regex::Regex;

/// A form of credential.
pub(super) struct Form {
    /// What it is, with an article: `a GitHub token`.
    pub(super) kind: &'static str,
    /// What every such credential contains. The search looks for it first.
    pub(super) anchor: &'static str,
    pub(super) shape: Shape,
    /// What follows the anchor; with `Shape::Around`, the whole credential.
    pub(super) expression: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

/// What makes a text with the anchor a credential.
pub(super) enum Shape {
    /// What follows a prefix that occurs in nothing else.
    Token,
    /// What follows a prefix that occurs in prose too, if it mixes letters and digits.
    Random,
    /// Like `Token`, and the last six characters are a checksum of those before.
    Checked,
    /// As many characters before the anchor, and what follows, if they mix letters and digits.
    Around(RangeInclusive<usize>),
    /// The rest of a JSON Web Token (RFC 7519).
    Jwt,
    /// The rest of an armoured private key (RFC 4716, RFC 7468, RFC 9580), between lines that start with these dashes.
    Armour(&'static str),
    /// The rest of a private key in the format of PuTTY.
    Putty,
}

impl Form {
    const fn new(
        kind: &'static str,
        anchor: &'static str,
        shape: Shape,
        expression: &'static str,
    ) -> Self {
        Self { kind, anchor, shape, expression, compiled: OnceLock::new() }
    }

    /// The length of the match at the start of a text. Forms are compiled when first met: few texts contain any.
    pub(super) fn match_length(&self, text: &str) -> Option<usize> {
        let compile = || Regex::new(&format!("^(?-u:{})", self.expression)).ok();
        let found = self.compiled.get_or_init(compile).as_ref()?.find(text)?;
        Some(found.len())
    }
}

const fn token(kind: &'static str, prefix: &'static str, rest: &'static str) -> Form {
    Form::new(kind, prefix, Shape::Token, rest)
}

const fn random(kind: &'static str, prefix: &'static str, rest: &'static str) -> Form {
    Form::new(kind, prefix, Shape::Random, rest)
}

const fn checked(kind: &'static str, prefix: &'static str, rest: &'static str) -> Form {
    Form::new(kind, prefix, Shape::Checked, rest)
}

const fn around(
    kind: &'static str,
    before: RangeInclusive<usize>,
    anchor: &'static str,
    whole: &'static str,
) -> Form {
    Form::new(kind, anchor, Shape::Around(before), whole)
}

/// No pattern matches more than this, so that a text of prefixes is searched in linear time. A longer run of token
/// characters still belongs to the credential.
pub(super) const LONGEST: usize = 255;

const WORD: &str = r"[\w-]{16,255}";
const BASE64: &str = r"[\w+/=-]{32,255}";
const GITLAB: &str = r"[\w-]{16,255}(?:(?:\.[0-9a-z]{2})?\.[0-9a-z]{9}\b)?";
const PADDED: &str = r"[\w=-]{16,255}";
const DOTTED: &str = r"[\w=.-]{16,255}";
const UUID: &str = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";

#[rustfmt::skip]
pub(super) static FORMS: [Form; 208] = [
    Form::new("a JSON Web Token", "eyJ", Shape::Jwt, ""),
    Form::new("a private key", "-----BEGIN ", Shape::Armour("-----"), ""),
    Form::new("a private key", "---- BEGIN ", Shape::Armour("----"), ""),
    Form::new("a private key", "PuTTY-User-Key-File-", Shape::Putty, ""),
    // https://github.com/FiloSottile/age/blob/main/doc/age-keygen.1.ronn
    token("an age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    token("an age key", "AGE-SECRET-KEY-PQ-1", "[A-Z0-9]{58}"),

    // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    checked("a GitHub token", "ghp_", WORD),
    checked("a GitHub token", "gho_", WORD),
    checked("a GitHub token", "ghu_", WORD),
    checked("a GitHub token", "ghs_", WORD),
    checked("a GitHub token", "ghr_", WORD),
    token("a GitHub token", "github_pat_", WORD),
    // https://docs.gitlab.com/security/tokens/#token-prefixes
    token("a GitLab token", "glpat-", GITLAB),
    token("a GitLab token", "gloas-", GITLAB),
    token("a GitLab token", "gldt-", GITLAB),
    token("a GitLab token", "glrt-", GITLAB),
    token("a GitLab token", "glrtr-", GITLAB),
    token("a GitLab token", "glcbt-", GITLAB),
    token("a GitLab token", "glptt-", GITLAB),
    token("a GitLab token", "glft-", GITLAB),
    token("a GitLab token", "glimt-", GITLAB),
    token("a GitLab token", "glagent-", GITLAB),
    token("a GitLab token", "glwt-", GITLAB),
    token("a GitLab token", "glsoat-", GITLAB),
    token("a GitLab token", "glffct-", GITLAB),
    token("a GitLab token", "GR1348941", WORD),
    // gitleaks, TruffleHog
    token("an Atlassian token", "ATATT3", PADDED),
    token("an Atlassian token", "ATCTT3", PADDED),
    token("an Atlassian token", "ATSTT3", PADDED),
    random("a Bitbucket password", "ATBB", PADDED),
    token("a Sourcegraph token", "sgp_", "(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}"),
    // https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/
    checked("an npm token", "npm_", "[A-Za-z0-9]{36,255}"),
    token("an npm token", ":_authToken=", UUID),
    // https://docs.pypi.org/api/secrets/
    random("a package upload token", "pypi-", WORD),
    // gitleaks
    token("a RubyGems token", "rubygems_", "[a-f0-9]{48}"),
    token("a Clojars token", "CLOJARS_", "[A-Za-z0-9]{60}"),
    random("a NuGet key", "oy2", "[a-z0-9]{43}"),
    random("a crates.io token", "cio", "[A-Za-z0-9]{32}"),
    token("a Docker Hub token", "dckr_pat_", WORD),
    token("a Docker Hub token", "dckr_oat_", WORD),
    // detect-secrets
    random("an Artifactory key", "AKC", "[A-Za-z0-9]{10,255}"),
    random("an Artifactory password", "AP", "[0-9A-F][A-Za-z0-9]{16,255}"),
    random("an Artifactory token", "cmVmd", "[A-Za-z0-9]{59}"),

    // https://docs.slack.dev/authentication/tokens
    token("a Slack token", "xoxa-", WORD),
    token("a Slack token", "xoxb-", WORD),
    token("a Slack token", "xoxc-", WORD),
    token("a Slack token", "xoxd-", r"[\w%+/=-]{16,255}"),
    token("a Slack token", "xoxe-", WORD),
    token("a Slack token", "xoxp-", WORD),
    token("a Slack token", "xoxr-", WORD),
    token("a Slack token", "xoxo-", WORD),
    token("a Slack token", "xoxs-", WORD),
    token("a Slack token", "xapp-", WORD),
    token("a Slack token", "xwfp-", WORD),
    random("a Slack webhook", "hooks.slack.com/", "(?:services|workflows|triggers)/[A-Za-z0-9_+/]{20,255}"),
    // https://docs.discord.com/developers/reference#authentication, detect-secrets
    around("a Discord token", 24..=26, ".", r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}"),
    token("a Discord webhook", "discord.com/api/webhooks/", r"\d{17,20}/[\w-]{60,80}"),
    token("a Discord webhook", "discordapp.com/api/webhooks/", r"\d{17,20}/[\w-]{60,80}"),
    // https://core.telegram.org/bots/api#authorizing-your-bot, detect-secrets
    around("a Telegram token", 8..=10, ":", r"\d{8,10}:[\w-]{35}"),
    // gitleaks
    token("a Teams webhook", "webhook.office.com/webhookb2/", r"[\w@-]{36,80}/IncomingWebhook/[\w/-]{32,80}"),
    // https://www.twilio.com/docs/glossary/what-is-a-sid, detect-secrets
    random("a Twilio account", "AC", "[a-z0-9]{32}"),
    random("a Twilio key", "SK", "[a-z0-9]{32}"),
    // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    token("a SendGrid key", "SG.", r"[\w=-]{16,64}\.[\w=-]{16,64}"),
    // detect-secrets, gitleaks, TruffleHog
    around("a Mailchimp key", 32..=32, "-us", "[0-9a-z]{32}-us[0-9]{1,2}"),
    random("a Mailgun key", "key-", "[0-9a-zA-Z]{32}"),
    token("a Brevo key", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    token("a Brevo key", "xsmtpsib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    random("a Resend key", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{20,64}"),

    // https://platform.openai.com/docs/api-reference/authentication, and others that took the prefix over
    random("an API key", "sk-", WORD),
    // TruffleHog
    token("a Groq key", "gsk_", "[A-Za-z0-9]{32,255}"),
    random("an xAI key", "xai-", "[A-Za-z0-9]{32,255}"),
    random("a Perplexity key", "pplx-", "[A-Za-z0-9]{32,255}"),
    random("a Tavily key", "tvly-", WORD),
    random("a Replicate token", "r8_", "[A-Za-z0-9]{32,255}"),
    token("a Hugging Face token", "hf_", "[A-Za-z0-9]{30,255}"),
    token("a Hugging Face token", "api_org_", "[A-Za-z0-9]{30,255}"),
    random("a Fireworks key", "fw_", "[A-Za-z0-9]{22,255}"),
    random("a Cerebras key", "csk-", "[A-Za-z0-9]{32,255}"),
    token("an NVIDIA key", "nvapi-", WORD),
    random("an ElevenLabs key", "sk_", "[a-f0-9]{48}"),
    random("a Firecrawl key", "fc-", "[a-f0-9]{32}"),
    random("a Jina key", "jina_", "[A-Za-z0-9_-]{40,255}"),
    random("a Voyage key", "pa-", r"[\w-]{43}"),
    token("a LangSmith key", "lsv2_pt_", WORD),
    token("a LangSmith key", "lsv2_sk_", WORD),
    token("a Pinecone key", "pcsk_", WORD),
    token("an Apify token", "apify_api_", WORD),
    random("a Brave Search key", "BSA", r"[\w-]{27,32}"),
    random("an E2B key", "e2b_", "[a-f0-9]{40}"),
    token("a Browserbase key", "bb_live_", WORD),

    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    token("an AWS access key", "AKIA", "[A-Z0-9]{16}"),
    token("an AWS access key", "ASIA", "[A-Z0-9]{16}"),
    random("an AWS access key", "ABIA", "[A-Z0-9]{16}"),
    random("an AWS access key", "ACCA", "[A-Z0-9]{16}"),
    random("an AWS access key", "A3T", "[A-Z0-9]{17}"),
    // gitleaks
    random("an AWS Bedrock key", "ABSK", r"[\w+/=-]{100,255}"),
    token("an AWS Bedrock key", "bedrock-api-key-", BASE64),
    token("an Amazon MWS token", "amzn.mws.", UUID),
    // https://docs.cloud.google.com/docs/authentication/api-keys, TruffleHog
    token("a Google client secret", "GOCSPX-", WORD),
    token("a Google API key", "AIza", WORD),
    token("a Google access token", "ya29.", r"[\w.-]{16,255}"),
    random("a Google refresh token", "1//0", WORD),
    // https://learn.microsoft.com/en-us/purview/sit-defn-client-secret-api-key, detect-secrets
    around("an Azure client secret", 4..=4, "Q~", r"[\w~.-]{3}\dQ~[\w~.-]{31,34}"),
    random("an Azure storage key", "AccountKey=", "[A-Za-z0-9+/=]{40,100}"),
    random("an Azure access key", "SharedAccessKey=", "[A-Za-z0-9+/=]{40,100}"),
    // gitleaks, TruffleHog, each with the issuer's own pattern
    random("an Alibaba Cloud key", "LTAI", "[A-Za-z0-9]{12,24}"),
    random("a Tencent Cloud key", "AKID", "[A-Za-z0-9]{32}"),
    token("a Cloudflare key", "v1.0-", "[a-f0-9]{24}-[a-f0-9]{146}"),
    token("a DigitalOcean token", "dop_v1_", WORD),
    token("a DigitalOcean token", "doo_v1_", WORD),
    token("a DigitalOcean token", "dor_v1_", WORD),
    token("a Fly.io token", "fo1_", r"[\w-]{43}"),
    token("a Fly.io token", "fm2_", r"[\w+/=-]{100,255}"),
    token("a Heroku key", "HRKU-", WORD),
    random("a Netlify token", "nfp_", "[A-Za-z0-9]{36,40}"),
    random("a Render key", "rnd_", "[A-Za-z0-9]{28,40}"),
    random("a Supabase token", "sbp_", "[a-f0-9]{40}"),
    token("a Supabase key", "sb_secret_", WORD),
    around("a Terraform token", 14..=14, ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{16,255}"),
    token("a Pulumi token", "pul-", "[a-f0-9]{40}"),
    token("a Scalingo token", "tk-us-", r"[\w-]{48}"),
    token("a Tailscale key", "tskey-", WORD),
    token("an OpenShift token", "sha256~", r"[\w-]{43}"),
    token("a PlanetScale token", "pscale_tkn_", DOTTED),
    token("a PlanetScale token", "pscale_oauth_", DOTTED),
    token("a PlanetScale password", "pscale_pw_", DOTTED),
    random("a Neon key", "napi_", "[a-z0-9]{40,80}"),
    random("a ClickHouse key", "4b1d", "[A-Za-z0-9]{38}"),
    // https://docs.databricks.com/aws/en/dev-tools/auth/pat, gitleaks
    random("a Databricks token", "dapi", "[a-f0-9]{32}(?:-[0-9])?"),
    // https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes
    token("a Vault token", "hvs.", WORD),
    token("a Vault token", "hvb.", WORD),
    token("a Vault token", "hvr.", WORD),
    random("a Vault token", "s.", "[A-Za-z0-9]{24}"),
    // https://docs.doppler.com/reference/auth-token-formats
    token("a Doppler token", "dp.pt.", WORD),
    token("a Doppler token", "dp.st.", r"(?:[\w-]{1,64}\.)?[\w-]{16,255}"),
    token("a Doppler token", "dp.ct.", WORD),
    token("a Doppler token", "dp.sa.", WORD),
    token("a Doppler token", "dp.scim.", WORD),
    token("a Doppler token", "dp.audit.", WORD),
    // gitleaks
    random("a 1Password key", "A3-", "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
    token("a 1Password token", "ops_", "eyJ[A-Za-z0-9+/=]{64,240}"),

    // https://grafana.com/docs/grafana/latest/administration/service-accounts/, gitleaks
    token("a Grafana token", "glsa_", "[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    token("a Grafana token", "glc_", "[A-Za-z0-9+/=]{32,255}"),
    random("a Grafana key", "eyJrIjoi", "[A-Za-z0-9+/=]{40,255}"),
    // https://docs.sentry.io/api/auth/, gitleaks
    token("a Sentry token", "sntrys_", BASE64),
    token("a Sentry token", "sntryu_", "[a-f0-9]{64}"),
    token("a Sentry token", "sntrya_", "[a-f0-9]{64}"),
    token("a Sentry token", "sntryi_", "[a-f0-9]{64}"),
    // https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
    token("a New Relic key", "NRAK-", "[A-Z0-9]{27}"),
    random("a New Relic key", "NRII-", WORD),
    // gitleaks, TruffleHog
    token("a Dynatrace token", "dt0c01.", r"[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}"),
    token("a PostHog key", "phx_", "[A-Za-z0-9]{32,64}"),
    token("a SonarQube token", "squ_", "[a-f0-9]{40}"),
    token("a SonarQube token", "sqp_", "[a-f0-9]{40}"),
    token("a SonarQube token", "sqa_", "[a-f0-9]{40}"),
    token("a CircleCI token", "CCIPAT_", WORD),
    token("a Buildkite token", "bkua_", "[a-z0-9]{40}"),
    random("an Infracost key", "ico-", "[A-Za-z0-9]{32}"),
    token("a Prefect token", "pnu_", "[A-Za-z0-9]{36}"),
    random("a Harness key", "pat.", r"[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}"),
    random("an Octopus Deploy key", "API-", "[A-Z0-9]{26}"),

    // https://docs.stripe.com/keys, https://docs.stripe.com/webhooks#verify-official-libraries
    token("a Stripe key", "sk_live_", WORD),
    token("a Stripe key", "sk_test_", WORD),
    token("a Stripe key", "rk_live_", WORD),
    token("a Stripe key", "rk_test_", WORD),
    token("a webhook secret", "whsec_", r"[\w+/=-]{24,255}"),
    // detect-secrets, gitleaks
    token("a Square secret", "sq0csp-", r"[\w\\-]{22,60}"),
    token("a Square token", "sq0atp-", r"[\w-]{22,60}"),
    random("a Meta or Square token", "EAA", r"[\w-]{60,255}"),
    token("a PayPal token", "access_token$production$", r"[\w$]{32,80}"),
    random("a Plaid token", "access-production-", UUID),
    random("a Plaid token", "access-sandbox-", UUID),
    token("a Razorpay key", "rzp_live_", "[A-Za-z0-9]{14,32}"),
    token("a Flutterwave key", "FLWSECK-", "[A-Za-z0-9]{32}-X"),
    token("a Flutterwave key", "FLWSECK_TEST-", "[A-Za-z0-9]{32}-X"),
    token("an EasyPost key", "EZAK", "[A-Za-z0-9]{54}"),
    token("an EasyPost key", "EZTK", "[A-Za-z0-9]{54}"),
    token("a Shippo token", "shippo_live_", "[a-fA-F0-9]{40}"),
    token("a Shippo token", "shippo_test_", "[a-fA-F0-9]{40}"),
    token("a Duffel token", "duffel_live_", PADDED),
    token("a Duffel token", "duffel_test_", PADDED),
    token("a Shopify token", "shpat_", WORD),
    token("a Shopify token", "shpca_", WORD),
    token("a Shopify token", "shppa_", WORD),
    token("a Shopify secret", "shpss_", WORD),
    // https://learning.postman.com/docs/developer/postman-api/authentication/, gitleaks
    token("a Postman key", "PMAK-", "[A-Za-z0-9]{24}-[A-Za-z0-9]{34}"),
    // https://developers.figma.com/docs/rest-api/authentication/
    token("a Figma token", "figd_", WORD),
    token("a Figma token", "figu_", WORD),
    token("a Figma token", "figo_", WORD),
    // https://airtable.com/developers/web/api/authentication, gitleaks
    random("an Airtable token", "pat", r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    // https://developers.notion.com/changelog
    token("a Notion token", "ntn_", "[A-Za-z0-9]{30,255}"),
    random("a Notion token", "secret_", "[A-Za-z0-9]{43}"),
    // gitleaks, TruffleHog
    token("a Linear API key", "lin_api_", "[A-Za-z0-9]{30,255}"),
    token("a Linear token", "lin_oauth_", "[A-Za-z0-9]{30,255}"),
    random("a HubSpot token", "pat-na1-", UUID),
    random("a HubSpot token", "pat-na2-", UUID),
    random("a HubSpot token", "pat-eu1-", UUID),
    random("a Salesforce token", "00D", r"[A-Za-z0-9]{12,15}![\w.]{60,255}"),
    random("a Twitter token", "AAAAAAAAAAAAAAAAAAAAA", r"[\w%]{60,255}"),
    token("a Dropbox token", "sl.", r"(?:u\.)?[\w-]{120,255}"),
    token("a Mapbox token", "sk.eyJ", r"[\w-]{16,255}\.[\w-]{16,64}"),
    token("a Typeform token", "tfp_", r"[\w-]{40,255}"),
    token("a Contentful token", "CFPAT-", WORD),
    token("a Frame.io token", "fio-u-", r"[\w=-]{64}"),
    token("a ReadMe key", "rdme_", "[a-z0-9]{70}"),
    token("an Adobe secret", "p8e-", "[A-Za-z0-9]{32}"),
    around("a MaxMind key", 36..=36, "_mmk", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    // detect-secrets
    random("a SoftLayer key", "api.softlayer.com/soap/", r"v3(?:\.1)?/[a-z0-9]{64}"),
];
