"""Cycles in a directed graph of plain mappings: its strongly connected components, and a shortest cycle in each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

N = TypeVar("N")

Graph = Mapping[N, Collection[N]]
"""Node -> its successors. A node that is only a successor need not be a key."""

WORK_PER_EDGE = 40
"""Edges looked at, per edge of a component, before the shortest cycle so far is taken: keeps the search linear."""


def components(graph: Graph[N]) -> list[list[N]]:
    """The strongly connected components, successors before predecessors (Tarjan 1972, without recursion)."""
    number: dict[N, int] = {}
    low: dict[N, int] = {}
    open_nodes: list[N] = []
    is_open: set[N] = set()
    found: list[list[N]] = []
    for root in graph:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        open_nodes.append(root)
        is_open.add(root)
        walk: list[tuple[N, Iterator[N]]] = [(root, iter(graph[root]))]
        while walk:
            node, successors = walk[-1]
            for successor in successors:
                if successor not in number:
                    number[successor] = low[successor] = len(number)
                    open_nodes.append(successor)
                    is_open.add(successor)
                    walk.append((successor, iter(graph.get(successor, ()))))
                    break
                if successor in is_open and number[successor] < low[node]:
                    low[node] = number[successor]
            else:
                walk.pop()
                if walk and low[node] < low[walk[-1][0]]:
                    low[walk[-1][0]] = low[node]
                if low[node] == number[node]:
                    found.append([open_nodes.pop()])
                    while found[-1][-1] != node:
                        found[-1].append(open_nodes.pop())
                    is_open.difference_update(found[-1])
    return found


def knots(graph: Graph[N]) -> list[list[N]]:
    """The components that hold a cycle: those of several nodes, and single nodes with an edge to themselves."""
    return [c for c in components(graph) if len(c) > 1 or c[0] in graph.get(c[0], ())]


def shortest_cycle(knot: Collection[str], graph: Graph[str]) -> tuple[str, ...]:
    """A shortest cycle within a component, beginning with its smallest name; the first such cycle by name.

    The result depends on the graph alone, not on the order of its mapping. Components so large and so
    sparse in short cycles that looking at all of them would not be linear (more than about forty nodes,
    none of which closes a short cycle) yield the shortest of the cycles looked at.
    """
    names, members = sorted(knot), set(knot)
    inside = {name: sorted(members.intersection(graph.get(name, ()))) for name in names}
    for name in names:
        if name in inside[name]:
            return (name,)
    edges = sum(map(len, inside.values()))
    budget = WORK_PER_EDGE * edges
    best: tuple[str, ...] = ()
    for root in names:
        cycle, work = _cycle_from(root, inside, len(best))
        budget -= work
        if cycle and (not best or len(cycle) < len(best)):
            best = cycle
        only_one = edges == len(names)
        if len(best) == 2 or only_one or budget <= 0:
            break
    return best


def _cycle_from(root: str, graph: Graph[str], shorter_than: int) -> tuple[tuple[str, ...], int]:
    """The shortest cycle whose smallest name is the root, if it is shorter than asked (0: any), and the edges looked at.

    Breadth first with successors in order of name, so that of equally short ones the first by name is found.
    """
    parent = {root: root}
    level, depth, work = [root], 1, 0
    while level and (not shorter_than or depth < shorter_than):
        following: list[str] = []
        for node in level:
            for successor in graph[node]:
                work += 1
                if successor == root:
                    return _back(node, parent), work
                if successor > root and successor not in parent:
                    parent[successor] = node
                    following.append(successor)
        level, depth = following, depth + 1
    return (), work


def _back(node: str, parent: Mapping[str, str]) -> tuple[str, ...]:
    path = [node]
    while parent[node] != node:
        node = parent[node]
        path.append(node)
    return tuple(reversed(path))
