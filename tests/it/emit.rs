//! The artifacts against the guide. Byte for byte they are fixtures: `tests/fixtures/artifacts.rs`.

use std::collections::BTreeSet;

use catproof::testing::text::dotenv;

use crate::catalog::InMemory;

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
