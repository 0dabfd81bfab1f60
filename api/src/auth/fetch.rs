//! What other servers publish, such as key sets, over HTTP.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Uri, uri::Scheme};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};

use crate::error::Error;

/// Time in which a key set must arrive.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest key set, in bytes.
const LARGEST: usize = 256 * 1024;

/// Connections with TLS where the address is one of HTTPS, by the certificates that the system knows.
///
/// # Errors
/// Internal, if they are wanted and it knows none.
pub fn https<R>(
    http: HttpConnector<R>,
    wants_roots: bool,
) -> Result<HttpsConnector<HttpConnector<R>>, Error> {
    let builder = HttpsConnectorBuilder::new();
    let builder = if wants_roots {
        builder.with_native_roots().map_err(Error::internal)?
    } else {
        let nobody = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
        builder.with_tls_config(nobody.with_no_client_auth())
    };
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}

/// An address that is asked again and again. Redirections are not followed, and the environment's proxies
/// are no setting of ours.
#[derive(Debug)]
pub struct Source {
    address: Uri,
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl Source {
    /// Asks nothing yet.
    ///
    /// # Errors
    /// Internal, if the address is none, or it is one of HTTPS and the system knows no certificates.
    pub fn new(address: &str) -> Result<Self, Error> {
        let fault = || Error::internal(format!("{address} is no address of HTTP or HTTPS"));
        let address: Uri = address.parse().map_err(|_| fault())?;
        let is_https = address.scheme() == Some(&Scheme::HTTPS);
        if address.host().is_none_or(str::is_empty)
            || !(is_https || address.scheme() == Some(&Scheme::HTTP))
        {
            return Err(fault());
        }
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        let client = Client::builder(TokioExecutor::new()).build(https(http, is_https)?);
        Ok(Self { address, client })
    }

    /// What stands there now.
    ///
    /// # Errors
    /// Internal, if it does not come, is too large, or something else comes.
    pub async fn get(&self) -> Result<Bytes, Error> {
        let asked = async {
            let request = Request::get(&self.address).body(Body::empty());
            let request = request.map_err(Error::internal)?;
            let answer = self.client.request(request).await.map_err(Error::internal)?;
            if !answer.status().is_success() {
                return Err(Error::internal(format!("the answer is {}", answer.status())));
            }
            to_bytes(Body::new(answer.into_body()), LARGEST).await.map_err(Error::internal)
        };
        tokio::time::timeout(TIMEOUT, asked).await.map_err(Error::internal)?
    }
}
