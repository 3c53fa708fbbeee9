package org.espalier.service.platform;

import java.util.List;

/**
 * Records of users were written and are durable; whoever keeps something of them reads them again before the writer is
 * answered. Of erasures the store itself tells.
 *
 * @param ids the users' tokens
 */
public record UserRecordsChanged(List<String> ids) {}
