//! The artifacts, byte for byte: `tests/emit/<artifact>` is what the shipped catalog compiles to.

use std::collections::BTreeSet;

use catproof::testing::text::dotenv;
use expect_test::expect_file;

use crate::catalog::InMemory;
use crate::support::project;

/// The artifacts with a golden file each; of the launch specs, one of every type and one `docker run`.
const GOLDEN: [&str; 12] = [
    "catalog.json",
    "desktop_app/.env.example",
    "desktop_app/launch.json",
    "desktop_app/servers/acme__generic.json",
    "desktop_app/servers/githubcopilot__remote-mcp.json",
    "desktop_app/servers/iskhakov__google_workspace_mcp.json",
    "desktop_app/servers/korotovsky__slack-mcp-server.json",
    "desktop_app/servers/linear__remote-mcp.json",
    "oauth_proxy/.env.example",
    "oauth_proxy/launch.json",
    "oauth_proxy/providers.js",
    "oauth_proxy/providers.json",
];

/// The guide's sample of `oauth_proxy/.env`, word for word.
const GUIDE_ENV: &str = "\
# oauth_proxy/.env
# Type 1: Slack (Generic OAuth)
korotovsky__slack-mcp-server_CLIENT_ID=your-slack-client-id
korotovsky__slack-mcp-server_SECRET=your-slack-client-secret
# Type 2: Google Workspace (MCP OAuth)
iskhakov__google_workspace_mcp_CLIENT_ID=your-google-client-id
iskhakov__google_workspace_mcp_SECRET=your-google-client-secret
# Type 3: GitHub Copilot (Remote MCP)
githubcopilot__remote-mcp_CLIENT_ID=your-github-client-id
githubcopilot__remote-mcp_SECRET=your-github-client-secret
# Type 4: Linear (DCR) - No proxy credentials needed!
";

#[test]
fn the_env_template_asks_for_what_the_guides_sample_has() {
    let keys = |text: &str| -> BTreeSet<String> {
        let entries = dotenv::read(text).entries.into_iter();
        entries.map(|entry| entry.key).collect()
    };
    let template = InMemory::shipped().artifact("oauth_proxy/.env.example");
    let mut asked = keys(&template);
    assert!(asked.remove("PORT"), "the proxy's own setting");
    assert_eq!(asked, keys(GUIDE_ENV));
    assert!(
        template.contains("# Type 4: Linear (linear__remote-mcp) - No proxy credentials needed!\n")
    );
    let file = dotenv::read(&template);
    let filled_in = file.get("korotovsky__slack-mcp-server_CLIENT_ID");
    assert_eq!(filled_in, Some("9210991658150.9211748349222"));
}

#[test]
fn every_artifact_equals_its_golden_file() {
    let mut catalog = InMemory::shipped();
    catalog.config.profile = catproof::testing::text::profile::Profile::Development;
    for path in GOLDEN {
        let golden = project().join("tests/emit").join(path);
        expect_file![golden].assert_eq(&catalog.artifact(path));
    }
}
