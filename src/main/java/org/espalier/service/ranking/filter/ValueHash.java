package org.espalier.service.ranking.filter;

import java.util.concurrent.ThreadLocalRandom;
import org.espalier.service.ranking.filter.AttributeValue.Numeric;
import org.espalier.service.ranking.filter.AttributeValue.Text;
import org.espalier.service.ranking.filter.AttributeValue.Truth;

/**
 * 64 bits that stand for a value. An index of a million titles would otherwise be mostly titles. Two values of one
 * field have the same bits with probability 2⁻⁶⁴; the key is of this process only, so nobody can choose such values.
 */
final class ValueHash {

  private static final long KEY = ThreadLocalRandom.current().nextLong();
  private static final long TEXT = 0x9E3779B97F4A7C15L;
  private static final long NUMBER = 0xC2B2AE3D27D4EB4FL;
  private static final long TRUTH = 0x165667B19E3779F9L;

  private ValueHash() {}

  static long of(AttributeValue value) {
    return switch (value) {
      case Text text -> text(text.value());
      case Numeric number -> mix(KEY ^ NUMBER ^ mix(Double.doubleToLongBits(number.value())));
      case Truth truth -> mix(KEY ^ TRUTH ^ (truth.value() ? 1 : 2));
    };
  }

  /** Four characters a step; the length keeps a text from being one's prefix with zeros. */
  private static long text(String text) {
    long hash = KEY ^ TEXT * (text.length() + 1L);
    int i = 0;
    for (; i + 4 <= text.length(); i += 4) {
      long four =
          text.charAt(i)
              | (long) text.charAt(i + 1) << 16
              | (long) text.charAt(i + 2) << 32
              | (long) text.charAt(i + 3) << 48;
      hash = mix(hash ^ four);
    }
    long rest = 0;
    for (; i < text.length(); i++) {
      rest = rest << 16 | text.charAt(i);
    }
    return mix(hash ^ rest);
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), a bijection. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
