package org.espalier.service.catalogue;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How records are changed.
 *
 * @param requireIfMatch whether a record that exists is changed or deleted only by a request that names its version with
 *     {@code If-Match}; others are refused with 428
 */
@ConfigurationProperties("espalier.catalogue")
public record CatalogueProperties(@DefaultValue("false") boolean requireIfMatch) {}
