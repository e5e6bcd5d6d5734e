//! `providers.js` as the proxy runs it: in Node where there is one. What needs a JavaScript engine in any case is a crate
//! of its own, `tests/javascript`.

use std::process::Command;

use crate::providers::{LIST, catalog, judge, name_the_list, questions, read};
use crate::support::{scratch, write};

#[test]
fn node_imports_it_by_name_and_agrees_on_every_case() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `node`");
        return;
    }
    let scratch = scratch();
    let names =
        "ALLOWED_DESTINATIONS, SERVER_DESTINATIONS, getAllowedDestinations, isValidOAuthEndpoint";
    let test = format!(
        "import {{ {names} }} from './providers.js';\n{}",
        questions("console.log(report);")
    );
    write(&scratch.path().join("package.json"), "{\"type\": \"module\"}");
    write(&scratch.path().join("providers.js"), catalog().artifact("oauth_proxy/providers.js"));
    write(&scratch.path().join("test.js"), test);
    let output = Command::new("node").arg("test.js").current_dir(scratch.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    judge(&String::from_utf8(output.stdout).unwrap());
}

#[test]
fn a_list_that_the_file_changes_is_refused() {
    let changes = [
        "A = A.concat(['evil.example'])",
        "A &&= ['evil.example']",
        "A ||= 1; A ??= 1",
        "A[0] += '.evil'",
        "A[0]++",
        "++A[0]",
        "A[9] ||= 'evil.example'",
        "A[9] ??= 'evil.example'",
        "A[0] = 'evil.example'",
        "[A] = [['evil.example']]",
        "[...A] = ['evil.example']",
        "[A[0]] = ['evil.example']",
        "[(A[0])] = ['evil.example']",
        "[A.length] = [0]",
        "A.length -= 1",
        "A.length >>= 1",
        "--A.length",
        "for (A of [['evil.example']]);",
        "for (A[2] of ['evil.example']);",
        "for (A.length of [0]);",
        "({ a: A } = { a: ['evil.example'] })",
        "({ A } = { A: ['evil.example'] })",
        "({ a: A[0] } = { a: 'evil.example' })",
        "({ A = 1 } = { A: ['evil.example'] })",
        "(A).push('evil.example')",
        "A['pu' + 'sh']('evil.example')",
        "A['push']('evil.example')",
        "const m = 'push'; A[m]('evil.example')",
        "A?.push('evil.example')",
        "A.push?.('evil.example')",
        r"A.pu\u0073h('evil.example')",
        r"ALLOWED_DESTINATION\u0053.push('evil.example')",
        "A.push.call(A, 'evil.example')",
        "Array.prototype.push.call(A, 'evil.example')",
        "Object.assign(A, ['evil.example'])",
        "Reflect.set(A, 0, 'evil.example')",
        "const x = A; x.push('evil.example')",
        "const x = [A][0]; x.push('evil.example')",
        "const x = { A }; x.A.push('evil.example')",
        "const x = { ALLOWED_DESTINATIONS: A }; Object.values(x)[0].push('evil.example')",
        "const [x] = [A]; x.push('evil.example')",
        "const x = A || []; x.push('evil.example')",
        "const x = 1 ? A : []; x.push('evil.example')",
        "const x = () => A; x().push('evil.example')",
        "function x() { return A } x().push('evil.example')",
        "(function (x) { x.push('evil.example') })(A)",
        "A.some((host, index, list) => list.push('evil.example') > 9)",
        "A.some(function () { return arguments[2].push('evil.example') > 9 })",
        "A.some((...all) => all[2].push('evil.example') > 9)",
        "A.sort().push('evil.example')",
        "A.reverse()",
        "A.valueOf().push('evil.example')",
        "delete A[0]",
        "`${A.push('evil.example')}`",
        "`${`${A.push('evil.example')}`}`",
        "eval('ALLOWED' + '_DESTINATIONS.push(1)')",
        "JSON.stringify = (x) => x.push('evil.example'); JSON.stringify(A)",
        "const Array = { from: (x) => x.push('evil.example') }; Array.from(A)",
        "JSON.stringify(A, function (key, x) { if (key === '') x.push('evil.example'); return x })",
        "if (1) /'/.test('x'); A.push('evil.example') // '",
        "let i = 1; i++ /A.push('evil.example')/ 1",
        "let x = { of: 1 }; x.of /A.push('evil.example')/ 1",
        "let of = 1; of /\"/ 1; \" ; A.push('evil.example') //\"",
        "if (1) / 2; // A.push('evil.example')",
        "import * as self from './providers.js'; self['ALLOWED_DESTINATIONS'].push('evil.example')",
        "import * as self from './providers.js'; self.A.push('evil.example')",
        "Array.prototype.includes = function () { this.push('evil.example') }; A.includes('x')",
        "[].__proto__.includes = function () { this.push('evil.example') }; A.includes('x')",
        "export function getAllowedDestinations() { return A } getAllowedDestinations().push('evil.example')",
        "export function getAllowedDestinations() { return A } export { getAllowedDestinations as other }",
        "export function x() { return A }",
        "const x = module.exports = { A }; Object.values(x)[0].push('evil.example')",
        "f(1, A, 2)",
        "A.at = (x) => this.push(x)",
        "const A = ['evil.example']",
    ];
    let mut accepted = Vec::new();
    for change in changes {
        let named = name_the_list(change);
        let module = format!("export const ALLOWED_DESTINATIONS = {LIST};\n{named}\n");
        // A constant that is given another value stops the module, whatever the value.
        let is_stopped = change.starts_with("[...A]");
        if !is_stopped && read(&module).is_some() {
            accepted.push(module);
        }
    }
    assert_eq!(accepted, [""; 0]);
}

