package org.espalier.search.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.espalier.search.job.Checkpoints.Codec;
import org.espalier.search.job.SearchReport.CurvePoint;

/**
 * How good tables are.
 *
 * @param test by model and metric; see {@link SearchReport}
 * @param curve by method and budget, on the slice that chooses
 */
record Evaluation(Map<String, Map<String, Double>> test, List<CurvePoint> curve) {

  static final Codec<Evaluation> CODEC =
      new Codec<>() {
        @Override
        public void write(Evaluation evaluation, DataOutputStream out) throws IOException {
          out.writeInt(evaluation.test.size());
          for (var model : evaluation.test.entrySet()) {
            out.writeUTF(model.getKey());
            out.writeInt(model.getValue().size());
            for (var metric : model.getValue().entrySet()) {
              out.writeUTF(metric.getKey());
              out.writeDouble(metric.getValue());
            }
          }
          out.writeInt(evaluation.curve.size());
          for (CurvePoint point : evaluation.curve) {
            out.writeUTF(point.method());
            out.writeDouble(point.keep());
            out.writeLong(point.numbers());
            out.writeLong(point.bytes());
            out.writeDouble(point.validation());
          }
        }

        @Override
        public Evaluation read(DataInputStream in) throws IOException {
          Map<String, Map<String, Double>> test = new LinkedHashMap<>();
          for (int models = in.readInt(); models > 0; models--) {
            String model = in.readUTF();
            Map<String, Double> metrics = new LinkedHashMap<>();
            for (int count = in.readInt(); count > 0; count--) {
              String metric = in.readUTF();
              metrics.put(metric, in.readDouble());
            }
            test.put(model, metrics);
          }
          List<CurvePoint> curve = new ArrayList<>();
          for (int points = in.readInt(); points > 0; points--) {
            curve.add(
                new CurvePoint(
                    in.readUTF(), in.readDouble(), in.readLong(), in.readLong(), in.readDouble()));
          }
          return new Evaluation(test, curve);
        }
      };
}
