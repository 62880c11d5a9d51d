"""What all best assignments of some groups of things to places have in common (D158).

A group holds things that are alike; a place takes one thing. The best assignment fills the most places of the first
rank, then of the second, and so on, and of equal ones that which has the most groups.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from settlement.values import dataclass

MOST_CLAIMS = 2_500
"""Most claims of groups that hang together which are weighed; of more, nothing is certain."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a group has: the places that are ``certain``, and those that it may have, ``candidates``.

    ``undecided`` of its things may have one of the candidates; what is left of the group has none.
    """

    certain: tuple[int, ...] = ()
    candidates: tuple[int, ...] = ()
    undecided: int = 0


Claims = Mapping[int, int]
"""The rank of each place that a group may have, from 0, the best."""


def shares(groups: Sequence[tuple[int, Claims]]) -> list[Share]:
    """Return the share of each group, which is given by its size and its claims.

    >>> shares([(1, {0: 0}), (1, {0: 0, 1: 0}), (2, {2: 0, 3: 0})])[:2]
    [Share(certain=(0,), candidates=(), undecided=0), Share(certain=(1,), candidates=(), undecided=0)]
    >>> shares([(1, {0: 0, 1: 0}), (1, {0: 0, 1: 0})])[0]
    Share(certain=(), candidates=(0, 1), undecided=1)
    """
    found = [Share()] * len(groups)
    for together in _components(groups):
        weighed = {group: groups[group] for group in together}
        for group, share in _shares_of(weighed).items():
            found[group] = share
    return found


def _components(groups: Sequence[tuple[int, Claims]]) -> Iterator[list[int]]:
    """Yield the groups that claim a place, those together that hang together."""
    claimants: defaultdict[int, list[int]] = defaultdict(list)
    for group, (_, claims) in enumerate(groups):
        for place in claims:
            claimants[place].append(group)
    seen: set[int] = set()
    for first, (_, claims) in enumerate(groups):
        if first in seen or not claims:
            continue
        seen.add(first)
        together = [first]
        for group in together:
            for place in groups[group][1]:
                for other in claimants.pop(place, ()):
                    if other not in seen:
                        seen.add(other)
                        together.append(other)
        yield sorted(together)


def _shares_of(groups: Mapping[int, tuple[int, Claims]]) -> dict[int, Share]:
    """Return the shares of groups that hang together."""
    if len(groups) == 1:
        [(group, (size, claims))] = groups.items()
        if size >= len(claims):
            return {group: Share(tuple(claims))}
    if sum(len(claims) for _, claims in groups.values()) > MOST_CLAIMS:
        places = len({place for _, claims in groups.values() for place in claims})
        return {group: Share((), tuple(claims), min(size, places)) for group, (size, claims) in groups.items()}
    best = _Best(groups)
    return best.shares()


_ROOT = ("root", 0)
_Node = tuple[str, int]


class _Best:
    """One best assignment, by augmenting paths, and what can be exchanged in it without loss.

    Of what can be exchanged without loss, all best assignments follow: two of them differ in circles of exchanges that
    gain nothing. So what a group has is certain if it lies on no such circle.
    """

    def __init__(self, groups: Mapping[int, tuple[int, Claims]]) -> None:
        self._groups = groups
        self._owner: dict[int, int | None] = {place: None for _, claims in groups.values() for place in claims}
        self._used = dict.fromkeys(groups, 0)
        base = sum(size for size, _ in groups.values()) + len(self._owner) + 1
        ranks = max(rank for _, claims in groups.values() for rank in claims.values())
        self._weight = [base ** (ranks - rank + 1) for rank in range(ranks + 1)]
        while (path := self._best_path()) is not None:
            for (kind, group), (_, place) in pairwise(path):
                if kind == "group":
                    self._owner[place] = group
            self._used[path[0][1]] += 1

    def shares(self) -> dict[int, Share]:
        """Return what each group has in all best assignments."""
        tight = self._tight()
        circle = _circles(tight)
        found = {}
        for group, (size, claims) in self._groups.items():
            node = "group", group
            in_circle = tuple(
                place
                for place in claims
                if circle[node] == circle["place", place]
                and (("place", place) in tight[node] or node in tight["place", place])
            )
            held = [place for place in claims if self._owner[place] == group]
            certain = tuple(place for place in held if place not in in_circle)
            undecided = len(held) - len(certain)
            if circle[node] == circle[_ROOT] and (_leads(tight, _ROOT, node) or _leads(tight, node, _ROOT)):
                undecided = size - len(certain)
            found[group] = Share(certain, in_circle, min(undecided, len(in_circle)))
        return found

    def _arcs(self, node: _Node) -> Iterator[tuple[_Node, int]]:
        """Yield the exchanges that a node can take part in, with what they gain."""
        kind, number = node
        if kind == "group":
            if self._used[number]:
                yield _ROOT, -1 if self._used[number] == 1 else 0
            for place, rank in self._groups[number][1].items():
                if self._owner[place] != number:
                    yield ("place", place), self._weight[rank]
        elif kind == "place":
            owner = self._owner[number]
            if owner is None:
                yield _ROOT, 0
            else:
                yield ("group", owner), -self._weight[self._groups[owner][1][number]]
        else:
            for group, (size, _) in self._groups.items():
                if self._used[group] < size:
                    yield ("group", group), 0 if self._used[group] else 1
            for place, owner in self._owner.items():
                if owner is not None:
                    yield ("place", place), 0

    def _best_path(self) -> list[_Node] | None:
        """Return the path of most gain from a group that has a thing left to a free place; None if none gains."""
        gain: dict[_Node, int] = {}
        before: dict[_Node, _Node] = {}
        waiting: deque[_Node] = deque()
        for group, (size, _) in self._groups.items():
            if self._used[group] < size:
                gain["group", group] = 0 if self._used[group] else 1
                waiting.append(("group", group))
        while waiting:
            node = waiting.popleft()
            for other, gained in self._arcs(node):
                if other != _ROOT and (other not in gain or gain[node] + gained > gain[other]):
                    gain[other] = gain[node] + gained
                    before[other] = node
                    waiting.append(other)
        free = [node for node in gain if node[0] == "place" and self._owner[node[1]] is None and gain[node] > 0]
        if not free:
            return None
        path = [max(free, key=lambda node: gain[node])]
        while path[-1] in before:
            path.append(before[path[-1]])
        return path[::-1]

    def _tight(self) -> dict[_Node, list[_Node]]:
        """Return for each node those to which an exchange may lead that is part of the best ways there."""
        nodes: list[_Node] = [_ROOT, *(("group", group) for group in self._groups)]
        nodes += [("place", place) for place in self._owner]
        height = dict.fromkeys(nodes, 0)
        waiting = deque(nodes)
        while waiting:
            node = waiting.popleft()
            for other, gained in self._arcs(node):
                if height[node] + gained > height[other]:
                    height[other] = height[node] + gained
                    waiting.append(other)
        return {
            node: [other for other, gained in self._arcs(node) if height[node] + gained == height[other]]
            for node in nodes
        }


def _leads(arcs: Mapping[_Node, Sequence[_Node]], first: _Node, last: _Node) -> bool:
    """Return True if a way leads from one node to another beside the arc between them, and an arc back."""
    if first not in arcs[last]:
        return False
    waiting = [node for node in arcs[first] if node != last]
    seen = {first, *waiting}
    while waiting:
        node = waiting.pop()
        if node == last:
            return True
        following = [other for other in arcs[node] if other not in seen]
        seen.update(following)
        waiting += following
    return False


def _circles(arcs: Mapping[_Node, Sequence[_Node]]) -> dict[_Node, int]:
    """Return for each node the number of the circle that it lies on; one on no circle has a number of its own."""
    order: list[_Node] = []
    seen: set[_Node] = set()
    for first in arcs:
        trail = [(first, iter(arcs[first]))] if first not in seen else []
        seen.add(first)
        while trail:
            node, others = trail[-1]
            other = next((other for other in others if other not in seen), None)
            if other is None:
                order.append(node)
                trail.pop()
            else:
                seen.add(other)
                trail.append((other, iter(arcs[other])))
    back: defaultdict[_Node, list[_Node]] = defaultdict(list)
    for node, others_of in arcs.items():
        for other in others_of:
            back[other].append(node)
    circle: dict[_Node, int] = {}
    for number, first in enumerate(reversed(order)):
        waiting = [first] if first not in circle else []
        while waiting:
            node = waiting.pop()
            if node not in circle:
                circle[node] = number
                waiting += [other for other in back[node] if other not in circle]
    return circle
