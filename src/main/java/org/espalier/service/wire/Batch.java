package org.espalier.service.wire;

import java.util.List;

/**
 * What a body's elements became, in the body's order.
 *
 * @param accepted the elements that can be stored
 * @param rejected the others, each with its reason
 * @param refused the same ones as they came; empty unless the reader keeps them
 */
public record Batch<T>(
    List<T> accepted, List<RejectedElement> rejected, List<RefusedElement> refused) {}
