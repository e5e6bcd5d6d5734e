//! A throw-away certificate authority, https on loopback, and what happens to certificates that are not in order.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::serve::Listener;
use catproof::testing::discovery::Fetch as _;
use catproof::testing::discovery::Network;
use catproof::testing::discovery::client::Lookup;
use catproof::testing::discovery::fetch::{FailureKind, Method};
use catproof::testing::discovery::{ClientOptions, ProbeRun, Reach, Request, probe};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use super::simulator::{TODAY, World};

/// An authority that lives as long as its test.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // A name of its own: else a self-signed certificate looks as if this authority had signed it badly.
        params.distinguished_name.push(DnType::CommonName, "throw-away authority");
        let key = KeyPair::generate().unwrap();
        Self { issuer: CertifiedIssuer::self_signed(params, key).unwrap() }
    }

    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    fn certificate(&self, names: &[&str], last_year: i32) -> (Certificate, KeyPair) {
        let (params, key) = leaf(names, last_year);
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

fn leaf(names: &[&str], last_year: i32) -> (CertificateParams, KeyPair) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_after = date_time_ymd(last_year, 12, 31);
    (params, KeyPair::generate().unwrap())
}

struct TlsListener {
    plain: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.plain.accept().await.unwrap();
            // A client that refuses the certificate breaks the handshake off; the next one is waited for.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.plain.local_addr()
    }
}

async fn serve((certificate, key): (Certificate, KeyPair)) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    let listener = TlsListener { plain, acceptor: TlsAcceptor::from(Arc::new(config)) };
    let router = Router::new().fallback(|| async { "{}" });
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

/// Answers every name with the next list of addresses; the last one stays. Counts how often it was asked.
struct Scripted {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |list: &&[&str]| list.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.iter().map(parsed).collect(), asked: AtomicUsize::new(0) })
    }
}

impl Lookup for Scripted {
    fn lookup(
        &self,
        _: &str,
    ) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.get(turn).or(self.answers.last()).cloned();
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

fn options(authority: &Authority) -> ClientOptions {
    ClientOptions {
        reach: Reach::Loopback,
        authorities: Some(authority.pem().into_bytes()),
        ..ClientOptions::default()
    }
}

async fn ask(network: &Network, url: String) -> Result<Option<u16>, (FailureKind, String)> {
    let request = Request { method: Method::Get, url };
    match network.fetch(&request).await {
        Ok(answer) => Ok(answer.status),
        Err(failure) => Err((failure.kind, failure.message)),
    }
}

fn refused(kind: FailureKind, message: &str) -> Result<Option<u16>, (FailureKind, String)> {
    Err((kind, message.to_owned()))
}

#[tokio::test]
async fn an_authority_that_was_named_is_trusted() {
    let authority = Authority::new();
    let port = serve(authority.certificate(&["localhost", "127.0.0.1"], 2999)).await;
    let network = Network::new(&options(&authority)).unwrap();
    assert_eq!(ask(&network, format!("https://localhost:{port}/")).await, Ok(Some(200)));
    assert_eq!(ask(&network, format!("https://127.0.0.1:{port}/")).await, Ok(Some(200)));
}

#[tokio::test]
async fn certificates_that_are_not_in_order_are_named_as_such() {
    let authority = Authority::new();
    let network = Network::new(&options(&authority)).unwrap();
    let self_signed = {
        let (params, key) = leaf(&["localhost"], 2999);
        (params.self_signed(&key).unwrap(), key)
    };
    let cases = [
        (self_signed, "the certificate of `localhost` is not from a trusted authority"),
        (authority.certificate(&["localhost"], 2020), "the certificate of `localhost` has expired"),
        (
            authority.certificate(&["elsewhere.example"], 2999),
            "the certificate of `localhost` is for a different name",
        ),
    ];
    for (certificate, message) in cases {
        let port = serve(certificate).await;
        let answer = ask(&network, format!("https://localhost:{port}/")).await;
        assert_eq!(answer, refused(FailureKind::Tls, message));
    }
}

#[tokio::test]
async fn plain_text_behind_https_is_no_tls_connection() {
    let authority = Authority::new();
    let network = Network::new(&options(&authority)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, Router::<()>::new()).await });
    let answer = ask(&network, format!("https://127.0.0.1:{port}/")).await;
    assert_eq!(answer, refused(FailureKind::Tls, "no TLS connection to `127.0.0.1`"));
}

