package org.espalier.service.platform;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * Spans of the service's own work. Where nothing is traced, and in a trace that is not sampled, a stage is one shared
 * object that does nothing, so that a ranking pays for none of its stages.
 */
public final class Spans {

  private static final Spans NONE = new Spans(null);

  private final @Nullable Tracer tracer;

  Spans(@Nullable Tracer tracer) {
    this.tracer = tracer;
  }

  /** Those of a service that traces nothing. */
  public static Spans none() {
    return NONE;
  }

  /** Begins a part of what this thread's trace is about; closed by the same thread. */
  public Running stage(String name) {
    Tracer known = tracer;
    if (known == null) {
      return Running.NOTHING;
    }
    TraceContext now = known.currentTraceContext().context();
    return now == null || !Boolean.TRUE.equals(now.sampled())
        ? Running.NOTHING
        : Running.inScope(known, known.spanBuilder().name(name).start());
  }

  /** Begins work that no request asked for, as a trace of its own; closed by the same thread. */
  public Running work(String name) {
    Tracer known = tracer;
    return known == null
        ? Running.NOTHING
        : Running.inScope(known, known.spanBuilder().setNoParent().name(name).start());
  }

  /** Something that is under way. */
  public static final class Running implements AutoCloseable {

    /** Something that nobody traces. */
    public static final Running NOTHING = new Running(null, null, null);

    private final @Nullable Tracer tracer;
    private final @Nullable Span span;
    private final Tracer.@Nullable SpanInScope scope;

    private Running(
        @Nullable Tracer tracer, @Nullable Span span, Tracer.@Nullable SpanInScope scope) {
      this.tracer = tracer;
      this.span = span;
      this.scope = scope;
    }

    private static Running inScope(Tracer tracer, Span span) {
      return new Running(tracer, span, tracer.withSpan(span));
    }

    /** Begins a part of it, which any thread may close; log lines and stages stay those of the whole. */
    public Running part(String name) {
      return tracer == null || span == null
          ? NOTHING
          : new Running(
              tracer, tracer.spanBuilder().setParent(span.context()).name(name).start(), null);
    }

    public void tag(String name, long value) {
      if (span != null) {
        span.tag(name, value);
      }
    }

    /**
     * @param value one of a closed list: nothing that callers send leaves the service this way
     */
    public void tag(String name, String value) {
      if (span != null) {
        span.tag(name, value);
      }
    }

    @Override
    public void close() {
      if (scope != null) {
        scope.close();
      }
      if (span != null) {
        span.end();
      }
    }
  }
}
