//! What is kept of documents, bounded in number and in size. When it is full the owner that holds most gives up
//! what it has not used for longest, so that nobody pushes out what those keep who keep less.

use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a document takes beside its text, in bytes.
const OVERHEAD: usize = 256;

/// Values by key, each with its owner.
#[derive(Debug)]
pub struct Store<V> {
    kept: RwLock<Kept<V>>,
    clock: AtomicU64,
    most: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Kept<V> {
    entries: HashMap<String, Entry<V>>,
    /// Bytes of each owner.
    owners: HashMap<String, usize>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    owner: String,
    bytes: usize,
    used: AtomicU64,
}

impl<V: Clone> Store<V> {
    /// A store of at most so many values and bytes.
    pub fn new(most: usize, bytes: usize) -> Self {
        let kept = Kept { entries: HashMap::new(), owners: HashMap::new(), bytes: 0 };
        Self { kept: RwLock::new(kept), clock: AtomicU64::new(0), most, bytes }
    }

    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    /// The value of a key, which was just used.
    pub fn find(&self, key: &str) -> Option<V> {
        let kept = self.kept.read().ok()?;
        let entry = kept.entries.get(key)?;
        entry.used.store(self.now(), Ordering::Relaxed);
        Some(entry.value.clone())
    }

    /// Keeps a value that takes so many bytes for an owner, unless it is kept already.
    pub fn keep(&self, owner: &str, key: &str, bytes: usize, value: &V) {
        let bytes = bytes + OVERHEAD;
        if bytes > self.bytes || self.find(key).is_some() {
            return;
        }
        let Ok(mut kept) = self.kept.write() else { return };
        while kept.entries.len() >= self.most || kept.bytes + bytes > self.bytes {
            if !kept.give_up(owner, bytes) {
                return;
            }
        }
        let entry = Entry {
            value: value.clone(),
            owner: owner.to_owned(),
            bytes,
            used: AtomicU64::new(self.now()),
        };
        kept.bytes += bytes;
        *kept.owners.entry(owner.to_owned()).or_default() += bytes;
        if let Some(before) = kept.entries.insert(key.to_owned(), entry) {
            // Another request kept it meanwhile.
            kept.less(&before);
        }
    }
}

impl<V> Kept<V> {
    /// Gives up one value of the owner that holds most, counting what is to come; false if there is none.
    fn give_up(&mut self, newcomer: &str, bytes: usize) -> bool {
        let held = |owner: &str, has: usize| has + if owner == newcomer { bytes } else { 0 };
        let owner = self
            .owners
            .iter()
            // The newcomer gives up its own among those who hold as much.
            .max_by_key(|(owner, has)| (held(owner, **has), *owner == newcomer))
            .map(|(owner, _)| owner.clone());
        let entries = self.entries.iter().filter(|(_, entry)| Some(&entry.owner) == owner.as_ref());
        let oldest = entries.min_by_key(|(_, entry)| entry.used.load(Ordering::Relaxed));
        let Some(key) = oldest.map(|(key, _)| key.clone()) else { return false };
        if let Some(entry) = self.entries.remove(&key) {
            self.less(&entry);
        }
        true
    }

    fn less(&mut self, entry: &Entry<V>) {
        self.bytes -= entry.bytes;
        if let Some(has) = self.owners.get_mut(&entry.owner) {
            *has -= entry.bytes;
            if *has == 0 {
                self.owners.remove(&entry.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(store: &Store<u32>) -> Vec<String> {
        let kept = store.kept.read().unwrap();
        let mut keys: Vec<String> = kept.entries.keys().cloned().collect();
        keys.sort();
        keys
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let store = Store::new(3, 100_000);
        for key in ["a", "b", "c"] {
            store.keep("one", key, 10, &1);
        }
        assert_eq!(store.find("a"), Some(1));
        store.keep("one", "d", 10, &1);
        assert_eq!(keys(&store), ["a", "c", "d"]);
        // What is kept already stays, and was used.
        store.keep("one", "c", 10, &2);
        store.keep("one", "e", 10, &1);
        assert_eq!(
            (keys(&store), store.find("c")),
            (vec!["c".into(), "d".into(), "e".into()], Some(1))
        );
    }

    #[test]
    fn nobody_pushes_out_who_keeps_less() {
        let store = Store::new(10, 100_000);
        store.keep("little", "mine", 10, &1);
        for number in 0..50 {
            store.keep("much", &format!("{number}"), 10, &1);
        }
        assert_eq!(store.find("mine"), Some(1));
        assert_eq!(store.find("49"), Some(1), "who keeps much keeps what is newest");
        // By size as well.
        let store = Store::new(1_000, 10 * OVERHEAD + 1_000);
        store.keep("little", "mine", 100, &1);
        for number in 0..50 {
            store.keep("much", &format!("{number}"), 300, &1);
        }
        assert_eq!(store.find("mine"), Some(1));
        // Those who come later get their part.
        store.keep("late", "theirs", 100, &1);
        assert_eq!((store.find("theirs"), store.find("mine")), (Some(1), Some(1)));
        store.keep("late", "beyond all bounds", 1_000_000, &1);
        assert_eq!(store.find("beyond all bounds"), None);
    }

    proptest! {
        #[test]
        fn the_bounds_hold(steps in prop::collection::vec((0_u8..5, 0_u16..60, 0_usize..2_000), 1..200)) {
            let store = Store::new(20, 12_000);
            for (owner, key, bytes) in steps {
                store.keep(&owner.to_string(), &key.to_string(), bytes, &1_u32);
                let kept = store.kept.read().unwrap();
                prop_assert!(kept.entries.len() <= 20 && kept.bytes <= 12_000);
                prop_assert_eq!(kept.bytes, kept.entries.values().map(|entry| entry.bytes).sum::<usize>());
                prop_assert_eq!(kept.bytes, kept.owners.values().sum::<usize>());
            }
        }
    }
}
