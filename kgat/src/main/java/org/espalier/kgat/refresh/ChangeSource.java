package org.espalier.kgat.refresh;

import java.time.Duration;
import org.espalier.kgat.graph.EdgeChanges;

/** Where a {@link RefreshLoop} takes changes from. */
public interface ChangeSource {

  /**
   * Takes changes that have gathered, in order; waits for the first. Called by one thread, which has
   * applied what it took before.
   *
   * @return none when the time is over or the source is closed
   * @throws RuntimeException when what changed cannot be told any more, which ends the loop
   */
  EdgeChanges take(Duration patience) throws InterruptedException;

  /** Whether nothing is to be taken any more. */
  boolean isDone();

  /** Lets nothing more in. */
  void close();
}
