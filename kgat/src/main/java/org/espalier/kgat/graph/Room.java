package org.espalier.kgat.graph;

/** How many numbers a live graph holds ready beyond those in use, so that it is seldom renumbered. */
final class Room {

  private Room() {}

  /** A graph with room for nodes and relations to come. */
  static Ckg around(Ckg graph) {
    return graph.resized(
        forNodes(graph.userCount()),
        forNodes(graph.entityCount()),
        forRelations(graph.relationCount()));
  }

  /** The same graph with room for so many, and as it was where they fit. */
  static Ckg enlarged(Ckg graph, int users, int entities, int relations) {
    return graph.resized(
        users > graph.userCount() ? forNodes(users) : graph.userCount(),
        entities > graph.entityCount() ? forNodes(entities) : graph.entityCount(),
        relations > graph.relationCount() ? forRelations(relations) : graph.relationCount());
  }

  private static int forNodes(int count) {
    return Math.addExact(count, count / 8 + 64);
  }

  private static int forRelations(int count) {
    return Math.addExact(count, count / 4 + 8);
  }
}
