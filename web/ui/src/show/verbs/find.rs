//! Finding a verb by typing.

use raftarium_sim::core::NodeId;
use raftarium_sim::{ClientId, View};

use super::{Item, Scene, Subject, VERBS};

/// The most that are found.
const MOST: usize = 40;
/// With more servers than these, links are found only by the name of a server.
const FEW: usize = 9;
/// The most messages that are looked through.
const MESSAGES: usize = 40;

/// What fits to every word of `text`, best first. Without a word, what is for `selected`, and for the cluster.
pub(crate) fn find(scene: &Scene<'_>, text: &str, selected: Subject) -> Vec<Item> {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let subjects =
        if words.is_empty() { [selected, Subject::Cluster].to_vec() } else { subjects(scene.view, &words, selected) };
    let mut found: Vec<(u32, Item)> = Vec::new();
    for (at, &subject) in subjects.iter().enumerate() {
        if subjects[..at].contains(&subject) {
            continue;
        }
        let own = subject.name(scene.view);
        for verb in VERBS.iter().filter(|verb| verb.on == subject.on()) {
            let name = subject.full_name_of(verb, &own);
            let Some(mut score) = score(&name.to_ascii_lowercase(), verb.also, &words) else { continue };
            if !scene.fits(verb.kind, subject) {
                continue;
            }
            // What is selected, and what can be done to all, comes before the same for others.
            score = 4 * score + if subject == selected { 0 } else { 1 + u32::from(subject != Subject::Cluster) };
            found.push((score, Item { verb, subject, name, refusal: None }));
        }
    }
    found.sort_by_key(|(score, _)| *score);
    found.truncate(MOST);
    let with_reason = |(_, item): (u32, Item)| Item { refusal: scene.refusal(item.verb.kind, item.subject), ..item };
    found.into_iter().map(with_reason).collect()
}

/// How far the words are from being the beginning of the name: less is better. Nothing if one of them is nowhere.
fn score(name: &str, also: &str, words: &[String]) -> Option<u32> {
    let starts = |text: &str, word: &str| {
        text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word))
    };
    words.iter().enumerate().try_fold(0, |sum, (at, word)| {
        let one = if at == 0 && name.starts_with(word.as_str()) {
            0
        } else if starts(name, word) {
            1
        } else if starts(also, word) {
            3
        } else if word.len() > 2 && (name.contains(word.as_str()) || also.contains(word.as_str())) {
            5
        } else {
            return None;
        };
        Some(sum + one)
    })
}

/// Everything that the words could be about.
fn subjects(view: &View, words: &[String], selected: Subject) -> Vec<Subject> {
    let servers: Vec<NodeId> = view.servers.iter().map(|server| server.id).collect();
    let named = |id: NodeId| words.iter().any(|word| word.contains(&format!("s{}", id.0)));
    let few = servers.len() <= FEW;
    let pairs = servers.iter().flat_map(|&a| servers.iter().filter(move |b| a < **b).map(move |&b| (a, b)));
    let links = pairs.filter(|&(a, b)| few || named(a) || named(b)).map(|(a, b)| Subject::Link(a, b));
    let messages = view.packets.iter().filter(|packet| packet.lost.is_none()).take(MESSAGES);
    let clients = view.requests.iter().map(|request| request.client).max().unwrap_or(ClientId(1));
    [selected, Subject::Cluster]
        .into_iter()
        .chain(servers.iter().map(|&id| Subject::Server(id)))
        .chain(links)
        .chain(messages.map(|packet| Subject::Packet(packet.id)))
        .chain((1..=clients.0).map(|id| Subject::Client(ClientId(id))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;

    fn names(text: &str, selected: Subject) -> Vec<String> {
        let timeline = fixture::settled(5);
        let view = timeline.view();
        let scene = Scene { view: &view, world: timeline.world(), unrest: None, events_open: false, digest: None };
        find(&scene, text, selected).into_iter().map(|item| item.name).collect()
    }

    #[test]
    fn a_verb_is_found_by_its_name_by_what_it_is_for_and_by_what_others_call_it() {
        for (text, first) in [
            ("crash s3", "Crash S3"),
            ("s3 crash", "Crash S3"),
            ("cut s1 s4", "Cut the link S1–S4"),
            ("promote s2", "Make S2 a voter"),
            ("transfer s4", "Transfer leadership to S4"),
            ("fsync lie s1", "Let fsync of S1 lie"),
            ("prevote", "Change the settings of all servers…"),
            ("break", "Break a rule…"),
            ("wild", "Start wild chaos"),
            ("und", "Undo"),
            ("  SPLIT ", "Split the network…"),
        ] {
            let found = names(text, Subject::Cluster);
            assert_eq!(found.first().map(String::as_str), Some(first), "{text}: {found:?}");
        }
        assert_eq!(names("no such thing", Subject::Cluster), Vec::<String>::new());
    }

    #[test]
    fn what_is_selected_comes_first() {
        assert_eq!(names("crash", Subject::Server(NodeId(4)))[0], "Crash S4");
        let all = names("", Subject::Server(NodeId(4)));
        assert_eq!(all[0], "Crash S4");
        assert!(names("", Subject::Cluster).contains(&"Split the network…".to_owned()));
    }

    #[test]
    fn no_more_are_found_than_can_be_read() {
        assert_eq!(names("s", Subject::Cluster).len(), MOST);
    }
}
