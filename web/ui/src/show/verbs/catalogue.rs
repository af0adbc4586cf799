//! Everything that can be done, once.

use raftarium_sim::why::Asks;

use super::verb::{Group, Kind, OnCluster, OnLink, OnPacket, OnServer, Verb};

type Names = (&'static str, &'static str);

const fn verb(kind: Kind, group: Group, (name, full): Names, says: &'static str, also: &'static str) -> Verb {
    Verb { kind, on: kind.on(), group, name, full, says, also, key: None }
}

const fn keyed(verb: Verb, key: &'static str) -> Verb {
    Verb { key: Some(key), ..verb }
}

use Group::{Carries, Clock, Crashes, Disk, First, Log, Members, Page, Settings, Time, Unrest, Why};

/// All verbs, in the order in which they are shown.
#[rustfmt::skip]
pub(crate) static VERBS: &[Verb] = &[
    keyed(verb(Kind::Server(OnServer::Crash), First, ("Crash", "Crash {}"), "Its power fails, and what is not on its disk is lost.", "stop kill power failure down"), "c"),
    keyed(verb(Kind::Server(OnServer::Restart), First, ("Restart", "Restart {}"), "It starts from what is on its disk.", "start up boot recover"), "c"),
    keyed(verb(Kind::Server(OnServer::TimeOut), First, ("Time out now", "Time out {} now"), "Its election timer runs out now.", "timeout election campaign candidate"), "t"),
    keyed(verb(Kind::Server(OnServer::Propose), First, ("Propose…", "Propose something to {}…"), "A client asks this server, whoever leads.", "ask put request write"), "p"),
    keyed(verb(Kind::Server(OnServer::Pause), First, ("Pause", "Pause {}"), "Its process does nothing for a while, and forgets nothing.", "freeze stop suspend gc"), "u"),
    keyed(verb(Kind::Server(OnServer::Resume), First, ("Resume", "Resume {}"), "Its process goes on.", "continue thaw unpause"), "u"),
    keyed(verb(Kind::Server(OnServer::Isolate), First, ("Isolate", "Isolate {}"), "All its links are cut, both ways.", "cut off partition disconnect"), "i"),
    keyed(verb(Kind::Server(OnServer::Rejoin), First, ("Heal its links", "Heal the links of {}"), "All its links work again, both ways.", "connect mend rejoin"), "i"),
    keyed(verb(Kind::Why(Asks::NotCandidate), Why, ("Why is it not a candidate?", "Why is {} not a candidate?"), "What keeps it from standing for election.", "reason cause explain follower timer"), "w"),
    keyed(verb(Kind::Why(Asks::Leads), Why, ("Why is it the leader?", "Why is {} the leader?"), "How it was elected, and what keeps it in its place.", "reason cause explain"), "w"),
    keyed(verb(Kind::Why(Asks::Candidate), Why, ("Why is it a candidate?", "Why is {} a candidate?"), "What made it stand for election, and which votes it lacks.", "reason cause explain election votes"), "w"),
    keyed(verb(Kind::Why(Asks::Down), Why, ("Why is it down?", "Why is {} down?"), "What stopped it.", "reason cause explain crashed"), "w"),
    verb(Kind::Why(Asks::NotLeader), Why, ("Why is it not the leader?", "Why is {} not the leader?"), "Who leads instead, or which votes it lacks.", "reason cause explain"),
    verb(Kind::Why(Asks::SteppedDown), Why, ("Why did it step down?", "Why did {} step down?"), "What ended its lead, the last time.", "reason cause explain leader quorum higher term"),
    verb(Kind::Why(Asks::VotedNo), Why, ("Why did it vote no?", "Why did {} vote no?"), "What spoke against the candidate, the last time.", "reason cause explain refuse reject vote"),
    verb(Kind::Why(Asks::Lags), Why, ("Why does it lag behind?", "Why does {} lag behind?"), "What keeps it from having all that the leader has.", "reason cause explain slow catch up"),
    verb(Kind::Server(OnServer::Kill), Crashes, ("End its process", "End the process of {}"), "It stops, and what is in its disk’s cache stays.", "kill crash sigkill"),
    verb(Kind::Server(OnServer::CrashAfter), Crashes, ("Crash in the middle…", "Crash {} in the middle…"), "Its power fails after some more messages and writes.", "crash after outputs fuse later"),
    verb(Kind::Server(OnServer::SlowDisk), Disk, ("Slow the disk", "Slow the disk of {}"), "Each write takes 50 to 100 ms.", "latency fsync"),
    verb(Kind::Server(OnServer::StallDisk), Disk, ("Stall the disk", "Stall the disk of {}"), "Nothing that is written gets done.", "hang stuck freeze io"),
    verb(Kind::Server(OnServer::FillDisk), Disk, ("Fill the disk", "Fill the disk of {}"), "There is no room: it stops when it has to write.", "full space enospc"),
    verb(Kind::Server(OnServer::LieDisk), Disk, ("Let fsync lie", "Let fsync of {} lie"), "The disk says that a write is safe when it is only in its cache.", "lying fsync cache volatile"),
    verb(Kind::Server(OnServer::TearDisk), Disk, ("Tear writes", "Tear the writes of {}"), "A power failure leaves the last write there in part.", "torn write partial"),
    verb(Kind::Server(OnServer::GoodDisk), Disk, ("Repair the disk", "Repair the disk of {}"), "It writes as it did at first.", "heal fix disk normal"),
    verb(Kind::Server(OnServer::FlipBit), Disk, ("Flip a bit", "Flip a bit on the disk of {}"), "What was written last is damaged, which the next start finds.", "corrupt bit rot damage"),
    verb(Kind::Server(OnServer::Wipe), Disk, ("Wipe the disk", "Wipe the disk of {}"), "Everything on it is gone. Only a crashed server can be wiped.", "erase delete lose data"),
    verb(Kind::Server(OnServer::Disk), Disk, ("Disk…", "Set the disk of {}…"), "How long writes take, and what goes wrong.", "latency fsync slow settings"),
    verb(Kind::Server(OnServer::FastClock), Clock, ("Fast by a tenth", "Let the clock of {} run fast"), "Its clock goes 10 % too fast.", "skew drift"),
    verb(Kind::Server(OnServer::SlowClock), Clock, ("Slow by a tenth", "Let the clock of {} run slow"), "Its clock goes 10 % too slow.", "skew drift"),
    verb(Kind::Server(OnServer::JumpForward), Clock, ("Set forward", "Set the clock of {} forward"), "Its clock jumps 100 ms ahead.", "jump skew ntp"),
    verb(Kind::Server(OnServer::JumpBack), Clock, ("Set back", "Set the clock of {} back"), "Its clock jumps back by 100 ms.", "jump skew ntp"),
    verb(Kind::Server(OnServer::GoodClock), Clock, ("Let it run right", "Let the clock of {} run right"), "Its clock goes neither too fast nor too slow.", "skew drift repair"),
    verb(Kind::Server(OnServer::Clock), Clock, ("Clock…", "Set the clock of {}…"), "By how much it drifts, or jumps.", "skew drift jump"),
    verb(Kind::Server(OnServer::Transfer), Members, ("Make it leader", "Transfer leadership to {}"), "The leader brings it up to date and hands over.", "transfer leadership hand over"),
    verb(Kind::Server(OnServer::MakeVoter), Members, ("Make it a voter", "Make {} a voter"), "The leader adds it as a voter, or promotes it.", "promote add member membership"),
    verb(Kind::Server(OnServer::MakeLearner), Members, ("Make it a learner", "Make {} a learner"), "It gets the log and does not vote.", "demote add non-voter member membership"),
    verb(Kind::Server(OnServer::Remove), Members, ("Remove it", "Remove {} from the cluster"), "The leader takes it out of the cluster.", "member membership leave"),
    verb(Kind::Server(OnServer::Replace), Members, ("Replace it", "Replace {} by a new server"), "A new server comes, and the leader swaps the two through a joint membership.", "member membership swap"),
    verb(Kind::Server(OnServer::LeaveJoint), Members, ("Leave the joint membership", "Let {} leave the joint membership"), "It asks for the end of a joint membership.", "member"),
    verb(Kind::Server(OnServer::Members), Members, ("Change membership…", "Change the membership through {}…"), "Several changes in one step, asked of this server.", "add remove promote demote joint consensus voter learner"),
    verb(Kind::Server(OnServer::Compact), Log, ("Take a snapshot", "Let {} take a snapshot"), "Its log is shorter after it.", "compact compaction"),
    verb(Kind::Server(OnServer::RequestSnapshot), Log, ("Ask for a snapshot", "Let {} ask for a snapshot"), "Its leader sends one, and its state is replaced.", "install"),
    verb(Kind::Server(OnServer::ForgetLeader), Log, ("Forget the leader", "Let {} forget its leader"), "It votes at once if it is asked to.", "stickiness lease"),
    verb(Kind::Server(OnServer::ServerSettings), Settings, ("Settings…", "Change the settings of {}…"), "PreVote, CheckQuorum, leases, timeouts and more.", "configure config"),
    verb(Kind::Server(OnServer::ServerMistakes), Settings, ("Break a rule…", "Let {} break a rule…"), "It makes a mistake that real implementations made.", "mistake bug violate lab"),

    keyed(verb(Kind::Link(OnLink::Cut), First, ("Cut both ways", "Cut {}"), "What is on it is lost, and what is sent on it.", "disconnect partition break"), "x"),
    keyed(verb(Kind::Link(OnLink::Heal), First, ("Heal both ways", "Heal {}"), "It works again, both ways.", "connect mend"), "x"),
    verb(Kind::Link(OnLink::CutThere), First, ("Cut →", "Cut {} one way →"), "Nothing gets from the first to the second.", "asymmetric one-way"),
    verb(Kind::Link(OnLink::HealThere), First, ("Heal →", "Heal {} one way →"), "The first reaches the second again.", "asymmetric one-way"),
    verb(Kind::Link(OnLink::CutBack), First, ("Cut ←", "Cut {} one way ←"), "Nothing gets from the second to the first.", "asymmetric one-way"),
    verb(Kind::Link(OnLink::HealBack), First, ("Heal ←", "Heal {} one way ←"), "The second reaches the first again.", "asymmetric one-way"),
    verb(Kind::Link(OnLink::Clog), First, ("Stop everything on it", "Stop everything on {}"), "Nothing moves on it, and nothing is lost.", "clog hold freeze"),
    verb(Kind::Link(OnLink::Unclog), First, ("Let it go on", "Let {} go on"), "What stood still moves on.", "unclog release"),
    keyed(verb(Kind::Why(Asks::Blocked), Why, ("Why does it not let all through?", "Why does {} not let all through?"), "What was done to it.", "reason cause explain cut blocked"), "w"),
    verb(Kind::Link(OnLink::SlowLink), Carries, ("Slow", "Slow {}"), "Messages take 60 to 120 ms.", "latency delay"),
    verb(Kind::Link(OnLink::LossyLink), Carries, ("Lose every third", "Let {} lose every third message"), "A third of the messages is lost.", "loss drop packet"),
    verb(Kind::Link(OnLink::DoublingLink), Carries, ("Double every third", "Let {} double every third message"), "A third of the messages arrives twice.", "duplicate duplication"),
    verb(Kind::Link(OnLink::GoodLink), Carries, ("As at first", "Let {} carry as at first"), "It carries messages as it did at first.", "repair normal reset"),
    verb(Kind::Link(OnLink::Link), Carries, ("Latency and loss…", "Set latency and loss of {}…"), "How long messages take, and how many are lost or doubled.", "duplication bandwidth reorder jitter"),
    verb(Kind::Link(OnLink::Filter), Carries, ("Let some kinds through…", "Filter what {} lets through…"), "Messages of some kinds are lost, all others get through.", "block kind heartbeat votes"),

    verb(Kind::Packet(OnPacket::Drop), First, ("Drop", "Drop {}"), "It is lost.", "lose delete message"),
    verb(Kind::Packet(OnPacket::Double), First, ("Duplicate", "Duplicate {}"), "It arrives twice.", "double copy message"),
    verb(Kind::Packet(OnPacket::Hold), First, ("Hold", "Hold {}"), "It stands still where it is.", "stop freeze message"),
    verb(Kind::Packet(OnPacket::Release), First, ("Let it move on", "Let {} move on"), "It goes on from where it stands.", "release message"),
    verb(Kind::Packet(OnPacket::Deliver), First, ("Deliver now", "Deliver {} now"), "It arrives at once.", "hurry message"),
    verb(Kind::Packet(OnPacket::Delay), First, ("Delay by 50 ms", "Delay {} by 50 ms"), "It arrives that much later.", "late slow message"),
    verb(Kind::Packet(OnPacket::DelayLong), First, ("Delay by 500 ms", "Delay {} by 500 ms"), "It arrives that much later.", "late slow message"),
    keyed(verb(Kind::Why(Asks::Lost), Why, ("Why was it lost?", "Why was {} lost?"), "What lost it, and what made that so.", "reason cause explain dropped"), "w"),
    verb(Kind::Why(Asks::Held), Why, ("Why does it stand still?", "Why does {} stand still?"), "What holds it.", "reason cause explain"),
    keyed(verb(Kind::Why(Asks::Sent), Why, ("Why was it sent?", "Why was {} sent?"), "What led to it, step by step.", "reason cause explain rejected"), "w"),

    verb(Kind::FlipBitThere, First, ("Flip a bit in it", "Flip a bit in {}"), "It is damaged on the disk, which the next start finds.", "corrupt bit rot damage"),
    keyed(verb(Kind::Why(Asks::NotCommitted), Why, ("Why is it not committed?", "Why is {} not committed?"), "Which copies it lacks, and why.", "reason cause explain commit majority"), "w"),
    verb(Kind::Why(Asks::NotDurable), Why, ("Why is it not on disk?", "Why is {} not on disk?"), "What its disk does.", "reason cause explain durable fsync"),
    verb(Kind::Why(Asks::NotApplied), Why, ("Why is it not applied?", "Why is {} not applied?"), "What its server waits for.", "reason cause explain apply"),
    verb(Kind::Why(Asks::Gone), Why, ("Why is it gone?", "Why is what was {} gone?"), "What erased the entry that was there before.", "reason cause explain overwritten truncated lost"),
    verb(Kind::Ask, First, ("Ask…", "Let {} ask something…"), "Fill in what it asks, and whom.", "put get request"),
    verb(Kind::AskMany, First, ("Ask twenty things", "Let {} ask twenty things"), "It puts one value after the other, each when the one before is answered.", "many workload load traffic requests"),
    verb(
        Kind::GiveUp, First, ("Give up", "Let {} give up"), "It waits no longer and asks nothing more; what became of it is unknown.", "stop cancel request"),
    verb(Kind::Why(Asks::Unanswered), Why, ("Why no answer?", "Why has {} no answer?"), "Where its last request is.", "reason cause explain waiting unknown timeout"),
    verb(Kind::Why(Asks::Refused), Why, ("Why was it not done?", "Why was what {} asked not done?"), "What the answer says, and why.", "reason cause explain refused error"),

    keyed(verb(Kind::Cluster(OnCluster::HealAll), First, ("Heal all", "Heal all links"), "Every link works again, both ways.", "mend connect partition"), "h"),
    verb(Kind::Cluster(OnCluster::MendAll), First, ("Mend everything", "Mend everything"), "Links, disks, clocks and processes are as at first.", "heal repair restart all fix"),
    verb(Kind::Cluster(OnCluster::Split), First, ("Split the network…", "Split the network…"), "Choose who is on which side.", "partition divide bridge"),
    verb(Kind::Cluster(OnCluster::AllLinks), First, ("Latency and loss…", "Set latency and loss of all links…"), "How long messages take, and how many are lost or doubled.", "duplication bandwidth reorder jitter network"),
    keyed(verb(Kind::Why(Asks::NoLeader), Why, ("Why does nobody lead?", "Why does nobody lead?"), "Which votes are missing, or what is waited for.", "reason cause explain leaderless no leader"), "w"),
    verb(Kind::Why(Asks::Broken), Why, ("Why was a rule broken?", "Why was a rule broken?"), "What led to it.", "reason cause explain violation"),
    verb(Kind::Cluster(OnCluster::AddServer), Members, ("Add a server", "Add a server"), "It has an empty disk, and belongs to the cluster once a leader says so.", "new node join"),
    verb(Kind::Cluster(OnCluster::AddLearner), Members, ("Add a learner", "Add a server as a learner"), "A new server gets the log and does not vote.", "new node join member membership"),
    verb(Kind::Cluster(OnCluster::Settings), Settings, ("Settings…", "Change the settings of all servers…"), "PreVote, CheckQuorum, leases, timeouts and more.", "configure config prevote pre-vote checkquorum lease timeout snapshot"),
    verb(Kind::Cluster(OnCluster::Mistakes), Settings, ("Break a rule…", "Break a rule…"), "All servers make a mistake that real implementations made.", "mistake bug violate lab"),
    verb(Kind::Cluster(OnCluster::Honest), Settings, ("Keep to all rules", "Keep to all rules again"), "No server breaks a rule on purpose any more.", "mistake bug fix"),
    verb(Kind::Cluster(OnCluster::MildUnrest), Unrest, ("Mild chaos", "Start mild chaos"), "One thing goes wrong at a time, and is mended.", "random faults monkey"),
    verb(Kind::Cluster(OnCluster::WildUnrest), Unrest, ("Wild chaos", "Start wild chaos"), "Several things go wrong at once.", "random faults monkey"),
    verb(Kind::Cluster(OnCluster::Calm), Unrest, ("End chaos", "End chaos"), "Nothing more goes wrong by chance, and everything is mended.", "stop random faults off calm"),
    keyed(verb(Kind::Cluster(OnCluster::Undo), Time, ("Undo", "Undo"), "Back to just before what was done last.", "back revert"), "z"),
    keyed(verb(Kind::Cluster(OnCluster::Redo), Time, ("Redo", "Redo"), "Forward to just after what was done next.", "forward again"), "y"),
    keyed(verb(Kind::Cluster(OnCluster::PlayOrPause), Time, ("Play or pause", "Play or pause"), "Time goes on, or stands still.", "start stop run"), "Space"),
    keyed(verb(Kind::Cluster(OnCluster::StepForward), Time, ("One event forward", "One event forward"), "The next thing happens.", "step next"), "→"),
    keyed(verb(Kind::Cluster(OnCluster::StepBack), Time, ("One event back", "One event back"), "The last thing has not happened yet.", "step previous"), "←"),
    keyed(verb(Kind::Cluster(OnCluster::ToStart), Time, ("To the start", "Go to the start"), "Back to 0 s.", "rewind begin"), "Home"),
    verb(Kind::Cluster(OnCluster::Compare), Page, ("Compare with…", "Compare with…"), "The same run side by side, with one setting or one rule otherwise.", "two clusters lockstep difference versus setting rule"),
    keyed(verb(Kind::Cluster(OnCluster::Events), Page, ("Events", "Show or hide the events"), "What happened, in sentences.", "list story log"), "e"),
    keyed(verb(Kind::Cluster(OnCluster::Scenarios), Page, ("Scenarios…", "Choose a scenario…"), "Stories from the paper, the dissertation and from outages.", "lesson story example chapter open"), "o"),
    keyed(verb(Kind::Cluster(OnCluster::BrokenRules), Page, ("Broken rules…", "See a broken rule…"), "Mistakes of real implementations, and what each leads to.", "gallery mistake bug violation lab"), "b"),
    keyed(verb(Kind::Cluster(OnCluster::SaveAs), Page, ("Save as…", "Save as…"), "The run, a scenario of it, everything that happened, or a picture.", "export download json trace svg png picture image"), "s"),
    keyed(verb(Kind::Cluster(OnCluster::Help), Page, ("Help", "Help"), "What can be done, and the keys for it.", "keys shortcuts legend"), "?"),
];

