package org.espalier.service.platform;

import java.util.List;

/**
 * Records of items were written or deleted and are durable; whoever keeps something of them reads them again before the
 * writer is answered.
 *
 * @param ids the items' tokens
 */
public record ItemRecordsChanged(List<String> ids) {}
