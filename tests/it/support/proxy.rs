//! A network between a server and its PostgreSQL that can fail.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::free_address;

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
    cut: Arc<Cut>,
}

/// A message that is the last of its connection.
#[derive(Default)]
struct Cut {
    /// Messages up to it, on all connections.
    left: AtomicI64,
    /// Whether it still arrives.
    arrives: AtomicBool,
    came: AtomicBool,
}

impl Proxy {
    /// Before the server of a database.
    pub async fn before(url: &str) -> Self {
        let target = url.split_once('@').unwrap().1.split('/').next().unwrap().to_owned();
        let address = free_address();
        let listener = TcpListener::bind(address).await.unwrap();
        let mode = watch::Sender::new(Mode::Pass);
        let cut = Arc::<Cut>::default();
        tokio::spawn(run(listener, address, target.clone(), mode.subscribe(), cut.clone()));
        Self { address, target, mode, cut }
    }

    /// The address of a database by way of this network.
    pub fn url(&self, url: &str) -> String {
        url.replace(&self.target, &self.address.to_string())
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Cuts the connection of the n-th message from now on, to the database or back: before it arrives, or after.
    pub fn cut(&self, n: i32, arrives: bool) {
        self.cut.came.store(false, Ordering::SeqCst);
        self.cut.arrives.store(arrives, Ordering::SeqCst);
        self.cut.left.store(i64::from(n), Ordering::SeqCst);
    }

    /// Cuts no more; tells whether it has cut.
    pub fn heal(&self) -> bool {
        self.cut.left.store(0, Ordering::SeqCst);
        self.cut.came.load(Ordering::SeqCst)
    }
}

async fn run(
    listener: TcpListener,
    address: SocketAddr,
    target: String,
    mut mode: watch::Receiver<Mode>,
    cut: Arc<Cut>,
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
                tokio::spawn(relay(near, target.clone(), mode.clone(), cut.clone()));
            }
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
}

async fn relay(mut near: TcpStream, target: String, mode: watch::Receiver<Mode>, at: Arc<Cut>) {
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
        () = pump(near_in, far_out, mode.clone(), &at) => {}
        () = pump(far_in, near_out, mode, &at) => {}
        () = cut => {}
    }
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mode: watch::Receiver<Mode>,
    at: &Cut,
) {
    let mut bytes = [0; 16 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut bytes).await else { return };
        let is_last = at.left.fetch_sub(1, Ordering::SeqCst) == 1;
        if is_last {
            at.came.store(true, Ordering::SeqCst);
        }
        if is_last && !at.arrives.load(Ordering::SeqCst) {
            return;
        }
        let carries = *mode.borrow() == Mode::Pass;
        if (carries && to.write_all(&bytes[..length]).await.is_err()) || is_last {
            return;
        }
    }
}
