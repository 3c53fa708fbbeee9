package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.espalier.learning.data.DataException;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture.Kind;
import org.espalier.search.model.ClickWorld;
import org.espalier.search.model.Projecting;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.Method;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CtrSweepTest {

  private final CtrData data = ClickWorld.generate(40, 30, 2_000, 1);
  private final CtrExperiment experiment = new CtrExperiment(data);

  private static final CtrSweep FM = new CtrSweep(Kind.FM, 16, 1);

  @TempDir Path folder;

  @Test
  void a_row_is_the_mean_over_seeds_and_a_method_without_room_says_so() throws Exception {
    SweepLog log = SweepLog.inMemory();
    List<SweepRun.Cell> cells =
        CtrSweep.cells(
            List.of(Contender.UNIFORM), List.of(0.02, 0.2, 0.4), List.of(false), List.of(1L, 2L));
    Counter counter = new Counter();
    FM.run(experiment, cells, log, counter, () -> false);
    List<SweepTable.Row> rows = SweepTable.rows(log.runs());

    assertThat(counter.started).isEqualTo(6);
    assertThat(rows).extracting(SweepTable.Row::keep).containsExactly(0.4, 0.2, 0.02);
    assertThat(rows).extracting(SweepTable.Row::seeds).containsExactly(2, 2, 0);
    double[] aucs =
        log.runs().stream()
            .filter(run -> run.cell().keep() == 0.4)
            .mapToDouble(run -> run.figures().orElseThrow().auc())
            .toArray();
    SweepTable.Spread auc = rows.getFirst().auc();
    assertThat(auc.mean()).isCloseTo((aucs[0] + aucs[1]) / 2, within(1e-12));
    assertThat(auc.deviation())
        .isCloseTo(Math.abs(aucs[0] - aucs[1]) / Math.sqrt(2), within(1e-12));
    assertThat(SweepTable.markdown(rows))
        .contains("| uniform | no | 0.2 |", "| uniform | no | 0.02 | – | no room |")
        .hasLineCount(5);
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(SweepChart.svg(rows))));
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
  }

  @Test
  void seeds_come_one_after_the_other_and_the_full_size_has_one_budget() {
    List<SweepRun.Cell> cells =
        CtrSweep.cells(
            List.of(Contender.FULL, Contender.PAPER),
            List.of(0.1, 0.05),
            List.of(true, false),
            List.of(2L, 1L));

    assertThat(cells).hasSize(12);
    assertThat(cells.subList(0, 6)).allMatch(cell -> cell.seed() == 2);
    assertThat(cells.getFirst()).isEqualTo(new SweepRun.Cell(Contender.FULL, true, 1, 2));
    CtrSettings paper = Contender.PAPER.settings(Kind.DEEPFM, 16, 0.1, true, 1, 1);
    assertThat(paper.method()).isEqualTo(Method.PME);
    assertThat(paper.projecting()).isEqualTo(Projecting.PROJECTED);
    assertThat(paper.criterion()).isSameAs(Criterion.CONNECTION);
  }

  @Test
  void a_sweep_goes_on_where_a_killed_one_stopped() throws Exception {
    Path file = folder.resolve("sweep.tsv");
    List<SweepRun.Cell> cells =
        CtrSweep.cells(List.of(Contender.UNIFORM), List.of(0.02, 0.4), List.of(false), List.of(1L));
    FM.run(experiment, cells, SweepLog.open(file, FM.subject(data)), new Counter(), () -> false);
    String whole = Files.readString(file);
    Files.writeString(file, whole.substring(0, whole.length() - 9)); // in the middle of a line

    SweepLog log = SweepLog.open(file, FM.subject(data));
    assertThat(log.runs()).hasSize(1);
    assertThat(log.runs().iterator().next().figures()).isEmpty();
    Counter counter = new Counter();
    FM.run(experiment, cells, log, counter, () -> false);
    assertThat(counter.started).isEqualTo(1);
    List<SweepRun> again = List.copyOf(SweepLog.open(file, FM.subject(data)).runs());
    assertThat(again).extracting(SweepRun::cell).containsExactlyElementsOf(cells);
    String auc = String.format(Locale.ROOT, "%.6f", again.get(1).figures().orElseThrow().auc());
    assertThat(whole).contains("\t" + auc + "\t");
  }

  @Test
  void a_log_of_another_sweep_is_refused() throws Exception {
    Path file = folder.resolve("sweep.tsv");
    SweepLog.open(file, FM.subject(data));
    CtrData other = ClickWorld.generate(40, 30, 2_000, 2);

    assertThatThrownBy(() -> SweepLog.open(file, FM.subject(other)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("choose another folder");
    Files.writeString(file, "label\tuser\n1\tu\n");
    assertThatThrownBy(() -> SweepLog.open(file, FM.subject(data)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is no log of a sweep");
  }

  @Test
  void a_budget_out_of_range_is_refused_before_anything_runs() {
    Counter counter = new Counter();
    List<SweepRun.Cell> cells =
        CtrSweep.cells(List.of(Contender.UNIFORM), List.of(0.5, 1.5), List.of(false), List.of(1L));

    assertThatThrownBy(() -> FM.run(experiment, cells, SweepLog.inMemory(), counter, () -> false))
        .hasMessage("keep=1.5 is not in (0, 1]");
    assertThat(counter.started).isZero();
  }

  /** Counts the experiments that run. */
  private static final class Counter implements CtrSweep.Observer {

    private int started;

    @Override
    public void starts(SweepRun.Cell cell, int done, int total) {
      started++;
    }

    @Override
    public TrainingListener trainings() {
      return TrainingListener.none();
    }
  }

  @Test
  void auto_takes_the_smallest_budget_inside_the_guard() {
    CtrSettings settings = CtrSettings.of(Kind.DEEPFM, 16, Method.PME, 1, false, 1);
    AutoBudget.Choice generous =
        AutoBudget.find(experiment, settings, 0.5, TrainingListener.none(), () -> false);
    AutoBudget.Choice strict =
        AutoBudget.find(experiment, settings, 0, TrainingListener.none(), () -> false);

    assertThat(generous.tried()).hasSize(1);
    assertThat(generous.chosen()).isEqualTo(generous.tried().getFirst());
    assertThat(strict.tried()).hasSizeGreaterThanOrEqualTo(generous.tried().size());
    assertThat(strict.chosen().validAuc()).isGreaterThanOrEqualTo(strict.full().validAuc());
    assertThatThrownBy(
            () -> AutoBudget.find(experiment, settings, -0.1, TrainingListener.none(), () -> false))
        .hasMessage("maxDrop=-0.1 is below 0");
  }
}
