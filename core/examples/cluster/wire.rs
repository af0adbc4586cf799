//! What travels over TCP: frames of a length and as many bytes.
//!
//! There is no authentication here, which is why every address must be of this machine. Whoever can connect to a server
//! can speak for a peer, and the protocol trusts its peers: over a real network, use TLS with certificates on both sides,
//! and compare a message's `from` with the certificate.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use raftarium_core::{LogIndex, NodeId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::machine::Applied;

/// Longer than anything that is sent: a batch of entries has 1 MiB, unless a single one is longer.
const FRAME_MAX: usize = 8 << 20;

/// The addresses of all servers.
pub(crate) type Addresses = BTreeMap<NodeId, SocketAddr>;

/// The first frame of a connection.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Hello {
    /// Messages follow, of a server.
    Peer,
    /// Questions follow, each with its answer.
    Client,
}

/// What a client asks of a server.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Ask {
    /// An encoded envelope, to be put into the log.
    Propose(Bytes),
    /// The value of a key, as of now or later.
    Get(String),
    /// What this server has, which may be old.
    Dump,
    /// A server joins as a voter.
    Add(NodeId),
    /// A server leaves.
    Remove(NodeId),
}

/// What a server answers.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Answer {
    Applied(Applied),
    Value(Option<String>),
    Dump(Dump),
    Changed,
    NotLeader(Option<NodeId>),
    /// Nobody knows whether it will happen; ask again, here or elsewhere.
    Again(String),
    /// It did not happen, and will not.
    Refused(String),
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Dump {
    pub(crate) leads: bool,
    pub(crate) applied: LogIndex,
    pub(crate) voters: Vec<NodeId>,
    pub(crate) values: BTreeMap<String, String>,
}

pub(crate) fn send<T: Serialize>(stream: &mut TcpStream, value: &T) -> io::Result<()> {
    let bytes = postcard::to_allocvec(value).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_le_bytes()[..], &bytes].concat())
}

pub(crate) fn receive<T: DeserializeOwned>(stream: &mut TcpStream) -> io::Result<T> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    if length > FRAME_MAX {
        return Err(io::Error::other(format!("a frame of {length} bytes; allowed are {FRAME_MAX}")));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

/// Connects, and says who is there.
pub(crate) fn connect(address: SocketAddr, hello: &Hello) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(500))?;
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    send(&mut stream, hello)?;
    Ok(stream)
}

/// Reads `1=127.0.0.1:7101,2=127.0.0.1:7102`.
pub(crate) fn addresses(text: &str) -> Result<Addresses, String> {
    let one = |part: &str| {
        let wrong = || format!("`{part}` is not a server; one is written like 1=127.0.0.1:7101");
        let (id, address) = part.split_once('=').ok_or_else(wrong)?;
        let id = NodeId(id.parse().map_err(|_| wrong())?);
        let address: SocketAddr = address.parse().map_err(|_| wrong())?;
        if !address.ip().is_loopback() {
            return Err(format!("{address} is not on this machine, and nothing here is authenticated"));
        }
        Ok((id, address))
    };
    text.split(',').map(one).collect()
}
