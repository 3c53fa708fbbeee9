package org.espalier.service.wire;

/**
 * An element of a batch that was refused, as it came.
 *
 * @param content its bytes, or the first of them; none where they cannot be told, as in UTF-16
 * @param length how many bytes it had
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RefusedElement(byte[] content, long length, Rejection reason) {}