#[test]
fn a_list_that_is_given_in_part_or_not_for_sure_is_refused() {
    let others = [
        format!("export const A = {LIST} < 1 ? 1 : ['evil.example']"),
        format!("export const A = {LIST} == 1 ? 1 : ['evil.example']"),
        format!("export const A = {LIST} instanceof Array ? ['evil.example'] : 1"),
        format!("export const A = {LIST}\ninstanceof Array ? ['evil.example'] : 1"),
        format!("export const A = {LIST}\n, x = 1"),
        format!("export const A = {LIST} && ['evil.example']"),
        format!("export const A = {LIST}`x`"),
        format!("export const A = {LIST} - 1"),
        format!(
            "function f() {{ const A = {LIST}; }}\nconst o = ['evil.example']; export {{ o as A }}"
        ),
        format!("const A = {LIST};\nconst o = ['evil.example']; export {{ o as A }}"),
        format!("const A = {LIST};\nconst o = ['evil.example']; export {{ o as 'A' }}"),
        format!(
            "const A = {LIST};\nconst o = ['evil.example']; export {{ o as \"\\u0041LLOWED_DESTINATIONS\" }}"
        ),
        format!("if (0) module.exports = {{ A: {LIST} }}"),
        format!("if (0)\nvar A = {LIST}"),
        format!("if (0) {{ var A = {LIST} }}"),
        format!("label: A = {LIST}"),
        format!("const A = {LIST}; module.exports = {{ A, ...more }}"),
        format!("const A = {LIST}; module.exports = {{ A, ['ALLOWED' + '_DESTINATIONS']: more }}"),
        format!("const A = {LIST}; module.exports = {{ A, get ['ALLOWED' + '_X']() {{}} }}"),
        format!(r"const A = {LIST}; module.exports = {{ A, '\x41LLOWED_DESTINATIONS': more }}"),
        format!(r"const A = {LIST}; module.exports = {{ A, get '\x41LLOWED_X'() {{}} }}"),
        format!("const A = {LIST}; module.exports = {{ A, get A() {{ return more }} }}"),
        format!("const A = {LIST}; module.exports = {{ A, A: more }}"),
        format!("const A = {LIST}; module.exports = {{ A: [A, 1] }}"),
        format!("const A = {LIST}; module.exports = {{ A }}; module.exports = {{}}"),
        format!("const A = {LIST}; module.exports = {{ A }}; exports['ALLOWED' + '_X'] = []"),
        format!("const A = {LIST}; module.exports = {{ A }}; module['exports'] = []"),
        format!("const A = {LIST}; module.exports = {{ A }}.other"),
        format!("const A = {LIST}; module.exports = {{ A }}, x = 1"),
        format!("const A = {LIST}; module.exports = require('./other')"),
        format!("const A = {LIST}; module.exports.A = ['evil.example']"),
        format!("const A = {LIST}; export * from './other.js'"),
        format!("const A = {LIST}; export {{ A }} from './other.js'"),
        format!("const A = {LIST}; export * as A from './other.js'"),
        format!("const {{ A = {LIST} }} = {{ A: ['evil.example'].map((x) => x) }}"),
        format!("Object.freeze = () => ['evil.example']; export const A = Object.freeze({LIST})"),
        format!("export const A = new Set({LIST}); Object.freeze(A).add('evil.example')"),
        format!(
            "export const A = new Set({LIST}); A.forEach((x, y, all) => all.add('evil.example'))"
        ),
    ];
    let others = others.iter().map(|module| name_the_list(module));
    let accepted: Vec<String> = others.filter(|module| read(module).is_some()).collect();
    assert_eq!(accepted, [""; 0]);
}
