package org.espalier.search.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfObjective;
import org.espalier.search.job.Checkpoints.Codec;
import org.espalier.search.retrieval.Prepared;
import org.espalier.search.retrieval.Pruned;
import org.espalier.search.retrieval.Support;

/** The phases' results as bytes: exactly the numbers that were, so that a resumed search gives the same. */
final class Codecs {

  private static final int CHUNK = 1 << 13;

  private Codecs() {}

  /** For phases whose result is that they are done. */
  static final Codec<Boolean> DONE = codec((_, _) -> {}, _ -> true);

  static final Codec<LogSnapshot> SNAPSHOT =
      codec(
          (snapshot, out) -> {
            out.writeLong(snapshot.lastSequence());
            writeInts(snapshot.userIds(), out);
            writeInts(snapshot.itemIds(), out);
            writeFloats(snapshot.userWeights(), out);
            out.writeBoolean(snapshot.teacher().isPresent());
            if (snapshot.teacher().isPresent()) {
              writeTeacher(snapshot.teacher().get(), out);
            }
            Interactions all = snapshot.interactions();
            for (int user = 0; user < all.userCount(); user++) {
              out.writeInt(all.end(user) - all.begin(user));
              for (int at = all.begin(user); at < all.end(user); at++) {
                out.writeInt(all.item(at));
                out.writeLong(all.timeMs(at));
              }
            }
          },
          in -> {
            long lastSequence = in.readLong();
            int[] userIds = readInts(in);
            int[] itemIds = readInts(in);
            float[] userWeights = readFloats(in);
            Optional<TeacherModel> teacher =
                in.readBoolean() ? Optional.of(readTeacher(in)) : Optional.empty();
            Interactions.Builder all = new Interactions.Builder(false, true);
            for (int user = 0; user < userIds.length; user++) {
              for (int left = in.readInt(); left > 0; left--) {
                int item = in.readInt();
                all.add(user, item, 1, in.readLong());
              }
            }
            return new LogSnapshot(
                lastSequence,
                all.build(userIds.length, itemIds.length),
                userIds,
                itemIds,
                userWeights,
                teacher);
          });

  static final Codec<SearchJob.Trained> TRAINED =
      codec(
          (trained, out) -> {
            writeModel(trained.model(), out);
            out.writeInt(trained.epochs());
          },
          in -> new SearchJob.Trained(readModel(in), in.readInt()));

  static final Codec<Prepared> PREPARED =
      codec(
          (prepared, out) -> {
            writeModel(prepared.model(), out);
            writeDoubles(prepared.saliency(), out);
          },
          in -> new Prepared(readModel(in), readDoubles(in)));

  static final Codec<Sized> SIZED =
      codec(
          (sized, out) -> {
            Pruned pruned = sized.pruned();
            out.writeDouble(sized.keep());
            writeModel(pruned.model(), out);
            out.writeInt(pruned.support().userCount());
            writeInts(pruned.support().sizes(), out);
            out.writeInt(pruned.space());
            out.writeDouble(pruned.validation());
          },
          in -> {
            double keep = in.readDouble();
            MfModel model = readModel(in);
            int users = in.readInt();
            Support support = Support.ofSizes(users, model.dim(), readInts(in));
            return new Sized(keep, new Pruned(model, support, in.readInt(), in.readDouble()));
          });

  private interface Write<T> {
    void to(T value, DataOutputStream out) throws IOException;
  }

  private interface Read<T> {
    T from(DataInputStream in) throws IOException;
  }

  private static <T> Codec<T> codec(Write<T> write, Read<T> read) {
    return new Codec<>() {
      @Override
      public void write(T value, DataOutputStream out) throws IOException {
        write.to(value, out);
      }

      @Override
      public T read(DataInputStream in) throws IOException {
        return read.from(in);
      }
    };
  }

  private static void writeTeacher(TeacherModel teacher, DataOutputStream out) throws IOException {
    out.writeInt(teacher.generation().orElseThrow()); // a trained one has a phase of its own
    writeModel(teacher.model(), out);
    out.writeDouble(teacher.foldIn().unobservedWeight());
    out.writeDouble(teacher.foldIn().regularization());
    out.writeDouble(teacher.foldIn().exponent());
    out.writeInt(teacher.epochs());
    out.writeDouble(teacher.seconds());
  }

  private static TeacherModel readTeacher(DataInputStream in) throws IOException {
    return new TeacherModel(
        OptionalInt.of(in.readInt()),
        readModel(in),
        new MfObjective.Als(in.readDouble(), in.readDouble(), in.readDouble()),
        in.readInt(),
        in.readDouble());
  }

  private static void writeModel(MfModel model, DataOutputStream out) throws IOException {
    out.writeInt(model.dim());
    writeFloats(model.userVectors(), out);
    writeFloats(model.itemVectors(), out);
  }

  private static MfModel readModel(DataInputStream in) throws IOException {
    return new MfModel(in.readInt(), readFloats(in), readFloats(in));
  }

  private static void writeInts(int[] values, DataOutputStream out) throws IOException {
    out.writeInt(values.length);
    for (int value : values) {
      out.writeInt(value);
    }
  }

  private static int[] readInts(DataInputStream in) throws IOException {
    int[] values = new int[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readInt();
    }
    return values;
  }

  private static void writeFloats(float[] values, DataOutputStream out) throws IOException {
    out.writeInt(values.length);
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK * Float.BYTES);
    for (int at = 0; at < values.length; at += CHUNK) {
      int count = Math.min(CHUNK, values.length - at);
      buffer.clear().asFloatBuffer().put(values, at, count);
      out.write(buffer.array(), 0, count * Float.BYTES);
    }
  }

  private static float[] readFloats(DataInputStream in) throws IOException {
    float[] values = new float[in.readInt()];
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK * Float.BYTES);
    for (int at = 0; at < values.length; at += CHUNK) {
      int count = Math.min(CHUNK, values.length - at);
      in.readFully(buffer.array(), 0, count * Float.BYTES);
      buffer.clear().asFloatBuffer().get(values, at, count);
    }
    return values;
  }

  private static void writeDoubles(double[] values, DataOutputStream out) throws IOException {
    out.writeInt(values.length);
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  private static double[] readDoubles(DataInputStream in) throws IOException {
    double[] values = new double[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readDouble();
    }
    return values;
  }
}
