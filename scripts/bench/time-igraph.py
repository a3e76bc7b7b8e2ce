"""Times igraph's Dijkstra. Reads {n, tail, head, cost, repeats} from stdin, writes microseconds per source to stdout."""

import json
import statistics
import sys
import time

import igraph

given = json.load(sys.stdin)
weights = given["cost"]
graph = igraph.Graph(n=given["n"], edges=list(zip(given["tail"], given["head"])), directed=True)
sources = range(given["n"])


def median(search):
    search(0)
    elapsed = []
    for _ in range(given["repeats"]):
        for source in sources:
            started = time.perf_counter()
            search(source)
            elapsed.append(time.perf_counter() - started)
    return statistics.median(elapsed) * 1e6


def batch():
    elapsed = []
    for _ in range(given["repeats"]):
        started = time.perf_counter()
        graph.distances(weights=weights)
        elapsed.append(time.perf_counter() - started)
    return statistics.median(elapsed) / given["n"] * 1e6


answer = {
    "version": igraph.__version__,
    "distancesUs": median(lambda source: graph.distances(source=source, weights=weights)),
    "pathsUs": median(lambda source: graph.get_shortest_paths(source, weights=weights, output="epath")),
    "batchUs": batch(),
    "sum": sum(sum(row) for row in graph.distances(weights=weights)),
}
json.dump(answer, sys.stdout)
