//! File names: any bytes that a file system takes.
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use serde_json::{Value, json};

use super::outputs::{assert_is_clean, check_in_every_format};
use super::{server, told};
use crate::support::{catproof, check_json, entries, run, scratch, write};

/// Names before `.json`; the rest of the name is whatever a file system takes.
const STEMS: [&[u8]; 32] = [
    b"",
    b".",
    b"..",
    b".hidden",
    b"-rf",
    b"--help",
    b"-",
    b" ",
    b" acme mcp ",
    b"CON",
    b"nul",
    b"COM1",
    b"aux.x",
    b"a:b",
    b"a\\b",
    b"..\\..\\x",
    b"%2e%2e%2fx",
    b"*",
    b"?",
    b"a\nb",
    b"a\r\n::error::x",
    b"::error::x",
    b"##[error]x",
    b"\x1b[2J",
    b"\x07",
    b"a\xff\xfeb",
    b"\xc0\xaf",
    "\u{202e}x\u{2028}".as_bytes(),
    "e\u{301}".as_bytes(),
    "é".as_bytes(),
    b"${x}`$(x)`",
    b"'\"<&>]]>",
];

fn file_name(stem: &[u8]) -> OsString {
    OsString::from_vec([stem, b".json"].concat())
}

#[test]
fn a_file_may_be_called_anything() {
    let scratch = scratch();
    let folder = scratch.path().join("catalog");
    let manifest = server("acme__mcp", &json!({})).to_string();
    for stem in STEMS {
        write(&folder.join(file_name(stem)), &manifest);
    }
    let findings = check_in_every_format(scratch.path(), &[], &[]);
    // `.json` alone has no ending, so it is not a manifest.
    let is_mismatch = |finding: &&Value| finding["rule"] == "id-mismatch";
    assert_eq!(findings.iter().filter(is_mismatch).count(), STEMS.len() - 1);

    for stem in STEMS {
        let mut path = OsString::from("catalog/");
        path.push(file_name(stem));
        let arguments = [OsStr::new("check"), OsStr::new("--"), &path];
        let output = catproof(scratch.path()).args(arguments).output().unwrap();
        let code = output.status.code().unwrap();
        assert!((1..=2).contains(&code), "{path:?}: {code}");
        for output in [output.stdout, output.stderr] {
            assert_is_clean(&String::from_utf8(output).unwrap(), &[]);
        }
    }
    assert_eq!(run(scratch.path(), &["build"]).0, 1);
    assert!(!scratch.path().join("generated").exists());
    told("file names", format_args!("{} stems, as a folder and one by one", STEMS.len()));
}

#[test]
fn a_path_that_is_not_there_is_not_shown_raw() {
    let scratch = scratch();
    for name in [&b"\x1b[2Jnone"[..], b"a\n::error::x", b"\xff\xfe", "\u{202e}x".as_bytes()] {
        for option in ["--config", "--catalog", "--allowlist"] {
            let arguments = [OsStr::new("check"), OsStr::new(option), OsStr::from_bytes(name)];
            let output = catproof(scratch.path()).args(arguments).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_is_clean(&stderr, &[]);
        }
        let arguments = [OsStr::new("check"), OsStr::from_bytes(name)];
        let output = catproof(scratch.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_is_clean(&String::from_utf8(output.stderr).unwrap(), &[]);
    }
}

#[test]
fn no_id_leads_out_of_the_folder_of_the_artifacts() {
    let scratch = scratch();
    // The only ids of dots and reserved names that the grammar lets through: each is the beginning of a file name.
    let ids = [".", "..", "...", "CON", "nul.x", "-rf", "--help"];
    for id in ids {
        write(
            &scratch.path().join(format!("catalog/{id}.json")),
            server(id, &json!({})).to_string(),
        );
    }
    let (code, _, stderr) = run(scratch.path(), &["build"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(entries(scratch.path()).len(), 2, "catalog and generated");
    let specs = entries(&scratch.path().join("generated/desktop_app/servers"));
    assert_eq!(specs.len(), ids.len());
    for id in ["../x", "../../x", "/tmp/x", "a/b", "a\\b", "..\\x", ""] {
        let manifest = server(id, &json!({})).to_string();
        write(&scratch.path().join("catalog/acme__mcp.json"), manifest);
        assert_eq!(run(scratch.path(), &["build"]).0, 1, "{id:?}");
    }
    assert_eq!(entries(scratch.path()).len(), 2, "catalog and generated");
    told("ids", format_args!("{} that stay inside, 7 that are refused", ids.len()));
}

#[test]
fn twins_that_differ_only_in_case_are_one_id() {
    let scratch = scratch();
    for id in ["acme__mcp", "Acme__MCP"] {
        write(
            &scratch.path().join(format!("catalog/{id}.json")),
            server(id, &json!({})).to_string(),
        );
    }
    if entries(&scratch.path().join("catalog")).len() < 2 {
        return eprintln!("skipped: this file system folds case");
    }
    let (code, findings) = check_json(scratch.path(), &[]);
    assert_eq!(code, 1);
    let is_twin = |finding: &&Value| finding["rule"] == "duplicate-server-id";
    assert_eq!(findings.iter().filter(is_twin).count(), 2);
    assert!(fs::metadata(scratch.path().join("generated")).is_err());
}
