//! A replicated key-value service: a process for each server, TCP on this machine, files. What README's run loop leaves
//! out is here. `cargo run -p raftarium-core --example cluster -- help` tells how to play with it.

mod client;
mod clock;
mod links;
mod log_file;
mod machine;
mod server;
mod storage;
mod wire;

use std::error::Error;
use std::io::{BufRead, Write};
use std::net::TcpListener;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use client::Client;
use machine::{Command, Response};
use raftarium_core::{Membership, NodeId};
use server::Server;
use wire::{Addresses, Answer, Ask};

const HELP: &str = "\
A replicated key-value service. In three terminals, each with its own number:

    cluster init 1 && cluster serve 1

and in a fourth:

    cluster put color blue       set a key
    cluster get color            read it: what was written before is seen, whoever is asked
    cluster incr visits [BY]     count, once, whatever happens on the way
    cluster dump 2               what one server has, which may be old
    cluster shell                the same commands from the standard input, in one session

Kill a server, the leader too, start it again, and nothing is lost. One that has lost its files comes back under a new
number, which every server must have among its --servers:

    cluster init 4 --join && cluster serve 4
    cluster add 4 && cluster remove 2

Options: --dir DIR                  where the files are (cluster-data)
         --servers 1=HOST:PORT,...  all servers (1=127.0.0.1:7101 to 3=127.0.0.1:7103; 4 is there too, to join)
         --patience SECONDS         how long a client asks (30)
         --snapshot-after ENTRIES   how long the log of a server becomes (1000)
";

struct Options {
    words: Vec<String>,
    dir: PathBuf,
    servers: Addresses,
    patience: Duration,
    snapshot_after: NonZeroU64,
    join: bool,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cluster: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        words: vec![],
        dir: "cluster-data".into(),
        servers: wire::addresses("1=127.0.0.1:7101,2=127.0.0.1:7102,3=127.0.0.1:7103,4=127.0.0.1:7104")?,
        patience: Duration::from_secs(30),
        snapshot_after: NonZeroU64::new(1_000).ok_or("not zero")?,
        join: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--dir" => options.dir = value()?.into(),
            "--servers" => options.servers = wire::addresses(&value()?)?,
            "--patience" => options.patience = Duration::from_secs(value()?.parse()?),
            "--snapshot-after" => options.snapshot_after = value()?.parse()?,
            "--join" => options.join = true,
            _ if argument.starts_with("--") => return Err(format!("{argument} is not known; try `help`").into()),
            _ => options.words.push(argument),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = options.words.iter().map(String::as_str).collect();
    let client = || Client::new(options.servers.clone(), options.patience);
    match words[..] {
        ["init", id] => init(options, number(id)?),
        ["serve", id] => serve(options, number(id)?),
        ["shell"] => {
            let mut client = client()?;
            for line in std::io::stdin().lock().lines() {
                println!("{}", say(&mut client, &line?.split_whitespace().collect::<Vec<_>>())?);
                std::io::stdout().flush()?;
            }
            Ok(client.close()?)
        }
        [] | ["help"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            let mut client = client()?;
            println!("{}", say(&mut client, &words)?);
            Ok(client.close()?)
        }
    }
}

fn number(word: &str) -> Result<NodeId, Box<dyn Error>> {
    Ok(NodeId(word.parse().map_err(|_| format!("`{word}` is not the number of a server"))?))
}

/// The cluster begins with the servers 1 to 3. Any other must join.
fn init(options: &Options, id: NodeId) -> Result<(), Box<dyn Error>> {
    let first = [1, 2, 3].map(NodeId);
    if !options.join && !first.contains(&id) {
        return Err(format!("{id} is not among the first three servers; it can only --join").into());
    }
    let membership = if options.join { Membership::nobody() } else { Membership::new(first)? };
    storage::Storage::create(&options.dir.join(id.to_string()), id, membership)
}

fn serve(options: &Options, id: NodeId) -> Result<(), Box<dyn Error>> {
    let address = options.servers.get(&id).ok_or_else(|| format!("{id} is not among --servers"))?;
    let listener = TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))?;
    let links = links::Links::new(id, &options.servers);
    let server = Server::start(id, &options.dir.join(id.to_string()), links, options.snapshot_after)?;
    let (sender, inputs) = channel();
    links::listen(listener, sender);
    println!("{id} serves at {address}");
    std::io::stdout().flush()?;
    server.run(&inputs)
}

/// What a client does, and the answer as a line.
fn say(client: &mut Client, words: &[&str]) -> Result<String, Box<dyn Error>> {
    let incr = |key: &str, by| Command::Incr { key: key.into(), by };
    let change = |answer| {
        let Answer::Changed = answer else { return Err(format!("{answer:?} is no answer to a change").into()) };
        Ok("ok".into())
    };
    match *words {
        ["put", key, value] => respond(client.command(&Command::Put { key: key.into(), value: value.into() })?),
        ["incr", key] => respond(client.command(&incr(key, 1))?),
        ["incr", key, by] => respond(client.command(&incr(key, by.parse()?))?),
        ["get", key] => Ok(client.get(key)?.unwrap_or_else(|| "(nothing)".into())),
        ["add", id] => change(client.ask(&Ask::Add(number(id)?))?),
        ["remove", id] => change(client.ask(&Ask::Remove(number(id)?))?),
        ["dump", id] => {
            let answer = client.ask_only(number(id)?, &Ask::Dump)?;
            let Answer::Dump(dump) = answer else { return Err(format!("{answer:?} is no dump").into()) };
            let role = if dump.leads { "leads" } else { "follows" };
            let values: String = dump.values.iter().map(|(key, value)| format!(" {key}={value}")).collect();
            let voters: Vec<_> = dump.voters.iter().map(NodeId::to_string).collect();
            Ok(format!("{role}, voters {}, applied {}:{values}", voters.join(","), dump.applied))
        }
        _ => Err(format!("`{}` is not known; try `help`", words.join(" ")).into()),
    }
}

fn respond(response: Response) -> Result<String, Box<dyn Error>> {
    match response {
        Response::Put => Ok("ok".into()),
        Response::Total(total) => Ok(total.to_string()),
        Response::NotANumber(value) => Err(format!("`{value}` is not a number that can grow").into()),
        Response::NotACommand => Err("the servers do not know this command".into()),
    }
}
