//! A network between a server and its PostgreSQL that can fail.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It carries.
    Pass,
    /// It loses every byte and says nothing.
    Swallow,
    /// It cuts what is connected and refuses what is new.
    Refuse,
}

/// The network, for as long as it is held.
pub struct Proxy {
    address: SocketAddr,
    target: String,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Before the server of a database.
    pub async fn before(url: &str) -> Self {
        let target = url.split_once('@').unwrap().1.split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mode = watch::Sender::new(Mode::Pass);
        tokio::spawn(run(listener, address, target.clone(), mode.subscribe()));
        Self { address, target, mode }
    }

    /// The address of a database by way of this network.
    pub fn url(&self, url: &str) -> String {
        url.replace(&self.target, &self.address.to_string())
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn run(
    listener: TcpListener,
    address: SocketAddr,
    target: String,
    mut mode: watch::Receiver<Mode>,
) {
    let mut listener = Some(listener);
    loop {
        let now = *mode.borrow_and_update();
        if now == Mode::Refuse {
            listener = None;
        } else if listener.is_none() {
            listener = Some(TcpListener::bind(address).await.unwrap());
        }
        let taken = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            taken = taken => {
                let (near, _) = taken.unwrap();
                tokio::spawn(relay(near, target.clone(), mode.clone()));
            }
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
}

async fn relay(mut near: TcpStream, target: String, mode: watch::Receiver<Mode>) {
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
    let mut seen = mode.clone();
    let cut = async {
        // What has lost bytes is of no use afterwards.
        if seen.wait_for(|mode| *mode != Mode::Pass).await.is_ok_and(|mode| *mode == Mode::Swallow)
        {
            let _ = seen.wait_for(|mode| *mode != Mode::Swallow).await;
        }
    };
    tokio::select! {
        () = pump(near_in, far_out, mode.clone()) => {}
        () = pump(far_in, near_out, mode) => {}
        () = cut => {}
    }
}

async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mode: watch::Receiver<Mode>) {
    let mut bytes = [0; 16 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut bytes).await else { return };
        if *mode.borrow() == Mode::Pass && to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