#[cfg(test)]
mod tests {
    use super::super::verb::On::{Client, Cluster, Entry, Link, Packet, Server};
    use super::*;

    #[test]
    fn every_verb_is_there_once_and_says_what_it_does() {
        for (at, verb) in VERBS.iter().enumerate() {
            assert!(VERBS.iter().skip(at + 1).all(|other| other.kind != verb.kind), "{:?}", verb.kind);
            assert!(verb.says.ends_with('.') && verb.says.len() < 90, "{}", verb.says);
            assert_eq!(verb.full.contains("{}"), verb.on != Cluster, "{}", verb.full);
        }
    }

    #[test]
    fn the_full_names_differ_and_so_do_those_in_one_menu() {
        for (at, verb) in VERBS.iter().enumerate() {
            for other in VERBS.iter().skip(at + 1) {
                assert_ne!(verb.full, other.full);
                assert!(verb.on != other.on || verb.group != other.group || verb.name != other.name);
            }
        }
    }

    #[test]
    fn groups_stand_together() {
        for on in [Server, Link, Packet, Entry, Client, Cluster] {
            let groups: Vec<Group> = VERBS.iter().filter(|verb| verb.on == on).map(|verb| verb.group).collect();
            assert!(groups.is_sorted(), "{on:?}: {groups:?}");
            assert_eq!(groups.first(), Some(&First));
        }
    }
}
