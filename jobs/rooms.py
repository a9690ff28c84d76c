#!/usr/bin/env python3
"""Draws the rooms of the package (its Swift targets below Sources) and their imports as an SVG.

    swift package dump-package | python3 jobs/rooms.py > Sources/active-bench/Documentation.docc/rooms.svg
    swift package dump-package | python3 jobs/rooms.py --names      # the rooms' names instead, one per line

Every arrow is a dependency that Package.swift states; one that follows from others is left out (transitive reduction). The
C targets that a room uses stand below its name. Uses Python's standard library alone; the same graph gives the same bytes.
"""
import html
import itertools
import json
import sys

BOX_HEIGHT, LAYER_GAP, BOX_GAP, LANE, MARGIN = 46, 46, 18, 14, 24
SWEEPS = 60


def rooms_of(package):
    """The rooms by name, each with the rooms and the C targets that it depends on."""
    kinds = ("regular", "executable")
    own = [t for t in package["targets"] if t["type"] in kinds and not (t.get("path") or "").startswith("Tests/")]
    c_targets = {t["name"] for t in package["targets"] if t["name"][:1] == "C" and t["name"][1:2].isupper()}
    rooms = {t["name"] for t in own} - c_targets
    graph, below = {}, {}
    for target in own:
        if target["name"] not in rooms:
            continue
        names = [next(iter(d.values()))[0] for d in target["dependencies"] if "byName" in d or "target" in d]
        graph[target["name"]] = {n for n in names if n in rooms}
        below[target["name"]] = [n for n in names if n in c_targets]
    return graph, below


def reachable(graph):
    """All rooms that can be reached from each."""
    found = {}

    def visit(room):
        if room not in found:
            found[room] = set()
            for other in graph[room]:
                found[room] |= {other} | visit(other)
        return found[room]

    for room in graph:
        visit(room)
    return found


def reduced(graph):
    """The graph without edges that other edges imply (its transitive reduction)."""
    reach = reachable(graph)
    return {a: {b for b in out if not any(b in reach[c] for c in out if c != b)} for a, out in graph.items()}


def heights(graph):
    """The layer of each room: one above the highest that it depends on."""
    known = {}

    def height(room):
        if room not in known:
            known[room] = 1 + max((height(b) for b in graph[room]), default=-1)
        return known[room]

    for room in graph:
        height(room)
    return known


class Drawing:
    """Nodes in layers: rooms, and points (layer, start, end) where an arrow passes a layer."""

    def __init__(self, graph):
        self.layer = heights(graph)
        # A room with more arrows to it than from it is placed directly below its users, so that arrows are short.
        users = {room: [a for a in graph if room in graph[a]] for room in graph}
        for room in sorted(graph, key=lambda r: -self.layer[r]):
            if len(users[room]) > len(graph[room]):
                self.layer[room] = max(self.layer[room], min(self.layer[a] for a in users[room]) - 1)
        self.layers = [[] for _ in range(1 + max(self.layer.values()))]
        for room in graph:
            self.layers[self.layer[room]].append(room)
        self.chains, self.up, self.down = [], {}, {}
        for a in graph:
            for b in sorted(graph[a]):
                chain = [a] + [(k, a, b) for k in range(self.layer[a] - 1, self.layer[b], -1)] + [b]
                for node in chain[1:-1]:
                    self.layers[node[0]].append(node)
                self.chains.append(chain)
                for upper, lower in itertools.pairwise(chain):
                    self.down.setdefault(upper, []).append(lower)
                    self.up.setdefault(lower, []).append(upper)
        self.order()

    def crossings(self, upper, lower):
        place = {node: i for i, node in enumerate(lower)}
        ends = [place[b] for a in upper for b in sorted(self.down.get(a, []), key=place.get) if b in place]
        return sum(x > y for x, y in itertools.combinations(ends, 2))

    def total(self):
        return sum(self.crossings(self.layers[k + 1], self.layers[k]) for k in range(len(self.layers) - 1))

    def order(self):
        """Reduces crossings: barycentres up and down, then exchanges of neighbours."""
        best, least = [list(layer) for layer in self.layers], self.total()
        for sweep in range(SWEEPS):
            indices = range(len(self.layers)) if sweep % 2 else range(len(self.layers) - 1, -1, -1)
            for k in indices:
                other = k - 1 if sweep % 2 else k + 1
                if not 0 <= other < len(self.layers):
                    continue
                place = {node: i for i, node in enumerate(self.layers[other])}
                links = self.down if sweep % 2 else self.up
                own = {node: i for i, node in enumerate(self.layers[k])}

                def centre(node):
                    ends = [place[n] for n in links.get(node, [])]
                    return (sum(ends) / len(ends) if ends else own[node], own[node])

                self.layers[k].sort(key=centre)
                self.exchange(k)
            if self.total() < least:
                best, least = [list(layer) for layer in self.layers], self.total()
        self.layers = best

    def exchange(self, k):
        layer, improved = self.layers[k], True

        def around():
            above = self.crossings(self.layers[k + 1], layer) if k + 1 < len(self.layers) else 0
            return above + (self.crossings(layer, self.layers[k - 1]) if k else 0)

        while improved:
            improved = False
            for i in range(len(layer) - 1):
                before = around()
                layer[i], layer[i + 1] = layer[i + 1], layer[i]
                if around() < before:
                    improved = True
                else:
                    layer[i], layer[i + 1] = layer[i + 1], layer[i]

    def places(self, width):
        """x of every node's middle: near its neighbours' mean, never closer to the next than their widths allow."""
        def half(node):
            return width(node) / 2

        def gap(a, b):
            thin = isinstance(a, tuple) and isinstance(b, tuple)
            return half(a) + half(b) + (LANE if thin else BOX_GAP)

        x = {}
        for layer in self.layers:
            at = -sum(gap(a, b) for a, b in itertools.pairwise(layer)) / 2
            for i, node in enumerate(layer):
                at += gap(layer[i - 1], node) if i else 0
                x[node] = at
        for sweep in range(12):
            for layer in self.layers if sweep % 2 else reversed(self.layers):
                wish = []
                for node in layer:
                    ends = [x[n] for n in self.up.get(node, []) + self.down.get(node, [])]
                    weight = 4.0 if isinstance(node, tuple) else 1.0
                    wish.append((sum(ends) / len(ends) if ends else x[node], weight))
                self.settle(layer, wish, gap, x)
        least = min(x[n] - half(n) for n in x)
        return {n: x[n] - least + MARGIN for n in x}

    @staticmethod
    def settle(layer, wish, gap, x):
        """Positions in order and at least a minimum distance apart, nearest to the desired ones (pool adjacent violators)."""
        offset, at = [], 0.0
        for i, node in enumerate(layer):
            at += gap(layer[i - 1], node) if i else 0
            offset.append(at)
        blocks = []
        for i, (value, weight) in enumerate(wish):
            blocks.append([weight * (value - offset[i]), weight, 1])
            while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
                total, weights, count = blocks.pop()
                blocks[-1][0] += total
                blocks[-1][1] += weights
                blocks[-1][2] += count
        i = 0
        for total, weights, count in blocks:
            for _ in range(count):
                x[layer[i]] = total / weights + offset[i]
                i += 1


