//! A JavaScript engine for the tests of `providers.js`: a crate of its own, since it takes longer to build than catproof.

use boa_engine::{Context, JsString, Module, Source};

/// Evaluates an ES module and gives the text that it exports under a name.
///
/// # Panics
/// The module cannot be parsed, throws, or exports no text of this name.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
pub fn evaluate(module: &str, export: &str) -> String {
    let mut context = Context::default();
    let module = Module::parse(Source::from_bytes(module), None, &mut context).unwrap();
    let promise = module.load_link_evaluate(&mut context);
    context.run_jobs().unwrap();
    assert!(promise.state().as_fulfilled().is_some(), "{:?}", promise.state());
    let exported =
        module.namespace(&mut context).get(JsString::from(export), &mut context).unwrap();
    exported.to_string(&mut context).unwrap().to_std_string().unwrap()
}
