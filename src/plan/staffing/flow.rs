//! Minimum-cost flow in integers, with the prices that prove it.
//!
//! Successive shortest paths (Jewell 1958; Busacker and Gowen 1961) with node prices that keep every residual arc's
//! reduced cost at 0 or more (Edmonds and Karp 1972), so that each search is Dijkstra's and stops at the sink. The
//! optimum's cost does not depend on the method; where the optimum is unique, neither does the flow.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Price of a node from which the sink cannot be reached at all; every other price is larger.
pub const PRICE_MIN: i64 = -(1 << 61);

/// Is a directed arc; `cost` is at least 0 and small enough for sums along a path to stay above [`PRICE_MIN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arc {
    pub from: u32,
    pub to: u32,
    /// Units, at least 1.
    pub capacity: u32,
    pub cost: i64,
}

/// Holds a network whose arcs all lead from lower to higher nodes; the last node is the sink.
#[derive(Clone, Debug)]
pub struct Network {
    nodes: u32,
    arcs: Vec<Arc>,
    flow: Vec<u32>,
    price: Vec<i64>,
    /// Residual arcs by the node that they leave, those of one node next to each other: a search reads nothing else.
    links: Vec<Link>,
    start: Vec<u32>,
    /// Which end each link is, and where each end's link stands: an arc's end is 2 × arc, its reverse's 2 × arc + 1.
    ends: Vec<u32>,
    place: Vec<u32>,
    search: Search,
}

/// Is an arc or its reverse.
#[derive(Clone, Copy, Debug)]
struct Link {
    to: u32,
    /// Units that it can still take.
    room: u32,
    cost: i64,
}

/// Holds what one search needs and the next can use again.
#[derive(Clone, Debug, Default)]
struct Search {
    distance: Vec<i64>,
    /// Link by which the search came to a node.
    via: Vec<u32>,
    round: Vec<u32>,
    now: u32,
    settled: Vec<u32>,
    /// Links of the path that was found, the last one first.
    path: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Network {
    /// Builds a network without flow.
    ///
    /// # Panics
    /// If an arc does not lead upward, or has a cost below 0.
    pub fn new(nodes: u32, arcs: Vec<Arc>) -> Network {
        let mut start = vec![0u32; nodes as usize + 1];
        for arc in &arcs {
            assert!(arc.from < arc.to && arc.to < nodes && arc.cost >= 0, "arcs lead upward at no negative cost");
            start[arc.from as usize + 1] += 1;
            start[arc.to as usize + 1] += 1;
        }
        for node in 0..nodes as usize {
            start[node + 1] += start[node];
        }
        let mut free = start.clone();
        let (mut ends, mut place) = (vec![0u32; 2 * arcs.len()], vec![0u32; 2 * arcs.len()]);
        let mut links = vec![Link { to: 0, room: 0, cost: 0 }; 2 * arcs.len()];
        for (at, arc) in arcs.iter().enumerate() {
            let there = Link { to: arc.to, room: arc.capacity, cost: arc.cost };
            let back = Link { to: arc.from, room: 0, cost: -arc.cost };
            for (node, end, link) in [(arc.from, 2 * at, there), (arc.to, 2 * at + 1, back)] {
                let spot = free[node as usize];
                (ends[spot as usize], place[end], links[spot as usize]) = (end as u32, spot, link);
                free[node as usize] += 1;
            }
        }
        // Without flow, minus the distance to the sink is a feasible price; arcs lead upward, so one pass finds it.
        let mut price = vec![PRICE_MIN; nodes as usize];
        price[nodes as usize - 1] = 0;
        for node in (0..nodes as usize - 1).rev() {
            for link in &links[start[node] as usize..start[node + 1] as usize] {
                let beyond = price[link.to as usize];
                if link.room > 0 && beyond > PRICE_MIN {
                    price[node] = price[node].max(beyond - link.cost);
                }
            }
        }
        let flow = vec![0; arcs.len()];
        let search = Search {
            distance: vec![0; nodes as usize],
            via: vec![0; nodes as usize],
            round: vec![0; nodes as usize],
            ..Search::default()
        };
        Network { nodes, arcs, flow, price, links, start, ends, place, search }
    }

    /// Returns the arcs in the order in which they were given.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// Returns the units on each arc.
    pub fn flow(&self) -> &[u32] {
        &self.flow
    }

    /// Returns the price of each node; the sink's is 0.
    pub fn prices(&self) -> &[i64] {
        &self.price
    }

    /// Lists the nodes that the last search reached; after one that failed they make a Hall violator.
    pub fn reached(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.nodes).filter(|&node| self.search.round[node as usize] == self.search.now)
    }

