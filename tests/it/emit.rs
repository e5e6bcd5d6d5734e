//! The artifacts, byte for byte: `tests/emit/<artifact>` is what the shipped catalog compiles to.

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

#[test]
fn every_artifact_equals_its_golden_file() {
    let mut catalog = InMemory::shipped();
    catalog.config.profile = catproof::config::Profile::Development;
    for path in GOLDEN {
        let golden = project().join("tests/emit").join(path);
        expect_file![golden].assert_eq(&catalog.artifact(path));
    }
}