#[tokio::test]
async fn every_lookup_is_checked_by_the_connection_that_uses_it() {
    let authority = Authority::new();
    let port = serve(authority.certificate(&["moving.example"], 2999)).await;
    // First an address that may be asked, then, for the next connection, one that may not.
    let lookup = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let network = Network::with_lookup(&options(&authority), lookup.clone()).unwrap();
    let url = format!("https://moving.example:{port}/");
    assert_eq!(ask(&network, url.clone()).await, Ok(Some(200)));
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 1);
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    assert_eq!(
        ask(&network, url).await,
        refused(
            FailureKind::Refused,
            "`moving.example` has the address 10.0.0.1, which is not public"
        )
    );
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn one_address_that_is_not_public_is_enough_to_refuse_a_name() {
    let public_only = ClientOptions {
        authorities: Some(Authority::new().pem().into_bytes()),
        ..ClientOptions::default()
    };
    for addresses in [
        &["8.8.8.8", "127.0.0.1"][..],
        &["127.0.0.1", "8.8.8.8"],
        &["2606:4700::1111", "::1"],
        &["169.254.169.254"],
        &["64:ff9b::7f00:1"],
        &["::ffff:127.0.0.1"],
        &["100.64.0.1"],
    ] {
        let network = Network::with_lookup(&public_only, Scripted::new(&[addresses])).unwrap();
        let answer = ask(&network, "https://mixed.example/".to_owned()).await;
        let kind = answer.map_err(|(kind, _)| kind);
        assert_eq!(kind, Err(FailureKind::Refused), "{addresses:?}");
    }
}

/// The one finding about a server at `url`, asked by `network`.
async fn finding(network: &Network, url: &str, reach: Reach) -> (String, String) {
    let target = World::new(&[]).await.remote(url);
    let run = ProbeRun { today: TODAY, reach };
    let mut probed = probe(&[target], network, run, |_| ()).await;
    let entry = probed.lock.servers.remove("server").unwrap();
    assert_eq!((entry.requests.len(), entry.problems.len()), (1, 1));
    let problem = entry.problems.first().unwrap();
    (problem.rule.clone(), problem.message.clone())
}

#[tokio::test]
async fn each_fault_of_a_connection_is_a_finding_that_names_it() {
    let authority = Authority::new();
    let self_signed = {
        let (params, key) = leaf(&["localhost"], 2999);
        (params.self_signed(&key).unwrap(), key)
    };
    let expired = authority.certificate(&["localhost"], 2020);
    let trusting = Network::new(&options(&authority)).unwrap();
    for (certificate, why) in [
        (self_signed, "the certificate of `localhost` is not from a trusted authority"),
        (expired, "the certificate of `localhost` has expired"),
    ] {
        let url = format!("https://localhost:{}/mcp", serve(certificate).await);
        assert_eq!(
            finding(&trusting, &url, Reach::Loopback).await,
            ("unreachable-metadata".to_owned(), format!("`{url}` cannot be requested: {why}"))
        );
    }
    let public_only = ClientOptions { reach: Reach::Public, ..options(&authority) };
    for (addresses, why) in [
        (&[][..], "the name `mcp.example` has no address"),
        (&["8.8.8.8", "10.0.0.1"], "`mcp.example` has the address 10.0.0.1, which is not public"),
        (
            &["fe80::1", "2606:4700::1111"],
            "`mcp.example` has the address fe80::1, which is not public",
        ),
    ] {
        let network = Network::with_lookup(&public_only, Scripted::new(&[addresses])).unwrap();
        assert_eq!(
            finding(&network, "https://mcp.example/mcp", Reach::Public).await,
            (
                "unreachable-metadata".to_owned(),
                format!("`https://mcp.example/mcp` cannot be requested: {why}")
            )
        );
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_said_to_have_none_and_asked_once() {
    let lookup = Scripted::new(&[&[]]);
    let network = Network::with_lookup(&options(&Authority::new()), lookup.clone()).unwrap();
    assert_eq!(
        ask(&network, "https://nowhere.example/".to_owned()).await,
        refused(FailureKind::Unresolved, "the name `nowhere.example` has no address")
    );
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn addresses_in_urls_are_refused_before_a_socket_opens() {
    // Whatever would get through ends at this listener, which must see nobody.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let lookup = Scripted::new(&[&["127.0.0.1"]]);
    let public_only = ClientOptions {
        authorities: Some(Authority::new().pem().into_bytes()),
        ..ClientOptions::default()
    };
    let network = Network::with_lookup(&public_only, lookup.clone()).unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fec0::1]",
        "[fe80::1]",
        "169.254.169.254",
        "100.64.0.1",
        "0",
        "0x7f000001",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "localhost",
        "LOCALHOST.",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "a.localhost",
    ] {
        for scheme in ["https", "http"] {
            let answer = ask(&network, format!("{scheme}://{host}:{port}/")).await;
            let kind = answer.map_err(|(kind, _)| kind);
            assert_eq!(kind, Err(FailureKind::Refused), "{scheme}://{host}");
        }
    }
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 0);
    let visitor = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept());
    assert!(visitor.await.is_err(), "a socket was opened");
}
