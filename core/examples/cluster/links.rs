//! The connections to the other servers: a thread for each. What cannot be sent is dropped, since Raft sends again what
//! matters; a queue of old messages would only do harm.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use raftarium_core::{Message, NodeId};

use crate::server::Input;
use crate::wire::{Addresses, Answer, Ask, Hello, connect, receive, send};

pub(crate) struct Links {
    queues: BTreeMap<NodeId, SyncSender<Message>>,
}

impl Links {
    pub(crate) fn new(id: NodeId, addresses: &Addresses) -> Self {
        let others = addresses.iter().filter(|&(&other, _)| other != id);
        let queues = others.map(|(&other, &address)| {
            let (queue, messages) = sync_channel(1_024);
            thread::spawn(move || deliver(address, &messages));
            (other, queue)
        });
        Self { queues: queues.collect() }
    }

    pub(crate) fn send(&self, message: Message) {
        if let Some(queue) = self.queues.get(&message.to) {
            // A full queue loses the message, like a network that has too much to carry.
            let _ = queue.try_send(message);
        }
    }
}

fn deliver(address: SocketAddr, messages: &Receiver<Message>) {
    let mut stream: Option<TcpStream> = None;
    while let Ok(message) = messages.recv() {
        if stream.is_none() {
            stream = connect(address, &Hello::Peer).ok();
        }
        let sent = stream.as_mut().map(|stream| send(stream, &message));
        if !matches!(sent, Some(Ok(()))) {
            stream = None;
            // What has come meanwhile is old.
            thread::sleep(Duration::from_millis(20));
            messages.try_iter().for_each(drop);
        }
    }
}

/// Takes connections, for ever: messages of peers, and questions of clients.
pub(crate) fn listen(listener: TcpListener, inputs: Sender<Input>) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let inputs = inputs.clone();
            // The other side may break off at any time, and that is nothing to tell anybody.
            thread::spawn(move || _ = serve(stream, &inputs));
        }
    });
}

fn serve(mut stream: TcpStream, inputs: &Sender<Input>) -> Result<(), Box<dyn std::error::Error>> {
    stream.set_nodelay(true)?;
    match receive(&mut stream)? {
        Hello::Peer => loop {
            inputs.send(Input::Peer(receive(&mut stream)?))?;
        },
        Hello::Client => loop {
            let ask: Ask = receive(&mut stream)?;
            let (answers, answer) = channel();
            inputs.send(Input::Client(ask, answers))?;
            let answer = answer.recv().unwrap_or_else(|_| Answer::Again("the server gave it up".into()));
            send(&mut stream, &answer)?;
        },
    }
}
