package org.espalier.learning.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.espalier.learning.SharedData;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.mf.MfLoss;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.train.TrainingEvent;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetrievalExperimentTest {

  /** The floors of BPR are those of RecBole's BPR on the same files; its own is .3087 and .3615. */
  @ParameterizedTest(name = "{0} seed={1}")
  @CsvSource({"BPR, 1, 0.325, 0.375", "SOFTMAX, 1, 0.340, 0.400", "ALS, 1, 0.345, 0.400"})
  void movielens_is_learned_as_well_as_before(MfLoss loss, long seed, double ndcg, double recall) {
    DataFolder data = DataFolder.open(SharedData.folderOrSkip("ml-100k"));
    List<TrainingEvent> events = new ArrayList<>();
    RetrievalReport report =
        RetrievalExperiment.run(
            data, MfSpec.of(loss, data.items().size(), seed), events::add, () -> false);
    assertThat(report.test().mean(RetrievalMetric.NDCG_20)).isGreaterThan(ndcg);
    assertThat(report.test().mean(RetrievalMetric.RECALL_20)).isGreaterThan(recall);
    assertThat(report.parameters()).isEqualTo((943L + 1_682) * 64);
    assertThat(events.getLast()).isEqualTo(new TrainingEvent.Stopped(report.outcome()));
  }

  @Test
  void a_report_has_the_names_of_the_command_line() {
    DataFolder data = DataFolder.open(SharedData.folderOrSkip("ml-100k"));
    MfSpec spec = MfSpec.of(MfLoss.ALS, data.items().size(), 5).withDim(8).withEpochsMax(1);
    RetrievalReport report = RetrievalExperiment.run(data, spec, _ -> {}, () -> false);
    Map<String, Object> fields = report.fields();
    assertThat(fields.keySet())
        .containsExactly(
            "model",
            "loss",
            "dim",
            "seed",
            "parameters",
            "recall@10",
            "recall@20",
            "ndcg@10",
            "ndcg@20",
            "hit@20",
            "epochs",
            "best_epoch",
            "epoch_seconds",
            "seconds_to_best",
            "train_seconds",
            "stopped",
            "valid_ndcg@20",
            "peak_rss_mb",
            "popularity");
    assertThat(fields).containsEntry("model", "mf").containsEntry("loss", "als");
    assertThat(fields).containsEntry("dim", 8).containsEntry("seed", 5L);
    assertThat(fields)
        .containsEntry("ndcg@20", report.test().mean(RetrievalMetric.NDCG_20))
        .containsEntry("peak_rss_mb", report.peakRssMb());
    assertThat(report.peakRssMb()).isGreaterThan(10);
  }

  @Test
  void the_peak_of_memory_is_read_from_the_systems_status() {
    List<String> status = List.of("Name:\tjava", "VmHWM:\t  123456 kB", "VmRSS:\t  1 kB");
    assertThat(ProcessMemory.residentPeakMb(status)).isCloseTo(126.418944, within(1e-9));
    assertThat(ProcessMemory.residentPeakMb(List.of())).isNaN();
  }
}
