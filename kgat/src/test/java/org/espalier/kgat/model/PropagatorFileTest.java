package org.espalier.kgat.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PropagatorFileTest {

  @TempDir Path directory;

  private static final Ckg GRAPH = TinyGraphs.random(3);

  private static Propagator propagator(EdgeWeighting weighting) {
    PropagationSpec shape =
        new PropagationSpec(
            6,
            List.of(5, 3),
            Aggregator.BI_INTERACTION,
            PropagationSpec.Readout.CONCATENATION,
            true,
            0.01f);
    return Propagator.untrained(GRAPH, shape, weighting, 9);
  }

  private static float[] vectors(Propagator propagator) {
    try (Workers workers = new Workers(1)) {
      return propagator.propagate(GRAPH, workers).finals(0, GRAPH.nodeCount());
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_is_read_propagates_to_the_same_vectors(EdgeWeighting weighting) throws IOException {
    Propagator written = propagator(weighting);
    Path file = directory.resolve("propagator");
    PropagatorFile.write(written, file);

    Propagator read = PropagatorFile.read(file);

    assertThat(vectors(read)).isEqualTo(vectors(written));
    assertThat(read.shape()).isEqualTo(written.shape());
    assertThat(read.tripleWeight()).isEqualTo(1);
    assertThat(read.entityCount()).isEqualTo(GRAPH.entityCount());
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @EnumSource
  void renumbered_nodes_have_the_vectors_that_they_had(EdgeWeighting weighting) {
    Propagator before = propagator(weighting);
    int[] users = new int[GRAPH.userCount()];
    int[] entities = new int[GRAPH.entityCount()];
    Arrays.setAll(users, r -> 2 * (users.length - 1 - r) + 1); // gaps, and backwards
    Arrays.setAll(entities, r -> 3 * (entities.length - 1 - r));
    CkgBuilder builder = new CkgBuilder(0, 0);
    for (int node = 0; node < GRAPH.nodeCount(); node++) {
      for (int e = GRAPH.begin(node); e < GRAPH.end(node); e++) {
        int relation = GRAPH.relation(e);
        int tail = GRAPH.tail(e) - GRAPH.userCount();
        if (relation == CkgBuilder.INTERACTS) {
          builder.interaction(users[node], entities[tail], GRAPH.weight(e));
        } else if (relation < GRAPH.relationCount()) {
          builder.edge(
              relation, entities[node - GRAPH.userCount()], entities[tail], GRAPH.weight(e));
        }
      }
    }
    Propagator after = before.renumbered(users, entities);
    Ckg graph =
        builder.build().resized(after.userCount(), after.entityCount(), GRAPH.relationCount());
    try (Workers workers = new Workers(1)) {
      Propagation was = before.propagate(GRAPH, workers);
      Propagation is = after.propagate(graph, workers);
      int size = before.shape().finalSize();
      float[] expected = new float[size];
      float[] found = new float[size];
      for (int node = 0; node < GRAPH.nodeCount(); node++) {
        boolean user = node < GRAPH.userCount();
        was.copyFinal(node, expected, 0);
        is.copyFinal(
            user ? users[node] : graph.nodeOfEntity(entities[node - GRAPH.userCount()]), found, 0);
        assertThat(found).as("node " + node).containsExactly(expected, within(1e-5f));
      }
    }
    assertThatThrownBy(() -> before.renumbered(new int[0], entities)).hasMessageContaining("ids");
  }

  @Test
  void random_projections_are_kept_too() throws IOException {
    Propagator written = RandomProjections.of(GRAPH, 8, 0.1f, 4);
    PropagatorFile.write(written, directory.resolve("walks"));
    Propagator read = PropagatorFile.read(directory.resolve("walks"));
    assertThat(vectors(read)).isEqualTo(vectors(written));
    assertThat(read.tripleWeight()).isEqualTo(0.1f);
    assertThat(read.smoothing()).isEqualTo(written.smoothing());
  }

  @Test
  void every_flipped_bit_and_every_cut_is_an_error_that_names_the_file() throws IOException {
    Path file = directory.resolve("propagator");
    PropagatorFile.write(propagator(EdgeWeighting.ATTENTION), file);
    byte[] bytes = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 400; i++) {
      byte[] damaged = bytes.clone();
      int at = i < 80 ? i : random.nextInt(bytes.length); // all of the head
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      assertRefused(damaged);
    }
    for (int i = 0; i < 100; i++) {
      assertRefused(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
    }
    assertRefused(Arrays.copyOf(bytes, bytes.length + 1));
  }

  private void assertRefused(byte[] content) throws IOException {
    Path damaged = directory.resolve("damaged");
    Files.write(damaged, content);
    assertThatThrownBy(() -> PropagatorFile.read(damaged))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(damaged.toString());
  }

  @Test
  void a_newer_version_and_a_number_that_is_none_are_named() throws IOException {
    Path file = directory.resolve("propagator");
    PropagatorFile.write(propagator(EdgeWeighting.MEAN), file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, ByteBuffer.wrap(bytes.clone()).putInt(4, 3).array());
    assertThatThrownBy(() -> PropagatorFile.read(file)).hasMessageContaining("version 3");

    Propagator broken = propagator(EdgeWeighting.MEAN);
    broken.arrays().get(1)[7] = Float.NaN;
    PropagatorFile.write(broken, file);
    assertThatThrownBy(() -> PropagatorFile.read(file))
        .hasMessageContaining("weights of layer 1: value 7 is NaN");
  }
}