    /// Sends one more unit from a node to the sink by a cheapest residual path; tells whether there was one.
    ///
    /// A node that fails once fails for good, however much is sent from other nodes.
    pub fn augment(&mut self, source: u32) -> bool {
        let sink = self.nodes - 1;
        let Search { distance, via, round, now, settled, heap, .. } = &mut self.search;
        *now += 1;
        settled.clear();
        heap.clear();
        distance[source as usize] = 0;
        round[source as usize] = *now;
        heap.push(Reverse((0, source)));
        // Distance to the sink as far as it is known: no cheapest path leads over a node that is not nearer.
        let mut total = i64::MAX;
        while let Some(Reverse((far, node))) = heap.pop() {
            if node == sink {
                break;
            }
            if far > distance[node as usize] {
                continue;
            }
            settled.push(node);
            let here = far + self.price[node as usize];
            let links = self.start[node as usize]..self.start[node as usize + 1];
            for (at, link) in links.clone().zip(&self.links[links.start as usize..links.end as usize]) {
                let next = link.to as usize;
                let beyond = here + link.cost - self.price[next];
                if link.room == 0 || beyond >= total {
                    continue;
                }
                debug_assert!(beyond >= far, "a residual arc has a negative reduced cost");
                if round[next] != *now || beyond < distance[next] {
                    round[next] = *now;
                    distance[next] = beyond;
                    via[next] = at;
                    heap.push(Reverse((beyond, link.to)));
                    if link.to == sink {
                        total = beyond;
                    }
                }
            }
        }
        if total == i64::MAX {
            return false;
        }
        for &node in settled.iter() {
            self.price[node as usize] += distance[node as usize] - total;
        }
        self.send_along(source);
        true
    }

    /// Sends one more unit from a node to the sink by any residual path; tells whether there was one.
    ///
    /// For what is possible, whatever it costs: the prices prove nothing afterwards.
    fn augment_anyhow(&mut self, source: u32) -> bool {
        let sink = self.nodes - 1;
        let Search { via, round, now, settled, .. } = &mut self.search;
        *now += 1;
        settled.clear();
        round[source as usize] = *now;
        settled.push(source);
        while let Some(node) = settled.pop() {
            let links = self.start[node as usize]..self.start[node as usize + 1];
            for (at, link) in links.clone().zip(&self.links[links.start as usize..links.end as usize]) {
                let next = link.to as usize;
                if link.room == 0 || round[next] == *now {
                    continue;
                }
                round[next] = *now;
                via[next] = at;
                if link.to == sink {
                    self.send_along(source);
                    return true;
                }
                settled.push(link.to);
            }
        }
        false
    }

    /// Sends a unit along the path that a search has found.
    fn send_along(&mut self, source: u32) {
        self.search.path.clear();
        let mut node = self.nodes - 1;
        while node != source {
            let link = self.search.via[node as usize];
            self.send(link);
            self.search.path.push(link);
            node = self.links[self.back(link) as usize].to;
        }
    }

    /// Returns the link that leads back.
    fn back(&self, link: u32) -> u32 {
        self.place[self.ends[link as usize] as usize ^ 1]
    }

    /// Sends a unit by a link.
    fn send(&mut self, link: u32) {
        let end = self.ends[link as usize];
        let back = self.back(link) as usize;
        self.links[link as usize].room -= 1;
        self.links[back].room += 1;
        let units = &mut self.flow[end as usize / 2];
        if end.is_multiple_of(2) { *units += 1 } else { *units -= 1 }
    }

