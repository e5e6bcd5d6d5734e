//! Kinds of credentials, and how to make them up: none is written down, so that no scanner takes this file for a leak.
//!
//! They are those that [detect-secrets](https://github.com/Yelp/detect-secrets) finds without its entropy plugins, and those
//! of providers that servers commonly use.

/// A kind of credential.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// What it looks like, with whatever it needs around it to be one, where `{w24}` stands for 24 random characters: `w` for
    /// letters and digits, `x` and `U` for those of hexadecimal and in upper case, `d` for digits, `u` for a UUID, and `s` for
    /// letters with a character that JSON or a URL writes in another way.
    pub(super) form: &'static str,
    pub(super) known: Known,
}

/// What gives a credential away.
#[derive(Clone, Copy)]
pub(super) enum Known {
    /// Its own form, wherever it stands.
    ByForm,
    /// The URL around it, wherever that stands.
    ByUrl,
    /// What it stands under: patches of a manifest with `§` in its place.
    ByName(&'static [&'static str]),
    /// The name in front of it, in a file of environment variables and wherever such a file is read as another.
    InEnvironment,
}

pub(super) const KINDS: [Kind; 98] = [
    by_form("GitHub token", "ghp_{w40}"),
    by_form("GitHub OAuth token", "gho_{w36}"),
    by_form("GitHub user token", "ghu_{w36}"),
    by_form("GitHub server token", "ghs_{w36}"),
    by_form("GitHub refresh token", "ghr_{w36}"),
    by_form("fine-grained GitHub token", "github_pat_{w22}_{w59}"),
    by_form("GitLab token", "glpat-{w20}"),
    by_form("routable GitLab token", "glpat-{w27}.01.{x9}"),
    by_form("GitLab runner token", "glrt-{w20}"),
    by_form("GitLab registration token", "GR1348941{w20}"),
    by_form("GitLab deploy token", "gldt-{w20}"),
    by_form("GitLab feed token", "glft-{w20}"),
    by_form("GitLab SCIM token", "glsoat-{w20}"),
    by_form("GitLab job token", "glcbt-{x2}_{w20}"),
    by_form("GitLab mail token", "glimt-{w25}"),
    by_form("GitLab trigger token", "glptt-{x40}"),
    by_form("GitLab agent token", "glagent-{w50}"),
    by_form("GitLab application secret", "gloas-{x64}"),
    by_form("Atlassian token", "ATATT3xFfGF0{w40}-{w50}_{w80}={U8}"),
    by_form("Slack bot token", "xoxb-{d12}-{d12}-{w24}"),
    by_form("Slack user token", "xoxp-{d12}-{d12}-{d12}-{x32}"),
    by_form("Slack workspace token", "xoxa-2-{d12}-{d12}-{x32}"),
    by_form("Slack client token", "xoxc-{d12}-{d12}-{d12}-{x64}"),
    by_form("Slack cookie", "xoxd-{w40}%2B{w40}%2F{w20}%3D"),
    by_form("Slack legacy token", "xoxs-{d12}-{d12}-{x16}"),
    by_form("Slack app token", "xapp-1-A{U10}-{d13}-{x64}"),
    by_form("Slack webhook", "https://hooks.slack.com/services/T{U10}/B{U10}/{w24}"),
    by_form("Discord token", "M{w23}.{w6}.{w27}"),
    by_form("Telegram token", "{d10}:{w35}"),
    by_form("Twilio account", "AC{x32}"),
    by_form("Twilio key", "SK{x32}"),
    by_form("SendGrid key", "SG.{w22}.{w43}"),
    by_form("Mailchimp key", "{x32}-us12"),
    by_form("Google client secret", "GOCSPX-{w28}"),
    by_form("Google API key", "AIza{w35}"),
    by_form("Google access token", "ya29.{w60}"),
    by_form("AWS access key", "AKIA{U16}"),
    by_form("temporary AWS access key", "ASIA{U16}"),
    by_form("AWS bearer key", "ABIA{U16}"),
    by_form("AWS context key", "ACCA{U16}"),
    by_form("AWS key of an unknown kind", "A3TX{U16}"),
    by_form("Azure client secret", "{w3}8Q~{w34}"),
    by_form("Azure storage key", "AccountKey={w86}=="),
    by_form("OpenAI key", "sk-{w20}T3BlbkFJ{w20}"),
    by_form("OpenAI project key", "sk-proj-{w40}_{w20}T3BlbkFJ{w20}"),
    by_form("Anthropic key", "sk-ant-api03-{w60}-{w32}AA"),
    by_form("Groq key", "gsk_{w52}"),
    by_form("xAI key", "xai-{w80}"),
    by_form("Perplexity key", "pplx-{w48}"),
    by_form("Tavily key", "tvly-dev-{w32}"),
    by_form("Replicate token", "r8_{w37}"),
    by_form("Hugging Face token", "hf_{w34}"),
    by_form("Databricks token", "dapi{x32}"),
    by_form("Grafana token", "glsa_{w32}_{x8}"),
    by_form("Grafana cloud token", "glc_{w60}="),
    by_form("Vault token", "hvs.{w95}"),
    by_form("Vault batch token", "hvb.{w140}"),
    by_form("Doppler token", "dp.pt.{w43}"),
    by_form("Doppler service token", "dp.st.dev.{w43}"),
    by_form("Postman key", "PMAK-{x24}-{x34}"),
    by_form("Sentry token", "sntryu_{x64}"),
    by_form("Sentry token of an organization", "sntrys_eyJ{w80}=_{w43}"),
    by_form("Figma token", "figd_{w40}"),
    by_form("Airtable token", "pat{w14}.{x64}"),
    by_form("Stripe key", "sk_live_{w24}"),
    by_form("restricted Stripe key", "rk_live_{w24}"),
    by_form("Stripe test key", "sk_test_{w24}"),
    by_form("webhook secret", "whsec_{w32}"),
    by_form("Square secret", "sq0csp-{w43}"),
    by_form("Shopify token", "shpat_{x32}"),
    by_form("DigitalOcean token", "dop_v1_{x64}"),
    by_form("npm token", "npm_{w36}"),
    by_form("npm token of a registry", "//registry.npmjs.org/:_authToken={u}"),
    by_form("PyPI token", "pypi-AgEIcHlwaS5vcmc{w100}"),
    by_form("token of PyPI's test", "pypi-AgENdGVzdC5weXBpLm9yZw{w100}"),
    by_form("Artifactory key", "AKCp8{w68}"),
    by_form("Artifactory password", "AP6{w24}"),
    by_form("SoftLayer key", "https://api.softlayer.com/soap/v3/{x64}"),
    by_form("Notion token", "ntn_{w46}"),
    by_form("Linear key", "lin_api_{w40}"),
    by_form("JSON Web Token", "eyJhbGciOj.eyJ{w27}.{w43}"),
    by_form("age key", "AGE-SECRET-KEY-1{U58}"),
    by_form(
        "private key",
        "-----BEGIN PRIVATE KEY-----\nMIIE{w60}\n{w64}/+\n{w40}=\n-----END PRIVATE KEY-----\n",
    ),
    by_form(
        "RSA key",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE{w60}\n{w64}\n-----END RSA PRIVATE KEY-----\n",
    ),
    by_form(
        "DSA key",
        "-----BEGIN DSA PRIVATE KEY-----\nMIIE{w60}\n{w64}\n-----END DSA PRIVATE KEY-----\n",
    ),
    by_form(
        "EC key",
        "-----BEGIN EC PRIVATE KEY-----\nMHcC{w60}\n{w64}\n-----END EC PRIVATE KEY-----\n",
    ),
    by_form(
        "OpenSSH key",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl{w60}\n{w64}\n-----END OPENSSH PRIVATE KEY-----\n",
    ),
    by_form(
        "PGP key",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\nlQdG{w60}\n{w64}\n=xyz9\n-----END PGP PRIVATE KEY BLOCK-----\n",
    ),
    by_form(
        "SSH2 key",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAA{w60}\n{w64}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
    ),
    by_form(
        "PuTTY key",
        "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: acme\nPublic-Lines: 1\nAAAAB3Nz\nPrivate-Lines: 2\n{w64}\n{w60}\nPrivate-MAC: {x40}",
    ),
    Kind {
        name: "password in a URL",
        form: "https://acme:{w24}@acme.example/notes",
        known: Known::ByUrl,
    },
    Kind {
        name: "secret parameter of a URL",
        form: "https://acme.example/mcp?access_token={w24}&region=eu",
        known: Known::ByUrl,
    },
    by_name("client secret", &[r#"{ "oauth_config": { "client_secret": "§" } }"#]),
    by_name(
        "named variable",
        &[
            r#"{ "server": { "env": { "ACME_API_KEY": "§" } } }"#,
            r#"{ "server": { "env": { "acme-password": "§" } } }"#,
            r#"{ "server": { "env": { "ACME_KEY": "§" } } }"#,
            r#"{ "server": { "env": { "GITHUB_PAT": "§" } } }"#,
            r#"{ "server": { "env": { "databasePass": "§" } } }"#,
            r#"{ "server": { "env": { "SENTRY_DSN": "§" } } }"#,
            r#"{ "server": { "env": { "DB_PASSWD": "§" } } }"#,
            r#"{ "server": { "env": { "REDIS_PWD": "§" } } }"#,
            r#"{ "server": { "env": { "AWS_SECRET_ACCESS_KEY": "§" } } }"#,
            r#"{ "server": { "env": { "CLOUDANT_PW": "§" } } }"#,
            r#"{ "server": { "env": { "IBM_CLOUD_IAM_API_KEY": "§" } } }"#,
            r#"{ "server": { "env": { "COS_HMAC_SECRET_ACCESS_KEY": "§" } } }"#,
            r#"{ "server": { "env": { "SOFTLAYER_PASS": "§" } } }"#,
            r#"{ "server": { "env": { "X_TOKEN": "§", "X_TOKEN_URL": "https://acme.example/token" } } }"#,
        ],
    ),
    by_name(
        "named argument",
        &[
            r#"{ "server": { "args": ["-y", "acme-mcp@1.4.0", "--token", "§"] } }"#,
            r#"{ "server": { "args": ["-y", "acme-mcp@1.4.0", "--api-key=§"] } }"#,
            r#"{ "server": { "command": "docker", "args": ["run", "-i", "--rm", "-e", "API_KEY=§", "acme/mcp:1.4.0"] } }"#,
        ],
    ),
    by_name(
        "header argument",
        &[
            r#"{ "server": { "args": ["-y", "acme-mcp@1.4.0", "--header", "Authorization: Bearer §"] } }"#,
            r#"{ "server": { "args": ["-y", "acme-mcp@1.4.0", "-H", "X-Api-Key: §"] } }"#,
        ],
    ),
    by_name(
        "sensitive default",
        &[
            r#"{ "user_config": { "pin": { "type": "string", "title": "PIN", "sensitive": true, "default": "§" } } }"#,
            r#"{
                "server": { "env": { "ACME_PINS": "${user_config.pins}" } },
                "user_config": {
                    "pins": { "type": "string", "title": "PINs", "sensitive": true, "multiple": true, "default": ["§"] }
                }
            }"#,
        ],
    ),
    Kind { name: "value of a .env", form: "{s}", known: Known::InEnvironment },
];

const fn by_form(name: &'static str, form: &'static str) -> Kind {
    Kind { name, form, known: Known::ByForm }
}

const fn by_name(name: &'static str, patches: &'static [&'static str]) -> Kind {
    Kind { name, form: "{s}", known: Known::ByName(patches) }
}

impl Kind {
    /// A new one.
    pub(super) fn make(&self, random: &mut Random) -> String {
        let mut pieces = self.form.split('{');
        let mut made = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let (class, rest) = piece.split_once('}').unwrap();
            let (class, length) = class.split_at(1);
            let length = length.parse().unwrap_or(0);
            made.push_str(&match class {
                "w" => random.letters(length),
                "x" => random.of(b"0123456789abcdef", length),
                "U" => random.letters(length).to_ascii_uppercase(),
                "d" => random.of(b"123456789", length),
                "u" => {
                    [8, 4, 4, 4, 12].map(|length| random.of(b"0123456789abcdef", length)).join("-")
                }
                _ => random.with_special(),
            });
            made.push_str(rest);
        }
        made
    }
}

/// Letters and digits without a vowel, so that they spell no word that stands for a credential. Always the same.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % below
    }

    fn of(&mut self, characters: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(characters[self.next(characters.len())])).collect()
    }

    fn letters(&mut self, length: usize) -> String {
        let letter = |at: usize| match at % 5 {
            3 => self.of(b"23456789", 1),
            _ => self.of(b"bcdfghjkmnpqrstvwzBCDFGHJKMNPQRSTVWZ", 1),
        };
        (0..length).map(letter).collect()
    }

    /// With a character that JSON or a URL writes in another way.
    fn with_special(&mut self) -> String {
        let special = ["/", "\"", "&", "é", "+", "\\"][self.next(6)];
        let (before, after) = (self.letters(16), self.letters(16));
        format!("{before}{special}{after}")
    }
}