def svg(graph, below):
    edges = reduced(graph)
    drawing = Drawing(edges)

    def width(node):
        if isinstance(node, tuple):
            return 2
        return 26 + max(8.2 * len(node), 6.2 * len(" ".join(below[node])))

    x = drawing.places(width)
    top = len(drawing.layers) - 1
    y = {n: MARGIN + (top - k) * (BOX_HEIGHT + LAYER_GAP) for k, layer in enumerate(drawing.layers) for n in layer}
    right = max(x[n] + width(n) / 2 for n in x) + MARGIN
    bottom = max(y.values()) + BOX_HEIGHT + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right:.0f} {bottom:.0f}" width="{right:.0f}" '
        f'height="{bottom:.0f}" font-family="Helvetica, Arial, sans-serif" role="img">',
        "<title>The rooms of active-bench and what they import</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0.6 L7.4 4 L0 7.4 z" fill="#6b7785"/></marker></defs>',
        f'<rect width="{right:.0f}" height="{bottom:.0f}" fill="#ffffff"/>',
        '<g fill="none" stroke="#6b7785" stroke-width="1.1">',
    ]
    ports = spread(drawing, x, width)
    for chain in sorted(drawing.chains, key=lambda c: (c[0], c[-1])):
        start, end = ports[chain[0], chain[1], "out"], ports[chain[-1], chain[-2], "in"]
        path, last = f"M{start:.1f} {y[chain[0]] + BOX_HEIGHT:.1f}", (start, y[chain[0]] + BOX_HEIGHT)
        for node in chain[1:-1]:
            path += curve(last, (x[node], y[node]))
            last = (x[node], y[node] + BOX_HEIGHT)
            path += f" L{last[0]:.1f} {last[1]:.1f}"
        path += curve(last, (end, y[chain[-1]]))
        lines.append(f'<path d="{path}" marker-end="url(#tip)"/>')
    lines.append("</g>")
    for room in graph:
        left = x[room] - width(room) / 2
        lines.append(
            f'<rect x="{left:.1f}" y="{y[room]}" width="{width(room):.1f}" height="{BOX_HEIGHT}" rx="6" '
            'fill="#eef3f8" stroke="#3d5a80"/>')
        own = " ".join(below[room])
        line = y[room] + (20 if own else 28)
        lines.append(
            f'<text x="{x[room]:.1f}" y="{line}" text-anchor="middle" font-size="15" fill="#14213d">'
            f"{html.escape(room)}</text>")
        if own:
            lines.append(
                f'<text x="{x[room]:.1f}" y="{y[room] + 37}" text-anchor="middle" font-size="10.5" fill="#5c677d">'
                f"{html.escape(own)}</text>")
    return "\n".join(lines + ["</svg>", ""])


def curve(a, b):
    """A smooth curve down from a to b."""
    middle = (a[1] + b[1]) / 2
    return f" C{a[0]:.1f} {middle:.1f} {b[0]:.1f} {middle:.1f} {b[0]:.1f} {b[1]:.1f}"


def spread(drawing, x, width):
    """Where arrows leave and reach a room: side by side, in the order of their other ends."""
    ports = {}
    for direction, links in (("out", drawing.down), ("in", drawing.up)):
        for room, others in links.items():
            if isinstance(room, tuple):
                continue
            others = sorted(others, key=lambda n: (x[n], str(n)))
            room_width = min(width(room) - 20, 16 * (len(others) - 1))
            for i, other in enumerate(others):
                share = i / (len(others) - 1) - 0.5 if len(others) > 1 else 0
                ports[room, other, direction] = x[room] + share * room_width
    return ports


if __name__ == "__main__":
    graph, below = rooms_of(json.load(sys.stdin))
    sys.stdout.write("".join(f"{room}\n" for room in graph) if sys.argv[1:] == ["--names"] else svg(graph, below))
