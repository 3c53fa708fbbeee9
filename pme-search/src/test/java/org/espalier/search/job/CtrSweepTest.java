package org.espalier.search.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.data.CtrData;
import org.espalier.search.model.Architecture.Kind;
import org.espalier.search.model.ClickWorld;
import org.espalier.search.size.Method;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CtrSweepTest {

  private final CtrData data = ClickWorld.generate(40, 30, 2_000, 1);
  private final CtrExperiment experiment = new CtrExperiment(data);

  @Test
  void a_row_is_the_mean_over_seeds_and_a_method_without_room_has_none() throws Exception {
    List<CtrSettings> settings = new ArrayList<>();
    for (long seed = 1; seed <= 2; seed++) {
      for (double keep : new double[] {0.02, 0.2, 0.4}) {
        settings.add(CtrSettings.of(Kind.FM, 16, Method.UNIFORM, keep, false, seed));
      }
    }
    List<CtrReport> reports =
        CtrSweep.run(experiment, settings, TrainingListener.none(), () -> false);
    List<CtrSweep.Row> rows = CtrSweep.rows(reports);

    assertThat(reports).hasSize(4);
    assertThat(rows).extracting(CtrSweep.Row::keep).containsExactly(0.2, 0.4);
    CtrSweep.Row row = rows.getFirst();
    double one = reports.get(0).auc();
    double two = reports.get(2).auc();
    assertThat(row.aucMean()).isCloseTo((one + two) / 2, within(1e-12));
    assertThat(row.aucDeviation()).isCloseTo(Math.abs(one - two) / Math.sqrt(2), within(1e-12));
    assertThat(CtrSweep.table(rows)).contains("| uniform | nested | off | 0.2 |").hasLineCount(4);
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(SweepChart.svg(rows))));
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
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
