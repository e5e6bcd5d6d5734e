//! The twelve rooms of `src/`: each uses only those above it, and no two files of one room use each other.
//!
//! Paths are read with `syn`, so grouped imports, `super::super`, re-exports and the arguments of macros count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::rust_files;
use crate::support::{entries, name, project};

/// The rooms, from the top down.
const ORDER: [&str; 12] = [
    "text",
    "source",
    "manifest",
    "discovery",
    "catalog",
    "compile",
    "lint",
    "pipeline",
    "diff",
    "report",
    "runtime",
    "cli",
];

/// A module's path from the crate's root, such as `["lint", "rules", "oauth"]`.
type Module = Vec<String>;

#[test]
fn the_source_has_twelve_rooms_and_nothing_beside_them() {
    let found: BTreeSet<String> =
        entries(&project().join("src")).iter().map(|path| name(path).to_owned()).collect();
    let expected = ORDER.iter().chain(&["lib.rs", "main.rs"]);
    assert_eq!(found, expected.map(|name| (*name).to_owned()).collect());
}

#[test]
fn each_room_uses_only_those_above_it() {
    let mut wrong = BTreeSet::new();
    for (module, used) in uses_of_each_file() {
        let Some(room) = module.first().and_then(|room| place_of(room)) else {
            continue;
        };
        for path in used {
            let is_above = path.first().and_then(|room| place_of(room));
            if is_above.is_none_or(|above| above > room) {
                wrong.insert(format!("{} uses {}", module.join("::"), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn place_of(room: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == room)
}

#[test]
fn no_files_of_one_room_use_each_other_in_a_circle() {
    let uses = uses_of_each_file();
    let mut arrows: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (module, used) in &uses {
        for path in used {
            // The file is that of the longest known module in the path.
            let longest = (1..=path.len()).rev();
            let known = longest.filter_map(|length| uses.get_key_value(&path[..length]));
            let Some((target, _)) = known.into_iter().next() else {
                continue;
            };
            // A module and its parts are one thing, and the order holds what runs between rooms.
            let is_part = module.starts_with(target) || target.starts_with(module);
            if !is_part && module.first() == target.first() {
                arrows.entry(module).or_default().insert(target);
            }
        }
    }
    // What uses nothing that is left, or is used by nothing, is not a part of a circle, and is taken away.
    loop {
        let origins: BTreeSet<&Module> = arrows.keys().copied().collect();
        let ends: BTreeSet<&Module> = arrows.values().flatten().copied().collect();
        arrows.retain(|module, targets| {
            targets.retain(|target| origins.contains(target));
            ends.contains(module) && !targets.is_empty()
        });
        if arrows.len() == origins.len() {
            break;
        }
    }
    assert!(arrows.is_empty(), "{arrows:#?}");
}

#[test]
fn a_path_is_found_however_it_is_written() {
    let text = "
        use crate::{text::{self, hosts}, lint as rules};
        pub use super::super::report::locate;
        mod inner { fn f() { super::helper(); println!(\"{}\", crate::cli::run()); } }
        fn g(_: &crate::diff::Kind) { std::mem::drop(()); local::call(); }
    ";
    let module = ["runtime", "proxy", "server"].map(str::to_owned).to_vec();
    let used: BTreeSet<String> =
        uses(text, &module).into_iter().map(|path| path.join("::")).collect();
    let expected = [
        "text",
        "text::hosts",
        "lint",
        "runtime::report::locate",
        "runtime::proxy::server::helper",
        "cli::run",
        "diff::Kind",
    ];
    assert_eq!(used, expected.map(str::to_owned).into());
}

/// For each module that is a file, the paths into the crate that it names.
fn uses_of_each_file() -> BTreeMap<Module, BTreeSet<Module>> {
    let src = project().join("src");
    rust_files(&src)
        .iter()
        .map(|file| {
            let module = module_of(file.strip_prefix(&src).unwrap());
            let used = uses(&fs::read_to_string(file).unwrap(), &module);
            (module, used)
        })
        .filter(|(module, _)| !module.is_empty())
        .collect()
}

/// The module that a file is, by its path in `src`; `lib.rs` and `main.rs` are the root.
fn module_of(file: &Path) -> Module {
    let file = file.with_extension("");
    let parts = file.iter().map(|part| part.to_str().unwrap().to_owned());
    let mut module: Module = parts.collect();
    if let Some(last) = module.last()
        && ["mod", "lib", "main"].contains(&last.as_str())
    {
        module.pop();
    }
    module
}

/// The paths into the crate that a text names, from the crate's root.
fn uses(text: &str, module: &Module) -> BTreeSet<Module> {
    let mut paths = Paths { module: module.clone(), found: BTreeSet::new() };
    paths.visit_file(&syn::parse_file(text).unwrap());
    paths.found
}

struct Paths {
    module: Module,
    found: BTreeSet<Module>,
}

impl Paths {
    /// Takes in a path that begins with `crate`, `self` or `super`; others are of another crate, or of an import that
    /// counts itself.
    fn add(&mut self, segments: &[String]) {
        let mut from = self.module.clone();
        let mut rest = segments;
        match segments.first().map(String::as_str) {
            Some("crate") => {
                from.clear();
                rest = &segments[1..];
            }
            Some("self") => rest = &segments[1..],
            Some("super") => {
                while let Some((_, after)) =
                    rest.split_first().filter(|(first, _)| *first == "super")
                {
                    from.pop();
                    rest = after;
                }
            }
            _ => return,
        }
        from.extend(rest.iter().cloned());
        self.found.insert(from);
    }

    fn add_tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| [prefix, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) if name.ident == "self" => self.add(prefix),
            syn::UseTree::Name(name) => self.add(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.add(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.add(prefix),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(prefix, tree);
                }
            }
        }
    }

    /// Paths among the arguments of a macro, which are mere tokens.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 || path.is_empty() => {
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && colons < 2 => colons += 1,
                other => {
                    self.add(&std::mem::take(&mut path));
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.add_tokens(group.stream()),
                        TokenTree::Ident(ident) => path.push(ident.to_string()),
                        TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                    }
                }
            }
        }
        self.add(&path);
    }
}

impl Visit<'_> for Paths {
    /// `pub(crate)` and `pub(super)` use nothing.
    fn visit_visibility(&mut self, _: &syn::Visibility) {}

    fn visit_item_mod(&mut self, module: &syn::ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let segments = path.segments.iter();
        let segments: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &syn::Macro) {
        self.add_tokens(mac.tokens.clone());
        visit::visit_macro(self, mac);
    }
}
