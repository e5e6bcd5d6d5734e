//! The variables that make a program load other code, run another program, fetch code from elsewhere, or trust other hosts.

/// Whether a variable is one of these. Case does not matter on Windows, and to npm neither does `-` or `_`.
pub(crate) fn is_loader(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let npm = name.starts_with("NPM_CONFIG_").then(|| name.replace('-', "_"));
    let name = npm.unwrap_or(name);
    let mut known = LOADERS.iter().flat_map(|(_, names)| names.split_ascii_whitespace());
    known.any(|known| match known.strip_suffix('*') {
        Some(family) => name.starts_with(family),
        None => name == known,
    })
}

/// By the page that describes them. `*` stands for any ending.
const LOADERS: [(&str, &str); 29] = [
    (
        "https://man7.org/linux/man-pages/man8/ld.so.8.html",
        "LD_AUDIT LD_LIBRARY_PATH LD_ORIGIN_PATH LD_PRELOAD LD_PROFILE_OUTPUT",
    ),
    (
        "https://man7.org/linux/man-pages/man7/environ.7.html",
        "EDITOR GCONV_PATH GLIBC_TUNABLES HOME HOSTALIASES LOCALDOMAIN LOCPATH NLSPATH PAGER PATH SHELL VISUAL",
    ),
    (
        "https://developer.apple.com/library/archive/documentation/DeveloperTools/Conceptual/DynamicLibraries/100-Articles/DynamicLibraryUsageGuidelines.html",
        "DYLD_*",
    ),
    (
        "https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/cmd",
        "APPDATA COMSPEC PATHEXT PSMODULEPATH USERPROFILE",
    ),
    (
        "https://specifications.freedesktop.org/basedir-spec/latest/",
        "XDG_CONFIG_DIRS XDG_CONFIG_HOME XDG_DATA_DIRS",
    ),
    (
        "https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html",
        "BASHOPTS BASH_ENV BASH_FUNC_* BASH_LOADABLES_PATH CDPATH ENV IFS PROMPT_COMMAND PS4 SHELLOPTS",
    ),
    ("https://zsh.sourceforge.io/Doc/Release/Parameters.html", "FPATH ZDOTDIR"),
    (
        "https://nodejs.org/api/cli.html#environment-variables_1",
        "NODE_COMPILE_CACHE NODE_EXTRA_CA_CERTS NODE_ICU_DATA NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE \
         NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY NODE_V8_COVERAGE",
    ),
    ("https://www.electronjs.org/docs/latest/api/environment-variables", "ELECTRON_RUN_AS_NODE"),
    (
        "https://docs.npmjs.com/cli/v11/using-npm/config",
        "NPM_CONFIG_//* NPM_CONFIG_@* NPM_CONFIG_CA NPM_CONFIG_CACHE NPM_CONFIG_CAFILE NPM_CONFIG_CALL \
         NPM_CONFIG_EDITOR NPM_CONFIG_GIT NPM_CONFIG_GLOBALCONFIG NPM_CONFIG_HTTPS_PROXY NPM_CONFIG_HTTP_PROXY \
         NPM_CONFIG_INIT* NPM_CONFIG_NODE_GYP NPM_CONFIG_NODE_OPTIONS NPM_CONFIG_NOPROXY NPM_CONFIG_PACKAGE \
         NPM_CONFIG_PREFIX NPM_CONFIG_PROXY NPM_CONFIG_REGISTRY NPM_CONFIG_REPLACE_REGISTRY_HOST \
         NPM_CONFIG_SCRIPT_SHELL NPM_CONFIG_SHELL NPM_CONFIG_STRICT_SSL NPM_CONFIG_USERCONFIG NPM_CONFIG_VIEWER",
    ),
    (
        "https://github.com/nodejs/corepack#environment-variables",
        "COREPACK_HOME COREPACK_INTEGRITY_KEYS COREPACK_NPM_REGISTRY",
    ),
    (
        "https://yarnpkg.com/configuration/yarnrc",
        "YARN_GLOBAL_FOLDER YARN_NPM_REGISTRY_SERVER YARN_PLUGINS YARN_RC_FILENAME YARN_YARN_PATH",
    ),
    (
        "https://bun.sh/docs/runtime/env",
        "BUN_CONFIG_REGISTRY BUN_INSPECT_PRELOAD BUN_INSTALL BUN_OPTIONS BUN_RUNTIME_TRANSPILER_CACHE_PATH",
    ),
    (
        "https://docs.deno.com/runtime/reference/env_variables/",
        "DENO_CERT DENO_DIR DENO_INSTALL_ROOT DENO_TLS_CA_STORE JSR_URL",
    ),
    (
        "https://docs.python.org/3/using/cmdline.html#environment-variables",
        "PYTHONBREAKPOINT PYTHONEXECUTABLE PYTHONHOME PYTHONINSPECT PYTHONPATH PYTHONPLATLIBDIR \
         PYTHONPYCACHEPREFIX PYTHONSTARTUP PYTHONUSERBASE PYTHONWARNINGS VIRTUAL_ENV __PYVENV_LAUNCHER__",
    ),
    (
        "https://pip.pypa.io/en/stable/topics/configuration/#environment-variables",
        "PIP_BUILD_CONSTRAINT PIP_CACHE_DIR PIP_CERT PIP_CONFIG_FILE PIP_CONSTRAINT PIP_EDITABLE \
         PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_INDEX_URL PIP_PREFIX PIP_PROXY PIP_PYTHON PIP_REQUIREMENT \
         PIP_ROOT PIP_TARGET PIP_TRUSTED_HOST",
    ),
    (
        "https://docs.astral.sh/uv/reference/environment/",
        "UV_BUILD_CONSTRAINT UV_CACHE_DIR UV_CONFIG_FILE UV_CONSTRAINT UV_DEFAULT_INDEX UV_ENV_FILE \
         UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_INDEX UV_INDEX_* UV_INSECURE_HOST UV_INSTALLER_* UV_OVERRIDE \
         UV_PROJECT UV_PROJECT_ENVIRONMENT UV_PYPY_INSTALL_MIRROR UV_PYTHON UV_PYTHON_BIN_DIR \
         UV_PYTHON_DOWNLOADS_JSON_URL UV_PYTHON_INSTALL_DIR UV_PYTHON_INSTALL_MIRROR UV_TOOL_BIN_DIR UV_TOOL_DIR \
         UV_WORKING_DIRECTORY",
    ),
    (
        "https://docs.oracle.com/en/java/javase/21/troubleshoot/environment-variables-and-system-properties.html",
        "CLASSPATH GRADLE_OPTS IBM_JAVA_OPTIONS JAVA_HOME JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS MAVEN_ARGS \
         MAVEN_OPTS OPENJ9_JAVA_OPTIONS _JAVA_OPTIONS",
    ),
    (
        "https://learn.microsoft.com/en-us/dotnet/core/tools/dotnet-environment-variables",
        "COMPLUS_* CORECLR_ENABLE_PROFILING CORECLR_PROFILER* COR_ENABLE_PROFILING COR_PROFILER* \
         DOTNET_ADDITIONAL_DEPS DOTNET_CLI_HOME DOTNET_HOST_PATH DOTNET_ROOT* DOTNET_SHARED_STORE \
         DOTNET_STARTUP_HOOKS NUGET_PACKAGES",
    ),
    (
        "https://docs.ruby-lang.org/en/master/ruby/options_md.html",
        "BUNDLE_GEMFILE BUNDLE_MIRROR__* BUNDLE_PATH GEMRC GEM_HOME GEM_PATH RUBYGEMS_GEMDEPS RUBYLIB RUBYOPT \
         RUBYPATH RUBYSHELL",
    ),
    (
        "https://perldoc.perl.org/perlrun#ENVIRONMENT",
        "PERL5DB PERL5LIB PERL5OPT PERL5SHELL PERLLIB PERL_MB_OPT PERL_MM_OPT",
    ),
    (
        "https://www.php.net/manual/en/configuration.file.php, https://www.lua.org/manual/5.4/manual.html#7",
        "LUA_CPATH* LUA_INIT* LUA_PATH* PHPRC PHP_INI_SCAN_DIR",
    ),
    (
        "https://pkg.go.dev/cmd/go#hdr-Environment_variables",
        "CC CXX GOENV GOFLAGS GOINSECURE GONOSUMDB GOPROXY GOSUMDB GOTOOLCHAIN",
    ),
    (
        "https://doc.rust-lang.org/cargo/reference/environment-variables.html",
        "CARGO_HOME RUSTC RUSTC_WRAPPER RUSTUP_DIST_SERVER RUSTUP_UPDATE_ROOT",
    ),
    (
        "https://git-scm.com/docs/git#_environment_variables",
        "GIT_ALLOW_PROTOCOL GIT_ASKPASS GIT_CONFIG GIT_CONFIG_* GIT_DIR GIT_EDITOR GIT_EXEC_PATH \
         GIT_EXTERNAL_DIFF GIT_PAGER GIT_PROXY_COMMAND GIT_SEQUENCE_EDITOR GIT_SSH GIT_SSH_COMMAND GIT_SSL_* \
         GIT_TEMPLATE_DIR GIT_WORK_TREE SSH_ASKPASS",
    ),
    (
        "https://docs.docker.com/reference/cli/docker/#environment-variables",
        "DOCKER_CERT_PATH DOCKER_CONFIG DOCKER_CONTENT_TRUST* DOCKER_CONTEXT DOCKER_HOST DOCKER_TLS*",
    ),
    (
        "https://docs.podman.io/en/latest/markdown/podman.1.html#environment-variables",
        "CONTAINERS_CONF* CONTAINERS_REGISTRIES_CONF CONTAINERS_STORAGE_CONF CONTAINER_CONNECTION CONTAINER_HOST \
         REGISTRY_AUTH_FILE",
    ),
    (
        "https://docs.openssl.org/master/man7/openssl-env/, https://requests.readthedocs.io/en/latest/user/advanced/",
        "AWS_CA_BUNDLE GRPC_DEFAULT_SSL_ROOTS_FILE_PATH OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_ENGINES \
         OPENSSL_MODULES REQUESTS_CA_BUNDLE SSLKEYLOGFILE SSL_CERT_DIR SSL_CERT_FILE",
    ),
    (
        "https://curl.se/docs/manpage.html#ENVIRONMENT",
        "ALL_PROXY CURL_CA_BUNDLE CURL_HOME FTP_PROXY HTTPS_PROXY HTTP_PROXY WSS_PROXY WS_PROXY",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loader_is_known_as_its_tool_reads_it() {
        for name in [
            "LD_PRELOAD",
            "npm_config_node_options",
            "npm_config_node-options",
            "NPM_CONFIG_USERCONFIG",
            "npm_config_script_shell",
            "npm_config_@acme:registry",
            "DOTNET_STARTUP_HOOKS",
            "GIT_CONFIG_COUNT",
            "GIT_CONFIG_KEY_0",
            "GCONV_PATH",
            "PYTHONUSERBASE",
            "PIP_CONFIG_FILE",
            "UV_CONFIG_FILE",
            "https_proxy",
            "Path",
            "DYLD_FRAMEWORK_PATH",
            "BASH_FUNC_ls%%",
        ] {
            assert!(is_loader(name), "{name}");
        }
        for name in [
            "ACME_PATH",
            "NODE_ENV",
            "npm_config_loglevel",
            "PYTHONUNBUFFERED",
            "UV_OFFLINE",
            "GIT_AUTHOR_NAME",
        ] {
            assert!(!is_loader(name), "{name}");
        }
    }

    #[test]
    fn each_loader_is_listed_once_with_its_source() {
        let mut names: Vec<&str> =
            LOADERS.iter().flat_map(|(_, names)| names.split_ascii_whitespace()).collect();
        assert!(names.iter().all(|name| *name == name.to_ascii_uppercase()));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for (source, names) in LOADERS {
            assert!(source.starts_with("https://"), "{source}");
            assert!(names.split_ascii_whitespace().is_sorted(), "{names}");
        }
    }
}