    fn links_of(&self, node: u32) -> impl Iterator<Item = (u32, &Link)> + '_ {
        let links = self.start[node as usize]..self.start[node as usize + 1];
        links.clone().zip(&self.links[links.start as usize..links.end as usize])
    }

    /// Tells for each node whether a residual path leads from it to the sink.
    pub fn reaching(&self) -> Vec<bool> {
        let mut reaching = vec![false; self.nodes as usize];
        reaching[self.nodes as usize - 1] = true;
        let mut stack = vec![self.nodes - 1];
        while let Some(node) = stack.pop() {
            for (at, link) in self.links_of(node) {
                if self.links[self.back(at) as usize].room > 0 && !reaching[link.to as usize] {
                    reaching[link.to as usize] = true;
                    stack.push(link.to);
                }
            }
        }
        reaching
    }

    /// Sends some units from a node by any residual paths; tells whether all of them found one.
    pub fn send_anyhow(&mut self, source: u32, units: u32) -> bool {
        (0..units).all(|_| self.augment_anyhow(source))
    }

    /// Tells whether some more units could be sent from a node, and leaves the flow as it is.
    pub fn could_send(&mut self, source: u32, units: u32) -> bool {
        let mut sent = Vec::new();
        let could = (0..units).all(|_| {
            let found = self.augment_anyhow(source);
            if found {
                sent.extend_from_slice(&self.search.path);
            }
            found
        });
        sent.into_iter().rev().for_each(|link| self.send(self.back(link)));
        could
    }

    /// Tells whether the residual arcs of reduced cost 0 hold a cycle, so that another flow costs the same.
    ///
    /// No unit arc makes a cycle with its own reverse; of larger capacity are only the gates of teams of three or more,
    /// and a half-used one counts as a cycle, in which there is then nothing to choose. Peels nodes without a way in or out (Kahn 1962): linear time.
    pub fn has_tie(&self) -> bool {
        let nodes = self.nodes as usize;
        let mut ways = vec![0u32; nodes];
        for node in 0..self.nodes {
            self.tight_from(node).for_each(|(_, to)| ways[to as usize] += 1);
        }
        let mut free: Vec<u32> = (0..self.nodes).filter(|&node| ways[node as usize] == 0).collect();
        let mut peeled = 0;
        while let Some(node) = free.pop() {
            peeled += 1;
            for (_, to) in self.tight_from(node) {
                ways[to as usize] -= 1;
                if ways[to as usize] == 0 {
                    free.push(to);
                }
            }
        }
        peeled < self.nodes
    }

    /// Chooses among the flows of least cost the one whose arcs come first: an arc is used if it can be, in the
    /// order in which the arcs were given. Tells whether anything had to be chosen.
    pub fn settle_ties(&mut self) -> bool {
        if !self.has_tie() {
            return false;
        }
        let mut frozen = vec![false; self.arcs.len()];
        for at in 0..self.arcs.len() {
            let arc = self.arcs[at];
            let link = self.place[2 * at];
            if self.flow[at] == 0
                && self.is_tight(arc.from, &self.links[link as usize])
                && let Some(path) = self.tight_path(arc.to, arc.from, &frozen)
            {
                self.send(link);
                path.into_iter().for_each(|link| self.send(link));
            }
            frozen[at] = true;
        }
        true
    }

    /// Tells whether a link can take a unit at a reduced cost of 0.
    fn is_tight(&self, from: u32, link: &Link) -> bool {
        let price = self.price[from as usize];
        link.room > 0 && price > PRICE_MIN && link.cost + price == self.price[link.to as usize]
    }

    /// Lists the residual arcs of reduced cost 0 that leave a node: their links, and where they lead.
    fn tight_from(&self, node: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.links_of(node).filter(move |(_, link)| self.is_tight(node, link)).map(|(at, link)| (at, link.to))
    }

    fn tight_path(&self, from: u32, to: u32, frozen: &[bool]) -> Option<Vec<u32>> {
        let mut via = vec![None; self.nodes as usize];
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            if node == to {
                let mut path = Vec::new();
                let mut node = to;
                while node != from {
                    let link: u32 = via[node as usize].expect("the path leads back to its start");
                    path.push(link);
                    node = self.links[self.back(link) as usize].to;
                }
                return Some(path);
            }
            for (link, next) in self.tight_from(node) {
                if !frozen[self.ends[link as usize] as usize / 2] && next != from && via[next as usize].is_none() {
                    via[next as usize] = Some(link);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *state >> 33
    }

    /// Builds `rows` sources of two units each over `columns` columns that take one or two units.
    fn assignment(rows: u32, columns: u32, state: &mut u64, spread: u64) -> Network {
        let sink = rows + columns;
        let mut arcs = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                let cost = (next(state) % spread) as i64;
                arcs.push(Arc { from: row, to: rows + column, capacity: 1, cost });
            }
        }
        for column in 0..columns {
            arcs.push(Arc { from: rows + column, to: sink, capacity: 1, cost: 0 });
            arcs.push(Arc { from: rows + column, to: sink, capacity: 1, cost: spread as i64 });
        }
        Network::new(sink + 1, arcs)
    }

    fn total(network: &Network) -> i64 {
        network.arcs().iter().zip(network.flow()).map(|(arc, &units)| arc.cost * i64::from(units)).sum()
    }

    /// Finds the least cost by trying every pair of columns for every row.
    fn brute(network: &Network, rows: u32, columns: u32, row: u32, load: &mut [u32], spread: i64) -> i64 {
        if row == rows {
            return load.iter().map(|&l| if l == 2 { spread } else { 0 }).sum();
        }
        let cost = |c: u32| network.arcs()[(row * columns + c) as usize].cost;
        let mut best = i64::MAX / 2;
        for a in 0..columns {
            for b in a + 1..columns {
                if load[a as usize] < 2 && load[b as usize] < 2 {
                    load[a as usize] += 1;
                    load[b as usize] += 1;
                    best = best.min(cost(a) + cost(b) + brute(network, rows, columns, row + 1, load, spread));
                    load[a as usize] -= 1;
                    load[b as usize] -= 1;
                }
            }
        }
        best
    }

    /// Without it a wrong sign in the prices could still give complete teams, only not the cheapest.
    #[test]
    fn flow_is_as_cheap_as_the_best_of_all_assignments() {
        let mut state = 7;
        for spread in [3, 1000] {
            for _ in 0..40 {
                let (rows, columns) = (3, 4);
                let mut network = assignment(rows, columns, &mut state, spread);
                (0..rows).for_each(|row| assert!(network.augment(row) && network.augment(row)));
                let best = brute(&network, rows, columns, 0, &mut [0; 4], spread as i64);
                assert_eq!(total(&network), best);
            }
        }
    }

    /// Without it two optimal teams would be told apart by the order in which the solver happens to look.
    #[test]
    fn tied_flows_settle_on_the_first_arcs_whatever_the_order_of_augmentation() {
        let mut state = 11;
        let mut ties = 0;
        for _ in 0..60 {
            let mut forward = assignment(3, 4, &mut state, 3);
            let mut backward = forward.clone();
            (0..3).for_each(|row| assert!(forward.augment(row) && forward.augment(row)));
            (0..3).rev().for_each(|row| assert!(backward.augment(row) && backward.augment(row)));
            assert_eq!(forward.settle_ties(), backward.settle_ties(), "a tie does not depend on the prices found");
            ties += u32::from(forward.has_tie());
            assert_eq!(forward.flow(), backward.flow());
        }
        assert!(ties > 10, "the case must be tried");
    }

    /// Without it an outing could count as short, and be moved, only because the quick look for any path errs.
    #[test]
    fn who_stays_short_does_not_depend_on_costs() {
        let mut state = 13;
        let (mut short, mut seated) = (0, 0);
        for _ in 0..200 {
            let (rows, columns) = (5, 6);
            let sink = rows + columns;
            let mut arcs = Vec::new();
            for row in 0..rows {
                for column in (0..columns).filter(|_| next(&mut state).is_multiple_of(2)).collect::<Vec<u32>>() {
                    let cost = (next(&mut state) % 100) as i64;
                    arcs.push(Arc { from: row, to: rows + column, capacity: 1, cost });
                }
            }
            arcs.extend((rows..sink).map(|column| Arc { from: column, to: sink, capacity: 2, cost: 0 }));
            let mut cheapest = Network::new(sink + 1, arcs);
            let mut any = cheapest.clone();
            for row in 0..rows {
                let could = any.could_send(row, 2);
                assert_eq!(cheapest.could_send(row, 2), could);
                let found = cheapest.augment(row) && cheapest.augment(row);
                assert_eq!((found, any.send_anyhow(row, 2)), (could, could));
                if found {
                    seated += 1;
                } else {
                    short += 1;
                    assert!(cheapest.reached().eq(any.reached()), "the violator is one and the same");
                }
            }
        }
        assert!(short > 50 && seated > 50, "{short} short, {seated} seated");
    }
}
